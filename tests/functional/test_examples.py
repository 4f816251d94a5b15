"""The readers in ``docs/examples`` do what ``docs/consumers.md`` says, on what our own code wrote.

Comes in: the examples and the document. Goes out: assertions. Changes: a bucket in moto, a temporary folder.
"""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import duckdb
import pytest

from harness import aws
from harness.fakes import InMemoryArticleStore, InMemoryObjectStore, RecordingEventPublisher
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.contracts import Enrichment, Language, to_json_bytes
from newsdesk.ports import ObjectStore
from publisher.stage import Inserted, PublishStage
from tests.examples import article_of, key_of, new_state, revision_of

DOCUMENT = aws.REPOSITORY / "docs" / "consumers.md"
EXAMPLES = aws.REPOSITORY / "docs" / "examples"

COMMITS = ((0, 1), (1, 1), (0, 2))
"""A story, another one, and a new revision of the first: numbers of articles and revisions."""


def publish(objects: ObjectStore, commits: tuple[tuple[int, int], ...], first_sequence: int) -> None:
    """Write the articles and tell them as one batch of the stream."""
    batch = []
    for position, (number, revision) in enumerate(commits):
        state = new_state(number)
        article = article_of(
            state,
            revision,
            headline=f"Story {number}, revision {revision}",
            enrichment=Enrichment(language=Language(code="en", confidence=0.9)),
        )
        objects.put(key_of(state, revision), to_json_bytes(article), "application/json")
        batch.append(Inserted(str(first_sequence + position), revision_of(state, revision)))
    PublishStage(objects, RecordingEventPublisher(), InMemoryArticleStore()).handle(batch)


def test_the_library_prints_each_article_that_changed_since_the_last_time(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given three commits, the last two told a second time in a batch that was cut otherwise
    objects = S3ObjectStore(bucket)
    publish(objects, COMMITS, first_sequence=100)
    publish(objects, COMMITS[1:], first_sequence=101)
    monkeypatch.setattr(sys, "argv", ["read_articles.py", f"s3://{bucket}", str(tmp_path / "cursor")])

    def lines() -> list[str]:
        runpy.run_path(str(EXAMPLES / "read_articles.py"), run_name="__main__")
        return capsys.readouterr().out.splitlines()

    # When, Then
    assert lines() == [
        "created 1 13 Story 0, revision 1",
        "created 1 13 Story 1, revision 1",
        "updated 2 13 Story 0, revision 2",
    ]
    assert lines() == []


def test_duckdb_reads_the_current_revision_of_every_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a mirrored bucket, in which an article lies that was never committed
    objects = InMemoryObjectStore()
    publish(objects, COMMITS, first_sequence=100)
    stray = new_state(7)
    objects.put(key_of(stray), to_json_bytes(article_of(stray, headline="Never committed")), "application/json")
    for key, stored in objects.objects.items():
        path = tmp_path / "out" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(stored.body)
    monkeypatch.chdir(tmp_path)
    # When
    relation = duckdb.sql((EXAMPLES / "read_articles.sql").read_text(encoding="utf-8"))
    assert relation is not None
    rows = relation.fetchall()
    # Then
    assert sorted((words, language, headline) for _, words, language, headline in rows) == [
        (13, "en", "Story 0, revision 2"),
        (13, "en", "Story 1, revision 1"),
    ]


def test_what_is_printed_for_opensearch_is_its_bulk_format(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given three commits, and the second article taken back
    objects = S3ObjectStore(bucket)
    publish(objects, COMMITS, first_sequence=100)
    gone = revision_of(new_state(1), 2, change_type="retracted", key=None, headline=None, reason="gone")
    PublishStage(objects, RecordingEventPublisher(), InMemoryArticleStore()).handle([Inserted("110", gone)])
    mapping = json.loads((EXAMPLES / "opensearch_mapping.json").read_text(encoding="utf-8"))["mappings"]["properties"]

    # When they are printed
    monkeypatch.setattr(sys, "argv", ["to_opensearch.py", f"s3://{bucket}", str(tmp_path / "cursor"), "news"])
    runpy.run_path(str(EXAMPLES / "to_opensearch.py"), run_name="__main__")
    text = capsys.readouterr().out

    # Then each action names the index, the document and its version, and but for a deletion a document follows
    assert text.endswith("\n")
    lines = [json.loads(line) for line in text.splitlines()]
    index: dict[str, tuple[int, dict[str, object]]] = {}
    while lines:
        ((action, about),) = lines.pop(0).items()
        assert (about["_index"], about["version_type"]) == ("news", "external_gte")
        assert about["version"] >= index.get(about["_id"], (0, {}))[0]
        if action == "delete":
            del index[about["_id"]]
            continue
        assert action == "index"
        document = lines.pop(0)
        assert document.keys() <= mapping.keys()
        assert {"url", "host", "headline", "body", "committed"} <= document.keys()
        assert None not in document.values()
        index[about["_id"]] = about["version"], document

    # And what is left is what is current
    ((version, document),) = index.values()
    assert (version, document["headline"], document["language"]) == (2, "Story 0, revision 2", "en")


@pytest.mark.parametrize(("name", "language"), [("read_articles.py", "python"), ("read_articles.sql", "sql")])
def test_the_document_shows_the_very_example_that_is_tested(name: str, language: str) -> None:
    example = (EXAMPLES / name).read_text(encoding="utf-8")
    assert f"```{language}\n{example}```\n" in DOCUMENT.read_text(encoding="utf-8")
