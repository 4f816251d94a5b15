"""No AWS call outlives the function that makes it.

Comes in: the clients' settings, the functions' timeouts in the template. Goes out: assertions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from newsdesk.adapters import clients
from newsdesk_cli.paths import TEMPLATE
from newsdesk_cli.templates import function_packages, load_template

SERVICES: dict[str, Callable[[], Any]] = {
    "dynamodb": clients.dynamodb,
    "sqs": clients.sqs,
    "events": clients.events,
    "s3": clients.s3,
}
READ_SECONDS = {"dynamodb": 3, "sqs": 3, "events": 3, "s3": 10}


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> None:
    clients.reset()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def longest_call_seconds(client: Any) -> float:
    """What a call takes whose every attempt times out, with the SDK's pauses of up to 1, 2, 4 … seconds."""
    config = client.meta.config
    attempts = config.retries["total_max_attempts"]
    pauses = sum(2.0**number for number in range(attempts - 1))
    return float(attempts * (config.connect_timeout + config.read_timeout) + pauses)


def shortest_function_seconds() -> int:
    template = load_template(TEMPLATE)
    usual = template["Globals"]["Function"]["Timeout"]
    return int(
        min(template["Resources"][name]["Properties"].get("Timeout", usual) for name in function_packages(template))
    )


@pytest.mark.parametrize("service", SERVICES)
def test_no_call_outlives_the_shortest_function(service: str) -> None:
    assert longest_call_seconds(SERVICES[service]()) < shortest_function_seconds()


@pytest.mark.parametrize("service", SERVICES)
def test_a_call_is_tried_three_times_and_waits_as_long_as_its_payload_needs(service: str) -> None:
    config = SERVICES[service]().meta.config
    assert (config.retries["total_max_attempts"], config.connect_timeout) == (3, 3)
    assert config.read_timeout == READ_SECONDS[service]
