"""The extract stage: each fetched page becomes a work object once, or a recorded reason why not."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from extractor.contract import EXTRACTOR, PageToRead, Reading, ReadPage
from extractor.reading import ChildReader, read_page
from extractor.stage import ExtractStage
from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryHostStore, InMemoryObjectStore, RecordingSender
from newsdesk.articles import (
    LARGEST_CARRIED,
    ArticleState,
    Capture,
    CurrentRevision,
    Exchange,
    RevisitPolicy,
    Stage,
    Timeouts,
    lifecycle,
    message_for,
    write_capture,
)
from newsdesk.clock import to_text
from newsdesk.contracts import ArticleExtracted, ExtractedWork, FetchRequested, PageFetched, Reason, keys
from newsdesk.errors import ConflictError, PermanentError
from newsdesk.runtime import CONTENDED, Worker
from newsdesk.web import OptOutPolicy, RefusedUse, article_id, parse_policy
from tests.pipeline import extracted_work

ARTICLE_ID = "abcdefghijklmnopqrstuvwx23"
URL = "https://news.example/2026/03/13/gates"
REVISITS = RevisitPolicy(first_seconds=3600, stop_seconds=10_000)
TIMEOUTS = Timeouts(stuck_after_seconds=900, revisits=REVISITS)
PARAGRAPHS = (
    "Two steel doors rise out of the bed of the river on the highest tides, and the sea stops at the edge of the town.",
    "The decision is made by one of four duty keepers, who take turns to sleep in the flat above the pump house.",
)


def page(furniture: str = "", paragraphs: tuple[str, ...] = PARAGRAPHS) -> bytes:
    prose = "".join(f"<p>{text}</p>" for text in paragraphs)
    article = f"<article><h1>How the gates work</h1>{prose}</article>"
    return f"<html lang='en'><head><title>Gates</title></head><body>{article}{furniture}</body></html>".encode()


class World:
    """An article whose page was fetched, and everything that the stage touches."""

    def __init__(
        self,
        body: bytes | None = None,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        current: str | None = None,
        opt_outs: OptOutPolicy | None = None,
        largest_carried: int = LARGEST_CARRIED,
    ) -> None:
        self.clock = FakeClock()
        captured_at = to_text(self.clock() - timedelta(seconds=2))
        revision = CurrentRevision(
            revision=3, key="articles/v1/x/3.json", content_hash=current or "another", committed_at=captured_at
        )
        self.capture = Capture(
            capture_id="20260314T092651589Z-0badcafe",
            key="raw/v1/news.example/capture.warc.gz",
            sha256=hashlib.sha256(body or b"").hexdigest(),
            captured_at=captured_at,
            status=200,
            final_url=URL,
            etag='"1"',
        )
        self.state = ArticleState(
            article_id=ARTICLE_ID,
            url=URL,
            host="news.example",
            requested_url="http://news.example/2026/03/13/gates?utm_source=x",
            discovery="feed",
            first_seen=captured_at,
            version=5,
            run=2,
            stage=Stage.EXTRACT,
            correlation_id="corr",
            submissions=("s1",),
            capture=self.capture,
            current=revision if current else None,
        )
        self.store = InMemoryArticleStore(self.state)
        self.objects = InMemoryObjectStore()
        self.sender = RecordingSender()
        self.hosts = InMemoryHostStore()
        self.stage = ExtractStage(
            Worker(self.store, self.sender, self.clock, TIMEOUTS, pauses=replace(CONTENDED, sleep=lambda _: None)),
            self.objects,
            self.hosts,
            100_000,
            opt_outs or OptOutPolicy(),
            largest_carried=largest_carried,
        )
        self.message = PageFetched(article_id=ARTICLE_ID, run=2, correlation_id="corr", capture_key=self.capture.key)
        if body is not None:
            self.objects.put(self.capture.key, self.file(body, headers), "application/warc")
            self.objects.puts.clear()

    def file(self, body: bytes, headers: tuple[tuple[str, str], ...]) -> bytes:
        return write_capture(
            Exchange(
                capture_id=self.capture.capture_id,
                captured_at=self.capture.captured_at,
                requested_url=self.state.requested_url,
                final_url=URL,
                request_head=b"GET / HTTP/1.1\r\n\r\n",
                http_version="HTTP/1.1",
                status=200,
                reason_phrase="OK",
                headers=headers or (("Content-Type", "text/html; charset=utf-8"),),
                body=body,
                resolved_address="198.51.100.7",
                redirects=(),
                timings={},
            )
        )

    @property
    def now(self) -> ArticleState:
        return self.store.states[ARTICLE_ID]

    @property
    def key(self) -> str:
        return keys.extracted_key(ARTICLE_ID, self.capture.capture_id)

    def work(self) -> ExtractedWork:
        return work_of(self)

    @property
    def outcome(self) -> str:
        return self.store.outcomes[ARTICLE_ID, 2].outcome


def test_a_fetched_page_becomes_a_message_that_carries_the_work() -> None:
    # Given a fetched page
    world = World(page())
    # When it is extracted
    status = world.stage.handle(world.message)
    # Then the work holds the article, and says where it came from
    assert status == "extracted"
    work = world.work()
    assert work.article.headline == "How the gates work"
    assert work.article.article_body.endswith("\n".join(PARAGRAPHS))
    assert work.article.date_published == "2026-03-13"
    assert work.article.url == URL
    provenance = work.article.provenance
    assert provenance.requested_url == world.state.requested_url
    assert (provenance.capture_key, provenance.capture_sha256) == (world.capture.key, world.capture.sha256)
    assert (provenance.discovery, provenance.http_status, provenance.extractor) == ("feed", 200, EXTRACTOR)
    # And the article stands at enrich, whose message was sent
    assert (world.now.stage, world.now.extracted_key) == (Stage.ENRICH, world.key)
    assert world.now.content_hash == work.content_hash
    (message,) = world.sender.sent
    assert message.model_copy(update={"work": None}) == message_for(world.now)
    assert message.correlation_id == "corr"
    # And nothing was put into the bucket
    assert world.objects.puts == []


def test_work_that_is_too_large_for_a_message_is_put_into_the_bucket() -> None:
    # Given a limit that the work of a page just keeps to, and just passes
    whole = World(page())
    whole.stage.handle(whole.message)
    (message,) = whole.sender.sent
    assert isinstance(message, ArticleExtracted)
    assert message.work is not None
    size = len(message.work)
    for limit, stored in ((size, []), (size - 1, [whole.key])):
        world = World(page(), largest_carried=limit)

        # When the page is extracted, Then the work is in one of the two, and it is the same
        assert world.stage.handle(world.message) == "extracted"
        assert world.objects.puts == stored
        assert world.work() == whole.work()


def test_the_same_capture_makes_the_same_bytes() -> None:
    first, second = World(page()), World(page())
    for world in (first, second):
        world.stage.handle(world.message)
    assert first.objects.objects == second.objects.objects


def test_content_codings_and_charsets_are_undone() -> None:
    headers = (("Content-Type", "text/html; charset=iso-8859-1"), ("Content-Encoding", "gzip"))
    body = page(
        paragraphs=("Zoë keeps the Café Élan – “since 2011” – beside the gates, and is open on every tide.",) * 3
    )
    world = World(gzip.compress(body.decode().encode("cp1252")), headers=headers)
    assert world.stage.handle(world.message) == "extracted"
    assert "Zoë keeps the Café Élan – “since 2011”" in world.work().article.article_body


def test_plain_text_is_taken_as_it_is() -> None:
    text = "How the gates work\n\n" + "\n\n".join(PARAGRAPHS)
    world = World(text.encode(), headers=(("Content-Type", "Text/Plain; charset=utf-8"),))
    assert world.stage.handle(world.message) == "extracted"
    assert world.work().article.headline == "How the gates work"
    assert [block.text for block in world.work().article.blocks] == list(PARAGRAPHS)


def test_the_same_article_in_another_dress_ends_unchanged_and_writes_no_object() -> None:
    # Given an article whose current revision came from the same text in another layout
    earlier = World(page())
    earlier.stage.handle(earlier.message)
    world = World(
        page("<footer>Ten things to do between Friday and Sunday</footer>"), current=earlier.work().content_hash
    )
    # When its new capture is extracted
    status = world.stage.handle(world.message)
    # Then the run ends there
    assert (status, world.outcome) == ("unchanged", "unchanged")
    assert world.objects.puts == []
    assert world.sender.sent == []
    # And the article rests until its next visit, with the validators of this one
    assert world.now.stage is Stage.REST
    assert world.now.validators is not None
    assert world.now.validators.etag == '"1"'
    assert world.now.validators.sha256 == world.capture.sha256
    assert world.now.due_at == math.ceil(world.clock().timestamp() + REVISITS.first_seconds)


def test_a_changed_article_is_passed_on() -> None:
    world = World(page(), current="hash of the revision before")
    assert world.stage.handle(world.message) == "extracted"


@pytest.mark.parametrize(
    ("body", "headers", "outcome"),
    [
        (None, (), "failed:capture_missing"),
        (b"<html><body><nav><a href='/'>News</a></nav></body></html>", (), "failed:no_article"),
        (b"%PDF-1.7 and so on", (), "failed:undecodable"),
        (bytes(range(256)) * 20, (), "failed:undecodable"),
        (b"no gzip", (("Content-Encoding", "gzip"),), "failed:content_encoding"),
        (gzip.compress(b"x" * 200_000), (("Content-Encoding", "gzip"),), "failed:too_large"),
        (gzip.compress(page(), mtime=0)[:-9], (("Content-Encoding", "gzip"),), "failed:truncated"),
    ],
)
def test_a_page_that_gives_no_article_ends_with_the_reason(
    body: bytes | None, headers: tuple[tuple[str, str], ...], outcome: str
) -> None:
    # Given a capture that is no article
    world = World(body, headers=headers)
    # When it is extracted
    status = world.stage.handle(world.message)
    # Then the run ends with one recorded reason, for those who waited for it
    assert (status, world.outcome) == ("failed", outcome)
    assert world.store.outcomes[ARTICLE_ID, 2].submissions == ("s1",)
    assert world.now.stage is Stage.REST
    assert world.objects.puts == []
    assert world.sender.sent == []


def test_a_damaged_capture_ends_with_a_reason() -> None:
    world = World()
    world.objects.put(world.capture.key, b"not a WARC file", "application/warc")
    assert world.stage.handle(world.message) == "failed"
    assert world.outcome == "failed:extraction_error"


def test_a_redelivered_page_sends_the_next_message_again_and_does_nothing_else() -> None:
    # Given a page that was extracted
    world = World(page())
    world.stage.handle(world.message)
    before = world.now
    # When its message comes again
    status = world.stage.handle(world.message)
    # Then only the next message is sent again, without the work, which enrich asks for if it has not had it
    assert status == "skipped"
    assert world.now == before
    assert world.sender.sent[1:] == [message_for(world.now)]


@pytest.mark.parametrize("broken", ["put", "save", "send"])
def test_a_crash_at_any_point_is_repaired_by_the_redelivery(broken: str) -> None:
    # Given a stage that dies once, before or after a write
    for after in (False, True):
        world = World(page(), largest_carried=0)
        fake = {"put": world.objects, "save": world.store, "send": world.sender}[broken]
        fake.fail_next(broken, OSError("gone"), after=after)
        with pytest.raises(OSError, match="gone"):
            world.stage.handle(world.message)
        # When the message is delivered again
        world.stage.handle(world.message)
        # Then the work is done once and the next stage knows
        assert world.now.stage is Stage.ENRICH
        assert world.sender.sent[-1] == lifecycle.message_for(world.now)
        assert set(world.objects.objects) == {world.capture.key, world.key}


def test_a_message_of_an_older_run_is_skipped() -> None:
    world = World(page())
    assert world.stage.handle(world.message.model_copy(update={"run": 1})) == "skipped"
    assert world.objects.puts == []


@pytest.mark.parametrize("stored", [b"", b"not compressed", gzip.compress(b'{"schemaVersion": 2}', mtime=0)])
def test_work_that_was_written_by_another_release_and_cannot_be_read_ends_the_run_at_once(stored: bytes) -> None:
    # Given an earlier delivery's work under the capture's key, which stays there and which nobody can read
    world = World(page(), largest_carried=0)
    world.objects.put(world.key, stored, "application/json", "gzip")

    # When the message comes again, Then the run ends and says why
    assert world.stage.handle(world.message) == "failed"
    assert world.store.outcomes[ARTICLE_ID, 2].outcome == "failed:work_unreadable"


@pytest.mark.parametrize("body", [page(), b"<html></html>"])
def test_a_worker_that_lost_the_race_is_stale(body: bytes) -> None:
    # Given another worker that moves the article on while this one works
    world = World(body)

    def overtake(_: ArticleState) -> None:
        world.store.states[ARTICLE_ID] = lifecycle.extracted(world.state, "work/v1/x", "hash", world.clock(), TIMEOUTS)

    world.store.before_save = overtake
    # When this one wants to write
    status = world.stage.handle(world.message)
    # Then it does no harm, and sends the message that the other may have died before sending
    assert status == "stale"
    assert world.now.extracted_key == "work/v1/x"
    assert world.sender.sent == [message_for(world.now)]
    assert world.store.outcomes == {}


def test_a_submission_that_joins_meanwhile_costs_nothing() -> None:
    world = World(page())

    def join(_: ArticleState) -> None:
        world.store.states[ARTICLE_ID] = lifecycle.with_submission(world.state, "s2")

    world.store.before_save = join
    assert world.stage.handle(world.message) == "extracted"
    assert world.now.submissions == ("s1", "s2")


def test_an_article_that_keeps_changing_is_delivered_again() -> None:
    world = World(page())
    world.store.fail_next("save", ConflictError("throttled"), times=20)
    with pytest.raises(ConflictError):
        world.stage.handle(world.message)


def test_no_article_fails_because_the_profile_of_its_host_keeps_changing() -> None:
    # Given a host whose first pages come all at once
    world = World(page())
    world.hosts.fail_next("add_page", ConflictError("the profile kept changing"))

    # When this one's worker keeps losing, Then the article goes on, and the sample does without its page
    assert world.stage.handle(world.message) == "extracted"
    assert world.hosts.profiles == {}


def test_the_work_object_is_gzipped_json() -> None:
    world = World(page(), largest_carried=0)
    world.stage.handle(world.message)
    stored = world.objects.objects[world.key]
    assert (stored.content_type, stored.content_encoding) == ("application/json", "gzip")
    assert json.loads(gzip.decompress(stored.body))["captureId"] == world.capture.capture_id


# ------------------------------------------------------------------------------- what the host's pages repeat


FAREWELL = "The Harbour Post is made by twelve people, and pays for itself by what its readers give."


ORDINALS = ("none", "first", "second", "third", "fourth", "fifth")


def sibling(number: int) -> World:
    """Another article of the same host, with the site's farewell below its own prose."""
    own = tuple(
        f"{text} This is the {ORDINALS[number]} of the articles that say so, and no other one says it."
        for text in PARAGRAPHS
    )
    world = World(page(paragraphs=(*own, FAREWELL)))
    identity = article_id(f"https://news.example/{number}")
    world.state = world.state.model_copy(update={"article_id": identity})
    world.store.states = {identity: world.state}
    world.message = world.message.model_copy(update={"article_id": identity})
    return world


