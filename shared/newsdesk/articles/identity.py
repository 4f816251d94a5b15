"""Which article a URL turned out to be: the one place that finds duplicates, begins targets and makes aliases.

Comes in: an article in work, and a URL that it led to. Goes out: the id of the article that it is a duplicate of, if
any. Changes: begins the run of a redirect's unknown target; makes a canonical link's URL an alias.

A redirect is the server's word, but only of where its own URL leads: the target is an article of its own, and is asked
itself. Were it an alias of the URL that redirected to it, any site could take the URL of any other; were it taken for
the article on a later visit, a front page or a log-in page would take the place of what was indexed. A canonical link
is the page's word, and is heard on the same site alone; templates get it wrong, so it is believed only of a page that
looks like the same article.

Two promises of the store keep this sound with any number of workers (:class:`newsdesk.ports.ArticleStore`): an id is an
article or an alias, never both, and an alias leads to an article, never to an alias; and an article can end as a
duplicate only of one that is none itself, so that of two that point at each other one stays.
"""

from __future__ import annotations

import re
from datetime import datetime

from newsdesk.articles.lifecycle import Timeouts, first_run, next_run
from newsdesk.articles.ports import ArticleStore
from newsdesk.articles.state import ArticleState, Stage
from newsdesk.contracts import Outcome, Reason
from newsdesk.web import Url, article_id, canonical_url, is_front_page, parse_url
from newsdesk.words import words

_DISCOVERY = "redirect"

_VARIANT_HOST = re.compile(r"^(?:(?:www|m|mobile|amp)\.)+")
_VARIANT_PATH = re.compile(r"(?:/amp|\.amp)(?=$|\.html?$)|^/amp(?=/)")

_LONGEST_CHAIN = 8
"""Duplicates of duplicates that are followed; a site that renames its pages more often loses nothing but a match."""

_SHARED_WORDS = 0.6
"""The share of the shorter headline's words that the longer one must have: variants add the site's name or a kicker."""


def find_original(store: ArticleStore, state: ArticleState, redirected_to: str) -> str | None:
    """Return the other article that a redirect led to; None when this is the article, or no other is known.

    Parameters
    ----------
    redirected_to : str
        The URL that answered in the end.
    """
    page = _elsewhere(state, redirected_to)
    other = _end_of_chain(store, store.find(article_id(page.href))) if page is not None else None
    if other is None or other.article_id == state.article_id or not _stands(other):
        return None
    return other.article_id


def reason_to_keep(store: ArticleStore, state: ArticleState, redirected_to: str) -> Reason | None:
    """Return why what answered is not the page of an article; None when it may be.

    A front page never is: sites send there whatever they do not have. Any other page is judged as the page of an
    article that was not indexed before. It is the page of one that was when its URL is the article's, by the URL, its
    look or what is known of it, or when it is where the current revision was found.

    Returns
    -------
    Reason or None
        ``front_page`` or ``redirected``.
    """
    page = parse_url(canonical_url(parse_url(redirected_to)))
    if article_id(page.href) == state.article_id or _are_variants(parse_url(state.url), page):
        return None
    if state.current is not None and page.href == state.current.page_url:
        return None
    if is_front_page(page):
        return Reason.FRONT_PAGE
    if state.latest_revision is None:
        return None
    last = _end_of_chain(store, store.find(article_id(page.href)))
    is_ours = last is not None and last.article_id == state.article_id
    return None if state.current is None or is_ours else Reason.REDIRECTED


def begin_target(
    store: ArticleStore,
    state: ArticleState,
    redirected_to: str,
    now: datetime,
    timeouts: Timeouts,
    *,
    has_moved: bool = False,
) -> ArticleState | None:
    """Begin the run of an article that a redirect led to and that :func:`find_original` did not find.

    Only a submitted URL begins a target, or one that has moved, and a target begins none: a site that redirects to
    another URL each time would make articles without end, one a visit or one after the other.

    Parameters
    ----------
    has_moved : bool
        The article was indexed before, and its server says that its page has moved permanently.

    Returns
    -------
    ArticleState or None
        The target on its way to fetch; its message is the caller's to send. None when the target is this article, or
        is not to be begun.

    Raises
    ------
    ConflictError
        Another worker began it in the meantime; the message is to be delivered again, and will find it.
    """
    page = _elsewhere(state, redirected_to)
    if page is None or not (state.submissions or has_moved) or state.discovery == _DISCOVERY:
        return None
    identifier = article_id(page.href)
    known = store.find(identifier)
    last = _end_of_chain(store, known)
    if last is not None and last.article_id == state.article_id:
        return None
    if known is None:
        begun = first_run(
            identifier,
            page.href,
            page.host,
            page.href,
            now,
            timeouts,
            correlation_id=state.correlation_id,
            discovery=_DISCOVERY,
            priority=state.priority,
        )
    elif last is None:
        return None
    else:
        begun = next_run(last, now, timeouts, correlation_id=state.correlation_id, priority=state.priority)
    store.save(begun)
    return begun


