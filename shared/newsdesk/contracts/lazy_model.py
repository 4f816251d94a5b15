"""The base of all models: a class becomes a validator when it is first used.

Comes in: nothing. Goes out: one model to derive from.

A function imports every contract and reads two or three of them. To build them all takes a third of what its imports
take.
"""

from __future__ import annotations

import threading
from typing import Any

from pydantic import BaseModel, ConfigDict

_BUILDING = threading.RLock()
"""One for all models: to build one builds those that it consists of, too."""


class LazyModel(BaseModel):
    """Base of all models: built on first use, by one thread at a time."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def model_rebuild(cls, *, _parent_namespace_depth: int = 2, **options: Any) -> bool | None:
        """Build the class, as pydantic does on first use; others that need it now wait.

        pydantic 2.13 lets two threads build a class at the same moment, and one of them can find it half-built.
        """
        with _BUILDING:
            return super().model_rebuild(_parent_namespace_depth=_parent_namespace_depth + 1, **options)