def work_of(world: World) -> ExtractedWork:
    return extracted_work(world.sender.sent[-1], world.objects)


def read_one_after_the_other(numbers: tuple[int, ...], hosts: InMemoryHostStore) -> list[ExtractedWork]:
    works = []
    for number in numbers:
        world = sibling(number)
        world.stage = replace(world.stage, hosts=hosts)
        assert world.stage.handle(world.message) == "extracted"
        works.append(work_of(world))
    return works


def test_what_recurs_on_the_site_is_cut_and_the_profile_that_said_so_is_recorded() -> None:
    # Given a host of which three articles were read
    hosts = InMemoryHostStore()
    first, *_ = read_one_after_the_other((1, 2, 3), hosts)
    assert FAREWELL in first.article.article_body
    known = hosts.profile("news.example")

    # When a fourth is read
    (fourth,) = read_one_after_the_other((4,), hosts)

    # Then what all of them repeat is cut, with the reason, and the article says by what
    assert FAREWELL not in fourth.article.article_body
    assert "the fourth of the articles" in fourth.article.article_body
    assert [(block.text, block.reason) for block in fourth.dropped if block.reason == "recurs_on_site"] == [
        (FAREWELL, "recurs_on_site")
    ]
    record = fourth.article.provenance.site_profile
    assert record is not None
    assert record.id == known.id
    assert len(record.recurring) == 1


