"""Which segments are the article."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractor.body import Body, choose_body, trim
from extractor.body.features import Statements, features_of
from extractor.body.selection import Judgement, overrules, surely_foreign, threshold_of
from extractor.html import read_html
from tests.work import calls_of

PARAGRAPHS = (
    "The council voted on Tuesday evening to repair the old harbour bridge before the winter storms arrive.",
    "Engineers found cracks in two of the four pillars last spring, when divers looked at them for the first time.",
    "“We cannot wait another year,” said the mayor, who had asked for the money three times without success.",
    "Work begins in October and will take eight months; ferries carry pedestrians across while the road is closed.",
    "Shopkeepers on the northern bank fear for their trade, although the city promised them lower rents until then.",
)
PAGE = (
    "<html><head><title>Harbour bridge to be repaired - Gazette</title></head><body>"
    "<nav><ul><li><a href='/'>Home</a><li><a href='/news'>News</a><li><a href='/sport'>Sport</a></ul></nav>"
    "<article><h1>Harbour bridge to be repaired</h1>{body}</article>"
    "<footer><p>© 2026 Gazette. All rights reserved.</p><a href='/privacy'>Privacy</a></footer></body></html>"
)
ARTICLE = PAGE.format(body="".join(f"<p>{text}</p>" for text in PARAGRAPHS))


def body_of(html: str, foreign: dict[int, str] | None = None, suspicion: dict[int, float] | None = None) -> Body:
    page = read_html(html, "")
    assert page is not None
    titles = ("Harbour bridge to be repaired",)
    return trim(choose_body(page, foreign or {}, titles, None, suspicion=suspicion), page, ())


def test_the_paragraphs_are_kept_and_the_furniture_is_not() -> None:
    assert body_of(ARTICLE).text == "\n".join(PARAGRAPHS)


def test_the_text_is_that_of_the_blocks() -> None:
    body = body_of(ARTICLE)
    assert body.text == "\n".join(block.text for block in body.blocks)


def test_every_segment_is_kept_or_has_a_reason() -> None:
    page = read_html(ARTICLE, "")
    assert page is not None
    body = body_of(ARTICLE)
    assert sorted([*body.kept, *body.reasons]) == list(range(len(page.segments)))


def test_what_others_ruled_out_stays_out_with_their_reason() -> None:
    place = next(i for i in body_of(ARTICLE).kept)

    body = body_of(ARTICLE, {place: "foreign_article"})

    assert body.reasons[place] == "foreign_article"
    assert body.text == "\n".join(PARAGRAPHS[1:])


@pytest.mark.parametrize(("likelihood", "is_cut"), [(0.6, False), (0.99, True)])
def test_what_the_guard_is_not_sure_of_is_for_the_classifier_to_decide(likelihood: float, is_cut: bool) -> None:
    # Given an article of which the guard takes a paragraph in the middle for foreign
    place = body_of(ARTICLE).kept[2]
    # When it is more or less sure
    body = body_of(ARTICLE, {place: "foreign_article"}, {place: likelihood})
    # Then only certainty is enough for a cut
    assert (place not in body.kept) is is_cut


def test_captions_and_repetitions_are_told_from_furniture() -> None:
    figure = "<figure><img src='/b.jpg'><figcaption>The bridge. Photo: Gazette</figcaption></figure>"
    again = f"<aside><p>{PARAGRAPHS[1]}</p></aside>"

    reasons = body_of(PAGE.format(body=figure + "".join(f"<p>{text}</p>" for text in PARAGRAPHS)) + again).reasons

    assert {"page_furniture", "caption", "repeated"} == set(reasons.values())


def test_a_cut_that_took_the_article_itself_is_overruled() -> None:
    everything = dict.fromkeys(body_of(ARTICLE).kept, "foreign_article")

    body = body_of(ARTICLE, everything)

    assert body.text == "\n".join(PARAGRAPHS)
    assert body.warnings == ("boundary:overruled",)


def test_what_a_site_repeats_is_never_put_back() -> None:
    everything = dict.fromkeys(body_of(ARTICLE).kept, "recurs_on_site")
    assert not set(body_of(ARTICLE, everything).kept) & set(everything)


def test_the_same_page_gives_the_same_body() -> None:
    assert [body_of(ARTICLE).scores for _ in range(2)] == [body_of(ARTICLE).scores] * 2


@pytest.mark.parametrize("html", ["<p></p>", "<p>word</p>", "<nav><a href='/'>Home</a></nav>", "<br>"])
def test_pages_with_next_to_nothing_on_them_do_no_harm(html: str) -> None:
    body = body_of(html)
    assert body.text == "\n".join(block.text for block in body.blocks)


def test_writing_without_spaces_is_kept() -> None:
    text = "市議会は火曜日の夜、冬の嵐が来る前に古い港の橋を修理することを決めた。工事は十月に始まる。"
    body = body_of(PAGE.format(body="".join(f"<p>{i}、{text}</p>" for i in range(5))))
    assert body.text.count("市議会") == 5


def test_the_work_on_a_page_grows_with_its_paragraphs() -> None:
    def work(paragraphs: int) -> int:
        html = PAGE.format(body="<p>The bridge is repaired by the city, they said.</p>" * paragraphs)
        page = read_html(html, "")
        assert page is not None
        return calls_of(lambda: choose_body(page, {}, ("Harbour bridge to be repaired",), None))

    work(10)
    assert work(2000) < 2.5 * work(1000)


def test_the_threshold_is_where_expected_precision_and_recall_have_the_greatest_sum() -> None:
    assert threshold_of([0.9, 0.6, 0.05], [10, 10, 10]) == pytest.approx((0.6, 2 * 15 / (20 + 15.5)))
    # A long doubtful part: F1 alone would be expected to be greater without it, .739.
    assert threshold_of([1.0, 0.7, 0.3], [10, 10, 30]) == pytest.approx((0.3, 2 * 26 / (50 + 26)))


def test_no_segments_have_no_certainty() -> None:
    assert threshold_of([], [])[1] == 0.0


def test_what_is_hidden_stays_cut_whatever_the_guard_thinks_of_its_piece() -> None:
    foreign = {0: "hidden", 1: "comments", 2: "foreign_article", 3: "foreign_article"}
    assert surely_foreign(foreign, {0: 0.2, 1: 0.2, 2: 0.2, 3: 0.95}) == {
        0: "hidden",
        1: "comments",
        3: "foreign_article",
    }


@pytest.mark.parametrize(
    ("cut", "whole", "is_overruled"),
    [
        ((0.5, 500), (0.85, 500), True),
        ((0.7, 20), (0.85, 500), True),
        ((0.7, 100), (0.95, 500), True),
        ((0.7, 300), (0.95, 500), False),
        ((0.84, 100), (0.92, 500), False),
        ((0.7, 100), (0.85, 500), False),
        ((0.5, 500), (0.85, 20), False),
    ],
)
def test_a_surer_look_without_the_cuts_overrules_them(
    cut: tuple[float, int], whole: tuple[float, int], is_overruled: bool
) -> None:
    page = features_of((), {}, Statements(), {})
    judged, again = (Judgement({}, 0.5, words, certainty, "blocks", page) for certainty, words in (cut, whole))
    assert overrules(again, judged) is is_overruled


def test_a_look_that_adds_another_article_to_the_one_that_was_kept_overrules_nothing() -> None:
    page = replace(features_of((), {}, Statements(), {}), sizes=[40, 40, 200])
    judged = Judgement({0: 0.9, 1: 0.9}, 0.5, 80, 0.7, "blocks", page)
    again = Judgement({0: 0.9, 1: 0.9, 2: 0.9}, 0.5, 280, 0.95, "blocks", page)
    assert not overrules(again, judged)
    assert overrules(replace(again, scores={2: 0.9}, words=200), judged)
