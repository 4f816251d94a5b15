"""The process that reads pages: what it answers, what it survives, and that it leaves nothing behind.

Comes in: pages, among them ones that take too long, too much, or the whole process. Goes out: assertions. Changes:
starts and ends child processes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractor import handler
from extractor.contract import EXTRACTOR, PageToRead
from extractor.reading import ChildReader, read_page
from extractor.reading.child import Limits
from newsdesk.contracts import Provenance, Reason
from newsdesk.errors import PermanentError
from newsdesk.hosts import HostProfile, ProfilePage

PARAGRAPHS = (
    "The harbour bridge reopened to traffic on Saturday morning after nine months of repairs to its northern bearings.",
    "Engineers replaced all four of them and resurfaced the carriageway, at a cost of eleven million in the end.",
)
NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)


def page(body: str | bytes | None = None, content_type: str | None = "text/html; charset=utf-8") -> PageToRead:
    prose = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    ordinary = f"<html lang='en'><title>Bridge</title><article><h1>Bridge reopens</h1>{prose}</article></html>"
    raw = ordinary if body is None else body
    return PageToRead(
        body=raw if isinstance(raw, bytes) else raw.encode(),
        content_type=content_type,
        url="https://news.example/2026/03/14/bridge",
        captured_at=NOW,
        headers=(("X-Robots-Tag", "noai"),),
        host_lines=("Content-Signal: ai-train=no",),
        product_token="newsdeskbot",
        provenance=Provenance(requested_url="https://a.example", final_url="https://b.example", extractor=EXTRACTOR),
        profile=HostProfile((ProfilePage("abcdefgh", 1_700_000_000, 7, (1, 2, 3)),)).packed(),
    )


def child_of(reader: ChildReader) -> int:
    """The child's process id; the reader has no need to tell anybody else."""
    assert reader._child is not None
    return reader._child._process.pid


def stop(reader: ChildReader) -> int:
    """Let the child stand still, as one that hangs over a page."""
    os.kill(child_of(reader), signal.SIGSTOP)
    return child_of(reader)


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and is not waited for does not."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def reader() -> Iterator[ChildReader]:
    """A reader whose child a test may stop or kill."""
    reader = ChildReader()
    yield reader
    reader.close()


@pytest.fixture(scope="module")
def shared_reader() -> Iterator[ChildReader]:
    """A reader for tests that harm no child: to start one takes longer than to read a page."""
    reader = ChildReader()
    yield reader
    reader.close()


@pytest.mark.parametrize(
    "asked",
    [
        page(),
        page(content_type=None),
        page("Bridge reopens\n\n" + "\n\n".join(PARAGRAPHS), "text/plain"),
        page("<p>No article.</p>"),
        page("<p>Zoë &amp; Ægir, 東京, \U0001f600, &#1; \x0b</p>" * 9),
        page(""),
    ],
)
def test_a_child_answers_as_this_process_would(shared_reader: ChildReader, asked: PageToRead) -> None:
    assert shared_reader(asked) == read_page(asked)


@pytest.mark.parametrize(
    ("asked", "reason"), [(page(b"%PDF-1.7"), Reason.UNDECODABLE), (page(bytes(range(256)) * 9), Reason.UNDECODABLE)]
)
def test_a_page_that_is_refused_in_the_child_is_refused_here(
    shared_reader: ChildReader, asked: PageToRead, reason: Reason
) -> None:
    with pytest.raises(PermanentError) as refused:
        shared_reader(asked)
    assert refused.value.reason is reason


def test_one_child_reads_page_after_page(shared_reader: ChildReader) -> None:
    shared_reader(page())
    first = child_of(shared_reader)
    for body in (b"%PDF-1.7", b"", b"<p>x" * 9):
        try:
            shared_reader(page(body))
        except PermanentError:
            continue
    shared_reader(page())
    assert child_of(shared_reader) == first


