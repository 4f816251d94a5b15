"""An article of several pages, as a site shows it: headline, deck and byline on each, a pager below.

Comes in: a page's number. Goes out: its HTML, and its paragraphs.
"""

from __future__ import annotations

PATH = "/2026/03/12/drovers"
HEADLINE = "The long walk of the last drovers"
DECK = (
    "Three men, a woman and eleven hundred sheep set out each July, and have done so for as long as anybody can tell."
)
NOTE = (
    "The drovers were accompanied for the whole of their way by two reporters of this paper, who paid for their beds."
)

PAGES = (
    (
        "On the first of July, as every year, three men and a woman set out from the hill pastures of Garron with "
        "eleven hundred sheep, to walk them ninety miles to the autumn market.",
        "They are the last to do it on foot. The others have sold their dogs and hire lorries, which take four hours "
        "where the walk takes sixteen days.",
        "It is not sentiment, says Morag Kerr, who leads. Sheep that have walked fetch more, because they arrive calm, "
        "and a lorry costs what a good dog does.",
    ),
    (
        "The second week is the river's. There are four fords, and each of them has moved since last summer, so that "
        "somebody has to wade across before the flock is let in.",
        "At Tarn Bridge a farmer waits with hay, as his father did. He asks for nothing but the news from the hills, "
        "which he has heard on the radio already.",
        "Two ewes were lost there in the spate of 1998. Kerr knows their numbers by heart, and the names of the dogs "
        "that went in after them and came out.",
    ),
    (
        "The market opens at six in the morning, and by seven the flock is sold. The buyers feel the backs of the "
        "sheep and say nothing, which is how they praise.",
        "What is left of the day is spent in a tea room, where the dogs lie under the table and are fed by strangers "
        "who think that nobody is looking.",
        "Whether there will be another walk is not talked about. The lorry home has been ordered since May, and it "
        "leaves at noon, with four people and no sheep.",
    ),
)


def address(number: int) -> str:
    """Return the path of a page."""
    return PATH if number == 1 else f"{PATH}/{number}"


def pager(number: int, last: int, path: str = PATH) -> str:
    """Return the links from one page to the others."""
    links = "".join(
        f"<b>{other}</b>" if other == number else f"<a href='{path if other == 1 else f'{path}/{other}'}'>{other}</a>"
        for other in range(1, last + 1)
    )
    return f"<div class='pages'>{links}</div>"


def page(
    number: int,
    *,
    last: int = len(PAGES),
    paragraphs: tuple[str, ...] | None = None,
    head: str = "",
    links: str | None = None,
    foot: str = NOTE,
) -> bytes:
    """Return a page of the article.

    Parameters
    ----------
    paragraphs : tuple of str or None
        In the place of the article's own.
    head, links, foot : str
        More for the head; in the place of the pager; the paragraph that ends every page.
    """
    prose = "".join(f"<p>{text}</p>" for text in (*(paragraphs or PAGES[number - 1]), *([foot] if foot else [])))
    title = HEADLINE if number == 1 else f"{HEADLINE} - Page {number}"
    top = f"<h1>{HEADLINE}</h1><p class='deck'>{DECK}</p><p class='byline'>By Fergus Hale</p>"
    return (
        f"<html lang='en'><head><title>{title}</title><meta name='author' content='Fergus Hale'>{head}</head>"
        f"<body><article>{top}{prose}{pager(number, last) if links is None else links}</article></body></html>"
    ).encode()
