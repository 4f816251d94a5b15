"""``newsdesk sources``, over AWS in moto, with discover's answers as it gives them.

Comes in: sources, and what discover says of a site. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.clock import to_text, utc_now
from newsdesk.sources import Poll, PollStatus, Source, SourceKind, SourceWarning, new_source, source_id_of, with_poll
from newsdesk_cli import lookup
from newsdesk_cli import sources as of_sources
from newsdesk_cli.app import app
from newsdesk_cli.console import PrintableConsole
from newsdesk_cli.source_view import sources_table
from newsdesk_cli.sources import SourceError
from newsdesk_cli.stack import Stack

SITE = "https://news.example"
FEED = f"{SITE}/feed.xml"
SITEMAP = f"{SITE}/sitemap.xml"


class Functions:
    """Lambda, as far as the commands ask for it."""

    def __init__(self) -> None:
        self.questions: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {}
        self.error: str | None = None

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert FunctionName == "discover"
        self.questions.append(json.loads(Payload))
        answer = {"Payload": io.BytesIO(json.dumps(self.answer).encode())}
        return {**answer, "FunctionError": self.error} if self.error else answer


@pytest.fixture
def functions() -> Functions:
    return Functions()


@pytest.fixture
def store(table: str, functions: Functions, monkeypatch: pytest.MonkeyPatch) -> DynamoSourceStore:
    stack = Stack("newsdesk", "us-east-1")
    vars(stack).update(outputs={"TableName": table, "DiscoverFunctionName": "discover"}, functions=functions)
    monkeypatch.setattr(lookup, "open_stack", lambda *_: stack)
    return DynamoSourceStore(table)


def run(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
    done = CliRunner().invoke(app, ["sources", *arguments, "--json"])
    assert done.exit_code == code, done.output
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def shown(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["sources", *arguments], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output


def known(url: str = FEED, **changes: Any) -> Source:
    return new_source(SourceKind.FEED, url, utc_now()).model_copy(update=changes)


FOUND = {
    "found": [
        {"url": FEED, "kind": "feed", "format": "rss", "found_by": "link", "title": "News", "items": 20},
        {"url": SITEMAP, "kind": "sitemap", "format": "news_sitemap", "found_by": "robots", "items": 300},
        {"url": f"{SITE}/old.xml", "kind": "feed", "found_by": "link", "error": "not_found: status 404"},
    ]
}


class TestAdd:
    def test_what_a_site_has_is_shown_and_added(self, store: DynamoSourceStore, functions: Functions) -> None:
        # Given
        functions.answer = FOUND
        # When
        options = ["--tag", "morning", "--include", "/news/", "--greatest-age", "0", "--country", "NL"]
        lines = run("add", f"{SITE}/", *options, "--yes")
        # Then what can be read there is a source, and due at once
        assert functions.questions == [{"find": f"{SITE}/"}]
        assert [line["url"] for line in lines if "added" in line] == [FEED, SITEMAP]
        added = store.get(source_id_of(FEED))
        assert added is not None
        assert (added.kind, added.tags, added.country) == ("feed", ("morning",), "NL")
        assert (added.filters.include, added.filters.greatest_age_days) == (("/news/",), None)
        assert added.due_at is not None
        assert store.get(source_id_of(f"{SITE}/old.xml")) is None

    def test_what_is_there_already_stays_as_it_is(self, store: DynamoSourceStore, functions: Functions) -> None:
        functions.answer = FOUND
        store.add(known(title="Ours"))
        lines = run("add", SITE, "--title", "Theirs", "--yes")
        assert {line["url"]: line["added"] for line in lines if "added" in line} == {FEED: False, SITEMAP: True}
        kept = store.get(source_id_of(FEED))
        assert kept is not None
        assert kept.title == "Ours"

    def test_a_dry_run_adds_nothing(self, store: DynamoSourceStore, functions: Functions) -> None:
        functions.answer = FOUND
        assert "news_sitemap" in shown("add", SITE, "--dry-run")
        assert store.page().sources == ()

    def test_a_front_page_is_added_only_when_that_is_said(self, store: DynamoSourceStore, functions: Functions) -> None:
        run("add", f"{SITE}/world", "--front-page", "--yes")
        assert functions.questions == []
        assert [source.kind for source in store.page().sources] == ["page"]

    def test_a_site_without_sources_is_a_failure(self, store: DynamoSourceStore, functions: Functions) -> None:
        functions.answer = {"found": []}
        assert run("add", SITE, "--yes", code=1) == []
        functions.answer = {"error": "robots_disallowed"}
        assert run("add", SITE, "--yes", code=1) == []

    def test_what_went_wrong_is_said_in_words(self, store: DynamoSourceStore, functions: Functions) -> None:
        functions.answer = {"error": "blocked_address: blocked_address: 127.0.0.1"}
        with pytest.raises(SourceError, match=r"not public \(127\.0\.0\.1\)\..*up --allow-network"):
            of_sources.ask(lookup.open_stack(None, None), {"try": FEED, "kind": "feed"})

    def test_a_field_that_may_not_be_so_is_refused(self, store: DynamoSourceStore, functions: Functions) -> None:
        functions.answer = FOUND
        for wrong in (["--include", "news"], ["--country", "Holland"], ["--priority", "urgent"]):
            run("add", SITE, *wrong, "--yes", code=1)
        assert store.page().sources == ()


class TestLook:
    def test_a_list_says_what_became_of_what_each_brought(self, store: DynamoSourceStore) -> None:
        # Given
        now = utc_now()
        poll = Poll(at=to_text(now), status=PollStatus.NEW, found=20, new=3)
        store.add(with_poll(known(), poll, found=20, submitted=40, last_new_at=to_text(now)))
        store.add(known(SITEMAP, warnings=(SourceWarning.SILENT,)))
        today = now.date()
        store.count(source_id_of(FEED), today.isoformat(), {"indexed": 7, "failed": 1, "rejected": 1})
        store.count(source_id_of(FEED), (today - timedelta(days=20)).isoformat(), {"indexed": 100})
        # When
        entries = {entry["url"]: entry for entry in run("list")}
        # Then
        entry = entries[FEED]
        assert (entry["found"], entry["new"], entry["indexed"], entry["refused"]) == (20, 40, 7, 2)
        assert entry["last_status"] == "new"
        assert [entry["url"] for entry in run("list", "--warned")] == [SITEMAP]
        assert run("list", "--paused") == []
        assert "warning: silent" in shown("list")

    def test_show_says_everything(self, store: DynamoSourceStore) -> None:
        store.add(known(habits={"weights": [0.5]}))
        store.count(source_id_of(FEED), utc_now().date().isoformat(), {"indexed": 7, "no_date": 7})
        (facts,) = run("show", FEED)
        assert facts["yield"]["recent"] == {
            "ended": 7,
            "indexed": 7,
            "good": 1.0,
            "no_date": 1.0,
            "no_author": 0.0,
            "leak": 0.0,
        }
        assert facts["filters"]["most_items_a_day"] == 1000

    def test_show_says_it_in_words(self, store: DynamoSourceStore) -> None:
        # Given
        now = utc_now()
        poll = Poll(at=to_text(now), status=PollStatus.NEW, found=20, new=3)
        store.add(with_poll(known(tags=("morning",), last_new_at=to_text(now)), poll, found=20, submitted=40))
        store.count(source_id_of(FEED), now.date().isoformat(), {"indexed": 7, "no_date": 7})
        # When
        text = shown("show", source_id_of(FEED))
        # Then
        assert source_id_of(FEED) in text
        assert "morning" in text
        assert "3 new of 20" in text
        assert "100% of 7 are articles" in text
        assert "7 without a date" in text
        assert not set("[]{}'_") & set(text)  # no values of the program

    def test_lists_fit_eighty_columns(self, store: DynamoSourceStore) -> None:
        store.add(known(title="Morning paper", warnings=(SourceWarning.SILENT, SourceWarning.DATES_LOST)))
        printed = io.StringIO()
        console = PrintableConsole(file=printed, width=80, color_system=None)
        entries = [of_sources.known(store, source, utc_now()) for source in store.page().sources]
        console.print(sources_table(entries, utc_now()))
        assert max(map(len, printed.getvalue().splitlines())) <= 80
        for word in (FEED, source_id_of(FEED), "Morning paper", "warning: silent, dates lost", "indexed", "refused"):
            assert word in printed.getvalue()

    def test_what_is_no_source_is_a_failure(self, store: DynamoSourceStore) -> None:
        for subject in (FEED, source_id_of(FEED), "nonsense"):
            run("show", subject, code=1)

    def test_a_test_shows_what_would_be_submitted(self, store: DynamoSourceStore, functions: Functions) -> None:
        functions.answer = {
            "url": FEED,
            "kind": "feed",
            "chosen": {"new": 1, "too_old": 1},
            "items_shown": [
                {"url": f"{SITE}/1", "title": "[red]First", "published": "2026-03-14T09:00:00Z", "choice": "new"},
                {"url": f"{SITE}/2", "choice": "too_old"},
            ],
            "warnings": ["broken"],
            "further": [],
        }
        text = shown("test", FEED)
        assert functions.questions == [{"try": FEED, "kind": "feed"}]
        assert "[red]First" in text
        assert "1 new, 1 too old" in text
        assert store.page().sources == ()


class TestChange:
    def test_a_source_is_paused_and_resumed(self, store: DynamoSourceStore) -> None:
        store.add(known())
        assert run("pause", FEED)[0]["state"] == "paused"
        assert [entry["paused_reason"] for entry in run("list", "--paused")] == ["operator"]
        assert run("resume", source_id_of(FEED))[0]["state"] == "active"
        resumed = store.get(source_id_of(FEED))
        assert resumed is not None
        assert resumed.due_at is not None

    def test_a_source_is_removed_after_asking(self, store: DynamoSourceStore) -> None:
        store.add(known())
        run("remove", FEED, code=2)
        assert run("remove", FEED, "--yes")[0]["removed"] is True
        assert store.page().sources == ()


class TestLists:
    def test_what_a_feed_reader_exports_is_added_with_its_folders(
        self, store: DynamoSourceStore, tmp_path: Path
    ) -> None:
        # Given
        file = tmp_path / "subscriptions.opml"
        file.write_text(
            f"""<opml version="2.0"><body><outline text="Morning"><outline type="rss" text="News" xmlUrl="{FEED}"/>
            <outline type="rss" text="Again" xmlUrl="{FEED}"/></outline>
            <outline type="rss" text="Wrong" xmlUrl="nowhere"/></body></opml>"""
        )
        # When
        assert run("import", str(file), "--dry-run") != []
        assert store.page().sources == ()
        lines = run("import", str(file), "--tag", "ours", "--yes")
        # Then
        assert [line["url"] for line in lines] == [FEED]
        [added] = store.page().sources
        assert (added.title, added.tags) == ("News", ("ours", "Morning"))

    def test_what_is_exported_can_be_imported(self, store: DynamoSourceStore, tmp_path: Path) -> None:
        store.add(known(title="News & more", tags=("morning",)))
        file = tmp_path / "sources.opml"
        shown("export", "--out", str(file))
        store.remove(source_id_of(FEED))
        run("import", str(file), "--yes")
        [added] = store.page().sources
        assert (added.url, added.title, added.tags) == (FEED, "News & more", ("morning",))
        assert run("export")[0]["url"] == FEED

    def test_a_file_without_feeds_is_a_failure(self, store: DynamoSourceStore, tmp_path: Path) -> None:
        file = tmp_path / "nothing.opml"
        file.write_text("<opml><body/></opml>")
        run("import", str(file), "--yes", code=1)
        assert store.page().sources == ()
