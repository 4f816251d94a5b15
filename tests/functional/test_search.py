"""From a change to a search, with the very model, over AWS in moto.

Comes in: articles, committed. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

import embedder.handler
from embedder.model import DIMENSIONS, MODEL, embed
from harness import aws
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.articles import ArticleState, Stage
from newsdesk.articles.lifecycle import retracted
from newsdesk.contracts import Article, ArticleChanged, cosine, decode_vector, encode_vector, to_json_bytes
from newsdesk_cli.search import NoVectorError, search, vector_of_article, vector_of_text
from newsdesk_cli.stack import Stack
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

    def __init__(self, table: str, bucket: str) -> None:
        self.store = DynamoArticleStore(table)
        self.objects = S3ObjectStore(bucket)
        self.stack = Stack("newsdesk", "us-east-1")
        vars(self.stack)["outputs"] = {"TableName": table, "BucketName": bucket}

    def commit(self, number: int, headline: str, body: str) -> ArticleState:
        state = at_stage(Stage.REST, number)
        key = key_of(state, 1)
        article = Article.model_validate_json(article_bytes(state, 1))
        article = article.model_copy(update={"headline": headline, "article_body": body})
        self.objects.put(key, to_json_bytes(article), "application/json")
        current = current_of(state, key=key, headline=headline)
        state = state.model_copy(update={"version": 1, "current": current})
        record = revision_of(state, 1, key=key)
        self.store.save(state, record)
        assert self.tell(change_of(record)) == []
        return state

    def retract(self, state: ArticleState) -> None:
        after, (record, _) = retracted(state, "gone", NOW)
        self.store.save(after, record)
        assert self.tell(change_of(record)) == []

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
def newsroom(monkeypatch: pytest.MonkeyPatch, table: str, bucket: str) -> Iterator[Newsroom]:
    monkeypatch.setenv("NEWSDESK_TABLE_NAME", table)
    monkeypatch.setenv("NEWSDESK_BUCKET_NAME", bucket)
    embedder.handler.build.cache_clear()
    yield Newsroom(table, bucket)
    embedder.handler.build.cache_clear()


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
    stored = vector_of_article(newsroom.stack, states[0])
    found = search(newsroom.stack, stored.model, stored.vector, 10, without=states[0].article_id)
    assert [hit.article_id for hit in found.hits] == [id_of(1), id_of(2)]
    assert (found.compared, found.is_cut) == (2, False)
    assert found.hits[0].headline == STORIES[1][0]

    # And a text finds what it is about, as many as are asked for
    found = search(newsroom.stack, *vector_of_text("monetary policy"), limit=1)
    assert [hit.article_id for hit in found.hits] == [id_of(2)]


def test_a_retracted_article_is_not_found(newsroom: Newsroom) -> None:
    # Given two stories, one of which is taken back
    states = [newsroom.commit(number, *story) for number, story in enumerate(STORIES[:2])]
    newsroom.retract(states[0])

    # When both are searched for, Then one is found, and the other has no vector any more
    found = search(newsroom.stack, *vector_of_text("bridge"), limit=10)
    assert [hit.article_id for hit in found.hits] == [id_of(1)]
    with pytest.raises(NoVectorError, match="has no vector"):
        vector_of_article(newsroom.stack, states[0])


def test_a_vector_that_the_table_does_not_vouch_for_is_passed_over(newsroom: Newsroom) -> None:
    # Given two stories, one of which has moved on while its new vector is not written yet
    states = [newsroom.commit(number, *story) for number, story in enumerate(STORIES[:2])]
    moved = states[0].current
    assert moved is not None
    newer = current_of(states[0], revision=2, key=key_of(states[0], 2))
    newsroom.store.save(states[0].model_copy(update={"version": 2, "current": newer}))

    # When they are searched for, one at a time, Then only the other is found, though it is less alike
    found = search(newsroom.stack, *vector_of_text(" ".join(STORIES[0])), limit=1)
    assert [hit.article_id for hit in found.hits] == [id_of(1)]


def test_vectors_of_another_model_are_left_alone(newsroom: Newsroom) -> None:
    newsroom.commit(0, *STORIES[0])
    _, vector = vector_of_text("bridge")
    assert search(newsroom.stack, "another-model", vector, 10).hits == ()


def test_a_stack_without_vectors_says_so(newsroom: Newsroom) -> None:
    with pytest.raises(NoVectorError, match="--embeddings"):
        search(newsroom.stack, MODEL, vector_of_text("x")[1], 10)


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
