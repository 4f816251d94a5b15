"""The kinds of files that are taken, and what a record of each says.

Comes in: the beginning of a file, and its records. Goes out: its kind, and for each record a submission, or the reason
why it is none.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from newsdesk.contracts import FeedItem, Priority, UrlSubmitted
from newsdesk.errors import RejectedUrlError
from newsdesk.web import canonical_url, parse_url, url_in_line, without_references

HEAD_BYTES = 64 * 1024
"""What tells the kind of a file."""


class FileKind(StrEnum):
    """What is taken."""

    TEXT = "text"
    """One address in each line; a ``#`` at its beginning or behind white space begins a comment."""
    CSV = "csv"
    """The column ``url``, or else the first; separated by commas, semicolons or tabs."""
    JSON_LINES = "jsonl"
    """In each line an object with the fields of an intake message, or a string."""
    SITEMAP = "sitemap"
    """The ``loc`` of every ``url``."""
    WARC = "warc"
    """The HTML pages of a web archive."""
    OPML = "opml"
    """A list of feeds, which become sources."""


WARC_NAMES = (".warc", ".warc.gz")
"""How the names of WARC files end: a policy can tell those who may push pages from those who may submit URLs."""


class FileRefusal(StrEnum):
    """Why a whole file is not taken."""

    EMPTY = "empty"
    """It has no content."""
    BINARY = "binary"
    """It is no text."""
    ENCODING = "encoding"
    """It is text in another encoding than UTF-8."""
    DAMAGED = "damaged"
    """It says that it is gzip, and cannot be decompressed."""
    WARC_NAME = "warc_name"
    """It is a WARC file whose name does not end in `.warc` or `.warc.gz`."""
    FEED = "feed"
    """It is a feed: add its address as a source."""
    SITEMAP_INDEX = "sitemap_index"
    """It lists sitemaps: add its address as a source, or put those into the inbox."""
    UNKNOWN = "unknown"
    """It is nothing of the above, and its first line has no address."""
    METADATA = "metadata"
    """Its metadata name a priority or tags that no submission may have."""


class LineRefusal(StrEnum):
    """Why a record is not taken, beside the reasons for which a URL is rejected."""

    TOO_LONG = "record_too_long"
    """It has more than 64 KiB."""
    ENCODING = "not_utf8"
    """It is not UTF-8."""
    NO_JSON = "not_json"
    """It is neither a JSON object nor a string."""
    FIELD = "field"
    """A field is not as in ``url-submitted.v1.json``, or is ``captureKey``, which a file cannot set."""
    NO_URL = "no_url"
    """It has no address where one is expected."""
    OPEN_QUOTE = "open_quote"
    """A quoted field does not end within 20 lines."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a record asks for."""

    url: str
    canonical: str
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    correlation_id: str | None = None
    discovery: str | None = None
    feed_item: FeedItem | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a record asks for nothing."""

    reason: str


_ROOTS: dict[str, FileKind | FileRefusal] = {
    "urlset": FileKind.SITEMAP,
    "sitemapindex": FileRefusal.SITEMAP_INDEX,
    "opml": FileKind.OPML,
    "rss": FileRefusal.FEED,
    "feed": FileRefusal.FEED,
    "RDF": FileRefusal.FEED,
}
_ELEMENT = re.compile(r"<((?:[\w.-]{1,40}:)?)([A-Za-z][\w.-]{0,40})[\s/>]")
_LOC = re.compile(
    r"<(?P<prefix>(?:[\w.-]{1,40}:)?)loc(?:\s[^<>]{0,1000})?>"
    r"(?:\s*<!\[CDATA\[(?P<data>[^<>]{1,4096})\]\]>\s*|(?P<text>[^<>]{1,4096}))</(?P=prefix)loc\s*>"
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
"""One that does not end hides the rest, such as that of a record of a sitemap that is cut within it."""
_WHOLE_ROW = {
    mark: re.compile(rf"{field}(?:{mark}{field})*+", re.DOTALL)
    for mark in ",;\t"
    for field in [rf'(?>"(?:[^"]|"")*+"[^{mark}]*+|(?!")[^{mark}]*+)']
}
"""A row of CSV in which every quoted field ends, by what separates its fields (RFC 4180)."""
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")
_UTF_16 = re.compile(rb"(?:[\t\n\r -~]\0){4}|(?:\0[\t\n\r -~]){4}")
"""Four characters of ASCII, as UTF-16 without a mark has them."""


def kind_of(name: str, head: bytes) -> FileKind | FileRefusal:
    """Return what a file is by its beginning, decompressed, and where that leaves it open by its name."""
    if not head.strip():
        return FileRefusal.EMPTY
    if head.startswith(_OTHER_ENCODINGS) or _is_utf_16(head):
        return FileRefusal.ENCODING
    if head.startswith(b"WARC/"):
        return FileKind.WARC if name.endswith(WARC_NAMES) else FileRefusal.WARC_NAME
    if b"\0" in head:
        return FileRefusal.BINARY
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").lstrip()
    if text.startswith("<"):
        return _kind_of_xml(text)
    suffix = name.lower().removesuffix(".gz").rpartition(".")[2]
    if suffix in ("csv", "tsv"):
        return FileKind.CSV
    if text.startswith("{") or suffix in ("jsonl", "ndjson"):
        return FileKind.JSON_LINES
    first = next((url for line in text.splitlines() if (url := url_in_line(line))), "")
    if suffix in ("txt", "urls", "list") or _url_in(first) is not None or not first:
        return FileKind.TEXT
    return FileRefusal.UNKNOWN


def _is_utf_16(head: bytes) -> bool:
    return _UTF_16.match(head) is not None


def _kind_of_xml(text: str) -> FileKind | FileRefusal:
    element = _ELEMENT.search(_COMMENT.sub("", text))
    return _ROOTS.get(element[2], FileRefusal.UNKNOWN) if element else FileRefusal.UNKNOWN


def line_end_in(head: bytes) -> str:
    """Return what ends the lines of a file: a line feed, also behind a carriage return, or carriage returns alone."""
    return "\r" if b"\r" in head and b"\n" not in head else "\n"


def prefix_in(head: bytes) -> str:
    """Return what stands before the names of a sitemap's elements, such as ``x:`` in ``x:urlset``; mostly nothing."""
    element = _ELEMENT.search(_COMMENT.sub("", head.decode("utf-8", "replace")))
    return element[1] if element else ""


