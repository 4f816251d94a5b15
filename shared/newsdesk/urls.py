"""The one place that says what a URL is, what its canonical form is, and what its article is called.

Comes in: text that claims to be a URL. Goes out: a checked URL, its canonical form, the article's id. Changes nothing.

Parsing is WHATWG URL (https://url.spec.whatwg.org), as browsers do it, by the Ada library: an address spelled as a
number, in octal or in full-width digits is the same address here, in the check and in the dial.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import can_ada

from newsdesk.errors import RejectedUrlError
from newsdesk.networks import Network, is_dialable, literal_address
from newsdesk.outcomes import Reason

MAXIMUM_URL_LENGTH = 2048
"""Characters; the longest URL that proxies, search engines and sitemaps (sitemaps.org) agree to carry."""

DEFAULT_PORTS: frozenset[int] = frozenset({80, 443})

TRACKING_PARAMETERS: frozenset[str] = frozenset(
    {
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "yclid", "igshid", "igsh",
        "mc_cid", "mc_eid", "mkt_tok", "vero_id", "oly_anon_id", "oly_enc_id", "_hsenc", "_hsmi", "__hsfp", "__hssc",
        "__hstc", "hsctatracking", "ncid", "ocid", "cmpid", "s_cid", "smid", "sref", "ref_src", "ref_url", "xtor",
        "wt_mc", "wt.mc_id", "at_medium", "at_campaign", "ns_mchannel", "ns_source", "ns_campaign", "ito",
        "guccounter", "guce_referrer", "guce_referrer_sig", "_ga", "_gl", "srsltid", "ttclid", "li_fat_id",
    }
)  # fmt: skip
"""Query parameters that say how a reader came, not what is read (lower case)."""

TRACKING_PREFIXES: tuple[str, ...] = ("utm_", "pk_", "mtm_", "matomo_", "hsa_", "stm_")

_HAS_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.\-]*:")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_UNRESERVED_ESCAPE = re.compile(r"%(2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9Aa]|5[Ff]|6[1-9A-Fa-f]|7[0-9Aa]|7[Ee])")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")


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
        default = 443 if self.scheme == "https" else 80
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
        scheme = _HAS_SCHEME.match(text)
        if scheme is None:
            raise RejectedUrlError(Reason.INVALID_URL, "not absolute")
        if scheme.group(0).lower() not in ("http:", "https:"):
            raise RejectedUrlError(Reason.UNSUPPORTED_SCHEME, scheme.group(0)[:-1].lower()[:20])
        # Browsers read "http:x", "http:///x" and a backslash as "http://x"; no honest submitter writes them, and the
        # next parser down the line may disagree about which part is the host.
        if _FORBIDDEN.search(text) or not text[len(scheme.group(0)) :].startswith("//") or ":///" in text[:10]:
            raise RejectedUrlError(Reason.INVALID_URL, "not in the standard form")
    try:
        parsed = can_ada.parse(text) if base is None else can_ada.parse(base.href) + text
    except ValueError as error:
        raise RejectedUrlError(Reason.INVALID_URL, "cannot be parsed") from error
    protocol = parsed.protocol
    if protocol not in ("http:", "https:"):
        raise RejectedUrlError(Reason.UNSUPPORTED_SCHEME, protocol[:-1][:20])
    if parsed.username or parsed.password:
        raise RejectedUrlError(Reason.CREDENTIALS_IN_URL)
    # One dot is the root of the DNS. With more, "0x7f.1.." is a name here and would be an address once they are gone.
    host = parsed.hostname.removesuffix(".")
    if not all(host.split(".")):
        raise RejectedUrlError(Reason.INVALID_URL, "no host, or an empty label in it")
    scheme_name = protocol[:-1]
    port = int(parsed.port) if parsed.port else (443 if scheme_name == "https" else 80)
    target = f"{parsed.pathname or '/'}{parsed.search or ''}"
    url = Url("", scheme_name, host, port, target)
    href = f"{url.origin}{target}"
    if len(href) > MAXIMUM_URL_LENGTH:
        raise RejectedUrlError(Reason.URL_TOO_LONG, f"{len(href)} characters once encoded")
    return Url(href, scheme_name, host, port, target)


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

    Fragment, credentials and default port are gone; percent-escapes of unreserved characters are decoded and others
    are upper case (RFC 3986, section 6.2.2); tracking parameters are dropped and the order of the rest is kept,
    because a server may read meaning into it. Applying it to its own result changes nothing.
    """
    path, _, query = url.target.partition("?")
    path = _normalise_escapes(path)
    # Escapes go first, and in each part alone: "%75tm_source" is utm_source, and a broken escape in a part that is
    # dropped must not keep its neighbours from being normalised.
    parts = [_normalise_escapes(part) for part in query.split("&")]
    kept = [part for part in parts if part and not _is_tracking(part)]
    target = f"{path}?{'&'.join(kept)}" if kept else path
    return f"{url.origin}{target}"


def article_id(canonical: str) -> str:
    """Return the article's id: the first 128 bits of the canonical URL's SHA-256 in lower-case base32.

    Returns
    -------
    str
        26 characters of ``a-z2-7``.
    """
    digest = hashlib.sha256(canonical.encode("utf-8")).digest()[:16]
    return base64.b32encode(digest).decode("ascii").rstrip("=").lower()


def loggable_url(text: str) -> str:
    """Return a URL without query, fragment and credentials, for logs: query strings carry secrets."""
    bare = re.split(r"[?#]", text, maxsplit=1)[0]
    return re.sub(r"//[^/@]*@", "//", bare)[:300]


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)


def _normalise_escapes(text: str) -> str:
    if _BROKEN_ESCAPE.search(text):
        # A stray "%" next to a decoded character could spell a new escape; what is broken is left as it is.
        return text
    decoded = _UNRESERVED_ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text)
    return _ESCAPE.sub(lambda match: match.group(0).upper(), decoded)
