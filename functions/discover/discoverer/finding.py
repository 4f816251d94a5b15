"""Answers questions about sites: which sources there are, and what a poll of one would submit.

Comes in: a question, as JSON. Goes out: the answer, as JSON. Changes: asks the site, and takes slots of its host;
nothing is submitted, and nothing is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from discoverer.asking import Asker, Question, reason_of
from discoverer.choosing import choose
from discoverer.reading import (
    Candidate,
    Item,
    SourceDocument,
    UnreadableSourceError,
    find_sources,
    read_source,
)
from newsdesk.clock import Clock, to_text
from newsdesk.errors import PermanentError, RejectedUrlError, TransientError
from newsdesk.pauses import Sleep
from newsdesk.sources import SourceKind, SourceStore, new_source, source_id_of
from newsdesk.web import parse_url
from newsdesk.web.transport import AUXILIARY_DEADLINE_SECONDS, MAXIMUM_ROBOTS_BYTES, HttpFetcher, NotYetError

MOST_CANDIDATES = 12
"""Sources of a site that are looked at."""

_ITEMS_SHOWN = 100
_SECONDS_FOR_ONE = 35.0
"""What asking for one more document may take, a wait for its slot aside."""

AnswerT = TypeVar("AnswerT")
_ERRORS = (PermanentError, TransientError, UnreadableSourceError, NotYetError)


@dataclass(frozen=True, slots=True)
class Finder:
    """Answers questions; see :meth:`answer`."""

    store: SourceStore
    asker: Asker
    fetcher: HttpFetcher
    clock: Clock
    sleep: Sleep = time.sleep

    def answer(self, event: dict[str, Any], seconds_left: Callable[[], float]) -> dict[str, Any]:
        """Return the answer to ``{"find": URL}`` or ``{"try": ID or URL, "kind": KIND}``.

        What went wrong is in ``error``, in words for people.
        """
        try:
            if "find" in event:
                return {"found": list(self._found(_address(event["find"]), seconds_left))}
            return self._tried(str(event["try"]), event.get("kind"), seconds_left)
        except (*_ERRORS, RejectedUrlError) as error:
            return {"error": _said(error)}

    # ------------------------------------------------------------------------------------------------- finding

    def _found(self, url: str, seconds_left: Callable[[], float]) -> Iterator[dict[str, Any]]:
        body = self._patiently(partial(self.asker.get, url), seconds_left)
        try:
            document = read_source(body.data, body.content_type, body.url)
        except UnreadableSourceError:
            candidates = find_sources(body.data, body.content_type, body.url, self._robots(body.url, seconds_left))
        else:
            yield {**_described(Candidate(body.url, document.kind, "address"), document)}
            return
        for candidate in candidates[:MOST_CANDIDATES]:
            if seconds_left() < _SECONDS_FOR_ONE:
                yield {**_described(candidate), "error": "there was no time left to look at it"}
                continue
            try:
                question = Question(candidate.url, candidate.kind)
                asked = self._patiently(partial(self.asker.ask, question), seconds_left)
            except _ERRORS as error:
                if candidate.found_by != "well_known":
                    yield {**_described(candidate), "error": _said(error)}
                continue
            yield _described(candidate, asked.document)

    def _robots(self, url: str, seconds_left: Callable[[], float]) -> bytes | None:
        visit = self.asker.politeness.visit()
        origin = parse_url(url).origin
        try:
            answer = self._patiently(
                lambda: self.fetcher.fetch_auxiliary(
                    f"{origin}/robots.txt", MAXIMUM_ROBOTS_BYTES, AUXILIARY_DEADLINE_SECONDS, visit.ask
                ),
                seconds_left,
            )
        except _ERRORS:
            return None
        return answer.body if answer.status == 200 else None

    # ------------------------------------------------------------------------------------------------- trying

    def _tried(self, subject: str, kind: str | None, seconds_left: Callable[[], float]) -> dict[str, Any]:
        """Return what a poll would submit, if nothing of the source were known but what was submitted."""
        now = self.clock()
        known = self.store.get(subject) or self.store.get(source_id_of(_address(subject)))
        source = known or new_source(SourceKind(kind or SourceKind.FEED), _address(subject), now)
        question = Question(source.url, source.kind, habits=source.habits)
        document = self._patiently(partial(self.asker.ask, question), seconds_left).document
        assert document is not None, "it was not asked for conditionally"
        chosen = choose(source, document.items, self.store.seen(source.source_id), now)
        return {
            **_described(Candidate(source.url, source.kind, "registry" if known else "address"), document),
            "chosen": {choice.value: number for choice, number in sorted(chosen.choices.items())},
            "items_shown": [{**_shown(item), "choice": choice.value} for item, choice in chosen.by_item[:_ITEMS_SHOWN]],
            "warnings": [warning.value for warning in document.warnings],
            "further": [further.url for further in document.links_to_read_next[:_ITEMS_SHOWN]],
        }

    def _patiently(self, ask: Callable[[], AnswerT], seconds_left: Callable[[], float]) -> AnswerT:
        """Ask, and wait for slots as long as there is time for it."""
        while True:
            try:
                return ask()
            except NotYetError as error:
                wait = max(0.1, (error.until - self.clock()).total_seconds())
                if wait + _SECONDS_FOR_ONE > seconds_left():
                    raise
                self.sleep(wait)


def _address(text: Any) -> str:
    return parse_url(str(text)).href


def _described(candidate: Candidate, document: SourceDocument | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "url": candidate.url,
        "kind": (document or candidate).kind.value,
        "found_by": candidate.found_by,
        "title": (document.title if document else None) or candidate.title,
    }
    if document is not None:
        moments = [item.moment for item in document.items if item.moment]
        said |= {
            "format": document.format,
            "language": document.language,
            "items": len(document.items) or len(document.links_to_read_next),
            "newest": to_text(max(moments)) if moments else None,
        }
    return {name: value for name, value in said.items() if value is not None}


def _shown(item: Item) -> dict[str, Any]:
    said = {"url": item.url, "title": item.title, "published": item.published, "updated": item.updated}
    return {name: value for name, value in said.items() if value is not None}


def _said(error: Exception) -> str:
    if isinstance(error, UnreadableSourceError):
        return f"unreadable: {error.reason.value}"
    if isinstance(error, NotYetError):
        return "the host has no slot in time; ask again later"
    return reason_of(error) if isinstance(error, PermanentError | TransientError) else str(error)
