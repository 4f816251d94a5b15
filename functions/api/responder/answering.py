"""Every request has an answer that API Gateway and Lambda can carry.

Comes in: an event, and the API that answers it. Goes out: an answer, with a problem in place of an exception.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.runtime import logger
from responder.problems import ProblemError, ProblemType
from responder.routes import JSON_MEDIA_TYPE, problem_response
from responder.stage import ApiStatus

LARGEST_ANSWER_BYTES = 6_000_000
"""A little less than Lambda returns; the answer's own JSON around the body is counted."""

_WITH_BODY = frozenset({"POST", "PATCH", "PUT"})


def answer(
    build: Callable[[], APIGatewayHttpResolver], event: dict[str, Any], context: LambdaContext
) -> dict[str, Any]:
    """Return the answer to a request."""
    if not _is_json(event):
        return _refusal(ProblemType.CONTENT_TYPE)
    try:
        given: dict[str, Any] = build().resolve(event, context)
    except Exception:  # the caller of an API has no use for an exception
        logger.exception("request failed")
        return _refusal(ProblemType.FAILED)
    body = given.get("body") or ""
    is_large = len(body) > LARGEST_ANSWER_BYTES // 12
    if is_large and len(json.dumps(body, ensure_ascii=False).encode("utf-8")) > LARGEST_ANSWER_BYTES:
        return _refusal(ProblemType.TOO_LARGE)
    return given


def status_of(given: dict[str, Any]) -> ApiStatus:
    """Return how a request was answered."""
    code = int(given["statusCode"])
    if code == 304:
        return ApiStatus.NOT_MODIFIED
    return ApiStatus.FAILED if code >= 500 else ApiStatus.REFUSED if code >= 400 else ApiStatus.ANSWERED


def _is_json(event: dict[str, Any]) -> bool:
    """Return whether a request that should have a body in JSON says that it has; the library reads forms as well."""
    if event.get("requestContext", {}).get("http", {}).get("method") not in _WITH_BODY:
        return True
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return str(headers.get("content-type", "")).partition(";")[0].strip().lower() == JSON_MEDIA_TYPE


def _refusal(kind: ProblemType) -> dict[str, Any]:
    response: Response[str] = problem_response(ProblemError(kind))
    headers = {"Content-Type": response.content_type, **{name: str(value) for name, value in response.headers.items()}}
    return {"statusCode": response.status_code, "headers": headers, "body": response.body, "isBase64Encoded": False}
