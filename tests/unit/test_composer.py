"""No enricher can cost an article more than its own part, nor more than its time."""

from __future__ import annotations

import pytest

from enricher.composer import ARTICLE_SECONDS, ENRICHER_SECONDS, compose, default_enrichers
from enricher.ports import Analysis, Document, Enricher
from enricher.statistics import ReadingTimeEnricher
from newsdesk.contracts import Enrichment, ModelProvenance

BODY = """Mayor Ilse Brandt reopened the Harbour Bridge in Wendlitz on Friday. "It took too long," Brandt said.
The Wendlitz Port Authority had closed it in May, and its engineers checked every bolt of the steel from Poland.
"""


class Failing:
    """Fails in another's place."""

    version = "1"

    def __init__(self, name: str) -> None:
        self.name = name

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        raise RuntimeError("model is broken")


class Slow:
    """Takes its time, and finds something all the same."""

    version = "1"

    def __init__(self, name: str, clock: SteppedClock, seconds: float) -> None:
        self.name, self.clock, self.seconds = name, clock, seconds

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        self.clock.now += self.seconds
        return Enrichment(reading_time_minutes=1.0)


class SteppedClock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


POSITIONS = range(len(default_enrichers()))


@pytest.mark.parametrize("position", POSITIONS)
def test_whichever_enricher_fails_the_article_keeps_the_rest(position: int) -> None:
    # Given the enrichers, one of them broken
    enrichers: list[Enricher] = list(default_enrichers())
    broken = enrichers[position].name
    enrichers[position] = Failing(broken)
    # When a text is enriched
    enrichment = compose(Document(BODY, "A bridge"), enrichers)
    # Then that one is recorded as failed, and every other one answered
    assert [error.enricher for error in enrichment.errors if error.kind == "failed"] == [broken]
    answered = {made.name for made in enrichment.provenance}
    answered |= {error.enricher for error in enrichment.errors}
    answered |= {left_out.enricher for left_out in enrichment.not_applicable}
    assert answered == {enricher.name for enricher in enrichers}


def test_a_slow_enricher_is_recorded_and_keeps_what_it_found() -> None:
    clock = SteppedClock()
    slow = Slow("slow", clock, ENRICHER_SECONDS + 1)
    enrichment = compose(Document(BODY), [slow], clock)
    assert enrichment.reading_time_minutes == 1.0
    assert [(error.enricher, error.kind) for error in enrichment.errors] == [("slow", "timed_out")]


def test_an_enricher_within_its_budget_is_not_recorded() -> None:
    clock = SteppedClock()
    assert compose(Document(BODY), [Slow("steady", clock, ENRICHER_SECONDS)], clock).errors == ()


def test_nothing_is_started_once_the_articles_time_is_spent() -> None:
    # Given enrichers that together take all of the article's time
    clock = SteppedClock()
    steady = [Slow(f"steady-{number}", clock, ENRICHER_SECONDS) for number in range(3)]
    assert ENRICHER_SECONDS * len(steady) > ARTICLE_SECONDS
    # When another one would be next
    enrichment = compose(Document(BODY), [*steady, ReadingTimeEnricher()], clock)
    # Then it is not started, and recorded
    assert [(error.enricher, error.kind) for error in enrichment.errors] == [("reading-time", "timed_out")]
    assert ModelProvenance(name="reading-time", version="1") not in enrichment.provenance
