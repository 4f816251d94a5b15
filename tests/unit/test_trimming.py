"""What is trimmed off a chosen body."""

from __future__ import annotations

import pytest

from extractor.body import Body, trim
from extractor.html import Page, read_html
from newsdesk.contracts import DropReason

ONE = "Two steel doors rise out of the bed of the river on the highest tides of the year."
TWO = "The decision is made by one of four duty keepers, who take turns to sleep above the pumps."
FOUR = "Ten years ago nobody who lived behind the doors had ever seen them move, and few do now."
THREE = "It takes forty minutes from the key to a closed river, which is why they prefer to be early."
TITLE = "How the gates work"


def page_of(html: str) -> Page:
    page = read_html(html, "https://gates.example/a")
    assert page is not None
    return page


def left(
    html: str, *, without: tuple[str, ...] = (), deck: str | None = None, authors: tuple[str, ...] = ()
) -> list[str]:
    page = page_of(html)
    kept = tuple(segment.index for segment in page.segments if segment.text not in without)
    body = trim(Body(kept=kept), page, (TITLE,), (deck,), authors)
    assert set(body.reasons).isdisjoint(body.kept)
    return [page.segments[index].text for index in body.kept]


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_headline_and_by_line_above_the_text_are_cut_and_the_deck_is_not() -> None:
    deck = "Four people decide when the sea has to stop, and one of them is always awake in the flat."
    html = f"<h1>{TITLE}</h1><p>{deck}</p><p>Hattie Rowbottom | 3 June 2026</p><p>By Dale Curnow</p>" + paragraphs(
        ONE, TWO
    )
    assert left(html, deck=deck, authors=("Hattie Rowbottom",)) == [deck, ONE, TWO]


def test_a_name_within_the_text_stays() -> None:
    assert left(paragraphs(ONE, "Hattie Rowbottom", TWO), authors=("Hattie Rowbottom",)) == [
        ONE,
        "Hattie Rowbottom",
        TWO,
    ]


def test_what_the_last_lines_say_of_the_author_is_cut() -> None:
    about = "Hattie Rowbottom (hattie@gates.example) is a writer who lives by the river."
    disclaimer = "The views expressed are those of the author."
    html = paragraphs(ONE, TWO, THREE, about, disclaimer)
    assert left(html, authors=("Hattie Rowbottom",)) == [ONE, TWO, THREE]


def test_an_article_about_its_author_stays_whole() -> None:
    about = "Hattie Rowbottom is a writer who lives by the river."
    assert left(paragraphs(about, ONE, TWO, THREE), authors=("Hattie Rowbottom",)) == [about, ONE, TWO, THREE]


def test_sign_ups_go_with_their_heading() -> None:
    html = paragraphs(ONE) + "<h3>The best of the river</h3><p>Sign up for our weekly newsletter.</p>" + paragraphs(TWO)
    assert left(html) == [ONE, TWO]


def test_a_sentence_about_subscribing_stays() -> None:
    text = "He told her to subscribe to nothing that comes with a free umbrella, and she never did."
    assert left(paragraphs(ONE, text)) == [ONE, text]


def test_comments_end_the_text() -> None:
    assert left(paragraphs(ONE, TWO) + "<h4>5 comments</h4>" + paragraphs(THREE, "First!")) == [ONE, TWO]


@pytest.mark.parametrize("heading", ["5 comments", "Top Rated Comments", "59 Comments on “How the gates work”"])
def test_comments_end_the_text_where_their_heading_was_not_kept(heading: str) -> None:
    html = paragraphs(ONE, TWO) + f"<h3>{heading}</h3>" + paragraphs(THREE)
    assert left(html, without=(heading,)) == [ONE, TWO]


def test_a_section_headed_comment_above_the_text_ends_nothing() -> None:
    html = "<h3>Comment</h3>" + paragraphs(ONE, TWO, THREE)
    assert left(html, without=("Comment",)) == [ONE, TWO, THREE]


