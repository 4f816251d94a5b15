"""What an enricher is: the one small interface of this stage.

Comes in: nothing. Goes out: the document that enrichers read, and the protocol that they implement. Changes nothing.

An enricher returns an :class:`newsdesk.contracts.Enrichment` that carries what it found and nothing else; the composer
takes the fields that were set, and from ``errors`` what the enricher had to leave out, and why. It sees what the
enrichers before it found. It raises :class:`NotApplicableError` for a text that it is not made for; any other exception
is a failure, recorded as such. Neither costs the article anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar, cast

from newsdesk.contracts import Enrichment, Link
from newsdesk.errors import NewsdeskError
from newsdesk.words import words

ResultT = TypeVar("ResultT")

_SURROGATE = re.compile("[\ud800-\udfff]")


class NotApplicableError(NewsdeskError):
    """The enricher has nothing to say about this text, and why."""


class FallBackError(NewsdeskError):
    """The enricher could not do it, and another one can.

    Attributes
    ----------
    otherwise : Enricher
        The one that runs in its place.
    kind : str
        Of the error that is recorded.
    """

    def __init__(
        self, detail: str, otherwise: Enricher, kind: Literal["failed", "not_applicable", "timed_out"] = "failed"
    ) -> None:
        super().__init__(detail)
        self.otherwise = otherwise
        self.kind = kind


def well_formed(text: str) -> str:
    """Return a text with U+FFFD in the place of each surrogate; nothing moves.

    A surrogate is half a character (Unicode 16.0, D75): UTF-8 cannot hold it, and libraries refuse the whole text.
    """
    return _SURROGATE.sub("\ufffd", text)


@dataclass(frozen=True)
class Document:
    """What there is to enrich.

    Attributes
    ----------
    body : str
        ``articleBody``; all offsets count its code points.
    headline, url, declared_language : str or None
        As the article has them. Texts are made :func:`well_formed`.
    links : tuple of Link
        Of the body.
    """

    body: str
    headline: str | None = None
    url: str | None = None
    declared_language: str | None = None
    links: tuple[Link, ...] = ()
    _shared: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the texts well formed."""
        for name in ("body", "headline", "declared_language"):
            text = getattr(self, name)
            if text is not None:
                object.__setattr__(self, name, well_formed(text))

    def once(self, name: str, compute: Callable[[], ResultT]) -> ResultT:
        """Return what ``compute`` returns, computing it once for all enrichers: a parse, for one."""
        if name not in self._shared:
            self._shared[name] = compute()
        return cast("ResultT", self._shared[name])

    @property
    def words(self) -> list[str]:
        """The words of the body."""
        return self.once("words", lambda: words(self.body))


class Enricher(Protocol):
    """Works out one thing from a text.

    Attributes
    ----------
    name, version : str
        What the article's provenance says of it.
    """

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def version(self) -> str:
        """Its version; a change of model or rules is a new one."""
        ...

    def enrich(self, document: Document, found: Enrichment) -> Enrichment:
        """Return what this enricher adds.

        Parameters
        ----------
        document : Document
            The text, and what enrichers share.
        found : Enrichment
            What those before it found.

        Raises
        ------
        NotApplicableError
            The enricher has nothing to say about this text.
        """
        ...
