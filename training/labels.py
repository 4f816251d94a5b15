"""Which segments of a page are its article, by a text that people extracted from it.

Comes in: the words of a page's segments, and the true text. Goes out: for each segment the share of it that is true.

Segments that occur in the true text word by word are aligned with it so that both orders agree and most words are
covered; of a headline that stands on a page twice, that is the copy next to the text. What is left of the true text is
then looked for in the other segments, by runs of four words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

_RUN = 4
_MOST_PLACES = 30
_MOSTLY = 0.5

Words = Sequence[str]


def true_shares(segments: Sequence[Words], truth: Words) -> list[float]:
    """Return which share of each segment is in the true text."""
    shares = [0.0] * len(segments)
    is_used = bytearray(len(truth))
    for index, place in _aligned(segments, truth):
        size = len(segments[index])
        shares[index] = 1.0
        is_used[place : place + size] = b"\1" * size
    left = Counter(run for i, run in enumerate(_runs(truth)) if not all(is_used[i : i + _RUN]))
    rest = [i for i, words in enumerate(segments) if words and not shares[i]]
    for index in sorted(rest, key=lambda i: -len(segments[i])):
        if len(segments[index]) >= _RUN:
            shares[index] = _take(Counter(_runs(segments[index])), left)
    places = _places(truth, 1)
    for index in rest:
        words = list(segments[index])
        around = shares[max(0, index - 2) : index] + shares[index + 1 : index + 3]
        if len(words) >= _RUN or not any(share >= _MOSTLY for share in around):
            continue
        for place in places.get((words[0],), ()):
            if truth[place : place + len(words)] == words and not any(is_used[place : place + len(words)]):
                shares[index] = 1.0
                is_used[place : place + len(words)] = b"\1" * len(words)
                break
    return shares


def _aligned(segments: Sequence[Words], truth: Words) -> list[tuple[int, int]]:
    """Return the heaviest chain of segments and their places in the truth, both rising."""
    starts = {1: _places(truth, 1), _RUN: _places(truth, _RUN)}
    # best[i]: the heaviest chain that ends before word i of the truth, kept in a Fenwick tree of maxima.
    best: list[tuple[float, int]] = [(0.0, -1)] * (len(truth) + 2)
    found: list[tuple[int, int, int]] = []
    for index, words in enumerate(segments):
        length = _RUN if len(words) >= _RUN else 1
        places = starts[length].get(tuple(words[:length]), []) if words else []
        matching = [place for place in places if truth[place : place + len(words)] == words][:_MOST_PLACES]
        chains = []
        for place in matching:
            weight, before = _highest(best, place + 1)
            chains.append((weight + len(words) + 0.3 * (len(words) >= _RUN), before, place))
        for weight, before, place in chains:
            found.append((index, place, before))
            _raise(best, place + len(words) + 1, (weight, len(found) - 1))
    chain = []
    _, link = _highest(best, len(truth) + 1)
    while link >= 0:
        index, place, link = found[link]
        chain.append((index, place))
    return chain


def _highest(tree: list[tuple[float, int]], end: int) -> tuple[float, int]:
    best = (0.0, -1)
    while end > 0:
        best = max(best, tree[end], key=lambda entry: entry[0])
        end -= end & -end
    return best


def _raise(tree: list[tuple[float, int]], place: int, entry: tuple[float, int]) -> None:
    while place < len(tree):
        if entry[0] > tree[place][0]:
            tree[place] = entry
        place += place & -place


def _take(runs: Counter[tuple[str, ...]], left: Counter[tuple[str, ...]]) -> float:
    """Return the share of runs that are left, and take them where it is more than half."""
    hits = (runs & left).total()
    share = (hits + 3) / (runs.total() + 3) if hits else 0.0  # words at both ends are in fewer runs
    if share >= _MOSTLY:
        left -= runs
    return share


def _runs(words: Words) -> list[tuple[str, ...]]:
    return list(zip(*(words[i:] for i in range(_RUN)), strict=False))


def _places(words: Words, length: int) -> dict[tuple[str, ...], list[int]]:
    places = defaultdict(list)
    for i in range(len(words) - length + 1):
        places[tuple(words[i : i + length])].append(i)
    return places
