"""Cases after public bug reports give what is right, and the judge of them finds what is wrong.

Comes in: the cases beside the repository, and the floor in ``tests/accuracy.toml``. Goes out: assertions. Changes:
temporary files.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.pipeline import PARAGRAPHS, page
from tests.reports import REPORTS, judge_reports, table_of

FLOORS = tomllib.loads((Path(__file__).resolve().parents[1] / "accuracy.toml").read_text(encoding="utf-8"))

ANSWER = "GET /bridge\n\nHTTP/1.1 200 OK\nContent-Type: text/html\n\n<!doctype html>... (an article)\n"
MOVED = "GET /old\n\nHTTP/1.1 302 Found\nLocation: /bridge\nContent-Length: 0\n\n"
TEXT = {
    "id": "a",
    "title": "",
    "text": "The bridge is open again. “Nobody looked under water,” said Ruth Nolan, the county's engineer.",
    "lang": "en",
}
QUOTE = {"contains": "Nobody looked under water", "speaker": {"name": "Ruth Nolan"}}


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the cases after bug reports are not beside the repository")
def test_as_many_reported_cases_are_right_as_before() -> None:
    # When every case is worked through
    results = list(judge_reports())
    # Then no fewer are right than before
    right = sum(not result.wrong for result in results)
    if right < FLOORS["reports"]["right"]:
        pytest.fail(table_of(results), pytrace=False)


@pytest.mark.parametrize(
    ("name", "content", "right", "wrong"),
    [
        ("source.html", page().decode(), {"paragraphs": list(PARAGRAPHS)}, {"paragraphs": list(PARAGRAPHS[:2])}),
        ("source.html", "{}", {"outcome": "content_type"}, {"outcome": "paywall"}),
        ("response.txt", ANSWER, {"outcome": "indexed"}, {"outcome": "no_article"}),
        (
            "response.txt",
            MOVED + ANSWER,
            {"outcome": "indexed", "requested": ["/old", "/bridge"]},
            {"outcome": "indexed", "requested": ["/old", "/ferry"]},
        ),
        ("text.json", json.dumps(TEXT), {"quotes": [QUOTE]}, {"quotes": [QUOTE | {"speaker": {"name": "Rosa Minch"}}]}),
        (
            "text.json",
            json.dumps(TEXT),
            {"quotes": [], "noQuoteContains": ["The bridge"]},
            {"quotes": [], "noQuoteContains": ["under water"]},
        ),
    ],
)
def test_what_is_wrong_with_a_case_is_found(
    tmp_path: Path, name: str, content: str, right: dict[str, object], wrong: dict[str, object]
) -> None:
    # Given a case of which the right is expected, and the same of which the wrong is
    for slug, expected in (("right", right), ("wrong", wrong)):
        (tmp_path / slug).mkdir()
        (tmp_path / slug / name).write_text(content, encoding="utf-8")
        case = {"url": "https://news.example/2026/a", **expected}
        (tmp_path / slug / "expected.json").write_text(json.dumps(case), encoding="utf-8")
    # When both are worked through
    wrong_in = {result.slug: result.wrong for result in judge_reports(tmp_path)}
    # Then the one differs and the other does not
    assert wrong_in["right"] == ()
    assert wrong_in["wrong"] != ()
