"""The commands that watch, undo and repeat: what an operator needs on a running stack.

Comes in: arguments. Goes out: what :mod:`newsdesk_cli.app` promises of every command. Changes: the stack.

What a command needs is imported inside it, as in ``app``.
"""

from __future__ import annotations

from typing import Annotated

import typer

from newsdesk_cli.console import EXIT_WAITING, confirm, print_facts, say, usage
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


@operators.command(epilog='Example: newsdesk takedown https://example.org/a --reason "court order" --stack newsdesk')
def takedown(
    subject: Annotated[str | None, typer.Argument(metavar="[ARTICLE_ID|URL]", help="Which article.")] = None,
    host: Annotated[str | None, typer.Option(help="Every article of this host, and all that it will publish.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why; kept with the takedown, and said to nobody else.")] = None,
    erase: Annotated[
        bool, typer.Option("--erase", help="Delete everything of it, with all versions, and tell readers to do so.")
    ] = False,
    lift: Annotated[bool, typer.Option("--lift", help="Let it be submitted again.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for what cannot be erased yet.", min=0)] = 330,
    stack_name: StackName = None,
    region: Region = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Retract an article or a host's articles at once, and take them no more; exit code 3 if some is not erased yet."""
    if (subject is None) == (host is None):
        usage("give either an article or --host")
    if lift == (reason is not None) or (lift and erase):
        usage("give --reason, or --lift alone")
    from newsdesk_cli import takedown as taking
    from newsdesk_cli.lookup import open_stack

    stack = open_stack(stack_name, region)
    targets = taking.find_targets(stack, subject, host)
    action = "Let be submitted again" if lift else "Erase" if erase else "Take down"
    if dry_run:
        print_facts({"action": action.lower(), **targets.facts()}, as_json)
        return
    confirm(f"{action}: {targets.described()}?", is_agreed=yes)
    if lift:
        print_facts({"lifted": taking.lift_all(stack, targets)}, as_json)
        return
    order = taking.Order(reason or "", erases=erase)
    done = taking.carry_out(stack, targets, order, wait_seconds=wait, say=say)
    print_facts(done.facts(), as_json)
    if done.erasure is not None and done.erasure.waiting:
        raise typer.Exit(EXIT_WAITING)
