"""The closest vectors are those that comparing each by itself finds, whatever was put in, taken out or lost before.

Comes in: random vectors. Goes out: assertions. Changes: a temporary folder.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from newsdesk.articles import Stage
from newsdesk.contracts import StoredVector, cosine, encode_vector
from newsdesk.searching import Filters, SearchIndex
from newsdesk.searching.vectors import ROWS, Block, closest
from tests.examples import article_of, at_stage, id_of, key_of

SIZE = 8
WHEN = "2026-03-20T00:00:00.000Z"
NUMBERS = st.integers(1, 6)
MODELS = st.sampled_from(("one", "another"))


def vector(chance: Random, size: int = SIZE) -> array[int]:
    return array("b", [chance.randint(-127, 126) or 1 for _ in range(size)])


def stored(number: int, revision: int, model: str, values: array[int]) -> StoredVector:
    text = encode_vector([*values[:-1], 127])  # the largest, so that the values stay as they are
    key = key_of(at_stage(Stage.REST, number), revision)
    return StoredVector(article_id=id_of(number), revision=revision, key=key, model=model, vector=text)


def put(index: SearchIndex, number: int, revision: int = 1) -> None:
    state = at_stage(Stage.REST, number)
    index.put(article_of(state, revision), key_of(state, revision), f"host{number % 2}.example", WHEN)


def blocks(vectors: dict[int, array[int]]) -> Iterator[Block]:
    for first in range(0, max(vectors, default=0) + 1, ROWS):
        present = [vectors.get(first + place) for place in range(ROWS)]
        lengths = array("f", [sum(value * value for value in here) ** 0.5 if here else 0.0 for here in present])
        body = b"".join(here.tobytes() if here else bytes(SIZE) for here in present)
        yield Block(first, lengths.tobytes(), body)


@pytest.mark.parametrize("is_fast", [True, False], ids=["with numpy", "without numpy"])
@pytest.mark.parametrize("present", [0, 1, ROWS, 3 * ROWS], ids=["none", "one", "a block", "holes"])
@pytest.mark.parametrize("is_filtered", [False, True])
def test_the_closest_are_those_that_comparing_each_finds(
    monkeypatch: pytest.MonkeyPatch, present: int, is_fast: bool, is_filtered: bool
) -> None:
    if not is_fast:
        monkeypatch.setitem(sys.modules, "numpy", None)
    chance = Random(present)
    numbers = chance.sample(range(4 * ROWS if present > ROWS else max(present, 1)), present)
    vectors = {number: vector(chance) for number in numbers}
    among = [*chance.sample(numbers, present // 3), 5 * ROWS] if is_filtered else None
    wanted = vector(chance)
    chosen = set(numbers if among is None else among)
    every = {number: cosine(wanted, here) for number, here in vectors.items() if number in chosen}
    found = closest(blocks(vectors), wanted, 20, among)
    assert [likeness for _, likeness in found] == pytest.approx(sorted(every.values(), reverse=True)[:20], abs=1e-5)
    assert all(every[number] == pytest.approx(likeness, abs=1e-5) for number, likeness in found)


class Vectors(RuleBasedStateMachine):
    """Articles come, change, get vectors and leave, and the process dies between; what was kept is what is found."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._chance = Random(0)
        self._index = self._opened()
        self._now: dict[int, tuple[int, str, array[int]] | int] = {}
        self._kept = dict(self._now)

    def _opened(self) -> SearchIndex:
        return SearchIndex(Path(self._folder.name) / "search.sqlite", "bucket")

    def teardown(self) -> None:
        self._index.close()
        self._folder.cleanup()

    @rule(number=NUMBERS, revision=st.integers(1, 3))
    def comes_or_changes(self, number: int, revision: int) -> None:
        put(self._index, number, revision)
        self._now[number] = revision

    @rule(number=NUMBERS, model=MODELS, size=st.sampled_from((SIZE, SIZE + 1)))
    def gets_a_vector(self, number: int, model: str, size: int) -> None:
        known = self._now.get(number, 1)
        revision = known if isinstance(known, int) else known[0]
        values = vector(self._chance, size)
        values[-1] = 127
        self._index.put_vector(stored(number, revision, model, values))
        if number in self._now:
            self._now[number] = (revision, model, values)

    @rule(number=NUMBERS)
    def leaves(self, number: int) -> None:
        self._index.forget(id_of(number))
        self._now.pop(number, None)

    @rule()
    def is_kept(self) -> None:
        self._index.commit()
        self._kept = dict(self._now)

    @rule()
    def dies(self) -> None:
        self._index.close()
        self._index, self._now = self._opened(), dict(self._kept)

    @invariant()
    def what_is_kept_is_what_is_found(self) -> None:
        complete = {number: known for number, known in self._now.items() if not isinstance(known, int)}
        for model in ("one", "another"):
            for size in (SIZE, SIZE + 1):
                wanted = array("b", range(1, size + 1))
                expected = {
                    id_of(number): cosine(wanted, values)
                    for number, (_, theirs, values) in complete.items()
                    if theirs == model and len(values) == size
                }
                found = {name: near for name, _, near in self._index.closest(model, wanted, Filters(), 10)}
                assert found == pytest.approx(expected, abs=1e-5)
        assert self._index.models() == sorted({model for _, model, _ in complete.values()})
        lacking = {key_of(at_stage(Stage.REST, n), known) for n, known in self._now.items() if isinstance(known, int)}
        assert set(self._index.lacking_vectors(0.0, 100)) == lacking


