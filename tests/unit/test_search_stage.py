"""The search function: an index that follows, and its copy.

Comes in: articles in a folder. Goes out: assertions.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsdesk.articles import ArticleState, Stage
from newsdesk.contracts import StoredVector, encode_vector, to_json_bytes, vector_key
from newsdesk.reader import Folder
from newsdesk.searching import (
    CalledModel,
    CalledSearch,
    Filters,
    NothingToSearchError,
    NoVectorError,
    QueryError,
    Search,
    VectorOfText,
    answer_call,
    answer_text,
    index,
)
from searcher.stage import FRESH_SECONDS, KeepStatus, Scope, SearchStage
from tests.examples import at_stage, current_of, id_of, key_of
from tests.unit.test_search_index import Feed

MODEL = "a model"

COMMITTED = datetime(2026, 3, 20, tzinfo=UTC)
"""When a :class:`Feed` says that its articles were committed."""


class Table:
    """Vouches for the first revision of every article."""

    def states(self, article_ids: Sequence[str]) -> list[ArticleState]:
        known = {id_of(number): number for number in range(10)}
        states = [at_stage(Stage.REST, known[article_id]) for article_id in article_ids]
        return [
            state.model_copy(update={"current": current_of(state, key=key_of(state, 1), headline="It")})
            for state in states
        ]


@dataclass
class Copies:
    """The copy of the index in a folder."""

    path: Path
    kept: int = 0

    def fetch(self, path: Path) -> bool:
        if self.path.exists():
            shutil.copy(self.path, path)
        return self.path.exists()

    def keep(self, path: Path) -> None:
        shutil.copy(path, self.path)
        self.kept += 1


@dataclass
class World:
    """Processes of the function over one bucket."""

    folder: Path
    clock: datetime = COMMITTED
    seconds: float = 0.0
    hurry: float = 0.0
    """Seconds that go by whenever somebody looks at the clock."""
    processes: int = 0
    feed: Feed = field(init=False)
    copies: Copies = field(init=False)

    def __post_init__(self) -> None:
        self.feed = Feed(self.folder / "bucket")
        self.copies = Copies(self.folder / "copy")

    def process(self, days: int = 30, articles: int = 100, vector_of_text: VectorOfText | None = None) -> SearchStage:
        self.processes += 1
        return SearchStage(
            Table(),
            Folder(self.feed.folder),
            self.copies,
            lambda: self.clock,
            self.folder / f"{self.processes}.sqlite",
            "bucket",
            Scope(days, articles),
            vector_of_text,
            elapsed=self.elapsed,
        )

    def embed(self, number: int, vector: Sequence[float]) -> None:
        """Keep a vector beside the first revision of an article."""
        key = key_of(at_stage(Stage.REST, number), 1)
        stored = StoredVector(article_id=id_of(number), revision=1, key=key, model=MODEL, vector=encode_vector(vector))
        self.feed.put(vector_key(key), to_json_bytes(stored))

    def elapsed(self) -> float:
        self.seconds += self.hurry
        return self.seconds


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def ids(stage: SearchStage, words: str) -> list[str]:
    return sorted(hit.article_id for hit in stage.find(Search(words)).hits)


def test_a_search_finds_what_came_since_the_last_look(world: World) -> None:
    # Given a process that has searched
    world.feed.tell(1)
    stage = world.process()
    assert ids(stage, "bridge") == [id_of(1)]
    # When more comes, Then it is found as soon as the last look is no longer fresh
    world.feed.tell(2)
    assert ids(stage, "bridge") == [id_of(1)]
    world.seconds += FRESH_SECONDS
    assert ids(stage, "bridge") == sorted([id_of(1), id_of(2)])


def test_a_process_begins_with_the_copy(world: World) -> None:
    # Given an index that was kept, and a change since
    world.feed.tell(1)
    first = world.process()
    assert (first.keep(60), first.keep(60)) == (KeepStatus.KEPT, KeepStatus.UNCHANGED)
    assert world.copies.kept == 1
    (world.feed.folder / key_of(at_stage(Stage.REST, 1), 1)).unlink()  # could not be read again
    world.feed.tell(2)
    # When another process searches, Then it has what the copy has, and what came since
    assert ids(world.process(), "bridge") == sorted([id_of(1), id_of(2)])


def test_a_search_does_not_wait_for_a_long_feed(world: World) -> None:
    # Given more changes than there is time for
    for number in (1, 2):
        world.feed.tell(number)
    # When it is searched while time flies, Then what was taken is found; the rest, later
    stage = world.process()
    world.hurry = 6.0
    assert len(ids(stage, "bridge")) == 1
    assert len(ids(stage, "bridge")) == 2


def test_what_is_too_old_or_too_much_is_not_found(world: World) -> None:
    for number in (1, 2):
        world.feed.tell(number)
    assert len(ids(world.process(articles=1), "bridge")) == 1
    stage = world.process(days=30)
    assert len(ids(stage, "bridge")) == 2
    # When the days are over, Then the schedule takes them out, and out of the copy
    world.clock = COMMITTED.replace(month=5)
    assert stage.keep(60) is KeepStatus.KEPT
    assert ids(stage, "bridge") == ids(world.process(days=30), "bridge") == []


def test_no_word_of_an_erased_article_is_left_in_the_copy(world: World) -> None:
    # Given an article with a rare word in the copy
    world.feed.tell(1, article_body="The bridge is called Xylorimba.")
    world.feed.tell(2)
    stage = world.process()
    stage.keep(60)
    assert b"ylorimba" in world.copies.path.read_bytes()
    # When it is erased, Then the copy has the word no more, neither in a text nor in the index
    world.feed.tell(1, 2, is_retracted=True, is_erased=True)
    assert stage.keep(60) is KeepStatus.KEPT
    assert b"ylorimba" not in world.copies.path.read_bytes()
    assert ids(stage, "bridge") == [id_of(2)]


def test_a_search_by_a_call_is_answered_as_it_would_be_here(world: World) -> None:
    # Given the function behind a wire
    world.feed.tell(1)
    world.feed.tell(2, article_body="Nothing of it.", headline="Else")
    stage = world.process()

    def call(event: Mapping[str, Any]) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = json.loads(json.dumps(answer_call(stage, json.loads(json.dumps(event)))))
        return answer

    called = CalledSearch(call)
    # When / Then
    for search in (Search("bridge"), Search("bridge", filters=Filters(country="NO")), Search("bridge else", limit=1)):
        assert called.find(search) == stage.find(search)
    assert called.find(Search("bridge")).hits
    with pytest.raises(QueryError, match="at least one word"):
        called.find(Search("-bridge"))


class TestMeaning:
    """Of a stack that keeps vectors: the first article is about what the words mean, the second has the words."""

    @staticmethod
    def tell(world: World) -> None:
        world.feed.tell(1, headline="Crossing", article_body="Nothing of the kind.")
        world.feed.tell(2, headline="Bridge", article_body="The bridge.")
        world.embed(1, [1.0, 0.0, 0.1])
        world.embed(2, [0.0, 1.0, 0.1])

    def test_words_find_what_means_the_same(self, world: World) -> None:
        # Given
        self.tell(world)
        stage = world.process(vector_of_text=lambda _: (MODEL, encode_vector([1.0, 0.0, 0.0])))
        # When
        found = stage.find(Search("bridge"))
        # Then
        assert {hit.article_id: hit.found_by for hit in found.hits} == {id_of(1): "meaning", id_of(2): "words"}
        assert found.searched_by == ("words", "meaning")

    def test_vectors_of_another_model_are_not_compared(self, world: World) -> None:
        self.tell(world)
        stage = world.process(vector_of_text=lambda _: ("another", encode_vector([1.0, 0.0, 0.0])))
        found = stage.find(Search("bridge"))
        assert [hit.article_id for hit in found.hits] == [id_of(2)]
        assert found.searched_by == ("words",)

    def test_a_stack_that_keeps_no_vectors_any_more_reads_none(self, world: World) -> None:
        # Given vectors that were made while it did
        self.tell(world)
        (first,) = Table().states([id_of(1)])
        # When / Then
        with pytest.raises(NothingToSearchError, match="Embeddings"):
            world.process().find(Search(like=first))

    @pytest.mark.parametrize("text", [None, 5, ["bridge"], {}])
    def test_a_vector_is_made_of_a_text_alone(self, text: Any) -> None:
        assert answer_text(MODEL, lambda *_: [1.0], {"text": text}) == {"error": "text: it is none"}
        with pytest.raises(NoVectorError):
            CalledModel(lambda _: answer_text(MODEL, lambda *_: [1.0], {"text": text}))("bridge")

    def test_words_alone_are_searched_where_no_vector_can_be_made(self, world: World) -> None:
        # Given
        def broken(_: str) -> tuple[str, str]:
            raise NoVectorError("throttled")

        self.tell(world)
        # When
        found = world.process(vector_of_text=broken).find(Search("bridge"))
        # Then
        assert [hit.article_id for hit in found.hits] == [id_of(2)]
        assert found.searched_by == ("words",)

    def test_a_vector_that_came_later_goes_into_the_copy(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        # Given a copy that was kept before there were vectors
        monkeypatch.setattr(index, "_FIRST_WAIT_SECONDS", 0.0)
        world.feed.tell(1, headline="Crossing")
        model = CalledModel(lambda event: answer_text(MODEL, lambda *_: [1.0, 0.0, 0.0], event))
        stage = world.process(vector_of_text=model)
        assert (stage.keep(60), stage.keep(60)) == (KeepStatus.KEPT, KeepStatus.UNCHANGED)
        # When the vector comes, Then the next copy has it
        world.embed(1, [1.0, 0.0, 0.1])
        assert stage.keep(60) is KeepStatus.KEPT
        assert ids(world.process(vector_of_text=model), "strait") == [id_of(1)]

    def test_a_search_has_no_time_for_vectors_behind_a_long_feed(self, world: World) -> None:
        # Given
        self.tell(world)
        stage = world.process(vector_of_text=lambda _: (MODEL, encode_vector([1.0, 0.0, 0.0])))
        # When it is searched while time flies, Then they are taken in later
        world.hurry = 6.0
        assert stage.find(Search("bridge")).searched_by == ("words",)
        world.hurry = 0.0
        stage.keep(60)
        assert stage.find(Search("bridge")).searched_by == ("words", "meaning")

    def test_what_is_like_an_article_is_found_by_a_call(self, world: World) -> None:
        # Given the function behind a wire
        self.tell(world)
        world.feed.tell(3, headline="Ferry")
        world.embed(3, [0.9, 0.1, 0.1])
        stage = world.process(vector_of_text=lambda _: (MODEL, encode_vector([1.0, 0.0, 0.0])))
        called = CalledSearch(lambda event: json.loads(json.dumps(answer_call(stage, json.loads(json.dumps(event))))))
        (first,) = Table().states([id_of(1)])
        # When
        found = called.find(Search(like=first, limit=1))
        # Then it is the closest of the others
        assert [hit.article_id for hit in found.hits] == [id_of(3)]
        assert found.searched_by == ("meaning",)
        # And an article without a vector is like nothing
        world.feed.tell(4)
        (fourth,) = Table().states([id_of(4)])
        with pytest.raises(NothingToSearchError):
            called.find(Search(like=fourth))
