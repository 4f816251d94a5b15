"""Who said what, and on which sources the article rests.

Below it stand ``text``, ``parsing`` and ``ports``.
"""

from __future__ import annotations

from enricher.speech.attributions import attributions
from enricher.speech.cited_sources import CitedSourcesEnricher
from enricher.speech.quotes import QuotesEnricher, quotes_with_evidence

__all__ = ["CitedSourcesEnricher", "QuotesEnricher", "attributions", "quotes_with_evidence"]
