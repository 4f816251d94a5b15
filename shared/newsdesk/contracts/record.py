"""The base of what is kept in the table.

Comes in: nothing. Goes out: one model to derive from.
"""

from __future__ import annotations

from pydantic import ConfigDict

from newsdesk.contracts.lazy_model import LazyModel


class Record(LazyModel):
    """Base of everything kept in the table: frozen; attributes that another release wrote are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")
