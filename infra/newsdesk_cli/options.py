"""Options that several commands share.

Comes in: nothing. Goes out: annotations of typer; it loads nothing else, so that ``--help`` is quick.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
StackName = Annotated[str | None, typer.Option("--stack", help="A deployed stack instead of the local one.")]
Region = Annotated[str | None, typer.Option("--region", help="The deployed stack's region.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing, and say what would be changed.")]
Since = Annotated[
    datetime | None, typer.Option(help="From this time on, in UTC.", formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"])
]
Until = Annotated[
    datetime | None, typer.Option(help="Up to this time, in UTC.", formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"])
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before changing anything.")]
