"""The event bus: every event is accepted in the end, or the caller gets an error.

Comes in: a bus in moto, or one that refuses. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from harness import aws
from newsdesk.adapters.eventbridge import REFUSED, EventBridgePublisher, EventsNotAcceptedError
from newsdesk.contracts import ArticleChanged, SubmissionEnded
from newsdesk.pauses import Pauses
from tests.examples import id_of, url_of


def changed(number: int) -> ArticleChanged:
    return ArticleChanged(
        change_id=f"{id_of(number)}-1",
        change_type="created",
        article_id=id_of(number),
        revision=1,
        url=url_of(number),
        host="news.example",
        key=f"articles/v1/{number}",
        headline="“Brücke” 橋",
        committed_at="2026-03-14T09:26:53.589Z",
    )


ENDED = SubmissionEnded(
    outcome="rejected:invalid_url", url="x:", submission_ids=("one", "two"), ended_at="2026-03-14T09:26:53.589Z"
)


def entry(number: int) -> dict[str, Any]:
    return {
        "EventBusName": "bus",
        "Source": "newsdesk",
        "DetailType": "ArticleChanged",
        "Detail": changed(number).to_ascii_json(),
    }


def answers(*accepted: bool) -> dict[str, Any]:
    """What the bus says of each entry."""
    return {
        "FailedEntryCount": accepted.count(False),
        "Entries": [
            {"EventId": "1"} if taken else {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
            for taken in accepted
        ],
    }


@pytest.fixture
def client() -> Any:
    """A client whose answers the test writes."""
    return boto3.client("events", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")


def test_readers_hear_of_every_event_with_its_type_and_source(listener: str) -> None:
    # Given a bus that somebody listens to, When more events than one call holds are published
    EventBridgePublisher(aws.BUS).publish([*(changed(number) for number in range(12)), ENDED])

    # Then all are heard, once, and read back as they were
    heard = aws.drain(listener)
    assert len(heard) == 13
    assert {event["source"] for event in heard} == {"newsdesk"}
    changes = [ArticleChanged.model_validate(e["detail"]) for e in heard if e["detail-type"] == "ArticleChanged"]
    endings = [SubmissionEnded.model_validate(e["detail"]) for e in heard if e["detail-type"] == "SubmissionEnded"]
    assert sorted(change.change_id for change in changes) == sorted(changed(number).change_id for number in range(12))
    assert changed(3) in changes
    assert endings == [ENDED]


def test_only_refused_events_are_sent_again(client: Any) -> None:
    # Given a bus that refuses the second and the fourth of four events, then the fourth again
    with Stubber(client) as stub:
        stub.add_response(
            "put_events", answers(True, False, True, False), {"Entries": [entry(number) for number in range(4)]}
        )
        stub.add_response("put_events", answers(True, False), {"Entries": [entry(1), entry(3)]})
        stub.add_response("put_events", answers(True), {"Entries": [entry(3)]})

        # When they are published, Then each is sent until it is accepted, and no longer
        waited: list[float] = []
        pauses = replace(REFUSED, sleep=waited.append, jitter=lambda: 0.0)
        EventBridgePublisher("bus", client=client, pauses=pauses).publish([changed(number) for number in range(4)])
        stub.assert_no_pending_responses()

    # And it waits before it sends again, longer the second time
    assert waited == [0.05, 0.1]


@pytest.mark.parametrize(("characters", "calls"), [(10_000, [10, 1]), (60_000, [3, 3, 3, 2]), (150_000, [1] * 11)])
def test_large_events_are_shared_out_to_calls_that_the_bus_takes(
    client: Any, characters: int, calls: list[int]
) -> None:
    # Given eleven changes whose pages made them as large as they can be, and larger
    events = [changed(number).model_copy(update={"headline": "x" * characters}) for number in range(11)]
    sent: list[list[dict[str, Any]]] = []

    def accept(params: dict[str, Any], **_: object) -> None:
        sent.append(params["Entries"])

    client.meta.events.register("before-parameter-build.events.PutEvents", accept)
    with Stubber(client) as stub:
        for number in calls:
            stub.add_response("put_events", answers(*[True] * number))

        # When they are published
        EventBridgePublisher("bus", client=client).publish(events)

    # Then all are, in order, in as few calls as EventBridge's limits of ten entries and 256 KiB allow
    assert [len(entries) for entries in sent] == calls
    assert [json.loads(item["Detail"])["changeId"] for entries in sent for item in entries] == [
        event.change_id for event in events
    ]
    assert all(sum(len(item["Detail"]) for item in entries) < 256 * 1024 for entries in sent)


def test_a_bus_that_keeps_refusing_is_reported(client: Any) -> None:
    # Given a bus that refuses one of eleven events every time
    with Stubber(client) as stub:
        stub.add_response(
            "put_events", answers(*[True] * 9, False), {"Entries": [entry(number) for number in range(10)]}
        )
        for _ in range(2):
            stub.add_response("put_events", answers(False), {"Entries": [entry(9)]})

        # When they are published, Then the caller learns that the batch was not told
        publisher = EventBridgePublisher("bus", client=client, pauses=Pauses(tries=3, sleep=lambda _: None))
        with pytest.raises(EventsNotAcceptedError, match="1 of 11"):
            publisher.publish([changed(number) for number in range(11)])
        stub.assert_no_pending_responses()


def test_without_events_the_bus_is_left_alone(client: Any) -> None:
    with Stubber(client):
        EventBridgePublisher("bus", client=client).publish([])
