"""What the boundary guard knows of a page.

Comes in: a page, and what it is called. Goes out: its segments as a tree of the elements around them, with levels of
headings, prose, the segment that is the headline, controls to read on, and beginnings of words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from extractor.html import HEADING_LEVELS, Container, Element, Page, Segment, StructuredData
from extractor.text import BY_WORDS, SEE_ALSO, TOKEN, UNSPACED, Series, ends_clause, fold, has_no_others

PSEUDO_HEADING = 7
"""The level of a line that is nothing but a link or bold type, or whose class calls it a title."""
NO_HEADING = 9
_LONGEST_HEADING = 250
_DIGITS = re.compile(r"\d+")
_AS_GOOD, _MORE_KNOWN = 0.12, 0.15
"""Among headings that match the titles as well as the best, within the first number, the share of known words in the
text below them decides; any but the first heading needs a share that is larger by the second number."""
_LINES_AFTER, _PROSE_AFTER = 60, 12
_SHORTEST_PROSE = 8
"""Words of a paragraph that counts; a line of fewer is furniture as often as text."""
_MAXIMUM_TEXT = 40_000
"""Characters of a piece that are compared; a subject shows long before."""
_MOST_WORDS_OF_NAME = 2
"""Of a title; what has as few may be a label anywhere."""
_LONG_TITLE = 25
"""Characters of a title with which no sentence of the text begins by chance."""
_LESS_TRUST, _LEAST_TRUSTED = 0.15, 3
"""Of titles, the likeliest stands first; each further one must be that much more like a heading, up to the fourth."""
_BEGINNING = re.compile(r"\b[^\W\d_]{4,6}")
_LONG_BEGINNING, _PAIR = 6, 2
_COUNT = re.compile(r"(?<![\w.,:/$€£])([89]|[1-9]\d)(?![\w.,:/%])")
"""How many entries a title may announce; as few as seven may stand on a page by chance."""
_TITLE_SEPARATOR = re.compile(r"\s[|–—\-»·•:]\s|\s?[|»·•]\s?")
DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d\d\b|\d ?[年월月]|"
    r"\b\d+ ?(?:min|minute|hour|day|week|month)s? ago\b|\bvor \d+ |\bil y a \d+ |\bhace \d+ ",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"(?:[^\W\d]+,? )?(?:\d{1,2}\.? [^\W\d]+\.?|[^\W\d]+\.? \d{1,2},?|\d{1,2}[./-]\d{1,2}|\d{4}[./-]\d{1,2})"
    r"[ ,./-]+\d{1,4}"
)
_LONGEST_DAY = 40
_BY = re.compile(rf"\W*(?i:{'|'.join(BY_WORDS)}):? +[A-ZÀ-Þ]")
_OF_LISTS = frozenset({"tag", "author", "category"})
_HOST = re.compile(r"(?:https?:)?//([^/?#]*)", re.IGNORECASE)
_LEADS_ON = re.compile(
    r"(?:keep|continue|read|show|see|view|full (?:story|article))\b|"
    r"weiter\s?lesen|mehr (?:lesen|anzeigen)|(?:lire|voir) (?:la suite|plus)|"
    r"(?:leer|ver|seguir|mostrar) (?:más|menos|leyendo)|(?:leggi|continua)\b|(?:ler|leia|continuar?) |"
    r"lees (?:meer|verder)|l[äæe]s (?:mer|mere|videre)\b|czytaj (?:dalej|więcej)|читать |阅读全文|继续阅读|続きを読む|"
    r"더 ?보기|اقرأ المزيد",
    re.IGNORECASE,
)
"""What short lines that may be controls to read on begin with, in some languages: one sign among many, and for flat
runs of lines the only one. :data:`extractor.text.READ_ON` wants more words, because what matches it is cut; with it,
the guard misses more teasers."""


Signature = tuple[str, str]


class GuardedPage:
    """The page's segments as a tree of the elements around them, and what is known of its article."""

    def __init__(self, page: Page, titles: Sequence[str], authors: Iterable[str] = ()) -> None:
        tree, segments, url, data = page.tree, page.segments, page.address, page.data
        self.segments = segments
        self.words = [_count(segment.text) for segment in segments]
        self.levels = [self._level(segment) for segment in segments]
        self.is_prose = [
            count >= _SHORTEST_PROSE
            and segment.link_share < 0.5
            and (level is None or len(segment.text) > _LONGEST_HEADING)
            for count, segment, level in zip(self.words, segments, self.levels, strict=True)
        ]
        self.host = _host_of(url)
        self.own = {_path_of(address) for address in (url, *_own_addresses(tree, data))}
        self.authors = frozenset(word for author in authors for word in fold(author))
        for index, level in enumerate(self.levels):
            # An author's name that links to what else they wrote is no heading.
            if level == PSEUDO_HEADING and self.authors and has_no_others(segments[index].text, self.authors):
                self.levels[index] = None
        self.title_lines: set[int] = set()
        described = page.meta.all("og:description", "description")[:2]
        if data.main is not None and data.main.description:
            described = (*described, data.main.description)
        self._series = Series(titles[0] if titles else "")
        self._long_titles = [title.lower() for title in titles if len(title) >= _LONG_TITLE]
        self._beginnings: dict[int, list[str]] = {}
        self._signatures: dict[int, Signature] = {}
        self._names: dict[str, str] = {}
        self._permalinks: dict[int, bool] = {}
        self._controls: dict[int, bool] = {}
        self.known = frozenset(_beginnings_of(" ".join([*titles, *described])))
        self.counts = frozenset(int(found) for title in titles for found in _COUNT.findall(title))
        self.title = self._find_title(titles)
        self.containers = page.containers
        self.root = self.containers[0]
        self._sum_up(self.containers)
        self.prose = self.prose_in(self.root)
        body = data.main.article_body if data.main is not None else None
        self.body = " ".join(body.split()) if body and len(body) >= 500 else None

    def is_instalment(self, index: int) -> bool:
        """Return whether a heading names another instalment of the series that the headline names, "The week: …"."""
        return self._series.has_another(self.segments[index].text)

    def is_like_headline(self, index: int) -> bool:
        """Return whether a heading stands in a box of its own that is made like the headline's, with a class."""
        if self.title is None:
            return False
        own, other = (self.segments[at].container.parent for at in (self.title, index))
        if own is None or other is None or own is other or not own.element.get("class"):
            return False
        return self.signature(own) == self.signature(other)

    def level(self, index: int | None) -> int:
        """Return the level of a heading; the lowest of all for what is none."""
        return (self.levels[index] or NO_HEADING) if index is not None else NO_HEADING

    def _level(self, segment: Segment) -> int | None:
        tag, text = segment.tag, segment.text
        if tag in HEADING_LEVELS:
            # The day above a blog's post is no headline.
            return None if len(text) <= _LONGEST_DAY and _DAY.fullmatch(text) else HEADING_LEVELS[tag]
        if len(text) > _LONGEST_HEADING:
            return None
        around = segment.container.parent
        for _ in range(2):
            if around is None:
                break
            if around.tag in HEADING_LEVELS:
                return HEADING_LEVELS[around.tag]
            around = around.parent
        return PSEUDO_HEADING if len(text) >= 12 and _stands_out(segment) and not _is_no_title(text) else None

    def _sum_up(self, containers: Sequence[Container]) -> None:
        """Count the prose in each container: its characters, and its paragraphs."""
        prose, paragraphs = [0] * len(containers), [0] * len(containers)
        for segment, is_prose in zip(self.segments, self.is_prose, strict=True):
            if is_prose:
                prose[segment.container.number] += len(segment.text)
                paragraphs[segment.container.number] += 1
        for container in reversed(containers):
            if container.parent is not None and paragraphs[container.number]:
                prose[container.parent.number] += prose[container.number]
                paragraphs[container.parent.number] += paragraphs[container.number]
        self._prose_in, self._paragraphs_in = prose, paragraphs

    def prose_in(self, container: Container) -> int:
        """Return how many characters of prose a container holds."""
        return self._prose_in[container.number]

    def paragraphs_in(self, container: Container) -> int:
        """Return how many paragraphs a container holds."""
        return self._paragraphs_in[container.number]

    def signature(self, container: Container) -> Signature:
        """Return what a container has in common with those that are made from the same template."""
        signature = self._signatures.get(container.number)
        if signature is None:
            stated = container.element.get("class", "")
            names = self._names.get(stated)
            if names is None:
                names = self._names[stated] = " ".join(sorted(set(_DIGITS.sub("", stated).split())))
            signature = self._signatures[container.number] = (container.tag, names)
        return signature

    def _find_title(self, titles: Sequence[str]) -> int | None:
        """Return the segment that is the article's headline, and note all that say the same."""
        titles = [title for rank, title in enumerate(titles) if rank == 0 or not _is_site_in(title, titles[0])]
        wanted = [
            (tokens, _LESS_TRUST * min(rank, _LEAST_TRUSTED))
            for rank, title in enumerate(titles)
            for part in _parts(title)
            if (tokens := set(TOKEN.findall(part)))
        ]
        known = frozenset[str]().union(*(tokens for tokens, _ in wanted))
        whole = [title.lower() for title in titles]
        exact = {part for title in titles for part in _parts(title) if _count(part) > _MOST_WORDS_OF_NAME}
        long = [part for part in exact if len(part) >= _LONG_TITLE]
        best, found = 0.0, None
        same: list[tuple[float, int]] = []
        distance = 0  # to the next prose: a headline is not far from its text
        for segment in reversed(self.segments):
            index = segment.index
            distance = 0 if self.is_prose[index] else distance + 1
            if segment.is_hidden or len(segment.text) > _LONGEST_HEADING:
                continue
            text = segment.text.lower()
            if self.levels[index] is None:
                if text not in exact and not any(text.startswith(part) for part in long if len(text) < len(part) + 60):
                    continue
                # A line that is the title, and perhaps a date, is a heading in whatever element it stands.
                self.levels[index] = PSEUDO_HEADING
                self.is_prose[index] = False
            tokens = set(TOKEN.findall(text))
            if tokens.isdisjoint(known):
                continue
            match, distrust = 0.0, 0.0
            for title, less in wanted:
                share = len(tokens & title) / len(tokens | title)
                if share - less > match - distrust or match < 0.5 <= share:
                    match, distrust = share, less
            if len(tokens) > 2 and match - distrust < 0.75 and any(t.startswith(text.rstrip("?!. ")) for t in whole):
                match, distrust = 0.75, 0.0
            if match < 0.5:
                continue
            self.title_lines.add(index)
            level = self.level(index)
            score = match - distrust + 0.25 * (level == 1) + 0.1 * (level in {2, 3}) - 0.01 * min(distance, 30)
            score -= 0.4 * self.is_permalink(segment)
            same.append((score, index))
            if score >= best:
                best, found = score, index
        rivals = [index for score, index in reversed(same) if score > best - _AS_GOOD and self._says_same(index, found)]
        return self._best_followed(rivals) if len(rivals) > 1 else found

    def _says_same(self, index: int, other: int | None) -> bool:
        if other is None or self.levels[index] != self.levels[other]:
            return False
        return self.segments[index].text == self.segments[other].text

    def _best_followed(self, headings: Sequence[int]) -> int:
        """Return which of several headings that say the same stands above text about it; the first where all do.

        A page that shows a second article in its own template may give it the page's headline.
        """
        shares = [len(self.known & self.words_after(index)) / max(1, len(self.known)) for index in headings]
        best = max(range(len(headings)), key=shares.__getitem__)
        return headings[best if shares[best] > shares[0] + _MORE_KNOWN else 0]

    def words_after(self, index: int) -> set[str]:
        """Return the words of the prose that follows a heading."""
        prose: list[int] = []
        for after in range(index + 1, min(index + _LINES_AFTER, len(self.segments))):
            if self.levels[after] == self.levels[index] or len(prose) >= _PROSE_AFTER:
                break
            if self.is_prose[after]:
                prose.append(after)
        return {beginning for after in prose for beginning in self._beginnings_at(after)}

    def is_control(self, index: int) -> bool:
        """Return whether a segment is a control to read on, and nothing else."""
        known = self._controls.get(index)
        if known is None:
            known = self._controls[index] = self._reads_on(self.segments[index])
        return known

    def _reads_on(self, segment: Segment) -> bool:
        return (
            _is_short(segment)
            and not _names_or_dates(segment)
            and (_LEADS_ON.match(segment.text) is not None or (segment.link_share > 0.9 and self.is_permalink(segment)))
        )

    def is_permalink(self, segment: Segment) -> bool:
        """Return whether a heading links to another page of the site."""
        if not segment.links:
            return False
        found = self._permalinks.get(segment.index)
        if found is None:
            found = any(self.leads_elsewhere(anchor.get("href")) for anchor in segment.links)
            self._permalinks[segment.index] = found
        return found

    def leads_elsewhere(self, href: str | None) -> bool:
        """Return whether a link leads to another page of the site."""
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:")):
            return False
        host = _host_of(href)
        if host and host != self.host and not host.endswith("." + self.host) and not self.host.endswith("." + host):
            return False
        path = _path_of(href)
        return bool(path) and path not in self.own

    def _beginnings_at(self, index: int) -> list[str]:
        if index not in self._beginnings:
            self._beginnings[index] = _beginnings_of(self.segments[index].text[:_MAXIMUM_TEXT])
        return self._beginnings[index]

    def beginnings(self, first: int, last: int) -> set[str]:
        """Return the beginnings of the words of a run of segments."""
        return self._beginnings_of(index for index in range(first, last + 1) if self.is_prose[index])

    def own_beginnings(self, first: int, last: int) -> set[str]:
        """Return the same without lines that name the headline or stand outside the run, too.

        Such lines are the template's: an article beside this one has them, whatever it is about. Where most of the
        run stands elsewhere, it is a copy, and all of it counts.
        """
        prose = [index for index in range(first, last + 1) if self.is_prose[index]]
        texts = Counter(self.segments[index].text for index in prose)
        own = [
            index
            for index in prose
            if self._times[text := self.segments[index].text] == texts[text] and not self._quotes_title(text)
        ]
        return self._beginnings_of(own if 2 * len(own) >= len(prose) else prose)

    def _quotes_title(self, text: str) -> bool:
        """Return whether a paragraph has a title of the article word for word, "In our report on …"."""
        lower = text.lower()
        return any(title in lower for title in self._long_titles)

    @cached_property
    def _times(self) -> Counter[str]:
        """How often each paragraph stands on the page."""
        return Counter(segment.text for segment, is_prose in zip(self.segments, self.is_prose, strict=True) if is_prose)

    def _beginnings_of(self, indexes: Iterable[int]) -> set[str]:
        found: set[str] = set()
        size = 0
        for index in indexes:
            found.update(self._beginnings_at(index))
            size += len(self.segments[index].text)
            if size > _MAXIMUM_TEXT:
                break
        return found


