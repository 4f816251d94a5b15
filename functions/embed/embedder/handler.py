"""The embed function: changes in, vectors out.

Comes in: SQS records whose bodies are ``ArticleChanged`` events, as EventBridge puts them into a queue; calls of search
with a text. Goes out: the partial batch response; the text's vector. Changes: the bucket.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from embedder.model import MODEL, embed
from embedder.settings import EmbedSettings
from embedder.stage import EmbedStage
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.contracts import ArticleChanged
from newsdesk.runtime import BatchResponse, Metric, RecordKind, instrumented, process_batch
from newsdesk.searching import answer_text

_SECONDS_NEEDED = 5.0

_CHANGES: RecordKind[ArticleChanged] = RecordKind(
    read=lambda record: ArticleChanged.model_validate(json.loads(record.body)["detail"]),
    keys=lambda change: {"article_id": change.article_id, "change_id": change.change_id},
)


@cache
def build() -> EmbedStage:
    """Wire the stage to AWS, once per process."""
    settings = EmbedSettings.read()
    return EmbedStage(
        store=DynamoArticleStore(settings.table_name),
        objects=S3ObjectStore(settings.bucket_name),
        embed=embed,
        model=MODEL,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> BatchResponse | dict[str, str]:
    """Follow every change of a batch; or answer with a text's vector."""
    if "text" in event:
        return answer_text(MODEL, embed, event)
    return process_batch(
        event, context, _CHANGES, build().handle, Metric.ARTICLES_EMBEDDED, seconds_needed=_SECONDS_NEEDED
    )
