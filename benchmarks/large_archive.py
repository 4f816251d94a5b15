"""What a large web archive costs in the inbox: processor time, memory and AWS calls, through the real intake on moto.

Comes in: how many megabytes, how many workers, and whether to damage the file. Goes out: one table. Changes: moto's
memory, and a temporary file.

Run: ``PYTHONPATH=.:shared:functions/intake .venv/bin/python -m benchmarks.large_archive [MEGABYTES] [--workers N]
[--damaged]``.

The file lies on disk, and pages that are put are counted and dropped: moto would hold both in memory.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import resource
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
from botocore.client import BaseClient
from moto import mock_aws

from harness import aws
from harness.archives import by_record, record, response
from newsdesk.adapters import clients
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.inbox import DynamoInboxStore, S3InboxFiles, SqsBulkSender
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.clock import utc_now
from newsdesk.contracts import report_key
from newsdesk.inbox import InboxFile
from receiver.stage import IntakeStage

KEY = "inbox/crawl.warc.gz"
ETAG = "of-the-file"
_NOISE_BYTES = 120_000
"""Of each page, which do not compress: so large a file has few pages, as of a crawl that kept its images' data."""


class FileOnDisk(S3InboxFiles):
    """The file of the inbox; its ranges are counted."""

    def __init__(self, path: Path, calls: Counter[str]) -> None:
        super().__init__(aws.BUCKET)
        self.paths, self.calls = {(KEY, ETAG): path}, calls

    def describe(self, key: str, etag: str) -> InboxFile:
        """Return the file."""
        self.calls["s3.HeadObject of the file"] += 1
        return InboxFile(etag, self.paths[key, etag].stat().st_size, {})

    def read(self, key: str, etag: str, begin: int, end: int) -> bytes:
        """Return a range of it."""
        self.calls["s3.GetObject of the file"] += 1
        self.calls["bytes read of the file"] += end - begin
        with self.paths[key, etag].open("rb") as file:
            file.seek(begin)
            return file.read(end - begin)


def write(path: Path, megabytes: int, *, is_damaged: bool) -> int:
    """Write an archive, and return how many pages are in it; each thousandth of a damaged one has zeros in it."""
    chance = random.Random(1)
    prose = "<p>The old bridge was closed to traffic in June, as the port authority told its neighbours.</p>" * 40
    number = 0
    with path.open("wb") as file:
        while file.tell() < megabytes * 1_000_000:
            noise = base64.b64encode(chance.randbytes(_NOISE_BYTES)).decode()
            html = f"<html><body><article><h1>Bridge {number}</h1>{prose}</article><!-- {noise} --></body></html>"
            url = f"https://host{number % 97}.example/{number}"
            head = record("request", url, b"GET / HTTP/1.1\r\n\r\n", media_type="application/http; msgtype=request")
            entry = bytearray(by_record([head, response(url, html.encode())]))
            if is_damaged and number % 1000 == 999:
                entry[len(entry) // 2 : len(entry) // 2 + 100] = bytes(100)
            file.write(entry)
            number += 1
    return number


def counting(calls: Counter[str], messages: Counter[str]) -> Any:
    """Return what makes AWS calls, and counts them; pages and submissions are accepted without being kept."""
    real = vars(BaseClient)["_make_api_call"]
    alone = threading.Lock()

    def make(client: Any, operation: str, arguments: Any) -> Any:
        with alone:
            calls[f"{client.meta.service_model.service_name}.{operation}"] += 1
            if operation == "SendMessageBatch":
                messages["sent"] += len(arguments["Entries"])
                return {"Successful": [{"Id": entry["Id"], "MessageId": entry["Id"]} for entry in arguments["Entries"]]}
            if operation == "PutObject" and arguments["Key"].startswith("pushed/"):
                return {}
            return real(client, operation, arguments)

    return make


def main() -> None:
    """Take one archive, and print what it cost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("megabytes", type=int, nargs="?", default=1000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--damaged", action="store_true")
    options = parser.parse_args()
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION="us-east-1")
    clients.reset()
    with tempfile.TemporaryDirectory() as folder, mock_aws():
        path = Path(folder) / "crawl.warc.gz"
        pages = write(path, options.megabytes, is_damaged=options.damaged)
        aws.create_table()
        aws.create_bucket()
        print(f"file                {path.stat().st_size / 1e6:,.0f} MB, {pages:,} pages")
        take(path, options.workers)


def take(path: Path, workers: int) -> None:
    """Take the archive, its parts by so many workers at once."""
    calls: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    queues = [boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"] for name in ("bulk", "inbox")]

    def stage() -> IntakeStage:
        return IntakeStage(
            DynamoInboxStore(aws.TABLE), FileOnDisk(path, calls), S3ObjectStore(aws.BUCKET),
            SqsBulkSender(queues[0], queues[1]), DynamoArticleStore(aws.TABLE), DynamoSourceStore(aws.TABLE), utc_now,
        )  # fmt: skip

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cutting, taking, parts = 0.0, 0.0, 0
    with patch.object(BaseClient, "_make_api_call", counting(calls, messages)):
        cutter, step = stage(), 0
        while True:
            began = time.process_time()
            status = cutter.handle(KEY, ETAG, step)
            cutting += time.process_time() - began
            if status not in ("begun", "cut"):
                break
            parts += status == "cut"
            step += 1
        began = time.process_time()
        with ThreadPoolExecutor(workers) as executor:
            list(executor.map(lambda part: stage().take_part(KEY, ETAG, part), range(1, parts + 1)))
        taking = time.process_time() - began
        while cutter.handle(KEY, ETAG, step) == "merged":
            step += 1
    report = json.loads(aws.read_object(report_key(KEY)))
    print(f"parts               {parts}, by {workers} workers")
    print(f"submissions         {messages['sent']:,}")
    print(f"processor seconds   {cutting:.1f} for cutting, {taking:.1f} for taking")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory              {memory:.0f} MB at most, {before:.0f} MB before")
    for name, number in calls.most_common():
        print(f"{name:<28}{number:>15,}")
    print({name: report.get(name) for name in ("state", "records", "taken", "refused", "passedOver", "endedBy")})
    print(f"damaged places      {len(report.get('damaged', ()))}")


if __name__ == "__main__":
    main()
