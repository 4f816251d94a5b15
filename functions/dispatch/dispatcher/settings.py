"""The dispatch function's settings.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import VisitSettings


class DispatchSettings(VisitSettings):
    """What the template sets for dispatch."""

    fetch_queue_url: str = Field(description="The queue of pages to fetch.")
    extract_queue_url: str = Field(description="The queue of captures to extract.")
    enrich_queue_url: str = Field(description="The queue of articles to enrich.")
    index_queue_url: str = Field(description="The queue of articles to commit.")
    discover_queue_url: str = Field(description="The queue of sources to poll.")
    dispatch_limit_per_shard: int = Field(
        default=1000, ge=1, description="Articles that one run moves in each of the due index's shards."
    )
    bulk_in_flight: int = Field(
        default=2000, ge=1, description="Messages in the stages' queues beyond which no bulk is added to them."
    )

    @property
    def queue_urls(self) -> tuple[str, ...]:
        """The queues of all stages."""
        return self.fetch_queue_url, self.extract_queue_url, self.enrich_queue_url, self.index_queue_url
