"""Case 98: what a page could do that has taken the child over.

The number is that of ``docs/hostile-cases.md``. Pages here cannot run code, so a process stands in for the child, which
has given up what a child gives up. It runs as nobody where the tests run as root, whom few limits bind.
"""

from __future__ import annotations

import ctypes
import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from extractor.reading import ChildReader, confinement

PR_GET_DUMPABLE = 3
ROOT = Path(__file__).parents[2]
PATHS = [str(ROOT / "functions" / "extract"), str(ROOT / "shared")]

SCRIPT = """
import ctypes, json, os, platform, resource, socket, sys
sys.path[:0] = json.loads(sys.argv[1])
from extractor.reading import confinement

machine = platform.machine()
numbers = {**confinement._SHARED_CALLS, **confinement._REFUSED[machine][1], **confinement._ON_ITSELF[machine]}

def call(name, *arguments):
    padded = [ctypes.c_long(argument) for argument in (numbers[name], *arguments)]
    if ctypes.CDLL(None, use_errno=True).syscall(*padded) < 0:
        raise OSError(ctypes.get_errno(), name)

def tried(*attempts):
    told = {}
    for name, attempt in attempts:
        try:
            attempt()
            told[name] = "done"
        except OSError as error:
            told[name] = type(error).__name__
    return told

def in_another_process(work):
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.write(writing, json.dumps(work()).encode())
        os._exit(0)
    os.close(writing)
    os.wait()
    return json.loads(os.read(reading, 65536))

def look():
    parent = f"/proc/{os.getppid()}"
    attempts = {name: lambda name=name: open(f"{parent}/{name}", "rb").close() for name in ("environ", "mem")}
    return tried(*attempts.items())

def as_a_child():
    with open(os.devnull) as null:
        confinement.confine(1 << 30)
        return tried(
            ("socket", socket.socket),
            ("program", lambda: os.execv("/bin/true", ["true"])),
            ("process", os.fork),
            ("signal", lambda: os.kill(os.getppid(), 0)),
            ("signal to a thread", lambda: call("tgkill", os.getppid(), os.getppid(), 0)),
            ("signal to any thread", lambda: call("tkill", os.getppid(), 0)),
            ("queued signal", lambda: call("rt_sigqueueinfo", os.getppid(), 0, 0)),
            ("handle", lambda: call("pidfd_open", os.getppid(), 0)),
            ("limit", lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)),
            ("priority", lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)),
            ("processors", lambda: os.sched_setaffinity(os.getppid(), {0})),
            ("own limit", lambda: resource.setrlimit(resource.RLIMIT_CPU, resource.getrlimit(resource.RLIMIT_CPU))),
            ("own signal", lambda: call("tgkill", os.getpid(), os.getpid(), 0)),
            ("read", lambda: open("/proc/self/status").read()),
            ("write", lambda: os.write(file, b"x")),
        )

file = os.open(sys.argv[2], os.O_WRONLY)
if os.geteuid() == 0:
    os.setresuid(65534, 65534, 65534)
    confinement._control(confinement._PR_SET_DUMPABLE, 1)  # as after a start under this user
before = in_another_process(look)
confinement.hide()
print(json.dumps([before, in_another_process(look), in_another_process(as_a_child)]))
"""


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """What a process could do: look into its parent, the same once that hides, and what it does when confined."""
    file = tmp_path_factory.mktemp("open") / "file"
    file.touch()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(PATHS), str(file)], capture_output=True, text=True, check=True
    )
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def test_98_a_parent_that_hides_is_not_looked_into(attempts: list[dict[str, str]]) -> None:
    before, after, _ = attempts
    assert before == {"environ": "done", "mem": "done"}
    assert after == {"environ": "PermissionError", "mem": "PermissionError"}


def test_98_a_confined_process_reads_and_computes_and_does_nothing_else(attempts: list[dict[str, str]]) -> None:
    *_, confined = attempts
    assert confined.pop("read") == "done"
    assert confined.pop("write") == "OSError"
    assert confined.pop("process") in ("PermissionError", "BlockingIOError")
    assert [confined.pop("own limit"), confined.pop("own signal")] == ["done", "done"]
    assert set(confined.values()) == {"PermissionError"}


def test_98_a_child_is_confined_and_its_parent_hidden_when_the_first_page_comes() -> None:
    reader = ChildReader()
    reader.start()
    child = reader._child
    assert child is not None
    child._wait_until_ready()
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{child._process.pid}/status").read_text().splitlines())
    reader.close()
    assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
    assert ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0


def verdict(program: bytes, data: dict[int, int]) -> int:
    """What the kernel does with a system call: its number, architecture and arguments are data at offsets."""
    instructions: list[tuple[int, int, int, int]] = list(struct.iter_unpack("=HBBI", program))
    at = loaded = 0
    while True:
        code, if_so, if_not, value = instructions[at]
        if code == confinement._RETURN:
            return value
        if code == confinement._LOAD:
            loaded = data[value]
            at += 1
            continue
        holds = loaded == value if code == confinement._EQUAL else loaded >= value
        at += 1 + (if_so if holds else if_not)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_98_the_filter_of_either_machine_refuses_what_it_lists_and_nothing_else(machine: str) -> None:
    # Given the filter of process 4711, and calls of this machine, with 4712 as what they act on
    architecture, refused = confinement._REFUSED[machine]
    on_itself = confinement._ON_ITSELF[machine]
    program = confinement._program(architecture, refused, on_itself, 4711)

    def may(number: int, first: int = 4712, of: int = architecture) -> bool:
        return verdict(program, {0: number, 4: of, 16: first}) == confinement._ALLOW

    # Then it refuses those that are listed, lets a process act on itself, and lets the others pass
    listed = {*refused.values(), *confinement._SHARED_CALLS.values()}
    own = set(on_itself.values())
    assert {number for number in range(500) if not may(number)} == listed | own
    assert all(may(number, first) for number in own for first in (0, 4711))
    assert not any(may(number, 4711) for number in listed)
    assert not may(0, of=architecture + 1)
    assert not may(confinement._X32)
