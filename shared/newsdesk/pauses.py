"""How long to wait between two tries of the same thing.

Comes in: how often to try. Goes out: the tries, with growing, jittered pauses between them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Sleep = Callable[[float], None]
"""Waits the given number of seconds."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """A number of tries, and pauses between them that double; of each, the upper half is jittered.

    Callers that lost a race or were throttled do not all come back at the same time
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/, "equal jitter").

    Attributes
    ----------
    tries : int
        The number of tries, the first included.
    first_seconds, longest_seconds : float
        The longest that the first pause, and any pause, may be.
    sleep : callable
        Waits the given number of seconds.
    jitter : callable
        Returns a number in [0, 1).
    """

    tries: int
    first_seconds: float = 0.05
    longest_seconds: float = 2.0
    sleep: Sleep = time.sleep
    jitter: Callable[[], float] = random.random

    def attempts(self) -> Iterator[int]:
        """Yield the number of each try, from 1; wait before each but the first."""
        ceiling = self.first_seconds
        for number in range(1, self.tries + 1):
            if number > 1:
                self.sleep(ceiling / 2 + ceiling / 2 * self.jitter())
                ceiling = min(self.longest_seconds, ceiling * 2)
            yield number
