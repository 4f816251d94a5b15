"""Pages without their article: a script would fetch it, or a payment is due first.

Comes in: a page and what was taken for its body. Goes out: why there is no article to store, if there is none.

It is decided without words, in any language: by what the page says of pay, by where its prose stands, and by whether
that prose has anything to do with the headline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from extractor.html import Page
from extractor.kinds.walls.consent import speaks_of_consent
from extractor.kinds.walls.paywall import says_not_free
from extractor.kinds.walls.presence import judge_presence, offers_in
from extractor.kinds.walls.signs import Wall
from extractor.kinds.walls.vocabulary import PAYWALL_MARKUP, Phrases, names_paywall
from extractor.text import stems_of
from newsdesk.contracts import ContentStatus, DropReason, Reason, WallSign
from newsdesk.words import count_words

FEWEST_PAID_WORDS = 40
"""A paid article that shows fewer of its own words shows nothing of itself but its headline and deck."""
_SHORTEST_PROSE_WORDS, _MOST_NOTICE_WORDS, _FEWEST_SHARED = 8, 80, 2
FEWEST_WORDS = 12
"""Where only the markup speaks of pay, which many pages have that are free."""

_PAID_NAMES = Phrases(
    rf"{PAYWALL_MARKUP.pattern}|(?<![a-z])(?:pay[-_]wall|premium|paid|locked|subscribers?|members?[-_]?only|abonn[a-z]*"
    r"|plus[-_]?(?:artikel|article|content|only)|mur[-_]?payant|bezahl[a-z]*|betaalmuur|muro[-_]?de[-_]?pago)(?![a-z])"
)
_PAID_TIERS = frozenset({"locked", "paid", "premium", "subscriber", "subscription"})


def absent_article(
    page: Page, kept: Sequence[int], headline: str | None, description: str | None, body_text: str
) -> Wall | None:
    """Return why a page has no article to store, or no more than its description; None when it has one."""
    main = page.data.main
    stated = main.word_count if main is not None and main.word_count else 0
    presence = judge_presence(page, kept, headline, description, stated) if kept or not body_text else None
    own_words = presence.own_words if presence is not None else count_words(body_text)
    is_absent = (presence is not None and presence.is_absent) or _is_of_consent(headline, body_text)
    evidence = list(_signs_of_pay(page, own_words))
    if evidence:
        signs = (*evidence, *([WallSign.ARTICLE_ABSENT] if is_absent else []), WallSign.SHORT)
        return Wall(ContentStatus.PAYWALLED, Reason.PAYWALL, signs, 0.8)
    if is_absent:
        return Wall(ContentStatus.TRUNCATED, Reason.NO_ARTICLE, (WallSign.ARTICLE_ABSENT,), 0.8)
    is_short = own_words < FEWEST_PAID_WORDS
    if is_short and description and " ".join(body_text.split()) == " ".join(description.split()):
        return Wall(ContentStatus.TRUNCATED, None, (WallSign.ONLY_DESCRIPTION,), 0.7)
    return None


def offers(page: Page, headline: str | None, description: str | None) -> Mapping[int, str]:
    """Return the segments of what a page offers for the rest of its article, and the reason to cut them."""
    if not (says_not_free(page) or names_paywall(page.markup_names)):
        return {}
    return dict.fromkeys(offers_in(page, headline, description), DropReason.PROMOTION.value)


def _is_of_consent(headline: str | None, body_text: str) -> bool:
    """Return whether a body is a notice about cookies, under a headline about something else."""
    lines = [line for line in body_text.split("\n") if count_words(line) >= _SHORTEST_PROSE_WORDS]
    is_short = 0 < sum(map(count_words, lines)) <= _MOST_NOTICE_WORDS
    return (
        is_short
        and all(speaks_of_consent(line, fewest=1) for line in lines)
        and not (headline and speaks_of_consent(headline, fewest=1))
        and len(stems_of(headline or "") & stems_of(body_text)) < _FEWEST_SHARED
    )


def _signs_of_pay(page: Page, own_words: int) -> Iterator[WallSign]:
    """Yield what says that a page keeps its article for those who pay, where there is too little of it to be one."""
    if own_words >= FEWEST_PAID_WORDS:
        return
    if says_not_free(page) or page.meta.first("article:content_tier", "content_tier") in _PAID_TIERS:
        yield WallSign.NOT_FREE
    if own_words < FEWEST_WORDS and (_PAID_NAMES.are_in(page.markup_names) or _has_paid_data(page)):
        yield WallSign.PAYWALL_MARKUP


def _has_paid_data(page: Page) -> bool:
    """Return whether an attribute for data is named after pay, and does not deny it."""
    return any(
        _PAID_NAMES.are_in(name) and value.strip().lower() not in ("false", "0", "no", "free", "none")
        for element in page.tree.iter("div", "section", "article", "main", "body", "p")
        for name, value in element.attrib.items()
        if name.startswith("data-")
    )
