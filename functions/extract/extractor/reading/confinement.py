"""What the child that reads pages cannot do, should a page take it over.

Comes in: nothing. Goes out: nothing. Changes: the calling process, for good.

Parent and child run under the same user, so that of themselves they may look into each other: ``/proc/<pid>/environ``
and ``/proc/<pid>/mem`` of the parent hold the credentials that the child is not given.
"""

from __future__ import annotations

import ctypes
import logging
import os
import platform
import resource
import struct
import sys

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Offsets in ``struct seccomp_data``; of an argument, the lower half, which a process's id fits into."""
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001
"""``SECCOMP_RET_ALLOW``, and ``SECCOMP_RET_ERRNO`` with ``EPERM``."""
_X32 = 0x40000000
"""System calls of another ABI of the same processor begin here."""

_SHARED_CALLS = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434, "pidfd_getfd": 438, "process_madvise": 440,
    "process_mrelease": 448,
}  # fmt: skip
_REFUSED: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "socket": 41, "connect": 42, "bind": 49, "socketpair": 53, "fork": 57, "vfork": 58, "execve": 59,
            "kill": 62, "ptrace": 101, "rt_sigqueueinfo": 129, "setpriority": 141, "sched_setparam": 142,
            "sched_setscheduler": 144, "tkill": 200, "sched_setaffinity": 203, "ioprio_set": 251, "migrate_pages": 256,
            "move_pages": 279, "rt_tgsigqueueinfo": 297, "perf_event_open": 298, "process_vm_readv": 310,
            "process_vm_writev": 311, "kcmp": 312, "sched_setattr": 314, "bpf": 321, "execveat": 322,
            "userfaultfd": 323,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "ioprio_set": 30, "ptrace": 117, "sched_setparam": 118, "sched_setscheduler": 119,
            "sched_setaffinity": 122, "kill": 129, "tkill": 130, "rt_sigqueueinfo": 138, "setpriority": 140,
            "socket": 198, "socketpair": 199, "bind": 200, "connect": 203, "execve": 221, "migrate_pages": 238,
            "move_pages": 239, "rt_tgsigqueueinfo": 240, "perf_event_open": 241, "process_vm_readv": 270,
            "process_vm_writev": 271, "kcmp": 272, "sched_setattr": 274, "bpf": 280, "execveat": 281,
            "userfaultfd": 282,
        },
    ),
}  # fmt: skip
"""By machine: its ``AUDIT_ARCH``, and the system calls that reading a page needs none of: those that reach other
machines, start programs, or act on other processes."""

_ON_ITSELF: dict[str, dict[str, int]] = {
    "x86_64": {"tgkill": 234, "prlimit64": 302},
    "aarch64": {"tgkill": 131, "prlimit64": 261},
}
"""Calls that are needed, whose first argument says which process they act on: this one alone (0 is the caller)."""

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
    machine = platform.machine()
    if machine not in _REFUSED or _control(_PR_SET_NO_NEW_PRIVS, 1):
        return False
    program = _program(*_REFUSED[machine], _ON_ITSELF[machine], os.getpid())
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    description = Program(len(program) // 8, ctypes.addressof(buffer))
    return _control(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(description)) == 0


def _program(architecture: int, refused: dict[str, int], on_itself: dict[str, int], process: int) -> bytes:
    """Return the filter in the kernel's form (BPF): each instruction is a code, two jumps and a value.

    A jump is the number of instructions that are skipped, where the comparison holds and where it does not.
    """
    everywhere = sorted({*refused.values(), *_SHARED_CALLS.values()})
    own = sorted(on_itself.values())
    allow = 5 + len(everywhere) + len(own)
    is_own, refuse, allow_own = allow + 1, allow + 4, allow + 5
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, refuse - 5, 0, _X32),
    ]
    for number in (*everywhere, *own):
        target = is_own if number in own else refuse
        instructions.append((_EQUAL, target - len(instructions) - 1, 0, number))
    instructions += [
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, allow_own - is_own - 2, 0, 0),
        (_EQUAL, allow_own - is_own - 3, 0, process),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)


def _control(option: int, *arguments: int) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    padded = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    return int(library.prctl(ctypes.c_int(option), *padded))
