"""Pages that carry one article and the openings of others, in any markup.

Comes in: stories and a seed. Goes out: a page's HTML, with what is its article's and what is not.

What varies: the elements and class names of the posts, wrappers, their order, how headlines are marked and whether they
link, what ends a teaser, whether there is JSON-LD or Open Graph, and whether the only ``h1`` is the site's name.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Story:
    """An article to be shown whole or as a teaser."""

    headline: str
    deck: str
    author: str
    date: str
    section: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScrollPage:
    """A page, and which of its text belongs to which story."""

    html: str
    url: str
    own: tuple[str, ...]
    foreign: tuple[str, ...]
    recipe: str


SITE = "https://news.example"
_READ_ON = (
    ("keep reading", "Show less"),
    ("Read more", ""),
    ("Continue reading", ""),
    ("Full story", ""),
    ("Weiterlesen", ""),
    ("Lire la suite", ""),
)
_WORDS = ("lorem", "amber", "quill", "delta", "fjord", "onyx", "ridge", "sable", "tulip", "umbra", "vivid", "willow")


def scroll_page(main: Story, others: Sequence[Story], seed: int) -> ScrollPage:  # noqa: PLR0915 - one draw after another
    """Return a page with one story whole and the openings of the others around it."""
    chance = random.Random(seed)
    choose = chance.choice
    layout = choose(["article", "section", "div", "div", "table", "br"])
    names = choose(["shared", "random", "none"])
    wrapped = layout not in {"br", "table"} and chance.random() < 0.3
    apart = layout not in {"br", "table"} and not wrapped and chance.random() < 0.2
    title_tag = choose(["h1", "h1", "h2", "div"])
    teaser_tag = choose([title_tag, "h1", "h2", "h3", "p", "strong"])
    site_heading = title_tag != "h1" or chance.random() < 0.2
    links = chance.random() < 0.5
    ending = choose(_READ_ON)
    control = choose(["a", "span", "div", "p"])
    mixed = chance.random() < 0.3
    credits = chance.random() < 0.5
    line = choose(["p", "p", "div"])
    by_lines = chance.random() < 0.5
    before = choose([0, 0, 0, 1, len(others)])
    data = choose(["json-ld", "open graph", "both", "title"])

    def name(role: str) -> str:
        if names == "none":
            return ""
        if names == "shared":
            return f' class="x-{role}"'
        return f' class="{choose(_WORDS)}{chance.randrange(1000)} {choose(_WORDS)}"'

    shown: list[str] = []

    def post(story: Story, whole: bool) -> str:
        paragraphs = story.paragraphs if whole else story.paragraphs[: choose([1, 2, 2, 3])]
        if not whole:
            shown.extend(paragraphs)
        url = f"/{story.section.lower()}/{_slug(story.headline)}"
        text = escape(story.headline)
        if links and not whole:
            text = f'<a href="{url}">{text}</a>'
        tag = title_tag if whole else teaser_tag
        heading = f"<{tag}{name('title')}>{text}</{tag}>"
        if tag == "strong" and layout != "br":
            heading = f"<div>{heading}</div>"
        head = [heading]
        if whole:
            head.append(f"<p{name('deck')}>{escape(story.deck)}</p>")
        if credits:
            head.insert(0, f"<div{name('credit')}>Top photo credit: {escape(story.author)} / Shutterstock</div>")
        if by_lines:
            head.append(f"<div{name('by')}>{escape(story.author)} | {story.date}</div>")
        head.append(f"<div{name('section')}>{story.section}</div>")
        if layout == "br":
            body = "<br><br>".join(map(escape, paragraphs)) + "<br><br>"
        else:
            body = "".join(f"<{line}{name('text')}>{escape(text)}</{line}>" for text in paragraphs)
        end = ""
        if not whole:
            href = f' href="{url}"' if control == "a" else ""
            words = choose(_READ_ON) if mixed else ending
            end = "".join(f"<{control}{href}{name('more')}>{word}</{control}>" for word in words if word)
            if links and chance.random() < 0.3:
                end = ""
            if layout == "br":
                end += "<br><br>"
        if layout == "br":
            return "\n".join(head) + body + end
        if layout == "table":
            return f"<tr><td>{''.join(head)}{body}{end}</td></tr>"
        inner = f"<div{name('head')}>{''.join(head)}</div><div{name('body')}>{body}{end}</div>"
        if apart:
            return inner
        if not wrapped:
            inner = "".join(head) + body + end
        return f"<{layout}{name('post')}>{inner}</{layout}>"

    stories = list(others)
    posts = [post(story, False) for story in stories[:before]]
    posts += [post(main, True)]
    posts += [post(story, False) for story in stories[before:]]
    joined = "\n".join(posts)
    feed = f"<table>{joined}</table>" if layout == "table" else f"<div{name('feed')}>{joined}</div>"
    url = f"{SITE}/{main.section.lower()}/{_slug(main.headline)}"
    meta = f"<title>{escape(main.headline)}{choose(['', ' - The Example Review', ' | The Example Review'])}</title>"
    if data in {"open graph", "both"}:
        meta += f'<meta property="og:title" content="{escape(main.headline)}"><meta property="og:url" content="{url}">'
    if data in {"json-ld", "both"}:
        described = {"@type": "NewsArticle", "headline": main.headline, "description": main.deck, "url": url}
        meta += f'<script type="application/ld+json">{json.dumps(described)}</script>'
    site = "<h1>The Example Review</h1>" if site_heading else "<div>The Example Review</div>"
    menu = (
        "<nav><ul>"
        + "".join(f"<li><a href='/{s.section.lower()}'>{s.section}</a></li>" for s in stories)
        + "</ul></nav>"
    )
    html = (
        f"<!doctype html><html><head>{meta}</head><body>{site}{menu}<p>Follow us on social</p>{feed}"
        "<footer><p>Subscribe now to our weekly letter and never miss what our reporters write.</p></footer>"
        "</body></html>"
    )
    recipe = f"{layout} {names} {wrapped=} {apart=} {title_tag}/{teaser_tag} {links=} {before=} {data}"
    return ScrollPage(html, url, main.paragraphs, tuple(shown), recipe)


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
