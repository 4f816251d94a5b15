"""Wishes that appear after we stored the page, on a real server: they are applied to what is stored (case 73).

Comes in: a server that changes its mind. Goes out: assertions.
"""

from __future__ import annotations

import json

import pytest

from newsdesk.articles import OutcomeRecord
from newsdesk.contracts import Article
from tests.functional.misbehaving_server import Behaviour, MisbehavingServer, Request, answer, head, raw
from tests.pipeline import PARAGRAPHS, Pipeline, page, real_web

PATH = "/2026/03/14/bridge"


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline(real_web)


def indexed(pipeline: Pipeline, server: MisbehavingServer, behaviour: Behaviour | None = None) -> str:
    """Serve an article, have it indexed, and return its URL."""
    server.on(PATH, behaviour or answer(page(), ("ETag", '"1"')))
    url = f"http://127.0.0.1:{server.port}{PATH}"
    assert pipeline.ingest(url)[-1] == "indexed"
    return url


def article_of(pipeline: Pipeline, url: str) -> Article:
    current = pipeline.state(url).current
    assert current is not None
    return Article.model_validate_json(pipeline.objects.get(current.key))


def last_outcome(pipeline: Pipeline) -> OutcomeRecord:
    record: OutcomeRecord = list(pipeline.store.outcomes.values())[-1]
    return record


LATER_WISHES = {
    "a header": answer(page(), ("X-Robots-Tag", "noindex")),
    "a header with a new text": answer(page("Another text, long enough. " * 10), ("X-Robots-Tag", "noai, noarchive")),
    "a header of a 304": raw(head(304, [("ETag", '"1"'), ("X-Robots-Tag", "noindex")])),
    "a header that names us": answer(page(), ("X-Robots-Tag", "NewsdeskBot: noindex")),
    "a date that has passed": answer(page(), ("X-Robots-Tag", "unavailable_after: 14 Mar 2026 09:30:00 GMT")),
    "a meta element": answer(page(head='<meta name="robots" content="noindex, follow">')),
    "a meta element that names us": answer(page(head='<meta name="NewsdeskBot" content="noarchive">')),
    "a meta element of a page without an article": answer(b"<html><meta name=robots content=none><p>Gone.</html>"),
}


@pytest.mark.parametrize("wish", LATER_WISHES)
def test_73_a_wish_that_appears_later_takes_back_what_is_stored(
    pipeline: Pipeline, server: MisbehavingServer, wish: str
) -> None:
    # Given an indexed article
    url = indexed(pipeline, server)
    captures = [key for key in pipeline.objects.objects if key.startswith("raw/")]

    # When its server says on the next visit that it does not want it to be kept
    server.on(PATH, LATER_WISHES[wish])
    pipeline.visit_when_due(url)

    # Then it is retracted on this very visit, and readers learn why
    state = pipeline.state(url)
    assert (state.last_outcome, state.current, state.due_at) == ("removed", None, None)
    assert pipeline.outcomes() == ["indexed", "removed"]
    created, retracted = pipeline.changes()
    assert (created.change_type, created.reason) == ("created", None)
    assert (retracted.change_type, retracted.reason, retracted.key) == ("retracted", "opt_out", None)
    assert (retracted.revision, retracted.previous_revision) == (2, 1)

    # And of this visit nothing was kept; what was written before stays, unlisted
    assert [key for key in pipeline.objects.objects if key.startswith("raw/")] == captures


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (("TDM-Reservation", "1"), "tdm-reservation"),
        (("Content-Usage", "train-ai=n"), "train-ai"),
        (("Content-Signal", "search=yes, ai-train=no"), "train-ai"),
        (("X-Robots-Tag", "noai"), "noai"),
    ],
)
def test_73_a_wish_that_the_policy_does_not_enforce_is_recorded_as_a_new_revision(
    pipeline: Pipeline, server: MisbehavingServer, wish: tuple[str, str], refusal: str
) -> None:
    # Given an indexed article
    url = indexed(pipeline, server)
    assert article_of(pipeline, url).rights.opt_outs == ()

    # When its text is the same on the next visit, and a wish appears that the stack only records
    server.on(PATH, answer(page(), wish))
    assert pipeline.visit_when_due(url)[-1] == "indexed"

    # Then the stored article says so, and its readers were told of a new revision
    article = article_of(pipeline, url)
    assert article.rights.opt_outs == (refusal,)
    assert [change.change_type for change in pipeline.changes()] == ["created", "updated"]
    assert article.article_body.endswith(PARAGRAPHS[-1])


