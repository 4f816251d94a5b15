"""How fast the pages of a web archive become text, beside reading the same file with warcio and trafilatura.

Comes in: a folder of pages. Goes out: one table. Changes: nothing; AWS is replaced by memory.

Run: ``PYTHONPATH=.:shared:functions/intake:functions/submit:functions/extract .venv/bin/python -m benchmarks.archives
[--pages FOLDER] [--limit N] [--repeat N]``.

All runs are in this process, one page after the other. ``--repeat`` puts the same pages in several times, under other
addresses, which makes the file larger and the intake's part clearer; extract reads each page once.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import trafilatura
from warcio.archiveiterator import ArchiveIterator

from extractor.stage import ExtractStage, ExtractStatus
from harness.archives import by_record, record, response
from harness.fakes import InMemoryArticleStore, InMemoryHostStore, InMemoryObjectStore, RecordingSender
from newsdesk.articles import Timeouts
from newsdesk.clock import to_text, utc_now
from newsdesk.contracts import PageFetched
from newsdesk.inbox import FileProgress, FileState, InboxFile
from newsdesk.runtime import Worker
from receiver.archives import Archives
from submitter.stage import SubmitStage

_PAGES = Path(__file__).parents[1].parent / "shared" / "data" / "extraction" / "pages" / "html"
KEY, ETAG = "inbox/a.warc.gz", "of-the-file"


class FilesInMemory:
    """A :class:`newsdesk.inbox.InboxFiles` of files by their key and ``ETag``."""

    def __init__(self, bodies: Mapping[tuple[str, str], bytes]) -> None:
        self._bodies = bodies

    def describe(self, key: str, etag: str) -> InboxFile:
        """Return the file."""
        return InboxFile(etag, len(self._bodies[key, etag]), {})

    def read(self, key: str, etag: str, begin: int, end: int) -> bytes:
        """Return a range of it."""
        return self._bodies[key, etag][begin:end]

    def report(self, key: str, body: bytes) -> None:
        """Drop the report."""


class Queues:
    """A :class:`newsdesk.inbox.BulkSender` that keeps what it is given."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.parts: list[tuple[str, str, int, int]] = []

    def submit(self, bodies: Sequence[str]) -> None:
        """Keep submissions."""
        self.bodies += bodies

    def waiting(self) -> int:
        """Return that nothing waits."""
        return 0

    def again(self, key: str, etag: str, step: int, delay_seconds: int) -> None:
        """Forget it: the steps are taken by hand."""

    def take_part(self, key: str, etag: str, part: int, delay_seconds: int = 0) -> None:
        """Keep a part, and how long it is to wait."""
        self.parts.append((key, etag, part, delay_seconds))


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Note how long something took."""
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started


def build(folder: Path, limit: int, repeat: int) -> tuple[bytes, int]:
    """Return an archive of a folder's pages, as Common Crawl writes them, and how many it has."""
    records = []
    for copy in range(repeat):
        for number, path in enumerate(sorted(folder.iterdir())[:limit]):
            body = path.read_bytes()
            body = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
            url = f"https://host{number % 97}.example/{copy}/{number}"
            head = b"GET / HTTP/1.1\r\n\r\n"
            records.append(record("request", url, head, media_type="application/http; msgtype=request"))
            records.append(response(url, body))
    return by_record(records), len(records) // 2


def peers(file: bytes) -> int:
    """Read a file with warcio and trafilatura, and return how many pages had a text."""
    texts = 0
    for entry in ArchiveIterator(BytesIO(file)):
        if entry.rec_type == "response" and entry.http_headers.get_statuscode() == "200":
            url = entry.rec_headers.get_header("WARC-Target-URI")
            texts += trafilatura.bare_extraction(entry.content_stream().read(), url=url) is not None
    return texts


def ours(file: bytes, seconds: dict[str, float]) -> tuple[int, int]:
    """Take a file as intake, submit and extract do, and return how many pages were pushed, and had a text."""
    objects, queues = InMemoryObjectStore(), Queues()
    archives = Archives(FilesInMemory({(KEY, ETAG): file}), objects, queues, utc_now)
    now = to_text(utc_now())
    progress = FileProgress(
        file_id="benchmark", key=KEY, etag=ETAG, size=len(file), file_kind="warc", is_compressed=True,
        priority="normal", started_at=now, updated_at=now,
    )  # fmt: skip
    with timed(seconds, "intake: cut"):
        while progress.state is FileState.READING:
            progress = archives.cut(progress)
    with timed(seconds, "intake: take"):
        for *_, part, _ in queues.parts:
            archives.take(progress, part)
    sender = RecordingSender()
    worker = Worker(InMemoryArticleStore(), sender, utc_now, Timeouts())
    submit = SubmitStage(worker, objects)
    with timed(seconds, "submit"):
        for number, body in enumerate(queues.bodies):
            submit.handle(body, f"m-{number}")
    extract = ExtractStage(worker, objects, InMemoryHostStore())
    messages = [message for message in sender.sent if isinstance(message, PageFetched)]
    with timed(seconds, "extract"):
        statuses = [extract.handle(message) for message in messages]
    return len(queues.bodies), statuses.count(ExtractStatus.EXTRACTED)


def main() -> None:
    """Build an archive, read it in both ways, and print what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=Path, default=_PAGES)
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    file, pages = build(options.pages, options.limit, options.repeat)
    seconds: dict[str, float] = {}
    with timed(seconds, "warcio and trafilatura"):
        theirs = peers(file)
    pushed, texts = ours(file, seconds)
    mine = sum(taken for name, taken in seconds.items() if name != "warcio and trafilatura")
    rows = {**seconds, "newsdesk, together": mine}
    print(f"{pages} pages, {len(file) / 1e6:.1f} MB; pushed {pushed}")
    for name, taken in rows.items():
        print(f"{name:24} {taken:8.2f} s {pages / taken:10.1f} pages/s {len(file) / 1e6 / taken:8.1f} MB/s")
    print(json.dumps({"texts": {"theirs": theirs, "newsdesk": texts}}))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
