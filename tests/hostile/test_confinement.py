"""Case 98: what a page could do that has taken the child over.

The number is that of ``docs/hostile-cases.md``. Pages here cannot run code, so a process stands in for the child, which
has given up what a child gives up. It runs as nobody where the tests run as root, whom few limits bind.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from pathlib import Path

import pytest

from extractor.reading import ChildReader

PR_GET_DUMPABLE = 3
ROOT = Path(__file__).parents[2]
PATHS = [str(ROOT / "functions" / "extract"), str(ROOT / "shared")]

SCRIPT = """
import json, os, socket, sys
sys.path[:0] = json.loads(sys.argv[1])
from extractor.reading import confinement

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
