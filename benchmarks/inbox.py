"""What a list of a million URLs costs in the inbox: time, memory and AWS calls, through the real intake on moto.

Comes in: the number of lines, and whether to compress them. Goes out: one table. Changes: moto's memory.

Run: ``PYTHONPATH=.:shared:functions/intake .venv/bin/python -m benchmarks.inbox [LINES] [--gzip]``.

The queue of bulk is answered in this process: moto would keep the million messages.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import time
from collections import Counter
from typing import Any
from unittest.mock import patch

import boto3
from botocore.client import BaseClient
from moto import mock_aws

from harness import aws
from newsdesk.adapters import clients
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.inbox import DynamoInboxStore, S3InboxFiles, SqsBulkSender
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.clock import utc_now
from receiver.stage import IntakeStage, IntakeStatus

KEY = "inbox/million.txt"


def megabytes() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def counting(calls: Counter[str], messages: Counter[str]) -> Any:
    """Return what makes AWS calls, and counts them; batches of messages are accepted without being kept."""
    real = vars(BaseClient)["_make_api_call"]

    def make(client: Any, operation: str, arguments: Any) -> Any:
        calls[f"{client.meta.service_model.service_name}.{operation}"] += 1
        if operation == "SendMessageBatch":
            messages["sent"] += len(arguments["Entries"])
            return {"Successful": [{"Id": entry["Id"], "MessageId": entry["Id"]} for entry in arguments["Entries"]]}
        return real(client, operation, arguments)

    return make


def main() -> None:
    """Take one list, and print what it cost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("lines", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--gzip", action="store_true")
    options = parser.parse_args()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ[name] = "testing"
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    clients.reset()
    with mock_aws():
        aws.create_table()
        aws.create_bucket()
        body = "".join(f"https://news-{number % 500}.example/2026/11/30/{number}\n" for number in range(options.lines))
        data = gzip.compress(body.encode(), 6) if options.gzip else body.encode()
        etag = boto3.client("s3").put_object(Bucket=aws.BUCKET, Key=KEY, Body=data)["ETag"].strip('"')
        size = len(data)
        del body, data
        queues = [boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"] for name in ("bulk", "inbox")]
        take(etag, queues, size)


def take(etag: str, queues: list[str], size: int) -> None:
    """Take the list that lies in the bucket."""
    calls: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    before = megabytes()
    seconds: list[float] = []
    with patch.object(BaseClient, "_make_api_call", counting(calls, messages)):
        stage = IntakeStage(
            DynamoInboxStore(aws.TABLE),
            S3InboxFiles(aws.BUCKET),
            S3ObjectStore(aws.BUCKET),
            SqsBulkSender(queues[0], queues[1]),
            DynamoArticleStore(aws.TABLE),
            DynamoSourceStore(aws.TABLE),
            utc_now,
        )
        step = 0
        while True:
            started = time.process_time()
            status = stage.handle(KEY, etag, step)
            if status not in (IntakeStatus.BEGUN, IntakeStatus.TAKEN):
                break
            seconds.append(time.process_time() - started)
            step += 1
    print(f"file                {size / 1e6:,.1f} MB")
    print(f"submissions         {messages['sent']:,}")
    print(f"steps               {len(seconds)}")
    print(f"processor seconds   {sum(seconds):.1f} in all, {max(seconds):.2f} for the longest step")
    print(f"memory              {megabytes():.0f} MB at most, {before:.0f} MB before (moto and the file included)")
    for name, number in calls.most_common():
        print(f"{name:<28}{number:>9,}")


if __name__ == "__main__":
    main()
