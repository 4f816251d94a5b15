"""Extract's Lambda function.

Comes in: SQS records of ``PageFetched``. Goes out: the ids of those to be delivered again. Changes: what
:class:`extractor.stage.ExtractStage` changes.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from extractor.reading import PAGE_SECONDS, WALL_FACTOR, ChildReader
from extractor.settings import ExtractSettings
from extractor.stage import ExtractStage
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sqs import GatheringSender
from newsdesk.clock import utc_now
from newsdesk.contracts import ArticleExtracted, FetchRequested, PageFetched
from newsdesk.runtime import BatchResponse, Metric, Worker, instrumented, process_batch, stage_messages

CONCURRENCY = 3
"""Pages worked on at the same time. They are read one after the other; meanwhile the others wait for the bucket and the
table, which would be billed as well as work is."""

SECONDS_NEEDED = CONCURRENCY * 2 * PAGE_SECONDS * WALL_FACTOR + 7.0
"""For a page that has to wait for all others, when each is read twice, each time as long as it may, with a start of the
child before each; to join it with others takes 1.2 s of a whole processor more."""


@cache
def reader() -> ChildReader:
    """Return the process that reads pages."""
    return ChildReader()


def prepare() -> None:
    """Let the child load its libraries already while Lambda prepares this process; elsewhere the first page does."""
    if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
        reader().start()


@cache
def build() -> ExtractStage:
    """Wire the stage to AWS, once per process."""
    settings = ExtractSettings.read()
    sender = GatheringSender(
        {
            FetchRequested: settings.fetch_queue_url,
            PageFetched: settings.extract_queue_url,
            ArticleExtracted: settings.enrich_queue_url,
        }
    )
    return ExtractStage(
        worker=Worker(
            DynamoArticleStore(settings.table_name, settings.record_retention_days),
            sender,
            utc_now,
            settings.timeouts,
            outbox=sender,
        ),
        objects=S3ObjectStore(settings.bucket_name),
        hosts=DynamoHostStore(settings.table_name),
        maximum_body_bytes=settings.maximum_body_bytes,
        opt_outs=settings.opt_outs,
        read=reader(),
        follow_pages=settings.follow_pages,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> BatchResponse:
    """Handle a batch of fetched pages."""
    return process_batch(
        event,
        context,
        stage_messages(PageFetched),
        build().handle,
        Metric.PAGES_EXTRACTED,
        seconds_needed=SECONDS_NEEDED,
        concurrency=CONCURRENCY,
        outbox=build().worker.outbox,
    )


prepare()
