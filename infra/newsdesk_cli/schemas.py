"""The published JSON Schemas, as committed under ``docs/schemas``.

Comes in: the models of the layer. Goes out: the schemas' texts by file name. Changes: the folder that it is
given (``python -m newsdesk_cli.schemas docs/schemas``).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from newsdesk.adapters.eventbridge import EVENT_SOURCE
from newsdesk.contracts import (
    ArticleChanged,
    SubmissionEnded,
    article_json_schema,
    event_schema,
    schema_text,
    url_submitted_schema,
)

TRIGGER_SOURCE = "newsdesk.trigger"
"""The source under which others send us ``UrlSubmitted``; a test compares it with the submit function's."""


def generate() -> dict[str, str]:
    """Return the text of every schema by its file name."""
    return {
        "article.v1.json": schema_text(article_json_schema()),
        "url-submitted.v1.json": schema_text(url_submitted_schema()),
        "event.url-submitted.v1.json": schema_text(
            event_schema("UrlSubmitted", TRIGGER_SOURCE, url_submitted_schema())
        ),
        "event.article-changed.v1.json": schema_text(_own_event(ArticleChanged)),
        "event.submission-ended.v1.json": schema_text(_own_event(SubmissionEnded)),
    }


def write_schemas(folder: Path) -> None:
    """Write every schema into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in generate().items():
        (folder / name).write_text(text, encoding="utf-8")


def _own_event(model: type[ArticleChanged | SubmissionEnded]) -> dict[str, Any]:
    return event_schema(model.__name__, EVENT_SOURCE, model.model_json_schema(by_alias=True))


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
