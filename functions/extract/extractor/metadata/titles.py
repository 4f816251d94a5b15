"""The headline: which of a page's titles it is, and what of it is the site's name.

Comes in: a page. Goes out: title candidates, best first, each with the places that state it.

A page names itself in several places, and no one of them is always right: the first ``h1`` may be the site's name, the
``<title>`` carries the site as a suffix, ``og:title`` may be written for a search engine. What several places agree on
is seldom wrong. So every wording is a candidate, also without what may be a suffix, and a weighted sum of what is known
of it decides; ``training/train_titles.py`` found the weights.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from urllib.parse import unquote

from extractor.html import Element, Page, Segment, leads_elsewhere, lines_of, one_line, query, text_of
from extractor.metadata.places import BREADCRUMB_NAME, FRONT_ADDRESS, KICKER_CLASS
from extractor.model import check_columns, read_model
from extractor.text import fold
from newsdesk.web import split_url

LONGEST_HEADLINE = 500

_MAXIMUM_HEADINGS = 12
_MAXIMUM_CANDIDATES = 60
_LONG_PARAGRAPH_WORDS = 25
_MOST_LINKED = 0.5
_SITE_NAME_PENALTY = 4.0
"""What the site says is its name is no headline; too few training pages have it as a heading to learn that from."""
_SITE_AT_END_PENALTY = 3.0
"""Nor does a headline end in it, set off by a dash or a bar: where even the heading does, the template adds it."""
_SEPARATOR = re.compile(r"(?<!\s)\s++(?:(?:[-–—|·•:»«/~›>]|::|\|\|)\s+|[|｜ㅣ•»]\s*|[–—-])|[|｜ㅣ•»]\s*|:\s+|--|_")
_BAR, _DASH = re.compile(r" (?:[|»•]|::) "), re.compile(r" [-–—] ")
_AROUND_DOMAIN = " |:·•»-–—"
_HEADINGS_CUT = 3
"""Of so many headings, from the first, parts are candidates, too."""
_SHORTEST_HEADLINE_WORDS = 3
_SHORTEST_CUT = 80
"""Characters of what is left of a headline that was cut to a length."""
_BANNER = re.compile(r"(?:^|\s)(?:banner|masthead|logo|site-?(?:title|name|header|branding))(?:\s|$)", re.IGNORECASE)
_LEVELS_OF_BREADCRUMBS = 4
_NAMED_HEADINGS = query("descendant::*[(self::h2 or self::h3) and (@class or @itemprop)]")
_NAMED = re.compile(
    r"(?:^|[-_\s])(?:entry|post|article|story|single)[-_]?(?:title|headline)|^headline|\bheadline$", re.IGNORECASE
)
"""What headings below the first level are called that are articles'."""
_ODD = 0.2
_SOURCES = ("jsonld", "og", "twitter", "meta", "title", "h1", "itemprop", "page", "h2")
_CUT_SOURCES = ("jsonld", "og", "title", "h1")
_INDEPENDENT = frozenset(_CUT_SOURCES)
_NEWS_SOURCES = ("jsonld", "og", "h1", "title", "twitter")
_MARKS = ("cut_site", "strong", "dash", "colon", "front", "shortest")

MODEL_FILE = "titles.json"
# fmt: off
TITLE_FEATURES = tuple(sorted((
    *(f"in_{source}" for source in _SOURCES),
    *(f"cut_{source}" for source in _CUT_SOURCES),
    *(f"news_{source}" for source in _NEWS_SOURCES),
    *(f"mark_{mark}{place}" for mark in _MARKS for place in ("", "_h1")),
    "agree_2", "agree_3", "agree_4", "h1_agrees", "h1_and_jsonld", "og_and_title", "jsonld_and_title", "is_site",
    "holds_site", "words_1", "words_2", "words_3", "words_30", "capitals", "bar", "dash", "ellipsis", "slug",
    "title_similarity", "mean_similarity", "holds_other", "held_by_full", "h1_only", "h1_first", "h1_behind_text",
    "h1_before_text", "h1_link", "h1_odd", "h1_odd_only", "h1_rewritten", "jsonld_without_h1", "slug_h1", "slug_most",
    "ends_in_site",
)))
# fmt: on
"""What may be known of a candidate. What is not known of one is zero."""


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """One wording that may be the headline.

    Attributes
    ----------
    text : str
        On one line.
    sources : tuple of str
        The places that state it in these words: ``jsonld``, ``og``, ``title``, ``h1``, ...
    confidence : float
        How likely it is the headline, among the page's candidates.
    features : mapping
        What is known of it.
    """

    text: str
    sources: tuple[str, ...]
    confidence: float = 0.0
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class _Group:
    """The candidates of the same words."""

    text: str
    words: list[str]
    sources: dict[str, None] = field(default_factory=dict)
    cut_sources: set[str] = field(default_factory=set)
    marks: Counter[str] = field(default_factory=Counter)


