"""The pictures and embeds that stand in the body.

Comes in: a page, and what of it is kept. Goes out: each medium, and the segment before which it stands.

A picture is the article's by the rules of :mod:`extractor.metadata.images`, and stands in the body where it stands
between kept segments, at the head of the article, or directly behind its last line. What shares its box with text that
was cut as foreign is foreign, too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice

from extractor.body.posts import is_post, player_address, post_address
from extractor.body.selection import Body
from extractor.html import Element, Page, Placed, checked_url, is_same_site, leads_elsewhere, one_line
from extractor.metadata import embedded_address, file_name, is_of_some_size, picture_in_place
from extractor.text import fold
from newsdesk.contracts import DropReason, Media

MOST_TRIED, MOST_MEDIA = 2_000, 200
_HEAD, _TAIL = 12, 2
"""Segments between the head's picture and the first line, and between the last line and a picture behind it."""
_NEAR = 6
_LEVELS, _BOX_LEVELS = 12, 3
_LARGEST_BOX = 12
_LONGEST_ALT = 500
_OWN_LINES = frozenset({DropReason.CAPTION, DropReason.PAGE_FURNITURE, DropReason.REPEATED, DropReason.BYLINE})
"""What may be cut in the box of a picture that is the article's."""
_OF_OTHERS = frozenset({DropReason.FOREIGN_ARTICLE, DropReason.FOREIGN_TEASER})
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)\b", re.IGNORECASE)
_NO_CONTENT = re.compile(
    r"(?<![a-z])(?:ads?(?![a-z])|advert|sponsor|newsletter|subscri|sign-?up|log-?in|comment|consent|cookie|share|follow)"
    r"|doubleclick|syndication|tagmanager|analytics|captcha|disqus|widget/like|plugins/(?:like|page)",
    re.IGNORECASE,
)
"""In the address or the names of a frame that is there for other reasons than to show something.

Plain words count where they begin: a player whose host promises "nocookie" is a player.
"""


@dataclass(frozen=True, slots=True)
class PlacedMedia:
    """A medium, and the index of the segment that follows it."""

    media: Media
    before: int


@dataclass(slots=True)
class _Seen:
    """What is in the body so far, so that nothing of it comes twice."""

    files: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)


def media_in(page: Page, body: Body, titles: Iterable[str]) -> Sequence[PlacedMedia]:
    """Return the media of a body, in order; parameters are those of :func:`extractor.body.markup.mark_up`."""
    if not body.kept or not page.media:
        return []
    kept = sorted(body.kept)
    seen = _Seen(
        texts={page.segments[index].text for index in kept}, titles={" ".join(fold(title)) for title in titles}
    )
    return list(islice(_media_in(page, kept, body, seen), MOST_MEDIA))


def pictures_of_others(page: Page, body: Body) -> Set[str]:
    """Return the names of the pictures that stand nowhere but in boxes of which other judges cut the text.

    Names are those of :func:`extractor.metadata.file_name`. What the page states of itself is left out.
    """
    others = {placed.before for placed in page.media}
    reasons = (body.reasons.get(index) for place in others for index in (place - 1, place))
    if not any(reason in _OF_OTHERS for reason in reasons):
        return frozenset()
    chosen = set(body.kept)
    foreign: set[str] = set()
    own = {file_name(address) for address in _stated_addresses(page)}
    for placed in islice(page.media, MOST_TRIED):
        if not _is_picture(placed.element):
            continue
        found = picture_in_place(placed.element, is_of_text=True)
        address = checked_url(found.image.url, page.base) if found else None
        if address is not None:
            is_of_others = not _OF_OTHERS.isdisjoint(_cut_in_box(placed, page, body, chosen))
            (foreign if is_of_others else own).add(file_name(address.href))
    return foreign - own


