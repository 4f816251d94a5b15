"""The blocks of a body with their markup: marks over their text, and what stands between them.

Comes in: the segments that are kept, once all judges have spoken. Goes out: the blocks as readers get them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from extractor.body.blocks import Group, block_of, groups_of
from extractor.body.media import PlacedMedia, media_in
from extractor.body.selection import Body
from extractor.html import Element, Page, Segment, Targets, marks_of
from newsdesk.contracts import Block, BlockType, Mark, Media
from newsdesk.web import Url

_CODE_LANGUAGE = re.compile(
    r"(?:^|\s)(?:lang(?:uage)?|highlight(?:-source)?|brush)[-:]\s?([a-z][\w+#.-]{0,29})", re.IGNORECASE
)
_INSIDE = 5


def mark_up(body: Body, page: Page, titles: Iterable[str] = ()) -> Body:
    """Return a body whose blocks have their markup; a body that is not of the page's visible text is left as it is.

    Parameters
    ----------
    body : Body
        What was chosen, once nothing is trimmed any more.
    page : Page
        The page that it was chosen of.
    titles : iterable of str
        What the page calls its article; pictures that say the same say nothing.
    """
    if not body.kept:
        return body
    media = media_in(page, body, titles)
    groups = groups_of(page.segments[index] for index in body.kept)
    return replace(body, blocks=_marked_blocks(groups, body.blocks, page.base, media))


def marked_blocks(segments: Iterable[Segment], base: Url | None) -> tuple[Block, ...]:
    """Return the blocks that segments make, with marks; links are relative to ``base``."""
    groups = groups_of(segments)
    return _marked_blocks(groups, [block_of(group) for group in groups], base)


def _marked_blocks(
    groups: Sequence[Group], plain: Sequence[Block], base: Url | None, media: Iterable[PlacedMedia] = ()
) -> tuple[Block, ...]:
    marks = marks_of([segment for group in groups for segment in group.segments if _has_marks(group)], Targets(base))
    blocks = [_marked(block, group, marks) for block, group in zip(plain, groups, strict=True)]
    return tuple(_with_media(blocks, [group.segments[0].index for group in groups], media))


def _has_marks(group: Group) -> bool:
    return group.type is not BlockType.CODE


def _marked(block: Block, group: Group, marks: Mapping[int, tuple[Mark, ...]]) -> Block:
    if block.type is BlockType.CODE:
        language = _language_of(group.container)
        return block.model_copy(update={"language": language}) if language else block
    moved: list[Mark] = []
    begin = 0
    for segment in group.segments:
        for mark in marks.get(segment.index, ()):
            is_whole = (mark.begin, mark.end) == (0, len(segment.text))
            if not (is_whole and mark.kind == "strong" and _is_bold_anyway(block, segment)):
                moved.append(mark.model_copy(update={"begin": begin + mark.begin, "end": begin + mark.end}))
        begin += len(segment.text) + 1
    return block.model_copy(update={"marks": tuple(moved)}) if moved else block


def _is_bold_anyway(block: Block, segment: Segment) -> bool:
    return block.type is BlockType.HEADING or segment.tag == "th"


def _language_of(code: Element) -> str | None:
    names = (step.get("class") or "" for step in chain((code,), islice(code.iter("code"), _INSIDE)))
    found = next((match for name in names if (match := _CODE_LANGUAGE.search(name))), None)
    return found[1].lower() if found else None


def _with_media(blocks: Sequence[Block], begins: Sequence[int], media: Iterable[PlacedMedia]) -> Iterator[Block]:
    """Yield the blocks, each with what stands before it; what stands behind the last is the last one's."""
    left = list(media)
    place = 0
    for number, (block, begin) in enumerate(zip(blocks, begins, strict=True)):
        standing: list[Media] = []
        while place < len(left) and left[place].before <= begin:
            standing.append(left[place].media)
            place += 1
        if number == len(blocks) - 1:
            standing += (each.media.model_copy(update={"is_behind": True}) for each in left[place:])
        yield block.model_copy(update={"media": tuple(standing)}) if standing else block
