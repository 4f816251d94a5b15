"""Fetching, politely and safely: the HTTP client, its bounds, the egress guard, robots.txt and pacing.

Below it stand ``web``, ``hosts`` and ``ports``.
"""

from __future__ import annotations

from newsdesk.web.transport import egress_guard
from newsdesk.web.transport.answers import NOT_MODIFIED
from newsdesk.web.transport.client import FetchLimits, HttpFetcher
from newsdesk.web.transport.exchange import (
    BeforeSend,
    Fetcher,
    FetchRequest,
    FetchResponse,
    Hop,
    ListingFetcher,
    OverloadedError,
    RedirectError,
    RequestSlot,
)
from newsdesk.web.transport.politeness import AUXILIARY_DEADLINE_SECONDS, CrawlLimits, NotYetError, Politeness, Visit
from newsdesk.web.transport.robots import MAXIMUM_ROBOTS_BYTES, is_allowed, read_robots

__all__ = [
    "AUXILIARY_DEADLINE_SECONDS",
    "MAXIMUM_ROBOTS_BYTES",
    "NOT_MODIFIED",
    "BeforeSend",
    "CrawlLimits",
    "FetchLimits",
    "FetchRequest",
    "FetchResponse",
    "Fetcher",
    "Hop",
    "HttpFetcher",
    "ListingFetcher",
    "NotYetError",
    "OverloadedError",
    "Politeness",
    "RedirectError",
    "RequestSlot",
    "Visit",
    "egress_guard",
    "is_allowed",
    "read_robots",
]
