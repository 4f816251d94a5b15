"""The stories of a digest and the updates of a live blog.

Comes in: the blocks of a body. Goes out: its parts, in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from newsdesk.contracts import ArticleType, Block, BlockType, Part
from newsdesk.words import count_words

_MAXIMUM_PARTS = 500
_FEWEST_PARTS = 2
_LONGEST_LEAD_IN = 150
_LONGEST_TIME_LINE = 60
_SHORTEST_LISTED_STORY = 12
"""Words."""

_LEAD_IN = re.compile(
    r"(?:(?:and |also |meanwhile,? )?(?:in|from|here (?:is|are)) (?:the )?other\b.{0,120}\bnews\b.{0,120}"
    r"|other\b.{0,60}\bnews\b.{0,80}"
    r"|elsewhere\b.{0,80}|also (?:in the news|this week|today|on our radar|worth (?:reading|noting))\b.{0,60}"
    r"|(?:news )?in brief"
    r"|quick (?:hits|takes|reads)|what else (?:is|we).{0,60}|(?:weitere|andere) (?:nachrichten"
    r"|meldungen).{0,60}|außerdem(?: wichtig)?.{0,40}"
    r"|(?:et )?aussi dans l['’]actualité|(?:en )?otras noticias.{0,60}|altre notizie.{0,60})\s*[:：]",
    re.IGNORECASE,
)
_DASH = re.compile(r"(?:[—–•·▪■◦‣*]|-(?=\s))\s*(?=\S)")
_CLOCK = r"\d{1,2}[:.h]\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?|uhr|h)?(?:\s*\(?[A-Z]{2,5}\)?)?"
_TIME_LINE = re.compile(rf".{{0,40}}(?<![\d.,]){_CLOCK}(?![\d%]).{{0,30}}", re.IGNORECASE)
_UNITS = (
    r"s|secs?|seconds?|mins?|m|minutes?|hrs?|hours?|h|days?|sekunden?|minuten?|std\.?|stunden?|tage?n?|secondes?|heures?"
    r"|jours?|segundos?|minutos?|horas?|d[ií]as?|second[oi]|minut[oi]|or[ae]|giorn[oi]|seconden?|minuut|uur|uren|dag(?:en)?"
    r"|sekunder?|minutt(?:er)?|minuter?|timm(?:e|ar)|timer?|sekund[yę]?|minut[yę]?|godzin[yę]?|сек\w*|мин\w*|час\w*|хв\w*"
    r"|годин\w*|saniye|dakika|saat|ثانية|ثوان|دقيقة|دقائق|ساعة|ساعات|मिनट|घंटे|घंटा|秒|分钟|分鐘|分|小时|小時|時間|초|분|시간"
)
_COUNT = r"(?:\d{1,3}|an?|one|eine[rm]?|une?|una?|uma?|ein|e[nt]t?|een)"
_AGO = re.compile(
    rf"\W*(?:posted |updated )?(?:(?:about|over|almost|etwa|circa|unos) )?(?:"
    rf"(?:vor|il y a|hace|há|för|for|pred|před|منذ|قبل)\s+(?:{_COUNT}\s*)?(?:{_UNITS})(?: sedan| siden| atrás)?"
    rf"|{_COUNT}\s*(?:{_UNITS})\s*(?:ago|geleden|sedan|siden|temu|fa|atrás|назад|тому|önce|पहले|前|전)"
    r"|\d{1,2} ?(?:m|h|min)"
    r"|just now|a moment ago|gerade eben|à l['’]instant|ahora mismo|только что|刚刚|剛剛|たった今|방금)\W*",
    re.IGNORECASE,
)
"""A time told from now: "5 minutes ago"."""
_LONGEST_AGO = 30
_TIME_FIRST = re.compile(rf"(?P<time>{_CLOCK})\s*(?:[-–—:|]\s*)(?P<text>\S.*)", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class _Open:
    """A part under construction."""

    headline: str | None = None
    time: str | None = None
    lines: list[str] = field(default_factory=list)


def split_parts(blocks: Sequence[Block], article_type: ArticleType) -> tuple[Part, ...]:
    """Return the parts of a body.

    A digest's stories begin at headings, or are the long items of a list where it has none; behind a line such as "In
    other news:", each begins at a dash, or with each paragraph where there are no dashes. That line itself is in the
    body and in no part. A live blog's updates begin at a time of day on a line of its own or in front of the text, or,
    when it has none, at headings.

    Parameters
    ----------
    blocks : sequence of Block
    article_type : ArticleType

    Returns
    -------
    tuple of Part
        Empty for any other type, and when there would be one part only. At most 500; the last one has the rest.
    """
    if article_type is ArticleType.DIGEST:
        parts = _stories(blocks)
    elif article_type is ArticleType.LIVE_BLOG:
        parts = _updates(blocks)
    else:
        return ()
    return parts if len(parts) >= _FEWEST_PARTS else ()


def is_lead_in(block: Block) -> bool:
    """Return whether a block announces other stories, such as "In other news:"."""
    is_line = block.type in {BlockType.PARAGRAPH, BlockType.HEADING}
    return is_line and len(block.text) <= _LONGEST_LEAD_IN and _LEAD_IN.fullmatch(block.text) is not None


def is_dashed(block: Block) -> bool:
    """Return whether a paragraph begins with a dash or a bullet."""
    return block.type is BlockType.PARAGRAPH and _DASH.match(block.text) is not None


def listed_stories(block: Block) -> tuple[str, ...]:
    """Return the items of a list if each is long enough to tell a story."""
    items = block.items or ()
    return items if all(count_words(item) >= _SHORTEST_LISTED_STORY for item in items) else ()


def is_time_line(text: str) -> bool:
    """Return whether a line is a time of day, or a time relative to now, and hardly anything else."""
    if len(text) <= _LONGEST_AGO and _AGO.fullmatch(text):
        return True
    return len(text) <= _LONGEST_TIME_LINE and _TIME_LINE.fullmatch(text) is not None


def time_of(block: Block) -> str | None:
    """Return the time of day that a block consists of or begins with, as the page writes it."""
    if block.type not in {BlockType.PARAGRAPH, BlockType.HEADING}:
        return None
    if is_time_line(block.text):
        return block.text
    match = _TIME_FIRST.match(block.text)
    return match["time"].strip() if match else None


def _stories(blocks: Sequence[Block]) -> tuple[Part, ...]:
    gathered = [_Open()]
    after_lead_in = False
    by_dashes = False
    # Dashes begin stories after a lead-in, and in a digest that nothing else divides.
    is_dashed_only = not any(block.type is BlockType.HEADING or is_lead_in(block) for block in blocks)
    for place, block in enumerate(blocks):
        if len(gathered) < _MAXIMUM_PARTS and is_lead_in(block):
            after_lead_in = True
            by_dashes = any(
                is_dashed(later) for later in _until_heading(blocks[place + 1 : place + 1 + _MAXIMUM_PARTS])
            )
            gathered.append(_Open())
        elif block.type is BlockType.HEADING:
            after_lead_in = False
            gathered.append(_Open(headline=block.text))
        elif listed := block.items if after_lead_in else listed_stories(block) if is_dashed_only else None:
            gathered.extend(_Open(lines=[item]) for item in listed)
        else:
            begins = is_dashed(block) if by_dashes or not after_lead_in else block.type is BlockType.PARAGRAPH
            if begins and gathered[-1].lines and (after_lead_in or is_dashed_only):
                gathered.append(_Open())
            gathered[-1].lines.append(_DASH.sub("", block.text, count=1) if is_dashed(block) else block.text)
    return _closed(gathered)


def _until_heading(blocks: Sequence[Block]) -> Sequence[Block]:
    end = next((place for place, block in enumerate(blocks) if block.type is BlockType.HEADING), len(blocks))
    return blocks[:end]


def _updates(blocks: Sequence[Block]) -> tuple[Part, ...]:
    has_times = sum(time_of(block) is not None for block in blocks) >= _FEWEST_PARTS
    gathered = [_Open()]
    for block in blocks:
        time = time_of(block) if has_times else None
        if time is not None:
            headline = None
            if gathered[-1].headline and not gathered[-1].lines:
                # The update's headline stands above its time.
                headline = gathered.pop().headline
            rest = _TIME_FIRST.match(block.text)
            gathered.append(_Open(headline=headline, time=time))
            if rest and time != block.text:
                gathered[-1].lines.append(rest["text"])
        elif block.type is BlockType.HEADING:
            if gathered[-1].time and not gathered[-1].lines and not gathered[-1].headline:
                gathered[-1].headline = block.text
            else:
                gathered.append(_Open(headline=block.text))
        else:
            gathered[-1].lines.append(block.text)
    return _closed(gathered)


def _closed(gathered: Sequence[_Open]) -> tuple[Part, ...]:
    filled = [candidate for candidate in gathered if candidate.lines]
    kept = filled[:_MAXIMUM_PARTS]
    for later in filled[_MAXIMUM_PARTS:]:
        kept[-1].lines += [later.headline] if later.headline else []
        kept[-1].lines += later.lines
    return tuple(Part(headline=part.headline, time=part.time, text="\n".join(part.lines)) for part in kept)
