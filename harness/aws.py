"""The stack's resources in moto, as the template defines them.

Comes in: ``template.yaml``. Goes out: a table, a bucket, queues and a bus that exist in moto only. Changes: moto's
memory. The fixtures over these are in ``tests/functional/conftest.py``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import yaml
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

from newsdesk.adapters import clients
from newsdesk.adapters.sqs import SqsMessageSender
from newsdesk.contracts import ArticleEnriched, ArticleExtracted, FetchRequested, PageFetched

REPOSITORY = Path(__file__).parents[1]

TABLE = "articles"
BAND_TABLE = "articles-bands"
BUCKET = "newsdesk-articles"
BUS = "newsdesk"
QUEUES = ("fetch", "extract", "enrich", "index")


class _TemplateLoader(yaml.SafeLoader):
    """Reads a template; what its functions would return is of no interest here."""


_TemplateLoader.add_multi_constructor("!", lambda _loader, _tag, node: f"!{node.tag}")


class _Session(boto3.Session):
    """Makes one client of each service, because making one takes as long as most tests do."""

    def __init__(self) -> None:
        super().__init__(region_name="us-east-1")
        self._plain: dict[str, Any] = {}

    def client(self, service_name: Any, *args: Any, **options: Any) -> Any:
        if args or options:
            return super().client(service_name, *args, **options)
        if service_name not in self._plain:
            self._plain[service_name] = super().client(service_name)
        return self._plain[service_name]


@cache
def _session() -> boto3.Session:
    return _Session()


def listening_client(service: Any) -> Any:
    """Return a client whose events a test may listen to; those of the default session are shared by all tests."""
    return boto3.Session.client(_session(), service)


_CALL = threading.RLock()
_answer = BotocoreStubber.process_request


def _answer_one_at_a_time(stubber: BotocoreStubber, request: Any) -> Any:
    """Answer a call as moto does, which copies its tables while another thread's call may change them."""
    with _CALL:
        return _answer(stubber, request)


@contextmanager
def empty_account() -> Iterator[None]:
    """Give an account in memory that has nothing in it yet.

    All such accounts share a session, because reading the services' descriptions takes longer than most tests do.
    """
    clients.reset()
    with (
        mock_aws(),
        patch.object(boto3, "DEFAULT_SESSION", _session()),
        patch.object(BotocoreStubber, "process_request", _answer_one_at_a_time),
    ):
        yield
    clients.reset()


def stage_sender(queues: Mapping[str, str]) -> SqsMessageSender:
    """Return a sender to the stages' queues."""
    return SqsMessageSender(
        {
            FetchRequested: queues["fetch"],
            PageFetched: queues["extract"],
            ArticleExtracted: queues["enrich"],
            ArticleEnriched: queues["index"],
        }
    )


@cache
def table_definition(resource: str = "ArticleTable") -> dict[str, Any]:
    """Return the arguments of ``CreateTable`` for one of the template's tables."""
    text = (REPOSITORY / "template.yaml").read_text(encoding="utf-8")
    table = yaml.load(text, Loader=_TemplateLoader)["Resources"][resource]["Properties"]
    names = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    definition = {name: table[name] for name in names if name in table}
    for index in definition.get("GlobalSecondaryIndexes", ()):
        index.pop("WarmThroughput", None)  # only a stack says whether there is one
    if "StreamSpecification" in table:
        definition["StreamSpecification"] = {"StreamEnabled": True, **table["StreamSpecification"]}
    return definition


def create_table() -> None:
    """Create the tables."""
    boto3.client("dynamodb").create_table(TableName=TABLE, **table_definition())
    boto3.client("dynamodb").create_table(TableName=BAND_TABLE, **table_definition("BandTable"))


def create_bucket() -> None:
    """Create the bucket."""
    boto3.client("s3").create_bucket(Bucket=BUCKET)


def create_queues() -> dict[str, str]:
    """Create the stages' queues and return their addresses by stage."""
    client = boto3.client("sqs")
    return {name: client.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}


def drain(queue_url: str) -> list[dict[str, Any]]:
    """Return the bodies in a queue, oldest first, and take them out."""
    client = boto3.client("sqs")
    bodies: list[dict[str, Any]] = []
    while messages := client.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            bodies.append(json.loads(message["Body"]))
            client.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def create_bus() -> str:
    """Create the event bus, and a queue that hears everything it carries; return the queue's address."""
    events, queues = boto3.client("events"), boto3.client("sqs")
    address = queues.create_queue(QueueName="listener")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.create_event_bus(Name=BUS)
    events.put_rule(Name="everything", EventBusName=BUS, EventPattern=json.dumps({"source": ["newsdesk"]}))
    events.put_targets(Rule="everything", EventBusName=BUS, Targets=[{"Id": "listener", "Arn": arn}])
    return address


def keys_in_bucket(prefix: str = "") -> list[str]:
    """Return the keys under a prefix."""
    answer = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [entry["Key"] for entry in answer.get("Contents", [])]


def put_object(key: str, body: bytes, about: Mapping[str, str] | None = None) -> None:
    """Put an object into the bucket, with metadata."""
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body, Metadata=about or {})


def read_object(key: str) -> bytes:
    """Return an object's bytes."""
    body: bytes = boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return body


@dataclass
class FakeLambdaContext:
    """What a handler learns of its invocation."""

    remaining_milliseconds: int = 30_000
    function_name: str = "newsdesk-test"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:newsdesk-test"
    aws_request_id: str = "2d8a2f4c-6f0a-4c61-9f2f-7b1f6d7e0c11"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_milliseconds


def stream_records() -> list[dict[str, Any]]:
    """Return what the table's stream holds, from its beginning, as Lambda hands it over."""
    streams: Any = boto3.client("dynamodbstreams")
    arn = streams.list_streams(TableName=TABLE)["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    position = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records: list[dict[str, Any]] = streams.get_records(ShardIterator=position["ShardIterator"])["Records"]
    return records