def test_the_order_of_arrival_does_not_change_what_a_reprocessing_gives() -> None:
    # Given the same articles, read in two orders
    works = []
    for order in ((1, 2, 3, 4, 5), (5, 3, 1, 4, 2)):
        hosts = InMemoryHostStore()
        read_one_after_the_other(order, hosts)
        # When one of them is read again
        works += read_one_after_the_other((2,), hosts)
    # Then it is the same work, cut by the same profile
    assert works[0] == works[1]
    assert FAREWELL not in works[0].article.article_body


def test_a_page_that_is_no_article_teaches_nothing() -> None:
    world = World(b"<html><body><nav><a href='/'>News and other things of this site</a></nav></body></html>")
    world.stage.handle(world.message)
    assert world.hosts.profiles == {}


def test_a_page_whose_wish_is_heeded_teaches_nothing() -> None:
    world = World(page(), headers=(("X-Robots-Tag", "noindex"), ("Content-Type", "text/html")))
    world.stage = replace(world.stage, opt_outs=OptOutPolicy(parse_policy("noindex"), "newsdeskbot"))
    world.stage.handle(world.message)
    assert world.outcome == "rejected:opt_out"
    assert world.hosts.profiles == {}


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_while_the_profile_is_written_is_repaired_by_the_redelivery(after: bool) -> None:
    world = World(page())
    world.hosts.fail_next("add_page", OSError("gone"), after=after)
    with pytest.raises(OSError, match="gone"):
        world.stage.handle(world.message)
    assert world.stage.handle(world.message) == "extracted"
    assert len(world.hosts.profile("news.example").pages) == 1