def ranked_titles(
    page: Page, site_names: Iterable[str] = (), weights: Mapping[str, float] | None = None
) -> tuple[TitleCandidate, ...]:
    """Return the page's title candidates, best first.

    Parameters
    ----------
    page : Page
    site_names : iterable of str
        What the site calls itself.
    weights : mapping or None
        Of the features; those that ship with the package when None.
    """
    stated_names = frozenset(site_names)
    weights = _trained_weights() if weights is None else weights
    scored = []
    for group, features in _described(page, stated_names):
        score = sum(weights.get(name, 0.0) * value for name, value in features.items())
        score -= _SITE_NAME_PENALTY * (group.text in stated_names)
        score -= _SITE_AT_END_PENALTY * features.get("ends_in_site", 0.0)
        scored.append((score, group, features))
    if not scored:
        return ()
    scored.sort(key=lambda item: -item[0])
    top = scored[0][0]
    total = sum(math.exp(score - top) for score, _, _ in scored)
    return tuple(
        TitleCandidate(group.text, tuple(group.sources), math.exp(score - top) / total, features)
        for score, group, features in scored
    )


@cache
def _trained_weights() -> Mapping[str, float]:
    check_columns(MODEL_FILE, {"titles": TITLE_FEATURES})
    weights: dict[str, float] = json.loads(read_model(MODEL_FILE))["weights"]
    return weights


def _described(page: Page, site_names: Iterable[str]) -> list[tuple[_Group, dict[str, float]]]:
    """Return the page's candidates, and what is known of each."""
    names = [words for name in site_names if (words := fold(name))]
    domain = _host(page.address).removeprefix("www.")
    host = "".join(fold(domain.rpartition(".")[0]))
    title = next((text for element in islice(page.elements.of("title"), 3) if (text := text_of(element))), "")
    wholes = [
        title,
        *(text for text in (page.meta.first("og:title"), page.data.main and page.data.main.headline) if text),
    ]
    parts = [part for text in wholes for part, _, _ in _parts(text[:LONGEST_HEADLINE])]
    headings = _headings(page, wholes, [*wholes, *parts])
    groups = _gathered(page, _Groups(names, host, domain), title, [text for _, text in headings])
    slug = _slug(page.address)
    context = _Context(
        names=names,
        host=host,
        slug=slug,
        closest_to_slug=max((_overlap(group.words, slug) for group in groups.values()), default=0.0),
        headings=[" ".join(fold(text)) for _, text in headings],
        places=_paragraphs_around(headings, page.segments),
        title=fold(title),
        is_news=any("newsarticle" in kind.lower() for kind in page.data.types),
    )
    return [(group, _features(group, groups, context)) for group in groups.values()]


class _Groups:
    """The candidates, gathered by their words."""

    def __init__(self, names: list[list[str]], host: str, domain: str) -> None:
        self.found: dict[str, _Group] = {}
        self._names = names
        self._host = host
        self._domain = domain

    def add(self, text: str | None, source: str, *, cut: bool = False) -> _Group | None:
        """Take a wording that a place states, or that is cut out of one."""
        line = one_line(text, LONGEST_HEADLINE)
        words = fold(line) if line else []
        if not line or not words:
            return None
        key = " ".join(words)
        group = self.found.get(key)
        if group is None:
            if len(self.found) == _MAXIMUM_CANDIDATES:
                return None
            group = self.found[key] = _Group(line, words)
        (group.cut_sources.add if cut else group.sources.setdefault)(source)
        return group

    def add_with_parts(self, text: str | None, source: str) -> None:
        """Take a wording, and what is left of it without what may be the site's name."""
        line = one_line(text, LONGEST_HEADLINE)
        whole = self.add(line, source)
        for part, rest, mark in (*_parts(line or ""), *self._without_domain(line or "")):
            words = fold(rest)
            if whole is not None and mark in ("strong", "dash"):
                whole.marks["ends_in_site"] += words in self._names or "".join(words) == self._host
            group = self.add(part, source, cut=True)
            if group is not None:
                group.marks[mark] += 1
                group.marks["cut_site"] += _is_site(words, self._names, self._host)

    def _without_domain(self, line: str) -> Iterator[tuple[str, str, str]]:
        """Yield what is left of a line that begins or ends with the site's domain, whatever stands between."""
        written = line.casefold()
        if self._domain and written.startswith(f"{self._domain} "):
            yield line[len(self._domain) :].lstrip(_AROUND_DOMAIN), self._domain, "strong"
        elif self._domain and written.endswith(f" {self._domain}"):
            yield line[: -len(self._domain)].rstrip(_AROUND_DOMAIN), self._domain, "strong"


