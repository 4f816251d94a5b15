"""Options that several commands share.

Comes in: nothing. Goes out: annotations of typer; it loads nothing else, so that ``--help`` is quick.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer


def time_of(text: str) -> datetime:
    """Return a time in UTC, or the beginning of a day.

    Raises
    ------
    typer.BadParameter
        If the text is neither.
    """
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise typer.BadParameter(f"{text} is no time; write it like 2026-11-30T09:00:00Z or 2026-11-30")


def day_of(text: str) -> str:
    """Return a day as ``YYYY-MM-DD``.

    Raises
    ------
    typer.BadParameter
        If the text is none.
    """
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter(f"{text} is no day; write it like 2026-11-30") from None


Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
StackName = Annotated[str | None, typer.Option("--stack", help="A deployed stack instead of the local one.")]
Region = Annotated[str | None, typer.Option("--region", help="The deployed stack's region.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing, and say what would be changed.")]
Since = Annotated[
    datetime | None, typer.Option(help="From this time on, in UTC.", parser=time_of, metavar="YYYY-MM-DD[THH:MM:SSZ]")
]
Until = Annotated[
    datetime | None, typer.Option(help="Up to this time, in UTC.", parser=time_of, metavar="YYYY-MM-DD[THH:MM:SSZ]")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before changing anything.")]
