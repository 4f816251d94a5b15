"""What a trigger may send, and what becomes of everything else.

Comes in: bodies of intake records. Goes out: assertions.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsdesk.contracts import Reason, UrlSubmitted
from submitter.intake import UnreadableSubmissionError, read_submission

URL = "https://news.example/story"
MESSAGE_ID = "0f7c8f0e-6a52-4b9a-8f5e-0d9a6f0c1a2b"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
known_names = st.sampled_from(
    ["schemaVersion", "url", "submissionId", "priority", "tags", "detail-type", "source", "detail", "id"]
)


def event(detail: Any, **changes: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "UrlSubmitted",
        "source": "newsdesk.trigger",
        "detail": detail,
        **changes,
    }


def refusal_of(body: str) -> UnreadableSubmissionError:
    with pytest.raises(UnreadableSubmissionError) as caught:
        read_submission(body, MESSAGE_ID)
    return caught.value


def read_or_refuse(body: str) -> str | Reason:
    """Return the id of a submission, or the reason why it was refused."""
    try:
        return read_submission(body, MESSAGE_ID).submission_id
    except UnreadableSubmissionError as refusal:
        return refusal.reason


def test_a_url_alone_is_a_submission() -> None:
    submission = read_submission(json.dumps({"url": URL}), MESSAGE_ID)
    assert (submission.submission_id, submission.request) == (MESSAGE_ID, UrlSubmitted(url=URL))


def test_everything_a_submitter_may_say_is_taken() -> None:
    # Given a full message, and a field that this release does not know
    body = {
        "schemaVersion": 1,
        "url": URL,
        "submissionId": "mine:1",
        "priority": "high",
        "tags": ["world"],
        "correlationId": "c-1",
        "discovery": "feed",
        "somethingNew": {"a": 1},
    }

    # When it is read, Then all that is known is there
    submission = read_submission(json.dumps(body), MESSAGE_ID)
    assert submission.submission_id == "mine:1"
    assert submission.request == UrlSubmitted(
        url=URL, submission_id="mine:1", priority="high", tags=("world",), correlation_id="c-1", discovery="feed"
    )


def test_an_events_detail_is_a_submission_under_the_events_id() -> None:
    # Given an event with and without a submission id, When it is read
    plain = read_submission(json.dumps(event({"url": URL})), MESSAGE_ID)
    named = read_submission(json.dumps(event({"url": URL, "submissionId": "mine"})), MESSAGE_ID)

    # Then the submitter's own id comes first, the event's next
    assert plain.submission_id == "6a7e8feb-b491-4cf7-a9f1-bf3703467718"
    assert named.submission_id == "mine"
    assert plain.request == UrlSubmitted(url=URL)


@pytest.mark.parametrize("identifier", [None, 7, "", "x" * 129, "a\ud800b", "a b"])
def test_an_event_without_a_usable_id_goes_by_the_queues_id(identifier: Any) -> None:
    assert read_submission(json.dumps(event({"url": URL}, id=identifier)), MESSAGE_ID).submission_id == MESSAGE_ID


@pytest.mark.parametrize(
    "body",
    [
        "",
        "https://news.example/story",
        '{"url": "https://news.example/',
        "[]",
        "null",
        '"https://news.example/story"',
        "{}",
        '{"url": null}',
        '{"url": ""}',
        '{"url": 7}',
        '{"url": "\\ud800"}',
        '{"url": "https://news.example/", "schemaVersion": "1"}',
        '{"url": "https://news.example/", "schemaVersion": NaN}',
        '{"url": "https://news.example/", "schemaVersion": null}',
        '{"url": "https://news.example/", "submissionId": "with space"}',
        '{"url": "https://news.example/", "submissionId": ""}',
        '{"url": "https://news.example/", "priority": "urgent"}',
        '{"url": "https://news.example/", "tags": "world"}',
        '{"url": "https://news.example/", "tags": [""]}',
        json.dumps({"url": URL, "tags": ["t"] * 21}),
        json.dumps({"url": URL, "tags": ["t" * 65]}),
        json.dumps({"url": URL, "correlationId": "c" * 129}),
        json.dumps(event({"url": URL}, source="somebody.else")),
        json.dumps(event({"url": URL}, **{"detail-type": "SomethingElse"})),
        json.dumps(event(None)),
        json.dumps(event("https://news.example/")),
        "[" * 100_000,
        '{"a":' * 100_000,
        "9" * 5_000,
        "\x00",
    ],
    ids=lambda body: repr(body[:60]),
)
def test_what_is_not_of_the_schema_is_malformed(body: str) -> None:
    refusal = refusal_of(body)
    assert refusal.reason is Reason.MALFORMED_MESSAGE
    assert str(refusal)


@pytest.mark.parametrize("version", [0, 2, -1, 10**12])
def test_a_version_we_do_not_know_is_told_apart(version: int) -> None:
    for body in ({"schemaVersion": version, "address": URL}, event({"schemaVersion": version})):
        refusal = refusal_of(json.dumps(body))
        assert refusal.reason is Reason.UNKNOWN_VERSION
        assert str(version) in str(refusal)


def test_what_was_sent_is_not_repeated_in_the_refusal() -> None:
    assert "hunter2" not in str(refusal_of(json.dumps({"url": ["https://news.example/?password=hunter2"]})))


@settings(deadline=None)
@given(st.text() | json_values.map(json.dumps) | st.dictionaries(known_names, json_values).map(json.dumps))
def test_any_body_is_read_or_refused(body: str) -> None:
    found = read_or_refuse(body)
    assert found in (Reason.MALFORMED_MESSAGE, Reason.UNKNOWN_VERSION) or 0 < len(found.encode("utf-8")) <= 128


@settings(deadline=None)
@given(st.text(min_size=1), st.dictionaries(known_names, json_values))
def test_a_body_delivered_twice_has_one_id(url: str, fields: dict[str, Any]) -> None:
    body = json.dumps({**fields, "url": url})
    assert read_or_refuse(body) == read_or_refuse(body)
