"""Each current article has its vector and no other has one, in whatever order changes arrive.

Comes in: changes, and a store and a bucket in memory. Goes out: assertions.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from embedder.stage import EmbedStage
from harness.fakes import InMemoryArticleStore, InMemoryObjectStore
from newsdesk.articles import Stage
from newsdesk.articles.lifecycle import retracted
from newsdesk.contracts import ArticleChanged, StoredVector, decode_vector, vector_key
from publisher.stage import change_of
from tests.examples import NOW, article_bytes, at_stage, current_of, id_of, key_of, revision_of


class Desk:
    """An embed stage, and an article whose first ``revisions`` revisions are committed."""

    def __init__(self, revisions: int = 1) -> None:
        self.store = InMemoryArticleStore()
        self.objects = InMemoryObjectStore()
        self.stage = EmbedStage(self.store, self.objects, self.embed, "a-model")
        self.read: list[str | None] = []
        self.state = at_stage(Stage.REST)
        for revision in range(1, revisions + 1):
            self.commit(revision)

    def embed(self, headline: str | None, body: str) -> Sequence[float]:
        self.read.append(headline)
        return [1.0, -0.5]

    def commit(self, revision: int) -> None:
        key = key_of(self.state, revision)
        self.objects.put(key, article_bytes(self.state, revision), "application/json")
        self.store.revisions[id_of(), revision] = revision_of(
            self.state, revision, key=key, previous_revision=revision - 1 or None
        )
        self.state = self.state.model_copy(update={"current": current_of(self.state, revision=revision, key=key)})
        self.store.states[id_of()] = self.state

    def retract(self) -> None:
        self.state, (record, _) = retracted(self.state, "opt_out", NOW)
        self.store.states[id_of()] = self.state
        self.store.revisions[id_of(), record.revision] = record

    def change(self, revision: int) -> ArticleChanged:
        return change_of(self.store.revisions[id_of(), revision])

    @property
    def vectors(self) -> set[str]:
        return {key for key in self.objects.objects if key.startswith("vectors/")}


def test_a_committed_article_gets_its_vector() -> None:
    desk = Desk()
    assert desk.stage.handle(desk.change(1)) == "embedded"
    (key,) = desk.vectors
    article = desk.change(1).key or ""
    assert key == vector_key(article)
    stored = StoredVector.model_validate_json(desk.objects.get(key))
    assert (stored.article_id, stored.revision, stored.key, stored.model) == (id_of(), 1, article, "a-model")
    assert list(decode_vector(stored.vector)) == [127, -64]
    assert desk.read == ["Bridge reopens"]


@pytest.mark.parametrize("order", sorted(set(itertools.permutations((1, 2, 3, 3, 1)))))
def test_in_any_order_only_the_current_revision_has_a_vector(order: tuple[int, ...]) -> None:
    # Given three revisions, When their changes arrive in any order, some twice
    desk = Desk(3)
    statuses = [desk.stage.handle(desk.change(revision)) for revision in order]

    # Then the last one has its vector, and it alone
    assert desk.vectors == {vector_key(desk.change(3).key or "")}
    assert [status for revision, status in zip(order, statuses, strict=True) if revision == 3] == ["embedded"] * 2
    assert {status for revision, status in zip(order, statuses, strict=True) if revision != 3} == {"stale"}


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_a_retracted_article_has_none(order: tuple[int, ...]) -> None:
    # Given an article that was changed and taken back, and that had a vector
    desk = Desk()
    desk.stage.handle(desk.change(1))
    desk.commit(2)
    desk.stage.handle(desk.change(2))
    desk.retract()

    # When the changes arrive again, in any order
    statuses = {revision: desk.stage.handle(desk.change(revision)) for revision in order}

    # Then there is no vector left
    assert desk.vectors == set()
    assert statuses == {1: "stale", 2: "stale", 3: "removed"}


def test_an_article_that_changes_meanwhile_leaves_no_stale_vector() -> None:
    # Given a worker that is slow, and another that follows the next change before the first one writes
    desk = Desk()
    first = desk.change(1)

    def slow(headline: str | None, body: str) -> Sequence[float]:
        if len(desk.store.revisions) == 1:
            desk.commit(2)
            assert desk.stage.handle(desk.change(2)) == "embedded"
        return [1.0]

    # When the slow one goes on, Then what it wrote is taken away again
    assert EmbedStage(desk.store, desk.objects, slow, "a-model").handle(first) == "stale"
    assert desk.vectors == {vector_key(desk.change(2).key or "")}


def test_a_slow_worker_that_dies_leaves_no_stale_vector() -> None:
    # Given a worker that is overtaken, writes its vector all the same, and dies before it looks again
    desk = Desk()
    first = desk.change(1)

    def slow(headline: str | None, body: str) -> Sequence[float]:
        desk.commit(2)
        assert desk.stage.handle(desk.change(2)) == "embedded"
        desk.store.fail_next("get", OSError("down"))
        return [1.0]

    with pytest.raises(OSError, match="down"):
        EmbedStage(desk.store, desk.objects, slow, "a-model").handle(first)

    # When the change is delivered again, Then the vector that nothing else would remove is gone
    assert desk.stage.handle(first) == "stale"
    assert desk.vectors == {vector_key(desk.change(2).key or "")}


def test_an_article_whose_object_is_gone_is_passed_over() -> None:
    desk = Desk()
    change = desk.change(1)
    desk.objects.objects.clear()
    assert desk.stage.handle(change) == "stale"
    assert desk.vectors == set()


def test_an_article_that_this_release_cannot_read_is_passed_over() -> None:
    desk = Desk()
    change = desk.change(1)
    desk.objects.objects.clear()
    desk.objects.put(change.key or "", b'{"schemaVersion": 2}', "application/json")
    assert desk.stage.handle(change) == "stale"
    assert desk.vectors == set()


@pytest.mark.parametrize("method", ["get", "put"])
def test_what_fails_is_made_good_by_the_next_delivery(method: str) -> None:
    desk = Desk()
    desk.objects.fail_next(method, OSError("down"))
    with pytest.raises(OSError, match="down"):
        desk.stage.handle(desk.change(1))
    assert desk.stage.handle(desk.change(1)) == "embedded"
    assert len(desk.vectors) == 1


def test_an_article_that_nobody_knows_is_stale() -> None:
    # Given a change of a table that was lost, When it is followed, Then nothing is written
    desk = Desk()
    change = desk.change(1)
    desk.store.states.clear()
    desk.store.revisions.clear()
    assert desk.stage.handle(change) == "stale"
    assert desk.vectors == set()
