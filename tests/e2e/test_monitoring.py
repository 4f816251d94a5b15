"""Alarms as CloudFormation deploys them: a value raises one, and one that is raised reaches its subscribers.

Comes in: ``infra/monitoring.yaml`` as a nested stack, and MiniStack without any function. Goes out: assertions.
Changes: starts and ends a process.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError

from newsdesk_cli.deployment import nested_template
from newsdesk_cli.paths import ROOT

pytestmark = pytest.mark.e2e

BUCKET = "templates"
PATIENCE_SECONDS = 90


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    """A function that returns clients of a MiniStack of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
    make = partial(
        boto3.client,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], env={**os.environ, **settings}, cwd=tmp_path, stdout=log, stderr=log
        )
        try:
            wait_for(lambda: is_up(make("s3")))
            yield make
        finally:
            process.terminate()
            process.wait(timeout=30)


def is_up(s3: Any) -> bool:
    try:
        s3.list_buckets()
    except BotoCoreError:
        return False
    return True


def wait_for(happened: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.5)


def deploy(client: Any) -> str:
    """Deploy the nested stack for a stack named ``demo``, and return its topic."""
    nested = nested_template(ROOT / "infra" / "monitoring.yaml", {"StuckAfterSeconds": "300"})
    given = {name: entry.get("Default", name.lower()) for name, entry in nested["Parameters"].items()}
    client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client("s3").put_object(Bucket=BUCKET, Key="nested", Body=json.dumps(nested))
    properties = {
        "TemplateURL": f"https://s3.amazonaws.com/{BUCKET}/nested",
        "Parameters": given | {"Stage": "demo", "AlarmEmail": "ops@news.example"},
    }
    parent = {
        "Resources": {"Monitoring": {"Type": "AWS::CloudFormation::Stack", "Properties": properties}},
        "Outputs": {"Topic": {"Value": {"Fn::GetAtt": ["Monitoring", "Outputs.AlarmTopicArn"]}}},
    }
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName="demo", TemplateBody=json.dumps(parent))

    def described() -> Any:
        return cloudformation.describe_stacks(StackName="demo")["Stacks"][0]

    wait_for(lambda: not described()["StackStatus"].endswith("IN_PROGRESS"))
    assert described()["StackStatus"] == "CREATE_COMPLETE"
    return str(described()["Outputs"][0]["OutputValue"])


def test_alarms_are_raised_by_values_and_reach_their_subscribers(client: Any) -> None:
    # Given the nested stack, and a pager
    topic = deploy(client)
    sqs, cloudwatch = client("sqs"), client("cloudwatch")
    pager = sqs.create_queue(QueueName="pager")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=pager, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    alarms = cloudwatch.describe_alarms(MaxRecords=100)["MetricAlarms"]

    def named(part: str) -> str:
        return next(str(alarm["AlarmName"]) for alarm in alarms if f"-{part}-" in alarm["AlarmName"])

    # When an operator tries an alarm, Then the pager gets it
    cloudwatch.set_alarm_state(AlarmName=named("WorkGivenUp"), StateValue="ALARM", StateReason="trying it")
    (message,) = sqs.receive_message(QueueUrl=pager, WaitTimeSeconds=10)["Messages"]
    assert "WorkGivenUp" in message["Body"]

    # When publish counts a record that it could not read, Then the alarm for that is raised
    dimensions = {"service": "newsdesk", "stage": "demo", "status": "unreadable"}
    entry = {
        "MetricName": "ChangesPublished",
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        "Value": 2.0,
    }
    cloudwatch.put_metric_data(Namespace="Newsdesk", MetricData=[entry])
    name = named("ChangesUnreadable")
    wait_for(lambda: cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"] == "ALARM")

    # And the dashboard is there, by the stack's name
    (board,) = cloudwatch.list_dashboards()["DashboardEntries"]
    assert board["DashboardName"] == "demo"
