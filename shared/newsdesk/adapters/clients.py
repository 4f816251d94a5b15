"""AWS clients, one of each service per process.

Comes in: the environment that boto3 reads. Goes out: clients.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_ATTEMPTS = 3
_CONNECT_SECONDS = 3


def _config(read_seconds: int) -> Config:
    """Return the settings of a client whose calls are repeated twice, and outlive no function all the same.

    Standard mode repeats 5xx, throttles and lost connections after jittered pauses; what still fails then goes back to
    the queue. The pool is as wide as the widest stage's concurrency.
    """
    return Config(
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=read_seconds,
        max_pool_connections=25,
        user_agent_extra="newsdesk",
    )


# Items, messages and events are small; an object may have megabytes.
_SMALL = _config(3)
_OBJECTS = _config(10)

# A managed service is asked once and briefly: a second call may be billed again, and its answer can be done without.
_ASKED_ONCE = Config(
    retries={"mode": "standard", "total_max_attempts": 1},
    connect_timeout=1,
    read_timeout=2.5,
    user_agent_extra="newsdesk",
)


@cache
def dynamodb() -> DynamoDBClient:
    """Return the process's DynamoDB client."""
    return boto3.client("dynamodb", config=_SMALL)


@cache
def s3() -> S3Client:
    """Return the process's S3 client."""
    return boto3.client("s3", config=_OBJECTS)


@cache
def sqs() -> SQSClient:
    """Return the process's SQS client."""
    return boto3.client("sqs", config=_SMALL)


@cache
def events() -> EventBridgeClient:
    """Return the process's EventBridge client."""
    return boto3.client("events", config=_SMALL)


@cache
def comprehend() -> Any:
    """Return the process's Comprehend client."""
    return boto3.client("comprehend", config=_ASKED_ONCE)


@cache
def bedrock() -> Any:
    """Return the process's client of Bedrock's models."""
    return boto3.client("bedrock-runtime", config=_ASKED_ONCE)


def reset() -> None:
    """Forget the clients, so that the next call reads the environment again; for tests and the command line."""
    for client in (dynamodb, s3, sqs, events, comprehend, bedrock):
        client.cache_clear()
