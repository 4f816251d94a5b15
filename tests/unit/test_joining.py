"""The pages of one article become one: what is said again is said once, and the strictest wish counts."""

from __future__ import annotations

from typing import Any

import pytest

from extractor.contract import EXTRACTOR, ExtractionResult
from extractor.joining import MAXIMUM_LISTED_PAGES, join_pages
from newsdesk.contracts import (
    ArticleType,
    Block,
    BlockType,
    ChainEnd,
    ContentStatus,
    DroppedBlock,
    Extracted,
    FieldSource,
    Link,
    PageEnd,
    Person,
    Provenance,
    Quality,
    Reason,
    Rights,
    RightsSignal,
    SiteProfile,
)

URL = "https://courier.example/drovers"
HEADLINE = "The long walk of the last drovers"
DECK = "Eleven hundred sheep set out each July, as they always have"
FIRST = "They are the last to do it on foot, and the others have sold their dogs."
AUTHORS = (Person(name="Fergus Hale"), Person(name="The Associated Press"))
SECOND = "The second week is the river's, and each of its fords has moved since last year."


def result(*texts: str | Block, number: int = 1, links: tuple[Link, ...] = (), **fields: Any) -> ExtractionResult:
    """What one page gave."""
    blocks = tuple(text if isinstance(text, Block) else Block(type=BlockType.PARAGRAPH, text=text) for text in texts)
    page = Extracted(
        article_body="\n".join(block.text for block in blocks),
        blocks=blocks,
        url=URL,
        word_count=0,
        provenance=Provenance(
            requested_url=f"{URL}?page={number}",
            final_url=f"{URL}/{number}",
            capture_key=f"raw/{number}",
            extractor=EXTRACTOR,
            site_profile=SiteProfile(id=f"{number}"),
        ),
        **fields,
    )
    warnings = page.quality.warnings
    return ExtractionResult(
        page,
        links=links,
        dropped=(DroppedBlock(text=f"menu {number}", reason="page_furniture"),),
        wall_warnings=tuple(word for word in warnings if word.startswith("wall:")),
        page_warnings=tuple(word for word in warnings if word.startswith(("canonical_link:", "type:"))),
    )


def body(*pages: ExtractionResult, missing: ChainEnd | None = None) -> list[str]:
    return join_pages(pages, (), missing).article.article_body.split("\n")


def heading(text: str) -> Block:
    return Block(type=BlockType.HEADING, text=text, level=1)


def test_pages_are_joined_in_their_order_with_the_first_ones_metadata() -> None:
    # Given three pages of which each has fields of its own
    pages = [result(FIRST, number=1, headline="One"), result(SECOND, number=2, headline="Two")]

    # When they are joined
    article = join_pages(pages, ["b", "c", "b"], None).article

    # Then the text is of both, counted anew, and the rest of the first
    assert article.article_body == f"{FIRST}\n{SECOND}"
    assert [block.text for block in article.blocks] == [FIRST, SECOND]
    assert article.word_count == 32
    assert (article.headline, article.next_pages) == ("One", ("b", "c"))

    # And the second one's origin is on record, with what was known of the host when it was read
    (further,) = article.provenance.pages
    assert (further.requested_url, further.final_url, further.capture_key) == (f"{URL}?page=2", f"{URL}/2", "raw/2")
    assert further.site_profile == SiteProfile(id="2")
    assert article.provenance.capture_key == "raw/1"


@pytest.mark.parametrize(
    "top",
    [
        heading(HEADLINE),
        HEADLINE.upper(),
        f"{HEADLINE} – Page 2",
        f"{HEADLINE}, part 2 of 3",
        DECK,
        "By Fergus Hale",
        "Fergus Hale, 19 July 2026",
        heading("By Fergus Hale and The Associated Press"),
        "SPORT",
    ],
)
def test_what_stands_at_the_top_of_every_page_is_said_once(top: str | Block) -> None:
    # Given a second page that begins as the first one does
    head: dict[str, Any] = {"headline": HEADLINE, "description": DECK, "author": AUTHORS}
    first = result("SPORT", FIRST, **head)

    # When they are joined, Then its text begins with what is new, and what was cut is on record
    whole = join_pages([first, result(top, SECOND)], (), None)
    assert whole.article.article_body.split("\n") == ["SPORT", FIRST, SECOND]
    text = top if isinstance(top, str) else top.text
    assert DroppedBlock(text=text, reason="repeated") in whole.dropped


