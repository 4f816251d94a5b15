"""The discover function: sources that are due, and questions about sites.

Comes in: SQS events of ``SourceDue``; or ``{"find": URL}`` and ``{"try": ID or URL}``, by those who may invoke the
function. Goes out: the partial batch response; or an answer to the question, which changes nothing but slots of hosts.
Changes: see :mod:`discoverer.stage`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from discoverer.asking import Asker, read_document
from discoverer.finding import Finder
from discoverer.settings import DiscoverSettings
from discoverer.stage import DiscoverStage
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.adapters.sqs import SqsSubmitter
from newsdesk.clock import utc_now
from newsdesk.contracts import SourceDue
from newsdesk.runtime import BatchResponse, Metric, QueueRecord, RecordKind, instrumented, process_batch
from newsdesk.web import product_token
from newsdesk.web.transport import HttpFetcher, Politeness, egress_guard

CONCURRENCY = 5
"""Sources polled at the same time: as many as the event source puts into a batch."""

_SECONDS_AROUND = 20.0
"""For reading the largest document and for submitting what is new there."""


def _message_in(record: QueueRecord) -> SourceDue:
    return SourceDue.model_validate_json(record.body)


_SOURCES: RecordKind[SourceDue] = RecordKind(read=_message_in, keys=lambda message: {"source_id": message.source_id})


@cache
def read_settings() -> DiscoverSettings:
    """Read the settings, once per process."""
    return DiscoverSettings.read()


@cache
def build() -> tuple[DiscoverStage, Finder]:
    """Wire the stage, and what answers questions, once per process."""
    settings = read_settings()
    egress_guard.install()
    fetcher = HttpFetcher(
        settings.user_agent,
        settings.limits,
        allowed=settings.networks,
        closed_ports=settings.closed_ports,
        ports=settings.ports,
    )
    politeness = Politeness(
        DynamoHostStore(settings.table_name),
        fetcher,
        settings.crawl_limits,
        product_token(settings.user_agent),
        allowed=settings.networks,
    )
    store = DynamoSourceStore(settings.table_name)
    asker = Asker(politeness, fetcher, read_document, settings.maximum_source_bytes)
    submitter = SqsSubmitter(settings.intake_queue_url, settings.bulk_queue_url)
    return DiscoverStage(store, asker, submitter, utc_now), Finder(store, asker, fetcher, utc_now)


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> BatchResponse | dict[str, Any]:
    """Poll the sources of a batch, or answer a question."""
    stage, finder = build()
    if "Records" not in event:
        return finder.answer(event, lambda: context.get_remaining_time_in_millis() / 1000)
    return process_batch(
        event,
        context,
        _SOURCES,
        stage.handle,
        Metric.SOURCES_POLLED,
        seconds_needed=read_settings().crawl_limits.visit_seconds + _SECONDS_AROUND,
        concurrency=CONCURRENCY,
    )
