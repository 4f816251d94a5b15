"""What the template sets and the functions read.

Comes in: environment variables. Goes out: typed settings. Read lazily, once per process, never at
import. Each function has a class of its own, with no more than it needs; a test compares it with the template.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from newsdesk.articles import RevisitPolicy, Timeouts
from newsdesk.web import Network, OptOutPolicy, literal_address, parse_networks, parse_policy, product_token, split_url

_PREFIX = "NEWSDESK_"


class FunctionSettings(BaseModel):
    """Base of every function's settings: environment variables with the prefix ``NEWSDESK_``."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    stage_name: str = Field(
        default="dev", description="Which stack this is: a dimension of its metrics, and in each line of its logs."
    )

    @classmethod
    def read(cls) -> Self:
        """Return what the environment sets.

        Raises
        ------
        pydantic.ValidationError
            If a variable is missing or is not what its field takes.
        """
        variables = {name: f"{_PREFIX}{name.upper()}" for name in cls.model_fields}
        return cls.model_validate({name: os.environ[of] for name, of in variables.items() if of in os.environ})


class TableSettings(FunctionSettings):
    """For functions that move articles on."""

    table_name: str = Field(description="The table of articles.")
    stuck_after_seconds: int = Field(
        default=1800, ge=1, description="A message that has not moved its article for this long is sent again."
    )
    record_retention_days: int = Field(
        default=90, ge=7, description="How long submissions, outcomes and signature bands are kept."
    )

    @cached_property
    def timeouts(self) -> Timeouts:
        """The times of :class:`newsdesk.articles.Timeouts`."""
        return Timeouts(stuck_after_seconds=self.stuck_after_seconds)


class VisitSettings(TableSettings):
    """For functions that end an article's runs, and so say when its page is visited again."""

    revisit_first_seconds: int = Field(
        default=3600, ge=1, description="From a change to the next visit; no two visits are closer."
    )
    revisit_longest_seconds: int = Field(default=30 * 86400, ge=1, description="No two visits are farther apart.")
    revisit_growth: float = Field(
        default=2.0,
        gt=1.0,
        description="A page that has been unchanged for some time is visited when that time has grown by this factor.",
    )
    revisit_stop_days: float = Field(
        default=60.0, ge=0.0, description="After the last change that was seen; no visit comes later. 0: no revisits."
    )
    confirm_gone_seconds: int = Field(
        default=3600,
        ge=1,
        description="An indexed article that answers 404 or 410, or redirects to a front page, is retracted when it "
        "still does so after this time.",
    )

    @cached_property
    def timeouts(self) -> Timeouts:
        """The times of :class:`newsdesk.articles.Timeouts`."""
        revisits = RevisitPolicy(
            first_seconds=self.revisit_first_seconds,
            longest_seconds=self.revisit_longest_seconds,
            growth=self.revisit_growth,
            stop_seconds=self.revisit_stop_days * 86400.0,
        )
        return Timeouts(
            stuck_after_seconds=self.stuck_after_seconds,
            revisits=revisits,
            confirm_gone_seconds=self.confirm_gone_seconds,
        )


class RightsSettings(FunctionSettings):
    """For functions that read the opt-outs of sites."""

    user_agent: str = Field(
        min_length=1,
        pattern=r"^[\x20-\x7e]+$",
        description="What Newsdesk calls itself; says who runs it and where to complain.",
    )
    opt_out_policy: str = Field(
        default="noindex,tdm-reservation,noai",
        description="Comma-separated refusals of :class:`newsdesk.web.RefusedUse` that mean `rejected:opt_out`.",
    )

    @field_validator("opt_out_policy")
    @classmethod
    def _check_policy(cls, text: str) -> str:
        parse_policy(text)
        return text

    @cached_property
    def opt_outs(self) -> OptOutPolicy:
        """The policy of :mod:`newsdesk.web.rights`."""
        return OptOutPolicy(parse_policy(self.opt_out_policy), product_token(self.user_agent))


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

    @property
    def closed_ports(self) -> frozenset[int]:
        """Ports that no allowed network opens, because this process's own services answer there."""
        return own_ports()


class CrawlSettings(NetworkSettings):
    """For functions that ask sites for something."""

    crawl_interval_seconds: float = Field(default=2.0, ge=0, description="Between two requests to a host.")
    crawl_delay_cap_seconds: float = Field(
        default=30.0, ge=0, description="A robots.txt that asks for a longer interval is given this one."
    )
    short_wait_seconds: float = Field(
        default=5.0,
        ge=0,
        description="A host's slot that comes within this time is waited for inside the function.",
    )
    fetch_deadline_seconds: float = Field(default=20.0, gt=0, description="For one fetch, redirects included.")
    maximum_redirects: int = Field(default=5, ge=0, description="Followed in one fetch.")


def own_ports() -> frozenset[int]:
    """Return the ports at which this process itself is served: the AWS endpoints, and Lambda's own."""
    names = ("AWS_ENDPOINT_URL", "AWS_LAMBDA_RUNTIME_API", "AWS_XRAY_DAEMON_ADDRESS")
    found: set[int] = set()
    for name, value in os.environ.items():
        if name.startswith(names):
            parts = split_url(value if "//" in value else f"//{value}")
            if parts is not None:
                found.add(parts.port or (443 if parts.scheme == "https" else 80))
    return frozenset(found)


def talks_to_local_endpoint() -> bool:
    """Return whether this process uses an AWS endpoint on a loopback address, which no deployed function does."""
    parts = split_url(os.environ.get("AWS_ENDPOINT_URL", ""))
    host = parts.hostname if parts else None
    if host is None or os.environ.get("AWS_EXECUTION_ENV"):
        return False
    address = literal_address(host)
    return address is not None and address.is_loopback