@pytest.mark.parametrize(
    "top", [heading("The aftermath"), "The press cheered.", heading("By the river"), "Hale laughed.", "Hale and hearty"]
)
def test_a_line_at_the_top_that_has_but_words_of_names_is_text(top: str | Block) -> None:
    first = result(FIRST, headline=HEADLINE, author=AUTHORS)
    assert body(first, result(top, SECOND)) == [FIRST, top if isinstance(top, str) else top.text, SECOND]


def test_a_headline_that_is_only_begun_alike_is_text() -> None:
    first = result(FIRST, headline="The drovers")
    assert body(first, result("The drovers of Garron", SECOND)) == [FIRST, "The drovers of Garron", SECOND]


def test_long_lines_are_said_once_wherever_they_stand_and_short_ones_as_often_as_they_are() -> None:
    # Given pages that end with the same note, and a short line that is said on both
    note = "Two reporters of this paper went with the drovers for the whole of the way."
    first, second = result(FIRST, "He shook his head.", note), result(SECOND, "He shook his head.", note, number=2)

    # When they are joined, Then the note stands where it was first, and the line twice
    assert body(first, second) == [FIRST, "He shook his head.", note, SECOND, "He shook his head."]


def test_a_page_that_says_nothing_new_ends_the_article() -> None:
    # Given a second page like the first, and a third that is another
    pages = [result(FIRST), result(FIRST, number=2), result(SECOND, number=3)]

    # When they are joined, Then nothing behind the second is believed
    article = join_pages(pages, (), None).article
    assert (article.article_body, article.provenance.pages) == (FIRST, ())
    assert article.quality.warnings == ("next_page:repeated",)


def test_an_article_is_as_whole_as_its_last_page() -> None:
    # Given pages of which each but the last goes on on another one
    cut: dict[str, Any] = {
        "content_status": ContentStatus.TRUNCATED,
        "quality": Quality(
            warnings=("wall:more_pages", "hidden_text", "canonical_link:home_page"),
            field_sources={
                "contentStatus": FieldSource(source="dom", confidence=0.5),
                "headline": FieldSource(source="x"),
            },
        ),
    }
    whole: dict[str, Any] = {
        "content_status": ContentStatus.FULL,
        "quality": Quality(
            warnings=("boundary:uncertain", "type:gallery"),
            field_sources={
                "contentStatus": FieldSource(source="dom", confidence=0.9),
                "headline": FieldSource(source="y"),
            },
        ),
    }

    # When they are joined, Then the last one's judgement holds, and warnings of text hold for all
    article = join_pages([result(FIRST, **cut), result(SECOND, number=2, **whole)], (), None).article
    assert article.content_status is ContentStatus.FULL
    assert article.quality.warnings == ("hidden_text", "canonical_link:home_page", "boundary:uncertain")
    assert article.quality.field_sources == {
        "contentStatus": FieldSource(source="dom", confidence=0.9),
        "headline": FieldSource(source="x"),
    }

    # And an article that misses a page is not whole, whatever the last one says
    article = join_pages([result(FIRST, **cut), result(SECOND, number=2, **whole)], (), Reason.TIMEOUT).article
    assert article.content_status is ContentStatus.TRUNCATED
    assert article.quality.warnings[-1] == "next_page:timeout"


