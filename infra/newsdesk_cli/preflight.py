"""Checks before a deployment what only a look at the account and at the configuration can tell.

Comes in: a configuration of ``samconfig.toml``, the template, and the account's answers. Goes out: findings.
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from newsdesk_cli.errors import CommandError

if TYPE_CHECKING:
    from newsdesk_cli.templates import Template

# What runs beside the stages: publish (one invocation for each shard of the stream, four when the table is young) and
# dispatch.
RETENTIONS = ("RawRetentionDays", "WorkRetentionDays", "RecordRetentionDays")
LONGEST_RUN_DAYS, LONGEST_PAGE_DAYS = 7, 4
"""How long an article of one page may be on its way, and what each further page may add, if everything that can be
repeated is."""

_BESIDE_THE_STAGES = 5


class Verdict(StrEnum):
    """What a check came to."""

    GOOD = "good"
    """Nothing to do."""

    DOUBTFUL = "doubtful"
    """The deployment works, but not as well as it could."""

    BAD = "bad"
    """The deployment would fail, or the stack would not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it."""

    check: str
    verdict: Verdict
    detail: str


def read_configuration(path: Path, name: str) -> tuple[str | None, dict[str, str]]:
    """Return the Region and the parameters that a configuration of SAM gives.

    Raises
    ------
    CommandError
        If the file has no such configuration.
    """
    configurations = tomllib.loads(path.read_text(encoding="utf-8"))
    if not isinstance(configurations.get(name), dict):
        raise CommandError(f"{path.name} has no configuration {name}")
    sections = {
        command: section.get("parameters", {})
        for command, section in configurations[name].items()
        if command != "version"
    }
    given = sections.get("deploy", {}).get("parameter_overrides", "")
    pairs = given if isinstance(given, list) else shlex.split(given)
    region = sections.get("deploy", {}).get("region", sections.get("global", {}).get("region"))
    return region, dict(pair.split("=", 1) for pair in pairs)


def check_account(region: str | None, template: Template, given: Mapping[str, str]) -> list[Finding]:
    """Return what the parameters and the account's answers say of a deployment.

    Parameters
    ----------
    given
        The parameters that the deployment sets; the others have the template's defaults.
    """
    findings = [_check_parameter(name, entry, given.get(name)) for name, entry in template["Parameters"].items()]
    findings += [
        Finding(name, Verdict.BAD, "the template has no such parameter")
        for name in given.keys() - template["Parameters"]
    ]
    bad = [finding for finding in findings if finding.verdict is not Verdict.GOOD]
    defaults = {name: str(entry.get("Default", "")) for name, entry in template["Parameters"].items()}
    doubtful = [] if bad else _check_retentions({**defaults, **given})
    parameters = bad or doubtful or [Finding("parameters", Verdict.GOOD, f"{len(given)} set, the others have defaults")]
    session = boto3.session.Session(region_name=region)
    if session.region_name is None:
        return [*parameters, Finding("Region", Verdict.BAD, "none is set; set region in samconfig.toml")]
    try:
        account = session.client("sts").get_caller_identity()["Account"]
        available = session.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    except (BotoCoreError, ClientError) as error:
        return [*parameters, Finding("account", Verdict.BAD, f"it does not answer: {error}")]
    findings = [*parameters, Finding("account", Verdict.GOOD, f"{account} in {session.region_name}")]
    if not bad:
        wanted = int(given.get("MaximumConcurrency", template["Parameters"]["MaximumConcurrency"]["Default"]))
        stages = sum(_has_queue(resource) for resource in template["Resources"].values())
        findings.append(_check_concurrency(available, wanted, stages))
    return findings


def _check_parameter(name: str, entry: Mapping[str, Any], given: str | None) -> Finding:
    value = entry.get("Default") if given is None else given
    if value is None:
        return Finding(name, Verdict.BAD, f"not set, and has no default: {str(entry['Description']).strip()}")
    if "AllowedPattern" in entry and not re.fullmatch(entry["AllowedPattern"], str(value)):
        return Finding(name, Verdict.BAD, f"{value!r} {entry.get('ConstraintDescription', 'is not allowed')}")
    if "AllowedValues" in entry and str(value) not in [str(allowed) for allowed in entry["AllowedValues"]]:
        return Finding(name, Verdict.BAD, f"{value!r} is not one of {', '.join(map(str, entry['AllowedValues']))}")
    if entry["Type"] == "Number" and not _is_between(str(value), entry.get("MinValue"), entry.get("MaxValue")):
        return Finding(name, Verdict.BAD, f"{value!r} is no number that is allowed")
    return Finding(name, Verdict.GOOD, str(value))


def _check_retentions(values: Mapping[str, str]) -> list[Finding]:
    """Return the retentions that are shorter than an article of several pages may be on its way."""
    pages = int(values["FollowPages"])
    longest = LONGEST_RUN_DAYS + LONGEST_PAGE_DAYS * pages
    return [
        Finding(
            name,
            Verdict.DOUBTFUL,
            f"{values[name]} days; with FollowPages={pages} an article may be on its way for {longest}",
        )
        for name in RETENTIONS
        if pages and float(values[name]) < longest
    ]


def _is_between(text: str, least: float | None, most: float | None) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return (least is None or number >= least) and (most is None or number <= most)


def _has_queue(resource: Mapping[str, Any]) -> bool:
    if resource["Type"] != "AWS::Serverless::Function" or "Condition" in resource:
        return False
    return any(event["Type"] == "SQS" for event in resource["Properties"].get("Events", {}).values())


def _check_concurrency(available: int, wanted: int, stages: int) -> Finding:
    needed = wanted * stages + _BESIDE_THE_STAGES
    if available >= needed:
        return Finding("concurrency", Verdict.GOOD, f"{available} invocations at once, of which {needed} may be needed")
    fitting = (available - _BESIDE_THE_STAGES) // stages
    advice = (
        f"set MaximumConcurrency={fitting}"
        if fitting >= 2
        else "set MaximumConcurrency=2, and expect throttled invocations under load"
    )
    return Finding(
        "concurrency",
        Verdict.DOUBTFUL,
        f"the account allows {available} invocations at once, and {stages} stages of {wanted} need {needed} with the "
        f"rest; {advice}, or have the quota L-B99A9384 of Lambda raised",
    )
