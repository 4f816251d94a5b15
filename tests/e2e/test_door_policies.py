"""The policies that ``docs/submit.md`` gives to triggers let them in by their door, and by no other.

Comes in: the guide, and the stack with IAM enforced. Goes out: assertions. Changes: the stack, and its users.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from newsdesk.contracts import report_key
from newsdesk_cli.paths import ROOT
from newsdesk_cli.stack import Stack
from tests.e2e.conftest import World

pytestmark = pytest.mark.usefixtures("first_visit")

_NOWHERE = "http://10.0.0.1/"
"""Submit refuses it, so that nothing of it comes to the other stages."""
_SECTION = re.compile(r"^## (?P<name>.+?)\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_POLICY = re.compile(r"```json\n(\{\n  \"Version\".*?)\n```", re.DOTALL)


def policy_of(section: str, stack: Stack) -> str:
    """Return the first policy of a section of the guide, for a stack."""
    guide = (ROOT / "docs" / "submit.md").read_text(encoding="utf-8")
    text = next(found["text"] for found in _SECTION.finditer(guide) if found["name"] == section)
    found = _POLICY.search(text)
    assert found is not None, section
    policy = json.loads(re.sub(r"<(\w+)>", lambda name: stack.outputs[name[1]], found[1]))
    for statement in policy["Statement"]:
        # MiniStack knows no condition keys of events, and takes none of them for fulfilled.
        statement.pop("Condition", None)
    return json.dumps(policy)


class Trigger:
    """Somebody who has one policy of the guide."""

    def __init__(self, world: World, name: str, section: str) -> None:
        self.world, iam = world, world.stack.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="door", PolicyDocument=policy_of(section, world.stack))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self._options = {
            **world.stack.options,
            "aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"],
        }

    def client(self, service: Any) -> Any:
        return boto3.session.Session(region_name=self.world.stack.region).client(
            service,
            endpoint_url=self.world.stack.endpoint,
            config=Config(retries={"mode": "standard", "max_attempts": 3}),
            **self._options,
        )

    def send(self, identifier: str) -> None:
        """Send a message to the intake queue."""
        body = json.dumps({"url": _NOWHERE, "submissionId": identifier})
        self.client("sqs").send_message(QueueUrl=self.world.stack.outputs["IntakeQueueUrl"], MessageBody=body)

    def tell(self, identifier: str, bus: str = "IntakeBusName") -> None:
        """Put an event on a bus."""
        entry = {
            "EventBusName": self.world.stack.outputs[bus],
            "Source": "newsdesk.trigger",
            "DetailType": "UrlSubmitted",
            "Detail": json.dumps({"url": _NOWHERE, "submissionId": identifier}),
        }
        self.client("events").put_events(Entries=[entry])

    def put(self, key: str) -> None:
        """Put a file into the bucket."""
        self.client("s3").put_object(Bucket=self.world.stack.bucket, Key=key, Body=f"{_NOWHERE}\n".encode())

    def report(self, key: str) -> dict[str, Any]:
        """Return the report on a file; empty while there is none."""
        try:
            answer = self.client("s3").get_object(Bucket=self.world.stack.bucket, Key=report_key(key))
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            return {}
        document: dict[str, Any] = json.loads(answer["Body"].read())
        return document


def is_refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403) and "Denied" in str(error)
    return False


def has_ended(world: World, identifier: str) -> bool:
    (record,) = world.stack.store.submissions([identifier]) or (None,)
    return record is not None and record.outcome is not None


def test_who_may_send_messages_submits_by_the_queue_alone(world: World) -> None:
    trigger = Trigger(world, "door-queue", "The intake queue")
    trigger.send("door-queue-1")
    world.eventually(lambda: has_ended(world, "door-queue-1"), 120)
    assert is_refused(lambda: trigger.tell("door-queue-2"))
    assert is_refused(lambda: trigger.put("inbox/door-queue.txt"))


def test_who_may_put_events_submits_by_the_intake_bus_alone(world: World) -> None:
    trigger = Trigger(world, "door-bus", "An event")
    trigger.tell("door-bus-1")
    world.eventually(lambda: has_ended(world, "door-bus-1"), 120)
    assert is_refused(lambda: trigger.tell("door-bus-2", bus="EventBusName"))
    assert is_refused(lambda: trigger.send("door-bus-3"))


def test_who_may_put_lists_into_the_inbox_puts_no_pages_and_reads_the_report(world: World) -> None:
    trigger = Trigger(world, "door-inbox", "A file in the inbox")
    trigger.put("inbox/door/list.txt")
    world.eventually(lambda: trigger.report("inbox/door/list.txt").get("state") == "counting", 120)
    others = ("inbox/pages.warc", "inbox/door/pages.warc.gz", "articles/v1/x", "pushed/v1/x", "inbox-reports/v1/x")
    assert [key for key in others if not is_refused(partial(trigger.put, key))] == []
    assert is_refused(lambda: trigger.send("door-inbox-1"))
