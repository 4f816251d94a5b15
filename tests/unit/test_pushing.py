"""A page that somebody else has fetched becomes the article without a visit, and never in place of a newer one.

Comes in: pushed captures and submissions, to the real stages over stores in memory. Goes out: assertions.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from fetcher.stage import FetchStatus
from newsdesk.articles import CurrentRevision, PushedPage, Stage, lifecycle
from newsdesk.clock import to_text
from newsdesk.contracts import Reason, pushed_key
from newsdesk.errors import PermanentError
from tests.pipeline import PARAGRAPHS, Pipeline, page

URL = "https://news.example/2026/03/bridge"
OLD = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
ANOTHER = page(
    "The old bridge will be closed for repairs from the first of March, the port authority said today.", *PARAGRAPHS
)
WALL = b"<html><head><title>Log in</title></head><body><form><input type='password'></form></body></html>"


@pytest.fixture
def desk() -> Pipeline:
    """Return a pipeline without a site."""
    return Pipeline()


def revision_of(desk: Pipeline) -> int | None:
    """Return the current revision's number."""
    return desk.state(URL).latest_revision


def text_of(desk: Pipeline) -> str:
    """Return the current revision's object."""
    current = desk.state(URL).current
    assert current is not None
    text: str = desk.objects.get(current.key).decode()
    return text


def kept(desk: Pipeline) -> list[str]:
    """Return the keys of pages that wait and of captures."""
    return sorted(key.partition("/")[0] for key in desk.objects.objects if key.startswith(("raw/", "pushed/")))


def test_a_pushed_page_becomes_the_article_without_a_visit(desk: Pipeline) -> None:
    # When a page is pushed
    assert desk.push(URL, page(), OLD) == "started"
    statuses = desk.settle()

    # Then it is extracted, enriched and indexed, and no site was asked
    assert statuses == ["extracted", "enriched", "indexed"]
    assert desk.web.requests == []
    # And its capture is where captures are, with its own time
    article = json.loads(text_of(desk))
    assert article["provenance"]["capturedAt"] == to_text(OLD)
    assert article["provenance"]["discovery"] == "pushed"
    assert kept(desk) == ["raw"]
    assert desk.outcomes() == ["indexed"]


def test_a_pushed_page_is_not_visited_until_its_url_is_submitted(desk: Pipeline) -> None:
    desk.push(URL, page(), OLD)
    desk.settle()
    assert desk.state(URL).due_at is None
    desk.web.put(URL, page())
    assert desk.ingest(URL) == [FetchStatus.FETCHED, "unchanged"]
    assert desk.state(URL).due_at is not None


def test_a_later_page_is_a_new_revision_and_an_older_one_is_unchanged(desk: Pipeline) -> None:
    desk.push(URL, page(), OLD)
    desk.settle()
    assert desk.push(URL, ANOTHER, OLD + timedelta(days=1), "pushed-2") == "started"
    desk.settle()
    assert revision_of(desk) == 2

    # When an older page comes, or the same one again
    for number, days in ((3, 0.5), (4, 1)):
        assert desk.push(URL, page(), OLD + timedelta(days=days), f"pushed-{number}") == "superseded"
        record = desk.store.submission(f"pushed-{number}")
        assert (record.outcome, record.article_id) == ("unchanged", desk.state(URL).article_id)

    # Then the revision stands, and nothing is left of the page
    assert revision_of(desk) == 2
    assert desk.settle() == []
    assert kept(desk) == ["raw", "raw"]


def test_a_visit_that_found_nothing_new_is_newer_than_a_page_from_before_it(desk: Pipeline) -> None:
    desk.web.put(URL, page(), ETag='"1"')
    desk.ingest(URL)
    between = desk.clock() + timedelta(minutes=5)
    desk.web.put(URL, page(), ETag='"1"')
    desk.visit_when_due(URL)
    assert desk.state(URL).last_outcome == "unchanged"
    assert desk.push(URL, ANOTHER, between) == "superseded"


def test_an_article_of_an_earlier_release_is_known_as_of_its_commit(desk: Pipeline) -> None:
    desk.web.put(URL, page())
    desk.ingest(URL)
    state = desk.state(URL)
    desk.store.states[state.article_id] = state.model_copy(update={"page_as_of": None})
    assert desk.push(URL, ANOTHER, desk.clock() - timedelta(minutes=1)) == "superseded"