def test_73_a_wish_that_a_304_brings_is_recorded_as_a_new_revision(
    pipeline: Pipeline, server: MisbehavingServer
) -> None:
    # Given an indexed article, whose server knows 304 and begins to send a wish with every answer
    url = indexed(pipeline, server)
    wish = ("X-Robots-Tag", "noai")

    def with_a_wish(request: Request) -> None:
        is_known = request.field("If-None-Match") == '"1"'
        fields = [("ETag", '"1"'), wish]
        (raw(head(304, fields)) if is_known else answer(page(), *fields))(request)

    server.on(PATH, with_a_wish)

    # When a visit meets it, Then the page is read once more, whole
    assert pipeline.visit_when_due(url) == ["deferred"]
    pipeline.wait_until_due(url)
    assert pipeline.dispatch() == {"released": 1}
    assert pipeline.settle()[-1] == "indexed"
    assert article_of(pipeline, url).rights.opt_outs == ("noai",)

    # And later visits, which bring the same wish, end with their 304
    for _ in range(3):
        assert pipeline.visit_when_due(url) == ["not_modified"]
    assert [change.change_type for change in pipeline.changes()] == ["created", "updated"]


@pytest.mark.parametrize(
    ("path", "body", "refusal"),
    [
        ("/robots.txt", b"User-agent: *\nAllow: /\nContent-Signal: ai-train=no\n", "train-ai"),
        ("/robots.txt", b"User-agent: *\nAllow: /\nDisallowAITraining: /\n", "train-ai"),
        ("/.well-known/tdmrep.json", json.dumps([{"location": "/", "tdm-reservation": 1}]).encode(), "tdm-reservation"),
    ],
)
def test_73_a_wish_of_the_whole_host_that_is_not_heeded_is_recorded_as_a_new_revision(
    pipeline: Pipeline, server: MisbehavingServer, path: str, body: bytes, refusal: str
) -> None:
    # Given an indexed article that answers with the same bytes forever
    url = indexed(pipeline, server, answer(page()))

    # When the host's files refuse a use that the stack only records, and a day later they are read again
    server.on(path, answer(body, ("Content-Type", "text/plain"), html=False))
    pipeline.clock.advance(2 * 86400)
    pipeline.visit_when_due(url)

    # Then the stored article says so
    assert article_of(pipeline, url).rights.opt_outs == (refusal,)
    assert [change.change_type for change in pipeline.changes()] == ["created", "updated"]