def test_linked_teasers_below_their_label_are_cut_and_prose_behind_them_stays() -> None:
    shelf = "<h3>You may also like</h3><p><a href='/1'>The quarry</a></p><p><a href='/2'>The lens</a></p>"
    assert left(paragraphs(ONE) + shelf + paragraphs(TWO)) == [ONE, TWO]


def test_a_body_that_is_given_twice_is_given_once() -> None:
    assert left(paragraphs(ONE, TWO, THREE, ONE, TWO, THREE)) == [ONE, TWO, THREE]


def test_two_long_paragraphs_are_a_body_given_twice_and_two_short_ones_are_not() -> None:
    assert left(paragraphs(ONE, TWO + " " + THREE, ONE, TWO + " " + THREE)) == [ONE, TWO + " " + THREE]
    refrain = ("And the ferries go out in the morning still.", "And the ferries come home in the evening still.")
    assert left(paragraphs(*refrain, ONE, *refrain)) == [*refrain, ONE, *refrain]


def test_single_lines_may_be_said_again() -> None:
    assert left(paragraphs(ONE, TWO, ONE, THREE)) == [ONE, TWO, ONE, THREE]


def test_a_quote_that_is_set_apart_and_said_in_the_text_is_cut() -> None:
    pulled = "one of four duty keepers, who take turns"
    html = paragraphs(ONE, TWO) + f"<blockquote><p>{pulled}</p></blockquote>" + paragraphs(THREE)
    assert left(html) == [ONE, TWO, THREE]
    assert left(paragraphs(ONE, TWO, pulled)) == [ONE, TWO, pulled]


def test_a_table_is_kept_whole_or_not_at_all() -> None:
    rows = "".join(f"<tr><td>{name}</td><td>{level} %</td></tr>" for name, level in (("Upper", 97), ("Lower", 93)))
    html = paragraphs(ONE) + f"<table>{rows}</table>"
    assert left(html, without=("Upper",)) == [ONE, "Upper", "97 %", "Lower", "93 %"]
    assert left(html, without=("Upper", "97 %", "Lower")) == [ONE]


def test_a_box_of_facts_is_kept_whole_or_not_at_all() -> None:
    facts = "".join(f"<li>{fact}</li>" for fact in ("Height: 12 metres", "Weight: 4,000 tonnes", "Cost: 90 million"))
    html = paragraphs(ONE) + f"<aside><h3>The gates in figures</h3><ul>{facts}</ul></aside>" + paragraphs(TWO)
    whole = [ONE, "The gates in figures", "Height: 12 metres", "Weight: 4,000 tonnes", "Cost: 90 million", TWO]
    assert left(html, without=("The gates in figures", "Height: 12 metres")) == whole
    assert left(html, without=tuple(whole[1:4])) == [ONE, TWO]
    # And what holds links or a paragraph is no box of facts
    links = (
        "<aside><h3>More</h3><p><a href='/a'>The keepers of the gates</a></p><p><a href='/b'>The doors</a></p></aside>"
    )
    assert left(paragraphs(ONE) + links + paragraphs(TWO), without=("The doors",))[2:] == [
        "The keepers of the gates",
        TWO,
    ]


def test_a_heading_that_was_left_out_of_a_row_is_kept_with_the_others() -> None:
    html = f"<h2>Doors</h2><p>{ONE}</p><h2>Keepers</h2><p>{TWO}</p><h2>Time</h2><p>{THREE}</p>"
    page = page_of(html)
    reasons: dict[int, str] = {4: "page_furniture"}
    body = trim(Body(kept=(0, 1, 2, 3, 5), reasons=reasons), page, (TITLE,))
    assert body.kept == (0, 1, 2, 3, 4, 5)
    # And one that another judge cut stays cut
    body = trim(Body(kept=(0, 1, 2, 3, 5), reasons={4: "recurs_on_site"}), page, (TITLE,))
    assert body.kept == (0, 1, 2, 3, 5)


def test_a_page_of_nothing_but_such_lines_is_left_alone() -> None:
    lines = ["Subscribe to our newsletter for all the news", "Share this", "Read more"]
    assert left(paragraphs(*lines)) == lines


