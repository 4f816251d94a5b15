"""Managed language services, as ports: their requests, and what a day may cost.

Comes in: text. Goes out: what a service found in it, or :class:`ManagedServiceError`. Each call
is billed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from newsdesk.errors import NewsdeskError


class ManagedServiceError(NewsdeskError):
    """The service gave no answer that can be used: too late, throttled, denied, malformed, or beyond the allowance.

    Attributes
    ----------
    timed_out : bool
        Whether it was too late.
    """

    def __init__(self, detail: str, *, timed_out: bool = False) -> None:
        super().__init__(detail)
        self.timed_out = timed_out


class AllowanceSpentError(ManagedServiceError):
    """The day has too few units left; this is not an error, and no request was made."""


@dataclass(frozen=True, slots=True)
class Detection:
    """Something found in a text, in its code points; ``type`` as the service names it."""

    begin: int
    end: int
    score: float
    type: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A language model's answer, and the tokens billed for question and answer together."""

    text: str
    tokens: int


class TextAnalysis(Protocol):
    """Finds things in a text of at most 100,000 bytes of UTF-8.

    Every method raises :class:`ManagedServiceError`.
    """

    def entities(self, text: str, language: str) -> tuple[Detection, ...]:
        """Return the entities."""
        ...

    def key_phrases(self, text: str, language: str) -> tuple[Detection, ...]:
        """Return the noun phrases; the score says how sure it is that each is one."""
        ...


class LanguageModel(Protocol):
    """Answers a question about a text.

    Attributes
    ----------
    model : str
        Which one.
    """

    @property
    def model(self) -> str:
        """Return its identifier."""
        ...

    def answer(self, instructions: str, text: str, most_tokens: int) -> Answer:
        """Return the answer, of at most ``most_tokens`` tokens; raises :class:`ManagedServiceError`."""
        ...


class Allowance(Protocol):
    """A number of units a day (UTC), for all workers together, of which one host's articles may spend only a share."""

    def reserve(self, units: int, host: str) -> str:
        """Reserve units for an article of a host, and return the day that they belong to.

        Raises
        ------
        AllowanceSpentError
            The day, or the host's share of it, has too few left.
        ManagedServiceError
            It could not be asked.
        """
        ...

    def give_back(self, units: int, host: str, day: str) -> None:
        """Return the units that a reservation took too many, or take those that it took too few (a negative number).

        Raises
        ------
        ManagedServiceError
            It could not be done; the count then stays what it was.
        """
        ...
