"""Gradient-boosted trees, walked in plain Python for all rows at once.

Comes in: trees as training wrote them, and rows of numbers. Goes out: a probability for each row.

A row is a byte of a long integer, a *lane*. Whether a column's numbers are at most a threshold is a mask with a one in
the lanes for which that holds, so that a node of a tree parts all rows by two operations on integers. The forests over
one page's segments share columns and thresholds, and so the masks.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, repeat
from operator import add
from typing import Any

Tree = tuple[tuple[tuple[int, float, int, int], ...], tuple[float, ...]]
"""Nodes of feature, threshold, left and right child, and leaves. A negative child is the leaf ``~child``."""

_MOST_LANES = 256
"""Values that a byte has: a tree's leaves, and a column's thresholds and one, are no more."""
_AT_MOST = tuple(bytes(rank <= most for rank in range(_MOST_LANES)) for most in range(_MOST_LANES))
"""Tables that turn ranks into ones where they are at most a number."""


class Splits:
    """The thresholds at which some forests part each column.

    A split is numbered; those of one column follow one another, by rising thresholds.
    """

    def __init__(self, forests: Iterable[Iterable[Tree]]) -> None:
        found: dict[int, set[float]] = {}
        for trees in forests:
            for nodes, _ in trees:
                for feature, threshold, _, _ in nodes:
                    found.setdefault(feature, set()).add(threshold)
        if any(len(thresholds) >= _MOST_LANES for thresholds in found.values()):
            raise ValueError(f"a column is parted at {_MOST_LANES} or more thresholds")
        self.thresholds = {feature: sorted(thresholds) for feature, thresholds in found.items()}
        self.columns = tuple(feature for feature, thresholds in self.thresholds.items() for _ in thresholds)
        """Of each split, its column."""
        firsts = accumulate(map(len, self.thresholds.values()), initial=0)
        self.first = dict(zip(self.thresholds, firsts, strict=False))
        """Of each column, the number of its first split."""

    def number(self, feature: int, threshold: float) -> int:
        """Return the number of a split."""
        return self.first[feature] + bisect_left(self.thresholds[feature], threshold)


class Table:
    """Columns of numbers, a number for each row, as the forests over some splits read them; columns may be added.

    A column is computed when a tree first asks for it.
    """

    def __init__(self, splits: Splits, count: int) -> None:
        self.count = count
        self._columns: list[Callable[[], Sequence[float]]] = []
        self._splits = splits
        self._known: dict[int, Sequence[float]] = {}
        self._ranks: dict[int, bytes] = {}
        self.masks: list[int | None] = [None] * len(splits.columns)
        self.everyone = int.from_bytes(b"\x01" * count, "little")

    def extend(self, columns: Iterable[Callable[[], Sequence[float]]]) -> None:
        """Add columns on the right."""
        self._columns += columns

    def mask(self, split: int, wanted: Sequence[int]) -> int:
        """Return the lanes whose number is at most a split's threshold.

        The masks of all splits of that column that the forest has, the ``wanted`` ones, are made together.
        """
        feature = self._splits.columns[split]
        first, thresholds = self._splits.first[feature], self._splits.thresholds[feature]
        masks = self.masks
        ranks = self._ranks.get(feature)
        if ranks is None:
            column = self._known.get(feature)
            if column is None:
                column = self._known[feature] = self._columns[feature]()
            # So is every fourth column on an average page.
            if column[0] == column[-1] and column.count(column[0]) == self.count:
                for number, threshold in enumerate(thresholds, first):
                    masks[number] = self.everyone if column[0] <= threshold else 0
                return masks[split] or 0
            if len(wanted) == 1:  # and every sixth column
                threshold = thresholds[split - first]
                lanes = masks[split] = int.from_bytes(bytes([number <= threshold for number in column]), "little")
                return lanes
            ranks = self._ranks[feature] = bytes(map(bisect_left, repeat(thresholds), column))
        for number in wanted:
            masks[number] = int.from_bytes(ranks.translate(_AT_MOST[number - first]), "little")
        return masks[split] or 0


@dataclass(frozen=True, slots=True)
class Forest:
    """Gradient-boosted trees.

    Attributes
    ----------
    trees : tuple of Tree
        As they were trained.
    splits : Splits
        Their thresholds, and those of the forests that read the same tables.
    lanes : tuple
        The trees with the number of each node's split in place of its column and threshold.
    together : mapping
        For each split, all those of its column that the trees have.
    """

    trees: tuple[Tree, ...]
    splits: Splits
    lanes: tuple[tuple[tuple[tuple[int, int, int], ...], tuple[float, ...]], ...]
    together: Mapping[int, tuple[int, ...]]

    def probability(self, row: Sequence[float]) -> float:
        """Return the probability of one row; of many rows, :meth:`probabilities` is the quicker way."""
        total = 0.0
        for nodes, leaves in self.trees:
            place = 0 if nodes else -1
            while place >= 0:
                feature, threshold, left, right = nodes[place]
                place = left if row[feature] <= threshold else right
            total += leaves[~place]
        return _probability(total)

    def probabilities(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """Return the probability of each row."""
        table = Table(self.splits, len(rows))
        table.extend(partial(tuple, column) for column in zip(*rows, strict=True))
        return self.probabilities_in(table)

    def probabilities_in(self, table: Table) -> list[float]:
        """Return the probability of each row of a table that was made for this forest's splits."""
        totals = [0.0] * table.count
        if not table.count:
            return totals
        masks, everyone = table.masks, table.everyone
        for nodes, leaves in self.lanes:
            leaf_of = 0
            waiting = [(0, everyone)] if nodes else []
            while waiting:
                place, members = waiting.pop()
                split, left, right = nodes[place]
                mask = masks[split]
                if mask is None:
                    mask = table.mask(split, self.together[split])
                low = members & mask
                high = members ^ low
                if low:
                    if left >= 0:
                        waiting.append((left, low))
                    else:
                        leaf_of |= low * ~left
                if high:
                    if right >= 0:
                        waiting.append((right, high))
                    else:
                        leaf_of |= high * ~right
            values = map(leaves.__getitem__, leaf_of.to_bytes(table.count, "little"))
            totals = list(map(add, totals, values))
        return [_probability(total) for total in totals]


def forests_from_json(*forests: Iterable[Any]) -> tuple[Forest, ...]:
    """Return the forests that JSON lists describe; they read the same tables."""
    read = [
        tuple((tuple((n[0], n[1], n[2], n[3]) for n in nodes), tuple(leaves)) for nodes, leaves in trees)
        for trees in forests
    ]
    splits = Splits(read)
    return tuple(_forest(trees, splits) for trees in read)


def _forest(trees: tuple[Tree, ...], splits: Splits) -> Forest:
    lanes = tuple(
        (tuple((splits.number(feature, threshold), left, right) for feature, threshold, left, right in nodes), leaves)
        for nodes, leaves in trees
    )
    by_column: dict[int, set[int]] = {}
    for nodes, _ in lanes:
        for split, _, _ in nodes:
            by_column.setdefault(splits.columns[split], set()).add(split)
    together = {split: tuple(sorted(own)) for own in by_column.values() for split in own}
    return Forest(trees, splits, lanes, together)


def forest_from_json(trees: Iterable[Any]) -> Forest:
    """Return the forest that JSON lists describe."""
    (forest,) = forests_from_json(trees)
    return forest


def _probability(total: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
