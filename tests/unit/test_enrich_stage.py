"""The enrich stage: each extracted article becomes one numbered, immutable object."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import replace
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from enricher.composer import default_enrichers
from enricher.ports import Analysis
from enricher.stage import EnrichStage
from harness.aws import FakeLambdaContext
from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryObjectStore, RecordingSender
from newsdesk.articles import (
    CUTS,
    ArticleState,
    Capture,
    CurrentRevision,
    Stage,
    Timeouts,
    carried_work,
    lifecycle,
    message_for,
    pack_cuts,
    pack_work,
    read_cuts,
)
from newsdesk.contracts import (
    Article,
    ArticleEnriched,
    ArticleExtracted,
    ChangeType,
    DroppedBlock,
    Enrichment,
    Extracted,
    ExtractedWork,
    Link,
    ModelProvenance,
    PageFetched,
    Provenance,
    facts_of,
    to_json_bytes,
)
from newsdesk.runtime import Worker, instrumented

ARTICLE_ID = "abcdefghijklmnopqrstuvwx23"
URL = "https://news.example/gates"
KEY = f"work/v1/{ARTICLE_ID}/capture/extracted.json.gz"
TIMEOUTS = Timeouts(stuck_after_seconds=900)
BODY = "Two steel doors rise out of the bed of the river on the highest tides, and the sea stops there.\n" * 5

WORK = ExtractedWork(
    article_id=ARTICLE_ID,
    capture_id="capture",
    content_hash="hash",
    article=Extracted(
        headline="How the gates work",
        article_body=BODY,
        date_published="2026-03-13",
        in_language="en-GB",
        url=URL,
        word_count=95,
        provenance=Provenance(
            requested_url=URL, final_url=URL, extractor=ModelProvenance(name="newsdesk.extract", version="1")
        ),
    ),
    links=(Link(url="https://water.example/levels", text="the levels", kind="external"),),
)


CARRIED = base64.b64encode(gzip.compress(to_json_bytes(WORK), mtime=0)).decode()


class World:
    """An extracted article, and everything that the stage touches."""

    def __init__(self, current: int | None = None, enrichers: Any = None) -> None:
        self.clock = FakeClock()
        revision = CurrentRevision(
            revision=current or 1, key="x", content_hash="old", committed_at="2026-03-12T00:00:00Z"
        )
        self.state = ArticleState(
            article_id=ARTICLE_ID,
            url=URL,
            host="news.example",
            requested_url=URL,
            first_seen="2026-03-11T23:59:59.000Z",
            version=7,
            run=2,
            stage=Stage.ENRICH,
            capture=Capture(
                capture_id="capture",
                key="raw/v1/x",
                sha256="0" * 64,
                captured_at="2026-03-14T09:26:51.589Z",
                status=200,
                final_url=URL,
            ),
            extracted_key=KEY,
            content_hash="hash",
            current=revision if current else None,
        )
        self.store = InMemoryArticleStore(self.state)
        self.objects = InMemoryObjectStore()
        self.objects.put(KEY, gzip.compress(to_json_bytes(WORK), mtime=0), "application/json", "gzip")
        self.sender = RecordingSender()
        self.stage = EnrichStage(
            Worker(self.store, self.sender, self.clock, TIMEOUTS), self.objects, enrichers or default_enrichers()
        )
        self.message = ArticleExtracted(article_id=ARTICLE_ID, run=2, extracted_key=KEY)

    @property
    def now(self) -> ArticleState:
        return self.store.states[ARTICLE_ID]

    @property
    def key(self) -> str:
        assert self.now.article_key is not None
        return self.now.article_key

    def article(self) -> Article:
        return Article.model_validate_json(self.objects.objects[self.key].body)


def test_an_extracted_article_becomes_an_object_and_a_message() -> None:
    # Given an extracted article that nobody has seen before
    world = World()
    # When it is enriched
    status = world.stage.handle(world.message)
    # Then its first revision lies under the day on which it was first seen, and under its own hash
    assert status == "enriched"
    body = world.objects.objects[world.key].body
    digest = hashlib.sha256(body).hexdigest()[:8]
    assert world.key == f"articles/v1/date=2026-03-11/{ARTICLE_ID}/1-{digest}.json"
    assert world.objects.objects[world.key].content_type == "application/json"
    # And index gets its message
    assert world.now.stage is Stage.INDEX
    facts = facts_of(world.article())
    assert world.sender.sent == [ArticleEnriched(article_id=ARTICLE_ID, run=2, article_key=world.key, facts=facts)]


def test_what_was_cut_from_the_page_lies_beside_the_article() -> None:
    # Given work of which a block was cut, When it is enriched
    world = World()
    cut = (DroppedBlock(text="Most read", reason="page_furniture"),)
    packed = pack_work(to_json_bytes(WORK.model_copy(update={"dropped": cut})))
    world.stage.handle(world.message.model_copy(update={"work": carried_work(packed, len(packed) * 2)}))

    # Then that is in the object's metadata, and no text of it in the article
    assert read_cuts(world.objects.about(world.key)[CUTS]).blocks == cut
    assert b"Most read" not in world.objects.get(world.key)


def test_an_article_that_is_made_out_of_itself_keeps_what_was_cut() -> None:
    # Given a revision, of which enrich once stored what was cut
    world = World()
    world.stage.handle(world.message)
    key, about = world.key, {CUTS: pack_cuts([DroppedBlock(text="Most read", reason="page_furniture")])}
    world.objects.objects[key] = replace(world.objects.objects[key], about=about)

    # When it is enriched again from its own object, by fewer enrichers
    state = world.state.model_copy(update={"extracted_key": key, "version": world.now.version + 1})
    world.store.states[ARTICLE_ID] = state
    replace(world.stage, enrichers=()).handle(world.message.model_copy(update={"extracted_key": key}))

    # Then
    assert world.key != key
    assert world.objects.about(world.key) == about


def test_the_article_holds_what_extract_found_and_what_enrich_adds() -> None:
    world = World()
    world.stage.handle(world.message)
    article = world.article()
    assert (article.revision, article.previous_revision, article.change_type) == (1, None, ChangeType.CREATED)
    assert (article.headline, article.article_body, article.date_published) == (
        "How the gates work",
        BODY,
        "2026-03-13",
    )
    assert article.enrichment.language is not None
    assert (article.enrichment.language.code, article.enrichment.language.declared) == ("en", "en-GB")
    assert article.enrichment.links == WORK.links
    assert article.enrichment.signature is not None
    assert article.enrichment.reading_time_minutes is not None
    assert article.enrichment.errors == ()
    made_by = [made.name for made in article.enrichment.provenance]
    assert made_by == [enricher.name for enricher in default_enrichers()]
    assert article.provenance.extractor == WORK.article.provenance.extractor
    assert article.provenance.enricher_version
    document = json.loads(world.objects.objects[world.key].body)
    assert (document["@context"], document["@type"]) == ("https://schema.org", "NewsArticle")


def test_a_later_capture_becomes_the_next_revision() -> None:
    world = World(current=4)
    world.stage.handle(world.message)
    article = world.article()
    assert (article.revision, article.previous_revision, article.change_type) == (5, 4, ChangeType.UPDATED)
    assert f"/{ARTICLE_ID}/5-" in world.key


def test_the_same_work_object_makes_the_same_bytes_whenever_it_is_enriched() -> None:
    first, second = World(), World()
    second.clock.advance(86_400)
    for world in (first, second):
        world.stage.handle(world.message)
    assert first.objects.objects == second.objects.objects


def test_an_enricher_that_fails_does_not_drop_the_article() -> None:
    # Given an enricher that is broken
    class Broken:
        name = "broken"
        version = "1"

        def enrich(self, *_: object) -> None:
            raise MemoryError("too large")

    world = World(enrichers=(Broken(), *default_enrichers()))
    # When the article is enriched
    status = world.stage.handle(world.message)
    # Then it is complete but for that, and says so
    assert status == "enriched"
    assert [(error.enricher, error.kind) for error in world.article().enrichment.errors] == [("broken", "failed")]
    assert world.article().enrichment.signature is not None


def test_work_that_is_neither_in_the_message_nor_in_the_bucket_is_made_again() -> None:
    # Given a message that was sent again, without the work that the first one carried
    world = World()
    world.objects.objects.clear()
    # When it comes, Then the run goes back to extract, which has the capture
    assert world.stage.handle(world.message) == "sent_back"
    assert (world.now.stage, world.now.content_hash, world.now.resends) == (Stage.EXTRACT, None, 1)
    assert world.sender.sent == [PageFetched(article_id=ARTICLE_ID, run=2, capture_key="raw/v1/x")]
    # And the first one, should it come now, does nothing
    carrying = world.message.model_copy(update={"work": CARRIED})
    assert world.stage.handle(carrying) == "skipped"


def test_work_comes_with_the_message_and_counts_if_it_is_what_the_state_says() -> None:
    for digest, status in (("hash", "enriched"), ("another", "sent_back")):
        world = World()
        world.objects.objects.clear()
        world.store.states[ARTICLE_ID] = world.state.model_copy(update={"content_hash": digest})
        assert world.stage.handle(world.message.model_copy(update={"work": CARRIED})) == status


@pytest.mark.parametrize("work", ["", "not Base64!", "bm90IGNvbXByZXNzZWQ="])
def test_carried_work_that_cannot_be_read_ends_the_run_at_once(work: str) -> None:
    world = World()
    assert world.stage.handle(world.message.model_copy(update={"work": work})) == "failed"
    assert world.store.outcomes[ARTICLE_ID, 2].outcome == "failed:work_unreadable"


def _of_another_release() -> bytes:
    document = json.loads(to_json_bytes(WORK))
    document["article"]["articleType"] = "a kind that this release does not know"
    return gzip.compress(json.dumps(document).encode())


UNREADABLE = {
    "another release's": _of_another_release(),
    "other JSON": gzip.compress(b'{"schemaVersion": 2}'),
    "no JSON": gzip.compress(b"<html>"),
    "not compressed": to_json_bytes(WORK),
    "cut short": gzip.compress(to_json_bytes(WORK))[:-20],
    "damaged": gzip.compress(to_json_bytes(WORK))[:40] + b"\xff" * 40,
    "empty": b"",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_work_object_that_cannot_be_read_ends_the_run_at_once(name: str) -> None:
    # Given what another release wrote, or what is left of it
    world = World()
    world.objects.objects.clear()
    world.objects.put(KEY, UNREADABLE[name], "application/json", "gzip")

    # When it is to be enriched, Then the run ends and says why
    assert world.stage.handle(world.message) == "failed"
    assert world.store.outcomes[ARTICLE_ID, 2].outcome == "failed:work_unreadable"
    assert world.now.stage is Stage.REST
    assert world.stage.handle(world.message) == "skipped"


def test_a_redelivered_article_sends_the_next_message_again_and_does_nothing_else() -> None:
    world = World()
    world.stage.handle(world.message)
    before = world.now
    assert world.stage.handle(world.message) == "skipped"
    assert world.now == before
    assert world.sender.sent[1:] == [message_for(world.now)]
    assert len(world.objects.objects) == 2


@pytest.mark.parametrize("broken", ["put", "save", "send"])
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_point_is_repaired_by_the_redelivery(broken: str, after: bool) -> None:
    # Given a stage that dies once, before or after a write
    world = World()
    fake = {"put": world.objects, "save": world.store, "send": world.sender}[broken]
    fake.fail_next(broken, OSError("gone"), after=after)
    with pytest.raises(OSError, match="gone"):
        world.stage.handle(world.message)
    # When the message is delivered again
    world.stage.handle(world.message)
    # Then there is one object and index knows
    assert world.now.stage is Stage.INDEX
    assert world.sender.sent[-1].model_copy(update={"facts": None}) == lifecycle.message_for(world.now)
    assert set(world.objects.objects) == {KEY, world.key}


def test_a_message_of_an_older_run_is_skipped() -> None:
    world = World()
    assert world.stage.handle(world.message.model_copy(update={"run": 1})) == "skipped"


@pytest.mark.parametrize("expired", [False, True])
def test_a_worker_that_lost_the_race_is_stale(expired: bool) -> None:
    # Given another worker that moves the article on while this one works
    world = World()
    if expired:
        world.objects.objects.clear()

    def overtake(_: ArticleState) -> None:
        world.store.states[ARTICLE_ID] = lifecycle.enriched(world.state, "articles/v1/theirs", world.clock(), TIMEOUTS)

    world.store.before_save = overtake
    # When this one wants to write, then it does no harm, and sends the message that the other may not have sent
    assert world.stage.handle(world.message) == "stale"
    assert world.now.article_key == "articles/v1/theirs"
    assert world.sender.sent == [message_for(world.now)]
    assert world.store.outcomes == {}


class Broken:
    name = "broken"
    version = "1"

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        raise RuntimeError("no model")


def _forget_what_others_counted(capsys: pytest.CaptureFixture[str]) -> None:
    @instrumented
    def idle(event: dict[str, Any], context: LambdaContext) -> None:
        pass

    idle({}, cast(LambdaContext, FakeLambdaContext(30_000)))
    capsys.readouterr()


def test_a_broken_enricher_is_counted_and_the_article_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    # Given a stage one of whose enrichers is broken
    world = World(enrichers=(Broken(),))

    @instrumented
    def handler(event: dict[str, Any], context: LambdaContext) -> str:
        return world.stage.handle(world.message)

    _forget_what_others_counted(capsys)
    # When an article is enriched
    status = handler({}, cast(LambdaContext, FakeLambdaContext(30_000)))
    # Then it goes on, and the failure is counted by the enricher's name
    assert status == "enriched"
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "EnrichersFailed" in line]
    assert [(line["status"], line["EnrichersFailed"]) for line in lines] == [("broken:failed", [1.0])]
