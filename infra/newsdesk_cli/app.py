"""The command line ``newsdesk``.

Comes in: arguments. Goes out: tables for people, JSON for scripts, an exit code: 0 done, 3 some URLs still wait,
2 bad usage, 130 interrupted, 1 anything else. Changes: the stack it talks to, and the output folder.

What a command needs is imported inside it: the AWS clients and the models take seconds to load, and ``--help`` needs
neither.
"""

from __future__ import annotations

import inspect
import ipaddress
import json
import re
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsdesk import __version__
from newsdesk_cli.console import (
    EXIT_FAILURE,
    EXIT_INTERRUPTED,
    EXIT_WAITING,
    complain,
    confirm,
    fail,
    out,
    print_facts,
    print_json,
    require_checkout,
    say,
    usage,
)
from newsdesk_cli.dataset_commands import dataset_commands
from newsdesk_cli.errors import CommandError
from newsdesk_cli.operating import operators
from newsdesk_cli.options import DryRun, Json, Region, StackName, Yes, day_of, time_of
from newsdesk_cli.paths import PAGES_FOLDER
from newsdesk_cli.source_commands import source_commands

if TYPE_CHECKING:
    from newsdesk_cli.preflight import Finding
    from newsdesk_cli.stack import Stack

app = typer.Typer(
    name="newsdesk",
    help="Turns news URLs into clean, enriched, versioned articles.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in plain text: rich takes a third of a second to load what lays it out
)
app.add_typer(operators)
app.add_typer(source_commands)
app.add_typer(dataset_commands)

Interval = Annotated[float | None, typer.Option(help="Seconds between two requests to one host.", min=0)]
Networks = Annotated[list[str] | None, typer.Option(help="A private network that may be fetched from, as CIDR.")]
Manifest = Annotated[Path, typer.Option("--manifest", help="JSON lines.", exists=True, dir_okay=False)]
Destination = Annotated[Path, typer.Option("--out", help="Where the JSON lines go.")]


class Urgency(StrEnum):
    """The priorities of a submission."""

    BULK = "bulk"
    NORMAL = "normal"
    HIGH = "high"


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        app(prog_name="newsdesk")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else EXIT_FAILURE
    except CommandError as error:
        complain(str(error))
        return EXIT_FAILURE
    except KeyboardInterrupt:
        complain("interrupted")
        return EXIT_INTERRUPTED
    except Exception as error:
        from newsdesk_cli.advice import advice_for, is_foreseen

        if not is_foreseen(error):
            raise
        complain(advice_for(error))
        return EXIT_FAILURE
    return 0


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        sys.stdout.write(f"newsdesk {__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: newsdesk ingest https://example.org/a https://example.org/b --out out")
def ingest(
    urls: Annotated[list[str] | None, typer.Argument(metavar="[URL]...", help="Addresses to ingest.")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="A file with one URL in each line.", exists=True, dir_okay=False)
    ] = None,
    archives: Annotated[
        list[Path] | None,
        typer.Option(
            "--warc", metavar="FILE", help="A WARC file whose pages to ingest; repeat it.", exists=True, dir_okay=False
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--out", help="The folder that the bucket is mirrored into.", file_okay=False)
    ] = Path("out"),
    wait: Annotated[float, typer.Option(help="Seconds to wait for the outcomes, once the stack is up.", min=0)] = 300,
    interval: Interval = None,
    allow_network: Networks = None,
    sample: Annotated[bool, typer.Option("--sample", help="Serve the sample news site and ingest it.")] = False,
    as_json: Json = False,
) -> None:
    """Submit URLs, or the pages of WARC files, to the stack on this machine and wait until each has its outcome."""
    require_checkout("ingest")
    wanted = list(urls or [])
    if source is not None:
        wanted += _read_list(source)
    wanted = [url for url in wanted if url.strip()]
    networks = _checked_networks(allow_network or [])
    if not wanted and not sample and not archives:
        usage("nothing to ingest: give URLs, --from FILE, --warc FILE or --sample")
    from newsdesk_cli.local_ingest import ingest_locally, print_results

    ended, results = ingest_locally(
        wanted,
        folder,
        sample=sample,
        wait=wait,
        interval=interval,
        networks=networks,
        archives=archives or [],
    )
    if as_json:
        for result in results:
            print_json(result.line())
    else:
        print_results(results, folder)
    if not ended:
        raise typer.Exit(EXIT_WAITING)


