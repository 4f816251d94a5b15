"""What stands beside articles on real sites and is no part of them: each kind in several makings.

The pages are written by hand, in the manner of common themes and systems, and unlike those that models learn from.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from extractor.contract import PageToRead
from extractor.reading import read_page

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)

Texts = tuple[str, ...]
ENGLISH = (
    "The lock at Ferncombe has been closed to boats since the spring, when a gate that had held for ninety years gave "
    "way in the night and let a mile of canal run into the valley below it.",
    "Engineers from the trust that looks after the waterway say the new gates are now cut, and that the oak for them "
    "came from a single estate not twenty miles away, felled two winters ago and left to season.",
    "“We could have bought steel and been done by June,” said Moira Tennant, who leads the work. “But steel gates "
    "would have needed new masonry, and the masonry is the one thing here that nobody wants to touch.”",
    "Boaters have not been patient all the time. Some forty narrowboats are still moored above the lock, and their "
    "owners have paid for moorings that they cannot leave, in a pound that was half empty for most of August.",
    "The trust has offered them a refund for the summer, and the use of a crane for those who would rather be lifted "
    "out. Eleven took the crane. The others, by their own account, are staying to see the water come back.",
    "If the weather holds, the gates will be hung in the first week of December, and the pound will be filled over "
    "ten days, slowly, so that the old clay has time to swell and close the cracks that a dry summer opened in it.",
)
GERMAN = (
    "Die Schleuse in Ferndorf ist seit dem Frühjahr für Boote gesperrt, weil ein Tor, das neunzig Jahre gehalten "
    "hatte, in einer Nacht nachgab und das Wasser einer ganzen Haltung in das Tal darunter laufen ließ.",
    "Die neuen Tore seien inzwischen zugeschnitten, sagen die Ingenieure der Stiftung, die den Kanal unterhält; das "
    "Eichenholz stamme aus einem einzigen Forst und habe zwei Winter lang trocknen können.",
    "„Mit Stahl wären wir im Juni fertig gewesen“, sagt Moira Tennant, die die Arbeiten leitet. „Aber für Stahltore "
    "hätten wir das Mauerwerk ändern müssen, und an das Mauerwerk will hier niemand Hand anlegen.“",
    "Geduldig waren die Bootsbesitzer nicht immer. Etwa vierzig Boote liegen noch oberhalb der Schleuse, und ihre "
    "Eigner zahlen für Liegeplätze, die sie nicht verlassen können, in einer halb leeren Haltung.",
    "Die Stiftung hat ihnen die Gebühren für den Sommer erlassen und einen Kran angeboten, mit dem elf von ihnen ihre "
    "Boote haben umsetzen lassen. Die anderen wollen bleiben, bis das Wasser zurückkommt.",
    "Wenn das Wetter hält, werden die Tore in der ersten Dezemberwoche eingehängt, und die Haltung wird danach zehn "
    "Tage lang langsam gefüllt, damit der alte Lehm quellen und die Risse schließen kann.",
)
TITLES: dict[Texts, str] = {ENGLISH: "Oak gates for Ferncombe lock", GERMAN: "Eichentore für die Schleuse in Ferndorf"}
Theme = Callable[[Texts, str, str, str], str]
"""Makes a page of an article's paragraphs and what stands amid it, below it, and beside it."""


def _paragraphs(texts: Texts, amid: str) -> str:
    lines = [f"<p>{text}</p>" for text in texts]
    return "\n".join([*lines[:3], amid, *lines[3:]])


def _head(texts: Texts) -> str:
    language = "de" if texts is GERMAN else "en"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{TITLES[texts]} | Waterways</title>'
    )


def weblog(texts: Texts, amid: str, below: str, beside: str) -> str:
    """A weblog with a column beside its post."""
    return f"""{_head(texts)}</head><body class="single wp-theme"><div id="wrap">
<div id="top"><a href="/">Waterways</a><ul class="nav"><li><a href="/boats">Boats</a></li>
<li><a href="/locks">Locks</a></li></ul></div>
<div id="content"><div class="post hentry"><h1 class="entry-title">{TITLES[texts]}</h1>
<div class="meta">14 November 2026 by <a href="/author/hr">Hattie Rowbottom</a></div>
<div class="entry">{_paragraphs(texts, amid)}</div>{below}</div></div>
<div id="right">{beside}</div><div id="foot">© Waterways 2026</div></div></body></html>"""


def magazine(texts: Texts, amid: str, below: str, beside: str) -> str:
    """A magazine of newer elements, with what is beside the text before it."""
    return f"""{_head(texts)}<meta property="og:type" content="article">
<meta property="og:title" content="{TITLES[texts]}"></head>
<body><header><nav><a href="/">Waterways</a> <a href="/news">News</a> <a href="/walks">Walks</a></nav></header>
<main><aside class="rail">{beside}</aside><article><header><h1>{TITLES[texts]}</h1>
<p class="by">Hattie Rowbottom</p><time datetime="2026-11-14">14 Nov 2026</time></header>
<section class="copy">{_paragraphs(texts, amid)}</section><footer>{below}</footer></article></main>
<footer><a href="/imprint">Imprint</a></footer></body></html>"""


