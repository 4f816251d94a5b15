"""Takes articles and hosts down, and lets them back in.

Comes in: a stack, and articles or a host. Goes out: the states as they are written. Changes: the table. Publish
tells readers from there; :mod:`newsdesk_cli.erasing` deletes what is to be deleted.

A takedown is one conditional write to the article's state, so a worker that is at the article loses its next one. It
can be repeated, and be taken up where it was left.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsdesk.articles import ArticleState, WriteOnce, decode_sketch, entry_keys, lifecycle, read_article
from newsdesk.clock import Clock, utc_now
from newsdesk.contracts import vector_key
from newsdesk.errors import AlreadyRecordedError, ConflictError, ObjectMissingError, UnreadableObjectError
from newsdesk.pauses import Pauses
from newsdesk.web import article_id, canonical_url, parse_url
from newsdesk_cli import selecting
from newsdesk_cli.erasing import Erasure, erase
from newsdesk_cli.errors import CommandError
from newsdesk_cli.lookup import find_article
from newsdesk_cli.stack import Stack

_CONTENDED = Pauses(tries=12)
_NAMED = 3  # articles that a question names one by one


@dataclass(frozen=True, slots=True)
class Order:
    """What an operator ordered.

    Attributes
    ----------
    why : str
        In the operator's words.
    erases : bool
        Whether everything of the articles is to be deleted.
    """

    why: str
    erases: bool = False


@dataclass(frozen=True, slots=True)
class Targets:
    """What a takedown is about.

    Attributes
    ----------
    host : str or None
        The host that nothing is asked of any more.
    articles : tuple of ArticleState
        Those that are known, or the one that stands for a URL of which nothing is.
    """

    host: str | None
    articles: tuple[ArticleState, ...]

    def facts(self) -> dict[str, Any]:
        """Return what is to be taken down, to print."""
        return {
            **({"host": self.host} if self.host else {}),
            "articles": len(self.articles),
            "committed": sum(article.current is not None for article in self.articles),
            "taken down already": sum(article.takedown is not None for article in self.articles),
        }

    def described(self) -> str:
        """Return what is to be taken down, for a question."""
        named = ", ".join(article.url for article in self.articles[:_NAMED])
        more = f" and {len(self.articles) - _NAMED} more articles" if len(self.articles) > _NAMED else ""
        return f"{f'the host {self.host} with ' if self.host else ''}{named or 'no known article'}{more}"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done.

    Attributes
    ----------
    taken_down : int
        Articles that were not taken down before, or not for erasure.
    erasure : Erasure or None
        What was erased; None where nothing was to be.
    """

    taken_down: int
    articles: int
    erasure: Erasure | None = None

    def facts(self) -> dict[str, Any]:
        """Return it, to print."""
        facts: dict[str, Any] = {"taken down": self.taken_down, "as before": self.articles - self.taken_down}
        if self.erasure is not None:
            facts |= {
                "erased": len(self.erasure.done),
                "objects deleted": self.erasure.objects,
                "lines rewritten": self.erasure.lines,
                "parts rewritten": self.erasure.parts,
                "not erased yet": self.erasure.waiting,
            }
        return facts


def find_targets(stack: Stack, subject: str | None, host: str | None) -> Targets:
    """Return the articles of an id, a URL or a host; a URL of which nothing is known can be taken down as well.

    A URL that leads to another article's text means both.
    """
    if host is not None:
        known = dict.fromkeys(selecting.current_of_host(stack, host)) | dict.fromkeys(
            selecting.known_of_host(stack, host)
        )
        return Targets(host, tuple(_states(stack, list(known))))
    assert subject is not None
    state = find_article(stack, subject)
    if state is None:
        if not subject.startswith(("http://", "https://")):
            raise CommandError(f"there is no article {subject}")
        return Targets(None, (article_to_bar(subject),))
    original = stack.store.get(state.duplicate_of) if state.duplicate_of and state.current is None else None
    return Targets(None, (state, *((original,) if original is not None else ())))


