"""What is checked before a deployment, against the template and an account that answers.

Comes in: configurations and an account's limits. Goes out: assertions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError

from newsdesk_cli.errors import CommandError
from newsdesk_cli.paths import ROOT, TEMPLATE
from newsdesk_cli.preflight import Finding, Verdict, check_account, read_configuration
from newsdesk_cli.templates import load_template

USER_AGENT = "MyBot/1.0 (+https://news.my-company.com/bot)"


class Account:
    """Answers as STS and Lambda do; moto does not know the second call."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012"}

    def get_account_settings(self) -> dict[str, Any]:
        return {"AccountLimit": {"UnreservedConcurrentExecutions": self._concurrency}}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the concurrency of the account that is asked."""

    def allow(concurrency: int) -> None:
        monkeypatch.setattr(boto3.session.Session, "client", lambda *_: Account(concurrency))

    return allow


def check(**given: str) -> dict[str, Finding]:
    return {finding.check: finding for finding in check_account("eu-west-1", load_template(TEMPLATE), given)}


class TestConcurrency:
    def test_a_grown_account_is_large_enough(self, account: Any) -> None:
        account(1000)
        assert {finding.verdict for finding in check(UserAgent=USER_AGENT).values()} == {Verdict.GOOD}

    def test_a_new_account_is_told_the_largest_value_that_fits(self, account: Any) -> None:
        # Given
        account(50)
        # When
        found = check(UserAgent=USER_AGENT)["concurrency"]
        # Then with that value it is good, and with one more it is not
        assert found.verdict is Verdict.DOUBTFUL
        assert "MaximumConcurrency=6" in found.detail
        assert check(UserAgent=USER_AGENT, MaximumConcurrency="6")["concurrency"].verdict is Verdict.GOOD
        assert check(UserAgent=USER_AGENT, MaximumConcurrency="7")["concurrency"].verdict is Verdict.DOUBTFUL

    def test_the_smallest_account_is_told_the_least_value_and_what_it_costs(self, account: Any) -> None:
        account(10)
        assert "MaximumConcurrency=2, and expect throttled" in check(UserAgent=USER_AGENT)["concurrency"].detail


class TestParameters:
    @pytest.mark.parametrize(
        ("name", "given"),
        [
            ("UserAgent", {}),
            ("UserAgent", {"UserAgent": "NewsdeskBot/0.1 (+https://newsdesk.example/bot)"}),
            ("Protect", {"UserAgent": USER_AGENT, "Protect": "yes"}),
            ("FollowPages", {"UserAgent": USER_AGENT, "FollowPages": "21"}),
            ("FollowPages", {"UserAgent": USER_AGENT, "FollowPages": "many"}),
            ("MaximumConcurrency", {"UserAgent": USER_AGENT, "MaximumConcurrency": "as many as it takes"}),
            ("StageName", {"UserAgent": USER_AGENT, "StageName": "dev"}),
        ],
    )
    def test_what_cloudformation_would_refuse_is_refused_before(
        self, account: Any, name: str, given: dict[str, str]
    ) -> None:
        account(1000)
        assert check(**given)[name].verdict is Verdict.BAD


def test_retentions_that_a_run_of_many_pages_outlives_are_doubtful(account: Any) -> None:
    account(1000)
    # Given as many pages as are followed at most, When the defaults are kept, Then the one that is too short is named
    found = check(UserAgent=USER_AGENT, FollowPages="20")
    assert {name for name, finding in found.items() if finding.verdict is Verdict.DOUBTFUL} == {"WorkRetentionDays"}
    assert "87" in found["WorkRetentionDays"].detail

    # And with what is asked for, or with fewer pages, nothing is
    for given in ({"FollowPages": "20", "WorkRetentionDays": "87"}, {"FollowPages": "5"}):
        found = check(UserAgent=USER_AGENT, **given)
        assert {finding.verdict for finding in found.values()} == {Verdict.GOOD}


def test_an_account_that_does_not_answer_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given
    def refuse(*_: object) -> object:
        raise NoCredentialsError

    monkeypatch.setattr(boto3.session.Session, "client", refuse)
    # When / Then
    assert check(UserAgent=USER_AGENT)["account"].verdict is Verdict.BAD


class TestConfiguration:
    def test_the_configurations_of_the_repository_are_read(self) -> None:
        region, given = read_configuration(ROOT / "samconfig.toml", "production")
        assert region == "eu-west-1"
        assert given == {"Protect": "on"}

    def test_an_unknown_configuration_is_named(self) -> None:
        with pytest.raises(CommandError, match="staging"):
            read_configuration(ROOT / "samconfig.toml", "staging")

    def test_parameters_with_spaces_are_read_as_sam_reads_them(self, tmp_path: Path) -> None:
        # Given
        path = tmp_path / "samconfig.toml"
        path.write_text(
            'version = 0.1\n[mine.deploy.parameters]\nregion = "eu-north-1"\n'
            "parameter_overrides = 'UserAgent=\"MyBot/1.0 (+https://my-company.com)\" Protect=on'\n"
        )
        # When / Then
        assert read_configuration(path, "mine") == (
            "eu-north-1",
            {"UserAgent": "MyBot/1.0 (+https://my-company.com)", "Protect": "on"},
        )
