"""WARC files of the inbox become articles, through the real stages on moto.

Comes in: files in the bucket. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from typing import Any

import boto3
import pytest

import receiver.archives
import receiver.stage
from harness import aws
from harness.archives import by_record, http, record, response
from harness.fakes import FakeClock
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.inbox import DynamoInboxStore, S3InboxFiles, SqsBulkSender
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.articles import Exchange, read_capture, write_capture
from newsdesk.contracts import report_key
from receiver.stage import IntakeStage
from tests.pipeline import PARAGRAPHS, Pipeline, page

SITE = "https://news.example"
FIRST = "2020-01-01T00:00:00Z"
LATER = "2021-01-01T00:00:00Z"


class PromptSender(SqsBulkSender):
    """Sends without the queue's own delay, which moto would wait out in real time."""

    def _send_to_self(self, detail: dict[str, Any], delay_seconds: int) -> None:
        assert 0 <= delay_seconds <= 900
        super()._send_to_self(detail, 0)


class Desk:
    """Intake on moto, and the pipeline behind it."""

    def __init__(self, table: str, bucket: str) -> None:
        client = boto3.client("sqs")
        self.bulk = client.create_queue(QueueName="bulk")["QueueUrl"]
        self.own = client.create_queue(QueueName="inbox")["QueueUrl"]
        self.clock = FakeClock()
        self.objects = S3ObjectStore(bucket)
        self.store = DynamoArticleStore(table, clock=self.clock)
        self.intake = IntakeStage(
            DynamoInboxStore(table, clock=self.clock),
            S3InboxFiles(bucket),
            self.objects,
            PromptSender(self.bulk, self.own),
            self.store,
            DynamoSourceStore(table),
            self.clock,
        )
        self.pipeline = Pipeline(clock=self.clock, store=self.store, objects=self.objects)

    def put(self, key: str, body: bytes, **metadata: str) -> dict[str, Any]:
        answer = boto3.client("s3").put_object(Bucket=aws.BUCKET, Key=key, Body=body, Metadata=metadata)
        return {"object": {"key": key, "etag": answer["ETag"].strip('"')}}

    def deliver(self, detail: dict[str, Any]) -> str:
        found = detail["object"]
        if "part" in detail:
            return self.intake.take_part(found["key"], found["etag"], detail["part"])
        return self.intake.handle(found["key"], found["etag"], detail.get("step", 0))

    def take(self, detail: dict[str, Any]) -> list[str]:
        """Deliver what a file leads to, until only the time brings more."""
        statuses: list[str] = []
        waiting = [detail]
        while waiting and statuses.count("waiting") < 20:
            statuses.append(self.deliver(waiting.pop(0)))
            waiting += [body["detail"] for body in aws.drain(self.own)]
        return statuses

    def submit(self) -> Counter[str]:
        """Hand everything in the queue of bulk to submit, and work it through."""
        statuses = Counter(
            str(self.pipeline.submit_stage.handle(json.dumps(body), f"m-{number}"))
            for number, body in enumerate(aws.drain(self.bulk))
        )
        self.clock.advance(60)
        self.pipeline.dispatch()
        self.pipeline.settle()
        return statuses

    def report(self, key: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(aws.read_object(report_key(key)))
        return document


@pytest.fixture
def desk(table: str, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(receiver.archives, "PART_PAGES", 3)
    return Desk(table, bucket)


def text(number: int) -> bytes:
    return page(
        f"This is what happened on day {number} at the harbour, as the port authority told us later.", *PARAGRAPHS
    )


def records(pages: int = 8) -> list[bytes]:
    made = [record("warcinfo", "x", b"software: x", media_type="application/warc-fields")]
    for number in range(pages):
        url = f"{SITE}/{number}"
        made.append(record("request", url, b"GET / HTTP/1.1\r\n\r\n", media_type="application/http; msgtype=request"))
        made.append(response(url, text(number), date=FIRST))
    return made


@pytest.mark.parametrize(
    "make",
    [
        by_record,
        pytest.param(b"".join, marks=pytest.mark.slow),
        pytest.param(lambda parts: gzip.compress(b"".join(parts)), marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_the_pages_of_a_file_become_articles_part_by_part(desk: Desk, make: Any) -> None:
    # Given a file of eight pages, and records that are none
    others = [
        record("revisit", f"{SITE}/0", http(b"")),
        record("response", f"{SITE}/gone", http(b"", status="404 Not Found")),
        record("response", f"{SITE}/picture", http(b"GIF89a", content_type="image/gif")),
        response("https:///", text(9)),
    ]
    key = "inbox/crawl.warc.gz"

    # When it is put into the inbox
    statuses = Counter(desk.take(desk.put(key, make([*records(), *others]), tags="archive")))

    # Then it is cut into parts, and each is taken
    assert (statuses["begun"], statuses["cut"], statuses["taken"]) == (1, 4, 4)
    report = desk.report(key)
    assert (report["kind"], report["records"], report["taken"], report["refused"]) == ("warc", 21, 8, 1)
    assert report["passedOver"] == {"not_html": 1, "record_type": 1, "request": 8, "revisit": 1, "status": 1}
    assert [refusal["reason"] for refusal in report["refusals"]] == ["invalid_url"]

    # And every page is an article with its own time, and no site was asked
    assert desk.submit() == {"started": 8}
    for number in range(8):
        state = desk.pipeline.state(f"{SITE}/{number}")
        assert state.current is not None
        article = json.loads(desk.objects.get(state.current.key))
        assert (article["provenance"]["capturedAt"], article["provenance"]["discovery"]) == (
            "2020-01-01T00:00:00.000Z",
            "warc",
        )
    assert desk.pipeline.web.requests == []


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.slow
def test_our_own_captures_bring_what_their_hosts_said(desk: Desk, whole: bool) -> None:
    # Given captures as fetch writes them, the third of which said nothing; and of four pages, the first part has three
    said = [("a: 1", "b: 2"), ("c: 3",), (), ("d: 4",)]
    files = [
        write_capture(
            Exchange(
                capture_id=f"c{number}",
                captured_at="2020-01-01T00:00:00.000Z",
                requested_url=f"{SITE}/{number}",
                final_url=f"{SITE}/{number}",
                request_head=b"GET / HTTP/1.1\r\n\r\n",
                http_version="HTTP/1.1",
                status=200,
                reason_phrase="OK",
                headers=(("Content-Type", "text/html"),),
                body=text(number),
                resolved_address="198.51.100.7",
                redirects=(),
                timings={},
                host_signals=lines,
            )
        )
        for number, lines in enumerate(said)
    ]
    file = b"".join(files)

    # When they are taken together, also as one gzip member
    desk.take(desk.put("inbox/ours.warc.gz", gzip.compress(gzip.decompress(file)) if whole else file))

    # Then each page still has what its host said
    pages = [read_capture(desk.objects.get(key)) for key in aws.keys_in_bucket("pushed/")]
    assert {page.url: page.host_signals for page in pages} == {
        f"{SITE}/{number}": lines for number, lines in enumerate(said)
    }


@pytest.mark.parametrize("about", [b"{", b"[]", b'{"hostSignals": 1}', b'{"hostSignals": [1]}', b"[" * 100_000])
def test_what_a_stranger_s_file_notes_of_a_page_does_no_harm(desk: Desk, about: bytes) -> None:
    url = f"{SITE}/1"
    entries = [
        response(url, text(1), WARC_Record_ID="<urn:x:1>"),
        record("metadata", url, about, media_type="application/json", WARC_Concurrent_To="<urn:x:1>"),
        record(
            "metadata", url, b'{"hostSignals":["x"]}', media_type="application/json", WARC_Concurrent_To="<urn:x:2>"
        ),
    ]
    desk.take(desk.put("inbox/theirs.warc.gz", by_record(entries)))
    (key,) = aws.keys_in_bucket("pushed/")
    assert read_capture(desk.objects.get(key)).host_signals == ()


@pytest.mark.slow
def test_a_file_that_is_taken_again_under_another_name_changes_nothing(desk: Desk) -> None:
    file = by_record(records(4))
    desk.take(desk.put("inbox/a.warc.gz", file))
    desk.submit()
    desk.take(desk.put("inbox/b.warc.gz", file))
    assert desk.submit() == {"superseded": 4}
    assert desk.pipeline.state(f"{SITE}/0").latest_revision == 1


@pytest.mark.parametrize("is_older_first", [True, False])
@pytest.mark.slow
def test_of_two_captures_of_one_page_the_later_one_stands(desk: Desk, is_older_first: bool) -> None:
    old, new = (response(f"{SITE}/1", text(day), date=date) for day, date in ((1, FIRST), (2, LATER)))
    desk.take(desk.put("inbox/a.warc.gz", by_record([old, new] if is_older_first else [new, old])))
    desk.submit()
    current = desk.pipeline.state(f"{SITE}/1").current
    assert current is not None
    assert "day 2" in desk.objects.get(current.key).decode()


def test_a_file_that_is_cut_short_gives_what_is_whole_and_says_where_it_broke(desk: Desk) -> None:
    parts = records(5)
    file = by_record(parts)
    desk.take(desk.put("inbox/a.warc.gz", file[:-100]))
    report = desk.report("inbox/a.warc.gz")
    assert (report["taken"], report["endedBy"], len(report["damaged"])) == (4, "damaged", 1)
    assert report["damaged"][0] == {"offset": len(by_record(parts[:-1])), "detail": "it ends within a gzip member"}


def test_a_file_under_another_name_is_refused_so_that_a_policy_can_tell_pages_from_lists(desk: Desk) -> None:
    assert desk.take(desk.put("inbox/list.txt", b"".join(records(1)))) == ["refused"]
    assert desk.report("inbox/list.txt")["reason"] == "warc_name"


def test_a_part_waits_while_the_queue_of_bulk_is_full(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    detail = desk.put("inbox/a.warc.gz", by_record(records(2)))
    monkeypatch.setattr(receiver.stage, "MOST_WAITING", -1)
    assert "taken" not in desk.take(detail)
    assert aws.drain(desk.bulk) == []


def test_a_part_whose_message_was_lost_is_sent_again(desk: Desk) -> None:
    # Given a file whose first part's message is lost
    steps = [desk.put("inbox/a.warc.gz", by_record(records(2)))]
    while steps:
        desk.deliver(steps.pop(0))
        steps += [body["detail"] for body in aws.drain(desk.own) if "part" not in body["detail"]]
        if len(steps) == 1 and desk.report("inbox/a.warc.gz")["state"] == "taking":
            break

    # When its result does not come
    desk.clock.advance(901)
    assert desk.deliver(steps[0]) == "merged"

    # Then the part is sent again, and taken
    following = [body["detail"] for body in aws.drain(desk.own)]
    assert [detail.get("part") for detail in following] == [1, None]
    assert desk.deliver(following[0]) == "taken"
    assert desk.deliver(following[0]) == "repeated"
    assert desk.deliver(following[1]) == "merged"
    assert desk.report("inbox/a.warc.gz")["taken"] == 2
