"""Events as Lambda hands them to a handler.

Comes in: the name of a file in ``tests/events``. Goes out: the event.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "events"


def raw_event(name: str) -> dict[str, Any]:
    """Return an event, parsed anew each time."""
    document: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document
