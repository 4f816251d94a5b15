"""Watches over the local stack's process, so that a crash of the command line leaves nothing behind.

Comes in: the command to run as arguments; on standard input, the line ``keep`` if the stack is to outlive the
command that started it. Goes out: the exit code of the command. Changes: starts and ends processes.

It runs as a script and leads its own session. If standard input ends before ``keep`` arrives, the process that started
the stack has died, and the guardian ends the stack with everything that it started.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading

_PR_SET_PDEATHSIG = 1  # prctl(2)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main(command: list[str]) -> int:
    """Run ``command`` and end it, and its process group, when it is time."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent)  # noqa: PLW1509 - no thread yet

    def end(*_: object) -> None:
        if child.poll() is None:
            child.terminate()

    def watch_standard_input() -> None:
        if "keep" not in sys.stdin.readline():
            end()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    threading.Thread(target=watch_standard_input, daemon=True).start()
    code = child.wait()
    # The workers end when their pipe does. Whatever does not is in our process group, and so is this process.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgrp(), signal.SIGTERM)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
