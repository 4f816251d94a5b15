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


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a page is built."""

    element: str
    names: str
    wrapped: bool
    apart: bool
    title_tag: str
    teaser_tag: str
    site_heading: bool
    links: bool
    ending: tuple[str, ...]
    control: str
    mixed: bool
    credits: bool
    line: str
    bylines: bool
    before: int
    data: str


def scroll_page(main: Story, others: Sequence[Story], seed: int) -> ScrollPage:
    """Return a page with one story whole and the openings of the others around it."""
    chance = random.Random(seed)
    layout = _layout(chance, len(others))
    writer = _Writer(chance, layout)
    posts = [writer.post(story, whole=False) for story in others[: layout.before]]
    posts.append(writer.post(main, whole=True))
    posts += [writer.post(story, whole=False) for story in others[layout.before :]]
    joined = "\n".join(posts)
    feed = f"<table>{joined}</table>" if layout.element == "table" else f"<div{writer.name('feed')}>{joined}</div>"
    url = f"{SITE}{_path(main)}"
    site = "<h1>The Example Review</h1>" if layout.site_heading else "<div>The Example Review</div>"
    menu = "".join(f"<li><a href='/{story.section.lower()}'>{story.section}</a></li>" for story in others)
    html = (
        f"<!doctype html><html><head>{_meta(main, url, layout.data, chance)}</head><body>{site}"
        f"<nav><ul>{menu}</ul></nav><p>Follow us on social</p>{feed}"
        "<footer><p>Subscribe now to our weekly letter and never miss what our reporters write.</p></footer>"
        "</body></html>"
    )
    recipe = (
        f"{layout.element} {layout.names} wrapped={layout.wrapped} apart={layout.apart}"
        f" {layout.title_tag}/{layout.teaser_tag} links={layout.links} before={layout.before} {layout.data}"
    )
    return ScrollPage(html, url, main.paragraphs, tuple(writer.shown), recipe)


def _layout(chance: random.Random, others: int) -> _Layout:
    """Draw a layout. The order of the draws makes the page of a seed, and so must not change."""
    choose = chance.choice
    element = choose(["article", "section", "div", "div", "table", "br"])
    names = choose(["shared", "random", "none"])
    is_nested = element not in {"br", "table"}
    wrapped = is_nested and chance.random() < 0.3
    apart = is_nested and not wrapped and chance.random() < 0.2
    title_tag = choose(["h1", "h1", "h2", "div"])
    return _Layout(
        element=element,
        names=names,
        wrapped=wrapped,
        apart=apart,
        title_tag=title_tag,
        teaser_tag=choose([title_tag, "h1", "h2", "h3", "p", "strong"]),
        site_heading=title_tag != "h1" or chance.random() < 0.2,
        links=chance.random() < 0.5,
        ending=choose(_READ_ON),
        control=choose(["a", "span", "div", "p"]),
        mixed=chance.random() < 0.3,
        credits=chance.random() < 0.5,
        line=choose(["p", "p", "div"]),
        bylines=chance.random() < 0.5,
        before=choose([0, 0, 0, 1, others]),
        data=choose(["json-ld", "open graph", "both", "title"]),
    )


class _Writer:
    """Writes the posts of one page, and remembers which paragraphs of teasers it showed."""

    def __init__(self, chance: random.Random, layout: _Layout) -> None:
        self._chance = chance
        self._layout = layout
        self.shown: list[str] = []

    def name(self, role: str) -> str:
        """Return the class attribute of an element."""
        choose = self._chance.choice
        if self._layout.names == "none":
            return ""
        if self._layout.names == "shared":
            return f' class="x-{role}"'
        return f' class="{choose(_WORDS)}{self._chance.randrange(1000)} {choose(_WORDS)}"'

    def post(self, story: Story, *, whole: bool) -> str:
        """Return a story, or the opening of one, in the layout's markup."""
        layout = self._layout
        paragraphs = story.paragraphs if whole else story.paragraphs[: self._chance.choice([1, 2, 2, 3])]
        if not whole:
            self.shown.extend(paragraphs)
        head = self._head(story, whole)
        body = self._body(paragraphs)
        end = "" if whole else self._ending(_path(story))
        if layout.element == "br":
            return "\n".join(head) + body + end
        if layout.element == "table":
            return f"<tr><td>{''.join(head)}{body}{end}</td></tr>"
        inner = f"<div{self.name('head')}>{''.join(head)}</div><div{self.name('body')}>{body}{end}</div>"
        if layout.apart:
            return inner
        if not layout.wrapped:
            inner = "".join(head) + body + end
        return f"<{layout.element}{self.name('post')}>{inner}</{layout.element}>"

    def _head(self, story: Story, whole: bool) -> list[str]:
        layout = self._layout
        text = escape(story.headline)
        if layout.links and not whole:
            text = f'<a href="{_path(story)}">{text}</a>'
        tag = layout.title_tag if whole else layout.teaser_tag
        heading = f"<{tag}{self.name('title')}>{text}</{tag}>"
        head = [f"<div>{heading}</div>" if tag == "strong" and layout.element != "br" else heading]
        if whole:
            head.append(f"<p{self.name('deck')}>{escape(story.deck)}</p>")
        if layout.credits:
            head.insert(0, f"<div{self.name('credit')}>Top photo credit: {escape(story.author)} / Shutterstock</div>")
        if layout.bylines:
            head.append(f"<div{self.name('by')}>{escape(story.author)} | {story.date}</div>")
        head.append(f"<div{self.name('section')}>{story.section}</div>")
        return head

    def _body(self, paragraphs: Sequence[str]) -> str:
        line = self._layout.line
        if self._layout.element == "br":
            return "<br><br>".join(map(escape, paragraphs)) + "<br><br>"
        return "".join(f"<{line}{self.name('text')}>{escape(text)}</{line}>" for text in paragraphs)

    def _ending(self, path: str) -> str:
        """Return the control that ends a teaser."""
        layout = self._layout
        tag, href = layout.control, f' href="{path}"' if layout.control == "a" else ""
        words = self._chance.choice(_READ_ON) if layout.mixed else layout.ending
        end = "".join(f"<{tag}{href}{self.name('more')}>{word}</{tag}>" for word in words if word)
        if layout.links and self._chance.random() < 0.3:
            end = ""
        return f"{end}<br><br>" if layout.element == "br" else end


def _meta(main: Story, url: str, data: str, chance: random.Random) -> str:
    headline = escape(main.headline)
    meta = f"<title>{headline}{chance.choice(['', ' - The Example Review', ' | The Example Review'])}</title>"
    if data in {"open graph", "both"}:
        meta += f'<meta property="og:title" content="{headline}"><meta property="og:url" content="{url}">'
    if data in {"json-ld", "both"}:
        described = {"@type": "NewsArticle", "headline": main.headline, "description": main.deck, "url": url}
        meta += f'<script type="application/ld+json">{json.dumps(described)}</script>'
    return meta


def _path(story: Story) -> str:
    return f"/{story.section.lower()}/{_slug(story.headline)}"


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
