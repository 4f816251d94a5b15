"""What the block classifier sees of each segment.

Numbers are of five kinds: the segment's own text; the containers around it and the others made from the same template
(tag and class names), with how much of the page's prose they hold; its place between headings, prose and the title; its
likeness to the title, the description and the body in the page's structured data; and whether the boundary guard
suspects it. No number names a site or an address.

A number is a :class:`Column`, its name and how it is computed. It is computed for all scored segments at once, when a
tree first asks for it.

Inside, ``columns`` and ``sums`` stand below ``places``, then ``view``, ``own`` and ``segments``.
"""

from __future__ import annotations

from extractor.body.features.columns import Column, Numbers, deferred, fields_of, names_of, prefixed, transposed
from extractor.body.features.segments import FEATURES, PageFeatures, features_of
from extractor.body.features.sums import Holding, casefolded
from extractor.body.features.view import Statements

__all__ = [
    "FEATURES",
    "Column",
    "Holding",
    "Numbers",
    "PageFeatures",
    "Statements",
    "casefolded",
    "deferred",
    "features_of",
    "fields_of",
    "names_of",
    "prefixed",
    "transposed",
]
