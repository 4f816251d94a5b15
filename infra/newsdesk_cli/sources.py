"""The registry of sources, as people see it and change it.

Comes in: a stack, and what a person typed. Goes out: sources, what discover found at a site, facts. Changes: the
stack's registry. Sites are asked by the stack's own function, with its slots and robots rules, never from here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from newsdesk.clock import Clock, utc_now
from newsdesk.errors import RejectedUrlError
from newsdesk.opml import Outline, read_opml, write_opml
from newsdesk.sources import (
    EARLIER_DAYS,
    RECENT_DAYS,
    DayYield,
    Source,
    SourceKind,
    SourceStore,
    YieldShares,
    new_source,
    shares_of,
    source_id_of,
)
from newsdesk.web import parse_url
from newsdesk_cli.errors import CommandError
from newsdesk_cli.stack import Stack
from newsdesk_cli.wording import problem_in_words

_SOURCE_ID = re.compile(r"[a-z2-7]{20}")
_PAGE = 100
_ATTEMPTS = 5

Change = Callable[[Source], Source]

SETTINGS = {"kind", "url", "title", "language", "country", "tags", "priority", "filters", "state"}
"""What an operator sets of a source."""


class SourceError(CommandError):
    """There is no such source, or it cannot be so."""


@dataclass(frozen=True, slots=True)
class Known:
    """A source and what became of its items.

    Attributes
    ----------
    recent, earlier : YieldShares
        In the last seven days, and in the weeks before.
    """

    source: Source
    recent: YieldShares
    earlier: YieldShares

    def facts(self) -> dict[str, Any]:
        """Return the source for scripts."""
        source = self.source
        return {
            "source_id": source.source_id,
            "kind": source.kind.value,
            "url": source.url,
            "title": source.title,
            "state": source.state.value,
            "paused_reason": source.paused_reason.value if source.paused_reason else None,
            "last_polled_at": source.last_polled_at,
            "last_status": source.last_status.value if source.last_status else None,
            "last_detail": source.last_detail,
            "found": source.found,
            "new": source.submitted,
            "indexed": self.recent.indexed,
            "refused": self.recent.refused,
            "quiet_since": source.last_new_at,
            "next_poll_at": source.due_at,
            "warnings": [warning.value for warning in source.warnings],
        }


def source_facts(entry: Known, days: Sequence[DayYield]) -> dict[str, Any]:
    """Return everything about a source."""
    source = entry.source
    facts = source.model_dump(mode="json", exclude_none=True, exclude={"history", "habits", "unread"})
    facts["unread"] = len(source.unread)
    facts["yield"] = {name: _shares(shares) for name, shares in (("recent", entry.recent), ("earlier", entry.earlier))}
    facts["days"] = [day.model_dump(exclude_defaults=True) for day in days]
    facts["history"] = [poll.model_dump(mode="json", exclude_none=True) for poll in source.history]
    return facts


def _shares(shares: YieldShares) -> dict[str, Any]:
    return {
        "ended": shares.ended,
        "indexed": shares.indexed,
        "good": round(shares.good, 3),
        "no_date": round(shares.no_date, 3),
        "no_author": round(shares.no_author, 3),
        "leak": round(shares.leak, 3),
    }


def address(text: str) -> str:
    """Return an address as the registry has it.

    Raises
    ------
    SourceError
        If it is none.
    """
    try:
        return parse_url(re.sub(r"^feed:(//)?(?=https?://|//)?", "", text.strip()) or text).href
    except RejectedUrlError as error:
        raise SourceError(f"{text} is no address: {error}") from error


def find(store: SourceStore, subject: str) -> Source:
    """Return the source that an id or an address names.

    Raises
    ------
    SourceError
        If there is none.
    """
    identifier = subject if _SOURCE_ID.fullmatch(subject) else source_id_of(address(subject))
    found = store.get(identifier)
    if found is None:
        raise SourceError(f"there is no source {subject}")
    return found


def every(store: SourceStore) -> Iterator[Source]:
    """Yield all sources."""
    cursor: str | None = None
    while True:
        page = store.page(_PAGE, cursor)
        yield from page.sources
        cursor = page.cursor
        if cursor is None:
            return


def known(store: SourceStore, source: Source, now: datetime) -> Known:
    """Return a source with what became of its items."""
    days = store.days(source.source_id, (now.date() - timedelta(days=EARLIER_DAYS)).isoformat())
    border = (now.date() - timedelta(days=RECENT_DAYS)).isoformat()
    return Known(
        source,
        shares_of(day for day in days if day.day >= border),
        shares_of(day for day in days if day.day < border),
    )


def change(store: SourceStore, source: Source, step: Change) -> Source:
    """Apply a step to a source, to its fresh version where a poll was first.

    Raises
    ------
    SourceError
        If it keeps changing, or was removed.
    """
    for _ in range(_ATTEMPTS):
        after = step(source)
        if store.save(after):
            return after
        source = find(store, source.source_id)
    raise SourceError(f"{source.url} kept changing; try again")


def made(kind: SourceKind, url: str, said: Mapping[str, Any], clock: Clock = utc_now) -> Source:
    """Return a new source.

    Parameters
    ----------
    said : mapping
        Fields that a person gave; empty ones are left out.

    Raises
    ------
    SourceError
        If one of them may not be so.
    """
    try:
        return new_source(kind, address(url), clock(), **{name: value for name, value in said.items() if value})
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"])
        raise SourceError(f"{field}: {problem['msg']}") from error


def ask(stack: Stack, question: Mapping[str, Any]) -> dict[str, Any]:
    """Have discover answer a question about a site.

    Raises
    ------
    SourceError
        If it cannot.
    """
    answer = stack.functions.invoke(
        FunctionName=stack.outputs["DiscoverFunctionName"], Payload=json.dumps(question).encode("utf-8")
    )
    document: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise SourceError(f"discover failed: {document.get('errorMessage', 'its log says why')}")
    if "error" in document:
        raise SourceError(problem_in_words(str(document["error"])))
    return document


# ------------------------------------------------------------------------------------------------- OPML


def from_opml(data: bytes, said: Mapping[str, Any]) -> tuple[list[Source], list[str]]:
    """Return the feeds that a file lists as new sources, and what was wrong, in words.

    Parameters
    ----------
    said : mapping
        Fields of every one of them; a feed's folders are added to its tags.
    """
    document = read_opml(data)
    found: dict[str, Source] = {}
    problems = [f"{address}: {reason}" for address, reason in document.refused]
    if document.is_truncated:
        problems.append("the file lists more than was read")
    for outline in document.outlines:
        folders = [tag for tag in (category[:64].strip() for category in outline.categories) if tag]
        tags = list(dict.fromkeys([*(said.get("tags") or []), *folders]))[:20]
        own = {"title": outline.title, "language": outline.language, "tags": tags}
        try:
            source = made(
                SourceKind.FEED, outline.url, {**own, **{name: said[name] for name in said if name != "tags"}}
            )
        except SourceError as error:
            problems.append(f"{outline.url}: {error}")
        else:
            found.setdefault(source.source_id, source)
    return list(found.values()), problems


def to_opml(sources: Iterable[Source]) -> bytes:
    """Return a file that lists the feeds among sources, for feed readers and for another stack."""
    return write_opml(
        "Newsdesk's sources",
        [
            Outline(source.url, source.title, language=source.language, categories=source.tags)
            for source in sources
            if source.kind is SourceKind.FEED
        ],
    )