def test_an_old_page_does_not_bring_back_what_was_retracted(desk: Pipeline) -> None:
    desk.push(URL, page(), OLD)
    desk.settle()
    later = desk.clock()
    state = desk.state(URL)
    after, records = lifecycle.retracted(state, "opt_out", desk.clock())
    desk.store.save(after, *records)
    desk.clock.advance(3600)
    assert desk.push(URL, page(), later - timedelta(seconds=1), "pushed-2") == "superseded"
    assert desk.push(URL, page(), desk.clock(), "pushed-3") == "started"


@pytest.mark.parametrize("head", ["<meta name='robots' content='noindex'>", ""])
def test_a_pages_own_opt_outs_hold(desk: Pipeline, head: str) -> None:
    headers = (("Content-Type", "text/html"), *(() if head else (("X-Robots-Tag", "noindex"),)))
    desk.stage_page(PushedPage(URL, to_text(OLD), headers, page(head=head)), "pushed-1")
    desk.submit_pushed(URL)
    assert desk.settle() == ["rejected"]
    assert desk.outcomes() == ["rejected:opt_out"]
    assert kept(desk) == []


def test_a_newer_page_that_opts_out_takes_the_article_back_and_an_older_one_does_not(desk: Pipeline) -> None:
    desk.push(URL, page(), OLD)
    desk.settle()
    refusing = page(head="<meta name='robots' content='noindex'>")
    assert desk.push(URL, refusing, OLD - timedelta(days=1), "pushed-2") == "superseded"
    desk.push(URL, refusing, OLD + timedelta(days=1), "pushed-3")
    assert desk.settle() == ["removed"]


def test_an_article_that_was_taken_down_is_refused_and_nothing_of_the_page_stays(desk: Pipeline) -> None:
    desk.push(URL, page(), OLD)
    desk.settle()
    before = kept(desk)
    after, records = lifecycle.taken_down(desk.state(URL), "a request", desk.clock())
    desk.store.save(after, *records)
    assert desk.push(URL, ANOTHER, desk.clock(), "pushed-2") == "rejected"
    assert desk.store.submission("pushed-2").outcome == "rejected:taken_down"
    assert kept(desk) == before


def test_a_page_of_a_host_that_was_taken_down_is_refused_and_deleted(desk: Pipeline) -> None:
    desk.hosts.taken_down.add("news.example")
    desk.push(URL, page(), OLD)
    assert desk.settle() == ["rejected"]
    assert (desk.outcomes(), kept(desk)) == (["rejected:taken_down"], [])


def test_a_takedown_in_the_middle_of_a_submission_leaves_no_capture(desk: Pipeline) -> None:
    desk.push(URL, page(), OLD)
    desk.settle()
    before = kept(desk)

    def take_down(_: object) -> None:
        after, records = lifecycle.taken_down(desk.state(URL), "a request", desk.clock())
        desk.store.save(after, *records)

    desk.store.before_save = take_down
    assert desk.push(URL, ANOTHER, desk.clock(), "pushed-2") == "rejected"
    assert kept(desk) == before


@pytest.mark.parametrize(
    ("pushed", "detail"),
    [
        (PushedPage("https://news.example/another", to_text(OLD), (), page()), "of another URL"),
        (PushedPage(URL, to_text(OLD), (), b"", status=404), "status 404"),
        (PushedPage(URL, to_text(OLD), (("Content-Type", "image/png"),), b""), "content type image/png"),
        (PushedPage(URL, "2036-01-01T00:00:00.000Z", (), page()), "captured on 2036-01-01T00:00:00.000Z"),
        (PushedPage(URL, "1984-01-01T00:00:00.000Z", (), page()), "captured on 1984-01-01T00:00:00.000Z"),
        (None, "not there"),
    ],
)
def test_what_cannot_be_this_page_is_refused(desk: Pipeline, pushed: PushedPage | None, detail: str) -> None:
    if pushed is not None:
        desk.stage_page(pushed, "pushed-1")
    assert desk.submit_pushed(URL) == "rejected"
    record = desk.store.submission("pushed-1")
    assert (record.outcome, record.detail) == ("rejected:unusable_capture", detail)
    assert desk.settle() == []


def test_what_is_no_capture_is_refused(desk: Pipeline) -> None:
    desk.objects.put(pushed_key("pushed-1"), b"<html>", "text/html")
    assert desk.submit_pushed(URL) == "rejected"
    assert desk.store.submission("pushed-1").outcome == "rejected:unusable_capture"