@app.command(epilog="Example: newsdesk submit --from urls.txt --tag archive --priority bulk --stack newsdesk")
def submit(
    urls: Annotated[list[str] | None, typer.Argument(metavar="[URL]...", help="Addresses to submit.")] = None,
    sources: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="FILE", help="A file with one URL in each line; - for standard input."),
    ] = None,
    priority: Annotated[Urgency | None, typer.Option(help="What the submissions may wait for.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="Comes back with the outcome; repeat it.")] = None,
    correlation_id: Annotated[str | None, typer.Option(help="Comes back too, and is in the logs.")] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the outcomes.", min=0)] = 0,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Submit URLs to a stack that is up, and print the ids of the submissions, or with --wait how they ended."""
    from newsdesk_cli.lookup import open_stack
    from newsdesk_cli.submitting import checked_fields, read_list, submit_urls

    wanted = [*(url for url in urls or [] if url.strip()), *(url for name in sources or [] for url in read_list(name))]
    if not wanted:
        usage("nothing to submit: give URLs or --from FILE")
    said = checked_fields(priority.value if priority else None, tags or [], correlation_id)
    if not submit_urls(open_stack(stack_name, region), wanted, said, wait, as_json=as_json):
        raise typer.Exit(EXIT_WAITING)


@app.command(epilog="Example: newsdesk up --allow-network 127.0.0.1/32")
def up(
    interval: Interval = None,
    allow_network: Networks = None,
    embeddings: Annotated[
        bool | None, typer.Option(help="Keep a vector for each article, for `search`; unchanged if left out.")
    ] = None,
    follow_pages: Annotated[
        int | None,
        typer.Option(help="Further pages of one article to fetch; unchanged if left out.", min=0, max=20),
    ] = None,
    as_json: Json = False,
) -> None:
    """Start the stack on this machine, or bring it up to date."""
    require_checkout("up")
    networks = _checked_networks(allow_network or [])
    from newsdesk_cli.local_stack import LocalStack

    with LocalStack(say=say).running(networks, interval, embeddings, follow_pages) as stack:
        facts = {"endpoint": stack.endpoint, "region": stack.region, **stack.outputs}
    print_facts(facts, as_json)


@app.command(epilog="Example: newsdesk down")
def down(
    wipe: Annotated[bool, typer.Option("--wipe", help="Also delete all of its data.")] = False,
    as_json: Json = False,
) -> None:
    """Stop the stack on this machine; its data stays for the next `up`."""
    require_checkout("down")
    from newsdesk_cli.local_stack import LocalStack

    local = LocalStack(say=say)
    stopped = local.stop()
    if wipe:
        local.wipe()
    if as_json:
        print_json(json.dumps({"stopped": stopped}))
    else:
        out.print("stopped" if stopped else "no stack was up")


@app.command(epilog="Example: newsdesk status my-submission-1")
def status(
    subject: Annotated[
        str | None, typer.Argument(metavar="[SUBMISSION_ID|ARTICLE_ID|URL]", help="What to look up.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Print the records as they are; --json does, too.")
    ] = False,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Show how far a submission or an article is, or how full the queues are."""
    from newsdesk.clock import utc_now
    from newsdesk_cli.lookup import open_stack, records_of, status_of

    stack = open_stack(stack_name, region)
    if not subject:
        _print_queues(stack, is_bare=verbose or as_json, as_json=as_json)
    elif verbose or as_json:
        print_facts(records_of(stack, subject), as_json)
    else:
        print_facts(status_of(stack, subject, utc_now()), as_json=False)


@app.command(epilog="Example: newsdesk cost --articles 1000000 --revisits 11")
def cost(
    articles: Annotated[float, typer.Option(help="New articles a day.", min=0)],
    revisits: Annotated[float, typer.Option(help="Visits of each article after its first one.", min=0)] = 11.0,
    changed: Annotated[float, typer.Option(help="The share of them that find a new revision.", min=0, max=1)] = 0.05,
    other_page: Annotated[
        float, typer.Option(help="The share that finds another page with the same article.", min=0, max=1)
    ] = 0.45,
    failed: Annotated[float, typer.Option(help="Pages that are not available, for each article.", min=0)] = 0.05,
    datasets: Annotated[bool, typer.Option("--datasets", help="With the data set.")] = False,
    as_json: Json = False,
) -> None:
    """Print what a stack costs in a month at AWS's list prices: an estimate, from metered visits."""
    from newsdesk_cli.costs import bill_of

    if changed + other_page > 1:
        usage("--changed and --other-page are shares of the same revisits, and together 1 at most")
    bill = bill_of(
        articles, revisits=revisits, changed=changed, other_page=other_page, failed=failed, datasets=datasets
    )
    if as_json:
        print_facts({**{line.what: round(line.dollars, 2) for line in bill.lines}, "all": round(bill.dollars, 2)}, True)
        return
    lines = {
        line.what: f"${line.dollars:,.2f}" + (f", {line.number:,.0f} a day" if line.is_daily else "")
        for line in bill.lines
    }
    print_facts({**lines, "all, a month": f"${bill.dollars:,.2f}"}, False)


@app.command(epilog="Example: newsdesk retell --stack newsdesk")
def retell(
    dry_run: DryRun = False,
    yes: Yes = False,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Publish again the changes that publish could not read, or failed on for half a day."""
    from newsdesk_cli import retelling
    from newsdesk_cli.lookup import open_stack

    stack = open_stack(stack_name, region)
    if dry_run:
        found = retelling.left_to_tell(stack)
        print_facts(
            {"objects_to_tell": found.objects, "records": found.changes, "unreadable": len(found.left)}, as_json
        )
        return
    confirm("Publish again what was left?", is_agreed=yes)
    told = retelling.retell(stack)
    print_facts({"objects_told": told.objects, "changes": told.changes, "still_unreadable": len(told.left)}, as_json)


@app.command(epilog="Example: newsdesk unlink cq3w2ynwz5t4mbbvmxq6rwsuae --stack newsdesk")
def unlink(
    cluster_id: Annotated[str, typer.Argument(metavar="CLUSTER_ID", help="One of a change's mergedClusterIds.")],
    dry_run: DryRun = False,
    stack_name: StackName = None,
    region: Region = None,
) -> None:
    """Revoke the merge of a cluster of near-duplicates into another one."""
    from newsdesk_cli.lookup import open_stack

    store = open_stack(stack_name, region).store
    if dry_run:
        root = store.cluster_roots([cluster_id])[cluster_id]
        say(f"{cluster_id} is part of {'no other cluster' if root == cluster_id else root}")
        return
    if not store.unlink(cluster_id):
        fail(f"{cluster_id} is part of no other cluster")
    say(f"{cluster_id} stands by itself again")


@app.command(epilog="Example: newsdesk show https://example.org/a")
def show(
    subject: Annotated[str, typer.Argument(metavar="ARTICLE_ID|URL", help="Which article.")],
    stack_name: StackName = None,
    region: Region = None,
    enrichment: Annotated[
        bool, typer.Option("--enrichment", help="Mark entities, quotes and the summary, and list what was found.")
    ] = False,
    page: Annotated[
        Path | None, typer.Option("--html", help="Write that to this file, as HTML.", metavar="FILE", dir_okay=False)
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print its text as Markdown.")] = False,
    as_json: Json = False,
) -> None:
    """Print an article, with the source of each of its fields, with what enrichment found, or as Markdown."""
    from newsdesk.contracts import Article, to_json_bytes
    from newsdesk_cli.enrichment_view import enrichment_view
    from newsdesk_cli.lookup import find_article, open_stack
    from newsdesk_cli.rendering import absence, article_view

    stack = open_stack(stack_name, region)
    state = find_article(stack, subject)
    if state is not None and state.current is None and state.duplicate_of is not None:
        say(f"{subject} leads to {state.duplicate_of}")
        state = stack.store.get(state.duplicate_of)
    if state is None or state.current is None:
        fail(absence(subject, state))
    article = Article.model_validate_json(stack.objects.get(state.current.key))
    if page is not None:
        from newsdesk_cli.pages import article_page

        page.write_text(article_page(article), encoding="utf-8")
        say(f"wrote {page}")
    if as_json:
        print_json(to_json_bytes(article).decode("utf-8"))
    elif markdown:
        from newsdesk.characters import printable
        from newsdesk.renditions import to_markdown

        sys.stdout.write(printable(to_markdown(article)))
    elif page is None:
        out.print(enrichment_view(article) if enrichment else article_view(article))


@app.command(epilog="Example: newsdesk desk --stack newsdesk")
def desk(
    port: Annotated[
        int, typer.Option(help="Where on this machine; 0 for any port that is free.", max=65535, min=0)
    ] = 8400,
    stack_name: StackName = None,
    region: Region = None,
) -> None:
    """Look at a stack in a web browser, read only, until it is interrupted; this machine alone can reach it."""
    from importlib.util import find_spec

    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        fail("the desk needs more packages: pip install '.[desk]' in a checkout")
    from newsdesk_cli.desk import serve
    from newsdesk_cli.lookup import open_stack
    from newsdesk_cli.search_command import DeskSearch

    stack = open_stack(stack_name, region)
    serve(stack, port, lambda address: say(f"the desk is at {address}; Ctrl-C ends it"), DeskSearch(stack))


@app.command(epilog="Example: newsdesk search harbour bridge --country GB --since 2026-11-01")
def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORDS]...", help="What articles say; in quotes also '\"a phrase\" begin* -without'."),
    ] = None,
    like: Annotated[
        str | None, typer.Option(help="What they are like: an article, or a text.", metavar="ARTICLE_ID|URL|TEXT")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Only articles of this host.")] = None,
    country: Annotated[str | None, typer.Option(help="Only articles about this country, such as NO.")] = None,
    language: Annotated[str | None, typer.Option(help="Only articles in this language, such as de.")] = None,
    since: Annotated[
        str | None, typer.Option(parser=day_of, metavar="YYYY-MM-DD", help="Published on this day or later.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(parser=day_of, metavar="YYYY-MM-DD", help="Published on this day or earlier.")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=100)] = 10,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Search the articles: for words, for what is like an article or a text, or for both."""
    from newsdesk.searching import LONGEST_TEXT, Filters
    from newsdesk_cli.lookup import open_stack
    from newsdesk_cli.search_command import run_search

    text = " ".join(words or [])
    if not text.strip() and not (like or "").strip():
        usage("give words to search for, or --like")
    if like is not None and len(like) > LONGEST_TEXT:
        usage(f"--like: a text of at most {LONGEST_TEXT:,} characters")
    filters = Filters(
        host=host,
        country=country.upper() if country else None,
        language=language,
        since=since,
        until=until,
    )
    run_search(open_stack(stack_name, region), text, like, filters, limit, as_json=as_json)


@app.command(
    epilog="Example: newsdesk check --before-deploy --config-env production; "
    "or newsdesk check --stack newsdesk --golden pages.jsonl"
)
def check(
    before_deploy: Annotated[
        bool, typer.Option("--before-deploy", help="Check a configuration of samconfig.toml and the account.")
    ] = False,
    configuration: Annotated[str, typer.Option("--config-env", help="Which configuration.")] = "default",
    urls: Annotated[
        list[str] | None, typer.Option("--url", help="A page that has to come out as an article; repeat it.")
    ] = None,
    golden: Annotated[
        Path | None,
        typer.Option("--golden", help="JSON lines {url, outcome?, contains?, excludes?}.", exists=True, dir_okay=False),
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the pages' outcomes.", min=0)] = 300,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Check whether a deployment would work, or whether a stack makes of pages what it should; exit code 1 if not."""
    from newsdesk_cli.preflight import Verdict

    if before_deploy == bool(stack_name or urls or golden):
        usage("say what to check: --before-deploy, or a stack by --stack, --url and --golden")
    if before_deploy:
        findings = _checked_before_deploy(configuration)
    else:
        from newsdesk_cli.golden import GoldenPage, check_stack, read_golden_pages
        from newsdesk_cli.lookup import open_stack

        pages = [*map(GoldenPage, urls or []), *(read_golden_pages(golden) if golden else [])]
        stack = open_stack(stack_name, region)
        findings = check_stack(stack, pages, wait, lambda ended, of: say(f"{ended} of {of} pages ended"))
    print_facts({finding.check: f"{finding.verdict.value}: {finding.detail}" for finding in findings}, as_json)
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise typer.Exit(EXIT_FAILURE)


@app.command(epilog="Example: newsdesk doctor")
def doctor(as_json: Json = False) -> None:
    """Show what is installed, what is missing and what is running on this machine; exit code 1 if something is bad."""
    from newsdesk_cli.doctor import examine
    from newsdesk_cli.preflight import Verdict

    findings = list(examine())
    print_facts({finding.check: f"{finding.verdict.value}: {finding.detail}" for finding in findings}, as_json)
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise typer.Exit(EXIT_FAILURE)


@app.command(epilog="Example: newsdesk restore --objects-as-of 2026-11-30T09:00:00Z --stack newsdesk --dry-run")
def restore(
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--objects-as-of",
            help="Bring back the articles and changes that were overwritten or deleted since then (UTC).",
            parser=time_of,
            metavar="YYYY-MM-DD[THH:MM:SSZ]",
        ),
    ] = None,
    source_table: Annotated[
        str | None,
        typer.Option("--items-from", metavar="TABLE", help="Write the items of this restored table into the stack's."),
    ] = None,
    stack_name: StackName = None,
    region: Region = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing, and count what would be written.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Bring back objects from their versions, or items from a copy of the table; stop the pipeline before."""
    if (as_of is None) == (source_table is None):
        usage("give either --objects-as-of or --items-from")
    from newsdesk_cli import restoring
    from newsdesk_cli.lookup import open_stack

    stack = open_stack(stack_name, region)
    if not dry_run:
        confirm("Write over what the stack has?", is_agreed=yes)
    if source_table is not None:
        done = restoring.restore_items(stack, source_table, is_trial=dry_run)
    elif as_of is not None:
        done = restoring.restore_objects(stack, as_of, is_trial=dry_run)
    print_facts({"seen": done.seen, "to restore" if dry_run else "restored": done.restored}, as_json)


@app.command(
    epilog="Example: newsdesk extract --manifest pages.jsonl --out articles.jsonl; "
    "or newsdesk extract --explain page.html --out page.explained.html"
)
def extract(
    manifest: Annotated[
        Path | None, typer.Option("--manifest", help="JSON lines.", exists=True, dir_okay=False)
    ] = None,
    explained: Annotated[
        str | None,
        typer.Option("--explain", metavar="FILE|URL", help="One page; write what was kept and cut, and why."),
    ] = None,
    destination: Annotated[
        Path | None,
        typer.Option("--out", help="Where the JSON lines go, or the explanation (explanation.html).", dir_okay=False),
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="The address of the file to explain.")] = None,
    allow_network: Networks = None,
) -> None:
    """Extract articles from files of {id, url, path}, or explain the extraction of one page; without a stack."""
    require_checkout("extract")
    if manifest is not None and explained is None and destination is not None:
        from newsdesk_cli import batch

        say(f"{batch.extract(manifest, destination)} into {destination}")
    elif explained is not None and manifest is None:
        _explain(explained, url, _checked_networks(allow_network or []), destination or Path("explanation.html"))
    else:
        usage("give --manifest and --out, or --explain")


@app.command(
    epilog="Example: newsdesk add-page-case saved.html --url https://example.org/a --slug teasers-between-paragraphs"
)
def add_page_case(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A saved page.", exists=True, dir_okay=False)],
    url: Annotated[str, typer.Option(help="The address of the page.")],
    slug: Annotated[str, typer.Option(help="A name for what it shows, in lower case with hyphens.")],
    folder: Annotated[Path, typer.Option("--pages", help="The folder of the cases.", file_okay=False)] = PAGES_FOLDER,
) -> None:
    """Turn a saved page into a test case: it expects what is extracted today, for you to correct."""
    require_checkout("add-page-case")
    from newsdesk_cli.page_cases import PageCaseError, add_case

    try:
        case = add_case(source, url, slug, folder)
    except PageCaseError as error:
        usage(str(error))
    written = case.source.parent
    say(f"wrote {written}")
    say(f"next: correct {written}/expected.json, say in {written}/PROVENANCE.md whose page it is, run tests/functional")


@app.command(epilog="Example: newsdesk enrich --manifest texts.jsonl --out enrichments.jsonl")
def enrich(manifest: Manifest, destination: Destination) -> None:
    """Enrich texts of {id, title, text, lang?}, without a stack; exit code 1 if a line cannot be read."""
    require_checkout("enrich")
    from newsdesk_cli import batch

    tally = batch.enrich(manifest, destination, complain)
    say(f"{tally} into {destination}")
    if tally.failed:
        raise typer.Exit(EXIT_FAILURE)


def _print_queues(stack: Stack, *, is_bare: bool, as_json: bool) -> None:
    from newsdesk_cli.queues import queue_depths, queues_of
    from newsdesk_cli.rendering import queues_table

    if is_bare:
        print_facts(queue_depths(stack), as_json)
        return
    queues = queues_of(stack)
    out.print(queues_table(queues))
    given_up = [queue.stage for queue in queues if queue.dead]
    if given_up:
        say(f"next: newsdesk redrive {given_up[0]} --dry-run shows what was given up, and what it would send again")
    elif not any(queue.waiting or queue.in_flight for queue in queues):
        say("every queue is empty; what waits for a later try is not in them: newsdesk status URL, or newsdesk desk")


def _checked_before_deploy(configuration: str) -> list[Finding]:
    require_checkout("check --before-deploy")
    from newsdesk_cli.paths import ROOT, TEMPLATE
    from newsdesk_cli.preflight import check_account, read_configuration
    from newsdesk_cli.templates import load_template

    region, given = read_configuration(ROOT / "samconfig.toml", configuration)
    return check_account(region, load_template(TEMPLATE), given)


def _explain(source: str, url: str | None, networks: list[str], destination: Path) -> None:
    from newsdesk.errors import PermanentError, TransientError
    from newsdesk_cli.pages import explanation_page
    from newsdesk_cli.single_page import UNKNOWN_URL, fetch_page, observe, saved_page

    is_url = re.match(r"https?://", source) is not None
    if not is_url and not Path(source).is_file():
        usage(f"--explain: {source} is neither a file nor a URL")
    try:
        page = fetch_page(source, networks) if is_url else saved_page(Path(source), url or UNKNOWN_URL)
    except (PermanentError, TransientError) as error:
        fail(f"{source} was not fetched: {error.reason.value}: {error.detail}")
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_text(explanation_page(source, observe(page)), encoding="utf-8")
    say(f"wrote {destination}")


def _read_list(path: Path) -> list[str]:
    from newsdesk_cli.ingestion import read_urls

    try:
        return read_urls(path.read_text(encoding="utf-8-sig").splitlines())
    except UnicodeDecodeError:
        usage(f"--from: {path} is not UTF-8 text")


def _checked_networks(texts: list[str]) -> list[str]:
    try:
        return [str(ipaddress.ip_network(text)) for text in texts]
    except ValueError as error:
        usage(f"--allow-network: {error}")


# The list of commands shows each one's sentence whole.
for _command in (*app.registered_commands, *operators.registered_commands):
    _command.short_help = inspect.getdoc(_command.callback)