# ------------------------------------------------------------------------------------------ the process that reads


@pytest.mark.parametrize("reason", [Reason.PARSE_TIMEOUT, Reason.PARSE_MEMORY, Reason.PARSE_CRASH])
def test_a_page_that_cannot_be_read_within_bounds_ends_with_the_reason(reason: Reason) -> None:
    # Given a reader that gives up on a page
    world = World(page())

    def give_up(_: PageToRead) -> Reading:
        raise PermanentError(reason)

    world.stage = replace(world.stage, read=give_up)
    # When it is extracted, Then that is its recorded outcome, and nothing is retried
    assert world.stage.handle(world.message) == "failed"
    assert world.outcome == f"failed:{reason.value}"
    assert world.now.stage is Stage.REST


def test_a_page_read_in_a_child_makes_the_same_bytes() -> None:
    # Given two worlds, one of which reads in a process of its own
    here, there = World(page()), World(page())
    reader = ChildReader()
    there.stage = replace(there.stage, read=reader)
    try:
        for world in (here, there):
            assert world.stage.handle(world.message) == "extracted"
    finally:
        reader.close()
    # Then nobody can tell
    assert here.objects.objects == there.objects.objects
    assert here.hosts.profiles == there.hosts.profiles


# ------------------------------------------------------------------------------------------ opt-outs


