"""What the template sets and the functions read.

Comes in: environment variables. Goes out: typed settings. Changes nothing. Read lazily, once per process, never at
import. Each function has a class of its own, with no more than it needs; a test holds it and the template together.
"""

from __future__ import annotations

import os
from functools import cached_property
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from newsdesk.lifecycle import Patience
from newsdesk.networks import Network, literal_address, parse_networks


class FunctionSettings(BaseSettings):
    """Base of every function's settings: environment variables with the prefix ``NEWSDESK_``."""

    model_config = SettingsConfigDict(env_prefix="NEWSDESK_", frozen=True, extra="ignore")


class TableSettings(FunctionSettings):
    """For functions that move articles on."""

    table_name: str = Field(description="The table of articles.")
    stuck_after_seconds: int = Field(
        default=1800, ge=1, description="A message that has not moved its article for so long is sent again."
    )
    record_retention_days: int = Field(
        default=90, ge=1, description="How long submissions, outcomes and signature bands are kept."
    )
    revisit_schedule: str = Field(
        default="",
        description="Comma-separated seconds after a commit, then after each visit that found nothing new.",
    )

    @cached_property
    def patience(self) -> Patience:
        """The times of :class:`newsdesk.lifecycle.Patience`."""
        schedule = tuple(int(part) for part in self.revisit_schedule.split(",") if part.strip())
        return Patience(stuck_after_seconds=self.stuck_after_seconds, revisit_schedule=schedule)


class NetworkSettings(FunctionSettings):
    """For functions that judge addresses."""

    allowed_networks: str = Field(
        default="",
        description="Comma-separated CIDR blocks a local stack may dial; ignored on AWS, absent from the template.",
    )

    allowed_ports: str = Field(
        default="80,443", pattern=r"^\d+(,\d+)*$", description="Comma-separated ports that a URL may name."
    )

    @cached_property
    def ports(self) -> frozenset[int]:
        """The allowed ports."""
        return frozenset(int(port) for port in self.allowed_ports.split(","))

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        """The allowed networks; always empty unless the function talks to an AWS endpoint on loopback."""
        if not talks_to_local_endpoint():
            return ()
        return parse_networks(self.allowed_networks.split(","))


def talks_to_local_endpoint() -> bool:
    """Say whether this process uses an AWS endpoint on a loopback address, which no deployed function does."""
    host = urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).hostname
    if host is None or os.environ.get("AWS_EXECUTION_ENV"):
        return False
    address = literal_address(host)
    return address is not None and address.is_loopback
