"""What the template sets for enrich.

Comes in: environment variables. Goes out: typed settings. Changes nothing.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.settings import VisitSettings


class EnrichSettings(VisitSettings):
    """Enrich's settings."""

    bucket_name: str = Field(description="The bucket of captures, work objects and articles.")
    index_queue_url: str = Field(description="The queue that takes enriched articles on.")
