"""A revision is committed once, whatever worker dies or repeats, and finds the near-duplicates that it belongs to.

Comes in: enriched articles, and a store, a bucket and a clock in memory. Goes out: assertions.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryObjectStore, RecordingSender
from indexer.stage import IndexStage
from newsdesk.articles import ArticleState, Stage, encode_sketch, ended, next_run, read_article, relate, with_submission
from newsdesk.articles.lifecycle import enriched, extracted, fetched, retracted
from newsdesk.clock import to_text
from newsdesk.contracts import (
    ArticleEnriched,
    ArticleType,
    ChangeType,
    Enrichment,
    Outcome,
    Quality,
    Reason,
    Signature,
    facts_of,
)
from newsdesk.errors import ConflictError
from newsdesk.runtime import CONTENDED, Worker
from newsdesk.sources import SourceKind, new_source
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


def test_a_commit_reads_the_object_only_if_the_message_does_not_say_what_is_in_it() -> None:
    # Given two articles that are alike, and for one of them a message that says what its object holds
    desk, other = Desk(), Desk()
    message, bare = (each.expect(enrichment=signed()) for each in (desk, other))
    facts = facts_of(read_article(desk.objects.objects[message.article_key].body))
    desk.objects.objects.clear()

    # When both are committed, Then there is no difference
    assert desk.stage.handle(message.model_copy(update={"facts": facts})) == "indexed"
    assert other.stage.handle(bare) == "indexed"
    assert desk.store.states == other.store.states
    assert desk.store.revisions == other.store.revisions

    # And what a message says of another object counts for nothing
    late = desk.expect(1, headline="Another")
    told = late.model_copy(update={"facts": facts, "article_key": message.article_key})
    assert desk.stage.handle(told) == "indexed"
    assert desk.store.revisions[id_of(1), 1].headline == "Another"


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

    # Then it is the current one, and each has a record of its own
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


def test_a_submission_that_joins_during_the_commit_gets_its_outcome() -> None:
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


@pytest.mark.parametrize("stored", [b"", b"<html>", b'{"schemaVersion": 2}', b"\xff\xfe"])
def test_an_article_that_this_release_cannot_read_ends_as_failed_at_once(stored: bytes) -> None:
    # Given an article that another release wrote, or what is left of it
    desk = Desk()
    message = desk.expect()
    desk.objects.objects.clear()
    desk.objects.put(message.article_key, stored, "application/json")

    # When it is indexed, Then the run ends and says why, and nothing was committed
    assert desk.stage.handle(message) == "failed"
    outcome = desk.store.outcome(id_of(), 1)
    assert outcome is not None
    assert outcome.outcome == "failed:work_unreadable"
    assert desk.store.revisions == {}
    assert desk.store.states[id_of()].stage is Stage.REST


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


def part(begin: int, end: int) -> Enrichment:
    """A text of one story's shingles, so that two of them share what their ranges share."""
    story = random.Random(0).sample(range(2**32), 120)
    return Enrichment(signature=Signature(algorithm="any", sketch=encode_sketch(story[begin:end])))


def two_versions(desk: Desk) -> None:
    """Index two versions of one story, too different to be taken for one text."""
    for number, version in ((0, part(0, 60)), (1, part(40, 100))):
        current = desk.index(number, enrichment=version).current
        assert current is not None
        assert current.cluster_id == id_of(number)


MIDDLE = part(20, 80)
"""A third version, most of which lies in each of the two."""


def test_an_article_that_belongs_to_two_clusters_makes_them_one() -> None:
    # Given two versions of a story, each alone in its cluster
    desk = Desk()
    two_versions(desk)

    # When a third one comes that resembles both
    desk.index(2, enrichment=MIDDLE)

    # Then it says which cluster has become part of which, and later copies of either version are in that one
    kept, lost = sorted([id_of(0), id_of(1)])
    revision = desk.store.revision(id_of(2), 1)
    assert revision is not None
    assert (revision.cluster_id, revision.merged_clusters) == (kept, (lost,))
    for number, version in ((0, part(0, 60)), (1, part(40, 100))):
        again = desk.index(number + 3, enrichment=version).current
        assert again is not None
        assert (again.cluster_id, again.duplicate_of) == (kept, id_of(number))


