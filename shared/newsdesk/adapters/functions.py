"""Functions of the stack that another one calls and waits for.

Comes in: objects of JSON. Goes out: the function's answer. Changes: what the function changes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from newsdesk.adapters import clients
from newsdesk.adapters.throttling import is_throttle
from newsdesk.errors import ThrottledError


class LambdaFunction:
    """A function by its name; its answers are objects of JSON."""

    def __init__(self, name: str, client: Any = None) -> None:
        self._name = name
        self._client = client or clients.functions()

    def call(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return the function's answer to an event.

        Raises
        ------
        ThrottledError
            If it is called too often, cannot be reached, or has not answered in time.
        RuntimeError
            If it failed, or may not be called.
        """
        try:
            answer = self._client.invoke(FunctionName=self._name, Payload=json.dumps(event).encode())
        except ReadTimeoutError as error:
            raise ThrottledError(f"{self._name} took too long") from error
        except BotoCoreError as error:
            raise ThrottledError(f"{self._name} cannot be reached: {error}") from error
        except ClientError as error:
            if is_throttle(error.response["Error"]["Code"]):
                raise ThrottledError(f"{self._name} is called too often") from error
            raise RuntimeError(f"{self._name} cannot be called: {error}") from error
        document: dict[str, Any] = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise RuntimeError(f"{self._name} failed: {str(document)[:500]}")
        return document
