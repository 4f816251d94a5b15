"""Case 95: nothing that comes from outside steers the operator's terminal, or is stored where it could.

The number is that of ``docs/hostile-cases.md``.
"""

from __future__ import annotations

import io
import json

import pytest
from rich.table import Table
from rich.text import Text

from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryObjectStore, RecordingSender
from newsdesk.articles import lifecycle
from newsdesk.contracts import Reason
from newsdesk.runtime import Worker
from newsdesk.web import header_signals, host_signals, page_signals
from newsdesk_cli import console
from newsdesk_cli.console import PrintableConsole, escaped_json
from newsdesk_cli.ingestion import Result
from newsdesk_cli.rendering import results_table
from submitter.stage import SubmitStage
from tests.examples import NOW, TIMEOUTS, new_state

CLEAR_SCREEN = "\x1b[2J"
TITLE = "\x1b]0;owned\x07"
ATTACK = f"{CLEAR_SCREEN}{TITLE}\x9b31m\u202egnp.exe\u2066\U000e0041\r"
OBEYED = frozenset("\x1b\x07\x9b\r\u202e\u2066\U000e0041")


def steers(text: str) -> bool:
    return bool(OBEYED & set(text))


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
def test_case_95_the_console_prints_nothing_that_a_terminal_obeys(is_terminal: bool) -> None:
    # Given texts of strangers in everything that a command prints
    printed = io.StringIO()
    out = PrintableConsole(file=printed, force_terminal=is_terminal, width=400, color_system=None)
    table = Table()
    table.add_column(ATTACK)
    table.add_row(Text(ATTACK, style="bold"))
    result = Result(f"https://news.example/{ATTACK}", "failed", "content_type", detail=ATTACK, headline=ATTACK)
    for renderable in (ATTACK, Text(ATTACK), table, results_table([(result, None)])):
        out.print(renderable, markup=False)

    # Then the texts are there, and nothing in them is obeyed
    assert printed.getvalue().count("gnp.exe") >= 4
    assert not steers(printed.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", ""))


def test_case_95_what_commands_say_goes_through_that_console(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(console.out, PrintableConsole)
    assert isinstance(console.err, PrintableConsole)
    console.print_facts({"tags": ATTACK, "detail": ATTACK}, as_json=True)
    printed = capsys.readouterr().out
    assert not steers(printed)
    assert json.loads(printed) == {"tags": ATTACK, "detail": ATTACK}


def test_case_95_json_keeps_its_meaning_and_its_line() -> None:
    line = Result(f"https://news.example/{ATTACK}", "indexed", headline="Ünïcode ‘quoted’ \u200d" + ATTACK).line()
    assert not steers(line)
    assert json.loads(line)["headline"].endswith(ATTACK)
    assert escaped_json('{"a": "é"}\n') == '{"a": "é"}\n'


def test_case_95_a_submission_is_recorded_without_controls() -> None:
    # Given submissions with controls in every field, of a URL that is taken and of one that is refused
    store = InMemoryArticleStore()
    stage = SubmitStage(Worker(store, RecordingSender(), FakeClock(), TIMEOUTS), InMemoryObjectStore())
    for number, url in enumerate((f"https://news.example/\x9b{CLEAR_SCREEN[1:]}", f"https://news.example/{ATTACK}")):
        fields = {"url": url, "tags": [f"a{CLEAR_SCREEN}b"], "correlationId": ATTACK, "discovery": ATTACK}
        stage.handle(json.dumps(fields), f"m-{number}")

    # Then nothing of them is stored
    records = list(store.submitted.values())
    assert [record.outcome for record in records] == [None, "rejected:invalid_url"]
    for record in records:
        assert "\x1b" not in record.model_dump_json()
        assert not {"\x1b", "\x07", "\x9b", "\r"} & set("".join([record.url, *record.tags, record.discovery or ""]))
        assert record.tags == ("a[2Jb",)
    assert [stage.handle(json.dumps({**fields, "url": url}), "m-1") for _ in range(2)] == ["rejected", "rejected"]
    assert len(store.submitted) == 2


def test_case_95_signals_are_recorded_without_controls() -> None:
    signals = (
        *header_signals((("X-Robots-Tag", f"noindex, {ATTACK}"), ("tdm-policy", ATTACK)), "newsdeskbot"),
        *page_signals((("robots", f"noai,{ATTACK}"), ("tdm-policy", ATTACK)), "newsdeskbot"),
        *host_signals((f"Content-Signal: search=no{ATTACK}", f"DisallowAITraining: /{ATTACK}")),
    )
    assert len(signals) >= 6
    assert not {"\x1b", "\x07", "\x9b", "\r"} & set("".join(signal.value for signal in signals))


def test_case_95_a_detail_is_recorded_without_controls() -> None:
    failed, records = lifecycle.failed(new_state(), Reason.CONTENT_TYPE, NOW, TIMEOUTS, detail=f"is {ATTACK}")
    later = lifecycle.retry_scheduled(new_state(), NOW, 60.0, ATTACK)
    written = [failed.last_detail, later.last_detail, *(getattr(record, "detail", None) for record in records)]
    assert len([detail for detail in written if detail]) >= 2
    assert not {"\x1b", "\x07", "\x9b", "\r"} & set("".join(detail or "" for detail in written))
