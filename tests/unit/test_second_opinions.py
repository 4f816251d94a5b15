"""Other choices of a body for a page that the classifier does not understand."""

from __future__ import annotations

from extractor.body.second_opinions import expected_f1, readable_segments, surest_choice
from extractor.html import Page, read_html

TEXTS = [
    f"The {number} gates close on the highest tides, and the sea stops at the edge of the town, as it should."
    for number in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
]
STORY = "".join(f"<p>{text}</p>" for text in TEXTS)
MENU = "".join(
    f"<li><a href=/{number}>Section {number} of the paper and its supplements</a></li>" for number in range(9)
)
HTML = (
    f"<ul>{MENU}</ul><p>Today is a fine day for it.</p><article><h1>Gates</h1>{STORY}</article><div><p>Rain.</p></div>"
)


def page_of(html: str) -> Page:
    page = read_html(html, "")
    assert page is not None
    return page


def texts(page: Page, indices: object) -> list[str]:
    return [page.segments[index].text for index in indices]  # type: ignore[attr-defined]


def chosen(page: Page, own: list[int], probabilities: dict[int, float]) -> list[str]:
    tokens = [segment.text.split() for segment in page.segments]
    return texts(page, surest_choice(page, (), own, probabilities, tokens, [len(words) for words in tokens]))


def test_a_word_of_the_menu_that_is_in_the_text_is_not_of_it() -> None:
    # Given a page whose menu has a word of the article, and a choice that is not the article
    boxes = "".join(f"<div><p>{text}</p></div>" for text in TEXTS)
    page = page_of(f"<ul><li>Gates</li><li>Town</li></ul><article><h1>The gates</h1><div>{boxes}</div></article>")
    tokens = [segment.text.lower().split() for segment in page.segments]
    sizes = [len(words) for words in tokens]
    # When another is taken
    choice = surest_choice(page, (), [0], {0: 0.1} | dict.fromkeys(range(2, len(tokens)), 0.9), tokens, sizes)
    # Then it leaves the menu out
    assert set(texts(page, choice)) >= set(TEXTS)
    assert {0, 1}.isdisjoint(choice)


def test_a_reader_takes_the_container_with_the_longest_paragraphs() -> None:
    page = page_of(HTML)
    assert texts(page, readable_segments(page, ())) == ["Gates", *TEXTS]
    first = next(segment.index for segment in page.segments if segment.text == TEXTS[0])
    assert texts(page, readable_segments(page, {first})) == ["Gates", *TEXTS[1:]]
    assert readable_segments(page_of("<p>Short"), ()) == ()


def test_where_the_others_agree_the_classifiers_doubtful_choice_is_not_taken() -> None:
    page = page_of(HTML)
    weather = [segment.index for segment in page.segments if segment.text == "Rain."]
    doubts = dict.fromkeys(range(len(page.segments)), 0.4)
    assert chosen(page, weather, doubts)[-8:] == TEXTS


def test_a_choice_that_the_others_nearly_share_stays() -> None:
    page = page_of(HTML)
    own = [segment.index for segment in page.segments if segment.text in TEXTS[:6]]
    assert chosen(page, own, dict.fromkeys(own, 0.7)) == TEXTS[:6]


def test_what_is_expected_of_a_choice_is_its_f1_over_words() -> None:
    assert expected_f1([0, 1], {0: 1.0, 1: 0.5, 2: 0.5}, [10, 10, 10]) == 2 * 15 / (20 + 20)
    assert expected_f1([], {}, []) == 0
