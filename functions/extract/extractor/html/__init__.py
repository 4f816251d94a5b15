"""The page: decoded, parsed, cut into segments, and what it says of itself. Only this package opens lxml trees.

Order within the extractor: ``contract``, ``text``, ``html``, then ``kinds`` and ``metadata``, then ``body``, then
``reading``; imports go down. What the parent process of extract loads must not import this package.
"""

from __future__ import annotations

from extractor.html.canonical import canonical_link
from extractor.html.charset import decode_text
from extractor.html.containers import AREAS, ASIDES, FIGURES, FORMS, HEADING_LEVELS, TABLES, Container
from extractor.html.formats import has_markup, other_format
from extractor.html.hidden import hidden_text, hides_prose
from extractor.html.inline import Targets, marks_of
from extractor.html.json_ld import Breadcrumb, StructuredArticle, StructuredData, read_structured_data, same_address
from extractor.html.links import checked_url, is_same_site, leads_elsewhere, links_of
from extractor.html.meta_tags import MetaStatements, lines_of, one_line, read_meta, text_of
from extractor.html.page import Element, Page, read_html
from extractor.html.preformatted import preformatted_text
from extractor.html.queries import query
from extractor.html.rights import rights_of, signals_of
from extractor.html.script_body import script_body
from extractor.html.segments import HIDDEN_STYLE, Placed, Segment, segments_of
from extractor.html.tree import parse_html

__all__ = [
    "AREAS",
    "ASIDES",
    "FIGURES",
    "FORMS",
    "HEADING_LEVELS",
    "HIDDEN_STYLE",
    "TABLES",
    "Breadcrumb",
    "Container",
    "Element",
    "MetaStatements",
    "Page",
    "Placed",
    "Segment",
    "StructuredArticle",
    "StructuredData",
    "Targets",
    "canonical_link",
    "checked_url",
    "decode_text",
    "has_markup",
    "hidden_text",
    "hides_prose",
    "is_same_site",
    "leads_elsewhere",
    "lines_of",
    "links_of",
    "marks_of",
    "one_line",
    "other_format",
    "parse_html",
    "preformatted_text",
    "query",
    "read_html",
    "read_meta",
    "read_structured_data",
    "rights_of",
    "same_address",
    "script_body",
    "segments_of",
    "signals_of",
    "text_of",
]
