"""A revision is committed once, whoever dies or repeats, and finds the near-duplicates that it belongs to.

Comes in: enriched articles, and a store, a bucket and a clock in memory. Goes out: assertions.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryObjectStore, RecordingSender
from indexer.stage import IndexStage
from newsdesk.articles import ArticleState, Stage, encode_sketch, next_run, with_submission
from newsdesk.articles.lifecycle import enriched, extracted, fetched
from newsdesk.clock import to_text
from newsdesk.contracts import Article, ArticleEnriched, ArticleType, ChangeType, Enrichment, Signature
from newsdesk.errors import ConflictError
from newsdesk.runtime import CONTENDED, Worker
from tests.examples import CONTENT_HASH, NOW, TIMEOUTS, article_bytes, at_stage, capture_of, id_of, key_of, outcome_of


def signed(own: int = 0, shared: int = 100, seed: int = 0) -> Enrichment:
    """The signature of a text that has so many shingles of the seed's story, and so many of its own."""
    story = random.Random(seed).sample(range(2**32), 200)[:shared]
    sketch = encode_sketch([*story, *random.Random(f"{seed} {own}").sample(range(2**32), own)])
    return Enrichment(signature=Signature(algorithm="any", sketch=sketch))


class Desk:
    """An index stage and everything around it."""

    def __init__(self) -> None:
        self.store = InMemoryArticleStore()
        self.objects = InMemoryObjectStore()
        self.sender = RecordingSender()
        self.clock = FakeClock()
        pauses = replace(CONTENDED, sleep=self.clock.sleep)
        self.stage = IndexStage(Worker(self.store, self.sender, self.clock, TIMEOUTS, pauses), self.objects)

    def expect(self, number: int = 0, **article: Any) -> ArticleEnriched:
        """Put an enriched article before the stage and return the message that asks for its commit."""
        return self.put(at_stage(Stage.INDEX, number), 1, **article)

    def expect_revision(self, number: int, revision: int, **article: Any) -> ArticleEnriched:
        """The same for a later revision of a committed article."""
        state = next_run(self.store.states[id_of(number)], NOW, TIMEOUTS, submission_id="again")
        state = fetched(state, capture_of(state), NOW, TIMEOUTS)
        state = extracted(state, "work/v1/x", CONTENT_HASH, NOW, TIMEOUTS)
        return self.put(enriched(state, key_of(state, revision), NOW, TIMEOUTS), revision, **article)

    def put(self, state: ArticleState, revision: int, **article: Any) -> ArticleEnriched:
        assert state.article_key is not None
        self.store.states[state.article_id] = state
        self.objects.put(state.article_key, article_bytes(state, revision, **article), "application/json")
        return ArticleEnriched(article_id=state.article_id, run=state.run, article_key=state.article_key)

    def index(self, number: int, **article: Any) -> ArticleState:
        """Commit a first revision and return where the article stands then."""
        assert self.stage.handle(self.expect(number, **article)) == "indexed"
        return self.store.states[id_of(number)]


def test_a_first_revision_is_committed_with_its_record_and_outcome() -> None:
    # Given an enriched article
    desk = Desk()
    message = desk.expect()

    # When it is indexed
    status = desk.stage.handle(message)

    # Then the article rests, with that revision for its current one
    state = desk.store.states[id_of()]
    assert (status, state.stage, state.last_outcome) == ("indexed", Stage.REST, "indexed")
    current = state.current
    assert current is not None
    assert (current.revision, current.key, current.content_hash) == (1, message.article_key, CONTENT_HASH)
    assert (current.headline, current.date_published) == ("Bridge reopens", "2026-03-14T07:00:00Z")
    assert (current.committed_at, current.cluster_id) == (to_text(desk.clock()), id_of())

    # And what publish tells is recorded with it
    revision = desk.store.revision(id_of(), 1)
    assert revision is not None
    assert (revision.change_type, revision.previous_revision, revision.key) == ("created", None, message.article_key)
    outcome = desk.store.outcome(id_of(), 1)
    assert outcome is not None
    assert (outcome.outcome, outcome.submissions, outcome.revision) == ("indexed", ("submission-0",), 1)
    assert (outcome.key, outcome.headline) == (message.article_key, "Bridge reopens")


