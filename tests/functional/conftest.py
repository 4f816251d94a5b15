"""Fixtures: AWS in moto, with credentials that are worth nothing elsewhere.

Comes in: nothing. Goes out: the environment, the table, the bucket, the queues, the bus. Changes: environment
variables and moto's memory, for one test.
"""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from harness import aws
from newsdesk.adapters import clients


@pytest.fixture(scope="session")
def aws_session() -> boto3.Session:
    """One session for all tests, because reading the services' models takes longer than the tests do."""
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1")


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, aws_session: boto3.Session) -> Iterator[None]:
    """An empty AWS account in memory."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", aws_session)
    clients.reset()
    with mock_aws():
        yield
    clients.reset()


@pytest.fixture
def table(cloud: None) -> str:
    """The table; its name."""
    aws.create_table()
    return aws.TABLE


@pytest.fixture
def bucket(cloud: None) -> str:
    """The bucket; its name."""
    aws.create_bucket()
    return aws.BUCKET


@pytest.fixture
def queues(cloud: None) -> dict[str, str]:
    """The stages' queues; their addresses by stage."""
    return aws.create_queues()


@pytest.fixture
def listener(cloud: None) -> str:
    """The bus; the address of a queue that hears everything it carries."""
    return aws.create_bus()
