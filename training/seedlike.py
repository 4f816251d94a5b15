"""Pages with an article among openings of others that look alike, in any markup.

Comes in: the articles of the page cases, and the number of a page. Goes out: the page, what of it is the article, and
what is not. The same number always gives the same page.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

_CASES = Path(__file__).resolve().parents[1] / "tests" / "pages"
_SHORTEST_PARAGRAPH = 60
"""Characters; what is shorter may be a heading or an item of a list."""
_CONTROLS = ("keep reading", "Read more", "Continue reading", "Show less", "Full story", "Weiterlesen", "Lire la suite")
_PROMOTION = "Subscribe to our weekly round-up and never miss what our reporters find out, for as long as you like."
_SITE = "The Northern Dispatch"


@dataclass(frozen=True, slots=True)
class Story:
    """An article's own text."""

    headline: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeedlikePage:
    """A page, and its paragraphs by the article that they belong to."""

    html: str
    url: str
    own: tuple[str, ...]
    foreign: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Markup:
    """How a page is built."""

    wrapper: str
    heading: str
    teaser_heading: str
    paragraph: str
    is_linked: bool
    has_control: bool
    has_credit: bool
    is_split: bool
    names: tuple[str, ...]


@cache
def stories() -> tuple[Story, ...]:
    """Return the articles of the page cases that are in English and long enough."""
    found = {}
    for path in sorted(_CASES.glob("*/expected.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        article = case.get("article", {})
        headline = article.get("headline", "")
        paragraphs = tuple(text for text in case.get("paragraphs", ()) if len(text) >= _SHORTEST_PARAGRAPH)
        if headline and article.get("inLanguage", "en") == "en" and len(paragraphs) >= 4:
            found[headline] = Story(headline, paragraphs)
    return tuple(found.values())


def seedlike_page(number: int) -> SeedlikePage:
    """Return the page of a number."""
    chance = random.Random(number)
    main, *others = chance.sample(stories(), chance.randint(3, 6))
    openings = [Story(other.headline, other.paragraphs[: chance.randint(1, 4)]) for other in others]
    is_linked = chance.random() < 0.6
    markup = _Markup(
        wrapper=chance.choice(("div", "section", "article", "div")),
        heading=chance.choice(("h1", "h1", "h2", "div")),
        teaser_heading=chance.choice(("same", "same", "h2", "h3", "p", "strong")),
        paragraph=chance.choice(("p", "p", "div", "br")),
        is_linked=is_linked,
        # Without either, nothing would tell another article from a section of this one.
        has_control=not is_linked or chance.random() < 0.6,
        has_credit=chance.random() < 0.5,
        is_split=chance.random() < 0.2,
        names=tuple("".join(chance.choices("bcdfghklmnprstvwz", k=6)) for _ in range(5)),
    )
    url = f"https://dispatch.example/{_slug(main)}"
    above = openings.pop() if len(openings) > 2 and chance.random() < 0.25 else None
    posts = [_post(main, markup, chance, None), *(_post(o, markup, chance, f"/{_slug(o)}") for o in openings)]
    if above is not None:
        posts.insert(0, _post(above, markup, chance, f"/{_slug(above)}"))
        openings.append(above)
    stream = "\n".join(posts)
    if chance.random() < 0.15:
        stream = f"<table><tr><td>Home</td></tr><tr><td>{stream}</td></tr></table>"
    top = f"<h1>{_SITE}</h1>" if chance.random() < 0.25 else f'<div class="{markup.names[4]}">{_SITE}</div>'
    latest = f"<div><b>LATEST</b></div><div>{_PROMOTION}</div>"
    html = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{_statements(main, url, chance)}</head>\n'
        f"<body>{top}<div>Follow us on social</div>\n{stream}\n{latest}</body></html>\n"
    )
    foreign = tuple(text for opening in openings for text in opening.paragraphs)
    return SeedlikePage(html, url, main.paragraphs, (*foreign, _PROMOTION))


def _slug(story: Story) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in story.headline.lower()).split()[:6])


def _statements(main: Story, url: str, chance: random.Random) -> str:
    """What the page says about itself; sometimes only its title."""
    title = escape(main.headline)
    said = [f"<title>{title}{chance.choice(('', f' | {_SITE}'))}</title>"]
    if chance.random() < 0.6:
        said.append(f'<meta property="og:title" content="{title}"><meta property="og:url" content="{url}">')
    if chance.random() < 0.5:
        said.append(f'<link rel="canonical" href="{url}">')
    if chance.random() < 0.4:
        data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": main.headline, "url": url}
        said.append(f'<script type="application/ld+json">{json.dumps(data)}</script>')
    return "".join(said)


def _post(story: Story, markup: _Markup, chance: random.Random, link: str | None) -> str:
    outer, head, body, caption, _ = markup.names
    title = escape(story.headline)
    if link is not None and markup.is_linked:
        title = f'<a href="{link}">{title}</a>'
    tag = markup.heading if link is None or markup.teaser_heading == "same" else markup.teaser_heading
    heading = f'<{tag} class="{head}">{title}</{tag}>'
    if markup.has_credit:
        credit = f"Top image credit: {chance.choice(('P. Larsen', 'M. Okafor', 'L. Brandt'))} / Agency"
        heading = f'<div class="{caption}"><img src="/{_slug(story)}.jpg" alt=""><small>{credit}</small></div>{heading}'
    if markup.paragraph == "br":
        text = "<br><br>".join(map(escape, story.paragraphs))
    else:
        text = "\n".join(f"<{markup.paragraph}>{escape(p)}</{markup.paragraph}>" for p in story.paragraphs)
    if link is not None and markup.has_control:
        text += f'<div><a href="{link}">{chance.choice(_CONTROLS)}</a></div>'
    wrapper = markup.wrapper
    if markup.is_split:
        return f'<{wrapper} class="{outer}">{heading}</{wrapper}>\n<{wrapper} class="{body}">{text}</{wrapper}>'
    return f'<{wrapper} class="{outer}">{heading}\n<div class="{body}">{text}</div></{wrapper}>'