def test_a_redelivered_article_is_committed_once() -> None:
    # Given a committed article
    desk = Desk()
    message = desk.expect()
    desk.stage.handle(message)
    before = desk.store.states[id_of()]

    # When its message is delivered again, Then nothing changes and nothing is sent
    assert desk.stage.handle(message) == "stale"
    assert desk.store.states[id_of()] == before
    assert desk.sender.sent == []


def test_a_corrected_revision_follows_the_one_before() -> None:
    # Given a committed article whose page was corrected
    desk = Desk()
    desk.index(0)
    desk.clock.advance(3600)
    message = desk.expect_revision(0, 2, change_type=ChangeType.CORRECTED, headline="Bridge reopens on Sunday")

    # When the second revision is indexed
    assert desk.stage.handle(message) == "indexed"

    # Then it is the current one, both are recorded, and they are told apart
    current = desk.store.states[id_of()].current
    assert current is not None
    assert (current.revision, current.headline) == (2, "Bridge reopens on Sunday")
    second = desk.store.revision(id_of(), 2)
    assert desk.store.revision(id_of(), 1) is not None
    assert second is not None
    assert (second.change_type, second.previous_revision) == ("corrected", 1)
    assert desk.store.outcome(id_of(), 2) is not None


def test_an_old_runs_message_does_not_commit_the_new_runs_article() -> None:
    # Given an article that waits for its second commit
    desk = Desk()
    desk.index(0)
    desk.expect_revision(0, 2)
    waiting = desk.store.states[id_of()]

    # When the first run's message is delivered late
    late = ArticleEnriched(article_id=id_of(), run=1, article_key=key_of(waiting, 1))

    # Then the second run goes on undisturbed
    assert desk.stage.handle(late) == "stale"
    assert desk.store.states[id_of()] == waiting


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "as the table answers"])
def test_a_worker_killed_at_its_commit_is_made_good_by_the_redelivery(after: bool) -> None:
    # Given a worker that dies as it commits
    desk = Desk()
    message = desk.expect(enrichment=signed())
    desk.store.fail_next("save", KeyboardInterrupt("killed"), after=after)
    with pytest.raises(KeyboardInterrupt):
        desk.stage.handle(message)

    # When the message is delivered again
    desk.stage.handle(message)

    # Then there is one revision, in a cluster of its own: it did not take its own bands for a copy's
    state = desk.store.states[id_of()]
    assert state.version == at_stage(Stage.INDEX).version + 1
    assert state.current is not None
    assert (state.current.cluster_id, state.current.duplicate_of) == (id_of(), None)
    assert list(desk.store.revisions) == [(id_of(), 1)]


def test_two_deliveries_at_once_commit_once() -> None:
    # Given a second worker that takes the same message just before the first commits
    desk = Desk()
    message = desk.expect()
    statuses: list[str] = []
    desk.store.before_save = lambda _: statuses.append(desk.stage.handle(message))

    # When the first goes on, Then one of them commits
    statuses.append(desk.stage.handle(message))
    assert statuses == ["indexed", "stale"]
    assert list(desk.store.revisions) == [(id_of(), 1)]


def test_a_submission_that_joins_during_the_commit_is_told_its_outcome() -> None:
    # Given a submission that joins between the worker's look and its commit
    desk = Desk()
    message = desk.expect()
    desk.store.before_save = lambda _: desk.store.save(with_submission(desk.store.states[id_of()], "late"))

    # When the article is indexed, Then the outcome names it
    assert desk.stage.handle(message) == "indexed"
    outcome = desk.store.outcome(id_of(), 1)
    assert outcome is not None
    assert outcome.submissions == ("submission-0", "late")


def test_an_article_that_is_gone_from_the_bucket_ends_as_failed() -> None:
    # Given a message whose object has expired
    desk = Desk()
    message = desk.expect()
    desk.objects.objects.clear()

    # When it is indexed
    status = desk.stage.handle(message)

    # Then the run ends, for everybody to see, and nothing was committed
    outcome = desk.store.outcome(id_of(), 1)
    assert (status, desk.store.revisions) == ("failed", {})
    assert outcome is not None
    assert outcome.outcome == "failed:capture_missing"
    assert desk.store.states[id_of()].stage is Stage.REST
    assert desk.stage.handle(message) == "stale"


