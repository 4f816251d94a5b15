"""A call that is refused for its rate is made again, whatever the service calls that."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from newsdesk.adapters.throttling import patient
from newsdesk.errors import ThrottledError
from newsdesk.pauses import Pauses

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "table", "Key": {"pk": {"S": "a"}}}),
    "s3": ("get_object", {"Bucket": "bucket", "Key": "key"}),
    "sqs": ("send_message", {"QueueUrl": "https://queue.example/1", "MessageBody": "{}"}),
    "events": ("put_events", {"Entries": [{"Detail": "{}"}]}),
}


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("dynamodb", "ProvisionedThroughputExceededException", 400),
        ("dynamodb", "RequestLimitExceeded", 400),
        ("dynamodb", "ThrottlingException", 400),
        ("s3", "SlowDown", 503),
        ("s3", "ServiceUnavailable", 503),
        ("s3", "503", 503),
        ("s3", "TooManyRequestsException", 429),
        ("s3", "KMS.ThrottlingException", 400),
        ("sqs", "OverLimit", 403),
        ("sqs", "AWS.SimpleQueueService.OverLimit", 403),
        ("sqs", "RequestThrottled", 403),
        ("sqs", "KmsThrottled", 400),
        ("sqs", "KMS.ThrottlingException", 400),
        ("events", "ThrottlingException", 400),
        ("events", "LimitExceededException", 400),
    ],
)
def test_a_throttled_call_is_repeated_after_pauses_and_then_handed_back(service: str, code: str, status: int) -> None:
    # Given a service that throttles
    session: Any = boto3.Session("x", "y", region_name="us-east-1")
    client = session.client(service)
    operation, request = CALLS[service]
    waited: list[float] = []
    calls = patient(client, Pauses(tries=3, sleep=waited.append))
    with Stubber(client) as stub:
        # When it does so twice, Then the third try counts
        for _ in range(2):
            stub.add_client_error(operation, code, http_status_code=status)
        stub.add_response(operation, {})
        getattr(calls, operation)(**request)
        assert len(waited) == 2

        # And when it goes on, the error says what it is
        for _ in range(3):
            stub.add_client_error(operation, code, http_status_code=status)
        with pytest.raises(ThrottledError, match=code):
            getattr(calls, operation)(**request)


@pytest.mark.parametrize(("code", "status"), [("ConditionalCheckFailedException", 400), ("InternalServerError", 500)])
def test_what_is_no_throttle_is_raised_at_once(code: str, status: int) -> None:
    client: Any = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")
    operation, request = CALLS["dynamodb"]
    with Stubber(client) as stub:
        stub.add_client_error(operation, code, http_status_code=status)
        with pytest.raises(ClientError, match=code):
            getattr(patient(client, Pauses(tries=3, sleep=lambda _: None)), operation)(**request)
