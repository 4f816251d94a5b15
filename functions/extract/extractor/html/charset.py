"""From bytes to text.

Comes in: a body, content coding undone, and its ``Content-Type``. Goes out: text without control characters but tab and
newline, without lone surrogates. What else shows nothing is dropped where text is taken from the page.

The charset is that of, in this order, the byte order mark, the HTTP header, the page's own ``<meta>``, and detection. A
byte order mark wins over a header that contradicts it (https://encoding.spec.whatwg.org/#decode), as in browsers. A
declared charset in which most of the bytes beyond ASCII are invalid is a lie and is passed over; so is any declaration
of a page that is valid UTF-8 beyond ASCII: the page was transcoded and kept its old declaration, or the server names
the same charset for every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from newsdesk.characters import without_controls
from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError
from newsdesk.web import codec_of

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

_PRESCAN_BYTES = 4096
"""The standard's prescan looks at 1,024 bytes; real pages put scripts before their ``<meta charset>``."""

_DETECTION_BYTES = 64 * 1024
_UTF_16_SAMPLE_BYTES = 128
_FEWEST_ENCODED_AGAIN = 8

_SHIFTED_CODECS = frozenset({"utf-16-le", "utf-16-be", "iso2022_jp"})
"""Bytes below 0x80 mean something else in them than in ASCII, so that valid UTF-8 says nothing."""

_DETECTABLE = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "cp932", "cp949",
    "iso2022_jp", "euc_jp", "gb18030", "big5hkscs", "iso8859_2", "koi8_r", "koi8_u",
]  # fmt: skip
"""What the web is written in; left to itself, detection also proposes mainframes' code pages."""

_META = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([a-z0-9_:.\-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(rb"^<\?xml\b[^>]*?encoding\s*=\s*[\"']([a-z0-9_:.\-]+)", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([a-z0-9_:.\-]+)", re.IGNORECASE)

_BINARY_SIGNATURES = (
    b"%PDF-", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"PK\x03\x04", b"\x1f\x8b\x08", b"OggS\x00",
    b"wOFF", b"wOF2", b"Rar!\x1a", b"RIFF",
)  # fmt: skip
"""From https://mimesniff.spec.whatwg.org: what is none of ours, whatever its header calls it."""

_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd\ufffe\uffff]")
_MAXIMUM_NO_TEXT_SHARE = 0.05
"""Compressed or random bytes reach 0.1 in any charset; damaged pages stay well below 0.01."""

_SURROGATES = re.compile(rb"(?:\xed[\xa0-\xbf][\x80-\xbf])+")
"""In UTF-8, where they are not allowed (RFC 3629, section 3) but found: some write a character beyond U+FFFF as two."""

"""What must not be stored, and the invisible characters that say only where a line may break: a soft hyphen or a
zero-width space parts a word for everybody who searches for it. U+200C and U+200D are spelling in Persian and Hindi."""


def decode_text(body: bytes, content_type: str | None = None) -> str:
    """Return a body as text.

    Parameters
    ----------
    body : bytes
        Without content coding.
    content_type : str or None
        The HTTP header.

    Raises
    ------
    PermanentError
        With the reason ``undecodable`` when the bytes are no text.
    """
    if body.startswith(_BINARY_SIGNATURES):
        raise PermanentError(Reason.UNDECODABLE, "the bytes are those of another file format")
    text = _decoded_again(_decode(body, content_type))
    if len(_NO_TEXT.findall(text)) > _MAXIMUM_NO_TEXT_SHARE * len(text):
        raise PermanentError(Reason.UNDECODABLE, "mostly replacement and control characters")
    return without_controls(text)


def _decode(body: bytes, content_type: str | None) -> str:
    for mark, codec in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    if unmarked := _unmarked_utf_16(body):
        return body.decode(unmarked, "replace")
    first_choice = None
    for codec in _declared(body, content_type):
        stated = _SURROGATES.sub(_paired, body) if codec == "utf-8" else body
        text = stated.decode(codec, "replace")
        if not _is_contradicted(stated, text):
            return text
        first_choice = first_choice or codec
    return body.decode(_detect(body) or first_choice or "utf-8", "replace")


def _paired(match: re.Match[bytes]) -> bytes:
    """Return the characters that surrogates in UTF-8 stand for; a lone one is a replacement character."""
    units = match[0].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace").encode("utf-8")


def _decoded_again(text: str) -> str:
    """Return what a text was before somebody took its UTF-8 for Latin-1 and encoded it once more; any other as it is.

    Nothing but such a text is valid UTF-8 throughout when each of its characters is taken for a byte; unless it has
    next to none beyond ASCII.
    """
    if len(text) - len(text.encode("ascii", "ignore")) < _FEWEST_ENCODED_AGAIN:
        return text
    for codec in ("latin-1", "cp1252"):
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    header = _HEADER_CHARSET.search(content_type or "")
    codec = codec_of(header[1]) if header is not None else None
    # What is valid UTF-8 beyond ASCII is hardly ever anything else, and every byte is valid in most charsets.
    is_utf_8 = not body.isascii() and codec not in _SHIFTED_CODECS and _is_utf_8(body)
    if is_utf_8:
        yield "utf-8"
    elif codec is not None:
        yield codec
    head = _COMMENT.sub(b"", body[:_PRESCAN_BYTES])
    meta = _XML_DECLARATION.search(head) or _META.search(head)
    if meta is not None and (codec := codec_of(meta[1].decode("ascii"))):
        # A page in UTF-16 could not have been read so far (https://html.spec.whatwg.org, prescan, step 15).
        yield "utf-8" if codec.startswith("utf-16") else codec


def _is_contradicted(body: bytes, text: str) -> bool:
    beyond_ascii = len(body) - len(body.translate(None, bytes(range(0x80, 0x100))))
    return text.count("\ufffd") * 2 > beyond_ascii > 0


def _unmarked_utf_16(body: bytes) -> str | None:
    """Recognise UTF-16 by its markup, of which every other byte is NUL."""
    start = body[:_UTF_16_SAMPLE_BYTES]
    high, low = start[::2], start[1::2]
    if start and high.count(0) > len(high) / 2 and not low.count(0):
        return "utf-16-be"
    if start and low.count(0) > len(low) / 2 and not high.count(0):
        return "utf-16-le"
    return None


def _detect(body: bytes) -> str | None:
    if _is_utf_8(body):
        return "utf-8"
    best = from_bytes(body[:_DETECTION_BYTES], cp_isolation=_DETECTABLE).best()
    return best.encoding if best is not None else None


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
