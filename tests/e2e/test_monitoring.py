"""Alarms as CloudFormation deploys them: a value raises one, and one that is raised reaches its subscribers.

Comes in: ``infra/monitoring.yaml`` as a nested stack, and MiniStack without any function. Goes out: assertions.
Changes: starts and ends a process.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newsdesk_cli.deployment import nested_template
from newsdesk_cli.paths import ROOT
from tests.bare_ministack import bare_ministack, wait_for

pytestmark = pytest.mark.e2e

BUCKET = "templates"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    """A function that returns clients of a MiniStack of its own."""
    with bare_ministack(tmp_path) as make:
        yield make


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
