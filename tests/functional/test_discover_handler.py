"""The handler of discover, from the raw event to what is in the table afterwards.

Comes in: queue records and questions, and AWS in moto. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

import discoverer.handler
from harness import aws
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.clock import utc_now
from newsdesk.contracts import SourceDue
from newsdesk.sources import SourceKind, new_source

INSIDE = "http://127.0.0.1/feed.xml"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, table: str) -> Iterator[DynamoSourceStore]:
    """The registry, the environment that the template sets, and a handler that was never called."""
    queues = boto3.client("sqs")
    for name in ("intake", "bulk"):
        address = queues.create_queue(QueueName=name)["QueueUrl"]
        monkeypatch.setenv(f"NEWSDESK_{name.upper()}_QUEUE_URL", address)
    monkeypatch.setenv("NEWSDESK_TABLE_NAME", table)
    monkeypatch.setenv("NEWSDESK_USER_AGENT", "NewsdeskBot/0.1 (+https://newsdesk.example/bot)")
    for cached in (discoverer.handler.build, discoverer.handler.read_settings):
        cached.cache_clear()
    yield DynamoSourceStore(table)
    for cached in (discoverer.handler.build, discoverer.handler.read_settings):
        cached.cache_clear()


def call(event: dict[str, Any]) -> Any:
    context = aws.FakeLambdaContext(remaining_milliseconds=90_000)
    return discoverer.handler.lambda_handler(event, cast(LambdaContext, context))


def record(body: str, number: int) -> dict[str, Any]:
    return {"messageId": f"m-{number}", "body": body, "eventSource": "aws:sqs", "attributes": {}}


def test_a_source_inside_the_network_is_not_asked_and_a_body_that_is_no_message_fails_alone(
    store: DynamoSourceStore,
) -> None:
    # Given
    source = new_source(SourceKind.FEED, INSIDE, utc_now())
    store.add(source)
    due = SourceDue(source_id=source.source_id, version=1)
    # When
    answer = call({"Records": [record(due.to_json(), 1), record("{}", 2)]})
    # Then
    assert [entry["itemIdentifier"] for entry in answer["batchItemFailures"]] == ["m-2"]
    polled = store.get(source.source_id)
    assert polled is not None
    assert (polled.version, polled.last_status) == (2, "failed")
    assert polled.last_detail is not None
    assert polled.last_detail.startswith("blocked_address")


def test_a_question_about_a_site_inside_the_network_is_answered_in_words(store: DynamoSourceStore) -> None:
    for question in ({"find": INSIDE}, {"try": INSIDE, "kind": "feed"}):
        answer = json.loads(json.dumps(call(question)))
        assert answer["error"].startswith("blocked_address")
    assert store.page().sources == ()
