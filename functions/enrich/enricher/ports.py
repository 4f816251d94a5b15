"""What an enricher is: the one small interface of this stage.

Comes in: nothing. Goes out: the analysis of a document that enrichers read, and the protocol that they implement.

An enricher returns an :class:`newsdesk.contracts.Enrichment` that carries what it found and nothing else; the composer
takes the fields that were set, and from ``not_applicable`` what the enricher had to leave out, and why. It sees what
the enrichers before it found. It raises :class:`NotApplicableError` for a text that it is not made for; any other
exception is a failure, recorded as such. Neither costs the article anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from enricher.parsing import PARSED_LANGUAGE, Attribution, ParsedText, parse
from enricher.text import Quotation, quotations
from newsdesk.contracts import Enrichment, Link
from newsdesk.errors import NewsdeskError
from newsdesk.words import words

_SURROGATE = re.compile("[\ud800-\udfff]")


class NotApplicableError(NewsdeskError):
    """The enricher has nothing to say about this text, and why."""


class FallBackError(NewsdeskError):
    """The enricher could not do it, and another one can.

    Attributes
    ----------
    otherwise : Enricher
        The one that runs in its place.
    kind : str or None
        The kind of the error that is recorded; none for a text that it is not made for, which is no error.
    """

    def __init__(
        self, detail: str, otherwise: Enricher, kind: Literal["failed", "timed_out"] | None = "failed"
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
        The links of the body.
    """

    body: str
    headline: str | None = None
    url: str | None = None
    declared_language: str | None = None
    links: tuple[Link, ...] = ()

    def __post_init__(self) -> None:
        """Make the texts well formed."""
        for name in ("body", "headline", "declared_language"):
            text = getattr(self, name)
            if text is not None:
                object.__setattr__(self, name, well_formed(text))


class Analysis:
    """A document with what its enrichers work out together: each part once, when the first of them asks for it.

    Parameters
    ----------
    document : Document
        What there is to enrich.
    find_attributions : callable
        Finds who says what, quoted or reported, in a parse and its quotations.
    """

    def __init__(
        self, document: Document, find_attributions: Callable[[ParsedText, Sequence[Quotation]], Sequence[Attribution]]
    ) -> None:
        self.document = document
        self._find_attributions = find_attributions

    @cached_property
    def words(self) -> list[str]:
        """The words of the body."""
        return words(self.document.body)

    @cached_property
    def quotations(self) -> list[Quotation]:
        """What stands between quotation marks in the body."""
        return quotations(self.document.body)

    def parse(self, found: Enrichment) -> ParsedText:
        """Return the parse of the body.

        Raises
        ------
        NotApplicableError
            The body is not English.
        """
        if found.language is None or found.language.code != PARSED_LANGUAGE:
            raise NotApplicableError("only English bodies are parsed")
        return self._parse

    def attributions(self, found: Enrichment) -> Sequence[Attribution]:
        """Return who says what in the parsed part of the body, in the order of the text.

        Raises
        ------
        NotApplicableError
            The body is not English.
        """
        self.parse(found)
        return self._attributions

    @cached_property
    def _parse(self) -> ParsedText:
        return parse(self.document.body)

    @cached_property
    def _attributions(self) -> Sequence[Attribution]:
        end = len(self._parse.text)
        return self._find_attributions(self._parse, [mark for mark in self.quotations if mark.end <= end])


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

    def enrich(self, analysis: Analysis, found: Enrichment, /) -> Enrichment:
        """Return what this enricher adds.

        Parameters
        ----------
        analysis : Analysis
            The document, and what enrichers share.
        found : Enrichment
            What those before it found.

        Raises
        ------
        NotApplicableError
            The enricher has nothing to say about this text.
        """
        ...
