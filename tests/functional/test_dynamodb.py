"""The table's promises, kept alike by DynamoDB (moto) and by the fake that stage tests rely on.

Comes in: the table as the template defines it. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from harness import aws
from harness.fakes import InMemoryArticleStore, RecordingSender
from harness.metering import item_bytes
from newsdesk.adapters.dynamodb import DAY_SHARDS, DUE_SHARDS, DynamoArticleStore, read_inserted
from newsdesk.articles import (
    ArticleState,
    ArticleStore,
    ListingPage,
    Neighbour,
    OutcomeRecord,
    RevisionRecord,
    Stage,
    Standing,
    SubmissionRecord,
    ended,
    message_for,
    put_off,
    released,
    with_submission,
)
from newsdesk.articles.lifecycle import extracted
from newsdesk.articles.state import Validators
from newsdesk.clock import to_text
from newsdesk.contracts import Outcome
from newsdesk.errors import AlreadyRecordedError, ConflictError, ThrottledError
from newsdesk.pauses import Pauses
from newsdesk.runtime import Worker
from newsdesk.sources import Flaw
from tests.examples import (
    CONTENT_HASH,
    NOW,
    TIMEOUTS,
    at_stage,
    current_of,
    full_state,
    id_of,
    new_state,
    outcome_of,
    rejection_of,
    revision_of,
    submission_of,
)
from tests.raw_events import raw_event


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> ArticleStore:
    """A store: first the fake, then the real one; the same is asked of both."""
    if request.param == "memory":
        return InMemoryArticleStore()
    return DynamoArticleStore(request.getfixturevalue("table"))


@pytest.fixture
def dynamodb(table: str) -> DynamoArticleStore:
    """The real store."""
    return DynamoArticleStore(table, retention_days=90, clock=lambda: NOW)


def listed(number: int, host: str = "news.example", **current: Any) -> ArticleState:
    """Return a new article that is listed under its current revision."""
    state = new_state(number, host)
    return state.model_copy(update={"current": current_of(state, **current)})


def all_pages(list_page: Any) -> Iterator[ListingPage]:
    """Follow the cursor to its end."""
    cursor = None
    while True:
        page = list_page(cursor)
        yield page
        cursor = page.cursor
        if cursor is None:
            return


# ------------------------------------------------------------------------------------------- states


def test_an_article_is_read_back_as_it_was_saved(store: ArticleStore) -> None:
    # Given a state in which every attribute has a value
    state = full_state()
    assert None not in state.model_dump().values()

    # When it is saved
    store.save(state)

    # Then it comes back equal, nested parts included
    assert store.get(state.article_id) == state
    assert store.find(state.article_id) == state


def test_an_article_that_nobody_saved_is_not_there(store: ArticleStore) -> None:
    assert store.get(id_of()) is None
    assert store.find(id_of()) is None
    assert store.submission("nobody") is None
    assert store.outcome(id_of(), 1) is None
    assert store.revision(id_of(), 1) is None


def test_a_step_from_the_stored_version_is_written(store: ArticleStore) -> None:
    # Given a saved article
    state = new_state()
    store.save(state)

    # When its next version is saved, without and with a record
    second = with_submission(state, "second")
    store.save(second)
    third = with_submission(second, "third")
    store.save(third, submission_of(third, "third"))

    # Then the last one stands
    assert store.get(state.article_id) == third
    assert third.submissions == ("submission-0", "second", "third")


@pytest.mark.parametrize("with_record", [False, True])
@pytest.mark.parametrize("version", [2, 4, 9])
def test_a_step_from_another_version_loses(store: ArticleStore, version: int, with_record: bool) -> None:
    # Given an article at version 2
    state = new_state()
    store.save(state)
    second = with_submission(state, "second")
    store.save(second)

    # When a worker that knew another version saves
    late = new_state(version=version, submissions=("late",))
    records = (submission_of(late, "late"),) if with_record else ()
    with pytest.raises(ConflictError):
        store.save(late, *records)

    # Then nothing of it is there
    assert store.get(state.article_id) == second
    assert store.submission("late") is None


def test_a_step_of_an_article_that_is_not_there_loses(store: ArticleStore) -> None:
    with pytest.raises(ConflictError):
        store.save(new_state(version=2))
    with pytest.raises(ConflictError):
        store.save(new_state(version=2), submission_of(new_state()))
    assert store.get(id_of()) is None


def test_an_article_is_new_once(store: ArticleStore) -> None:
    # Given a saved article
    store.save(new_state(), submission_of(new_state(), "first"))

    # When another worker finds it new, too
    with pytest.raises(ConflictError):
        store.save(new_state(requested_url="https://elsewhere"), submission_of(new_state(), "second"))

    # Then the first one stands and the second submission is not recorded
    assert store.get(id_of()) == new_state()
    assert store.submission("second") is None


def test_an_alias_keeps_a_new_article_out(store: ArticleStore) -> None:
    # Given an id that leads to another article
    store.save(new_state(1))
    assert store.add_alias(id_of(0), id_of(1))

    # When an article of that id is found new
    with pytest.raises(ConflictError):
        store.save(new_state(0), submission_of(new_state(0)))

    # Then it is not there, and the id still leads on
    assert store.get(id_of(0)) is None
    assert store.find(id_of(0)) == new_state(1)
    assert store.submission("submission-0") is None


def test_a_record_is_written_once(store: ArticleStore) -> None:
    # Given a saved article and the record of its submission
    state = new_state()
    store.save(state, submission_of(state, "the-same"))

    # When the same submission arrives again
    again = with_submission(state, "the-same")
    with pytest.raises(AlreadyRecordedError):
        store.save(again, submission_of(again, "the-same", correlation_id="another"))

    # Then neither the article nor the record has changed
    assert store.get(state.article_id) == state
    assert store.submission("the-same") == submission_of(state, "the-same")


def test_a_new_article_with_a_submission_taken_elsewhere_is_not_written(store: ArticleStore) -> None:
    # Given a submission that was recorded for one article
    store.save(new_state(0), submission_of(new_state(0), "the-same"))

    # When a new article comes with the same submission
    with pytest.raises(AlreadyRecordedError):
        store.save(new_state(1), submission_of(new_state(1), "the-same"))

    # Then the article is not there
    assert store.get(id_of(1)) is None


def test_a_step_and_its_records_are_written_all_or_nothing(store: ArticleStore) -> None:
    # Given an article whose outcome is recorded but whose revision is not
    state = at_stage(Stage.INDEX)
    store.save(state.model_copy(update={"version": 1}), outcome_of(state))

    # When a step brings both
    after = state.model_copy(update={"version": 2, "stage": Stage.REST})
    with pytest.raises(AlreadyRecordedError):
        store.save(after, revision_of(state), outcome_of(state))

    # Then the revision is not there either, and the article stands where it stood
    assert store.revision(state.article_id, 1) is None
    stored = store.get(state.article_id)
    assert stored is not None
    assert stored.stage is Stage.INDEX


def test_a_lost_race_counts_before_a_repetition(store: ArticleStore) -> None:
    # Given a step that was taken
    state = at_stage(Stage.INDEX).model_copy(update={"version": 1})
    store.save(state)
    after = state.model_copy(update={"version": 2, "stage": Stage.REST})
    store.save(after, revision_of(state), outcome_of(state))

    # When a second worker takes the same step, Then it learns that it lost the race
    with pytest.raises(ConflictError):
        store.save(after, revision_of(state), outcome_of(state))


def test_records_are_read_back_as_they_were_written(store: ArticleStore) -> None:
    # Given a step with all three kinds of records, every attribute set
    state = new_state()
    submission = submission_of(state, outcome="rejected:invalid_url", detail="“ß”")
    outcome = outcome_of(state, duplicate_of=id_of(1), detail="“ß”", flaws=(Flaw.NO_DATE,))
    revision = revision_of(
        state,
        2,
        duplicate_of=id_of(1),
        merged_clusters=(id_of(2),),
        reason="gone",
        is_erased=True,
        countries=("GB",),
        topics=("medtop:04000000",),
    )
    assert all(None not in record.model_dump().values() for record in (submission, outcome, revision))

    # When it is saved
    store.save(state, submission, outcome, revision)

    # Then each can be read by its own name
    assert store.submission(submission.submission_id) == submission
    assert store.outcome(state.article_id, 1) == outcome
    assert store.revision(state.article_id, 2) == revision
    assert store.outcome(state.article_id, 2) is None
    assert store.revision(state.article_id, 1) is None


def test_a_refusal_is_recorded_once(store: ArticleStore) -> None:
    # Given a refused submission
    store.reject(rejection_of("refused"))

    # When it is refused again for another reason
    store.reject(rejection_of("refused", outcome="rejected:url_too_long"))

    # Then the first one stands
    assert store.submission("refused") == rejection_of("refused")


# ------------------------------------------------------------------------------------------ aliases


def test_an_alias_leads_to_the_article_and_is_none_itself(store: ArticleStore) -> None:
    # Given an article
    store.save(new_state(1))

    # When another id is made to lead there, twice
    assert store.add_alias(id_of(0), id_of(1))
    assert store.add_alias(id_of(0), id_of(1))

    # Then it is found by either, and read by its own only
    assert store.find(id_of(0)) == store.find(id_of(1)) == new_state(1)
    assert store.get(id_of(0)) is None


def test_an_article_never_becomes_an_alias(store: ArticleStore) -> None:
    # Given two articles
    store.save(new_state(0))
    store.save(new_state(1))

    # When one is to lead to the other, Then it stays an article
    assert not store.add_alias(id_of(0), id_of(1))
    assert store.find(id_of(0)) == new_state(0)


def test_the_first_alias_wins(store: ArticleStore) -> None:
    # Given two articles and an id that leads to the first
    store.save(new_state(1))
    store.save(new_state(2))
    assert store.add_alias(id_of(0), id_of(1))

    # When it is to lead to the second, Then it does not
    assert not store.add_alias(id_of(0), id_of(2))
    assert store.find(id_of(0)) == new_state(1)


def test_an_id_becomes_an_alias_or_an_article_but_never_both(table: str) -> None:
    # Given an article and ten ids that two workers fight over: one makes an alias, one makes an article
    client: Any = boto3.client("dynamodb")
    store = DynamoArticleStore(table, client=client)
    store.save(new_state(99))

    def make_article(number: int) -> bool:
        try:
            store.save(new_state(number), submission_of(new_state(number), f"race-{number}"))
        except ConflictError:
            return False
        return True

    # When they do so at the same time
    for number in range(10):
        with ThreadPoolExecutor(2) as workers:
            alias = workers.submit(store.add_alias, id_of(number), id_of(99))
            article = workers.submit(make_article, number)

        # Then exactly one of them gets it
        assert alias.result() is not article.result()
        assert (store.get(id_of(number)) is not None) is article.result()
        assert (store.submission(f"race-{number}") is not None) is article.result()


def test_of_many_workers_that_take_one_step_one_gets_through(table: str) -> None:
    # Given an article and a dozen workers that know its version
    client: Any = boto3.client("dynamodb")
    store = DynamoArticleStore(table, client=client)
    store.save(new_state())

    def join(number: int) -> bool:
        after = with_submission(new_state(), f"late-{number}")
        try:
            store.save(after, submission_of(after, f"late-{number}"))
        except ConflictError:
            return False
        return True

    # When all take a step from it
    with ThreadPoolExecutor(12) as workers:
        won = list(workers.map(join, range(12)))

    # Then one has, and the record that is there is the winner's
    assert won.count(True) == 1
    recorded = [store.submission(f"late-{number}") is not None for number in range(12)]
    assert recorded == won


# --------------------------------------------------------------------------------------- what is due


def in_shard(shard: int, count: int) -> list[int]:
    """Return numbers of articles whose due times share a shard."""
    shard_of = InMemoryArticleStore().shard_of
    return [number for number in range(1000) if shard_of(id_of(number)) == shard][:count]


def test_what_is_due_comes_longest_overdue_first(store: ArticleStore) -> None:
    # Given articles of one shard that fall due one after the other, saved in another order
    now = int(NOW.timestamp())
    numbers = in_shard(3, 5)
    due_at = {number: now - 100 + 10 * position for position, number in enumerate(numbers)}
    for number in random.Random(1).sample(numbers, len(numbers)):
        store.save(new_state(number, due_at=due_at[number]))

    # When the shard is asked, Then the longest overdue come first, up to the limit
    assert list(store.due(3, NOW, 10)) == [id_of(number) for number in numbers]
    assert list(store.due(3, NOW, 2)) == [id_of(number) for number in numbers[:2]]


def test_only_what_is_due_by_then_is_due(store: ArticleStore) -> None:
    # Given articles that fall due now, later and never
    now, later, never = in_shard(5, 3)
    moment = int(NOW.timestamp())
    store.save(new_state(now, due_at=moment))
    store.save(new_state(later, due_at=moment + 1))
    store.save(new_state(never, due_at=None))

    # When the shard is asked for now and for later, Then each comes in its time
    assert list(store.due(5, NOW, 10)) == [id_of(now)]
    assert list(store.due(5, NOW + timedelta(seconds=1), 10)) == [id_of(now), id_of(later)]
    assert list(store.due(6, NOW + timedelta(days=1), 10)) == []


def test_an_article_is_no_longer_due_once_its_time_is_taken_away(store: ArticleStore) -> None:
    # Given an article that is due
    state = new_state(in_shard(0, 1)[0], due_at=1)
    store.save(state)
    assert store.due(0, NOW, 10)

    # When a step leaves it without a time, Then nothing is due
    store.save(state.model_copy(update={"version": 2, "due_at": None}))
    assert list(store.due(0, NOW, 10)) == []


def test_every_due_article_is_in_exactly_one_shard(store: ArticleStore) -> None:
    # Given forty articles that are due
    for number in range(40):
        store.save(new_state(number, due_at=1))

    # When all shards are asked
    due = [article_id for shard in range(DUE_SHARDS) for article_id in store.due(shard, NOW, 100)]

    # Then each article comes once
    assert sorted(due) == sorted(id_of(number) for number in range(40))


# ------------------------------------------------------------------------------------------ listings


def test_a_host_is_listed_newest_first_within_the_range(store: ArticleStore) -> None:
    # Given five articles of a host, a minute apart, one of another host, and one that is not committed
    for number in range(5):
        store.save(listed(number, committed_at=NOW + timedelta(minutes=number)))
    store.save(listed(7, host="other.example"))
    store.save(new_state(8))

    # When the middle of it is listed
    page = store.by_host("news.example", NOW + timedelta(minutes=1), NOW + timedelta(minutes=3))

    # Then both ends are in it, newest first, and each row says enough to choose by
    assert [row.article_id for row in page.listings] == [id_of(3), id_of(2), id_of(1)]
    row, state = page.listings[0], listed(3, committed_at=NOW + timedelta(minutes=3))
    assert state.current is not None
    assert (row.url, row.host, row.revision, row.key) == (state.url, state.host, 1, state.current.key)
    assert (row.committed_at, row.headline, row.date_published) == (
        to_text(NOW + timedelta(minutes=3)),
        "Bridge reopens",
        "2026-03-14T07:00:00Z",
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_a_hosts_pages_follow_one_another(store: ArticleStore, limit: int) -> None:
    # Given seven articles of a host, two of them committed in the same moment
    for number in range(7):
        store.save(listed(number, committed_at=NOW + timedelta(minutes=max(number, 1))))

    # When they are read page by page
    ever = NOW + timedelta(days=1)
    pages = list(all_pages(lambda cursor: store.by_host("news.example", NOW, ever, limit, cursor)))

    # Then every article comes once, newest first, and no page is longer than asked
    rows = [row for page in pages for row in page.listings]
    assert sorted(row.article_id for row in rows) == sorted(id_of(number) for number in range(7))
    assert [row.committed_at for row in rows] == sorted((row.committed_at for row in rows), reverse=True)
    assert max(len(page.listings) for page in pages) <= limit


def test_a_new_revision_moves_the_article_in_its_hosts_list(store: ArticleStore) -> None:
    # Given an article that was committed
    first = listed(0)
    store.save(first)

    # When a later revision of it is
    later = NOW + timedelta(hours=1)
    current = current_of(first, revision=2, committed_at=later)
    store.save(first.model_copy(update={"version": 2, "current": current}))

    # Then it is listed once, under the later time
    page = store.by_host("news.example", NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert [(row.revision, row.committed_at) for row in page.listings] == [(2, to_text(later))]


@pytest.mark.parametrize("limit", [1, 3, 5, 12, 13, 100])
def test_a_publication_day_is_read_through_page_by_page(store: ArticleStore, limit: int) -> None:
    # Given twelve articles of one day, with a time or without, one of the day before, and one without a date
    for number in range(12):
        published = "2026-03-14" if number % 2 else "2026-03-14T23:00:00Z"
        store.save(listed(number, date_published=published))
    store.save(listed(20, date_published="2026-03-13"))
    store.save(listed(21, date_published=None))

    # When the day is read page by page
    pages = list(all_pages(lambda cursor: store.by_publication_day("2026-03-14", limit, cursor)))

    # Then each of the day's articles comes once, over all shards, and no page is longer than asked
    rows = [row.article_id for page in pages for row in page.listings]
    assert sorted(rows) == sorted(id_of(number) for number in range(12))
    assert max(len(page.listings) for page in pages) <= limit


def test_a_day_without_articles_is_one_empty_page(store: ArticleStore) -> None:
    assert store.by_publication_day("2026-03-14") == ListingPage(listings=(), cursor=None)
    assert store.by_host("news.example", NOW, NOW) == ListingPage(listings=(), cursor=None)


def test_a_days_articles_are_spread_over_its_shards(dynamodb: DynamoArticleStore) -> None:
    # Given many articles of one day
    for number in range(40):
        dynamodb.save(listed(number))

    # When the index is looked at, Then each of the day's partitions holds some
    client = boto3.client("dynamodb")
    counts = [
        client.query(
            TableName=aws.TABLE,
            IndexName="ByPublicationDay",
            KeyConditionExpression="listed_day = :day",
            ExpressionAttributeValues={":day": {"S": f"2026-03-14#{shard}"}},
        )["Count"]
        for shard in range(DAY_SHARDS)
    ]
    assert sum(counts) == 40
    assert all(counts)


# --------------------------------------------------------------------------------- signatures' bands


def neighbour(number: int, signature: str = "c2ln") -> Neighbour:
    return Neighbour(article_id=id_of(number), signature=signature, cluster_id=id_of(0))


def test_articles_that_share_a_band_are_neighbours(store: ArticleStore) -> None:
    # Given three articles, two of which share bands
    store.add_bands(["0:a", "1:b"], neighbour(1))
    store.add_bands(["0:a", "1:b", "2:c"], neighbour(2))
    store.add_bands(["3:d"], neighbour(3))

    # When the neighbours of some bands are asked for, Then each comes once, in the order of ids
    assert list(store.neighbours(["0:a", "1:b", "9:z"])) == sorted(
        [neighbour(1), neighbour(2)], key=lambda entry: entry.article_id
    )
    assert list(store.neighbours(["3:d"])) == [neighbour(3)]
    assert list(store.neighbours(["9:z"])) == []
    assert list(store.neighbours([])) == []


def test_a_popular_band_gives_a_bounded_number_of_neighbours(store: ArticleStore) -> None:
    # Given a band that thirty articles share
    for number in range(30):
        store.add_bands(["0:a"], neighbour(number))

    # When its neighbours are asked for, Then no more come than asked, always the same
    expected = sorted(id_of(number) for number in range(30))
    assert [entry.article_id for entry in store.neighbours(["0:a"])] == expected[:20]
    assert [entry.article_id for entry in store.neighbours(["0:a"], limit_per_band=3)] == expected[:3]


def test_an_article_entered_again_replaces_its_entry(store: ArticleStore) -> None:
    store.add_bands(["0:a"], neighbour(1))
    store.add_bands(["0:a"], neighbour(1, signature="bmV3"))
    assert list(store.neighbours(["0:a"])) == [neighbour(1, signature="bmV3")]


def test_more_bands_than_one_batch_holds_are_all_written(store: ArticleStore) -> None:
    bands = [f"{number}:x" for number in range(60)]
    store.add_bands(bands, neighbour(1))
    assert all(list(store.neighbours([band])) == [neighbour(1)] for band in bands)


def test_what_a_batch_left_unprocessed_is_read_again() -> None:
    # Given a table that answers a batch of three bit by bit
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    waited: list[float] = []
    store = DynamoArticleStore("articles", client=client, clock=lambda: NOW, pauses=impatient(waited))
    serialise = TypeSerializer().serialize

    def key(number: int) -> dict[str, Any]:
        return {"pk": {"S": f"article#{id_of(number)}"}, "sk": {"S": "state"}}

    def item(number: int) -> dict[str, Any]:
        document = {"pk": f"article#{id_of(number)}", **new_state(number).model_dump(mode="json", exclude_none=True)}
        return {name: serialise(value) for name, value in document.items()}

    with Stubber(client) as stub:
        for asked, given in (([0, 1, 2], [1]), ([0, 2], []), ([0, 2], [0]), ([2], [2])):
            left = [number for number in asked if number not in given]
            wanted = {"Keys": [key(number) for number in asked], "ConsistentRead": True}
            answer: dict[str, Any] = {"Responses": {"articles": [item(number) for number in given]}}
            answer["UnprocessedKeys"] = {"articles": {"Keys": [key(number) for number in left]}} if left else {}
            stub.add_response("batch_get_item", answer, {"RequestItems": {"articles": wanted}})

        # When all are read, Then all are there, after a pause each time
        found = store.states([id_of(number) for number in range(3)])
    assert sorted(state.article_id for state in found) == sorted(id_of(number) for number in range(3))
    assert len(waited) == 3


def test_what_a_batch_left_unprocessed_is_written_again() -> None:
    # Given a table that takes only part of each batch
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    store = DynamoArticleStore("articles", client=client, clock=lambda: NOW)

    def put(number: int) -> dict[str, Any]:
        item = {
            "pk": {"S": f"band#{number}"},
            "sk": {"S": id_of(1)},
            "expires_at": {"N": str(int((NOW + timedelta(days=90)).timestamp()))},
            "sketch": {"B": b"sig"},
            "cluster_id": {"S": id_of(0)},
        }
        return {"PutRequest": {"Item": item}}

    def batch(numbers: range | list[int]) -> dict[str, Any]:
        return {"RequestItems": {aws.BAND_TABLE: [put(number) for number in numbers]}}

    def left(numbers: list[int]) -> dict[str, Any]:
        return {"UnprocessedItems": {aws.BAND_TABLE: [put(number) for number in numbers]} if numbers else {}}

    with Stubber(client) as stub:
        stub.add_response("batch_write_item", left([3, 7]), batch(range(25)))
        stub.add_response("batch_write_item", left([]), batch([3, 7]))
        stub.add_response("batch_write_item", left([25]), batch([25, 26]))
        stub.add_response("batch_write_item", left([]), batch([25]))

        # When twenty-seven bands are written
        store.add_bands([str(number) for number in range(27)], neighbour(1))

        # Then what was left is sent again until nothing is
        stub.assert_no_pending_responses()


# ------------------------------------------------------------------------------------------ clusters


def test_a_cluster_is_itself_until_it_is_united(store: ArticleStore) -> None:
    one, two, three = sorted(id_of(number) for number in range(3))
    assert store.cluster_roots([one, two]) == {one: one, two: two}
    assert store.cluster_roots([]) == {}
    assert store.unite([three, two]) == two
    assert store.unite([three, one]) == one
    assert store.unite([one, two, three]) == one
    assert store.cluster_roots([one, two, three]) == dict.fromkeys([one, two, three], one)


def test_clusters_that_many_unite_at_once_become_one(dynamodb: DynamoArticleStore) -> None:
    # Given six clusters, When workers unite them pairwise at the same time, each pair by two of them
    clusters = [id_of(number) for number in range(6)]
    pairs = [*itertools.pairwise(clusters), *itertools.pairwise(reversed(clusters))]
    with ThreadPoolExecutor(max_workers=len(pairs)) as executor:
        list(executor.map(dynamodb.unite, pairs))

    # Then they are one
    assert set(dynamodb.cluster_roots(clusters).values()) == {min(clusters)}


def test_a_union_that_comes_second_goes_on_from_the_first(dynamodb: DynamoArticleStore) -> None:
    # Given a worker that finds two clusters apart, and another that unites the higher with a third just then
    one, two, three = sorted(id_of(number) for number in range(3))
    roots = dynamodb.cluster_roots
    late: list[str] = []

    def found_apart(cluster_ids: Collection[str]) -> Mapping[str, str]:
        found = roots(cluster_ids)
        if not late:
            late.append(other.unite([three, one]))
        return found

    other = DynamoArticleStore(aws.TABLE)
    dynamodb.cluster_roots = found_apart  # type: ignore[method-assign]

    # When the first goes on, Then all three are one
    assert dynamodb.unite([three, two]) == one
    assert set(roots([one, two, three]).values()) == {one}


# ---------------------------------------------------------------------------------- many at once


def test_a_cluster_that_is_unlinked_stands_by_itself_with_all_that_joined_it(store: ArticleStore) -> None:
    # Given four clusters, united step by step
    one, two, three, four = sorted(id_of(number) for number in range(4))
    assert store.unite([three, four]) == three
    assert store.unite([two, three]) == two
    assert store.unite([one, two]) == one

    # When the second step is revoked, twice
    revoked = [store.unlink(three), store.unlink(three)]

    # Then what it united is apart, the other steps stand, and it can be united again
    assert revoked == [True, False]
    assert store.cluster_roots([one, two, three, four]) == {one: one, two: one, three: three, four: three}
    assert store.unite([one, four]) == one


def test_how_articles_stand_is_read_for_those_that_there_are(store: ArticleStore) -> None:
    # Given an article with a current revision, one at its first commit, one on its way, and one that is not there
    states = (listed(0), at_stage(Stage.INDEX, 1), at_stage(Stage.EXTRACT, 2))
    for state in states:
        store.save(state.model_copy(update={"version": 1}))

    # When / Then
    current = states[0].current
    assert current is not None
    assert store.standings([id_of(number) for number in range(4)]) == {
        id_of(0): Standing(is_current=True, published=current.date_published),
        id_of(1): Standing(is_current=False, is_committing=True),
        id_of(2): Standing(is_current=False),
    }
    assert store.standings([]) == {}


def test_many_articles_are_read_at_once(dynamodb: DynamoArticleStore) -> None:
    # Given more articles, submissions and outcomes than one call can read
    for number in range(0, 120, 10):
        state = new_state(number)
        dynamodb.save(state, submission_of(state, f"submission-{number}"), outcome_of(state))

    # When they are asked for among others, and one of them twice
    numbers = [*range(120), 0]
    states = dynamodb.states([id_of(number) for number in numbers])
    submissions = dynamodb.submissions([f"submission-{number}" for number in numbers])
    outcomes = dynamodb.outcomes([(id_of(number), 1) for number in numbers])

    # Then those that there are come once
    expected = sorted(id_of(number) for number in range(0, 120, 10))
    assert sorted(state.article_id for state in states) == expected
    assert sorted(record.article_id or "" for record in submissions) == expected
    assert sorted(record.article_id for record in outcomes) == expected
    assert dynamodb.states([]) == []


# ------------------------------------------------------------------------------- expiry and the stream


def raw_items() -> list[dict[str, Any]]:
    client = boto3.client("dynamodb")
    return [item for table in (aws.TABLE, aws.BAND_TABLE) for item in client.scan(TableName=table)["Items"]]


def test_only_what_may_be_forgotten_expires(dynamodb: DynamoArticleStore) -> None:
    # Given one item of every kind
    state = listed(0)
    dynamodb.save(state, submission_of(state), outcome_of(state), revision_of(state))
    dynamodb.add_alias(id_of(1), id_of(0))
    dynamodb.add_bands(["0:a"], neighbour(0))
    dynamodb.unite([id_of(2), id_of(3)])

    # When the table is looked at, Then only submissions, outcomes and bands have an end, after the retention
    expiry = {item.get("kind", {"S": "band"})["S"]: item.get("expires_at", {}).get("N") for item in raw_items()}
    end = str(int((NOW + timedelta(days=90)).timestamp()))
    assert expiry == {
        "article": None,
        "alias": None,
        "revision": None,
        "submission": end,
        "outcome": end,
        "band": end,
        "cluster": None,
    }


def test_a_usual_article_at_rest_is_one_write_unit(dynamodb: DynamoArticleStore) -> None:
    # Given an article with a long URL, validators and a published date, as most have at rest
    url = "https://www.news-of-the-harbour.example/2026/03/14/world/europe/" + "a-rather-long-slug-of-a-headline-" * 2
    rest = ended(listed(0), Outcome.INDEXED, NOW, TIMEOUTS, current=current_of(listed(0)))[0]
    validators = Validators(
        etag='"3f80f-5b1c2d3e4f5a6-gzip"', last_modified="Fri, 13 Mar 2026 09:00:00 GMT", sha256="ab" * 32,
        body_bytes=148_233, header_signals="0" * 16, host_signals="1" * 16,
    )  # fmt: skip
    assert rest.current is not None
    current = rest.current.model_copy(update={"headline": "H" * 90, "page_url": url, "cluster_id": rest.article_id})
    dynamodb.save(
        rest.model_copy(
            update={"version": 1, "url": url, "requested_url": url, "validators": validators, "current": current}
        )
    )

    # When it is weighed, Then a step costs one unit, and nothing is said twice
    (item,) = raw_items()
    assert item_bytes(item) <= 1024
    assert str(item).count(url) == 1


def test_a_state_that_says_everything_is_read_as_well(dynamodb: DynamoArticleStore) -> None:
    # Given an item in which nothing was left out: ids, URLs, defaults, hashes as text
    state = new_state()
    whole = {"pk": f"article#{state.article_id}", "sk": "state", **state.model_dump(mode="json", exclude_none=True)}
    serialise = TypeSerializer().serialize
    boto3.client("dynamodb").put_item(
        TableName=aws.TABLE, Item={name: serialise(value) for name, value in whole.items()}
    )

    # When it is read, Then it is the state
    assert dynamodb.get(state.article_id) == state


def test_an_absent_value_takes_no_room(dynamodb: DynamoArticleStore) -> None:
    dynamodb.save(new_state(due_at=None))
    (item,) = raw_items()
    assert not {"due_shard", "due_at", "listed_host", "listed_at", "listed_day", "current"} & set(item)
    assert {"NULL": True} not in item.values()


def test_a_stream_tells_what_was_inserted_and_nothing_else(dynamodb: DynamoArticleStore) -> None:
    # Given a table with a stream, into which all kinds of items were written, moved on and removed
    state = listed(0)
    dynamodb.save(state, submission_of(state))
    after = state.model_copy(update={"version": 2, "stage": Stage.REST})
    dynamodb.save(after, revision_of(state), outcome_of(state))
    dynamodb.reject(rejection_of())
    dynamodb.add_alias(id_of(1), id_of(0))
    dynamodb.add_bands(["0:a"], neighbour(0))
    boto3.client("dynamodb").delete_item(
        TableName=aws.TABLE, Key={"pk": {"S": "submission#refused"}, "sk": {"S": "submission"}}
    )

    # When the stream is read
    inserted = [found for found in map(read_inserted, aws.stream_records()) if found]

    # Then the records come once, in the order of their writing, as they were written
    assert [record for _, record in inserted] == [
        submission_of(state),
        revision_of(state),
        outcome_of(state),
        rejection_of(),
    ]
    sequences = [int(sequence) for sequence, _ in inserted]
    assert sequences == sorted(set(sequences))


def test_a_raw_stream_event_is_read_as_lambda_delivers_it() -> None:
    # Given an event of all kinds of changes, as Lambda hands it over
    event = raw_event("table-changes")
    assert {record["eventName"] for record in event["Records"]} == {"INSERT", "MODIFY", "REMOVE"}

    # When it is read
    inserted = [found for found in map(read_inserted, event["Records"]) if found]

    # Then the inserted records are there with their sequence numbers, and neither states nor what was removed
    assert [type(record) for _, record in inserted] == [
        SubmissionRecord,
        RevisionRecord,
        OutcomeRecord,
        SubmissionRecord,
        RevisionRecord,
    ]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
    assert [sequence for sequence, _ in inserted] == [numbers[index] for index in (1, 3, 4, 5, 8)]


# ------------------------------------------------------------------------------------ lost connections


@pytest.mark.parametrize("code", ["TransactionConflictException", "ConditionalCheckFailedException"])
def test_a_step_that_meets_a_transaction_on_the_article_loses(code: str) -> None:
    # Given a table in which another worker's transaction holds the article
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    store = DynamoArticleStore("articles", client=client)
    with Stubber(client) as stub:
        stub.add_client_error("put_item", code, http_status_code=400)

        # When a step is saved, Then it loses as any late one does
        with pytest.raises(ConflictError):
            store.save(new_state(version=2))


@pytest.mark.parametrize(
    ("codes", "error"),
    [
        (["ConditionalCheckFailed", "None"], ConflictError),
        (["None", "ConditionalCheckFailed"], AlreadyRecordedError),
        (["ConditionalCheckFailed", "ConditionalCheckFailed"], ConflictError),
        (["None", "TransactionConflict"], ConflictError),
    ],
)
def test_a_cancelled_transaction_says_which_race_was_lost(codes: list[str], error: type[Exception]) -> None:
    # Given a table that cancels a transaction: the article, its alias, or a record was in the way
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    store = DynamoArticleStore("articles", client=client)
    with Stubber(client) as stub:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            http_status_code=400,
            modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
        )

        # When a new article is saved, Then the error tells them apart
        with pytest.raises(error):
            store.save(new_state(), submission_of(new_state()))


def impatient(waited: list[float], tries: int = 4) -> Pauses:
    """Pauses that cost no time."""
    return Pauses(tries, 0.1, sleep=waited.append, jitter=lambda: 0.0)


def cancel(stub: Stubber, *codes: str) -> None:
    stub.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        http_status_code=400,
        modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
    )


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded"])
@pytest.mark.parametrize("place", range(2))
def test_a_throttled_transaction_is_no_lost_race_and_is_tried_again(code: str, place: int) -> None:
    # Given a table that throttles one action of a transaction, twice
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    waited: list[float] = []
    store = DynamoArticleStore("articles", client=client, pauses=impatient(waited))
    codes = ["None", "None"]
    codes[place] = code
    with Stubber(client) as stub:
        cancel(stub, *codes)
        cancel(stub, *codes)
        stub.add_response("transact_write_items", {})

        # When a new article is saved, Then it is, after two pauses, the second longer than the first
        store.save(new_state(), submission_of(new_state()))
        stub.assert_no_pending_responses()
    assert waited == [0.05, 0.1]


def test_a_transaction_that_stays_throttled_is_handed_back() -> None:
    # Given a table that throttles whatever comes
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    waited: list[float] = []
    store = DynamoArticleStore("articles", client=client, pauses=impatient(waited))
    with Stubber(client) as stub:
        for _ in range(4):
            cancel(stub, "ThrottlingError", "None")

        # When a new article is saved, Then the error says what happened, and the tries were bounded
        with pytest.raises(ThrottledError):
            store.save(new_state(), submission_of(new_state()))
    assert len(waited) == 3


@pytest.mark.parametrize(
    ("codes", "error"),
    [
        (["ConditionalCheckFailed", "ThrottlingError"], ConflictError),
        (["ThrottlingError", "TransactionConflict"], ConflictError),
        (["None", "ValidationError"], ClientError),
        (["ValidationError", "None"], ClientError),
    ],
)
def test_only_conditions_and_conflicts_are_lost_races(codes: list[str], error: type[Exception]) -> None:
    # Given a table that cancels a transaction for several reasons at once, or for a fault of ours
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    store = DynamoArticleStore("articles", client=client, pauses=impatient([]))
    with Stubber(client) as stub:
        cancel(stub, *codes)

        # When a new article is saved, Then what is certain is said, and nothing else
        with pytest.raises(error):
            store.save(new_state(), submission_of(new_state()))


@pytest.mark.parametrize("then", [["None", "ConditionalCheckFailed"], ["ConditionalCheckFailed", "None"]])
def test_a_guard_that_is_throttled_is_looked_at_again(then: list[str]) -> None:
    # Given a table that finds a submission recorded, and throttles the look whether the article changed
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    waited: list[float] = []
    store = DynamoArticleStore("articles", client=client, pauses=impatient(waited))
    with Stubber(client) as stub:
        for _ in range(2):
            cancel(stub, "ThrottlingError", "ConditionalCheckFailed")
        cancel(stub, *then)

        # When a new article is saved, Then it waits until both are known
        with pytest.raises(AlreadyRecordedError if then[-1] != "None" else ConflictError):
            store.save(new_state(), submission_of(new_state()))
    assert len(waited) == 2

    # And hands the record back where they never are
    with Stubber(client) as stub:
        for _ in range(4):
            cancel(stub, "ThrottlingError", "ConditionalCheckFailed")
        with pytest.raises(ThrottledError):
            store.save(new_state(), submission_of(new_state()))


CALLS: dict[str, tuple[str, Callable[[DynamoArticleStore], object]]] = {
    "reading a state": ("get_item", lambda store: store.get(id_of())),
    "reading many": ("batch_get_item", lambda store: store.states([id_of()])),
    "writing a state": ("put_item", lambda store: store.save(new_state(version=2))),
    "refusing": ("put_item", lambda store: store.reject(submission_of(new_state()))),
    "finding what is due": ("query", lambda store: store.due(0, NOW, 1)),
    "finding neighbours": ("query", lambda store: store.neighbours(["1"])),
    "entering bands": ("batch_write_item", lambda store: store.add_bands(["1"], neighbour(1))),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "code",
    [
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "KMS.ThrottlingException",
    ],
)
def test_every_call_that_is_throttled_waits_and_is_then_handed_back(call: str, code: str) -> None:
    # Given a table that is throttled
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    waited: list[float] = []
    store = DynamoArticleStore("articles", client=client, pauses=impatient(waited))
    operation, make = CALLS[call]
    with Stubber(client) as stub:
        for _ in range(4):
            stub.add_client_error(operation, code, http_status_code=400)

        # When it is asked for anything, Then that is tried again, ever later, and then handed back
        with pytest.raises(ThrottledError):
            make(store)
        stub.assert_no_pending_responses()
    assert waited == [0.05, 0.1, 0.2]


class LostAnswer:
    """A client whose answer to a write is lost: a submission joins, and the SDK repeats the write."""

    def __init__(self, client: Any, meanwhile: Callable[[], None]) -> None:
        self._client = client
        self._meanwhile: Callable[[], None] | None = meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **request: Any) -> Any:
        answer = self._client.put_item(**request)
        if self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()
            answer = self._client.put_item(**request)
        return answer


def test_a_step_whose_answer_was_lost_while_a_submission_joined_is_handed_on(dynamodb: DynamoArticleStore) -> None:
    # Given an article at extract, and a worker whose answer to its step will be lost
    before = at_stage(Stage.EXTRACT).model_copy(update={"version": 1})
    dynamodb.save(before)

    def join() -> None:
        state = dynamodb.get(id_of())
        assert state is not None
        dynamodb.save(with_submission(state, "late"), submission_of(state, "late"))

    client: Any = LostAnswer(boto3.client("dynamodb"), join)
    sender = RecordingSender()
    worker = Worker(DynamoArticleStore(aws.TABLE, client=client), sender, lambda: NOW, TIMEOUTS)

    # When it hands the article on
    is_first = worker.hand_on(
        before, lambda state, now, timeouts: extracted(state, "work/v1/x", CONTENT_HASH, now, timeouts)
    )

    # Then the step is its own, the submission is in it, and enrich has its message
    assert is_first
    after = dynamodb.get(id_of())
    assert after is not None
    assert (after.stage, after.submissions[-1]) == (Stage.ENRICH, "late")
    assert sender.sent == [message_for(after)]


def test_a_table_out_of_order_is_no_lost_race() -> None:
    # Given a table that refuses service
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    store = DynamoArticleStore("articles", client=client)
    with Stubber(client) as stub:
        stub.add_client_error("put_item", "ResourceNotFoundException", http_status_code=400)
        stub.add_client_error("transact_write_items", "ResourceNotFoundException", http_status_code=400)

        # When a step is saved, Then the error is not taken for another worker's success
        for records in ((), (submission_of(new_state()),)):
            with pytest.raises(client.exceptions.ResourceNotFoundException):
                store.save(new_state(version=2), *records)


def test_what_waits_for_its_turn_is_found_apart_from_what_is_due(store: ArticleStore) -> None:
    # Given articles of bulk that came one after the other, and one that is due
    for number in range(12):
        store.save(put_off(new_state(number, priority="bulk"), NOW - timedelta(seconds=100 - number)))
    store.save(new_state(50, due_at=1))

    # When each is asked for
    turns = list(store.awaiting_turn(100))
    due = [article_id for shard in range(DUE_SHARDS) for article_id in store.due(shard, NOW, 100)]

    # Then none is in the other's place
    assert sorted(turns) == sorted(id_of(number) for number in range(12))
    assert due == [id_of(50)]
    assert len(store.awaiting_turn(4)) <= 4

    # And one that had its turn is found as what may be stuck
    waiting = store.get(id_of(3))
    assert waiting is not None
    store.save(released(waiting, NOW, TIMEOUTS))
    assert id_of(3) not in store.awaiting_turn(100)
    later = NOW + timedelta(days=1)
    assert id_of(3) in [article_id for shard in range(DUE_SHARDS) for article_id in store.due(shard, later, 100)]
