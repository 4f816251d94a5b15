"""The API function: requests of API Gateway in, answers out.

Comes in: events of API Gateway's HTTP APIs. Goes out: answers. Changes: the queues that submit takes its submissions
from, pages that wait for their submission, and the registry of sources.
"""

from __future__ import annotations

import secrets
import time
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.feed import S3ChangeFeed
from newsdesk.adapters.functions import LambdaFunction
from newsdesk.adapters.s3 import S3ObjectStore, S3UploadLinks
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.adapters.sqs import SqsSubmissionSender
from newsdesk.clock import utc_now
from newsdesk.runtime import Metric, count, instrumented, logger, measure
from newsdesk.searching import ArticleSearch, CalledSearch
from responder.answering import answer, status_of
from responder.pushing import Pushing
from responder.routes import create_app
from responder.settings import ApiSettings
from responder.sources import SourceDesk
from responder.stage import ApiStage


@cache
def build() -> APIGatewayHttpResolver:
    """Wire the API to AWS, once per process."""
    settings = ApiSettings.read()
    objects = S3ObjectStore(settings.bucket_name)
    sender = SqsSubmissionSender(settings.submit_queue_url, settings.bulk_queue_url)
    return create_app(
        ApiStage(
            store=DynamoArticleStore(settings.table_name),
            objects=objects,
            feed=S3ChangeFeed(settings.bucket_name),
            sender=sender,
            clock=utc_now,
            pushing=Pushing(
                objects=objects,
                links=S3UploadLinks(settings.bucket_name),
                sender=sender,
                clock=utc_now,
                maximum_body_bytes=settings.maximum_body_bytes,
                new_name=lambda: secrets.token_hex(16),
            ),
            sources=SourceDesk(DynamoSourceStore(settings.table_name), utc_now),
            search=_search(settings.search_function_name),
        )
    )


def _search(function_name: str) -> ArticleSearch | None:
    return CalledSearch(LambdaFunction(function_name).call) if function_name else None


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a request; whatever happens, there is an answer."""
    begun = time.monotonic()
    logger.append_keys(route=event.get("routeKey"), request_id=event.get("requestContext", {}).get("requestId"))
    given = answer(build, event, context)
    status = status_of(given)
    count(Metric.REQUESTS_ANSWERED, status)
    measure(Metric.REQUESTS_ANSWERED_MILLISECONDS, (time.monotonic() - begun) * 1000, status)
    logger.info("request answered", extra={"http_status": given["statusCode"], "status": status})
    return given
