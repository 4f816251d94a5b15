"""What a site asks of machines: one place that reads the signals, and one policy that says which of them are enforced.

Comes in: header fields, ``<meta>`` elements, and what a host says of all its pages. Goes out: signals, and the uses
that they refuse. Whatever the web sends is read without an error; what is not understood refuses
nothing.

======================================  ===============================================================================
signal                                  source
======================================  ===============================================================================
``X-Robots-Tag``, ``meta name=robots``  https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag
``noai``, ``noimageai``                 a convention that DeviantArt began in 2022, in the same places
``tdm-reservation``, ``tdm-policy``     TDM Reservation Protocol, W3C community group report of 2024-05-10: host file,
                                        header field, meta element, each overriding the one before
``Content-Usage``                       draft-ietf-aipref-attach-04 and draft-ietf-aipref-vocab (work in progress)
``Content-Signal``                      https://contentsignals.org, in robots.txt and as a header field
``DisallowAITraining``                  draft-canel-robots-ai-control, in robots.txt
======================================  ===============================================================================
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from newsdesk.characters import storable_line
from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError

HeaderFields = Iterable[tuple[str, str]]

MAXIMUM_SIGNALS = 50
"""An article records this many; all that are read are judged."""

LONGEST_VALUE = 200
"""Characters of a signal; no word with a meaning is as long."""

LONGEST_TEXT = 64 * 1024
"""Characters that are read of what a page, a header or a host says: as many as an HTTP head may have."""

PAGE = "page"
HEADER = "header"
HOST = "host"


class RefusedUse(StrEnum):
    """A use that a site can refuse, and how it refuses it; the values are the words of ``OptOutPolicy``."""

    NOINDEX = "noindex"
    """``X-Robots-Tag`` or ``<meta name="robots">`` with ``noindex``, ``none``, or a past
    ``unavailable_after``."""
    NOARCHIVE = "noarchive"
    """The same fields with ``noarchive`` or ``nocache``."""
    NOSNIPPET = "nosnippet"
    """The same fields with ``nosnippet`` or ``max-snippet:0``."""
    NOAI = "noai"
    """The same fields with ``noai``."""
    NOIMAGEAI = "noimageai"
    """The same fields with ``noimageai``."""
    TDM_RESERVATION = "tdm-reservation"
    """``tdm-reservation: 1`` in ``<meta>``, else in the header, else in ``/.well-known/tdmrep.json``."""
    TRAIN_AI = "train-ai"
    """``Content-Usage: train-ai=n`` or ``Content-Signal: ai-train=no``, as a header or in ``robots.txt``; or
    ``DisallowAITraining`` in ``robots.txt``, for its paths."""
    AI_USE = "ai-use"
    """``Content-Usage: ai-use=n`` or ``Content-Signal: ai-input=no``, as a header or in ``robots.txt``."""
    SEARCH = "search"
    """``Content-Usage: search=n`` or ``Content-Signal: search=no``, as a header or in ``robots.txt``."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that a site said.

    Attributes
    ----------
    source : str
        ``page``, ``header`` or ``host``.
    name : str
        The field or element: ``robots``, ``x-robots-tag``, ``tdm-reservation``, ``content-usage`` and so on.
    value : str
        One directive or preference, such as ``noindex`` or ``train-ai=n``.
    """

    source: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class OptOutPolicy:
    """Which refusals mean that a page is not kept, and that its stored article is retracted.

    Attributes
    ----------
    enforced : frozenset of RefusedUse
    product_token : str
        The robot that directives of its own may address (RFC 9309, section 2.2.1), in lower case.
    """

    enforced: frozenset[RefusedUse] = frozenset()
    product_token: str = ""

    def check_headers(self, headers: HeaderFields, now: datetime) -> None:
        """Return if the header fields of an answer, a 304 for one, leave us free to use the page.

        Raises
        ------
        PermanentError
            ``opt_out``, and which signal says so.
        """
        self.check(header_signals(headers, self.product_token), now)

    def check_host(self, lines: Iterable[str], now: datetime) -> None:
        """Return if what a host says of a page leaves us free to ask for it.

        A reservation of text and data mining is left out: the page may override it.

        Raises
        ------
        PermanentError
            ``opt_out``, and which signal says so.
        """
        self.check((signal for signal in host_signals(lines) if signal.name != _RESERVATION), now)

    def check(self, signals: Iterable[Signal], now: datetime) -> None:
        """Return if the signals leave us free to use the page.

        Raises
        ------
        PermanentError
            ``opt_out``, and which signal says so.
        """
        for signal, refusal in refusals_of(signals, now):
            if refusal in self.enforced:
                raise PermanentError(Reason.OPT_OUT, f"{signal.source}, {signal.name}: {signal.value}")


def parse_policy(text: str) -> frozenset[RefusedUse]:
    """Return the refusals that a comma-separated setting names.

    Raises
    ------
    ValueError
        If it names one that does not exist.
    """
    return frozenset(RefusedUse(word.strip().lower()) for word in text.split(",") if word.strip())


def product_token(user_agent: str) -> str:
    """Return the name by which sites address a user agent (RFC 9309, section 2.2.1), in lower case.

    It is what precedes the first version, unless that is the "Mozilla/5.0 (compatible; …)" of those who name
    themselves behind it.
    """
    match = re.match(r"(?:Mozilla/[^(]*\(compatible; *)?(?P<token>[A-Za-z_-]+)", user_agent)
    return match["token"].lower() if match else ""


def header_signals(headers: HeaderFields, token: str) -> tuple[Signal, ...]:
    """Return what an answer's header fields say; a directive that addresses another robot is left out."""
    fields = _read(_HEADER_FIELDS, headers)
    found: list[Signal] = []
    for name, value in fields:
        if name == "x-robots-tag":
            found += [Signal(HEADER, name, directive) for directive in _addressed_directives(value, token)]
        elif name == "content-signal":
            found += [Signal(HEADER, name, preference) for preference in _content_signal(value)]
        elif name == _RESERVATION:
            # RFC 9110, section 5.3: who passes a message on may have made one field of several.
            found += [Signal(HEADER, name, _cut(part)) for part in value.split(",")]
        elif name == _POLICY:
            found.append(Signal(HEADER, name, _cut(value)))
    # RFC 9651, section 4.2: the lines of a structured field are one field.
    usage = ", ".join(value for name, value in fields if name == "content-usage")
    found += [Signal(HEADER, "content-usage", preference) for preference in _content_usage(usage)]
    return tuple(dict.fromkeys(found))


