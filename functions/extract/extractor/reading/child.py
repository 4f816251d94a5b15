"""Pages are read in a process of their own, which can be killed.

Comes in: pages. Goes out: readings, or the reason why there is none. Changes: one child process, which is
reused from page to page and replaced when a page kills it or it has to be stopped.

Parsing is where the open web meets C code and quadratic loops: a page of one megabyte can take a minute, no exception
and no signal handler stops it, and a broken one can end the process. So the process that has credentials and messages
hands the bytes to a child that has neither: started anew (not forked, so that nothing is inherited but a socket), with
an environment of a few harmless names. It answers in JSON, which is checked as it is read; nothing that comes out of a
child is unpickled.

Child and parent have the same user. So the parent hides from ``/proc`` before the first child starts, and the child
gives up what it does not need: output to files, other processes and, by a filter of system calls, sockets, programs and
signals. What stays open to it: reading files that the user may read, the function's code and ``/tmp`` among them. As
root, or where the kernel takes no filter, less is closed; see :mod:`extractor.reading.confinement`.

A page may use three seconds of processor time. It is that which is measured, so that neither a busy machine nor one
that was frozen for an hour in between kills an innocent page; time on the wall is a second, wider bound, in which a
long silence of the machine itself counts as one second. Memory is bounded by the kernel in the child and watched from
here. A page that had to be stopped is read again in the fresh child, in fallback mode, under the same bounds.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from extractor.contract import PageToRead, Reading, ReadMode
from extractor.reading.confinement import confine, hide
from extractor.reading.reader import read_fallback, read_page
from newsdesk.contracts import ArticleWarning, Reason
from newsdesk.errors import PermanentError

PAGE_SECONDS = 3.0
"""Of processor time, for one page. An ordinary one takes some hundredths; 6 MB of prose about four."""

WALL_FACTOR = 3.0
"""How much longer a page may take on the wall."""

MAXIMUM_MEMORY_BYTES = 512 * 1024 * 1024
START_SECONDS = 30.0
"""For a child to load its libraries, on the wall; it takes less than one on a whole processor."""

MAXIMUM_ANSWER_BYTES = 64 * 1024 * 1024

_WATCH_SECONDS = 0.05
_LONGEST_STEP_SECONDS = 1.0
"""What one look at the child counts for at most: a machine that was frozen in between did not use the page's time."""

_HARMLESS = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ", "TZDIR")
"""What the child's environment keeps; Lambda's Python finds its own library by LD_LIBRARY_PATH."""

_BOOT = "import sys; sys.path[:] = sys.argv[2:]; from extractor.reading.child import serve; serve(int(sys.argv[1]))"
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")

_FIRST_PAGE = PageToRead(
    body=b"<html lang='en'><h1>A first page</h1><p>It is read by nobody, so that the next one finds all in place.</p>",
    content_type="text/html",
    url="https://newsdesk.example/2026/01/01/first",
    captured_at=datetime(2026, 1, 2, tzinfo=UTC),
)
_READY = b"ready"
_OUT_OF_MEMORY = 77
_REASONS = {
    _OUT_OF_MEMORY: Reason.PARSE_MEMORY,
    -signal.SIGKILL: Reason.PARSE_MEMORY,  # not by us: by a kernel that has no memory left
    -signal.SIGXCPU: Reason.PARSE_TIMEOUT,
}
"""What a child's exit status says; any other is a crash."""

_READERS: dict[ReadMode, Callable[[PageToRead], Reading]] = {
    ReadMode.FULL: read_page,
    ReadMode.FALLBACK: read_fallback,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may take; see the module's constants."""

    page_seconds: float = PAGE_SECONDS
    memory_bytes: int = MAXIMUM_MEMORY_BYTES
    start_seconds: float = START_SECONDS

    @property
    def wall_seconds(self) -> float:
        """The bound on time as the clock on the wall has it."""
        return self.page_seconds * WALL_FACTOR


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child says about a page: a reading, or why there is none."""

    reading: Reading | None = None
    reason: Reason | None = None
    detail: str = ""


class ChildLostError(Exception):
    """The child had to be killed, or died, while it read a page.

    Attributes
    ----------
    reason : Reason
        ``parse_timeout``, ``parse_memory`` or ``parse_crash``.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


@cache
def _requests() -> TypeAdapter[PageToRead]:
    return TypeAdapter(PageToRead)


@cache
def _answers() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)


class ChildReader:
    """Reads pages in a child process, one after the other; a :data:`extractor.reading.reader.ReadPage`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._turn = threading.Lock()
        self._child: _Child | None = None

    def start(self) -> None:
        """Start the child if there is none, without waiting until it is ready."""
        if self._child is None or self._child.is_gone():
            self.close()
            hide()
            self._child = _Child(self._limits)

    def close(self) -> None:
        """End the child; a page that comes later starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def __call__(self, page: PageToRead) -> Reading:
        """Read a page; in fallback mode when the full reading exceeds its bounds.

        Raises
        ------
        PermanentError
            When the page cannot be read, or not within bounds (``parse_timeout``, ``parse_memory``, ``parse_crash``).
        """
        with self._turn:
            try:
                return self._read(page, ReadMode.FULL)
            except ChildLostError as lost:
                try:
                    return _marked(self._read(page, ReadMode.FALLBACK), lost.reason)
                except ChildLostError:
                    raise PermanentError(lost.reason, lost.detail) from lost

    def _read(self, page: PageToRead, mode: ReadMode) -> Reading:
        self.start()
        assert self._child is not None
        try:
            answer = self._child.ask(page, mode)
        except ChildLostError:
            self.close()
            self.start()  # its libraries load while others work
            raise
        except BaseException:
            self.close()  # whatever it would still say belongs to this page
            raise
        if answer.reading is None:
            raise PermanentError(answer.reason or Reason.EXTRACTION_ERROR, answer.detail)
        return answer.reading


