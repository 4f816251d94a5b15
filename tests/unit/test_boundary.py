"""The boundary guard keeps the whole article and nothing of the others on its page.

In: pages of our own writing, in many markups. Out: assertions.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.body import Boundary, find_boundary
from extractor.body.guard.page import GuardedPage
from extractor.html import read_html
from newsdesk.contracts import DropReason
from tests.work import calls_of
from training.scroll_pages import SITE, Story, scroll_page

DAM = Story(
    "Village council votes to remove the old mill dam",
    "Anglers cheer while owners of lakeside houses plan an appeal",
    "Marta Lindqvist",
    "12 March 2026",
    "Region",
    (
        "The council of Harrow Ford voted on Tuesday night to take down the mill dam that has held back the river for a"
        " hundred and forty years, ending a dispute that has divided the village for most of a decade.",
        "Engineers told the council that the timber crib under the dam has rotted and that a flood of the size seen in"
        " 2019 could carry it away without warning, together with the footbridge below it.",
        "Anglers, who have waited for salmon to return to the upper river, applauded when the mayor read out the"
        " result, nine votes against four.",
        "Owners of houses on the mill pond said that they would appeal. Without the dam, they argue, the pond will be a"
        " meadow and the houses will lose a third of their value.",
        "The river authority has promised to pay for most of the removal, which is to begin once the fish have"
        " spawned.",
    ),
)
CHOIR = Story(
    "How a prison choir found its way to the concert hall",
    "Eleven singers, one piano and a guard who reads music",
    "Jonas Eberhart",
    "11 March 2026",
    "Culture",
    (
        "When the door of the music room closes, the men stop being numbers and become tenors, baritones and, in one"
        " case, a reluctant bass who used to drive a bakery van.",
        "Their conductor, a retired organist named Ilse Brandt, auditioned forty inmates last autumn and kept everyone"
        " who could hold a note through a slammed gate.",
        "In June they will sing a requiem in front of eight hundred people, most of whom bought tickets in an hour.",
    ),
)
BATTERY = Story(
    "A salt battery the size of a shed keeps an island lit",
    "Cheap chemistry, patient fishermen",
    "Priya Raman",
    "10 March 2026",
    "Science",
    (
        "For most of last winter the diesel generator on Skarholm stood silent, because sodium cells stacked in a"
        " former net store carried the settlement through every windless night.",
        "The chemistry is neither new nor light, but its ingredients cost a tenth of lithium and do not burn, which is"
        " what persuaded the insurers of a wooden harbour.",
        "Researchers now want to learn how the electrodes age in salty air, and have asked the school to keep a log.",
    ),
)
TARIFF = Story(
    "Why the new tariff on bicycles will hurt the people it protects",
    "An opinion on spokes and steel",
    "Daniel Achebe",
    "9 March 2026",
    "Opinion",
    (
        "Protecting domestic frame builders sounds noble until one asks who sells them tubing, hubs and brakes, since"
        " nearly all of these arrive by ship and will become dearer in May.",
        "A workshop that assembles four hundred machines a year told me its costs would rise by a fifth, and that its"
        " customers would simply keep riding what rusts in their cellars.",
        "There are better ways to help a trade than to tax its supplies, beginning with apprenticeships.",
    ),
)
HAFEN = Story(
    "Hamburgs Hafenlotsen fürchten den Nebel weniger als die Bürokratie",
    "Ein Besuch auf der Elbe",
    "Karin Möller",
    "8. März 2026",
    "Wirtschaft",
    (
        "Wer nachts auf ein Containerschiff klettert, braucht trockene Hände, gute Schuhe und ein Vertrauen in die"
        " Strickleiter, das sich mit den Jahren eher verliert als festigt.",
        "Die Lotsenbrüderschaft klagt über Formulare, die inzwischen länger dauern als die Fahrt bis zur Schleuse, und"
        " über Nachwuchs, der lieber an Land bleibt.",
        "Im Sommer will die Behörde das Verfahren vereinfachen, versprochen hat sie das allerdings schon zweimal.",
    ),
)
STORIES = (DAM, CHOIR, BATTERY, TARIFF, HAFEN)


def bound(
    html: str,
    url: str = f"{SITE}/region/dam",
    titles: tuple[str, ...] = (DAM.headline,),
    authors: tuple[str, ...] = (),
) -> tuple[list[str], Boundary]:
    """Return the texts that are left, and the boundary."""
    page = read_html(html, url)
    assert page is not None
    boundary = find_boundary(page, titles, authors)
    return [segment.text for segment in page.segments if segment.index not in boundary.foreign], boundary


def vars_of(story: Story) -> dict[str, str]:
    return {"author": story.author, "date": story.date}


def paragraphs(story: Story, count: int | None = None) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in story.paragraphs[:count])


def assert_only(left: list[str], own: Story, *others: Story) -> None:
    assert [text for text in own.paragraphs if text not in left] == []
    assert [text for story in others for text in story.paragraphs if text in left] == []


def test_teasers_around_an_article_are_cut_in_any_markup_and_nothing_of_it() -> None:
    leaking = []
    for seed in range(300):
        main = STORIES[seed % len(STORIES)]
        others = [story for story in STORIES if story is not main][: 1 + seed % 3]
        page = scroll_page(main, others, seed)

        left, _ = bound(page.html, page.url, (main.headline,))

        assert [text for text in page.own if text not in left] == [], (seed, page.recipe)
        if any(text in left for text in page.foreign):
            leaking.append((seed, page.recipe))
    # A lone opening of a paragraph or two under no link and no heading element may pass for a section.
    assert len(leaking) <= 3, leaking


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("tag", ["article", "div", "section"])
def test_a_whole_second_article_in_the_same_container_is_cut(tag: str, above: bool) -> None:
    posts = [
        f"<{tag} class=post><h1>{escape(story.headline)}</h1><div>{story.author}</div>{paragraphs(story)}</{tag}>"
        for story in (DAM, BATTERY)
    ]
    left, boundary = bound(f"<main>{''.join(posts[::-1] if above else posts)}</main>")

    assert_only(left, DAM, BATTERY)
    assert BATTERY.headline not in left
    assert set(boundary.foreign.values()) == {DropReason.FOREIGN_ARTICLE}
    assert boundary.warnings


def test_the_article_is_found_where_the_others_are_longer() -> None:
    posts = "".join(
        f"<div class=post><h2>{escape(story.headline)}</h2>{paragraphs(story, count)}</div>"
        for story, count in ((CHOIR, None), (DAM, 2), (BATTERY, None))
    )
    left, _ = bound(f"<h1>The Example Review</h1><div>{posts}</div>")

    assert DAM.paragraphs[0] in left
    assert DAM.paragraphs[1] in left
    assert [text for story in (CHOIR, BATTERY) for text in story.paragraphs if text in left] == []


def test_headline_and_body_in_wrappers_of_their_own_are_one_article() -> None:
    html = "".join(
        f"<div class=top><h1>{escape(story.headline)}</h1><p>{story.deck}</p></div>"
        f"<div class=text>{paragraphs(story)}</div>"
        for story in (DAM, BATTERY)
    )
    left, _ = bound(f"<main>{html}</main>")
    assert_only(left, DAM, BATTERY)
    assert DAM.deck in left


FIRST = replace(DAM, paragraphs=DAM.paragraphs[:3])
SECOND = replace(
    DAM, headline="Mill dam: the council and the pond", author="Ruth Okafor", paragraphs=DAM.paragraphs[3:]
)
"""Two halves of one article, as two posts: their words are of no use."""


@pytest.mark.parametrize(
    "post",
    [
        "<div class=post><h3><a href=/pond>{head}</a></h3>{text}<a href=/pond>Keep reading</a></div>",
        "<article><h2><a href=/pond>{head}</a></h2><div class=by>By {author}</div>{text}</article>",
        "<h4><a href=/pond>{head}</a></h4>{text}<p><a href=/pond>Read more</a></p>",
        "<div><h2><a href=/pond>{head}</a></h2><span>{date}</span></div><div>{text}</div>",
    ],
    ids=["link and control", "link and byline", "flat", "split"],
)
@pytest.mark.parametrize("count", [1, 3])
def test_shared_words_never_overrule_two_signs_of_another_article(post: str, count: int) -> None:
    # Given an article, and below it the other half of the same text as a post of its own, once or among others
    others = (
        SECOND,
        replace(CHOIR, paragraphs=CHOIR.paragraphs[:2]),
        replace(BATTERY, paragraphs=BATTERY.paragraphs[:2]),
    )
    posts = "".join(
        post.format(head=escape(other.headline), author=other.author, date=other.date, text=paragraphs(other))
        for other in others[:count]
    )
    main = f"<h1>{escape(FIRST.headline)}</h1><div class=by>By {FIRST.author}</div>{paragraphs(FIRST)}"
    # When the boundary is looked for
    left, boundary = bound(f"<main>{main}{posts}</main>")
    # Then the post is cut
    assert_only(left, FIRST, *others[:count])
    assert boundary.warnings


@pytest.mark.parametrize("tag", ["div", "aside"])
def test_a_second_article_inside_the_text_is_cut(tag: str) -> None:
    # Given an article in whose text another one stands, its heading no link, by somebody else
    head = f"<h2>{escape(CHOIR.headline)}</h2><p>By {CHOIR.author}</p><p>{CHOIR.date}</p>"
    other = f"<{tag}>{head}{paragraphs(CHOIR)}</{tag}>"
    html = f"<main><h1>{DAM.headline}</h1><p>By {DAM.author}</p><div>{paragraphs(DAM)}{other}</div></main>"
    # Then it is cut, or the leak score says that it is in doubt
    left, _ = bound(html, authors=(DAM.author,))
    assert_only(left, DAM, CHOIR)


def test_the_day_above_a_post_is_no_headline() -> None:
    # Given a page whose posts stand under their days, in headings like the headline's
    page = read_html(
        f"<h1>{DAM.headline}</h1><h2>12 March 2026</h2><h2>The council's 12 votes of March 2026</h2>", SITE
    )
    assert page is not None
    # When the levels of its headings are looked for
    levels = GuardedPage(page, (DAM.headline,)).levels
    # Then the day has none
    assert levels == [1, None, 2]


def test_posts_on_one_subject_do_not_vouch_for_each_other() -> None:
    # Given posts that say nearly the same, below an article on something else
    post = "<div class=post><h2><a href='/choir/{n}'>{head}, part {n}</a></h2>{text}</div>"
    posts = "".join(post.format(n=n, head=escape(CHOIR.headline), text=paragraphs(CHOIR, 2)) for n in range(3))
    left, _ = bound(f"<main><div class=post><h1>{DAM.headline}</h1>{paragraphs(DAM)}</div>{posts}</main>")
    # Then all of them are cut
    assert_only(left, DAM, CHOIR)


def test_updates_by_several_writers_are_one_article() -> None:
    # Given a live blog whose updates name their writers and times
    writers = ("Ann Poole", "Tom Reyes", "Ann Poole", "Ivo Brandt", "Tom Reyes")
    updates = "".join(
        f"<div class=update><time>{9 + n}:05</time><h3>Update from the council chamber</h3><div class=by>{writer}</div>"
        f"<p>{escape(text)}</p></div>"
        for n, (writer, text) in enumerate(zip(writers, DAM.paragraphs, strict=True))
    )
    left, boundary = bound(f"<main><h1>{DAM.headline}</h1><p>{CHOIR.paragraphs[0]}</p>{updates}</main>")
    # Then they stay
    assert_only(left, DAM)
    assert not boundary.foreign


def test_entries_of_a_list_that_lead_to_guides_are_one_article() -> None:
    entries = "".join(
        f"<div class=entry><h2>{n}. Dam number {n}</h2><p>{escape(text)}</p><a href=/guide/{n}>Our full guide</a></div>"
        for n, text in enumerate(DAM.paragraphs, start=1)
    )
    left, boundary = bound(f"<article><h1>{DAM.headline}</h1><p>{BATTERY.paragraphs[0]}</p>{entries}</article>")
    assert_only(left, DAM)
    assert not boundary.foreign


def test_sections_of_one_article_stay() -> None:
    headings = (
        "What the engineers found",
        "Who will pay",
        "What the anglers hope",
        "The owners' case",
        "What comes next",
    )
    sections = "".join(
        f"<section><h2>{heading}</h2><p>{escape(text)}</p><p>The council will hear more of this in April.</p></section>"
        for heading, text in zip(headings, DAM.paragraphs, strict=True)
    )
    for html in (
        f"<article><h1>{DAM.headline}</h1>{sections}</article>",
        f"<h1>{DAM.headline}</h1><div>{sections}</div>",
    ):
        left, boundary = bound(html)
        assert_only(left, DAM)
        assert not boundary.foreign


def test_a_digest_of_unlike_stories_stays_whole() -> None:
    stories = "".join(f"<h2>{escape(story.headline)}</h2>{paragraphs(story)}" for story in STORIES[1:])
    deck = "What our reporters wrote about while it rained here."
    html = f"<article><h1>The week in five stories</h1><p>{deck}</p>{stories}</article>"

    left, boundary = bound(html, titles=("The week in five stories",))

    assert not boundary.foreign
    assert [text for story in STORIES[1:] for text in story.paragraphs if text not in left] == []


def test_a_body_in_several_containers_stays_whole() -> None:
    parts = "".join(
        f"<div class=part><p>{escape(text)}</p></div><div class=ad>Advertisement</div>" for text in DAM.paragraphs
    )
    left, boundary = bound(f"<h1>{DAM.headline}</h1><div>{parts}</div>")
    assert_only(left, DAM)
    assert not boundary.foreign


def test_boxes_that_lead_elsewhere_end_no_text_around_them() -> None:
    box = "<div class=more><span>See also</span><div><a href='/x/{n}'>Another story of ours, number {n}</a></div></div>"
    for lines in ("<p>{}</p>", "<div><p>{}</p></div>"):
        parts = "".join(lines.format(escape(text)) + box.format(n=n) for n, text in enumerate(DAM.paragraphs))
        left, boundary = bound(f"<main><h1>{DAM.headline}</h1>{parts}<p>{escape(CHOIR.paragraphs[0])}</p></main>")
        assert_only(left, DAM)
        assert CHOIR.paragraphs[0] in left
        assert not boundary.foreign


@pytest.mark.parametrize("below", ["<p>By {author}</p>", "<div>{date}</div>", "<div>Culture</div>"])
def test_a_linked_line_with_a_byline_a_day_or_a_section_below_heads_the_next_article(below: str) -> None:
    # Given posts in the container of the text, all of whose paragraphs are made alike
    posts = "".join(
        f"<div class=l><a href='/x/{n}'>{escape(story.headline)}</a></div>{below.format(**vars_of(story))}"
        f"{paragraphs(story, 2)}<p>Continue reading</p>"
        for n, story in enumerate((CHOIR, BATTERY, TARIFF))
    )
    main = f"<h1>{DAM.headline}</h1><p>By {DAM.author}</p>{paragraphs(DAM)}"
    left, _ = bound(f"<main><div class=text>{main}{posts}</div></main>", authors=(DAM.author,))
    assert_only(left, DAM, *(replace(story, paragraphs=story.paragraphs[:2]) for story in (CHOIR, BATTERY, TARIFF)))


def test_the_text_below_the_headline_is_the_articles_and_no_post_within_it() -> None:
    # Given a text whose second half, in a post of its own, has more of the title's words
    post = f"<h3>{SECOND.headline}</h3><p>{SECOND.date}</p>{paragraphs(SECOND)}<p><a href=/pond>Keep reading</a></p>"
    other = f"<h3>{escape(CHOIR.headline)}</h3><p>{CHOIR.date}</p>{paragraphs(CHOIR)}<p><a href=/c>Keep reading</a></p>"
    head = f"<h1>{FIRST.headline}</h1><p>{FIRST.date}</p>"
    left, _ = bound(f"<main>{head}<div>{paragraphs(FIRST)}{post}{other}</div></main>")
    assert_only(left, FIRST, SECOND, CHOIR)


def test_a_post_by_another_without_a_heading_inside_the_text_is_cut() -> None:
    head = f"<p>By {CHOIR.author}</p><p>{CHOIR.date}</p><div>{escape(CHOIR.headline)}</div>"
    aside = f"<aside>{head}{paragraphs(CHOIR)}</aside>"
    text = f"<div>{paragraphs(FIRST)}{aside}{paragraphs(SECOND)}</div>"
    left, _ = bound(f"<main><p>By {DAM.author}</p><h1>{DAM.headline}</h1>{text}</main>", authors=(DAM.author,))
    assert_only(left, DAM, CHOIR)


def test_a_heading_amid_a_text_does_not_head_the_text() -> None:
    # Given a text of three paragraphs, of which the first stands before another article
    aside = (
        f"<aside><h2><a href=/c>{escape(CHOIR.headline)}</a></h2><p>By {CHOIR.author}</p>{paragraphs(CHOIR)}"
        "<p><a href=/c>Read more</a></p></aside>"
    )
    first, *rest = (f"<p>{escape(text)}</p>" for text in FIRST.paragraphs)
    html = f"<main><h1>{DAM.headline}</h1><p>By {DAM.author}</p><div>{first}{aside}{''.join(rest)}</div></main>"
    left, _ = bound(html, authors=(DAM.author,))
    assert_only(left, FIRST, CHOIR)


def test_the_sites_name_behind_the_title_is_not_the_headline() -> None:
    page = read_html(f"<h1>The Example Review</h1><div>{DAM.headline}</div>{paragraphs(DAM)}", SITE)
    assert page is not None
    titles = (f"{DAM.headline} - The Example Review", "The Example Review")
    assert GuardedPage(page, titles).title == 1


@pytest.mark.parametrize("heading", ["{n}. A dam number {n}", "#{n}: A dam", "Dam of the month {n}"])
def test_entries_that_are_numbered_or_as_many_as_the_title_says_are_the_articles(heading: str) -> None:
    entries = "".join(
        f"<section class=entry><h2><a href='/dams/{n}'>{heading.format(n=n)}</a></h2><p>{escape(text)}</p>"
        f"<p><a href='/dams/{n}'>Read more</a></p></section>"
        for n, text in enumerate((*DAM.paragraphs, *CHOIR.paragraphs), start=1)
    )
    title = "8 dams to see before they go"
    left, boundary = bound(f"<main><h1>{title}</h1><p>Go and see them.</p>{entries}</main>", titles=(title,))
    assert_only(left, DAM)
    assert_only(left, CHOIR)
    assert not boundary.foreign


def test_a_linked_headline_among_as_many_headings_as_the_title_says_is_no_entry() -> None:
    # Given an article that announces eight entries, and below them a story whose headline leads elsewhere
    entries = "".join(
        f"<h2>The old dam at mile {n * 3}</h2><p>{escape(text)}</p><p>Go there before the spring floods come.</p>"
        for n, text in enumerate((*DAM.paragraphs, *BATTERY.paragraphs), start=1)
    )
    story = (
        f"<h2><a href='/culture/choir'>{CHOIR.headline}</a></h2>{paragraphs(CHOIR)}"
        "<p><a href='/culture/choir'>Continue reading</a></p>"
    )
    title = "8 dams to see before they go"
    html = f"<main><h1>{title}</h1><div><p>Go and see them.</p>{entries}{story}</div></main>"
    page = read_html(html, SITE)
    assert page is not None
    boundary = find_boundary(page, (title,))
    # Then the entries are the article's, and the story is weighed
    weighed = {segment.text for segment in page.segments if segment.index in boundary.likelihoods}
    assert weighed == {CHOIR.headline, *CHOIR.paragraphs, "Continue reading"}


@pytest.mark.parametrize("shelf", ["More stories", "More articles you might enjoy", "Related"])
def test_a_headline_below_the_links_of_a_shelf_is_no_kicker_of_its_heading(shelf: str) -> None:
    # Given links below an article, under a heading, and then another story under a heading of the same level
    links = "".join(f"<li><a href='/x/{n}'>A guide to dams of the north, part {n}</a></li>" for n in range(4))
    story = f"<h2><a href='/culture/choir'>{CHOIR.headline}</a></h2>{paragraphs(CHOIR)}"
    sections = f"<h2>What the engineers found</h2>{paragraphs(BATTERY)}"
    below = f"{sections}<h2>{shelf}</h2><ul>{links}</ul>{story}"
    left, _ = bound(f"<main><h1>{DAM.headline}</h1><div>{paragraphs(DAM)}{below}</div></main>")
    # Then the story goes
    assert_only(left, DAM, CHOIR)


def test_offers_that_lead_to_one_place_are_no_controls_to_read_on() -> None:
    sections = "".join(
        f"<div class=s><h2>{text[:30]}</h2><p>{escape(text)}</p><p>More of that in our guide to dams and mills.</p>"
        "<a href='/guide'>Get our guide</a></div>"
        for text in DAM.paragraphs
    )
    left, boundary = bound(f"<h1>{DAM.headline}</h1><div>{sections}</div>")
    assert_only(left, DAM)
    assert not boundary.foreign


def test_an_authors_link_is_no_headline_of_the_text_below_it() -> None:
    body = f"<div><a href='/people/ml'>Marta Lindqvist</a><p class=d>12 March 2026</p>{paragraphs(DAM)}</div>"
    html = f"<article><div><h1>{DAM.headline}</h1><p>{DAM.deck}</p></div>{body}</article>"
    left, _ = bound(html, authors=("Marta Lindqvist",))
    assert_only(left, DAM)


def test_of_two_headings_that_say_the_title_the_one_above_its_text_counts() -> None:
    wrong = f"<section><h1>{CHOIR.headline}</h1>{paragraphs(DAM)}</section>"
    right = f"<section><h1>{CHOIR.headline}</h1>{paragraphs(CHOIR)}</section>"
    described = f"<head><meta name=description content='{escape(CHOIR.paragraphs[0])}'></head>"
    page = read_html(f"{described}<main>{wrong}{right}</main>", SITE)
    assert page is not None
    title = GuardedPage(page, (CHOIR.headline,)).title
    assert title is not None
    assert page.segments[title + 1].text == CHOIR.paragraphs[0]


@pytest.mark.parametrize(
    "shelf", ["Você pode gostar...", "Zobacz także", "Читайте также", "関連記事", "You may also like"]
)
@pytest.mark.parametrize("is_flat", [True, False])
def test_what_stands_on_a_shelf_is_cut_in_many_languages(shelf: str, is_flat: bool) -> None:
    posts = "".join(
        f"<h3><a href='/x/{n}'>{s.headline}</a></h3>{paragraphs(s, 1)}" for n, s in enumerate((CHOIR, BATTERY))
    )
    below = f"<h2>{shelf}</h2>{posts}" if is_flat else f"<div class=r><h2>{shelf}</h2>{posts}</div>"
    left, _ = bound(f"<article><h1>{DAM.headline}</h1>{paragraphs(DAM)}{below}</article>")
    assert_only(left, DAM)
    assert [story.headline for story in (CHOIR, BATTERY) if story.paragraphs[0] in left] == []


def test_what_says_in_several_ways_that_it_is_another_article_is_firmly_cut() -> None:
    post = (
        f"<article><h2><a href='/culture/choir'>{CHOIR.headline}</a></h2><p>By {CHOIR.author}</p><p>{CHOIR.date}</p>"
        f"{paragraphs(CHOIR)}</article>"
    )
    page = read_html(f"<article><h1>{DAM.headline}</h1><p>By {DAM.author}</p>{paragraphs(DAM)}</article>{post}", SITE)
    assert page is not None
    boundary = find_boundary(page, (DAM.headline,), (DAM.author,))
    cut = [segment.index for segment in page.segments if segment.text in CHOIR.paragraphs]
    assert boundary.firm.issuperset(cut)
    assert boundary.firm <= set(boundary.foreign)


NEIGHBOURS: dict[str, Callable[[Story, str], str]] = {
    "next article of an amp page": lambda s, url: (
        f"<div class=amp-next data-url={url}><h2>{s.headline}</h2><div>By {s.author}</div><div>{s.date}</div>"
        f"{paragraphs(s)}</div>"
    ),
    "folded": lambda s, url: (
        f"<details open><summary><a href={url}>{s.headline}</a></summary>{paragraphs(s, 2)}"
        f"<p><a href={url}>Keep reading</a></p></details>"
    ),
    "tables": lambda s, url: (
        f"<table><tr><td><b><a href={url}>{s.headline}</a></b></td></tr><tr><td>By {s.author}</td></tr>"
        f"<tr><td>{paragraphs(s)}</td></tr></table>"
    ),
    "microdata": lambda s, url: (
        f"<article itemscope><h1 itemprop=headline><a href={url}>{s.headline}</a></h1>"
        f"<span itemprop=author>{s.author}</span><time>{s.date}</time><div>{paragraphs(s)}</div></article>"
    ),
    "hentry": lambda s, url: (
        f"<div class='post hentry'><h2 class=entry-title><a href={url}>{s.headline}</a></h2><span>{s.date}</span>"
        f"<div>{paragraphs(s, 2)}<p><a class=more-link href={url}>Continue reading »</a></p></div></div>"
    ),
}
"""How another article may stand on the page, by a name."""


@pytest.mark.parametrize("kind", NEIGHBOURS)
@pytest.mark.parametrize("is_above", [True, False])
def test_articles_beside_this_one_are_cut_in_any_markup(kind: str, is_above: bool) -> None:
    others = "".join(NEIGHBOURS[kind](story, f"/x/{n}") for n, story in enumerate((CHOIR, BATTERY)))
    own = (
        f"<main><h1>{DAM.headline}</h1><p>By {DAM.author}</p><time>{DAM.date}</time><div>{paragraphs(DAM)}</div></main>"
    )
    left, _ = bound(others + own if is_above else own + others, authors=(DAM.author,))
    assert_only(left, DAM, CHOIR, BATTERY)


def _each(template: str) -> str:
    return "".join(template.format(n=n, text=escape(text)) for n, text in enumerate(DAM.paragraphs, start=1))


WHOLES = {
    "links to its own sections": "<h2 id=s{n}><a href='#s{n}'>Part {n}</a></h2><p>{text}</p>",
    "questions in bold": "<p><b>What did the council say then?</b></p><p>{text}</p>",
    "updates": "<article class=upd><time>{n}:15</time><h3>What we heard at {n}</h3><p>{text}</p></article>",
    "chapters": "<article class=ch><h2>Chapter {n}</h2><p>{text}</p></article>",
    "back to the top": "<div class=sec><h3>Of part {n}</h3><p>{text}</p><a href='#top'>Back to the top</a></div>",
    "columns": "<div class=col-{n}><p>{text}</p></div>",
}
"""How the parts of one article may look like several, by a name."""


@pytest.mark.parametrize("kind", WHOLES)
def test_an_article_that_looks_like_several_stays_whole(kind: str) -> None:
    left, boundary = bound(f"<div class=page><h1>{DAM.headline}</h1><p>{DAM.author}</p>{_each(WHOLES[kind])}</div>")
    assert_only(left, DAM)
    assert not boundary.foreign


def test_what_json_ld_has_in_the_articles_body_is_never_cut() -> None:
    body = " ".join((*DAM.paragraphs, *CHOIR.paragraphs))
    posts = "".join(
        f"<article class=post><h1><a href='/x/{n}'>{escape(story.headline)}</a></h1>{paragraphs(story)}</article>"
        for n, story in enumerate((DAM, CHOIR))
    )
    described = json.dumps({"@type": "NewsArticle", "headline": DAM.headline, "articleBody": body})
    data = f'<script type="application/ld+json">{described}</script>'
    left, _ = bound(f"<head>{data}</head><main>{posts}</main>")
    assert_only(left, DAM)
    assert_only(left, CHOIR)


def test_readers_comments_are_cut_as_such() -> None:
    comments = "".join(f"<li><b>Reader {n}</b><p>{escape(text)}</p></li>" for n, text in enumerate(CHOIR.paragraphs))
    article = f"<article><h1>{DAM.headline}</h1>{paragraphs(DAM)}</article>"
    html = f"{article}<div id=comments><h3>3 comments</h3><ol>{comments}</ol></div>"
    left, boundary = bound(html)
    assert_only(left, DAM, CHOIR)
    assert set(boundary.foreign.values()) == {DropReason.COMMENTS}


def test_a_section_headed_like_a_lesser_title_is_not_where_the_article_begins() -> None:
    # Given an article whose last section has for heading what the page may be called, too
    lines = "".join(f"<li>{place}. Region</li>" for place in range(30))
    sections = "".join(f"<h2>Part {place}</h2><p>{text}</p>" for place, text in enumerate(DAM.paragraphs))
    last = f"<h2>The old mill dam</h2><p>{DAM.deck}, and they have said so more than once in the council.</p>"
    html = f"<article><h1>{DAM.headline}</h1><ul>{lines}</ul>{sections}{last}</article>"
    # When its boundary is looked for
    left, boundary = bound(html, titles=(DAM.headline, "The old mill dam"))
    # Then nothing above that section is suspected
    assert_only(left, DAM)
    assert boundary.leak_score < 0.1


@pytest.mark.parametrize(
    "line",
    [
        "<p><strong>READ MORE: <a href='/x'>{}</a></strong></p>",
        "<div class=destacado><a href='/x'>LEA TAMBIÉN: {}</a></div>",
        "<div><a href='/x'>Lisez aussi : {}</a></div>",
        "<p><a href='/x'>Das könnte Sie auch interessieren: {}</a></p>",
        "<div><a href='/x'>Potrebbe interessarti anche: {}</a></div>",
    ],
)
def test_a_line_that_leads_to_another_article_is_no_headline_of_it(line: str) -> None:
    # Given an article with such a line amid its paragraphs, and another subject after it
    line = line.format(escape(TARIFF.headline))
    rest = paragraphs(CHOIR) + paragraphs(BATTERY)
    html = f"<h1>{DAM.headline}</h1><div>{paragraphs(DAM, 3)}{line}{rest}</div>"
    # Then nobody suspects what follows
    _, boundary = bound(html)
    assert boundary == Boundary()


def test_a_lone_article_leaks_nothing_and_loses_nothing() -> None:
    left, boundary = bound(f"<article><h1>{DAM.headline}</h1>{paragraphs(DAM)}</article>")
    assert_only(left, DAM)
    assert boundary == Boundary()


@pytest.mark.parametrize("html", ["<p>x", "<h1>y</h1>", "<div><br><br></div>text", "<table><tr><td>1<td>2</table>"])
def test_tiny_pages_have_no_boundary(html: str) -> None:
    _, boundary = bound(html, titles=())
    assert not boundary.foreign


POST = f"<div class=a><h2><a href=/x>Another heading</a></h2><p>{DAM.paragraphs[0]}</p></div>"


@pytest.mark.parametrize(
    "html",
    [
        lambda n: "<div>" * n + paragraphs(DAM) + "</div>" * n,
        lambda n: POST * n,
        lambda n: "<div>" + "<p>The same few words of a paragraph once more.</p>" * n + "</div>",
        lambda n: "".join(f"<li><a href=/{i}>A link to a story of some kind</a></li>" for i in range(n)),
        lambda n: "<div>" * n + f"<p>{DAM.paragraphs[0]}</p></div>" * n,
        lambda n: f"<p>{DAM.paragraphs[0]}</p><p>Read more</p>" * n,
    ],
    ids=["depth", "posts", "paragraphs", "links", "nested", "controls"],
)
def test_the_work_on_an_odd_page_grows_with_its_length(html: Callable[[int], str]) -> None:
    def work(length: int) -> int:
        page = read_html(html(length), SITE)
        assert page is not None
        return calls_of(lambda: find_boundary(page, (DAM.headline,)))

    work(10)
    assert work(400) < 2.5 * work(200)


NODE = st.recursive(
    st.sampled_from([*DAM.paragraphs, *CHOIR.paragraphs, "Read more", "12 March 2026", CHOIR.headline]),
    lambda inner: st.tuples(
        st.sampled_from(["div", "p", "h1", "h2", "li", "article", "a", "b"]), st.lists(inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(max_examples=60, deadline=None)
@given(NODE)
def test_any_tree_gives_a_sane_boundary(tree: object) -> None:
    def render(node: object) -> str:
        if isinstance(node, str):
            return escape(node)
        assert isinstance(node, tuple)
        tag, children = node
        return f"<{tag}>{''.join(map(render, children))}</{tag}>"

    html = f"<body><p>Some text.{render(tree)}</body>"
    _, boundary = bound(html)
    _, again = bound(html)
    assert boundary == again
    assert 0 <= boundary.leak_score <= 1
    assert all(reason in set(DropReason) for reason in boundary.foreign.values())


def test_lines_of_the_template_do_not_vouch_for_the_article_that_repeats_them() -> None:
    # Given two texts in one template, each of which says what the page is about and names its headline
    deck = "<p>Harrow Ford votes on its mill dam: all about the council, the river, the anglers and the owners.</p>"
    quote = f"<p>This text is part of our series on {DAM.headline}, which we keep up to date.</p>"
    own, other = ("".join(f"<p>{line}</p>" for line in story.paragraphs) for story in (DAM, CHOIR))
    html = (
        f'<html><body><main><h1>{DAM.headline}</h1><div class="text">{deck}{own}</div>'
        f'<div class="text">{deck}{quote}{other}</div></main></body></html>'
    )
    page = read_html(html, f"{SITE}/region/dam")
    assert page is not None
    guarded = GuardedPage(page, [DAM.headline])
    second = next(segment.index for segment in page.segments if segment.text == CHOIR.paragraphs[0]) - 2
    last = page.segments[-1].index
    # When the words of the second are asked for, Then those of the template are not among them
    assert guarded.own_beginnings(second, last) == guarded.beginnings(second + 2, last)
    assert guarded.own_beginnings(second, second + 1) == guarded.beginnings(second, second + 1), (
        "a copy is all there is"
    )


def test_the_last_piece_of_a_row_of_foreign_ones_goes_with_them() -> None:
    # Given posts in plain lines of one box below the article, with more text than it, and a line that names it
    own = "".join(f"<p>{line}</p>" for line in DAM.paragraphs)
    series = f"<p>In this part of our report on “{DAM.headline}”, our reporters look at what has changed.</p>"
    posts = "".join(
        f"<div><b>{story.headline}</b></div><div>{story.date}</div>{series}{paragraphs(story)}{paragraphs(story)}"
        "<p>By Marta Lindqvist</p><div>Leave a comment</div><div>Keep reading</div>"
        for story in (CHOIR, BATTERY, TARIFF, HAFEN, CHOIR, BATTERY)
    )
    page = f"<main><h1>{DAM.headline}</h1><div>{own}<div>{posts}</div></div></main>"
    # When the page is bounded, Then none of them is left as the likeliest of its box
    assert_only(bound(page, authors=("Marta Lindqvist",))[0], DAM, CHOIR, BATTERY, TARIFF, HAFEN)


def test_another_text_of_the_articles_name_that_leads_to_its_own_page_is_cut() -> None:
    # Given an older report on the subject, in plain lines under a heading that links to it
    older = (
        "The council of Harrow Ford heard in autumn that the mill dam would not last another flood, and asked why.",
        "Engineers proposed three ways: to rebuild the dam in concrete, to lower it by half, or to remove it.",
        "Owners of houses on the pond asked for the first, anglers for the last, and the council for time.",
        "The river authority offered to pay for the removal of the dam alone, which most councillors called blackmail.",
    )
    heading = f'<h2><a href="/region/older/mill-dam">{DAM.headline}: the plans</a></h2>'
    other = "".join(f"<p>{line}</p>" for line in older)
    left, _ = bound(f"<main><h1>{DAM.headline}</h1>{paragraphs(DAM)}{heading}{other}</main>")
    # When the page is bounded, Then the report goes, however much its words are those of the article
    assert_only(left, DAM)
    assert set(older).isdisjoint(left)


def test_a_headline_in_a_script_without_spaces_is_known_in_any_element() -> None:
    headline = "สะพานหมุนทาร์นเปิดใช้อีกครั้งหลังปิดสองฤดูหนาว"
    page = read_html(
        f"<body><div>ข่าว</div><div>{headline}</div><p>{'สะพานหมุนทาร์นกลับมาหมุนได้อีกครั้ง ' * 4}</p></body>", f"{SITE}/1"
    )
    assert page is not None
    assert GuardedPage(page, [headline]).title == 1


SERIES = replace(DAM, headline="The mill dam: council votes to take it down")
EARLIER = (
    replace(CHOIR, headline="The mill dam: a pond and its swans", author=SERIES.author),
    replace(BATTERY, headline="The mill dam: who pays for the timber?", author=SERIES.author),
)
"""Instalments of one series, by one author."""


@pytest.mark.parametrize(
    "post",
    [
        "<div class=hero><{tag}>{head}</{tag}></div><div class=copy>{text}</div>",
        "<section><{tag}>{head}</{tag}><div class=when>{date}</div>{text}</section>",
    ],
    ids=["in a box like the headline's", "with a day of its own"],
)
@pytest.mark.parametrize("tag", ["h1", "h2"])
def test_earlier_instalments_of_the_series_are_cut(post: str, tag: str) -> None:
    # Given an article, and below it others of its series on its subject, whose headings lead nowhere
    posts = "".join(
        post.format(
            tag="h1" if story is SERIES else tag, head=escape(story.headline), date=story.date, text=paragraphs(story)
        )
        for story in (SERIES, *EARLIER)
    )
    # When the boundary is looked for
    left, _ = bound(f"<main><p>{SERIES.deck}</p>{posts}</main>", titles=(SERIES.headline,), authors=(SERIES.author,))
    # Then they are cut
    assert_only(left, SERIES, *EARLIER)
    assert [story.headline for story in EARLIER if story.headline in left] == []


def test_sections_that_are_called_as_the_headline_begins_stay() -> None:
    # Given a guide whose sections repeat what it is about
    names = ("what the engineers found", "who will have to pay", "what the anglers hope", "how the owners see it")
    sections = "".join(
        f"<h2>The mill dam: {name}</h2><p>{escape(text)}</p>"
        for name, text in zip(names, DAM.paragraphs[1:], strict=True)
    )
    html = f"<article><h1>The mill dam: all that we know</h1><p>{escape(DAM.paragraphs[0])}</p>{sections}</article>"
    # Then they stay
    left, boundary = bound(html, titles=("The mill dam: all that we know",))
    assert_only(left, DAM)
    assert not boundary.foreign


def test_the_first_of_a_row_below_a_shelfs_heading_is_cut_as_the_others_are() -> None:
    # Given a row of posts, the first of which has the words of the article, below a heading "Latest"
    others = (replace(SECOND, paragraphs=(*SECOND.paragraphs, *CHOIR.paragraphs[:1])), CHOIR, BATTERY, TARIFF, HAFEN)
    row = "".join(
        f"<article><h3><a href=/x/{n}>{escape(story.headline)}</a></h3>{paragraphs(story)}</article>"
        for n, story in enumerate(others)
    )
    own = f"<article><h1>{DAM.headline}</h1>{paragraphs(FIRST)}</article>"
    # Then all of it is cut
    left, _ = bound(f"<main>{own}<h2>Latest</h2>{row}</main>")
    assert_only(left, FIRST, *others)


def test_a_box_amid_the_text_that_announces_another_page_is_cut_with_its_paragraph() -> None:
    # Given a box with a linked line and the opening of what it leads to, on the article's own subject
    opening = (
        "The pond behind the mill dam will be a meadow, say the owners of the houses on it, and the council of Harrow"
        " Ford should have asked them before it voted."
    )
    box = f"<div class=rel><div class=head><a href=/pond>{SECOND.headline}</a></div><p>{opening}</p></div>"
    above, below = paragraphs(DAM, 2), paragraphs(replace(DAM, paragraphs=DAM.paragraphs[2:]))
    # Then it is cut
    left, _ = bound(f"<article><h1>{DAM.headline}</h1>{above}{box}{below}</article>")
    assert_only(left, DAM)
    assert opening not in left


def test_two_whole_articles_by_others_below_the_text_are_cut() -> None:
    # Given articles in the container of the text, without links, each under a byline like the article's
    posts = "".join(
        f"<h2>{escape(story.headline)}</h2><div class=by>By {story.author}</div>{paragraphs(story)}"
        for story in (CHOIR, BATTERY)
    )
    own = f"<h1>{DAM.headline}</h1><div class=by>By {DAM.author}</div>{paragraphs(DAM)}"
    # Then they are cut for sure
    left, boundary = bound(f"<main><div>{own}{posts}</div></main>", authors=(DAM.author,))
    assert_only(left, DAM, CHOIR, BATTERY)
    assert all(boundary.likelihoods[index] >= 0.65 for index in boundary.foreign)


def test_a_paragraph_in_one_box_with_the_shelf_below_it_stays() -> None:
    # Given a text in two boxes, of which the first ends in a shelf that has no box of its own
    paragraphs = [f"<p>{text}</p>" for text in DAM.paragraphs]
    links = "".join(
        f'<h5><a href="/{name}">The story of the {name} in one line</a></h5>' for name in ("ash", "elm", "fir")
    )
    html = (
        f"<html><head><title>{DAM.headline}</title></head><body><article><h1>{DAM.headline}</h1>"
        f"{''.join(paragraphs[:2])}<div>{paragraphs[2]}<h4>Related Articles</h4>{links}</div>{''.join(paragraphs[3:])}"
        "</article></body></html>"
    )
    page = read_html(html, SITE)
    assert page is not None
    # When the guard looks at the page
    cut = [page.segments[index].text for index in find_boundary(page, [DAM.headline]).foreign]
    # Then the shelf is cut, and the paragraph above it is not
    assert "Related Articles" in cut
    assert not set(DAM.paragraphs) & set(cut)
