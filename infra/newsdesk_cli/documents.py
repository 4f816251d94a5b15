"""The generated parts of the documents: lists of what is in the code.

Comes in: the Markdown files, and the code's lists and descriptions. Goes out: the files' texts with every generated
section up to date. ``python -m newsdesk_cli.documents`` (``make docs``) writes them back.

A section stands between ``<!-- begin generated: NAME -->`` and ``<!-- end generated -->``; ``SECTIONS`` has the names.
"""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer.main
from pydantic.fields import FieldInfo

from enricher.composer import default_enrichers
from fetcher.stage import ANSWER_STATUSES
from indexer.stage import CommitKind
from newsdesk.articles import MAXIMUM_RESENDS, OVERLOAD_POLICY, RETRY_POLICIES
from newsdesk.contracts import (
    ARTICLE_SCHEMA_KEY,
    DESCRIPTIONS,
    PARTITION_COLUMNS,
    ArticleWarning,
    Column,
    DropReason,
    Reason,
    TypeSign,
    WallSign,
    capture_key,
    changes_key,
    keys,
    label,
    outcome_of,
    revision_columns,
    schema_text,
    vector_key,
    views,
)
from newsdesk.runtime import HOST_CLASSES, FunctionSettings, Metric, RecordStatus, Unit
from newsdesk.sources import SourceKind, SourceWarning
from newsdesk.web import RefusedUse
from newsdesk_cli.app import app
from newsdesk_cli.costs import ROW_BYTES, ROW_SECONDS, ROWS_A_PART, bill_of
from newsdesk_cli.dashboard import DASHBOARD_PICTURE, dashboard_picture
from newsdesk_cli.descriptions import described
from newsdesk_cli.paths import ROOT, TEMPLATE
from newsdesk_cli.prices import PRICES
from newsdesk_cli.queries import EXAMPLES
from newsdesk_cli.tables import TABLES_TEMPLATE, tables_text
from newsdesk_cli.templates import load_template
from receiver.formats import FileRefusal, LineRefusal
from receiver.pages import PageRefusal, PassedOver
from responder.document import openapi_document
from responder.problems import ProblemType

_SECTION = re.compile(
    r"^<!-- begin generated: (?P<name>[\w-]+) -->\n.*?^<!-- end generated -->$", re.MULTILINE | re.DOTALL
)
_PACKAGES = {
    "submit": "submitter",
    "fetch": "fetcher",
    "extract": "extractor",
    "enrich": "enricher",
    "index": "indexer",
    "embed": "embedder",
    "compact": "compactor",
    "publish": "publisher",
    "dispatch": "dispatcher",
    "intake": "receiver",
    "discover": "discoverer",
    "api": "responder",
    "search": "searcher",
}
_METRICS_OF_RECORDS = {
    function: (metric, metric.duration)
    for function, metric in {
        "submit": Metric.SUBMISSIONS_RECEIVED,
        "fetch": Metric.PAGES_FETCHED,
        "extract": Metric.PAGES_EXTRACTED,
        "enrich": Metric.ARTICLES_ENRICHED,
        "index": Metric.ARTICLES_INDEXED,
        "embed": Metric.ARTICLES_EMBEDDED,
        "compact": Metric.PARTS_WRITTEN,
        "intake": Metric.INBOX_STEPS_TAKEN,
        "discover": Metric.SOURCES_POLLED,
    }.items()
}
_SERIES_DOLLARS = 0.30
"""Of a custom metric and month in us-east-1, the first 10,000 of an account; by the hour in which it was written."""

OPENAPI_DOCUMENT = ROOT / "docs" / "openapi.json"
"""The API's document, which is generated whole."""

_EXAMPLE_HOUR = "date=<day>/hour=<hour>/"
_EXAMPLE_DAY = datetime(1111, 11, 11, 10, tzinfo=UTC)


def paths() -> list[Path]:
    """Return every Markdown file that may have generated sections."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md"])


def names_in(document: str) -> list[str]:
    """Return the names of the sections that begin in a document."""
    return re.findall(r"<!-- begin generated: (.+?) -->", document)


def render(document: str) -> str:
    """Return a document with its generated sections up to date.

    Raises
    ------
    ValueError
        If a section has an unknown name, or begins and does not end.
    """
    if len(names_in(document)) != len(_SECTION.findall(document)):
        raise ValueError("a generated section has no end")
    return _SECTION.sub(_rendered, document)


def openapi_text() -> str:
    """Return the API's document as it is committed."""
    return schema_text(openapi_document())