@pytest.mark.parametrize("key", ["raw/v1/news.example/x/y.warc.gz", "pushed/v1/../x\n", "pushed/v1/"])
def test_only_what_was_pushed_can_be_named(desk: Pipeline, key: str) -> None:
    assert desk.submit_pushed(URL, captureKey=key) == "rejected"
    assert desk.store.submission("pushed-1").outcome == "rejected:malformed_message"


def test_a_delivery_that_comes_again_sends_the_message_again_and_makes_nothing_new(desk: Pipeline) -> None:
    # Given a delivery that died before its message was sent, and one that died before it was acknowledged
    desk.queue.fail_next("send", ConnectionError())
    with pytest.raises(ConnectionError):
        desk.push(URL, page(), OLD)
    assert desk.submit_pushed(URL) == "repeated"
    assert desk.submit_pushed(URL) == "repeated"
    assert desk.settle()[:3] == ["extracted", "skipped", "enriched"]
    assert (desk.state(URL).run, revision_of(desk), kept(desk)) == (1, 1, ["raw"])


def test_a_delivery_that_comes_again_after_its_page_was_refused_brings_nothing_back(desk: Pipeline) -> None:
    desk.push(URL, page(head="<meta name='robots' content='noindex'>"), OLD)
    desk.settle()
    assert desk.push(URL, page(head="<meta name='robots' content='noindex'>"), OLD) == "repeated"
    assert (desk.outcomes(), kept(desk)) == (["rejected:opt_out"], [])


def test_an_old_page_that_reaches_a_visit_is_read_if_that_finds_none(desk: Pipeline) -> None:
    desk.submit(URL)
    assert desk.push(URL, page(), OLD) == "joined"
    desk.web.answers[URL] = PermanentError(Reason.ACCESS_DENIED, "status 403")
    assert desk.settle() == ["another_page", "extracted", "enriched", "indexed"]
    record = desk.store.outcome(desk.state(URL).article_id, 1)
    assert (record.outcome, record.submissions) == ("indexed", ("submission-1", "pushed-1"))


def test_an_old_page_that_reaches_a_visit_is_read_if_the_visited_page_has_no_text(desk: Pipeline) -> None:
    desk.submit(URL)
    desk.push(URL, page(), OLD)
    desk.web.put(URL, WALL)
    assert desk.settle() == ["fetched", "another_page", "extracted", "enriched", "indexed"]


def test_an_old_page_that_reaches_a_visit_is_not_read_if_that_finds_one(desk: Pipeline) -> None:
    desk.submit(URL)
    desk.push(URL, ANOTHER, OLD)
    desk.web.put(URL, page())
    desk.settle()
    assert "closed" not in text_of(desk)
    assert desk.state(URL).offered is None


def test_an_opt_out_of_the_visit_holds_for_the_page_that_was_pushed(desk: Pipeline) -> None:
    desk.submit(URL)
    desk.push(URL, page(), OLD)
    desk.web.put(URL, page(head="<meta name='robots' content='noindex'>"))
    desk.settle()
    assert desk.outcomes() == ["rejected:opt_out"]
    assert kept(desk) == []


def test_a_fresh_page_takes_the_place_of_the_visit(desk: Pipeline) -> None:
    desk.submit(URL)
    assert desk.push(URL, page(), desk.clock() - timedelta(minutes=10)) == "joined"
    desk.settle()
    assert desk.outcomes() == ["indexed"]
    assert desk.web.requests == []
    assert desk.state(URL).due_at is not None


def test_a_fresh_page_without_text_is_followed_by_the_visit_whose_place_it_took(desk: Pipeline) -> None:
    desk.submit(URL)
    desk.push(URL, WALL, desk.clock())
    desk.web.put(URL, page())
    statuses = [status for status in desk.settle() if status not in ("stale", "skipped", "leased")]
    assert statuses == ["another_page", "fetched", "extracted", "enriched", "indexed"]


def test_a_fresh_page_that_comes_during_the_fetch_wins(desk: Pipeline) -> None:
    desk.submit(URL)
    desk.web.put(URL, page())
    desk.web.meanwhile = lambda: desk.push(URL, ANOTHER, desk.clock())
    desk.settle()
    assert "closed" in text_of(desk)
    assert kept(desk) == ["raw"]