def long_beginnings(beginnings: Iterable[str]) -> frozenset[str]:
    """Return the beginnings of the words that tell subjects apart; short ones are in texts on anything."""
    return frozenset(beginning for beginning in beginnings if len(beginning) in {_LONG_BEGINNING, _PAIR})


def holds_title(page: GuardedPage, container: Container) -> bool:
    """Return whether the page's headline stands in a container."""
    return page.title is not None and container.first <= page.title <= container.last


def _own_addresses(tree: Element, data: StructuredData) -> Iterator[str]:
    """Yield what the page calls its own URL."""
    if data.main is not None and data.main.url:
        yield data.main.url
    head = tree.find("head")
    for element in head.iter("link", "meta") if head is not None else ():
        address = None
        if element.get("rel") == "canonical":
            address = element.get("href")
        elif element.get("property") == "og:url":
            address = element.get("content")
        if address:
            yield address


def _stands_out(segment: Segment) -> bool:
    """Return whether a line is nothing but a link or bold type, or its class calls it a title."""
    if segment.strong_characters >= 0.9 * len(segment.text):
        return True
    name = segment.element.get("class")
    if name and ("title" in name or "headline" in name or "heading" in name):
        return True
    return len(segment.links) == 1 and _is_headed_by_link(segment)


def _is_no_title(text: str) -> bool:
    """Return whether a line invites to read on or elsewhere, or ends a sentence that neither asks nor exclaims."""
    if (len(text) <= 40 and _LEADS_ON.match(text)) or SEE_ALSO.fullmatch(text):
        return True
    return text[-1] not in "?!" and ends_clause(text)


