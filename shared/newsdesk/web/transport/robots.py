"""What a site says to crawlers: ``robots.txt`` (RFC 9309) and ``tdmrep.json`` (W3C TDM Reservation Protocol).

Comes in: the bytes of these files, and URLs. Goes out: the rules that apply to us, and whether a URL may be fetched.

Only the group that applies to us is kept, in a normal form that is matched by plain comparison, so that looking a URL
up costs no parsing. Patterns are matched from left to right without going back: in time proportional to their number,
whatever wildcards they hold.

Beyond the RFC, in favour of sites: a missing colon, spellings of ``Disallow`` and ``User-agent`` that are often seen,
and ``Crawl-delay`` and the lines about AI as rules of their group.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsdesk.hosts import SiteRules, TdmRule

MAXIMUM_ROBOTS_BYTES = 500 * 1024
"""RFC 9309, section 2.5: at least this much must be read; the rest is ignored."""

TDM_TARGET = "/.well-known/tdmrep.json"

MAXIMUM_TDM_BYTES = 64 * 1024

_MAXIMUM_PREFERENCES = 50
_MAXIMUM_PREFERENCE_BYTES = 300
_MAXIMUM_TDM_RULES = 200
_MAXIMUM_TDM_RULES_BYTES = 32 * 1024
# In all 47 KiB at most, less than the host's store has room for.

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_TOKEN = re.compile(r"[A-Za-z_-]+")

_FIELDS: dict[str, str] = {
    "user-agent": "agent", "useragent": "agent", "user agent": "agent",
    "allow": "allow",
    "disallow": "disallow", "dissallow": "disallow", "dissalow": "disallow", "disalow": "disallow",
    "diasllow": "disallow", "disallaw": "disallow",
    "crawl-delay": "delay", "crawldelay": "delay",
    "content-usage": "preference", "content-signal": "preference", "disallowaitraining": "preference",
}  # fmt: skip

# Octets that mean the same escaped and unescaped. The others that ASCII can print are kept apart: "%2F" is no path
# separator, "%2A" and "%24" are how a rule spells a literal "*" and "$" (RFC 9309, section 2.2.3).
_SAME = frozenset(range(0x21, 0x7F)) - frozenset(b"%/?#*$&")
_ESCAPE_OR_OTHER = re.compile(rb"%[0-9A-Fa-f]{2}|[^\x21-\x7e]")


@dataclass(frozen=True, slots=True)
class Robots:
    """The part of a ``robots.txt`` that applies to us; see :class:`newsdesk.hosts.SiteRules`."""

    rules: tuple[str, ...] = ()
    crawl_delay_seconds: float | None = None
    ai_preferences: tuple[str, ...] = ()


def read_robots(body: bytes, token: str, *, is_cut: bool = False) -> Robots:
    """Read the part of a ``robots.txt`` that applies to a crawler.

    Parameters
    ----------
    body : bytes
        Anything at all; lines that are not rules are ignored.
    token : str
        From :func:`newsdesk.web.rights.product_token`.
    is_cut : bool
        Whether the last line may be half a line.
    """
    ours, everybodys = _Group(), _Group()
    is_named = False
    named: set[int] = set()
    has_rules = True
    for field, value in _lines(body, is_cut):
        if field == "agent":
            if has_rules:
                named, has_rules = set(), False
            if _agent(value) == token and token:
                named.add(0)
                is_named = True
            elif _is_everybody(value):
                named.add(1)
            continue
        has_rules = True
        for group in (group for number, group in enumerate((ours, everybodys)) if number in named):
            group.add(field, value)
    group = ours if is_named else everybodys
    preferences = dict.fromkeys((*ours.preferences, *everybodys.preferences))
    return Robots(tuple(group.rules), group.delay, tuple(preferences)[:_MAXIMUM_PREFERENCES])


class _Group:
    """The rules under one ``User-agent``."""

    def __init__(self) -> None:
        self.rules: list[str] = []
        self.delay: float | None = None
        self.preferences: list[str] = []

    def add(self, field: str, value: bytes) -> None:
        if field in ("allow", "disallow"):
            pattern = _normal_pattern(value)
            if pattern:
                self.rules.append(("+" if field == "allow" else "-") + pattern)
        elif field == "delay":
            self.delay = _delay(value) if self.delay is None else self.delay
        else:
            self.preferences.append(_kept(value.decode("utf-8", "replace")))


def is_allowed(rules: Sequence[str], target: str) -> bool:
    """Return whether a URL's path and query may be fetched.

    The longest rule that matches decides, an ``Allow`` before a ``Disallow`` of the same length; without one the URL
    is allowed (RFC 9309, section 2.2.2). ``/robots.txt`` itself always is.
    """
    if target == "/robots.txt":
        return True
    path = _normal_target(target)
    longest, allowed = -1, True
    for rule in rules:
        length = len(rule)
        is_allow = rule[0] == "+"
        if (length > longest or (length == longest and is_allow)) and _matches(rule, 1, path):
            longest, allowed = length, is_allow
    return allowed


def read_tdm(body: bytes) -> tuple[TdmRule, ...]:
    """Read a ``tdmrep.json``; parts that do not follow the protocol are ignored."""
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    found: list[TdmRule] = []
    left = _MAXIMUM_TDM_RULES_BYTES
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, dict):
            continue
        location, reservation, policy = (entry.get(name) for name in ("location", "tdm-reservation", "tdm-policy"))
        if isinstance(location, str) and isinstance(reservation, int | str) and str(reservation) in ("0", "1"):
            pattern = _kept(_normal_pattern(location.encode("utf-8", "replace")))
            kept = _kept(policy) if isinstance(policy, str) else None
            left -= len(pattern) + len((kept or "").encode("utf-8"))
            if left < 0 or len(found) == _MAXIMUM_TDM_RULES:
                break
            found.append(TdmRule(location=pattern, reservation=int(reservation), policy=kept))
    return tuple(found)


def _kept(text: str) -> str:
    """Return as much of a text as is kept; JSON may escape a lone surrogate, which UTF-8 cannot hold."""
    return text.encode("utf-8", "replace")[:_MAXIMUM_PREFERENCE_BYTES].decode("utf-8", "ignore")


def signals_for(rules: SiteRules, target: str) -> tuple[str, ...]:
    """Return what a site says about the use of a URL, as lines that :func:`newsdesk.web.rights.host_signals` reads.

    Of ``Content-Usage`` the lines with the longest path that matches, as of ``Disallow``
    (draft-ietf-aipref-attach-04, section 3); every ``DisallowAITraining`` with a path that matches
    (draft-canel-robots-ai-control); every ``Content-Signal``, which has no path; of ``tdmrep.json`` the rule with the
    longest location that matches.
    """
    path = _normal_target(target)
    usage = {line: pattern for line in rules.ai_preferences if (pattern := _usage_pattern(line)) is not None}
    training = {line: pattern for line in rules.ai_preferences if (pattern := _training_pattern(line)) is not None}
    matching = [len(pattern) for pattern in usage.values() if _matches(pattern, 0, path)]
    lines = [
        line
        for line in rules.ai_preferences
        if (line not in usage or (_matches(usage[line], 0, path) and len(usage[line]) == max(matching)))
        and (line not in training or (training[line] and _matches(training[line], 0, path)))
    ]
    locations = [rule for rule in rules.tdm or () if _matches(rule.location, 0, path)]
    if locations:
        rule = max(locations, key=lambda rule: len(rule.location))
        lines.append(f"tdm-reservation: {rule.reservation}")
        if rule.policy:
            lines.append(f"tdm-policy: {rule.policy}")
    return tuple(lines)


def _usage_pattern(line: str) -> str | None:
    """Return which URLs a ``Content-Usage`` line is about; None for another line."""
    name, _, value = line.partition(":")
    if name.strip().lower() != "content-usage":
        return None
    path, space, _ = value.strip().partition(" ")
    return _normal_pattern(path.encode("utf-8", "replace")) if space and path.startswith("/") else "/"


def _training_pattern(line: str) -> str | None:
    """Return which URLs a ``DisallowAITraining`` line is about, an empty text for none; None for another line."""
    name, _, value = line.partition(":")
    return (
        _normal_pattern(value.strip().encode("utf-8", "replace"))
        if name.strip().lower() == "disallowaitraining"
        else None
    )


def _lines(body: bytes, is_cut: bool) -> Iterator[tuple[str, bytes]]:
    """Yield the fields that mean something to us, by their kind; a preference as its whole line."""
    lines = _LINE_END.split(body.removeprefix(_BYTE_ORDER_MARK))
    for line in lines[:-1] if is_cut else lines:
        text = line.partition(b"#")[0].strip(b" \t\0")
        name, colon, value = text.partition(b":")
        if not colon:
            # "Disallow /private": what is meant is plain when there are two words (as google/robotstxt has it).
            words = text.split()
            if len(words) != 2:
                continue
            name, value = words
            text = name + b": " + value
        field = _FIELDS.get(name.strip(b" \t").decode("ascii", "replace").lower())
        if field is not None:
            yield field, text if field == "preference" else value.strip(b" \t")


def _agent(value: bytes) -> str:
    """Return the product token that a ``User-agent`` line names: "NewsdeskBot/2.1" means "NewsdeskBot"."""
    match = _TOKEN.match(value.decode("latin-1"))
    return match.group(0).lower() if match else ""


def _is_everybody(value: bytes) -> bool:
    return value == b"*" or value[:2] in (b"* ", b"*\t")


def _delay(value: bytes) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _normal_pattern(value: bytes) -> str:
    """Return a pattern in which "*", and "$" at the end, are the only characters with a meaning."""
    is_anchored = value.endswith(b"$")
    normal = _normal_escapes(value[:-1] if is_anchored else value).replace("$", "%24")
    return normal + "$" if is_anchored else normal


def _normal_target(target: str) -> str:
    normal = _normal_escapes(target.encode("utf-8", "surrogatepass"))
    return normal.replace("*", "%2A").replace("$", "%24")


def _normal_escapes(value: bytes) -> str:
    """Spell equal octets equally (RFC 9309, section 2.2.2; RFC 3986, section 6.2.2)."""
    path, mark, query = value.partition(b"?")
    # In a query "/" separates nothing, so that "%2F" is the same there.
    normal = _ESCAPE_OR_OTHER.sub(lambda match: _spelled(match.group(0), False), path)
    if mark:
        normal += mark + _ESCAPE_OR_OTHER.sub(lambda match: _spelled(match.group(0), True), query)
    return normal.decode("ascii")


def _spelled(found: bytes, in_query: bool) -> bytes:
    octet = int(found[1:], 16) if len(found) == 3 else found[0]
    if octet in _SAME or (in_query and octet == 0x2F):
        return bytes([octet])
    return b"%%%02X" % octet


def _matches(pattern: str, start: int, path: str) -> bool:
    """Match a normal pattern, from its ``start``-th character on, against a normal path.

    The first place where a part between two wildcards fits leaves the most for those behind it, so that there is never
    a reason to go back.
    """
    is_anchored = pattern.endswith("$")
    end = len(pattern) - 1 if is_anchored else len(pattern)
    if "*" not in pattern:
        literal = pattern[start:end]
        return path == literal if is_anchored else path.startswith(literal)
    first, *middle, last = pattern[start:end].split("*")
    if not path.startswith(first):
        return False
    position = len(first)
    for part in middle:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    if is_anchored:
        return len(path) - len(last) >= position and path.endswith(last)
    return path.find(last, position) >= 0