def test_what_was_trimmed_says_why() -> None:
    page = page_of(f"<h1>{TITLE}</h1>" + paragraphs(ONE, "Share this"))
    body = trim(Body(kept=(0, 1, 2)), page, (TITLE,))
    assert body.reasons == {0: "repeated", 2: "page_furniture"}
    assert body.text == ONE


@pytest.mark.parametrize("caption", ["The keeper below the doors", "The doors, with freckles (picture: M. Hale)"])
def test_a_short_text_beside_a_picture_is_its_caption(caption: str) -> None:
    html = f"<div>{paragraphs(ONE)}<div><img src=/a.jpg><div>{caption}</div></div>{paragraphs(TWO, THREE)}</div>"
    assert left(html) == [ONE, TWO, THREE]


def test_a_paragraph_beside_a_picture_stays() -> None:
    assert left(f"<div><img src=/a.jpg><p>{ONE}</p></div>" + paragraphs(TWO)) == [ONE, TWO]


def test_a_box_whose_heading_promotes_the_paper_goes_whole() -> None:
    box = "<div><h4>Join our puzzle club</h4><p>A new riddle every morning, with a prize.</p></div>"
    assert left(paragraphs(ONE) + box + paragraphs(TWO), without=("Join our puzzle club",)) == [ONE, TWO]


def test_the_first_entry_of_a_live_blog_keeps_its_heading_and_its_time() -> None:
    entries = "".join(
        f"<div><h3>Entry {number}</h3><p class=t>{number + 2} minutes ago</p><p>{ONE}</p></div>" for number in range(3)
    )
    assert left(entries, without=("Entry 0", "2 minutes ago"))[:2] == ["Entry 0", "2 minutes ago"]


def test_prose_with_a_link_below_teasers_that_were_not_kept_is_the_articles_own() -> None:
    teasers = "<div><a href='/1'>The quarry</a></div><div><a href='/2'>The lens</a></div>"
    linked = f"{TWO} {THREE} {FOUR}"
    own = f"<p>{linked[:-1]}, <a href='/3'>the keepers say</a>.</p>"
    html = paragraphs(ONE) + "<h4>You may also like</h4>" + teasers + own + paragraphs(FOUR)
    found = left(html, without=("The quarry", "The lens"))
    assert found == [ONE, f"{linked[:-1]}, the keepers say.", FOUR]


def test_a_list_of_sources_below_a_shelfs_label_is_the_articles_own() -> None:
    label = "<h2>Related reading</h2>"
    sources = '<ul><li><a href="https://archive.example/1">The gates of 1953</a><li><a href="#map">The map</a></ul>'
    teasers = '<ul><li><a href="/1">The gates of 1953</a><li><a href="/2">The map</a></ul>'
    own = ["Related reading", "The gates of 1953", "The map"]
    assert left(paragraphs(ONE, TWO) + label + sources) == [ONE, TWO, *own]
    assert left(paragraphs(ONE, TWO) + label + teasers) == [ONE, TWO]


def test_the_names_of_entries_that_have_pictures_stay() -> None:
    names = ("1. The upper gate", "<strong>The lower gate</strong>", "The gate is the oldest of all.")
    entries = "".join(f"<div><img src=/a.jpg><p>{name}</p></div><p>{ONE}</p>" for name in names)
    assert len(left(f"<div>{entries}</div>")) == 6


def test_a_label_that_is_said_at_every_paragraph_is_no_heading() -> None:
    html = "".join(f"<h2>Article content</h2><p>{text}</p>" for text in (ONE, TWO, THREE))
    page = page_of(html)
    body = trim(Body(kept=(1, 3, 5), reasons=dict.fromkeys((0, 2, 4), "page_furniture")), page, (TITLE,))
    assert body.kept == (1, 3, 5)