def _is_headed_by_link(segment: Segment) -> bool:
    """Return whether a line is a link and nothing else but, perhaps, a date behind it."""
    text = segment.text
    if segment.link_characters >= 0.9 * len(text):
        return True
    linked = " ".join(segment.links[0].text_content().split())
    if linked == text:
        return True
    return segment.link_share >= 0.4 and text.startswith(linked) and DATE.search(text, len(linked)) is not None


def _is_short(segment: Segment) -> bool:
    return len(segment.text) <= 40 and segment.text.count(" ") < 4


def _names_or_dates(segment: Segment) -> bool:
    """Return whether a line's link leads to an author's page or to a tag's, or shows a date."""
    if DATE.search(segment.text) or _BY.match(segment.text):
        return True
    return any(not _OF_LISTS.isdisjoint((anchor.get("rel") or "").split()) for anchor in segment.links[:1])


def _count(text: str) -> int:
    count = text.count(" ") + 1
    if count < _SHORTEST_PROSE and len(text) >= 20 and not text.isascii():
        return max(count, len(UNSPACED.findall(text)) // 2)
    return count


def _beginnings_of(text: str) -> list[str]:
    """Return the first six letters of words that have four or more; pairs of unspaced characters.

    :func:`extractor.text.stems_of` finds the same words inflected, and so wants fewer letters. Here the number of long
    words that two texts share shows whether they are on the same subject; the forest has learned from that number.
    """
    text = text.lower()
    if not text.isascii() and UNSPACED.search(text):
        return [text[i : i + 2] for i in range(len(text) - 1) if UNSPACED.match(text, i)]
    return _BEGINNING.findall(text)


def _is_site_in(title: str, first: str) -> bool:
    """Return whether one title is the last part of another, "Headline - Site", and not the longest."""
    parts = _TITLE_SEPARATOR.split(first.lower())
    return len(parts) > 1 and title.lower() == parts[-1] and len(parts[-1]) < max(map(len, parts))


def _parts(title: str) -> set[str]:
    """Return a title in lower case, whole and in parts. Of "Headline - Site" the site's name is no headline."""
    title = title.lower()
    parts = _TITLE_SEPARATOR.split(title)
    longest = max(parts, key=len)
    return {title, *(part for part in parts if part == longest or len(TOKEN.findall(part)) > 3)}


def _host_of(url: str) -> str:
    match = _HOST.match(url.strip())
    return match[1].lower().removeprefix("www.").removeprefix("m.").removeprefix("amp.") if match else ""


def _path_of(url: str) -> str:
    return _HOST.sub("", url.strip(), count=1).split("#")[0].split("?utm")[0].lstrip("./").rstrip("/")
