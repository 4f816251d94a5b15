"""Pages that say, with status 200, that their site is down for maintenance.

Comes in: a body. Goes out: whether it is such a page.

It has hardly anything but a title or a heading that says so, and is not described as an article. An article about
maintenance says more, or names what is maintained.
"""

from __future__ import annotations

import re

from newsdesk.web import decode_start
from newsdesk.web.transport.bare_pages import read_bare_page

READ_BYTES = 64 * 1024
MOST_WORDS = 60
MOST_LINKS = 8
MOST_HEADING_WORDS = 3
"""Beside the word for maintenance there is one for the site, and some that are grammar."""

_SAYS_SO = re.compile(
    r"(?<![a-zà-ÿа-я])(?:maintenance|wartung|entretien|mantenimiento|manuten[çz]|onderhoud|underh[åo]ll|vedligehold"
    r"|vedlikehold|huolto|konserwac|údržb|karbantart|bakım|mentenanță|συντήρηση|обслуживани|обслуговуван"
    r"|технически\w* работ|صيانة|الصيانة|תחזוקה|メンテナンス|维护|維護|점검|ปรับปรุง|bảo trì)",
    re.IGNORECASE,
)
_BACK_SOON = re.compile(
    r"\W*(?:sorry\W+)?(?:we(?:['’]ll| will)? be (?:right )?back(?: soon| shortly| online)?"
    r"|wir sind (?:gleich|bald) (?:wieder da|zurück)|nous revenons (?:bientôt|vite)|volvemos (?:pronto|enseguida)"
    r"|torniamo (?:presto|subito)|voltamos (?:já|em breve)|we zijn zo terug|vi är strax tillbaka|wracamy wkrótce"
    r"|coming back soon|(?:site|website|service) (?:is )?temporarily (?:unavailable|offline|down))\W*",
    re.IGNORECASE,
)
_HEADING = re.compile(r"<(?:title|h1|h2)\b[^<>]{0,300}>([^<]{1,300})", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"(?<!\s)(?:\s+[|–—·•»:-]+\s+|\s*[|»]\s+)|:\s+")
_ARTICLE = re.compile(
    r"<(?:article|time)\b|content=[\"']article[\"']|article:published_time|\"@type\"\s*:\s*\"\w*Article\"",
    re.IGNORECASE,
)


def is_maintenance_page(body: bytes, encoding: str | None) -> bool:
    """Return whether a body says that its site is down for maintenance, and nothing else.

    Parameters
    ----------
    body : bytes
        As received.
    encoding : str or None
        Its content coding.
    """
    start, is_whole = decode_start(body, encoding, READ_BYTES)
    text = start.decode("utf-8", "replace")
    if not is_whole or not any(map(_speaks_of_it, _HEADING.findall(text))) or _ARTICLE.search(text):
        return False
    page = read_bare_page(text)
    return page.words <= MOST_WORDS and page.links <= MOST_LINKS and any(map(_speaks_of_it, page.headings))


def _speaks_of_it(heading: str) -> bool:
    """Return whether a heading, or the part of it beside the site's name, is of maintenance alone."""
    return any(
        _BACK_SOON.fullmatch(part) is not None
        or (_SAYS_SO.search(part) is not None and len(part.split()) <= MOST_HEADING_WORDS)
        for part in _TITLE_PARTS.split(" ".join(heading.split()))
    )
