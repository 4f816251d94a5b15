"""The commands about sources: feeds, sitemaps and front pages that are polled for new articles.

Comes in: arguments. Goes out: what :mod:`newsdesk_cli.app` promises of every command. Changes: the stack's registry.

What a command needs is imported inside it, as in ``app``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsdesk_cli.console import confirm, fail, out, print_facts, print_json, say, usage
from newsdesk_cli.options import DryRun, Json, Region, StackName, Yes

if TYPE_CHECKING:
    from newsdesk_cli.stack import Stack

source_commands = typer.Typer(
    name="sources", help="Feeds, sitemaps and front pages that are polled for new articles.", no_args_is_help=True
)

Subject = Annotated[str, typer.Argument(metavar="SOURCE_ID|URL", help="Which source.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Comes back with each outcome; repeat it.")]
Priority = Annotated[str | None, typer.Option(help="What its items may wait for: bulk, normal or high.")]


@source_commands.command(epilog="Example: newsdesk sources add https://example.org/ --tag morning --stack newsdesk")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A site, a feed or a sitemap.")],
    front_page: Annotated[
        bool, typer.Option("--front-page", help="Read the page's own links; without it, its feeds and sitemaps.")
    ] = False,
    title: Annotated[str | None, typer.Option(help="What people call it; its own title if left out.")] = None,
    language: Annotated[str | None, typer.Option(help="A language tag, such as en.")] = None,
    country: Annotated[str | None, typer.Option(help="A country by ISO 3166, such as NL.")] = None,
    tags: Tags = None,
    priority: Priority = None,
    include: Annotated[
        list[str] | None, typer.Option(help="Paths that are wanted, such as /news/ or */2026/; repeat it.")
    ] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Paths that are not wanted; repeat it.")] = None,
    greatest_age: Annotated[
        int | None, typer.Option(metavar="DAYS", help="Items that are older are not taken; 0 for all.", min=0)
    ] = None,
    most_items: Annotated[int | None, typer.Option(help="Items taken in a day.", min=1, max=20_000)] = None,
    stack_name: StackName = None,
    region: Region = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Find the feeds and sitemaps of a site, and have them polled from now on."""
    from newsdesk.sources import SourceKind
    from newsdesk_cli import sources
    from newsdesk_cli.lookup import open_stack

    filters: dict[str, Any] = {"include": include or [], "exclude": exclude or []}
    if greatest_age is not None:
        filters["greatest_age_days"] = greatest_age or None
    if most_items is not None:
        filters["most_items_a_day"] = most_items
    said = {
        "title": title,
        "language": language,
        "country": country,
        "tags": tags,
        "priority": priority,
        "filters": filters,
    }
    stack = open_stack(stack_name, region)
    if front_page:
        wanted = [sources.made(SourceKind.PAGE, url, said)]
    else:
        found = _found(stack, url, as_json=as_json)
        wanted = [sources.made(SourceKind(entry["kind"]), entry["url"], said) for entry in found]
    if dry_run:
        return
    named = ", ".join(source.url for source in wanted)
    confirm(f"Poll {named} from now on?", is_agreed=yes)
    _add(stack, wanted, as_json=as_json)


def _found(stack: Stack, url: str, *, as_json: bool) -> list[dict[str, Any]]:
    """Show what there is at a site, and return what of it can be read."""
    from newsdesk_cli import sources
    from newsdesk_cli.source_view import found_table

    found = sources.ask(stack, {"find": sources.address(url)})["found"]
    if as_json:
        for entry in found:
            print_json(json.dumps(entry, ensure_ascii=False))
    else:
        out.print(found_table(found))
    readable = [entry for entry in found if "error" not in entry]
    if not readable:
        fail(f"no feed and no sitemap was found at {url}; --front-page reads the page's own links")
    return readable


def _add(stack: Stack, wanted: list[Any], *, as_json: bool) -> None:
    added = {source.source_id: stack.sources.add(source) for source in wanted}
    for source in wanted:
        if as_json:
            print_json(json.dumps({"source_id": source.source_id, "url": source.url, "added": added[source.source_id]}))
        else:
            say(f"{'added' if added[source.source_id] else 'there already'}: {source.source_id} {source.url}")


