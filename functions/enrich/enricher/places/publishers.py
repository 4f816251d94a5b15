"""Which country a publisher is in, as its page shows.

Comes in: the document. Goes out: an ISO 3166-1 code, or none.
"""

from __future__ import annotations

import re

from enricher.ports import Document
from newsdesk.web import split_url

_WORLDWIDE = frozenset({"AI", "AM", "CC", "CO", "EU", "FM", "GG", "IM", "IO", "LA", "LY", "ME", "SH", "TO", "TV", "WS"})
"""Domains of countries that are registered from all over the world."""
_ISO_3166_OF_A_DOMAIN = {"UK": "GB", "AC": "SH"}
_REGION = re.compile(r"[a-z]{2,3}[-_](?:[a-z]{4}[-_])?([a-z]{2})", re.IGNORECASE)
_REGION_BY_DEFAULT = "US"
"""What publishing software declares where nobody has set it."""


def country_of_publisher(document: Document) -> str | None:
    """Return the country of the host's domain, or else the region of the declared language (``en-IE``)."""
    address = split_url(document.url) if document.url else None
    domain = ((address.hostname or "") if address else "").rpartition(".")[2].upper()
    if len(domain) == len("XX") and domain not in _WORLDWIDE:
        return _ISO_3166_OF_A_DOMAIN.get(domain, domain)
    declared = _REGION.fullmatch(document.declared_language or "")
    region = declared[1].upper() if declared else _REGION_BY_DEFAULT
    return None if region == _REGION_BY_DEFAULT else region
