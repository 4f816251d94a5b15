"""One article under however many names: aliases, duplicates, and workers that find each other at the same time.

Comes in: articles, in a store in memory and in DynamoDB (moto); the same is asked of both. Goes out: assertions.
Changes: moto's memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import aws
from harness.fakes import InMemoryArticleStore, RecordingSender
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.articles import (
    ArticleState,
    ArticleStore,
    Stage,
    begin_target,
    ended,
    find_claimed_original,
    find_original,
    next_run,
    reason_to_keep,
)
from newsdesk.contracts import Outcome, Reason
from newsdesk.errors import ConflictError
from newsdesk.pauses import Pauses
from newsdesk.runtime import Worker
from newsdesk.web import article_id, canonical_url, parse_url
from tests.examples import NOW, TIMEOUTS, at_stage, current_of, id_of, new_state, url_of

HEADLINE = "Bridge reopens"
"""Of every committed article in the examples."""


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArticleStore]:
    """A store: first the fake, then the real one."""
    if request.param == "memory":
        yield InMemoryArticleStore()
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with aws.empty_account():
        aws.create_table()
        client: Any = boto3.client("dynamodb")
        yield DynamoArticleStore(aws.TABLE, client=client)


def put(store: ArticleStore, state: ArticleState) -> ArticleState:
    """Save a state as the first version that the store sees of its article."""
    first = state.model_copy(update={"version": 1})
    store.save(first)
    return first


def in_flight(store: ArticleStore, number: int) -> ArticleState:
    return put(store, at_stage(Stage.EXTRACT, number))


def indexed(store: ArticleStore, number: int, headline: str | None = HEADLINE) -> ArticleState:
    state = at_stage(Stage.REST, number)
    return put(store, state.model_copy(update={"current": current_of(state, headline=headline)}))


def mobile(number: int) -> str:
    """The mobile variant of an article's URL."""
    return url_of(number).replace("https://", "https://m.")


def failed(store: ArticleStore, number: int) -> ArticleState:
    after, _ = ended(at_stage(Stage.EXTRACT, number), Outcome.FAILED, NOW, TIMEOUTS, reason=Reason.NO_ARTICLE)
    return put(store, after)


def end_as_duplicate(store: ArticleStore, state: ArticleState, original: str) -> ArticleState | None:
    """Take the step that a stage takes."""
    worker = Worker(store, RecordingSender(), lambda: NOW, TIMEOUTS, Pauses(tries=3, sleep=lambda _: None))
    return worker.apply_step(state, lambda fresh: ended(fresh, Outcome.DUPLICATE, NOW, TIMEOUTS, duplicate_of=original))


# -------------------------------------------------------------------------------------------- redirects


def test_a_url_that_nobody_has_becomes_an_article_of_its_own(store: ArticleStore) -> None:
    # Given an article that was redirected to a URL that is new, under another spelling
    state = in_flight(store, 0)
    target_url = f"{url_of(1)}?utm_source=x#top"
    assert find_original(store, state, target_url) is None
    assert store.find(id_of(1)) is None, "looking changes nothing"

    # When its target is begun
    target = begin_target(store, state, target_url, NOW, TIMEOUTS)

    # Then it is on its way to be asked itself, and the first article is its duplicate
    assert target is not None
    assert (target.article_id, target.url, target.stage) == (id_of(1), url_of(1), Stage.FETCH)
    assert target.submissions == ()
    assert store.find(id_of(1)) == target
    assert find_original(store, state, target_url) == target.article_id


def test_a_url_that_came_to_nothing_before_is_tried_again(store: ArticleStore) -> None:
    # Given
    state, other = in_flight(store, 0), failed(store, 1)
    # When
    target = begin_target(store, state, url_of(1), NOW, TIMEOUTS)
    # Then
    assert target is not None
    assert (target.article_id, target.run) == (other.article_id, other.run + 1)


def test_of_two_workers_one_begins_a_target(store: ArticleStore) -> None:
    # Given
    first, second = in_flight(store, 0), in_flight(store, 1)
    # When
    target = begin_target(store, first, url_of(2), NOW, TIMEOUTS)
    # Then the other finds it
    assert target is not None
    assert find_original(store, second, url_of(2)) == target.article_id


