"""Which characters may be stored and shown: the one place.

Comes in: text that comes from outside. Goes out: text without what a store, a terminal or a reader must not get.
"""

from __future__ import annotations

import re
import unicodedata

_NEWLINES = re.compile(r"\r\n?|\x85|\u2028|\u2029")
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u2060\ud800-\udfff\ufeff\ufffe\uffff]")

_TAGS = "\U000e0000-\U000e007f"
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,7}\U000e007f"
"""The flag of a region is written with tags (UTS 51, section 3.1.2); nothing else has a use for them."""
_TURNS = "\u202a-\u202e\u2066-\u2069"
"""Embeddings, overrides and isolates (UAX 9). Marks (U+200E, U+200F, U+061C) turn what stands beside them alone."""
_VARIANTS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNJOINED = "\x00-\u05ff\u2000-\u206f\u3000-\u9fff"
"""What comes before a joiner that joins nothing: Latin, Greek, Cyrillic, Hebrew, punctuation, kana, Han."""
_BLANK = "\u2061-\u2064\u206a-\u206f\u3164\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"

_INVISIBLE = re.compile(
    f"({_FLAG})|[{_TAGS}{_TURNS}{_BLANK}]"
    # A letter has no variants, and no character has two; those of Han are beyond the basic plane.
    f"|(?<=[\\sA-Za-z\xc0-\u024f{_VARIANTS}])[{_VARIANTS}]+|(?<![{_HAN}])[\U000e0100-\U000e01ef]+|^[{_VARIANTS}]+"
    f"|(?:^|(?<=[{_UNJOINED}]))[\u200c\u200d]+"
)
"""Characters that show nothing where they stand (Unicode's ``Default_Ignorable_Code_Point``, with no use there): text
hidden from people that machines read, and text that reads otherwise than it looks."""
_HIDING = re.compile(f"{_FLAG}|([{_TAGS}\u202d\u202e]|[{_VARIANTS}]{{2}})")

# Hardly any text has one of these, and one look for any of them is several times as fast as the patterns above.
_RARE = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200d\u2028\u2029\u2060\ud800-\udfff\ufeff\ufffe\uffff"
    f"{_TAGS}{_TURNS}{_BLANK}{_VARIANTS}]"
)
_RARELY_HIDING = re.compile(f"[{_TAGS}\u202d\u202e{_VARIANTS}]")

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"


def storable(text: str) -> str:
    """Return text without what must not be stored, and without what shows nothing.

    Every kind of line end becomes a newline; vertical tabs and form feeds become spaces. Joiners, variation selectors
    and tags stay where they have a use: in scripts that join letters, after a character that has variants, in flags.
    """
    if _RARE.search(text) is None:
        return text
    text = without_controls(text)
    return text if text.isascii() else _INVISIBLE.sub(lambda match: match[1] or "", text)


def without_controls(text: str) -> str:
    """Return text without controls and hints where a line may break; what else shows nothing is still there."""
    text = _NEWLINES.sub("\n", text)
    return _UNSTORABLE.sub("", text.replace("\x0b", " ").replace("\x0c", " "))


def hides_text(text: str) -> bool:
    """Return whether text holds what is there for no other reason than to hide or to turn text.

    That is tags outside of flags, overrides of direction, and several variants of one character.
    """
    if text.isascii() or _RARELY_HIDING.search(text) is None:
        return False
    return any(match[1] for match in _HIDING.finditer(text))


def storable_line(text: str) -> str:
    """Return text as one storable line: white space of any kind becomes one space, and none is left at the ends."""
    return " ".join(storable(text).split())


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
