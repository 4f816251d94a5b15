"""The fetch function: wiring only.

Comes in: SQS events of ``FetchRequested``. Goes out: the partial batch response. Changes: see :mod:`fetcher.stage`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from fetcher.settings import FetchSettings
from fetcher.stage import FetchStage
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sqs import SqsMessageSender
from newsdesk.contracts import FetchRequested, PageFetched
from newsdesk.runtime import instrumented, process_batch
from newsdesk.web import product_token
from newsdesk.web.transport import HttpFetcher, Politeness
from newsdesk.web.transport import egress_guard as wall

CONCURRENCY = 10
"""Records fetched at the same time: as many as the event source puts into a batch."""


@cache
def settings() -> FetchSettings:
    """Read the settings, once per process."""
    return FetchSettings()


@cache
def build() -> FetchStage:
    """Wire the stage, once per process."""
    told = settings()
    wall.install()
    fetcher = HttpFetcher(
        told.user_agent,
        told.limits,
        allowed=told.networks,
        closed_ports=told.closed_ports,
        ports=told.ports,
    )
    hosts = DynamoHostStore(told.table_name)
    return FetchStage(
        DynamoArticleStore(told.table_name, told.record_retention_days),
        S3ObjectStore(told.bucket_name),
        SqsMessageSender({FetchRequested: told.fetch_queue_url, PageFetched: told.extract_queue_url}),
        Politeness(hosts, fetcher, told.manners, product_token(told.user_agent), allowed=told.networks),
        fetcher,
        patience=told.patience,
        opt_outs=told.opt_outs,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Handle a batch of ``FetchRequested``."""
    return process_batch(
        event,
        context,
        FetchRequested,
        build().handle,
        "PagesFetched",
        seconds_needed=settings().seconds_per_record,
        concurrency=CONCURRENCY,
    )
