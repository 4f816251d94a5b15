"""Amazon Comprehend: entities and key phrases.

Comes in: text and its language. Goes out: what Comprehend found. Each call is billed.

Comprehend counts in Unicode code points (its API reference, ``Entity``), as Newsdesk does. An answer whose offsets do
not name the text that it quotes is not believed at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from newsdesk.adapters import clients
from newsdesk.adapters.managed_calls import managed_call
from newsdesk.managed import Detection


class Comprehend:
    """A :class:`newsdesk.managed.TextAnalysis`."""

    def __init__(self, client: Any = None) -> None:
        self._client = client or clients.comprehend()

    def entities(self, text: str, language: str) -> tuple[Detection, ...]:
        """Return the entities; see the port."""
        with managed_call():
            answer = self._client.detect_entities(Text=text, LanguageCode=language)
            return tuple(_detections(text, answer["Entities"], typed=True))

    def key_phrases(self, text: str, language: str) -> tuple[Detection, ...]:
        """Return the noun phrases; see the port."""
        with managed_call():
            answer = self._client.detect_key_phrases(Text=text, LanguageCode=language)
            return tuple(_detections(text, answer["KeyPhrases"], typed=False))


def _detections(text: str, entries: Iterable[Mapping[str, Any]], *, typed: bool) -> Iterable[Detection]:
    for entry in entries:
        begin, end, score = entry["BeginOffset"], entry["EndOffset"], entry["Score"]
        if not 0 <= begin < end <= len(text) or text[begin:end] != entry["Text"] or not 0 <= score <= 1:
            raise ValueError("the offsets do not name the text")
        yield Detection(begin, end, score, entry["Type"] if typed else "")