@pytest.mark.parametrize("status", [ContentStatus.PAYWALLED, ContentStatus.CONSENT_WALL, ContentStatus.BOT_WALL])
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("missing", [None, Reason.TIMEOUT])
def test_a_wall_on_any_page_is_the_articles(status: ContentStatus, place: int, missing: Reason | None) -> None:
    # Given three pages of which one is behind a wall, the others whole or broken off
    others = {"content_status": ContentStatus.TRUNCATED, "quality": Quality(warnings=("wall:more_pages",))}
    walled = {
        "content_status": status,
        "quality": Quality(
            warnings=("wall:not_free", "wall:short"),
            field_sources={"contentStatus": FieldSource(source="dom", confidence=0.7)},
        ),
    }
    fields: list[dict[str, Any]] = [others, others, {"content_status": ContentStatus.FULL}]
    fields[place] = walled
    texts = (FIRST, SECOND, "And there the walk of this year ends, as it did last year.")
    pages = [
        result(text, number=at, **said) for at, (text, said) in enumerate(zip(texts, fields, strict=True), start=1)
    ]

    # When they are joined, Then so is the whole, with what was seen of it
    article = join_pages(pages, (), missing).article
    assert article.content_status is status
    assert article.quality.warnings == ("wall:not_free", "wall:short", *([f"next_page:{missing}"] if missing else []))
    assert article.quality.field_sources == walled["quality"].field_sources  # type: ignore[attr-defined]


def test_a_page_of_short_lines_that_were_said_before_ends_the_article() -> None:
    # Given an interview's page of short lines, and the same once more but for a counter
    lines = [f"He said number {number} then." for number in range(30)]
    again = result(*lines, "Read by 31 people.", number=2)

    # When they are joined, Then they are said once
    article = join_pages([result(*lines, "Read by 30 people."), again, result(SECOND, number=3)], (), None).article
    assert article.article_body.split("\n") == [*lines, "Read by 30 people."]
    assert article.quality.warnings == ("next_page:repeated",)

    # And a page of which one line in ten is new says something
    more = result(SECOND, *lines, *(f"She said number {number} then." for number in range(2)), number=2)
    assert len(join_pages([result(*lines), more], (), None).article.blocks) == 30 + 33


def test_an_article_is_as_clean_as_its_worst_page() -> None:
    pages = [
        result(FIRST, quality=Quality(leak_score=0.1)),
        result(SECOND, number=2, quality=Quality(leak_score=0.6)),
        result("And there the walk ends for this year.", number=3),
    ]
    assert join_pages(pages, (), None).article.quality.leak_score == 0.6


def test_the_wishes_of_all_pages_count() -> None:
    # Given pages that ask for different things
    signal = RightsSignal(source="page", name="robots", value="noai")
    first = result(FIRST, rights=Rights(robots=("index",), tdm_reservation=False, opt_outs=("noimageai",)))
    second = result(
        SECOND, number=2, rights=Rights(robots=("index", "noai"), noai=True, opt_outs=("noai",), signals=(signal,))
    )

    # When they are joined, Then all are enforced
    assert join_pages([first, second], (), None).article.rights == Rights(
        robots=("index", "noai"),
        noai=True,
        tdm_reservation=False,
        opt_outs=("noai", "noimageai"),
        signals=(signal,),
    )


def test_links_are_listed_once_and_what_was_cut_of_every_page() -> None:
    link, other = (Link(url=f"https://{name}.example/", kind="external") for name in ("a", "b"))
    whole = join_pages([result(FIRST, links=(link,)), result(SECOND, number=2, links=(link, other))], (), None)
    assert whole.links == (link, other)
    assert [piece.text for piece in whole.dropped] == ["menu 1", "menu 2"]


def test_the_stories_of_a_digest_go_on_over_its_pages() -> None:
    # Given a digest whose second page has its third story
    first = result(
        DECK, heading("Sheep"), FIRST, heading("Water"), SECOND, article_type=ArticleType.DIGEST, description=DECK
    )
    second = result(heading("Hay"), "At Tarn Bridge a farmer waits with hay, as his father did.", number=2)

    # When they are joined, Then so do its parts
    assert [part.headline for part in join_pages([first, second], (), None).article.parts] == ["Sheep", "Water", "Hay"]


def test_no_more_than_fifty_pages_are_listed() -> None:
    article = join_pages([result(FIRST)], [str(number) for number in range(90)], PageEnd.NOT_FOLLOWED).article
    assert len(article.next_pages) == MAXIMUM_LISTED_PAGES
