"""Which articles a command is about.

Comes in: a stack, and what an operator chose. Goes out: articles' ids, each once. Changes: nothing.

The pipeline itself never scans its table. Commands do where no index has the answer: a scan reads everything once,
which costs about 25 cents for a million articles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from newsdesk.adapters.dynamodb import HOST_INDEX
from newsdesk.clock import to_text
from newsdesk_cli.errors import CommandError
from newsdesk_cli.lookup import find_article
from newsdesk_cli.stack import Stack

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """When articles' current revisions were committed."""

    since: datetime = _BEGINNING
    until: datetime = _END


def period(since: datetime | None, until: datetime | None) -> Period:
    """Return the period between two times, either of which may be left open."""
    return Period(since or _BEGINNING, until or _END)


def select(stack: Stack, subject: str | None, host: str | None, committed: Period) -> Iterator[str]:
    """Yield the article that an id or a URL names; or those of a host, or all, that were committed in a period."""
    if subject is not None:
        state = find_article(stack, subject)
        if state is None:
            raise CommandError(f"there is no article for {subject}")
        yield state.article_id
    elif host is not None:
        yield from current_of_host(stack, host, committed)
    else:
        yield from current_in(stack, committed)


def current_of_host(stack: Stack, host: str, period: Period | None = None) -> Iterator[str]:
    """Yield the articles of a host that have a current revision, the latest first."""
    wanted = period or Period()
    cursor: str | None = None
    while True:
        page = stack.store.by_host(host, wanted.since, wanted.until, cursor=cursor)
        yield from (listing.article_id for listing in page.listings)
        cursor = page.cursor
        if cursor is None:
            return


def current_in(stack: Stack, period: Period | None = None) -> Iterator[str]:
    """Yield the articles that have a current revision, in no order: a scan of an index that holds no others."""
    wanted = period or Period()
    request: dict[str, Any] = {
        "IndexName": HOST_INDEX,
        "FilterExpression": "listed_at BETWEEN :since AND :until",
        "ExpressionAttributeValues": {":since": {"S": to_text(wanted.since)}, ":until": {"S": to_text(wanted.until)}},
    }
    yield from _scanned(stack, request)


def known_of_host(stack: Stack, host: str) -> Iterator[str]:
    """Yield every article of a host, whatever became of it, in no order: a scan of the table."""
    request: dict[str, Any] = {
        "FilterExpression": "sk = :state AND #host = :host",
        "ExpressionAttributeNames": {"#host": "host"},
        "ExpressionAttributeValues": {":state": {"S": "state"}, ":host": {"S": host}},
    }
    yield from _scanned(stack, request)


def origins_of(stack: Stack, host: str) -> list[str]:
    """Return the sites that a host may have at the ports that the stack allows."""
    ports = [int(port) for port in stack.parameters.get("AllowedPorts", "80,443").split(",")]
    usual = {"http": 80, "https": 443}
    return [
        f"{scheme}://{host}" if port == usual[scheme] else f"{scheme}://{host}:{port}"
        for scheme in usual
        for port in ports
    ]


def duplicates_of(stack: Stack, article_ids: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the articles whose last visit led to one of these, each with that one: a scan of the table."""
    request: dict[str, Any] = {
        "FilterExpression": "sk = :state AND attribute_exists(duplicate_of)",
        "ExpressionAttributeValues": {":state": {"S": "state"}},
    }
    for item in _items(stack, request):
        original = item["duplicate_of"]["S"]
        if original in article_ids:
            yield _id_of(item), original


def _scanned(stack: Stack, request: dict[str, Any]) -> Iterator[str]:
    yield from (_id_of(item) for item in _items(stack, request))


def _id_of(item: Any) -> str:
    return str(item["pk"]["S"]).removeprefix("article#")


def _items(stack: Stack, request: dict[str, Any]) -> Iterator[Any]:
    pages = stack.dynamodb.get_paginator("scan").paginate(TableName=stack.outputs["TableName"], **request)
    for page in pages:
        yield from page["Items"]
