"""From the bytes of an answer to markup that is safe to parse.

Comes in: a body as received. Goes out: UTF-8 from the root element on, without references to entities but XML's own,
without characters that XML forbids, and within bounds.

Entities are taken away before a parser sees them: so it cannot expand any. What HTML names, such as
``&eacute;``, becomes its character, and an ampersand that begins no reference becomes one that stands for itself.
"""

from __future__ import annotations

import codecs
import html
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from discoverer.reading.document import ReadingWarning
from newsdesk.web import codec_of

MOST_BYTES = 50 * 1024 * 1024
"""Decompressed: what sitemaps.org allows. What is beyond is not read."""
MOST_ATTRIBUTES = 256
"""Of one element; a parser takes a hundred bytes for each, before anybody can count them."""

_GZIP = b"\x1f\x8b"
_PIECE = 1 << 20
_HEAD_BYTES = 64 * 1024
"""Where the root element begins, in whatever a server writes before it."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_DECLARATION = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_LAST_RESORT = "cp1252"
_BY_DEFAULT = "utf-8"

_FORBIDDEN = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_HAS_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?(rss|rdf|feed|channel|urlset|sitemapindex|opml)(?=[\s/>])", re.IGNORECASE)
_FIRST_ELEMENT = re.compile(rb"<([A-Za-z][\w.:-]{0,60})")
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_REFERENCE = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,31});)?"
)
_HALVES = re.compile(
    rb"(?:&#(?:x0{0,2}d[89a-f][0-9a-f]{2}|0{0,2}(?:55(?:29[6-9]|[3-9][0-9]{2})|56[0-9]{3}|57(?:[0-2][0-9]{2}|3[0-3][0-9]|34[0-3])));){1,1000}",
    re.IGNORECASE,
)
"""References to halves of characters: programs that think in UTF-16 write them, and the parser chokes on them."""
_VERBATIM = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))
_LONGEST_REFERENCE = 40
_LONG_TAG = re.compile(rb"<[^<]{%d}" % (MOST_ATTRIBUTES * 5))
_CROWDED_TAG = re.compile(rb"<[^\s<>]+(?:\s+[^\s=<>\"']+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')){%d}" % (MOST_ATTRIBUTES + 1))


@dataclass(frozen=True, slots=True)
class Markup:
    """A text, and what had to be done to it."""

    data: bytes
    warnings: tuple[ReadingWarning, ...] = ()


def inflated(body: bytes) -> Markup:
    """Return a body out of its gzip file, if it is one: sites serve ``sitemap.xml.gz`` as such."""
    if not body.startswith(_GZIP):
        return Markup(body[:MOST_BYTES], (ReadingWarning.TOO_LARGE,) if len(body) > MOST_BYTES else ())
    inflater, pieces, size, pending = zlib.decompressobj(wbits=31), [], 0, body
    try:
        while pending and size <= MOST_BYTES:
            if inflater.eof:
                inflater = zlib.decompressobj(wbits=31)
            pieces.append(inflater.decompress(pending, _PIECE))
            size += len(pieces[-1])
            pending = inflater.unused_data.lstrip(b"\0") if inflater.eof else inflater.unconsumed_tail
    except zlib.error:
        return Markup(b"".join(pieces)[:MOST_BYTES], (ReadingWarning.CUT_OFF,))
    if size > MOST_BYTES:
        return Markup(b"".join(pieces)[:MOST_BYTES], (ReadingWarning.TOO_LARGE,))
    return Markup(b"".join(pieces), () if inflater.eof else (ReadingWarning.CUT_OFF,))


def in_utf8(body: bytes, content_type: str | None) -> Markup:
    """Return a text in UTF-8, whatever it says that it is in.

    A byte order mark decides. What is valid UTF-8 beyond ASCII is hardly ever anything else; all other text is in what
    the header says, or else its declaration, or else in Windows-1252, in which every text can be read.
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], [codec])
    for begin, codec in _UNMARKED:
        if body.startswith(begin):
            return _decoded(body, [codec])
    codecs_named = _named(body, content_type)
    if codecs_named[:1] not in ([], [_BY_DEFAULT]) and not body.isascii() and _is_utf8(body):
        return Markup(body, (ReadingWarning.DECLARED_OTHERWISE,))
    return _decoded(body, codecs_named or [_BY_DEFAULT])


def _named(body: bytes, content_type: str | None) -> list[str]:
    """Return the codecs that the header and the declaration name."""
    header, declaration = _CHARSET.search(content_type or ""), _DECLARATION.match(body[:1000])
    labels = [header[1]] if header else []
    if declaration:
        labels.append(declaration[1].decode("ascii"))
    found = (codec_of(label) for label in labels)
    # Nothing that could be read as ASCII so far is in UTF-16.
    return [_BY_DEFAULT if codec.startswith("utf-16") else codec for codec in found if codec]