def _gathered(page: Page, groups: _Groups, title: str, headings: Sequence[str]) -> dict[str, _Group]:
    """Return the wordings of all places of a page, in the order in which the places are asked."""
    data, meta = page.data, page.meta
    if data.main and data.main.headline:
        groups.add_with_parts(_in_full(data.main.headline, page, headings), "jsonld")
    groups.add_with_parts(meta.first("og:title"), "og")
    groups.add_with_parts(title, "title")
    for position, text in enumerate(headings):
        (groups.add_with_parts if position < _HEADINGS_CUT else groups.add)(text, "h1")
    groups.add(meta.first("twitter:title"), "twitter")
    for value in meta.all("title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title", "headline")[:6]:
        groups.add(value, "meta")
    for element in islice((element for element in page.elements.annotated if element.get("itemprop") == "headline"), 3):
        groups.add(element.get("content") or text_of(element), "itemprop")
    if data.page:
        groups.add(data.page.headline, "page")
    statement = " ".join(fold(f"{title} {meta.first('og:title') or ''}"))
    for element in islice(page.elements.of("h2"), _MAXIMUM_HEADINGS):
        words = fold(text := text_of(element, LONGEST_HEADLINE))
        if len(words) > 2 and " ".join(words) in statement:
            groups.add(text, "h2")
    return groups.found


def _in_full(stated: str, page: Page, headings: Sequence[str]) -> str:
    """Return the heading whose beginning JSON-LD states: systems cut headlines there at the length Google shows."""
    line = one_line(stated, LONGEST_HEADLINE) or ""
    beginning = line.rstrip(".… ")
    if len(beginning) < _SHORTEST_CUT:
        return stated
    others = (text_of(element, LONGEST_HEADLINE) for element in islice(page.elements.of("h2"), _MAXIMUM_HEADINGS))
    fuller = (text for text in (*headings, *others) if text.startswith(beginning) and len(text) > len(line))
    return next((text for text in fuller if _SEPARATOR.match(text, len(beginning)) is None), stated)


@dataclass(frozen=True, slots=True)
class _Context:
    names: list[list[str]]
    host: str
    slug: frozenset[str]
    closest_to_slug: float
    headings: list[str]
    places: list[tuple[int, int, bool]]
    title: list[str]
    is_news: bool


def _features(group: _Group, groups: Mapping[str, _Group], context: _Context) -> dict[str, float]:
    """Return what is known of a candidate; what is nought is left out."""
    features = _of_places(group, context.is_news) | _of_wording(group, context)
    title = _similarity(group.words, context.title)
    features["title_similarity"] = title
    others = [
        _similarity(group.words, other.words) for other in groups.values() if other is not group and other.sources
    ]
    features["mean_similarity"] = sum(others) / len(others) if others else 0.0
    slug = features["slug"]
    features["slug_h1"] = slug * ("h1" in group.sources)
    features["slug_most"] = float(0 < slug == context.closest_to_slug)
    features["holds_other"] = float(_holds_other(group, groups))
    features["held_by_full"] = float(_is_held(group, groups))
    features |= _of_heading(group, context, title)
    return {name: value for name, value in features.items() if value}