def carry_out(
    stack: Stack,
    targets: Targets,
    order: Order,
    *,
    wait_seconds: float,
    say: Callable[[str], None],
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Done:
    """Take everything down, and erase it where that is ordered.

    Raises
    ------
    CommandError
        If an article kept changing, or cannot be erased; the command can be run again.
    """
    if targets.host is not None:
        stack.hosts.take_down(targets.host, clock())
    states = []
    changed = 0
    for number, article in enumerate(targets.articles, start=1):
        state, is_new = take_down(stack, article, order, clock())
        states.append(state)
        changed += is_new
        if number % 100 == 0:
            say(f"{number} of {len(targets.articles)} taken down")
    if not order.erases:
        return Done(changed, len(states))
    erasure = erase(
        stack,
        states,
        _copies(stack, [state for state in states if state.takedown and state.takedown.erased_at is None]),
        clock=clock,
        sleep=sleep,
        wait_seconds=wait_seconds,
        say=say,
    )
    return Done(changed, len(states), erasure)


def lift_all(stack: Stack, targets: Targets) -> int:
    """Let everything be submitted again; return how many articles were taken down."""
    if targets.host is not None:
        stack.hosts.readmit(targets.host, utc_now())
    return sum(lift(stack, article.article_id) for article in targets.articles)


def _copies(stack: Stack, states: list[ArticleState]) -> dict[str, list[ArticleState]]:
    """Return, for each article, those that lead to it and have no text of their own."""
    copies: defaultdict[str, list[ArticleState]] = defaultdict(list)
    if not states:
        return copies
    found = dict(selecting.duplicates_of(stack, frozenset(state.article_id for state in states)))
    for copy in _states(stack, list(found)):
        if copy.current is None:
            copies[found[copy.article_id]].append(copy)
    return copies


def _states(stack: Stack, article_ids: list[str]) -> Iterator[ArticleState]:
    for start in range(0, len(article_ids), 100):
        yield from sorted(stack.store.states(article_ids[start : start + 100]), key=lambda state: state.article_id)


def article_to_bar(url: str) -> ArticleState:
    """Return what stands for a URL of which nothing is known yet, so that it can be taken down before it comes."""
    page = parse_url(canonical_url(parse_url(url)))
    return ArticleState(
        article_id=article_id(page.href), url=page.href, host=page.host, requested_url=page.href, first_seen=""
    )


def take_down(stack: Stack, article: ArticleState, order: Order, now: datetime) -> tuple[ArticleState, bool]:
    """Take an article down, whatever is happening to it.

    Returns
    -------
    ArticleState, bool
        Its state, and whether this call changed it.

    Raises
    ------
    CommandError
        If the article kept changing.
    """
    for _ in _CONTENDED.attempts():
        state = stack.store.get(article.article_id)
        if state is None:
            after = lifecycle.barred(article.article_id, article.url, article.host, order.why, now, erases=order.erases)
            records: tuple[WriteOnce, ...] = ()
        else:
            after, records = lifecycle.taken_down(state, order.why, now, erases=order.erases)
        if state is not None and state.current is not None:
            _remove_from_views(stack, state)
        if after is state:
            return after, False
        try:
            stack.store.save(after, *records)
        except (ConflictError, AlreadyRecordedError):
            continue
        return after, True
    raise CommandError(f"{article.article_id} kept changing; run the command again")


def _remove_from_views(stack: Stack, state: ArticleState) -> None:
    """Remove the current revision from what is found by likeness: its bands and its vector.

    That is done before the state is written, because afterwards nothing names the revision any more.
    """
    assert state.current is not None
    with suppress(ObjectMissingError, UnreadableObjectError):
        signature = read_article(stack.objects.get(state.current.key)).enrichment.signature
        if signature is not None:
            stack.store.remove_bands(entry_keys(decode_sketch(signature.sketch)), state.article_id)
    stack.objects.delete(vector_key(state.current.key))


def lift(stack: Stack, article_id: str) -> bool:
    """Let an article be submitted again; False where it was not taken down. What was deleted does not come back.

    Raises
    ------
    CommandError
        If the article kept changing.
    """
    for _ in _CONTENDED.attempts():
        state = stack.store.get(article_id)
        if state is None or state.takedown is None:
            return False
        try:
            stack.store.save(lifecycle.readmitted(state))
        except ConflictError:
            continue
        return True
    raise CommandError(f"{article_id} kept changing; run the command again")
