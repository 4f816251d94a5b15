"""The article of a plain text, clean or scraped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.kinds import judge_type
from extractor.text import clean_plain_text, split_parts
from newsdesk.contracts import ArticleType, Block, BlockType, DropReason

SEED = Path(__file__).parents[3] / "shared" / "seed"

FERRY = (
    "The night ferry to Skerry Bank will stop running at the end of the month, the harbour board said on "
    "Tuesday, after "
    "two winters in which it carried more crew than passengers.",
    "Harriet Moss, who has kept the ferry's ticket office for nineteen years, said that nobody had asked the islanders "
    "what they would do in an emergency.",
    "“The ferry is the only way to the hospital after dark,” she said.",
    "The harbour board wants to hire out the ferry in summer and to lay it up from October, which would "
    "save the islanders' "
    "council about a third of what it pays today.",
)
WEAVERS = (
    "Clutching bobbins of undyed wool, the weavers of Upper Dale have begun their yearly contest in front "
    "of a crowd that "
    "filled the market square by noon.",
    "Judges look at tension, pattern and the evenness of the selvedge, and they are not allowed to talk "
    "while a loom is "
    "working.",
)
COMET = (
    "Astronomers at the Pell observatory believe that the comet seen over the southern hemisphere last "
    "spring broke apart "
    "as it passed the sun.",
    "Photographs from three telescopes show a trail of at least eleven fragments, none of them larger than a house.",
)


def joined(*lines: str) -> str:
    return "\n\n".join(lines)


def test_a_clean_article_comes_through_whole() -> None:
    # Given an article with its headline and a subheading, and nothing of a page
    # When it is read
    found = clean_plain_text(
        joined("Skerry Bank loses its night ferry", *FERRY[:2], "What the board wants", *FERRY[2:])
    )
    # Then the headline is taken off, and all the rest is there
    assert found.headline == "Skerry Bank loses its night ferry"
    assert found.paragraphs == (*FERRY[:2], "What the board wants", *FERRY[2:])
    assert found.dropped == ()


def test_one_paragraph_is_an_article_without_a_headline() -> None:
    found = clean_plain_text(FERRY[0])
    assert (found.headline, found.paragraphs, found.dropped) == (None, (FERRY[0],), ())


def test_paragraphs_may_be_parted_by_single_line_ends() -> None:
    assert clean_plain_text("\r\n".join(("A headline of its own", *FERRY))).paragraphs == FERRY


def test_lines_wrapped_at_a_column_are_joined() -> None:
    # Given a text as it is written in mails and manuals
    text = (
        "Harbour bridge reopens\n\nThe bridge over the harbour reopened on Friday after fourteen months\n"
        "of repairs, two months later than the town had planned and a good\ndeal dearer.\n\n"
        "It had been shut because of cracks in two of its bearings, which the\ninspectors found by chance.\n"
    )
    # When it is read, Then each paragraph is one line
    assert clean_plain_text(text).paragraphs == (
        "The bridge over the harbour reopened on Friday after fourteen months of repairs, two months later "
        "than the town had planned and a good deal dearer.",
        "It had been shut because of cracks in two of its bearings, which the inspectors found by chance.",
    )


def test_a_poem_keeps_every_line() -> None:
    stanzas = (
        "The heron stands where water thins\nand waits for what the tide will send,\nthe river ends where "
        "sea begins\nand both will tell you there's no end.",
        "The heron knows.\nThe heron goes.",
        "The heron stands where water thins\nand nobody has asked it why;\nit counts the silver by their "
        "fins\nand keeps the colour of the sky.",
    )
    found = clean_plain_text("The Heron\n\n" + "\n\n".join(stanzas))
    assert found.headline == "The Heron"
    assert " ".join(found.paragraphs).split() == " ".join(stanzas).split()
    assert found.dropped == ()


def test_a_manual_keeps_every_line() -> None:
    text = joined(
        "tidewatch",
        "A small program that reads the gauges of a harbour and writes their levels to a file.",
        "Installation",
        "pip install tidewatch",
        "Usage",
        "- tidewatch list\n- tidewatch read GAUGE\n- tidewatch --help",
        "Contact",
        "Write to the harbour office. There is no warranty of any kind.",
    )
    found = clean_plain_text(text)
    assert " ".join((found.headline or "", *found.paragraphs)).split() == text.split()


def test_an_article_that_talks_about_subscriptions_is_no_furniture() -> None:
    lines = (
        "Readers subscribe to newsletters that they never open, a study of four publishers found.",
        "Share prices of two of them fell by a tenth on the news, and both declined to comment on it.",
        "“Sign up, they said, and it will be free,” one reader complained.",
    )
    assert clean_plain_text(joined("The inbox nobody reads", *lines)).paragraphs == lines


def test_teasers_below_the_article_are_cut() -> None:
    # Given a page as a scraper stored it: a bar above, other articles' openings and a newsletter below
    text = joined(
        "Follow us on social",
        "||",
        "Skerry Bank loses its night ferry",
        "Who will take the sick to hospital now?",
        "News | Islands",
        *FERRY,
        "Skerry Bank: the winter without a doctor",
        "News | Islands\nThe weavers of Upper Dale are at it again\nTop photo credit: A. Reader / Picture Desk",
        "The weavers of Upper Dale are at it again",
        "Culture",
        *WEAVERS,
        "keep readingShow less\nNight sky\nTop image credit: Pell observatory",
        "What became of the spring comet?",
        "Science",
        *COMET,
        "keep readingShow less",
        "LATEST",
        "Newsletter",
        "Subscribe now to our weekly letter and never miss what our reporters find on the islands and elsewhere.",
    )
    # When it is read
    found = clean_plain_text(text)
    # Then the article is there with its headline, deck and section, and nothing of the others
    assert found.headline == "Skerry Bank loses its night ferry"
    assert found.description == "Who will take the sick to hospital now?"
    assert found.section == "Islands"
    assert found.paragraphs == FERRY
    reasons = dict(found.dropped)
    assert reasons[WEAVERS[0]] is DropReason.FOREIGN_ARTICLE
    assert reasons["Top image credit: Pell observatory"] is DropReason.CAPTION
    assert reasons["Newsletter"] is DropReason.PROMOTION
    assert reasons["Follow us on social"] is DropReason.PAGE_FURNITURE


def test_teasers_above_the_article_are_cut() -> None:
    found = clean_plain_text(
        joined(
            "Skip to content",
            "Menu",
            "The weavers of Upper Dale are at it again",
            "Culture",
            WEAVERS[0],
            "Read more",
            "What became of the spring comet?",
            "Science",
            COMET[0],
            "Read more",
            "Skerry Bank loses its night ferry",
            "By Jane Roe",
            "12 May 2026",
            *FERRY,
            "© 2026 The Courier. All rights reserved.",
        )
    )
    assert found.headline == "Skerry Bank loses its night ferry"
    assert found.paragraphs == FERRY


def test_what_stands_between_two_paragraphs_does_not_end_the_article() -> None:
    # Given captions, a related link, an advertisement and a sharing bar within the article
    text = joined(
        "Share",
        "Skerry Bank loses its night ferry",
        FERRY[0],
        "Photo: The ferry at its berth / Picture Desk",
        FERRY[1],
        "Advertisement",
        FERRY[2],
        "RELATED",
        "The winter without a doctor on the islands",
        "Facebook | Twitter | E-mail",
        FERRY[3],
    )
    # When it is read, Then they are cut and the article goes on
    assert clean_plain_text(text).paragraphs == FERRY


def test_comments_are_cut() -> None:
    found = clean_plain_text(
        joined(
            "Share",
            "Skerry Bank loses its night ferry",
            *FERRY,
            "3 comments",
            "Well, I never liked the night ferry anyway, it always smelled of fish and diesel.",
        )
    )
    assert found.paragraphs == FERRY


def test_the_headed_stories_of_one_digest_stay_together() -> None:
    lines = (FERRY[0], "Ferries", FERRY[1], "Weaving", *WEAVERS, "Night sky", *COMET)
    found = clean_plain_text(joined("Print", "The week on the islands", *lines, "Subscribe", "Share this"))
    assert found.paragraphs == lines


def test_a_page_in_another_language_is_cleaned() -> None:
    body = (
        "Die Nachtfähre nach Skerry Bank stellt Ende des Monats ihren Betrieb ein, wie der Hafenvorstand am "
        "Dienstag mitteilte.",
        "Harriet Moss, die den Fahrkartenschalter seit neunzehn Jahren führt, sagte, niemand habe die "
        "Inselbewohner gefragt, was sie "
        "im Notfall tun sollten.",
    )
    text = joined(
        "Teilen",
        "Drucken",
        "Insel verliert ihre Nachtfähre",
        *body,
        "Meistgelesen",
        "Weberinnen treten wieder an",
        "Mehr lesen",
        "Impressum",
    )
    found = clean_plain_text(text)
    assert (found.headline, found.paragraphs) == ("Insel verliert ihre Nachtfähre", body)


def test_a_body_that_occurs_twice_is_kept_once() -> None:
    found = clean_plain_text(joined("Share", "Print", "Skerry Bank loses its night ferry", *FERRY, *FERRY))
    assert found.paragraphs == FERRY
    assert (FERRY[0], DropReason.REPEATED) in found.dropped


def test_a_text_without_spaces_between_words_is_read() -> None:
    body = (
        "港务局周二表示，由于乘客太少，前往该岛的夜间渡轮将于本月底停止运营。",
        "售票员说，没有人问过岛民在紧急情况下该怎么办。",
    )
    assert clean_plain_text(joined("夜间渡轮停运", *body)).paragraphs == body


def test_nothing_but_white_space_is_no_article() -> None:
    assert clean_plain_text(" \n\t\n") == clean_plain_text("")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *FERRY,
                *WEAVERS,
                "Share",
                "By Jane Roe",
                "LATEST",
                "Read more",
                "A headline of five words",
                "Culture",
                "- item",
                "So:",
                "||",
                "Why?",
                "",
                "3 comments",
                "Photo: x",
            ]
        )
        | st.text(max_size=60),
        max_size=25,
    )
)
def test_every_word_is_kept_or_dropped_and_none_is_made_up(lines: list[str]) -> None:
    text = "\n\n".join(lines)
    found = clean_plain_text(text)
    out = [found.headline or "", found.description or "", *found.paragraphs, *(line for line, _ in found.dropped)]
    assert sorted(" ".join(out).split()) == sorted(text.replace("\ufeff", " ").split()) or "\ufeff" in text


def test_the_scraped_page_that_the_service_exists_for_is_cleaned() -> None:
    # Given the text of a real page, where the workshop with it is present
    raw = SEED / "diplomacy-watch.raw.txt"
    if not raw.exists():
        pytest.skip("the folder shared/seed beside the checkout is not there")
    expected = json.loads((SEED / "diplomacy-watch.expected.json").read_text(encoding="utf-8"))
    # When it is read
    found = clean_plain_text(raw.read_text(encoding="utf-8"))
    # Then exactly its article is left
    assert found.headline == expected["headline"]
    assert found.description == expected["description"]
    assert found.section == expected["articleSection"]
    assert list(found.paragraphs) == expected["paragraphs"]
    # And it is a digest of its main story and two others
    blocks = [Block(type=BlockType.PARAGRAPH, text=text) for text in found.paragraphs]
    judged = judge_type(None, blocks, None, found.headline, found.section)
    assert judged.article_type is ArticleType.DIGEST
    parts = split_parts(blocks, judged.article_type)
    assert [len(part.text.split("\n")) for part in parts] == [7, 1, 1]