ENFORCED = OptOutPolicy(frozenset({RefusedUse.NOARCHIVE}), "newsdeskbot")
REFUSING = page().replace(b"</title>", b'</title><meta name="robots" content="noarchive">')


def refused(**options: Any) -> World:
    """A world whose page was fetched, and refuses in a meta element what the policy enforces."""
    return World(REFUSING, opt_outs=ENFORCED, **options)


@pytest.mark.parametrize(
    ("current", "status", "outcome"), [(None, "rejected", "rejected:opt_out"), ("hash", "removed", "removed")]
)
def test_the_capture_of_a_page_that_opts_out_is_deleted(current: str | None, status: str, outcome: str) -> None:
    # Given a page that refuses in itself what the policy enforces, new or indexed before
    world = refused(current=current)

    # When it is extracted
    assert world.stage.handle(world.message) == status

    # Then the run ends so, and nothing that this visit wrote is left
    assert world.outcome == outcome
    assert world.objects.objects == {}


@pytest.mark.parametrize("current", [None, "hash"])
@pytest.mark.parametrize("broken", ["save", "delete"])
@pytest.mark.parametrize("after", [False, True])
def test_a_capture_is_deleted_by_the_redelivery_after_a_crash(broken: str, after: bool, current: str | None) -> None:
    # Given a stage that dies before or after it recorded the opt-out, or before or after it deleted the capture
    world = refused(current=current)
    fake = {"save": world.store, "delete": world.objects}[broken]
    fake.fail_next(broken, OSError("gone"), after=after)
    with pytest.raises(OSError, match="gone"):
        world.stage.handle(world.message)

    # When the message is delivered again, and once more
    ended_as = world.now.last_outcome
    world.stage.handle(world.message)
    world.stage.handle(world.message)

    # Then the capture is gone, and the run ended once, for its reason
    assert world.objects.objects == {}
    assert world.outcome == ("removed" if current else "rejected:opt_out")
    assert ended_as in (None, world.outcome)
    assert [record.run for record in world.store.outcomes.values()] == [2]


