"""``newsdesk list``, ``tail``, ``forget-host`` and ``embed``, over AWS in moto.

Comes in: committed articles, their changes, a host that was crawled. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from harness import aws
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.articles import Stage
from newsdesk.contracts import ArticleChanged, changes_key, vector_key
from newsdesk.hosts import HostProfile, ProfilePage, SiteRules
from newsdesk_cli import lookup
from newsdesk_cli.app import app
from newsdesk_cli.errors import CommandError
from newsdesk_cli.stack import Stack
from tests.examples import NOW, at_stage, id_of, key_of

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 14, 9, tzinfo=UTC)


@pytest.fixture
def stack(table: str, bucket: str, queues: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack with three committed articles, and one in flight."""
    stack = Stack("newsdesk", "us-east-1")
    resources = {"EmbedQueue": queues["index"]}
    vars(stack).update(outputs={"TableName": table, "BucketName": bucket}, resources=resources, parameters={})
    monkeypatch.setattr(lookup, "open_stack", lambda *_: stack)
    store = DynamoArticleStore(table)
    for number in range(3):
        store.save(at_stage(Stage.REST, number, now=NOW + number * HOUR).model_copy(update={"version": 1}))
    store.save(at_stage(Stage.FETCH, 3).model_copy(update={"version": 1}))
    return stack


def run(*arguments: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def change(number: int, committed: datetime, revision: int = 1, **changes: Any) -> ArticleChanged:
    fields: dict[str, Any] = {
        "change_id": f"{id_of(number)}-{revision}",
        "change_type": "created",
        "article_id": id_of(number),
        "revision": revision,
        "url": f"https://news.example/{number}",
        "host": "news.example",
        "headline": f"Story {number}",
        "committed_at": committed.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }
    return ArticleChanged(**fields | changes)


def put(sequence: int, *changes: ArticleChanged) -> None:
    happened = datetime.fromisoformat(changes[0].committed_at)
    body = "".join(f"{entry.to_json()}\n" for entry in changes)
    aws.put_object(changes_key(happened, f"{sequence:040d}-{sequence:040d}"), body.encode())


class TestList:
    def test_a_hosts_articles_come_latest_first(self, stack: Stack) -> None:
        assert [row["article_id"] for row in run("list", "--host", "news.example")] == [id_of(2), id_of(1), id_of(0)]

    def test_a_hosts_articles_of_a_time(self, stack: Stack) -> None:
        since = f"{NOW + HOUR - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
        rows = run("list", "--host", "news.example", "--since", since, "--limit", "1")
        assert [row["article_id"] for row in rows] == [id_of(2)]
        assert run("list", "--host", "news.example", "--since", "2027-01-01") == []

    def test_a_days_articles(self, stack: Stack) -> None:
        rows = run("list", "--day", "2026-03-14")
        assert {row["article_id"] for row in rows} == {id_of(0), id_of(1), id_of(2)}
        assert run("list", "--day", "2026-03-15") == []

    def test_what_changed_in_a_time(self, stack: Stack) -> None:
        put(1, change(0, START), change(1, START + 2 * HOUR))
        put(2, change(2, START + 3 * HOUR))
        rows = run("list", "--since", "2026-03-14T10:00:00Z", "--until", "2026-03-14T11:59:59Z")
        assert [(row["article_id"], row["change_type"]) for row in rows] == [(id_of(1), "created")]

    def test_without_options_the_latest_changes_come(self, stack: Stack) -> None:
        assert run("list") == []
        put(1, change(0, START), change(1, START + 2 * HOUR))
        put(2, change(2, START + 3 * HOUR))
        assert [row["article_id"] for row in run("list", "--limit", "2")] == [id_of(2), id_of(1)]
        assert len(run("list")) == 3

    def test_it_prints_nothing_that_a_terminal_obeys(self, stack: Stack) -> None:
        put(1, change(0, START, headline="\x1b[2J[red]Gone"))
        done = CliRunner().invoke(app, ["list", "--since", "2026-03-14"])
        assert "\x1b[2J" not in done.stdout
        assert "[red]" in done.stdout

    @pytest.mark.parametrize(
        ("arguments", "example"),
        [
            (["list", "--since", "yesterday"], "2026-11-30T09:00:00Z"),
            (["list", "--day", "2026-13-01"], "2026-11-30"),
            (["search", "harbour", "--since", "2026-13-01"], "2026-11-30"),
            (["compact", "--until", "soon"], "2026-11-30T09:00:00Z"),
            (["restore", "--objects-as-of", "14:00"], "2026-11-30T09:00:00Z"),
        ],
    )
    def test_what_is_no_time_is_refused_with_an_example(self, stack: Stack, arguments: list[str], example: str) -> None:
        done = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
        assert done.exit_code == 2
        assert arguments[-1] in done.stderr
        assert example in done.stderr
        assert "Value error" not in done.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--host", "x", "--day", "2026-03-14"],
            ["--day", "2026-03-14", "--since", "2026-03-14"],
            ["--until", "2026-03-14"],
        ],
    )
    def test_bad_usage(self, arguments: list[str]) -> None:
        assert CliRunner().invoke(app, ["list", *arguments]).exit_code == 2


