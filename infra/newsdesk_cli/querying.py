"""Runs SQL over a data set: by DuckDB in a folder, by Athena on a deployed stack.

Comes in: SQL. Goes out: an answer, as a table, CSV, JSON lines or Parquet. Changes: the file that the answer goes into.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TextIO

from rich.markup import escape
from rich.table import Table

from newsdesk.characters import printable
from newsdesk.reader import only_reads, open_tables
from newsdesk_cli.console import escaped_json, out, say
from newsdesk_cli.errors import CommandError
from newsdesk_cli.queries import EXAMPLES, AnswerFormat
from newsdesk_cli.stack import Stack

if TYPE_CHECKING:
    import duckdb

_SHOWN_ROWS = 200
_FETCHED_ROWS = 1_000
_POLL_SECONDS = 0.5
_NUMBERS = {
    "tinyint": "BIGINT",
    "smallint": "BIGINT",
    "integer": "BIGINT",
    "bigint": "BIGINT",
    "float": "DOUBLE",
    "real": "DOUBLE",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
"""What Athena's types are in Parquet; everything else stays the text that Athena answers."""

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query.

    Attributes
    ----------
    types : tuple of str
        Of the columns, as DuckDB names them.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: Iterator[Row]


def sql_of(text: str) -> str:
    """Return a query: one of those to begin with, by its name, or the text itself."""
    return next((example.sql for example in EXAMPLES if example.name == text), text)


@contextmanager
def asked_of_folder(folder: Path, sql: str) -> Iterator[Answer]:
    """Run a query over the data set of a folder.

    Raises
    ------
    CommandError
        If it is not one query, or DuckDB is not installed, or refuses it.
    """
    try:
        import duckdb
    except ModuleNotFoundError as error:
        raise CommandError("queries of a folder need DuckDB: pip install '.[sql]' in a checkout") from error
    try:
        if not only_reads(sql):
            raise CommandError("give one SELECT; nothing else is run")
        with open_tables(folder) as database:
            result = database.execute(sql)
            described = result.description or []
            yield Answer(
                tuple(str(entry[0]) for entry in described),
                tuple(str(entry[1]) for entry in described),
                _fetched(result),
            )
    except duckdb.Error as error:
        raise CommandError(str(error)) from error


def _fetched(result: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    while rows := result.fetchmany(_FETCHED_ROWS):
        yield from rows


@contextmanager
def asked_of_athena(stack: Stack, sql: str, sleep: Callable[[float], None] = time.sleep) -> Iterator[Answer]:
    """Run a query over the data set of a deployed stack; it is stopped when this process is interrupted.

    Raises
    ------
    CommandError
        If the stack keeps no data set, or Athena refuses the query or cancels it.
    """
    if "WorkgroupName" not in stack.outputs:
        raise CommandError(f"{stack.name} keeps no data set; deploy it with the parameter Datasets=on")
    athena: Any = stack.client("athena")
    started = athena.start_query_execution(
        QueryString=sql,
        WorkGroup=stack.outputs["WorkgroupName"],
        QueryExecutionContext={"Database": stack.outputs["DatabaseName"]},
    )["QueryExecutionId"]
    try:
        _wait(athena, started, sleep)
    except BaseException:
        athena.stop_query_execution(QueryExecutionId=started)
        raise
    pages = iter(athena.get_paginator("get_query_results").paginate(QueryExecutionId=started))
    first = next(pages)
    described = first["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    rows = chain(first["ResultSet"]["Rows"][1:], *(page["ResultSet"]["Rows"] for page in pages))  # behind the header
    yield Answer(
        tuple(entry["Name"] for entry in described),
        tuple(_NUMBERS.get(entry["Type"], "VARCHAR") for entry in described),
        (tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in rows),
    )


def _wait(athena: Any, started: str, sleep: Callable[[float], None]) -> None:
    while True:
        execution = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]
        status = execution["Status"]
        match status["State"]:
            case "SUCCEEDED":
                scanned = execution.get("Statistics", {}).get("DataScannedInBytes", 0)
                say(f"Athena read {scanned / 1e6:,.1f} MB")
                return
            case "FAILED" | "CANCELLED":
                raise CommandError(status.get("StateChangeReason") or f"Athena: {status['State'].lower()}")
            case _:
                sleep(_POLL_SECONDS)


def write(answer: Answer, form: AnswerFormat, path: Path | None) -> None:
    """Write an answer into a file, or to standard output.

    Raises
    ------
    CommandError
        If it is to be Parquet, and DuckDB is not installed.
    """
    if form is AnswerFormat.PARQUET:
        assert path is not None
        _write_parquet(answer, path)
    elif form is AnswerFormat.TABLE and path is None:
        out.print(_table(answer))
    elif path is None:
        _write_text(answer, form, sys.stdout, is_screen=sys.stdout.isatty())
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            _write_text(answer, AnswerFormat.CSV if form is AnswerFormat.TABLE else form, file, is_screen=False)


def _write_text(answer: Answer, form: AnswerFormat, file: TextIO, *, is_screen: bool) -> None:
    if form is AnswerFormat.JSON:
        for row in answer.rows:
            line = json.dumps(dict(zip(answer.names, row, strict=True)), ensure_ascii=False, default=_plain)
            file.write(escaped_json(line) + "\n")
        return
    writer = csv.writer(file, lineterminator="\n")
    for row in chain([answer.names], answer.rows):
        cells = map(_cell, row)
        writer.writerow(map(printable, cells) if is_screen else cells)


def _table(answer: Answer) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, kind in zip(answer.names, answer.types, strict=True):
        table.add_column(escape(name), overflow="fold", justify="right" if kind in ("BIGINT", "DOUBLE") else "left")
    rows = list(islice(answer.rows, _SHOWN_ROWS + 1))
    for row in rows[:_SHOWN_ROWS]:
        table.add_row(*(escape(_cell(value)) for value in row))
    if len(rows) > _SHOWN_ROWS:
        table.caption = f"the first {_SHOWN_ROWS} rows; --format csv or json has all"
    return table


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(value)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


def _write_parquet(answer: Answer, path: Path) -> None:
    try:
        import duckdb
    except ModuleNotFoundError as error:
        raise CommandError("Parquet needs DuckDB: pip install '.[sql]' in a checkout") from error
    with TemporaryDirectory(prefix="newsdesk-query-") as folder, duckdb.connect(":memory:") as database:
        lines = Path(folder) / "answer.ndjson"
        longest = _write_lines(answer, lines)
        relation = database.read_json(
            str(lines),
            columns=dict(zip(answer.names, answer.types, strict=True)),
            format="newline_delimited",
            maximum_object_size=longest,
        )
        target = str(path).replace("'", "''")
        relation.query("answer", f"COPY answer TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def _write_lines(answer: Answer, path: Path) -> int:
    longest = 1 << 20
    with path.open("wb") as file:
        for row in answer.rows:
            document = dict(zip(answer.names, row, strict=True))
            line = json.dumps(document, ensure_ascii=False, default=_plain).encode("utf-8") + b"\n"
            longest = max(longest, len(line))
            file.write(line)
    return longest