def test_a_capture_is_deleted_although_the_next_run_has_begun() -> None:
    # Given a stage that died before it deleted the capture, and a submission that began another run
    world = refused()
    world.objects.fail_next("delete", OSError("gone"))
    with pytest.raises(OSError, match="gone"):
        world.stage.handle(world.message)
    world.store.save(lifecycle.next_run(world.now, world.clock(), TIMEOUTS))

    # When the message is delivered again, Then it is of an older run, and still finds what it left
    assert world.stage.handle(world.message) == "skipped"
    assert world.objects.objects == {}


def test_a_capture_that_nobody_refused_is_never_deleted() -> None:
    # Given pages that ended in other ways, or are under way
    for body in (page(), b"<html></html>", REFUSING):
        world = World(body)

        # When their messages come again and again, Then their captures stay
        for _ in range(3):
            world.stage.handle(world.message)
        assert world.capture.key in world.objects.objects


def test_a_page_that_opts_out_behind_very_many_wishes_is_heeded() -> None:
    # Given a page whose wish is the last of more than an article records
    many = "".join(f'<meta name="robots" content="x{number}">' for number in range(60)).encode()
    world = World(REFUSING.replace(b"</title>", b"</title>" + many), opt_outs=ENFORCED)

    # When it is extracted, Then it counts
    assert world.stage.handle(world.message) == "rejected"
    assert world.outcome == "rejected:opt_out"


# ------------------------------------------------------------------------------------------ canonical links


CANONICAL_URL = "https://www.news.example/2026/03/13/gates"


def with_canonical(url: str) -> bytes:
    return page().replace(b"</title>", f'</title><link rel="canonical" href="{url}">'.encode())


