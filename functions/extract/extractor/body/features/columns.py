"""The names of the numbers that the block classifier sees of each segment, in order.

No number names a site or an address.
"""

from __future__ import annotations

from extractor.html import AREAS

CHAIN = 5
"""So many containers around a segment are described one by one, from the nearest outwards."""
TAGS = ("p", "li", "div", "td", "th", "blockquote", "figcaption", "pre", "article", "section", "header", "address")

# fmt: off
_OWN = (
    "tokens", "characters", "token_length", "short_tokens", "lower_tokens", "capital_tokens", "upper_characters",
    "digits", "commas", "stops", "ends_sentence", "ends_colon", "ends_question", "ends_dots", "starts_lower",
    "starts_quote", "starts_mark", "has_copyright", "has_at", "has_bar", "has_clock", "has_year", "has_url", "colons",
    "quotes", "link_share", "links", "strong_share", "hidden", "copies", "copied_before",
)
CONTAINER = ("size", "prose_share", "link_share", "segments", "prose_segments", "children_alike")
_TEMPLATE = ("count", "tokens", "prose_share", "link_share", "mean", "prose_part")
_PLACE = (
    "index", "share", "tokens_before", "prose_before", "prose_after", "previous_prose", "next_prose", "title_distance",
    "title_after", "h1_distance", "depth", "in_main_half", "in_main_most", "up_to_main", "down_from_main", "up_to_most",
    "next_tokens", "next_links", "previous_tokens", "previous_links", "heading_level", "heading_distance",
    "heading_title", "section_tokens", "section_prose", "section_links", "same_parent_before", "same_parent_after",
    "anchor_distance", "anchor_up", "anchor_down", "anchor_path", "title_up", "title_down", "best_up", "best_down",
)
_LIKENESS = (
    "title_in_text", "text_in_title", "is_title", "description_in_text", "text_in_description", "in_body_data",
    "vocabulary",
)
_SUSPICION = ("suspicion", "taken_for_foreign", "page_suspicion", "suspects", "suspect_share", "suspect_place")
_PAGE = ("segments", "tokens", "prose_tokens", "prose_segments", "link_share", "has_h1", "has_body_data", "unspaced")
WORD_FEATURES = ("own", "parent", "grandparent", "lowest", "highest", "sum", "text_words", "first_words")
# fmt: on
FEATURES: tuple[str, ...] = (
    *_OWN,
    *(f"is_{tag}" for tag in TAGS),
    *(f"in_{min(area)}" for area in AREAS),
    *(f"container{level}_{name}" for level in range(CHAIN) for name in CONTAINER),
    *(f"template_{name}" for name in _TEMPLATE),
    *(f"path_{name}" for name in _TEMPLATE),
    *_PLACE,
    *_LIKENESS,
    *_SUSPICION,
    *(f"page_{name}" for name in _PAGE),
)
