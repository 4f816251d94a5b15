"""What the command line shows of submissions and articles: tables, words, progress.

Comes in: results and records. Goes out: assertions.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.table import Table

from newsdesk.articles import Stage
from newsdesk.clock import to_text
from newsdesk.contracts import DESCRIPTIONS
from newsdesk_cli import submitting
from newsdesk_cli.console import PrintableConsole, complain, say, width_of
from newsdesk_cli.doctor import examine
from newsdesk_cli.ingestion import Ingestion, Result
from newsdesk_cli.listing import Row
from newsdesk_cli.local_stack import Allowed, LocalStack
from newsdesk_cli.options import time_of
from newsdesk_cli.preflight import Verdict
from newsdesk_cli.queues import QueueDepth
from newsdesk_cli.rendering import listing_table, queues_table, results_table
from newsdesk_cli.stack import Stack
from newsdesk_cli.status_view import article_facts, submission_facts
from newsdesk_cli.submitting import interruptible, progress
from newsdesk_cli.wording import in_words, outcome_in_words
from tests.examples import NOW, at_stage, current_of, outcome_of, rejection_of, submission_of

LONG = "https://news.example/2026/03/14/" + "harbour-bridge-reopens-after-repairs/" * 3 + "?ref=front"


def lines_of(table: Table, width: int) -> list[str]:
    console = PrintableConsole(file=io.StringIO(), width=width, color_system=None)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def printed(*results: Result, width: int) -> list[str]:
    return lines_of(results_table(((result, None) for result in results), NOW), width)


def test_a_time_can_be_given_as_newsdesk_prints_it() -> None:
    assert time_of(to_text(NOW)) == NOW
    assert time_of("2026-11-30T09:00:00Z") == datetime(2026, 11, 30, 9, tzinfo=UTC)


class TestTable:
    @pytest.mark.parametrize("width", [80, 120])
    def test_it_fits_and_cuts_nothing(self, width: int) -> None:
        result = Result(LONG, "rejected", "submission_id_reused", detail="known as another URL's", seconds=1.5)
        lines = printed(result, width=width)
        assert max(map(len, lines)) <= width
        joined = "".join("".join(lines[1:]).split())
        assert "…" not in joined
        shown = "".join(line.ljust(max(map(len, lines)))[22:-9].strip() for line in lines[1:])
        assert LONG.removeprefix("https://") in shown.replace("1.5", "")
        assert "knownasanotherURL's" in joined

    def test_no_line_of_a_file_ends_in_spaces(self) -> None:
        lines = printed(*(Result(f"https://a.example/{'x' * size}", "failed", "timeout") for size in (1, 99)), width=80)
        assert [line for line in lines if line != line.rstrip()] == []
        assert any("  " in line.strip() for line in lines)

    def test_what_waits_says_for_what_and_for_how_long(self) -> None:
        due = to_text(NOW + timedelta(minutes=12))
        text = " ".join(
            " ".join(printed(Result("https://a.example/", "waiting", "retry", next_due=due), width=120)).split()
        )
        assert "waiting a.example/ tried again in 12 minutes, at " in text

    @pytest.mark.parametrize(
        ("reason", "detail", "below"),
        [
            ("not_found", "not_found: status 404", "not_found The server answered 404"),
            ("timeout", "timeout: 20 s", "(20 s)"),
            ("rate_limited", None, "The server still answered 429 after the last attempt"),
        ],
    )
    def test_a_failure_says_its_reason_once_and_what_it_means(
        self, reason: str, detail: str | None, below: str
    ) -> None:
        lines = printed(Result("https://a.example/", "failed", reason, detail=detail), width=120)
        text = " ".join(" ".join(lines).split())
        assert below in text
        assert text.count(reason) == 1

    def test_what_is_in_a_stage_does_not_wait(self) -> None:
        text = " ".join(" ".join(printed(Result("https://a.example/", "in flight", "extract"), width=120)).split())
        assert "in flight a.example/ in extract" in text


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=1), "in 1 second, at "),
        (timedelta(seconds=100), "in 100 seconds, at "),
        (timedelta(minutes=5), "in 5 minutes, at "),
        (timedelta(hours=-3), "3 hours ago, at "),
        (timedelta(days=9), "in 9 days, at 2026-03-23 "),
    ],
)
def test_a_time_in_words(away: timedelta, words: str) -> None:
    assert in_words(to_text(NOW + away), NOW).startswith(words)


@pytest.mark.parametrize("outcome", DESCRIPTIONS)
def test_an_outcome_in_words_has_its_detail_and_names_no_field_for_it(outcome: str) -> None:
    words = outcome_in_words(outcome, "host 7")
    assert words.endswith("(host 7)")
    assert "`duplicateOf`" not in words


class TestStatus:
    def test_where_a_visit_was_led_is_said_when_it_has_ended(self) -> None:
        rest = at_stage(Stage.REST)
        moved = current_of(rest).model_copy(update={"page_url": "https://news.example/moved"})
        facts = article_facts(rest.model_copy(update={"current": moved}), NOW)
        assert facts["redirects"] == "led to https://news.example/moved"
        assert "redirects" not in article_facts(rest.model_copy(update={"current": current_of(rest)}), NOW)

    def test_of_the_queues(self) -> None:
        console = PrintableConsole(file=io.StringIO(), width=80, color_system=None)
        console.print(queues_table((QueueDepth("fetch", 1200, 2, 0), QueueDepth("extract", 0, 0, 3))))
        assert isinstance(console.file, io.StringIO)
        rows = [line.split() for line in console.file.getvalue().splitlines()[1:]]
        assert rows == [["fetch", "1,200", "2", "0"], ["extract", "0", "0", "3"]]

    def test_of_an_article_at_rest(self) -> None:
        rest = at_stage(Stage.REST)
        state = rest.model_copy(
            update={
                "current": current_of(rest, 2),
                "last_outcome": "unchanged",
                "last_ended_at": to_text(NOW),
                "due_at": int((NOW + timedelta(days=2)).timestamp()),
            }
        )
        facts = article_facts(state, NOW)
        assert facts["now"].startswith("at rest; its next visit is due in 2 days")
        assert facts["revision"].startswith("2, committed ")
        assert facts["last outcome"].startswith("unchanged — The page's")
        assert "version" not in facts

    def test_of_an_article_that_waits(self) -> None:
        due = int((NOW + timedelta(minutes=4)).timestamp())
        state = at_stage(Stage.FETCH).model_copy(
            update={"waiting": "retry", "due_at": due, "last_detail": "timeout: 20 s"}
        )
        facts = article_facts(state, NOW)
        assert facts["now"].startswith("in fetch; tried again in 4 minutes")
        assert facts["last try"] == "timeout: 20 s"

    def test_of_a_submission(self) -> None:
        state = at_stage(Stage.EXTRACT)
        waiting = submission_facts(submission_of(state), None, state, NOW)
        assert waiting["outcome"] == "none yet: in extract"
        ended = submission_facts(submission_of(state), outcome_of(state, "failed:not_found"), state, NOW)
        assert ended["outcome"].startswith("failed:not_found — ")
        refused = submission_facts(rejection_of(), None, None, NOW)
        assert refused["outcome"].startswith("rejected:invalid_url — ")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(submitting, "say", lines.append)
    return lines


class TestProgress:
    def test_without_a_terminal_a_line_says_now_and_then_what_is_waited_for(
        self, said: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given a clock of seconds
        seconds = iter([0.0, 1.0, 6.0, 7.0, 8.0])
        monkeypatch.setattr("newsdesk_cli.submitting.time.monotonic", lambda: next(seconds))
        # When
        with progress(
            "ingesting", 4, lambda: ["https://a.example/", "https://b.example/", "https://c.example/"]
        ) as report:
            for done in (0, 1, 2, 4):
                report(done, 4)
        # Then
        assert said == [
            "ingesting: 1 of 4 after 6 s; waiting for https://a.example/, https://b.example/ and 1 more",
            "ingesting: 4 of 4 after 8 s",
        ]

    def test_an_interruption_says_what_was_submitted_and_how_to_look_again(self, said: list[str]) -> None:
        ingestion = Ingestion(Stack("newsdesk"), ["https://a.example/", "https://b.example/"])
        with pytest.raises(KeyboardInterrupt), interruptible(ingestion, "look again"):
            raise KeyboardInterrupt
        assert said == ["interrupted; URLs submitted: 2, still without an outcome: 2; look again"]


class TestNetworks:
    def test_runs_do_not_undo_each_other_and_those_that_died_are_forgotten(self) -> None:
        ours = str(os.getpid())
        allowed = Allowed(("10.0.0.0/8",), {ours: ("127.0.0.1/32",), "0": ("192.168.0.0/16",)})
        assert allowed.all() == ("10.0.0.0/8", "127.0.0.1/32", "192.168.0.0/16")
        assert allowed.of_living().all() == ("10.0.0.0/8", "127.0.0.1/32")
        assert allowed.of_living().without(os.getpid()).all() == ("10.0.0.0/8",)

    def test_a_network_that_is_part_of_another_changes_no_setting(self) -> None:
        allowed = Allowed(("10.0.0.0/8", "::1/128"), {"1": ("10.1.0.0/16",), "2": ("10.0.0.0/8",)})
        assert allowed.all() == ("10.0.0.0/8", "::1/128")

    def test_the_last_run_takes_back_what_all_were_allowed(self, tmp_path: Path) -> None:
        # Given two runs, of which one has died, and another one that works
        networks = tmp_path / "networks.json"
        runs = {str(os.getpid()): ["127.0.0.1/32"], "0": ["192.168.0.0/16"], str(os.getppid()): []}
        networks.write_text(json.dumps({"stack": ["10.0.0.0/8"], "runs": runs}))

        # When the first one ends, Then nothing changes under the one that works
        LocalStack(tmp_path).end_run()
        assert json.loads(networks.read_text())["runs"] == runs

        # And when that one is gone, what only runs were allowed is taken back
        del runs[str(os.getppid())]
        networks.write_text(json.dumps({"stack": ["10.0.0.0/8"], "runs": runs}))
        LocalStack(tmp_path).end_run()
        assert json.loads(networks.read_text()) == {"stack": ["10.0.0.0/8"], "runs": {}}


def test_the_doctor_finds_this_environment_in_order() -> None:
    found = {finding.check: finding for finding in examine()}
    assert found["Python"].verdict is Verdict.GOOD
    assert found["packages of the functions"].verdict is Verdict.GOOD
    assert all(finding.detail for finding in found.values())


def test_what_is_not_installed_is_said_with_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given an environment without a package of the functions
    find: Callable[..., object] = __import__("importlib.util", fromlist=["find_spec"]).find_spec
    monkeypatch.setattr(
        "newsdesk_cli.doctor.importlib.util.find_spec", lambda name: None if name == "lxml" else find(name)
    )
    # When
    found = {finding.check: finding for finding in examine()}
    # Then
    assert found["packages of the functions"].verdict is Verdict.DOUBTFUL
    assert found["packages of the functions"].detail == "without lxml: make environment"


def test_a_time_of_today_has_no_date() -> None:
    now = datetime(2026, 3, 14, 12, tzinfo=UTC)
    assert in_words(to_text(now + timedelta(minutes=5)), now).count("-") == 0


@pytest.mark.parametrize("print_line", [say, complain])
def test_a_line_in_a_pipe_stays_one_line(print_line: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> None:
    print_line("next: newsdesk query " + "word " * 60 + "end")
    assert capsys.readouterr().err.count("\n") == 1


def test_a_pipe_is_as_wide_as_columns_says_and_else_as_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert PrintableConsole(file=io.StringIO(), width=width_of(io.StringIO())).width == 120
    monkeypatch.setenv("COLUMNS", "72")
    assert PrintableConsole(file=io.StringIO(), width=width_of(io.StringIO())).width == 72


def test_a_list_of_articles_fits_and_cuts_nothing() -> None:
    # Given
    headline = "Harbour bridge reopens after fourteen months of repairs " * 3
    row = Row("a" * 26, 2, to_text(NOW), "2026-11-21T10:00:00Z", headline, "https://news.example/a", "created")
    # When
    lines = lines_of(listing_table([row]), width=80)
    # Then
    assert max(map(len, lines)) <= 80
    joined = " ".join(" ".join(line[30:] for line in lines).split())
    assert headline.strip() in joined
    assert row.article_id in joined
