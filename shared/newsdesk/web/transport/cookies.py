"""The cookies of one fetch: what a server sets on the way is sent again on the way (RFC 6265), and then forgotten.

Comes in: the answers of a fetch, one after the other. Goes out: the ``Cookie`` field of the next request.

Some sites send a visitor without a cookie to the same URL again until the cookie comes back. A cookie is sent to the
host that set it and to no other, whatever its ``Domain`` says. ``Secure`` says nothing here: a fetch never goes from
https to http.
"""

from __future__ import annotations

from collections.abc import Iterable

from newsdesk.web import Url

MOST_COOKIES = 50
LONGEST_COOKIE = 4096
"""Characters of one; both are what RFC 6265, section 6.1, asks of a browser at least."""

LONGEST_FIELD = 8192

_KEY_PARTS = tuple[str, str, str]


class FetchCookies:
    """What the servers of one fetch have set so far."""

    def __init__(self) -> None:
        self._values: dict[_KEY_PARTS, str] = {}

    def take(self, url: Url, field_values: Iterable[str]) -> None:
        """Take in the ``Set-Cookie`` fields of an answer.

        Parameters
        ----------
        url : Url
            Which URL answered.
        """
        for value in field_values:
            pair, *attributes = value.split(";")
            name, equals, content = (part.strip() for part in pair.partition("="))
            if not name or not equals or len(pair) > LONGEST_COOKIE:
                continue
            path, is_expired = _default_path(url), False
            for attribute in attributes:
                key, _, stated = (part.strip() for part in attribute.partition("="))
                if key.lower() == "path" and stated.startswith("/"):
                    path = stated
                elif key.lower() == "max-age":
                    is_expired = stated.startswith("-") or stated == "0"
            key_parts = (url.host, path, name)
            if is_expired:
                self._values.pop(key_parts, None)
            elif key_parts in self._values or len(self._values) < MOST_COOKIES:
                self._values[key_parts] = content

    def field_for(self, url: Url) -> str | None:
        """Return the value of the ``Cookie`` field of a request; None when there is none to send."""
        path = url.target.partition("?")[0]
        fitting = [
            (len(cookie_path), f"{name}={value}")
            for (host, cookie_path, name), value in self._values.items()
            if host == url.host and _path_matches(path, cookie_path)
        ]
        # RFC 6265, section 5.4: longer paths first.
        field = "; ".join(text for _, text in sorted(fitting, key=lambda cookie: -cookie[0]))
        return field if 0 < len(field) <= LONGEST_FIELD else None


def _default_path(url: Url) -> str:
    """Return the folder of a URL (RFC 6265, section 5.1.4)."""
    return url.target.partition("?")[0].rpartition("/")[0] or "/"


def _path_matches(path: str, cookie_path: str) -> bool:
    return path == cookie_path or (
        path.startswith(cookie_path) and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")
    )
