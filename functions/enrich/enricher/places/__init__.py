"""Where the places are that the body names, and which countries it is about.

Below it stand ``text``, ``parsing`` and ``ports``.
"""

from __future__ import annotations

from enricher.places.gazetteer import Gazetteer, folded
from enricher.places.places import PlacesEnricher

__all__ = ["Gazetteer", "PlacesEnricher", "folded"]
