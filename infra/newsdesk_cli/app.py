"""The command line ``newsdesk``.

Comes in: arguments. Goes out: tables for people, JSON for scripts, an exit code: 0 done, 3 some URLs still wait,
2 bad usage, 1 anything else. Changes: the stack it talks to, and the output folder.
"""

from __future__ import annotations

import ipaddress
import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from newsdesk.articles import ArticleState
from newsdesk.contracts import Article, to_json_bytes
from newsdesk.errors import PermanentError, RejectedUrlError, TransientError
from newsdesk.web import article_id, canonical_url, parse_url
from newsdesk_cli import batch
from newsdesk_cli import search as similar
from newsdesk_cli.deployment import DeploymentError
from newsdesk_cli.enrichment_view import enrichment_page, enrichment_view
from newsdesk_cli.ingestion import WAITING, Ingestion, Result, mirror, read_article, read_urls, write_outcomes
from newsdesk_cli.local_stack import LocalStack, LocalStackError
from newsdesk_cli.packages import BuildError
from newsdesk_cli.paths import PAGES_FOLDER
from newsdesk_cli.rendering import absence, article_view, hits_table, results_table, summary
from newsdesk_cli.sample_site import SampleSite
from newsdesk_cli.stack import Stack, StackMissingError

EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_WAITING = 3

_ARTICLE_ID = re.compile(r"[a-z2-7]{26}")
_SAMPLE_SITE_PORT = 8417
_LOOPBACK = "127.0.0.1/32"

