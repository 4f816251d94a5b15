"""Files of the inbox, through the real function on moto.

Comes in: files in the bucket. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

import receiver.handler
import receiver.outlines
import receiver.stage
from harness import aws
from harness.fakes import FakeClock
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.inbox import DynamoInboxStore, S3InboxFiles, SqsBulkSender
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.articles import Stage
from newsdesk.clock import to_text
from newsdesk.contracts import UrlSubmitted, report_key
from newsdesk.inbox import FileProgress
from newsdesk.sources import SourceKind, new_source
from receiver.stage import IntakeStage
from tests.examples import NOW, at_stage, outcome_of, rejection_of, submission_of

SITE = "https://news.example"


class PromptSender(SqsBulkSender):
    """Sends without the queue's own delay, which moto would wait out in real time."""

    def again(self, key: str, etag: str, step: int, delay_seconds: int) -> None:
        assert 0 <= delay_seconds <= 900
        super().again(key, etag, step, 0)


class KilledError(Exception):
    """The function died here."""

    @classmethod
    def die(cls, *_: object) -> None:
        raise cls


class Inbox:
    """The stage on moto, and everything around it."""

    def __init__(self, table: str, bucket: str) -> None:
        client = boto3.client("sqs")
        self.bulk = client.create_queue(QueueName="bulk")["QueueUrl"]
        self.own = client.create_queue(QueueName="inbox")["QueueUrl"]
        self.clock = FakeClock(NOW)
        self.store = DynamoArticleStore(table)
        self.stage = IntakeStage(
            DynamoInboxStore(table, clock=self.clock),
            S3InboxFiles(bucket),
            S3ObjectStore(bucket),
            PromptSender(self.bulk, self.own),
            self.store,
            DynamoSourceStore(table),
            self.clock,
        )

    def put(self, key: str, body: bytes | str, **metadata: str) -> dict[str, Any]:
        """Put a file into the bucket and return the event that S3 sends."""
        data = body.encode() if isinstance(body, str) else body
        answer = boto3.client("s3").put_object(Bucket=aws.BUCKET, Key=key, Body=data, Metadata=metadata)
        return {"detail": {"object": {"key": key, "etag": answer["ETag"].strip('"')}}}

    def deliver(self, event: dict[str, Any]) -> str:
        found = event["detail"]["object"]
        return self.stage.handle(found["key"], found["etag"], event["detail"].get("step", 0))

    def run(self, event: dict[str, Any]) -> list[str]:
        """Deliver an event and what follows from it, until only the time brings more; return the statuses."""
        statuses: list[str] = []
        waiting = [event]
        while waiting and "waiting" not in statuses:
            statuses.append(self.deliver(waiting.pop(0)))
            waiting += aws.drain(self.own)
        return statuses

    def sent(self) -> list[UrlSubmitted]:
        return [UrlSubmitted.model_validate(body) for body in aws.drain(self.bulk)]

    def report(self, key: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(aws.read_object(report_key(key)))
        return document

    def next_step(self, event: dict[str, Any], submission_id: str) -> dict[str, Any]:
        """Return the message that is under way for a file."""
        progress = cast(FileProgress, self.stage.store.progress(submission_id.split(".")[1]))
        return {"detail": {**event["detail"], "step": progress.version}}


@pytest.fixture
def inbox(table: str, bucket: str) -> Inbox:
    return Inbox(table, bucket)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver.stage, "PART_RECORDS", 7)


def lines(count: int) -> str:
    return "".join(f"{SITE}/{number}\n" for number in range(count))


def line_of(message: UrlSubmitted) -> int:
    return int((message.submission_id or "").rpartition(".")[2])


