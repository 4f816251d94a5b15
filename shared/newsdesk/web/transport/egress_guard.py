"""The second guard: while a fetch runs, this thread's sockets reach nothing but the public internet.

Comes in: every connect and datagram of the process, as Python's audit events report them (PEP 578). Goes out: an error
for those of a fetch that lead inside. Changes: the process, which keeps the hook until it ends.

The first guard, in :mod:`newsdesk.web.transport.network`, checks what it resolved before it dials. This one looks at
what is dialled, by whatever code, a library's or a mistake's. It shares the list of networks and nothing else: it
compares numbers in ranges of its own, lets no IPv6 through but global unicast (RFC 4291, section 2.4), and no name at
all, because a name would be resolved behind its back. What runs outside a fetch, such as the calls to AWS, is not its
business.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from sys import addaudithook
from typing import Any

from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError
from newsdesk.web import BLOCKED_NETWORKS, Network

_WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})  # connect_ex reports itself as connect
_GLOBAL_UNICAST = (0x2000 << 112, (0x4000 << 112) - 1)

_Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Gate:
    """What a fetch may reach beyond the public internet."""

    openings: dict[socket.AddressFamily, _Ranges]
    closed_ports: frozenset[int]


_gate: ContextVar[_Gate | None] = ContextVar("newsdesk_egress_guard", default=None)


@cache
def install() -> None:
    """Put the hook in place, once per process; it cannot be taken away again."""
    addaudithook(_on_event)


@contextmanager
def active(allowed: Sequence[Network] = (), closed_ports: frozenset[int] = frozenset()) -> Iterator[None]:
    """Refuse this thread everything inside for as long as the block runs.

    Parameters
    ----------
    allowed : sequence of networks
        Exceptions that a local stack opened; empty in a deployed one.
    closed_ports : frozenset of int
        Ports that no exception opens.
    """
    openings = {socket.AF_INET: _ranges(allowed, 4), socket.AF_INET6: _ranges(allowed, 6)}
    token = _gate.set(_Gate(openings, closed_ports))
    try:
        yield
    finally:
        _gate.reset(token)


def _ranges(networks: Sequence[Network], version: int) -> _Ranges:
    return tuple(
        (int(network.network_address), int(network.broadcast_address))
        for network in networks
        if network.version == version
    )


_INSIDE: dict[socket.AddressFamily, _Ranges] = {
    socket.AF_INET: _ranges(BLOCKED_NETWORKS, 4),
    socket.AF_INET6: _ranges(BLOCKED_NETWORKS, 6),
}


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _WATCHED:
        return
    gate = _gate.get()
    if gate is not None:
        _check(gate, arguments[0].family, arguments[1])


def _check(gate: _Gate, family: int, address: Any) -> None:
    number = _number(family, address)
    if number is not None:
        known = socket.AddressFamily(family)
        if _is_public(known, number):
            return
        if _contains(gate.openings[known], number) and address[1] not in gate.closed_ports:
            return
    raise PermanentError(Reason.BLOCKED_ADDRESS, f"the egress guard stopped {str(address)[:80]}")


def _number(family: int, address: Any) -> int | None:
    """Return a literal address as a number; None for whatever else a socket can be given."""
    if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return None
    try:
        return int.from_bytes(socket.inet_pton(family, address[0]), "big")
    except (OSError, TypeError, ValueError):
        return None


def _is_public(family: socket.AddressFamily, number: int) -> bool:
    if family == socket.AF_INET6 and not _GLOBAL_UNICAST[0] <= number <= _GLOBAL_UNICAST[1]:
        return False
    return not _contains(_INSIDE[family], number)


def _contains(ranges: _Ranges, number: int) -> bool:
    return any(first <= number <= last for first, last in ranges)