@pytest.mark.parametrize("is_there", [True, False])
def test_a_run_whose_end_is_recorded_already_is_acknowledged(is_there: bool) -> None:
    # Given a run whose outcome another worker has recorded, and whose object may be gone
    desk = Desk()
    message = desk.expect()
    desk.store.outcomes[id_of(), 1] = outcome_of(at_stage(Stage.INDEX))
    if not is_there:
        desk.objects.objects.clear()

    # When its message is delivered, Then this worker was late, and nothing was committed
    assert (desk.stage.handle(message), desk.store.revisions) == ("stale", {})
    assert desk.store.states[id_of()] == at_stage(Stage.INDEX)


def test_a_bucket_out_of_order_is_no_missing_article() -> None:
    desk = Desk()
    message = desk.expect()
    desk.objects.fail_next("get", OSError("down"))
    with pytest.raises(OSError, match="down"):
        desk.stage.handle(message)
    assert desk.store.states[id_of()] == at_stage(Stage.INDEX)
    assert desk.stage.handle(message) == "indexed"


def test_an_article_that_keeps_changing_goes_back_to_the_queue() -> None:
    desk = Desk()
    message = desk.expect()
    desk.store.fail_next("save", ConflictError("lost"), times=12)
    with pytest.raises(ConflictError):
        desk.stage.handle(message)
    assert desk.stage.handle(message) == "indexed"


# ------------------------------------------------------------------------------------ near-duplicates


@pytest.mark.parametrize(
    ("own", "related", "copied"),
    [(0, True, True), (6, True, True), (7, True, False), (40, True, False), (41, False, False)],
)
def test_an_article_joins_the_cluster_of_what_it_resembles(own: int, related: bool, copied: bool) -> None:
    # Given an article, and another that has sixty of its shingles besides so many of its own
    desk = Desk()
    desk.index(0, enrichment=signed(own=50, shared=60))

    # When the other is indexed
    current = desk.index(1, enrichment=signed(own, shared=60)).current

    # Then it belongs to the first one's cluster, and is its copy, from the two thresholds on
    assert current is not None
    assert current.cluster_id == (id_of(0) if related else id_of(1))
    assert current.duplicate_of == (id_of(0) if copied else None)
    revision = desk.store.revision(id_of(1), 1)
    assert revision is not None
    assert (revision.cluster_id, revision.duplicate_of) == (current.cluster_id, current.duplicate_of)
    assert revision.merged_clusters is None


def test_the_longer_text_is_no_copy_of_the_shorter_one() -> None:
    desk = Desk()
    desk.index(0, enrichment=signed(shared=40))
    current = desk.index(1, enrichment=signed(shared=120)).current
    assert current is not None
    assert (current.cluster_id, current.duplicate_of) == (id_of(0), None)


def test_a_copy_of_a_copy_is_a_copy_of_the_first() -> None:
    desk = Desk()
    clusters = [desk.index(number, enrichment=signed()).current for number in range(3)]
    assert [current and current.cluster_id for current in clusters] == [id_of(0)] * 3
    assert [current and current.duplicate_of for current in clusters] == [None, id_of(0), id_of(0)]


def halves(desk: Desk) -> None:
    """Index two halves of one story, which have nothing in common."""
    story = random.Random(0).sample(range(2**32), 100)
    for number, half in ((0, story[:50]), (1, story[50:])):
        values = Signature(algorithm="any", sketch=encode_sketch(half))
        current = desk.index(number, enrichment=Enrichment(signature=values)).current
        assert current is not None
        assert current.cluster_id == id_of(number)


def whole() -> Enrichment:
    story = random.Random(0).sample(range(2**32), 100)
    values = Signature(algorithm="any", sketch=encode_sketch(story))
    return Enrichment(signature=values)


def test_an_article_that_belongs_to_two_clusters_makes_them_one() -> None:
    # Given two halves of a story, each alone in its cluster
    desk = Desk()
    halves(desk)

    # When the whole story comes
    desk.index(2, enrichment=whole())

    # Then it says which cluster has become part of which, and later copies of either half are in that one
    kept, lost = sorted([id_of(0), id_of(1)])
    revision = desk.store.revision(id_of(2), 1)
    assert revision is not None
    assert (revision.cluster_id, revision.merged_clusters) == (kept, (lost,))
    for number in (0, 1):
        half = desk.objects.objects[desk.store.states[id_of(number)].current.key]  # type: ignore[union-attr]
        again = desk.index(number + 3, enrichment=Article.model_validate_json(half.body).enrichment).current
        assert again is not None
        assert (again.cluster_id, again.duplicate_of) == (kept, id_of(number))