def test_a_merge_can_be_revoked() -> None:
    # Given two clusters that a third article made one, and a copy that came afterwards
    desk = Desk()
    two_versions(desk)
    desk.index(2, enrichment=MIDDLE)
    kept, lost = sorted([id_of(0), id_of(1)])
    ranges = {id_of(0): (0, 60), id_of(1): (40, 100)}
    desk.index(3, enrichment=part(*ranges[lost]))

    # When the merge is revoked
    assert desk.store.unlink(lost)
    assert not desk.store.unlink(lost)

    # Then each is by itself again, and later copies are in the cluster of what they are copies of
    assert desk.store.cluster_roots([kept, lost]) == {kept: kept, lost: lost}
    assert [entry.cluster_id for entry in desk.store.clusters.neighbours(list(desk.store.clusters.bands))].count(
        lost
    ) == 2


def test_a_worker_killed_between_union_and_commit_tells_of_it_in_the_end() -> None:
    # Given two versions of a story, and a worker that dies as it commits a third that resembles both
    desk = Desk()
    two_versions(desk)
    message = desk.expect(2, enrichment=MIDDLE)
    desk.store.fail_next("save", KeyboardInterrupt("killed"))
    with pytest.raises(KeyboardInterrupt):
        desk.stage.handle(message)

    # When the message is delivered again, Then the change says what was united, although it is by now
    desk.stage.handle(message)
    revision = desk.store.revision(id_of(2), 1)
    kept, lost = sorted([id_of(0), id_of(1)])
    assert revision is not None
    assert (revision.cluster_id, revision.merged_clusters) == (kept, (lost,))


# ------------------------------------------------------------------------ originals that do not stand


def named(state: ArticleState) -> tuple[str | None, str | None]:
    """What readers learn about an article: its cluster, and what it is a copy of."""
    assert state.current is not None
    return state.current.cluster_id, state.current.duplicate_of


def test_an_article_that_was_retracted_is_nobodys_original() -> None:
    # Given an article that was taken back
    desk = Desk()
    desk.index(0, enrichment=signed())
    after, records = retracted(desk.store.states[id_of(0)], "gone", NOW)
    desk.store.save(after, *records)

    # When its copies come, Then the first of them stands for itself, and the next is that one's copy
    assert named(desk.index(1, enrichment=signed())) == (id_of(1), None)
    assert named(desk.index(2, enrichment=signed())) == (id_of(1), id_of(1))


def test_an_article_that_was_never_committed_is_nobodys_original() -> None:
    # Given an article whose worker died at its commit, and whose run was then given up
    desk = Desk()
    message = desk.expect(0, enrichment=signed())
    desk.store.fail_next("save", KeyboardInterrupt("killed"))
    with pytest.raises(KeyboardInterrupt):
        desk.stage.handle(message)
    after, records = ended(desk.store.states[id_of(0)], Outcome.FAILED, NOW, TIMEOUTS, reason=Reason.STUCK)
    desk.store.save(after, *records)

    # When its copy comes, Then that one stands for itself
    assert named(desk.index(1, enrichment=signed())) == (id_of(1), None)


def test_of_two_copies_that_are_committed_at_once_one_waits_for_the_other() -> None:
    # Given a worker that has entered its text and is about to commit it, and one that gets the text's copy then
    desk = Desk()
    low, high = sorted((0, 1), key=id_of)
    first, second = desk.expect(low, enrichment=signed()), desk.expect(high, enrichment=signed())
    signature = signed().signature
    assert signature is not None
    relate(desk.store, id_of(low), signature.sketch)
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        assert desk.stage.handle(first) == "indexed"

    # When the second one is at it
    worker = desk.stage.worker
    hurried = IndexStage(replace(worker, pauses=replace(worker.pauses, sleep=pause)), desk.objects)
    assert hurried.handle(second) == "indexed"

    # Then it waits for the first one's commit, and is its copy
    assert len(waits) == 1
    assert named(desk.store.states[id_of(low)]) == (id_of(low), None)
    assert named(desk.store.states[id_of(high)]) == (id_of(low), id_of(low))


# --------------------------------------------------------------------- pages that hold several stories


def ten_stories() -> list[list[int]]:
    values = random.Random(5).sample(range(2**32), 3000)
    return [values[start : start + 300] for start in range(0, 3000, 300)]


def text_of(*parts: list[int]) -> Enrichment:
    values = [value for values in parts for value in values]
    return Enrichment(signature=Signature(algorithm="any", sketch=encode_sketch(values)))


