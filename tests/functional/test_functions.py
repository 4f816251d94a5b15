"""Calls of a function, against the SDK's own description of Lambda.

Comes in: answers that the service could give. Goes out: assertions.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from newsdesk.adapters import clients
from newsdesk.adapters.functions import LambdaFunction
from newsdesk.errors import ThrottledError


def answering(payload: bytes, **fields: Any) -> Stubber:
    """A client that answers one call."""
    stubber = Stubber(clients.functions())
    answer = {"StatusCode": 200, "Payload": StreamingBody(BytesIO(payload), len(payload)), **fields}
    stubber.add_response("invoke", answer, {"FunctionName": "search", "Payload": b'{"a": 1}'})
    return stubber


@pytest.fixture(autouse=True)
def _cloud(cloud: None) -> None:
    """No account is needed."""


def test_an_answer_is_returned() -> None:
    with answering(b'{"b": 2}') as stubber:
        assert LambdaFunction("search", stubber.client).call({"a": 1}) == {"b": 2}


def test_a_function_that_died_is_an_error() -> None:
    stubber = answering(b'{"errorMessage": "out of disk"}', FunctionError="Unhandled")
    with stubber, pytest.raises(RuntimeError, match="out of disk"):
        LambdaFunction("search", stubber.client).call({"a": 1})


@pytest.mark.parametrize(
    ("code", "error"), [("TooManyRequestsException", ThrottledError), ("ResourceNotFoundException", RuntimeError)]
)
def test_a_function_that_is_called_too_often_may_be_called_again(code: str, error: type[Exception]) -> None:
    stubber = Stubber(clients.functions())
    stubber.add_client_error("invoke", code)
    with stubber, pytest.raises(error) as raised:
        LambdaFunction("search", stubber.client).call({})
    assert isinstance(raised.value, ThrottledError) is (error is ThrottledError)


def test_a_service_that_cannot_be_reached_may_be_reached_later() -> None:
    client = clients.functions()
    client.meta.events.register("before-send.lambda.Invoke", _lose_the_connection)
    with pytest.raises(ThrottledError, match="cannot be reached"):
        LambdaFunction("search", client).call({})


def _lose_the_connection(**_: Any) -> None:
    raise EndpointConnectionError(endpoint_url="https://lambda.example")