def _of_places(group: _Group, is_news: bool) -> dict[str, float]:
    """Return which places state a candidate, whole or as a part, and how many agree."""
    sources, cuts = group.sources, group.cut_sources
    everywhere = sources.keys() | cuts
    independent = len(everywhere & _INDEPENDENT)
    features = {f"in_{source}": float(source in sources) for source in _SOURCES}
    features |= {f"cut_{source}": float(source in cuts and source not in sources) for source in _CUT_SOURCES}
    features["agree_2"] = float(independent >= 2)
    features["agree_3"] = float(independent >= 3)
    features["agree_4"] = float(independent >= 4)
    features["h1_agrees"] = float("h1" in sources and independent >= 2)
    features["jsonld_without_h1"] = float("jsonld" in sources and "h1" not in sources)
    features["h1_and_jsonld"] = float(sources.keys() >= {"h1", "jsonld"})
    features["og_and_title"] = float("og" in everywhere and "title" in everywhere)
    features["jsonld_and_title"] = float("jsonld" in everywhere and "title" in everywhere)
    for mark in _MARKS:
        features[f"mark_{mark}"] = float(group.marks[mark] > 0 and not sources)
        features[f"mark_{mark}_h1"] = float(group.marks[mark] > 0 and "h1" in sources)
    if is_news:
        features |= {f"news_{source}": float(source in sources) for source in _NEWS_SOURCES}
    return features


def _of_wording(group: _Group, context: _Context) -> dict[str, float]:
    """Return how a candidate is worded, and how like the site's name and the URL it is."""
    words, size = group.words, len(group.words)
    is_site = _is_site(words, context.names, context.host)
    has_site = any(len(name) < size and _contains(words, name) for name in context.names)
    return {
        "is_site": float(is_site),
        "holds_site": float(has_site and not is_site),
        "ends_in_site": float(group.marks["ends_in_site"] > 0),
        "words_1": float(size == 1),
        "words_2": float(size == 2),
        "words_3": float(3 <= size <= 4),
        "words_30": float(size > 30),
        "capitals": float(group.text.isupper() and size > 1),
        "bar": float(_BAR.search(group.text) is not None),
        "dash": float(_DASH.search(group.text) is not None),
        "ellipsis": float(group.text.endswith(("...", "…"))),
        "slug": _overlap(words, context.slug),
    }


def _of_heading(group: _Group, context: _Context, title_similarity: float) -> dict[str, float]:
    """Return where a candidate stands that is a heading of the page."""
    key = " ".join(group.words)
    if key not in context.headings:
        return {}
    position = context.headings.index(key)
    before, after, is_link = context.places[position]
    is_alone, is_odd = len(context.headings) == 1, title_similarity < _ODD
    independent = len((group.sources.keys() | group.cut_sources) & _INDEPENDENT)
    return {
        "h1_only": float(is_alone),
        "h1_first": float(position == 0),
        "h1_behind_text": float(before > 1),
        "h1_before_text": float(after > 0),
        "h1_link": float(is_link),
        "h1_odd": float(is_odd),
        "h1_odd_only": float(is_odd and is_alone),
        "h1_rewritten": float(independent < 2),
    }


def _holds_other(group: _Group, groups: Mapping[str, _Group]) -> bool:
    """Return whether a shorter candidate of a place of its own is part of it."""
    key = f" {' '.join(group.words)} "
    return any(
        3 < len(other.words) < len(group.words) and other.sources and f" {' '.join(other.words)} " in key
        for other in groups.values()
    )


def _is_held(group: _Group, groups: Mapping[str, _Group]) -> bool:
    """Return whether it is part of what the first heading or the JSON-LD says in full."""
    key = f" {' '.join(group.words)} "
    return any(
        len(other.words) > len(group.words)
        and ("h1" in other.sources or "jsonld" in other.sources)
        and key in f" {' '.join(other.words)} "
        for other in groups.values()
    )


def _headings(page: Page, wholes: Sequence[str], stated: Sequence[str]) -> list[tuple[Element, str]]:
    """Return the page's headings with their texts: the first level's, or the ones that are named for articles.

    A heading that is nothing but a link to the site's front is its banner. One in the breadcrumbs is the page's name
    for search engines: what readers see as the headline is another, which may say something else.
    """
    found = [
        (element, text)
        for element in islice(page.elements.of("h1"), _MAXIMUM_HEADINGS)
        if (text := _heading_text(element, wholes, stated)) and not _is_banner(element, text)
    ]
    own = [(element, text) for element, text in found if not _is_in_banner(element)]
    shown = [(element, text) for element, text in own if not _is_in_breadcrumbs(element)]
    known = [fold(title) for title in stated]
    # A heading that leads elsewhere is a teaser's, if the page is not called by it.
    shown = [
        (element, text) for element, text in shown if not _is_of_another_page(element, page) or fold(text) in known
    ] or shown
    named = [element for element in _NAMED_HEADINGS(page.tree)[:_MAXIMUM_HEADINGS] if _NAMED.search(_names_of(element))]
    texts = [(element, text) for element in named if (text := _heading_text(element, wholes, stated))]
    if own:
        return _beside_site(page, shown, texts, wholes) or shown or _below_breadcrumbs(page, wholes, stated) or own
    # Of several, which stand in a list of articles, the one that the page is called by.
    called = [(element, text) for element, text in texts if any(fold(text) == fold(part) for part in stated)]
    return called[:1] or (texts if len(texts) == 1 else found)