@source_commands.command(name="list", epilog="Example: newsdesk sources list --warned --stack newsdesk")
def list_sources(
    paused: Annotated[bool, typer.Option("--paused", help="Those that are paused.")] = False,
    failing: Annotated[bool, typer.Option("--failing", help="Those whose last poll failed.")] = False,
    warned: Annotated[bool, typer.Option("--warned", help="Those beside which a warning stands.")] = False,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """List sources: their state, their last poll, what they brought and what became of it."""
    from newsdesk.clock import utc_now
    from newsdesk.sources import SourceState
    from newsdesk_cli import sources
    from newsdesk_cli.lookup import open_stack
    from newsdesk_cli.source_view import sources_table

    stack, now = open_stack(stack_name, region), utc_now()
    wanted = (
        source
        for source in sources.every(stack.sources)
        if not (paused or failing or warned)
        or (paused and source.state is SourceState.PAUSED)
        or (failing and source.failures)
        or (warned and source.warnings)
    )
    known = (sources.known(stack.sources, source, now) for source in wanted)
    if as_json:
        for entry in known:
            print_json(json.dumps(entry.facts(), ensure_ascii=False))
    else:
        out.print(sources_table(known, now))


@source_commands.command(epilog="Example: newsdesk sources show https://example.org/feed.xml --stack newsdesk")
def show(subject: Subject, stack_name: StackName = None, region: Region = None, as_json: Json = False) -> None:
    """Show a source: its settings, its latest polls, and what became of its items by day; with --json, all of it."""
    from newsdesk.clock import utc_now
    from newsdesk_cli import sources
    from newsdesk_cli.lookup import open_stack
    from newsdesk_cli.source_view import source_in_words

    stack, now = open_stack(stack_name, region), utc_now()
    entry = sources.known(stack.sources, sources.find(stack.sources, subject), now)
    days = stack.sources.days(entry.source.source_id, "2000-01-01")
    print_facts(sources.source_facts(entry, days) if as_json else source_in_words(entry, days, now), as_json)


@source_commands.command(epilog="Example: newsdesk sources pause https://example.org/feed.xml --stack newsdesk")
def pause(subject: Subject, stack_name: StackName = None, region: Region = None, as_json: Json = False) -> None:
    """Poll a source no more, until it is resumed."""
    from newsdesk.clock import utc_now
    from newsdesk.sources import PauseReason, paused
    from newsdesk_cli import sources
    from newsdesk_cli.lookup import open_stack

    store = open_stack(stack_name, region).sources
    after = sources.change(
        store, sources.find(store, subject), lambda known: paused(known, PauseReason.OPERATOR, utc_now())
    )
    print_facts({"source_id": after.source_id, "url": after.url, "state": after.state.value}, as_json)


@source_commands.command(epilog="Example: newsdesk sources resume https://example.org/feed.xml --stack newsdesk")
def resume(subject: Subject, stack_name: StackName = None, region: Region = None, as_json: Json = False) -> None:
    """Poll a source again, at once, whatever it was paused for."""
    from newsdesk.clock import utc_now
    from newsdesk.sources import resumed
    from newsdesk_cli import sources
    from newsdesk_cli.lookup import open_stack

    store = open_stack(stack_name, region).sources
    after = sources.change(store, sources.find(store, subject), lambda known: resumed(known, utc_now()))
    print_facts({"source_id": after.source_id, "url": after.url, "state": after.state.value}, as_json)


@source_commands.command(epilog="Example: newsdesk sources remove https://example.org/feed.xml --stack newsdesk")
def remove(
    subject: Subject,
    stack_name: StackName = None,
    region: Region = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Delete a source and what is known of it; the articles that it led to stay."""
    from newsdesk_cli import sources
    from newsdesk_cli.lookup import open_stack

    store = open_stack(stack_name, region).sources
    source = sources.find(store, subject)
    confirm(f"Remove {source.url}?", is_agreed=yes)
    print_facts({"source_id": source.source_id, "url": source.url, "removed": store.remove(source.source_id)}, as_json)


@source_commands.command(name="import", epilog="Example: newsdesk sources import subscriptions.opml --tag morning")
def import_opml(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="OPML, as feed readers export.", exists=True)],
    tags: Tags = None,
    priority: Priority = None,
    stack_name: StackName = None,
    region: Region = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Have the feeds polled that a file lists; the folders that they are in become tags."""
    from newsdesk_cli import sources
    from newsdesk_cli.lookup import open_stack

    wanted, problems = sources.from_opml(file.read_bytes(), {"tags": tags, "priority": priority})
    for problem in problems:
        say(problem)
    if not wanted:
        fail(f"{file} lists no feed")
    if dry_run:
        print_facts({source.source_id: source.url for source in wanted}, as_json)
        return
    confirm(f"Poll {len(wanted)} feeds from now on?", is_agreed=yes)
    _add(open_stack(stack_name, region), wanted, as_json=as_json)


@source_commands.command(name="export", epilog="Example: newsdesk sources export --out sources.opml")
def export_opml(
    file: Annotated[Path | None, typer.Option("--out", help="A file; standard output if left out.")] = None,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Write the feeds among the sources as OPML, or with --json all sources with their settings."""
    from newsdesk_cli import sources
    from newsdesk_cli.lookup import open_stack

    known = list(sources.every(open_stack(stack_name, region).sources))
    if as_json:
        lines = [source.model_dump_json(include=sources.SETTINGS, exclude_none=True) for source in known]
        document = "".join(f"{line}\n" for line in lines)
    else:
        document = sources.to_opml(known).decode("utf-8")
    if file is None:
        print_json(document) if as_json else sys.stdout.write(document)
    else:
        file.write_text(document, encoding="utf-8")
        say(f"wrote {file}")


@source_commands.command(name="test", epilog="Example: newsdesk sources test https://example.org/feed.xml")
def try_source(
    subject: Annotated[str, typer.Argument(metavar="SOURCE_ID|URL", help="A source, or an address that is none yet.")],
    kind: Annotated[str, typer.Option(help="What an address is: feed, sitemap or page.")] = "feed",
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Poll once, and show what would be submitted; nothing is."""
    if kind not in ("feed", "sitemap", "page"):
        usage("--kind: feed, sitemap or page")
    from newsdesk_cli import sources
    from newsdesk_cli.lookup import open_stack
    from newsdesk_cli.source_view import tried_table

    tried = sources.ask(open_stack(stack_name, region), {"try": subject, "kind": kind})
    if as_json:
        print_json(json.dumps(tried, ensure_ascii=False))
        return
    out.print(tried_table(tried))
    for warning in tried["warnings"]:
        say(f"warning: {warning.replace('_', ' ')}")
    if tried["further"]:
        say(f"leads to {len(tried['further'])} further documents, such as {tried['further'][0]}")
