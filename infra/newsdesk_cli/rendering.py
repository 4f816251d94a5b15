"""What the command line shows to people: tables, progress, articles.

Comes in: results and articles. Goes out: rich renderables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from newsdesk.articles import RETRACTIONS, ArticleState
from newsdesk.characters import printable
from newsdesk.clock import utc_now
from newsdesk.contracts import Article, ArticleChanged, Block, BlockType, Outcome
from newsdesk.searching import Found
from newsdesk_cli.ingestion import IN_FLIGHT, WAITING, Result
from newsdesk_cli.listing import Row
from newsdesk_cli.queues import QueueDepth
from newsdesk_cli.wording import WAITS, in_words, outcome_in_words

_COLOURS = {
    "indexed": "green",
    "unchanged": "cyan",
    "duplicate": "cyan",
    "removed": "magenta",
    "rejected": "yellow",
    "failed": "red",
    WAITING: "yellow",
    IN_FLIGHT: "blue",
}
_CHANGE_COLOURS = {"created": "green", "updated": "cyan", "corrected": "yellow", "retracted": "magenta"}


def hits_table(found: Found) -> Table:
    """Return the articles that a search found: two lines each, so that it fits 80 columns."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.caption, table.caption_justify = f"{len(found.hits)} shown, of {found.articles:,} articles", "left"
    table.add_column("place", justify="right", no_wrap=True, style="dim")
    table.add_column("article", overflow="fold")
    for place, hit in enumerate(found.hits, start=1):
        published = (hit.date_published or "")[:10] or "no date"
        title = escape(hit.headline or hit.url)
        about = f"{published} · {escape(hit.host)} · {hit.article_id} · by {hit.found_by}"
        table.add_row(str(place), f"{title}\n[dim]{about}[/]")
    return table


