"""The one place that says what a URL is, what its canonical form is, and what its article's id is.

Comes in: text that claims to be a URL. Goes out: a checked URL, its canonical form, the article's id.

Parsing is WHATWG URL (https://url.spec.whatwg.org), as browsers do it, by the Ada library: an address spelled as a
number, in octal or in full-width digits is the same address here, in the check and in the dial.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

import can_ada

from newsdesk.contracts import Reason
from newsdesk.errors import RejectedUrlError
from newsdesk.web.networks import Network, is_dialable, literal_address
from newsdesk.web.tracking import is_tracking

LONGEST_SPLIT = 4_000
MAXIMUM_URL_LENGTH = 2048
"""Characters; the longest URL that proxies, search engines and sitemaps (sitemaps.org) agree to carry."""

_DEFAULT_PORT_OF = {"http": 80, "https": 443}
DEFAULT_PORTS: frozenset[int] = frozenset(_DEFAULT_PORT_OF.values())

_LONGEST_HOST = 253
_LONGEST_LABEL = 63
"""Characters in ASCII; the 255 and 63 octets of RFC 1035, section 2.3.4, as they are written."""

_HAS_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.\-]*:")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_UNRESERVED_ESCAPE = re.compile(r"%(2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9Aa]|5[Ff]|6[1-9A-Fa-f]|7[0-9Aa]|7[Ee])")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_SERVLET_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
"""Servlet specification, 7.1.3."""
_ASP_NET_SESSION = re.compile(r"/\((?:[AFX]\([^()/]*\))*S\([a-z0-5]{24}\)(?:[AF]\([^()/]*\))*\)(?=/)")
"""``/(S(24 characters))/``, as ASP.NET writes it without cookies ("ASP.NET Session State Overview")."""

_FRONT = re.compile(r"/(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home)\.[a-z]{3,5}|home/?)?", re.IGNORECASE)

_AMP_VIEWER_HOST = re.compile(r"(?:www\.)?(?:bing\.com|google\.(?:com|[a-z]{2}|com?\.[a-z]{2}))")
_AMP_VIEWER_TARGET = re.compile(r"/amp/(s/)?([^/?]+\.[^/?]+/.+)")
_AMP_CACHE_HOST = re.compile(r"(?:.+\.)?(?:cdn\.ampproject\.org|bing-amp\.com)")
_AMP_CACHE_TARGET = re.compile(r"/[cv]/(s/)?([^/?]+\.[^/?]+/.+)")
"""``/c/`` is a document, ``/v/`` one for a viewer; ``s/`` means https
(https://developers.google.com/amp/cache/overview)."""

REMOVED = "[removed]"
"""What stands in a scrubbed text where a query string was."""

# Each pattern can begin at the start of a word only, and has one way through it, so that the time grows with the text's
# length alone: a server that writes the text of an error must not be able to make logging slow.
_USER = re.compile(r"//[^/\s?#]*@")
_QUOTED_QUERY = re.compile(r"""(?<![^\s?])(?=[^\s?/]*/)([^\s"'?]*["'][^\s?]*)\?[^\n]*""")
_QUERY = re.compile(r"(?<![^\s?])(?=[^\s?/]*/)([^\s?]+)\?\S*")
_FRAGMENT = re.compile(r"(?<![^\s#])(?=[^\s#]*?://)([^\s#]+)#\S*")


@dataclass(frozen=True, slots=True)
class Url:
    """A checked http(s) URL.

    Attributes
    ----------
    href : str
        The URL to request, without fragment.
    scheme, host : str
        ``http`` or ``https``; the host as ASCII, lower case, IPv6 in brackets, without trailing dot.
    port : int
        The effective port.
    target : str
        Path and query as they go into the request line.
    """

    href: str
    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Scheme, host and port where it is not the scheme's own."""
        default = _DEFAULT_PORT_OF.get(self.scheme)
        return f"{self.scheme}://{self.host}" if self.port == default else f"{self.scheme}://{self.host}:{self.port}"


def parse_url(text: str, base: Url | None = None) -> Url:
    """Parse an absolute http(s) URL, or one relative to ``base``.

    Raises
    ------
    RejectedUrlError
        With the reason: ``url_too_long``, ``invalid_url``, ``unsupported_scheme`` or ``credentials_in_url``.
    """
    text = text.strip(" \t\r\n\f")
    if len(text) > MAXIMUM_URL_LENGTH:
        raise RejectedUrlError(Reason.URL_TOO_LONG, f"{len(text)} characters")
    if base is None:
        _check_absolute_form(text)
    try:
        parsed = can_ada.parse(text) if base is None else _parsed(base.href) + text
    except (TypeError, ValueError) as error:  # a TypeError for half a surrogate pair
        raise RejectedUrlError(Reason.INVALID_URL, "cannot be parsed") from error
    scheme = parsed.protocol[:-1]
    if scheme not in _DEFAULT_PORT_OF:
        raise RejectedUrlError(Reason.UNSUPPORTED_SCHEME, scheme[:20])
    if parsed.username or parsed.password:
        raise RejectedUrlError(Reason.CREDENTIALS_IN_URL)
    host = _checked_host(parsed.hostname)
    port = int(parsed.port) if parsed.port else _DEFAULT_PORT_OF[scheme]
    # A backslash may stand in a query, but not in a URL that is submitted; escaped, what we made can be read again.
    target = f"{parsed.pathname or '/'}{parsed.search or ''}".replace("\\", "%5C")
    url = Url("", scheme, host, port, target)
    href = f"{url.origin}{target}"
    if len(href) > MAXIMUM_URL_LENGTH:
        raise RejectedUrlError(Reason.URL_TOO_LONG, f"{len(href)} characters once encoded")
    return Url(href, scheme, host, port, target)


@lru_cache(maxsize=16)
def _parsed(base: str) -> can_ada.URL:
    """Return a URL that many others are relative to."""
    return can_ada.parse(base)


def _check_absolute_form(text: str) -> None:
    """Refuse what is not an absolute http(s) URL in the one form that all parsers read alike."""
    scheme = _HAS_SCHEME.match(text)
    if scheme is None:
        raise RejectedUrlError(Reason.INVALID_URL, "not absolute")
    if scheme.group(0)[:-1].lower() not in _DEFAULT_PORT_OF:
        raise RejectedUrlError(Reason.UNSUPPORTED_SCHEME, scheme.group(0)[:-1].lower()[:20])
    # Browsers read "http:x", "http:///x" and a backslash as "http://x"; no honest submitter writes them, and the
    # next parser down the line may disagree about which part is the host.
    if _FORBIDDEN.search(text) or not text[len(scheme.group(0)) :].startswith("//") or ":///" in text[:10]:
        raise RejectedUrlError(Reason.INVALID_URL, "not in the standard form")


def _checked_host(hostname: str) -> str:
    """Return a parsed host name without the dot of the root, or refuse it."""
    # One dot is the root of the DNS. With more, "0x7f.1.." is a name here and would be an address once they are gone.
    host = hostname.removesuffix(".")
    if not all(host.split(".")):
        raise RejectedUrlError(Reason.INVALID_URL, "no host, or an empty label in it")
    # No resolver knows a longer one, and stores whose keys begin with the host refuse it.
    if len(host) > _LONGEST_HOST or max(map(len, host.split("."))) > _LONGEST_LABEL:
        raise RejectedUrlError(Reason.INVALID_URL, f"a host of {len(host)} characters, or a label too long")
    return host


def split_url(text: str) -> SplitResult | None:
    """Return the parts of a URL that is only looked at and never dialled, or None when it has none to tell.

    It takes what :func:`parse_url` refuses: relative references, other schemes, hosts that are not names. Only the
    first 4,000 characters are looked at.
    """
    try:
        parts = urlsplit(text[:LONGEST_SPLIT])
        _ = parts.hostname, parts.port  # both are only read, and may only fail, on access
    except ValueError:
        return None
    return parts


def check_destination(url: Url, allowed: Sequence[Network] = (), ports: Collection[int] = DEFAULT_PORTS) -> None:
    """Refuse a URL that spells a private address, a local name, or another port; names are checked when resolved.

    Raises
    ------
    RejectedUrlError
        With the reason ``blocked_address`` or ``blocked_port``.
    """
    address = literal_address(url.host)
    if address is not None:
        inside = any(address in network for network in allowed if network.version == address.version)
        if inside:
            return
        if not is_dialable(address):
            raise RejectedUrlError(Reason.BLOCKED_ADDRESS, url.host)
    elif not allowed and (url.host == "localhost" or url.host.endswith(".localhost") or "." not in url.host):
        # RFC 6761: localhost never leaves the machine; a name without a dot is only known inside a network.
        raise RejectedUrlError(Reason.BLOCKED_ADDRESS, url.host)
    if url.port not in ports and not allowed:
        raise RejectedUrlError(Reason.BLOCKED_PORT, str(url.port))


def canonical_url(url: Url) -> str:
    """Return the form under which an article is known.

    Only differences that certainly mean nothing to the server are removed, so that no two articles become one:

    - fragment (``#!`` too: a server never sees it) and default port are gone; host, escapes and dot segments have one
      spelling (WHATWG URL; RFC 3986, section 6.2.2);
    - tracking parameters, session ids, an empty query and empty parameters are dropped (:mod:`newsdesk.web.tracking`);
    - the address of a page in an AMP cache or viewer, which holds the page's own, becomes that. This is the only case
      in which the host is another; before it is dialled, it has to be checked like any other URL.

    Left alone is what only the site knows: the case and the slashes of a path (``/a``, ``/a/``, ``/a//b``), the order,
    number and values of parameters, ``http`` and ``https``, ``www.``, ``m.`` and ``amp.`` hosts. Where two of these
    are one page, a redirect or the page's canonical link says so.

    Applied to its own result, it returns the same.
    """
    # Each round makes the URL shorter or an escape more regular, so it ends. A second one is needed where removing
    # something brought forth what has to be removed: "/a/..;jsessionid=1/b", a cache's address in a cache's address.
    while True:
        simpler = parse_url(_simplified(_out_of_amp_cache(url)))
        if simpler == url:
            return url.href
        url = simpler


def is_front_page(url: Url) -> bool:
    """Return whether a URL names its site's front page: ``/``, that of a language, or its index file, with no query.

    ``/?p=1`` is none: blogs have articles there.
    """
    return _FRONT.fullmatch(url.target) is not None


def article_id(canonical: str) -> str:
    """Return the article's id: the first 128 bits of the canonical URL's SHA-256 in lower-case base32.

    Returns
    -------
    str
        26 characters of ``a-z2-7``.
    """
    digest = hashlib.sha256(canonical.encode("utf-8")).digest()[:16]
    return base64.b32encode(digest).decode("ascii").rstrip("=").lower()


def scrub(text: str) -> str:
    """Return a text without the query strings, fragments and credentials of the URLs and request targets in it.

    A query ends at white space: a URL that was parsed has none. Behind a quotation mark, where an error may repeat raw
    input, the rest of the line goes too.
    """
    text = _USER.sub("//", text)
    text = _QUOTED_QUERY.sub(rf"\1?{REMOVED}", text)
    text = _QUERY.sub(rf"\1?{REMOVED}", text)
    return _FRAGMENT.sub(rf"\1#{REMOVED}", text)


def _simplified(url: Url) -> str:
    path, _, query = url.target.partition("?")
    path = _normalise_escapes(path)
    path = _ASP_NET_SESSION.sub("", _SERVLET_SESSION.sub("", path))
    # Escapes go first, and in each part alone: "%75tm_source" is utm_source, and a broken escape in a part that is
    # dropped must not keep its neighbours from being normalised.
    parts = [_normalise_escapes(part) for part in query.split("&")]
    kept = [part for part in parts if part and not is_tracking(part)]
    target = f"{path}?{'&'.join(kept)}" if kept else path
    return f"{url.origin}{target}"


def _out_of_amp_cache(url: Url) -> Url:
    """Return the page's own URL where an AMP cache or viewer shows it; any other URL as it is."""
    if url.origin != f"{url.scheme}://{url.host}":  # no cache has a port of its own
        return url
    if _AMP_CACHE_HOST.fullmatch(url.host):
        found = _AMP_CACHE_TARGET.fullmatch(url.target)
    elif _AMP_VIEWER_HOST.fullmatch(url.host):
        found = _AMP_VIEWER_TARGET.fullmatch(url.target)
    else:
        return url
    if found is None:
        return url
    try:
        return parse_url(f"{'https' if found[1] else 'http'}://{found[2]}")
    except RejectedUrlError:
        return url


def _normalise_escapes(text: str) -> str:
    if _BROKEN_ESCAPE.search(text):
        # A stray "%" next to a decoded character could spell a new escape; what is broken is left as it is.
        return text
    decoded = _UNRESERVED_ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text)
    return _ESCAPE.sub(lambda match: match.group(0).upper(), decoded)
