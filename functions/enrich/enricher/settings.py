"""What the template sets for enrich.

Comes in: environment variables. Goes out: typed settings.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from newsdesk.runtime import VisitSettings


class EnrichSettings(VisitSettings):
    """Enrich's settings."""

    bucket_name: str = Field(description="The bucket of captures, work objects and articles.")
    extract_queue_url: str = Field(description="The queue that takes articles back whose work was lost on the way.")
    index_queue_url: str = Field(description="The queue that takes enriched articles on.")
    entities_backend: Literal["embedded", "comprehend"] = Field(
        default="embedded", description="What finds entities: the enricher in the package, or Amazon Comprehend."
    )
    keyphrases_backend: Literal["embedded", "comprehend"] = Field(
        default="embedded", description="What finds key phrases: the enricher in the package, or Amazon Comprehend."
    )
    summary_model: str = Field(
        default="",
        description="The model on Amazon Bedrock that chooses a summary's sentences; empty: none.",
    )
    comprehend_units_per_day: int = Field(
        default=10_000, ge=0, description="Units of 100 characters that Comprehend may be asked in a day (UTC)."
    )
    managed_percent_per_host: int = Field(
        default=25, ge=1, le=100, description="The share of a day's allowance that articles of one host may spend."
    )
    summary_tokens_per_day: int = Field(
        default=1_000_000, ge=0, description="Tokens that Bedrock may be asked in a day (UTC)."
    )
