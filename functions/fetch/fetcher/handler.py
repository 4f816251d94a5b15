"""The fetch function: wiring only.

Comes in: SQS events of ``FetchRequested``. Goes out: the partial batch response. Changes: see :mod:`fetcher.stage`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from fetcher.settings import FetchSettings
from fetcher.stage import FetchStage
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sqs import SqsMessageSender
from newsdesk.clock import utc_now
from newsdesk.contracts import FetchRequested, PageFetched
from newsdesk.runtime import BatchResponse, Metric, Worker, instrumented, process_batch, stage_messages
from newsdesk.web import product_token
from newsdesk.web.transport import HttpFetcher, Politeness, egress_guard

CONCURRENCY = 10
"""Records fetched at the same time: as many as the event source puts into a batch."""


@cache
def read_settings() -> FetchSettings:
    """Read the settings, once per process."""
    return FetchSettings.read()


@cache
def build() -> FetchStage:
    """Wire the stage, once per process."""
    settings = read_settings()
    egress_guard.install()
    fetcher = HttpFetcher(
        settings.user_agent,
        settings.limits,
        allowed=settings.networks,
        closed_ports=settings.closed_ports,
        ports=settings.ports,
    )
    hosts = DynamoHostStore(settings.table_name)
    return FetchStage(
        Worker(
            DynamoArticleStore(settings.table_name, settings.record_retention_days),
            SqsMessageSender({FetchRequested: settings.fetch_queue_url, PageFetched: settings.extract_queue_url}),
            utc_now,
            settings.timeouts,
        ),
        S3ObjectStore(settings.bucket_name),
        Politeness(
            hosts, fetcher, settings.crawl_limits, product_token(settings.user_agent), allowed=settings.networks
        ),
        fetcher,
        opt_outs=settings.opt_outs,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> BatchResponse:
    """Handle a batch of ``FetchRequested``."""
    return process_batch(
        event,
        context,
        stage_messages(FetchRequested),
        build().handle,
        Metric.PAGES_FETCHED,
        seconds_needed=read_settings().seconds_per_record,
        concurrency=CONCURRENCY,
    )
