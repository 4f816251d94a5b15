"""Pages in the manner of the founding one, in the markup of sites that nothing is trained on.

Comes in: an article, and others on its subject. Goes out: pages in which the others stand around it, and pages that
are one article although they look like several, with what of their text is whose.

Each site is written by hand, and differs from the generators beside this module: what those have in common must not be
what a model has learned. None of these may ever be trained on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import cycle
from typing import Protocol

from training.neighbours import Article


@dataclass(frozen=True, slots=True)
class Post:
    """An article that is shown whole or in part."""

    headline: str
    author: str
    date: str
    paragraphs: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where it stands on its site."""
        return "/2026/" + "-".join("".join(c if c.isalnum() else " " for c in self.headline.lower()).split()[:9])


@dataclass(frozen=True, slots=True)
class StreamPage:
    """A page, and the paragraphs on it by whom they belong to."""

    site: str
    html: str
    url: str
    own: tuple[str, ...]
    foreign: tuple[str, ...]


HOST = "https://www.courier.example"
_PITCH = "Join the thousands of readers who get our best reporting every Saturday morning, free and without any fuss."

Site = Callable[[Post, Sequence[Post]], tuple[str, Sequence[Post]]]
"""Returns the body of a page, and the others as they are shown on it."""


def _p(post: Post, tag: str = "p", name: str = "") -> str:
    return "\n".join(f"<{tag}{name}>{escape(text)}</{tag}>" for text in post.paragraphs)


def _a(post: Post) -> str:
    return f'<a href="{post.path}">{escape(post.headline)}</a>'


class _Shown(Protocol):
    """Returns a post as its site shows it: the page's own whole, others with what leads to them."""

    def __call__(self, post: Post, *, is_main: bool) -> str: ...


def _stream(shown_as: _Shown, main: Post, others: Sequence[Post]) -> str:
    """Return the page's own post and the others below it."""
    return shown_as(main, is_main=True) + "".join(shown_as(post, is_main=False) for post in others)


def _openings(others: Sequence[Post], *counts: int) -> list[Post]:
    return [
        Post(post.headline, post.author, post.date, post.paragraphs[:count])
        for post, count in zip(others, cycle(counts or (2,)), strict=False)
    ]


