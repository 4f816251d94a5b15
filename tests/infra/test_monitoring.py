"""What watches a stack: every queue and function has its alarms, and each looks at a metric that there is.

Comes in: ``infra/monitoring.yaml``, ``template.yaml``, the code's metrics. Goes out: assertions. Changes: moto's
memory.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import boto3
import pytest
from moto import mock_aws

from fetcher.stage import ANSWER_STATUSES
from indexer.stage import CommitKind
from newsdesk.contracts import DESCRIPTIONS, Reason
from newsdesk.runtime import HOST_CLASSES, Metric, RecordStatus
from newsdesk.runtime.observability import NAMESPACE, SERVICE
from newsdesk.sources import SourceWarning
from newsdesk_cli.paths import ROOT, TEMPLATE
from newsdesk_cli.templates import Template, load_template

MONITORING = ROOT / "infra" / "monitoring.yaml"
STAGE = "newsdesk-test"
BY_NAME = {metric.value: metric for metric in Metric}
STAGES = {
    Metric.SUBMISSIONS_RECEIVED: "submitter",
    Metric.PAGES_FETCHED: "fetcher",
    Metric.PAGES_EXTRACTED: "extractor",
    Metric.ARTICLES_ENRICHED: "enricher",
    Metric.ARTICLES_INDEXED: "indexer",
    Metric.ARTICLES_DISPATCHED: "dispatcher",
    Metric.CHANGES_PUBLISHED: "publisher",
    Metric.SOURCES_POLLED: "discoverer",
}


@pytest.fixture(scope="module")
def monitoring() -> Template:
    return load_template(MONITORING)


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template(TEMPLATE)


def alarms(monitoring: Template) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in monitoring["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def watched(alarm: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield namespace, name and dimensions of each metric that an alarm looks at."""
    metrics = [entry["MetricStat"]["Metric"] for entry in alarm.get("Metrics", []) if "MetricStat" in entry]
    for metric in metrics or [alarm]:
        yield (
            metric["Namespace"],
            metric["MetricName"],
            {entry["Name"]: entry["Value"] for entry in metric["Dimensions"]},
        )


