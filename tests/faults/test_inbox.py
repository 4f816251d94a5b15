"""Intake dies at any AWS call that it makes, and every URL or page of its file is submitted once all the same.

Comes in: a list and a web archive of several parts, on moto. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

import receiver.archives
import receiver.stage
from harness import aws
from harness.archives import by_record, record, response
from harness.fakes import FakeClock, InMemoryArticleStore, RecordingSender
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.inbox import DynamoInboxStore, S3InboxFiles, SqsBulkSender
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.articles import Timeouts
from newsdesk.contracts import PUSHED_PREFIX, report_key
from newsdesk.runtime import Worker
from receiver.stage import IntakeStage
from submitter.stage import SubmitStage
from tests.faults.world import Call, KilledError, Tripwire, kill, tries_every_call

PAGES = 7
ARCHIVE = by_record(
    entry
    for number in range(PAGES)
    for entry in (
        record("request", f"https://news.example/{number}", b"GET / HTTP/1.1\r\n\r\n"),
        response(f"https://news.example/{number}", b"<html><body><p>The bridge opens at noon.</p></body></html>"),
    )
)
URLS = [f"https://news.example/{number}" for number in range(24)]
TEXT = "\n".join(["# ours", *URLS[:12], "nonsense", URLS[3], *URLS[12:]])
MOST_DELIVERIES = 60
DRAWN = 4
SEED = 20261130


class PromptSender(SqsBulkSender):
    """Sends without the queue's own delay, which moto would wait out in real time."""

    def _send_to_self(self, detail: dict[str, Any], delay_seconds: int) -> None:
        super()._send_to_self(detail, 0)