def article_under(url: str, **changes: object) -> ArticleState:
    revision = CurrentRevision(
        revision=1, key="articles/v1/y/1.json", content_hash="other", committed_at=to_text(FakeClock()()), **changes
    )
    return ArticleState(
        article_id=article_id(url),
        url=url,
        host="www.news.example",
        requested_url=url,
        first_seen=to_text(FakeClock()()),
        stage=Stage.REST,
        current=revision,
        last_outcome="indexed",
    )


def test_a_page_that_is_another_articles_ends_as_its_duplicate() -> None:
    # Given an article under the page's canonical URL, of the same headline
    world = World(with_canonical(CANONICAL_URL))
    other = article_under(CANONICAL_URL, headline="How the gates work")
    world.store.states[other.article_id] = other

    # When the page is read
    assert world.stage.handle(world.message) == "duplicate"

    # Then the run ends so, with nothing written
    assert world.outcome == "duplicate"
    assert world.store.outcomes[ARTICLE_ID, 2].duplicate_of == other.article_id
    assert world.now.duplicate_of == other.article_id
    assert world.objects.puts == []
    assert world.sender.sent == []


def test_a_canonical_url_that_nobody_has_becomes_the_articles_other_name() -> None:
    # Given a page with a canonical URL that is new, When it is read
    world = World(with_canonical(CANONICAL_URL))
    assert world.stage.handle(world.message) == "extracted"

    # Then both URLs lead to the article, which keeps its own and says what the page said
    assert world.store.find(article_id(CANONICAL_URL)) == world.now
    article = world.work().article
    assert (article.url, article.provenance.canonical_url, article.quality.warnings) == (URL, CANONICAL_URL, ())


def test_a_canonical_url_that_is_not_believed_is_recorded_with_the_reason() -> None:
    # Given a page that names its site's front page, When it is read
    world = World(with_canonical("https://news.example/"))
    assert world.stage.handle(world.message) == "extracted"

    # Then it names nothing but a warning
    assert world.store.aliases == {}
    article = world.work().article
    assert article.provenance.canonical_url == "https://news.example/"
    assert article.quality.warnings == ("canonical_link:home_page",)


def test_a_plain_texts_canonical_url_stands_in_its_header() -> None:
    headers = (("Content-Type", "text/plain"), ("Link", f'<{CANONICAL_URL}>; rel="canonical"'))
    world = World("\n\n".join(PARAGRAPHS).encode(), headers=headers)
    assert world.stage.handle(world.message) == "extracted"
    assert world.store.find(article_id(CANONICAL_URL)) == world.now


def test_of_two_pages_that_name_each_other_one_stays() -> None:
    # Given a page in work that names another article, which ends as this one's duplicate at this very moment
    world = World(with_canonical(CANONICAL_URL))
    other = article_under(CANONICAL_URL, headline="How the gates work")
    world.store.states[other.article_id] = other
    after = other.model_copy(update={"version": 2, "last_outcome": "duplicate", "duplicate_of": ARTICLE_ID})
    world.store.before_save = lambda _: world.store.save(after)

    # When the page is read, Then it is not let go, and is delivered again
    with pytest.raises(ConflictError):
        world.stage.handle(world.message)
    assert world.stage.handle(world.message) == "extracted"


# ------------------------------------------------------------------------------------------ further pages


def linking(*pages: str) -> ReadPage:
    """A reader that finds these pages linked, whatever stands on the page."""

    def read(wanted: PageToRead) -> Reading:
        reading = read_page(wanted)
        article = reading.result.article.model_copy(update={"next_pages": pages})
        return replace(reading, result=replace(reading.result, article=article))

    return read


