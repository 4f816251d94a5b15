"""Enrich's Lambda function.

Comes in: SQS records of ``ArticleExtracted``. Goes out: the ids of those to be delivered again. Changes: what
:class:`enricher.stage.EnrichStage` changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from enricher.composer import default_enrichers
from enricher.managed_services import (
    BedrockSummaryEnricher,
    ComprehendEntitiesEnricher,
    ComprehendKeyphrasesEnricher,
    WithFallback,
)
from enricher.ports import Enricher
from enricher.settings import EnrichSettings
from enricher.stage import EnrichStage
from newsdesk.adapters.bedrock import Bedrock
from newsdesk.adapters.comprehend import Comprehend
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.spending import DynamoAllowance
from newsdesk.adapters.sqs import GatheringSender
from newsdesk.clock import utc_now
from newsdesk.contracts import ArticleEnriched, ArticleExtracted, PageFetched
from newsdesk.runtime import BatchResponse, Metric, Worker, instrumented, process_batch, stage_messages

CONCURRENCY = 3
"""Articles worked on at the same time. They are enriched one after the other; meanwhile the others wait for the bucket
and the table, which would be billed as well as work is."""

SECONDS_NEEDED = CONCURRENCY * 17.0 + 3.0
"""For an article that has to wait for all others."""


@cache
def build() -> EnrichStage:
    """Wire the stage to AWS, once per process."""
    settings = EnrichSettings.read()
    sender = GatheringSender({PageFetched: settings.extract_queue_url, ArticleEnriched: settings.index_queue_url})
    return EnrichStage(
        worker=Worker(
            DynamoArticleStore(settings.table_name, settings.record_retention_days),
            sender,
            utc_now,
            settings.timeouts,
            outbox=sender,
        ),
        objects=S3ObjectStore(settings.bucket_name),
        enrichers=enrichers_for(settings),
    )


def enrichers_for(settings: EnrichSettings) -> Sequence[Enricher]:
    """Return the enrichers in their order, the managed ones in the place of those that they are chosen over."""
    managed: dict[str, Enricher] = {}
    units = DynamoAllowance(
        settings.table_name, "comprehend", settings.comprehend_units_per_day, settings.managed_percent_per_host
    )
    if settings.entities_backend == "comprehend":
        managed["entities"] = ComprehendEntitiesEnricher(Comprehend(), units)
    if settings.keyphrases_backend == "comprehend":
        managed["keyphrases"] = ComprehendKeyphrasesEnricher(Comprehend(), units)
    if settings.summary_model:
        tokens = DynamoAllowance(
            settings.table_name, "bedrock", settings.summary_tokens_per_day, settings.managed_percent_per_host
        )
        managed["summary"] = BedrockSummaryEnricher(Bedrock(settings.summary_model), tokens)
    return tuple(
        WithFallback(managed[enricher.name], enricher) if enricher.name in managed else enricher
        for enricher in default_enrichers()
    )


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> BatchResponse:
    """Handle a batch of extracted articles."""
    return process_batch(
        event,
        context,
        stage_messages(ArticleExtracted),
        build().handle,
        Metric.ARTICLES_ENRICHED,
        seconds_needed=SECONDS_NEEDED,
        concurrency=CONCURRENCY,
        outbox=build().worker.outbox,
    )
