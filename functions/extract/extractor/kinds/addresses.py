"""What the address of a page, and the names on its body, say that it is.

Comes in: a page. Goes out: whether it is named as a list, a month of an archive, the results of a search.

Names are hints: sections and tags have the folders of their articles, too. They lower what the page has to show.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from extractor.html import Page
from newsdesk.web import Url

_MOST_NAMES = 20
_MOST_WORDS = 3
"""Of a tag or an author in an address; an article's has its headline there."""
_FILE_ENDING = re.compile(r"\.(?:s?html?|php|aspx?|jsp|xml)$", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(?:page|seite|pagina|p)?[-_]?\d{1,3}", re.IGNORECASE)
_PAGE_WORD = re.compile(r"page|seite|pagina|p", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTH = re.compile(
    r"0?[1-9]|1[0-2]|jan\w*|feb\w*|m(?:ar|ä|ae|ay|ai|a[gij])\w*|a[pbv]r\w*|ju[nl]\w*|gi?ug\w*|lug\w*|a[ugo][ugo]\w*"
    r"|sep\w*|set\w*|o[ck]t\w*|out\w*|ott\w*|nov\w*|de[czs]\w*|dic\w*|ene\w*|gen\w*",
    re.IGNORECASE,
)
_ARCHIVE = re.compile(
    r"posts|blog|articles|portfolios?|(?:our-)?work|projects|projekte|referenzen|events|veranstaltungen|products|shop|team"
    r"|(?:\d{4}[-_]\d\d(?:[-_]\d\d)?[-_])?(?:archi(?:ves?|v|vo|vio|ef|wum)|archivos|all-?posts|sitemap|contents|toc)"
    r"(?:[-_]\d{4}(?:[-_]\d\d)?)?",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"tags?|tagged|hashtags?|topics?|categor(?:y|ies|ia|ias|ie)|kategorien?|authors?|contributors?|archives?|sections?|thema|themen"
    r"|rubri(?:k|ken|ques?)|autoren?|schlagwort(?:e|er)?|stichwort|sujets?|auteurs?|temas?|autor(?:es)?|argoment[io]|issues?"
    r"|label|keywords?|etiquetas?|mots?-cles?",
    re.IGNORECASE,
)
_SEARCH = re.compile(
    r"(?:site-?)?search(?:-?results?)?|such(?:e|en|ergebnis(?:se)?)|recherche|buscar|busqueda|busca|ricerca|cerca|zoeken"
    r"|sok|szukaj|results",
    re.IGNORECASE,
)
_ASKED = frozenset({"q", "s", "query", "search", "keyword", "keywords", "term", "suche", "texto", "text", "buscar"})
_LIST_BODY = frozenset(
    {"archive", "category", "tag", "author", "search", "search-results", "tag-template", "author-template"}
)
_SINGLE_BODY = frozenset({"single", "single-post", "post-template", "page-template"})


def names_of(url: Url | None) -> list[str]:
    """Return the parts of a path, without the ending of a file's name and without the number of a page."""
    path = url.target.partition("?")[0] if url else ""
    names = [name for name in path.split("/") if name][:_MOST_NAMES]
    if names:
        names[-1] = _FILE_ENDING.sub("", names[-1])
    if len(names) > 1 and _PAGE_NUMBER.fullmatch(names[-1]):
        if _PAGE_WORD.fullmatch(names[-2]):
            return names[:-2]
        if not _YEAR.fullmatch(names[-2]):
            return names[:-1] if _PAGE_WORD.match(names[-1]) else names
    return names


def is_called_list(page: Page) -> bool:
    """Return whether a page is called a list: by its address, or by the classes of its body."""
    return names_list(page.url) or _has_body_of_list(page)


def names_list(url: Url | None) -> bool:
    """Return whether an address is that of a list: of a tag, an author, a month, or of what was searched for."""
    names = names_of(url)
    if names_search(url):
        return True
    if not names:
        return False
    if _ARCHIVE.fullmatch(names[-1]) or _LIST.fullmatch(names[-1]):
        return True
    if len(names) < 2:
        return False
    if _YEAR.fullmatch(names[-1]):
        return _ARCHIVE.fullmatch(names[-2]) is not None
    if _YEAR.fullmatch(names[-2]) and _MONTH.fullmatch(names[-1]):
        return True
    is_short = not names[-1].isdigit() and len(re.split(r"[-_+]", names[-1])) <= _MOST_WORDS
    return is_short and _LIST.fullmatch(names[-2]) is not None


def names_search(url: Url | None) -> bool:
    """Return whether an address is that of a search, with or without what was searched for."""
    names = names_of(url)
    if url is None:
        return False
    if names and _SEARCH.fullmatch(names[-1]):
        return True
    query = url.target.partition("?")[2]
    asked = any(name.lower() in _ASKED for name, value in parse_qsl(query, keep_blank_values=True)[:50])
    return asked and (not names or _SEARCH.fullmatch(names[0]) is not None)


def _has_body_of_list(page: Page) -> bool:
    body = page.tree.find("body")
    names = frozenset((body.get("class") or "").lower().split()) if body is not None else frozenset()
    return not names.isdisjoint(_LIST_BODY) and names.isdisjoint(_SINGLE_BODY)
