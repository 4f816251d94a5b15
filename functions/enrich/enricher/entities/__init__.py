"""Who and what the body names: persons, organisations, places, events.

Below it stand ``text``, ``parsing`` and ``ports``.
"""

from __future__ import annotations

from enricher.entities.entities import EntitiesEnricher, EntityType, NamedSpan, entities_of

__all__ = ["EntitiesEnricher", "EntityType", "NamedSpan", "entities_of"]
