"""Every page case gives the article that is expected of it.

Comes in: the folders of ``tests/pages``. Goes out: assertions. Changes: temporary files.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from newsdesk_cli.page_cases import (
    PageCase,
    PageCaseError,
    add_case,
    differences,
    page_cases,
    read_case,
)
from newsdesk_cli.single_page import observe

CASES = page_cases()


def slug_of(case: PageCase) -> str:
    return case.slug


def test_there_are_cases_in_html_and_in_plain_text() -> None:
    assert len(CASES) >= 40
    assert {"diplomacy-watch", "diplomacy-watch-text"} <= {case.slug for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=slug_of)
def test_a_page_gives_its_article(case: PageCase) -> None:
    # When
    found = differences(case.expected, observe(read_case(case)))
    # Then
    if list(found) != case.expected.get("misses", []):
        pytest.fail("\n  ".join((case.slug, *found)), pytrace=False)


def test_few_cases_are_missed() -> None:
    assert sum("misses" in case.expected for case in CASES) <= 3


@pytest.mark.parametrize("case", CASES, ids=slug_of)
def test_a_page_says_where_it_is_from(case: PageCase) -> None:
    assert case.source.with_name("PROVENANCE.md").read_text(encoding="utf-8").startswith(f"# {case.slug}\n")


def plain_case(name: str) -> PageCase:
    return next(case for case in CASES if case.slug == name)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"outcome": "bot_wall"}, "outcome: expected bot_wall, got an article"),
        ({"article": {"headline": "Another"}}, 'headline: expected "Another", got'),
        ({"absent": ["headline"]}, "headline: expected nothing, got"),
        ({"paragraphs": ["Not a paragraph of it."]}, "missing: Not a paragraph of it."),
        ({"paragraphs": []}, "too much: "),
        ({"blocks": [{"type": "table"}]}, "block is missing or out of order"),
        ({"captions": ["Nobody took this picture."]}, "caption is not known as one"),
        ({"foreign": ["The lower towpath"]}, "foreign: The lower towpath"),
    ],
)
def test_every_kind_of_difference_is_reported(change: dict[str, object], complaint: str) -> None:
    # Given a page that is extracted as it should be
    case = plain_case("plain-text-clean")
    seen = observe(read_case(case))
    assert differences({"url": "https://a.example/"}, seen) == ()
    # When something else is expected of it
    found = differences({"url": "https://a.example/", **change}, seen)
    # Then it is said what
    assert any(line.startswith(complaint) for line in found), found


def test_blocks_must_come_in_the_order_given() -> None:
    # Given two blocks of a page
    seen = observe(read_case(plain_case("plain-text-clean")))
    first, second = {"contains": "The lower towpath"}, {"contains": "Walkers may use"}
    # Then one order is right and the other is not
    assert differences({"blocks": [first, second]}, seen) == ()
    assert len(differences({"blocks": [second, first]}, seen)) == 1


@pytest.mark.parametrize("name", ["harbour-bridge-reopens.html", "note.txt"])
def test_a_saved_page_becomes_a_case_that_holds(tmp_path: Path, name: str) -> None:
    # Given a saved page
    source = tmp_path / name
    known = Path(__file__).parents[2] / "infra" / "sample_site" / "pages" / name
    source.write_bytes(known.read_bytes() if known.is_file() else plain_case("plain-text-clean").source.read_bytes())
    # When
    add_case(source, "https://courier.example/a", "bridge", tmp_path / "pages")
    # Then it expects what is extracted today
    (case,) = page_cases(tmp_path / "pages")
    assert case.source.read_bytes() == source.read_bytes()
    assert case.expected["article"]["headline"]
    assert case.expected["paragraphs"]
    assert differences(case.expected, observe(read_case(case))) == ()
    assert (tmp_path / "pages" / "bridge" / "PROVENANCE.md").is_file()


def test_a_case_is_never_written_over(tmp_path: Path) -> None:
    # Given a case
    source = plain_case("plain-text-clean").source
    add_case(source, "https://a.example/", "towpath", tmp_path)
    before = json.loads((tmp_path / "towpath" / "expected.json").read_text(encoding="utf-8"))
    # When another is to have its name
    with pytest.raises(PageCaseError, match="there already"):
        add_case(source, "https://b.example/", "towpath", tmp_path)
    # Then it is as it was
    assert json.loads((tmp_path / "towpath" / "expected.json").read_text(encoding="utf-8")) == before


@pytest.mark.parametrize("slug", ["", "../up", "Capitals", "a--b", "-a", "with space"])
def test_a_case_has_a_plain_name(tmp_path: Path, slug: str) -> None:
    with pytest.raises(PageCaseError, match="lower case"):
        add_case(plain_case("plain-text-clean").source, "https://a.example/", slug, tmp_path)
