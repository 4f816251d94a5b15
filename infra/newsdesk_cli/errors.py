"""Errors that end a command with one plain line instead of a traceback.

Comes in: nothing. Goes out: the base class of such errors; it loads nothing, so that ``--help`` is quick.
"""

from __future__ import annotations


class CommandError(Exception):
    """A command cannot do its work; the text says why."""
