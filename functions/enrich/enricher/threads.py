"""How many threads numpy's library may start.

Comes in: nothing. Goes out: nothing. Changes outside: one environment variable of this process, where it is not set.
"""

from __future__ import annotations

import os


def multiply_in_one_thread() -> None:
    """Let numpy multiply matrices in one thread; call it before numpy is imported for the first time.

    The matrices here are small: threads that wait for each other cost more than they save, and a function has about one
    processor.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
