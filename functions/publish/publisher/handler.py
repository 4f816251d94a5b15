"""The publish function: the table's stream in, change feed and events out.

Comes in: DynamoDB stream records. Goes out: how many changes there were. Changes: ``changes/v1/``,
``unreadable/v1/``, ``schemas/``, the event bus.

A record that cannot be read is kept in the bucket, and the others are announced. Anything else that goes wrong is the
infrastructure's fault, and raises, so that the stream delivers the batch again, whole or in halves: change objects are
named after their batch, and what a half announces again under another name has the same ``changeId``.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.adapters.dynamodb import DynamoArticleStore, read_inserted
from newsdesk.adapters.eventbridge import EventBridgePublisher
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.contracts import ARTICLE_SCHEMA_KEY, article_json_schema, schema_text
from newsdesk.runtime import Metric, count, instrumented, logger
from publisher.settings import PublishSettings
from publisher.stage import PublishStage, PublishStatus, outcomes_of


@cache
def build() -> PublishStage:
    """Wire the stage to AWS and put the article's schema beside the articles, once per process."""
    settings = PublishSettings.read()
    objects = S3ObjectStore(settings.bucket_name)
    schema = schema_text(article_json_schema())
    objects.replace(ARTICLE_SCHEMA_KEY, schema.encode("utf-8"), "application/schema+json")
    return PublishStage(
        objects=objects,
        events=EventBridgePublisher(settings.bus_name),
        submissions=DynamoArticleStore(settings.table_name),
        yields=DynamoSourceStore(settings.table_name),
    )


@instrumented
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, int]:
    """Announce what a batch of stream records committed, and return how many changes that were."""
    stage = build()
    inserted, unreadable = stage.read(event["Records"], read_inserted)
    changes = stage.handle(inserted)
    if unreadable:
        count(Metric.CHANGES_PUBLISHED, PublishStatus.UNREADABLE, unreadable)
        logger.error("records not read", extra={"unreadable": unreadable})
    count(Metric.CHANGES_PUBLISHED, PublishStatus.PUBLISHED, changes)
    for outcome, number in outcomes_of(inserted).items():
        count(Metric.OUTCOMES_RECORDED, outcome, number)
    logger.info("batch published", extra={"records": len(inserted), "changes": changes})
    return {"changes": changes, "unreadable": unreadable}
