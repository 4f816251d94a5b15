"""Pages on which an article has neighbours on its own subject, and articles that only look like several.

Comes in: real articles, and the number of a page. Goes out: the page, what of it is the article's text, and what is
another's. The same number and articles always give the same page.

Words cannot tell these neighbours: they are the other half of the same article, the same site's or the same subject's.
What tells them is how they stand there. Drawn anew for each page: how the neighbours are marked, whether their
headings link, what they say of author and date, how they end, what stands between them, how many there are and where.
The article itself may come in sections, as an interview, a list, a live blog or a digest, with neighbours and without.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

_STEM = re.compile(r"\b[^\W\d_]{6}")
SHORTEST_PARAGRAPH = 60
"""Characters; what is shorter may be a heading or an item of a list."""
_FEWEST_PARAGRAPHS, _MOST_PARAGRAPHS = 6, 16
_MOST_COMPARED = 40
"""Articles among which the ones on the most similar subject are looked for."""

_READ_ON = (
    "Keep reading", "Read more", "Read the full article", "Continue reading…", "More »", "Show more", "Full story",
    "Read on", "See more", "Weiterlesen", "Mehr lesen", "Lire la suite", "Leer más", "Leggi tutto", "Читать далее",
)  # fmt: skip
_ENDINGS = (
    "Share this",
    "0 comments",
    "Posted in News",
    "Leave a comment",
    "Filed under: Analysis",
    "Like Reply Share",
)
_LABELS = ("Next up", "More on this subject", "Up next", "More stories", "Related coverage", "Recommended", "See also:")
_PITCHES = (
    "Sign up for our morning letter, in which our editors pick the three stories that will matter for the day ahead.",
    "You have read two of your five free articles this month. Become a member today and help us to go on reporting.",
    "Get the news that matters to your town in your inbox every weekday at seven, and unsubscribe whenever you like.",
)
_NAMES = (
    "Helen Ashworth", "Piotr Nowicki", "Amara Diallo", "Lucía Ferrer", "Tomasz Wolny", "Grace Omondi", "Erik Sandvik",
    "Noor Haddad", "Daniel Weiss", "Mei Tanaka", "Olga Serova", "Marcus Bell",
)  # fmt: skip
_DATES = (
    "3 March 2026", "March 4, 2026", "2026-03-02", "02.03.2026", "Mar 1, 2026 at 10:15", "Mon 2 Mar 2026",
    "5 hours ago",
)  # fmt: skip
_LEAD_INS = ("In other news this week:", "Also worth your time:", "What else happened:", "Elsewhere:", "In brief:")
_SECTION_HEADS = (
    "What happened", "The background", "Why it matters", "What the critics say", "The numbers", "What comes next",
    "A long history", "Who decides", "How we got here", "The other side", "In the region", "After the vote",
)  # fmt: skip
_QUESTIONS = (
    "How did this begin?", "What did you expect?", "Were you surprised?", "Who is to blame for that?",
    "What should be done now?", "And if it fails?", "What have you learned?", "Would you do it again?",
)  # fmt: skip
_WORDS = ("ash", "birch", "cedar", "dune", "elm", "fern", "gorse", "heath", "ivy", "kelp", "larch", "moss", "nettle")


@dataclass(frozen=True, slots=True)
class Article:
    """A real article's own text."""

    domain: str
    headline: str
    paragraphs: tuple[str, ...]
    stems: frozenset[str]

    @classmethod
    def of(cls, domain: str, headline: str, text: str) -> Article | None:
        """Return an article from its true text; None where it has too few paragraphs."""
        lines = (" ".join(line.split()) for line in text.split("\n"))
        paragraphs = tuple(dict.fromkeys(line for line in lines if len(line) >= SHORTEST_PARAGRAPH))[:_MOST_PARAGRAPHS]
        if len(paragraphs) < _FEWEST_PARAGRAPHS or not headline:
            return None
        return cls(domain, headline, paragraphs, frozenset(_STEM.findall(" ".join(paragraphs).lower())))


