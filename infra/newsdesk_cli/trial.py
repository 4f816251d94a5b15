"""Tries out what reprocessing would change, and reports it.

Comes in: a stack, and articles. Goes out: for each what would become of it; a report in JSON and HTML. Changes: nothing
in the stack: the very stages that are deployed run in this process, over what is stored, and write to memory.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from enricher.composer import default_enrichers
from enricher.ports import Enricher
from enricher.stage import EnrichStage
from extractor.contract import ReadPage
from extractor.reading import ChildReader
from extractor.stage import ExtractStage
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.articles import ArticleState, Stage, Timeouts, WriteOnce, message_for, read_article
from newsdesk.clock import Clock, utc_now
from newsdesk.contracts import Article, ArticleExtracted, PageFetched, StageMessage, substance_of
from newsdesk.errors import ObjectMissingError
from newsdesk.hosts import HostProfile, ProfilePage
from newsdesk.runtime import RightsSettings, Worker
from newsdesk.web import OptOutPolicy
from newsdesk_cli.reprocessing import Order, Skipped, prepare
from newsdesk_cli.stack import Stack

_PROGRESS = 50
_LONGEST_SHOWN = 20_000
_NESTED = frozenset({"enrichment", "provenance", "quality", "rights"})
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse } td, th { padding: .15rem .6rem; text-align: left; vertical-align: top }
table.fields td:nth-child(2) { text-align: right } article { border-top: 1px solid #bbb; margin-top: 2rem }
table.diff { font: 13px/1.4 ui-monospace, monospace; width: 100% } table.diff td { white-space: pre-wrap }
.diff_add { background: #d8f5d8 } .diff_chg { background: #fff3c4 } .diff_sub { background: #fbdcdc }
.diff_next, .diff_header { color: #999 } pre { white-space: pre-wrap; background: #f6f6f6; padding: .4rem }
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of an article, before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Tried:
    """What would become of one article.

    Attributes
    ----------
    outcome : str
        ``changed``, or how the run would end.
    """

    article_id: str
    url: str
    outcome: str
    differences: tuple[Difference, ...] = ()


@dataclass
class Report:
    """What would become of many."""

    beginning: str
    tried: list[Tried] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def document(self, samples: int) -> dict[str, Any]:
        """Return the report as JSON values, with so many articles field by field."""
        changed = [article for article in self.tried if article.differences]
        texts = [pair for article in changed for pair in article.differences if pair.field == "articleBody"]
        return {
            "from": self.beginning,
            "articles": len(self.tried),
            "outcomes": dict(Counter(article.outcome for article in self.tried).most_common()),
            "skipped": dict(self.skipped),
            "fields": dict(Counter(pair.field for article in changed for pair in article.differences).most_common()),
            "text": {
                "articles": len(texts),
                "charactersBefore": sum(len(pair.before or "") for pair in texts),
                "charactersAfter": sum(len(pair.after or "") for pair in texts),
            },
            "samples": [
                {
                    "articleId": article.article_id,
                    "url": article.url,
                    "fields": {pair.field: [pair.before, pair.after] for pair in article.differences},
                }
                for article in changed[:samples]
            ],
        }


class _TrialStore(DynamoArticleStore):
    """Reads the table, and keeps what is written to itself."""

    def begin(self, state: ArticleState) -> None:
        self.written = {state.article_id: state}

    def get(self, article_id: str) -> ArticleState | None:
        return self.written.get(article_id) or super().get(article_id)

    def save(self, state: ArticleState, *_: WriteOnce) -> None:
        self.written[state.article_id] = state

    def add_alias(self, *_: str, **__: str) -> bool:
        return True


class _TrialHosts(DynamoHostStore):
    """Reads profiles, and adds none."""

    def add_page(self, host: str, page: ProfilePage, seen: HostProfile) -> None:
        pass


class _TrialObjects(S3ObjectStore):
    """Reads the bucket's captures, and keeps what is written to itself."""

    def begin(self) -> None:
        self.written: dict[str, bytes] = {}

    def put(self, key: str, body: bytes, *_: object, **__: object) -> bool:
        return self.written.setdefault(key, body) is body

    def get(self, key: str) -> bytes:
        return self.written[key] if key in self.written else super().get(key)

    def delete(self, key: str) -> None:
        pass


class _LastMessage:
    """Keeps the message that was sent last: the trial calls the next stage itself."""

    def __init__(self) -> None:
        self.message: StageMessage | None = None

    def send(self, message: StageMessage, *_: object, **__: object) -> None:
        self.message = message


