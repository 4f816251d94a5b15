"""The pipeline from end to end: real template, real handlers, real queues and tables, real HTTP.

The tests of this module build on one stack and one visit of the sample site; each leaves it as it found it, or
changes pages that no other test reads.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from newsdesk.adapters.reading import S3Cursor, S3Storage
from newsdesk.articles import ArticleState, SubmissionRecord, lifecycle
from newsdesk.clock import utc_now
from newsdesk.contracts import ArticleChanged, ArticleEnriched, ArticleExtracted, FetchRequested, PageFetched
from newsdesk.reader import Reader
from newsdesk.web import article_id, canonical_url, parse_url
from newsdesk_cli.ingestion import Result
from newsdesk_cli.sample_site import SampleSite
from tests.e2e.conftest import World, outcome_of
from tests.functional import misbehaving_server as server_side
from tests.functional.misbehaving_server import MisbehavingServer

BRIDGE = "/2026/11/20/harbour-bridge-reopens"
WIND_FARM = "/2026/11/19/wind-farm-vote"


def state_of(world: World, url: str) -> ArticleState:
    state = world.stack.store.find(article_id(canonical_url(parse_url(url))))
    assert state is not None
    return state


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class TestTheSampleSite:
    def test_every_url_ends_as_documented(self, site: SampleSite, first_visit: dict[str, Result]) -> None:
        # Then
        expected = {url: expectation.outcome for url, expectation in site.expectations().items() if url in first_visit}
        got = {
            url: f"{result.outcome}:{result.reason}" if result.reason else result.outcome
            for url, result in first_visit.items()
        }
        assert got == expected

    def test_the_articles_are_what_the_pages_say(
        self, world: World, site: SampleSite, first_visit: dict[str, Result]
    ) -> None:
        for url, expectation in site.expectations().items():
            result = first_visit.get(url)
            if result is None or result.outcome != "indexed":
                continue
            # When
            article = world.article(result.key)
            # Then
            assert article.headline == expectation.headline
            assert moment(article.date_published) == moment(expectation.date_published)
            assert article.enrichment.language is not None
            assert article.enrichment.language.code == expectation.language
            assert article.enrichment.signature is not None
            assert article.revision == 1
            assert article.previous_revision is None
            assert article.article_id == article_id(article.url)
            body = " ".join(article.article_body.split())
            assert all(" ".join(sentence.split()) in body for sentence in expectation.contains), url
            assert not any(sentence in body for sentence in expectation.excludes), url

    def test_each_committed_article_is_announced_once_in_the_feed_and_once_on_the_bus(
        self, world: World, first_visit: dict[str, Result]
    ) -> None:
        # Given
        indexed = {result.article_id for result in first_visit.values() if result.outcome == "indexed"}
        # When
        world.eventually(lambda: indexed <= {change.article_id for change in world.changes()})
        world.eventually(lambda: indexed <= {event["articleId"] for event in world.events("ArticleChanged")})
        # Then
        published = Counter(change.change_id for change in world.changes() if change.article_id in indexed)
        assert set(published.values()) == {1}
        heard = Counter(event["changeId"] for event in world.events("ArticleChanged"))
        assert {heard[f"{article}-1"] for article in indexed} == {1}

    def test_the_library_reads_each_change_once_with_its_article(
        self, world: World, first_visit: dict[str, Result]
    ) -> None:
        # Given a reader whose cursor lies in the stack's own bucket, and each look is another process
        indexed = {result.article_id for result in first_visit.values() if result.outcome == "indexed"}
        world.eventually(lambda: indexed <= {change.article_id for change in world.changes()})
        reader = Reader(S3Storage(world.stack.bucket, world.stack.s3))

        def look() -> list[ArticleChanged]:
            return list(reader.changes(S3Cursor(world.stack.bucket, "cursors/e2e", world.stack.s3)))

        # When
        taken = [change for change in look() + look() if change.article_id in indexed and change.revision == 1]
        # Then
        assert Counter(change.article_id for change in taken) == Counter(indexed)
        for change in taken:
            article = reader.read(change)
            assert article is not None
            assert (article.article_id, article.headline) == (change.article_id, change.headline)

    def test_each_submitter_learns_how_it_ended(self, world: World, first_visit: dict[str, Result]) -> None:
        # When
        endings = {(url, result.outcome) for url, result in first_visit.items()}

        def announced() -> set[tuple[str, str]]:
            ended = world.events("SubmissionEnded")
            return {(event["url"], event["outcome"].partition(":")[0]) for event in ended}

        # Then
        world.eventually(lambda: endings <= announced())

    def test_a_syndicated_copy_is_put_into_the_cluster_of_its_original(
        self, world: World, site: SampleSite, first_visit: dict[str, Result]
    ) -> None:
        # Given
        (copy, original) = next(
            (url, expectation.near_duplicate_of)
            for url, expectation in site.expectations().items()
            if expectation.near_duplicate_of
        )
        # When
        clusters = {
            state.current.cluster_id for state in (state_of(world, copy), state_of(world, original)) if state.current
        }
        # Then
        assert len(clusters) == 1
        assert first_visit[copy].outcome == "indexed"

    def test_articles_are_found_by_host_and_by_publication_day(
        self, world: World, site: SampleSite, first_visit: dict[str, Result]
    ) -> None:
        # Given
        bridge = first_visit[site.url(BRIDGE)]
        # When
        now = utc_now()
        by_host = world.stack.store.by_host("127.0.0.1", now - timedelta(hours=1), now)
        by_day = world.stack.store.by_publication_day("2026-11-20")
        # Then
        assert bridge.article_id in {listing.article_id for listing in by_host.listings}
        assert bridge.article_id in {listing.article_id for listing in by_day.listings}

    def test_the_schema_lies_beside_the_articles(self, world: World, first_visit: dict[str, Result]) -> None:
        # Then
        world.eventually(world.changes)
        schema = json.loads(world.stack.objects.get("schemas/article.v1.json"))
        assert "articleBody" in schema["properties"]


class TestVisitingAgain:
    def test_the_same_list_makes_no_second_revision_and_no_second_change(
        self, world: World, site: SampleSite, first_visit: dict[str, Result]
    ) -> None:
        # Given
        articles = {result.article_id for result in first_visit.values() if result.outcome == "indexed"}

        def published() -> list[str]:
            return [change.change_id for change in world.changes() if change.article_id in articles]

        def heard() -> list[str]:
            return [event["changeId"] for event in world.events("ArticleChanged") if event["articleId"] in articles]

        world.eventually(lambda: len(published()) >= len(articles) and len(heard()) >= len(articles))
        before = (published(), heard())
        # When
        second = world.ingest(list(site.urls()))
        # Then
        for url, result in second.items():
            if first_visit[url].outcome == "indexed":
                assert result.outcome == "unchanged", url
                assert result.revision == 1
            else:
                assert (result.outcome, result.reason) == (first_visit[url].outcome, first_visit[url].reason), url
        assert (published(), heard()) == before

    def test_an_unchanged_page_is_answered_by_its_validators_alone(
        self, world: World, site: SampleSite, first_visit: dict[str, Result]
    ) -> None:
        # When
        world.ingest([site.url("/ellsmouth/guides/flood-gates")])
        # Then
        last = [request for request in site.requests if request.path == "/ellsmouth/guides/flood-gates"][-1]
        assert last.status == 304

    def test_an_edited_page_becomes_one_new_revision_and_one_change(
        self, world: World, site: SampleSite, first_visit: dict[str, Result]
    ) -> None:
        # Given
        url = site.url(WIND_FARM)
        site.publish(WIND_FARM, "corrected")
        # When
        result = world.ingest([url])[url]
        # Then
        assert (result.outcome, result.revision) == ("indexed", 2)
        article = world.article(result.key)
        assert article.previous_revision == 1
        assert article.change_type == "updated"
        world.eventually(lambda: f"{result.article_id}-2" in {change.change_id for change in world.changes()})
        changes = [change for change in world.changes() if change.article_id == result.article_id]
        assert [(change.change_type, change.revision, change.previous_revision) for change in changes] == [
            ("created", 1, None),
            ("updated", 2, 1),
        ]
        assert world.article(first_visit[url].key).revision == 1, "the first revision stays readable"

    def test_the_same_story_in_other_furniture_is_no_new_revision(
        self, world: World, site: SampleSite, first_visit: dict[str, Result]
    ) -> None:
        # Given
        url = site.url(BRIDGE)
        site.publish(BRIDGE, "refurnished")
        # When
        result = world.ingest([url])[url]
        # Then
        last = [request for request in site.requests if request.path == BRIDGE][-1]
        assert last.status == 200, "the page itself did change"
        assert (result.outcome, result.revision) == ("unchanged", 1)


class TestRedirects:
    def test_where_a_redirect_leads_becomes_an_article_of_its_own(self, world: World, site: SampleSite) -> None:
        # Given a URL that redirects to one that nobody has submitted
        target = site.url("/ellsmouth/guides/flood-gates") + "?moved=here"
        with MisbehavingServer() as other:
            url = other.on("/short", server_side.redirect(target))
            # When
            result = world.ingest([url])[url]
        # Then it ends as a duplicate, and by then the target has been asked itself
        assert (result.outcome, result.duplicate_of) == ("duplicate", state_of(world, target).article_id)
        assert state_of(world, target).last_outcome == "indexed"
        assert state_of(world, target).submissions == ()


class TestDeliveries:
    def test_a_message_delivered_many_times_at_once_is_worked_on_once(self, world: World, site: SampleSite) -> None:
        # Given a page that nobody has seen, so that every stage has work to do
        url = site.url("/ellsmouth/guides/flood-gates") + f"?edition={uuid.uuid4().hex}"
        identifier = article_id(canonical_url(parse_url(url)))
        submission = f"repeated-{uuid.uuid4().hex}"
        body = json.dumps({"url": url, "submissionId": submission})
        # When the same submission comes five times at once, and each stage's message four times more
        senders = [threading.Thread(target=world.send, args=("SubmitQueue", body)) for _ in range(5)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        seen: set[type] = set()

        def repeat_messages() -> bool:
            state = world.stack.store.get(identifier)
            message = lifecycle.message_for(state) if state else None
            queues = {
                FetchRequested: "FetchQueue",
                PageFetched: "ExtractQueue",
                ArticleExtracted: "EnrichQueue",
                ArticleEnriched: "IndexQueue",
            }
            if message is not None and type(message) not in seen:
                seen.add(type(message))
                for _ in range(4):
                    world.send(queues[type(message)], message.to_json())
            return world.stack.store.outcome(identifier, 1) is not None

        world.eventually(repeat_messages, seconds=60)
        # Then
        for queue in ("SubmitQueue", "FetchQueue", "ExtractQueue", "EnrichQueue", "IndexQueue"):
            world.eventually(lambda queue=queue: world.depth(queue) == 0)  # type: ignore[misc]
        state = world.stack.store.get(identifier)
        assert state is not None
        assert (state.run, state.last_outcome) == (1, "indexed")
        assert state.current is not None
        assert state.current.revision == 1
        world.eventually(lambda: any(change.article_id == identifier for change in world.changes()))
        assert sum(change.article_id == identifier for change in world.changes()) == 1
        fetches = [request for request in site.requests if request.path.endswith(url.rpartition("?")[2])]
        assert len(fetches) == 1, "a lease keeps the second worker from asking the site again"

    def test_submissions_of_an_article_in_flight_share_one_run(self, world: World, site: SampleSite) -> None:
        # Given
        url = site.url("/slow?seconds=3")
        # When
        results = world.ingest([url] * 5)
        # Then
        state = state_of(world, url)
        assert state.run == 1
        assert len([request for request in site.requests if request.path == "/slow?seconds=3"]) == 1
        assert results[url].outcome in ("indexed", "failed")

    def test_an_event_on_the_bus_is_a_submission(self, world: World, site: SampleSite) -> None:
        # Given
        url = site.url("/tarn-valley/long-reads/seabird-census") + "?via=event"
        submission = f"event-{uuid.uuid4().hex}"
        # When
        world.stack.events.put_events(
            Entries=[
                {
                    "EventBusName": world.stack.outputs["IntakeBusName"],
                    "Source": "newsdesk.trigger",
                    "DetailType": "UrlSubmitted",
                    "Detail": json.dumps({"schemaVersion": 1, "url": url, "submissionId": submission}),
                }
            ]
        )
        # Then
        world.eventually(lambda: world.stack.store.submission(submission) is not None)
        record = world.stack.store.submission(submission)
        assert record is not None
        assert record.article_id is not None
        world.eventually(lambda: world.stack.store.outcome(record.article_id or "", 1) is not None, seconds=40)

    def test_dispatch_sends_again_what_was_lost(self, world: World, site: SampleSite) -> None:
        # Given an article whose fetch message never reached its queue
        now = utc_now()
        url = parse_url(site.url("/ellsmouth/news/market-hall-cafes") + "?lost=1")
        canonical = canonical_url(url)
        lost = lifecycle.first_run(
            article_id(canonical), canonical, url.host, url.href, now - timedelta(hours=1), lifecycle.Timeouts()
        )
        submission = SubmissionRecord(
            submission_id=f"lost-{uuid.uuid4().hex}", url=url.href, received_at=lost.first_seen
        )
        world.stack.store.save(lost, submission)
        # When
        moved = world.invoke("DispatchFunction", {"time": datetime.now(UTC).isoformat()})
        # Then
        assert moved.get("resent", 0) >= 1
        world.eventually(lambda: world.stack.store.outcome(lost.article_id, 1) is not None, seconds=40)

    def test_dispatch_releases_a_retry_that_is_due(self, world: World, site: SampleSite) -> None:
        # Given a page that failed for now, and whose retry is due
        url = site.url("/status/503")
        result = world.ingest([url], seconds=30)[url]
        assert result.outcome == "waiting"
        assert result.next_due is not None
        waiting = state_of(world, url)
        due = waiting.model_copy(update={"version": waiting.version + 1, "due_at": int(utc_now().timestamp()) - 1})
        world.stack.store.save(due)
        # When
        moved = world.invoke("DispatchFunction", {})
        # Then
        assert moved.get("released", 0) >= 1
        world.eventually(lambda: state_of(world, url).attempts == 2, seconds=40)


class TestBadInput:
    def test_each_bad_url_ends_as_documented_and_harms_no_neighbour(self, world: World, site: SampleSite) -> None:
        # Given
        good = site.url("/ellsmouth/guides/flood-gates") + "?among=bad"
        expected = {
            "not a url": "rejected:invalid_url",
            "ftp://example.org/a": "rejected:unsupported_scheme",
            "http://user:secret@example.org/": "rejected:credentials_in_url",
            "http://10.0.0.1/a": "rejected:blocked_address",
            "http://169.254.169.254/latest/meta-data": "rejected:blocked_address",
            "http://2130706434/": "rejected:blocked_address",
            f"http://example.org/{'a' * 2100}": "rejected:url_too_long",
            site.url("/status/404"): "failed:not_found",
            site.url("/status/410"): "failed:gone",
            site.url("/status/403"): "failed:access_denied",
            site.url("/bytes"): "failed:content_type",
            site.url("/redirect-loop"): "failed:too_many_redirects",
            site.url("/documents/bridge-inspection.pdf"): "failed:content_type",
            site.url("/status/500"): "waiting",
            site.url("/truncated"): "waiting",
            good: "indexed",
        }
        # When
        results = world.ingest(list(expected), seconds=60)
        # Then
        assert {url: outcome_of(result) for url, result in results.items()} == expected

    @pytest.mark.parametrize(
        "body",
        [
            "{",
            "[]",
            "null",
            '{"url": 5}',
            '{"submissionId": "x"}',
            json.dumps({"schemaVersion": 99, "url": "http://a.example/"}),
        ],
    )
    def test_a_malformed_submission_is_recorded_and_not_retried(self, world: World, body: str) -> None:
        # When
        submission = world.send("SubmitQueue", body)
        # Then
        world.eventually(lambda: world.endings(submission))
        assert world.endings(submission) == [
            "rejected:unknown_version" if "99" in body else "rejected:malformed_message"
        ]
        assert world.depth("SubmitDeadLetterQueue") == 0

    @pytest.mark.parametrize("stage", ["Fetch", "Extract", "Enrich", "Index"])
    def test_a_poison_message_ends_in_its_dead_letter_queue_and_harms_no_neighbour(
        self, world: World, site: SampleSite, stage: str
    ) -> None:
        # Given a queue that delivers again at once, for the test's sake
        queue = world.stack.resources[f"{stage}Queue"]
        world.stack.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
        before = world.depth(f"{stage}DeadLetterQueue")
        url = site.url("/ellsmouth/news/market-hall-cafes") + f"?beside={uuid.uuid4().hex}"
        # When
        world.send(f"{stage}Queue", "poison")
        world.send(f"{stage}Queue", '{"schemaVersion": 99, "articleId": "a", "run": 1}')
        result = world.ingest([url])[url]
        # Then
        assert result.outcome == "indexed"
        world.eventually(lambda: world.depth(f"{stage}DeadLetterQueue") == before + 2, seconds=40)


class TestPermissions:
    def test_a_stranger_is_refused(self, world: World) -> None:
        # Given
        import boto3
        from botocore.exceptions import ClientError

        stranger = boto3.client(
            "s3",
            region_name=world.stack.region,
            endpoint_url=world.stack.endpoint,
            aws_access_key_id="AKIAAAAAAAAAAAAAAAAA",
            aws_secret_access_key="x" * 40,
            verify=world.stack.options["verify"],
        )
        # When / Then
        with pytest.raises(ClientError, match=r"InvalidAccessKeyId|AccessDenied|SignatureDoesNotMatch|403"):
            stranger.list_objects_v2(Bucket=world.stack.bucket)

    def test_a_function_without_its_permission_cannot_do_its_work(self, world: World, site: SampleSite) -> None:
        # Given the index function's policy is taken away
        iam = world.stack.client("iam")
        role = world.stack.resources["IndexRole"]
        policy = iam.get_role_policy(RoleName=role, PolicyName="index")["PolicyDocument"]
        iam.delete_role_policy(RoleName=role, PolicyName="index")
        record = {
            "messageId": "m-1",
            "receiptHandle": "r-1",
            "body": ArticleEnriched(article_id="a" * 26, run=1, article_key="articles/v1/none").to_json(),
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1790000000000",
                "SenderId": "sender",
                "ApproximateFirstReceiveTimestamp": "1790000000000",
            },
            "messageAttributes": {},
            "md5OfBody": "0" * 32,
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:index",
            "awsRegion": "eu-west-1",
        }
        try:
            # When
            refused = world.invoke("IndexFunction", {"Records": [record]})
        finally:
            iam.put_role_policy(RoleName=role, PolicyName="index", PolicyDocument=json.dumps(policy))
        allowed = world.invoke("IndexFunction", {"Records": [record]})
        # Then the record of an unknown article fails because it lacks the permission, and is stale with it
        assert refused["batchItemFailures"] == [{"itemIdentifier": "m-1"}]
        assert allowed["batchItemFailures"] == []