def page_signals(metas: Iterable[tuple[str, str]], token: str) -> tuple[Signal, ...]:
    """Return the signals in a page's ``<meta>`` elements, which are given as pairs of name and content."""
    found: list[Signal] = []
    for name, content in _read({"robots", token, _RESERVATION, _POLICY} - {""}, metas):
        if name in (_RESERVATION, _POLICY):
            found.append(Signal(PAGE, name, _cut(content)))
        else:
            found += [Signal(PAGE, name, directive) for directive in _directives(content)]
    return tuple(dict.fromkeys(found))


def host_signals(lines: Iterable[str]) -> tuple[Signal, ...]:
    """Return what a host says about a page, given as lines ``name: value`` that apply to it.

    The lines are those of its ``robots.txt`` that address us and the page's path (``Content-Usage``,
    ``Content-Signal``, ``DisallowAITraining``), and the rule of its ``/.well-known/tdmrep.json`` that matches the path,
    as ``tdm-reservation: 1`` and ``tdm-policy: https://…``.
    """
    found: list[Signal] = []
    for name, text in _read(_HOST_LINES, (line.partition(":")[::2] for line in lines)):
        value = text.strip()
        if name == "content-signal":
            found += [Signal(HOST, name, preference) for preference in _content_signal(value)]
        elif name == "content-usage":
            path, _, rest = value.partition(" ")
            preferences = _content_usage(rest.strip() if path.startswith("/") else value)
            found += [Signal(HOST, name, preference) for preference in preferences]
        else:
            found.append(Signal(HOST, name, _cut(value)))
    return tuple(dict.fromkeys(found))