class _Child:
    """One child process, for as long as it lives."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._is_ready = False
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-I", "-S", "-c", _BOOT, str(theirs.fileno()), *map(_absolute, sys.path)]
            environment = {name: os.environ[name] for name in _HARMLESS if name in os.environ}
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter, our own words
                command,
                env=environment,
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=sys.__stderr__,  # Lambda's log, where a crash of C code is reported, too
            )
        self._connection = Connection(ours.detach())
        self.end = weakref.finalize(self, _end, self._process, self._connection)

    def is_gone(self) -> bool:
        """Return whether the process has ended."""
        return self._process.poll() is not None

    def ask(self, page: PageToRead, mode: ReadMode) -> Answer:
        """Let the child read a page.

        Raises
        ------
        ChildLostError
            If it took too much, or died.
        """
        try:
            if not self._is_ready:
                self._wait_until_ready()
            used = self._processor_seconds()
            self._connection.send_bytes(mode.value.encode("ascii"))
            self._connection.send_bytes(_requests().dump_json(replace(page, body=b"", profile=b"")))
            self._connection.send_bytes(page.profile)
            self._connection.send_bytes(page.body)
            self._watch(used)
            return _answers().validate_json(self._connection.recv_bytes(MAXIMUM_ANSWER_BYTES))
        except (EOFError, OSError, ValidationError) as error:
            raise self._lost(error) from error

    def _wait_until_ready(self) -> None:
        if not self._connection.poll(self._limits.start_seconds):
            raise RuntimeError(f"the child was not ready after {self._limits.start_seconds} s")
        try:
            self._connection.recv_bytes(len(_READY))
        except (EOFError, OSError) as error:
            raise RuntimeError(f"the child could not be started: {self._lost(error)}") from error
        self._is_ready = True

    def _watch(self, used: float) -> None:
        """Return once there is an answer, or the child is gone."""
        waited, before = 0.0, time.monotonic()
        while not self._connection.poll(_WATCH_SECONDS):
            now = time.monotonic()
            waited, before = waited + min(now - before, _LONGEST_STEP_SECONDS), now
            if self._memory_bytes() > self._limits.memory_bytes:
                raise ChildLostError(Reason.PARSE_MEMORY, f"over {self._limits.memory_bytes} bytes")
            if self._processor_seconds() - used > self._limits.page_seconds:
                raise ChildLostError(Reason.PARSE_TIMEOUT, f"over {self._limits.page_seconds} s of processor time")
            if waited > self._limits.wall_seconds:
                raise ChildLostError(Reason.PARSE_TIMEOUT, f"over {self._limits.wall_seconds} s")

    def _processor_seconds(self) -> float:
        # The second field is the command's name in parentheses, which may hold anything; proc(5).
        fields = self._look("stat").rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _CLOCK_TICKS

    def _memory_bytes(self) -> int:
        return int(self._look("statm").split()[1]) * _PAGE_SIZE

    def _look(self, name: str) -> bytes:
        return Path(f"/proc/{self._process.pid}/{name}").read_bytes()

    def _lost(self, error: Exception) -> ChildLostError:
        """Say why the child does not answer: its exit status knows."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(timeout=1.0)
            return ChildLostError(_REASONS.get(status, Reason.PARSE_CRASH), f"exit status {status}")
        return ChildLostError(Reason.PARSE_CRASH, type(error).__name__)


def serve(descriptor: int) -> None:
    """Read pages until the other end is closed; the child's whole life."""
    import faulthandler

    faulthandler.enable()
    connection = Connection(descriptor)
    requests, answers = _requests(), _answers()
    for read in _READERS.values():  # libraries and models are loaded before the first page's time begins to count
        _answer(_FIRST_PAGE, read)
    confine(MAXIMUM_MEMORY_BYTES)
    connection.send_bytes(_READY)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            mode = ReadMode(connection.recv_bytes().decode("ascii"))
            page = replace(
                requests.validate_json(connection.recv_bytes()),
                profile=connection.recv_bytes(),
                body=connection.recv_bytes(),
            )
            _limit_processor_time()
            connection.send_bytes(answers.dump_json(_answer(page, _READERS[mode]), by_alias=True))


def _answer(page: PageToRead, read: Callable[[PageToRead], Reading]) -> Answer:
    try:
        return Answer(read(page))
    except PermanentError as error:
        return Answer(reason=error.reason, detail=error.detail)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)  # there may be too little left for anything else


def _limit_processor_time() -> None:
    """Let the kernel end this process if the parent is gone: well behind the parent's own bound."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + PAGE_SECONDS * WALL_FACTOR) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _marked(reading: Reading, reason: Reason) -> Reading:
    """Return a reading with the warning that it was made in fallback mode, and why."""
    article = reading.result.article
    quality = article.quality.model_copy(
        update={"warnings": (*article.quality.warnings, f"{ArticleWarning.READ_PLAINLY}:{reason.value}")}
    )
    result = replace(reading.result, article=article.model_copy(update={"quality": quality}))
    return replace(reading, result=result)


def _absolute(path: str) -> str:
    return str(Path(path).absolute())


def _end(process: subprocess.Popen[bytes], connection: Connection) -> None:
    connection.close()
    process.kill()
    process.wait()
