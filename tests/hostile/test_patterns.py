"""Case 101: no regular expression can be made to run without end.

The number is that of ``docs/hostile-cases.md``. Every pattern that a module of the product holds or writes inline is
given texts that repeat what it repeats. It is processor time that counts, and growth, not the speed of the machine.
"""

from __future__ import annotations

import re

import pytest

from harness.pumping import Use, patterns_of, pumps_of, slowest_growth

pytestmark = pytest.mark.slow

PACKAGES = (
    "newsdesk", "submitter", "fetcher", "extractor.text", "extractor.html", "extractor.kinds", "extractor.metadata",
    "extractor.body", "extractor.reading", "enricher", "indexer", "publisher", "dispatcher", "embedder",
)  # fmt: skip

LONGEST_LINE = 400
BOUNDED = {
    "newsdesk.web.urls._AMP_CACHE_TARGET": 2_048,
    "newsdesk.web.urls._AMP_VIEWER_TARGET": 2_048,
    "extractor.html.charset._COMMENT": 4_096,
    "extractor.kinds.pagination._IN_FOLDER": 2_048,
    "extractor.kinds.pagination._IN_NAME": 2_048,
    "extractor.kinds.walls.vocabulary._TITLE_PARTS": 500,
    "extractor.metadata.authors._ADDRESS": 600,
    r"extractor.metadata.authors: \s*[|•·]\s*|,\s+(?=\d)|\s[–—-]\s": 150,
    "extractor.metadata.images._CREDIT": 1_000,
    "extractor.metadata.shown_dates._PARTS": 300,
    "extractor.metadata.authors._CONJUNCTION": 600,
    "extractor.metadata.authors._EMPLOYER": 600,
    "extractor.metadata.authors._GLUED_AGENCY": 600,
    "extractor.text.lines._PATTERNS": LONGEST_LINE,
    "enricher.speech.speakers._COMPLEMENT": 200,
    "enricher.statistics.links._SLUG": 300,
}
"""The longest text that a pattern ever reads, where the module that holds it cuts it before."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("package", PACKAGES)
def test_case_101_the_time_of_a_pattern_grows_with_its_text_and_no_faster(package: str) -> None:
    slow = {
        name: found
        for name, use in patterns_of([package]).items()
        if (found := slowest_growth(use, BOUNDED.get(name, BOUNDED.get(name.partition("[")[0])))) is not None
    }
    assert slow == {}


@pytest.mark.parametrize(
    ("pattern", "is_slow"),
    [
        (r"(a+)+b", True),
        (r"\s*x\s*y", True),
        (r"x\s*+y", False),
        (r"\s+$", True),
        (r"<a[^>]*>", True),
        (r"<a[^<>]*+>", False),
        (r"\d+-\d+", True),
        (r"(?<!\d)\d++-\d++", False),
    ],
)
def test_case_101_a_pattern_that_can_be_made_slow_is_seen(pattern: str, is_slow: bool) -> None:
    found = slowest_growth(Use(re.compile(pattern), frozenset({"search"})))
    assert (found is not None) is is_slow


def test_case_101_patterns_in_tables_and_in_lines_are_found() -> None:
    names = patterns_of(["extractor.text"])
    assert any("[" in name for name in names)
    assert all(list(pumps_of(use.pattern)) for use in names.values() if use.pattern.pattern)
    assert len(names) > 20
