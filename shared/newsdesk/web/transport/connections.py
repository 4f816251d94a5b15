"""Connections kept open between the fetches of one warm worker.

Comes in: connections whose exchange has ended cleanly. Goes out: the same to the next fetch from their origin.
Changes: holds sockets, and closes them.

Pages of one host are fetched a few seconds apart, so that one kept connection saves each of them a handshake or two. A
kept connection goes to the address that was checked when it was dialled; deadline and caps are each exchange's own.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass

from newsdesk.web.transport.http1 import Connection

MAXIMUM_IDLE_SECONDS = 15.0
"""Less than what most servers and address translators grant an idle connection: Apache 5 s to nginx 75 s."""

MAXIMUM_IDLE_CONNECTIONS = 20
"""For all origins together: twice the pages that a function fetches at once."""

Origin = tuple[str, str, int]
"""Scheme, host and port."""


class KeptConnections:
    """Idle connections; may be used by several threads at once.

    Parameters
    ----------
    clock : callable
        Wall-clock seconds. A frozen function's monotonic clock may stand still while the servers' does not.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._idle: list[_Idle] = []
        weakref.finalize(self, _close_all, self._idle)

    def take(self, origin: Origin) -> Connection | None:
        """Return the connection that was used last, if it can be used at once."""
        with self._lock:
            position = next((place for place, idle in enumerate(self._idle) if idle.origin == origin), None)
            found = None if position is None else self._idle.pop(position)
        if found is None:
            return None
        if 0 <= self._clock() - found.since <= MAXIMUM_IDLE_SECONDS and found.connection.channel.is_quiet:
            return found.connection
        found.connection.channel.close()
        return None

    def keep(self, origin: Origin, connection: Connection) -> None:
        """Keep a connection; the one that has been idle longest is closed when there are too many."""
        with self._lock:
            self._idle.insert(0, _Idle(origin, connection, self._clock()))
            surplus = self._idle.pop() if len(self._idle) > MAXIMUM_IDLE_CONNECTIONS else None
        if surplus is not None:
            surplus.connection.channel.close()

    def close(self) -> None:
        """Close everything that is kept."""
        with self._lock:
            _close_all(self._idle)


@dataclass(frozen=True, slots=True)
class _Idle:
    origin: Origin
    connection: Connection
    since: float


def _close_all(kept: list[_Idle]) -> None:
    while kept:
        kept.pop().connection.channel.close()