def _beside_site(
    page: Page, shown: Sequence[tuple[Element, str]], named: Sequence[tuple[Element, str]], wholes: Sequence[str]
) -> list[tuple[Element, str]]:
    """Return the heading named for an article where a title is made of it and the only other heading, the site's.

    The text is behind it: a heading behind the text is another article's.
    """
    if len(shown) != 1:
        return []
    site = fold(shown[0][1])
    rests = [fold(part) for title in wholes for part, rest, _ in _parts(title[:LONGEST_HEADLINE]) if fold(rest) == site]
    called = [(element, text) for element, text in named if fold(text) in rests][:1]
    if not called:
        return []
    between, behind = _words_behind([*shown, *called], page.segments)
    return called if between < behind else []


def _words_behind(headings: list[tuple[Element, str]], segments: tuple[Segment, ...]) -> list[int]:
    """Return how many words stand behind each heading, up to the next of them."""
    numbers = _elements_of([element for element, _ in headings])
    words = [0] * len(headings)
    current: int | None = None
    for segment in segments:
        number = numbers.get(segment.element)
        if number is not None:
            current = number
        elif current is not None:
            words[current] += segment.text.count(" ") + 1
    return words


def _below_breadcrumbs(page: Page, wholes: Sequence[str], stated: Sequence[str]) -> list[tuple[Element, str]]:
    """Return the first heading of the second level that the page is called by."""
    known = [words for title in (*wholes, *stated) if len(words := fold(title)) >= _SHORTEST_HEADLINE_WORDS]
    known += [words for title in wholes if (words := fold(title))]
    texts = (
        (element, _heading_text(element, wholes, stated))
        for element in islice(page.elements.of("h2"), _MAXIMUM_HEADINGS)
    )
    return list(islice(((element, text) for element, text in texts if fold(text) in known), 1))


def _is_of_another_page(element: Element, page: Page) -> bool:
    """Return whether all of a heading is a link to another page."""
    link, inner = next(element.iterancestors("a"), None), next(element.iter("a"), None)
    if link is None and inner is not None and text_of(inner, LONGEST_HEADLINE) == text_of(element, LONGEST_HEADLINE):
        link = inner
    return link is not None and leads_elsewhere(link, page.url)


def _is_in_breadcrumbs(element: Element) -> bool:
    """Return whether a heading is the last step of the way from the site's front, by a name or by links before it."""
    for step in islice((element, *element.iterancestors()), _LEVELS_OF_BREADCRUMBS):
        if step.tag in ("article", "main", "body"):
            return False
        names = " ".join((*step.keys(), *map(str, step.values())))
        if BREADCRUMB_NAME.search(names[:500]):
            return True
        if step.tag in ("nav", "ol", "ul") and next(step.iter("a", "h1")).tag == "a":
            return True
    return False


def _names_of(element: Element) -> str:
    return f"{element.get('class') or ''} {element.get('itemprop') or ''}"[:300]


def _heading_text(element: Element, wholes: Sequence[str], stated: Sequence[str]) -> str:
    """Return a heading's text without its kicker: a part that is named so, or beside one that the page is called by."""
    text = text_of(element, LONGEST_HEADLINE)
    parts = [part for part in element if isinstance(part.tag, str)]
    if not parts or not text:
        return text
    if any(part.tag in ("br", "div", "p") for part in parts):
        text = one_line(" ".join(lines_of(element, LONGEST_HEADLINE)), LONGEST_HEADLINE) or text
    whole = [words for title in wholes if (words := fold(title))]
    known = [words for title in stated if (words := fold(title))]
    texts = [element.text or "", *(part.tail or "" for part in parts)]
    lines = [*(text_of(part, LONGEST_HEADLINE) for part in parts), *texts]
    lines = [line for line in lines if len(fold(line)) >= _SHORTEST_HEADLINE_WORDS]
    called = next((line for line in lines if fold(line) in whole), None)
    if called is None and fold(text) not in known:
        called = next((line for line in lines if fold(line) in known), None)
    if called is not None:
        return one_line(called, LONGEST_HEADLINE) or text
    if fold(text) in known:
        return text
    kickers = (text_of(part) for part in parts if KICKER_CLASS.search(part.get("class") or ""))
    for kicker in kickers:
        rest = text.removeprefix(kicker).strip(" :|·•-–—/")
        if rest != text and len(fold(rest)) >= _SHORTEST_HEADLINE_WORDS:
            return rest
    return text


