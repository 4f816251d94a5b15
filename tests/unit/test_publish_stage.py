"""What was committed is announced, whole, and the same way each time.

Comes in: committed records, and a bucket and a bus in memory. Goes out: assertions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.fakes import InMemoryArticleStore, InMemoryObjectStore, InMemorySourceStore, RecordingEventPublisher
from newsdesk.articles import Stage, SubmissionRecord, WriteOnce
from newsdesk.articles.lifecycle import retracted
from newsdesk.clock import to_text
from newsdesk.contracts import ArticleChanged, SubmissionEnded
from newsdesk.errors import ThrottledError
from newsdesk.sources import DayYield, Flaw, SourceKind, new_source
from publisher.stage import Inserted, PublishStage, change_of, endings_of
from tests.examples import NOW, at_stage, id_of, new_state, outcome_of, rejection_of, revision_of, submission_of, url_of


class Desk:
    """A publish stage and everything around it."""

    def __init__(self) -> None:
        self.objects = InMemoryObjectStore()
        self.events = RecordingEventPublisher()
        self.store = InMemoryArticleStore()
        self.stage = PublishStage(self.objects, self.events, self.store)

    def endings(self) -> list[SubmissionEnded]:
        return [event for event in self.events.published if isinstance(event, SubmissionEnded)]

    def feed(self) -> list[ArticleChanged]:
        lines = b"".join(self.objects.objects[key].body for key in sorted(self.objects.objects)).decode().splitlines()
        return [ArticleChanged.model_validate_json(line) for line in lines]


def batch(*records: WriteOnce, start: int = 100) -> list[Inserted]:
    """Records as a stream delivers them, one after the other."""
    return [Inserted(str(start + position), record) for position, record in enumerate(records)]


FIRST, SECOND = at_stage(Stage.INDEX, 0), at_stage(Stage.INDEX, 1)
COMMITTED = batch(revision_of(FIRST), outcome_of(FIRST), revision_of(SECOND, 2), outcome_of(SECOND))


def test_a_committed_revision_is_in_the_feed_and_on_the_bus() -> None:
    # Given two committed revisions, When they are published
    desk = Desk()
    assert desk.stage.handle(COMMITTED) == 2

    # Then the feed has one object, named after the hour and the batch, with a line for each
    first, last = "100".zfill(40), "102".zfill(40)
    (key,) = desk.objects.objects
    assert key == f"changes/v1/date=2026-03-14/hour=09/{first}-{last}.ndjson"
    assert desk.objects.objects[key].content_type == "application/x-ndjson"
    changes = desk.feed()
    assert [change.change_id for change in changes] == [f"{id_of(0)}-1", f"{id_of(1)}-2"]
    assert [(change.change_type, change.previous_revision) for change in changes] == [("created", None), ("updated", 1)]

    # And the bus has the same changes and the ends of the submissions
    assert desk.events.published[:2] == changes
    assert [type(event) for event in desk.events.published[2:]] == [SubmissionEnded, SubmissionEnded]


def test_a_batch_delivered_again_is_announced_the_same_way() -> None:
    # Given a published batch
    desk = Desk()
    desk.stage.handle(COMMITTED)
    objects, events = dict(desk.objects.objects), list(desk.events.published)

    # When it is delivered again
    desk.stage.handle(COMMITTED)

    # Then no object is added or changed, and the events are those of before
    assert desk.objects.objects == objects
    assert desk.events.published == events * 2


def test_a_batch_whose_events_were_refused_is_announced_again_whole() -> None:
    # Given a bus that refuses a batch whose feed is already written
    desk = Desk()
    desk.events.fail_next("publish", OSError("down"))
    with pytest.raises(OSError, match="down"):
        desk.stage.handle(COMMITTED)
    objects = dict(desk.objects.objects)

    # When the batch is delivered again, Then the bus gets all of it, and the feed's object is the same
    desk.stage.handle(COMMITTED)
    assert desk.objects.objects == objects
    assert len(desk.events.published) == 4


def test_nothing_is_on_the_bus_before_it_is_in_the_feed() -> None:
    desk = Desk()
    desk.objects.fail_next("put", OSError("down"))
    with pytest.raises(OSError, match="down"):
        desk.stage.handle(COMMITTED)
    assert desk.events.published == []


def test_a_batch_that_is_cut_otherwise_repeats_changes_under_the_same_ids() -> None:
    # Given a published batch, When its second half is delivered alone
    desk = Desk()
    desk.stage.handle(COMMITTED)
    desk.stage.handle(COMMITTED[2:])

    # Then readers see a change twice, and can tell by its id
    identifiers = [change.change_id for change in desk.feed()]
    assert len(identifiers) == 3
    assert len(set(identifiers)) == 2


def test_a_batch_across_the_turn_of_an_hour_is_in_two_objects() -> None:
    # Given a batch of which one revision was committed before the hour's end and two after it
    late = [to_text(NOW.replace(minute=59, second=59)), to_text(NOW.replace(hour=10, minute=0))]
    records = [revision_of(at_stage(Stage.INDEX, n), committed_at=late[n > 0]) for n in range(3)]
    desk = Desk()

    # When it is published, and its second half once more, alone
    assert desk.stage.handle(batch(*records)) == 3
    desk.stage.handle(batch(*records)[1:])

    # Then each change is under the hour of its commit, and what is repeated is under the same one
    hours = [key.rpartition("/")[0].removeprefix("changes/v1/") for key in sorted(desk.objects.objects)]
    assert hours == ["date=2026-03-14/hour=09", "date=2026-03-14/hour=10"]
    assert [change.change_id for change in desk.feed()] == [f"{id_of(n)}-1" for n in range(3)]


def test_feed_objects_sort_as_the_stream_does() -> None:
    desk = Desk()
    for start in (9, 99, 1000, 10**24):
        desk.stage.handle(batch(revision_of(FIRST), start=start))
    assert list(desk.objects.objects) == sorted(desk.objects.objects)


def test_an_ending_without_a_change_makes_no_feed() -> None:
    # Given a visit that found nothing new, and a refusal, When they are published
    desk = Desk()
    unchanged = outcome_of(FIRST, "unchanged")
    assert desk.stage.handle(batch(unchanged, rejection_of())) == 0

    # Then only the submitters get an event
    assert desk.objects.objects == {}
    assert [event.outcome for event in desk.events.published if isinstance(event, SubmissionEnded)] == [
        "unchanged",
        "rejected:invalid_url",
    ]


def test_what_concerns_nobody_is_not_announced() -> None:
    # Given an accepted submission, a visit of our own that nobody waits for, and an empty batch
    desk = Desk()
    for records in (batch(submission_of(new_state())), batch(outcome_of(FIRST, submissions=())), []):
        # When they are published, Then neither feed nor bus is touched
        assert desk.stage.handle(records) == 0
    assert (desk.objects.puts, desk.events.published) == ([], [])


def test_a_change_says_what_readers_need_and_a_key_instead_of_content() -> None:
    # Given a revision that is a near copy of another article, When it is announced
    record = revision_of(FIRST, 3, change_type="corrected", duplicate_of=id_of(9), merged_clusters=(id_of(8),))
    document = json.loads(change_of(record).to_json())

    # Then the line has ids, key and headline, in camelCase
    assert document == {
        "schemaVersion": 1,
        "changeId": f"{id_of(0)}-3",
        "changeType": "corrected",
        "articleId": id_of(0),
        "revision": 3,
        "previousRevision": 2,
        "url": url_of(0),
        "host": "news.example",
        "key": record.key,
        "headline": "Bridge reopens",
        "datePublished": "2026-03-14T07:00:00Z",
        "clusterId": id_of(0),
        "mergedClusterIds": [id_of(8)],
        "duplicateOf": id_of(9),
        "committedAt": "2026-03-14T09:26:53.589Z",
    }


def test_a_retraction_is_announced_with_its_reason_and_without_content() -> None:
    _, (record, _) = retracted(at_stage(Stage.REST), "gone", NOW)
    assert json.loads(change_of(record).to_json()) == {
        "schemaVersion": 1,
        "changeId": f"{id_of(0)}-2",
        "changeType": "retracted",
        "articleId": id_of(0),
        "revision": 2,
        "previousRevision": 1,
        "url": url_of(0),
        "host": "news.example",
        "clusterId": id_of(0),
        "reason": "gone",
        "committedAt": "2026-03-14T09:26:53.589Z",
    }


def test_a_submitter_learns_how_the_submission_ended() -> None:
    # Given the ends of a run and of a refused submission, When they are announced
    (run,), (refusal,) = endings_of(outcome_of(FIRST), {}), endings_of(rejection_of(), {})

    # Then the first names article and key, the second neither
    assert (run.submission_ids, run.article_id, run.run, run.revision) == (("submission-0",), id_of(0), 1, 1)
    assert (refusal.submission_ids, refusal.article_id, refusal.key) == (("refused",), None, None)


def test_what_submitters_said_comes_back_with_the_outcome_and_its_detail() -> None:
    # Given a run that two submissions waited for; one said something, and the record of the other has expired
    desk = Desk()
    desk.store.submitted["submission-0"] = submission_of(FIRST)
    ended = outcome_of(FIRST, "failed:timeout", submissions=("submission-0", "expired"), detail="20 s")

    # When its end is told
    desk.stage.handle(batch(ended))

    # Then each submitter finds its own words
    (ending,) = desk.endings()
    assert (ending.detail, ending.submission_ids) == ("20 s", ("submission-0", "expired"))
    assert [submission.model_dump(exclude_defaults=True) for submission in ending.submissions] == [
        {
            "submission_id": "submission-0",
            "priority": "high",
            "tags": ("world", "bridges"),
            "correlation_id": "correlation-0",
            "discovery": "feed",
        },
        {"submission_id": "expired"},
    ]


def test_a_submission_that_cannot_be_read_stops_no_announcement() -> None:
    # Given a run that two submissions waited for, and a table that holds one of them in a form of another release
    class Damaged(InMemoryArticleStore):
        def submissions(self, submission_ids: Sequence[str]) -> Sequence[SubmissionRecord]:
            if "damaged" in submission_ids:
                raise ValueError("no such form")
            return super().submissions(submission_ids)

    desk = Desk()
    store = Damaged()
    store.submitted["submission-0"] = submission_of(FIRST)
    desk.stage = PublishStage(desk.objects, desk.events, store)

    # When its end is told, Then it is, and of that one the id comes back alone
    desk.stage.handle(batch(outcome_of(FIRST, submissions=("submission-0", "damaged"))))
    (ending,) = desk.endings()
    assert [(said.submission_id, said.discovery) for said in ending.submissions] == [
        ("submission-0", "feed"),
        ("damaged", None),
    ]


def test_a_refusal_comes_back_with_what_its_submitter_said_and_its_detail() -> None:
    desk = Desk()
    desk.stage.handle(batch(rejection_of().model_copy(update={"tags": ("world",), "correlation_id": "c-1"})))
    (ending,) = desk.endings()
    (submission,) = ending.submissions
    assert (ending.detail, submission.tags, submission.correlation_id) == ("no URL", ("world",), "c-1")


def test_submitters_who_say_a_lot_are_told_by_several_events() -> None:
    # Given a hundred submissions with as many and as long tags as there may be
    desk = Desk()
    names = tuple(f"s-{number}" for number in range(100))
    tags = tuple(f"{number:02d}" + "橋" * 62 for number in range(20))
    for name in names:
        desk.store.submitted[name] = submission_of(FIRST, name, tags=tags)

    # When their run's end is told
    desk.stage.handle(batch(outcome_of(FIRST, submissions=names)))

    # Then the bus takes every event, and each submission is named once, in order
    endings = desk.endings()
    assert len(endings) > 1
    assert all(len(ending.to_ascii_json()) < 200_000 for ending in endings)
    assert tuple(name for ending in endings for name in ending.submission_ids) == names
    assert all(submission.tags == tags for ending in endings for submission in ending.submissions)


# ------------------------------------------------------------------------------------------- what sources yield

FEED = new_source(SourceKind.FEED, "https://news.example/feed.xml", NOW)


def brought(number: int = 0) -> str:
    return FEED.submission_id(f"guid-{number}", None)


def test_what_became_of_a_sources_items_is_counted_by_day() -> None:
    # Given runs that a source began, one that it joined, and others
    desk = Desk()
    counter = InMemorySourceStore()
    stage = replace(desk.stage, yields=counter)
    indexed = outcome_of(FIRST).model_copy(update={"submissions": (brought(), "s-1"), "flaws": (Flaw.NO_DATE,)})
    failed = outcome_of(SECOND).model_copy(update={"submissions": (brought(1),), "outcome": "failed:not_found"})
    refused = rejection_of().model_copy(update={"submission_id": brought(2)})
    # When
    stage.handle(batch(indexed, failed, refused, rejection_of(), revision_of(FIRST)))
    # Then
    assert counter.days(FEED.source_id, "2026-01-01") == [
        DayYield(day="2026-03-14", indexed=1, failed=1, rejected=1, no_date=1)
    ]
    assert len(counter.counted) == 1


def test_what_cannot_be_counted_is_announced_all_the_same() -> None:
    desk = Desk()
    counter = InMemorySourceStore()
    counter.fail_next("count", ThrottledError("refused"))
    stage = replace(desk.stage, yields=counter)
    stage.handle(batch(outcome_of(FIRST).model_copy(update={"submissions": (brought(),)})))
    assert len(desk.endings()) == 1
    assert not counter.counted
