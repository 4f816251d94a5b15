"""A column: the name of a number and how it is computed, as one thing.

Comes in: what a page's segments are known by. Goes out: a number for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, NamedTuple, TypeVar

View = TypeVar("View")
"""What a column is computed from."""
Numbers = Sequence[float]


@dataclass(frozen=True, slots=True)
class Column(Generic[View]):
    """A number that is known of each segment.

    Attributes
    ----------
    name : str
        As the manifest of the models has it.
    compute : callable
        Returns the number of each scored segment, in document order.
    """

    name: str
    compute: Callable[[View], Numbers]


def fields_of(
    kind: type[NamedTuple],
    columns: Callable[[View], Sequence[Numbers]],
    prefix: str = "",
    names: Iterable[str] | None = None,
) -> tuple[Column[View], ...]:
    """Return a column for each field, or for those that are named, of numbers that are computed together.

    ``columns`` returns all of a kind's numbers as :func:`transposed` does.
    """
    places = {name: place for place, name in enumerate(kind._fields)}
    return tuple(Column(f"{prefix}{name}", _field(places[name], columns)) for name in names or places)


def transposed(kind: type[NamedTuple], rows: Iterable[tuple[float, ...]]) -> Sequence[Numbers]:
    """Return the numbers of some rows by column, in the order of their kind's fields."""
    return tuple(zip(*rows, strict=True)) or ((),) * len(kind._fields)


def prefixed(prefix: str, columns: Iterable[Column[View]]) -> tuple[Column[View], ...]:
    """Return columns under longer names."""
    return tuple(replace(column, name=f"{prefix}{column.name}") for column in columns)


def names_of(columns: Iterable[Column[View]]) -> tuple[str, ...]:
    """Return the names of columns, in order."""
    return tuple(column.name for column in columns)


def deferred(columns: Iterable[Column[View]], view: View) -> list[Callable[[], Numbers]]:
    """Return for each column what computes it; a column that no tree asks for is never computed."""
    return [partial(column.compute, view) for column in columns]


def _field(place: int, columns: Callable[[View], Sequence[Numbers]]) -> Callable[[View], Numbers]:
    return lambda view: columns(view)[place]
