"""The links of the body.

Comes in: the document. Goes out: its links, each URL once. Changes nothing. Extract has found them and told those
inside the site from those that lead out of it: only it sees the page.
"""

from __future__ import annotations

from enricher.ports import Document
from newsdesk.article import Enrichment, Link


class LinksEnricher:
    """Passes on the links that extract found."""

    name = "links"
    version = "1"

    def enrich(self, document: Document, found: Enrichment) -> Enrichment:  # noqa: ARG002
        """Add the links."""
        first: dict[str, Link] = {}
        for link in document.links:
            first.setdefault(link.url, link)
        return Enrichment(links=tuple(first.values()))
