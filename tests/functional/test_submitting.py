"""``newsdesk submit``, over AWS in moto.

Comes in: URLs on the command line, in files and on standard input. Goes out: assertions. Changes: moto's memory, files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from harness import aws
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.articles import Stage
from newsdesk.contracts import UrlSubmitted
from newsdesk_cli import lookup
from newsdesk_cli.app import app
from newsdesk_cli.console import EXIT_WAITING
from newsdesk_cli.stack import Stack
from tests.examples import at_stage, outcome_of, rejection_of, submission_of, url_of


@pytest.fixture
def intake(table: str, bucket: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The intake queue of a stack that the command line finds."""
    address = boto3.client("sqs").create_queue(QueueName="intake")["QueueUrl"]
    stack = Stack("newsdesk", "us-east-1")
    vars(stack)["outputs"] = {
        "TableName": table,
        "BucketName": bucket,
        "IntakeQueueUrl": address,
        "BulkQueueUrl": address,
    }
    monkeypatch.setattr(lookup, "open_stack", lambda *_: stack)
    return address


def submit(*arguments: str, given: str | None = None) -> Any:
    return CliRunner().invoke(app, ["submit", *arguments], input=given)


def test_urls_files_and_standard_input_are_submitted_in_order_with_what_is_said_of_them(
    intake: str, tmp_path: Path
) -> None:
    # Given a file and a pipe, each with a comment
    path = tmp_path / "urls.txt"
    path.write_text("\ufeff# ours\nhttps://b.example/#top\n", encoding="utf-8")

    # When they are submitted after an address
    said = ("--priority", "bulk", "--tag", "world", "--tag", "“Brücke”", "--correlation-id", "c-1", "--json")
    done = submit(
        "https://a.example/", "--from", str(path), "--from", "-", *said, given="https://c.example/ # theirs\n\n"
    )

    # Then the queue has each as a submission that submit can read, and each has its line with its id
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["url"] for line in lines] == ["https://a.example/", "https://b.example/#top", "https://c.example/"]
    sent = [UrlSubmitted.model_validate(body) for body in aws.drain(intake)]
    assert {(message.submission_id, message.url) for message in sent} == {
        (line["submissionId"], line["url"]) for line in lines
    }
    assert {(message.priority, message.tags, message.correlation_id, message.discovery) for message in sent} == {
        ("bulk", ("world", "“Brücke”"), "c-1", "command line")
    }


def test_more_than_one_call_takes_is_sent_in_several(intake: str) -> None:
    done = submit("--from", "-", given="".join(f"https://a.example/{number}\n" for number in range(25)))
    assert done.exit_code == 0
    assert len({body["submissionId"] for body in aws.drain(intake)}) == 25


def test_a_file_that_is_no_text_is_refused_before_anything_is_sent(intake: str, tmp_path: Path) -> None:
    path = tmp_path / "urls.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0")
    done = submit("https://a.example/", "--from", str(path))
    assert done.exit_code == 2
    assert aws.drain(intake) == []


class Answering:
    """Ends submissions as soon as they are sent, as the pipeline would."""

    def __init__(self, table: str, monkeypatch: pytest.MonkeyPatch, *, leaves: str = "") -> None:
        from newsdesk_cli.ingestion import Ingestion

        store = DynamoArticleStore(table)
        real = Ingestion.submit

        def submit_and_end(ingestion: Ingestion, *arguments: Any) -> None:
            real(ingestion, *arguments)
            for number, (identifier, url) in enumerate(ingestion.submitted.items()):
                if url == leaves:
                    continue
                if url.startswith("ftp:"):
                    store.reject(rejection_of(identifier, "rejected:unsupported_scheme"))
                    continue
                state = at_stage(Stage.REST, number).model_copy(update={"version": 1})
                store.save(state, submission_of(state, identifier, url=url), outcome_of(state, submissions=()))

        monkeypatch.setattr(Ingestion, "submit", submit_and_end)


def test_waiting_shows_how_each_ended(intake: str, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a pipeline that ends what it gets
    Answering(table, monkeypatch)

    # When two URLs are submitted and waited for
    done = submit(url_of(0), "ftp://b.example/", "--wait", "5", "--json")

    # Then each has its outcome beside its id
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["outcome"], line["reason"]) for line in lines] == [
        ("indexed", None),
        ("rejected", "unsupported_scheme"),
    ]
    assert all(line["submissionId"].startswith("cli-") for line in lines)


def test_what_still_waits_is_said_by_the_exit_code(intake: str, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Answering(table, monkeypatch, leaves="https://slow.example/")
    done = submit(url_of(0), "https://slow.example/", "--wait", "0.01")
    assert done.exit_code == EXIT_WAITING
    assert "1 in flight" in done.stdout
