"""Our own cfn-lint rules: what every function and queue of the template must have.

Comes in: a template, after the SAM transform. Goes out: matches. Run with
``cfn-lint --append-rules infra/lint``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

_VISIBILITY_FACTOR = 6
_DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 3600
_DEFAULT_FUNCTION_TIMEOUT = 3
_WITHOUT_RESOURCE = frozenset(
    {
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
        "comprehend:DetectEntities",
        "comprehend:DetectKeyPhrases",
    }
)
"""Actions that IAM grants on ``*`` only, because they read nothing that is a resource of the account."""


class _Rule(CloudFormationLintRule):
    """Base: finds resources by type."""

    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"
    tags: ClassVar[list[str]] = ["newsdesk"]

    def resources(self, template: Template, resource_type: str) -> Iterator[tuple[str, dict[str, Any], list[Any]]]:
        """Yield name, properties and path of every resource of a type."""
        for name, resource in template.get_resources([resource_type]).items():
            yield name, resource.get("Properties", {}), ["Resources", name, "Properties"]


class VisibilityTimeout(_Rule):
    """A queue hides a message for at least six times as long as its function may take."""

    id = "E9001"
    shortdesc = "Visibility timeout is six times the function's timeout"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Compare each event source's queue with its function."""
        matches = []
        functions = {name: properties for name, properties, _ in self.resources(cfn, "AWS::Lambda::Function")}
        for name, alias, _ in self.resources(cfn, "AWS::Lambda::Alias"):
            functions[name] = functions.get(_referred(alias.get("FunctionName")) or "", {})
        queues = {name: (properties, path) for name, properties, path in self.resources(cfn, "AWS::SQS::Queue")}
        for _, mapping, _ in self.resources(cfn, "AWS::Lambda::EventSourceMapping"):
            queue = _referred(mapping.get("EventSourceArn"))
            function = _referred(mapping.get("FunctionName"))
            if queue in queues and function in functions:
                timeout = functions[function].get("Timeout", _DEFAULT_FUNCTION_TIMEOUT)
                properties, path = queues[queue]
                visible = properties.get("VisibilityTimeout", 30)
                if isinstance(timeout, int) and isinstance(visible, int) and visible < _VISIBILITY_FACTOR * timeout:
                    text = f"{queue} hides a message for {visible} s; {function} may take {timeout} s"
                    matches.append(RuleMatch(path, text))
        return matches


class DeadLetterQueue(_Rule):
    """A queue that feeds a function has a dead-letter queue that keeps its messages for 14 days."""

    id = "E9002"
    shortdesc = "A function's queue has a dead-letter queue of its own"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Follow each event source's queue to its dead-letter queue."""
        matches = []
        queues = {name: (properties, path) for name, properties, path in self.resources(cfn, "AWS::SQS::Queue")}
        used: set[str] = set()
        for _, mapping, _ in self.resources(cfn, "AWS::Lambda::EventSourceMapping"):
            queue = _referred(mapping.get("EventSourceArn"))
            if queue not in queues:
                continue
            properties, path = queues[queue]
            target = _referred(properties.get("RedrivePolicy", {}).get("deadLetterTargetArn"))
            if target not in queues or target in used:
                matches.append(RuleMatch(path, f"{queue} has no dead-letter queue of its own"))
                continue
            used.add(target)
            if queues[target][0].get("MessageRetentionPeriod") != _DEAD_LETTER_RETENTION_SECONDS:
                matches.append(RuleMatch(queues[target][1], f"{target} does not keep its messages for 14 days"))
        return matches


class LogRetention(_Rule):
    """A function logs into its own group, which has a retention time."""

    id = "E9003"
    shortdesc = "A function has a log group with retention"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Follow each function to its log group."""
        matches = []
        groups = {name: properties for name, properties, _ in self.resources(cfn, "AWS::Logs::LogGroup")}
        for name, properties, path in self.resources(cfn, "AWS::Lambda::Function"):
            group = _referred(properties.get("LoggingConfig", {}).get("LogGroup"))
            if group not in groups or "RetentionInDays" not in groups[group]:
                matches.append(RuleMatch(path, f"{name} has no log group with retention"))
        return matches


class LeastPrivilege(_Rule):
    """No role allows a wildcard action, or an action on every resource; no function's role uses a managed policy.

    A role that only a service of AWS's takes on, such as AWS Backup, may have the policy that AWS keeps for it.
    """

    id = "E9004"
    shortdesc = "A role names its actions and its resources"
    description = shortdesc

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Read the statements of each role, and of each policy that a role is given."""
        matches = []
        for name, properties, path in self.resources(cfn, "AWS::IAM::Role"):
            is_ours = "lambda.amazonaws.com" in str(properties["AssumeRolePolicyDocument"])
            if properties.get("ManagedPolicyArns") and is_ours:
                matches.append(RuleMatch(path, f"{name} uses a managed policy"))
            for policy in properties.get("Policies", []):
                matches += self._wide_statements(name, policy, path)
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            for name, properties, path in self.resources(cfn, kind):
                matches += self._wide_statements(name, properties, path)
        return matches

    @staticmethod
    def _wide_statements(name: str, policy: dict[str, Any], path: list[Any]) -> Iterator[RuleMatch]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            is_wide = statement["Resource"] == "*" and not _WITHOUT_RESOURCE.issuperset(actions)
            if is_wide or any("*" in action for action in actions):
                yield RuleMatch(path, f"{name} allows {actions} on {statement['Resource']}")


def _referred(value: Any) -> str:
    """Return the logical id that a ``Ref`` or ``Fn::GetAtt`` names; an empty text for anything else."""
    if isinstance(value, dict):
        if "Ref" in value:
            return str(value["Ref"])
        attribute = value.get("Fn::GetAtt")
        if attribute:
            return str(attribute[0] if isinstance(attribute, list) else attribute.split(".")[0])
    return ""
