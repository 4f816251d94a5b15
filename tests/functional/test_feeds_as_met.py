"""Feeds as they are met: what each file of the data beside the repository gives.

Comes in: ``../shared/data/feeds``, where it is there; nothing of it is copied. Goes out: assertions.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from discoverer.reading import SourceDocument, UnreadableSourceError, read_source

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "feeds"
URL = "https://feeds.example/all.xml"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data is not beside the repository")

REAL = {
    "atom-customfields.atom": ("atom", 15, 15, 15),
    "content-encoded.rss": ("rss", 7, 7, 7),
    "craigslist.rss": ("rdf", 25, 25, 0),
    "encoding.rss": ("rss", 40, 40, 0),
    "feedburner.atom": ("atom", 25, 25, 25),
    "guardian.rss": ("rss", 55, 55, 50),
    "heraldsun.rss": ("rss", 2, 0, 0),
    "incomplete-fields.atom": ("atom", 0, 0, 0),
    "instant-article.rss": ("rss", 1, 1, 1),
    "itunes-category.rss": ("rss", 1, 1, 1),
    "many-links.rss": ("atom", 25, 25, 25),
    "missing-fields.atom": ("atom", 0, 0, 0),
    "pagination-links.rss": ("rss", 1, 1, 1),
    "reddit-home.rss": ("atom", 24, 24, 24),
    "rss-1.rss": ("rdf", 69, 69, 69),
    "unrecognized.rss": ("web_page", 0, 0, 0),
}
"""The format, and how many items there are with an address, with the day of publication and with authors."""

_EXAMPLE = "http://example.org/"
FORMS = {
    "atom-feed_feedlink_-_atom10_feed_link_rel_self": {"self_link": _EXAMPLE},
    "atom-feed_language_-_atom03_feed_xml_lang": {"language": "en"},
    "atom-feed_language_-_atom10_feed_xml_lang": {"language": "en"},
    "atom-feed_link_-_atom03_feed_link": {"site_url": "http://www.example.org/"},
    "atom-feed_link_-_atom10_feed_link": {"site_url": "http://www.example.org/"},
    "atom-feed_title_-_atom03_feed_title": {"title": "Feed Title"},
    "atom-feed_title_-_atom10_feed_title": {"title": "Feed Title"},
    "atom-feed_item_link_-_atom03_feed_entry_link": {"urls": ["http://www.example.org/"]},
    "atom-feed_item_link_-_atom10_feed_entry_link": {"urls": ["http://www.example.org/"]},
    "rss-feed_fallbacks_-_rss_channel_dc": {"title": "DC Title", "language": "en-us"},
    "rss-feed_item_description_-_rdf_item_description": {"urls": ["http://example.org/entry/1"]},
    "rss-feed_item_link_-_rdf_item_link": {"urls": [_EXAMPLE]},
    "rss-feed_item_link_-_rss_channel_item_link": {"urls": [_EXAMPLE]},
    "rss-feed_item_links_-_rss_channel_item_links": {"urls": [_EXAMPLE]},
    "rss-feed_item_title_-_rdf_item_title": {"urls": ["http://example.org/entry/1"]},
    "rss-feed_language_-_rss_channel_language": {"language": "en-us"},
    "rss-feed_link_-_rdf_channel_link": {"site_url": _EXAMPLE},
    "rss-feed_link_-_rss_channel_atom_link": {"self_link": _EXAMPLE},
    "rss-feed_link_-_rss_channel_atom_link_alternate": {"site_url": _EXAMPLE},
    "rss-feed_link_-_rss_channel_link": {"site_url": _EXAMPLE},
    "rss-feed_links_-_rdf_channel_links": {"site_url": _EXAMPLE},
    "rss-feed_links_-_rss_channel_links": {"site_url": _EXAMPLE},
    "rss-feed_title_-_rdf_channel_title": {"title": "Feed Title"},
    "rss-feed_title_-_rss_channel_title": {"title": "Feed Title"},
    "rss-feed_item_author_-_rss_channel_item_author_atom": {"title": "Feed Title"},
    "rss-feed_item_content_-_rss_channel_item_content_atom": {"title": "Feed Title"},
    "rss-feed_item_published_-_rss_channel_item_published_atom": {"title": "Feed Title"},
    "rss-feed_item_updated_-_rss_channel_item_updated_atom": {"title": "Feed Title"},
    "json-json10_full_expected": {"title": "title"},
    "json-json11_full_expected": {"title": "title", "language": "en"},
}
"""What a form shows of what is read: every other field is empty."""


def document_of(path: Path) -> SourceDocument:
    return read_source(path.read_bytes(), None, URL)


def summary_of(path: Path) -> tuple[str, int, int, int]:
    try:
        document = document_of(path)
    except UnreadableSourceError as error:
        return error.reason.value, 0, 0, 0
    items = document.items
    dated, signed = sum(item.published is not None for item in items), sum(bool(item.authors) for item in items)
    return document.format, len(items), dated, signed


@pytest.mark.parametrize("name", REAL)
def test_a_real_feed_gives_its_items(name: str) -> None:
    assert summary_of(DATA / "real" / name) == REAL[name]


def test_the_table_has_every_real_feed() -> None:
    assert {path.name for path in (DATA / "real").iterdir()} == set(REAL)


@pytest.mark.parametrize("path", sorted((DATA / "forms").glob("translator-*")), ids=lambda path: path.stem)
def test_a_form_gives_what_it_shows_and_nothing_else(path: Path) -> None:
    document = document_of(path)
    said = {
        "title": document.title,
        "language": document.language,
        "site_url": document.site_url,
        "self_link": document.self_link,
        "urls": [item.url for item in document.items],
    }
    expected = FORMS.get(path.stem.removeprefix("translator-"), {})
    assert {name: value for name, value in said.items() if value} == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("atom10_feed.xml", "atom"),
        ("invalid.json", "damaged"),
        ("json11_feed.json", "json_feed"),
        ("rss_feed.xml", "rss"),
        ("rss_feed_leading_spaces.xml", "rss"),
        ("unknown_feed.xml", "unknown"),
    ],
)
def test_a_format_is_known_by_its_beginning(name: str, expected: str) -> None:
    assert summary_of(DATA / "forms" / f"parser-universal-{name}")[0] == expected
