"""Digests and live blogs cut into their parts."""

from __future__ import annotations

import pytest

from extractor.text import split_parts
from newsdesk.contracts import ArticleType, Block, BlockType


def paragraph(text: str) -> Block:
    return Block(type=BlockType.PARAGRAPH, text=text)


def heading(text: str) -> Block:
    return Block(type=BlockType.HEADING, text=text, level=2)


def digest(*blocks: Block) -> list[tuple[str | None, str]]:
    return [(part.headline, part.text) for part in split_parts(blocks, ArticleType.DIGEST)]


def live(*blocks: Block) -> list[tuple[str | None, str | None, str]]:
    return [(part.time, part.headline, part.text) for part in split_parts(blocks, ArticleType.LIVE_BLOG)]


def test_headings_begin_the_stories_of_a_digest() -> None:
    assert digest(
        paragraph("Good morning."),
        heading("Ferries"),
        paragraph("The night ferry stops."),
        paragraph("— Nobody was asked."),
        heading("Weaving"),
        paragraph("The weavers met."),
    ) == [
        (None, "Good morning."),
        ("Ferries", "The night ferry stops.\nNobody was asked."),
        ("Weaving", "The weavers met."),
    ]


def test_dashes_part_the_stories_behind_a_line_that_announces_other_news() -> None:
    assert digest(
        paragraph("The ferry stops."),
        paragraph("It was too dear."),
        paragraph("In other island news this week:"),
        paragraph("The doctor leaves."),
        paragraph("She has not said why."),
        paragraph("— The school gets a roof."),
    ) == [
        (None, "The ferry stops.\nIt was too dear."),
        (None, "The doctor leaves.\nShe has not said why."),
        (None, "The school gets a roof."),
    ]


def test_without_dashes_each_paragraph_behind_that_line_is_a_story() -> None:
    found = digest(paragraph("The ferry stops."), paragraph("Elsewhere:"), paragraph("A roof."), paragraph("A leak."))
    assert [text for _, text in found] == ["The ferry stops.", "A roof.", "A leak."]


def test_the_items_of_a_list_behind_that_line_are_stories() -> None:
    items = Block(type=BlockType.LIST, text="- A roof.\n- A leak.", items=("A roof.", "A leak."))
    assert [text for _, text in digest(paragraph("The ferry stops."), paragraph("In brief:"), items)] == [
        "The ferry stops.",
        "A roof.",
        "A leak.",
    ]


def test_a_digest_that_is_parted_by_dashes_alone() -> None:
    found = digest(
        paragraph("• The ferry stops."), paragraph("It was dear."), paragraph("• A roof."), paragraph("• A leak.")
    )
    assert [text for _, text in found] == ["The ferry stops.\nIt was dear.", "A roof.", "A leak."]


def test_a_digest_that_is_a_list_of_stories() -> None:
    stories = tuple(f"The {name} stops at the end of the month, and nobody was asked first." for name in "ABC")
    items = Block(type=BlockType.LIST, text="", items=stories)
    assert [text for _, text in digest(paragraph("Good morning."), items)] == ["Good morning.", *stories]
    short = Block(type=BlockType.LIST, text="- A roof.\n- A leak.", items=("A roof.", "A leak."))
    assert digest(paragraph("Good morning."), short) == []


def test_a_digest_of_one_story_has_no_parts() -> None:
    assert digest(paragraph("The ferry stops."), paragraph("It was too dear.")) == []


def test_an_article_has_no_parts() -> None:
    blocks = (heading("One"), paragraph("Text."), heading("Two"), paragraph("Text."))
    assert split_parts(blocks, ArticleType.NEWS_ARTICLE) == ()


def test_updates_begin_at_their_times() -> None:
    assert live(
        paragraph("What we know so far."),
        paragraph("14:32"),
        heading("Ferry sails"),
        paragraph("It left at last."),
        heading("Ferry delayed"),
        paragraph("1.05pm BST"),
        paragraph("Fog, says the master."),
        paragraph("12:10 – The crowd grows. About 300 have come."),
    ) == [
        (None, None, "What we know so far."),
        ("14:32", "Ferry sails", "It left at last."),
        ("1.05pm BST", "Ferry delayed", "Fog, says the master."),
        ("12:10", None, "The crowd grows. About 300 have come."),
    ]


def test_updates_without_times_begin_at_headings() -> None:
    assert live(
        heading("Sails"), paragraph("It left."), heading("Delayed"), paragraph("Fog at 10:30, says the master.")
    ) == [
        (None, "Sails", "It left."),
        (None, "Delayed", "Fog at 10:30, says the master."),
    ]


def test_of_very_many_parts_the_last_has_the_rest() -> None:
    parts = split_parts(
        [heading("H") if n % 2 == 0 else paragraph(f"Text {n}.") for n in range(4000)], ArticleType.DIGEST
    )
    assert len(parts) == 500
    assert parts[-1].text.endswith("Text 3999.")


@pytest.mark.parametrize(
    "time",
    ["5 minutes ago", "vor einer Stunde", "il y a 2 heures", "منذ 5 دقائق", "5分前", "3 часа назад", "12m", "just now"],
)
def test_a_time_relative_to_now_begins_an_update(time: str) -> None:
    assert live(
        paragraph(time), heading("Sails"), paragraph("It left."), paragraph(time), heading("Waits"), paragraph("Fog.")
    ) == [(time, "Sails", "It left."), (time, "Waits", "Fog.")]