def _stated_addresses(page: Page) -> Iterator[str]:
    yield from page.meta.all("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
    for article in (page.data.main, page.data.page):
        yield from (image.url for image in (article.images if article is not None else ()))


def _media_in(page: Page, kept: Sequence[int], body: Body, seen: _Seen) -> Iterator[PlacedMedia]:
    chosen = set(kept)
    for placed in islice(page.media, MOST_TRIED):
        if not kept[0] - _HEAD <= placed.before <= kept[-1] + 1 + _TAIL or not _stands_in(placed, page, kept):
            continue
        if _is_foreign(placed, page, body, chosen):
            continue
        is_amid = {placed.before - 1, placed.before} <= chosen
        media = _medium(placed, page, kept, seen, is_amid)
        if media is not None and (name := file_name(media.url)) not in seen.files:
            seen.files.add(name)
            yield PlacedMedia(media, placed.before)


def _medium(placed: Placed, page: Page, kept: Sequence[int], seen: _Seen, is_amid: bool) -> Media | None:
    element = placed.element
    if _is_picture(element):
        is_still = any(_is_player(step) for step in islice(element.iterancestors(), _BOX_LEVELS))
        return None if is_still else _picture(placed, page, kept, seen, is_amid)
    if element.tag == "blockquote":
        post = post_address(element, page) if is_post(element) else None
        return Media(kind="embed", url=post) if post is not None else None
    return _embed(element, page)


def _is_player(element: Element) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith("amp-") and not _is_picture(element)


def _is_picture(element: Element) -> bool:
    return element.tag in ("img", "amp-img")


def _stands_in(placed: Placed, page: Page, kept: Sequence[int]) -> bool:
    """Return whether something is among the kept segments, or belongs to them at the head or the end."""
    if kept[0] < placed.before <= kept[-1]:
        return True
    if placed.before <= kept[0]:
        return _shares(placed.element, page.segments[kept[0]].element, ("article", "main"))
    last = page.segments[kept[-1]].element
    beside = last.getparent()
    return beside is not None and any(step is beside for step in islice(placed.element.iterancestors(), _BOX_LEVELS))


def _shares(element: Element, other: Element, tags: Sequence[str]) -> bool:
    """Return whether the nearest element of some names around one is also around another."""
    around = next((step for step in element.iterancestors() if step.tag in tags), None)
    return around is not None and any(step is around for step in other.iterancestors())


def _is_foreign(placed: Placed, page: Page, body: Body, chosen: Set[int]) -> bool:
    """Return whether a medium is a link to another article, or in a box of which other judges cut the text."""
    figure = next((step for step in islice(placed.element.iterancestors(), _LEVELS) if step.tag == "figure"), None)
    around = islice(figure.iterancestors(), _BOX_LEVELS) if figure is not None else ()
    if any(step.tag == "a" and leads_elsewhere(step, page.url) for step in around):
        return True
    return any(reason not in _OWN_LINES for reason in _cut_in_box(placed, page, body, chosen))


def _cut_in_box(placed: Placed, page: Page, body: Body, chosen: Set[int]) -> Iterator[str]:
    """Yield the reasons for which the lines in a medium's box were cut.

    What was cut of a post itself is what its script takes away: "View this post".
    """
    for index in _box_of(placed, page, chosen) or ():
        if index in body.reasons and not _is_within(page.segments[index].element, placed.element):
            yield body.reasons[index]


def _is_within(element: Element, box: Element) -> bool:
    return element is box or any(step is box for step in islice(element.iterancestors(), _LEVELS))


def _box_of(placed: Placed, page: Page, chosen: Set[int]) -> range | None:
    """Return the segments of the largest small element around a medium that holds nothing which was kept."""
    around = set(islice(placed.element.iterancestors(), _BOX_LEVELS))
    found: range | None = None
    for index in (placed.before - 1, placed.before):
        container = page.segments[index].container if 0 <= index < len(page.segments) else None
        for _ in range(_BOX_LEVELS):
            if container is None or container.last - container.first >= _LARGEST_BOX:
                break
            box = range(container.first, container.last + 1)
            if container.element in around and chosen.isdisjoint(box):
                found = box if found is None or len(box) > len(found) else found
            container = container.parent
    return found


def _picture(placed: Placed, page: Page, kept: Sequence[int], seen: _Seen, is_amid: bool) -> Media | None:
    is_lead = placed.before == kept[0] and _is_stated(placed.element, page)
    found = picture_in_place(placed.element, is_of_text=is_amid or is_lead)
    address = checked_url(found.image.url, page.base) if found else None
    if found is None or address is None:
        return None
    lines = " ".join(_lines_in(found.box, placed.before, page, kept))
    image = found.image
    # What is kept as a block of its own is not said again, nor what a block says elsewhere.
    is_said = bool(lines) or image.caption in seen.texts
    caption = None if is_said else image.caption
    credit = image.credit if image.credit and image.credit not in lines else None
    return Media(
        kind="image",
        url=address.href,
        alt=_alt(placed.element, f"{caption or lines or image.caption or ''} {credit or ''}", seen.titles),
        caption=caption,
        credit=credit,
    )


def _is_stated(picture: Element, page: Page) -> bool:
    """Return whether a picture is the one that the page shows of itself elsewhere, perhaps in another size."""
    stated = {file_name(address) for address in page.meta.all("og:image")[:_NEAR]}
    return file_name(picture.get("src") or "") in stated


def _lines_in(box: Element, at: int, page: Page, kept: Sequence[int]) -> Iterator[str]:
    """Yield the kept lines within a picture's box."""
    begin = bisect_left(kept, at - _NEAR)
    for index in kept[begin : begin + 2 * _NEAR]:
        element = page.segments[index].element
        if _is_within(element, box):
            yield page.segments[index].text


def _alt(picture: Element, said: str, titles: Set[str]) -> str | None:
    """Return what a page says in a picture's place, unless its caption or the headline says so."""
    alt = one_line(picture.get("alt"), _LONGEST_ALT)
    if not alt or _PICTURE_FILE.search(alt):
        return None
    folded = " ".join(fold(alt))
    return alt if folded and folded not in titles and folded not in " ".join(fold(said)) else None


def _embed(element: Element, page: Page) -> Media | None:
    """Return a frame or a recording that is content, by reference."""
    stated = player_address(element) if _is_player(element) else embedded_address(element)
    address = checked_url(stated, page.base) if stated else None
    if address is None or not is_of_some_size(element):
        return None
    names = f"{address.href} {element.get('class') or ''} {element.get('id') or ''} {element.get('name') or ''}"
    title = one_line(element.get("title") or element.get("aria-label"), _LONGEST_ALT)
    kind = str(element.tag).removeprefix("amp-")
    if kind in ("audio", "video"):
        return Media(kind=kind, url=address.href, alt=title)
    is_own = page.url is not None and is_same_site(page.url.host, address.host)
    if _NO_CONTENT.search(names) or (is_own and title is None):
        return None
    return Media(kind="embed", url=address.href, alt=title)
