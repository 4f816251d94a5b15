"""The whole stack, once for all end-to-end tests.

Comes in: the checkout. Goes out: a stack of its own in a temporary folder, deployed from the real template with IAM
enforced; the sample site; a queue that hears the bus. Changes: starts and ends processes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from newsdesk.contracts import Article, ArticleChanged
from newsdesk_cli.ingestion import Ingestion, Result
from newsdesk_cli.local_stack import LocalStack
from newsdesk_cli.sample_site import SampleSite
from newsdesk_cli.stack import Stack

_SETTLE_SECONDS = 20


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    local = LocalStack(tmp_path_factory.mktemp("newsdesk"))
    with local.running(allowed_networks=["127.0.0.1/32"], embeddings=True) as running:
        yield running
    assert local.stop()


@pytest.fixture(scope="session")
def site() -> Iterator[SampleSite]:
    with SampleSite() as running:
        yield running


class World:
    """What a test does to the stack, and what it sees of it."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._events_queue = self._listen()
        self._heard: list[dict[str, Any]] = []

    def ingest(self, urls: list[str], seconds: float = 90) -> dict[str, Result]:
        ingestion = Ingestion(self.stack, urls)
        ingestion.submit()
        ingestion.wait(seconds, lambda *_: None)
        return {result.url: result for result in ingestion.results()}

    def article(self, key: str | None) -> Article:
        assert key is not None
        return Article.model_validate_json(self.stack.objects.get(key))

    def changes(self) -> list[ArticleChanged]:
        """Every line of the change feed, in the order of its keys."""
        lines: list[ArticleChanged] = []
        pages = self.stack.s3.get_paginator("list_objects_v2").paginate(Bucket=self.stack.bucket, Prefix="changes/v1/")
        for page in pages:
            for entry in page.get("Contents", []):
                body = self.stack.objects.get(entry["Key"]).decode("utf-8")
                lines += [ArticleChanged.model_validate_json(line) for line in body.split("\n") if line]
        return lines

    def events(self, detail_type: str) -> list[dict[str, Any]]:
        """The details of every event of a kind that the bus has carried so far."""
        while True:
            messages = self.stack.sqs.receive_message(
                QueueUrl=self._events_queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
            ).get("Messages", [])
            if not messages:
                break
            for message in messages:
                self._heard.append(json.loads(message["Body"]))
                self.stack.sqs.delete_message(QueueUrl=self._events_queue, ReceiptHandle=message["ReceiptHandle"])
        return [event["detail"] for event in self._heard if event["detail-type"] == detail_type]

    def eventually(self, condition: Callable[[], object], seconds: float = _SETTLE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not come to pass"
            time.sleep(0.3)

    def depth(self, logical_id: str) -> int:
        attributes = self.stack.sqs.get_queue_attributes(
            QueueUrl=self.stack.resources[logical_id], AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])

    def send(self, logical_id: str, body: str) -> str:
        """Put a message into a queue and return the id that the queue gave it."""
        message = self.stack.sqs.send_message(QueueUrl=self.stack.resources[logical_id], MessageBody=body)
        return str(message["MessageId"])

    def endings(self, submission_id: str) -> list[str]:
        """The outcomes announced so far for one submission."""
        return [
            event["outcome"]
            for event in self.events("SubmissionEnded")
            if any(submission["submissionId"] == submission_id for submission in event["submissions"])
        ]

    def invoke(self, logical_id: str, event: dict[str, Any]) -> Any:
        answer = self.stack.functions.invoke(
            FunctionName=self.stack.resources[logical_id], Payload=json.dumps(event).encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()
        return json.loads(answer["Payload"].read())

    def _listen(self) -> str:
        queue = self.stack.sqs.create_queue(QueueName="listener")["QueueUrl"]
        arn = self.stack.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arn,
                }
            ],
        }
        self.stack.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
        bus = self.stack.outputs["EventBusName"]
        pattern = json.dumps({"source": ["newsdesk"]})
        self.stack.events.put_rule(Name="listener", EventBusName=bus, EventPattern=pattern)
        self.stack.events.put_targets(Rule="listener", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        return queue


def outcome_of(result: Result) -> str:
    """The outcome with its reason; ``waiting`` as long as there is none, also while it is tried again."""
    if not result.has_ended:
        return "waiting"
    return f"{result.outcome}:{result.reason}" if result.reason else result.outcome


@pytest.fixture(scope="session")
def world(stack: Stack) -> World:
    return World(stack)


@pytest.fixture(scope="session")
def first_visit(world: World, site: SampleSite) -> dict[str, Result]:
    """The sample site, ingested once."""
    return world.ingest(list(site.urls()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(400))
