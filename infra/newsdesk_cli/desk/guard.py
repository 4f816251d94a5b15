"""Guards every page of the desk: who may ask, what they may ask for, and which headers the answers get.

Comes in: requests. Goes out: refusals, or the application's answers with more headers.

Any site that the operator visits can make the browser send requests to a loopback address, and can make its own name
lead there (DNS rebinding). It cannot choose the ``Host`` header, which names the site, nor the ``Sec-Fetch`` headers
(W3C Fetch Metadata), which say that another site asks. No answer allows another origin to read it (CORS).
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
CAPTURE_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'"
)
"""Of a page that strangers wrote: its own style, and nothing that runs, loads or sends."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_METHODS = ("GET", "HEAD")
_OWN_SITES = ("same-origin", "none")


class Guard:
    """An ASGI application around another one.

    Parameters
    ----------
    hosts : collection of str
        What ``Host`` may be: names of this machine, each with the port.
    """

    def __init__(self, application: ASGIApp, hosts: Collection[str]) -> None:
        self._application = application
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # a WebSocket that nobody accepts is closed by the server

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message))
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        await (refusal or self._application)(scope, receive, send_with_headers)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return PlainTextResponse("The desk answers to its own address alone.\n", 421)
        if method not in _METHODS:
            return PlainTextResponse("The desk changes nothing.\n", 405, {"Allow": ", ".join(_METHODS)})
        if headers.get("sec-fetch-site", "none") not in _OWN_SITES and not _is_followed_link(headers):
            return PlainTextResponse("Another site may link to the desk, and no more.\n", 403)
        return None


def _is_followed_link(headers: Headers) -> bool:
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"


def _add_headers(headers: MutableHeaders) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
