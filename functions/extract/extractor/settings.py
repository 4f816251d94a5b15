"""What the template sets for extract.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import RightsSettings, VisitSettings


class ExtractSettings(VisitSettings, RightsSettings):
    """Extract's settings."""

    bucket_name: str = Field(description="The bucket of captures, work objects and articles.")
    fetch_queue_url: str = Field(description="The queue that takes articles back whose page is to be fetched.")
    extract_queue_url: str = Field(
        description="This function's own queue, for articles that are read from another page."
    )
    enrich_queue_url: str = Field(description="The queue that takes extracted articles on.")
    maximum_body_bytes: int = Field(
        default=10 * 1024 * 1024, ge=1024, description="As fetch has it: of a page, decompressed."
    )
    follow_pages: int = Field(default=0, ge=0, le=20, description="Further pages of one article that are fetched.")
