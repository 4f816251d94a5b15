"""Feeds and sitemaps that mean harm to whatever reads them; the numbers are those of ``docs/hostile-cases.md``.

Comes in: documents as a stranger may send them, each read in a process of its own. Goes out: assertions on what came of
it, and on the memory that it took. Changes: starts processes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PATHS = [str(ROOT / "functions" / "discover"), str(ROOT / "shared")]
MOST_MEGABYTES = 200
"""That reading may take, besides the document itself."""

SCRIPT = """
import gzip, json, resource, sys, zlib
sys.path[:0] = json.loads(sys.argv[1])
from discoverer.reading import UnreadableSourceError, read_source
body = eval(sys.argv[2])
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    document = read_source(body, None, "https://news.example/feed")
    said = {"items": len(document.items), "warnings": document.warnings, "truncated": document.is_truncated,
            "first": document.items[0].url if document.items else None,
            "titles": [item.title for item in document.items[:3]]}
except UnreadableSourceError as error:
    said = {"unreadable": error.reason}
taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({**said, "megabytes": taken / 1024}))
"""


def read(program: str) -> dict[str, Any]:
    """What comes of a document that an expression makes."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(PATHS), program], capture_output=True, text=True, check=True
    )
    said: dict[str, Any] = json.loads(done.stdout)
    assert said.pop("megabytes") < MOST_MEGABYTES
    return said


LAUGHS = (
    "b'<!DOCTYPE r [<!ENTITY a \"ha\">' + b''.join(b'<!ENTITY %c \"%s\">' % (98 + n, (b'&%c;' % (97 + n)) * 10)"
    ' for n in range(12)) + b\'<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]>\''
)
ITEM = "<item><link>/one</link><title>&m; &file;</title></item>"


def test_60_no_entity_is_expanded() -> None:
    said = read(f"{LAUGHS} + b'<rss><channel>{ITEM}</channel></rss>'")
    assert said == {
        "items": 1,
        "warnings": ["entities"],
        "truncated": False,
        "first": "https://news.example/one",
        "titles": ["&m; &file;"],
    }


def test_60_not_even_where_the_declarations_stand_within_the_document() -> None:
    said = read(f"b'<rss>' + {LAUGHS} + b'<channel>{ITEM}</channel></rss>'")
    assert said["titles"] == ["&m; &file;"]


ITEMS = (
    "b'<rss><channel>' + b''.join(b'<item><title>Title %d</title><link>/%d</link><pubDate>30 Nov 2026 10:%02d:00 GMT"
    "</pubDate><description>%s</description></item>' % (n, n, n % 60, b'Some words of a text. ' * 20)"
    " for n in range(50_000)) + b'</channel></rss>'"
)


@pytest.mark.slow
def test_61_a_feed_of_50_000_items_is_read() -> None:
    assert (said := read(ITEMS))["items"] == 50_000
    assert said["truncated"] is False


@pytest.mark.slow
def test_61_a_feed_of_50_000_items_with_a_fault_in_each_is_read() -> None:
    said = read(f"({ITEMS}).replace(b'</title>', b'<b></title>')")
    assert (said["items"], said["warnings"]) == (50_000, ["broken"])


@pytest.mark.slow
def test_61_of_a_sitemap_of_a_million_urls_the_first_are_read() -> None:
    said = read("b'<urlset>' + b''.join(b'<url><loc>/%d</loc></url>' % n for n in range(1_000_000)) + b'</urlset>'")
    assert (said["items"], said["truncated"]) == (50_000, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "program",
    [
        "b'<rss>' + b'<item>' * 1_000_000",
        "b'<rss>' + b'<a/>' * 1_000_000 + b'</rss>'",
        "b'<rss><item ' + b''.join(b'a%d=\"\" ' % n for n in range(500_000)) + b'><link>/1</link></item></rss>'",
        "b'<rss><item><title>' + b'&x;&' * 1_000_000 + b'</title></item></rss>'",
        "b'<rss>' + b'<![CDATA[' * 500_000",
        "b'<rss>' + b'<' * 2_000_000",
        "b'<!DOCTYPE rss [' + b'<!ENTITY a ' * 200_000 + b'<rss>'",
        "b'<rss><item><description>' + b'<b>' * 500_000 + b'</description></item></rss>'",
        "b'<rss><item>' + b'<title>' * 140_000 + b'<![CDATA[x]]></title></item></rss>'",
        "b'{\"items\":' + b'[' * 500_000",
        "b'{\"items\":[' + b'1,' * 2_000_000 + b'1]}'",
        "gzip.compress(b'<rss>' + b' ' * 200_000_000, 1)",
        "gzip.compress(gzip.compress(b'<rss/>' * 1_000_000))",
    ],
)
def test_61_a_document_made_to_exhaust_takes_no_more_memory_or_time_than_any_other(program: str) -> None:
    said = read(program)
    assert not said.get("items")


def test_61_what_came_before_the_harm_is_read() -> None:
    said = read("b'<rss><item><link>/one</link></item><item><title>' + b'<b>' * 500_000 + b'</title></item></rss>'")
    assert said["first"] == "https://news.example/one"


def test_61_texts_and_addresses_are_bounded() -> None:
    said = read("b'<rss><item><title>' + b'word ' * 100_000 + b'</title><link>/one</link></item>'"
                " b'<item><link>/' + b'x' * 5_000 + b'</link></item></rss>'")  # fmt: skip
    assert said["items"] == 1
    assert len(said["titles"][0]) == 300
