"""AWS clients, one of each service per process.

Comes in: the environment that botocore reads. Goes out: clients.

They are made by botocore, without boto3: that adds nothing to a client but ways to transfer files in parts, which are
loaded at a function's start whether it has any or not.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.loaders import Loader, create_loader
from botocore.session import Session

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

# A search is asked for once, because API Gateway gives the whole request 30 seconds.
_SEARCH = Config(
    retries={"mode": "standard", "total_max_attempts": 1},
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=25,
    user_agent_extra="newsdesk",
)

# What a search can do without may take a sixth of that time: enough for a process that has to load its model.
_BRIEF = Config(
    retries={"mode": "standard", "total_max_attempts": 1},
    connect_timeout=1,
    read_timeout=5,
    user_agent_extra="newsdesk",
)


@cache
def _models() -> Loader:
    """Return what reads the services' descriptions, which stay as they are while the environment changes."""
    return create_loader()


@cache
def _session() -> Session:
    return session()


def _client(service: str, config: Config) -> Any:
    return _session().create_client(service, config=config)


def session(region: str | None = None) -> Session:
    """Return a new session, of the environment's region unless another is named."""
    made = Session()
    made.register_component("data_loader", _models())
    if region is not None:
        made.set_config_variable("region", region)
    return made


@cache
def dynamodb() -> DynamoDBClient:
    """Return the process's DynamoDB client."""
    client: DynamoDBClient = _client("dynamodb", _SMALL)
    return client


@cache
def s3() -> S3Client:
    """Return the process's S3 client."""
    client: S3Client = _client("s3", _OBJECTS)
    return client


@cache
def s3_links() -> S3Client:
    """Return the process's client that signs addresses of S3 for others.

    By default botocore signs them in an old way, which cannot include the size, and for a host that may redirect.
    """
    signing = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    client: S3Client = _client("s3", _OBJECTS.merge(signing))
    return client


@cache
def sqs() -> SQSClient:
    """Return the process's SQS client."""
    client: SQSClient = _client("sqs", _SMALL)
    return client


@cache
def events() -> EventBridgeClient:
    """Return the process's EventBridge client."""
    client: EventBridgeClient = _client("events", _SMALL)
    return client


@cache
def functions() -> Any:
    """Return the process's Lambda client, by which the API searches."""
    return _client("lambda", _SEARCH)


@cache
def brief_functions() -> Any:
    """Return the process's Lambda client for calls that a caller can do without."""
    return _client("lambda", _BRIEF)


@cache
def comprehend() -> Any:
    """Return the process's Comprehend client."""
    return _client("comprehend", _ASKED_ONCE)


@cache
def bedrock() -> Any:
    """Return the process's client of Bedrock's models."""
    return _client("bedrock-runtime", _ASKED_ONCE)


def reset() -> None:
    """Forget the clients, so that the next call reads the environment again; for tests and the command line."""
    for made in (_session, dynamodb, s3, s3_links, sqs, events, functions, brief_functions, comprehend, bedrock):
        made.cache_clear()
