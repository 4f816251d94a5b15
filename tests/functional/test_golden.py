"""``newsdesk check`` on a stack: golden pages are judged by their outcomes and passages.

Comes in: an article on AWS in moto, and outcomes. Goes out: assertions. Changes: moto's memory, temporary files.
"""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.articles import Stage
from newsdesk_cli.app import app
from newsdesk_cli.errors import CommandError
from newsdesk_cli.golden import GoldenPage, judge, read_golden_pages
from newsdesk_cli.ingestion import Result
from newsdesk_cli.preflight import Verdict
from newsdesk_cli.stack import Stack
from tests.examples import article_bytes, at_stage, key_of

URL = "https://news.example/a"
STATE = at_stage(Stage.REST)


@pytest.fixture
def stack(bucket: str) -> Stack:
    """A stack with one article."""
    stack = Stack("newsdesk", "us-east-1")
    vars(stack).update(outputs={"BucketName": bucket}, s3=boto3.client("s3"), objects=S3ObjectStore(bucket))
    stack.objects.put(key_of(STATE, 1), article_bytes(STATE, 1), "application/json")
    return stack


def ended(outcome: str, reason: str | None = None) -> Result:
    is_article = outcome in ("indexed", "unchanged")
    return Result(URL, outcome, reason, key=key_of(STATE, 1) if is_article else None)


@pytest.mark.parametrize(
    ("page", "result", "verdict"),
    [
        (GoldenPage(URL), ended("indexed"), Verdict.GOOD),
        (GoldenPage(URL), ended("unchanged"), Verdict.GOOD),
        (GoldenPage(URL), ended("failed", "no_article"), Verdict.BAD),
        (GoldenPage(URL), ended("waiting"), Verdict.BAD),
        (GoldenPage(URL, "failed:no_article"), ended("failed", "no_article"), Verdict.GOOD),
        (GoldenPage(URL, "failed:no_article"), ended("indexed"), Verdict.BAD),
        (GoldenPage(URL, contains=("what no article says",)), ended("indexed"), Verdict.BAD),
        (GoldenPage(URL, excludes=("what no article says",)), ended("indexed"), Verdict.GOOD),
        (GoldenPage(URL, excludes=("e",)), ended("indexed"), Verdict.BAD),
        (GoldenPage(URL, contains=("e",)), ended("indexed"), Verdict.GOOD),
    ],
)
def test_a_page_is_judged_by_its_outcome_and_its_passages(
    stack: Stack, page: GoldenPage, result: Result, verdict: Verdict
) -> None:
    finding = judge(stack, page, result)
    assert finding.verdict is verdict, finding.detail
    assert finding.check == URL


def test_golden_pages_are_read_from_lines(tmp_path: Path) -> None:
    golden = tmp_path / "golden.jsonl"
    golden.write_text('{"url": "https://n.example/a"}\n\n{"url": "https://n.example/b", "outcome": "failed:paywall"}\n')
    assert read_golden_pages(golden) == [
        GoldenPage("https://n.example/a"),
        GoldenPage("https://n.example/b", "failed:paywall"),
    ]


@pytest.mark.parametrize("line", ["no JSON", "[]", "{}", '{"url": "https://n.example/", "contains": 7}'])
def test_a_line_that_is_no_page_is_named(tmp_path: Path, line: str) -> None:
    golden = tmp_path / "golden.jsonl"
    golden.write_text(line)
    with pytest.raises(CommandError, match="line 1"):
        read_golden_pages(golden)


@pytest.mark.parametrize("arguments", [[], ["--before-deploy", "--stack", "newsdesk"]])
def test_what_is_checked_has_to_be_said(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["check", *arguments]).exit_code == 2
