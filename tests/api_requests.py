"""Requests as API Gateway hands them to the API function, and answers as its callers get them.

Comes in: what a caller asks. Goes out: events of the payload format 2.0, and answers read back.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

ALICE = {"iam": {"userId": "AROAALICE:session-1", "userArn": "arn:aws:sts::123456789012:assumed-role/alice/session-1"}}
BOB = {"iam": {"userId": "AIDABOB", "userArn": "arn:aws:iam::123456789012:user/bob"}}
CAROL = {"jwt": {"claims": {"iss": "https://login.example/", "sub": "carol"}, "scopes": None}}


@dataclass(frozen=True)
class Answer:
    """What a caller gets."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The type of the problem that the answer is."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.document["status"] == self.status
        return str(self.document["type"]).removeprefix("urn:newsdesk:problem:")


def request(
    method: str,
    path: str,
    body: object = None,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    caller: Mapping[str, Any] | None = ALICE,
) -> dict[str, Any]:
    """Return the event of a request; a body that is no text is sent as JSON."""
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": sent,
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"},
            "requestId": "request-1",
            "domainName": "api.example",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = dict(query)
    if caller is not None:
        event["requestContext"]["authorizer"] = dict(caller)
    if body is not None:
        sent.setdefault("content-type", "application/json")
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event


def answer_in(given: Mapping[str, Any]) -> Answer:
    """Return what a caller gets of what the function returned."""
    headers = {name.lower(): str(value) for name, value in given["headers"].items()}
    body = given.get("body") or ""
    raw = base64.b64decode(body) if given.get("isBase64Encoded") else body.encode("utf-8")
    if headers.get("content-encoding") == "gzip":
        raw = gzip.decompress(raw)
    return Answer(given["statusCode"], headers, raw.decode("utf-8"))
