"""Golden messages: what a release once sent, every later release reads, and sends again as it was.

Comes in: ``tests/contracts/messages``, to which files are added and in which none is changed. Goes out: assertions.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from newsdesk.contracts import (
    ArticleChanged,
    ArticleEnriched,
    ArticleExtracted,
    CompactionDue,
    FetchRequested,
    PageFetched,
    SourceDue,
    StageMessage,
    SubmissionEnded,
    UrlSubmitted,
)
from newsdesk.contracts.messages import Message

GOLDEN = Path(__file__).parent / "messages"
MODELS: dict[str, type[Message]] = {
    "v1/url-submitted": UrlSubmitted,
    "v1/fetch-requested": FetchRequested,
    "v1/page-fetched": PageFetched,
    "v1/article-extracted": ArticleExtracted,
    "v1/article-enriched": ArticleEnriched,
    "v1/source-due": SourceDue,
    "v1/compaction-due": CompactionDue,
    "v1/article-changed": ArticleChanged,
    "v1/submission-ended": SubmissionEnded,
}
FURTHER = [
    ("v1/url-submitted", "pushed"),
    ("v1/article-changed", "retracted"),
    ("v1/article-changed", "erased"),
    ("v1/article-changed", "merging"),
    ("v1/article-changed", "subjects"),
    ("v1/submission-ended", "described"),
    ("v1/url-submitted", "from-feed"),
]
"""Further forms of a message."""

EVERY = [*((name, kind) for name in MODELS for kind in ("minimal", "full")), *FURTHER]
STAGE_MODELS = {name: model for name, model in MODELS.items() if issubclass(model, StageMessage)}


def golden(name: str, kind: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((GOLDEN / f"{name}.{kind}.json").read_text(encoding="utf-8"))
    return document


def concrete(model: type[Message]) -> set[type[Message]]:
    """Every message class that is sent: the leaves of the tree."""
    inner = model.__subclasses__()
    return set().union(*(concrete(entry) for entry in inner)) if inner else {model}


def test_every_message_has_its_golden_files_and_every_file_its_message() -> None:
    files = {str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*.json")}
    assert files == {f"{name}.{kind}.json" for name, kind in EVERY}
    assert {(name, kind) for name in MODELS for kind in ("minimal", "full")} <= set(EVERY)
    assert concrete(Message) == set(MODELS.values())


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_a_golden_message_is_read_and_written_again_stably(name: str, kind: str) -> None:
    # Given a message as a release sent it
    document = golden(name, kind)

    # When it is read and written
    message = MODELS[name].model_validate_json(json.dumps(document))
    written = json.loads(message.to_json())

    # Then all that it said is there, what is added are defaults, and reading it again changes nothing
    assert written == {**written, **document}
    assert MODELS[name].model_validate(written) == message
    assert MODELS[name].model_validate(written).to_json() == message.to_json()


@pytest.mark.parametrize("name", MODELS)
def test_the_golden_messages_have_every_field(name: str) -> None:
    fields = {field.alias for field in MODELS[name].model_fields.values()}
    assert {field for it, kind in EVERY if it == name for field in golden(name, kind)} == fields


@pytest.mark.parametrize("name", MODELS)
def test_a_minimal_golden_message_has_just_what_is_required(name: str) -> None:
    document = golden(name, "minimal")
    required = {field.alias for field in MODELS[name].model_fields.values() if field.is_required()}
    assert required <= set(document)
    for missing in required:
        with pytest.raises(ValidationError):
            MODELS[name].model_validate({field: value for field, value in document.items() if field != missing})


@pytest.mark.parametrize("name", MODELS)
def test_an_unknown_field_is_ignored(name: str) -> None:
    document = golden(name, "full")
    newer = {**document, "aFieldOfTheFuture": {"nested": [1]}}
    assert MODELS[name].model_validate(newer) == MODELS[name].model_validate(document)


@pytest.mark.parametrize("name", MODELS)
def test_another_version_is_not_mistaken_for_this_one(name: str) -> None:
    with pytest.raises(ValidationError, match="schemaVersion"):
        MODELS[name].model_validate({**golden(name, "full"), "schemaVersion": 2})


@pytest.mark.parametrize("name", STAGE_MODELS)
def test_one_stages_message_is_not_mistaken_for_anothers(name: str) -> None:
    for other, model in STAGE_MODELS.items():
        if other != name:
            with pytest.raises(ValidationError):
                model.model_validate(golden(name, "full"))


@pytest.mark.parametrize("name", STAGE_MODELS)
def test_a_message_between_stages_is_small_and_frozen(name: str) -> None:
    message: Any = STAGE_MODELS[name].model_validate(golden(name, "full"))
    assert len(message.to_json()) < 1024
    with pytest.raises(ValidationError, match="frozen"):
        message.run = 9
