"""The search function's settings.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from pydantic import Field

from newsdesk.runtime import FunctionSettings


class SearchSettings(FunctionSettings):
    """What the template sets for search."""

    table_name: str = Field(description="The table of articles.")
    bucket_name: str = Field(description="Where articles, their changes and the index lie.")
    search_days: int = Field(default=0, ge=0, description="For how many days from its commit an article is found.")
    embed_function_name: str = Field(default="", description="What makes vectors; empty where the stack keeps none.")
    search_articles: int = Field(default=100_000, ge=1, description="How many articles are found, the latest ones.")
