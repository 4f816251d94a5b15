"""Fixtures: AWS in moto.

Comes in: nothing. Goes out: the table, the bucket, the queues, the bus. Changes: moto's memory, for one test.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness import aws


@pytest.fixture
def cloud(account: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty AWS account in memory."""
    with aws.empty_account():
        yield


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