def test_lines_of_one_make_beside_pictures_are_names_of_things() -> None:
    places = ("The upper gate", "The lower gate", "The weir")
    html = "".join(f"<div><img src=/a.jpg><div>{place}</div></div><p>{ONE}</p>" for place in places)
    assert len(left(f"<div>{html}</div>")) == 6


def test_a_table_directly_between_two_paragraphs_needs_less_to_be_kept() -> None:
    rows = "".join(f"<tr><td>{name}</td><td>{level} %</td></tr>" for name, level in (("Upper", 97), ("Lower", 93)))
    page = page_of(paragraphs(ONE) + f"<table>{rows}</table>" + paragraphs(TWO, THREE))
    parts, scores = (1, 2, 3, 4), dict.fromkeys((2, 4), 0.3)
    for kept, expected in (((0, 5, 6), (0, 1, 2, 3, 4, 5, 6)), ((0, 6), (0, 6))):
        body = Body(kept=kept, scores=scores, reasons=dict.fromkeys(parts, "page_furniture"))
        assert trim(body, page, (TITLE,)).kept == expected


def test_the_times_of_updates_are_kept_with_their_headings_and_texts() -> None:
    def kept_of(*kept: int) -> tuple[int, ...]:
        entries = zip(("12:40", "11:15", "9:02"), ("Light on", "Door open", "Fog"), (ONE, TWO, THREE), strict=True)
        updates = "".join(f"<h3>{head}</h3><div>{time}</div><p>{text}</p>" for time, head, text in entries)
        page = page_of(paragraphs(FOUR) + updates)
        reasons: dict[int, str] = {i: "page_furniture" for i in range(10) if i not in kept}
        return trim(Body(kept=kept, reasons=reasons), page, (TITLE,)).kept

    assert kept_of(0, 1, 3, 4, 6, 7, 9) == tuple(range(10))
    # Two are no row
    assert kept_of(0, 1, 3, 4, 6) == (0, 1, 3, 4, 6)


def test_a_table_amid_the_text_that_was_nearly_kept_is_kept() -> None:
    rows = "".join(f"<tr><td>{name}</td><td>{level} %</td></tr>" for name, level in (("Upper", 97), ("Lower", 93)))
    page = page_of(paragraphs(ONE) + f"<table>{rows}</table>" + paragraphs(TWO))
    for score, kept in ((0.5, (0, 1, 2, 3, 4, 5)), (0.2, (0, 5))):
        body = Body(
            kept=(0, 5), scores=dict.fromkeys((2, 4), score), reasons=dict.fromkeys((1, 2, 3, 4), "page_furniture")
        )
        assert trim(body, page, (TITLE,)).kept == kept


@pytest.mark.parametrize(("score", "is_kept"), [(0.49, True), (0.3, False)])
def test_a_deck_that_was_nearly_kept_is_kept_on_every_visit(score: float, is_kept: bool) -> None:
    # Given a deck of which the classifier, on this visit, doubts a little more than on the last one
    page = page_of(f"<h1>{TITLE}</h1>" + paragraphs(THREE, ONE, TWO))
    body = Body(kept=(2, 3), scores={1: score, 2: 0.9, 3: 0.9})
    # Then the text does not depend on that
    assert (1 in trim(body, page, (TITLE,), (THREE,)).kept) is is_kept


def test_a_label_whose_teasers_were_left_out_goes_with_them() -> None:
    html = (
        paragraphs(ONE) + "<h3>You may also like</h3><ul><li><a href='/1'>The gates of 1953</a></ul>" + paragraphs(TWO)
    )
    assert left(html, without=("The gates of 1953",)) == [ONE, TWO]
    assert left(paragraphs(ONE) + "<h3>You may also like</h3>" + paragraphs(TWO))[1] == "You may also like"


