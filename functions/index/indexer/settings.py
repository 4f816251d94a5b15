"""The index function's settings.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import VisitSettings


class IndexSettings(VisitSettings):
    """What the template sets for index."""

    bucket_name: str = Field(description="The bucket of captures and articles.")
    band_table_name: str = Field(description="The table of what near-duplicates are found by.")
