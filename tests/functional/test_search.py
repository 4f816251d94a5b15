"""From a change to a search, with the very model, over AWS in moto.

Comes in: articles, committed. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

import embedder.handler
from embedder.model import DIMENSIONS, MODEL, embed
from harness import aws
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.reading import S3Storage
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.articles import ArticleState, Stage
from newsdesk.articles.lifecycle import retracted
from newsdesk.clock import utc_now
from newsdesk.contracts import (
    Article,
    ArticleChanged,
    StoredVector,
    changes_key,
    cosine,
    decode_vector,
    encode_vector,
    to_json_bytes,
    vector_key,
)
from newsdesk.searching import Found, NothingToSearchError, Search
from newsdesk_cli.stack import Stack
from newsdesk_cli.stack_search import StackSearch
from publisher.stage import change_of
from tests.examples import NOW, article_bytes, at_stage, current_of, id_of, key_of, revision_of

STORIES = [
    ("Bridge reopens after repairs", "The old bridge over the river carries cars and lorries again after two years."),
    ("Crossing open to traffic once more", "Drivers may use the river crossing again, the city's engineers said."),
    (
        "Central bank lifts interest rates",
        "Borrowing will cost a quarter of a point more, its governors decided.",
    ),
]


class Newsroom:
    """A stack in moto, as the command line sees it, whose changes reach embed as they do in the cloud."""

    def __init__(self, table: str, bucket: str, path: Path) -> None:
        self.store = DynamoArticleStore(table)
        self.objects = S3ObjectStore(bucket)
        self.stack = Stack("newsdesk", "us-east-1")
        vars(self.stack)["outputs"] = {"TableName": table, "BucketName": bucket}
        vars(self.stack)["resources"] = {"EmbedQueue": "https://queue"}
        self.path = path
        self._sequence = 0

    def find(self, search: Search) -> Found:
        """What a search finds now."""
        finder = StackSearch(self.stack, S3Storage(aws.BUCKET), self.path / "search.sqlite")
        try:
            return finder.find(search)
        finally:
            finder.close()

    def commit(self, number: int, headline: str, body: str, *, is_embedded: bool = True) -> ArticleState:
        state = at_stage(Stage.REST, number)
        key = key_of(state, 1)
        article = Article.model_validate_json(article_bytes(state, 1))
        article = article.model_copy(update={"headline": headline, "article_body": body})
        self.objects.put(key, to_json_bytes(article), "application/json")
        current = current_of(state, key=key, headline=headline)
        state = state.model_copy(update={"version": 1, "current": current})
        record = revision_of(state, 1, key=key)
        self.store.save(state, record)
        self.publish(change_of(record), is_embedded=is_embedded)
        return state

    def retract(self, state: ArticleState) -> None:
        after, (record, _) = retracted(state, "gone", NOW)
        self.store.save(after, record)
        self.publish(change_of(record))

    def publish(self, change: ArticleChanged, *, is_embedded: bool = True) -> None:
        """Tell of a change in the feed, and embed of it, too."""
        self._sequence += 1
        aws.put_object(changes_key(utc_now(), f"{self._sequence:040d}"), f"{change.to_json()}\n".encode())
        if is_embedded:
            assert self.tell(change) == []

    def embed(self, state: ArticleState) -> None:
        """Have an article's vector made."""
        assert self.tell(change_of(revision_of(state, 1, key=key_of(state, 1)))) == []

    @staticmethod
    def tell(*changes: ArticleChanged) -> list[str]:
        """Deliver changes as the bus puts them into the queue, and return what is handed back."""
        records = [
            {"messageId": f"message-{number}", "body": json.dumps({"detail": json.loads(change.to_json())})}
            for number, change in enumerate(changes)
        ]
        context = cast(LambdaContext, aws.FakeLambdaContext(30_000))
        answer: Any = embedder.handler.lambda_handler({"Records": records}, context)
        return [entry["itemIdentifier"] for entry in answer["batchItemFailures"]]


@pytest.fixture
def newsroom(monkeypatch: pytest.MonkeyPatch, table: str, bucket: str, tmp_path: Path) -> Iterator[Newsroom]:
    monkeypatch.setenv("NEWSDESK_TABLE_NAME", table)
    monkeypatch.setenv("NEWSDESK_BUCKET_NAME", bucket)
    embedder.handler.build.cache_clear()
    yield Newsroom(table, bucket, tmp_path)
    embedder.handler.build.cache_clear()


def ids(found: Found) -> list[str]:
    return [hit.article_id for hit in found.hits]


def test_texts_that_mean_alike_lie_close() -> None:
    # Given three stories, two of them of one event in other words, When they are embedded
    vectors = [decode_vector(encode_vector(embed(headline, body))) for headline, body in STORIES]

    # Then those two are closest by far, and the same text has the same vector again
    assert {len(vector) for vector in vectors} == {DIMENSIONS}
    assert cosine(vectors[0], vectors[1]) > 0.4
    assert max(cosine(vectors[0], vectors[2]), cosine(vectors[1], vectors[2])) < 0.2
    assert decode_vector(encode_vector(embed(*STORIES[0]))) == vectors[0]


def test_an_empty_or_endless_text_has_a_vector_too() -> None:
    assert len(embed(None, "")) == len(embed("x" * 5000, "word " * 100_000)) == DIMENSIONS