@pytest.mark.parametrize(
    ("kind", "score", "is_kept"),
    [("NewsArticle", 0.2, True), ("NewsArticle", 0.1, False), ("Article", 0.3, False), ("WebPage", 0.3, False)],
)
def test_the_deck_of_a_news_story_is_part_of_it(kind: str, score: float, is_kept: bool) -> None:
    # Given a page that says what it is, and a deck below its headline that the classifier rather left out
    deck = "Four people decide when the sea has to stop, and one of them is always awake in the flat."
    data = f'<script type="application/ld+json">{{"@type": "{kind}", "headline": "{TITLE}"}}</script>'
    page = page_of(f"<head>{data}</head><body><h1>{TITLE}</h1><h2>{deck}</h2><i>3 June 2026</i>{paragraphs(ONE, TWO)}")
    first = next(segment.index for segment in page.segments if segment.text == ONE)
    body = Body(kept=(first, first + 1), scores={1: score}, reasons={1: "page_furniture"})
    # When the body is trimmed, Then a news story has its deck
    assert (1 in trim(body, page, (TITLE,), (deck,)).kept) is is_kept


def test_a_heading_left_of_a_copy_for_other_screens_goes_with_it() -> None:
    copy = f"<h1>{TITLE}</h1>" + paragraphs(ONE, TWO, THREE)
    assert left(copy + copy) == [ONE, TWO, THREE]
    section = f"<h2>{TITLE}</h2>" + paragraphs(FOUR)
    assert left(paragraphs(ONE, TWO, THREE) + section) == [ONE, TWO, THREE, TITLE, FOUR]


@pytest.mark.parametrize(
    "line",
    [
        "Disclaimer: The information in this article is of a general kind.",
        "This article is for information only and does not constitute investment advice.",
        "Dieser Artikel stellt keine Anlageberatung dar.",
        "Cet article ne constitue pas un conseil en investissement.",
        "Este artículo tiene carácter informativo y no es una oferta.",
    ],
)
def test_what_a_text_says_at_its_end_that_it_is_not_is_cut(line: str) -> None:
    assert left(paragraphs(ONE, TWO, THREE, line)) == [ONE, TWO, THREE]
    assert left(paragraphs(ONE, line, TWO, THREE)) == [ONE, line, TWO, THREE]


def test_a_credit_above_or_below_the_text_is_cut() -> None:
    credit = "Top photo credit: The doors in 2024 (Jan Sobol / Lens Agency)"
    assert left(paragraphs(credit, ONE, TWO, "Foto: Jan Sobol")) == [ONE, TWO]


def test_what_an_article_is_filed_under_is_cut_and_its_sources_are_not() -> None:
    tags = 'Filed under: <a href="/tag/gates">gates</a>, <a href="/tag/tides">tides</a>'
    sources = 'Sources: <a href="https://river.example/1">Port</a>, <a href="https://sea.example/2">Navy</a>'
    assert left(paragraphs(ONE, TWO, tags)) == [ONE, TWO]
    assert left(paragraphs(ONE, TWO, sources)) == [ONE, TWO, "Sources: Port, Navy"]


@pytest.mark.parametrize(
    "about",
    ["Hattie Rowbottom, Jahrgang 1979, berichtet über den Fluss.", "Hattie Rowbottom pracuje w gazecie od lat."],
)
def test_who_an_author_is_may_be_said_behind_a_clause_and_in_other_languages(about: str) -> None:
    assert left(paragraphs(ONE, TWO, THREE, about), authors=("Hattie Rowbottom",)) == [ONE, TWO, THREE]


def test_a_form_that_readers_fill_in_is_cut() -> None:
    ask = "The Morning Tide: the river in five minutes, before your tea is cold."
    filled = f'<form><p>{ask}</p><input type="email"><button>Go</button></form>'
    assert left(paragraphs(ONE, TWO) + filled + paragraphs(THREE, FOUR)) == [ONE, TWO, THREE, FOUR]
    button = f'<form><p>{ask}</p><input type="submit"></form>'
    assert left(paragraphs(ONE, TWO) + button + paragraphs(THREE)) == [ONE, TWO, ask, THREE]
    assert left(f'<form><input name="q">{paragraphs(ONE, TWO, THREE)}</form>') == [ONE, TWO, THREE]


