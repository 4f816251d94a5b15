"""Deploys the template to the local stack, as ``sam deploy`` does to AWS.

Comes in: ``template.yaml`` and the built packages. Goes out: nothing. Changes: the local stack.

The template is deployed unchanged, with two exceptions: the code is uploaded and referred to by its S3 address, as
``sam package`` would, and some values are adapted to MiniStack 1.5 (:func:`_for_ministack`,
:func:`_enable_time_to_live`).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from newsdesk_cli.errors import CommandError
from newsdesk_cli.packages import Target, build_package, source_folder
from newsdesk_cli.stack import Stack
from newsdesk_cli.templates import Template, load_template, packaged_resources

if TYPE_CHECKING:
    from mypy_boto3_s3.literals import BucketLocationConstraintType

_ARTIFACTS_BUCKET = "newsdesk-artifacts"
_DEPLOY_SECONDS = 180
_POLL_SECONDS = 0.2
_IDLE_SECONDS = 30


class DeploymentError(CommandError):
    """The stack could not be created or updated; the text says which resource failed and why."""


def deploy(stack: Stack, template_path: Path, packages: Path, parameters: Mapping[str, str]) -> bool:
    """Build, upload and deploy; return whether anything changed.

    Raises
    ------
    DeploymentError
        If CloudFormation reports a failure, or takes longer than three minutes.
    """
    template = load_template(template_path)
    if parameters.get("Embeddings") != "on":
        del template["Resources"]["EmbedFunction"]  # its condition excludes it, and its package is large
    _ensure_bucket(stack)
    target = Target.this_machine()
    for logical_id, uri, properties in packaged_resources(template):
        package = build_package(logical_id, source_folder(properties[uri]), packages, target)
        properties[uri] = f"s3://{_ARTIFACTS_BUCKET}/{_upload(stack, package.archive.read_bytes())}"
    _for_ministack(template, parameters)
    _upload_nested(stack, template, template_path.parent, parameters)
    key = _upload(stack, json.dumps(template).encode("utf-8"))
    changed = _create_or_update(stack, key, parameters)
    _enable_time_to_live(stack, template)
    return changed


def _upload_nested(stack: Stack, template: Template, folder: Path, parameters: Mapping[str, str]) -> None:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::CloudFormation::Stack":
            nested = nested_template(folder / resource["Properties"]["TemplateURL"], parameters)
            key = _upload(stack, json.dumps(nested).encode("utf-8"))
            resource["Properties"]["TemplateURL"] = f"https://s3.amazonaws.com/{_ARTIFACTS_BUCKET}/{key}"


def nested_template(path: Path, parameters: Mapping[str, str]) -> Template:
    """Return a nested stack's template as MiniStack takes it."""
    nested = load_template(path)
    known = {name: part for name, part in nested["Resources"].items() if not _is_unknown(part)}
    nested["Resources"] = _with_numbers(known, _numbers_of(nested, parameters))
    return nested


def _is_unknown(resource: Mapping[str, Any]) -> bool:
    """Return whether a resource is one that MiniStack refuses: an alarm over several metrics, a named query."""
    has_metric_math = resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
    return has_metric_math or resource["Type"] == "AWS::Athena::NamedQuery"