def test_a_url_that_is_submitted_while_an_old_page_is_read_is_visited(desk: Pipeline) -> None:
    desk.push(URL, ANOTHER, OLD)
    desk.web.put(URL, page())
    assert desk.submit(URL) == "joined"
    desk.settle()
    assert "closed" not in text_of(desk)
    assert (desk.state(URL).run, len(desk.web.requests)) == (1, 1)
    assert desk.state(URL).due_at is not None


def test_a_url_that_is_submitted_while_a_fresh_page_is_read_is_not_visited(desk: Pipeline) -> None:
    desk.push(URL, page(), desk.clock())
    assert desk.submit(URL) == "joined"
    desk.settle()
    assert desk.web.requests == []
    assert desk.state(URL).due_at is not None


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_of_several_pages_in_flight_the_newest_is_read(desk: Pipeline, steps: int) -> None:
    # Given a pushed page that has come as far as extract, enrich or index
    desk.push(URL, page(), OLD)
    for _ in range(steps):
        desk.work(desk.queue.waiting.popleft())

    # When a newer and an older one come
    desk.push(URL, ANOTHER, OLD + timedelta(days=2), "pushed-2")
    desk.push(URL, page(), OLD + timedelta(days=1), "pushed-3")
    desk.settle()

    # Then one revision is committed, of the newest, and all three have that outcome
    assert revision_of(desk) == 1
    assert "closed" in text_of(desk)
    record = desk.store.outcome(desk.state(URL).article_id, 1)
    assert record.submissions == ("pushed-1", "pushed-2", "pushed-3")


def test_a_worker_whose_page_was_replaced_by_a_newer_one_loses(desk: Pipeline) -> None:
    desk.push(URL, page(), OLD)
    desk.store.before_save = lambda _: desk.push(URL, ANOTHER, OLD + timedelta(days=1), "pushed-2")
    assert desk.work(desk.queue.waiting.popleft()) == "stale"
    desk.settle()
    assert "closed" in text_of(desk)


def test_a_page_of_bulk_waits_for_its_turn(desk: Pipeline) -> None:
    assert desk.push(URL, page(), OLD, priority="bulk") == "started"
    assert desk.settle() == []
    assert (desk.state(URL).stage, desk.state(URL).waiting) == (Stage.EXTRACT, "turn")
    desk.clock.advance(60)
    desk.dispatch()
    assert desk.settle() == ["extracted", "enriched", "indexed"]


def test_a_normal_submission_of_the_url_ends_the_wait_of_bulk(desk: Pipeline) -> None:
    desk.push(URL, page(), OLD, priority="bulk")
    desk.web.put(URL, page())
    assert desk.submit(URL) == "joined"
    assert desk.settle() == ["fetched", "extracted", "enriched", "indexed"]


def test_a_pushed_page_tells_the_next_visit_nothing_about_the_site(desk: Pipeline) -> None:
    desk.web.put(URL, page(), ETag='"1"')
    desk.ingest(URL)
    desk.stage_page(
        PushedPage(URL, to_text(desk.clock() + timedelta(seconds=1)), (("ETag", '"9"'),), ANOTHER), "pushed-1"
    )
    desk.submit_pushed(URL)
    desk.settle()
    desk.web.put(URL, ANOTHER, ETag='"2"')
    desk.visit_when_due(URL)
    assert not desk.web.requests[-1].is_conditional


def test_a_pushed_page_is_not_put_into_the_profile_of_its_host_and_its_next_pages_are_not_followed() -> None:
    desk = Pipeline(follow_pages=3)
    link = "<link rel='next' href='/2026/03/bridge?page=2'>"
    desk.push(URL, page(head=link), OLD)
    assert desk.settle() == ["extracted", "enriched", "indexed"]
    assert desk.hosts.profile("news.example").pages == ()


def test_a_page_of_an_article_that_was_current_before_keeps_its_validators_when_unchanged(desk: Pipeline) -> None:
    desk.web.put(URL, page(), ETag='"1"')
    desk.ingest(URL)
    before = desk.state(URL).validators
    desk.clock.advance(60)
    desk.push(URL, page(), desk.clock())
    desk.settle()
    assert desk.state(URL).last_outcome == "unchanged"
    assert desk.state(URL).validators == before
    assert isinstance(desk.state(URL).current, CurrentRevision)