def recorded(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Return the signals that an article records: at most :data:`MAXIMUM_SIGNALS`, those that matter first."""
    if len(signals) > MAXIMUM_SIGNALS:
        signals = sorted(signals, key=lambda signal: not _matters(signal))[:MAXIMUM_SIGNALS]
    return tuple(signals)


def digest_of(signals: Iterable[Signal]) -> str | None:
    """Return a digest that differs when signals refuse something else; None when they refuse nothing at all.

    It is the SHA-256, in hex, of those that refuse a use, name a date, or reserve text and data mining or do not.
    """
    matter = sorted({f"{signal.source} {signal.name}: {signal.value}" for signal in signals if _matters(signal)})
    return hashlib.sha256("\n".join(matter).encode("utf-8", "replace")).hexdigest() if matter else None


def refusals_of(signals: Iterable[Signal], now: datetime) -> Iterator[tuple[Signal, RefusedUse]]:
    """Yield each signal that refuses a use, with the use; the most restrictive of several counts.

    Parameters
    ----------
    now : datetime
        With time zone; an ``unavailable_after`` before it means ``noindex``.
    """
    signals = list(signals)
    reservation = tdm_reservation(signals)
    for signal in signals:
        if signal.name == _RESERVATION and signal.value == "1" and reservation:
            yield signal, RefusedUse.TDM_RESERVATION
        for use in _refused_by(signal):
            yield signal, use
        moment = unavailable_after(signal)
        if moment is not None and moment <= now:
            yield signal, RefusedUse.NOINDEX


def tdm_reservation(signals: Iterable[Signal]) -> bool | None:
    """Return whether text and data mining is reserved; None when nothing is said.

    A page overrides a header field, which overrides the host's file; a value that is neither 0 nor 1 says nothing. The
    protocol allows one value in each place; of several the most restrictive counts.
    """
    said: dict[str, bool] = {}
    for signal in signals:
        if signal.name == _RESERVATION and signal.value in _RESERVATIONS:
            said[signal.source] = said.get(signal.source, False) or signal.value == "1"
    return next((said[source] for source in (PAGE, HEADER, HOST) if source in said), None)


def unavailable_after(signal: Signal) -> datetime | None:
    """Return the time after which a directive forbids to index the page; None for any other signal."""
    name, colon, value = signal.value.partition(":")
    is_date = colon and name == _UNAVAILABLE_AFTER and signal.name not in _HOST_LINES
    return _moment(value) if is_date else None


_RESERVATION = "tdm-reservation"
_POLICY = "tdm-policy"
_RESERVATIONS = ("0", "1")
_NO_TRAINING = "disallowaitraining"
_USE_FIELDS = frozenset({"content-usage", "content-signal", _RESERVATION, _POLICY})
_HOST_LINES = _USE_FIELDS | {_NO_TRAINING}
_HEADER_FIELDS = _USE_FIELDS | {"x-robots-tag"}

_UNAVAILABLE_AFTER = "unavailable_after"
_VALUED_DIRECTIVES = frozenset({_UNAVAILABLE_AFTER, "max-snippet", "max-image-preview", "max-video-preview"})
_ROBOT_NAME = re.compile(r"[\w*.-]+(?:/[\w.]+)?")

_REFUSED_BY_DIRECTIVE: dict[str, tuple[RefusedUse, ...]] = {
    "noindex": (RefusedUse.NOINDEX,),
    "none": (RefusedUse.NOINDEX,),  # "noindex, nofollow"
    "noarchive": (RefusedUse.NOARCHIVE,),
    "nocache": (RefusedUse.NOARCHIVE,),  # Bing's word for it
    "nosnippet": (RefusedUse.NOSNIPPET,),
    "max-snippet:0": (RefusedUse.NOSNIPPET,),
    "noai": (RefusedUse.NOAI,),
    "noimageai": (RefusedUse.NOIMAGEAI,),
}

_REFUSED_PREFERENCES: dict[tuple[str, str], RefusedUse] = {
    ("content-usage", "train-ai=n"): RefusedUse.TRAIN_AI,
    ("content-usage", "ai-use=n"): RefusedUse.AI_USE,
    ("content-usage", "search=n"): RefusedUse.SEARCH,
    ("content-signal", "ai-train=no"): RefusedUse.TRAIN_AI,
    ("content-signal", "ai-input=no"): RefusedUse.AI_USE,
    ("content-signal", "search=no"): RefusedUse.SEARCH,
}


def _read(names: Collection[str], pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs of these names, in lower case, as far as :data:`LONGEST_TEXT` reaches."""
    found: list[tuple[str, str]] = []
    left = LONGEST_TEXT
    for raw_name, value in pairs:
        name = raw_name.strip().lower()
        if name in names and left > 0:
            found.append((name, storable_line(value[:left])))
            left -= len(value)
    return found


def _refused_by(signal: Signal) -> tuple[RefusedUse, ...]:
    """Return the uses that a signal refuses by itself, whatever the date is and whatever else is said."""
    use = _REFUSED_PREFERENCES.get((signal.name, signal.value))
    if signal.name == _NO_TRAINING and signal.value:  # the paths that it is about
        use = RefusedUse.TRAIN_AI
    if use is not None:
        return (use,)
    return () if signal.name in _HOST_LINES else _REFUSED_BY_DIRECTIVE.get(signal.value, ())


def _matters(signal: Signal) -> bool:
    if signal.name == _RESERVATION:
        return signal.value in _RESERVATIONS
    return bool(_refused_by(signal)) or unavailable_after(signal) is not None


def _directives(value: str) -> Iterator[str]:
    """Yield the directives of a list, in lower case, without spaces around a colon.

    A date of ``unavailable_after`` may hold a comma of its own (RFC 822 and 850), which parts nothing.
    """
    parts = [part.strip() for part in value.lower().split(",")]
    position = 0
    while position < len(parts):
        name, colon, argument = parts[position].partition(":")
        name, argument = name.strip(), argument.strip()
        position += 1
        if colon and name == _UNAVAILABLE_AFTER and _moment(argument) is None and position < len(parts):
            joined = f"{argument}, {parts[position]}"
            if _moment(joined) is not None:
                argument = joined
                position += 1
        text = f"{name}:{argument}" if colon else name
        if text:
            yield _cut(text)


def _addressed_directives(value: str, token: str) -> Iterator[str]:
    """Yield the directives of one ``X-Robots-Tag`` line that address every robot, or us.

    A robot's name opens a list of its own that reaches to the next name or to the end of the line.
    """
    is_ours = True
    for directive in _directives(value):
        name, colon, rest = directive.partition(":")
        is_name = colon and name not in _VALUED_DIRECTIVES and _ROBOT_NAME.fullmatch(name)
        if is_name:
            is_ours = name.partition("/")[0] in ("*", "robots", token)
        if is_ours:
            yield from _directives(rest) if is_name else (directive,)


def _content_signal(value: str) -> Iterator[str]:
    for part in value.lower().split(","):
        name, equals, preference = part.partition("=")
        if equals and preference.strip() in ("yes", "no"):
            yield _cut(f"{name.strip()}={preference.strip()}")


_KEY = r"[a-z*][a-z0-9_.*-]*"
_BARE_ITEM = (
    r"(?:\"(?:[^\"\\]|\\[\"\\])*\"|[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*|-?\d{1,15}(?:\.\d{1,3})?|\?[01]"
    r"|:[A-Za-z0-9+/=]*:|@-?\d{1,15})"
)
_PARAMETERS = rf"(?:;[ ]*{_KEY}(?:={_BARE_ITEM})?)*"
_MEMBER = re.compile(rf"({_KEY})(?:=({_BARE_ITEM}))?{_PARAMETERS}")
_BETWEEN_MEMBERS = re.compile(r"[ \t]*,[ \t]*")


def _content_usage(value: str) -> Iterator[str]:
    """Yield the preferences ``label=y`` and ``label=n`` of a structured dictionary (RFC 9651, section 3.2).

    As its vocabulary has it, the last of a label's values counts, others than these two tokens say nothing, and
    neither does a field that is no dictionary.
    """
    members: dict[str, str] = {}
    text, position = value.strip(" "), 0
    while position < len(text):
        member = _MEMBER.match(text, position)
        if member is None:
            return
        members.pop(member[1], None)
        members[member[1]] = member[2] or ""
        position = member.end()
        if position < len(text):
            comma = _BETWEEN_MEMBERS.match(text, position)
            if comma is None or comma.end() == len(text):
                return
            position = comma.end()
    for label, preference in members.items():
        if preference in ("y", "n"):
            yield _cut(f"{label}={preference}")


def _moment(text: str) -> datetime | None:
    """Read a date as RFC 822, RFC 850 or ISO 8601; without a time zone it is in UTC."""
    text = text.strip()[:100]
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text.upper())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            continue
    return None


def _cut(text: str) -> str:
    return text.strip()[:LONGEST_VALUE]