def dashboard(monitoring: Template) -> list[dict[str, Any]]:
    body = monitoring["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets: list[dict[str, Any]] = json.loads(body)["widgets"]
    return widgets


def statuses_of(metric: Metric) -> set[str]:
    """Every status that a metric of ours can have."""
    match metric:
        case Metric.OUTCOMES_RECORDED:
            return set(DESCRIPTIONS)
        case Metric.FETCHES_FAILED:
            return {reason.value for reason in Reason}
        case Metric.ANSWERS_RECEIVED | Metric.BYTES_RECEIVED:
            return set(ANSWER_STATUSES)
        case Metric.ARTICLES_COMMITTED_MILLISECONDS:
            return {kind.value for kind in CommitKind}
        case Metric.TEXTS_YIELDED | Metric.DATES_YIELDED:
            return set(HOST_CLASSES)
        case Metric.SOURCES_WARNED:
            return {warning.value for warning in SourceWarning}
    module = importlib.import_module(f"{STAGES[metric]}.stage")
    enums = [value for name, value in vars(module).items() if name.endswith("Status") and isinstance(value, type)]
    return {member.value for enum in (*enums, RecordStatus) if issubclass(enum, StrEnum) for member in enum}


class TestCover:
    def test_the_template_passes_what_is_asked_for_and_nothing_else(
        self, monitoring: Template, template: Template
    ) -> None:
        given = template["Resources"]["Monitoring"]["Properties"]["Parameters"]
        assert given.keys() == monitoring["Parameters"].keys()
        assert template["Resources"]["Monitoring"]["Properties"]["TemplateURL"] == "infra/monitoring.yaml"

    def test_every_queue_has_its_alarm_and_its_dead_letters_have_theirs(
        self, monitoring: Template, template: Template
    ) -> None:
        # Given
        queues = {name for name, entry in template["Resources"].items() if entry["Type"] == "AWS::SQS::Queue"}
        # When
        covered = {
            dimensions["QueueName"]["Ref"].removesuffix("Name"): (metric, alarm["Threshold"])
            for alarm in alarms(monitoring).values()
            for namespace, metric, dimensions in watched(alarm)
            if namespace == "AWS/SQS"
        }
        # Then a dead letter alarms at once, and a message that is late when dispatch takes it for lost
        assert covered.keys() == queues
        for queue, (metric, threshold) in covered.items():
            if queue.endswith("DeadLetterQueue"):
                assert (metric, threshold) == ("ApproximateNumberOfMessagesVisible", 0)
            else:
                assert metric.startswith("ApproximateAgeOfOldestMessage")
                assert threshold == (21_600 if queue == "BulkQueue" else {"Ref": "StuckAfterSeconds"})
        # And a single host with many pages does not make fetch look late
        assert covered["FetchQueue"][0].endswith("InQuietGroups")

    def test_every_rule_has_an_alarm_for_what_it_could_not_deliver(
        self, monitoring: Template, template: Template
    ) -> None:
        # Given the rules, and the schedules that SAM makes rules of, by their names
        given = template["Resources"]["Monitoring"]["Properties"]["Parameters"]
        resources = [entry for entry in template["Resources"].values() if entry["Type"] != "AWS::CloudFormation::Stack"]
        events = [event for entry in resources for event in entry["Properties"].get("Events", {}).values()]
        made = [entry for entry in (*resources, *events) if entry["Type"] in ("AWS::Events::Rule", "Schedule")]
        rules = [entry["Properties"]["Name"] for entry in made]
        # When
        covered = [
            given[dimensions["RuleName"]["Ref"]]
            for alarm in alarms(monitoring).values()
            for _, metric, dimensions in watched(alarm)
            if metric == "FailedInvocations"
        ]
        # Then
        assert sorted(map(str, covered)) == sorted(map(str, rules))

    def test_every_function_has_an_alarm_for_its_errors(self, monitoring: Template, template: Template) -> None:
        functions = {
            name for name, entry in template["Resources"].items() if entry["Type"] == "AWS::Serverless::Function"
        }
        covered = {
            dimensions["FunctionName"]["Ref"].removesuffix("Name")
            for alarm in alarms(monitoring).values()
            for _, metric, dimensions in watched(alarm)
            if metric == "Errors"
        }
        assert covered == functions

    def test_an_invocation_is_slow_by_its_own_functions_time(self, monitoring: Template, template: Template) -> None:
        # Given
        usual = template["Globals"]["Function"]["Timeout"]
        expression = alarms(monitoring)["FunctionsSlow"]["Metrics"][-1]["Expression"]
        functions = [
            name
            for name, entry in template["Resources"].items()
            if entry["Type"] == "AWS::Serverless::Function" and "Condition" not in entry
        ]
        # When / Then: milliseconds over a hundredth of the time are per cent
        for name in functions:
            timeout = template["Resources"][name]["Properties"].get("Timeout", usual)
            assert f"FILL({name.removesuffix('Function').lower()}, 0) / {timeout * 10}" in expression
        assert expression.count("FILL") == len(functions)

    @pytest.mark.parametrize(
        ("name", "condition"),
        [
            ("Embed", "KeepsEmbeddings"),
            ("Compact", "KeepsDatasets"),
            ("Api", "ServesApi"),
            ("Search", "ServesSearch"),
        ],
    )
    def test_what_is_there_only_on_a_condition_is_watched_only_then(
        self, monitoring: Template, name: str, condition: str
    ) -> None:
        for resource_name, resource in monitoring["Resources"].items():
            watches = f'"Ref": "{name}' in json.dumps(resource["Properties"])
            assert watches is (resource.get("Condition") == condition), resource_name


class TestAlarms:
    def test_every_alarm_goes_to_the_topic_and_says_what_to_do(self, monitoring: Template) -> None:
        for name, alarm in alarms(monitoring).items():
            assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}], name
            assert len(alarm["AlarmDescription"]) > 60, name

    def test_a_metric_that_is_missing_alarms_where_something_has_to_happen(self, monitoring: Template) -> None:
        breaching = {name for name, alarm in alarms(monitoring).items() if alarm["TreatMissingData"] == "breaching"}
        assert breaching == {"DispatchStopped"}

    def test_every_metric_of_ours_is_one_that_the_functions_write(self, monitoring: Template) -> None:
        # Given what alarms and the dashboard look at
        looked_at = [
            (name, dimensions["status"], dimensions["service"])
            for alarm in alarms(monitoring).values()
            for namespace, name, dimensions in watched(alarm)
            if namespace == NAMESPACE
        ]
        looked_at += [
            (line[1], line[7], line[3])
            for widget in dashboard(monitoring)
            for line in widget["properties"]["metrics"]
            if line[0] == NAMESPACE
        ]
        assert len(looked_at) > 60
        # When / Then
        for name, status, service in looked_at:
            assert service == SERVICE
            assert status in statuses_of(BY_NAME[name]), (name, status)

    def test_no_alarm_has_more_metrics_than_cloudwatch_takes(self, monitoring: Template) -> None:
        assert all(len(alarm.get("Metrics", [])) <= 10 for alarm in alarms(monitoring).values())

    def test_every_runbook_command_of_a_description_is_a_command(self, monitoring: Template) -> None:
        headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"), re.MULTILINE)
        for alarm in alarms(monitoring).values():
            for part in alarm["AlarmDescription"].split("`newsdesk ")[1:]:
                named = part.split("`")[0]
                assert any(f"{named} ".startswith(f"{heading} ") for heading in headings), named


