"""``newsdesk reprocess``: articles made anew of what is stored, over the whole pipeline on AWS in moto.

Comes in: a real server on loopback, a deployment in one process, and an extractor that has learnt something. Goes out:
assertions. Changes: moto's memory, temporary files.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from extractor.contract import PageToRead, Reading
from extractor.reading import read_page
from harness import aws
from newsdesk.articles import ArticleState, Stage
from newsdesk.articles.lifecycle import InvalidTransitionError, reprocessed
from newsdesk.contracts import Article, Reason, substance_of
from newsdesk.errors import PermanentError
from newsdesk.web import OptOutPolicy
from newsdesk_cli import lookup
from newsdesk_cli.app import app
from newsdesk_cli.reprocessing import Beginning, Order, Started, reprocess
from newsdesk_cli.trial import Report, Trial, write_report
from tests.examples import NOW, at_stage, capture_of
from tests.faults.flows import several_pages
from tests.faults.world import World
from tests.functional.misbehaving_server import MisbehavingServer, answer
from tests.pipeline import page

PATH = "/2026/03/14/harbour-bridge-reopens"
ORDER = Order("first", Beginning.EXTRACT)


@pytest.fixture
def world(cloud: None, monkeypatch: pytest.MonkeyPatch, server: MisbehavingServer) -> World:
    server.on(PATH, answer(page(), ("ETag", '"first"')))
    return World(monkeypatch, follow_pages=5)


@pytest.fixture
def url(world: World, server: MisbehavingServer) -> str:
    """The URL of an indexed article."""
    address = server.url(PATH)
    world.submit(address, "submission-1")
    world.run()
    return address


def learn(world: World, change: Callable[[Any], Any] = lambda article: {"keywords": ("bridges",)}) -> None:
    """Let extract find something that it did not find before."""
    stage = world.pipeline.extract_stage

    def read(wanted: PageToRead) -> Reading:
        reading = read_page(wanted)
        article = reading.result.article
        result = replace(reading.result, article=article.model_copy(update=change(article)))
        return replace(reading, result=result)

    world.pipeline.extract_stage = replace(stage, read=read)


def execute(world: World, url: str, order: Order = ORDER) -> Started:
    state = known(world, url)
    return reprocess(
        world.stack,
        [state.article_id],
        order,
        per_second=1000,
        say=lambda _: None,
        clock=world.clock,
        sleep=world.clock.sleep,
    )


def known(world: World, url: str) -> ArticleState:
    state = world.state(url)
    assert state is not None
    return state


def article_of(world: World, url: str) -> Article:
    state = known(world, url)
    assert state.current is not None
    return Article.model_validate_json(aws.read_object(state.current.key))


def kinds() -> list[str]:
    lines = [line for key in aws.keys_in_bucket("changes/") for line in aws.read_object(key).splitlines()]
    return [json.loads(line)["changeType"] for line in lines]


@pytest.mark.slow
class TestFromCaptures:
    def test_what_differs_is_a_corrected_revision_and_nothing_is_fetched(
        self, world: World, server: MisbehavingServer, url: str
    ) -> None:
        # Given an article, and an extractor that finds its keywords by now
        before = known(world, url)
        asked = len(server.requests)
        learn(world)

        # When it is reprocessed, twice under one name
        done = [execute(world, url)]
        assert known(world, url).waiting == "turn"
        world.run()
        done.append(execute(world, url))

        # Then there is one correction
        assert [(result.started, dict(result.skipped)) for result in done] == [(1, {}), (0, {"carried out before": 1})]
        assert kinds() == ["created", "corrected"]
        article = article_of(world, url)
        assert (article.keywords, article.revision, article.previous_revision) == (("bridges",), 2, 1)
        assert len(server.requests) == asked

        # And the page's next visit is when it was, under the same condition
        after = known(world, url)
        assert (after.stage, after.due_at, after.validators) == (Stage.REST, before.due_at, before.validators)
        assert before.current is not None
        assert after.current is not None
        assert after.current.changed_at == before.current.committed_at

    def test_what_is_as_it_was_is_no_revision(self, world: World, url: str) -> None:
        before = known(world, url)
        execute(world, url)
        world.run()
        after = known(world, url)
        assert kinds() == ["created"]
        assert (after.last_outcome, after.due_at, after.current) == ("unchanged", before.due_at, before.current)

    def test_a_page_that_is_no_article_any_more_keeps_its_revision(self, world: World, url: str) -> None:
        # Given an extractor that fails on the page
        def read(_: PageToRead) -> Reading:
            raise PermanentError(Reason.EXTRACTION_ERROR, "a mistake of ours")

        world.pipeline.extract_stage = replace(world.pipeline.extract_stage, read=read)
        before = known(world, url)
        # When
        execute(world, url)
        world.run()
        # Then
        after = known(world, url)
        assert (after.current, after.due_at) == (before.current, before.due_at)
        assert after.last_outcome == "failed:extraction_error"

    def test_all_pages_of_an_article_are_read_again(self, world: World, server: MisbehavingServer) -> None:
        # Given an article of three pages
        several_pages(server, path="/series")
        world.submit(server.url("/series"), "submission-2")
        world.run()
        before = article_of(world, server.url("/series"))
        asked = len(server.requests)
        assert before.provenance.pages
        learn(world)
        for key in aws.keys_in_bucket("work/"):
            if "/page-" in key:  # what this version of the extractor has kept of each page
                boto3.client("s3").delete_object(Bucket=aws.BUCKET, Key=key)
        # When
        execute(world, server.url("/series"))
        world.run()
        # Then
        after = article_of(world, server.url("/series"))
        assert (after.article_body, after.change_type.value) == (before.article_body, "corrected")
        assert [page.capture_key for page in after.provenance.pages] == [
            page.capture_key for page in before.provenance.pages
        ]
        assert len(server.requests) == asked

    def test_a_submission_takes_its_place(self, world: World, server: MisbehavingServer, url: str) -> None:
        # Given an article that waits to be reprocessed
        execute(world, url)
        asked = len(server.requests)
        # When its URL is submitted
        world.submit(url, "submission-2")
        world.run()
        # Then the page is visited, and the order is still to be carried out
        assert len(server.requests) > asked
        assert known(world, url).reprocessing is None
        assert execute(world, url).started == 1

    def test_an_expired_capture_is_said(self, world: World, url: str) -> None:
        boto3.client("s3").delete_object(Bucket=aws.BUCKET, Key=article_of(world, url).provenance.capture_key or "")
        assert execute(world, url).skipped == {"its capture has expired": 1}

    def test_what_does_not_rest_or_has_no_revision_is_not_begun(self) -> None:
        for state in (at_stage(Stage.EXTRACT), at_stage(Stage.REST).model_copy(update={"current": None})):
            with pytest.raises(InvalidTransitionError):
                reprocessed(state, (capture_of(state),), (), "first", NOW)


@pytest.mark.slow
class TestFromWork:
    def test_what_was_extracted_is_enriched_again(self, world: World, url: str) -> None:
        # Given an enricher that is there no more
        pipeline = world.pipeline
        pipeline.enrich_stage = replace(pipeline.enrich_stage, enrichers=pipeline.enrich_stage.enrichers[:1])
        before = article_of(world, url)
        learn(world)
        # When
        execute(world, url, Order("second", Beginning.ENRICH))
        world.run()
        # Then extract was left out
        after = article_of(world, url)
        assert kinds() == ["created", "corrected"]
        assert (after.keywords, after.enrichment.signature) == (before.keywords, None)
        assert before.enrichment.signature is not None

    def test_captures_and_work_may_have_expired(self, world: World, url: str) -> None:
        # Given an article of which only its revision is left
        for prefix in ("work/", "raw/"):
            for key in aws.keys_in_bucket(prefix):
                boto3.client("s3").delete_object(Bucket=aws.BUCKET, Key=key)
        before = article_of(world, url)
        # When it is enriched again, Then it is what it was, and no revision is published
        assert execute(world, url, Order("second", Beginning.ENRICH)).started == 1
        world.run()
        assert kinds() == ["created"]
        assert article_of(world, url) == before


class TestTrial:
    @staticmethod
    def tried(world: World, *urls: str) -> Report:
        stage = world.pipeline.extract_stage
        quick = world.pipeline.enrich_stage.enrichers
        trial = Trial(world.stack, stage.read, quick, OptOutPolicy(frozenset(), "newsdeskbot"), world.clock)
        return trial.run([known(world, url).article_id for url in urls], ORDER, 10)

    def test_it_says_what_would_change_and_changes_nothing(self, world: World, url: str, tmp_path: Path) -> None:
        # Given
        learn(world, lambda article: {"keywords": ("<script>",), "article_body": article.article_body + "\nMore."})
        items = boto3.client("dynamodb").scan(TableName=aws.TABLE)["Items"]
        objects = aws.keys_in_bucket()
        # When
        report = self.tried(world, url)
        as_json, as_html = write_report(report, tmp_path, 5, NOW)
        # Then
        document = json.loads(as_json.read_text(encoding="utf-8"))
        assert document["outcomes"] == {"changed": 1}
        assert {"keywords": 1, "articleBody": 1}.items() <= document["fields"].items()
        assert document["text"]["charactersAfter"] - document["text"]["charactersBefore"] == len("\nMore.")
        assert document["samples"][0]["fields"]["keywords"] == [None, ["<script>"]]
        html = as_html.read_text(encoding="utf-8")
        assert "<script>" not in html
        assert "More." in html
        assert boto3.client("dynamodb").scan(TableName=aws.TABLE)["Items"] == items
        assert aws.keys_in_bucket() == objects

    def test_what_fails_and_what_cannot_be_tried_is_counted(
        self, world: World, server: MisbehavingServer, url: str
    ) -> None:
        world.submit(server.url("/missing"), "submission-2")
        world.run()

        def read(_: PageToRead) -> Reading:
            raise PermanentError(Reason.NO_ARTICLE)

        world.pipeline.extract_stage = replace(world.pipeline.extract_stage, read=read)
        document = self.tried(world, url, server.url("/missing")).document(5)
        assert document["outcomes"] == {"failed:no_article": 1}
        assert document["skipped"] == {"without a current revision": 1}


def test_two_revisions_that_only_other_code_made_have_one_substance(world: World, url: str) -> None:
    article = article_of(world, url)
    provenance = article.provenance.model_copy(update={"enricher_version": "99"})
    other = article.model_copy(update={"revision": 7, "previous_revision": 6, "provenance": provenance})
    assert substance_of(other) == substance_of(article)
    assert substance_of(article.model_copy(update={"headline": "Another"})) != substance_of(article)


class TestCommand:
    @pytest.mark.parametrize(
        "arguments",
        [[], ["--all", "--host", "news.example"], ["--all", "--from", "index"], ["x", "--since", "2026-01-01"]],
    )
    def test_bad_usage(self, arguments: list[str]) -> None:
        assert CliRunner().invoke(app, ["reprocess", *arguments, "--yes"]).exit_code == 2

    @pytest.mark.parametrize("chosen", [["--all"], ["--host", "127.0.0.1"], ["--since", "2026-03-01"]])
    def test_articles_are_chosen_by_host_and_time(
        self, world: World, url: str, monkeypatch: pytest.MonkeyPatch, chosen: list[str]
    ) -> None:
        monkeypatch.setattr(lookup, "open_stack", lambda *_: world.stack)
        done = CliRunner().invoke(app, ["reprocess", *chosen, "--yes", "--json", "--order", "third"])
        assert json.loads(done.stdout.splitlines()[-1]) == {"order": "third", "started": 1, "skipped": {}}
        assert known(world, url).stage is Stage.EXTRACT
