"""What a page serves as data for its scripts.

Comes in: a page's tree. Goes out: the values in it, parsed: states of frameworks (``__NEXT_DATA__``, ``__NUXT__``,
``__INITIAL_STATE__`` and their like), the flight format of React's server components, JSON in scripts and attributes.

No script is run. What is no JSON, a function that returns a state, is read for the strings in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement

LARGEST_SCRIPTS = 6_000_000
"""Characters of scripts and attributes that are looked through."""
_SHORTEST = 200
_MAXIMUM_SCRIPTS = 300
_MAXIMUM_ATTRIBUTES = 200
_MAXIMUM_STRINGS = 20_000
_MAXIMUM_ATTEMPTS = 200
"""To read a value in one script: to say where reading failed, the decoder counts all lines before."""

_DATA_TYPES = re.compile(r"json", re.IGNORECASE)
_LINKED_DATA = re.compile(r"ld\+json|json\+ld", re.IGNORECASE)
_ASSIGNED = re.compile(
    r"(?:^|[;\s])(?:(?:window|self|globalThis|var|let|const)\b[.\s]*)?[\w$.\[\]\"']{3,80}\s*=\s*(?=[{\[(fJ\"])"
)
_FLIGHT = re.compile(r"__next_f\.push\(\s*(?=\[)")
_PARSED_STRING = re.compile(r"JSON\.parse\(\s*(?:\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)')\s*\)", re.DOTALL)
_STRING = re.compile(
    r"\"((?:[^\"\\\n]|\\.)*+)(?:\"|\n|\\?\Z)|'((?:[^'\\\n]|\\.)*+)(?:'|\n|\\?\Z)|`((?:[^`\\]|\\.){0,50000}+)", re.DOTALL
)
"""A string that is not closed is taken to its line's end, so that nothing is looked at twice."""
_SHORTEST_STRING = 20
_ROW = re.compile(r"([0-9a-f]{1,6}):(?:T([0-9a-f]{1,6}),)?", re.IGNORECASE)
_ATTRIBUTES = XPath("descendant::*/@*[starts-with(normalize-space(), '{') or starts-with(normalize-space(), '[')]")
_DECODER = json.JSONDecoder()


def script_values(tree: HtmlElement) -> Iterator[Any]:
    """Yield what a page's scripts and attributes hold, in document order, the attributes last."""
    left = LARGEST_SCRIPTS
    flight: list[str] = []
    for script in islice(tree.iter("script"), _MAXIMUM_SCRIPTS):
        text, kind = script.text or "", script.get("type") or ""
        left -= len(text)
        if left < 0:
            break
        if "__next_f" in text:
            flight.extend(_flight_chunks(text))
        elif len(text) < _SHORTEST or _LINKED_DATA.search(kind):
            continue
        elif _DATA_TYPES.search(kind):
            yield from _parsed(text)
        else:
            yield from _assigned(text)
    if flight:
        yield from _flight_rows("".join(flight))
    for attribute in islice(_ATTRIBUTES(tree), _MAXIMUM_ATTRIBUTES):
        if _SHORTEST <= len(attribute) < LARGEST_SCRIPTS:
            yield from _parsed(str(attribute))


def _parsed(text: str) -> Iterator[Any]:
    try:
        yield json.loads(text)
    except (ValueError, RecursionError):
        return


def _assigned(script: str) -> Iterator[Any]:
    """Yield what is assigned to names in a script; of what is no JSON, its longer strings."""
    found = False
    for match in islice(_PARSED_STRING.finditer(script), _MAXIMUM_ATTRIBUTES):
        literal, quote = (match[1], '"') if match[1] is not None else (match[2], "'")
        for value in _parsed(_unescaped(literal, quote)):
            found = True
            yield from _parsed(value) if isinstance(value, str) else (value,)
    for assigned in islice(_ASSIGNED.finditer(script), _MAXIMUM_ATTEMPTS):
        if found:
            break
        try:
            value, _ = _DECODER.raw_decode(script, assigned.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict | list):
            found = True
            yield value
    if not found and "=" in script:
        literals = (
            match[1] or match[2] or match[3] or "" for match in islice(_STRING.finditer(script), _MAXIMUM_STRINGS)
        )
        yield [_unescaped(literal, '"') for literal in literals if len(literal) >= _SHORTEST_STRING]


def _unescaped(literal: str, quote: str) -> str:
    """Return what a string in a script says."""
    text = literal.replace("\\'", "'").replace("\\`", "`") if quote != '"' or "\\'" in literal else literal
    if quote == "'":
        text = text.replace('"', '\\"') if '\\"' not in text else text
    try:
        value = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return literal
    return str(value)


def _flight_chunks(script: str) -> Iterator[str]:
    for match in islice(_FLIGHT.finditer(script), _MAXIMUM_ATTEMPTS):
        try:
            value, _ = _DECODER.raw_decode(script, match.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str):
            yield value[1]


def _flight_rows(stream: str) -> Iterator[Any]:
    """Yield the rows of the flight format; a reference to a row of text is replaced by the text."""
    texts: dict[str, str] = {}
    rows: list[Any] = []
    data = stream.encode("utf-8", "replace")
    at = 0
    while at < len(data):
        match = _ROW.match(data[at : at + 20].decode("ascii", "ignore"))
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        if match is None:
            at = end + 1
        elif match[2]:
            begin = at + match.end()
            at = begin + int(match[2], 16)
            texts[f"${match[1]}"] = data[begin:at].decode("utf-8", "replace")
        else:
            rows.extend(_parsed(data[at + match.end() : end].decode("utf-8", "replace").lstrip("I")))
            at = end + 1
    yield from (_resolved(row, texts, 0) for row in rows)


def _resolved(value: Any, texts: dict[str, str], depth: int) -> Any:
    if not texts or depth > 100:
        return value
    if isinstance(value, str):
        return texts.get(value, value)
    if isinstance(value, list):
        return [_resolved(item, texts, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _resolved(item, texts, depth + 1) for key, item in value.items()}
    return value
