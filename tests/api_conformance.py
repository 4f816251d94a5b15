"""Requests that Schemathesis makes of the API's document, and its judgement of every answer.

Comes in: where the API is, and a session that is authorised. Goes out: an assertion for each answer that is not as the
document says. Changes: what the requests change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from newsdesk_cli.documents import OPENAPI_DOCUMENT

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


_TOO_LONG = 431


def check_conformance(
    base_url: str,
    session: requests.Session,
    known: Mapping[str, str],
    queries: Mapping[str, Mapping[str, str]],
    examples: int,
) -> dict[str, dict[int, int]]:
    """Ask every operation for valid and for invalid things, always the same ones.

    Parameters
    ----------
    known : mapping
        Values of path parameters that lead to something; each operation is asked with them, and with made-up ones.
    queries : mapping
        By an operation's label, the query that it is asked with beside those values: for what a document cannot say.
    examples : int
        Of valid and of invalid requests of each operation.

    Returns
    -------
    dict
        How many answers of each status each operation gave.
    """
    schema = schemathesis.openapi.from_dict(json.loads(OPENAPI_DOCUMENT.read_text(encoding="utf-8")))
    statuses: dict[str, dict[int, int]] = {}
    operations: list[Any] = [
        found.ok()  # type: ignore[union-attr] # the document has no operation that is none
        for found in schema.get_all_operations()
    ]
    for operation in sorted(operations, key=lambda operation: bool(operation.method.upper() == "DELETE")):
        counted = statuses.setdefault(operation.label, {})
        names = [name for name in known if f"{{{name}}}" in operation.path]
        stated: list[dict[str, Any]] = [{}]
        if names:
            stated.append({"path_parameters": {name: known[name] for name in names}})
        if operation.label in queries:
            stated[-1]["query"] = dict(queries[operation.label])
        for parts in stated:
            _ask(operation, GenerationMode.POSITIVE, parts, base_url, session, examples, counted)
        _ask(operation, GenerationMode.NEGATIVE, {}, base_url, session, examples, counted)
    return statuses


def _ask(
    operation: Any,
    mode: GenerationMode,
    parts: Mapping[str, Any],
    base_url: str,
    session: requests.Session,
    examples: int,
    counted: dict[int, int],
) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, **parts))
    def ask(case: Any) -> None:
        response = case.call(base_url=base_url, session=session, verify=session.verify)
        counted[response.status_code] = counted.get(response.status_code, 0) + 1
        # A request longer than the gateway reads is its own to answer, whatever else is wrong with it.
        if response.status_code != _TOO_LONG:
            case.validate_response(response, checks=CHECKS)

    ask()
