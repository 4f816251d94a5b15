"""The registry of sources, as callers of the API change it.

Comes in: what a caller wants of a source. Goes out: the source as the registry has it. Changes: the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from newsdesk.clock import Clock
from newsdesk.errors import RejectedUrlError
from newsdesk.sources import PauseReason, Source, SourceState, SourceStore, changed, new_source, paused, resumed
from newsdesk.web import parse_url
from responder.cursors import bad_cursor, cursor_in, write_cursor
from responder.models import NewSource, SourceChanges, SourceList, SourceView
from responder.problems import Misfit, ProblemError, ProblemType

_TRIES = 5
_BUSY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class SourceDesk:
    """Adds, shows, changes and removes sources. No site is asked here; discover polls a source when it is due."""

    store: SourceStore
    clock: Clock

    def add(self, wanted: NewSource) -> SourceView:
        """Add a source, which is polled at once.

        Raises
        ------
        ProblemError
            If its address is none, or is a source already.
        """
        try:
            address = parse_url(wanted.url).href
        except RejectedUrlError as error:
            raise _misfit("url", error.reason.value) from error
        said = wanted.model_dump(exclude={"kind", "url"}, exclude_none=True)
        source = _checked(lambda: new_source(wanted.kind, address, self.clock(), **said))
        if not self.store.add(source):
            raise ProblemError(ProblemType.SOURCE_EXISTS, source.source_id)
        return SourceView.of(source)

    def show(self, source_id: str) -> SourceView:
        """Return a source.

        Raises
        ------
        ProblemError
            If there is none.
        """
        return SourceView.of(self._found(source_id))

    def change(self, source_id: str, wanted: SourceChanges) -> SourceView:
        """Change what was said of a source, pause it or resume it; what is not named stays.

        Raises
        ------
        ProblemError
            If there is none, or it may not be so; or if it keeps being changed by others.
        """
        said = wanted.model_dump(exclude_unset=True)
        for _ in range(_TRIES):
            before = self._found(source_id)
            after = self._after(before, said)
            if after.version == before.version or self.store.save(after):
                return SourceView.of(after)
        raise ProblemError(ProblemType.BUSY, retry_after_seconds=_BUSY_SECONDS)

    def _after(self, before: Source, said: Mapping[str, Any]) -> Source:
        fields = {name: value for name, value in said.items() if name != "state"}
        after = before
        if said.get("state") is SourceState.PAUSED and before.state is SourceState.ACTIVE:
            after = paused(before, PauseReason.OPERATOR, self.clock())
        elif said.get("state") is SourceState.ACTIVE and before.state is SourceState.PAUSED:
            after = resumed(before, self.clock())
        if not fields:
            return after
        version = before.version + 1
        whole = {**changed(after).model_dump(), **fields, "version": version}
        if "filters" in fields:
            # What they kept out until now is looked at again, even if the document stays as it is.
            filters = {**before.filters.model_dump(), **fields["filters"]}
            whole |= {"filters": filters, "etag": None, "last_modified": None, "body_hash": None}
        return _checked(lambda: Source.model_validate(whole))

    def remove(self, source_id: str) -> None:
        """Remove a source; its articles stay.

        Raises
        ------
        ProblemError
            If there is none.
        """
        if not self.store.remove(source_id):
            raise ProblemError(ProblemType.UNKNOWN_SOURCE)

    def page(self, limit: int, cursor: str | None) -> SourceList:
        """List the sources.

        Raises
        ------
        ProblemError
            If the cursor is not one of this listing.
        """
        try:
            page = self.store.page(limit, cursor_in(cursor, "sources"))
        except ValueError as error:
            raise bad_cursor() from error
        following = write_cursor("sources", page.cursor) if page.cursor else None
        return SourceList(items=[SourceView.of(source) for source in page.sources], cursor=following)

    def _found(self, source_id: str) -> Source:
        source = self.store.get(source_id)
        if source is None:
            raise ProblemError(ProblemType.UNKNOWN_SOURCE)
        return source


def _checked(make: Callable[[], Source]) -> Source:
    try:
        return make()
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)[:20]
        errors = [
            Misfit(place="body", field=".".join(map(str, problem["loc"]))[:200], detail=problem["msg"][:200])
            for problem in problems
        ]
        raise ProblemError(ProblemType.BAD_REQUEST, errors=errors) from error


def _misfit(field: str, detail: str) -> ProblemError:
    return ProblemError(ProblemType.BAD_REQUEST, errors=[Misfit(place="body", field=field, detail=detail)])
