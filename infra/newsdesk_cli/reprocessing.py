"""Makes articles anew of what is stored, with the code that is deployed today.

Comes in: a stack, and articles. Goes out: how many were started, and why others were not. Changes: their states.
As bulk they wait there until dispatch puts them into the queue of extract or enrich, as far as the queues have room;
the functions do the rest, and nothing is fetched.

Each order is carried out once for each article, so a command that was killed is given again under the same name.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from newsdesk.articles import ArticleState, Capture, Stage, lifecycle, read_article
from newsdesk.clock import Clock, utc_now
from newsdesk.contracts import Article, PageProvenance, Provenance
from newsdesk.errors import AlreadyRecordedError, ConflictError, ObjectMissingError, UnreadableObjectError
from newsdesk_cli.stack import Stack

_PROGRESS = 500


class Beginning(StrEnum):
    """Where a run begins."""

    EXTRACT = "extract"
    ENRICH = "enrich"


class Skipped(StrEnum):
    """Why an article is not made anew."""

    CARRIED_OUT = "carried out before"
    UNDER_WAY = "under way"
    NOT_CURRENT = "without a current revision"
    NO_OBJECT = "its revision is not in the bucket"
    NO_CAPTURE = "its capture has expired"


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator ordered.

    Attributes
    ----------
    name : str
        Each order is carried out once for each article.
    """

    name: str
    beginning: Beginning


@dataclass
class Started:
    """How many articles were started, and how many were not, by the reason."""

    started: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def reprocess(
    stack: Stack,
    article_ids: Iterable[str],
    order: Order,
    *,
    per_second: float,
    say: Callable[[str], None],
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Started:
    """Start articles at a bounded rate; everything that is no bulk is let through first."""
    done = Started()
    for article_id in article_ids:
        after = prepare(stack, stack.store.get(article_id), order, clock())
        if isinstance(after, Skipped):
            done.skipped[after.value] += 1
            continue
        try:
            stack.store.save(after)
        except (ConflictError, AlreadyRecordedError):
            done.skipped[Skipped.UNDER_WAY.value] += 1
            continue
        done.started += 1
        if done.started % _PROGRESS == 0:
            say(f"{done.started} started")
        sleep(1.0 / per_second)
    return done


def prepare(stack: Stack, state: ArticleState | None, order: Order, now: datetime) -> ArticleState | Skipped:
    """Return the state of an article on its way to be made anew, not written yet; or why it is not."""
    if state is None or state.current is None or state.takedown is not None:
        return Skipped.NOT_CURRENT
    if state.stage is not Stage.REST:
        return Skipped.UNDER_WAY
    if state.last_order == order.name:
        return Skipped.CARRIED_OUT
    try:
        article = read_article(stack.objects.get(state.current.key))
    except (ObjectMissingError, UnreadableObjectError):
        return Skipped.NO_OBJECT
    captures = _captures_of(article)
    if not captures:
        return Skipped.NO_CAPTURE
    is_extracted = order.beginning is Beginning.ENRICH
    if not is_extracted and not all(stack.has_object(capture.key) for capture in captures):
        return Skipped.NO_CAPTURE
    pages = tuple(page.requested_url for page in article.provenance.pages)
    extracted_key = state.current.key if is_extracted else None
    return lifecycle.reprocessed(state, captures, pages, order.name, now, extracted_key=extracted_key)


def _captures_of(article: Article) -> tuple[Capture, ...]:
    """Return the captures that a revision was made of; none where its provenance does not name them all."""
    captures = []
    origins: tuple[Provenance | PageProvenance, ...] = (article.provenance, *article.provenance.pages)
    for origin in origins:
        if origin.capture_key is None or origin.capture_sha256 is None or origin.captured_at is None:
            return ()
        captures.append(
            Capture(
                capture_id=origin.capture_key.rpartition("/")[2].removesuffix(".warc.gz"),
                key=origin.capture_key,
                sha256=origin.capture_sha256,
                captured_at=origin.captured_at,
                status=origin.http_status or 200,
                final_url=origin.final_url,
            )
        )
    return tuple(captures)