def test_a_site_that_redirects_forever_makes_no_articles_forever(store: ArticleStore) -> None:
    # Given an article that a redirect led to, and one that nobody waits for
    first = in_flight(store, 0)
    target = begin_target(store, first, url_of(1), NOW, TIMEOUTS)
    assert target is not None
    revisited = first.model_copy(update={"submissions": ()})
    # When they are redirected on, Then nothing more is begun
    assert begin_target(store, target, url_of(2), NOW, TIMEOUTS) is None
    assert begin_target(store, revisited, url_of(2), NOW, TIMEOUTS) is None
    assert store.find(id_of(2)) is None


def test_an_indexed_article_that_has_moved_begins_its_target_and_a_target_does_not(store: ArticleStore) -> None:
    # Given two indexed articles that nobody waits for, one of which a redirect led to
    state, target = indexed(store, 0), indexed(store, 1).model_copy(update={"discovery": "redirect"})
    # When their URLs lead elsewhere for good, Then the one that was submitted once begins an article there
    begun = begin_target(store, state, url_of(2), NOW, TIMEOUTS, has_moved=True)
    assert begun is not None
    assert begun.url == url_of(2)
    assert begin_target(store, target, url_of(3), NOW, TIMEOUTS, has_moved=True) is None


def test_what_looks_like_an_indexed_articles_page_is_its_page(store: ArticleStore) -> None:
    # Given an indexed article whose page was found under another URL, and another known as its duplicate
    state = indexed(store, 0)
    assert state.current is not None
    state = state.model_copy(update={"current": state.current.model_copy(update={"page_url": url_of(5)})})
    other = in_flight(store, 1)
    assert end_as_duplicate(store, other, state.article_id) is not None

    # When a visit ends there, or at its own URL in another form, Then that is its page
    insecure = url_of(0).replace("https:", "http:")
    for same in (f"{url_of(0)}?utm_source=x", insecure, mobile(0), f"{url_of(0)}/", url_of(5), url_of(1)):
        assert reason_to_keep(store, state, same) is None, same

    # When it ends anywhere else, Then it is not
    assert reason_to_keep(store, state, url_of(2)) is Reason.REDIRECTED
    assert reason_to_keep(store, state, f"{url_of(0)}?id=7") is Reason.REDIRECTED
    assert reason_to_keep(store, state, "https://news.example/") is Reason.FRONT_PAGE
    assert reason_to_keep(store, state, "https://other.example/?utm_source=x") is Reason.FRONT_PAGE


def test_of_an_article_that_was_never_indexed_any_page_but_a_front_page_is_judged(store: ArticleStore) -> None:
    state = in_flight(store, 0)
    for front in ("", "?utm_source=x", "index.php", "de/", "en-GB", "home"):
        assert reason_to_keep(store, state, f"https://news.example/{front}") is Reason.FRONT_PAGE, front
    for page in ("?p=1", "de/a", "news", "home-of-the-brave"):
        assert reason_to_keep(store, state, f"https://news.example/{page}") is None, page
    assert reason_to_keep(store, state, url_of(1)) is None


def test_what_is_known_as_this_articles_duplicate_is_not_begun(store: ArticleStore) -> None:
    # Given an article that turned out to be this one
    state, other = in_flight(store, 0), in_flight(store, 1)
    assert end_as_duplicate(store, other, state.article_id) is not None
    # When / Then
    assert find_original(store, state, url_of(1)) is None
    assert begin_target(store, state, url_of(1), NOW, TIMEOUTS) is None


def test_the_articles_own_url_is_no_alias(store: ArticleStore) -> None:
    state = in_flight(store, 0)
    assert find_original(store, state, f"{url_of(0)}?fbclid=x") is None
    assert store.find(id_of(0)) == state


def test_a_front_page_is_nobodys_other_name(store: ArticleStore) -> None:
    state = in_flight(store, 0)
    assert find_original(store, state, "https://news.example/?utm_source=x") is None
    assert begin_target(store, state, "https://news.example/?utm_source=x", NOW, TIMEOUTS) is None
    assert store.find(article_id("https://news.example/")) is None


def test_a_redirect_to_an_article_in_flight_or_committed_finds_it(store: ArticleStore) -> None:
    state, other, third = in_flight(store, 0), in_flight(store, 1), indexed(store, 2)
    assert find_original(store, state, url_of(1)) == other.article_id
    assert find_original(store, state, url_of(2)) == third.article_id


def test_a_redirect_to_what_came_to_nothing_finds_nothing(store: ArticleStore) -> None:
    state = in_flight(store, 0)
    failed(store, 1)
    assert find_original(store, state, url_of(1)) is None


