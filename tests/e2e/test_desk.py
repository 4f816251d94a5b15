"""The desk over the real local stack: its logs, its table, its bucket.

Comes in: the sample site, ingested. Goes out: assertions.
"""

from __future__ import annotations

import re

import pytest
from starlette.types import ASGIApp

from newsdesk.web import article_id, canonical_url, parse_url
from newsdesk_cli.desk import desk_of
from newsdesk_cli.ingestion import Result
from newsdesk_cli.sample_site import SampleSite
from newsdesk_cli.wording import outcome_in_words
from tests.e2e.conftest import World
from tests.newsroom import HOST, ask

BRIDGE = "/2026/11/20/harbour-bridge-reopens"


@pytest.fixture(scope="module")
def application(world: World, first_visit: dict[str, Result]) -> ASGIApp:
    return desk_of(world.stack, [HOST])


def shown(application: ASGIApp, path: str) -> str:
    answer = ask(application, path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_overview_counts_what_the_functions_wrote_into_their_logs(
    world: World, application: ASGIApp, first_visit: dict[str, Result]
) -> None:
    # Given
    indexed = sum(result.outcome == "indexed" for result in first_visit.values())
    # When
    numbers = [
        int(number.replace(",", ""))
        for number in re.findall(r'<dd class="number">([\d,]+)</dd>', shown(application, "/"))
    ]
    # Then every step of the funnel has passed at least what was indexed
    assert len(numbers) == 6
    assert min(numbers) >= indexed > 0


def test_an_article_is_followed_from_its_url_to_its_capture(
    world: World, application: ASGIApp, site: SampleSite
) -> None:
    # Given
    identifier = article_id(canonical_url(parse_url(site.url(BRIDGE))))
    # When
    found = ask(application, f"/find?subject={site.url(BRIDGE)}").headers["location"]
    # Then
    assert found == f"/articles/{identifier}"
    assert "Harbour bridge reopens" in shown(application, found)
    assert f"{found}/explanation" in shown(application, f"{found}/cut")
    explained = shown(application, f"{found}/explanation")
    assert "Councillor Dev Marchetti" in explained
    assert "page_furniture" in explained
    assert "Councillor Dev Marchetti" in shown(application, f"{found}/capture/page")
    ended = world.stack.store.outcome(identifier, 1)
    assert ended is not None
    assert outcome_in_words(ended.outcome) in shown(application, f"/submissions/{ended.submissions[0]}")