class Inbox:
    """Intake and its account, in which any call can be the last."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(receiver.stage, "PART_RECORDS", 9)
        monkeypatch.setattr(receiver.archives, "PART_PAGES", 3)
        monkeypatch.setattr(receiver.archives, "_PUTS_AT_ONCE", 1)  # so that the n-th call is the same each time
        aws.create_table()
        aws.create_bucket()
        client = boto3.client("sqs")
        self.bulk = client.create_queue(QueueName="bulk")["QueueUrl"]
        self.own = client.create_queue(QueueName="inbox")["QueueUrl"]
        self.wire = Tripwire()
        self.wire.install(monkeypatch)
        self.clock = FakeClock()
        self.sent: list[dict[str, Any]] = []

    def take(
        self, key: str, fault: Callable[[int, Call, Callable[[], Any]], Any] | None, body: bytes = TEXT.encode()
    ) -> int:
        """Put a file into the inbox and deliver what follows until nothing does; return how many calls that took."""
        answer = boto3.client("s3").put_object(Bucket=aws.BUCKET, Key=key, Body=body)
        waiting = [{"detail": {"object": {"key": key, "etag": answer["ETag"].strip('"')}}}]
        self.wire.calls.clear()
        self.wire.fault = fault
        self.sent = []
        for _ in range(MOST_DELIVERIES):
            if not waiting:
                return len(self.wire.calls)
            event = waiting.pop(0)
            if not self._deliver(event):
                waiting.append(event)
            self.sent += aws.drain(self.bulk)
            waiting += aws.drain(self.own)
            self.clock.advance(901)
        raise AssertionError("it never ends")

    def _deliver(self, event: dict[str, Any]) -> bool:
        """Let a new process take a message; False when it died, so that the message comes again."""
        stage = IntakeStage(
            DynamoInboxStore(aws.TABLE, clock=self.clock),
            S3InboxFiles(aws.BUCKET),
            S3ObjectStore(aws.BUCKET),
            PromptSender(self.bulk, self.own),
            DynamoArticleStore(aws.TABLE, clock=self.clock),
            DynamoSourceStore(aws.TABLE),
            self.clock,
        )
        found, part = event["detail"]["object"], event["detail"].get("part")
        try:
            with self.wire.working():
                if part is not None:
                    stage.take_part(found["key"], found["etag"], part)
                else:
                    stage.handle(found["key"], found["etag"], event["detail"].get("step", 0))
        except KilledError:
            return False
        return True

    def submitted(self) -> Counter[str]:
        """Give what was sent to submit, repetitions and all, and return how often each URL was taken."""
        store = InMemoryArticleStore()
        submit = SubmitStage(Worker(store, RecordingSender(), self.clock, Timeouts()), S3ObjectStore(aws.BUCKET))
        for number, body in enumerate(self.sent):
            assert submit.handle(json.dumps(body), f"m-{number}") in ("started", "repeated")
        return Counter(record.url for record in store.submitted.values())

    def pushed(self) -> int:
        """Return how many pages wait although all were submitted."""
        listed = boto3.client("s3").list_objects_v2(Bucket=aws.BUCKET, Prefix=PUSHED_PREFIX)
        return len(listed.get("Contents", []))

    def report(self, key: str) -> dict[str, Any]:
        with self.wire.aside():
            document: dict[str, Any] = json.loads(aws.read_object(report_key(key)))
        return document


@pytest.fixture
def inbox(account: pytest.MonkeyPatch) -> Iterator[Inbox]:
    account.setattr(receiver.stage, "_MOST_COUNTS", 1)  # the others would only repeat it
    with aws.empty_account():
        yield Inbox(account)


def test_a_file_is_taken_in_several_parts(inbox: Inbox) -> None:
    calls = inbox.take("inbox/a.txt", None)
    assert calls > 30
    assert inbox.submitted() == Counter(URLS)
    assert inbox.report("inbox/a.txt")["state"] == "done"


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after it"])
def test_intake_may_die_at_every_call(inbox: Inbox, after: bool) -> None:
    for at in range(inbox.take("inbox/whole.txt", None)):
        dies_without_harm(inbox, at, after=after)


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after it"])
def test_intake_may_die_at_calls_drawn_by_a_seed(inbox: Inbox, after: bool) -> None:
    calls = inbox.take("inbox/whole.txt", None)
    for at in random.Random(SEED).sample(range(calls), DRAWN):
        dies_without_harm(inbox, at, after=after)


def dies_without_harm(inbox: Inbox, at: int, *, after: bool) -> None:
    """Assert that every URL is taken once although intake dies, and that the report is that of an undisturbed run."""
    key = f"inbox/{at}.txt"
    inbox.take(key, kill(at, after=after))
    assert inbox.submitted() == Counter(URLS), f"died at call {at}: {inbox.wire.calls[at]}"
    report = inbox.report(key)
    assert (report["state"], report["taken"], report["duplicates"], report["refused"]) == ("done", 24, 1, 1)
    assert report["refusals"] == [{"line": 14, "reason": "invalid_url"}]
    assert report["outcomes"] == {"in flight": 24}


def test_a_web_archive_is_taken_in_several_parts(inbox: Inbox) -> None:
    calls = inbox.take("inbox/a.warc.gz", None, ARCHIVE)
    assert calls > 40
    assert inbox.submitted() == Counter(URLS[:PAGES])
    assert (inbox.report("inbox/a.warc.gz")["state"], inbox.pushed()) == ("done", 0)


@tries_every_call
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after it"])
def test_intake_may_die_at_every_call_over_a_web_archive(inbox: Inbox, after: bool) -> None:
    for at in range(inbox.take("inbox/whole.warc.gz", None, ARCHIVE)):
        archive_dies_without_harm(inbox, at, after=after)


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after it"])
def test_intake_may_die_over_a_web_archive_at_calls_drawn_by_a_seed(inbox: Inbox, after: bool) -> None:
    calls = inbox.take("inbox/whole.warc.gz", None, ARCHIVE)
    inbox.submitted()
    for at in random.Random(SEED).sample(range(calls), DRAWN):
        archive_dies_without_harm(inbox, at, after=after)


def archive_dies_without_harm(inbox: Inbox, at: int, *, after: bool) -> None:
    """Assert that every page is taken once although intake dies, and that none is left behind."""
    key = f"inbox/{at}.warc.gz"
    inbox.take(key, kill(at, after=after), ARCHIVE)
    assert inbox.submitted() == Counter(URLS[:PAGES]), f"died at call {at}: {inbox.wire.calls[at]}"
    report = inbox.report(key)
    assert (report["state"], report["taken"], report["records"]) == ("done", PAGES, 2 * PAGES)
    assert report["passedOver"] == {"request": PAGES}
    assert report["outcomes"] == {"in flight": PAGES}
