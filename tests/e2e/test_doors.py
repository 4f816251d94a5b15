"""Every way in, on the whole stack with IAM enforced.

Comes in: the stack and the sample site. Goes out: assertions. Changes: the stack.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.archives import by_record, record, response
from newsdesk.contracts import report_key
from newsdesk_cli.archives import take_archives
from newsdesk_cli.ingestion import Ingestion
from newsdesk_cli.sample_site import SampleSite
from newsdesk_cli.submitting import submit_urls
from tests.e2e.conftest import World

KEY = "inbox/today.txt"

pytestmark = pytest.mark.usefixtures("first_visit")
"""The pages are known already, so that no other test misses the first visit to them."""


def report_of(world: World, key: str) -> dict[str, Any]:
    """Return the report on a file; empty while there is none."""
    try:
        document: dict[str, Any] = json.loads(
            world.stack.s3.get_object(Bucket=world.stack.bucket, Key=report_key(key))["Body"].read()
        )
    except ClientError:
        return {}
    return document


def endings_of(world: World, tag: str) -> dict[str, dict[str, Any]]:
    """Return the submissions with a tag that have ended, by id, with the outcome of each."""
    return {
        submission["submissionId"]: {"outcome": event["outcome"], **submission}
        for event in world.events("SubmissionEnded")
        for submission in event["submissions"]
        if tag in submission["tags"]
    }


def test_a_file_in_the_inbox_becomes_submissions_and_gets_a_report(world: World, site: SampleSite) -> None:
    # Given a list with a page of the site and a line that is no URL
    url = f"{site.base_url}/2026/11/20/harbour-bridge-reopens"
    body = f"# today\n{url} # ours\nnonsense\n".encode()

    # When it is put into the inbox
    metadata = {"tags": "door-inbox", "priority": "normal"}
    world.stack.s3.put_object(Bucket=world.stack.bucket, Key=KEY, Body=body, Metadata=metadata)

    # Then the report says what was taken, and the submission ends like any other
    world.eventually(lambda: report_of(world, KEY).get("state") == "counting", 120)
    report = report_of(world, KEY)
    assert (report["kind"], report["taken"], report["refusals"]) == (
        "text",
        1,
        [{"line": 3, "reason": "invalid_url"}],
    )
    world.eventually(lambda: endings_of(world, "door-inbox"), 120)
    (ending,) = endings_of(world, "door-inbox").values()
    assert ending["submissionId"] == report["submissionIds"].replace("<line>", "2")
    assert (ending["discovery"], ending["outcome"].partition(":")[0] in ("indexed", "unchanged")) == (KEY, True)


def test_bulk_has_its_turn_and_comes_back_with_what_was_said(world: World, site: SampleSite) -> None:
    # Given a page of the site, When it is submitted as bulk from the command line
    said = {"priority": "bulk", "tags": ["door-bulk"], "correlationId": "c-1"}
    url = f"{site.base_url}/norwick/sport/rovers-late-winner"
    assert submit_urls(world.stack, [url], said, 0, as_json=True)

    # Then dispatch gives it its turn, and its end says what its submitter had said
    world.eventually(lambda: endings_of(world, "door-bulk"), 240)
    (ending,) = endings_of(world, "door-bulk").values()
    assert (ending["priority"], ending["correlationId"]) == ("bulk", "c-1")


def test_the_pages_of_a_web_archive_become_articles_without_a_visit(world: World, tmp_path: Path) -> None:
    # Given an archive of a page of a site that is no more, with a request, cut short in the record of another page
    url = "https://gone.example/2019/06/01/bridge"
    prose = "".join(
        f"<p>The old bridge was closed to traffic on the {day} of June, as the port authority told its neighbours.</p>"
        for day in ("first", "second", "third")
    )
    body = (
        f"<html lang='en'><head><title>Old bridge closes</title></head><body><article>{prose}</article></body></html>"
    )
    records = [
        record("request", url, b"GET / HTTP/1.1\r\n\r\n", media_type="application/http; msgtype=request"),
        response(url, body.encode(), date="2019-06-02T10:00:00Z"),
        response(f"{url}/2", body.encode()),
    ]
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(by_record(records)[:-40])

    # When it is taken
    (taken,) = take_archives(world.stack, [path], time.monotonic() + 120)
    ingestion = Ingestion.of_submissions(world.stack, taken.submission_ids)
    assert ingestion.wait(120, lambda *_: None)

    # Then the page that is whole is an article, as of its own time
    (result,) = ingestion.results()
    assert (result.url, result.outcome, taken.is_whole) == (url, "indexed", True)
    provenance = world.article(result.key).provenance
    assert (provenance.captured_at, provenance.discovery) == ("2019-06-02T10:00:00.000Z", "warc")
