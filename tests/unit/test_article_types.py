"""What kind of page it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extractor.html import read_html
from extractor.kinds import TypeJudgement, judge_type
from newsdesk.contracts import ArticleType, Block, BlockType

SENTENCE = (
    "The harbour board met on Tuesday to hear what the repairs of the northern pier will cost the town this winter."
)
URL = "https://courier.example/2026/11/20/northern-pier"


def body(*texts: str, headed: tuple[str, ...] = ()) -> list[Block]:
    blocks = [Block(type=BlockType.PARAGRAPH, text=text) for text in texts or [SENTENCE] * 10]
    for title in headed:
        blocks += [
            Block(type=BlockType.HEADING, text=title, level=2),
            Block(type=BlockType.PARAGRAPH, text=SENTENCE * 3),
        ]
    return blocks


def described(kind: str, **properties: object) -> str:
    return (
        f'<script type="application/ld+json">{json.dumps({"@type": kind, "headline": "Pier", **properties})}</script>'
    )


def judged(
    html: str = "<p>x",
    blocks: list[Block] | None = None,
    url: str = URL,
    headline: str = "Pier repairs will cost more",
    section: str | None = None,
) -> TypeJudgement:
    page = read_html(html, url)
    assert page is not None
    blocks = body() if blocks is None else blocks
    return judge_type(page, blocks, page.url, headline, section)


def test_a_page_without_signs_is_news() -> None:
    assert judged() == TypeJudgement(ArticleType.NEWS_ARTICLE)


def test_an_article_with_subheadings_is_news() -> None:
    assert judged(blocks=body(headed=("Cost", "Time", "Blame"))).article_type is ArticleType.NEWS_ARTICLE


@pytest.mark.parametrize(
    ("arguments", "source"),
    [
        ({"html": described("OpinionNewsArticle")}, "jsonld"),
        ({"html": described("NewsArticle", articleSection="Opinion")}, "jsonld"),
        ({"section": "Kommentare"}, "meta"),
        ({"url": "https://courier.example/opinion/columnists/pier"}, "url"),
        ({"headline": "Opinion: The pier must go"}, "dom"),
    ],
)
def test_opinion_is_recognised_by_its_description_section_or_title(arguments: dict[str, Any], source: str) -> None:
    found = judged(**arguments)
    assert (found.article_type, found.source) == (ArticleType.OPINION, source)


def test_news_about_opinions_is_news() -> None:
    url = "https://courier.example/news/opinion"
    assert judged(headline="Opinion on the pier is divided", url=url).article_type is ArticleType.NEWS_ARTICLE


def test_a_described_live_blog_is_one() -> None:
    found = judged(described("LiveBlogPosting"))
    assert (found.article_type, found.source) == (ArticleType.LIVE_BLOG, "jsonld")


def test_a_title_and_timed_updates_make_a_live_blog() -> None:
    updates = [text for n in range(6) for text in (f"1{n}:05", SENTENCE)]
    assert judged(blocks=body(*updates), headline="Pier fire: live updates").article_type is ArticleType.LIVE_BLOG
    posts = "".join(f"<div class='post'><time>1{n}:05</time><p>{SENTENCE}</p></div>" for n in range(6))
    assert judged(posts, headline="Pier fire – live").article_type is ArticleType.LIVE_BLOG


def test_times_that_were_left_out_of_the_body_count_beside_it() -> None:
    posts = "".join(f"<div><p>vor {n}0 Minuten</p><p>{SENTENCE}</p></div>" for n in range(1, 6))
    page = read_html(posts, URL)
    assert page is not None
    kept = [segment.index for segment in page.segments if segment.text == SENTENCE]
    found = judge_type(page, body(*[SENTENCE] * 5), page.url, "Liveticker zum Pier", None, kept)
    assert found.article_type is ArticleType.LIVE_BLOG
    elsewhere = judge_type(page, body(*[SENTENCE] * 5), page.url, "Liveticker zum Pier", None)
    assert elsewhere.article_type is ArticleType.NEWS_ARTICLE


@pytest.mark.parametrize("headline", ["Election live: votes are counted", "Election results live", "Election LIVE"])
def test_the_word_live_at_the_end_of_a_title_or_before_its_colon_counts(headline: str) -> None:
    updates = [text for n in range(6) for text in (f"1{n}:05", SENTENCE)]
    assert judged(blocks=body(*updates), headline=headline).article_type is ArticleType.LIVE_BLOG
    assert judged(headline=headline).article_type is ArticleType.NEWS_ARTICLE


def test_a_title_that_speaks_of_live_music_is_no_live_blog() -> None:
    assert judged(headline="Live music returns to the pier").article_type is ArticleType.NEWS_ARTICLE
    assert judged(headline="What the live updates did not tell").article_type is ArticleType.NEWS_ARTICLE


def test_a_line_that_announces_other_news_makes_a_digest() -> None:
    blocks = body(*([SENTENCE] * 8), "In other harbour news this week:", SENTENCE)
    assert judged(blocks=blocks).evidence == ("other_news",)


def test_a_round_up_with_headed_stories_is_a_digest() -> None:
    found = judged(headline="Your morning briefing", blocks=body(headed=("Pier", "Ferry", "Weavers")))
    assert (found.article_type, found.evidence) == (ArticleType.DIGEST, ("digest_title", "separate_stories"))
    listed = [Block(type=BlockType.LIST, text=SENTENCE * 8, items=(SENTENCE,) * 8)]
    assert judged(headline="News in brief", blocks=listed).article_type is ArticleType.DIGEST
    assert judged(headline="Police held a briefing on the pier").article_type is ArticleType.NEWS_ARTICLE


FIGURES = "".join(f"<figure><img src='/{n}.jpg'><figcaption>The pier, {n}</figcaption></figure>" for n in range(9))


@pytest.mark.parametrize(
    "arguments",
    [
        {"html": FIGURES, "url": "https://courier.example/galleries/pier"},
        {"html": FIGURES, "headline": "The pier in pictures"},
        {"html": described("NewsArticle") + described("ImageGallery") + FIGURES},
    ],
)
def test_a_gallery_is_no_article_in_the_proper_sense(arguments: dict[str, str]) -> None:
    found = judged(blocks=body(SENTENCE, "The pier, 1", "The pier, 2"), **arguments)
    assert (found.article_type, found.warnings) == (ArticleType.OTHER, ("type:gallery",))


def test_an_illustrated_article_is_no_gallery() -> None:
    assert judged(FIGURES, blocks=body(*[SENTENCE] * 40), url="https://courier.example/photos/pier").warnings == ()


CARDS = "".join(f"<h3><a href='/{n}'>A headline of at least five words, {n}</a></h3>" for n in range(12))


@pytest.mark.parametrize("url", ["https://courier.example/", "https://courier.example/tag/piers"])
def test_a_list_of_articles_is_none(url: str) -> None:
    assert judged(CARDS, blocks=body(SENTENCE), url=url).warnings == ("type:listing",)


def test_an_article_above_a_list_of_others_is_one() -> None:
    assert judged(CARDS).article_type is ArticleType.NEWS_ARTICLE


def test_a_page_for_a_video_is_no_article() -> None:
    html = "<meta property='og:type' content='video.other'>" + described("VideoObject")
    assert judged(html, blocks=body(SENTENCE)).warnings == ("type:media",)
    assert judged(html).article_type is ArticleType.NEWS_ARTICLE
