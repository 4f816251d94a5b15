"""Cases 91 to 92: what one submitter can do to the pipeline and to other submitters.

The numbers are those of ``docs/hostile-cases.md``.
"""

from __future__ import annotations

import json

import pytest

from harness.fakes import FakeClock, RecordingSender
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.runtime import Worker
from submitter.stage import SubmitStage
from tests.examples import TIMEOUTS
from tests.functional.conftest import aws_session, cloud, table  # noqa: F401 (fixtures)

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
    stage = SubmitStage(Worker(store, RecordingSender(), FakeClock(), TIMEOUTS))

    # When a URL of that host is submitted, Then it has its outcome
    assert stage.handle(json.dumps({"url": f"https://{host}/story", "submissionId": "long"}), "m-1") == status
    record = store.submission("long")
    assert record is not None
    assert record.outcome == (None if status == "started" else "rejected:invalid_url")
