"""The embed function's settings.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import FunctionSettings


class EmbedSettings(FunctionSettings):
    """What the template sets for embed."""

    table_name: str = Field(description="The table of articles.")
    bucket_name: str = Field(description="The bucket of articles and vectors.")
