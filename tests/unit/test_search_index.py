"""The words of articles are found as somebody types them, and the index follows whatever the feed says.

Comes in: articles, and a change feed in a folder. Goes out: assertions. Changes: a temporary folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from newsdesk.articles import Stage
from newsdesk.clock import utc_now
from newsdesk.contracts import Article, ArticleChanged, Country, Enrichment, Language, changes_key, to_json_bytes
from newsdesk.reader import Folder
from newsdesk.searching import Filters, QueryError, SearchIndex, follow, read_query
from tests.examples import article_of, at_stage, id_of, key_of

TEXTS = {
    1: ("Harbour bridge reopens", "The bridge carries cars again. Cafés are glad.", "en", "GB", "2026-03-14"),
    2: ("Rates rise", "The harbour master’s bank raised rates; a bridge loan costs more.", "en", "NO", "2026-03-15"),
    3: ("東京で大雨", "東京の橋が閉鎖された。", "ja", "JP", "2026-03-16"),
    4: ("Brücke gesperrt", "Die Brücke über den Hafen ist gesperrt.", "de", "DE", "2026-03-17"),
}


def article(number: int, revision: int = 1, **changes: Any) -> Article:
    headline, body, language, country, day = TEXTS[number]
    fields: dict[str, Any] = {
        "headline": headline,
        "article_body": body,
        "date_published": day,
        "enrichment": Enrichment(
            language=Language(code=language, confidence=0.9), countries=(Country(iso2=country, weight=1.0),)
        ),
    }
    return article_of(at_stage(Stage.REST, number), revision, **{**fields, **changes})


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SearchIndex]:
    made = SearchIndex(tmp_path / "search.sqlite", "bucket")
    for number in TEXTS:
        key = key_of(at_stage(Stage.REST, number))
        made.put(article(number), key, f"host{number % 2}.example", "2026-03-20T00:00:00.000Z")
    yield made
    made.close()


def found(index: SearchIndex, text: str, filters: Filters | None = None, *, is_loose: bool = False) -> list[int]:
    numbers = {id_of(number): number for number in TEXTS}
    hits = index.find(read_query(text), filters or Filters(), 10, is_loose=is_loose)
    return [numbers[article_id] for article_id, _ in hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bridge", [1, 2]),  # the headline counts more
        ("harbour bridge", [1, 2]),
        ('"harbour bridge"', [1]),
        ("bridge -loan", [1]),
        ('bridge -"harbour master\'s"', [1]),
        ("harb*", [1, 2]),
        ("cafes", [1]),
        ("CAFÉS", [1]),
        ("brucke", [4]),
        ("東京", [3]),
        ("京東", []),
        ("大雨", [3]),
        ("bridge NOT loan", []),  # words, and no syntax
        ("harbour OR rates", []),
        ("headline:bridge", []),
        ("master’s", [2]),
        ('"an unclosed bridge', []),
    ],
)
def test_words_are_found_as_they_are_typed(index: SearchIndex, text: str, expected: list[int]) -> None:
    assert found(index, text) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(host="host1.example"), [1]),
        (Filters(country="NO"), [2]),
        (Filters(language="de"), []),
        (Filters(since="2026-03-15"), [2]),
        (Filters(until="2026-03-14"), [1]),
        (Filters(host="host1.example", country="GB", language="en", since="2026-03-14", until="2026-03-14"), [1]),
        (Filters(host="host1.example", country="NO"), []),
    ],
)
def test_filters_leave_out_the_others(index: SearchIndex, filters: Filters, expected: list[int]) -> None:
    assert found(index, "bridge", filters) == expected


def test_where_no_article_has_all_words_some_do(index: SearchIndex) -> None:
    assert found(index, "gesperrt rates") == []
    assert sorted(found(index, "gesperrt rates", is_loose=True)) == [2, 4]


@given(text=st.text(max_size=60))
@example('"')
@example("-")
@example('* " ) OR (')
@example("a" * 5000)
@example("\x00a")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_nothing_that_is_typed_is_read_as_syntax(index: SearchIndex, text: str) -> None:
    try:
        query = read_query(text)
    except QueryError:
        return
    index.find(query, Filters(), 10)
    index.find(query, Filters(), 10, is_loose=True)


class Feed:
    """A bucket in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sequence = 0

    def put(self, key: str, body: bytes) -> None:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    def tell(
        self,
        number: int,
        revision: int = 1,
        *,
        is_retracted: bool = False,
        is_erased: bool = False,
        **changes: Any,
    ) -> None:
        """Commit a revision: its object, and the change."""
        state = at_stage(Stage.REST, number)
        key = None if is_retracted else key_of(state, revision)
        if key is not None:
            self.put(key, to_json_bytes(article(number, revision, **changes)))
        self._sequence += 1
        change = ArticleChanged(
            change_id=f"{state.article_id}-{revision}",
            change_type="retracted" if is_retracted else "created",
            article_id=state.article_id,
            revision=revision,
            url=state.url,
            host=state.host,
            key=key,
            is_erased=True if is_erased else None,
            committed_at="2026-03-20T00:00:00.000Z",
        )
        self.put(changes_key(utc_now(), f"{self._sequence:040d}"), f"{change.to_json()}\n".encode())


def test_the_index_follows_the_feed(tmp_path: Path) -> None:
    # Given an index that has followed a feed
    feed, path = Feed(tmp_path / "bucket"), tmp_path / "search.sqlite"
    feed.tell(1)
    feed.tell(2)
    index = SearchIndex(path, "bucket")
    assert follow(index, Folder(feed.folder), keeps_vectors=True) == 2
    assert found(index, "bridge") == [1, 2]
    # When an article says something else now, one is retracted and one is new, and the index is opened again
    index.close()
    feed.tell(1, 2, article_body="The tunnel is closed.", headline="Tunnel")
    feed.tell(2, 2, is_retracted=True)
    feed.tell(3)
    index = SearchIndex(path, "bucket")
    assert follow(index, Folder(feed.folder), keeps_vectors=False) == 3
    # Then it is found by what it says now alone, and only what is new was read
    assert (found(index, "bridge"), found(index, "tunnel"), found(index, "東京")) == ([], [1], [3])
    assert (index.count(), follow(index, Folder(feed.folder), keeps_vectors=False)) == (2, 0)
    index.close()


def test_a_follower_that_dies_loses_nothing(tmp_path: Path) -> None:
    # Given a feed, and a bucket that breaks while it is read
    feed, path = Feed(tmp_path / "bucket"), tmp_path / "search.sqlite"
    for number in TEXTS:
        feed.tell(number)

    class Breaking(Folder):
        def get(self, key: str) -> bytes:
            if key == key_of(at_stage(Stage.REST, 3)):
                raise KeyboardInterrupt
            return super().get(key)

    index = SearchIndex(path, "bucket")
    with pytest.raises(KeyboardInterrupt):
        follow(index, Breaking(feed.folder), keeps_vectors=False)
    index.close()
    # When it is followed again, Then everything is there, once
    index = SearchIndex(path, "bucket")
    assert follow(index, Folder(feed.folder), keeps_vectors=False) == len(TEXTS)
    assert index.count() == len(TEXTS)
    index.close()


def test_the_index_of_another_bucket_or_a_broken_one_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "search.sqlite"
    path.write_bytes(b"no database" * 1000)
    index = SearchIndex(path, "bucket")
    index.put(article(1), "key", "host", "2026-03-20T00:00:00.000Z")
    index.commit()
    index.close()
    other = SearchIndex(path, "another")
    assert other.count() == 0
    other.close()
