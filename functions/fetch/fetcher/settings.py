"""What the template sets for fetch.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import NetworkSettings, RightsSettings, VisitSettings
from newsdesk.web.transport import CrawlLimits, FetchLimits


class FetchSettings(VisitSettings, NetworkSettings, RightsSettings):
    """Settings of the fetch function."""

    bucket_name: str = Field(description="Where captures are kept.")
    fetch_queue_url: str = Field(description="Where `FetchRequested` of what a redirect led to goes.")
    extract_queue_url: str = Field(description="Where `PageFetched` goes.")
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
    maximum_body_bytes: int = Field(
        default=10 * 1024 * 1024, gt=0, description="Of a page, on the wire and decompressed."
    )
    maximum_redirects: int = Field(default=5, ge=0, description="Followed in one fetch.")

    @property
    def limits(self) -> FetchLimits:
        """The limits of a fetch."""
        return FetchLimits(self.fetch_deadline_seconds, self.maximum_body_bytes, self.maximum_redirects)

    @property
    def crawl_limits(self) -> CrawlLimits:
        """How hosts are treated."""
        return CrawlLimits(
            self.crawl_interval_seconds,
            self.crawl_delay_cap_seconds,
            self.short_wait_seconds,
            self.fetch_deadline_seconds,
        )

    @property
    def seconds_per_record(self) -> float:
        """What one record may take: the visit, and the writes around it."""
        return self.crawl_limits.visit_seconds + 5.0
