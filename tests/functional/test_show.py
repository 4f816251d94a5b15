"""``newsdesk show --enrichment``, over AWS in moto.

Comes in: a committed article with its enrichment. Goes out: assertions. Changes: moto's memory, a file.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.articles import Stage
from newsdesk.contracts import Article, Enrichment, Entity, Mention, to_json_bytes
from newsdesk_cli import lookup
from newsdesk_cli.app import app
from newsdesk_cli.stack import Stack
from tests.examples import article_bytes, at_stage, current_of, key_of, revision_of

BODY = "Ida Moss sailed at dawn."
OPENING = "Ida Moss sailed …"
FOUND = Enrichment(
    entities=(Entity(type="PERSON", name="Ida Moss", mentions=(Mention(begin=0, end=8, text="Ida Moss"),)),)
)


@pytest.fixture
def article_id(table: str, bucket: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An article in a stack that the command line finds."""
    state = at_stage(Stage.REST, 1)
    key = key_of(state, 1)
    article = Article.model_validate_json(article_bytes(state, 1))
    article = article.model_copy(
        update={"article_body": BODY, "description": OPENING, "enrichment": FOUND, "blocks": ()}
    )
    S3ObjectStore(bucket).put(key, to_json_bytes(article), "application/json")
    state = state.model_copy(update={"version": 1, "current": current_of(state, key=key)})
    DynamoArticleStore(table).save(state, revision_of(state, 1, key=key))
    stack = Stack("newsdesk", "us-east-1")
    vars(stack)["outputs"] = {"TableName": table, "BucketName": bucket}
    monkeypatch.setattr(lookup, "open_stack", lambda *_: stack)
    return state.article_id


def test_the_enrichment_is_shown_where_it_is_asked_for(article_id: str) -> None:
    marked = CliRunner().invoke(app, ["show", article_id, "--enrichment"])
    plain = CliRunner().invoke(app, ["show", article_id])
    assert (marked.exit_code, plain.exit_code) == (0, 0)
    assert BODY in marked.stdout
    assert "PERSON" in marked.stdout
    assert "PERSON" not in plain.stdout


def test_a_description_that_is_the_opening_of_the_text_is_no_standfirst(article_id: str, tmp_path: Path) -> None:
    page = tmp_path / "article.html"
    assert CliRunner().invoke(app, ["show", article_id, "--html", str(page)]).exit_code == 0
    assert 'class="deck"' not in page.read_text(encoding="utf-8")
    printed = CliRunner().invoke(app, ["show", article_id]).stdout
    assert printed.count("Ida Moss sailed") == 2  # the text, and the field
    assert "\n\n\n" not in printed


def test_an_article_is_printed_as_markdown_with_its_address(article_id: str) -> None:
    answer = CliRunner().invoke(app, ["show", article_id, "--markdown"])
    assert answer.exit_code == 0
    assert answer.stdout.startswith("# Bridge reopens\n")
    assert BODY in answer.stdout.splitlines()
    assert answer.stdout.rstrip().endswith(">")


def test_a_page_is_written_and_nothing_else(article_id: str, tmp_path: Path) -> None:
    target = tmp_path / "article.html"
    done = CliRunner().invoke(app, ["show", article_id, "--enrichment", "--html", str(target)])
    assert done.exit_code == 0
    assert done.stdout == ""
    assert '<span class="e person" title="PERSON Ida Moss">Ida Moss</span> sailed' in target.read_text(encoding="utf-8")
