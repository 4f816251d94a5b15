"""Pages with a second article spliced into them.

Comes in: the evaluation pages beside the repository, with the text of each. Goes out: the pages, and what on each
belongs to which article.

The second article is another page's (of another site, in the same source), in the first page's own markup: a copy of
the container of its article, with each paragraph's text replaced. Variants: the copy above or below; of the body's
container alone, without or with a headline; of the container of headline and body, byline and links included; of both
in separate sibling wrappers; and the bare paragraphs in the article's own container under a linked headline.
"""

from __future__ import annotations

import copy
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lxml import html as lxml_html
from lxml.html import HtmlElement

from extractor.html import Segment, decode_text, parse_html, read_structured_data, segments_of

_ROOT = Path(__file__).resolve().parents[1]
DATA = _ROOT.parent / "shared" / "data" / "extraction"
EXTRA_FOLDER = "extra"
"""The folder of the pages that are for training only."""
_LEAST_FOUND = 0.5
_TOKEN = re.compile(r"\w+")
_SHORTEST_PARAGRAPH = 8
_SEED = 20261122


@dataclass(frozen=True, slots=True)
class Page:
    """A page with ground truth: its own paragraphs are the texts of the segments that the truth covers."""

    id: str
    url: str
    source: str
    domain: str
    html: str
    truth: str


@dataclass(frozen=True, slots=True)
class Spliced:
    """A page with a foreign article in it."""

    html: str
    url: str
    own: tuple[str, ...]
    foreign: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Guest:
    """The other article, and the address that links to it have."""

    headline: str
    href: str
    paragraphs: Sequence[str]


@dataclass(frozen=True, slots=True)
class Variant:
    """How the second article is put into the page."""

    name: str
    above: bool
    shape: str  # body, article, wrappers, flat
    heading: str  # none, plain, link


VARIANTS = tuple(
    Variant(f"{name} {'above' if above else 'below'}", above, shape, heading)
    for name, shape, heading in (
        ("body, no headline", "body", "none"),
        ("body, headline", "body", "plain"),
        ("article, byline and link", "article", "link"),
        ("article, headline only", "article", "plain"),
        ("article, no headline", "article", "none"),
        ("separate wrappers", "wrappers", "plain"),
        ("paragraphs, linked headline", "flat", "link"),
    )
    for above in (False, True)
)


def read_truth(data: Path, folder: str = "pages") -> list[dict[str, Any]]:
    """Return what is known about each of the evaluation pages, or of the pages of another folder."""
    lines = (data / folder / "truth.jsonl").read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


def load_pages(data: Path) -> list[Page]:
    """Return the evaluation pages that have a text, in a fixed random order."""
    return _load(data, "pages", (row for row in read_truth(data) if row.get("text")))


def extra_truth(data: Path) -> list[dict[str, Any]]:
    """Return what is known of the pages that are for training only; none where they are not at hand.

    Pages of which trafilatura finds less than half are left out: their truths are more often wrong than it is.
    """
    scores = data / EXTRA_FOLDER / "trafilatura_scores.json"
    if not scores.is_file():
        return []
    measured = json.loads(scores.read_text(encoding="utf-8"))
    found = {identifier: recall or 0.0 for identifier, (_, recall, _) in measured.items()}
    return [
        row for row in read_truth(data, EXTRA_FOLDER) if row.get("text") and found.get(row["id"], 0.0) >= _LEAST_FOUND
    ]


def load_extra_pages(data: Path) -> list[Page]:
    """Return the pages that are for training only, in a fixed random order."""
    return _load(data, EXTRA_FOLDER, extra_truth(data))


def _load(data: Path, folder: str, rows: Iterable[Mapping[str, Any]]) -> list[Page]:
    pages = []
    for row in rows:
        raw = gzip.decompress((data / folder / "html" / f"{row['id']}.html.gz").read_bytes())
        pages.append(Page(row["id"], row.get("url") or "", row["source"], row["domain"], decode_text(raw), row["text"]))
    random.Random(_SEED).shuffle(pages)
    return pages


def shingles_of(text: str) -> list[tuple[str, ...]]:
    """Return the four-word shingles of a text; one shorter one where it has fewer words."""
    tokens = _TOKEN.findall(text)
    return list(zip(*(tokens[i:] for i in range(4)), strict=False)) if len(tokens) >= 4 else [tuple(tokens)]


def own_segments(segments: Sequence[Segment], truth: str, share: float = 0.8) -> list[Segment]:
    """Return the paragraphs of a page that are in its true text."""
    known = set(shingles_of(truth))
    found = []
    for segment in segments:
        if len(_TOKEN.findall(segment.text)) >= _SHORTEST_PARAGRAPH:
            shingles = shingles_of(segment.text)
            if sum(shingle in known for shingle in shingles) >= share * len(shingles):
                found.append(segment)
    return found


def titles_of(tree: HtmlElement) -> tuple[str, ...]:
    """Return what the page calls its article, without a look at its text."""
    data = read_structured_data(tree)
    found = [data.main.headline if data.main else None]
    found += [meta.get("content") for meta in tree.iter("meta") if meta.get("property") == "og:title"][:1]
    found += [title.text_content() for title in tree.iter("title")][:1]
    return tuple(dict.fromkeys(" ".join(title.split()) for title in found if title and title.strip()))


