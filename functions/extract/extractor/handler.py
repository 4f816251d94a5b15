"""Extract's Lambda function.

Comes in: SQS records of ``PageFetched``. Goes out: the ids of those to be delivered again. Changes: what
:class:`extractor.stage.ExtractStage` changes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from extractor.settings import ExtractSettings
from extractor.stage import ExtractStage
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sqs import SqsMessageSender
from newsdesk.clock import utc_now
from newsdesk.messages import ArticleExtracted, PageFetched
from newsdesk.observability import instrumented
from newsdesk.records import process_batch

SECONDS_NEEDED = 20.0
"""For one page: trafilatura takes about ten seconds of one core for eleven megabytes of text."""


@cache
def build() -> ExtractStage:
    """Wire the stage to AWS, once per process."""
    settings = ExtractSettings()
    return ExtractStage(
        store=DynamoArticleStore(settings.table_name, settings.record_retention_days),
        objects=S3ObjectStore(settings.bucket_name),
        sender=SqsMessageSender({ArticleExtracted: settings.enrich_queue_url}),
        clock=utc_now,
        patience=settings.patience,
        maximum_body_bytes=settings.maximum_body_bytes,
        opt_outs=settings.opt_outs,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Handle a batch of fetched pages."""
    return process_batch(event, context, PageFetched, build().handle, "PagesExtracted", seconds_needed=SECONDS_NEEDED)
