"""Intake dies at any AWS call that it makes, and every URL of its file is submitted once all the same.

Comes in: a file of several parts, on moto. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

import receiver.stage
from harness import aws
from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryObjectStore, RecordingSender
from newsdesk.adapters import clients
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.inbox import DynamoInboxStore, S3InboxFiles, SqsBulkSender
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.articles import Timeouts
from newsdesk.contracts import report_key
from newsdesk.runtime import Worker
from receiver.stage import IntakeStage
from submitter.stage import SubmitStage
from tests.faults.world import Call, KilledError, Tripwire, kill

URLS = [f"https://news.example/{number}" for number in range(24)]
TEXT = "\n".join(["# ours", *URLS[:12], "nonsense", URLS[3], *URLS[12:]])
MOST_DELIVERIES = 60
DRAWN = 4
SEED = 20261130


class PromptSender(SqsBulkSender):
    """Sends without the queue's own delay, which moto would wait out in real time."""

    def again(self, key: str, etag: str, step: int, delay_seconds: int) -> None:
        super().again(key, etag, step, 0)


class Inbox:
    """Intake and its account, in which any call can be the last."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(receiver.stage, "PART_RECORDS", 9)
        aws.create_table()
        aws.create_bucket()
        client = boto3.client("sqs")
        self.bulk = client.create_queue(QueueName="bulk")["QueueUrl"]
        self.own = client.create_queue(QueueName="inbox")["QueueUrl"]
        self.wire = Tripwire()
        self.wire.install(monkeypatch)
        self.clock = FakeClock()
        self.sent: list[dict[str, Any]] = []

    def take(self, key: str, fault: Callable[[int, Call, Callable[[], Any]], Any] | None) -> int:
        """Put a file into the inbox and deliver what follows until nothing does; return how many calls that took."""
        answer = boto3.client("s3").put_object(Bucket=aws.BUCKET, Key=key, Body=TEXT.encode())
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
            self.clock,
        )
        found = event["detail"]["object"]
        try:
            with self.wire.working():
                stage.handle(found["key"], found["etag"], event["detail"].get("step", 0))
        except KilledError:
            return False
        return True

    def submitted(self) -> Counter[str]:
        """Give what was sent to submit, repetitions and all, and return how often each URL was taken."""
        store = InMemoryArticleStore()
        submit = SubmitStage(Worker(store, RecordingSender(), self.clock, Timeouts()), InMemoryObjectStore())
        for number, body in enumerate(self.sent):
            assert submit.handle(json.dumps(body), f"m-{number}") in ("started", "repeated")
        return Counter(record.url for record in store.submitted.values())

    def report(self, key: str) -> dict[str, Any]:
        with self.wire.aside():
            document: dict[str, Any] = json.loads(aws.read_object(report_key(key)))
        return document


@pytest.fixture
def inbox(account: pytest.MonkeyPatch) -> Iterator[Inbox]:
    account.setattr(receiver.stage, "_MOST_COUNTS", 1)  # the others would only repeat it
    clients.reset()
    with mock_aws():
        yield Inbox(account)
    clients.reset()


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