def splice(page: Page, donor: Page, variant: Variant) -> Spliced | None:
    """Return the page with the donor's article in it; None where its markup gives no place for this variant."""
    tree = parse_html(page.html)
    donor_tree = parse_html(donor.html)
    if tree is None or donor_tree is None:
        return None
    own = [segment for segment in own_segments(segments_of(tree), page.truth) if segment.tag != "title"]
    foreign = [s.text for s in own_segments(segments_of(donor_tree), donor.truth)][:12]
    if len(own) < 3 or len(foreign) < 3:
        return None
    container = _container(own)
    if container.tag in {"body", "html"}:
        return None
    title = _headline(tree)
    donor_title = (titles_of(donor_tree) or ("Another story altogether",))[0]
    href = "/other/" + "-".join(_TOKEN.findall(donor_title.lower())[:6])
    if not _splice(container, title, own, _Guest(donor_title, href, foreign), variant):
        return None
    texts = tuple(segment.text for segment in own)
    return Spliced(
        lxml_html.tostring(tree, encoding="unicode"), page.url, texts, tuple(t for t in foreign if t not in set(texts))
    )


def _splice(
    container: HtmlElement, title: HtmlElement | None, own: Sequence[Segment], guest: _Guest, variant: Variant
) -> bool:
    """Put the other article into the tree, and return whether its markup gives a place for it."""
    if variant.shape == "flat":
        return title is not None and _insert_flat(container, title, guest, variant)
    made = _copies(container, title, own, guest, variant)
    if made is None:
        return False
    place, copies = made
    if len(guest.headline) % 2:  # some sites repeat their ids in each post, others do not
        for twin in copies:
            for element in twin.iter():
                element.attrib.pop("id", None)
    for twin in copies if variant.above else reversed(copies):
        twin.tail = "\n"
        (place.addprevious if variant.above else place.addnext)(twin)
    return True


def _copies(
    container: HtmlElement, title: HtmlElement | None, own: Sequence[Segment], guest: _Guest, variant: Variant
) -> tuple[HtmlElement, Sequence[HtmlElement]] | None:
    """Return the copies of parts of the page that hold the other article, and the element that they go beside."""
    holds_title = title is not None and container in title.iterancestors()
    if variant.shape == "body" and (title is None or holds_title or variant.heading == "none"):
        if title is None and variant.heading != "none":
            return None
        return container, [_copy(container, own, guest, title if holds_title else None, variant)]
    if title is None:
        return None
    if variant.shape == "body":
        twin = _copy(container, own, guest, None, variant)
        twin.insert(0, _headline_copy(title, guest, variant))
        return container, [twin]
    whole = container if holds_title else _common(title, container)
    if whole.tag in {"body", "html"}:
        return None
    if variant.shape == "article":
        return whole, [_copy(whole, own, guest, title, variant)]
    if holds_title:
        return None
    head, body = (next(c for c in whole if c is e or c in e.iterancestors()) for e in (title, container))
    if head is body:
        return None
    headed = _copy(head, own, replace(guest, paragraphs=()), title, variant)
    return (head if variant.above else body), [headed, _copy(body, own, guest, None, variant)]


def _container(own: Sequence[Segment]) -> HtmlElement:
    """Return the deepest element with nine tenths of the words of the article."""
    words: Counter[HtmlElement] = Counter()
    depth = {}
    for segment in own:
        line = [segment.element, *segment.element.iterancestors()]
        for place, element in enumerate(reversed(line)):
            words[element] += len(segment.text)
            depth[element] = place
    total = sum(len(segment.text) for segment in own)
    return max((e for e in words if words[e] >= 0.9 * total), key=depth.__getitem__)


def _headline(tree: HtmlElement) -> HtmlElement | None:
    """Return the heading above or in the article that is most like the page's title."""
    wanted = [set(_TOKEN.findall(title.lower())) for title in titles_of(tree)]
    best, found = 0.5, None
    for heading in tree.iter("h1", "h2"):
        tokens = set(_TOKEN.findall(heading.text_content().lower()))
        for title in wanted:
            score = len(tokens & title) / max(1, len(tokens | title)) + (0.1 if heading.tag == "h1" else 0)
            if score > best:
                best, found = score, heading
    return found


def _common(one: HtmlElement, other: HtmlElement) -> HtmlElement:
    around = set(one.iterancestors())
    return next(element for element in (other, *other.iterancestors()) if element in around)


def _path(element: HtmlElement, root: HtmlElement) -> list[int]:
    path = []
    while element is not root:
        parent = element.getparent()
        path.append(parent.index(element))
        element = parent
    return path[::-1]


def _at(root: HtmlElement, path: Sequence[int]) -> HtmlElement:
    for place in path:
        root = root[place]
    return root