def write_documents() -> list[Path]:
    """Write the generated sections of all documents, and the files that are generated whole; return what changed."""
    changed = []
    whole = {OPENAPI_DOCUMENT: openapi_text, TABLES_TEMPLATE: tables_text, DASHBOARD_PICTURE: dashboard_picture}
    for path in (*paths(), *whole):
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = whole[path]() if path in whole else render(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    return changed


def _rendered(section: re.Match[str]) -> str:
    name = section["name"]
    if name not in SECTIONS:
        raise ValueError(f"there is no generated section {name!r}")
    return f"<!-- begin generated: {name} -->\n{SECTIONS[name]().rstrip()}\n<!-- end generated -->"


def _table(headers: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(headers), *(list(row) for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    escaped = ([cell.replace("|", r"\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(cells)} |\n" if cells[0] != "---" else f"|{'|'.join(cells)}|\n" for cells in escaped)


def _code(text: object) -> str:
    return f"`{text}`"


def _outcomes() -> str:
    rows = ((_code(text), meaning, _when_final(text)) for text, meaning in DESCRIPTIONS.items())
    return _table(("outcome", "meaning", "recorded"), rows)


def _when_final(text: str) -> str:
    reason = Reason(text.partition(":")[2]) if ":" in text else None
    if reason in RETRY_POLICIES:
        return f"after {RETRY_POLICIES[reason].attempts} attempts"
    if reason is Reason.HOST_OVERLOADED:
        return f"after {OVERLOAD_POLICY.attempts} deferrals"
    if reason is Reason.STUCK:
        return f"after {MAXIMUM_RESENDS} resends"
    return "at once"


def _retries() -> str:
    rows = (
        (
            _code(label(outcome_of(reason), reason)),
            str(policy.attempts),
            _seconds(policy.base_seconds),
            _seconds(policy.cap_seconds),
        )
        for reason, policy in RETRY_POLICIES.items()
    )
    deferrals = (
        _code(label(outcome_of(Reason.HOST_OVERLOADED), Reason.HOST_OVERLOADED)),
        f"{OVERLOAD_POLICY.attempts} deferrals",
        _seconds(OVERLOAD_POLICY.base_seconds),
        _seconds(OVERLOAD_POLICY.cap_seconds),
    )
    return _table(("outcome", "attempts", "first wait", "longest wait"), [*rows, deferrals])


def _seconds(seconds: float) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds % size == 0:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:g} s"


def _members(header: str, meanings: Mapping[str, str], prefix: str = "") -> str:
    return _table((header, "meaning"), ((_code(prefix + value), meaning) for value, meaning in meanings.items()))


def _type_signs() -> str:
    """Return the signs of pages that are not articles; the signs of other kinds are not written as warnings."""
    presented = (TypeSign.PRODUCTS, TypeSign.EVENT, TypeSign.PROJECT, TypeSign.PORTRAIT)
    kept = (TypeSign.GALLERY, TypeSign.MEDIA, TypeSign.LISTING, *presented)
    meanings = described(TypeSign)
    return _members("warning", {sign.value: meanings[sign.value] for sign in kept}, "type:")


def _metrics() -> str:
    meanings = described(Metric)
    rows = [(_code(metric.value), metric.unit.value, meanings[metric.value]) for metric in Metric]
    cold_start = (_code("ColdStart"), Unit.COUNT.value, "By every function, at the first invocation of a process.")
    return _table(("metric", "unit", "written"), [*rows, cold_start])


def _statuses() -> str:
    """Return the statuses of each function's records, as its stage defines them."""
    rows = (
        (function, _code(status), meaning)
        for function, package in _PACKAGES.items()
        for status, meaning in described(_status_of(package)).items()
    )
    return _table(("function", "status", "meaning"), rows)


def _series() -> str:
    """Return how many series each group of metrics can have in one stack, and what that costs at most."""
    rows = [(", ".join(_code(metric.value) for metric in metrics), str(number)) for metrics, number in series()]
    total = sum(number for _, number in series())
    rows.append(("all", f"{total}, at most ${total * _SERIES_DOLLARS:,.0f} a month"))
    return _table(("metrics", "series"), rows)


def series() -> list[tuple[tuple[Metric, ...], int]]:
    """Return groups of metrics, and how many combinations of metric and status each group can have in one stack."""
    groups = [
        (tuple(metrics), len(metrics) * (len(_status_of(_PACKAGES[function])) + len(RecordStatus)))
        for function, metrics in _METRICS_OF_RECORDS.items()
    ]
    answers = (Metric.ANSWERS_RECEIVED, Metric.ANSWERS_RECEIVED_MILLISECONDS, Metric.BYTES_RECEIVED)
    return [
        *groups,
        (
            (Metric.REQUESTS_ANSWERED, Metric.REQUESTS_ANSWERED_MILLISECONDS),
            2 * len(_status_of(_PACKAGES["api"])),
        ),
        ((Metric.ARTICLES_DISPATCHED,), len(_status_of(_PACKAGES["dispatch"]))),
        ((Metric.CHANGES_PUBLISHED,), len(_status_of(_PACKAGES["publish"]))),
        (answers, len(answers) * len(ANSWER_STATUSES)),
        ((Metric.BYTES_SAVED,), 1),
        ((Metric.FETCHES_FAILED,), len(Reason)),
        ((Metric.ENRICHERS_FAILED,), 2 * len(default_enrichers())),
        ((Metric.OUTCOMES_RECORDED,), len(DESCRIPTIONS)),
        ((Metric.ARTICLES_COMMITTED_MILLISECONDS,), len(CommitKind)),
        ((Metric.TEXTS_YIELDED, Metric.DATES_YIELDED), 2 * len(HOST_CLASSES)),
        ((Metric.ITEMS_DISCOVERED,), len(SourceKind)),
        ((Metric.SOURCES_WARNED,), len(SourceWarning)),
    ]


def _status_of(package: str) -> type[StrEnum]:
    module = importlib.import_module(f"{package}.stage")
    (found,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, StrEnum) and value.__name__.endswith("Status")
    )
    return found


def _parameters() -> str:
    parameters = load_template(TEMPLATE)["Parameters"]
    rows = (
        (_code(name), _default(entry.get("Default")), _allowed(entry), entry["Description"].strip())
        for name, entry in parameters.items()
    )
    return _table(("parameter", "default", "allowed", "meaning"), rows)


def _default(value: object) -> str:
    if value is None:
        return "none: set it"
    return _code(value) if value != "" else "empty"


def _allowed(entry: dict[str, Any]) -> str:
    if "AllowedValues" in entry:
        return ", ".join(_code(value) for value in entry["AllowedValues"])
    least, most = entry.get("MinValue"), entry.get("MaxValue")
    if least is not None and most is not None:
        return f"{least} to {most}"
    return f"at least {least}" if least is not None else ""


def _settings() -> str:
    """Return one row for each variable and meaning, with the functions that read it."""
    readers: dict[tuple[str, str, str], list[str]] = {}
    for function, package in _PACKAGES.items():
        for name, field in _settings_of(package).model_fields.items():
            row = (f"NEWSDESK_{name.upper()}", _default_of(field), str(field.description))
            readers.setdefault(row, []).append(function)
    rows = (
        (_code(variable), ", ".join(functions), default, meaning)
        for (variable, default, meaning), functions in sorted(readers.items())
    )
    return _table(("variable", "read by", "default", "meaning"), rows)


def _settings_of(package: str) -> type[FunctionSettings]:
    module = importlib.import_module(f"{package}.settings")
    (found,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, FunctionSettings) and value.__module__ == module.__name__
    )
    return found


def _default_of(field: FieldInfo) -> str:
    return "required" if field.is_required() else _default(field.get_default())


def _keys() -> str:
    """Return the patterns of the keys, which the functions make for names in place of values."""
    article = keys.article_key(_EXAMPLE_DAY, "<article id>", 7777, "abcdef01")
    host = "host.example"
    rows = (
        (article, "a revision of an article", "always"),
        (vector_key(article), "the vector of that revision, where the stack keeps vectors", "while it is current"),
        (
            changes_key(_EXAMPLE_DAY, "<first>-<last>")
            .replace("1111-11-11", "<day>")
            .replace("hour=10", "hour=<hour>"),
            "what was committed, one change a line",
            "always",
        ),
        (
            keys.part_key(_EXAMPLE_HOUR, "<first>", "<last>"),
            "the same with the articles, as Parquet, where the stack keeps [data sets](datasets.md)",
            "always",
        ),
        (
            keys.plan_key(_EXAMPLE_HOUR, 7777).replace("007777", "<number>"),
            "which changes are in which part; not for readers",
            "always",
        ),
        (f"{keys.QUERIES_PREFIX}<query id>.csv", "the answer to a query of Athena", "7 days"),
        (
            keys.SEARCH_INDEX_KEY,
            "what the HTTP API searches; not for readers",
            "7 days; written again while it changes",
        ),
        (
            capture_key(host, "<article id>", "<capture id>"),
            "the request and the answer, as WARC",
            "`RawRetentionDays`; deleted at once when the page opts out",
        ),
        (
            keys.extracted_key("<article id>", "<capture id>"),
            "what extract hands to enrich, where it is too large for a message; not for readers",
            "`WorkRetentionDays`",
        ),
        (
            keys.page_key("<article id>", "<capture id>", "0version0").replace("0version0", "<version>"),
            "one page of an article of several; not for readers",
            "`WorkRetentionDays`",
        ),
        (
            keys.inbox_part_key("<file id>", 333333).replace("333333", "<part>"),
            "what a part of a file of the inbox came to; not for readers",
            "`WorkRetentionDays`",
        ),
        (
            keys.inbox_cut_key("<file id>", 333333).replace("333333", "<part>"),
            "where a part of a WARC file begins; not for readers",
            "`WorkRetentionDays`",
        ),
        (
            keys.pushed_key("<name>"),
            "a page that somebody else has fetched, until its submission was taken; not for readers",
            "15 days at most",
        ),
        (
            keys.report_key("inbox/<name>"),
            "what became of a file in the inbox",
            "always; written again while the file is worked on",
        ),
        (
            keys.unreadable_key("0sequence0").replace("0sequence0", "<sequence number>"),
            "a record of a change that could not be read; not for readers",
            "until `newsdesk retell` has told it",
        ),
        (ARTICLE_SCHEMA_KEY, "the article's JSON Schema; fields are added", "always"),
    )
    examples = {"1111-11-11": "<first seen>", "7777": "<revision>", "abcdef01": "<hash>", host: "<host>"}
    return _table(("key", "what it holds", "kept"), ((_code(_named(key, examples)), *rest) for key, *rest in rows))


def _named(key: str, examples: Mapping[str, str]) -> str:
    for example, name in examples.items():
        key = key.replace(example, name)
    return key


def _columns(columns: Iterable[Column]) -> str:
    rows = ((_code(column.name), _code(column.athena_type), column.description) for column in columns)
    return _table(("column", "type", "meaning"), rows)


def _dataset_views() -> str:
    every = (*revision_columns(), *PARTITION_COLUMNS)
    parts = []
    for view in views():
        columns = "Its columns are those of `revisions`.\n" if view.columns == every else _columns(view.columns)
        parts += [f"**`{view.name}`**: {view.description}\n", columns]
    return "\n".join(parts)


def _dataset_growth() -> str:
    """Return what a data set takes, by articles a day, at the revisits of the template's defaults."""
    return _table(
        ("articles a day", "rows a day", "parts an hour", "processor a day", "an hour is written in", "bytes a day",
         "written, a month", "stored after a year, a month", "a query of a day's text"),
        map(_growth_of, (1_000, 10_000, 100_000, 1_000_000, 10_000_000)),
    )  # fmt: skip


def _growth_of(articles: int) -> tuple[str, ...]:
    bill = bill_of(articles, datasets=True)
    dollars = {line.what: line.dollars for line in bill.lines}
    rows = next(line.number for line in bill.lines if line.what == "data set, written")
    parts = max(1, math.ceil(rows / 24 / ROWS_A_PART))
    seconds = rows * ROW_SECONDS
    workers = min(parts, int(load_template(TEMPLATE)["Parameters"]["MaximumConcurrency"]["Default"]))
    gigabytes = rows * ROW_BYTES / 1e9
    return (
        f"{articles:,}",
        f"{rows:,.0f}",
        f"{parts:,}",
        f"{seconds / 3600:,.1f} h",
        f"{max(1, math.ceil(seconds / 24 / workers)):,} s",
        f"{gigabytes:,.2f} GB",
        f"${dollars['data set, written']:,.2f}",
        f"${dollars['data set, stored, after a year']:,.2f}",
        f"${gigabytes / 1e3 * PRICES['athena_terabyte'].dollars:,.4f}",
    )


def _dataset_queries() -> str:
    return "\n".join(f"{example.description}\n\n```sql\n{example.sql}\n```\n" for example in EXAMPLES)


def _commands() -> str:
    rows = (
        (f"[`{name}`](docs/commands.md#{name.replace(' ', '-')})", help_text) for name, help_text, *_ in _all_commands()
    )
    return _table(("command", "what it does"), rows)


def _command_reference() -> str:
    parts = []
    for name, help_text, usage, example, options in _all_commands():
        arguments = _table(("argument or option", "meaning"), options)
        parts.append(f"## {name}\n\n{help_text}\n\n```\n{usage}\n{example}\n```\n\n{arguments}")
    return "\n".join(parts)


def _all_commands() -> Iterator[tuple[str, str, str, str, list[tuple[str, str]]]]:
    """Yield name, help, usage, example, and the arguments and options of each command; those of a group one by one."""
    group: Any = typer.main.get_command(app)
    for name, command in group.commands.items():
        for inner, below in getattr(command, "commands", {"": command}).items():
            yield _command(f"{name} {inner}".strip(), below)


def _command(name: str, command: Any) -> tuple[str, str, str, str, list[tuple[str, str]]]:
    context = type(command).context_class(command, info_name=f"newsdesk {name}")
    usage = " ".join([f"newsdesk {name}", *command.collect_usage_pieces(context)])
    records = (parameter.get_help_record(context) for parameter in command.params)
    options = [(_code(_form(form)), _meaning(meaning)) for form, meaning in (record for record in records if record)]
    return name, " ".join(command.help.split()), _form(usage), command.epilog.removeprefix("Example: "), options


def _form(text: str) -> str:
    """Return how an argument is written, without Typer's doubled brackets and the types of lists."""
    text = re.sub(r"\[\[(.+?)\](?:\.\.\.)?\](\.\.\.)?", r"[\1]\2", text)
    return text.replace("<list[str]>", "<str>").replace("... <str>", "...")


def _meaning(text: str) -> str:
    """Return an argument's help in one line, with paths relative to the root of this checkout."""
    return re.sub(r"\[([^\]]+)\]$", r"(\1)", " ".join(text.split())).replace(f"{ROOT}/", "")


def _problems() -> str:
    meanings = described(ProblemType)
    rows = ((_code(kind), str(kind.status), meanings[kind.value]) for kind in ProblemType)
    return _table(("type", "status", "meaning"), rows)


SECTIONS: Mapping[str, Callable[[], str]] = {
    "outcomes": _outcomes,
    "retries": _retries,
    "opt-outs": lambda: _members("word", described(RefusedUse)),
    "drop-reasons": lambda: _members("reason", described(DropReason)),
    "wall-signs": lambda: _members("warning", described(WallSign), "wall:"),
    "type-signs": _type_signs,
    "article-warnings": lambda: _members("warning", described(ArticleWarning)),
    "metrics": _metrics,
    "statuses": _statuses,
    "series": _series,
    "parameters": _parameters,
    "settings": _settings,
    "keys": _keys,
    "inbox-refusals": lambda: _members("of a file", described(FileRefusal)),
    "line-refusals": lambda: _members("of a record", described(LineRefusal)),
    "records-passed-over": lambda: _members("record", described(PassedOver)),
    "page-refusals": lambda: _members("of a page", described(PageRefusal)),
    "problems": _problems,
    "dataset-columns": lambda: _columns((*PARTITION_COLUMNS, *revision_columns())),
    "dataset-views": _dataset_views,
    "dataset-queries": _dataset_queries,
    "dataset-growth": _dataset_growth,
    "commands": _commands,
    "command-reference": _command_reference,
}
"""What writes each generated section."""


if __name__ == "__main__":
    for written in write_documents():
        print(written.relative_to(ROOT))