@pytest.mark.parametrize("is_compressed", [False, True])
@pytest.mark.usefixtures("small_parts")
def test_a_list_is_taken_part_by_part_once_with_a_report_on_each_line(inbox: Inbox, is_compressed: bool) -> None:
    # Given a list with a comment, a duplicate in a later part, a refusal and a line that is too long
    text = f"# ours\n{lines(20)}{SITE}/3?utm_source=x\nnonsense\n{'x' * 70_000}\n{SITE}/last"
    body = gzip.compress(text.encode()) if is_compressed else text.encode()
    event = inbox.put("inbox/lists/today.txt", body, tags="world, bridges", priority="normal")

    # When it is taken
    assert inbox.run(event) == ["begun", *["taken"] * 4, "waiting"]

    # Then every address was submitted once, under an id of its line, with what the metadata say
    sent = inbox.sent()
    assert sorted(message.url for message in sent) == sorted([f"{SITE}/{n}" for n in range(20)] + [f"{SITE}/last"])
    assert {(message.priority, message.tags, message.discovery) for message in sent} == {
        ("normal", ("world", "bridges"), "inbox/lists/today.txt")
    }
    numbers = {message.url: line_of(message) for message in sent}
    assert (len(set(numbers.values())), numbers[f"{SITE}/0"], numbers[f"{SITE}/last"]) == (21, 2, 25)

    # And the report says so
    report = inbox.report("inbox/lists/today.txt")
    assert (report["kind"], report["state"], report["lines"], report["taken"]) == ("text", "counting", 25, 21)
    assert (report["duplicates"], report["refused"]) == (1, 2)
    assert report["refusals"] == [
        {"line": 23, "reason": "invalid_url"},
        {"line": 24, "reason": "record_too_long"},
    ]
    assert report["submissionIds"] == (sent[0].submission_id or "").rpartition(".")[0] + ".<line>"


@pytest.mark.usefixtures("small_parts")
def test_a_file_that_is_told_twice_is_taken_once(inbox: Inbox) -> None:
    event = inbox.put("inbox/a.txt", lines(10))
    inbox.run(event)
    assert len(inbox.sent()) == 10
    assert inbox.deliver(event) == "stale"
    assert inbox.sent() == []


def test_another_version_of_a_file_is_a_file_of_its_own_and_the_old_one_is_passed_over(inbox: Inbox) -> None:
    old = inbox.put("inbox/a.txt", lines(2))
    new = inbox.put("inbox/a.txt", f"{SITE}/new\n")
    assert inbox.deliver(old) == "stale"
    assert inbox.run(new) == ["begun", "taken", "waiting"]
    assert [message.url for message in inbox.sent()] == [f"{SITE}/new"]


@pytest.mark.usefixtures("small_parts")
def test_a_file_that_is_deleted_half_way_says_where_it_ended(inbox: Inbox) -> None:
    event = inbox.put("inbox/a.txt", lines(20))
    assert inbox.deliver(event) == "begun"
    (first,) = aws.drain(inbox.own)
    assert inbox.deliver(first) == "taken"
    boto3.client("s3").delete_object(Bucket=aws.BUCKET, Key="inbox/a.txt")
    (following,) = aws.drain(inbox.own)
    assert inbox.deliver(following) == "taken"
    report = inbox.report("inbox/a.txt")
    assert (report["endedBy"], report["lines"], report["taken"], report["state"]) == ("changed", 7, 7, "counting")


@pytest.mark.parametrize(
    ("key", "body", "metadata", "reason"),
    [
        ("inbox/a.pdf", b"%PDF-1.7\0\0", {}, "binary"),
        ("inbox/a.txt", b"", {}, "empty"),
        ("inbox/a.txt.gz", gzip.compress(b"WARC/1.0\r\n", mtime=0), {}, "warc_name"),
        (
            "inbox/a.xml",
            b"<sitemapindex><sitemap><loc>https://news.example/</loc></sitemap></sitemapindex>",
            {},
            "sitemap_index",
        ),
        ("inbox/a.gz", b"\x1f\x8bnonsense", {}, "damaged"),
        ("inbox/letter.md", b"Dear colleague,", {}, "unknown"),
        ("inbox/a.txt", b"https://news.example/", {"priority": "urgent"}, "metadata"),
        ("inbox/a.txt", b"https://news.example/", {"tags": "t" * 65}, "metadata"),
    ],
)
def test_a_file_that_is_nothing_we_know_gets_a_report_that_says_so(
    inbox: Inbox, key: str, body: bytes, metadata: dict[str, str], reason: str
) -> None:
    event = inbox.put(key, body, **metadata)
    assert inbox.run(event) == ["refused"]
    assert (inbox.report(key)["state"], inbox.report(key)["reason"], inbox.sent()) == ("refused", reason, [])


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("key", "first"), [("inbox/a.txt", "# ours"), ("inbox/a.csv", "url")])
@pytest.mark.usefixtures("small_parts")
def test_lines_end_as_they_do_anywhere(inbox: Inbox, key: str, first: str, line_end: str) -> None:
    event = inbox.put(key, line_end.join([first, *lines(9).split()]))
    inbox.run(event)
    assert {message.url: line_of(message) for message in inbox.sent()} == {f"{SITE}/{n}": n + 2 for n in range(9)}
    assert (inbox.report(key)["lines"], inbox.report(key)["refused"]) == (10, 0)


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.usefixtures("small_parts")
def test_the_report_on_a_sitemap_counts_its_entries(inbox: Inbox, prefix: str) -> None:
    entries = "".join(f"<{prefix}url><{prefix}loc>{SITE}/{n}</{prefix}loc></{prefix}url>\n" for n in range(8))
    event = inbox.put("inbox/sitemap.xml", f"<?xml version='1.0'?><{prefix}urlset>{entries}</{prefix}urlset>\n")
    inbox.run(event)
    report = inbox.report("inbox/sitemap.xml")
    assert (report["kind"], report["lines"], report["taken"], report["refused"]) == ("sitemap", 8, 8, 0)
    assert "endedBy" not in report
    assert sorted(map(line_of, inbox.sent())) == list(range(1, 9))


