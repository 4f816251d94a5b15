"""What becomes of an article whose page is gone: looked for once more, retracted, and taken again if it comes back.

Comes in: a real server on loopback, and the whole pipeline in memory or on AWS in moto. Goes out: assertions. Changes:
moto's memory.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from harness import aws
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.articles import Stage
from newsdesk.articles.lifecycle import retracted
from newsdesk.contracts import Article
from newsdesk_cli.rendering import absence
from tests.examples import NOW, at_stage, id_of
from tests.functional.misbehaving_server import MisbehavingServer, answer, redirect
from tests.pipeline import Pipeline, page, real_web

PATH = "/bridge"


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline(real_web)


@pytest.fixture
def url(pipeline: Pipeline, server: MisbehavingServer) -> str:
    """The URL of an indexed article."""
    address = server.on(PATH, answer(page()))
    assert pipeline.ingest(address)[-1] == "indexed"
    return address


def kinds(pipeline: Pipeline) -> list[str]:
    return [change.change_type for change in pipeline.changes()]


@pytest.mark.parametrize("statuses", [(404, 404), (410, 410), (404, 410)])
def test_a_page_that_is_gone_twice_is_retracted(
    pipeline: Pipeline, server: MisbehavingServer, url: str, statuses: tuple[int, int]
) -> None:
    # Given an indexed article whose page vanished
    current = pipeline.state(url).current
    assert current is not None
    server.on(PATH, answer(b"", status=statuses[0]))

    # When a visit does not find it, Then nothing is taken back
    assert pipeline.visit_when_due(url) == ["failed"]
    assert pipeline.state(url).current == current
    assert kinds(pipeline) == ["created"]
    missing_since = pipeline.clock()

    # When the next one, an hour later, does not find it either
    server.on(PATH, answer(b"", status=statuses[1]))
    assert pipeline.visit_when_due(url) == ["removed"]
    assert timedelta(hours=1) <= pipeline.clock() - missing_since < timedelta(hours=1, minutes=1)

    # Then there is a tombstone, a change for readers, and no further visit; the article's object stays, unlisted
    state = pipeline.state(url)
    assert (state.current, state.due_at) == (None, None)
    assert kinds(pipeline) == ["created", "retracted"]
    change = pipeline.changes()[-1]
    assert (change.reason, change.revision, change.key, change.headline) == ("gone", 2, None, None)
    assert current.key in pipeline.objects.objects
    assert pipeline.store.by_host("127.0.0.1", NOW - timedelta(days=1), NOW + timedelta(days=9)).listings == ()
    assert "its page is gone (" in absence(url, state)


def test_a_page_that_comes_back_in_between_is_not_retracted(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given an article that is missing on every second visit
    for _ in range(3):
        server.on(PATH, answer(b"", status=404))
        assert pipeline.visit_when_due(url) == ["failed"]
        server.on(PATH, answer(page()))

        # When each time the second look finds it, Then it stands
        assert pipeline.visit_when_due(url) == ["not_modified"]
    assert kinds(pipeline) == ["created"]


def test_a_retracted_article_whose_page_is_back_is_a_new_revision(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given a retracted article
    server.on(PATH, answer(b"", status=410))
    pipeline.visit_when_due(url)
    pipeline.visit_when_due(url)

    # When it is submitted while its page is still gone, Then that is how the submission ends, and nothing is announced
    assert pipeline.ingest(url, "submission-2") == ["failed"]
    assert pipeline.store.outcomes[pipeline.state(url).article_id, 4].outcome == "failed:gone"

    # When its page is back, word for word, and it is submitted again
    server.on(PATH, answer(page()))
    assert pipeline.ingest(url, "submission-3")[-1] == "indexed"

    # Then readers, who dropped it, get it as an article that they do not have
    state = pipeline.state(url)
    assert state.current is not None
    assert (state.tombstone, state.current.cluster_id) == (None, state.article_id)
    article = Article.model_validate_json(pipeline.objects.get(state.current.key))
    assert (article.revision, article.previous_revision, article.change_type.value) == (3, 2, "created")
    assert kinds(pipeline) == ["created", "retracted", "created"]

    # And it is visited again as soon as any new one
    assert pipeline.visit_when_due(url) == ["not_modified"]


def test_a_page_that_times_out_when_it_is_looked_for_again_is_still_looked_for(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given an indexed article at the end of its schedule, whose page vanished
    while (due_at := pipeline.state(url).due_at) is not None:
        last_due = due_at
        pipeline.visit_when_due(url)
    server.on(PATH, answer(b"", status=404))
    pipeline.ingest(url, "submission-2")
    assert last_due < pipeline.clock().timestamp()
    assert pipeline.state(url).due_at is not None

    # When the visit that was to confirm it meets something else
    server.on(PATH, answer(b"", status=403))
    assert pipeline.visit_when_due(url) == ["failed"]
    assert pipeline.state(url).current is not None

    # Then another follows within the hour, and confirms it
    server.on(PATH, answer(b"", status=404))
    since = pipeline.clock()
    assert pipeline.visit_when_due(url) == ["removed"]
    assert pipeline.clock() - since <= timedelta(hours=1, minutes=1)
    assert kinds(pipeline) == ["created", "retracted"]


def test_a_retracted_article_is_in_no_list_of_the_table(table: str) -> None:
    # Given a committed article, listed under its host and its day, and due for a visit
    store = DynamoArticleStore(table)
    state = at_stage(Stage.REST).model_copy(update={"version": 1})
    store.save(state)
    whole_time = (NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert [listing.article_id for listing in store.by_host(state.host, *whole_time).listings] == [id_of()]
    assert store.by_publication_day("2026-03-14").listings

    # When it is retracted
    after, records = retracted(state, "gone", NOW)
    store.save(after, *records)

    # Then it is in none of them, its tombstone is kept, and the stream tells of both records
    assert store.by_host(state.host, *whole_time).listings == ()
    assert store.by_publication_day("2026-03-14").listings == ()
    assert not any(store.due(shard, NOW + timedelta(days=999), 10) for shard in range(16))
    assert store.get(id_of()) == after
    assert store.revision(id_of(), 2) == records[0]
    assert {entry["dynamodb"]["NewImage"]["kind"]["S"] for entry in aws.stream_records()} == {
        "article",
        "revision",
        "outcome",
    }


SWIMMING = [f"The council voted on Monday, in its session number {n}, to close the swimming pool." for n in range(4)]


def test_an_article_whose_url_leads_to_the_front_page_twice_is_retracted(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given an indexed article whose site sends its URL to the front page, on which there is another story
    server.on("/", answer(page(*SWIMMING)))
    server.on(PATH, redirect("/", 302))

    # When it is visited, Then it stands
    assert pipeline.visit_when_due(url) == ["failed"]
    current = pipeline.state(url).current
    assert current is not None
    assert current.revision == 1

    # When it is still so an hour later, Then it is retracted like a page that answers 404
    assert pipeline.visit_when_due(url) == ["removed"]
    assert kinds(pipeline) == ["created", "retracted"]


def test_an_article_whose_url_leads_to_another_page_is_not_overwritten(
    pipeline: Pipeline, server: MisbehavingServer, url: str
) -> None:
    # Given an indexed article whose URL leads to its section for now
    server.on("/news", answer(page(*SWIMMING)))
    server.on(PATH, redirect("/news", 302))

    # When it is visited until its visits end, Then it stands as it was
    while pipeline.state(url).due_at is not None:
        assert pipeline.visit_when_due(url) == ["failed"]
    assert pipeline.state(url).last_outcome == "failed:redirected"
    assert kinds(pipeline) == ["created"]

    # When its URL leads elsewhere for good, Then what is there is an article of its own
    server.on(PATH, redirect("/pool", 301))
    server.on("/pool", answer(page(*SWIMMING)))
    assert pipeline.ingest(url, "submission-2")[0] == "duplicate"
    assert kinds(pipeline) == ["created", "created"]


def test_an_article_that_was_found_behind_a_redirect_is_kept_up_to_date(
    pipeline: Pipeline, server: MisbehavingServer
) -> None:
    # Given an article that was begun by a redirect, and that redirects itself to where its page is
    answers = [answer(page()), redirect("/story/show", 302)]
    server.on("/go", redirect("/story", 302))
    url = server.on("/story", lambda request: answers.pop(0)(request) if len(answers) > 1 else answers[0](request))
    server.on("/story/show", answer(page()))
    pipeline.ingest(server.url("/go"))
    current = pipeline.state(url).current
    assert current is not None
    assert current.page_url == server.url("/story/show")

    # When that page changes, Then it is a revision of the article
    server.on("/story/show", answer(page(*SWIMMING)))
    assert pipeline.visit_when_due(url)[-1] == "indexed"
    assert kinds(pipeline) == ["created", "updated"]
