"""The article's images, by reference, with captions and credits.

Comes in: a page. Goes out: images.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from operator import itemgetter
from urllib.parse import unquote

from extractor.html import HIDDEN_STYLE, Element, Page, checked_url, one_line, text_of

MAXIMUM_IMAGES = 30
LONGEST_CAPTION = 1000
LONGEST_CREDIT = 200

_FIGURES_TRIED = 100
_PICTURES_TRIED = 100
_NOT_AROUND_A_PICTURE = ("figure", "aside", "nav", "footer", "li")
_STEPS_TO_TEXT = 4
_LONGEST_ADDRESS = 4000
_LONGEST_SET = 20_000
_MOST_IN_SET = 30
_MIN_WIDTH = re.compile(r"min-width\s*:\s*(\d{1,5})")
_IN_NOSCRIPT = re.compile(r"<img\b[^<>]{0,500}?\bsrc\s*=\s*[\"']([^\"'<>]{1,2000})[\"']", re.IGNORECASE)
"""Where a script wrote its picture as text."""
_SET_ENTRY = re.compile(r"([^\s,](?:\S*[^\s,])?)(?:\s+([\d.]{1,8})([wx]))?\s*(?:,|$)")
_LAZY_NAME = re.compile(
    r"data-(?!.*(?:set|ratio|width|height|alt|caption|thumb|small|low|sizes)).*(?:src|original|lazy|full|url|image)"
)
"""What scripts call the address that they put in place of the placeholder."""
_ADDRESS = re.compile(r"(?:https?:)?//\S+|/\S*|\S+\.(?:jpe?g|png|webp|avif|gif)\b\S*", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"^data:|place-?holder|(?:^|[/_.-])(?:blank|spacer|pixel|transparent|trans|loading|loader|lazy|dummy|1x1|grey|gray)[^/]*$",
    re.IGNORECASE,
)
_SIGN = re.compile(r"logo|icon|arrow|sprite|chevron|symbol", re.IGNORECASE)
_DRAWING = ".svg"
_QUERY = re.compile(r"[?#]")
_CONTROLS_OF_GALLERY = re.compile(
    r"(?:(?:previous|next|prev|close|zoom|expand|full ?screen|back|zurück|weiter|précédent|suivant|anterior|siguiente"
    r")\W*)+",
    re.IGNORECASE,
)
_IS_NO_ADDRESS = re.compile(r"about:|data:|javascript:", re.IGNORECASE)
_SMALLEST_SIDE = 60
"""Pixels, where a page states them: what is smaller is an icon, or counts visitors."""
_PORTRAIT = re.compile(
    r"author|byline|avatar|(?:^|[-_\s])bio(?:$|[-_\s])|portrait|profile|contributor|gravatar"
    r"|(?:^|[-_\s])(?:autor(?:in|a|es)?|auteure?s?|autore|autrice|verfasser|redakteur|forfatter|författare|yazar)(?:$|[-_\s])",
    re.IGNORECASE,
)
_CAPTION_CLASS = re.compile(r"caption|legend|bildunterschrift|legende|didascalia|pie-?de-?foto", re.IGNORECASE)
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)(?:[?#]|$)", re.IGNORECASE)
_FEWEST_CHARACTERS_BESIDE = 40
"""Of the paragraph before or behind a picture that is the article's."""
_LONGEST_PLAIN_CAPTION = 300
_FURNITURE_TAGS = frozenset({"aside", "footer", "nav", "header", "form"})
_FURNITURE = re.compile(
    r"related|comment|sidebar|teaser|recommend|promo|footer|most-?read|latest|newsletter", re.IGNORECASE
)
_CREDIT_CLASS = re.compile(r"credit|copyright|(?:^|[-_\s])source|photographer|byline|author", re.IGNORECASE)
_CREDIT = re.compile(
    r"(?:^|[\s(\[|.])(?:©|\(c\)|(?:photo(?:graph)?|foto|image|picture|credit|bild|fotografía|fotografie)"
    r"(?:\s+(?:by|credit|von|di|de))?\s*[:/])\s*(?P<credit>[^|\n]{2,150})\s*[)\]]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundImage:
    """An image and where the page states it: ``jsonld``, ``meta`` or ``dom``."""

    url: str
    source: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """An image as it stands in the text, and the element that holds it, its caption and nothing else."""

    image: FoundImage
    box: Element


def stated_images(page: Page) -> tuple[FoundImage, ...]:
    """Return the images of the article, the main one first, each picture once."""
    found: dict[str, FoundImage] = {}
    for image in _stated(page):
        address = checked_url(image.url, page.base)
        if address is None:
            continue
        name = file_name(address.href)
        known = found.get(name)
        if known is None:
            if len(found) < MAXIMUM_IMAGES:
                found[name] = replace(image, url=address.href)
        else:
            # Another size of the same picture may say more.
            found[name] = replace(known, caption=known.caption or image.caption, credit=known.credit or image.credit)
    return tuple(found.values())


def _stated(page: Page) -> Iterator[FoundImage]:
    for address in page.meta.all("og:image", "og:image:url", "og:image:secure_url")[:5]:
        yield FoundImage(address, "meta")
    for article in (page.data.main, page.data.page):
        for image in article.images if article is not None else ():
            caption, credit = one_line(image.caption, LONGEST_CAPTION), one_line(image.credit, LONGEST_CREDIT)
            yield FoundImage(image.url, "jsonld", caption, credit)
    yield from _in_figures(page)
    yield from _in_text(page)
    for address in page.meta.all("twitter:image", "twitter:image:src")[:1]:
        yield FoundImage(address, "meta")


def _in_figures(page: Page) -> Iterator[FoundImage]:
    for figure in islice(page.elements.of("figure"), _FIGURES_TRIED):
        image = _in_figure(figure, figure)
        if image is not None:
            yield image


def _in_figure(figure: Element, pictures: Element) -> FoundImage | None:
    """Return the largest of some pictures of a figure, with the figure's caption."""
    address = _largest(pictures)
    if address is None or _is_furniture(figure) or _is_portrait(figure):
        return None
    caption_element = next(figure.iter("figcaption"), None)
    caption, credit = (None, None) if caption_element is None else _caption_and_credit(caption_element)
    return FoundImage(address, "dom", caption, credit)


def _in_text(page: Page) -> Iterator[FoundImage]:
    """Yield the pictures without a figure: in a box with their caption, or alone between two paragraphs."""
    for picture in islice(filter(_may_be_in_text, page.elements.of("img", "amp-img")), _PICTURES_TRIED):
        found = _outside_figures(picture, is_of_text=False)
        if found is not None:
            yield found.image


def _may_be_in_text(picture: Element) -> bool:
    """Return whether a picture, or an element close around it, stands right beside a paragraph, and in no furniture."""
    if next(picture.iterancestors(*_NOT_AROUND_A_PICTURE), None) is not None:
        return False
    return any(
        beside is not None and beside.tag == "p"
        for step in chain((picture,), islice(picture.iterancestors(), _STEPS_TO_TEXT))
        for beside in (step.getprevious(), step.getnext())
    )


def _outside_figures(picture: Element, *, is_of_text: bool) -> PlacedImage | None:
    """Return the image of a picture that stands in no figure, if it stands beside text or is known to be of it."""
    if not _may_be_content(picture):
        return None
    box = _box_of(picture)
    if box is None or _is_furniture(box) or _is_portrait(picture) or not (is_of_text or _is_beside_text(box)):
        return None
    address = _largest(box)
    if address is None:
        return None
    named = (inner for inner in box.iterdescendants() if isinstance(inner.tag, str))
    called = (inner for inner in named if _CAPTION_CLASS.search(inner.get("class") or ""))
    caption_element = next(called, box)
    caption, credit = _caption_and_credit(caption_element)
    return PlacedImage(FoundImage(address, "dom", caption, credit), box)


def picture_in_place(picture: Element, *, is_of_text: bool = False) -> PlacedImage | None:
    """Return the image that an ``img`` shows, by the rules of :func:`stated_images`; None where it is furniture.

    Of a figure with several pictures each is taken, the first with the figure's caption.

    Parameters
    ----------
    picture : Element
        The ``img``.
    is_of_text : bool
        Whether it is known to stand amid the article's text, so that it need not stand beside a paragraph.
    """
    figure = next(picture.iterancestors("figure"), None)
    if figure is None:
        return _outside_figures(picture, is_of_text=is_of_text)
    others = list(islice(figure.iter("img", "amp-img"), 2))
    parent = picture.getparent()
    own = parent if parent is not None and parent.tag == "picture" else picture
    image = _in_figure(figure, figure if len(others) < 2 else own)
    if image is not None and others[0] is not picture:
        image = replace(image, caption=None, credit=None)
    return PlacedImage(image, figure) if image is not None else None


def embedded_address(element: Element) -> str | None:
    """Return the address of what a frame, a film or a recording shows, also where a script puts it in place."""
    sources = [element, *islice(element.iter("source"), 5)]
    plain = (source.get("src", "")[:_LONGEST_ADDRESS].strip() for source in sources)
    stated = (*(address for source in sources for address in _lazy_addresses(source)), *plain)
    # What a lazy film names first is its still picture.
    return next((a for a in stated if a and not _IS_NO_ADDRESS.match(a) and not _PICTURE_FILE.search(a)), None)


def is_of_some_size(element: Element) -> bool:
    """Return whether an element is displayed, and larger than what only counts visitors where it states its size."""
    is_small = any(0 <= _number(side) < _SMALLEST_SIDE for name in ("width", "height") if (side := element.get(name)))
    return not is_small and not HIDDEN_STYLE.search(element.get("style") or "")


def _box_of(picture: Element) -> Element | None:
    """Return the outermost element that holds nothing but a picture and its caption; None where there is none."""
    box = picture
    for step in islice(picture.iterancestors(), 4):
        if (
            step.tag in ("article", "main", "body", "section")
            or len(text_of(step, _LONGEST_PLAIN_CAPTION)) == _LONGEST_PLAIN_CAPTION
        ):
            break
        if step.tag == "a" and not _PICTURE_FILE.search(step.get("href") or ""):
            return None
        if step.tag in ("p", "div", "center", "dl", "table"):
            box = step
    return box


def _is_beside_text(box: Element) -> bool:
    beside = (box.getprevious(), box.getnext())
    paragraphs = [other for other in beside if other is not None and other.tag == "p"]
    return any(len(text_of(other, LONGEST_CAPTION)) >= _FEWEST_CHARACTERS_BESIDE for other in paragraphs)


def _is_portrait(element: Element) -> bool:
    around = islice((element, *element.iterancestors()), 4)
    return any(
        _PORTRAIT.search(f"{step.get('class') or ''} {step.get('id') or ''}"[:300])
        for step in around
        if step.tag not in ("article", "main", "body", "html")
    )


def _caption_and_credit(element: Element) -> tuple[str | None, str | None]:
    caption = text_of(element, LONGEST_CAPTION)
    if _CONTROLS_OF_GALLERY.fullmatch(caption):
        return None, None
    for inner in islice(element.iterdescendants(), 30):
        if isinstance(inner.tag, str) and _CREDIT_CLASS.search(inner.get("class") or ""):
            credit = text_of(inner, LONGEST_CREDIT)
            if credit and credit in caption:
                rest = caption.replace(credit, " ", 1)
                return one_line(rest, LONGEST_CAPTION), _bare_credit(credit)
    if match := _CREDIT.search(caption):
        return one_line(caption[: match.start()], LONGEST_CAPTION), one_line(match["credit"], LONGEST_CREDIT)
    return caption or None, None


def _bare_credit(text: str) -> str | None:
    match = _CREDIT.search(text)
    return one_line((match["credit"] if match else text).strip("()[]|· "), LONGEST_CREDIT)


def _largest(box: Element) -> str | None:
    """Return the address of the picture in a box as a reader sees it at its largest."""
    pictures = [picture for picture in islice(box.iter("img", "amp-img"), 20) if _may_be_content(picture)]
    sources = list(islice(box.iter("source"), 20))
    sets = [entry for element in (*pictures, *sources) for entry in _in_sets(element)]
    for width, address in sorted(sets, key=itemgetter(0), reverse=True):
        if width <= 0:
            break
        if not _PLACEHOLDER.search(address):
            return address
    lazy = (address for picture in pictures for address in _lazy_addresses(picture))
    plain = (picture.get("src", "")[:_LONGEST_ADDRESS].strip() for picture in pictures)
    # What a noscript shows is the picture itself, beside the placeholder that a script replaces.
    shown = (
        inner.get("src", "")[:_LONGEST_ADDRESS].strip() for part in box.iter("noscript") for inner in part.iter("img")
    )
    written = (
        match[1] for part in box.iter("noscript") for match in _IN_NOSCRIPT.finditer((part.text or "")[:_LONGEST_SET])
    )
    stated = (*lazy, *shown, *written, *plain, *(address for _, address in sets))
    return next((address for address in stated if address and not _PLACEHOLDER.search(address)), None)


def _in_sets(element: Element) -> Iterator[tuple[float, str]]:
    """Yield the addresses in the sets of sizes of an element, each with its width or density, if it says one."""
    wide_screen = _MIN_WIDTH.search(element.get("media") or "")
    least = float(wide_screen[1]) if wide_screen else 0.0
    for name, value in element.attrib.items():
        if name.endswith("srcset"):
            for match in islice(_SET_ENTRY.finditer(value[:_LONGEST_SET]), _MOST_IN_SET):
                yield _number(match[2]) or least, match[1]


def _lazy_addresses(picture: Element) -> Iterator[str]:
    for name, value in picture.attrib.items():
        if _LAZY_NAME.fullmatch(name) and _ADDRESS.fullmatch(value[:_LONGEST_ADDRESS].strip()):
            yield value[:_LONGEST_ADDRESS].strip()


def _may_be_content(picture: Element) -> bool:
    """Return whether a picture is no drawn sign, and larger than an icon or a tracking pixel where a size is stated."""
    path = _QUERY.split(picture.get("src", "")[:_LONGEST_ADDRESS], maxsplit=1)[0]
    if path.lower().endswith(_DRAWING) and _SIGN.search(path):
        return False
    return all(not 0 < _number(picture.get(side)) < _SMALLEST_SIDE for side in ("width", "height"))


def _number(text: str | None) -> float:
    try:
        return float((text or "").removesuffix("px"))
    except ValueError:
        return 0.0


def _is_furniture(figure: Element) -> bool:
    for element in islice(figure.iterancestors(), 12):
        if element.tag in ("article", "main", "body"):
            return False
        names = f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
        if element.tag in _FURNITURE_TAGS or _FURNITURE.search(names):
            return True
    return False


def file_name(address: str) -> str:
    """Return what names a picture whatever its size: the last part of its path, or all where that says nothing."""
    path = unquote(address.partition("?")[0])
    name = re.sub(r"[-_@]\d{2,4}x\d{2,4}(?=\.)", "", path.rpartition("/")[2])
    return name if len(name) > 8 else address
