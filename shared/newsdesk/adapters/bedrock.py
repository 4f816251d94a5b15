"""Amazon Bedrock: one question to a language model, through ``Converse``, which is the same for all models.

Comes in: instructions and a text. Goes out: the answer. Each call is billed.
"""

from __future__ import annotations

from typing import Any

from newsdesk.adapters import clients
from newsdesk.adapters.managed_calls import managed_call
from newsdesk.managed import Answer, ManagedServiceError


class Bedrock:
    """A :class:`newsdesk.managed.LanguageModel`."""

    def __init__(self, model: str, client: Any = None) -> None:
        self.model = model
        self._client = client or clients.bedrock()

    def answer(self, instructions: str, text: str, most_tokens: int) -> Answer:
        """Return the model's answer; see the port."""
        with managed_call():
            response = self._client.converse(
                modelId=self.model,
                system=[{"text": instructions}],
                messages=[{"role": "user", "content": [{"text": text}]}],
                inferenceConfig={"maxTokens": most_tokens, "temperature": 0.0},
            )
            blocks = response["output"]["message"]["content"]
            answered = "".join(block["text"] for block in blocks if "text" in block)
            answer = Answer(answered, int(response["usage"]["totalTokens"]))
            stopped = response["stopReason"]
        if stopped != "end_turn":
            raise ManagedServiceError(f"stopped early: {stopped}")
        return answer
