"""What the web is to Newsdesk: URLs, addresses, content codings, and what sites ask of machines.

Below it stand ``characters``, ``contracts``, ``clock``, ``errors`` and ``words``. How a page is fetched is in
``web.transport``, a door of its own: a function that fetches nothing loads no HTTP client.
"""

from __future__ import annotations

from newsdesk.web.charsets import codec_of
from newsdesk.web.content_encoding import ACCEPT_ENCODING, decode_body, decode_start, decoded_pieces, single_encoding
from newsdesk.web.lists import url_in_line, without_references
from newsdesk.web.media_types import READABLE_TYPES, media_type_of
from newsdesk.web.networks import (
    BLOCKED_NETWORKS,
    FUNCTION_PORTS,
    Address,
    Network,
    is_dialable,
    literal_address,
    parse_networks,
)
from newsdesk.web.rights import (
    OptOutPolicy,
    RefusedUse,
    Signal,
    digest_of,
    header_signals,
    host_signals,
    page_signals,
    parse_policy,
    product_token,
    recorded,
    refusals_of,
    tdm_reservation,
    unavailable_after,
)
from newsdesk.web.shared_networks import is_shared
from newsdesk.web.urls import (
    DEFAULT_PORTS,
    MAXIMUM_URL_LENGTH,
    Url,
    article_id,
    canonical_url,
    check_destination,
    is_front_page,
    parse_url,
    scrub,
    split_url,
)

__all__ = [
    "ACCEPT_ENCODING",
    "BLOCKED_NETWORKS",
    "DEFAULT_PORTS",
    "FUNCTION_PORTS",
    "MAXIMUM_URL_LENGTH",
    "READABLE_TYPES",
    "Address",
    "Network",
    "OptOutPolicy",
    "RefusedUse",
    "Signal",
    "Url",
    "article_id",
    "canonical_url",
    "check_destination",
    "codec_of",
    "decode_body",
    "decode_start",
    "decoded_pieces",
    "digest_of",
    "header_signals",
    "host_signals",
    "is_dialable",
    "is_front_page",
    "is_shared",
    "literal_address",
    "media_type_of",
    "page_signals",
    "parse_networks",
    "parse_policy",
    "parse_url",
    "product_token",
    "recorded",
    "refusals_of",
    "scrub",
    "single_encoding",
    "split_url",
    "tdm_reservation",
    "unavailable_after",
    "url_in_line",
    "without_references",
]
