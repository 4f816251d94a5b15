"""What the child that reads pages cannot do, should a page take it over.

Comes in: nothing. Goes out: nothing. Changes: the calling process, for good.

Parent and child run under the same user, so that of themselves they may look into each other: ``/proc/<pid>/environ``
and ``/proc/<pid>/mem`` of the parent hold the credentials that the child is not given.
"""

from __future__ import annotations

import ctypes
import logging
import platform
import resource
import struct
import sys

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
"""Offsets in ``struct seccomp_data``."""
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001
"""``SECCOMP_RET_ALLOW``, and ``SECCOMP_RET_ERRNO`` with ``EPERM``."""
_X32 = 0x40000000
"""System calls of another ABI of the same processor begin here."""

_SHARED_CALLS = {"pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_getfd": 438}
_REFUSED: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "socket": 41, "connect": 42, "bind": 49, "socketpair": 53, "fork": 57, "vfork": 58, "execve": 59,
            "kill": 62, "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "execveat": 322,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "ptrace": 117, "kill": 129, "socket": 198, "socketpair": 199, "bind": 200, "connect": 203, "execve": 221,
            "process_vm_readv": 270, "process_vm_writev": 271, "execveat": 281,
        },
    ),
}  # fmt: skip
"""By machine: its ``AUDIT_ARCH``, and the system calls that reading a page needs none of."""

_logger = logging.getLogger(__name__)


def hide() -> None:
    """Keep other processes of the same user from looking into this one (``PR_SET_DUMPABLE``); root still may."""
    if sys.platform == "linux" and _control(_PR_SET_DUMPABLE, 0):
        _logger.warning("this process cannot be hidden from the child that reads pages")


def confine(memory_bytes: int) -> None:
    """Take from this process what reading a page needs none of.

    That is more memory than it may have, core files, any output to files, other processes, and, where the kernel lets a
    process install a filter, sockets, programs, signals and looks into other processes.
    """
    for limited, most in (
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limited, (most, most))
    if sys.platform == "linux":
        _refuse_calls()


def _refuse_calls() -> bool:
    """Install a filter of system calls; return whether that was possible."""
    known = _REFUSED.get(platform.machine())
    if known is None or _control(_PR_SET_NO_NEW_PRIVS, 1):
        return False
    program = _program(*known)
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    description = Program(len(program) // 8, ctypes.addressof(buffer))
    return _control(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(description)) == 0


def _program(architecture: int, calls: dict[str, int]) -> bytes:
    """Return the filter in the kernel's form (BPF): each instruction is a code, two jumps and a value."""
    numbers = sorted({*calls.values(), *_SHARED_CALLS.values()})
    checks = [(_EQUAL, len(numbers) - position, number) for position, number in enumerate(numbers)]
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, len(numbers) + 1, 0, _X32),
        *((code, jump, 0, number) for code, jump, number in checks),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)


def _control(option: int, *arguments: int) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    padded = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    return int(library.prctl(ctypes.c_int(option), *padded))
