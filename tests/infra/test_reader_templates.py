"""What is offered to readers' accounts: the examples are sound, and the event bus lets nobody touch another's rule.

Comes in: ``docs/examples`` and ``template.yaml``. Goes out: assertions.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cfnlint.api import lint
from cfnlint.rules import RulesCollection

from newsdesk_cli.paths import ROOT, TEMPLATE
from newsdesk_cli.templates import load_template

EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_passes_cfn_lint_and_our_own_rules(path: Path) -> None:
    rules = RulesCollection()
    rules.create_from_directory(str(ROOT / "infra" / "lint"))
    text = path.read_text(encoding="utf-8")
    assert [str(match) for match in [*lint(text, regions=["eu-west-1"]), *lint(text, rules=rules)]] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_targets_of_an_example_retry_for_a_day_and_keep_what_failed(path: Path) -> None:
    resources = load_template(path)["Resources"].values()
    rules = [part["Properties"] for part in resources if part["Type"] == "AWS::Events::Rule"]
    for rule in rules:
        for target in rule["Targets"]:
            assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 86400
            assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}


def test_a_readers_account_touches_no_rule_but_its_own() -> None:
    policy = load_template(TEMPLATE)["Resources"]["EventBusReaders"]
    statement = policy["Properties"]["Statement"]
    assert policy["Condition"] == "HasReaders"
    assert statement["Condition"] == {"StringEqualsIfExists": {"events:creatorAccount": "${aws:PrincipalAccount}"}}
    assert "events:PutEvents" not in statement["Action"]