def think_tank(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Widgets in one stream; the main headline is no link, the others' are."""

    def widget(post: Post, *, is_main: bool) -> str:
        head = (
            f'<h1 class="widget__headline h1"><span class="widget__headline-text">{escape(post.headline)}</span></h1>'
            if is_main
            else f'<h2 class="widget__headline h2"><a class="widget__headline-text" href="{post.path}">'
            f"{escape(post.headline)}</a></h2>"
        )
        more = "" if is_main else '<div class="show-more">keep reading</div><div class="show-less">Show less</div>'
        return (
            f'<div class="posts-wrapper clearfix"><div class="widget" elid="{len(post.headline)}"><div class="widget__image">'
            f'<img src="{post.path}.jpg"><small class="image-media media-caption">Top image credit: {post.author} / '
            f'Shutterstock.com</small></div><div class="widget__body clearfix"><a class="widget__section" '
            f'href="/global-crises">Global Crises</a>{head}<div class="social-author"><a href="/author">{post.author}</a>'
            f'<span class="social-date">{post.date}</span></div><div class="body js-expandable"><div '
            f'class="body-description">{_p(post)}</div>{more}</div></div></div></div>'
        )

    shown = _openings(others, 2, 3)
    return (
        '<div class="topbar"><a href="/">Courier</a></div><div class="follow">Follow us on social</div>'
        f'<div id="sPost_0_0" class="row px-row"><div class="col">{_stream(widget, main, shown)}</div></div>'
        f'<div class="rail"><h3>LATEST</h3><a href="/qiosk">QIOSK</a><h3>Newsletter</h3><p>{_PITCH}</p></div>'
    ), shown


def press_blog(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """A blog that shows the latest posts below the one that was asked for."""

    def post_of(post: Post, *, is_main: bool) -> str:
        head = (
            f'<h1 class="entry-title">{escape(post.headline)}</h1>'
            if is_main
            else f'<h2 class="entry-title">{_a(post)}</h2>'
        )
        more = (
            ""
            if is_main
            else f'<p class="link-more"><a class="more-link" href="{post.path}">Continue reading &rarr;</a></p>'
        )
        return (
            f'<article id="post-{len(post.headline)}" class="post type-post hentry"><header class="entry-header">{head}'
            f'<div class="entry-meta"><span class="posted-on"><time datetime="2026-05-04">{post.date}</time></span> '
            f'<span class="byline">by <a href="/author/x">{post.author}</a></span></div></header>'
            f'<div class="entry-content">{_p(post)}{more}</div></article>'
        )

    shown = _openings(others, 1, 2)
    return (
        '<div id="page"><div id="content"><main id="main" class="site-main">'
        + _stream(post_of, main, shown)
        + '</main><aside id="secondary"><section class="widget"><h2 class="widget-title">Archives</h2><ul><li><a '
        'href="/2026/04">April</a></li></ul></section></aside></div></div>'
    ), shown


def endless_magazine(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Whole articles, one after the other, each with a headline that is no link."""

    def story(post: Post) -> str:
        return (
            f'<div class="infinite-item"><div class="hed-block"><h1 class="hed">{escape(post.headline)}</h1><p class="by">By '
            f'<span>{post.author}</span></p><p class="pub">{post.date}</p></div><div class="story-text">{_p(post)}</div></div>'
        )

    shown = list(others[:2])
    return f'<section class="reader">{story(main)}{"".join(map(story, shown))}</section>', shown


def old_table(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """A page of the nineties: one table, lines broken by hand."""

    def row(post: Post, *, is_main: bool) -> str:
        title = escape(post.headline) if is_main else _a(post)
        more = "" if is_main else f'<br><br><a href="{post.path}"><font size="1">[full story]</font></a>'
        text = "<br><br>".join(map(escape, post.paragraphs))
        return (
            f'<tr><td bgcolor="#eeeeee"><font size="4"><b>{title}</b></font><br><font size="1">{post.date} - '
            f"{post.author}</font></td></tr><tr><td>{text}{more}</td></tr>"
        )

    shown = _openings(others, 2)
    rows = _stream(row, main, shown)
    return f'<table width="760"><tr><td><a href="/">Home</a> | <a href="/news">News</a></td></tr>{rows}</table>', shown


def local_paper(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Teasers above and below in sections of their own, under small headings."""

    def teaser(post: Post) -> str:
        return (
            f'<section class="stack-item"><h4 class="stack-hl">{_a(post)}</h4><div class="stack-sum">{_p(post)}</div>'
            f'<a class="stack-more" href="{post.path}">Full story</a></section>'
        )

    shown = _openings(others, 1, 1, 2)
    above, below = shown[:1], shown[1:]
    return (
        f'<div class="lane">{"".join(map(teaser, above))}<section class="lead-item"><h1>{escape(main.headline)}</h1>'
        f'<div class="credit-line">{main.author}, staff writer | {main.date}</div><div class="lead-text">{_p(main)}</div></section>'
        f'<div class="pitch"><b>Never miss a story</b><p>{_PITCH}</p></div>{"".join(map(teaser, below))}</div>'
    ), shown


def utility_classes(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """A script's output: nothing but ``div`` and classes that say how it looks."""

    def card(post: Post) -> str:
        return (
            '<div class="flex flex-col mt-8 gap-2"><a class="text-xl font-bold" '
            f'href="{post.path}">{escape(post.headline)}</a><div class="text-sm text-gray-500">{post.author} · {post.date}</div>'
            f"""{_p(post, "div", ' class="text-base leading-7"')}<a class="text-blue-600" href="{post.path}">Read more</a></div>"""
        )

    shown = _openings(others, 2, 1, 3)
    return (
        '<div id="__app"><div class="mx-auto max-w-3xl"><div class="flex flex-col mt-8 gap-2"><div class="text-3xl font-bold">'
        f'{escape(main.headline)}</div><div class="text-sm text-gray-500">{main.author} · {main.date}</div>'
        f"""{_p(main, "div", ' class="text-base leading-7"')}</div>{"".join(map(card, shown))}</div></div>"""
    ), shown


def flat_run(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Headings and paragraphs of all posts in one container."""
    shown = _openings(others, 2)
    rest = "".join(
        f'<h3>{_a(post)}</h3>{_p(post)}<p><a href="{post.path}">Read the rest of this entry &raquo;</a></p>'
        for post in shown
    )
    return (
        f'<div class="content"><h2>{escape(main.headline)}</h2><p class="meta">{main.author} on {main.date}</p>{_p(main)}'
        f"<h4>More on this</h4>{rest}</div>"
    ), shown


def dated_blog(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Every post, the page's own too, under a linked heading, a date above and the same line below."""

    def outer(post: Post) -> str:
        return (
            f'<div class="date-outer"><h2 class="date-header"><span>{post.date}</span></h2><div class="date-posts">'
            f'<div class="post-outer"><h3 class="post-title">{_a(post)}</h3><div class="post-body">{_p(post)}</div>'
            f'<div class="post-footer">Posted by {post.author} at 10:02 AM</div></div></div></div>'
        )

    shown = _openings(others, 3, 2)
    return f'<div class="blog-posts hfeed">{outer(main)}{"".join(map(outer, shown))}</div>', shown


def second_in_body(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """A whole second article inside the container of the first one's text, its heading no link."""
    other = others[0]
    return (
        f'<main><h1>{escape(main.headline)}</h1><p class="author">By {main.author}</p><div class="copy">{_p(main)}'
        f'<h2>{escape(other.headline)}</h2><p class="author">By {other.author}</p><p class="when">{other.date}</p>{_p(other)}'
        "</div></main>"
    ), [other]


def aside_story(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Another article in an ``aside`` amid the text."""
    other = others[0]
    half = len(main.paragraphs) // 2
    first = Post(main.headline, main.author, main.date, main.paragraphs[:half])
    last = Post(main.headline, main.author, main.date, main.paragraphs[half:])
    return (
        f"<article><header><h1>{escape(main.headline)}</h1><address>{main.author}</address><time>{main.date}</time></header>"
        f"<div>{_p(first)}<aside><h3>{escape(other.headline)}</h3><span>By {other.author}</span>{_p(other)}</aside>"
        f"{_p(last)}</div></article>"
    ), [other]


def weekly_series(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Earlier and later parts of a series, all called alike, around this one."""
    shown = [
        Post(f"{main.headline.split(':')[0]}: {post.headline}", main.author, post.date, post.paragraphs)
        for post in _openings(others, 2, 1)
    ]

    def part(post: Post) -> str:
        return (
            f'<li class="episode"><h3>{_a(post)}</h3><p class="d">{post.date}</p>{_p(post)}<p class="go"><a '
            f'href="{post.path}">Keep reading</a></p></li>'
        )

    return (
        f'<ol class="before">{"".join(map(part, shown[:1]))}</ol><div class="now"><h1>{escape(main.headline)}</h1>'
        f'<p class="d">{main.date}</p>{_p(main)}</div><ol class="after">{"".join(map(part, shown[1:]))}</ol>'
    ), shown


def split_columns(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Headlines and texts in wrappers beside one another, all in one row."""

    def pair(post: Post, *, is_main: bool) -> str:
        title = escape(post.headline) if is_main else _a(post)
        more = "" if is_main else '<button type="button">Show more</button>'
        return (
            f'<header class="c-lead"><p class="kick">Politics</p><h2>{title}</h2><p class="sig">{post.author}</p></header>'
            f'<div class="c-copy">{_p(post)}{more}</div>'
        )

    shown = _openings(others, 2, 3)
    return f'<div class="river">{_stream(pair, main, shown)}</div>', shown


def plain_boxes(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Boxes without a link: a heading, a date, an author, some paragraphs, and dots."""

    def box(post: Post, tag: str, end: str) -> str:
        return (
            f'<div class="box"><{tag}>{escape(post.headline)}</{tag}><div class="dateline">{post.date}</div><div class="writer">'
            f"{post.author}</div>{_p(post)}{end}</div>"
        )

    shown = _openings(others, 2)
    rest = "".join(box(post, "h2", '<span class="dots">Read on</span>') for post in shown)
    return f'<div class="boxes">{box(main, "h1", "")}{rest}</div>', shown


def definition_list(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """A list of definitions, headlines as terms."""
    shown = _openings(others, 1, 2)
    rest = "".join(f'<dt>{_a(post)}</dt><dd>{_p(post)}<a href="{post.path}">More &hellip;</a></dd>' for post in shown)
    return (
        f'<h1>{escape(main.headline)}</h1><div class="txt"><em>{main.author}, {main.date}</em>{_p(main)}</div>'
        f"<h5>Also on this site</h5><dl>{rest}</dl>"
    ), shown


def next_up(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """The next article begins below, longer than this one, in an ``article`` of its own kind."""
    other = others[0]
    return (
        f'<article class="leaf leaf--current"><h1>{escape(main.headline)}</h1><div class="who">{main.author}</div><div '
        f'class="body">{_p(main)}</div></article><div class="nextup">Next up</div><article class="leaf leaf--next" '
        f'data-href="{other.path}"><h2><a href="{HOST}{other.path}">{escape(other.headline)}</a></h2><div class="who">'
        f'{other.author}</div><div class="body">{_p(other)}</div></article>'
    ), [other]


STREAMS: tuple[Site, ...] = (
    think_tank, press_blog, endless_magazine, old_table, local_paper, utility_classes, flat_run, dated_blog,
    second_in_body, aside_story, weekly_series, split_columns, plain_boxes, definition_list, next_up,
)  # fmt: skip


def sections(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """One article in sections of the same class."""
    del others
    heads = ("How it began", "What is known", "What they say", "What comes next")
    step = -(-len(main.paragraphs) // len(heads))
    parts = "".join(
        f'<section class="chunk"><h2>{head}</h2>{_p(Post(head, "", "", main.paragraphs[i * step : (i + 1) * step]))}</section>'
        for i, head in enumerate(heads)
    )
    return f'<article><h1>{escape(main.headline)}</h1><p class="by">{main.author}</p>{parts}</article>', ()


def interview(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Questions in bold type or headings above each answer."""
    del others
    asked = cycle(
        ("How did you come to this?", "And what happened then?", "Who decides that?", "What will you do now?")
    )
    turns = "".join(f'<div class="qa"><h3>{next(asked)}</h3><p>{escape(text)}</p></div>' for text in main.paragraphs)
    return f'<div class="page"><h1>{escape(main.headline)}</h1><p>{main.author} | {main.date}</p>{turns}</div>', ()


def listicle(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Numbered entries, each with a link to another page of the site."""
    del others
    entries = "".join(
        f'<div class="entry"><h2>{number}. Number {number} on our list</h2><p>{escape(text)}</p><p><a href="/guide/{number}">Read '
        "our full guide</a></p></div>"
        for number, text in enumerate(main.paragraphs[1:], start=1)
    )
    first = escape(main.paragraphs[0])
    return f'<article><h1>{escape(main.headline)}</h1><p>{first}</p><div class="entries">{entries}</div></article>', ()


def live_blog(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """Updates with times and several writers."""
    del others
    writers = cycle(("Ann Poole", "Tom Reyes", "Ivo Brandt"))
    updates = "".join(
        f'<div class="update" id="u{number}"><time>{9 + number // 4}:{number % 4}5</time><h3>What we heard at this hour</h3>'
        f'<div class="w">{next(writers)}</div><p>{escape(text)}</p></div>'
        for number, text in enumerate(main.paragraphs[1:])
    )
    first = escape(main.paragraphs[0])
    return (
        f'<main><h1>{escape(main.headline)}</h1><p class="intro">{first}</p><div class="live">{updates}</div></main>',
        (),
    )


def digest(main: Post, others: Sequence[Post]) -> tuple[str, Sequence[Post]]:
    """A digest whose items lead to the site's own stories."""
    del others
    half = len(main.paragraphs) // 2
    items = "".join(
        f'<h3><a href="/story/{number}">The story behind item {number} of this week</a></h3><p>{escape(text)} '
        f'<a href="/story/{number}">Read more</a></p>'
        for number, text in enumerate(main.paragraphs[half:], start=1)
    )
    first = _p(Post("", "", "", main.paragraphs[:half]))
    return (
        f'<div class="post"><h1>{escape(main.headline)}</h1><div class="by">{main.author}</div>{first}<p><b>In other news this '
        f"week:</b></p>{items}</div>"
    ), ()


WHOLES: tuple[Site, ...] = (sections, interview, listicle, live_blog, digest)


def stream_page(site: Site, main: Post, others: Sequence[Post]) -> StreamPage:
    """Return the page of a site with an article and its neighbours."""
    body, shown = site(main, others)
    url = HOST + main.path
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": main.headline, "url": url}
    said = {
        0: f'<meta property="og:title" content="{escape(main.headline)}"><meta property="og:url" content="{url}">',
        1: f'<script type="application/ld+json">{json.dumps(data)}</script>',
        2: f'<link rel="canonical" href="{url}">',
    }[len(main.headline) % 3]
    html = (
        f'<!DOCTYPE html><html lang="en"><head><title>{escape(main.headline)} | The Courier</title>{said}</head><body>'
        f'<div class="mast"><a href="/">The Courier</a></div>{body}<div class="foot">© The Courier. All rights '
        "reserved.</div></body></html>"
    )
    foreign = tuple(text for post in shown for text in post.paragraphs)
    return StreamPage(site.__name__, html, url, main.paragraphs, foreign)


_AUTHORS = ("Kim Sato", "Ruth Okafor", "Jonas Lindgren", "Ana Beltrán", "Priya Nair")
_DAYS = ("May 4, 2026", "May 2, 2026", "April 30, 2026", "April 21, 2026", "March 9, 2026")


def stream_pages(articles: Sequence[Article]) -> Iterator[StreamPage]:
    """Yield two pages of each site, of as many articles, each with the four that are most like it beside it."""
    sites = [*STREAMS, *WHOLES]
    for number, main in enumerate(articles[: 2 * len(sites)]):
        others = sorted(
            (article for article in articles if not set(article.paragraphs) & set(main.paragraphs)),
            key=lambda article: len(article.stems & main.stems) / len(article.stems),
        )
        chosen = zip((main, *others[-4:]), _AUTHORS, _DAYS, strict=False)
        own, *rest = (Post(article.headline, author, day, article.paragraphs) for article, author, day in chosen)
        yield stream_page(sites[number % len(sites)], own, rest)
