"""Which characters may be stored and shown: the one place.

Comes in: text that comes from outside. Goes out: text without what a store, a terminal or a reader must not get.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

_NEWLINES = re.compile(r"\r\n?|\x85|\u2028|\u2029")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u2060\ud800-\udfff\ufeff\ufffe\uffff]")
_XML_FORBIDS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_TAGS = "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
_FLAG = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,7}\U000e007f")
"""Behind a black flag tags name a region (UTS 51, section 3.1.2); nothing else has a use for them."""
_BLACK_FLAG = "\U0001f3f4"
_TURNS = "\u202a-\u202e\u2066-\u2069"
"""Embeddings, overrides and isolates (UAX 9)."""
_MARKS = "\u061c\u200e\u200f"
"""They turn what stands beside them alone, and only where something is written from right to left."""
_JOINERS = "\u200c\u200d"
_GRAPHEME_JOINER = "\u034f"
_FILLERS = "\u115f\u1160"
_MONGOLIAN_VARIANTS = "\u180b-\u180f"
_VARIANTS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_BLANK = "\u17b4\u17b5\u2061-\u2065\u206a-\u206f\u3164\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
_INVISIBLE = f"{_TAGS}{_TURNS}{_MARKS}{_JOINERS}{_GRAPHEME_JOINER}{_FILLERS}{_MONGOLIAN_VARIANTS}{_VARIANTS}{_BLANK}"
"""Unicode's ``Default_Ignorable_Code_Point``, without those that are never stored, and what annotates."""
_RUN = re.compile(f"[{_INVISIBLE}]+")

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAS_VARIANTS = re.compile(
    f"[\u1000-\u109f\u2200-\u22ff\u2a00-\u2aff\u3000-\u3163\ua840-\ua87f\uaa60-\uaa7f\uff01-\uff65"
    f"\U00010ac0-\U00010aff\U00013000-\U0001345f{_HAN}]"
)
_HAS_COLOURS = re.compile("[0-9#*\xa9\xae\u203c\u2049\u2100-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")
"""What may be an emoji or a sign (U+FE0F, U+FE0E)."""
_IS_HAN = re.compile(f"[{_HAN}]")
_IS_JAMO = re.compile("[\u1100-\u115e\u1161-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
_IS_MONGOLIAN = re.compile("[\u1800-\u180a\u1820-\u18af]")
_UNJOINED = "\x00-\u05ff\u2000-\u206f\u3000-\u9fff"
"""What comes before a joiner that joins nothing: Latin, Greek, Cyrillic, Hebrew, punctuation, kana, Han."""
_JOINS_NOTHING = re.compile(f"(?:^|(?<=[{_UNJOINED}]))[{_JOINERS}]+")
_FROM_RIGHT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_MARKED = re.compile(f"[{_MARKS}]+")

_HIDING = re.compile(f"[{_TAGS}\u202d\u202e\u17b4\u17b5\u2065\ufff0-\ufff8\ufe00-\ufe0d\U000e0100-\U000e01ef]")
"""What nobody writes by mistake where it has no use."""
_LONGEST_STRAY = 3
_MOST_RUNS = 20_000

# Hardly any text has one of these, and one look for any of them is several times as fast as the patterns above.
_RARE = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\u2060\ud800-\udfff\ufeff\ufffe\uffff{_INVISIBLE}]"
)

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def storable(text: str) -> str:
    """Return text without what must not be stored, and without what shows nothing.

    Every kind of line end becomes a newline; vertical tabs and form feeds become spaces. What shows nothing stays where
    it has a use: joiners in scripts that join letters, a variation selector after a character that has variants, a mark
    of direction in a text that is written from right to left, tags in flags. It has one at a time.
    """
    if (text.isascii() and text.isprintable()) or _RARE.search(text) is None:
        return text
    text = without_controls(text)
    if text.isascii():
        return text
    text = _JOINS_NOTHING.sub("", text)
    if _FROM_RIGHT.search(text) is None:
        text = _MARKED.sub("", text)
    return _RUN.sub(_useful, text)


def _useful(run: re.Match[str]) -> str:
    """Return those of characters that show nothing which have a use between what stands before and behind them."""
    text = run.string
    before = text[run.start() - 1 : run.start()]
    behind = text[run.end() : run.end() + 1]
    flag = _FLAG.match(run[0]) if before == _BLACK_FLAG else None
    if flag is not None:
        return flag[0]
    kept = ""
    for character in run[0]:
        if character not in kept and _has_use(character, kept, before, behind):
            kept += character
    return kept


def _has_use(character: str, kept: str, before: str, behind: str) -> bool:
    if character in _JOINERS:
        return before != "" and not any(joiner in kept for joiner in _JOINERS)
    if character in _MARKS:
        return not any(mark in kept for mark in _MARKS)
    if character in _FILLERS:
        return bool(_IS_JAMO.match(before) or _IS_JAMO.match(behind))
    if kept:
        return False
    if character == _GRAPHEME_JOINER:
        return before != "" and unicodedata.combining(before) != 0
    if "\ufe00" <= character <= "\ufe0d":
        return _HAS_VARIANTS.match(before) is not None
    if character in "\ufe0e\ufe0f":
        return _HAS_COLOURS.match(before) is not None
    if "\U000e0100" <= character <= "\U000e01ef":
        return _IS_HAN.match(before) is not None
    return "\u180b" <= character <= "\u180f" and _IS_MONGOLIAN.match(before) is not None


def without_controls(text: str) -> str:
    """Return text without controls and hints where a line may break; what else shows nothing is still there."""
    text = _NEWLINES.sub("\n", text)
    return _UNSTORABLE.sub("", text.replace("\x0b", " ").replace("\x0c", " "))


def hides_text(text: str) -> bool:
    """Return whether text holds what is there for no other reason than to hide or to turn text.

    That is tags outside of flags, overrides of direction, variants of what has none, and several characters in a row
    that show nothing and have no use.
    """
    if text.isascii() or _RARE.search(text) is None:
        return False
    return any(_hides(run) for run in islice(_RUN.finditer(text), _MOST_RUNS))


def _hides(run: re.Match[str]) -> bool:
    kept = _useful(run)
    useless = run[0] if not kept else "".join(character for character in run[0] if character not in kept)
    return len(run[0]) - len(kept) > _LONGEST_STRAY or _HIDING.search(useless) is not None


def storable_line(text: str) -> str:
    """Return text as one storable line: white space of any kind becomes one space, and none is left at the ends."""
    return " ".join(storable(text).split())


def for_xml(text: str) -> str:
    """Return text without the characters that no XML document may have."""
    return _XML_FORBIDS.sub("", text)


def printable(text: str) -> str:
    """Return text in which a replacement character stands for each character that a terminal would obey.

    These are controls (ECMA-48: ``ESC``, ``CSI``), changes of direction (UAX 9), and others that show nothing. Newlines
    and tabs stay, and so do the joiners, which many scripts need.
    """
    if text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if is_obeyed(character) else character for character in text)


def is_obeyed(character: str) -> bool:
    """Return whether a character is for a terminal to act upon, and not to show."""
    return character not in "\n\t" + _JOINERS and unicodedata.category(character) in _OBEYED