def test_a_page_that_takes_too_long_is_read_plainly_and_says_so() -> None:
    # Given a child that hangs
    reader = ChildReader(Limits(page_seconds=1.0))
    try:
        reader(page())
        before = stop(reader)

        # When a page is to be read
        reading = reader(page())

        # Then its prose is there, with a warning, and the child that hung over it is not
        assert reading.refusal is None
        assert reading.result.article.headline == "Bridge reopens"
        assert reading.result.article.article_body == "\n".join(PARAGRAPHS)
        assert "read_plainly:parse_timeout" in reading.result.article.quality.warnings
        assert not is_alive(before)

        # And neither the page's wishes nor where it came from are lost
        asked = read_page(page()).result.article
        assert reading.result.article.rights == asked.rights
        assert reading.result.article.provenance.requested_url == "https://a.example"

        # And the next page is read as usual
        assert reader(page()) == read_page(page())
    finally:
        reader.close()


def large_page() -> PageToRead:
    """A page that takes a moment in every way."""
    return page("<h1>Bridge reopens</h1>" + f"<p>{PARAGRAPHS[0]}</p>" * 20_000)


@pytest.mark.slow
def test_a_page_that_takes_too_long_in_every_way_is_a_timeout() -> None:
    reader = ChildReader(Limits(page_seconds=0.05))
    try:
        with pytest.raises(PermanentError) as refused:
            reader(large_page())
        assert refused.value.reason is Reason.PARSE_TIMEOUT
    finally:
        reader.close()


@pytest.mark.slow
def test_a_page_that_takes_too_much_memory_is_stopped_from_here() -> None:
    # Given a bound that the libraries themselves exceed, When a page takes long enough to be looked at
    reader = ChildReader(Limits(memory_bytes=1024 * 1024))
    try:
        with pytest.raises(PermanentError) as refused:
            reader(large_page())
        assert refused.value.reason is Reason.PARSE_MEMORY
    finally:
        reader.close()


def test_the_kernel_bounds_the_childs_memory(shared_reader: ChildReader) -> None:
    shared_reader(page())
    lines = Path(f"/proc/{child_of(shared_reader)}/limits").read_text().splitlines()
    limits = {line[:26].strip(): line[26:].split()[:2] for line in lines}
    assert limits["Max data size"] == ["536870912", "536870912"]
    assert limits["Max core file size"] == ["0", "0"]


def test_a_page_that_leaves_the_parser_without_memory_is_told_from_a_bad_one() -> None:
    # Given a process that may have little more memory than its libraries take
    script = (
        "import resource, sys; sys.path[:] = sys.argv[1:]\n"
        "from extractor.html.tree import parse_html\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (100 << 20, 100 << 20))\n"
        "try: parse_html('<p>a b c</p>' * 800_000 + '<p>end</p>')\n"
        "except MemoryError: print('no memory')\n"
    )
    # When it parses a page that takes more, Then it says so: no half of a page is taken for a whole one
    done = subprocess.run([sys.executable, "-c", script, *sys.path], capture_output=True, text=True, check=False)
    assert done.stdout == "no memory\n", done.stderr


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (signal.SIGSEGV, Reason.PARSE_CRASH),
        (signal.SIGKILL, Reason.PARSE_MEMORY),
        (signal.SIGXCPU, Reason.PARSE_TIMEOUT),
    ],
)
@pytest.mark.slow
def test_a_child_that_dies_over_a_page_costs_the_page_no_more_than_its_judgement(
    reader: ChildReader, how: signal.Signals, reason: Reason
) -> None:
    # Given a child that ends while it reads, as by a fault of C code, or a kernel without memory
    reader(page())
    before = stop(reader)
    script = (
        f"import os, time; time.sleep(0.3); os.kill({before}, {int(how)}); os.kill({before}, {int(signal.SIGCONT)})"
    )
    killer = subprocess.Popen([sys.executable, "-S", "-c", script], stderr=subprocess.DEVNULL)
    reading = reader(page())
    killer.wait()

    # Then the page was read in another, plainly
    assert f"read_plainly:{reason.value}" in reading.result.article.quality.warnings
    assert child_of(reader) != before
    assert reader(page()) == read_page(page())