Vectors.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestVectors = Vectors.TestCase


def test_filters_leave_out_the_vectors_of_others(tmp_path: Path) -> None:
    index, chance = SearchIndex(tmp_path / "search.sqlite", "bucket"), Random(1)
    for number in range(1, 5):
        put(index, number)
        index.put_vector(stored(number, 1, "one", vector(chance)))
    found = index.closest("one", vector(chance), Filters(host="host1.example"), 10)
    assert {article_id for article_id, _, _ in found} == {id_of(1), id_of(3)}
    assert index.closest("one", vector(chance), Filters(host="nowhere.example"), 10) == []
    index.close()


def test_a_vector_is_asked_for_again_soon_and_then_less_and_less_often(tmp_path: Path) -> None:
    index, keys = SearchIndex(tmp_path / "search.sqlite", "bucket"), [key_of(at_stage(Stage.REST, 1), 1)]
    put(index, 1)
    now, waits = 1_000_000.0, []
    for _ in range(11):
        assert index.lacking_vectors(now, 10) == keys
        index.mark_asked(keys, now)
        begun = now
        while not index.lacking_vectors(now, 10):
            now += 1
        waits.append(now - begun)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    index.close()


def test_a_vector_beside_kept_ones_is_lost_with_what_was_not_kept(tmp_path: Path) -> None:
    # Given two articles, one of which has a vector, that are kept
    path, chance = tmp_path / "search.sqlite", Random(4)
    index = SearchIndex(path, "bucket")
    put(index, 1)
    put(index, 2)
    index.put_vector(stored(1, 1, "one", vector(chance)))
    index.commit()
    # When the other one's vector is put in first of all, and the process dies before it is kept
    index.put_vector(stored(2, 1, "one", vector(chance)))
    index.close()
    # Then it is not found, and is asked for again
    index = SearchIndex(path, "bucket")
    assert [found for found, _, _ in index.closest("one", vector(chance), Filters(), 10)] == [id_of(1)]
    assert index.lacking_vectors(0.0, 10) == [key_of(at_stage(Stage.REST, 2), 1)]
    index.close()


DYING = """
import os, signal, sys
from pathlib import Path
from random import Random
from newsdesk.searching import SearchIndex
from tests.unit.test_search_vectors import put, stored, vector
index, chance = SearchIndex(Path(sys.argv[1]), "bucket"), Random(2)
for number in range(1, 5):
    put(index, number)
    index.put_vector(stored(number, 1, "one", vector(chance)))
    if number == 2:
        index.commit()
index.forget("a" * 26)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_that_is_killed_leaves_what_it_had_kept(tmp_path: Path) -> None:
    # Given a process that kept two vectors and is killed while it puts in two more
    path = tmp_path / "search.sqlite"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run([sys.executable, "-c", DYING, str(path)], env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL
    # When the index is opened again, Then there are those two, and the others can come
    index, chance = SearchIndex(path, "bucket"), Random(3)
    assert {found for found, _, _ in index.closest("one", vector(chance), Filters(), 10)} == {id_of(1), id_of(2)}
    put(index, 3)
    index.put_vector(stored(3, 1, "one", vector(chance)))
    assert len(index.closest("one", vector(chance), Filters(), 10)) == index.count() == 3
    index.close()
