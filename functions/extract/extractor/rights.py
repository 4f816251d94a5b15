"""What the site asks of machines.

Comes in: a page's tree and the response's header fields. Goes out: :class:`newsdesk.article.Rights`. Changes nothing.

Read are ``<meta name="robots">`` and ``X-Robots-Tag`` (https://developers.google.com/search/docs/crawling-indexing/
robots-meta-tag) and the TDM Reservation Protocol (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from newsdesk.article import Rights

_VALUED_DIRECTIVES = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_MAXIMUM_DIRECTIVES = 30
_LONGEST_DIRECTIVE = 60


def rights_of(tree: HtmlElement | None, headers: Iterable[tuple[str, str]]) -> Rights:
    """Return what page and header fields ask for, in the order in which they ask."""
    fields = [*_meta_fields(tree), *((name.lower(), value) for name, value in headers)]
    directives = tuple(dict.fromkeys(_directives(fields)))[:_MAXIMUM_DIRECTIVES]
    reservations = [value.strip() for name, value in fields if name == "tdm-reservation"]
    return Rights(
        robots=directives,
        noarchive=True if "noarchive" in directives else None,
        noai=True if "noai" in directives else None,
        tdm_reservation=reservations[-1] == "1" if reservations else None,
    )


def _meta_fields(tree: HtmlElement | None) -> Iterator[tuple[str, str]]:
    if tree is not None:
        for meta in tree.iter("meta"):
            yield meta.get("name", "").strip().lower(), meta.get("content", "")


def _directives(fields: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in fields:
        if name in ("robots", "x-robots-tag"):
            for part in value.lower().split(","):
                directive = part.strip()
                label, colon, _ = directive.partition(":")
                # "otherbot: noindex" speaks to another robot.
                if directive and len(directive) <= _LONGEST_DIRECTIVE and (not colon or label in _VALUED_DIRECTIVES):
                    yield directive