def plain(texts: Texts, amid: str, below: str, beside: str) -> str:
    """A page of ``div`` elements with names that say nothing."""
    return f"""{_head(texts)}</head><body><div class="a1"><div class="a2"><a href="/">Waterways</a></div>
<div class="b1"><div class="b2"><h1>{TITLES[texts]}</h1><div class="b3">{_paragraphs(texts, amid)}{below}</div></div>
<div class="c1">{beside}</div></div></div></body></html>"""


THEMES = (weblog, magazine, plain)


def read(html: str) -> list[str]:
    """The lines of the article that is found in a page."""
    page = PageToRead(html.encode(), "text/html; charset=utf-8", "https://waterways.example/2026/ferncombe-lock", NOW)
    return read_page(page).result.article.article_body.split("\n")


def check(texts: Texts, html: str, foreign: tuple[str, ...]) -> None:
    lines = read(html)
    body = "\n".join(lines)
    assert [text for text in texts if text not in body] == []
    assert [line for line in foreign if line in body] == []


CLOUDS = {
    "sized links": (
        '<div class="tagcloud"><h3>Tags</h3>'
        + " ".join(
            f'<a href="/tag/{tag}" style="font-size:{8 + place % 9}pt">{tag}</a>'
            for place, tag in enumerate(("aqueducts", "barges", "cranes", "dredging", "embankments", "ferries"))
        )
        + "</div>",
        ("aqueducts", "dredging", "embankments"),
    ),
    "a list with counts": (
        "<section><h2>Topics</h2><ul>"
        + "".join(
            f"<li><a href='/t/{n}'>{name}</a> ({n * 7})</li>" for n, name in enumerate(("Weirs", "Sluices", "Tolls"), 1)
        )
        + "</ul></section>",
        ("Weirs (7)", "Sluices (14)", "Tolls (21)"),
    ),
    "a line of hashtags": (
        '<p class="keywords">'
        + " ".join(f'<a href="/k/{n}">#{n}</a>' for n in ("towpath", "lockkeeper", "winding"))
        + "</p>",
        ("#towpath", "#lockkeeper"),
    ),
    "a line of words behind a label": (
        '<div>Tagged: <a href="/t/1">pound</a>, <a href="/t/2">lengthsman</a>, <a href="/t/3">stop plank</a></div>',
        ("lengthsman", "stop plank"),
    ),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", CLOUDS)
def test_a_cloud_of_tags_is_no_part_of_an_article(theme: Theme, kind: str) -> None:
    # Given an article with a cloud of tags below it, or beside it
    cloud, words = CLOUDS[kind]
    for places in (("", cloud, ""), ("", "", cloud)):
        # When it is read, then all of its text is there, and none of the tags
        check(ENGLISH, theme(ENGLISH, *places), words)


MONTHS = ("October 2026", "September 2026", "August 2026", "July 2026", "June 2026")
ARCHIVES = {
    "a list of months": (
        "<div><h4>Archives</h4><ul>"
        + "".join(f"<li><a href='/2026/{m[:3]}'>{m}</a></li>" for m in MONTHS)
        + "</ul></div>",
        MONTHS,
    ),
    "a list with counts": (
        "<div class='widget'><h2>Archive</h2><ul>"
        + "".join(f"<li><a href='/a/{n}'>{m}</a>&nbsp;({n + 3})</li>" for n, m in enumerate(MONTHS))
        + "</ul></div>",
        MONTHS,
    ),
    "years that open": (
        "<div><h3>Older posts</h3><details><summary>2025 (112)</summary><a href='/2025/12'>December (9)</a> "
        "<a href='/2025/11'>November (12)</a></details><details><summary>2024 (98)</summary></details></div>",
        ("December (9)", "2024 (98)"),
    ),
    "a choice": (
        "<div><label for='m'>Archives</label><select id='m'><option>Choose a month</option>"
        + "".join(f"<option value='/{m}'>{m}</option>" for m in MONTHS)
        + "</select></div>",
        ("Choose a month", *MONTHS),
    ),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_menu_of_an_archive_is_no_part_of_an_article(theme: Theme, kind: str) -> None:
    # Given an article with the months of a site's archive beside it
    menu, lines = ARCHIVES[kind]
    # When it is read, then all of its text is there, and none of the months
    check(ENGLISH, theme(ENGLISH, "", "", menu), lines)


FORMS = {
    "a search": (
        "<form action='/s'><label>Search this site</label><input name='q'><button>Go</button></form>",
        ("Search this site",),
    ),
    "a newsletter": (
        "<div><h3>Get our letter</h3><p>News of the cut in your inbox every Friday.</p><form><label>Your e-mail address"
        "</label><input type='email'><label><input type='checkbox'> I have read the privacy policy</label>"
        "<button>Sign up</button></form></div>",
        ("Your e-mail address", "I have read the privacy policy"),
    ),
    "a comment": (
        "<div id='respond'><h3>Leave a reply</h3><form><p>Your email address will not be published. Required fields "
        "are marked *</p><p><label>Name *</label><input></p><p><label>Website</label><input></p>"
        "<p><label>Save my name in this browser for the next time I comment.</label></p></form></div>",
        ("Your email address will not be published", "Save my name in this browser"),
    ),
    "a poll": (
        "<form class='poll'><fieldset><legend>Should the gates be steel?</legend><label><input type='radio'> Yes, at "
        "once</label><label><input type='radio'> No, never</label></fieldset><button>Vote</button></form>",
        ("Should the gates be steel?", "No, never"),
    ),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", FORMS)
def test_a_form_is_no_part_of_an_article(theme: Theme, kind: str) -> None:
    # Given an article with a form below it
    form, lines = FORMS[kind]
    # When it is read, then all of its text is there, and no label of the form
    check(ENGLISH, theme(ENGLISH, "", form, ""), lines)


DISCLAIMERS = {
    "opinions": (
        ENGLISH,
        "The views expressed in this article are those of the author and do not necessarily reflect the position of "
        "Waterways.",
    ),
    "rights": (ENGLISH, "Copyright 2026 Waterways Publishing. All rights reserved. No part of this may be copied."),
    "paid links": (
        ENGLISH,
        "We may earn a small commission when you buy through links on our site, at no extra cost to you.",
    ),
    "an agency": (
        ENGLISH,
        "This story was generated automatically from a syndicated feed and has not been edited by our staff.",
    ),
    "paid links in German": (
        GERMAN,
        "Dieser Beitrag enthält Affiliate-Links. Wenn Sie darüber kaufen, erhalten wir eine Provision.",
    ),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", DISCLAIMERS)
def test_a_disclaimer_is_no_part_of_an_article(theme: Theme, kind: str) -> None:
    # Given an article with a disclaimer as its last line
    texts, line = DISCLAIMERS[kind]
    # When it is read, then all of its text is there, and the disclaimer is not
    check(texts, theme(texts, "", f"<p><em>{line}</em></p>", ""), (line,))


PORTRAIT = "has written about canals for the Waterways since 2009 and lives on a boat."
BIOGRAPHIES = {
    "a card": (
        '<div class="author-box"><img src="/hr.jpg" alt=""><h4>Hattie Rowbottom</h4><p>Hattie Rowbottom '
        + PORTRAIT
        + "</p>"
        '<a href="/author/hr">All her stories</a></div>',
        (PORTRAIT, "All her stories"),
    ),
    "a heading and a line": (
        "<h3>About the author</h3><p>Hattie " + PORTRAIT + "</p>",
        (PORTRAIT,),
    ),
    "a line in italics": (
        "<p><i>Hattie Rowbottom is a writer on inland shipping. She " + PORTRAIT + "</i></p>",
        ("is a writer on inland shipping",),
    ),
    "a box called vcard": (
        '<div class="vcard"><a class="fn url" href="/author/hr">Hattie Rowbottom</a><div class="note">She '
        + PORTRAIT
        + "</div></div>",
        (PORTRAIT,),
    ),
}


@pytest.mark.parametrize("theme", [weblog, magazine])
@pytest.mark.parametrize("kind", BIOGRAPHIES)
def test_a_biography_is_no_part_of_an_article(theme: Theme, kind: str) -> None:
    # Given an article that names its author, with a line or a box about her below it
    box, lines = BIOGRAPHIES[kind]
    # When it is read, then all of its text is there, and nothing about her
    check(ENGLISH, theme(ENGLISH, "", box, ""), lines)


FACTS = ("Built in 1791", "Rise of 3.2 metres", "Gates of English oak", "Kept by one family until 1948")
FACT_BOXES = {
    "a list": "<aside><h3>Ferncombe lock</h3><ul>" + "".join(f"<li>{fact}</li>" for fact in FACTS) + "</ul></aside>",
    "pairs": "<aside class='facts'><h4>In short</h4><dl>" + "".join(f"<dt>{f}</dt>" for f in FACTS) + "</dl></aside>",
    "lines": "<aside>" + "".join(f"<p>{fact}</p>" for fact in FACTS) + "</aside>",
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", FACT_BOXES)
def test_a_box_of_facts_is_kept_whole_or_not_at_all(theme: Theme, kind: str) -> None:
    # Given an article with a box of facts amid its text
    # When it is read
    body = "\n".join(read(theme(ENGLISH, FACT_BOXES[kind], "", "")))
    # Then all of its text is there, and of the box all or nothing
    assert [text for text in ENGLISH if text not in body] == []
    assert sum(fact in body for fact in FACTS) in {0, len(FACTS)}
