"""The queues: a message goes to the queue of its type, as it is, and as late as it was asked to.

Comes in: empty queues in moto. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from harness import aws
from harness.metering import Meter
from newsdesk.adapters.sqs import BatchSender, GatheringSender, QueueDepths, SqsMessageSender
from newsdesk.contracts import ArticleEnriched, ArticleExtracted, FetchRequested, PageFetched, StageMessage
from newsdesk.pauses import Pauses
from tests.examples import id_of

MESSAGES: dict[str, StageMessage] = {
    "fetch": FetchRequested(article_id=id_of(), run=2, correlation_id="correlation"),
    "extract": PageFetched(article_id=id_of(), run=2, capture_key="raw/v1/x"),
    "enrich": ArticleExtracted(article_id=id_of(), run=2, extracted_key="work/v1/x"),
    "index": ArticleEnriched(article_id=id_of(), run=2, article_key="articles/v1/“x”"),
}


def test_each_message_goes_to_the_queue_of_its_type(queues: dict[str, str]) -> None:
    # Given a sender that knows all queues
    sender = SqsMessageSender({type(message): queues[stage] for stage, message in MESSAGES.items()})

    # When one message of each type is sent
    for message in MESSAGES.values():
        sender.send(message)

    # Then each queue holds its own, and it reads back equal
    for stage, message in MESSAGES.items():
        (body,) = aws.drain(queues[stage])
        assert type(message).model_validate(body) == message


def test_a_sender_has_no_queue_for_what_its_stage_does_not_send(queues: dict[str, str]) -> None:
    sender = SqsMessageSender({FetchRequested: queues["fetch"]})
    with pytest.raises(KeyError):
        sender.send(MESSAGES["index"])


@pytest.mark.parametrize(("asked", "sent"), [(0, 0), (59, 59), (900, 900), (901, 900), (-5, 0)])
def test_a_delay_is_kept_within_what_a_queue_can(asked: int, sent: int) -> None:
    client: Any = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    message = MESSAGES["fetch"]
    expected = {"QueueUrl": "https://queue.example/fetch", "MessageBody": message.to_json(), "DelaySeconds": sent}
    with Stubber(client) as stub:
        stub.add_response("send_message", {"MessageId": "1"}, expected)
        SqsMessageSender({FetchRequested: "https://queue.example/fetch"}, client=client).send(message, asked)
        stub.assert_no_pending_responses()


def test_a_delayed_message_is_not_there_yet(queues: dict[str, str]) -> None:
    SqsMessageSender({FetchRequested: queues["fetch"]}).send(MESSAGES["fetch"], delay_seconds=60)
    assert aws.drain(queues["fetch"]) == []


def test_a_message_that_no_queue_accepted_is_not_sent(queues: dict[str, str]) -> None:
    sender = SqsMessageSender({FetchRequested: f"{queues['fetch']}-gone"})
    with pytest.raises(ClientError):
        sender.send(MESSAGES["fetch"])


@pytest.mark.parametrize(
    ("host", "group"), [("news.example", "news.example"), ("[2001:db8::1]", "[2001:db8::1]"), ("a." * 126 + "a", 128)]
)
def test_pages_to_fetch_are_grouped_by_host(queues: dict[str, str], host: str, group: str | int) -> None:
    # Given a message that names its host
    message = FetchRequested(article_id=id_of(), run=1, host=host)

    # When it is sent
    SqsMessageSender({FetchRequested: queues["fetch"]}).send(message)

    # Then a standard queue takes it, with a group that SQS allows
    (received,) = boto3.client("sqs").receive_message(QueueUrl=queues["fetch"], AttributeNames=["All"])["Messages"]
    expected = host[:group] if isinstance(group, int) else group
    assert received["Attributes"]["MessageGroupId"] == expected


def test_the_depth_of_queues_counts_what_waits_what_is_worked_on_and_what_is_delayed(queues: dict[str, str]) -> None:
    # Given a queue with a message that is being worked on and one that waits, and another with a delayed one
    sender = SqsMessageSender({FetchRequested: queues["fetch"], PageFetched: queues["extract"]})
    sender.send(MESSAGES["fetch"])
    boto3.client("sqs").receive_message(QueueUrl=queues["fetch"], MaxNumberOfMessages=1)
    sender.send(MESSAGES["fetch"])
    sender.send(MESSAGES["extract"], delay_seconds=60)

    # When they are counted, Then all are there
    assert QueueDepths(list(queues.values())).total() == 3


# ------------------------------------------------------------------------------------------- many at once


def test_many_messages_keep_their_order_in_the_answer(queues: dict[str, str]) -> None:
    # Given more messages than one call takes
    bodies = [json.dumps({"number": number}) for number in range(37)]
    # When
    ids = BatchSender().send(queues["fetch"], bodies, {"Sender": "somebody"})
    # Then each has the id under which it is in the queue
    client = boto3.client("sqs")
    found: dict[str, str] = {}
    while len(found) < 37:
        answer = client.receive_message(
            QueueUrl=queues["fetch"], MaxNumberOfMessages=10, MessageAttributeNames=["Sender"]
        )
        for message in answer["Messages"]:
            assert message["MessageAttributes"]["Sender"]["StringValue"] == "somebody"
            found[message["MessageId"]] = message["Body"]
    assert [found[str(identifier)] for identifier in ids] == bodies


def test_a_call_holds_no_more_than_a_queue_takes(queues: dict[str, str]) -> None:
    bodies = ["x" * 90_000] * 9
    assert None not in BatchSender().send(queues["fetch"], bodies)


def test_what_a_queue_refuses_is_sent_again_and_at_last_not_taken() -> None:
    # Given a queue that refuses the second of three messages, whatever comes
    client: Any = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    refused = [{"Id": "1", "SenderFault": False, "Code": "InternalError"}]
    taken = [{"Id": name, "MessageId": f"m{name}", "MD5OfMessageBody": "x"} for name in ("0", "2")]
    with Stubber(client) as stub:
        stub.add_response("send_message_batch", {"Successful": taken, "Failed": refused})
        stub.add_response("send_message_batch", {"Successful": [], "Failed": refused})
        # When / Then
        sender = BatchSender(client, Pauses(tries=2, sleep=lambda _: None))
        assert sender.send("https://queue.example/x", ["a", "b", "c"]) == ["m0", None, "m2"]
        stub.assert_no_pending_responses()


# ------------------------------------------------------------------------------------------- gathered


def test_gathered_messages_are_sent_by_tens_and_the_rest_at_the_end(queues: dict[str, str]) -> None:
    # Given a sender that gathers, and messages of twelve records to one queue and of one to another
    sender = GatheringSender({FetchRequested: queues["fetch"], PageFetched: queues["extract"]})
    with Meter().on() as usage:
        for number in range(12):
            with sender.gathered(f"record-{number}"):
                sender.send(MESSAGES["fetch"].model_copy(update={"run": number + 1, "host": "news.example"}))
        assert usage.calls == {"SendMessageBatch": 1}
        with sender.gathered("record-12"):
            sender.send(MESSAGES["extract"])

        # When they are flushed, Then all are sent, in three calls, and nobody has to come again
        assert sender.flush() == frozenset()
        assert usage.calls == {"SendMessageBatch": 3}
    assert [body["run"] for body in aws.drain(queues["fetch"])] == list(range(1, 13))
    assert len(aws.drain(queues["extract"])) == 1
    # And what is sent outside of that does not wait
    sender.send(MESSAGES["extract"])
    assert len(aws.drain(queues["extract"])) == 1


def test_who_sent_what_a_queue_refuses_is_named_once() -> None:
    # Given a queue that refuses one of two messages
    client: Any = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    sender = GatheringSender({PageFetched: "https://queue.example/x"}, client, Pauses(tries=1))
    with Stubber(client) as stub:
        refused = [{"Id": "1", "SenderFault": False, "Code": "InternalError"}]
        taken = [{"Id": "0", "MessageId": "m0", "MD5OfMessageBody": "x"}]
        stub.add_response("send_message_batch", {"Successful": taken, "Failed": refused})
        for number in range(2):
            with sender.gathered(f"record-{number}"):
                sender.send(MESSAGES["extract"])
        # When / Then
        assert sender.flush() == {"record-1"}
        assert sender.flush() == frozenset()