app = typer.Typer(
    name="newsdesk",
    help="Turns news URLs into clean, enriched, versioned articles.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_LOG_WIDTH = 150

# A terminal tells its width; a file or a pipe has none, and rich's own 80 columns cut addresses off.
out = Console(width=None if sys.stdout.isatty() else _LOG_WIDTH)
err = Console(stderr=True, width=None if sys.stderr.isatty() else _LOG_WIDTH)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
StackName = Annotated[str | None, typer.Option("--stack", help="A deployed stack instead of the local one.")]
Region = Annotated[str | None, typer.Option("--region", help="The deployed stack's region.")]


def main() -> int:
    """Run the command line and return its exit code."""
    try:
        app(prog_name="newsdesk")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else EXIT_FAILURE
    except (StackMissingError, LocalStackError, DeploymentError, BuildError) as error:
        _complain(str(error))
        return EXIT_FAILURE
    except (BotoCoreError, ClientError, OSError) as error:
        _complain(f"{type(error).__name__}: {error}")
        return EXIT_FAILURE
    except KeyboardInterrupt:
        _complain("interrupted")
        return EXIT_FAILURE
    return 0


@app.command(epilog="Example: newsdesk ingest https://example.org/a https://example.org/b --out out")
def ingest(
    urls: Annotated[list[str] | None, typer.Argument(metavar="[URL]...", help="Addresses to ingest.")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="A file with one address a line.", exists=True, dir_okay=False)
    ] = None,
    folder: Annotated[Path, typer.Option("--out", help="Where the bucket is mirrored to.", file_okay=False)] = Path(
        "out"
    ),
    wait: Annotated[float, typer.Option(help="Seconds to wait for the outcomes.", min=0)] = 300,
    interval: Annotated[float | None, typer.Option(help="Seconds between two requests to one host.", min=0)] = None,
    allow_network: Annotated[
        list[str] | None, typer.Option(help="A private network that may be fetched from, as CIDR.")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Serve the sample news site and ingest it.")] = False,
    as_json: Json = False,
) -> None:
    """Submit URLs to the stack on this machine and wait until each has its outcome."""
    wanted = list(urls or [])
    if source is not None:
        wanted += _read_list(source)
    wanted = [url for url in wanted if url.strip()]
    networks = _checked_networks(allow_network or [])
    if not wanted and not sample:
        _usage("nothing to ingest: give URLs, --from FILE or --sample")
    with ExitStack() as closing:
        if sample:
            site = _sample_site()
            closing.callback(site.stop)
            _say(f"serving the sample news site on {site.base_url}")
            wanted += site.urls()
            networks = [*networks, _LOOPBACK]
        stack = closing.enter_context(LocalStack(say=_say).running(networks, interval))
        ended, results = _ingest(stack, wanted, wait)
        _say(f"mirroring the bucket into {folder}/")
        mirror(stack, folder)
        write_outcomes(results, folder / "outcomes.jsonl")
    if as_json:
        for result in results:
            sys.stdout.write(f"{result.line()}\n")
    else:
        _print_results(results, folder)
    if not ended:
        raise typer.Exit(EXIT_WAITING)


@app.command(epilog="Example: newsdesk up --allow-network 127.0.0.1/32")
def up(
    interval: Annotated[float | None, typer.Option(help="Seconds between two requests to one host.", min=0)] = None,
    allow_network: Annotated[
        list[str] | None, typer.Option(help="A private network that may be fetched from, as CIDR.")
    ] = None,
    embeddings: Annotated[
        bool | None, typer.Option(help="Keep a vector beside each article, for `search`; as before if left out.")
    ] = None,
    follow_pages: Annotated[
        int | None,
        typer.Option(help="Further pages of one article to fetch; as before if left out.", min=0, max=20),
    ] = None,
    as_json: Json = False,
) -> None:
    """Start the stack on this machine, or bring it up to date."""
    networks = _checked_networks(allow_network or [])
    with LocalStack(say=_say).running(networks, interval, embeddings, follow_pages) as stack:
        facts = {"endpoint": stack.endpoint, "region": stack.region, **stack.outputs}
    _print_facts(facts, as_json)


@app.command(epilog="Example: newsdesk down")
def down(
    wipe: Annotated[bool, typer.Option("--wipe", help="Also forget everything that it stored.")] = False,
    as_json: Json = False,
) -> None:
    """Stop the stack on this machine; what it stored is there again after the next `up`."""
    local = LocalStack(say=_say)
    stopped = local.stop()
    if wipe:
        local.wipe()
    if as_json:
        sys.stdout.write(json.dumps({"stopped": stopped}) + "\n")
    else:
        out.print("stopped" if stopped else "no stack was up")


@app.command(epilog="Example: newsdesk status my-submission-1")
def status(
    subject: Annotated[
        str | None, typer.Argument(metavar="[SUBMISSION_ID|ARTICLE_ID|URL]", help="What to ask about.")
    ] = None,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Show how a submission or an article stands, or how full the queues are."""
    stack = _stack(stack_name, region)
    _print_facts(_status_of(stack, subject) if subject else _queue_depths(stack), as_json)


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
    as_json: Json = False,
) -> None:
    """Print an article readably, with where each of its fields came from, or with what enrichment found."""
    stack = _stack(stack_name, region)
    state = _find(stack, subject)
    if state is not None and state.current is None and state.duplicate_of is not None:
        _say(f"{subject} leads to {state.duplicate_of}")
        state = stack.store.get(state.duplicate_of)
    if state is None or state.current is None:
        _fail(absence(subject, state))
    article = Article.model_validate_json(stack.objects.get(state.current.key))
    if page is not None:
        page.write_text(enrichment_page(article), encoding="utf-8")
        _say(f"written to {page}")
    if as_json:
        sys.stdout.write(to_json_bytes(article).decode("utf-8"))
    elif page is None:
        out.print(enrichment_view(article) if enrichment else article_view(article))


@app.command(epilog='Example: newsdesk search --like "drone strike on a refinery"')
def search(
    like: Annotated[str, typer.Option(help="An article's id or URL, or a text.", metavar="ARTICLE_ID|URL|TEXT")],
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=100)] = 10,
    stack_name: StackName = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """List the articles that are closest in meaning to another one, or to a text."""
    if not like.strip():
        _usage("--like: give an article's id or URL, or a text")
    if len(like) > similar.LONGEST_TEXT:
        _usage(f"--like: a text of at most {similar.LONGEST_TEXT:,} characters")
    stack = _stack(stack_name, region)
    try:
        if _names_an_article(like):
            state = _find(stack, like)
            if state is None or state.current is None:
                _fail(absence(like, state))
            stored = similar.vector_of_article(stack, state)
            found = similar.search(stack, stored.model, stored.vector, limit, without=state.article_id)
        else:
            found = similar.search(stack, *similar.vector_of_text(like), limit)
    except similar.NoVectorError as error:
        _fail(str(error))
    if found.is_cut:
        _say(f"only the first {similar.MOST_VECTORS:,} vectors were compared")
    if as_json:
        for hit in found.hits:
            sys.stdout.write(json.dumps(asdict(hit), ensure_ascii=False) + "\n")
    else:
        out.print(hits_table(found))


Manifest = Annotated[Path, typer.Option("--manifest", help="JSON lines.", exists=True, dir_okay=False)]
Destination = Annotated[Path, typer.Option("--out", help="Where the JSON lines go.")]


@app.command(
    epilog="Example: newsdesk extract --manifest pages.jsonl --out articles.jsonl; "
    "or newsdesk extract --explain page.html --out page.explained.html"
)
def extract(
    manifest: Annotated[
        Path | None, typer.Option("--manifest", help="JSON lines.", exists=True, dir_okay=False)
    ] = None,
    explained: Annotated[
        str | None, typer.Option("--explain", metavar="FILE|URL", help="One page; write why it became what it became.")
    ] = None,
    destination: Annotated[
        Path | None,
        typer.Option("--out", help="Where the JSON lines go, or the explanation (explanation.html).", dir_okay=False),
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="Where the file to explain is from.")] = None,
    allow_network: Annotated[
        list[str] | None, typer.Option(help="A private network that may be fetched from, as CIDR.")
    ] = None,
) -> None:
    """Extract articles from files of {id, url, path}, or explain the extraction of one page; without a stack."""
    if manifest is not None and explained is None and destination is not None:
        _say(f"{batch.extract(manifest, destination)} into {destination}")
    elif explained is not None and manifest is None:
        _explain(explained, url, _checked_networks(allow_network or []), destination or Path("explanation.html"))
    else:
        _usage("give --manifest and --out, or --explain")


@app.command(
    epilog="Example: newsdesk add-page-case saved.html --url https://example.org/a --slug teasers-between-paragraphs"
)
def add_page_case(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A saved page.", exists=True, dir_okay=False)],
    url: Annotated[str, typer.Option(help="Where it is from.")],
    slug: Annotated[str, typer.Option(help="What it shows, in lower case with hyphens.")],
    folder: Annotated[Path, typer.Option("--pages", help="Where the cases lie.", file_okay=False)] = PAGES_FOLDER,
) -> None:
    """Make a test case of a saved page: what is extracted today becomes what is expected, for you to correct."""
    from newsdesk_cli.page_cases import PageCaseError, add_case  # loads the extractor

    try:
        case = add_case(source, url, slug, folder)
    except PageCaseError as error:
        _usage(str(error))
    written = case.source.parent
    _say(f"wrote {written}")
    _say(
        f"next: correct {written}/expected.json, say in {written}/PROVENANCE.md whose page it is, run tests/functional"
    )


@app.command(epilog="Example: newsdesk enrich --manifest texts.jsonl --out enrichments.jsonl")
def enrich(manifest: Manifest, destination: Destination) -> None:
    """Enrich texts of {id, title, text, lang?}, without a stack; exit code 1 if a line could not be read."""
    tally = batch.enrich(manifest, destination, _complain)
    _say(f"{tally} into {destination}")
    if tally.failed:
        raise typer.Exit(EXIT_FAILURE)


def _explain(source: str, url: str | None, networks: list[str], destination: Path) -> None:
    from newsdesk_cli.explanation import explanation_page  # both load the extractor
    from newsdesk_cli.single_page import UNKNOWN_URL, fetch_page, observe, saved_page

    is_url = re.match(r"https?://", source) is not None
    if not is_url and not Path(source).is_file():
        _usage(f"--explain: {source} is neither a file nor a URL")
    try:
        page = fetch_page(source, networks) if is_url else saved_page(Path(source), url or UNKNOWN_URL)
    except (PermanentError, TransientError) as error:
        _fail(f"{source} was not fetched: {error.reason.value}: {error.detail}")
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_text(explanation_page(source, observe(page)), encoding="utf-8")
    _say(f"wrote {destination}")


def _ingest(stack: Stack, urls: list[str], wait: float) -> tuple[bool, list[Result]]:
    ingestion = Ingestion(stack, urls)
    ingestion.submit()
    with _progress(len(urls)) as report:
        ended = ingestion.wait(wait, report)
    return ended, ingestion.results()


def _sample_site() -> SampleSite:
    """Return the site on its usual port, so that it has the same articles each time; on any if that is taken."""
    try:
        return SampleSite(port=_SAMPLE_SITE_PORT).start()
    except OSError:
        return SampleSite().start()


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=not err.is_terminal) as progress:
        task = progress.add_task("ingesting", total=total)
        yield lambda ended, _: progress.update(task, completed=ended)


def _print_results(results: list[Result], folder: Path) -> None:
    rows = ((result, read_article(folder, result.key)) for result in results)
    out.print(results_table(rows, out.width))
    out.print()
    out.print(summary(results))
    first = next((result for result in results if result.key), None)
    _say(f"articles, captures and the change feed are in {folder}/, one line per URL in {folder}/outcomes.jsonl")
    if first is not None:
        _say(f"next: .venv/bin/newsdesk show {first.article_id}")
    if any(result.outcome == WAITING for result in results):
        _say("next: run the same command later; what waits is tried again by itself while the stack is up")
    _say("the stack stays up for more; .venv/bin/newsdesk down stops it")


def _stack(name: str | None, region: str | None) -> Stack:
    return Stack(name, region) if name else LocalStack().get()


def _status_of(stack: Stack, subject: str) -> dict[str, Any]:
    submission = stack.store.submission(subject)
    if submission is None:
        state = _find(stack, subject)
        if state is None:
            _fail(f"nothing is known of {subject}")
        return state.model_dump(mode="json", exclude_none=True)
    facts = submission.model_dump(mode="json", exclude_none=True)
    if submission.article_id is not None and submission.run is not None:
        outcome = stack.store.outcome(submission.article_id, submission.run)
        facts |= outcome.model_dump(mode="json", exclude_none=True) if outcome else {"outcome": "in flight"}
    return facts


def _queue_depths(stack: Stack) -> dict[str, Any]:
    depths: dict[str, Any] = {"stack": stack.name, **({"endpoint": stack.endpoint} if stack.endpoint else {})}
    for logical_id, queue_url in sorted(stack.resources.items()):
        if not queue_url.startswith("https://"):  # a queue's physical id is its address
            continue
        attributes: dict[Any, str] = stack.sqs.get_queue_attributes(
            QueueUrl=queue_url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        depths[logical_id] = {
            "waiting": int(attributes["ApproximateNumberOfMessages"]),
            "in_flight": int(attributes["ApproximateNumberOfMessagesNotVisible"]),
        }
    return depths


def _names_an_article(subject: str) -> bool:
    return bool(_ARTICLE_ID.fullmatch(subject)) or subject.startswith(("http://", "https://"))


def _find(stack: Stack, subject: str) -> ArticleState | None:
    if _ARTICLE_ID.fullmatch(subject):
        return stack.store.find(subject)
    try:
        return stack.store.find(article_id(canonical_url(parse_url(subject))))
    except RejectedUrlError:
        _fail(f"{subject} is neither an article's id nor a URL, and no submission has that id")


def _read_list(path: Path) -> list[str]:
    try:
        return read_urls(path.read_text(encoding="utf-8-sig").splitlines())
    except UnicodeDecodeError:
        _usage(f"--from: {path} is not UTF-8 text")


def _checked_networks(texts: list[str]) -> list[str]:
    try:
        return [str(ipaddress.ip_network(text)) for text in texts]
    except ValueError as error:
        _usage(f"--allow-network: {error}")


def _print_facts(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        shown = ", ".join(f"{inner}: {part}" for inner, part in value.items()) if isinstance(value, dict) else value
        table.add_row(escape(name), escape(str(shown)))
    out.print(table)


def _say(text: str) -> None:
    err.print(f"[dim]·[/] {escape(text)}", highlight=False)


def _complain(text: str) -> None:
    err.print(f"[red]newsdesk:[/] {escape(text)}", highlight=False)


def _usage(text: str) -> NoReturn:
    _complain(text)
    raise typer.Exit(EXIT_USAGE)


def _fail(text: str) -> NoReturn:
    _complain(text)
    raise typer.Exit(EXIT_FAILURE)