class Trial:
    """The stages over a stack's data, without a trace.

    Parameters
    ----------
    read
        Reads a page, such as :class:`extractor.reading.ChildReader`.
    """

    def __init__(
        self,
        stack: Stack,
        read: ReadPage,
        enrichers: Sequence[Enricher],
        opt_outs: OptOutPolicy,
        clock: Clock = utc_now,
    ) -> None:
        self._stack = stack
        table = stack.outputs["TableName"]
        self._store = _TrialStore(table, client=stack.dynamodb, clock=clock)
        self._objects = _TrialObjects(stack.bucket, client=stack.s3)
        self._clock = clock
        self._sent = _LastMessage()
        worker = Worker(self._store, self._sent, clock, Timeouts())
        hosts = _TrialHosts(table, client=stack.dynamodb)
        self._extract = ExtractStage(worker, self._objects, hosts, opt_outs=opt_outs, read=read)
        self._enrich = EnrichStage(worker, self._objects, enrichers)

    def run(
        self, article_ids: Iterable[str], order: Order, limit: int, say: Callable[[str], None] = lambda _: None
    ) -> Report:
        """Try articles, up to a number of them."""
        report = Report(order.beginning.value)
        for article_id in article_ids:
            if len(report.tried) >= limit:
                break
            before = self._stack.store.get(article_id)
            state = prepare(self._stack, before, order, self._clock())
            if isinstance(state, Skipped):
                report.skipped[state.value] += 1
                continue
            report.tried.append(self._try(state))
            if len(report.tried) % _PROGRESS == 0:
                say(f"{len(report.tried)} tried")
        return report

    def _try(self, state: ArticleState) -> Tried:
        assert state.current is not None
        self._store.begin(state)
        self._objects.begin()
        message = self._sent.message = message_for(state)
        if isinstance(message, PageFetched):
            self._extract.handle(message)
            message = self._sent.message
        if isinstance(message, ArticleExtracted):
            self._enrich.handle(message)
        after = self._now_of(state)
        if after.stage is not Stage.INDEX or after.article_key is None:
            return Tried(state.article_id, state.url, after.last_outcome or after.stage.value)
        current = self._article(state.current.key)
        made = self._article(after.article_key)
        return Tried(state.article_id, state.url, "changed", tuple(_differences(current, made)))

    def _now_of(self, state: ArticleState) -> ArticleState:
        return self._store.written[state.article_id]

    def _article(self, key: str) -> Article | None:
        try:
            return read_article(self._objects.get(key))
        except ObjectMissingError:
            return None


def deployed_trial(stack: Stack) -> Trial:
    """Return a trial that reads pages in a child process, under the policy that the stack was deployed with."""
    settings = RightsSettings(
        user_agent=stack.parameters["UserAgent"],
        opt_out_policy=stack.parameters.get("OptOutPolicy", "noindex,tdm-reservation,noai"),
    )
    return Trial(stack, ChildReader(), default_enrichers(), settings.opt_outs)


def _differences(before: Article | None, after: Article | None) -> Iterator[Difference]:
    old, new = (_flat(substance_of(article)) if article is not None else {} for article in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield Difference(name, old.get(name), new.get(name))


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with the fields of its larger parts beside its own."""
    flat = {name: value for name, value in document.items() if name not in _NESTED}
    for part in _NESTED & document.keys():
        flat |= {f"{part}.{name}": value for name, value in document[part].items()}
    return flat


def write_report(report: Report, folder: Path, samples: int, made_at: datetime) -> tuple[Path, Path]:
    """Write a report as JSON and as HTML, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {"madeAt": made_at.isoformat(), **report.document(samples)}
    as_json, as_html = folder / "report.json", folder / "report.html"
    as_json.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    as_html.write_text(_page(document), encoding="utf-8")
    return as_json, as_html


def _page(document: dict[str, Any]) -> str:
    text = document["text"]
    parts = [
        f"<h1>What reprocessing from {escape(document['from'])} would change</h1>",
        f"<p>{document['articles']} articles tried, {escape(document['madeAt'])}.</p>"
        f"<p>The text of {text['articles']} of them changes, from {text['charactersBefore']:,} "
        f"to {text['charactersAfter']:,} characters.</p>",
        _counts("Outcome", document["outcomes"]),
        _counts("Not tried", document["skipped"]),
        _counts("Field that changes", document["fields"]),
        *(_sample(sample) for sample in document["samples"]),
    ]
    head = f'<meta charset="utf-8"><title>Reprocessing</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _counts(title: str, counts: dict[str, int]) -> str:
    if not counts:
        return ""
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{number:,}</td></tr>" for name, number in counts.items())
    return f'<h2>{escape(title)}</h2><table class="fields">{rows}</table>'


def _sample(sample: dict[str, Any]) -> str:
    fields = "".join(
        f"<h3>{escape(name)}</h3>{_side_by_side(_lines(pair[0]), _lines(pair[1]))}"
        for name, pair in sample["fields"].items()
    )
    return f"<article><h2>{escape(sample['url'])}</h2><p>{escape(sample['articleId'])}</p>{fields}</article>"


def _lines(value: Any) -> list[str]:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    return ["" if value is None else line for line in shown[:_LONGEST_SHOWN].splitlines()]


def _side_by_side(before: Sequence[str], after: Sequence[str]) -> str:
    """Return two texts as a table, escaped, with what differs marked."""
    return difflib.HtmlDiff(wrapcolumn=60).make_table(before, after, context=True, numlines=1)