class TestTail:
    def test_it_prints_what_there_is_and_ends_when_it_is_told(self, stack: Stack) -> None:
        put(1, change(0, START), change(1, START, host="other.example"))
        arguments = ["tail", "--since", "2026-03-14", "--for", "0", "--host", "news.example"]
        assert [line["articleId"] for line in run(*arguments)] == [id_of(0)]
        assert "Story 0" in CliRunner().invoke(app, arguments).stdout


class TestForgetHost:
    def test_rules_pace_and_profile_are_deleted(self, stack: Stack) -> None:
        # Given a host that was crawled over https, and another one
        hosts = stack.hosts
        for host in ("news.example", "other.example"):
            hosts.reserve(host, NOW, 2.0, 5.0)
            hosts.save_rules(f"https://{host}", SiteRules(read_at=NOW, fresh_until=NOW + HOUR))
            hosts.add_page(host, ProfilePage.of(id_of(), NOW, [1]), HostProfile())
        # When
        trial = run("forget-host", "news.example", "--dry-run")
        done = [run("forget-host", "news.example", "--yes") for _ in range(2)]
        # Then
        assert trial == [{"rules of": "https://news.example", "pages in its profile": 1}]
        assert done == [[{"items deleted": 3}], [{"items deleted": 0}]]
        left = boto3.client("dynamodb").scan(TableName=aws.TABLE)["Items"]
        kept = [item["pk"]["S"] for item in left if item["pk"]["S"].startswith("host#")]
        assert sorted(kept) == ["host#https://other.example", "host#other.example", "host#other.example"]

    def test_the_sites_at_all_ports_that_are_allowed_are_forgotten(self, stack: Stack) -> None:
        vars(stack)["parameters"] = {"AllowedPorts": "443,8080"}
        stack.hosts.save_rules("http://news.example:8080", SiteRules(read_at=NOW, fresh_until=NOW + HOUR))
        assert run("forget-host", "news.example", "--yes") == [{"items deleted": 1}]


class TestEmbed:
    def test_vectors_that_are_missing_are_asked_for(self, stack: Stack, queues: dict[str, str]) -> None:
        # Given one article with its vector, and two without
        aws.put_object(vector_key(key_of(at_stage(Stage.REST, 0, now=NOW))), b"{}")
        # When
        trial = run("embed", "--all", "--dry-run")
        done = run("embed", "--all", "--yes", "--rate", "1000")
        # Then embed gets what an event would have brought it
        assert trial == [{"to ask for": 2, "present": 1, "without a current revision": 0}]
        assert done == [{"asked for": 2, "present": 1, "without a current revision": 0}]
        asked = [ArticleChanged.model_validate(body["detail"]) for body in aws.drain(queues["index"])]
        assert {(entry.article_id, entry.previous_revision) for entry in asked} == {(id_of(1), None), (id_of(2), None)}

    def test_a_stack_without_embeddings_says_so(self, stack: Stack) -> None:
        vars(stack)["resources"] = {}
        done = CliRunner().invoke(app, ["embed", "--all", "--yes"])
        assert isinstance(done.exception, CommandError)


def test_a_dry_run_of_unlink_says_what_the_cluster_is_part_of_and_parts_nothing(stack: Stack) -> None:
    # Given two clusters that are one
    lower, higher = sorted((id_of(7), id_of(8)))
    stack.store.unite([lower, higher])

    # When somebody asks what parting them would do
    done = CliRunner().invoke(app, ["unlink", higher, "--dry-run"])

    # Then that is said, and they are one still
    assert done.exit_code == 0
    assert lower in done.output
    assert stack.store.cluster_roots([higher]) == {higher: lower}


@pytest.mark.parametrize("name", ["redrive", "reprocess", "takedown", "retell", "embed", "forget-host", "restore"])
def test_what_changes_a_stack_can_be_tried_agreed_to_and_read_by_programs(name: str) -> None:
    answer = CliRunner().invoke(app, [name, "--help"])
    assert {"--dry-run", "--yes", "--json"} <= set(answer.stdout.split())