def test_73_an_operator_decides_which_wishes_are_heeded(server: MisbehavingServer) -> None:
    # Given a stack that enforces reservations of text and data mining, and an indexed article
    pipeline = Pipeline(real_web, policy="tdm-reservation")
    url = indexed(pipeline, server, answer(page(), ("X-Robots-Tag", "noindex")))

    # When a reservation appears, Then it is taken back
    server.on(PATH, answer(page(), ("TDM-Reservation", "1")))
    assert pipeline.visit_when_due(url) == ["removed"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/robots.txt", b"User-agent: *\nAllow: /\nContent-Signal: search=yes, ai-train=no\n"),
        ("/robots.txt", b"User-agent: *\nAllow: /\nContent-Usage: / train-ai=n\n"),
        ("/robots.txt", b"User-agent: *\nAllow: /\nDisallowAITraining: /\n"),
        ("/.well-known/tdmrep.json", json.dumps([{"location": "/", "tdm-reservation": 1}]).encode()),
    ],
)
def test_73_a_wish_of_the_whole_host_takes_back_what_is_stored_of_it(
    server: MisbehavingServer, path: str, body: bytes
) -> None:
    # Given a stack that enforces such wishes, and an indexed article that answers with 304 from then on
    pipeline = Pipeline(real_web, policy="train-ai,tdm-reservation")
    url = indexed(pipeline, server)

    def not_modified_if_asked(request: Request) -> None:
        is_known = request.field("If-None-Match") == '"1"'
        behave = raw(head(304, [("ETag", '"1"')])) if is_known else answer(page(), ("ETag", '"1"'))
        behave(request)

    server.on(PATH, not_modified_if_asked)

    stored = set(pipeline.objects.objects)

    # When the host's own files refuse the use, and a day later they are read again
    server.on(path, answer(body, ("Content-Type", "text/plain"), html=False))
    pipeline.clock.advance(2 * 86400)
    pipeline.visit_when_due(url)

    # Then the article is retracted, and the visit left nothing behind
    assert pipeline.state(url).last_outcome == "removed"
    assert pipeline.changes()[-1].reason == "opt_out"
    assert set(pipeline.objects.objects) == stored


@pytest.mark.parametrize(
    "behaviour",
    [
        answer(page(), ("X-Robots-Tag", "noindex")),
        answer(page(head='<meta name="robots" content="noarchive">')),
    ],
    ids=["header", "meta"],
)
def test_a_page_that_opts_out_from_the_start_is_not_taken(
    pipeline: Pipeline, server: MisbehavingServer, behaviour: Behaviour
) -> None:
    # Given a page that does not want to be kept, When it is submitted
    server.on(PATH, behaviour)
    url = f"http://127.0.0.1:{server.port}{PATH}"
    pipeline.ingest(url)

    # Then the outcome says why, and there is neither capture, nor article, nor change, nor another visit
    outcome = last_outcome(pipeline)
    assert outcome.outcome == "rejected:opt_out"
    assert outcome.detail is not None
    assert outcome.detail.endswith(("x-robots-tag: noindex", "robots: noarchive"))
    assert pipeline.objects.objects == {}
    assert pipeline.changes() == []
    assert pipeline.state(url).due_at is None


def test_a_publisher_who_changes_their_mind_again_is_taken_again(pipeline: Pipeline, server: MisbehavingServer) -> None:
    # Given an article that was retracted because its page opted out
    url = indexed(pipeline, server)
    server.on(PATH, answer(page(), ("X-Robots-Tag", "noindex")))
    pipeline.visit_when_due(url)

    # When the wish is gone and the URL is submitted once more
    server.on(PATH, answer(page()))
    assert pipeline.ingest(url, "submission-2")[-1] == "indexed"

    # Then there is a new revision, to readers who dropped the article a new article
    article = article_of(pipeline, url)
    assert (article.revision, article.previous_revision, article.change_type.value) == (3, 2, "created")
    assert [change.change_type for change in pipeline.changes()] == ["created", "retracted", "created"]
    assert pipeline.state(url).tombstone is None


def test_a_page_that_may_be_used_until_a_date_is_read_again_until_then(
    pipeline: Pipeline, server: MisbehavingServer
) -> None:
    # Given a page that names the third evening as its end, on a server that knows 304
    until = '<meta name="robots" content="unavailable_after: Tue, 17 Mar 2026 18:00:00 GMT">'
    url = indexed(pipeline, server, answer(page(head=until), ("ETag", '"1"')))

    # When it is visited before and after that, Then no visit is conditional, and the first one after it retracts
    statuses = []
    while pipeline.state(url).due_at is not None:
        statuses.append(pipeline.visit_when_due(url)[-1])
    assert statuses[-1] == "removed"
    assert set(statuses[:-1]) == {"unchanged"}
    assert all(request.field("If-None-Match") is None for request in server.requests)
    assert pipeline.clock().isoformat() >= "2026-03-17T18:00:00"
