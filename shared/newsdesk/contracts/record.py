"""The base of what is kept in the table.

Comes in: nothing. Goes out: one model to derive from.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Base of everything kept in the table: frozen; attributes that another release wrote are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")