def test_a_redirect_to_what_was_taken_back_finds_the_tombstone(store: ArticleStore) -> None:
    state = in_flight(store, 0)
    put(store, at_stage(Stage.REST, 1).model_copy(update={"current": None, "last_outcome": "removed"}))
    assert find_original(store, state, url_of(1)) == id_of(1)


def test_a_redirect_to_another_name_finds_the_article(store: ArticleStore) -> None:
    state, other = in_flight(store, 0), in_flight(store, 1)
    assert store.add_alias(id_of(2), other.article_id)
    assert find_original(store, state, url_of(2)) == other.article_id


def test_a_page_in_an_amp_cache_is_the_article(store: ArticleStore) -> None:
    state, other = in_flight(store, 0), in_flight(store, 1)
    cached = f"https://www.google.com/amp/s/{url_of(1).removeprefix('https://')}"
    assert find_original(store, state, cached) == other.article_id


# --------------------------------------------------------------------------------------- chains and races


def test_no_alias_leads_to_an_alias(store: ArticleStore) -> None:
    # Given an id that leads to an article
    state = in_flight(store, 0)
    assert store.add_alias(id_of(1), state.article_id)

    # When another is to lead to that id, or to nothing, Then it does not
    assert not store.add_alias(id_of(2), id_of(1))
    assert not store.add_alias(id_of(3), id_of(9))
    assert store.find(id_of(2)) is None
    assert store.find(id_of(3)) is None


def test_a_duplicate_of_a_duplicate_is_one_of_the_original(store: ArticleStore) -> None:
    # Given three articles, the second of which turned out to be the third
    first, second, third = in_flight(store, 0), in_flight(store, 1), indexed(store, 2)
    assert end_as_duplicate(store, second, third.article_id) is not None

    # When the first leads to the second, Then it is the third's, and may end so
    original = find_original(store, first, url_of(1))
    assert original == third.article_id
    assert end_as_duplicate(store, first, third.article_id) is not None


def test_nothing_ends_as_a_duplicate_of_what_is_none_itself(store: ArticleStore) -> None:
    # Given two articles that point at each other, and workers that both looked while the other was in flight
    first, second = in_flight(store, 0), in_flight(store, 1)
    assert find_original(store, first, url_of(1)) == second.article_id
    assert find_original(store, second, url_of(0)) == first.article_id

    # When both end as the other's duplicate
    assert end_as_duplicate(store, first, second.article_id) is not None
    with pytest.raises(ConflictError):
        end_as_duplicate(store, second, first.article_id)

    # Then the second is still at work, and learns on its next delivery that it is the original
    assert store.get(second.article_id) == second
    assert find_original(store, second, url_of(0)) is None


def test_a_duplicate_of_an_article_that_is_not_there_is_refused(store: ArticleStore) -> None:
    state = in_flight(store, 0)
    with pytest.raises(ConflictError):
        end_as_duplicate(store, state, id_of(9))
    assert store.get(state.article_id) == state


def test_two_articles_that_claim_one_url_share_it(store: ArticleStore) -> None:
    # Given two articles whose pages name one URL that is new, and the first to say so
    first, second = indexed(store, 0), in_flight(store, 1)
    assert find_claimed_original(store, first, mobile(0), HEADLINE) is None

    # When the second says so, Then it is the first's duplicate
    assert find_claimed_original(store, second, mobile(0), HEADLINE) == first.article_id


class OvertakenStore(InMemoryArticleStore):
    """A store in which another worker is always a moment quicker to give a URL away."""

    rival = ""

    def add_alias(self, alias_id: str, article_id: str) -> bool:
        self.aliases.setdefault(alias_id, self.rival)
        return super().add_alias(alias_id, article_id)


