"""The compact function's settings.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import FunctionSettings


class CompactSettings(FunctionSettings):
    """What the template sets for compact."""

    bucket_name: str = Field(description="The bucket of articles, the change feed and the data set.")
    compact_queue_url: str = Field(description="Where the chunks of a plan are sent, which become parts.")
    compact_memory_megabytes: int = Field(
        default=1769, ge=512, description="The function's memory, of which the writer of Parquet takes a third at most."
    )