def test_a_child_that_died_between_two_pages_costs_nothing(reader: ChildReader) -> None:
    reader(page())
    before = child_of(reader)
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: not is_alive(before))
    assert reader(page()) == read_page(page())


def test_a_child_has_no_credentials_and_no_files(
    reader: ChildReader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Given a process with credentials and an open file that children of it would inherit
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with (tmp_path / "file").open("w") as file:
        os.set_inheritable(file.fileno(), True)

        # When its child has read a page
        reader(page())

        # Then there is nothing of it in there
        folder = Path(f"/proc/{child_of(reader)}")
        assert b"AWS" not in (folder / "environ").read_bytes()
        assert str(tmp_path / "file") not in {str(entry.readlink()) for entry in (folder / "fd").iterdir()}


def test_a_child_ends_with_its_parent() -> None:
    # Given a process that reads a page in a child, and says which
    script = (
        "import sys; sys.path[:] = sys.argv[1:]\n"
        "from tests.unit.test_child import ChildReader, child_of, page\n"
        "import time\n"
        "reader = ChildReader(); reader(page()); print(child_of(reader), flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, *sys.path], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_alive(child)

    # When it is killed, and so cannot tidy up
    parent.kill()
    parent.wait()
    parent.stdout.close()

    # Then the child has nobody to work for, and ends
    assert wait_until(lambda: not is_alive(child))


def test_a_child_ends_when_its_reader_is_closed_or_forgotten() -> None:
    closed, forgotten = ChildReader(), ChildReader()
    closed.start()
    forgotten.start()
    children = [child_of(closed), child_of(forgotten)]
    closed.close()
    del forgotten
    assert not any(is_alive(child) for child in children)


def test_a_machine_that_was_frozen_kills_no_page(reader: ChildReader, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a clock that jumps by an hour whenever it is looked at, as after Lambda froze a process between two looks
    jumps = iter(range(0, 3600 * 1000, 3600))
    monkeypatch.setattr("extractor.reading.child.time.monotonic", lambda: float(next(jumps)))

    # When a page is read, Then it is read in full
    assert reader(page()) == read_page(page())


@pytest.mark.slow
def test_a_page_too_large_for_a_bound_of_the_answer_costs_no_neighbour(
    reader: ChildReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as bounded:
        bounded.setattr("extractor.reading.child.MAXIMUM_ANSWER_BYTES", 10)
        with pytest.raises(PermanentError) as refused:
            reader(page())
        assert refused.value.reason is Reason.PARSE_CRASH
    assert reader(page()) == read_page(page())


def test_the_page_itself_crosses_whole(shared_reader: ChildReader) -> None:
    asked = replace(page(), canonical_url="https://news.example/canonical")
    assert shared_reader(asked).result.article.url == "https://news.example/canonical"


@pytest.mark.parametrize("boot", ["raise SystemExit(3)", "import time; time.sleep(60)"])
def test_a_child_that_cannot_be_started_is_nobody_s_page_s_fault(boot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a child that ends at once, or never gets ready, When a page is read
    monkeypatch.setattr("extractor.reading.child._BOOT", boot)
    reader = ChildReader(Limits(start_seconds=1.0))

    # Then that is an error of ours, after which the message comes again, and no outcome of the page
    with pytest.raises(RuntimeError, match="the child"):
        reader(page())
    reader.close()


@pytest.mark.parametrize("is_prepared", [True, False])
def test_the_child_starts_while_lambda_prepares_the_function(
    is_prepared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a function that Lambda prepares, or one that is only imported
    if is_prepared:
        monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    handler.reader.cache_clear()
    handler.prepare()

    # Then its child is on its way already, or nobody has started any
    reader = handler.reader()
    assert (reader._child is not None) == is_prepared
    reader.close()
    handler.reader.cache_clear()
