"""The committed JSON Schemas are those of the code, and what the code sends is valid under them.

Comes in: ``docs/schemas`` and the models. Goes out: assertions. Changes: a temporary folder.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from newsdesk.adapters.eventbridge import EVENT_SOURCE
from newsdesk.articles import Stage
from newsdesk.contracts import (
    Article,
    ArticleType,
    Block,
    BlockType,
    CitedSource,
    Country,
    Enrichment,
    EnrichmentError,
    Entity,
    EntityLink,
    FeedItem,
    FieldConflict,
    FieldSource,
    Geo,
    Image,
    Keyphrase,
    Language,
    LanguagePassage,
    Link,
    Mention,
    ModelProvenance,
    NotApplicable,
    Organization,
    PageProvenance,
    Part,
    Person,
    Provenance,
    Quality,
    Quote,
    Rights,
    RightsSignal,
    Signature,
    SiteProfile,
    Speaker,
    StatedValue,
    Topic,
    to_json_bytes,
)
from newsdesk.contracts.article import Cluster
from newsdesk_cli import schemas
from submitter import intake
from tests.examples import article_bytes, article_of, at_stage

REPOSITORY = Path(__file__).parents[2]
COMMITTED = REPOSITORY / "docs" / "schemas"
GOLDEN = Path(__file__).parent / "messages" / "v1"
NAMES = sorted(schemas.generate())
EVENTS = {
    "event.url-submitted.v1.json": ("newsdesk.trigger", "UrlSubmitted", "url-submitted"),
    "event.article-changed.v1.json": ("newsdesk", "ArticleChanged", "article-changed"),
    "event.submission-ended.v1.json": ("newsdesk", "SubmissionEnded", "submission-ended"),
}


def committed(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((COMMITTED / name).read_text(encoding="utf-8"))
    return document


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(committed(name))


def full_article() -> Article:
    """An article in which every part has a value."""
    mention = Mention(begin=0, end=10, text="The bridge")
    return article_of(
        at_stage(Stage.INDEX),
        2,
        alternative_headline="Bridge open",
        description="After nine months.",
        article_section="Local",
        date_modified="2026-03-14",
        author=(Person(name="Ada Quill", url="https://news.example/ada"),),
        publisher=Organization(name="News Example", url="https://news.example/"),
        image=(Image(url="https://news.example/bridge.jpg", caption="The bridge", credit="Photo: A. Lens"),),
        in_language="en",
        site_name="News Example",
        is_accessible_for_free=True,
        keywords=("bridge",),
        article_type=ArticleType.DIGEST,
        parts=(Part(headline="One", text="Text"),),
        next_pages=("https://news.example/2026/03/14/bridge-reopens?page=2",),
        blocks=(
            Block(type=BlockType.HEADING, text="Repairs", level=2),
            Block(type=BlockType.LIST, text="a b", items=("a", "b")),
            Block(type=BlockType.TABLE, text="1 2", rows=(("1", "2"),)),
        ),
        quality=Quality(
            leak_score=0.1,
            warnings=("short",),
            field_sources={"headline": FieldSource(source="jsonld", confidence=1)},
            conflicts=(
                FieldConflict(
                    field="datePublished",
                    values=(
                        StatedValue(value="2026-03-14", source="jsonld"),
                        StatedValue(value="2026-03-12", source="meta"),
                    ),
                ),
            ),
        ),
        rights=Rights(
            robots=("noai",),
            noarchive=False,
            noai=True,
            tdm_reservation=True,
            opt_outs=("noai",),
            signals=(RightsSignal(source="page", name="robots", value="noai"),),
        ),
        provenance=Provenance(
            requested_url="https://news.example/?a",
            final_url="https://news.example/",
            canonical_url="https://news.example/a",
            capture_key="raw/v1/x",
            capture_sha256="ab" * 32,
            captured_at="2026-03-14T09:26:53.589Z",
            http_status=200,
            pages=(
                PageProvenance(
                    requested_url="https://news.example/a?page=2",
                    final_url="https://news.example/a/2",
                    capture_key="raw/v1/y",
                    capture_sha256="cd" * 32,
                    captured_at="2026-03-14T09:26:59.589Z",
                    http_status=200,
                    site_profile=SiteProfile(id="0123456789abcdef", recurring=("00ff01",)),
                ),
            ),
            discovery="feed",
            feed_item=FeedItem(feed="https://news.example/rss", published="2026-03-14", authors=("Änne Example",)),
            extractor=ModelProvenance(name="test", version="1"),
            site_profile=SiteProfile(id="0123456789abcdef", recurring=("00ff01",)),
            enricher_version="1",
            trace_id="1-67891233-abcdef012345678912345678",
        ),
        enrichment=Enrichment(
            language=Language(
                code="en",
                confidence=0.9,
                declared="en-GB",
                agrees=True,
                passages=(LanguagePassage(begin=0, end=3, code="fr", confidence=0.8),),
            ),
            reading_time_minutes=0.5,
            entities=(
                Entity(
                    type="PLACE",
                    name="Harbour",
                    title="Old",
                    mentions=(mention,),
                    geo=Geo(country="GB", geonameid=1, lat=51.0, lon=0.0),
                    links=(EntityLink(register_name="GeoNames", id="1", name="Harbour"),),
                    salience=0.5,
                ),
            ),
            countries=(Country(iso2="GB", weight=1),),
            keyphrases=(Keyphrase(text="bridge", score=0.4),),
            topics=(Topic(id="medtop:20000001", label="transport", score=0.4),),
            summary=(mention,),
            quotes=(
                Quote(
                    kind="direct",
                    begin=0,
                    end=3,
                    text="The",
                    speaker=Speaker(text="she", begin=0, end=3, name="Mayor"),
                    cue=mention,
                ),
            ),
            cited_sources=(
                CitedSource(name="Council", kind="official", domain="council.example", mentions=(mention,)),
            ),
            links=(Link(url="https://council.example/", text="Council", kind="external"),),
            signature=Signature(algorithm="bottom-128", sketch="AAAA"),
            cluster=Cluster(id="x", representative="y", duplicate_of="y"),
            provenance=(ModelProvenance(name="language", version="1"),),
            not_applicable=(NotApplicable(enricher="quotes", detail="why"),),
            errors=(EnrichmentError(enricher="topics", kind="failed", detail="why"),),
        ),
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_committed_schema_is_the_codes_own(name: str) -> None:
    assert (COMMITTED / name).read_text(encoding="utf-8") == schemas.generate()[name]


def test_no_schema_is_committed_that_the_code_does_not_generate() -> None:
    assert sorted(path.name for path in COMMITTED.iterdir()) == NAMES


def test_the_command_writes_every_schema(tmp_path: Path) -> None:
    schemas.write_schemas(tmp_path / "schemas")
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "schemas").iterdir()}
    assert written == schemas.generate()


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_schema_and_knows_its_name(name: str) -> None:
    Draft202012Validator.check_schema(committed(name))
    assert committed(name)["$id"] == f"urn:newsdesk:schema:{name.removesuffix('.v1.json')}:v1"


@pytest.mark.parametrize("name", NAMES)
def test_every_property_of_a_schema_is_described(name: str) -> None:
    schema = committed(name)

    def is_described(said: dict[str, Any]) -> bool:
        # What a property says in the words of its type's own description is left to that.
        definition = schema.get("$defs", {}).get(said.get("$ref", "").removeprefix("#/$defs/"), {})
        return bool(said.get("description") or definition.get("description"))

    def bare(node: Any, path: str) -> list[str]:
        if isinstance(node, list):
            return [found for part in node for found in bare(part, path)]
        if not isinstance(node, dict):
            return []
        properties = node.get("properties", {})
        own = [f"{path}/{field}" for field, said in properties.items() if not is_described(said)]
        return own + [found for key, part in node.items() if key != "examples" for found in bare(part, f"{path}/{key}")]

    assert bare(schema, "") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_schemas_examples_are_valid_and_have_no_unknown_field(name: str) -> None:
    # Given the schema, and the same one closed to fields that it does not name
    def closed(node: Any) -> Any:
        if isinstance(node, list):
            return [closed(part) for part in node]
        if not isinstance(node, dict):
            return node
        parts = {key: closed(part) for key, part in node.items()}
        return {"additionalProperties": False, **parts} if isinstance(node.get("properties"), dict) else parts

    schema = committed(name)
    examples = schema.pop("examples")

    # When its examples are checked, Then both take them
    assert examples
    for example in examples:
        validator(name).validate(example)
        Draft202012Validator(closed(schema)).validate(example)


def test_places_in_the_articles_example_are_those_of_its_text() -> None:
    article = Article.model_validate(committed("article.v1.json")["examples"][0])
    mentions = [mention for entity in article.enrichment.entities for mention in entity.mentions]
    places = [(place.begin, place.end, place.text) for place in mentions]
    places += [(quote.begin, quote.end, quote.text) for quote in article.enrichment.quotes]
    assert len(places) == 2
    for begin, end, text in places:
        assert article.article_body[begin:end] == text


def test_an_events_source_is_the_one_that_is_sent_and_accepted() -> None:
    for name, (source, detail_type, _) in EVENTS.items():
        properties = committed(name)["properties"]
        assert (properties["source"]["const"], properties["detail-type"]["const"]) == (source, detail_type)
    assert EVENTS["event.url-submitted.v1.json"][:2] == (intake.TRIGGER_SOURCE, intake.TRIGGER_DETAIL_TYPE)
    assert EVENTS["event.article-changed.v1.json"][0] == EVENT_SOURCE


def test_articles_as_they_are_written_are_valid() -> None:
    for body in (article_bytes(at_stage(Stage.INDEX)), to_json_bytes(full_article())):
        validator("article.v1.json").validate(json.loads(body))


def test_the_full_example_leaves_no_part_of_the_article_out() -> None:
    def names(schema: dict[str, Any]) -> set[str]:
        return set(schema["properties"])

    document = json.loads(to_json_bytes(full_article()))
    schema = committed("article.v1.json")
    assert set(document) == names(schema)
    for part, definition in (("enrichment", "Enrichment"), ("provenance", "Provenance"), ("rights", "Rights")):
        assert set(document[part]) == names(schema["$defs"][definition])


@pytest.mark.parametrize(
    "change",
    [
        {"articleId": "UPPER"},
        {"revision": 0},
        {"datePublished": "yesterday"},
        {"changeType": "improved"},
        {"wordCount": -1},
        {"articleBody": None},
    ],
)
def test_what_is_no_article_is_not_valid(change: dict[str, Any]) -> None:
    document = {**json.loads(article_bytes(at_stage(Stage.INDEX))), **change}
    assert not validator("article.v1.json").is_valid(document)


@pytest.mark.parametrize("kind", ["minimal", "full"])
@pytest.mark.parametrize("name", EVENTS)
def test_golden_messages_are_valid_as_details_of_events(name: str, kind: str) -> None:
    # Given an event that carries a golden message
    source, detail_type, message = EVENTS[name]
    detail = json.loads((GOLDEN / f"{message}.{kind}.json").read_text(encoding="utf-8"))
    event = {"version": "0", "id": "1", "source": source, "detail-type": detail_type, "detail": detail}

    # When it is checked, Then it is valid, and with another source or without its URL it is not
    validator(name).validate(event)
    assert not validator(name).is_valid({**event, "source": "somebody.else"})
    assert not validator(name).is_valid({**event, "detail": {**detail, "url": None}})


@pytest.mark.parametrize("kind", ["minimal", "full"])
def test_golden_submissions_are_valid_intake_messages(kind: str) -> None:
    validator("url-submitted.v1.json").validate(
        json.loads((GOLDEN / f"url-submitted.{kind}.json").read_text(encoding="utf-8"))
    )


@pytest.mark.parametrize(
    "body",
    [{}, {"url": ""}, {"url": "x", "schemaVersion": 2}, {"url": "x", "priority": "urgent"}, {"url": "x", "tags": [""]}],
)
def test_the_schema_refuses_what_intake_refuses(body: dict[str, Any]) -> None:
    with pytest.raises(intake.UnreadableSubmissionError):
        intake.read_submission(json.dumps(body), "message")
    assert not validator("url-submitted.v1.json").is_valid(body)
