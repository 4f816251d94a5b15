"""Cursors: where a listing goes on, in a form that says nothing to others.

Comes in: the listing and a position in it. Goes out: a text for a URL, and back.
"""

from __future__ import annotations

import base64
import json

from responder.problems import ProblemError, ProblemType


def write_cursor(listing: str, *position: str) -> str:
    """Return a cursor of a listing."""
    text = json.dumps([listing, *position], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8")).decode("ascii").rstrip("=")


def read_cursor(cursor: str) -> tuple[str, ...]:
    """Return the listing and the position in a cursor.

    Raises
    ------
    ProblemError
        If it is nothing that :func:`write_cursor` returned.
    """
    try:
        padded = f"{cursor}{'=' * (-len(cursor) % 4)}"
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise bad_cursor() from error
    is_text = isinstance(parts, list) and all(isinstance(part, str) and part.isprintable() for part in parts)
    if not is_text or not parts:
        raise bad_cursor()
    return tuple(parts)


def cursor_in(cursor: str | None, *listing: str) -> str | None:
    """Return the position in a cursor of exactly this listing; None for no cursor.

    Raises
    ------
    ProblemError
        If it is the cursor of another listing, or none.
    """
    if cursor is None:
        return None
    *named, position = read_cursor(cursor)
    if tuple(named) != listing:
        raise bad_cursor()
    return position


def bad_cursor() -> ProblemError:
    """Return the problem of a cursor that cannot be used."""
    return ProblemError(ProblemType.BAD_CURSOR)
