"""Which article a URL turned out to be: the one place that makes aliases and finds duplicates.

Comes in: an article in work, and a URL that it led to. Goes out: the id of the article that it is a duplicate of, if
any. Changes: makes the URL an alias of the article when nobody has it.

A redirect is the server's word and is believed. A canonical link is the page's word, which templates get wrong: it is
believed only of a page that looks like the same article.

Two promises of the store keep this sound with any number of workers (:class:`newsdesk.ports.ArticleStore`): an id is an
article or an alias, never both, and an alias leads to an article, never to an alias; and an article can end as a
duplicate only of one that is none itself, so that of two that point at each other one stays.
"""

from __future__ import annotations

from collections.abc import Callable

from newsdesk.outcomes import Outcome
from newsdesk.ports import ArticleStore
from newsdesk.state import ArticleState, Stage
from newsdesk.urls import article_id, canonical_url, parse_url
from newsdesk.words import words

_LONGEST_CHAIN = 8
"""Duplicates of duplicates that are followed; a site that renames its pages more often loses nothing but a match."""

_SHARED_WORDS = 0.6
"""Of the shorter headline's words, those that the longer one must have: variants add the site's name or a kicker."""


def find_original(store: ArticleStore, state: ArticleState, redirected_to: str) -> str | None:
    """Return the other article that a redirect led to; None when this is the article, or becomes it.

    Parameters
    ----------
    redirected_to : str
        The URL that answered in the end. When no article has it, it becomes an alias of this one.
    """
    return _find(store, state, redirected_to, lambda _other, _by_its_own_url: True)


def find_claimed_original(store: ArticleStore, state: ArticleState, claimed: str, headline: str | None) -> str | None:
    """Return the other article that a page says it is; None when this is the article, or becomes it.

    A template's mistake may give all pages of a site the same canonical link. So an article with another headline is
    none that this could be a duplicate of; nor is one whose headline nobody knows yet, unless the link names its very
    URL.

    Parameters
    ----------
    claimed : str
        The page's canonical link, trusted by :mod:`extractor.canonical`.
    headline : str or None
        This page's.
    """

    def is_same(other: ArticleState, by_its_own_url: bool) -> bool:
        theirs = other.current.headline if other.current is not None else None
        if headline is None or theirs is None:
            return by_its_own_url
        return _are_alike(headline, theirs)

    return _find(store, state, claimed, is_same)


def _find(
    store: ArticleStore, state: ArticleState, url: str, is_same: Callable[[ArticleState, bool], bool]
) -> str | None:
    page = parse_url(canonical_url(parse_url(url)))
    identifier = article_id(page.href)
    # Some sites send dead URLs to their front page; that does not make the front page this article's other name.
    if identifier == state.article_id or page.target == "/":
        return None
    found = store.find(identifier)
    if found is None:
        if store.add_alias(identifier, state.article_id):
            return None
        found = store.find(identifier)  # another worker gave the URL away in the meantime
    other = _end_of_chain(store, found)
    if other is None or other.article_id == state.article_id or not _stands(other):
        return None
    return other.article_id if is_same(other, other.article_id == identifier) else None


def _end_of_chain(store: ArticleStore, state: ArticleState | None) -> ArticleState | None:
    """Follow duplicates to the article that they are duplicates of."""
    for _ in range(_LONGEST_CHAIN):
        if state is None or state.stage is not Stage.REST or state.duplicate_of is None:
            return state
        state = store.get(state.duplicate_of)
    return None


def _stands(state: ArticleState) -> bool:
    """Say whether there is something to be a duplicate of: a text, a tombstone, or a run that may bring one."""
    is_removed = state.tombstone is not None or state.last_outcome == Outcome.REMOVED
    return state.current is not None or state.stage is not Stage.REST or is_removed


def _are_alike(headline: str, other: str) -> bool:
    ours, theirs = set(words(headline.casefold())), set(words(other.casefold()))
    shorter = min(len(ours), len(theirs))
    return shorter > 0 and len(ours & theirs) >= _SHARED_WORDS * shorter
