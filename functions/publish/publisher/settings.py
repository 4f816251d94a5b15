"""The publish function's settings.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import FunctionSettings


class PublishSettings(FunctionSettings):
    """What the template sets for publish."""

    table_name: str = Field(description="The table of articles.")
    bucket_name: str = Field(description="The bucket that the change feed is written to.")
    bus_name: str = Field(description="The event bus that readers listen to.")