def test_what_is_like_an_article_or_a_text_is_found(newsroom: Newsroom) -> None:
    # Given three indexed stories
    states = [newsroom.commit(number, *story) for number, story in enumerate(STORIES)]

    # When the others like the first are asked for, Then the one of the same event comes first, and not itself
    found = newsroom.find(Search(like=states[0]))
    assert ids(found) == [id_of(1), id_of(2)]
    assert (found.articles, found.hits[0].headline) == (3, STORIES[1][0])

    # And a text finds what it is about, as many as are asked for
    assert ids(newsroom.find(Search(like="monetary policy", limit=1))) == [id_of(2)]


def test_words_and_meaning_are_joined_by_rank(newsroom: Newsroom) -> None:
    # Given three stories, of which two are of a bridge and one alone says so
    for number, story in enumerate(STORIES):
        newsroom.commit(number, *story)
    # When it is searched for, Then who says it and means it comes first, and who means it alone comes too
    found = newsroom.find(Search("bridge over the river reopens"))
    assert [(hit.article_id, hit.found_by) for hit in found.hits] == [
        (id_of(0), "words and meaning"),
        (id_of(1), "meaning"),
    ]


def test_a_retracted_article_leaves_the_index(newsroom: Newsroom) -> None:
    # Given two stories in the index
    states = [newsroom.commit(number, *story) for number, story in enumerate(STORIES[:2])]
    text = " ".join(STORIES[0])
    assert ids(newsroom.find(Search("bridge", like=text))) == [id_of(0), id_of(1)]
    # When one is taken back, Then neither its words nor its vector find it
    newsroom.retract(states[0])
    found = newsroom.find(Search("bridge", like=text))
    assert ([(hit.article_id, hit.found_by) for hit in found.hits], found.articles) == ([(id_of(1), "meaning")], 1)
    with pytest.raises(NothingToSearchError, match="newsdesk embed"):
        newsroom.find(Search(like=states[0].model_copy(update={"current": None})))


def test_what_the_table_does_not_vouch_for_is_passed_over(newsroom: Newsroom) -> None:
    # Given two stories, one of which has moved on while the feed does not say so yet
    states = [newsroom.commit(number, *story) for number, story in enumerate(STORIES[:2])]
    newer = current_of(states[0], revision=2, key=key_of(states[0], 2))
    newsroom.store.save(states[0].model_copy(update={"version": 2, "current": newer}))

    # When they are searched for, one at a time, Then only the other is found, though it fits less
    assert ids(newsroom.find(Search(" ".join(STORIES[0]), limit=1, like=" ".join(STORIES[0])))) == [id_of(1)]


def test_a_stack_without_vectors_says_what_helps_and_finds_words(newsroom: Newsroom) -> None:
    state = newsroom.commit(0, *STORIES[0], is_embedded=False)
    assert ids(newsroom.find(Search("bridge"))) == [state.article_id]
    with pytest.raises(NothingToSearchError, match="embed --all"):
        newsroom.find(Search(like="bridge"))
    del newsroom.stack.resources["EmbedQueue"]
    with pytest.raises(NothingToSearchError, match="up --embeddings"):
        newsroom.find(Search(like="bridge"))


def test_vectors_of_another_model_are_told_of(newsroom: Newsroom) -> None:
    state = newsroom.commit(0, *STORIES[0])
    key = vector_key(key_of(state, 1))
    stored = StoredVector.model_validate_json(newsroom.objects.get(key))
    aws.put_object(key, to_json_bytes(stored.model_copy(update={"model": "another"})))
    with pytest.raises(NothingToSearchError, match=f"{MODEL}, but the stack's vectors are of another"):
        newsroom.find(Search(like="bridge"))


def test_a_vector_that_comes_later_is_taken_in(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given an article that was indexed before it had a vector
    state = newsroom.commit(0, *STORIES[0], is_embedded=False)
    newsroom.find(Search("bridge"))
    # When it has one some seconds later, Then its meaning finds it
    newsroom.embed(state)
    later = time.time() + 3
    monkeypatch.setattr(time, "time", lambda: later)
    assert ids(newsroom.find(Search(like="a crossing for cars"))) == [state.article_id]


def test_a_body_that_is_no_change_fails_alone(newsroom: Newsroom) -> None:
    # Given a batch with a body that nobody foresaw, between two good changes
    state = newsroom.commit(0, *STORIES[0])
    good = change_of(revision_of(state, 1, key=key_of(state, 1)))

    # When it is handled, Then that one is handed back
    records = [{"messageId": "good", "body": json.dumps({"detail": json.loads(good.to_json())})}]
    records.insert(0, {"messageId": "bad", "body": "{}"})
    context = cast(LambdaContext, aws.FakeLambdaContext(30_000))
    answer: Any = embedder.handler.lambda_handler({"Records": records}, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}


def test_a_function_that_runs_out_of_time_hands_the_rest_back(newsroom: Newsroom) -> None:
    record = {"messageId": "late", "body": "{}"}
    context = cast(LambdaContext, aws.FakeLambdaContext(100))
    answer: Any = embedder.handler.lambda_handler({"Records": [record]}, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "late"}]}