@dataclass(slots=True)
class RecordReader:
    """Reads the records of one file.

    Attributes
    ----------
    column, delimiter : int, str or None
        Of CSV, once its first line was read.
    prefix : str
        Of a sitemap's elements.
    line_end : str
        What ends a line, where the file has lines.
    """

    kind: FileKind
    column: int | None = None
    delimiter: str | None = None
    prefix: str = ""
    line_end: str = "\n"

    @property
    def separator(self) -> bytes:
        """What ends a record."""
        return (f"</{self.prefix}url>" if self.kind is FileKind.SITEMAP else self.line_end).encode()

    def read(self, number: int, body: bytes) -> Item | Refused | None:
        """Return what a record says; None for one that says nothing, such as a comment."""
        try:
            text = body.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            return Refused(LineRefusal.ENCODING)
        match self.kind:
            case FileKind.TEXT:
                url = url_in_line(text)
                return _item({"url": url}) if url else None
            case FileKind.CSV:
                return self._read_csv(text)
            case FileKind.JSON_LINES:
                return _read_json(text) if text.strip() else None
            case FileKind.SITEMAP:
                return _read_entry(text, self.prefix)
            case FileKind.WARC | FileKind.OPML:
                raise ValueError("no lines")

    def is_open(self, body: bytes) -> bool:
        """Return whether a record ends within a quoted field, so that the next line belongs to it."""
        return self.kind is FileKind.CSV and self._is_open(body.decode("utf-8", "replace"))

    def _is_open(self, text: str) -> bool:
        return '"' in text and _WHOLE_ROW[self.delimiter or _delimiter_of(text)].fullmatch(text) is None

    def _read_csv(self, text: str) -> Item | Refused | None:
        if not text.strip():
            return None
        is_first = self.column is None
        self.delimiter = self.delimiter or _delimiter_of(text)
        if self._is_open(text):
            return Refused(LineRefusal.OPEN_QUOTE)
        try:
            cells = next(csv.reader(text.rstrip("\r").splitlines(keepends=True), delimiter=self.delimiter), [])
        except csv.Error:
            return Refused(LineRefusal.FIELD)
        if self.column is None:
            names = [cell.strip().lower() for cell in cells]
            self.column = names.index("url") if "url" in names else 0
            if "url" in names or (is_first and _url_in(cells[0].strip()) is None):
                return None
        url = cells[self.column].strip() if self.column < len(cells) else ""
        return _item({"url": url}) if url else Refused(LineRefusal.NO_URL)


def _delimiter_of(text: str) -> str:
    return max(",;\t", key=text.count) if re.search("[,;\t]", text) else ","


def _read_json(text: str) -> Item | Refused:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return Refused(LineRefusal.NO_JSON)
    if isinstance(document, str):
        document = {"url": document}
    if not isinstance(document, dict):
        return Refused(LineRefusal.NO_JSON)
    if not document.get("url"):
        return Refused(LineRefusal.NO_URL)
    return _item(document)


def _read_entry(text: str, prefix: str) -> Item | Refused | None:
    """Return what an entry of a sitemap names; the last piece of the file is none. No entity is expanded but XML's."""
    clean = _COMMENT.sub("", text)
    found = next((loc for loc in _LOC.finditer(clean) if loc["prefix"] == prefix), None)
    if found is None:
        return Refused(LineRefusal.NO_URL) if re.search(r"<(?:[\w.-]+:)?url[\s>]", clean) else None
    return _item({"url": without_references(found["data"] or found["text"]).strip()})


def _item(document: dict[str, Any]) -> Item | Refused:
    """Return what an intake message of these fields asks for; its submission's id is not its own to choose."""
    try:
        request = UrlSubmitted.model_validate({**document, "submissionId": None})
    except ValidationError:
        return Refused(LineRefusal.FIELD)
    if request.capture_key is not None:
        # The right to hand in lists is not the right to push pages; and without its page, the site would be visited.
        return Refused(LineRefusal.FIELD)
    try:
        canonical = canonical_url(parse_url(request.url))
    except RejectedUrlError as error:
        return Refused(error.reason.value)
    return Item(
        request.url,
        canonical,
        request.priority,
        request.tags,
        request.correlation_id,
        request.discovery,
        request.feed_item,
    )


def _url_in(text: str) -> str | None:
    try:
        return parse_url(text).href
    except RejectedUrlError:
        return None
