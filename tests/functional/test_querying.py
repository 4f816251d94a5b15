"""``newsdesk query``: SQL over a folder by DuckDB, over a deployed stack by Athena.

Comes in: a data set in a folder, and an Athena that answers as the API reference says. Goes out: assertions. Changes: a
folder.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from newsdesk_cli.app import app
from newsdesk_cli.errors import CommandError
from newsdesk_cli.queries import FIRST_QUERY, AnswerFormat
from newsdesk_cli.querying import asked_of_athena, write
from newsdesk_cli.stack import Stack
from tests.functional.test_dataset import HOSTILE, keep, retraction, row


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two articles, of which one has a hostile headline, and a retraction of a third."""
    keep(tmp_path, [row(0, headline=HOSTILE), row(1, "b.example"), row(2), retraction(2)])
    return tmp_path


def query(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["query", *arguments])
    assert done.exit_code == code, done.output
    return done.output


class TestFolders:
    def test_a_table_shows_hostile_texts_and_obeys_none(self, folder: Path) -> None:
        shown = query("--from", str(folder), "SELECT host, headline FROM articles ORDER BY host")
        assert "b.example" in shown
        assert not {"\x00", "\u202e"} & set(shown)

    def test_json_lines_keep_lists_structs_and_times(self, folder: Path) -> None:
        lines = query(
            "--from", str(folder), "--format", "json", "SELECT countries, committed_at, headline FROM articles"
        )
        documents = [json.loads(line) for line in lines.splitlines()]
        assert {document["headline"] for document in documents} == {HOSTILE, "Bridge reopens"}
        assert documents[0]["countries"] == [{"iso2": "FR", "weight": 0.75}, {"iso2": "CH", "weight": 0.25}]
        assert documents[0]["committed_at"].startswith("2026-03-14T09:26:53")

    @pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
    def test_a_file_is_written_as_its_name_ends(self, folder: Path, tmp_path: Path, ending: str) -> None:
        # Given
        path = tmp_path / f"answer.{ending}"
        # When
        query("--from", str(folder), "--out", str(path), "SELECT host, headline, word_count, countries FROM articles")
        # Then
        match ending:
            case "csv":
                with path.open(newline="") as file:
                    found = [entry["headline"] for entry in csv.DictReader(file)]
            case "json":
                found = [json.loads(line)["headline"] for line in path.read_text().splitlines()]
            case _:
                relation = duckdb.execute(f"SELECT headline, countries[1].iso2 FROM '{path}'")
                found = [headline for headline, country in relation.fetchall() if country == "FR"]
        assert sorted(found) == sorted([HOSTILE, "Bridge reopens"])

    def test_a_query_to_begin_with_goes_by_its_name(self, folder: Path) -> None:
        assert query("--from", str(folder), "--format", "csv", "countries").splitlines()[1].startswith("CH,2,2,")

    def test_what_an_ingest_ends_with_runs(self, folder: Path) -> None:
        assert query("--from", str(folder), "--format", "csv", FIRST_QUERY).startswith("language,articles,words\n")

    @pytest.mark.parametrize("sql", ["DROP VIEW articles", "COPY articles TO 'x'", "SELECT 1; SELECT 2", "SELEC 1", ""])
    def test_nothing_but_one_query_is_run(self, folder: Path, sql: str) -> None:
        assert "newsdesk:" in query_failing(folder, sql)

    @pytest.mark.parametrize(
        "arguments", [["--format", "parquet", "SELECT 1"], ["--from", ".", "--stack", "newsdesk", "SELECT 1"]]
    )
    def test_bad_usage(self, arguments: list[str]) -> None:
        query(*arguments, code=2)


def query_failing(folder: Path, sql: str) -> str:
    done = CliRunner().invoke(app, ["query", "--from", str(folder), sql])
    assert isinstance(done.exception, CommandError)
    return f"newsdesk: {done.exception}"


class Athena:
    """Answers one query with two pages; see the API reference of Amazon Athena."""

    def __init__(self, state: str = "SUCCEEDED") -> None:
        self.state = state
        self.asked: dict[str, Any] = {}
        self.stopped = False

    def start_query_execution(self, **request: Any) -> dict[str, str]:
        self.asked = request
        return {"QueryExecutionId": "1"}

    def get_query_execution(self, QueryExecutionId: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        status = {"State": self.state, "StateChangeReason": "Bytes scanned limit was exceeded"}
        return {"QueryExecution": {"Status": status, "Statistics": {"DataScannedInBytes": 10_000_000}}}

    def stop_query_execution(self, QueryExecutionId: str) -> None:  # noqa: N803
        self.stopped = True

    def get_paginator(self, _: str) -> Athena:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        columns = [{"Name": "host", "Type": "varchar"}, {"Name": "articles", "Type": "bigint"}]
        pages: list[list[list[str | None]]] = [[["host", "articles"], ["a.example", "3"]], [[None, "1"]]]
        return [
            {
                "ResultSet": {
                    "ResultSetMetadata": {"ColumnInfo": columns},
                    "Rows": [
                        {"Data": [{"VarCharValue": cell} if cell is not None else {} for cell in cells]}
                        for cells in page
                    ],
                }
            }
            for page in pages
        ]


class TestAthena:
    @pytest.fixture
    def athena(self, monkeypatch: pytest.MonkeyPatch) -> Athena:
        fake = Athena()
        monkeypatch.setattr(Stack, "client", lambda *_, **__: fake)
        return fake

    @pytest.fixture
    def stack(self) -> Stack:
        stack = Stack("newsdesk-test", "us-east-1")
        vars(stack).update(outputs={"WorkgroupName": "newsdesk-test", "DatabaseName": "newsdesk_test"})
        return stack

    def test_an_answer_has_every_page_and_no_header(self, athena: Athena, stack: Stack, tmp_path: Path) -> None:
        # When
        path = tmp_path / "answer.parquet"
        with asked_of_athena(stack, "SELECT 1") as answer:
            write(answer, AnswerFormat.PARQUET, path)
        # Then
        found = duckdb.execute(f"SELECT host, articles FROM '{path}'").fetchall()
        assert found == [("a.example", 3), (None, 1)]
        assert (athena.asked["WorkGroup"], athena.asked["QueryExecutionContext"]) == (
            "newsdesk-test",
            {"Database": "newsdesk_test"},
        )
        assert not athena.stopped

    def test_a_query_over_the_limit_says_so(self, athena: Athena, stack: Stack) -> None:
        athena.state = "CANCELLED"
        with pytest.raises(CommandError, match="limit"), asked_of_athena(stack, "SELECT 1"):
            pass

    def test_an_interrupted_query_is_stopped(self, athena: Athena, stack: Stack) -> None:
        # Given
        athena.state = "RUNNING"

        def interrupt(_: float) -> None:
            raise KeyboardInterrupt

        # When / Then
        with pytest.raises(KeyboardInterrupt), asked_of_athena(stack, "SELECT 1", sleep=interrupt):
            pass
        assert athena.stopped

    def test_a_stack_without_a_data_set_says_what_to_do(self, athena: Athena) -> None:
        stack = Stack("newsdesk-test", "us-east-1")
        vars(stack).update(outputs={})
        with pytest.raises(CommandError, match="Datasets=on"), asked_of_athena(stack, "SELECT 1"):
            pass