def _decoded(body: bytes, names: list[str]) -> Markup:
    """Return a text in the first codec in which it is valid; at its very end half a character may stand."""
    for name in names:
        if name == _BY_DEFAULT and _is_utf8(body):
            return Markup(body)
        try:
            text = codecs.getincrementaldecoder(name)().decode(body)
        except UnicodeError:
            continue
        return Markup(text.encode("utf-8", "replace"))
    is_wide = names[0].startswith(("utf-16", "utf-32"))
    text = body.decode(names[0] if is_wide else _LAST_RESORT, "replace")
    return Markup(text.encode("utf-8", "replace"), (ReadingWarning.DECLARED_OTHERWISE,))


def _is_utf8(body: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(body), _PIECE):
            decoder.decode(body[at : at + _PIECE])
    except UnicodeDecodeError:
        return False
    return True


def root_of(data: bytes) -> re.Match[bytes] | None:
    """Return where the root of a feed, a sitemap or an outline begins, and what it is called; None if there is none.

    What servers write before it, such as warnings, is passed over; in a web page, it is not looked for.
    """
    head = _COMMENT.sub(lambda found: b" " * len(found[0]), data[:_HEAD_BYTES])
    return None if _is_web_page(head) else _ROOT.search(head)


def is_web_page(data: bytes) -> bool:
    """Return whether a text begins as a web page does."""
    return _is_web_page(_COMMENT.sub(b"", data[:_HEAD_BYTES]))


def _is_web_page(head: bytes) -> bool:
    first = _FIRST_ELEMENT.search(head)
    has_begun = first is not None and first[1].lower() in (b"html", b"head", b"body")
    return has_begun or head.lstrip()[:14].lower() == b"<!doctype html"


def made_safe(data: bytes, root: re.Match[bytes]) -> Markup:
    """Return a document from its root on, without entities and characters that no document needs.

    With what stands before the root goes its ``DOCTYPE``.
    """
    warnings: list[ReadingWarning] = []
    if b"<!ENTITY" in data[: root.start()]:
        warnings.append(ReadingWarning.ENTITIES)
    data = data[root.start() :]
    if _HAS_FORBIDDEN.search(data):
        data = data.translate(None, _FORBIDDEN)
    data = _HALVES.sub(_joined, data)
    data, is_broken = _without_entities(data)
    if is_broken and not warnings:
        warnings.append(ReadingWarning.BROKEN)
    for long in _LONG_TAG.finditer(data):
        if _CROWDED_TAG.match(data, long.start()):
            return Markup(data[: long.start()], (*warnings, ReadingWarning.TOO_LARGE))
    return Markup(data, tuple(warnings))


def _joined(halves: re.Match[bytes]) -> bytes:
    """Return the characters that halves make together; one alone makes none."""
    numbers = (part[2:] for part in halves[0].lower().split(b";")[:-1])
    units = (int(number[1:], 16) if number.startswith(b"x") else int(number) for number in numbers)
    return b"".join(unit.to_bytes(2, "big") for unit in units).decode("utf-16-be", "replace").encode("utf-8")


def _without_entities(data: bytes) -> tuple[bytes, bool]:
    """Return a document in which every reference is one of XML's own, and whether one was of no kind that is known."""
    if _REFERENCE.search(data) is None:
        return data, False
    is_broken = False

    def settled(found: re.Match[bytes]) -> bytes:
        nonlocal is_broken
        character = html.entities.html5.get(f"{found[1].decode('ascii')};") if found[1] else None
        if character is None:
            is_broken = True
            return b"&amp;" + found[0][1:]
        return "".join(f"&#{ord(part)};" for part in character).encode("ascii")

    written = bytearray()
    for piece, is_verbatim in _pieces(data):
        written += piece if is_verbatim else _REFERENCE.sub(settled, piece)
        if len(written) > MOST_BYTES:
            return bytes(written[:MOST_BYTES]), is_broken
    return bytes(written), is_broken


def _pieces(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield a document piece by piece, and whether each is one in which nothing refers: CDATA, or a comment."""
    begin = 0
    while (at := data.find(b"<!", begin)) >= 0:
        ending = next((end for start, end in _VERBATIM if data.startswith(start, at)), None)
        if ending is None:
            yield from _short_pieces(data, begin, at + 2)
            begin = at + 2
            continue
        yield from _short_pieces(data, begin, at)
        found = data.find(ending, at)
        begin = len(data) if found < 0 else found + len(ending)
        yield data[at:begin], True
    yield from _short_pieces(data, begin, len(data))


def _short_pieces(data: bytes, begin: int, end: int) -> Iterator[tuple[bytes, bool]]:
    """Yield a part of a document in pieces, none of which ends within a reference."""
    while begin < end:
        stop = min(begin + _PIECE, end)
        if stop < end:
            reference = data.rfind(b"&", stop - _LONGEST_REFERENCE, stop)
            stop = reference if reference > begin else stop
        yield data[begin:stop], False
        begin = stop