def test_a_paper_may_promote_itself_by_its_name() -> None:
    head = '<meta property="og:site_name" content="Gates Gazette">'
    line = "Download the Gates Gazette app for breaking news and the tide tables."
    other = "Download the Harbour Master app for warnings and the tide tables."
    assert left(head + paragraphs(ONE, TWO, line, other, THREE)) == [ONE, TWO, other, THREE]


@pytest.mark.parametrize(("others", "is_kept"), [(1, True), (2, False)])
def test_a_line_that_several_other_articles_of_the_page_have_is_furniture(others: int, is_kept: bool) -> None:
    # Given a line under the text that stands in other posts, too, which were cut
    line = "The author is a fellow of the institute."
    page = page_of(paragraphs(ONE, TWO, line, *([line] * others)))
    reasons = dict.fromkeys(range(3, 3 + others), DropReason.FOREIGN_ARTICLE.value)
    # When the body is trimmed
    body = trim(Body(kept=(0, 1, 2), reasons=reasons), page, (TITLE,))
    # Then it goes where two have it: one may be a copy of the article
    assert (2 in body.kept) is is_kept


def test_headlines_of_the_series_below_the_last_sentence_are_cut() -> None:
    # Given the bare headlines of other instalments, and a sign-up, below the text; and one that the text names
    title = "Tide watch: the gates that nobody opened"
    html = paragraphs(
        ONE,
        "Tide watch: the first of all reports",
        TWO,
        "Tide watch: who opened the gates?",
        "Sign up for our newsletter.",
    )
    page = page_of(html)
    body = trim(Body(kept=tuple(range(len(page.segments)))), page, (title,))
    # Then what stands at the end is cut
    kept = [page.segments[index].text for index in body.kept]
    assert kept == [ONE, "Tide watch: the first of all reports", TWO]


def test_a_line_with_the_title_and_the_deck_is_cut() -> None:
    deck = "Four people decide when the sea has to stop."
    html = paragraphs(f"{TITLE} {deck}", ONE, TWO)
    assert left(html, deck=deck) == [ONE, TWO]


def test_a_line_between_two_links_to_one_page_is_a_teaser() -> None:
    teaser = '<b><a href="/b">Why the doors rust at night</a></b><br>Nobody knows, and they do. <a href="{}">[more]</a>'
    assert left(paragraphs(ONE, TWO, teaser.format("/b"), THREE)) == [ONE, TWO, THREE]
    assert len(left(paragraphs(ONE, TWO, teaser.format("/c"), THREE))) == 4


def test_another_instalment_in_an_article_of_its_own_is_another_article() -> None:
    own = f"<article><h1>Gate diary, week 4: the flood comes early</h1>{paragraphs(ONE, TWO)}"
    other = f"<h1>Gate diary, week 3: the fog stays late</h1>{paragraphs(THREE, FOUR)}"
    title = "Gate diary, week 4: the flood comes early"
    for html, kept in (
        (f"{own}</article><div><article>{other}</article></div>", [ONE, TWO]),
        (f"{own}{other}</article>", [ONE, TWO, "Gate diary, week 3: the fog stays late", THREE, FOUR]),
    ):
        page = page_of(html)
        body = trim(Body(kept=tuple(segment.index for segment in page.segments)), page, (title,))
        assert [page.segments[index].text for index in body.kept] == kept


def test_what_a_box_says_about_somebody_ends_with_the_box() -> None:
    box = f"<div><h2>About the gates</h2><p>{THREE}</p></div>"
    assert left(f"<div>{paragraphs(ONE, TWO)}</div>{box}<div>{paragraphs(FOUR)}</div>") == [ONE, TWO, FOUR]


@pytest.mark.parametrize("line", ["dpa/ab", "Quelle: dpa", "(AFP)", "ab/dpa, epd", "Fonte: ANSA"])
def test_the_signs_of_agencies_below_the_text_are_cut(line: str) -> None:
    assert left(paragraphs(ONE, TWO, THREE, line)) == [ONE, TWO, THREE]
    assert left(paragraphs(ONE, line, TWO, THREE)) == [ONE, line, TWO, THREE]
