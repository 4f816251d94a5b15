"""``newsdesk redrive``, over SQS in moto.

Comes in: queues with messages in their dead-letter queues. Goes out: assertions. Changes: moto's memory.

moto has no message move task, as a local stack has none; where one is needed, a stand-in moves the messages.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from newsdesk_cli import lookup, redriving
from newsdesk_cli.app import app
from newsdesk_cli.errors import CommandError
from newsdesk_cli.stack import Stack

STAGES = ("Submit", "Fetch")


class WithoutTasks:
    """SQS as a local stack has it."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.before_delete: Callable[[], None] = lambda: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def list_message_move_tasks(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": "InvalidAction", "Message": ""}}, "ListMessageMoveTasks")

    def delete_message(self, **arguments: Any) -> Any:
        self.before_delete()
        return self.client.delete_message(**arguments)


class WithTasks(WithoutTasks):
    """SQS that moves messages itself, in two steps."""

    def __init__(self, client: Any) -> None:
        super().__init__(client)
        self.started: list[dict[str, Any]] = []
        self.tasks: list[dict[str, Any]] = []
        self.ends_as = "COMPLETED"

    def start_message_move_task(self, **arguments: Any) -> Any:
        self.started.append(arguments)
        self.tasks = [{"Status": "RUNNING", "ApproximateNumberOfMessagesMoved": 1}]
        return {"TaskHandle": "handle"}

    def list_message_move_tasks(self, **arguments: Any) -> Any:
        assert arguments["SourceArn"].endswith("DeadLetterQueue")
        assert arguments["MaxResults"] == 1
        answer = {"Results": [dict(task) for task in self.tasks]}
        for task in self.tasks:
            task.update(Status=self.ends_as, ApproximateNumberOfMessagesMoved=3, FailureReason="no such queue")
        return answer


