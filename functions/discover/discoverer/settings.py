"""The discover function's settings.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import CrawlSettings
from newsdesk.web.transport import CrawlLimits, FetchLimits


class DiscoverSettings(CrawlSettings):
    """What the template sets for discover."""

    table_name: str = Field(description="The table of articles.")
    intake_queue_url: str = Field(description="The queue of submissions.")
    bulk_queue_url: str = Field(description="The queue of submissions that may wait.")
    user_agent: str = Field(
        min_length=1,
        pattern=r"^[\x20-\x7e]+$",
        description="What Newsdesk calls itself; says who runs it and where to complain.",
    )
    maximum_source_bytes: int = Field(
        default=50 * 1024 * 1024, gt=0, description="Of a feed or sitemap, decompressed; on the wire, a fifth of it."
    )

    @property
    def limits(self) -> FetchLimits:
        """The limits of a fetch."""
        return FetchLimits(self.fetch_deadline_seconds, self.maximum_source_bytes // 5, self.maximum_redirects)

    @property
    def crawl_limits(self) -> CrawlLimits:
        """How hosts are treated."""
        return CrawlLimits(
            self.crawl_interval_seconds,
            self.crawl_delay_cap_seconds,
            self.short_wait_seconds,
            self.fetch_deadline_seconds,
        )