@pytest.mark.parametrize("place", [0, 1, 2, 5, 10])
def test_a_page_that_holds_ten_stories_merges_none_of_them(place: int) -> None:
    # Given ten stories, and a page that puts all of them one after the other
    desk, stories = Desk(), ten_stories()
    pages = [text_of(story) for story in stories]
    pages.insert(place, text_of(*stories))

    # When they are indexed, the page first, last, or in between
    clusters = [named(desk.index(number, enrichment=text))[0] for number, text in enumerate(pages)]

    # Then no two stories are in one cluster, then or later
    roots = desk.store.cluster_roots([cluster for cluster in clusters if cluster])
    of_stories = [roots[cluster] for number, cluster in enumerate(clusters) if number != place and cluster]
    assert len(set(of_stories)) == 10
    again = [named(desk.index(number + 20, enrichment=text_of(story)))[0] for number, story in enumerate(stories)]
    assert again == of_stories


def test_an_article_with_another_ones_text_at_its_end_joins_its_own_cluster_alone() -> None:
    # Given two stories, one of them short
    desk, (long, short, *_) = Desk(), ten_stories()
    short = short[:100]
    for number, story in enumerate((long, short)):
        desk.index(number, enrichment=text_of(story))

    # When a copy of the long one comes with the short one behind it, Then the two stay apart
    assert named(desk.index(2, enrichment=text_of(long, short)))[0] == id_of(0)
    assert desk.store.clusters.links == {}


def test_excerpts_of_one_article_are_its_versions() -> None:
    # Given a long article, and papers that cut it to its beginning, each to another length
    desk, (story, *_) = Desk(), ten_stories()
    desk.index(0, enrichment=text_of(story))

    # When they come, Then all are in its cluster
    clusters = {named(desk.index(number, enrichment=text_of(story[: 60 * number])))[0] for number in range(1, 5)}
    assert clusters == {id_of(0)}


def test_excerpts_of_one_article_become_one_when_it_comes() -> None:
    # Given two excerpts of an article that share too little to be taken for one text
    desk, (story, *_) = Desk(), ten_stories()
    for number, excerpt in enumerate((story[:120], story[80:200])):
        assert named(desk.index(number, enrichment=text_of(excerpt)))[0] == id_of(number)

    # When the article comes, Then all three are one cluster
    root = min(id_of(0), id_of(1))
    assert named(desk.index(2, enrichment=text_of(story)))[0] == root
    assert set(desk.store.cluster_roots([id_of(0), id_of(1)]).values()) == {root}


def test_what_was_published_later_is_not_the_original() -> None:
    # Given a copy that was indexed before its original, with the date of its own publication
    desk = Desk()
    desk.index(0, enrichment=signed(), date_published="2026-03-14T09:30:00Z")

    # When the original comes, Then it is in the copy's cluster, and no copy
    assert named(desk.index(1, enrichment=signed(), date_published="2026-03-14T08:00:00+01:00")) == (id_of(0), None)


@pytest.mark.parametrize(
    "date", [None, "2026-03-14", "2026-03-13", "2026-03-14T10:30:00+01:00", "2026-03-15T00:00:00Z"]
)
def test_what_was_not_certainly_published_earlier_is_the_copy_of_what_was_there(date: str | None) -> None:
    desk = Desk()
    desk.index(0, enrichment=signed(), date_published="2026-03-14T09:30:00Z")
    assert named(desk.index(1, enrichment=signed(), date_published=date)) == (id_of(0), id_of(0))


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


@pytest.mark.parametrize(
    ("changes", "flaws"),
    [
        ({}, None),
        ({"author": ()}, ("no_author",)),
        ({"date_published": None, "author": (), "quality": Quality(leak_score=0.7)}, ("no_date", "no_author", "leak")),
    ],
)
def test_what_an_article_lacks_is_recorded_for_the_source_that_led_to_it(
    changes: dict[str, Any], flaws: tuple[str, ...] | None
) -> None:
    # Given an article that a source led to, and one that somebody else submitted
    desk = Desk()
    message = desk.expect(0, **changes)
    feed = new_source(SourceKind.FEED, "https://news.example/feed.xml", NOW)
    state = with_submission(desk.store.states[id_of(0)], feed.submission_id("guid", None))
    desk.store.states[id_of(0)] = state
    # When
    desk.stage.handle(message)
    desk.index(1, **changes)
    # Then
    recorded, other = desk.store.outcome(id_of(0), 1), desk.store.outcome(id_of(1), 1)
    assert recorded is not None
    assert recorded.flaws == flaws
    assert other is not None
    assert other.flaws is None
