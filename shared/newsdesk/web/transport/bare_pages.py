"""What little a page says that is there for no reader: where it refreshes to, its headings, how much there is to read.

Comes in: the text of a page. Goes out: what it has of each. Whether a page holds an article is not decided here.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from newsdesk.words import count_unspaced_characters, count_words

MOST_WORDS_COUNTED = 1_000

_HAS_MARKUP = re.compile(r"<[a-z!]", re.IGNORECASE)
_UNREAD = frozenset(
    {"a", "aside", "button", "footer", "form", "header", "iframe", "nav", "script", "select", "style", "template",
     "textarea", "title"}
)  # fmt: skip
"""Elements whose text is nothing to read, or is there to leave the page by."""
_HEADINGS = frozenset({"title", "h1", "h2"})
_LONGEST_HEADING = 500


def read_bare_page(text: str) -> BarePage:
    """Return what a page says; plain text is all to be read."""
    page = BarePage()
    if _HAS_MARKUP.search(text):
        page.feed(text)
        page.close()
    else:
        page.words = weight_of(text)
    return page


def weight_of(text: str) -> int:
    """Return how many words a text has; two characters of a script without spaces are about one."""
    return count_words(text) - count_unspaced_characters(text) // 2


class BarePage(HTMLParser):
    """What a page says.

    Attributes
    ----------
    refreshes : list of str
        The contents of its ``meta`` elements for a refresh.
    base : str or None
        What its URLs are relative to.
    headings : list of str
        Its title and headings.
    words : int
        Of its text beside links and menus.
    links : int
        How many links it has.
    """

    def __init__(self) -> None:
        super().__init__()
        self.refreshes: list[str] = []
        self.base: str | None = None
        self.headings: list[str] = []
        self.words = 0
        self.links = 0
        self._open: dict[str, int] = {}
        self._heading: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a start tag, as :class:`HTMLParser` calls it."""
        if tag in _HEADINGS:
            self._heading = tag
            self.headings.append("")
        if tag in _UNREAD:
            self._open[tag] = self._open.get(tag, 0) + 1
            self.links += tag == "a"
        elif tag == "base" and self.base is None:
            self.base = dict(attrs).get("href")
        elif tag == "meta" and not self._open.get("template"):
            stated = dict(attrs)
            if (stated.get("http-equiv") or "").strip().lower() == "refresh":
                self.refreshes.append(stated.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        """Take in an end tag."""
        if self._open.get(tag):
            self._open[tag] -= 1
        if tag == self._heading:
            self._heading = None

    def handle_data(self, data: str) -> None:
        """Take in text."""
        if self._heading is not None and len(self.headings[-1]) < _LONGEST_HEADING:
            self.headings[-1] += data
        if self.words <= MOST_WORDS_COUNTED and not any(self._open.values()):
            self.words += weight_of(data)