def configure(stack: Stack, function: str, variables: Mapping[str, str]) -> None:
    """Set environment variables of a function, in addition to the template's; change nothing if they are set.

    MiniStack ends the workers of a function whose settings change. Messages that these have would come again minutes
    later, so the function gets none meanwhile. One that a killed command left without messages gets them again.
    """
    name = stack.resources[function]
    present = stack.functions.get_function_configuration(FunctionName=name).get("Environment", {}).get("Variables", {})
    wanted = {**present, **variables}
    mappings = stack.functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    if wanted == present:
        mappings = [mapping for mapping in mappings if mapping["State"] != "Enabled"]
    try:
        if wanted != present:
            for mapping in mappings:
                stack.functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
            for mapping in mappings:
                _await_idle(stack, mapping["EventSourceArn"].rpartition(":")[2])
            stack.functions.update_function_configuration(FunctionName=name, Environment={"Variables": wanted})
    finally:
        for mapping in mappings:
            stack.functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def _await_idle(stack: Stack, queue: str) -> None:
    """Wait until no worker has a message of a queue, or until it takes too long."""
    address = stack.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    deadline = time.monotonic() + _IDLE_SECONDS
    while time.monotonic() < deadline:
        answer = stack.sqs.get_queue_attributes(
            QueueUrl=address, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
        )
        if answer["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "0":
            return
        time.sleep(_POLL_SECONDS)


def _ensure_bucket(stack: Stack) -> None:
    try:
        stack.s3.create_bucket(
            Bucket=_ARTIFACTS_BUCKET,
            # The stubs list the regions that exist; a local stack takes any name.
            CreateBucketConfiguration={"LocationConstraint": cast("BucketLocationConstraintType", stack.region)},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def _upload(stack: Stack, body: bytes) -> str:
    key = hashlib.sha256(body).hexdigest()[:32]
    try:
        stack.s3.head_object(Bucket=_ARTIFACTS_BUCKET, Key=key)
    except ClientError:
        stack.s3.put_object(Bucket=_ARTIFACTS_BUCKET, Key=key, Body=body)
    return key


def _for_ministack(template: Template, parameters: Mapping[str, str]) -> None:
    """Insert numbers, and take out what MiniStack takes differently.

    It makes a reference to a Number parameter a string, which its queue poller rejects.
    """
    template["Resources"] = _with_numbers(template["Resources"], _numbers_of(template, parameters))
    # MiniStack does not know the condition key s3:if-none-match, and would take every write for one without it.
    policy = template["Resources"]["ArticleBucketPolicy"]["Properties"]["PolicyDocument"]
    policy["Statement"] = [statement for statement in policy["Statement"] if statement.get("Sid") != "ArticlesOnce"]
    del template["Resources"]["EventBusReaders"]  # it knows no policies of buses, under any condition
    # Its queues call the account the sender of every message.
    submit = template["Resources"]["SubmitFunction"]["Properties"]["Environment"]["Variables"]
    submit["NEWSDESK_API_ROLE_ID"] = {"Ref": "AWS::AccountId"}
    for resource in template["Resources"].values():
        # It has no CodeDeploy, and a function that is configured anew would go on under its alias as it was.
        for name in ("AutoPublishAlias", "VersionDeletionPolicy", "DeploymentPreference"):
            resource.get("Properties", {}).pop(name, None)
        if resource["Type"] == "AWS::IAM::Role":
            for role_policy in resource["Properties"].get("Policies", []):
                _allow_batches(role_policy["PolicyDocument"]["Statement"])


def _numbers_of(template: Template, parameters: Mapping[str, str]) -> dict[str, int]:
    """Return the values of Number parameters; without one that is given by neither, which its stack passes on."""
    known = {name: parameters.get(name, entry.get("Default")) for name, entry in template["Parameters"].items()}
    return {
        name: int(value)
        for name, value in known.items()
        if template["Parameters"][name]["Type"] == "Number" and value is not None
    }


def _allow_batches(statements: list[dict[str, Any]]) -> None:
    """Allow batches of messages where messages are allowed: MiniStack has an action for them, which AWS does not."""
    for statement in statements:
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        if "sqs:SendMessage" in actions:
            statement["Action"] = [*actions, "sqs:SendMessageBatch"]


def _with_numbers(node: Any, numbers: Mapping[str, int]) -> Any:
    if isinstance(node, list):
        return [_with_numbers(value, numbers) for value in node]
    if isinstance(node, dict):
        if set(node) == {"Ref"} and node["Ref"] in numbers:
            return numbers[node["Ref"]]
        # Environment variables are text on AWS, too.
        return {name: value if name == "Variables" else _with_numbers(value, numbers) for name, value in node.items()}
    return node


def _create_or_update(stack: Stack, template_key: str, parameters: Mapping[str, str]) -> bool:
    request: dict[str, Any] = {
        "StackName": stack.name,
        "TemplateURL": f"https://s3.amazonaws.com/{_ARTIFACTS_BUCKET}/{template_key}",
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
    }
    try:
        stack.cloudformation.describe_stacks(StackName=stack.name)
        start: Any = stack.cloudformation.update_stack
    except ClientError:
        start = stack.cloudformation.create_stack
    try:
        start(**request)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return False
        raise DeploymentError(str(error)) from error
    _wait(stack)
    return True


def _wait(stack: Stack) -> None:
    deadline = time.monotonic() + _DEPLOY_SECONDS
    while True:
        (described,) = stack.cloudformation.describe_stacks(StackName=stack.name)["Stacks"]
        status = described["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if not status.endswith("IN_PROGRESS") or time.monotonic() > deadline:
            raise DeploymentError(f"{status}: {_failures(stack)}")
        time.sleep(_POLL_SECONDS)


def _failures(stack: Stack) -> str:
    events = stack.cloudformation.describe_stack_events(StackName=stack.name)["StackEvents"]
    return "; ".join(
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in events
        if "FAILED" in event.get("ResourceStatus", "")
    )


def _enable_time_to_live(stack: Stack, template: Template) -> None:
    """Turn on the table's TTL, which MiniStack's CloudFormation ignores."""
    specification = template["Resources"]["ArticleTable"]["Properties"]["TimeToLiveSpecification"]
    table = stack.outputs["TableName"]
    described = stack.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if described.get("TimeToLiveStatus") == "DISABLED":
        stack.dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
