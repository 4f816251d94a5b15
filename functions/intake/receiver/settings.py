"""The intake function's settings.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import FunctionSettings


class IntakeSettings(FunctionSettings):
    """What the template sets for intake."""

    table_name: str = Field(description="The table of articles.")
    record_retention_days: int = Field(
        default=90, ge=7, description="How long submissions, outcomes and signature bands are kept."
    )
    bucket_name: str = Field(description="The bucket of articles and captures.")
    bulk_queue_url: str = Field(description="The queue of submissions that may wait.")
    inbox_queue_url: str = Field(description="The queue of files in the inbox.")
