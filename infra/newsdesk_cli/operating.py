"""The commands that watch, undo and repeat: what an operator needs on a running stack.

Comes in: arguments. Goes out: what :mod:`newsdesk_cli.app` promises of every command. Changes: the stack.

What a command needs is imported inside it, as in ``app``.
"""

from __future__ import annotations

from typing import Annotated

import typer

from newsdesk_cli.console import confirm, print_facts, say, usage
from newsdesk_cli.options import DryRun, Json, Region, StackName, Yes

operators = typer.Typer()


@operators.command(epilog="Example: newsdesk redrive fetch --stack newsdesk")
def redrive(
    queue: Annotated[
        str | None, typer.Argument(metavar="[QUEUE]", help="A stage, such as fetch, or the logical id of its queue.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dead-letter queue.")] = False,
    rate: Annotated[int, typer.Option(help="Messages a second, on AWS.", min=1, max=500)] = 50,
    stack_name: StackName = None,
    region: Region = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Move what is in dead-letter queues back to the queues that it came from."""
    if (queue is None) != everything:
        usage("give either a queue or --all")
    from newsdesk_cli import redriving
    from newsdesk_cli.lookup import open_stack

    stack = open_stack(stack_name, region)
    pairs = redriving.find_pairs(stack)
    if queue is not None:
        pairs = [redriving.choose(pairs, queue)]
    if dry_run:
        print_facts({pair.stage: {"to move": pair.waiting} for pair in pairs}, as_json)
        return
    filled = [pair for pair in pairs if pair.waiting]
    if filled:
        named = ", ".join(f"{pair.waiting} of {pair.stage}" for pair in filled)
        confirm(f"Move {named} back to their queues?", is_agreed=yes)
    moved = {pair.stage: redriving.redrive(stack, pair, rate, say) for pair in filled}
    nothing = redriving.Redriven(0, 0)
    done = {pair.stage: moved.get(pair.stage, nothing) for pair in pairs}
    print_facts({stage: {"moved": result.moved, "left": result.left} for stage, result in done.items()}, as_json)
