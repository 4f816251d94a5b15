"""What a feed says of one of its items: evidence beside what the item's page says.

Comes in: what was read of a feed. Goes out: values that travel with a submission and stay with the article.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from newsdesk.characters import storable_line
from newsdesk.contracts.lazy_model import LazyModel


def _line(value: object) -> object:
    return storable_line(value) if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_line)]
"""One line of text, from which control characters are dropped as it is read."""
DateOrTimestamp = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$")]
_Name = Annotated[Line, Field(min_length=1, max_length=200)]


class FeedItem(LazyModel):
    """What a feed says of one of its items. A field is absent when the feed does not say it."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")

    feed: Line | None = Field(default=None, max_length=2048, description="The address of the feed or sitemap.")
    title: Line | None = Field(default=None, max_length=300, description="The item's title.")
    published: DateOrTimestamp | None = Field(
        default=None, description="A day where the feed gives no time, or a time without its zone."
    )
    updated: DateOrTimestamp | None = Field(default=None, description="As `published`.")
    authors: tuple[_Name, ...] = Field(default=(), max_length=10, description="As the feed names them.")
    categories: tuple[_Name, ...] = Field(default=(), max_length=20, description="As the feed names them.")
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")] | None = Field(
        default=None, description="The item's, or else the feed's: a language tag of BCP 47."
    )
    enclosure: Line | None = Field(default=None, max_length=2048, description="The URL of a file that goes with it.")
