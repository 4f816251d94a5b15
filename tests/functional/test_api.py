"""The HTTP API, from the event of API Gateway to the answer, route by route.

Comes in: requests, and AWS in moto. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any, ClassVar, cast
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

import embedder.handler
import responder.answering
import responder.changes
import responder.feeds
import responder.handler
import searcher.handler
import submitter.handler
from embedder.model import MODEL, embed
from harness import aws
from newsdesk.adapters import feed as feed_adapter
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.functions import LambdaFunction
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.adapters.sqs import SENDER_ATTRIBUTE
from newsdesk.articles import ArticleState, Stage
from newsdesk.articles.state import RetractionReason, Takedown, Tombstone
from newsdesk.clock import to_text, utc_now
from newsdesk.contracts import ArticleChanged, StoredVector, changes_key, to_json_bytes, vector_key
from newsdesk.errors import ThrottledError
from newsdesk.ports import FeedObject
from newsdesk.searching import answer_text
from newsdesk.sources import Source, changed
from newsdesk.web import parse_url
from responder.cursors import read_cursor, write_cursor
from submitter.pushed import read_pushed
from tests.api_requests import ALICE, BOB, CAROL, Answer, answer_in, request
from tests.examples import (
    NOW,
    article_bytes,
    at_stage,
    current_of,
    id_of,
    key_of,
    new_state,
    outcome_of,
    rejection_of,
    revision_of,
    submission_of,
    url_of,
)

Ask = Callable[..., Answer]
URL = "https://news.example/2026/03/14/story"


@pytest.fixture
def intake(cloud: None) -> dict[str, str]:
    """The queues that submissions go into."""
    client = boto3.client("sqs")
    return {name: client.create_queue(QueueName=name)["QueueUrl"] for name in ("submit", "bulk")}


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, table: str, bucket: str, intake: dict[str, str]) -> Iterator[Ask]:
    """The function, as the template sets it up; called like ``request``."""
    monkeypatch.setenv("NEWSDESK_TABLE_NAME", table)
    monkeypatch.setenv("NEWSDESK_BUCKET_NAME", bucket)
    monkeypatch.setenv("NEWSDESK_SUBMIT_QUEUE_URL", intake["submit"])
    monkeypatch.setenv("NEWSDESK_BULK_QUEUE_URL", intake["bulk"])
    responder.handler.build.cache_clear()

    def asked(*arguments: Any, **options: Any) -> Answer:
        context = cast(LambdaContext, aws.FakeLambdaContext())
        return answer_in(responder.handler.lambda_handler(request(*arguments, **options), context))

    yield asked
    responder.handler.build.cache_clear()


@pytest.fixture
def store(table: str) -> DynamoArticleStore:
    return DynamoArticleStore(table)


def messages_in(queue_url: str) -> list[dict[str, Any]]:
    """What lies in a queue: each body, with the sender that the message names."""
    client = boto3.client("sqs")
    found: list[dict[str, Any]] = []
    while True:
        answer = client.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        for message in answer.get("Messages", []):
            sender = message["MessageAttributes"][SENDER_ATTRIBUTE]["StringValue"]
            found.append({**json.loads(message["Body"]), "sender": sender, "messageId": message["MessageId"]})
            client.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        if not answer.get("Messages"):
            return found


def committed(store: DynamoArticleStore, number: int = 0, revision: int = 1, **changes: Any) -> ArticleState:
    """Put an article with a current revision, its record and its object into the stack."""
    state = at_stage(Stage.REST, number).model_copy(update={"version": 1})
    state = state.model_copy(update={"current": current_of(state, revision), **changes})
    records = [revision_of(state, earlier) for earlier in range(1, revision + 1)]
    store.save(state, *records)
    for record in records:
        aws.put_object(str(record.key), article_bytes(state, record.revision))
    return state


# ---------------------------------------------------------------------------------------------- POST /v1/submissions


class TestSubmitting:
    def test_each_item_has_its_result_and_a_bad_one_refuses_no_other(self, ask: Ask, intake: dict[str, str]) -> None:
        # Given good items, with an id and without, and bad ones of every kind
        items = [
            {"url": URL, "submissionId": "mine", "tags": ["harbour"], "correlationId": "c-1", "priority": "high"},
            {"url": f"{URL}/b"},
            {"url": "ftp://news.example/"},
            {"url": URL, "priority": "urgent"},
            {"submissionId": "no-url"},
            "nonsense",
            None,
            {"url": f"{URL}/{'x' * 3000}"},
            {"url": URL, "captureKey": "pushed/v1/somebody-elses.warc.gz"},
        ]
        # When they are submitted
        answer = ask("POST", "/v1/submissions", {"items": items})
        # Then the good ones are accepted, and each bad one says why
        assert answer.status == 202
        counted = {name: answer.document[name] for name in ("accepted", "refused", "failed")}
        assert counted == {"accepted": 2, "refused": 7, "failed": 0}
        results = answer.document["items"]
        assert [result["index"] for result in results] == list(range(len(items)))
        assert [(result.get("reason"), result.get("field")) for result in results] == [
            (None, None),
            (None, None),
            ("unsupported_scheme", "url"),
            ("malformed_message", "priority"),
            ("malformed_message", "url"),
            ("malformed_message", None),
            ("malformed_message", None),
            ("url_too_long", "url"),
            ("malformed_message", "captureKey"),
        ]
        # And what was accepted is in the queue, on behalf of the caller, under the ids that were answered
        sent = {message["url"]: message for message in messages_in(intake["submit"])}
        assert {message["sender"] for message in sent.values()} == {"AROAALICE"}
        assert results[0]["submissionId"] == sent[URL]["submissionId"] == "mine"
        assert results[0]["messageId"] == sent[URL]["messageId"]
        assert results[1]["submissionId"] == results[1]["messageId"] == sent[f"{URL}/b"]["messageId"]
        assert {name: sent[URL][name] for name in ("tags", "correlationId", "priority")} == {
            "tags": ["harbour"],
            "correlationId": "c-1",
            "priority": "high",
        }

    def test_many_items_are_sent_and_bulk_has_its_own_queue(self, ask: Ask, intake: dict[str, str]) -> None:
        # Given more items than one call to a queue takes, every tenth of them bulk
        items = [{"url": f"{URL}/{n}", "priority": "normal" if n % 10 else "bulk"} for n in range(200)]
        # When
        answer = ask("POST", "/v1/submissions", {"items": items})
        # Then
        assert answer.document["accepted"] == 200
        usual, bulk = messages_in(intake["submit"]), messages_in(intake["bulk"])
        assert (len(usual), len(bulk)) == (180, 20)
        by_url = {message["url"]: message["messageId"] for message in (*usual, *bulk)}
        assert [by_url[f"{URL}/{result['index']}"] for result in answer.document["items"]] == [
            result["submissionId"] for result in answer.document["items"]
        ]

    @pytest.mark.parametrize("body", [{"items": []}, {"items": [{"url": URL}] * 1001}, {}, [], "7", "null", '"x"'])
    def test_a_body_that_is_no_batch_is_refused_with_its_place(self, ask: Ask, body: object) -> None:
        answer = ask("POST", "/v1/submissions", body)
        assert (answer.status, answer.problem) == (400, "bad-request")
        assert {error["place"] for error in answer.document["errors"]} == {"body"}

    @pytest.mark.parametrize(
        "body",
        ["", "{", '{"items": [NaN]}', "[" * 100_000, f'{{"items": [{"9" * 5000}]}}', "\ud800", '{"items": "\x00"}'],
    )
    def test_a_body_that_is_no_json_is_refused(self, ask: Ask, body: str) -> None:
        answer = ask("POST", "/v1/submissions", body)
        assert (answer.status, answer.problem) == (400, "bad-request")

    def test_bytes_that_are_no_text_are_refused(self, ask: Ask) -> None:
        event = request("POST", "/v1/submissions", "//79/w==") | {"isBase64Encoded": True}
        answer = answer_in(responder.handler.lambda_handler(event, cast(LambdaContext, aws.FakeLambdaContext())))
        assert (answer.status, answer.problem) == (400, "bad-request")

    @pytest.mark.parametrize(
        "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
    )
    def test_only_json_is_taken(self, ask: Ask, content_type: str) -> None:
        answer = ask("POST", "/v1/submissions", "items=1", headers={"Content-Type": content_type})
        assert (answer.status, answer.problem) == (415, "content-type")

    def test_lone_surrogates_harm_their_own_item_alone(self, ask: Ask) -> None:
        answer = ask("POST", "/v1/submissions", '{"items": [{"url": "\\ud800"}, {"url": "https://news.example/"}]}')
        assert [result["status"] for result in answer.document["items"]] == ["refused", "accepted"]

    def test_what_the_queue_does_not_take_is_to_be_sent_again(
        self, ask: Ask, intake: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given a queue of bulk that is not there
        boto3.client("sqs").delete_queue(QueueUrl=intake["bulk"])
        items = [{"url": URL, "submissionId": "a", "priority": "bulk"}, {"url": URL, "submissionId": "b"}]
        # When
        answer = ask("POST", "/v1/submissions", {"items": items})
        # Then its item failed, and the other is accepted
        results = [(result["status"], result["submissionId"]) for result in answer.document["items"]]
        assert (answer.status, results) == (202, [("failed", "a"), ("accepted", "b")])

    @pytest.mark.parametrize("caller", [None, {}, {"iam": {"userId": None}}, {"jwt": {"claims": {"iss": "x"}}}])
    def test_nobody_submits_for_nobody(self, ask: Ask, caller: Mapping[str, Any] | None) -> None:
        answer = ask("POST", "/v1/submissions", {"items": [{"url": URL}]}, caller=caller)
        assert (answer.status, answer.problem) == (403, "no-caller")


def test_two_callers_who_choose_the_same_id_have_each_their_own_submission(
    ask: Ask, intake: dict[str, str], queues: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given two callers who submit different pages under one id, and then a sender who uses the queue itself
    results = [
        ask("POST", "/v1/submissions", {"items": [{"url": f"{URL}/{name}", "submissionId": "desk:1"}]}, caller=caller)
        for name, caller in (("alice", ALICE), ("bob", BOB), ("carol", CAROL))
    ]
    ids = [result.document["items"][0] for result in results]
    # When submit takes them in their order, as Lambda hands them over
    monkeypatch.setenv("NEWSDESK_FETCH_QUEUE_URL", queues["fetch"])
    monkeypatch.setenv("NEWSDESK_EXTRACT_QUEUE_URL", queues["extract"])
    monkeypatch.setenv("NEWSDESK_API_ROLE_ID", "AROAAPI")
    submitter.handler.build.cache_clear()
    messages = {message["messageId"]: message for message in messages_in(intake["submit"])}
    records = [
        {
            "messageId": item["messageId"],
            "body": json.dumps({"url": messages[item["messageId"]]["url"], "submissionId": "desk:1"}),
            "attributes": {"SenderId": "AROAAPI:function"},
            "messageAttributes": {SENDER_ATTRIBUTE: {"stringValue": messages[item["messageId"]]["sender"]}},
            "eventSource": "aws:sqs",
        }
        for item in ids
    ]
    context = cast(LambdaContext, aws.FakeLambdaContext())
    submitter.handler.lambda_handler({"Records": records}, context)
    submitter.handler.build.cache_clear()
    # Then the first has the id, and each of the others finds its own under its message's id
    found = [
        ask("GET", f"/v1/submissions/{identifier}", caller=caller)
        for identifier, caller in (
            ("desk:1", ALICE),
            (ids[1]["messageId"], BOB),
            (ids[2]["messageId"], CAROL),
            ("desk:1", BOB),
            (ids[1]["messageId"], ALICE),
        )
    ]
    assert [answer.document.get("url") for answer in found] == [
        f"{URL}/alice",
        f"{URL}/bob",
        f"{URL}/carol",
        None,
        None,
    ]
    assert [answer.status for answer in found[3:]] == [404, 404]


# ----------------------------------------------------------------------------------------- GET /v1/submissions/{id}


class TestSubmissions:
    def test_a_submission_in_flight_and_how_it_ended(self, ask: Ask, store: DynamoArticleStore) -> None:
        # Given a submission of the caller's
        state = new_state()
        store.save(state, submission_of(state, "mine", sender="AROAALICE"))
        first = ask("GET", "/v1/submissions/mine")
        assert (first.status, first.document["state"]) == (200, "in_flight")
        assert first.document["tags"] == ["world", "bridges"]
        # When its run ends
        store.save(state.model_copy(update={"version": 2}), outcome_of(state))
        # Then it says how
        ended = ask("GET", "/v1/submissions/mine").document
        assert {name: ended[name] for name in ("state", "outcome", "articleId", "revision", "key")} == {
            "state": "ended",
            "outcome": "indexed",
            "articleId": state.article_id,
            "revision": 1,
            "key": key_of(state),
        }

    def test_a_refused_submission_says_why(self, ask: Ask, store: DynamoArticleStore) -> None:
        store.reject(rejection_of("refused"))
        document = ask("GET", "/v1/submissions/refused").document
        assert (document["state"], document["outcome"], document["detail"]) == (
            "ended",
            "rejected:invalid_url",
            "no URL",
        )

    @pytest.mark.parametrize("caller", [ALICE, CAROL])
    def test_another_senders_submission_is_as_unknown_as_one_that_is_not_there(
        self, ask: Ask, store: DynamoArticleStore, caller: dict[str, Any]
    ) -> None:
        state = new_state()
        store.save(state, submission_of(state, "bobs", sender="AIDABOB"))
        answers = [ask("GET", f"/v1/submissions/{name}", caller=caller) for name in ("bobs", "nobodys")]
        assert [(answer.status, answer.problem) for answer in answers] == [(404, "unknown-submission")] * 2
        assert answers[0].body == answers[1].body
        assert ask("GET", "/v1/submissions/bobs", caller=BOB).status == 200

    def test_an_id_that_none_can_have_is_refused(self, ask: Ask) -> None:
        assert ask("GET", "/v1/submissions/a%20b").problem == "bad-request"


# ----------------------------------------------------------------------------------------- GET /v1/articles/{id}


class TestArticles:
    def test_an_article_as_it_is_in_the_bucket(self, ask: Ask, store: DynamoArticleStore) -> None:
        state = committed(store)
        answer = ask("GET", f"/v1/articles/{state.article_id}")
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        assert answer.body.encode() == article_bytes(state)
        assert answer.headers["vary"] == "Accept, Accept-Encoding"

    @pytest.mark.parametrize(
        ("accept", "media_type"),
        [("text/markdown", "text/markdown"), ("text/html,*/*;q=0.1", "text/html"), ("text/*", "text/markdown")],
    )
    def test_other_forms_by_accept(self, ask: Ask, store: DynamoArticleStore, accept: str, media_type: str) -> None:
        state = committed(store)
        answer = ask("GET", f"/v1/articles/{state.article_id}", headers={"Accept": accept})
        assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert "Bridge reopens" in answer.body

    def test_what_nobody_has_is_not_acceptable(self, ask: Ask, store: DynamoArticleStore) -> None:
        answer = ask("GET", f"/v1/articles/{committed(store).article_id}", headers={"Accept": "image/png"})
        assert (answer.status, answer.problem) == (406, "not-acceptable")

    def test_a_callers_copy_that_is_current_is_not_sent_again(self, ask: Ask, store: DynamoArticleStore) -> None:
        # Given a copy
        state = committed(store, revision=2)
        path = f"/v1/articles/{state.article_id}"
        tag = ask("GET", path).headers["etag"]
        # When the caller names it, alone or among others, Then it is current
        for named in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
            answer = ask("GET", path, headers={"If-None-Match": named})
            assert (answer.status, answer.body, answer.headers["etag"]) == (304, "", tag)
        # And it is neither another form nor another revision
        assert ask("GET", path, headers={"If-None-Match": tag, "Accept": "text/html"}).status == 200
        assert ask("GET", path, query={"revision": "1"}, headers={"If-None-Match": tag}).status == 200

    def test_earlier_revisions_by_their_number(self, ask: Ask, store: DynamoArticleStore) -> None:
        path = f"/v1/articles/{committed(store, revision=2).article_id}"
        assert ask("GET", path, query={"revision": "1"}).document["revision"] == 1
        assert ask("GET", path).document["revision"] == 2
        assert ask("GET", path, query={"revision": "3"}).problem == "unknown-revision"
        assert ask("GET", path, query={"revision": "0"}).problem == "bad-request"

    def test_an_alias_leads_to_its_article(self, ask: Ask, store: DynamoArticleStore) -> None:
        state = committed(store)
        store.add_alias(id_of(7), state.article_id)
        assert ask("GET", f"/v1/articles/{id_of(7)}").document["articleId"] == state.article_id

    def test_what_is_not_there_or_not_yet_is_unknown(self, ask: Ask, store: DynamoArticleStore) -> None:
        store.save(new_state(3))
        for number in (3, 4):
            answer = ask("GET", f"/v1/articles/{id_of(number)}")
            assert (answer.status, answer.problem) == (404, "unknown-article")
        assert ask("GET", "/v1/articles/UPPER").problem == "bad-request"

    @pytest.mark.parametrize(
        ("reason", "problem", "earlier"),
        [("gone", "retracted", 200), ("opt_out", "retracted", 410), ("taken_down", "taken-down", 410)],
    )
    def test_a_retracted_article_is_gone(
        self, ask: Ask, store: DynamoArticleStore, reason: RetractionReason, problem: str, earlier: int
    ) -> None:
        # Given an article that was retracted
        state = committed(store)
        tombstone = Tombstone(revision=2, retracted_at=to_text(NOW), reason=reason)
        retraction = revision_of(state, 2, key=None, change_type="retracted", reason=reason)
        store.save(state.model_copy(update={"version": 2, "current": None, "tombstone": tombstone}), retraction)
        # When it is asked for, Then it is gone
        path = f"/v1/articles/{state.article_id}"
        answer = ask("GET", path)
        assert (answer.status, answer.problem) == (410, problem)
        assert ask("GET", path, query={"revision": "2"}).status == 410
        # And what it was stays readable only where nobody objected to it
        assert ask("GET", path, query={"revision": "1"}).status == earlier
        assert ask("GET", f"{path}/revisions").status == earlier

    def test_of_what_was_taken_down_nothing_is_left_and_no_reason_is_told(
        self, ask: Ask, store: DynamoArticleStore
    ) -> None:
        takedown = Takedown(taken_down_at=to_text(NOW), reason="a court's secret", settled_at=to_text(NOW))
        state = committed(store, takedown=takedown)
        path = f"/v1/articles/{state.article_id}"
        answers = [ask("GET", path), ask("GET", path, query={"revision": "1"}), ask("GET", f"{path}/revisions")]
        assert [(answer.status, answer.problem) for answer in answers] == [(410, "taken-down")] * 3
        assert not any("secret" in answer.body for answer in answers)
        assert ask("GET", "/v1/articles", query={"url": state.url}).document == {"items": []}

    def test_an_object_that_was_erased_meanwhile_is_gone(self, ask: Ask, store: DynamoArticleStore) -> None:
        state = committed(store)
        boto3.client("s3").delete_object(Bucket=aws.BUCKET, Key=key_of(state))
        assert ask("GET", f"/v1/articles/{state.article_id}").status == 410

    def test_an_answer_is_compressed_for_those_who_accept_it(self, ask: Ask, store: DynamoArticleStore) -> None:
        state = committed(store)
        answer = ask("GET", f"/v1/articles/{state.article_id}", headers={"Accept-Encoding": "br, gzip"})
        assert (answer.headers["content-encoding"], answer.body.encode()) == ("gzip", article_bytes(state))

    def test_more_than_lambda_returns_is_a_problem_and_not_a_failure(
        self, ask: Ask, store: DynamoArticleStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(responder.answering, "LARGEST_ANSWER_BYTES", 500)
        answer = ask("GET", f"/v1/articles/{committed(store).article_id}")
        assert (answer.status, answer.problem) == (406, "too-large")


class TestRevisions:
    def test_revisions_follow_one_another_page_by_page(self, ask: Ask, store: DynamoArticleStore) -> None:
        # Given
        path = f"/v1/articles/{committed(store, revision=5).article_id}/revisions"
        # When
        found, cursor = [], None
        while True:
            page = ask("GET", path, query={"limit": "2", **({"cursor": cursor} if cursor else {})}).document
            found += [(item["revision"], item["changeType"]) for item in page["items"]]
            cursor = page.get("cursor")
            if cursor is None:
                break
        # Then
        assert found == [(1, "created"), (2, "updated"), (3, "updated"), (4, "updated"), (5, "updated")]


# ----------------------------------------------------------------------------------------- GET /v1/articles


class TestListing:
    def test_by_any_spelling_of_the_url(self, ask: Ask, store: DynamoArticleStore) -> None:
        state = committed(store)
        (item,) = ask("GET", "/v1/articles", query={"url": f"{state.url}?utm_source=x#top"}).document["items"]
        assert (item["articleId"], item["revision"], item["key"]) == (state.article_id, 1, key_of(state))
        assert ask("GET", "/v1/articles", query={"url": url_of(8)}).document == {"items": []}
        assert ask("GET", "/v1/articles", query={"url": "nonsense"}).problem == "bad-request"

    @pytest.mark.parametrize("query", [{"host": "news.example"}, {"day": "2026-03-14"}])
    def test_by_host_and_by_day_page_by_page(self, ask: Ask, store: DynamoArticleStore, query: dict[str, str]) -> None:
        # Given
        expected = sorted(committed(store, number).article_id for number in range(5))
        # When
        found, cursor = [], None
        while True:
            asked = {**query, "limit": "2", **({"cursor": cursor} if cursor else {})}
            page = ask("GET", "/v1/articles", query=asked).document
            found += [item["articleId"] for item in page["items"]]
            cursor = page.get("cursor")
            if cursor is None:
                break
        # Then
        assert sorted(found) == expected

    @pytest.mark.parametrize(
        "query", [{}, {"host": "a.example", "day": "2026-03-14"}, {"url": URL, "host": "a.example"}, {"day": "soon"}]
    )
    def test_exactly_one_is_named(self, ask: Ask, query: dict[str, str]) -> None:
        assert ask("GET", "/v1/articles", query=query).problem == "bad-request"

    def test_a_cursor_is_good_for_its_own_listing_alone(self, ask: Ask, store: DynamoArticleStore) -> None:
        # Given cursors of each listing
        state = committed(store, 0, revision=3)
        for number in range(1, 4):
            committed(store, number)
        listings: list[tuple[str, dict[str, str]]] = [
            ("/v1/articles", {"host": "news.example"}),
            ("/v1/articles", {"day": "2026-03-14"}),
            (f"/v1/articles/{state.article_id}/revisions", {}),
        ]
        cursors = [ask("GET", path, query={**query, "limit": "1"}).document["cursor"] for path, query in listings]
        # When each is handed to every listing
        statuses = [
            [ask("GET", path, query={**query, "limit": "1", "cursor": cursor}).status for cursor in cursors]
            for path, query in listings
        ]
        # Then its own takes it, and no other
        assert statuses == [[200, 400, 400], [400, 200, 400], [400, 400, 200]]
        assert ask("GET", "/v1/articles", query={"host": "other.example", "cursor": cursors[0]}).problem == "bad-cursor"

    @pytest.mark.parametrize("cursor", ["", "x", "%%%", "W10", "e30", "WyJob3N0Il0", "bnVsbA", "Imhvc3Qi", "é", "AAAA"])
    @pytest.mark.parametrize("path", ["/v1/articles", "/v1/changes"])
    def test_what_is_no_cursor_is_refused(self, ask: Ask, path: str, cursor: str) -> None:
        query = {"after": cursor} if path.endswith("changes") else {"host": "news.example", "cursor": cursor}
        answer = ask("GET", path, query=query)
        assert (answer.status, answer.problem) == (400, "bad-cursor")

    def test_a_cursor_that_was_changed_is_refused(self, ask: Ask, store: DynamoArticleStore) -> None:
        # Given a cursor's parts
        for number in range(3):
            committed(store, number)
        query = {"host": "news.example", "limit": "1"}
        listing, host, position = read_cursor(ask("GET", "/v1/articles", query=query).document["cursor"])
        key = json.loads(base64.urlsafe_b64decode(position))
        # When each of the key's attributes is taken out, emptied, or given another type or value
        spoilt = [{name: part for name, part in key.items() if name != gone} for gone in key]
        spoilt += [{**key, name: value} for name in key for value in ({"S": ""}, {"N": "1"}, "x", None, {"S": "\0"})]
        spoilt += [{**key, "listed_host": {"S": "other.example"}}, {**key, "more": {"S": "x"}}]
        # Then none of them is taken
        for parts in spoilt:
            changed = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()
            answer = ask("GET", "/v1/articles", query={**query, "cursor": write_cursor(listing, host, changed)})
            assert answer.problem == "bad-cursor", parts


# ----------------------------------------------------------------------------------------- GET /v1/changes


def change_of(number: int, revision: int = 1, **fields: Any) -> ArticleChanged:
    state = new_state(number)
    known = {
        "change_id": f"{state.article_id}-{revision}",
        "change_type": "created",
        "article_id": state.article_id,
        "revision": revision,
        "url": state.url,
        "host": state.host,
        "key": key_of(state, revision),
        "committed_at": to_text(NOW + timedelta(minutes=number)),
    }
    return ArticleChanged.model_validate({**known, **fields})


class TestChanges:
    def test_a_reader_gets_everything_and_then_what_comes_later(
        self, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given changes of some days ago and of now, in objects of several, and time for them to settle
        now = utc_now()
        for number, hours in enumerate((100, 50, 20, 2, 0)):
            body = "\n".join(change_of(2 * number + part).to_json() for part in range(2))
            aws.put_object(changes_key(now - timedelta(hours=hours), f"{number:040d}"), f"{body}\n".encode())
        monkeypatch.setattr(responder.changes, "SETTLING", timedelta(0))
        # When they are followed with small pages
        found, cursor = [], None
        while True:
            page = ask("GET", "/v1/changes", query={"limit": "3", **({"after": cursor} if cursor else {})}).document
            found += [change["changeId"] for change in page["items"]]
            cursor = page["cursor"]
            if not page["hasMore"]:
                break
        # Then each comes once
        assert found == [change_of(number).change_id for number in range(10)]
        assert ask("GET", "/v1/changes", query={"after": cursor}).document["items"] == []
        # And what comes late, under an hour that has been read, comes as well
        late = changes_key(now - timedelta(hours=3), f"{9:040d}")
        moment = now + timedelta(seconds=5)
        listed = feed_adapter.S3ChangeFeed(aws.BUCKET).after
        aws.put_object(late, f"{change_of(99).to_json()}\n".encode())

        def later(_: object, key: str) -> Iterator[FeedObject]:
            return (FeedObject(e.key, moment if e.key == late else e.written_at) for e in listed(key))

        monkeypatch.setattr(feed_adapter.S3ChangeFeed, "after", later)
        monkeypatch.setattr(responder.changes, "SETTLING", timedelta(seconds=-60))
        page = ask("GET", "/v1/changes", query={"after": cursor}).document
        assert [change["changeId"] for change in page["items"]] == [change_of(99).change_id]


# ----------------------------------------------------------------------------------------- GET /v1/feeds


ATOM = "{http://www.w3.org/2005/Atom}"


def titles(answer: Answer) -> list[str | None]:
    """The entries' titles in an Atom feed."""
    assert (answer.status, answer.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    document = ElementTree.fromstring(answer.body)  # noqa: S314 - of our own making
    return [node.text for node in document.iterfind(f"{ATOM}entry/{ATOM}title")]


def tell(hours_ago: float, sequence: int, *changes: ArticleChanged) -> None:
    """Put an object into the change feed."""
    key = changes_key(utc_now() - timedelta(hours=hours_ago), f"{sequence:040d}")
    aws.put_object(key, "".join(f"{change.to_json()}\n" for change in changes).encode())


class TestFeeds:
    def test_a_hosts_feed_has_its_articles_the_latest_change_first(self, ask: Ask, store: DynamoArticleStore) -> None:
        # Given two articles of a host
        for number in (0, 1):
            at = to_text(NOW + timedelta(minutes=number))
            state = committed(store, number)
            assert state.current is not None
            current = state.current.model_copy(update={"committed_at": at, "headline": f"Story {number} <&>"})
            store.save(state.model_copy(update={"version": 2, "current": current}))
        # When its feeds are asked for
        query = {"host": "news.example"}
        answer = ask("GET", "/v1/feeds/json", query=query)
        # Then both have them
        assert titles(ask("GET", "/v1/feeds/atom", query=query)) == ["Story 1 <&>", "Story 0 <&>"]
        assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
        first = answer.document["items"][0]
        assert first["id"] == f"urn:newsdesk:article:{id_of(1)}"
        assert answer.document["feed_url"] == "https://api.example/v1/feeds/json?host=news.example"
        assert (first["url"], first["date_modified"]) == (url_of(1), "2026-03-14T09:27:53.589Z")

    def test_a_feed_of_a_country_or_a_topic_has_what_is_of_it_now(self, ask: Ask) -> None:
        # Given articles of two countries and a topic, of which one is no more of its country, and one is gone
        subjects: dict[str, Any] = {"countries": ["GB", "FR"], "topics": ["medtop:20000763"]}
        tell(30, 1, *(change_of(number, headline=f"Story {number}", **subjects) for number in range(4)))
        tell(2, 2, change_of(1, 2, headline="Elsewhere", countries=["FR"]))
        tell(0, 3, change_of(2, 2, change_type="retracted", key=None, reason="gone"))

        # When, Then
        assert titles(ask("GET", "/v1/feeds/atom", query={"country": "GB"})) == ["Story 3", "Story 0"]
        assert titles(ask("GET", "/v1/feeds/atom", query={"country": "FR"})) == ["Story 3", "Elsewhere", "Story 0"]
        assert titles(ask("GET", "/v1/feeds/atom", query={"topic": "medtop:20000763"})) == ["Story 3", "Story 0"]
        assert titles(ask("GET", "/v1/feeds/atom", query={"country": "DE"})) == []

    def test_who_has_a_feed_gets_nothing_and_no_object_is_read(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        # Given a reader who has a feed
        tell(1, 1, change_of(0, headline="Story", countries=["GB"]))
        query = {"country": "GB"}
        had = {"If-None-Match": ask("GET", "/v1/feeds/atom", query=query).headers["etag"]}
        # When it asks again, while no object can be read, Then it has it still
        with monkeypatch.context() as closed:
            closed.setattr(S3ObjectStore, "get", lambda *_: pytest.fail("an object was read"))
            assert ask("GET", "/v1/feeds/atom", query=query, headers=had).status == 304
        # And once something has changed, it gets that
        tell(0, 2, change_of(1, headline="Another", countries=["GB"]))
        assert titles(ask("GET", "/v1/feeds/atom", query=query, headers=had)) == ["Another", "Story"]

    def test_only_the_newest_objects_are_read(self, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        # Given more objects than a feed reads, in hours of which each lies in another span that is looked back
        monkeypatch.setattr(responder.feeds, "MOST_OBJECTS", 3)
        for number, hours in enumerate((200, 100, 20, 5, 0)):
            tell(hours, number, change_of(number, headline=f"Story {number}", countries=["GB"]))
        # When, Then
        assert titles(ask("GET", "/v1/feeds/atom", query={"country": "GB"})) == ["Story 4", "Story 3", "Story 2"]

    @pytest.mark.parametrize("bounds", [(300, 100), (2, 100), (1, 100), (300, 1), (3, 2)])
    def test_who_follows_the_links_misses_nothing_and_gets_nothing_twice(
        self, ask: Ask, store: DynamoArticleStore, monkeypatch: pytest.MonkeyPatch, bounds: tuple[int, int]
    ) -> None:
        # Given articles over some days, of which one came again, one was retracted, and many are of elsewhere
        monkeypatch.setattr(responder.feeds, "MOST_OBJECTS", bounds[0])
        monkeypatch.setattr(responder.feeds, "ENTRIES", bounds[1])
        for number in range(8):
            committed(store, number, 2 if number == 1 else 1)
            countries = ["GB"] if number % 3 else ["FR"]
            tell(200 - 20 * number, number, change_of(number, countries=countries))
        tell(50, 20, change_of(1, 2, countries=["GB"]))
        tell(0, 21, change_of(4, 2, change_type="retracted", key=None, reason="gone"))
        gone = store.find(id_of(4))
        assert gone is not None
        store.save(gone.model_copy(update={"version": 2, "current": None}))
        # When the feed is read to its end
        pages, query = [], {"country": "GB"}
        while query:
            page = ask("GET", "/v1/feeds/json", query=query).document
            pages.append([item["id"].rpartition(":")[2] for item in page["items"]])
            query = dict(parse_qsl(urlsplit(page.get("next_url", "")).query))
            assert len(pages) < 20
        # Then every article of the country is there, once
        assert sorted(name for page in pages for name in page) == sorted(id_of(number) for number in (1, 2, 5, 7))
        # And the Atom feed leads to the same pages
        atom = ask("GET", "/v1/feeds/atom", query={"country": "GB"}).body
        assert ('rel="next"' in atom) is (len(pages) > 1)

    def test_a_hosts_feed_goes_on_as_well(
        self, ask: Ask, store: DynamoArticleStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("responder.stage.ENTRIES", 2)
        for number in range(5):
            committed(store, number)
        found, query = [], {"host": "news.example"}
        while query:
            page = ask("GET", "/v1/feeds/json", query=query).document
            found += [item["id"].rpartition(":")[2] for item in page["items"]]
            query = dict(parse_qsl(urlsplit(page.get("next_url", "")).query))
        assert sorted(found) == sorted(map(id_of, range(5)))

    @pytest.mark.parametrize(
        "cursor",
        [
            "x",
            write_cursor("feed", "country", "FR", "changes/v1/date=2026-03-14/hour=09/1"),
            write_cursor("feed", "country", "GB", "articles/v1/1"),
            write_cursor("feed", "country", "GB", "changes/v1/date=2026-03-14/hour=99/1"),
            write_cursor("feed", "country", "GB", "changes/v1/date=2026-13-14/hour=09/1"),
        ],
    )
    def test_a_cursor_of_elsewhere_is_refused(self, ask: Ask, cursor: str) -> None:
        query = {"country": "GB", "before": cursor}
        assert ask("GET", "/v1/feeds/json", query=query).problem == "bad-cursor"

    @pytest.mark.parametrize(
        "query",
        [{}, {"host": "a", "country": "GB"}, {"country": "gb"}, {"country": "GBR"}, {"topic": "20000763"}],
    )
    def test_a_feed_has_one_subject(self, ask: Ask, query: dict[str, str]) -> None:
        assert ask("GET", "/v1/feeds/atom", query=query).problem == "bad-request"
        assert ask("GET", "/v1/feeds/rss", query={"country": "GB"}).problem == "bad-request"

    def test_what_no_feed_can_hold_is_left_out(self, ask: Ask) -> None:
        # Given a headline and a day alone, and characters that XML has not
        odd = change_of(0, headline="A\ufffe\x0bB\u202e", countries=["GB"], date_published="2026-03-14")
        tell(0, 1, odd, change_of(1, countries=["GB"], date_published="2026-03-14T09:00+01:00"))
        # When they are asked for, Then they can be read; an article without a headline goes by its address
        atom = ask("GET", "/v1/feeds/atom", query={"country": "GB"})
        assert titles(atom) == [url_of(1), "AB\u202e"]
        assert atom.body.count("<published>2026-03-14T08:00:00Z</published>") == atom.body.count("<published>") == 1
        items = ask("GET", "/v1/feeds/json", query={"country": "GB"}).document["items"]
        assert [item.get("date_published") for item in items] == ["2026-03-14T08:00:00Z", None]


# ----------------------------------------------------------------------------------------------- GET /v1/search


class SearchFunction:
    """Lambda's client, which calls the search function here; each call may be a new process's."""

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - as AWS spells it
        assert FunctionName == "search"
        searcher.handler.build.cache_clear()
        context = cast(LambdaContext, aws.FakeLambdaContext(600_000))
        answer = searcher.handler.lambda_handler(json.loads(Payload), context)
        return {"Payload": BytesIO(json.dumps(answer).encode())}


@pytest.fixture
def search(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchFunction]:
    function = SearchFunction()
    monkeypatch.setenv("NEWSDESK_SEARCH_FUNCTION_NAME", "search")
    monkeypatch.setenv("NEWSDESK_SEARCH_DAYS", "36500")
    monkeypatch.setattr(responder.handler, "LambdaFunction", lambda name: LambdaFunction(name, function))
    responder.handler.build.cache_clear()
    yield function
    searcher.handler.build.cache_clear()


class EmbedFunction:
    """Lambda's client, which calls the embed function here."""

    def __init__(self) -> None:
        self.is_throttled = False

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - as AWS spells it
        assert FunctionName == "embed"
        if self.is_throttled:
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke")
        context = cast(LambdaContext, aws.FakeLambdaContext(60_000))
        answer = embedder.handler.lambda_handler(json.loads(Payload), context)
        return {"Payload": BytesIO(json.dumps(answer).encode())}


@pytest.fixture
def embedding(search: SearchFunction, bucket: str, monkeypatch: pytest.MonkeyPatch) -> EmbedFunction:
    """A stack that keeps vectors, and so far has one of the first two articles."""
    function = EmbedFunction()
    monkeypatch.setenv("NEWSDESK_EMBED_FUNCTION_NAME", "embed")
    monkeypatch.setattr(searcher.handler, "LambdaFunction", lambda name, _: LambdaFunction(name, function))
    for number, text in enumerate(("A crossing over a river is open to traffic again.", "A bank lowers interest.")):
        key = key_of(new_state(number), 1)
        model, vector = answer_text(MODEL, embed, {"text": text}).values()
        stored = StoredVector(article_id=id_of(number), revision=1, key=key, model=model, vector=vector)
        S3ObjectStore(bucket).put(vector_key(key), to_json_bytes(stored), "application/json")
    return function


class TestSearch:
    def test_articles_are_found_by_their_words(
        self, ask: Ask, search: SearchFunction, store: DynamoArticleStore
    ) -> None:
        # Given two articles, of which the table vouches for both, and an index that has been kept
        for number in (0, 1):
            committed(store, number)
        tell(1, 1, change_of(0), change_of(1))
        search.invoke("search", b"{}")
        # When they are searched for
        answer = ask("GET", "/v1/search", query={"q": "bridge", "limit": "1"})
        # Then there are as many as were asked for
        assert answer.status == 200
        (item,) = answer.document["items"]
        assert (item["articleId"], item["url"]) in {(id_of(number), url_of(number)) for number in (0, 1)}
        assert (answer.document["articles"], answer.document["isLoose"]) == (2, False)
        # And filters leave out what is of elsewhere
        assert ask("GET", "/v1/search", query={"q": "bridge", "host": "other.example"}).document["items"] == []
        # And what was retracted meanwhile is not shown, although the index has it still
        state = store.find(id_of(0))
        assert state is not None
        store.save(state.model_copy(update={"version": 2, "current": None}))
        found = ask("GET", "/v1/search", query={"q": "bridge"}).document["items"]
        assert [item["articleId"] for item in found] == [id_of(1)]

    @pytest.mark.parametrize(
        "query",
        [{}, {"q": ""}, {"q": "-bridge"}, {"q": "..."}, {"q": "a", "country": "gb"}, {"q": "a", "since": "x"}],
    )
    def test_what_cannot_be_searched_for_is_refused(
        self, ask: Ask, search: SearchFunction, query: dict[str, str]
    ) -> None:
        assert ask("GET", "/v1/search", query=query).problem == "bad-request"

    def test_articles_are_found_by_meaning(
        self, ask: Ask, search: SearchFunction, store: DynamoArticleStore, embedding: EmbedFunction
    ) -> None:
        # Given three articles, two of them with a vector
        for number in (0, 1, 2):
            committed(store, number)
        tell(1, 1, *(change_of(number) for number in (0, 1, 2)))
        search.invoke("search", b"{}")
        # When words are searched for that mean what one of them does, and of which all have some
        answer = ask("GET", "/v1/search", query={"q": "span across water reopened for cars"})
        # Then that one is the first
        first, *others = answer.document["items"]
        assert (first["articleId"], first["foundBy"]) == (id_of(0), ["words", "meaning"])
        assert [item["foundBy"] for item in others] == [["words"], ["words"]]
        assert answer.document["searchedBy"] == ["words", "meaning"]
        # And an article's likes, the closest first, without itself
        alike = ask("GET", "/v1/search", query={"like": id_of(0)})
        assert [item["articleId"] for item in alike.document["items"]] == [id_of(1)]
        assert alike.document["searchedBy"] == ["meaning"]
        # And what has no vector, and what is no article, is like nothing
        assert ask("GET", "/v1/search", query={"like": id_of(2)}).problem == "not-found"
        assert ask("GET", "/v1/search", query={"like": id_of(9)}).problem == "unknown-article"

    def test_words_alone_are_searched_where_embed_is_throttled(
        self, ask: Ask, search: SearchFunction, store: DynamoArticleStore, embedding: EmbedFunction
    ) -> None:
        committed(store, 0)
        tell(1, 1, change_of(0))
        search.invoke("search", b"{}")
        embedding.is_throttled = True
        answer = ask("GET", "/v1/search", query={"q": "bridge"})
        assert [item["foundBy"] for item in answer.document["items"]] == [["words"]]
        assert answer.document["searchedBy"] == ["words"]

    def test_a_stack_without_vectors_has_nothing_that_is_alike(
        self, ask: Ask, search: SearchFunction, store: DynamoArticleStore
    ) -> None:
        committed(store, 0)
        answer = ask("GET", "/v1/search", query={"like": id_of(0)})
        assert (answer.status, answer.problem) == (404, "not-found")
        assert "Embeddings" in answer.document["detail"]

    def test_a_stack_without_search_says_so(self, ask: Ask) -> None:
        answer = ask("GET", "/v1/search", query={"q": "bridge"})
        assert (answer.status, answer.problem) == (404, "not-found")
        assert "SearchDays" in answer.document["detail"]


# ----------------------------------------------------------------------------------------- POST /v1/captures


class TestPushing:
    def test_a_page_becomes_a_capture_and_a_submission(self, ask: Ask, intake: dict[str, str]) -> None:
        # Given a page that the caller has
        page = {
            "url": URL,
            "capturedAt": "2026-03-14T09:00:00+01:00",
            "contentType": "text/html; charset=iso-8859-1",
            "html": "<html><title>Brücke</title></html>",
            "submissionId": "mine",
            "tags": ["harbour"],
        }
        # When it is pushed
        answer = ask("POST", "/v1/captures", page)
        # Then there is a submission of it on behalf of the caller
        (message,) = messages_in(intake["submit"])
        assert (answer.status, answer.document) == (202, {"submissionId": "mine", "messageId": message["messageId"]})
        said = {name: message[name] for name in ("url", "submissionId", "sender", "discovery", "tags")}
        assert said == {
            "url": URL,
            "submissionId": "mine",
            "sender": "AROAALICE",
            "discovery": "pushed",
            "tags": ["harbour"],
        }
        # And submit reads the capture that it names
        captured = read_pushed(
            message["captureKey"], aws.read_object(message["captureKey"]), parse_url(URL), "pushed", utc_now()
        )
        assert captured.captured_at == "2026-03-14T08:00:00.000Z"
        assert captured.page.content_type == "text/html; charset=utf-8"
        assert captured.page.body.decode() == page["html"]

    def test_a_large_page_is_uploaded_first_and_belongs_to_its_caller(self, ask: Ask, intake: dict[str, str]) -> None:
        # Given an upload of a page in an encoding of its own
        body = "<html>Brücke</html>".encode("iso-8859-1") + b" " * 5_000_000
        upload = ask("POST", "/v1/captures/uploads", {"sizeBytes": len(body)})
        assert upload.status == 201
        address, _, query = upload.document["uploadUrl"].partition("?")
        assert "content-length" in query
        aws.put_object(f"pushed/{address.partition('/pushed/')[2]}", body)
        # When it is named by somebody else, and by its caller
        page = {"url": URL, "contentType": "text/html; charset=iso-8859-1", "uploadId": upload.document["uploadId"]}
        stranger = ask("POST", "/v1/captures", page, caller=BOB)
        answer = ask("POST", "/v1/captures", page)
        # Then the caller's alone is taken, as it is, and the upload is gone
        assert (stranger.status, stranger.problem) == (404, "unknown-upload")
        assert answer.status == 202
        (message,) = messages_in(intake["submit"])
        key = message["captureKey"]
        captured = read_pushed(key, aws.read_object(key), parse_url(URL), "pushed", utc_now())
        assert (captured.page.body, captured.page.content_type) == (body, "text/html; charset=iso-8859-1")
        assert aws.keys_in_bucket("pushed/v1/uploads/") == []

    @pytest.mark.parametrize(
        ("page", "field"),
        [
            ({"url": "ftp://news.example/", "html": "x"}, "url"),
            ({"url": URL, "html": "x", "contentType": "application/pdf"}, "contentType"),
            ({"url": URL, "html": "x", "capturedAt": "2026-13-40T00:00:00Z"}, "capturedAt"),
            ({"url": URL, "html": "x", "capturedAt": "yesterday"}, "capturedAt"),
            ({"url": URL, "html": "x", "uploadId": "0" * 32}, ""),
            ({"url": URL}, ""),
            ({"html": "x"}, "url"),
        ],
    )
    def test_what_is_no_page_is_refused_with_its_place(self, ask: Ask, page: dict[str, str], field: str) -> None:
        answer = ask("POST", "/v1/captures", page)
        assert (answer.status, answer.problem) == (400, "bad-request")
        assert [error["field"] for error in answer.document["errors"]] == [field]
        assert aws.keys_in_bucket("pushed/") == []

    def test_a_page_has_a_largest_size(self, ask: Ask) -> None:
        page = {"url": URL, "html": "é" * (2 * 1024 * 1024 + 1)}
        assert ask("POST", "/v1/captures", page).problem == "page-too-large"
        assert ask("POST", "/v1/captures/uploads", {"sizeBytes": 10_485_761}).problem == "bad-request"

    def test_a_page_that_the_queue_does_not_take_is_to_be_pushed_again(self, ask: Ask, intake: dict[str, str]) -> None:
        boto3.client("sqs").delete_queue(QueueUrl=intake["submit"])
        assert ask("POST", "/v1/captures", {"url": URL, "html": "x"}).problem == "busy"


# ----------------------------------------------------------------------------------------- /v1/sources


class TestSources:
    FEED: ClassVar[dict[str, Any]] = {
        "kind": "feed",
        "url": "https://News.example/feed.xml",
        "tags": ["world"],
        "filters": {"include": ["/2026/"], "mostItemsADay": 50},
    }

    def test_a_source_from_its_beginning_to_its_end(self, ask: Ask) -> None:
        # Given a source that was added
        added = ask("POST", "/v1/sources", self.FEED)
        assert (added.status, added.document["url"]) == (201, "https://news.example/feed.xml")
        path = f"/v1/sources/{added.document['sourceId']}"
        # When it is added again, Then it is there already
        again = ask("POST", "/v1/sources", self.FEED)
        assert (again.status, again.problem, again.document["detail"]) == (
            409,
            "source-exists",
            added.document["sourceId"],
        )
        # When it is changed and paused, Then what was not named stays
        changed = ask("PATCH", path, {"title": "Our news", "state": "paused"}).document
        assert {name: changed.get(name) for name in ("title", "state", "pausedReason", "tags", "nextPollAt")} == {
            "title": "Our news",
            "state": "paused",
            "pausedReason": "operator",
            "tags": ["world"],
            "nextPollAt": None,
        }
        assert changed["filters"]["mostItemsADay"] == 50
        assert ask("GET", path).document == changed
        # When it is resumed, Then it is due, and cleared fields are cleared
        resumed = ask("PATCH", path, {"state": "active", "title": None}).document
        assert resumed["state"] == "active"
        assert resumed["nextPollAt"]
        assert "title" not in resumed
        # When it is removed, Then it is unknown
        assert ask("DELETE", path).document == {"sourceId": added.document["sourceId"]}
        for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
            assert ask(method, path, body).problem == "unknown-source"

    def test_a_filter_that_is_changed_leaves_the_others_and_the_document_is_read_again(
        self, ask: Ask, table: str
    ) -> None:
        # Given a source that was read, so that the next request for it would be conditional
        added = ask("POST", "/v1/sources", self.FEED).document
        registry = DynamoSourceStore(table)
        before = cast(Source, registry.get(added["sourceId"]))
        assert registry.save(changed(before, etag='"v1"', last_modified="x", body_hash="y"))
        # When one of its filters is changed
        path = f"/v1/sources/{before.source_id}"
        filters = ask("PATCH", path, {"filters": {"include": ["/2027/"]}}).document["filters"]
        # Then the others stay, and the next request is not conditional
        assert (filters["include"], filters["mostItemsADay"]) == (["/2027/"], 50)
        after = cast(Source, registry.get(before.source_id))
        assert (after.etag, after.last_modified, after.body_hash) == (None, None, None)

    def test_a_source_needs_no_kind(self, ask: Ask) -> None:
        assert ask("POST", "/v1/sources", {"url": "https://news.example/news.xml"}).document["kind"] == "feed"

    def test_sources_follow_one_another_page_by_page(self, ask: Ask) -> None:
        # Given
        expected = {
            ask("POST", "/v1/sources", {"kind": "feed", "url": f"https://news.example/{n}"}).document["sourceId"]
            for n in range(5)
        }
        # When
        found: list[str] = []
        cursor = None
        while True:
            page = ask("GET", "/v1/sources", query={"limit": "2", **({"cursor": cursor} if cursor else {})}).document
            found += [source["sourceId"] for source in page["items"]]
            cursor = page.get("cursor")
            if cursor is None:
                break
        # Then
        assert (len(found), set(found)) == (5, expected)
        assert ask("GET", "/v1/sources", query={"cursor": "WyJzb3VyY2VzIiwieCJd"}).problem == "bad-cursor"

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"url": "nonsense"}, "url"),
            ({"kind": "podcast"}, "kind"),
            ({"filters": {"include": ["no-slash"]}}, "filters.include.0"),
            ({"country": "Germany"}, "country"),
            ({"tags": [""]}, "tags.0"),
        ],
    )
    def test_what_no_source_may_be_is_refused_with_its_place(
        self, ask: Ask, changes: dict[str, Any], field: str
    ) -> None:
        answer = ask("POST", "/v1/sources", {**self.FEED, **changes})
        assert (answer.status, [error["field"] for error in answer.document["errors"]]) == (400, [field])


# ----------------------------------------------------------------------------------------- every route


def test_a_path_that_is_no_route_is_a_problem(ask: Ask) -> None:
    answer = ask("GET", "/v1/nothing")
    assert (answer.status, answer.problem) == (404, "not-found")


def test_a_service_that_is_busy_says_when_to_come_back(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: object) -> None:
        raise ThrottledError("slow down")

    monkeypatch.setattr(DynamoArticleStore, "find", throttled)
    answer = ask("GET", f"/v1/articles/{id_of()}")
    assert (answer.status, answer.problem, answer.headers["retry-after"]) == (503, "busy", "5")


def test_what_was_not_foreseen_is_a_problem_that_says_nothing(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(DynamoArticleStore, "find", broken)
    answer = ask("GET", f"/v1/articles/{id_of()}")
    assert (answer.status, answer.problem) == (500, "failed")
    assert "secret" not in answer.body


def test_every_answer_is_protected_and_none_is_cached(ask: Ask, store: DynamoArticleStore) -> None:
    path = f"/v1/articles/{committed(store).article_id}"
    for answer in (ask("GET", path), ask("GET", path, headers={"Accept": "text/html"}), ask("GET", "/v1/nothing")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
