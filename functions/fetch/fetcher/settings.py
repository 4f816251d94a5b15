"""What the fetch function is told by the template.

Comes in: environment variables. Goes out: typed settings. Changes nothing.
"""

from __future__ import annotations

from pydantic import Field

from fetcher.client import FetchLimits
from newsdesk.settings import NetworkSettings, TableSettings


class FetchSettings(TableSettings, NetworkSettings):
    """Settings of the fetch function."""

    bucket_name: str = Field(description="Where captures are kept.")
    extract_queue_url: str = Field(description="Where `PageFetched` goes.")
    user_agent: str = Field(
        min_length=1,
        pattern=r"^[\x20-\x7e]+$",
        description="What Newsdesk calls itself; says who runs it and where to complain.",
    )
    crawl_interval_seconds: float = Field(default=2.0, ge=0, description="Between two requests to a host.")
    short_wait_seconds: float = Field(
        default=20.0, ge=0, description="A host's slot that comes within this time is waited for inside the function."
    )
    fetch_deadline_seconds: float = Field(default=20.0, gt=0, description="For one fetch, redirects included.")
    maximum_body_bytes: int = Field(
        default=10 * 1024 * 1024, gt=0, description="Of a page, on the wire and decompressed."
    )
    maximum_redirects: int = Field(default=5, ge=0, description="Followed in one fetch.")

    @property
    def limits(self) -> FetchLimits:
        """The limits of a fetch."""
        return FetchLimits(self.fetch_deadline_seconds, self.maximum_body_bytes, self.maximum_redirects)

    @property
    def seconds_per_record(self) -> float:
        """What one record may take: the wait for its slot, the fetch, and the writes around it."""
        return self.short_wait_seconds + self.fetch_deadline_seconds + 5.0
