"""What the block classifier sees of each segment.

Numbers are of five kinds: the segment's own text; the containers around it and the others made from the same template
(tag and class names), with how much of the page's prose they hold; its place between headings, prose and the title; its
likeness to the title, the description and the body in the page's structured data; and whether the boundary guard
suspects it. No number names a site or an address.

Inside, ``columns`` and ``sums`` stand below ``own`` and ``places``, and ``rows`` above them all.
"""

from __future__ import annotations

from extractor.body.features.columns import FEATURES, WORD_FEATURES
from extractor.body.features.rows import PageFeatures, features_of
from extractor.body.features.sums import TOKEN, Holding

__all__ = ["FEATURES", "TOKEN", "WORD_FEATURES", "Holding", "PageFeatures", "features_of"]