@dataclass(frozen=True, slots=True)
class NeighbourPage:
    """A page, its article's text as a line for each block, and the paragraphs on it by whom they belong to."""

    html: str
    url: str
    text: str
    own: tuple[str, ...]
    foreign: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Post:
    headline: str
    author: str
    date: str
    paragraphs: tuple[str, ...]

    @property
    def path(self) -> str:
        return "/" + "-".join("".join(c if c.isalnum() else " " for c in self.headline.lower()).split()[:8])


def neighbour_page(main: Article, pool: Sequence[Article], number: int) -> NeighbourPage:
    """Return the page of a number.

    Parameters
    ----------
    main : Article
        The article whose page it is.
    pool : sequence of Article
        Those that may stand beside it.
    number : int
        Of the page.
    """
    chance = random.Random(f"neighbours {number}")
    own, others = _posts(main, pool, chance)
    return _Drawing(chance, own, others).page()


def _posts(main: Article, pool: Sequence[Article], chance: random.Random) -> tuple[_Post, list[_Post]]:
    """Return the article as it is shown, and its neighbours, on the same subject in one way or another."""
    names = chance.sample(_NAMES, len(_NAMES))
    dates = chance.sample(_DATES, len(_DATES))
    wanted = chance.choice((0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 8, 12))
    like = chance.choice(("half", "alternate", "subject", "subject", "host", "any", "template"))
    paragraphs = list(main.paragraphs)
    texts: list[tuple[str, list[str]]] = []
    if wanted and like in {"half", "alternate"}:
        middle = len(paragraphs) // 2
        parted = (paragraphs[:middle], paragraphs[middle:]) if like == "half" else (paragraphs[::2], paragraphs[1::2])
        paragraphs, other = parted if chance.random() < 0.7 else parted[::-1]
        texts.append((_headline_from(other[-1], main, chance), other))
    others = [article for article in pool if article.headline != main.headline]
    if like == "host":
        near = [article for article in others if article.domain == main.domain]
        others = near + chance.sample(others, min(_MOST_COMPARED, len(others)))
    else:
        others = chance.sample(others, min(_MOST_COMPARED, len(others)))
        if like != "any":
            others.sort(key=lambda article: -len(article.stems & main.stems) / max(30, len(article.stems)))
    known = set(main.paragraphs)
    for article in others[: max(0, wanted - len(texts))]:
        new = [text for text in article.paragraphs if text not in known]
        known.update(new)
        if new:
            texts.append((article.headline, new))
    stem = chance.choice(("The week ahead", "Field notes", "Inside the vote")) if chance.random() < 0.2 else None
    headline = f"{stem}: {main.headline}" if stem else main.headline
    is_one_author = chance.random() < 0.3
    own = _Post(headline, names[0], dates[0], tuple(paragraphs))
    posts = []
    opening = f"In this part of our report on {main.headline}, our reporters look at what has changed. "
    for place, (title, (first, *rest)) in enumerate(texts):
        lines = (opening + first if like == "template" else first, *rest)
        author = names[0] if is_one_author else names[1 + place % (len(names) - 1)]
        posts.append(_Post(f"{stem}: {title}" if stem else title, author, dates[place % len(dates)], lines))
    return own, posts


def _headline_from(paragraph: str, main: Article, chance: random.Random) -> str:
    words = (paragraph if chance.random() < 0.6 else main.headline).split()
    return " ".join(words[1 : chance.randint(5, 9)]).strip(" ,.;:") or "Another side of the story"


