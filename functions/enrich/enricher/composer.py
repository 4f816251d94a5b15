"""All enrichers, one after the other, into one enrichment.

Comes in: a document. Goes out: its enrichment.

Time is bounded in three ways, because neither Python nor the libraries below it can be interrupted safely midway: every
enricher bounds the input that it reads; an enricher that took longer than its budget is recorded, its result kept, for
the time is spent; and once the article's budget is spent, the enrichers that remain are not started, and recorded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from enricher.entities import EntitiesEnricher
from enricher.parsing import seconds_of_work
from enricher.places import Gazetteer, PlacesEnricher
from enricher.ports import Analysis, Document, Enricher, FallBackError, NotApplicableError
from enricher.speech import CitedSourcesEnricher, QuotesEnricher, attributions
from enricher.statistics import (
    KeyphrasesEnricher,
    LanguageEnricher,
    LinksEnricher,
    ReadingTimeEnricher,
    SignatureEnricher,
    SummaryEnricher,
    TopicsEnricher,
)
from newsdesk.contracts import Enrichment, EnrichmentError, ModelProvenance, NotApplicable

_COMPOSED_HERE = frozenset({"provenance", "not_applicable", "errors"})
_LONGEST_DETAIL = 200

ENRICHER_SECONDS = 3.0
"""The budget of one enricher, in processor time: a busy machine must not change what an article says. The slowest, the
first that asks for the parse, takes 0.2 s at the 95th percentile."""

ARTICLE_SECONDS = 8.0
"""The budget of one article, beyond which nothing more is started: less than half of what the handler sets aside."""


LONGEST_ENRICHED_CHARACTERS = 200_000
"""Of a body, as far as any enricher reads: 35,000 words, which hardly an article has. Most enrichers read less."""


def default_enrichers() -> tuple[Enricher, ...]:
    """Return the enrichers in the order in which they run: those that others build on come first."""
    gazetteer = Gazetteer.default()
    return (
        LanguageEnricher(),
        ReadingTimeEnricher(),
        EntitiesEnricher(gazetteer.weight, gazetteer.has_oblast),
        PlacesEnricher(gazetteer),
        QuotesEnricher(),
        CitedSourcesEnricher(),
        KeyphrasesEnricher(),
        SummaryEnricher(),
        TopicsEnricher(),
        LinksEnricher(),
        SignatureEnricher(),
    )


def analysis_of(document: Document) -> Analysis:
    """Return what the enrichers of a document share: of a body without end, its beginning."""
    return Analysis(replace(document, body=document.body[:LONGEST_ENRICHED_CHARACTERS]), attributions)


def compose(
    document: Document, enrichers: Sequence[Enricher], clock: Callable[[], float] = seconds_of_work
) -> Enrichment:
    """Return what the enrichers found, who found it, and which of them failed, took too long or did not apply."""
    analysis = analysis_of(document)
    found = Enrichment()
    begun = now = clock()
    waiting = deque(enrichers)
    while waiting:
        enricher = waiting.popleft()
        started = now
        if started - begun > ARTICLE_SECONDS:
            detail = f"not started: the article's {ARTICLE_SECONDS:g} s were spent"
            found = _with_error(found, EnrichmentError(enricher=enricher.name, kind="timed_out", detail=detail))
            continue
        try:
            addition = enricher.enrich(analysis, found)
        except NotApplicableError as error:
            found = _without(found, enricher, str(error))
        except FallBackError as error:
            if error.kind is None:
                found = _without(found, enricher, str(error))
            else:
                found = _with_error(found, EnrichmentError(enricher=enricher.name, kind=error.kind, detail=str(error)))
            waiting.appendleft(error.otherwise)
        except Exception as error:  # an article without one enrichment is worth more than no article
            detail = f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL]
            found = _with_error(found, EnrichmentError(enricher=enricher.name, kind="failed", detail=detail))
        else:
            found = _with_addition(found, addition, enricher)
        now = clock()
        if now - started > ENRICHER_SECONDS:
            detail = f"took longer than {ENRICHER_SECONDS:g} s; what it found is kept"
            found = _with_error(found, EnrichmentError(enricher=enricher.name, kind="timed_out", detail=detail))
    return found


def _with_addition(found: Enrichment, addition: Enrichment, enricher: Enricher) -> Enrichment:
    fields = {name: getattr(addition, name) for name in addition.model_fields_set - _COMPOSED_HERE}
    made_by = ModelProvenance(name=enricher.name, version=enricher.version)
    together = {
        "provenance": (*found.provenance, made_by),
        "not_applicable": (*found.not_applicable, *addition.not_applicable),
        "errors": (*found.errors, *addition.errors),
    }
    return found.model_copy(update={**fields, **together})


def _without(found: Enrichment, enricher: Enricher, why: str) -> Enrichment:
    left_out = NotApplicable(enricher=enricher.name, detail=why)
    return found.model_copy(update={"not_applicable": (*found.not_applicable, left_out)})


def _with_error(found: Enrichment, error: EnrichmentError) -> Enrichment:
    return found.model_copy(update={"errors": (*found.errors, error)})
