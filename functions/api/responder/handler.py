"""The API function: requests of API Gateway in, answers out.

Comes in: events of API Gateway's HTTP APIs. Goes out: answers. Changes: the queues that submit takes its submissions
from.
"""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.feed import S3ChangeFeed
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sqs import SqsSubmissionSender
from newsdesk.clock import utc_now
from newsdesk.runtime import Metric, count, instrumented, logger, measure
from responder.answering import answer, status_of
from responder.routes import create_app
from responder.settings import ApiSettings
from responder.stage import ApiStage


@cache
def build() -> APIGatewayHttpResolver:
    """Wire the API to AWS, once per process."""
    settings = ApiSettings()
    return create_app(
        ApiStage(
            store=DynamoArticleStore(settings.table_name),
            objects=S3ObjectStore(settings.bucket_name),
            feed=S3ChangeFeed(settings.bucket_name),
            sender=SqsSubmissionSender(settings.submit_queue_url, settings.bulk_queue_url),
            clock=utc_now,
        )
    )


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