def test_a_worker_killed_between_union_and_commit_tells_of_it_in_the_end() -> None:
    # Given two halves of a story, and a worker that dies as it commits the whole
    desk = Desk()
    halves(desk)
    message = desk.expect(2, enrichment=whole())
    desk.store.fail_next("save", KeyboardInterrupt("killed"))
    with pytest.raises(KeyboardInterrupt):
        desk.stage.handle(message)

    # When the message is delivered again, Then the change says what was united, although it is by now
    desk.stage.handle(message)
    revision = desk.store.revision(id_of(2), 1)
    kept, lost = sorted([id_of(0), id_of(1)])
    assert revision is not None
    assert (revision.cluster_id, revision.merged_clusters) == (kept, (lost,))


def test_what_three_clusters_share_is_furniture() -> None:
    # Given articles of one template: more than half of each is the same, and the rest its own
    desk = Desk()
    for number in range(3):
        desk.index(number, enrichment=signed(own=100 + number, shared=50))

    # When another one comes that has more of the template than of its own
    current = desk.index(3, enrichment=signed(own=30, shared=50)).current

    # Then it is alone, for what it shares counts for nothing; its own copy is still found
    assert current is not None
    assert (current.cluster_id, current.duplicate_of) == (id_of(3), None)
    copy = desk.index(4, enrichment=signed(own=30, shared=50)).current
    assert copy is not None
    assert (copy.cluster_id, copy.duplicate_of) == (id_of(3), id_of(3))


@pytest.mark.parametrize("kind", [ArticleType.DIGEST, ArticleType.LIVE_BLOG])
def test_a_digest_is_alone_however_much_it_repeats(kind: ArticleType) -> None:
    desk = Desk()
    desk.index(0, enrichment=signed())
    current = desk.index(1, enrichment=signed(), article_type=kind).current
    assert current is not None
    assert (current.cluster_id, current.duplicate_of) == (id_of(1), None)
    third = desk.index(2, enrichment=signed()).current
    assert third is not None
    assert (third.cluster_id, third.duplicate_of) == (id_of(0), id_of(0))


def test_an_article_keeps_its_cluster_when_its_text_changes() -> None:
    # Given a committed article of its own, and another one
    desk = Desk()
    desk.index(0, enrichment=signed(seed=1))
    desk.index(1, enrichment=signed(seed=2))

    # When its next revision resembles the other
    assert desk.stage.handle(desk.expect_revision(0, 2, enrichment=signed(seed=2))) == "indexed"

    # Then its cluster's id has not changed, and who resembles its new text is in the cluster of that text
    current = desk.store.states[id_of(0)].current
    assert current is not None
    assert (current.cluster_id, current.duplicate_of) == (id_of(0), None)
    third = desk.index(2, enrichment=signed(seed=2)).current
    assert third is not None
    assert third.cluster_id == id_of(1)


def test_an_original_does_not_become_a_copy_of_its_copy() -> None:
    # Given an article and its copy, When the article's headline changes and its text stays
    desk = Desk()
    desk.index(0, enrichment=signed())
    desk.index(1, enrichment=signed())
    for number in (0, 1):
        assert desk.stage.handle(desk.expect_revision(number, 2, enrichment=signed())) == "indexed"

    # Then it is the original still, and the copy its copy
    revisions = [desk.store.revision(id_of(number), 2) for number in (0, 1)]
    assert [revision and revision.cluster_id for revision in revisions] == [id_of(0), id_of(0)]
    assert [revision and revision.duplicate_of for revision in revisions] == [None, id_of(0)]


def test_a_copy_that_was_rewritten_is_none_any_more() -> None:
    desk = Desk()
    desk.index(0, enrichment=signed())
    desk.index(1, enrichment=signed())
    assert desk.stage.handle(desk.expect_revision(1, 2, enrichment=signed(seed=9))) == "indexed"
    current = desk.store.states[id_of(1)].current
    assert current is not None
    assert (current.cluster_id, current.duplicate_of) == (id_of(0), None)


def test_an_article_without_a_signature_is_a_cluster_of_its_own() -> None:
    # Given an article too short for a signature
    desk = Desk()

    # When it is indexed, Then it is alone and looks for nobody
    current = desk.index(0, enrichment=Enrichment()).current
    assert current is not None
    assert (current.cluster_id, current.duplicate_of) == (id_of(0), None)
    assert desk.store.clusters.bands == {}
