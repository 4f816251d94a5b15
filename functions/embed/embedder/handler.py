"""The embed function: changes in, vectors out.

Comes in: SQS records whose bodies are ``ArticleChanged`` events, as EventBridge puts them into a queue. Goes
out: the partial batch response. Changes: the bucket.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from embedder.model import MODEL, embed
from embedder.settings import EmbedSettings
from embedder.stage import EmbedStage
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.contracts import ArticleChanged
from newsdesk.errors import TimeShortError
from newsdesk.runtime import count, instrumented, logger

_SECONDS_NEEDED = 5.0


@cache
def build() -> EmbedStage:
    """Wire the stage to AWS, once per process."""
    settings = EmbedSettings()
    return EmbedStage(
        store=DynamoArticleStore(settings.table_name),
        objects=S3ObjectStore(settings.bucket_name),
        embed=embed,
        model=MODEL,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Follow every change of a batch."""

    def handle(record: SQSRecord) -> None:
        if context.get_remaining_time_in_millis() < _SECONDS_NEEDED * 1000:
            raise TimeShortError
        change = ArticleChanged.model_validate(json.loads(record.body)["detail"])
        status = build().handle(change)
        count("ArticlesEmbedded", status)
        logger.info("change followed", extra={"status": status, "change_id": change.change_id})

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    with processor(event["Records"], handle, lambda_context=context):
        processor.process()
    return processor.response()
