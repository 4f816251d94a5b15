"""``newsdesk takedown``: an article followed object by object, over the whole pipeline on AWS in moto.

Comes in: a real server on loopback, and a deployment in one process. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from compactor.parquet import ParquetWriter
from compactor.stage import CompactStage
from harness import aws
from harness.fakes import RecordingCompactionSender
from newsdesk.adapters.datasets import S3PartStore
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.articles import ArticleState, Stage
from newsdesk.articles.lifecycle import SETTLING_SECONDS, InvalidTransitionError, next_run, taken_down
from newsdesk.clock import from_text
from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError
from newsdesk.hosts import HostProfile, ProfilePage
from newsdesk.reader.tables import open_tables
from newsdesk_cli import lookup
from newsdesk_cli.app import app
from newsdesk_cli.errors import CommandError
from newsdesk_cli.rendering import absence
from newsdesk_cli.stack import Stack
from newsdesk_cli.takedown import Done, Order, carry_out, find_targets, lift_all
from tests.examples import NOW, TIMEOUTS, at_stage, id_of
from tests.faults.world import World
from tests.functional.misbehaving_server import MisbehavingServer, answer, redirect
from tests.pipeline import page

PATH = "/2026/03/14/harbour-bridge-reopens"
OTHER = "/2026/03/14/swimming-pool-closes"
SWIMMING = tuple(f"The council voted on Monday, in session number {n}, to close the swimming pool." for n in range(4))
ORDER = Order("court order")
ERASURE = Order("court order", erases=True)


@pytest.fixture
def world(cloud: None, monkeypatch: pytest.MonkeyPatch, server: MisbehavingServer) -> World:
    """A deployment whose S3 has its clock."""
    deployment = World(monkeypatch)
    monkeypatch.setattr("moto.s3.models.utcnow", lambda: deployment.clock.now.replace(tzinfo=None))
    server.on(PATH, answer(page()))
    return deployment


@pytest.fixture
def stack(world: World) -> Stack:
    stack = Stack("newsdesk-test", "us-east-1")
    vars(stack).update(outputs={"TableName": aws.TABLE, "BucketName": aws.BUCKET}, store=world.pipeline.store)
    return stack


@pytest.fixture
def url(world: World, server: MisbehavingServer) -> str:
    """The URL of an indexed article."""
    address = server.url(PATH)
    world.submit(address, "submission-1")
    world.run()
    assert known(world, address).current is not None
    return address


def known(world: World, url: str) -> ArticleState:
    state = world.state(url)
    assert state is not None
    return state


def execute(
    world: World,
    stack: Stack,
    subject: str | None,
    order: Order = ORDER,
    host: str | None = None,
    wait: float = 0,
    meanwhile: Callable[[], object] = lambda: None,
    say: Callable[[str], None] = lambda _: None,
) -> Done:
    def sleep(seconds: float) -> None:
        world.clock.advance(seconds)
        meanwhile()

    targets = find_targets(stack, subject, host)
    return carry_out(stack, targets, order, wait_seconds=wait, say=say, clock=world.clock, sleep=sleep)


def feed() -> list[dict[str, Any]]:
    return [json.loads(line) for key in aws.keys_in_bucket("changes/") for line in aws.read_object(key).splitlines()]


def items(article_id: str) -> list[dict[str, Any]]:
    client = boto3.client("dynamodb")
    every = [item for table in (aws.TABLE, aws.BAND_TABLE) for item in client.scan(TableName=table)["Items"]]
    return [item for item in every if article_id in json.dumps(item, default=str)]


def versions() -> list[str]:
    answer = boto3.client("s3").list_object_versions(Bucket=aws.BUCKET)
    return sorted(entry["Key"] for entry in [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])])


def outcome_of(world: World, submission_id: str) -> str | None:
    record = world.pipeline.store.submission(submission_id)
    assert record is not None
    return str(record.outcome)


class TestTakedown:
    def test_an_article_is_retracted_at_once_and_taken_no_more(self, world: World, stack: Stack, url: str) -> None:
        # Given
        article_id = known(world, url).article_id

        # When it is taken down, twice
        done = [execute(world, stack, url), execute(world, stack, article_id)]
        world.run()

        # Then it is in no list, readers get a retraction with its reason, and the objects stay
        assert [result.taken_down for result in done] == [1, 0]
        state = known(world, url)
        assert (state.current, state.due_at) == (None, None)
        assert [change["changeType"] for change in feed()] == ["created", "retracted"]
        assert (feed()[1]["reason"], "isErased" in feed()[1], "headline" in feed()[0]) == ("taken_down", False, True)
        assert aws.keys_in_bucket("articles/")
        assert "court order" not in json.dumps(feed())
        assert "was taken down on" in absence(url, state)
        whole_time = (world.clock() - timedelta(days=1), world.clock() + timedelta(days=1))
        assert stack.store.by_host("127.0.0.1", *whole_time).listings == ()
        assert not [item for item in items(article_id) if item["pk"]["S"].startswith("band#")]

        # And a submission of its URL is refused, and nothing is fetched
        world.submit(url, "submission-2")
        world.run()
        assert outcome_of(world, "submission-2") == "rejected:taken_down"
        assert known(world, url).stage is Stage.REST

    @pytest.mark.parametrize("stage", [Stage.FETCH, Stage.EXTRACT, Stage.ENRICH, Stage.INDEX])
    def test_an_article_in_flight_loses(
        self, world: World, stack: Stack, server: MisbehavingServer, stage: Stage
    ) -> None:
        # Given a run that has reached a stage, whose message waits
        url = server.url(PATH)
        world.submit(url, "submission-1")
        for _ in range(20):
            state = world.state(url)
            if state is not None and state.stage is stage:
                break
            deliver_once(world, state)
        assert known(world, url).stage is stage

        # When it is taken down
        execute(world, stack, url)
        world.run()

        # Then the run ends there, and nothing is ever announced
        assert known(world, url).last_outcome == "removed"
        assert feed() == []
        record = world.pipeline.store.outcome(known(world, url).article_id, 1)
        assert (record.outcome, record.submissions) == ("removed", ("submission-1",))

    def test_a_url_can_be_taken_down_before_it_comes(
        self, world: World, stack: Stack, server: MisbehavingServer
    ) -> None:
        execute(world, stack, server.url(PATH))
        world.submit(server.url(PATH), "submission-1")
        world.run()
        assert outcome_of(world, "submission-1") == "rejected:taken_down"
        assert aws.keys_in_bucket() == []

    def test_a_redirect_to_it_ends_as_its_duplicate(
        self, world: World, stack: Stack, server: MisbehavingServer, url: str
    ) -> None:
        # Given
        execute(world, stack, url)
        server.on("/short", redirect(PATH))
        # When
        world.submit(server.url("/short"), "submission-2")
        world.run()
        # Then
        assert known(world, server.url("/short")).last_outcome == "duplicate"
        assert known(world, url).takedown is not None

    def test_a_url_that_leads_to_it_means_both(
        self, world: World, stack: Stack, server: MisbehavingServer, url: str
    ) -> None:
        # Given
        server.on("/short", redirect(PATH))
        world.submit(server.url("/short"), "submission-2")
        world.run()
        # When
        done = execute(world, stack, server.url("/short"))
        # Then
        assert done.taken_down == 2
        assert known(world, url).takedown is not None

    def test_what_is_lifted_can_be_submitted_again(self, world: World, stack: Stack, url: str) -> None:
        # Given
        execute(world, stack, url)
        # When
        lifted = [lift_all(stack, find_targets(stack, url, None)) for _ in range(2)]
        world.submit(url, "submission-2")
        world.run()
        # Then
        assert lifted == [1, 0]
        assert [change["changeType"] for change in feed()] == ["created", "retracted", "created"]

    def test_no_step_leads_out_of_a_takedown(self) -> None:
        state, _ = taken_down(at_stage(Stage.REST), "court order", NOW)
        with pytest.raises(InvalidTransitionError):
            next_run(state, NOW, TIMEOUTS)


@pytest.mark.slow
class TestErasure:
    def test_nothing_of_the_article_is_left(
        self, world: World, stack: Stack, server: MisbehavingServer, url: str
    ) -> None:
        # Given two articles in a bucket that keeps versions, and two revisions of one of them
        boto3.client("s3").put_bucket_versioning(Bucket=aws.BUCKET, VersioningConfiguration={"Status": "Enabled"})
        server.on(OTHER, answer(page(*SWIMMING)))
        world.submit(server.url(OTHER), "submission-2")
        server.on(PATH, answer(page(*SWIMMING[:2], *(f"On day {n} the bridge was closed again." for n in range(5)))))
        world.submit(url, "submission-3")
        world.run()
        article_id, other_id = known(world, url).article_id, known(world, server.url(OTHER)).article_id
        capture = aws.keys_in_bucket(f"raw/v1/127.0.0.1/{article_id}/")[0]
        boto3.client("s3").delete_object(Bucket=aws.BUCKET, Key=capture)
        aws.put_object(f"vectors/v1/date=2026-03-14/{article_id}/1-abc.json", b"{}")
        before = [key for key in versions() if other_id in key]
        hosts = DynamoHostStore(aws.TABLE)
        for identifier in (article_id, other_id):
            hosts.add_page("127.0.0.1", ProfilePage.of(identifier, NOW, [1, 2]), HostProfile())

        # When it is erased
        done = execute(world, stack, url, ERASURE, wait=60, meanwhile=world.run)

        # Then there is no version of any object of it, and all of the other's are there
        assert done.erasure is not None
        assert (done.erasure.done, done.erasure.waiting) == ([article_id], {})
        assert [key for key in versions() if article_id in key] == []
        assert [key for key in versions() if other_id in key] == before

        # And its lines in the feed say that it was and is no more; the other's are as they were
        lines = [change for change in feed() if change["articleId"] == article_id]
        assert [change["changeType"] for change in lines] == ["created", "updated", "retracted"]
        assert not any("headline" in change or "datePublished" in change for change in lines)
        assert lines[-1]["isErased"] is True
        assert [change["headline"] for change in feed() if change["articleId"] == other_id] == [
            "Harbour bridge reopens"
        ]
        assert len(versions()) == len(set(versions()))

        # And no item of the table has its headline, its bands or its fingerprints; nothing is told twice
        assert not any("headline" in item or item["pk"]["S"].startswith("band#") for item in items(article_id))
        assert [entry.article for entry in hosts.profile("127.0.0.1").pages] == [other_id[:8]]
        world.run()
        assert len([change for change in feed() if change["articleId"] == article_id]) == 3
        assert known(world, url).takedown is not None
        assert known(world, url).takedown.erased_at is not None  # type: ignore[union-attr]

        # And once more it finds nothing to do
        again = execute(world, stack, url, ERASURE)
        assert (again.taken_down, again.erasure and again.erasure.objects) == (0, 0)

    def test_an_article_that_was_only_taken_down_can_be_erased_later(
        self, world: World, stack: Stack, url: str
    ) -> None:
        execute(world, stack, url)
        world.run()
        done = execute(world, stack, url, ERASURE, wait=60, meanwhile=world.run)
        assert done.erasure is not None
        assert len(done.erasure.done) == 1
        assert [change.get("isErased") for change in feed()] == [None, None, True]

    def test_it_waits_until_publish_has_told_of_it(self, world: World, stack: Stack, url: str) -> None:
        # Given a publish function that is behind
        done = execute(world, stack, url, ERASURE)
        # Then it is said, and the next command ends it
        assert done.erasure is not None
        assert list(done.erasure.waiting.values()) == ["publish has not told of the takedown yet"]
        world.run()
        again = execute(world, stack, url, ERASURE)
        assert again.erasure is not None
        assert len(again.erasure.done) == 1

    def test_what_a_worker_writes_behind_the_takedown_is_deleted(
        self, world: World, stack: Stack, server: MisbehavingServer
    ) -> None:
        # Given an article in flight, and a worker that writes its object after it has lost
        url = server.url(PATH)
        world.submit(url, "submission-1")
        while known_or_none(world, url) != Stage.ENRICH:
            deliver_once(world, world.state(url))
        article_id = known(world, url).article_id
        late = f"articles/v1/date={known(world, url).first_seen[:10]}/{article_id}/1-late.json"

        # When it is erased
        first = execute(world, stack, url, ERASURE)
        aws.put_object(late, b"{}")
        second = execute(world, stack, url, ERASURE, wait=SETTLING_SECONDS + 30)

        # Then the command waits for as long as a worker may be at it
        assert first.erasure is not None
        assert "a worker may be at it" in first.erasure.waiting[article_id]
        assert second.erasure is not None
        assert second.erasure.done == [article_id]
        assert not any(article_id in key for key in versions())

    def test_what_led_to_it_keeps_no_capture_of_it(
        self, world: World, stack: Stack, server: MisbehavingServer, url: str
    ) -> None:
        # Given another URL of the same text, which a canonical link led from, with its capture
        link = f'<link rel="canonical" href="{url}">'
        server.on(PATH + "/print", answer(page(head=link)))
        world.submit(server.url(PATH + "/print"), "submission-2")
        world.run()
        copy = known(world, server.url(PATH + "/print"))
        assert copy.duplicate_of == known(world, url).article_id
        assert any(copy.article_id in key for key in versions())
        # When
        execute(world, stack, url, ERASURE, wait=60, meanwhile=world.run)
        # Then
        assert not any(copy.article_id in key for key in versions())

    def test_a_record_that_publish_keeps_stops_it(self, world: World, stack: Stack, url: str) -> None:
        aws.put_object("unreadable/v1/1.json", known(world, url).article_id.encode())
        with pytest.raises(CommandError, match="newsdesk retell"):
            execute(world, stack, url, ERASURE)

    def test_what_it_waits_for_is_said_once(self, world: World, stack: Stack, url: str) -> None:
        # Given an article whose retraction is not published, When it is erased, Then four looks are one line
        said: list[str] = []
        execute(world, stack, url, ERASURE, wait=20, say=said.append)
        assert said == ["not erased yet: 1; publish has not told of the takedown yet"]

    def test_an_object_of_the_feed_that_is_spoilt_is_named(self, world: World, stack: Stack, url: str) -> None:
        # Given
        spoilt = aws.keys_in_bucket("changes/")[0]
        aws.put_object(spoilt, b"spoilt")
        # When / Then
        with pytest.raises(CommandError, match=spoilt):
            execute(world, stack, url, ERASURE)


@pytest.mark.slow
class TestHosts:
    def test_a_host_is_taken_down_with_what_it_will_publish(
        self, world: World, stack: Stack, server: MisbehavingServer, url: str
    ) -> None:
        # Given an indexed article, one that failed, and the host of both
        world.submit(server.url("/missing"), "submission-2")
        world.run()
        # When
        done = execute(world, stack, None, host="127.0.0.1")
        # Then
        assert (done.taken_down, done.articles) == (2, 2)
        assert known(world, url).takedown is not None
        assert stack.hosts.is_taken_down("127.0.0.1")
        assert find_targets(stack, None, "127.0.0.1").facts()["taken down already"] == 2
        lift_all(stack, find_targets(stack, None, "127.0.0.1"))
        assert not stack.hosts.is_taken_down("127.0.0.1")
        assert known(world, url).takedown is None

    def test_no_slot_of_a_host_that_was_taken_down_is_handed_out(self, table: str) -> None:
        # Given a host that was asked before, and one that never was
        hosts = DynamoHostStore(table)
        hosts.reserve("news.example", NOW, 2.0, 5.0)
        # When
        for host in ("news.example", "new.example"):
            hosts.take_down(host, NOW)
        hosts.back_off("news.example", NOW, None, 0.5)
        # Then neither is asked, also when what is kept of hosts has expired, until it is let in again
        for host in ("news.example", "new.example"):
            with pytest.raises(PermanentError) as refusal:
                hosts.reserve(host, NOW + timedelta(days=99), 2.0, 5.0)
            assert refusal.value.reason is Reason.TAKEN_DOWN
            assert hosts.forget(host, ["https://" + host]) == 0
            hosts.readmit(host, NOW)
            assert hosts.reserve(host, NOW + timedelta(days=99), 2.0, 5.0).granted
        assert not any("expires_at" not in item for item in items("host#"))

    def test_a_page_of_a_host_that_was_taken_down_is_rejected(self) -> None:
        from harness.fakes import InMemoryHostStore
        from tests.pipeline import Pipeline

        class Barred(InMemoryHostStore):
            def reserve(self, *_: Any, **__: Any) -> Any:
                raise PermanentError(Reason.TAKEN_DOWN, "news.example")

        pipeline = Pipeline(hosts=Barred())
        assert pipeline.ingest("https://news.example/a") == ["rejected"]
        assert pipeline.state("https://news.example/a").last_outcome == "rejected:taken_down"


class TestCommand:
    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["--reason", "x"],
            [id_of()],
            [id_of(), "--host", "news.example", "--reason", "x"],
            [id_of(), "--lift", "--erase"],
            [id_of(), "--lift", "--reason", "x"],
        ],
    )
    def test_bad_usage(self, arguments: list[str]) -> None:
        assert CliRunner().invoke(app, ["takedown", *arguments]).exit_code == 2

    def test_a_dry_run_changes_nothing_and_the_command_says_what_waits(
        self, world: World, stack: Stack, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given
        monkeypatch.setattr(lookup, "open_stack", lambda *_: stack)
        arguments = ["takedown", url, "--reason", "court order", "--json"]
        # When
        trial = CliRunner().invoke(app, [*arguments, "--dry-run"])
        untouched = known(world, url)
        done = CliRunner().invoke(app, [*arguments, "--erase", "--yes", "--wait", "0"])
        # Then
        assert json.loads(trial.stdout)["committed"] == 1
        assert untouched.takedown is None
        assert done.exit_code == 3
        assert list(json.loads(done.stdout)["not erased yet"]) == [untouched.article_id]
        assert from_text(known(world, url).takedown.taken_down_at)  # type: ignore[union-attr]


def known_or_none(world: World, url: str) -> Stage | None:
    state = world.state(url)
    return state.stage if state else None


def deliver_once(world: World, state: ArticleState | None) -> None:
    """Let the stage that an article stands at work, and none behind it."""
    if state is None:
        identifier, body, _ = world.intake.popleft()
        world._submit(body, identifier)
    else:
        world._deliver_queue(world.queues[state.stage.value])


class CompactOnLambda:
    """Lambda, with the function compact and nothing else."""

    def __init__(self, tmp_path: Path) -> None:
        self.sender = RecordingCompactionSender()
        self.folder = tmp_path
        write = ParquetWriter(256).write
        self.stage = CompactStage(S3PartStore(aws.BUCKET), S3ObjectStore(aws.BUCKET), self.sender, write)

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert FunctionName == "compact"
        is_rewritten = self.stage.rewrite(json.loads(Payload)["rewrite"])
        return {"Payload": io.BytesIO(json.dumps({"rewritten": is_rewritten}).encode())}

    def plan(self) -> None:
        self.stage.plan("date=2000-01-01/hour=00/", "date=2100-01-01/hour=00/")

    def work(self) -> None:
        while self.sender.sent:
            self.stage.handle(self.sender.sent.pop())

    def rows(self) -> list[tuple[Any, ...]]:
        """Return what the table says of each revision: its article, its kind, and its text."""
        for key in aws.keys_in_bucket("datasets/revisions/"):
            path = self.folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(aws.read_object(key))
        with open_tables(self.folder) as tables:
            found = "SELECT article_id, change_type, headline, article_body, markdown FROM revisions"
            return tables.execute(f"{found} ORDER BY article_id, revision").fetchall()


@pytest.mark.slow
class TestDataSet:
    @pytest.fixture
    def compact(self, stack: Stack, tmp_path: Path) -> CompactOnLambda:
        function = CompactOnLambda(tmp_path)
        outputs = {"TableName": aws.TABLE, "BucketName": aws.BUCKET, "CompactFunctionName": "compact"}
        vars(stack).update(outputs=outputs, functions=function)
        return function

    def test_what_is_erased_goes_out_of_the_parts_that_hold_it(
        self, world: World, stack: Stack, server: MisbehavingServer, url: str, compact: CompactOnLambda
    ) -> None:
        # Given two articles in one part, in a bucket that keeps versions
        boto3.client("s3").put_bucket_versioning(Bucket=aws.BUCKET, VersioningConfiguration={"Status": "Enabled"})
        server.on(OTHER, answer(page(*SWIMMING)))
        world.submit(server.url(OTHER), "submission-2")
        world.run()
        compact.plan()
        compact.work()
        article_id = known(world, url).article_id
        (other,) = (row for row in compact.rows() if row[0] != article_id)
        assert [row[1] for row in compact.rows()] == ["created", "created"]
        assert all(row[3] for row in compact.rows())

        # When one of them is erased
        done = execute(world, stack, url, ERASURE, wait=60, meanwhile=world.run)

        # Then its row keeps what the feed keeps, the other is as it was, and no version has more
        assert done.erasure is not None
        assert (len(done.erasure.done), done.erasure.parts) == (1, 1)
        assert [row for row in compact.rows() if row[0] == article_id] == [(article_id, "created", None, None, None)]
        assert other in compact.rows()
        parts = [key for key in versions() if key.startswith("datasets/revisions/")]
        assert len(parts) == len(set(parts)) == 1

        # And the next part has the retraction, by which its readers learn of it
        compact.plan()
        compact.work()
        assert [row[1] for row in compact.rows() if row[0] == article_id] == ["created", "retracted"]

    def test_a_part_that_is_planned_and_not_written_is_waited_for(
        self, world: World, stack: Stack, url: str, compact: CompactOnLambda
    ) -> None:
        # Given a plan whose worker may have read the article
        compact.plan()
        # When
        done = execute(world, stack, url, ERASURE, wait=30, meanwhile=world.run)
        # Then
        assert done.erasure is not None
        assert list(done.erasure.waiting.values()) == ["compact has not written its part of the data set yet"]
        compact.work()
        again = execute(world, stack, url, ERASURE, wait=30)
        assert again.erasure is not None
        assert (len(again.erasure.done), again.erasure.parts) == (1, 1)
        assert [row[3] for row in compact.rows()] == [None]

    def test_what_is_planned_afterwards_has_nothing_of_it(
        self, world: World, stack: Stack, url: str, compact: CompactOnLambda
    ) -> None:
        done = execute(world, stack, url, ERASURE, wait=60, meanwhile=world.run)
        assert done.erasure is not None
        assert (len(done.erasure.done), done.erasure.parts) == (1, 0)
        compact.plan()
        compact.work()
        assert [(row[1], row[3]) for row in compact.rows()] == [("created", None), ("retracted", None)]

    def test_a_stack_that_keeps_no_data_set_any_more_says_so(
        self, world: World, stack: Stack, url: str, compact: CompactOnLambda
    ) -> None:
        compact.plan()
        compact.work()
        del stack.outputs["CompactFunctionName"]
        with pytest.raises(CommandError, match="Datasets=on"):
            execute(world, stack, url, ERASURE, wait=60, meanwhile=world.run)
