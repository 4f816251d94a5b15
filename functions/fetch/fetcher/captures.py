"""The parts of a fetch that go into its capture.

Comes in: a response, and what it is a response to. Goes out: the exchange that :mod:`newsdesk.articles.captures`
writes.
"""

from __future__ import annotations

from dataclasses import asdict

from newsdesk.articles import CaptureRedirect, CaptureTls, Exchange
from newsdesk.clock import to_text
from newsdesk.web.transport import FetchResponse


def exchange_of(
    capture_id: str, requested_url: str, response: FetchResponse, host_signals: tuple[str, ...] = ()
) -> Exchange:
    """Return the exchange that a response belongs to; its timings leave out moments that never came."""
    tls = response.tls
    moments = asdict(response.timings)
    return Exchange(
        capture_id=capture_id,
        captured_at=to_text(response.started_at),
        requested_url=requested_url,
        final_url=response.final_url,
        request_head=response.request_head,
        http_version=response.http_version,
        status=response.status,
        reason_phrase=response.reason_phrase,
        headers=response.headers,
        body=response.body,
        resolved_address=response.resolved_address,
        redirects=tuple(CaptureRedirect(hop.url, hop.status, hop.location, hop.address) for hop in response.redirects),
        timings={name: round(seconds, 6) for name, seconds in moments.items() if seconds is not None},
        tls=None if tls is None else CaptureTls(tls.version, tls.cipher, tls.certificate_sha256),
        connection_reused=response.connection_reused,
        host_signals=host_signals,
    )