def _copy(
    root: HtmlElement, own: Sequence[Segment], guest: _Guest, title: HtmlElement | None, variant: Variant
) -> HtmlElement:
    """Return a copy of an element with another article's text in place of its own."""
    twin = copy.deepcopy(root)
    inside = [s for s in own if s.element is root or root in s.element.iterancestors()]
    elements = list(dict.fromkeys(s.element for s in inside))
    places = [_at(twin, _path(element, root)) for element in elements]
    heading = _at(twin, _path(title, root)) if title is not None and root in title.iterancestors() else None
    if heading is not None:
        if variant.heading == "none":
            _drop(heading)
        else:
            _fill_headline(heading, guest, variant)
    kept = _fill_places(twin, places, guest.paragraphs)
    if places:
        _drop_own_remains(twin, kept, heading)
    if variant.heading == "link":
        for anchor in twin.iter("a"):
            if (anchor.get("href") or "").startswith(("/", "http")):
                anchor.set("href", guest.href)
    elif variant.shape == "body":
        for element in list(twin.iter("time", "address")):
            if not _touches(element, kept, heading):
                _drop(element)
    return twin


def _fill_places(
    twin: HtmlElement, places: Sequence[HtmlElement], paragraphs: Sequence[str]
) -> dict[HtmlElement, None]:
    """Deal the paragraphs out over the places of a copy, drop those left empty, and return the others in order."""
    per_place = -(-len(paragraphs) // len(places)) if places else 0
    left = list(paragraphs)
    kept: dict[HtmlElement, None] = {}  # a set of elements has another order in every process
    for number, place in enumerate(places):
        if any(p in kept for p in place.iterancestors()) or (place.getparent() is None and place is not twin):
            continue
        texts, left = left[:per_place], left[per_place:]
        if number == len(places) - 1:
            texts, left = texts + left, []
        if texts:
            _fill(place, texts)
            kept[place] = None
        elif place is not twin:
            _drop(place)
    if left and kept:  # nested paragraphs were skipped
        _append(next(iter(kept)), left)
    return kept


def _drop_own_remains(twin: HtmlElement, kept: Mapping[HtmlElement, None], heading: HtmlElement | None) -> None:
    """Drop what else the article's container held of its own (headings, lists, captions), so that furniture is left."""
    for element in list(twin.iter("h1", "h2", "h3", "h4", "ul", "ol", "table", "figure", "blockquote")):
        if element is not heading and element is not twin and not _touches(element, kept, heading):
            _drop(element)


def _touches(element: HtmlElement, kept: Mapping[HtmlElement, None], heading: HtmlElement | None) -> bool:
    marked = {*kept} | ({heading} if heading is not None else set())
    return any(e in marked for e in element.iter()) or any(e in marked for e in element.iterancestors())


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _fill(element: HtmlElement, texts: Sequence[str]) -> None:
    for child in list(element):
        element.remove(child)
    element.text = texts[0]
    _append(element, texts[1:])


def _append(element: HtmlElement, texts: Sequence[str]) -> None:
    """Add paragraphs after an element's own, as the page parts its own: by elements, or by line breaks."""
    for text in texts:
        if element.tag in {"p", "li", "blockquote"} and element.getparent() is not None:
            more = copy.deepcopy(element)
            for child in list(more):
                more.remove(child)
            more.text, more.tail = text, "\n"
            element.addnext(more)
            element = more
        else:
            first, second = (element.makeelement("br") for _ in range(2))
            second.tail = text
            element.extend([first, second])


def _fill_headline(heading: HtmlElement, guest: _Guest, variant: Variant) -> None:
    for child in list(heading):
        heading.remove(child)
    heading.text = None if variant.heading == "link" else guest.headline
    if variant.heading == "link":
        anchor = heading.makeelement("a", {"href": guest.href})
        anchor.text = guest.headline
        heading.append(anchor)


def _headline_copy(title: HtmlElement, guest: _Guest, variant: Variant) -> HtmlElement:
    twin = copy.deepcopy(title)
    twin.tail = "\n"
    _fill_headline(twin, guest, variant)
    return twin


def _insert_flat(container: HtmlElement, title: HtmlElement, guest: _Guest, variant: Variant) -> bool:
    """Put a linked second-level heading and bare paragraphs before the headline, or after all the article holds."""
    if title.getparent() is None:
        return False
    heading = container.makeelement("h2")
    _fill_headline(heading, guest, variant)
    added = [heading]
    for text in guest.paragraphs:
        paragraph = container.makeelement("p")
        paragraph.text, paragraph.tail = text, "\n"
        added.append(paragraph)
    if variant.above:
        for element in added:
            title.addprevious(element)
    else:
        container.extend(added)
    return True


def spliced_pages(pages: Sequence[Page], variant: Variant, wanted: int) -> Iterator[tuple[Page, Spliced]]:
    """Yield spliced pages of a variant; each donor is a page of another site of the same source."""
    made = 0
    for number, page in enumerate(pages):
        if made == wanted:
            return
        donor = next(
            (p for p in (*pages[number + 1 :], *pages[:number]) if p.source == page.source and p.domain != page.domain),
            None,
        )
        spliced = splice(page, donor, variant) if donor else None
        if spliced is not None and spliced.foreign:
            made += 1
            yield page, spliced
