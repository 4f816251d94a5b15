"""The API function's settings.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import FunctionSettings


class ApiSettings(FunctionSettings):
    """What the template sets for the API."""

    table_name: str = Field(description="The table of articles.")
    bucket_name: str = Field(description="Where articles and their changes lie.")
    submit_queue_url: str = Field(description="The queue of submissions.")
    bulk_queue_url: str = Field(description="The queue of submissions that may wait.")
    maximum_body_bytes: int = Field(default=10_485_760, ge=1, description="The largest page that is taken.")
    search_function_name: str = Field(default="", description="What searches; empty where the stack has no search.")
