"""What can be counted in a text: language, keyphrases, summary, topics, links, near-duplicates, reading time.

Below it stand ``text``, ``parsing`` and ``ports``.
"""

from __future__ import annotations

from enricher.statistics.keyphrases import MOST_KEYPHRASES, KeyphrasesEnricher
from enricher.statistics.language import LanguageEnricher
from enricher.statistics.links import LinksEnricher
from enricher.statistics.near_duplicates import SignatureEnricher
from enricher.statistics.reading_time import ReadingTimeEnricher
from enricher.statistics.summary import MOST_SENTENCES, SummaryEnricher
from enricher.statistics.topics import TopicsEnricher

__all__ = [
    "MOST_KEYPHRASES",
    "MOST_SENTENCES",
    "KeyphrasesEnricher",
    "LanguageEnricher",
    "LinksEnricher",
    "ReadingTimeEnricher",
    "SignatureEnricher",
    "SummaryEnricher",
    "TopicsEnricher",
]