def test_an_alias_that_another_worker_makes_in_between_is_found() -> None:
    # Given a URL that is new when a worker looks, and another's when it takes it
    store = OvertakenStore()
    first, second = indexed(store, 0), in_flight(store, 1)
    store.rival = first.article_id

    # When its page names that URL, Then it finds the other
    assert find_claimed_original(store, second, mobile(1), HEADLINE) == first.article_id


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 8), st.booleans(), st.sampled_from(["look", "end", "again"])),
        max_size=40,
    )
)
def test_whatever_leads_wherever_every_url_ends_at_one_article(steps: list[tuple[int, int, bool, str]]) -> None:
    # Given six articles, and workers that look and end in any order, with what they saw before
    store = InMemoryArticleStore()
    for number in range(6):
        in_flight(store, number)
    seen: dict[int, tuple[ArticleState, str]] = {}

    for number, target, claims, action in steps:
        state = store.states[id_of(number)]
        if action == "again" and state.stage is Stage.REST:
            store.save(next_run(state, NOW, TIMEOUTS))
        elif action == "look" and state.stage is not Stage.REST:
            finder = find_claimed_original(store, state, url_of(target), None) if claims else None
            original = finder if claims else find_original(store, state, url_of(target))
            if original is not None:
                seen[number] = (state, original)
        elif action == "end" and number in seen:
            try:
                end_as_duplicate(store, *seen.pop(number))
            except ConflictError:
                continue

    # Then no chain of duplicates is a ring, and every alias leads to an article
    for number in range(6):
        visited, state = set(), store.states[id_of(number)]
        while state.duplicate_of is not None:
            assert state.article_id not in visited
            visited.add(state.article_id)
            state = store.states[state.duplicate_of]
    assert all(target in store.states and alias not in store.states for alias, target in store.aliases.items())


# ------------------------------------------------------------------------------------- canonical links


def test_a_page_that_names_a_known_article_is_its_duplicate(store: ArticleStore) -> None:
    # Given a committed article, and one in flight that nobody has read yet
    state = in_flight(store, 0)
    indexed(store, 1)
    in_flight(store, 2)

    # When a page names their very URLs, Then it is theirs: by its headline, or without one
    assert find_claimed_original(store, state, url_of(1), f"{HEADLINE} - The News") == id_of(1)
    assert find_claimed_original(store, state, url_of(1), None) == id_of(1)
    assert find_claimed_original(store, state, url_of(2), HEADLINE) == id_of(2)


def test_a_page_that_names_a_new_url_gives_it_to_its_article(store: ArticleStore) -> None:
    state = in_flight(store, 0)
    for variant in (mobile(0), f"{url_of(0)}/amp", f"{url_of(0)}/"):
        assert find_claimed_original(store, state, variant, HEADLINE) is None
        assert store.find(article_id(variant)) == state


def test_a_page_cannot_take_another_pages_url_that_nobody_has_yet(store: ArticleStore) -> None:
    # Given a page that calls another's URL its own: on its host, on a neighbour's of the same site, by its query alone
    state = in_flight(store, 0)
    neighbour = url_of(1).replace("news.example", "victim.news.example")
    for stolen in (url_of(1), neighbour, f"{url_of(0)}?id=7", f"{mobile(0)}?id=7"):
        # When it is heard, Then the URL is still free to become an article of its own
        assert find_claimed_original(store, state, stolen, HEADLINE) is None
        assert store.find(article_id(stolen)) is None


def test_a_canonical_link_to_another_story_is_not_believed(store: ArticleStore) -> None:
    # Given a template that names the same article on every page
    state = in_flight(store, 0)
    indexed(store, 1)

    # When a page of it has another headline, Then it is an article of its own
    assert find_claimed_original(store, state, url_of(1), "Rovers win in the last minute") is None


def test_a_template_that_names_one_new_url_everywhere_loses_no_article(store: ArticleStore) -> None:
    # Given ten pages in work at once, all of which name a URL that is no article
    states = [in_flight(store, number) for number in range(10)]

    # When they are read one after the other, Then none is another's duplicate
    assert [find_claimed_original(store, state, url_of(99), f"Story {state.url}") for state in states] == [None] * 10


def test_an_alias_reached_by_a_canonical_link_needs_the_same_headline(store: ArticleStore) -> None:
    # Given a committed article that once named another URL
    state, other = in_flight(store, 0), indexed(store, 1)
    assert store.add_alias(id_of(2), other.article_id)

    # When a page names that URL too
    assert find_claimed_original(store, state, url_of(2), HEADLINE) == other.article_id
    assert find_claimed_original(store, state, url_of(2), "Rovers win in the last minute") is None
    assert find_claimed_original(store, state, url_of(2), None) is None


def test_an_article_is_named_by_its_own_url() -> None:
    state = new_state()
    assert article_id(canonical_url(parse_url(state.url))) == state.article_id


@pytest.mark.parametrize("is_known", [False, True])
def test_where_bulk_is_redirected_to_is_bulk(store: ArticleStore, is_known: bool) -> None:
    state = in_flight(store, 0).model_copy(update={"priority": "bulk"})
    if is_known:
        failed(store, 1)
    target = begin_target(store, state, url_of(1), NOW, TIMEOUTS)
    assert target is not None
    assert (target.priority, target.waiting) == ("bulk", None)
