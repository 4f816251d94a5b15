"""The submit function's settings.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import NetworkSettings, TableSettings


class SubmitSettings(TableSettings, NetworkSettings):
    """What the template sets for submit."""

    bucket_name: str = Field(description="The bucket of articles and captures.")
    fetch_queue_url: str = Field(description="The queue of pages to fetch.")
    extract_queue_url: str = Field(description="The queue of captures to extract.")
    api_role_id: str = Field(
        default="", description="The unique id of the API's role, which says for whom it submits; empty without an API."
    )
