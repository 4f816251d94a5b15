"""What the page says of its article besides the body: titles, authors, dates, images, each with its source.

Below it stand ``text`` and ``html``; above it ``body`` and ``reading``.
"""

from __future__ import annotations

from extractor.metadata.images import (
    FoundImage,
    PlacedImage,
    embedded_address,
    file_name,
    is_of_some_size,
    picture_in_place,
)
from extractor.metadata.reader import Metadata, read_metadata, site_names, without_images
from extractor.metadata.titles import LONGEST_HEADLINE

__all__ = [
    "LONGEST_HEADLINE",
    "FoundImage",
    "Metadata",
    "PlacedImage",
    "embedded_address",
    "file_name",
    "is_of_some_size",
    "picture_in_place",
    "read_metadata",
    "site_names",
    "without_images",
]