@pytest.fixture
def stack(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Stack:
    client = boto3.client("sqs")
    resources = {"ArticleTable": "articles"}
    for stage in STAGES:
        dead = resources[f"{stage}DeadLetterQueue"] = client.create_queue(QueueName=f"{stage}DeadLetterQueue")[
            "QueueUrl"
        ]
        arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
        queue = client.create_queue(QueueName=f"{stage}Queue", Attributes={"RedrivePolicy": policy})
        resources[f"{stage}Queue"] = queue["QueueUrl"]
    stack = Stack("newsdesk-test", "us-east-1")
    vars(stack).update(resources=resources, sqs=WithoutTasks(client))
    monkeypatch.setattr(lookup, "open_stack", lambda *_: stack)
    monkeypatch.setattr(redriving, "_POLL_SECONDS", 0.0)
    return stack


def put(stack: Stack, queue: str, *bodies: str) -> None:
    for body in bodies:
        stack.sqs.send_message(QueueUrl=stack.resources[queue], MessageBody=body)


def bodies(stack: Stack, queue: str) -> list[str]:
    url = stack.resources[queue]
    found = []
    while messages := stack.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found += [message["Body"] for message in messages]
    return sorted(found)


def run(*arguments: str) -> Any:
    done = CliRunner().invoke(app, ["redrive", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_stack_without_move_tasks_has_its_messages_moved_by_hand(stack: Stack) -> None:
    # Given more messages than one call receives
    put(stack, "FetchDeadLetterQueue", *(f"message {number}" for number in range(23)))
    put(stack, "SubmitDeadLetterQueue", "another")

    # When one queue is redriven, twice
    done = [run("fetch", "--yes"), run("FetchDeadLetterQueue", "--yes")]

    # Then its messages are in its queue, once, and the other's are where they were
    assert done == [{"fetch": {"moved": 23, "left": 0}}, {"fetch": {"moved": 0, "left": 0}}]
    assert bodies(stack, "FetchQueue") == sorted(f"message {number}" for number in range(23))
    assert bodies(stack, "SubmitDeadLetterQueue") == ["another"]


def test_all_queues_are_redriven_each_to_its_own(stack: Stack) -> None:
    put(stack, "FetchDeadLetterQueue", "page")
    put(stack, "SubmitDeadLetterQueue", "submission")
    assert run("--all", "--yes") == {"fetch": {"moved": 1, "left": 0}, "submit": {"moved": 1, "left": 0}}
    assert (bodies(stack, "FetchQueue"), bodies(stack, "SubmitQueue")) == (["page"], ["submission"])


def test_a_message_keeps_its_attributes_and_its_group(stack: Stack) -> None:
    # Given a message as fetch gets it, which shares readers out by host
    url = stack.resources["FetchDeadLetterQueue"]
    attribute = {"trace": {"DataType": "String", "StringValue": "abc"}}
    message: Any = {"Body": "page", "MessageAttributes": attribute, "Attributes": {"MessageGroupId": "news.example"}}
    stack.sqs.send_message(QueueUrl=url, MessageBody="page", MessageAttributes=attribute)  # type: ignore[arg-type]
    # When
    run("fetch", "--yes")
    # Then
    (found,) = stack.sqs.receive_message(QueueUrl=stack.resources["FetchQueue"], MessageAttributeNames=["All"])[
        "Messages"
    ]
    assert found["MessageAttributes"]["trace"]["StringValue"] == "abc"
    assert redriving._kept_of(message) == {"MessageAttributes": attribute, "MessageGroupId": "news.example"}


def test_nothing_is_lost_when_the_command_is_killed_between_send_and_delete(stack: Stack) -> None:
    # Given
    put(stack, "FetchDeadLetterQueue", "first", "second")
    sqs: Any = stack.sqs

    def die() -> None:
        raise KeyboardInterrupt

    sqs.before_delete = die
    # When
    with pytest.raises(KeyboardInterrupt):
        redriving.redrive(stack, redriving.choose(redriving.find_pairs(stack), "fetch"), 50, lambda _: None)
    sqs.before_delete = lambda: None
    attributes = stack.sqs.get_queue_attributes(
        QueueUrl=stack.resources["FetchDeadLetterQueue"],
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    # Then both are still there, and one of them in both queues
    assert sum(int(value) for value in attributes.values()) == 2
    assert bodies(stack, "FetchQueue") in (["first"], ["second"])


def test_a_dry_run_moves_nothing(stack: Stack) -> None:
    put(stack, "FetchDeadLetterQueue", "page")
    assert run("--all", "--dry-run") == {"fetch": {"to move": 1}, "submit": {"to move": 0}}
    assert bodies(stack, "FetchQueue") == []


@pytest.mark.parametrize("arguments", [[], ["fetch", "--all"], ["fetch"]])
def test_what_is_to_be_moved_has_to_be_said(stack: Stack, arguments: list[str]) -> None:
    # Given a queue to redrive, and nobody to ask
    put(stack, "FetchDeadLetterQueue", "page")
    # When / Then
    assert CliRunner().invoke(app, ["redrive", *arguments]).exit_code == 2
    assert bodies(stack, "FetchQueue") == []


def test_an_unknown_queue_is_named(stack: Stack) -> None:
    with pytest.raises(CommandError, match="there are fetch, submit"):
        redriving.choose(redriving.find_pairs(stack), "nothing")


class TestTasks:
    @pytest.fixture
    def sqs(self, stack: Stack) -> WithTasks:
        sqs: Any = WithTasks(boto3.client("sqs"))
        vars(stack)["sqs"] = sqs
        put(stack, "SubmitDeadLetterQueue", "one", "two", "three")
        return sqs  # type: ignore[no-any-return]

    def test_the_service_moves_the_messages_and_is_told_where(self, stack: Stack, sqs: WithTasks) -> None:
        assert run("submit", "--yes", "--rate", "7")["submit"]["moved"] == 3
        (asked,) = sqs.started
        assert asked["SourceArn"].endswith(":SubmitDeadLetterQueue")
        assert asked["DestinationArn"].endswith(":SubmitQueue")
        assert asked["MaxNumberOfMessagesPerSecond"] == 7

    def test_a_task_that_runs_already_is_followed(self, stack: Stack, sqs: WithTasks) -> None:
        sqs.tasks = [{"Status": "RUNNING"}]
        assert run("submit", "--yes")["submit"]["moved"] == 3
        assert sqs.started == []

    def test_a_task_that_fails_ends_the_command_with_its_reason(self, stack: Stack, sqs: WithTasks) -> None:
        sqs.ends_as = "FAILED"
        done = CliRunner().invoke(app, ["redrive", "submit", "--yes"])
        assert isinstance(done.exception, CommandError)
        assert "no such queue" in str(done.exception)
