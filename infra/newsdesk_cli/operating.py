"""The commands that watch, undo and repeat: what an operator needs on a running stack.

Comes in: arguments. Goes out: what :mod:`newsdesk_cli.app` promises of every command. Changes: the stack.

What a command needs is imported inside it, as in ``app``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from newsdesk_cli.console import EXIT_WAITING, confirm, out, print_facts, print_json, require_checkout, say, usage
from newsdesk_cli.options import DryRun, Json, Region, Since, StackName, Until, Yes, day_of

operators = typer.Typer()

Subject = Annotated[str | None, typer.Argument(metavar="[ARTICLE_ID|URL]", help="Which article.")]
EveryArticle = Annotated[bool, typer.Option("--all", help="Every article that has a current revision.")]
Host = Annotated[str | None, typer.Option(help="The articles of this host.")]


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
    subject: Subject = None,
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


@operators.command(epilog="Example: newsdesk reprocess --host example.org --dry-run --stack newsdesk")
def reprocess(
    subject: Subject = None,
    host: Host = None,
    since: Since = None,
    until: Until = None,
    everything: EveryArticle = False,
    beginning: Annotated[str, typer.Option("--from", help="extract (from captures) or enrich.")] = "extract",
    order: Annotated[
        str | None, typer.Option(help="A name: an article goes through each order once. Give it again to go on.")
    ] = None,
    rate: Annotated[float, typer.Option(help="Articles a second.", min=0.01, max=1000)] = 5.0,
    limit: Annotated[int, typer.Option(help="Articles that a dry run tries.", min=1)] = 200,
    samples: Annotated[int, typer.Option(help="Articles that its report shows side by side.", min=0)] = 20,
    folder: Annotated[
        Path, typer.Option("--out", help="Where a dry run writes report.html and report.json.", file_okay=False)
    ] = Path("reprocess-report"),
    stack_name: StackName = None,
    region: Region = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Make articles anew of what is stored, with today's code, and publish what differs as corrected revisions."""
    if beginning not in ("extract", "enrich"):
        usage("--from: extract or enrich")
    chosen = (subject is not None, everything, host is not None or since is not None or until is not None)
    if sum(chosen) != 1:
        usage("give an article, --host, --since and --until, or --all")
    from newsdesk.clock import to_text, utc_now
    from newsdesk_cli import reprocessing, selecting
    from newsdesk_cli.lookup import open_stack

    stack = open_stack(stack_name, region)
    articles = selecting.select(stack, subject, host, selecting.period(since, until))
    name = order or to_text(utc_now())
    ordered = reprocessing.Order(name, reprocessing.Beginning(beginning))
    if dry_run:
        require_checkout("a dry run of reprocess")
        from newsdesk_cli import trial

        report = trial.deployed_trial(stack).run(articles, ordered, limit, say)
        for path in trial.write_report(report, folder, samples, utc_now()):
            say(f"wrote {path}")
        print_facts({key: value for key, value in report.document(0).items() if key != "samples"}, as_json)
        return
    confirm(f"Reprocess {subject or host or 'all articles'} from {beginning}?", is_agreed=yes)
    say(f"the order's name is {name}; to go on after an interruption, give it again with --order")
    done = reprocessing.reprocess(stack, articles, ordered, per_second=rate, say=say)
    print_facts({"order": name, "started": done.started, "skipped": dict(done.skipped)}, as_json)


@operators.command(name="list", epilog="Example: newsdesk list --host example.org --stack newsdesk")
def list_articles(
    host: Host = None,
    day: Annotated[
        str | None,
        typer.Option(help="The articles that were published on this day.", parser=day_of, metavar="YYYY-MM-DD"),
    ] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(help="How many to list.", min=1)] = 100,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """List the latest changes, or articles by host, by day of publication, or by when they changed."""
    if (day is not None and (host is not None or since is not None)) or (until is not None and since is None):
        usage("give --day alone, or --host, --since or both; --until goes with --since")
    from newsdesk_cli import listing
    from newsdesk_cli.lookup import open_stack
    from newsdesk_cli.rendering import listing_table
    from newsdesk_cli.selecting import period

    committed = period(since, until) if since is not None else None
    wanted = listing.Wanted(host, day, committed, limit)
    rows = listing.listed(open_stack(stack_name, region), wanted)
    if as_json:
        for row in rows:
            print_json(json.dumps(asdict(row), ensure_ascii=False))
    else:
        out.print(listing_table(rows))


@operators.command(epilog="Example: newsdesk tail --host example.org --stack newsdesk")
def tail(
    host: Host = None,
    since: Since = None,
    seconds: Annotated[float | None, typer.Option("--for", help="End after so many seconds.", min=0)] = None,
    interval: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.5)] = 2.0,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Print changes as they come, one in a line, until it is interrupted."""
    from newsdesk.clock import utc_now
    from newsdesk_cli.lookup import open_stack, reader_of
    from newsdesk_cli.rendering import change_line

    begin = since or utc_now()
    until = utc_now() + timedelta(seconds=seconds) if seconds is not None else None
    reader = reader_of(open_stack(stack_name, region))
    for change in reader.changes(since=begin, follow=True, until=until, interval_seconds=interval):
        if host is not None and change.host != host:
            continue
        if as_json:
            print_json(change.to_json())
        else:
            out.print(change_line(change))


@operators.command(epilog="Example: newsdesk forget-host example.org --stack newsdesk")
def forget_host(
    host: Annotated[str, typer.Argument(metavar="HOST", help="Which host.")],
    stack_name: StackName = None,
    region: Region = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Delete what is known of a host: its rules, its pace and back-off, and what its pages repeat."""
    from newsdesk_cli.lookup import open_stack
    from newsdesk_cli.selecting import origins_of

    stack = open_stack(stack_name, region)
    origins = origins_of(stack, host)
    if dry_run:
        kept = {origin: "rules" for origin in origins if stack.hosts.rules(origin) is not None}
        pages = len(stack.hosts.profile(host).pages)
        print_facts({"rules of": ", ".join(kept) or "no site", "pages in its profile": pages}, as_json)
        return
    confirm(f"Forget the rules, the pace and the profile of {host}?", is_agreed=yes)
    print_facts({"items deleted": stack.hosts.forget(host, origins)}, as_json)
    if stack.hosts.is_taken_down(host):
        say(f"{host} is taken down, and stays so")


@operators.command(epilog="Example: newsdesk embed --all --stack newsdesk")
def embed(
    subject: Subject = None,
    host: Host = None,
    everything: EveryArticle = False,
    rate: Annotated[float, typer.Option(help="Articles a second.", min=0.01, max=1000)] = 20.0,
    stack_name: StackName = None,
    region: Region = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Have the vectors made that articles lack."""
    if sum((subject is not None, host is not None, everything)) != 1:
        usage("give an article, --host or --all")
    from newsdesk_cli import selecting
    from newsdesk_cli.embedding import ask_for_vectors
    from newsdesk_cli.lookup import open_stack

    stack = open_stack(stack_name, region)
    articles = selecting.select(stack, subject, host, selecting.Period())
    if not dry_run:
        confirm(f"Ask for the vectors of {subject or host or 'all articles'}?", is_agreed=yes)
    done = ask_for_vectors(stack, articles, per_second=rate, is_trial=dry_run, say=say)
    facts = {"present": done.present, "without a current revision": done.without}
    print_facts({"to ask for" if dry_run else "asked for": done.asked, **facts}, as_json)