def _is_in_banner(element: Element) -> bool:
    """Return whether a heading stands in what is named for the site's banner."""
    around = islice((element, *element.iterancestors()), 3)
    return any(_BANNER.search(f"{step.get('class') or ''} {step.get('id') or ''}"[:300]) for step in around)


def _is_banner(element: Element, text: str) -> bool:
    link = next(element.iter("a"), None)
    return link is not None and FRONT_ADDRESS.fullmatch(link.get("href") or "") is not None and text_of(link) == text


def _paragraphs_around(
    headings: list[tuple[Element, str]], segments: tuple[Segment, ...]
) -> list[tuple[int, int, bool]]:
    """Return how many long paragraphs stand before each heading, how many behind it up to the next, and if it links."""
    numbers = _elements_of([element for element, _ in headings])
    before = [0] * len(headings)
    after = [0] * len(headings)
    seen = 0
    current: int | None = None
    for segment in segments:
        number = numbers.get(segment.element)
        if number is not None:
            if number != current:
                current = number
                before[number] = seen
        elif segment.text.count(" ") >= _LONG_PARAGRAPH_WORDS and segment.link_share < _MOST_LINKED:
            seen += 1
            if current is not None:
                after[current] += 1
    return [
        (before[number], after[number], next(element.iter("a"), None) is not None)
        for number, (element, _) in enumerate(headings)
    ]


def _elements_of(headings: Sequence[Element]) -> dict[Element, int]:
    """Return the headings and what lies two levels deep in them, each with the number of the nearest heading."""
    numbers = {heading: number for number, heading in enumerate(headings)}
    level = list(headings)
    for _ in range(2):
        level = [child for element in level for child in element]
        for child in level:
            numbers.setdefault(child, numbers[child.getparent()])
    return numbers


def _parts(line: str) -> Iterator[tuple[str, str, str]]:
    """Yield what is left of a line without its last or its first parts, what is gone, and how it was parted."""
    cuts = list(islice(_SEPARATOR.finditer(line), 12))
    if not cuts:
        return
    for number, cut in enumerate(reversed(cuts)):
        head, tail = line[: cut.start()], line[cut.end() :]
        mark = cut[0].strip()
        kind = "colon" if mark == ":" else "strong" if mark in {"|", "｜", "ㅣ", "•", "»", "·", "::", "||"} else "dash"
        yield head, tail, kind
        if number == 0:
            yield tail, head, "front"
    if len(cuts) > 1:
        yield line[cuts[0].end() :], line[: cuts[0].start()], "front"
        yield line[: cuts[0].start()], line[cuts[0].end() :], "shortest"


def _is_site(words: list[str], names: list[list[str]], host: str) -> bool:
    if not words:
        return False
    joined = "".join(words)
    if any(words == name or joined == "".join(name) for name in names):
        return True
    bare = joined.removeprefix("the")
    return len(bare) > 2 and (bare in host or (len(host) > 3 and bare.startswith(host)))


def _contains(words: list[str], name: list[str]) -> bool:
    return f" {' '.join(name)} " in f" {' '.join(words)} "


def _similarity(words: list[str], other: list[str]) -> float:
    if not words or not other:
        return 0.0
    common = sum((Counter(words) & Counter(other)).values())
    return 2 * common / (len(words) + len(other))


def _overlap(words: list[str], slug: frozenset[str]) -> float:
    if not slug:
        return 0.0
    own = {word for word in words if len(word) > 2}
    return 2 * len(own & slug) / (len(own) + len(slug)) if own else 0.0


def _host(url: str) -> str:
    parts = split_url(url)
    return ((parts and parts.hostname) or "").casefold()


def _slug(url: str) -> frozenset[str]:
    parts = split_url(url)
    path = unquote(parts.path) if parts else ""
    segments = [segment for segment in path.split("/") if segment]
    longest = max(segments, key=lambda segment: segment.count("-") + segment.count("_"), default="")
    words = re.split(r"[-_.+ ]+", longest.casefold())
    return frozenset(
        word for word in words if len(word) > 2 and not word.isdigit() and word not in ("html", "htm", "php")
    )
