"""A revision is new when body, headline, dates or refusals are, and only then."""

from __future__ import annotations

import pytest

from extractor.text import content_hash
from newsdesk.contracts import Extracted, ModelProvenance, Person, Provenance, Rights


def article(**changes: object) -> Extracted:
    fields = {
        "headline": "Harbour bridge reopens",
        "article_body": "The bridge reopened.\nIt had been shut for a year.",
        "date_published": "2026-11-20",
        "url": "https://news.example/bridge",
        "word_count": 10,
        "provenance": Provenance(
            requested_url="https://news.example/bridge",
            final_url="https://news.example/bridge",
            extractor=ModelProvenance(name="test", version="1"),
        ),
    }
    return Extracted.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    "furniture",
    [
        {"article_body": "The bridge  reopened.\n\nIt had been\tshut for a year. "},
        {"headline": "Harbour  bridge\nreopens "},
        {"keywords": ("harbour",)},
        {"author": (Person(name="Hattie Rowbottom"),)},
        {"description": "After a year."},
        {"article_section": "Transport"},
    ],
)
def test_the_same_article_in_another_dress_has_the_same_hash(furniture: dict[str, object]) -> None:
    assert content_hash(article(**furniture)) == content_hash(article())


@pytest.mark.parametrize(
    "correction",
    [
        {"article_body": "The bridge reopened.\nIt had been shut for two years."},
        {"headline": "Harbour bridge reopens at last"},
        {"headline": None},
        {"date_published": "2026-11-21"},
        {"date_published": None},
        {"date_modified": "2026-11-21"},
    ],
)
def test_a_change_of_body_headline_or_dates_changes_the_hash(correction: dict[str, object]) -> None:
    assert content_hash(article(**correction)) != content_hash(article())


def test_a_refusal_that_appears_changes_the_hash_and_other_wishes_do_not() -> None:
    refusal, wish = Rights(opt_outs=("noai",)), Rights(robots=("follow",), tdm_reservation=False)
    assert content_hash(article(rights=refusal)) != content_hash(article())
    assert content_hash(article(rights=wish)) == content_hash(article())


def test_what_stands_in_one_field_does_not_stand_for_another() -> None:
    assert content_hash(article(date_published="2026-11-20", date_modified=None)) != content_hash(
        article(date_published=None, date_modified="2026-11-20")
    )


def test_the_hash_is_the_same_in_every_release() -> None:
    assert content_hash(article()) == "897fe8e60ceebc634c5c3adab07aafd828f7a036e7f3e683d43e676ac2d6311e"