@dataclass
class _Drawing:
    """How a page is drawn, and what has been drawn of it."""

    chance: random.Random
    main: _Post
    others: list[_Post]
    own: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        choose, odds = self.chance.choice, self.chance.random
        self.wrapper = choose(("div", "article", "section", "div", "li", "div"))
        self.shape = choose(
            ("wrapped", "wrapped", "nested", "nested", "split", "flat", "flat", "inside", "inside", "inside")
        )
        self.heading = choose(("h1", "h1", "h1", "h2", "h3", "div"))
        self.other_heading = choose((self.heading, "h1", "h2", "h2", "h3", "h4", "b", "div"))
        self.line = choose(("p", "p", "p", "div", "br"))
        self.is_linked, self.is_self_linked = odds() < 0.6, odds() < 0.15
        self.is_shared_class = odds() < 0.7
        self.control = choose(_READ_ON) if odds() < 0.55 else ""
        self.control_tag = choose(("a", "a", "span", "button", "div"))
        self.control_place = choose(("line", "line", "paragraph"))
        self.ending = choose(_ENDINGS) if odds() < 0.25 else ""
        self.byline = choose(("by", "bar", "link", "address", "staff")) if odds() < 0.6 else ""
        self.byline_place = choose(("below", "below", "above", "end"))
        self.date = choose(("time", "text")) if odds() < 0.5 else ""
        self.is_short = odds() < 0.65
        self.has_captions, self.has_pitches, self.has_labels = odds() < 0.35, odds() < 0.3, odds() < 0.3
        if not (self.is_linked or self.control or (self.byline and self.date)):
            # Something has to tell the other articles from sections of this one.
            self.is_linked = True
        self.names = {
            role: "-".join(self.chance.sample(_WORDS, 2))
            for role in ("post", "head", "text", "by", "date", "end", "pic", "list")
        }
        self.form = choose(("plain", "plain", "plain", "sections", "interview", "list", "live", "digest"))
        if self.shape == "inside" and odds() < 0.7:
            self.form = "plain"
            self.byline = self.byline or choose(("by", "by", "link", "address"))
        self.label = choose(("h2", "h3", "h4", "h5", "")) if self.has_labels else ""

    def page(self) -> NeighbourPage:
        """Return the page."""
        above = self.chance.choice((0, 0, 0, 0, 1, len(self.others) // 2, len(self.others)))
        before, after = self.others[:above], self.others[above:]
        if self.shape == "inside" and self.form == "plain":
            stream = self._holding(self.main, self.others)
        else:
            own = self._own(self.main)
            stream = self._around(own, before, after)
        url = f"https://daily.example{self.main.path}"
        top = self.chance.choice(
            ("<h1>The Daily Example</h1>", "<div>The Daily Example</div>", "<nav><a href='/'>Home</a></nav>")
        )
        html = (
            f"<!DOCTYPE html><html><head>{self._statements(url)}</head><body>{top}\n{stream}\n"
            "<footer><p>All rights reserved by The Daily Example and its partners, 2026.</p></footer></body></html>"
        )
        return NeighbourPage(html, url, "\n".join(self.lines), tuple(self.own), tuple(self.foreign))

    def _around(self, own: str, before: Sequence[_Post], after: Sequence[_Post]) -> str:
        upper, lower = self._rows(before), self._rows(after)
        inner = self._name("text")
        if self.shape == "flat":
            return f"<div{inner}>{upper}{own}{lower}</div>"
        if self.shape == "split":
            return f"<main>{upper}{own}{lower}</main>"
        if self.shape == "nested":
            label = f"<{self.label}>{self.chance.choice(_LABELS)}</{self.label}>" if self.label else ""
            boxes = [f"<div{self._name('list')}>{label}{rows}</div>" if rows else "" for rows in (upper, lower)]
            return f"<main>{boxes[0]}<{self.wrapper}{self._name('post')}>{own}</{self.wrapper}>{boxes[1]}</main>"
        return (
            f"<div{self._name('list')}>{upper}<{self.wrapper}{self._name('post')}>{own}</{self.wrapper}>{lower}</div>"
        )

    def _rows(self, posts: Sequence[_Post]) -> str:
        rows = []
        for post in posts:
            if self.has_labels and self.chance.random() < 0.4:
                rows.append(f"<div{self._name('end')}>{self.chance.choice(_LABELS)}</div>")
            rows.append(self._other(post))
            if self.has_pitches and self.chance.random() < 0.4:
                rows.append(f"<div{self._name('end')}><p>{self.chance.choice(_PITCHES)}</p></div>")
        return "\n".join(rows)

    def _holding(self, post: _Post, others: Sequence[_Post]) -> str:
        """Return the article with its neighbours inside the container of its text."""
        place = self.chance.choice((len(post.paragraphs), len(post.paragraphs) // 2))
        tag = (
            self.chance.choice(("aside", "aside", "div", "section"))
            if place < len(post.paragraphs)
            else self.chance.choice(("", "div"))
        )
        shown = others if place == len(post.paragraphs) else others[:1]
        rows = "".join(self._post(other) for other in shown)
        if tag and rows:
            rows = f"<{tag}{self._name('list')}>{rows}</{tag}>"
        elif rows and place < len(post.paragraphs):
            place = len(post.paragraphs)
        head = self._head(post, is_own=True)
        text = self._text(post.paragraphs[:place]) + rows + self._text(post.paragraphs[place:])
        self._note(post.paragraphs)
        return f"<main>{head}<div{self._name('text')}>{text}</div></main>"

    def _own(self, post: _Post) -> str:
        head = self._head(post, is_own=True)
        body = "".join(self._body(post))
        end = self._end(post) if self.chance.random() < 0.5 else ""
        if self.shape == "split":
            return f"<div{self._name('head')}>{head}</div><div{self._name('text')}>{body}{end}</div>"
        if self.shape != "flat" and self.chance.random() < 0.5:
            body = f"<div{self._name('text')}>{body}</div>"
        return head + body + end

    def _body(self, post: _Post) -> Iterator[str]:
        """Yield the parts of the article's own text, and note them."""
        paragraphs = list(post.paragraphs)
        if self.form == "plain":
            self._note(paragraphs)
            yield self._text(paragraphs)
            return
        opening = self.chance.choice((1, 1, 2)) if self.form != "interview" else self.chance.choice((0, 1))
        self._note(paragraphs[:opening])
        yield self._text(paragraphs[:opening])
        yield from self._entries(paragraphs[opening:])

    def _entries(self, paragraphs: Sequence[str]) -> Iterator[str]:
        """Yield sections, questions, entries, updates or items of one article."""
        chance = self.chance
        step = chance.choice((1, 1, 2)) if self.form != "sections" else chance.choice((1, 2, 3))
        tag = chance.choice(("h2", "h3", "h3", "h4", "b"))
        wrapper = chance.choice(("", "", "div", "section"))
        is_linked = self.form in {"digest", "list"} and chance.random() < 0.5
        # An entry under a link to another page that asks to read on there cannot be told from another article.
        has_control = self.form in {"digest", "list"} and not is_linked and chance.random() < 0.4
        heads = chance.sample(_QUESTIONS if self.form == "interview" else _SECTION_HEADS, 8)
        writers = chance.sample(_NAMES, 3)
        name = self._name("entry")
        if self.form == "digest" and chance.random() < 0.7:
            self.lines.append(chance.choice(_LEAD_INS))
            yield f"<p><b>{self.lines[-1]}</b></p>" if chance.random() < 0.5 else f"<p>{self.lines[-1]}</p>"
        for place, start in enumerate(range(0, len(paragraphs), step)):
            lines = paragraphs[start : start + step]
            head = heads[place % len(heads)]
            if self.form == "list":
                head = f"{place + 1}. {head}"
            self.lines.append(head)
            text = f'<a href="/topic/{place}-{chance.choice(_WORDS)}">{head}</a>' if is_linked else head
            title = f"<p><b>{text}</b></p>" if tag == "b" else f"<{tag}>{text}</{tag}>"
            if self.form == "live":
                title = f"<div>{chance.randint(8, 18)}:{chance.randint(10, 59)}</div>{title}"
                if chance.random() < 0.5:
                    title += f"<div{self._name('by')}>{chance.choice(writers)}</div>"
            self._note(lines)
            part = title + self._text(lines)
            if has_control:
                part += f'<div><a href="/topic/{place}">{self.control or "Read more"}</a></div>'
            yield f"<{wrapper}{name}>{part}</{wrapper}>" if wrapper else part

    def _other(self, post: _Post) -> str:
        content = self._post(post)
        if self.shape == "flat":
            return content
        if self.shape == "split":
            head, _, body = content.partition("\0")
            return f"<div{self._name('head')}>{head}</div><div{self._name('text')}>{body}</div>"
        return f"<{self.wrapper}{self._name('post')}>{content}</{self.wrapper}>"

    def _post(self, post: _Post) -> str:
        paragraphs = post.paragraphs[: self.chance.choice((1, 1, 2, 2, 3, 4))] if self.is_short else post.paragraphs
        self.foreign.extend(paragraphs)
        head = self._head(post, is_own=False)
        body = self._text(paragraphs) + self._end(post) + self._control(post)
        return f"{head}\0{body}" if self.shape == "split" else head + body

    def _head(self, post: _Post, *, is_own: bool) -> str:
        tag = self.heading if is_own else self.other_heading
        title = escape(post.headline)
        if self.is_self_linked or (self.is_linked and not is_own):
            title = f'<a href="{post.path}">{title}</a>'
        heading = f"<div><b>{title}</b></div>" if tag == "b" else f"<{tag}{self._name('title')}>{title}</{tag}>"
        details = ""
        if self.byline and self.byline_place != "end":
            details += self._byline(post)
        if self.date:
            details += (
                f"<time>{post.date}</time>" if self.date == "time" else f"<div{self._name('date')}>{post.date}</div>"
            )
        if self.has_captions:
            credit = f"Photo: {self.chance.choice(_NAMES)} / Agency Pictures"
            picture = f'<img src="{post.path}.jpg" alt=""><figcaption>{credit}</figcaption>'
            heading = f"<figure{self._name('pic')}>{picture}</figure>{heading}"
        return details + heading if self.byline_place == "above" else heading + details

    def _byline(self, post: _Post) -> str:
        name = escape(post.author)
        drawn = {
            "by": f"<p{self._name('by')}>By {name}</p>",
            "bar": f"<div{self._name('by')}>{name} | {post.date}</div>",
            "link": f'<div{self._name("by")}>by <a href="/author/{name.lower().replace(" ", "-")}">{name}</a></div>',
            "address": f"<address>{name}</address>",
            "staff": f"<span{self._name('by')}>{name}, staff writer</span>",
        }
        return drawn[self.byline]

    def _text(self, paragraphs: Sequence[str]) -> str:
        if self.line == "br":
            return "".join(f"<br><br>{escape(text)}<br><br>" for text in paragraphs)
        return "\n".join(f"<{self.line}>{escape(text)}</{self.line}>" for text in paragraphs)

    def _end(self, post: _Post) -> str:
        end = f"<div{self._name('end')}>{self.ending}</div>" if self.ending else ""
        return self._byline(post) + end if self.byline and self.byline_place == "end" else end

    def _control(self, post: _Post) -> str:
        if not self.control:
            return ""
        href = f' href="{post.path}"' if self.control_tag == "a" else ""
        control = f"<{self.control_tag}{href}>{self.control}</{self.control_tag}>"
        return f"<p>{control}</p>" if self.control_place == "paragraph" else control

    def _name(self, role: str) -> str:
        if self.is_shared_class:
            return f' class="{self.names[role]}"' if role in self.names else ""
        return f' class="{self.chance.choice(_WORDS)}{self.chance.randrange(90)}"' if self.chance.random() < 0.7 else ""

    def _note(self, paragraphs: Sequence[str]) -> None:
        self.own.extend(paragraphs)
        self.lines.extend(paragraphs)

    def _statements(self, url: str) -> str:
        """What the page says of itself; now and then nothing but its title."""
        title = escape(self.main.headline)
        said = [f"<title>{title}{self.chance.choice(('', ' - Daily Example', ' | Daily Example'))}</title>"]
        if self.chance.random() < 0.6:
            said.append(f'<meta property="og:title" content="{title}"><meta property="og:url" content="{url}">')
        if self.chance.random() < 0.3:
            said.append(f'<meta name="author" content="{escape(self.main.author)}">')
        if self.chance.random() < 0.4:
            data = {
                "@context": "https://schema.org",
                "@type": "NewsArticle",
                "headline": self.main.headline,
                "url": url,
            }
            if self.chance.random() < 0.5:
                data["author"] = self.main.author
            said.append(f'<script type="application/ld+json">{json.dumps(data)}</script>')
        return "".join(said)
