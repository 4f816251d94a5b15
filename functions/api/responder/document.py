"""The OpenAPI 3.1 document of the API, as it is committed.

Comes in: the routes. Goes out: the document's text. No request needs it.
"""

from __future__ import annotations

import json
from typing import Any, cast

from newsdesk import __version__
from responder.routes import create_app
from responder.stage import ApiStage

_METHODS = ("get", "post", "patch", "put", "delete")
_SECURITY_SCHEMES = {
    "sigv4": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "AWS Signature Version 4 for `execute-api`; where the stack has no issuer of tokens.",
        "x-amazon-apigateway-authtype": "awsSigv4",
    },
    "jwt": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the stack's issuer, for one of its audiences; where the stack has one.",
    },
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[ -~]*$"},
    "description": "The `ETag` of each copy that the caller has.",
}
_GATEWAY = {
    403: "Not authorised. This answer is API Gateway's own.",
    429: "Too many requests in a second. This answer is API Gateway's own.",
}


def openapi_document() -> dict[str, Any]:
    """Return the document."""
    nothing = cast(ApiStage, None)  # what routes do is of no interest here
    text = create_app(nothing).get_openapi_json_schema(
        title="Newsdesk",
        version=__version__,
        openapi_version="3.1.0",
        description="Submit URLs, and read the articles that they became.",
    )
    document: dict[str, Any] = json.loads(text)
    del document["servers"]
    for item in document["paths"].values():
        for method in _METHODS:
            if method in item:
                _complete(item[method])
    for path in ("/v1/articles/{article_id}", "/v1/feeds/{form}"):
        document["paths"][path]["get"]["parameters"].append(_IF_NONE_MATCH)
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    document["components"]["securitySchemes"] = _SECURITY_SCHEMES
    document["security"] = [{name: []} for name in _SECURITY_SCHEMES]
    return document


def _complete(operation: dict[str, Any]) -> None:
    """Put in what API Gateway answers itself, and take out what the library says of its own answers."""
    responses = operation["responses"]
    responses.pop("422", None)
    for status, description in _GATEWAY.items():
        known = responses.setdefault(str(status), {"description": description})
        known.setdefault("content", {})["application/json"] = {
            "schema": {"type": "object", "properties": {"message": {"type": "string"}}}
        }
    operation["responses"] = dict(sorted(responses.items()))
