"""The closed list of how a submission can end.

Comes in: nothing. Goes out: the outcomes, their reasons, and one documented line for each, from which
``docs/outcomes.md`` is generated.
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a submission ended. Everything that has none of these is in flight."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    FAILED = "failed"
    REMOVED = "removed"


class Reason(StrEnum):
    """Why a submission was rejected or failed; the part after the colon in ``rejected:<reason>``."""

    # rejected: Newsdesk will not take it
    MALFORMED_MESSAGE = "malformed_message"
    UNKNOWN_VERSION = "unknown_version"
    SUBMISSION_ID_REUSED = "submission_id_reused"
    UNUSABLE_CAPTURE = "unusable_capture"
    INVALID_URL = "invalid_url"
    UNSUPPORTED_SCHEME = "unsupported_scheme"
    CREDENTIALS_IN_URL = "credentials_in_url"
    URL_TOO_LONG = "url_too_long"
    BLOCKED_ADDRESS = "blocked_address"
    BLOCKED_PORT = "blocked_port"
    ROBOTS_DISALLOWED = "robots_disallowed"
    OPT_OUT = "opt_out"
    TAKEN_DOWN = "taken_down"
    # failed: Newsdesk tried and could not
    NOT_FOUND = "not_found"
    GONE = "gone"
    ACCESS_DENIED = "access_denied"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    RATE_LIMITED = "rate_limited"
    MAINTENANCE = "maintenance"
    ROBOTS_UNAVAILABLE = "robots_unavailable"
    NAME_NOT_RESOLVED = "name_not_resolved"
    CONNECTION_FAILED = "connection_failed"
    TLS_ERROR = "tls_error"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    PROTOCOL_ERROR = "protocol_error"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BAD_REDIRECT = "bad_redirect"
    CONTENT_TYPE = "content_type"
    CONTENT_ENCODING = "content_encoding"
    UNDECODABLE = "undecodable"
    EMPTY_PAGE = "empty_page"
    NO_ARTICLE = "no_article"
    NOT_FOUND_PAGE = "not_found_page"
    PAYWALL = "paywall"
    CONSENT_WALL = "consent_wall"
    BOT_WALL = "bot_wall"
    EXTRACTION_ERROR = "extraction_error"
    PARSE_TIMEOUT = "parse_timeout"
    PARSE_MEMORY = "parse_memory"
    PARSE_CRASH = "parse_crash"
    CAPTURE_MISSING = "capture_missing"
    WORK_UNREADABLE = "work_unreadable"
    FRONT_PAGE = "front_page"
    REDIRECTED = "redirected"
    HOST_OVERLOADED = "host_overloaded"
    STUCK = "stuck"


REJECTIONS: frozenset[Reason] = frozenset(
    {
        Reason.MALFORMED_MESSAGE,
        Reason.UNKNOWN_VERSION,
        Reason.SUBMISSION_ID_REUSED,
        Reason.UNUSABLE_CAPTURE,
        Reason.INVALID_URL,
        Reason.UNSUPPORTED_SCHEME,
        Reason.CREDENTIALS_IN_URL,
        Reason.URL_TOO_LONG,
        Reason.BLOCKED_ADDRESS,
        Reason.BLOCKED_PORT,
        Reason.ROBOTS_DISALLOWED,
        Reason.OPT_OUT,
        Reason.TAKEN_DOWN,
    }
)
"""Reasons that belong to ``rejected``; all others belong to ``failed``."""

TRANSIENT: frozenset[Reason] = frozenset(
    {
        Reason.SERVER_ERROR,
        Reason.RATE_LIMITED,
        Reason.MAINTENANCE,
        Reason.ROBOTS_UNAVAILABLE,
        Reason.NAME_NOT_RESOLVED,
        Reason.CONNECTION_FAILED,
        Reason.TIMEOUT,
        Reason.TRUNCATED,
    }
)
"""Reasons that become an outcome only after the attempts of ``newsdesk.articles.retries`` are used up."""

DESCRIPTIONS: dict[str, str] = {
    "indexed": "A new revision of the article was committed.",
    "unchanged": "The page's cleaned body, headline and dates are those of the current revision; or a pushed page is "
    "no newer than what is known.",
    "duplicate": "The URL leads to an article that is known under another URL; `duplicateOf` names it.",
    "removed": "The article was taken down or retracted; its tombstone stands.",
    "rejected:malformed_message": "The intake message is not JSON of the published schema.",
    "rejected:unknown_version": "The intake message carries a `schemaVersion` that this release does not know.",
    "rejected:submission_id_reused": "The submission's id was another URL's; recorded under the queue message's id.",
    "rejected:unusable_capture": "The pushed page is not there, or is not one of this URL; `detail` says which.",
    "rejected:invalid_url": "The text is not an absolute URL with a host (WHATWG URL).",
    "rejected:unsupported_scheme": "The scheme is neither `http` nor `https`.",
    "rejected:credentials_in_url": "The URL carries a user name or a password.",
    "rejected:url_too_long": "The URL is longer than 2,048 characters.",
    "rejected:blocked_address": "The host is, resolves to, or redirects to an address that is not public.",
    "rejected:blocked_port": "The port is not one that the stack allows (80 and 443 unless set otherwise).",
    "rejected:robots_disallowed": "The host's robots.txt disallows the URL for Newsdesk (RFC 9309).",
    "rejected:opt_out": "The page, its header or its host refuses a use that `OptOutPolicy` enforces.",
    "rejected:taken_down": "The article, or its host, was taken down by an operator, and is not taken again.",
    "failed:not_found": "The server answered 404.",
    "failed:gone": "The server answered 410.",
    "failed:access_denied": "The server answered 401, 402, 403, 407 or 451.",
    "failed:client_error": "The server answered another 4xx, a 3xx that is not a redirect, or a status above 599.",
    "failed:server_error": "The server still answered 5xx after the last attempt.",
    "failed:rate_limited": "The server still answered 429 after the last attempt.",
    "failed:maintenance": "The server still answered 200 with a page of maintenance after the last attempt.",
    "failed:robots_unavailable": "The host's robots.txt was still unreachable after the last attempt (RFC 9309).",
    "failed:name_not_resolved": "The host's name still did not resolve after the last attempt.",
    "failed:connection_failed": "No connection could be made, or it broke, up to the last attempt.",
    "failed:tls_error": "The server's certificate or TLS version is not acceptable.",
    "failed:timeout": "On every attempt, the deadline of the fetch passed or the server answered 408.",
    "failed:truncated": "On every attempt, the body ended before its declared length or its encoding's end.",
    "failed:protocol_error": "The server's answer is not HTTP/1.1, or its head is too large.",
    "failed:too_large": "The body, on the wire or decoded, is larger than the cap.",
    "failed:too_many_redirects": "More redirects than allowed, or a loop.",
    "failed:bad_redirect": "A redirect or refresh without a usable target, or from https down to http.",
    "failed:content_type": "The answer is neither HTML nor plain text, whatever type it was given.",
    "failed:content_encoding": "The body's content encoding is unknown, stacked, or not the one that it names.",
    "failed:undecodable": "The body's bytes are not text in any charset that could be found.",
    "failed:empty_page": "The body is empty or white space.",
    "failed:no_article": "The page was read and has no article: it is a menu, a form, the error of a program.",
    "failed:not_found_page": "The server answered 200 with a page that says that it was not found.",
    "failed:paywall": "The page keeps its article for subscribers and shows not even its opening.",
    "failed:consent_wall": "The page asks for consent to cookies or data use and shows no article.",
    "failed:bot_wall": "The page is a challenge to robots, or a message that refuses the visit.",
    "failed:extraction_error": "The extractor failed on this page; the capture is kept.",
    "failed:parse_timeout": "Reading the page took more than 3 s of processor time, even by the fallback.",
    "failed:parse_memory": "Reading the page took more than 512 MB, even by the fallback.",
    "failed:parse_crash": "The process that reads pages crashed on this one, even in the fallback.",
    "failed:capture_missing": "The capture that a later stage needs is no longer in the bucket.",
    "failed:work_unreadable": "The output of an earlier stage cannot be read by this release, or was damaged.",
    "failed:front_page": "The URL redirects to a front page, or is one; a front page is never the article.",
    "failed:redirected": "An indexed article's URL redirects to another page; the last revision stands.",
    "failed:host_overloaded": "The host was in back-off each time that the page's turn came.",
    "failed:stuck": "The work was resent as often as allowed and never finished; see the dead-letter queue.",
}
"""One line for each outcome, as ``docs/outcomes.md`` prints it."""


class PageEnd(StrEnum):
    """Why an article's pages end although none of them failed."""

    REPEATED = "repeated"
    """The next page says nothing that those before it do not say."""
    NOT_FOLLOWED = "not_followed"
    """The article goes on, and its next page is not fetched: there are more than wanted, or it is another site's."""


ChainEnd = Reason | PageEnd
"""Why an article that continues has no further page: its next page failed, or is unusable."""


def label(outcome: Outcome, reason: Reason | None) -> str:
    """Return the outcome as it is recorded and printed.

    Parameters
    ----------
    outcome : Outcome
    reason : Reason or None
        Required for ``rejected`` and ``failed``, absent otherwise.

    Returns
    -------
    str
        ``indexed``, ``failed:timeout`` and so on.

    Raises
    ------
    ValueError
        If the pair is not in the closed list.
    """
    text = outcome.value if reason is None else f"{outcome.value}:{reason.value}"
    if text not in DESCRIPTIONS:
        raise ValueError(f"{text} is not a documented outcome")
    return text


def outcome_in(text: str) -> Outcome:
    """Return the outcome of what :func:`label` returned."""
    return Outcome(text.partition(":")[0])


def outcome_of(reason: Reason) -> Outcome:
    """Return whether a reason means ``rejected`` or ``failed``."""
    return Outcome.REJECTED if reason in REJECTIONS else Outcome.FAILED
