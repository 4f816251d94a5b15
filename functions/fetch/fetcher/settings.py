"""What the template sets for fetch.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import CrawlSettings, RightsSettings, VisitSettings
from newsdesk.web.transport import CrawlLimits, FetchLimits


class FetchSettings(VisitSettings, CrawlSettings, RightsSettings):
    """Settings of the fetch function."""

    bucket_name: str = Field(description="Where captures are kept.")
    fetch_queue_url: str = Field(description="Where `FetchRequested` of what a redirect led to goes.")
    extract_queue_url: str = Field(description="Where `PageFetched` goes.")
    maximum_body_bytes: int = Field(
        default=10 * 1024 * 1024, gt=0, description="Of a page, on the wire and decompressed."
    )

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
