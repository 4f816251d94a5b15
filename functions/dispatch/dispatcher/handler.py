"""The dispatch function: once a minute.

Comes in: a schedule's event, which may name a part of the shards. Goes out: the counts. Changes: the table and the
stages' queues.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from dispatcher.settings import DispatchSettings
from dispatcher.stage import DispatchStage
from newsdesk.adapters.dynamodb import DUE_SHARDS, DynamoArticleStore
from newsdesk.adapters.sources import SOURCE_SHARDS, DynamoDueSources
from newsdesk.adapters.sqs import GatheringSender, QueueDepths
from newsdesk.clock import utc_now
from newsdesk.contracts import ArticleEnriched, ArticleExtracted, FetchRequested, PageFetched
from newsdesk.pauses import Pauses
from newsdesk.runtime import Metric, Worker, count, instrumented, logger

_MILLISECONDS_NEEDED = 15_000
_WORKERS = 20

_BRIEFLY = Pauses(tries=2, first_seconds=0.1)
"""What the table throttles now is due again in a minute, and then there is more that it takes."""


@cache
def build() -> DispatchStage:
    """Wire the stage to AWS, once per process."""
    settings = DispatchSettings.read()
    sender = GatheringSender(
        {
            FetchRequested: settings.fetch_queue_url,
            PageFetched: settings.extract_queue_url,
            ArticleExtracted: settings.enrich_queue_url,
            ArticleEnriched: settings.index_queue_url,
        }
    )
    return DispatchStage(
        Worker(
            DynamoArticleStore(settings.table_name, settings.record_retention_days, pauses=_BRIEFLY),
            sender,
            utc_now,
            settings.timeouts,
            outbox=sender,
        ),
        shards=DUE_SHARDS,
        limit_per_shard=settings.dispatch_limit_per_shard,
        workers=_WORKERS,
        bulk_in_flight=settings.bulk_in_flight,
        backlog=QueueDepths(settings.queue_urls).total,
        sources=DynamoDueSources(settings.table_name, settings.discover_queue_url, pauses=_BRIEFLY),
        source_shards=SOURCE_SHARDS,
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Move what is due in the event's part of the shards, until the function's time runs short."""
    part, parts = int(event.get("part", 0)), int(event.get("parts", 1))
    moved = build().run(lambda: context.get_remaining_time_in_millis() > _MILLISECONDS_NEEDED, part, parts)
    for status, number in moved.items():
        count(Metric.ARTICLES_DISPATCHED, status, number)
    answer = {status.value: number for status, number in moved.items()}
    logger.info("dispatched", extra={"moved": answer})
    return answer