@pytest.mark.parametrize(
    ("linked", "wanted"),
    [
        ((f"{URL}/2",), (f"{URL}/2",)),
        ((f"{URL}/2", f"{URL}/3", f"{URL}/4"), (f"{URL}/2", f"{URL}/3")),
        ((URL, f"{URL}?utm_source=pager", f"{URL}/2"), (f"{URL}/2",)),
        (("https://www.news.example/2026/03/13/gates/2",), ("https://www.news.example/2026/03/13/gates/2",)),
        ((), None),
        ((URL,), None),
        (("http://news.example/2026/03/13/gates/2",), None),
        (("https://news.example:8443/2026/03/13/gates/2",), None),
        (("https://other.example/2026/03/13/gates/2",), None),
    ],
)
def test_a_page_is_wanted_that_is_of_the_site_and_was_not_had(
    linked: tuple[str, ...], wanted: tuple[str, ...] | None
) -> None:
    # Given a page that links others, and a stage that follows two
    world = World(page())
    world.stage = replace(world.stage, read=linking(*linked), follow_pages=2)

    # When it is extracted, Then the run goes back to fetch with them, or on to enrich without
    status = world.stage.handle(world.message)
    assert status == ("extracted" if wanted is None else "page_wanted")
    assert (world.now.stage, world.now.next_pages) == (Stage.FETCH, wanted) if wanted else (Stage.ENRICH, ())
    assert [type(message) for message in world.sender.sent] == [ArticleExtracted if wanted is None else FetchRequested]


def test_a_list_of_articles_wants_no_further_list() -> None:
    # Given a page that says that it is a collection, and shows so many cards
    said = '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "CollectionPage"}</script>'
    cards = "".join(
        f"<article><h2><a href='/2026/03/13/story-{number}'>The harbour and its many bridges, part {number}</a></h2>"
        "<p>What the council said on Friday, and what it will cost the town.</p></article>"
        for number in range(12)
    )
    world = World(page(cards).replace(b"</title>", b"</title>" + said.encode()))
    world.stage = replace(world.stage, read=linking(f"{URL}/2"), follow_pages=5)

    # When it is extracted, Then its next page is not asked for, and the article says so
    assert world.stage.handle(world.message) == "extracted"
    assert {"type:listing", "next_page:not_followed"} <= set(world.work().article.quality.warnings)


def test_a_page_that_was_had_is_not_wanted_for_its_place_in_the_list() -> None:
    # Given an article whose second page links nothing, and whose first one links it under two addresses
    world = World(page())
    second = page(
        paragraphs=("On the second page stands something else, which no other page of the article has said.",)
    )
    capture = world.capture.model_copy(update={"capture_id": "second", "key": "raw/v1/second", "sha256": "00" * 32})
    capture = capture.model_copy(update={"final_url": f"{URL}/2"})
    world.objects.put(capture.key, world.file(second, ()), "application/warc")
    listed = (f"{URL}/2", f"{URL}/2?utm_source=pager")
    world.state = world.state.model_copy(update={"pages": (capture,), "next_pages": listed})
    world.store.states[ARTICLE_ID] = world.state
    world.stage = replace(world.stage, read=linking(), follow_pages=5)

    # When it is extracted, Then it is not asked for again
    assert world.stage.handle(world.message) == "extracted"


def test_a_page_that_links_those_before_it_wants_none_of_them() -> None:
    # Given the second page of an article, which calls itself and the first one its next pages
    world = World(page())
    second = page(
        paragraphs=("On the second page stands something else, which no other page of the article has said.",)
    )
    capture = world.capture.model_copy(update={"capture_id": "second", "key": "raw/v1/second", "sha256": "00" * 32})
    capture = capture.model_copy(update={"final_url": f"{URL}/2/"})
    world.objects.put(capture.key, world.file(second, ()), "application/warc")
    pages = {"pages": (capture,), "next_pages": (f"{URL}/2",)}
    world.state = world.state.model_copy(update=pages)
    world.store.states[ARTICLE_ID] = world.state
    world.stage = replace(world.stage, read=linking(URL, f"{URL}/2", f"{URL}/2/"), follow_pages=5)

    # When it is extracted, Then the article ends with it, and nothing is missing
    assert world.stage.handle(world.message) == "extracted"
    article = world.work().article
    assert len(article.provenance.pages) == 1
    assert article.quality.warnings == ()