def find_claimed_original(store: ArticleStore, state: ArticleState, claimed: str, headline: str | None) -> str | None:
    """Return the other article that a page says it is; None when this is the article, or becomes it.

    A template's mistake may give all pages of a site the same canonical link. So an article with another headline is
    none that this could be a duplicate of; nor is one whose headline is not known yet, unless the link names its very
    URL.

    Parameters
    ----------
    claimed : str
        The page's canonical link, trusted by :mod:`extractor.html.canonical`.
    headline : str or None
        This page's.
    """

    def is_same(other: ArticleState, by_its_own_url: bool) -> bool:
        theirs = other.current.headline if other.current is not None else None
        if headline is None or theirs is None:
            return by_its_own_url
        return _are_alike(headline, theirs)

    page = _elsewhere(state, claimed)
    if page is None:
        return None
    identifier = article_id(page.href)
    found = store.find(identifier)
    if found is None:
        if not _are_variants(parse_url(state.url), page) or store.add_alias(identifier, state.article_id):
            return None
        found = store.find(identifier)  # another worker gave the URL away in the meantime
    other = _end_of_chain(store, found)
    if other is None or other.article_id == state.article_id or not _stands(other):
        return None
    return other.article_id if is_same(other, other.article_id == identifier) else None


def is_same_page(url: str, other: str) -> bool:
    """Return whether two URLs are one page by their look: one canonical URL, or a host's mobile or AMP twin."""
    page, answer = (parse_url(canonical_url(parse_url(text))) for text in (url, other))
    are_on_one_port = page.port == answer.port or {page.port, answer.port} == {80, 443}
    return page.href == answer.href or (are_on_one_port and _are_variants(page, answer))


def _are_variants(url: Url, other: Url) -> bool:
    """Return whether two URLs are one page by their look: the same path and query on a host and its mobile or AMP twin.

    Whatever else a page calls its canonical URL is not given away to it before that URL was asked itself: pages of one
    site may have many authors, and templates err.
    """

    def look(page: Url) -> tuple[str, str, str]:
        path, _, query = page.target.partition("?")
        return _VARIANT_HOST.sub("", page.host), _VARIANT_PATH.sub("", path.rstrip("/")), query

    return look(url) == look(other)


def _elsewhere(state: ArticleState, url: str) -> Url | None:
    """Return the page that a URL names, unless it is the article's own.

    Some sites send dead URLs to their front page; that does not make the front page this article.
    """
    page = parse_url(canonical_url(parse_url(url)))
    return None if article_id(page.href) == state.article_id or is_front_page(page) else page


def _end_of_chain(store: ArticleStore, state: ArticleState | None) -> ArticleState | None:
    """Follow duplicates to the article that they are duplicates of."""
    for _ in range(_LONGEST_CHAIN):
        if state is None or state.stage is not Stage.REST or state.duplicate_of is None:
            return state
        state = store.get(state.duplicate_of)
    return None


def _stands(state: ArticleState) -> bool:
    """Return whether there is something to be a duplicate of: a text, a tombstone, or a run that may bring one."""
    is_removed = state.tombstone is not None or state.last_outcome == Outcome.REMOVED
    return state.current is not None or state.stage is not Stage.REST or is_removed


def _are_alike(headline: str, other: str) -> bool:
    ours, theirs = set(words(headline.casefold())), set(words(other.casefold()))
    shorter = min(len(ours), len(theirs))
    return shorter > 0 and len(ours & theirs) >= _SHARED_WORDS * shorter
