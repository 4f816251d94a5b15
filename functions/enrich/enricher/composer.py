"""All enrichers, one after the other, into one enrichment.

Comes in: a document. Goes out: its enrichment. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from enricher.language import LanguageEnricher
from enricher.links import LinksEnricher
from enricher.near_duplicates import SignatureEnricher
from enricher.ports import Document, Enricher, NotApplicableError
from enricher.reading_time import ReadingTimeEnricher
from newsdesk.article import Enrichment, EnrichmentError, ModelProvenance

_COMPOSED_HERE = frozenset({"provenance", "errors"})
_LONGEST_DETAIL = 200


def default_enrichers() -> tuple[Enricher, ...]:
    """Return the enrichers in the order in which they run: those that others build on come first."""
    return (LanguageEnricher(), ReadingTimeEnricher(), LinksEnricher(), SignatureEnricher())


def compose(document: Document, enrichers: Sequence[Enricher]) -> Enrichment:
    """Return what the enrichers found, who found it, and which of them failed or did not apply."""
    found = Enrichment()
    for enricher in enrichers:
        try:
            addition = enricher.enrich(document, found)
        except NotApplicableError as error:
            found = _with_error(
                found, EnrichmentError(enricher=enricher.name, kind="not_applicable", detail=str(error))
            )
        except Exception as error:  # an article without one of its extras is worth more than none
            detail = f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL]
            found = _with_error(found, EnrichmentError(enricher=enricher.name, kind="failed", detail=detail))
        else:
            found = _with_addition(found, addition, enricher)
    return found


def _with_addition(found: Enrichment, addition: Enrichment, enricher: Enricher) -> Enrichment:
    fields = {name: getattr(addition, name) for name in addition.model_fields_set - _COMPOSED_HERE}
    made_by = ModelProvenance(name=enricher.name, version=enricher.version)
    return found.model_copy(update={**fields, "provenance": (*found.provenance, made_by)})


def _with_error(found: Enrichment, error: EnrichmentError) -> Enrichment:
    return found.model_copy(update={"errors": (*found.errors, error)})
