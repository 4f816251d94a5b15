"""The meter, against what DynamoDB's developer guide says that a call is billed.

Comes in: AWS in moto. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from harness import aws
from harness.metering import Meter, item_bytes


def item(**attributes: Any) -> dict[str, Any]:
    return {"pk": {"S": "article#a"}, "sk": {"S": "state"}, **attributes}


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({"name": {"S": "Zürich"}}, 4 + 7),
        ({"count": {"N": "1200"}}, 5 + 2),
        ({"digest": {"B": b"\0" * 32}}, 6 + 32),
        ({"flag": {"BOOL": True}}, 4 + 1),
        ({"map": {"M": {"a": {"S": "bc"}}}}, 3 + 3 + 1 + 2 + 1),
        ({"list": {"L": [{"S": "ab"}, {"S": "c"}]}}, 4 + 3 + 3 + 2),
    ],
)
def test_an_attribute_has_the_size_that_the_guide_gives(attributes: dict[str, Any], size: int) -> None:
    assert item_bytes(attributes) == size


def test_writes_are_billed_by_the_larger_item_and_index_entries_by_what_moves(table: str) -> None:
    meter, client = Meter(), boto3.client("dynamodb")

    def written(**attributes: Any) -> dict[str, int]:
        with meter.on() as usage:
            client.put_item(TableName=table, Item=item(**attributes))
        return dict(usage.writes)

    due = {"due_shard": {"S": "01"}, "due_at": {"N": "1"}}
    assert written(**due) == {"article": 1, "ByDue": 1}, "an entry comes"
    assert written(**due, note={"S": "x" * 2000}) == {"article": 2}, "no entry changes"
    assert written(**(due | {"due_at": {"N": "2"}})) == {"article": 2, "ByDue": 2}, "was large; an entry moves"
    assert written() == {"article": 1, "ByDue": 1}, "an entry goes"


def test_transactions_are_billed_twice_and_conditions_that_fail_once(table: str) -> None:
    meter, client = Meter(), boto3.client("dynamodb")
    absent: Any = {
        "TableName": table,
        "Key": {"pk": {"S": "article#b"}, "sk": {"S": "state"}},
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    with meter.on() as usage:
        client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": item()}},
                {"ConditionCheck": absent},
            ]
        )
    assert usage.write_units == 4
    with meter.on() as usage, pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(TableName=table, Item=item(), ConditionExpression="attribute_not_exists(pk)")
    assert usage.write_units == 1


def test_reads_are_billed_in_steps_of_four_kilobytes_half_where_they_may_be_old(table: str) -> None:
    meter, client = Meter(), boto3.client("dynamodb")
    client.put_item(TableName=table, Item=item(note={"S": "x" * 5000}))
    key = {"pk": {"S": "article#a"}, "sk": {"S": "state"}}
    with meter.on() as usage:
        client.get_item(TableName=table, Key=key, ConsistentRead=True)
        client.get_item(TableName=table, Key=key)
        client.query(
            TableName=table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "article#none"}}
        )
    assert usage.reads == 2 + 1 + 0.5


def test_requests_to_the_bucket_and_to_queues_are_counted_deletions_are_free(bucket: str) -> None:
    meter, client, queues = Meter(), boto3.client("s3"), boto3.client("sqs")
    address = queues.create_queue(QueueName="some")["QueueUrl"]
    with meter.on() as usage:
        client.put_object(Bucket=bucket, Key="a", Body=b"b")
        client.get_object(Bucket=bucket, Key="a")
        client.delete_object(Bucket=bucket, Key="a")
        queues.send_message(QueueUrl=address, MessageBody="{}")
        aws.drain(address)
    assert (usage.puts, usage.gets) == (1, 1)
    assert usage.messages == 1 + 2 + 1, "sent, received twice, deleted"
