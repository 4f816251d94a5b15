"""Cases 91 to 92: what one submitter can do to the pipeline and to other submitters.

The numbers are those of ``docs/hostile-cases.md``.
"""

from __future__ import annotations

import json

import pytest

from harness.fakes import FakeClock, InMemoryArticleStore, InMemoryObjectStore, RecordingSender
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.articles import SubmissionRecord
from newsdesk.runtime import Worker
from submitter.stage import SubmitStage
from tests.examples import TIMEOUTS
from tests.functional.conftest import cloud, table  # noqa: F401 (fixtures)

LONGEST_HOST = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (LONGEST_HOST, "started"),
        (LONGEST_HOST + ".", "started"),
        ("d" + LONGEST_HOST, "rejected"),
        ("a" * 64 + ".example", "rejected"),
        (".".join(["a"] * 1_000), "rejected"),
        ("ü" * 60 + ".example", "rejected"),
    ],
    ids=["longest", "longest with a dot", "254 characters", "long label", "2,000 characters", "long once encoded"],
)
def test_case_91_a_host_that_no_resolver_knows_is_no_poison(
    table: str,  # noqa: F811 (fixtures)
    host: str,
    status: str,
) -> None:
    # Given the table, whose keys have a limit
    store = DynamoArticleStore(table)
    stage = SubmitStage(Worker(store, RecordingSender(), FakeClock(), TIMEOUTS), InMemoryObjectStore())

    # When a URL of that host is submitted, Then it has its outcome
    assert stage.handle(json.dumps({"url": f"https://{host}/story", "submissionId": "long"}), "m-1") == status
    record = store.submission("long")
    assert record is not None
    assert record.outcome == (None if status == "started" else "rejected:invalid_url")


class Desk:
    """A submit stage that several senders use."""

    def __init__(self) -> None:
        self.store = InMemoryArticleStore()
        self.sender = RecordingSender()
        self.stage = SubmitStage(Worker(self.store, self.sender, FakeClock(), TIMEOUTS), InMemoryObjectStore())

    def submit(self, url: str, sender: str | None, message_id: str, **event: object) -> str:
        """Submit a URL under one and the same id, as a message, or as an event with the given fields."""
        body: dict[str, object] = {"url": url, "submissionId": "invoice-1"}
        if event:
            body = {"source": "newsdesk.trigger", "detail-type": "UrlSubmitted", "detail": body, **event}
        return self.stage.handle(json.dumps(body), message_id, sender)

    def record(self, submission_id: str) -> SubmissionRecord:
        record = self.store.submission(submission_id)
        assert record is not None
        return record


@pytest.mark.parametrize("first", ["https://news.example/a", "ftp://news.example/a"], ids=["taken", "refused"])
@pytest.mark.parametrize("second", ["https://news.example/a", "https://news.example/b", "ftp://news.example/a"])
def test_case_92_an_id_belongs_to_the_sender_who_used_it_first(first: str, second: str) -> None:
    # Given a sender's submission
    desk = Desk()
    desk.submit(first, "AIDAFIRST", "m-1")
    before = desk.record("invoice-1")

    # When another sender uses its id, of the same URL or of another, and the message is delivered again
    expected = "rejected" if second.startswith("ftp") else "started"
    statuses = [desk.submit(second, "AIDASECOND", "m-2") for _ in range(2)]

    # Then it is taken under the message's id, once, and the first sender's record has not changed
    assert statuses[0] == ("joined" if first == second and expected == "started" else expected)
    assert statuses[1] == ("rejected" if expected == "rejected" else "repeated")
    record = desk.record("m-2")
    assert (record.url, record.sender) == (second, "AIDASECOND")
    assert "invoice-1" not in (record.detail or "")
    assert desk.record("invoice-1") == before
    assert len(desk.store.submitted) == 2


def test_case_92_the_sessions_of_a_role_are_one_sender() -> None:
    desk = Desk()
    assert desk.submit("https://news.example/a", "AROAROLE:i-0123", "m-1") == "started"
    assert desk.submit("https://news.example/a", "AROAROLE:i-4567", "m-2") == "repeated"
    assert list(desk.store.submitted) == ["invoice-1"]


def test_case_92_events_belong_to_the_account_that_they_come_from() -> None:
    # Given an event of one account, When one of another account has the same submission id
    desk = Desk()
    assert desk.submit("https://news.example/a", "AIDABUS", "m-1", account="111111111111", id="e-1") == "started"
    assert desk.submit("https://news.example/b", "AIDABUS", "m-2", account="222222222222", id="e-2") == "started"

    # Then it goes by the event's id, which its sender knows
    assert desk.record("e-2").url == "https://news.example/b"

    # And a message that claims to be an event of the first account is not taken for one
    assert desk.submit("https://news.example/c", "AIDAOTHER", "m-3", account="111111111111", id="e-1") == "started"
    assert desk.submit("https://news.example/d", "AIDATHIRD", "m-4", account="111111111111", id="e-1") == "started"
    assert (desk.record("e-1").url, desk.record("m-4").url) == ("https://news.example/c", "https://news.example/d")
    assert desk.record("invoice-1").url == "https://news.example/a"