def queues_table(queues: Sequence[QueueDepth]) -> Table:
    """Return how full the queues are, in the order of an article's way."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("stage", no_wrap=True)
    for name in ("waiting", "in work", "given up"):
        table.add_column(name, justify="right", no_wrap=True)
    for queue in queues:
        table.add_row(queue.stage, *(f"{number:,}" for number in (queue.waiting, queue.in_flight, queue.dead)))
    return table


def listing_table(rows: Sequence[Row]) -> Table:
    """Return a list of articles, or of changes, of two lines each, which fits 80 columns."""
    table = Table(box=None, pad_edge=False, header_style="bold", caption=f"{len(rows):,} listed")
    table.add_column("committed\npublished", no_wrap=True)
    table.add_column("change", no_wrap=True)
    table.add_column("headline\narticle", overflow="fold", ratio=1)
    for row in rows:
        times = f"{row.committed_at[:19]}\n{(row.date_published or '')[:10]}"
        shown = f"{escape(row.headline or row.url)}\n[dim]{row.article_id}[/]"
        table.add_row(escape(times), row.change_type or "", shown)
    return table


def change_line(change: ArticleChanged) -> Text:
    """Return a change in one line."""
    line = Text(f"{change.committed_at[:19]}  ", style="dim")
    line.append(f"{change.change_type:<9} ", style=_CHANGE_COLOURS[change.change_type])
    line.append(f"{change.article_id} {change.revision:>3}  ", style="dim")
    line.append(change.headline or f"{change.url} {change.reason or ''}".rstrip(), style="default not dim")
    return line


def results_table(rows: Iterable[tuple[Result, Article | None]], now: datetime | None = None) -> Table:
    """Return the table that ends an ingestion, of two lines a URL or more, which fits 80 columns.

    The address stands above the headline or an explanation, the outcome above its reason, the words above the language.

    Parameters
    ----------
    now : datetime, optional
        From when on the time that something waits is counted.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("outcome", no_wrap=True)
    table.add_column("URL and headline", overflow="fold", ratio=1)
    for name in ("words", "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    for result, article in rows:
        language = article.enrichment.language if article else None
        # Made printable before they are wrapped: a control counts as a space there, and would be taken away.
        page = Text(printable(_bare(result.url)))
        below = result.headline or _explanation(result, now or utc_now())
        if below:
            page.append(f"\n{printable(below)}", style="dim" if not result.headline else "italic")
        table.add_row(
            _outcome(result),
            page,
            f"{article.word_count}\n{language.code if language else ''}" if article else "",
            f"{result.seconds:.1f}" if result.seconds is not None else "",
        )
    return table


def summary(results: Sequence[Result]) -> Text:
    """Return one line that counts the outcomes."""
    counted = Counter(result.outcome for result in results)
    parts = [f"{number} {outcome}" for outcome, number in counted.most_common()]
    return Text(f"{len(results)} URLs: {', '.join(parts)}", style="bold")


def article_view(article: Article) -> RenderableType:
    """Return the article for people to read, with the source of each field."""
    about = Table(box=None, show_header=False, pad_edge=False)
    about.add_column(style="dim", no_wrap=True)
    about.add_column(overflow="fold")
    about.add_column(style="dim", no_wrap=True)
    for name, value in _facts(article):
        source = article.quality.field_sources.get(name)
        origin = f"from {source.source}" if source else ""
        if source and source.confidence is not None:
            origin += f", {source.confidence:.0%}"
        about.add_row(name, escape(value), origin)
    parts: list[RenderableType] = [
        Text(article.headline or "(no headline)", style="bold underline"),
        *_standfirst(article),
        Padding(Group(*[_block(block) for block in article.blocks] or [Text(article.article_body)]), (1, 0, 0, 0)),
        Panel(about, title="What is known about it", title_align="left", border_style="dim"),
        Panel(_provenance(article), title="Where it came from", title_align="left", border_style="dim"),
    ]
    return Group(*parts)


def _standfirst(article: Article) -> list[Text]:
    """Return the description, unless the text, which comes next, opens with it, as it does on many a page."""
    words = article.description or ""
    opens = article.article_body.startswith(words.rstrip(" .…"))
    return [] if opens else [Text(words, style="italic")]


def absence(subject: str, state: ArticleState | None) -> str:
    """Return why there is no article to show."""
    if state is not None and state.takedown is not None:
        erased = ", and erased" if state.takedown.erased_at else ""
        return f"the article of {subject} was taken down on {state.takedown.taken_down_at}{erased}"
    if state is not None and state.tombstone is not None:
        why = RETRACTIONS[state.tombstone.reason]
        was = f"the article of {subject} was retracted on {state.tombstone.retracted_at}, because {why}"
        return f"{was} ({state.last_detail})" if state.last_outcome == Outcome.REMOVED and state.last_detail else was
    ending = f"; its last visit ended as {state.last_outcome}" if state and state.last_outcome else ""
    return f"there is no article for {subject}{ending}"


def _bare(text: str) -> str:
    """Return text without the schemes of its URLs."""
    return text.replace("https://", "").replace("http://", "")


def _outcome(result: Result) -> Text:
    text = f"{result.outcome}\n{result.reason}" if result.reason and result.has_ended else result.outcome
    return Text(text, style=_COLOURS.get(result.outcome, "white"))


def _explanation(result: Result, now: datetime) -> str:
    if not result.has_ended:
        why = WAITS.get(result.reason or "", f"in {result.reason}" if result.reason else "on its way")
        when = f" {in_words(result.next_due, now)}" if result.next_due else ""
        return f"{why}{when}" + (f" ({result.detail})" if result.detail else "")
    if result.duplicate_of:
        return f"of {result.duplicate_of}" + (f": {_bare(result.detail)}" if result.detail else "")
    return outcome_in_words(f"{result.outcome}:{result.reason}" if result.reason else result.outcome, result.detail)


def _block(block: Block) -> RenderableType:
    if block.type is BlockType.HEADING:
        return Padding(Text(block.text, style="bold"), (0, 0, 1, 0))
    if block.type is BlockType.QUOTE:
        return Padding(Text(block.text, style="italic"), (0, 4, 1, 4))
    if block.type is BlockType.LIST:
        return Padding(Text("\n".join(f"- {item}" for item in block.items or ())), (0, 0, 1, 2))
    if block.type is BlockType.TABLE:
        table = Table(show_header=False)
        for row in block.rows or ():
            table.add_row(*(escape(cell) for cell in row))
        return Padding(table, (0, 0, 1, 0))
    return Padding(Text(block.text), (0, 0, 1, 0))


def _facts(article: Article) -> list[tuple[str, str]]:
    facts: list[tuple[str, object]] = [
        ("url", article.url),
        ("headline", article.headline),
        ("description", article.description),
        ("author", ", ".join(person.name for person in article.author)),
        ("datePublished", article.date_published),
        ("dateModified", article.date_modified),
        ("articleSection", article.article_section),
        ("publisher", article.publisher.name if article.publisher else None),
        ("keywords", ", ".join(article.keywords)),
        ("image", ", ".join(image.url for image in article.image)),
        ("inLanguage", article.in_language),
        ("wordCount", article.word_count),
        ("contentStatus", article.content_status.value),
        ("rights.robots", ", ".join(article.rights.robots)),
        ("rights.optOuts", ", ".join(article.rights.opt_outs)),
        ("warnings", ", ".join(article.quality.warnings)),
    ]
    language = article.enrichment.language
    if language:
        facts.append(("enrichment.language", f"{language.code} ({language.confidence:.0%})"))
    if article.enrichment.reading_time_minutes is not None:
        facts.append(("enrichment.readingTimeMinutes", f"{article.enrichment.reading_time_minutes:g}"))
    facts += [
        ("enrichment.links", f"{len(article.enrichment.links)}" if article.enrichment.links else None),
        (
            "enrichment.errors",
            "; ".join(f"{error.enricher}: {error.kind}" for error in article.enrichment.errors),
        ),
        ("enrichment.notApplicable", ", ".join(left.enricher for left in article.enrichment.not_applicable)),
    ]
    return [(name, str(value)) for name, value in facts if value not in (None, "")]


def _provenance(article: Article) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    origin = article.provenance
    history = f"{article.revision} ({article.change_type.value})"
    rows = {
        "articleId": article.article_id,
        "revision": history,
        "requested": origin.requested_url,
        "final": origin.final_url,
        "status": str(origin.http_status or ""),
        "captured": origin.captured_at or "",
        "capture": origin.capture_key or "",
        "extractor": f"{origin.extractor.name} {origin.extractor.version}",
        "enrichers": ", ".join(f"{model.name} {model.version}" for model in article.enrichment.provenance),
    }
    for name, value in rows.items():
        if value:
            table.add_row(name, escape(value))
    return table
