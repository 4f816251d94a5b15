"""A column: the name of a number and how it is computed, as one thing.

Comes in: what a page's segments are known by. Goes out: a number for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
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
    kind: type[NamedTuple], rows: Callable[[View], Iterable[tuple[float, ...]]], prefix: str = ""
) -> tuple[Column[View], ...]:
    """Return a column for each field of numbers that are computed together."""
    return tuple(Column(f"{prefix}{name}", _field(name, rows)) for name in kind._fields)


def prefixed(prefix: str, columns: Iterable[Column[View]]) -> tuple[Column[View], ...]:
    """Return columns under longer names."""
    return tuple(replace(column, name=f"{prefix}{column.name}") for column in columns)


def names_of(columns: Iterable[Column[View]]) -> tuple[str, ...]:
    """Return the names of columns, in order."""
    return tuple(column.name for column in columns)


def deferred(columns: Iterable[Column[View]], view: View) -> list[Callable[[], Numbers]]:
    """Return for each column what computes it; a column that no tree asks for is never computed."""
    return [partial(column.compute, view) for column in columns]


def _field(name: str, rows: Callable[[View], Iterable[tuple[float, ...]]]) -> Callable[[View], Numbers]:
    field = attrgetter(name)
    return lambda view: list(map(field, rows(view)))