def test_feeds_that_a_delivery_added_before_it_died_are_no_duplicates(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a list, one of whose feeds is a source already
    assert inbox.stage.sources.add(new_source(SourceKind.FEED, f"{SITE}/feeds/0", NOW))
    outlines = "".join(f'<outline xmlUrl="{SITE}/feeds/{n}"/>' for n in range(4))
    event = inbox.put("inbox/mine.opml", f"<opml><body>{outlines}</body></opml>")
    assert inbox.deliver(event) == "begun"
    (step,) = aws.drain(inbox.own)
    inbox.clock.advance(1)
    # When the step dies after it has added the others, and comes again
    with monkeypatch.context() as patch:
        patch.setattr(inbox.stage.objects, "put", KilledError.die)
        with pytest.raises(KilledError):
            inbox.deliver(step)
    assert inbox.deliver(step) == "taken"
    # Then the report is as if it had not
    report = inbox.report("inbox/mine.opml")
    assert (report["taken"], report["duplicates"]) == (3, 1)


def test_a_list_of_feeds_that_breaks_off_says_so(inbox: Inbox) -> None:
    outlines = "".join(f'<outline xmlUrl="{SITE}/feeds/{n}"/>' for n in range(9))
    event = inbox.put("inbox/mine.opml", gzip.compress(f"<opml><body>{outlines}</body></opml>".encode())[:-12])
    inbox.run(event)
    report = inbox.report("inbox/mine.opml")
    assert (report["state"], report["endedBy"]) == ("done", "damaged")
    assert 0 < report["taken"] <= 9


@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_list_of_feeds_becomes_sources(
    inbox: Inbox, is_compressed: bool, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    # Given a registry with one source, and a list that names it, others, and an address inside
    monkeypatch.setattr(receiver.outlines, "PART_SOURCES", 2)
    known = new_source(SourceKind.FEED, f"{SITE}/feeds/1", NOW, title="As set by hand")
    registry = DynamoSourceStore(table)
    assert registry.add(known)
    outlines = "".join(f'<outline text="Feed {n}" xmlUrl="{SITE}/feeds/{n}"/>' for n in range(5))
    body = f'<opml><body><outline text="Harbour">{outlines}<outline xmlUrl="file:///etc"/></outline></body></opml>'.encode()
    # When it is put into the inbox
    event = inbox.put("inbox/mine.opml", gzip.compress(body) if is_compressed else body, tags="desk")
    assert inbox.run(event) == ["begun", "taken", "taken", "taken"]
    # Then the new ones are sources, in parts, and the one that was there is as it was
    report = inbox.report("inbox/mine.opml")
    assert (report["kind"], report["state"], report["lines"]) == ("opml", "done", 5)
    assert (report["taken"], report["duplicates"], report["refused"]) == (4, 1, 1)
    assert report["refusals"] == [{"line": 6, "reason": "unsupported_scheme"}]
    sources = {source.url: source for source in registry.page().sources}
    assert (len(sources), sources[known.url]) == (5, known)
    added = sources[f"{SITE}/feeds/4"]
    assert (added.title, added.tags, added.kind) == ("Feed 4", ("desk", "Harbour"), SourceKind.FEED)
    assert inbox.sent() == []


def test_no_part_is_added_to_a_queue_of_bulk_that_is_full(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given more waiting submissions than there may be
    monkeypatch.setattr(receiver.stage, "MOST_WAITING", 0)
    boto3.client("sqs").send_message(QueueUrl=inbox.bulk, MessageBody="{}")
    event = inbox.put("inbox/a.txt", lines(3))

    # When a file comes, Then it waits, and is taken once there is room
    assert inbox.deliver(event) == "begun"
    (step,) = aws.drain(inbox.own)
    assert inbox.deliver(step) == "waiting"
    (again,) = aws.drain(inbox.own)
    aws.drain(inbox.bulk)
    assert inbox.deliver(again) == "taken"
    assert len(inbox.sent()) == 3


@pytest.mark.usefixtures("small_parts")
def test_the_report_counts_how_the_urls_ended_until_all_have(inbox: Inbox) -> None:
    # Given a file whose first URL was indexed, whose second was refused, and whose others are in flight
    event = inbox.put("inbox/a.txt", lines(10))
    inbox.run(event)
    names = [message.submission_id or "" for message in sorted(inbox.sent(), key=line_of)]
    state = at_stage(Stage.REST).model_copy(update={"version": 1})
    inbox.store.save(state, submission_of(state, names[0]), outcome_of(state))
    inbox.store.reject(rejection_of(names[1]))

    # When it is counted
    inbox.clock.advance(901)
    assert inbox.run(inbox.next_step(event, names[0])) == ["counted", "counted", "waiting"]

    # Then the report says so, and the next count comes later
    report = inbox.report("inbox/a.txt")
    assert report["outcomes"] == {"in flight": 8, "indexed": 1, "rejected:invalid_url": 1}
    assert (report["state"], report["countedAt"]) == ("counting", to_text(inbox.clock()))

    # And once all have ended, it is done
    for name in names[2:]:
        inbox.store.reject(rejection_of(name))
    inbox.clock.advance(86_401)
    assert inbox.run(inbox.next_step(event, names[0])) == ["counted", "counted"]
    assert inbox.report("inbox/a.txt")["outcomes"] == {"indexed": 1, "rejected:invalid_url": 9}
    assert inbox.report("inbox/a.txt")["state"] == "done"
    assert inbox.clock() - NOW < timedelta(days=2)


def test_the_handler_takes_what_s3_tells_the_queue(
    inbox: Inbox, table: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given the environment that the template sets
    for name, value in {
        "TABLE_NAME": table,
        "BUCKET_NAME": bucket,
        "BULK_QUEUE_URL": inbox.bulk,
        "INBOX_QUEUE_URL": inbox.own,
    }.items():
        monkeypatch.setenv(f"NEWSDESK_{name}", value)
    receiver.handler.build.cache_clear()
    etag = inbox.put("inbox/größe (1).txt", lines(3))["detail"]["object"]["etag"]
    # As the S3 user guide has it ("Event message structure"): the key is encoded as forms are
    told = {"bucket": {"name": bucket}, "object": {"key": "inbox/gr%C3%B6%C3%9Fe+%281%29.txt", "eTag": etag}}
    body = {"Records": [{"eventVersion": "2.1", "eventName": "ObjectCreated:Put", "s3": told}]}
    trial = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": bucket}

    # When its notification is delivered, beside one that is none and the one by which S3 tries the queue, and then what
    # the function has sent itself
    def deliver(*bodies: dict[str, Any]) -> Any:
        records = [
            {"messageId": f"m-{number}", "body": json.dumps(body), "eventSource": "aws:sqs"}
            for number, body in enumerate(bodies)
        ]
        context = cast(LambdaContext, aws.FakeLambdaContext(119_000))
        return receiver.handler.lambda_handler({"Records": records}, context)

    answer = deliver(body, {}, trial)
    following = deliver(*aws.drain(inbox.own))
    receiver.handler.build.cache_clear()

    # Then the file is taken, and the other goes to the dead-letter queue in the end
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert following == {"batchItemFailures": []}
    assert len(inbox.sent()) == 3
    assert inbox.report("inbox/größe (1).txt")["taken"] == 3
