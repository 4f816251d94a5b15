"""The links of the body.

Comes in: the document. Goes out: its links, each URL once. Extract has found them and marked
which of them stay inside the site: only it sees the page. The kind of a link's target is read from its URL, where the
URL shows it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from enricher.ports import Analysis
from enricher.text import read_word_lists
from newsdesk.contracts import Enrichment, Link
from newsdesk.web import split_url

LinkTarget = Literal["homepage", "article", "document", "media", "social"]


_LISTS = read_word_lists(Path(__file__).with_name("links.toml"))

_DOCUMENTS = _LISTS["documents"]
_MEDIA = _LISTS["media"]

_SOCIAL_NETWORKS = _LISTS["social_networks"]
_MEDIA_PLATFORMS = _LISTS["media_platforms"]

_SLUG = re.compile(r"[a-z0-9%]++(?:[-_][a-z0-9%]++){3,}", re.IGNORECASE)
_LONGEST_NAME = 300
"""Characters of a path's last part that are searched: the time grows with the square of the length."""

_DATE = re.compile(r"/(?:19|20)\d\d/(?:0?[1-9]|1[0-2]|[a-z]{3})/")
_NUMBER = re.compile(r"\d{6,}")


class LinksEnricher:
    """Passes on the links that extract found, and says what they lead to where their URL shows it."""

    name = "links"
    version = "2"

    def enrich(self, analysis: Analysis, _found: Enrichment) -> Enrichment:
        """Add the links."""
        first: dict[str, Link] = {}
        for link in analysis.document.links:
            first.setdefault(link.url, link)
        return Enrichment(links=tuple(link.model_copy(update={"target": target(link.url)}) for link in first.values()))


def target(url: str) -> LinkTarget | None:
    """Return what a URL leads to, or nothing where it does not say.

    An article is a page whose path has a date, a long number or a name of four or more words, as those of news sites
    have; a page of a social network is social whatever it shows.
    """
    parts = split_url(url)
    if parts is None:
        return None
    host = (parts.hostname or "").lower()
    path = parts.path.lower()
    if parts.scheme not in {"http", "https"} or not host:
        return None
    if _is_of(host, _SOCIAL_NETWORKS):
        return "social"
    if _is_of(host, _MEDIA_PLATFORMS):
        return "media"
    suffix = path.rpartition("/")[2].rpartition(".")
    if suffix[1] and suffix[2] in _DOCUMENTS:
        return "document"
    if suffix[1] and suffix[2] in _MEDIA:
        return "media"
    if path in {"", "/"}:
        return None if parts.query else "homepage"
    last = path.rstrip("/").rpartition("/")[2][:_LONGEST_NAME]
    if _DATE.search(path) or _SLUG.search(last) or _NUMBER.search(last):
        return "article"
    return None


def _is_of(host: str, domains: frozenset[str]) -> bool:
    labels = host.split(".")
    return any(".".join(labels[at:]) in domains for at in range(len(labels) - 1))
