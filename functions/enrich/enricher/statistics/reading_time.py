"""How long an adult takes to read the body silently.

Comes in: the document. Goes out: minutes.
"""

from __future__ import annotations

from enricher.ports import Analysis, NotApplicableError
from newsdesk.contracts import Enrichment
from newsdesk.words import count_unspaced_characters

WORDS_PER_MINUTE = 238
"""Words a minute, for non-fiction in English (Brysbaert, "How many words do we read per minute?", Journal of Memory and
Language 109, 2019)."""

UNSPACED_CHARACTERS_PER_MINUTE = 255
"""Characters a minute, for Chinese (Trauzettel-Klosinski and Dietz, "Standardized assessment of reading performance:
the new international reading speed texts IReST", Investigative Ophthalmology and Visual Science 53, 2012)."""


class ReadingTimeEnricher:
    """Divides words by words a minute, and characters of scripts without spaces by characters a minute."""

    name = "reading-time"
    version = "1"

    def enrich(self, analysis: Analysis, _found: Enrichment) -> Enrichment:
        """Add the reading time, to a tenth of a minute."""
        if not analysis.words:
            raise NotApplicableError("no words")
        characters = count_unspaced_characters(analysis.document.body)
        minutes = (len(analysis.words) - characters) / WORDS_PER_MINUTE + characters / UNSPACED_CHARACTERS_PER_MINUTE
        return Enrichment(reading_time_minutes=max(0.1, round(minutes, 1)))
