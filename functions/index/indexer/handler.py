"""The index function: enriched articles in, committed revisions out.

Comes in: SQS records of :class:`newsdesk.contracts.ArticleEnriched`. Goes out: the partial batch response. Changes: the
table.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from indexer.settings import IndexSettings
from indexer.stage import IndexStage
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sqs import SqsMessageSender
from newsdesk.clock import utc_now
from newsdesk.contracts import ArticleEnriched
from newsdesk.runtime import BatchResponse, Metric, Worker, instrumented, process_batch, stage_messages

_SECONDS_NEEDED = 5.0

_CONCURRENCY = 4
"""Articles committed at the same time: most of it is waiting for the table."""


@cache
def build() -> IndexStage:
    """Wire the stage to AWS, once per process. It is the last one, so it sends no messages."""
    settings = IndexSettings.read()
    return IndexStage(
        worker=Worker(
            DynamoArticleStore(
                settings.table_name, settings.record_retention_days, band_table=settings.band_table_name
            ),
            SqsMessageSender({}),
            utc_now,
            settings.timeouts,
        ),
        objects=S3ObjectStore(settings.bucket_name),
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> BatchResponse:
    """Commit every article of a batch."""
    return process_batch(
        event,
        context,
        stage_messages(ArticleEnriched),
        build().handle,
        Metric.ARTICLES_INDEXED,
        seconds_needed=_SECONDS_NEEDED,
        concurrency=_CONCURRENCY,
    )