class TestDashboard:
    def test_widgets_lie_side_by_side_and_none_over_another(self, monitoring: Template) -> None:
        taken: set[tuple[int, int]] = set()
        for widget in dashboard(monitoring):
            cells = {
                (x, y)
                for x in range(widget["x"], widget["x"] + widget["width"])
                for y in range(widget["y"], widget["y"] + widget["height"])
            }
            assert not cells & taken
            assert max(x for x, _ in cells) < 24
            taken |= cells

    def test_it_names_parameters_that_there_are(self, monitoring: Template) -> None:
        body = monitoring["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
        names = {part.split("}")[0] for part in body.split("${")[1:]} - {"AWS::Region"}
        assert names <= monitoring["Parameters"].keys()


def resolved(value: Any, names: dict[str, Any]) -> Any:
    """Return a part of the template with what its references stand for."""
    if isinstance(value, list):
        return [resolved(part, names) for part in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"}:
        return names[value["Ref"]]
    if value.keys() == {"Fn::Sub"}:
        return re.sub(r"\$\{([^}]+)\}", lambda found: str(names[found[1]]), value["Fn::Sub"])
    return {name: resolved(part, names) for name, part in value.items()}


def described(cloudwatch: Any) -> list[dict[str, Any]]:
    pages = cloudwatch.get_paginator("describe_alarms").paginate()
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


class TestDeployed:
    @pytest.fixture
    def cloudwatch(self, monkeypatch: pytest.MonkeyPatch, monitoring: Template) -> Iterator[Any]:
        """CloudWatch with the alarms and the dashboard, as CloudFormation would make them."""
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        names = {name: entry.get("Default", name) for name, entry in monitoring["Parameters"].items()}
        with mock_aws():
            topic = boto3.client("sns").create_topic(Name="alarms")["TopicArn"]
            names |= {"Stage": STAGE, "AlarmTopic": topic, "AWS::Region": "us-east-1"}
            client = boto3.client("cloudwatch")
            for name, alarm in alarms(monitoring).items():
                client.put_metric_alarm(AlarmName=name, **resolved(alarm, names))
            board = monitoring["Resources"]["Dashboard"]["Properties"]
            client.put_dashboard(**resolved(board, names))
            yield client

    def test_cloudwatch_takes_all_of_it(self, cloudwatch: Any, monitoring: Template) -> None:
        found = described(cloudwatch)
        assert {alarm["AlarmName"] for alarm in found} == alarms(monitoring).keys()
        assert all(":alarms" in action for alarm in found for action in alarm["AlarmActions"])
        body = cloudwatch.get_dashboard(DashboardName=STAGE)["DashboardBody"]
        assert "${" not in body
        assert json.loads(body)["widgets"]

    def test_what_the_functions_write_is_what_an_alarm_reads(self, cloudwatch: Any) -> None:
        # Given a value as dispatch writes it
        now = datetime.now(UTC)
        dimensions = [
            {"Name": "service", "Value": SERVICE},
            {"Name": "stage", "Value": STAGE},
            {"Name": "status", "Value": "stuck"},
        ]
        entry = {"MetricName": Metric.ARTICLES_DISPATCHED.value, "Dimensions": dimensions, "Value": 3.0}
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=[{**entry, "Timestamp": now}])
        # When the alarm for it is asked what it looks at
        alarm = next(found for found in described(cloudwatch) if found["AlarmName"] == "WorkGivenUp")
        answer = cloudwatch.get_metric_statistics(
            Namespace=alarm["Namespace"],
            MetricName=alarm["MetricName"],
            Dimensions=alarm["Dimensions"],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=5),
            Period=alarm["Period"],
            Statistics=[alarm["Statistic"]],
        )
        # Then it is that value, which is above its threshold
        assert sum(point["Sum"] for point in answer["Datapoints"]) == 3.0 > alarm["Threshold"]

        # And an operator can try it out
        cloudwatch.set_alarm_state(AlarmName=alarm["AlarmName"], StateValue="ALARM", StateReason="tried out")
        assert [found["AlarmName"] for found in cloudwatch.describe_alarms(StateValue="ALARM")["MetricAlarms"]] == [
            alarm["AlarmName"]
        ]
