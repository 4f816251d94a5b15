"""Texts of feeds as values: one line each, without markup, within bounds.

Comes in: what an element or a JSON value holds. Goes out: titles, names, tags of languages, URLs.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from newsdesk.characters import storable_line
from newsdesk.errors import RejectedUrlError
from newsdesk.web import Url, parse_url

LONGEST_TITLE = 300
LONGEST_NAME = 200
MOST_AUTHORS = 10
MOST_CATEGORIES = 20
_LONGEST_READ = 4000
"""Characters of any text that are looked at."""

_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]{0,1000}|!--.{0,1000}?--)>", re.DOTALL)
_ADDRESS = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_NAMED_BEHIND = re.compile(r"\s*\S+@\S+\s*\((?P<name>[^()]+)\)\s*")
"""``editor@news.example (Jane Doe)``, as RSS has it."""
_NAMED_BEFORE = re.compile(r"\s*(?P<name>[^<>@]+?)\s*[<(]\s*(?:mailto:)?\S+@\S+\s*[>)]\s*")
"""``Jane Doe <editor@news.example>``, as mail has it."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis"})


def line_of(text: str | None, longest: int, *, is_markup: bool = True) -> str | None:
    """Return a text as one line; None for nothing.

    Parameters
    ----------
    is_markup : bool
        It is HTML: its tags go, and its references become characters.
    """
    text = (text or "")[:_LONGEST_READ]
    if is_markup and ("<" in text or "&" in text):
        # An escape that was escaped again is met more often than one that is meant.
        text = html.unescape(_TAG.sub(" " if "<p" in text or "<br" in text else "", text))
    line = storable_line(text)
    if len(line) > longest:
        line = f"{line[: longest - 1].rstrip()}…"
    return line or None


def names_of(texts: Iterable[str | None], most: int) -> tuple[str, ...]:
    """Return names, each once; a mail address or a link is none."""
    found: dict[str, None] = {}
    for text in texts:
        name = line_of(text, LONGEST_NAME)
        if name is None:
            continue
        both = _NAMED_BEHIND.fullmatch(name) or _NAMED_BEFORE.fullmatch(name)
        name = both["name"].strip(" \"'") if both else name
        if name and not _ADDRESS.fullmatch(name) and "://" not in name:
            found.setdefault(name)
        if len(found) == most:
            break
    return tuple(found)


def language_of(text: str | None) -> str | None:
    """Return a language tag as BCP 47 spells it; None for anything else."""
    found = _LANGUAGE.fullmatch((text or "").strip()[:40].replace("_", "-"))
    return found[0] if found and found[0].lower() not in _NO_LANGUAGE else None


def url_of(text: str | None, base: Url | None) -> Url | None:
    """Return an http(s) URL, which may be relative; None for anything else."""
    text = (text or "").strip()
    if not text:
        return None
    try:
        return parse_url(text, base)
    except RejectedUrlError:
        return None
