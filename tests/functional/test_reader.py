"""The library for readers: over feeds that appear in every order, killed anywhere, in a folder, on S3 and DynamoDB.

Comes in: changes and articles. Goes out: assertions. Changes: moto's memory, a temporary folder.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness import aws
from harness.fakes import InMemoryObjectStore
from newsdesk.adapters.reading import DynamoCursor, S3Cursor, S3Storage
from newsdesk.clock import to_text
from newsdesk.contracts import ArticleChanged, Enrichment, Language, changes_key, to_json_bytes
from newsdesk.errors import CursorError, ObjectMissingError, RejectedUrlError
from newsdesk.reader import Cursor, FileCursor, Folder, MemoryCursor, Reader, Storage
from tests.examples import article_of, id_of, key_of, new_state, url_of

START = datetime(2026, 3, 14, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def change(number: int, revision: int = 1, committed: datetime = START, **fields: Any) -> ArticleChanged:
    state = new_state(number)
    known: dict[str, Any] = {
        "change_id": f"{id_of(number)}-{revision}",
        "change_type": "created" if revision == 1 else "updated",
        "article_id": id_of(number),
        "revision": revision,
        "url": state.url,
        "host": state.host,
        "key": key_of(state, revision),
        "committed_at": to_text(committed),
    }
    return ArticleChanged(**known | fields)


def object_of(numbered: list[tuple[int, ArticleChanged]]) -> tuple[str, bytes]:
    """The object that publish writes for a batch of changes with their sequence numbers."""
    happened = datetime.fromisoformat(numbered[0][1].committed_at)
    key = changes_key(happened, f"{numbered[0][0]:040d}-{numbered[-1][0]:040d}")
    return key, "".join(f"{entry.to_json()}\n" for _, entry in numbered).encode()


class World(Storage):
    """A bucket that a stream of several shards is published into while it is being listed.

    A shard publishes its batches one after the other. A batch may fail after its object was written: then it is
    delivered again, in halves or with what came after it. A shard may also stand still for hours.
    """

    def __init__(self, choices: random.Random, shards: int, articles: int) -> None:
        self.now = START
        self.objects: dict[str, bytes] = {}
        self.committed: list[ArticleChanged] = []
        self._choices = choices
        self._is_over = False
        self._sequence = itertools.count(1)
        self._revisions: Counter[int] = Counter()
        self._articles = articles
        self._pending: list[list[tuple[int, ArticleChanged]]] = [[] for _ in range(shards)]
        self._deliveries: list[list[int]] = [[] for _ in range(shards)]

    def step(self) -> None:
        """Let something happen: a commit, a publication, or time that passes."""
        if self._is_over:
            return
        match self._choices.randrange(5):
            case 0 | 1:
                self.commit()
            case 2:
                self.now += self._choices.choice([timedelta(seconds=1), timedelta(minutes=20), 2 * HOUR])
                for shard in range(len(self._pending)):
                    self._keep_up(shard)
            case _:
                self.publish(self._choices.randrange(len(self._pending)))

    def commit(self) -> None:
        number = self._choices.randrange(self._articles)
        self._revisions[number] += 1
        entry = change(number, self._revisions[number], self.now)
        self.committed.append(entry)
        self._pending[number % len(self._pending)].append((next(self._sequence), entry))

    def publish(self, shard: int) -> None:
        pending = self._pending[shard]
        if not pending:
            return
        size = self._deliveries[shard].pop(0) if self._deliveries[shard] else self._choices.randint(1, 4)
        batch = pending[:size]
        key, body = object_of(batch)
        self.objects.setdefault(key, body)
        if len(batch) > 1 and self._choices.random() < 0.4:  # its events failed: it comes again, cut otherwise
            half = len(batch) // 2
            self._deliveries[shard] = self._choices.choice([[half, len(batch) - half], [len(batch) + 2]])
            return
        del pending[:size]

    def end(self) -> None:
        """Publish what is left; from now on nothing happens."""
        self._is_over = True
        while any(self._pending):
            for shard in range(len(self._pending)):
                self.publish(shard)

    def _keep_up(self, shard: int) -> None:
        """Publish what the stream would not keep any longer."""
        while self._pending[shard] and self.now - self._oldest(shard) > 11 * HOUR:
            self.publish(shard)

    def _oldest(self, shard: int) -> datetime:
        return datetime.fromisoformat(self._pending[shard][0][1].committed_at)

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        last = after
        while True:
            if self._choices.random() < 0.3:
                self.step()
            left = sorted(key for key in self.objects if key.startswith(prefix) and key > last)
            if not left:
                return
            last = left[0]
            yield last

    def folders(self, prefix: str) -> list[str]:
        return sorted({prefix + key.removeprefix(prefix).partition("/")[0] + "/" for key in self.objects})

    def get(self, key: str) -> bytes:
        if self._choices.random() < 0.1:
            self.step()
        return self.objects[key]


class DyingCursor(MemoryCursor):
    """A cursor whose writes may be the last thing that its process does, before or after they are done."""

    class DeathError(Exception):
        """The process dies."""

    def __init__(self) -> None:
        super().__init__()
        self.dies: Callable[[], bool] = lambda: False

    def write(self, name: str, body: bytes, **how: bool) -> None:
        if self.dies():
            raise self.DeathError
        super().write(name, body, **how)
        if self.dies():
            raise self.DeathError


@pytest.mark.slow
@given(seed=st.integers(0, 10**9), shards=st.integers(1, 3), articles=st.integers(1, 6), save_every=st.integers(1, 3))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(seed=1, shards=2, articles=3, save_every=1)
def test_a_reader_killed_anywhere_loses_nothing_and_repeats_only_what_was_in_its_hands(
    seed: int, shards: int, articles: int, save_every: int
) -> None:
    # Given a stream that is published while it is read, and a process that may die with every write and every change
    choices = random.Random(seed)
    world, cursor = World(choices, shards, articles), DyingCursor()
    taken: list[ArticleChanged] = []
    deaths = 0

    def read() -> None:
        nonlocal deaths
        reader = Reader(world, clock=lambda: world.now)
        try:
            for entry in reader.changes(cursor, save_every=save_every):
                taken.append(entry)
                if choices.random() < 0.05:
                    deaths += 1
                    return
                if choices.random() < 0.3:
                    world.step()
        except DyingCursor.DeathError:
            deaths += 1

    # When it looks now and then, up to the end
    for _ in range(25):
        for _ in range(choices.randrange(6)):
            world.step()
        cursor.dies = lambda: choices.random() < 0.05
        read()
    world.end()
    cursor.dies = lambda: False
    for _ in range(5):  # a look may leave some to the next
        for entry in Reader(world, clock=lambda: world.now).changes(cursor, save_every=save_every):
            taken.append(entry)

    # Then every change came, those of one article in order, and again only what was in the hands of one that died
    assert {entry.change_id for entry in taken} == {entry.change_id for entry in world.committed}
    first_time = list(dict.fromkeys(entry.change_id for entry in taken))
    for number in range(articles):
        revisions = [int(text.partition("-")[2]) for text in first_time if text.startswith(id_of(number))]
        assert revisions == sorted(revisions)
    assert len(taken) - len(first_time) <= deaths * save_every
    for days in (1, 3):
        world.now += timedelta(days=days)
        assert list(Reader(world, clock=lambda: world.now).changes(cursor)) == []


def test_one_reader_that_follows_gets_each_change_once() -> None:
    # Given a stream that is published in every order while it is read
    choices = random.Random(7)
    world = World(choices, shards=3, articles=8)
    looks = itertools.count()

    def sleep(_seconds: float) -> None:
        for _ in range(10):
            world.step()
        if next(looks) == 60:
            world.end()

    # When a reader follows for days
    until = START + 100 * HOUR
    changes = Reader(world, clock=lambda: world.now).changes(follow=True, until=until, sleep=sleep)
    taken = [entry.change_id for entry in changes]
    world.end()

    # Then it has each change once
    assert len(taken) == len(set(taken))
    assert set(taken) <= {entry.change_id for entry in world.committed}
    assert len(taken) > 100


class Shelf(InMemoryObjectStore):
    """Changes and articles for a reader, as a :class:`Storage`."""

    def add(self, sequence: int, *entries: ArticleChanged) -> None:
        key, body = object_of(list(enumerate(entries, sequence)))
        self.put(key, body, "application/x-ndjson")

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        yield from sorted(key for key in self.objects if key.startswith(prefix) and key > after)

    def folders(self, prefix: str) -> list[str]:
        return sorted({prefix + key.removeprefix(prefix).partition("/")[0] + "/" for key in self.keys(prefix)})


def identifiers(changes: Iterable[ArticleChanged]) -> list[str]:
    return [entry.change_id for entry in changes]


class TestChanges:
    def test_only_what_was_committed_from_a_time_on(self) -> None:
        shelf = Shelf()
        shelf.add(1, change(0), change(1, committed=START + HOUR))
        assert identifiers(Reader(shelf).changes(since=START + HOUR / 2)) == [f"{id_of(1)}-1"]

    def test_a_cursor_keeps_the_time_that_it_began_with(self, tmp_path: Path) -> None:
        shelf = Shelf()
        shelf.add(1, change(0), change(1, committed=START + HOUR))
        reader, cursor = Reader(shelf, lambda: START + 3 * HOUR), tmp_path / "cursor"
        assert identifiers(reader.changes(cursor, since=START + HOUR / 2)) == [f"{id_of(1)}-1"]
        shelf.add(5, change(2, committed=START), change(3, committed=START + 2 * HOUR))
        assert identifiers(reader.changes(cursor)) == [f"{id_of(3)}-1"]

    def test_the_change_at_which_a_loop_is_left_comes_again(self, tmp_path: Path) -> None:
        # Given a reader that leaves its loop at the second of three changes
        shelf = Shelf()
        shelf.add(1, change(0), change(1), change(2))
        for number, _ in enumerate(Reader(shelf).changes(tmp_path / "cursor")):
            if number == 1:
                break
        # When it begins again, then it gets that one and the last
        assert identifiers(Reader(shelf).changes(tmp_path / "cursor")) == [f"{id_of(1)}-1", f"{id_of(2)}-1"]

    def test_what_comes_late_comes_and_nothing_comes_twice(self, tmp_path: Path) -> None:
        # Given a reader that has seen a change
        shelf, cursor, now = Shelf(), tmp_path / "cursor", START
        shelf.add(5, change(0))
        assert len(identifiers(Reader(shelf, lambda: now).changes(cursor))) == 1

        # When half a day later it appears again in another object, with one that had failed
        shelf.add(4, change(1), change(0))
        late = identifiers(Reader(shelf, lambda: now + 12 * HOUR).changes(cursor))

        # Then the other one is read, and nothing twice
        assert late == [f"{id_of(1)}-1"]
        assert identifiers(Reader(shelf, lambda: now + 12 * HOUR).changes(cursor)) == []

    def test_a_reader_that_was_away_for_days_goes_on_where_it_was(self, tmp_path: Path) -> None:
        shelf, cursor = Shelf(), tmp_path / "cursor"
        shelf.add(1, change(0))
        assert len(identifiers(Reader(shelf, lambda: START).changes(cursor))) == 1
        for day in range(1, 6):
            shelf.add(10 * day, change(day, committed=START + 24 * day * HOUR))
        found = identifiers(Reader(shelf, lambda: START + 120 * HOUR).changes(cursor))
        assert found == [f"{id_of(day)}-1" for day in range(1, 6)]

    def test_retractions_and_merged_clusters_are_delivered(self) -> None:
        shelf = Shelf()
        merged = change(0, merged_cluster_ids=(id_of(4),), cluster_id=id_of(5))
        shelf.add(1, merged, change(0, 2, change_type="retracted", key=None, reason="gone"))
        first, second = Reader(shelf).changes()
        assert first.merged_cluster_ids == (id_of(4),)
        assert (second.change_type, second.reason) == ("retracted", "gone")
        assert Reader(shelf).read(second) is None

    def test_an_object_with_a_name_of_another_kind_is_read_all_the_same(self) -> None:
        shelf = Shelf()
        shelf.add(1, change(0))
        shelf.put("changes/v1/date=2026-03-14/hour=09/by-hand.ndjson", f"{change(1).to_json()}\n".encode(), "x")
        assert sorted(identifiers(Reader(shelf).changes())) == sorted([f"{id_of(0)}-1", f"{id_of(1)}-1"])


class TestCursors:
    @pytest.mark.parametrize("body", [b"", b"no database", b"SQLite format 3\0" + b"x" * 100])
    def test_a_file_that_is_no_cursor_is_refused(self, tmp_path: Path, body: bytes) -> None:
        path = tmp_path / "cursor"
        path.write_bytes(body)
        if not body:
            assert list(Reader(Shelf()).changes(path)) == []  # a file that was only just made
            return
        with pytest.raises(CursorError):
            list(Reader(Shelf()).changes(path))
        assert path.read_bytes() == body

    def test_entries_that_are_damaged_are_refused(self) -> None:
        for name, body in (("head", b"{"), ("head", b'{"version": 9}'), ("head", b"[]")):
            cursor = MemoryCursor()
            cursor.write(name, body)
            with pytest.raises(CursorError):
                list(Reader(Shelf()).changes(cursor))

    def test_a_file_serves_one_reader_at_a_time(self, tmp_path: Path) -> None:
        # Given a reader in the middle of its changes
        shelf = Shelf()
        shelf.add(1, change(0), change(1))
        changes = Reader(shelf).changes(tmp_path / "cursor")
        next(changes)
        # When another one comes with the same file, then it is refused
        with pytest.raises(CursorError, match="locked"):
            next(Reader(shelf).changes(tmp_path / "cursor"))
        assert len(list(changes)) == 1

    def test_in_s3_and_in_dynamodb(self, table: str, bucket: str) -> None:
        for cursor in (lambda: S3Cursor(bucket, "cursors/one"), lambda: DynamoCursor(table, "cursor")):
            self._check(cursor)

    def _check(self, new_cursor: Callable[[], Cursor]) -> None:
        # Given a reader that died at the second of three changes, after those of an hour long gone
        shelf = Shelf()
        shelf.add(1, change(0, committed=START - 40 * HOUR))
        shelf.add(5, change(1), change(2), change(3))
        changes = Reader(shelf, lambda: START).changes(new_cursor())
        assert identifiers(itertools.islice(changes, 3)) == [f"{id_of(number)}-1" for number in range(3)]
        assert isinstance(changes, Generator)
        changes.close()

        # When another process goes on, while the first still believes that it has the cursor
        first, second = new_cursor(), new_cursor()
        begun = Reader(shelf, lambda: START).changes(first)
        next(begun)
        rest = identifiers(Reader(shelf, lambda: START).changes(second))

        # Then it has the rest, and the first learns of it
        assert rest == [f"{id_of(2)}-1", f"{id_of(3)}-1"]
        with pytest.raises(CursorError, match="another reader"):
            list(begun)
        assert identifiers(Reader(shelf, lambda: START + 48 * HOUR).changes(new_cursor())) == []


@pytest.fixture
def stories() -> Shelf:
    """Three articles of two hosts: one of two revisions, one in German, one retracted; and one never committed."""
    shelf = Shelf()
    for number, revision, language in ((0, 1, "en"), (0, 2, "en"), (1, 1, "de"), (2, 1, "en"), (7, 1, "en")):
        state = new_state(number)
        article = article_of(
            state,
            revision,
            headline=f"Story {number}, revision {revision}",
            enrichment=Enrichment(language=Language(code=language, confidence=0.9)),
        )
        shelf.put(key_of(state, revision), to_json_bytes(article), "application/json")
    shelf.add(1, change(0), change(1, committed=START + HOUR, host="other.example"), change(2))
    shelf.add(7, change(0, 2, START + 2 * HOUR), change(2, 2, START + 3 * HOUR, change_type="retracted", key=None))
    return shelf


class TestArticles:
    def test_the_current_revision_of_each_in_the_order_of_commit(self, stories: Shelf) -> None:
        with Reader(stories) as reader:
            assert [a.headline for a in reader.articles()] == ["Story 1, revision 1", "Story 0, revision 2"]
            assert [a.headline for a in reader.articles(language="de")] == ["Story 1, revision 1"]
            assert [a.headline for a in reader.articles(host="other.example")] == ["Story 1, revision 1"]
            assert [a.headline for a in reader.articles(since=START + 2 * HOUR)] == ["Story 0, revision 2"]

    def test_by_id_by_url_and_by_revision(self, stories: Shelf) -> None:
        with Reader(stories) as reader:
            for subject in (id_of(0), url_of(0)):
                current, first = reader.get(subject), reader.get(subject, revision=1)
                assert current is not None
                assert first is not None
                assert (current.headline, first.headline) == ("Story 0, revision 2", "Story 0, revision 1")
            assert reader.get(id_of(2)) is None  # retracted
            assert reader.get(id_of(7)) is None  # never committed
            assert reader.get(id_of(0), revision=3) is None
            with pytest.raises(RejectedUrlError):
                reader.get("no article")

    def test_what_was_committed_since_the_last_call_is_there(self, stories: Shelf) -> None:
        with Reader(stories, lambda: START + 5 * HOUR) as reader:
            assert reader.get(id_of(7)) is None
            stories.add(20, change(7, committed=START + 4 * HOUR))
            article = reader.get(id_of(7))
            assert article is not None
            assert article.headline == "Story 7, revision 1"

    def test_what_was_erased_is_passed_over(self, stories: Shelf) -> None:
        stories.delete(key_of(new_state(1)))
        with Reader(stories) as reader:
            assert [a.headline for a in reader.articles()] == ["Story 0, revision 2"]

    def test_in_a_folder(self, stories: Shelf, tmp_path: Path) -> None:
        # Given a mirrored bucket, with a file that is still being written and one beside the folder
        for key, stored in stories.objects.items():
            path = tmp_path / "out" / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stored.body)
        (tmp_path / "out/changes/v1/date=2026-03-14/hour=09/.part").write_bytes(b"{")
        (tmp_path / "secret.json").write_text("{}")
        with Reader(str(tmp_path / "out")) as reader:
            assert len(list(reader.articles())) == 2
        with pytest.raises(ObjectMissingError):
            Folder(tmp_path / "out").get("../secret.json")
        assert list(Reader(tmp_path / "nothing").changes()) == []

    def test_in_a_bucket(self, stories: Shelf, bucket: str) -> None:
        for key, stored in stories.objects.items():
            aws.put_object(key, stored.body)
        with Reader(f"s3://{bucket}") as reader:
            assert [a.headline for a in reader.articles()] == ["Story 1, revision 1", "Story 0, revision 2"]
        assert S3Storage(bucket).folders("changes/v1/") == ["changes/v1/date=2026-03-14/"]
        with pytest.raises(ObjectMissingError):
            S3Storage(bucket).get("articles/v1/none")


def test_a_cursor_of_a_file_survives_its_process(tmp_path: Path) -> None:
    cursor = FileCursor(tmp_path / "cursor")
    cursor.write("a", b"1")
    cursor.write("b", b"2")
    cursor.remove(["a"])
    cursor.close()
    assert FileCursor(tmp_path / "cursor").load() == {"b": b"2"}
