"""The fetcher as tests use it: on loopback, with a resolver that is given its answers.

Comes in: URLs of a local server. Goes out: responses, or the errors that were to be expected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import pytest

from newsdesk.contracts import TRANSIENT
from newsdesk.errors import PermanentError, TransientError
from newsdesk.web import Address, parse_networks
from newsdesk.web.transport import FetchLimits, FetchRequest, FetchResponse, HttpFetcher

LOOPBACK = parse_networks(["127.0.0.1/32"])
"""The only address that stands for the public internet here; 127.0.0.9 stands for the inside."""

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
DEADLINE = 5.0


def to_addresses(*texts: str) -> Callable[[str, int], Sequence[Address]]:
    """Return a resolver that knows one answer."""

    def resolve(host: str, port: int) -> Sequence[Address]:
        return [ip_address(text) for text in texts]

    return resolve


def fetcher(deadline: float = DEADLINE, body: int = 100_000, redirects: int = 5, **options: Any) -> HttpFetcher:
    options = {"allowed": LOOPBACK, "clock": lambda: NOW, **options}
    return HttpFetcher("Newsdesk/0 (+https://newsdesk.example)", FetchLimits(deadline, body, redirects), **options)


def fetch(url: str, **options: Any) -> FetchResponse:
    return fetcher(**options).fetch(FetchRequest(url))


def failure(url: str, **options: Any) -> PermanentError | TransientError:
    """Fetch in vain; the kind of the error must be the kind of its reason."""
    with pytest.raises((PermanentError, TransientError)) as caught:
        fetch(url, **options)
    error = caught.value
    assert isinstance(error, PermanentError | TransientError)
    assert isinstance(error, TransientError) == (error.reason in TRANSIENT)
    return error
