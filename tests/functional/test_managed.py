"""Managed services behind the enrichers' interface: what they find, what a day may cost, that nothing needs them.

Comes in: answers in the shapes that botocore's own service models define, built by walking them and checked by its
Stubber; a server on loopback that does not answer, or answers nonsense. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from enricher.composer import compose
from enricher.handler import enrichers_for
from enricher.managed_services import (
    BedrockSummaryEnricher,
    ComprehendEntitiesEnricher,
    ComprehendKeyphrasesEnricher,
    WithFallback,
    pieces,
    units_of,
)
from enricher.ports import Analysis, Document, Enricher, NotApplicableError
from enricher.settings import EnrichSettings
from newsdesk.adapters import clients
from newsdesk.adapters.bedrock import Bedrock
from newsdesk.adapters.comprehend import Comprehend
from newsdesk.adapters.spending import DynamoAllowance
from newsdesk.contracts import Enrichment, Keyphrase, Language
from newsdesk.managed import Allowance, AllowanceSpentError, Answer, Detection, ManagedServiceError

MODEL = "amazon.nova-micro-v1:0"
HOST = "news.example"
NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
BODY = "Ada Lovelace met 😀 Babbage in Turin. Lovelace wrote notes for the Analytical Engine. Turin was cold."
"""Worth nothing anywhere; the stubbed clients send nothing."""


def shaped(shape: Shape, values: Any) -> Any:
    """Return ``values`` with every member that the service's model has and they lack: an answer of its very shape."""
    if isinstance(shape, StructureShape):
        assert not set(values) - set(shape.members), f"{shape.name} has no {set(values) - set(shape.members)}"
        union = getattr(shape, "is_tagged_union", False)
        wanted = {name: member for name, member in shape.members.items() if name in values or not union}
        return {
            name: shaped(member, values[name]) if name in values else emptiest(member)
            for name, member in wanted.items()
        }
    if isinstance(shape, ListShape):
        return [shaped(shape.member, value) for value in values]
    if isinstance(shape, StringShape) and shape.enum:
        assert values in shape.enum
    return values


def emptiest(shape: Shape) -> Any:
    if isinstance(shape, StructureShape):
        union = getattr(shape, "is_tagged_union", False)
        members = dict(list(shape.members.items())[:1]) if union else shape.members
        return {name: emptiest(member) for name, member in members.items() if not getattr(shape, "document", False)}
    if isinstance(shape, ListShape):
        return []
    if isinstance(shape, MapShape):
        return {}
    if isinstance(shape, StringShape):
        return shape.enum[0] if shape.enum else "x"
    return {"integer": 0, "long": 0, "float": 0.0, "double": 0.0, "boolean": False, "blob": b""}[shape.type_name]


def answer_of(client: Any, operation: str, values: dict[str, Any]) -> dict[str, Any]:
    shape = client.meta.service_model.operation_model(operation).output_shape
    answer: dict[str, Any] = shaped(shape, values)
    return answer


def entity(text: str, type_: str, body: str = BODY, after: int = 0) -> dict[str, Any]:
    begin = body.index(text, after)
    return {"Text": text, "Type": type_, "Score": 0.99, "BeginOffset": begin, "EndOffset": begin + len(text)}


def phrase(text: str, body: str = BODY, after: int = 0) -> dict[str, Any]:
    begin = body.index(text, after)
    return {"Text": text, "Score": 0.9, "BeginOffset": begin, "EndOffset": begin + len(text)}


@dataclass
class Counted:
    """An allowance that grants all it is asked, and remembers."""

    reserved: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)

    def reserve(self, units: int, host: str) -> str:
        self.reserved.append(units)
        return "2026-11-22"

    def give_back(self, units: int, host: str, day: str) -> None:
        assert day == "2026-11-22"
        self.returned.append(units)


@contextmanager
def serving(body: bytes, delay_seconds: float) -> Iterator[str]:
    """A server on loopback that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(delay_seconds)
            with suppress(OSError):  # the client has gone
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Embedded:
    """Stands for the enricher in the package."""

    name = "embedded"
    version = "1"

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        return Enrichment(keyphrases=(Keyphrase(text="embedded", score=1.0),))


class Says:
    """Says which language it is."""

    name = "language"
    version = "1"

    def __init__(self, code: str = "en") -> None:
        self._code = code

    def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
        return Enrichment(language=Language(code=self._code, confidence=1.0))


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    return boto3.Session("testing", "testing", region_name="us-east-1")


@pytest.fixture
def comprehend(session: boto3.Session) -> Iterator[tuple[Any, Stubber]]:
    client = session.client("comprehend")
    with Stubber(client) as stubber:
        yield client, stubber


@pytest.fixture
def bedrock(session: boto3.Session) -> Iterator[tuple[Any, Stubber]]:
    client = session.client("bedrock-runtime")
    with Stubber(client) as stubber:
        yield client, stubber


def run(*enrichers: Enricher, body: str = BODY, language: str = "en") -> Enrichment:
    return compose(Document(body=body), (Says(language), *enrichers))


class TestComprehend:
    def test_entities_come_merged_in_code_points_and_without_dates(self, comprehend: tuple[Any, Stubber]) -> None:
        # Given an answer with a person named twice, a work, and a quantity
        client, stubber = comprehend
        later = BODY.index("Lovelace wrote")
        found = [
            entity("Ada Lovelace", "PERSON"),
            entity("Lovelace", "PERSON", after=later),
            entity("Turin", "LOCATION"),
            entity("Analytical Engine", "TITLE"),
            entity("notes", "QUANTITY"),
        ]
        answer = answer_of(client, "DetectEntities", {"Entities": found})
        stubber.add_response("detect_entities", answer, {"Text": BODY, "LanguageCode": "en"})
        # When
        enrichment = run(WithFallback(ComprehendEntitiesEnricher(Comprehend(client), Counted()), Embedded()))
        # Then
        by_name = {entity.name: entity for entity in enrichment.entities}
        assert {name: entity.type for name, entity in by_name.items()} == {
            "Ada Lovelace": "PERSON",
            "Turin": "PLACE",
            "Analytical Engine": "OTHER",
        }
        assert [mention.text for mention in by_name["Ada Lovelace"].mentions] == ["Ada Lovelace", "Lovelace"]
        assert all(BODY[m.begin : m.end] == m.text for entity in enrichment.entities for m in entity.mentions)
        assert [made.name for made in enrichment.provenance] == ["language", "comprehend-entities"]
        assert enrichment.errors == ()

    def test_key_phrases_are_ranked_by_how_often_they_occur(self, comprehend: tuple[Any, Stubber]) -> None:
        # Given
        client, stubber = comprehend
        found = [phrase("notes"), phrase("Turin"), phrase("Turin", after=BODY.index("Turin was"))]
        stubber.add_response("detect_key_phrases", answer_of(client, "DetectKeyPhrases", {"KeyPhrases": found}))
        # When
        enrichment = run(WithFallback(ComprehendKeyphrasesEnricher(Comprehend(client), Counted()), Embedded()))
        # Then
        assert [(each.text, each.score) for each in enrichment.keyphrases] == [("Turin", 1.0), ("notes", 0.5)]

    def test_a_text_without_any_has_none(self, comprehend: tuple[Any, Stubber]) -> None:
        client, stubber = comprehend
        stubber.add_response("detect_key_phrases", answer_of(client, "DetectKeyPhrases", {"KeyPhrases": []}))
        enrichment = run(WithFallback(ComprehendKeyphrasesEnricher(Comprehend(client), Counted()), Embedded()))
        assert enrichment.keyphrases == ()
        assert enrichment.errors == ()

    def test_a_long_text_is_asked_about_in_pieces_that_are_paid_for_one_by_one(self) -> None:
        # Given a text of 150,000 bytes in 50,000 characters, and a service that finds the last character of each piece
        body = "漢字" * 25_000
        asked: list[str] = []

        class Finds:
            def entities(self, text: str, language: str) -> tuple[Detection, ...]:
                asked.append(text)
                return (Detection(len(text) - 1, len(text), 1.0, "LOCATION"),)

            def key_phrases(self, text: str, language: str) -> tuple[Detection, ...]:
                raise NotImplementedError

        allowance = Counted()
        # When
        enrichment = run(ComprehendEntitiesEnricher(Finds(), allowance), body=body, language="zh")
        # Then
        assert "".join(asked) == body
        assert max(len(text.encode()) for text in asked) <= 100_000
        ends = sorted(mention.end for entity in enrichment.entities for mention in entity.mentions)
        assert ends == [len(asked[0]), len(body)]
        assert allowance.reserved == [units_of(text) for text in asked]

    @given(st.text(max_size=60), st.integers(4, 40))
    def test_pieces_are_the_text_again(self, text: str, most_bytes: int) -> None:
        text = text.encode("utf-8", "ignore").decode()
        cut = list(pieces(text, most_bytes))
        assert "".join(piece for _, piece in cut) == text
        assert all(text[begin:].startswith(piece) and len(piece.encode()) <= most_bytes for begin, piece in cut)

    @pytest.mark.parametrize(("characters", "units"), [(1, 3), (300, 3), (301, 4), (10_000, 100)])
    def test_units_are_those_of_the_price_list(self, characters: int, units: int) -> None:
        assert units_of("x" * characters) == units


class TestSummary:
    @staticmethod
    def answered(client: Any, text: str, stop: str = "end_turn", tokens: int = 150) -> dict[str, Any]:
        message = {"role": "assistant", "content": [{"text": text}]}
        usage = {"inputTokens": tokens - 5, "outputTokens": 5, "totalTokens": tokens}
        values = {"output": {"message": message}, "stopReason": stop, "usage": usage}
        return answer_of(client, "Converse", values)

    def test_the_model_chooses_sentences_and_writes_none(self, bedrock: tuple[Any, Stubber]) -> None:
        # Given
        client, stubber = bedrock
        stubber.add_response("converse", self.answered(client, "3, 1"))
        allowance = Counted()
        # When
        enrichment = run(WithFallback(BedrockSummaryEnricher(Bedrock(MODEL, client), allowance), Embedded()))
        # Then
        texts = [sentence.text for sentence in enrichment.summary]
        assert texts == ["Ada Lovelace met 😀 Babbage in Turin.", "Turin was cold."]
        assert all(BODY[sentence.begin : sentence.end] == sentence.text for sentence in enrichment.summary)
        assert enrichment.provenance[-1].version == f"1+{MODEL}"
        assert sum(allowance.reserved) - sum(allowance.returned) == 150

    @pytest.mark.parametrize(
        ("text", "stop"),
        [
            ("Sentence one is best.", "end_turn"),
            ("", "end_turn"),
            ("0", "end_turn"),
            ("4", "end_turn"),
            ("1, 2, 3, 1", "end_turn"),
            ("1, 2", "max_tokens"),
            ("1", "guardrail_intervened"),
        ],
    )
    def test_anything_but_a_choice_falls_back(self, bedrock: tuple[Any, Stubber], text: str, stop: str) -> None:
        # Given
        client, stubber = bedrock
        stubber.add_response("converse", self.answered(client, text, stop))
        # When
        enrichment = run(WithFallback(BedrockSummaryEnricher(Bedrock(MODEL, client), Counted()), Embedded()))
        # Then
        assert enrichment.summary == ()
        assert enrichment.keyphrases[0].text == "embedded"
        assert [(error.enricher, error.kind) for error in enrichment.errors] == [("bedrock-summary", "failed")]

    def test_a_reservation_that_cannot_be_given_back_costs_units_and_no_summary(self) -> None:
        # Given
        class Keeps(Counted):
            def give_back(self, units: int, host: str, day: str) -> None:
                raise ManagedServiceError("throttled")

        class First:
            model = MODEL

            def answer(self, instructions: str, text: str, most_tokens: int) -> Answer:
                return Answer("1", 10)

        # When / Then
        assert len(run(BedrockSummaryEnricher(First(), Keeps())).summary) == 1

    def test_no_more_tokens_are_billed_than_were_reserved(self) -> None:
        # Given a model that makes each byte a token, which is the worst that any does
        class Greedy:
            model = MODEL
            tokens = 0

            def answer(self, instructions: str, text: str, most_tokens: int) -> Answer:
                self.tokens = len((instructions + text).encode()) + most_tokens
                return Answer("1", self.tokens)

        allowance, model = Counted(), Greedy()
        # When
        run(BedrockSummaryEnricher(model, allowance), body="Привет, мир. 漢字。 " * 2000)
        # Then
        assert 0 < model.tokens <= sum(allowance.reserved)


ERRORS = [
    ("DetectEntities", "InternalServerException", "failed"),
    ("DetectEntities", "TextSizeLimitExceededException", "failed"),
    ("DetectEntities", "ThrottlingException", "failed"),
    ("DetectEntities", "AccessDeniedException", "failed"),
    ("Converse", "ThrottlingException", "failed"),
    ("Converse", "AccessDeniedException", "failed"),
    ("Converse", "ModelNotReadyException", "failed"),
    ("Converse", "ModelTimeoutException", "timed_out"),
]


class TestFallback:
    @pytest.mark.parametrize(("operation", "code", "kind"), ERRORS)
    def test_an_error_of_the_service_is_recorded_and_the_embedded_enricher_runs(
        self, comprehend: tuple[Any, Stubber], bedrock: tuple[Any, Stubber], operation: str, code: str, kind: str
    ) -> None:
        # Given
        managed: Enricher
        if operation == "Converse":
            bedrock[1].add_client_error("converse", code, f"about {BODY}")
            managed = BedrockSummaryEnricher(Bedrock(MODEL, bedrock[0]), Counted())
        else:
            comprehend[1].add_client_error("detect_entities", code, f"about {BODY}")
            managed = ComprehendEntitiesEnricher(Comprehend(comprehend[0]), Counted())
        # When
        enrichment = run(WithFallback(managed, Embedded()))
        # Then
        (error,) = enrichment.errors
        assert (error.enricher, error.kind, error.detail) == (managed.name, kind, f"answered {code}")
        assert [made.name for made in enrichment.provenance] == ["language", "embedded"]
        assert enrichment.keyphrases[0].text == "embedded"

    @pytest.mark.parametrize(
        "spoilt",
        [
            {"Text": "Grace"},
            {"BeginOffset": -1},
            {"EndOffset": 100_000},
            {"Score": 7.0},
            {"Type": None},
            {"BeginOffset": None},
        ],
        ids=str,
    )
    def test_offsets_that_do_not_name_their_text_are_not_believed(
        self, comprehend: tuple[Any, Stubber], spoilt: dict[str, Any]
    ) -> None:
        # Given an answer whose second entity is wrong, or lacks a member
        client, stubber = comprehend
        wrong = {**entity("Turin", "LOCATION"), **spoilt}
        answer = answer_of(client, "DetectEntities", {"Entities": [entity("Ada Lovelace", "PERSON")]})
        answer["Entities"].append({name: value for name, value in wrong.items() if value is not None})
        stubber.add_response("detect_entities", answer)
        # When
        enrichment = run(WithFallback(ComprehendEntitiesEnricher(Comprehend(client), Counted()), Embedded()))
        # Then
        assert enrichment.entities == ()
        assert enrichment.errors[0].detail.startswith("answered what cannot be read")

    @pytest.mark.parametrize("language", ["und", "uk", ""])
    def test_a_language_that_comprehend_does_not_know_costs_nothing(
        self, comprehend: tuple[Any, Stubber], language: str
    ) -> None:
        # Given
        allowance = Counted()
        managed = ComprehendEntitiesEnricher(Comprehend(comprehend[0]), allowance)
        # When
        enrichment = run(WithFallback(managed, Embedded()), language=language)
        # Then
        assert allowance.reserved == []
        assert [left.enricher for left in enrichment.not_applicable] == [managed.name]
        assert enrichment.errors == ()
        assert enrichment.keyphrases[0].text == "embedded"

    def test_where_neither_can_the_article_says_so_of_both(self) -> None:
        # Given
        class Cannot(Embedded):
            def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
                raise NotApplicableError("no parse")

        class Broken(Embedded):
            name = "broken"

            def enrich(self, analysis: Analysis, found: Enrichment) -> Enrichment:
                raise ZeroDivisionError

        # When
        enrichment = run(WithFallback(Broken(), Cannot()))
        # Then
        assert [(error.enricher, error.kind) for error in enrichment.errors] == [("broken", "failed")]
        assert [left.enricher for left in enrichment.not_applicable] == ["embedded"]

    @pytest.mark.parametrize(
        ("body", "delay_seconds", "kind"),
        [
            (b"<html>not json", 0.0, "failed"),
            (b"[]", 0.0, "failed"),
            (b"{}", 0.0, "failed"),
            (b'{"Entities": []}', 2.0, "timed_out"),
        ],
        ids=["no JSON", "no object", "no member", "late"],
    )
    def test_an_answer_that_is_none_falls_back(
        self, session: boto3.Session, body: bytes, delay_seconds: float, kind: str
    ) -> None:
        # Given a real server that gives it
        with serving(body, delay_seconds) as url:
            settings = Config(read_timeout=1.0, connect_timeout=0.5, retries={"total_max_attempts": 1})
            client = session.client("comprehend", endpoint_url=url, config=settings)
            managed = ComprehendEntitiesEnricher(Comprehend(client), Counted())
            # When
            enrichment = run(WithFallback(managed, Embedded()))
        # Then
        assert [error.kind for error in enrichment.errors] == [kind]
        assert enrichment.keyphrases[0].text == "embedded"

    def test_a_service_that_nobody_serves_falls_back(self, session: boto3.Session) -> None:
        # Given a port that is closed
        settings = Config(connect_timeout=0.5, retries={"total_max_attempts": 1})
        client = session.client("comprehend", endpoint_url="http://127.0.0.1:9", config=settings)
        # When / Then
        enrichment = run(WithFallback(ComprehendEntitiesEnricher(Comprehend(client), Counted()), Embedded()))
        assert enrichment.errors[0].detail == "was not reached: EndpointConnectionError"

    def test_the_services_are_asked_once(self, cloud: None) -> None:
        for client in (clients.comprehend(), clients.bedrock()):
            assert client.meta.config.retries["total_max_attempts"] == 1
            assert client.meta.config.read_timeout + client.meta.config.connect_timeout <= 3.5


class TestAllowance:
    def test_one_host_does_not_spend_the_day_of_all(self, table: str) -> None:
        # Given a day of 100 units, of which one host may have 25
        allowance = DynamoAllowance(table, "comprehend", 100, 25, clock=lambda: NOW)
        for _ in range(5):
            allowance.reserve(5, HOST)
        # When / Then
        with pytest.raises(AllowanceSpentError, match="host"):
            allowance.reserve(5, HOST)
        for number in range(3):
            allowance.reserve(25, f"{number}.example")
        with pytest.raises(AllowanceSpentError, match="100"):
            allowance.reserve(5, "late.example")

    @staticmethod
    def allowance(table: str, units: int, now: datetime = NOW, service: str = "comprehend") -> Allowance:
        return DynamoAllowance(table, service, units, clock=lambda: now)

    def test_a_day_grants_what_it_has_and_no_more(self, table: str) -> None:
        # Given
        allowance = self.allowance(table, 10)
        assert allowance.reserve(7, HOST) == "2026-11-22"
        # When / Then
        with pytest.raises(ManagedServiceError, match=r"\b10\b.*\b4\b"):
            allowance.reserve(4, HOST)
        allowance.reserve(3, HOST)
        with pytest.raises(ManagedServiceError):
            allowance.reserve(1, HOST)

    def test_the_next_day_and_another_service_have_their_own(self, table: str) -> None:
        self.allowance(table, 10).reserve(10, HOST)
        assert self.allowance(table, 10, NOW + timedelta(minutes=1)).reserve(10, HOST) == "2026-11-23"
        self.allowance(table, 10, service="bedrock").reserve(10, HOST)

    def test_what_is_given_back_can_be_spent_again_on_its_own_day(self, table: str) -> None:
        # Given a reservation of the last minute
        allowance = self.allowance(table, 10)
        day = allowance.reserve(10, HOST)
        # When it is given back after midnight
        after = self.allowance(table, 10, NOW + timedelta(minutes=1))
        after.reserve(10, HOST)
        after.give_back(6, HOST, day)
        # Then
        allowance.reserve(6, HOST)
        with pytest.raises(ManagedServiceError):
            after.reserve(1, HOST)

    def test_what_a_reservation_took_too_little_is_counted_afterwards(self, table: str) -> None:
        # Given
        allowance = self.allowance(table, 10)
        allowance.give_back(-4, HOST, allowance.reserve(3, HOST))
        # When / Then
        with pytest.raises(ManagedServiceError):
            allowance.reserve(4, HOST)
        allowance.reserve(3, HOST)

    def test_more_than_a_day_has_is_never_granted(self, table: str) -> None:
        with pytest.raises(ManagedServiceError):
            self.allowance(table, 10).reserve(11, HOST)
        with pytest.raises(ManagedServiceError):
            self.allowance(table, 0).reserve(1, HOST)

    def test_workers_together_do_not_reserve_more(self, table: str) -> None:
        client: Any = boto3.client("dynamodb")

        def work(_: int) -> int:
            with suppress(ManagedServiceError):
                DynamoAllowance(table, "comprehend", 100, 100, client, lambda: NOW).reserve(7, HOST)
                return 7
            return 0

        with ThreadPoolExecutor(8) as pool:
            granted = sum(pool.map(work, range(40)))
        assert granted == 98

    def test_a_table_that_cannot_be_reached_grants_nothing(self, session: boto3.Session) -> None:
        # Given
        client = session.client("dynamodb")
        with Stubber(client) as stubber:
            stubber.add_client_error("update_item", "AccessDeniedException")
            # When / Then
            with pytest.raises(ManagedServiceError, match="answered AccessDeniedException"):
                DynamoAllowance("articles", "comprehend", 10, 100, client).reserve(1, HOST)

    def test_a_day_expires(self, table: str) -> None:
        self.allowance(table, 10).reserve(1, HOST)
        (item,) = boto3.client("dynamodb").scan(TableName=table)["Items"]
        assert item["pk"] == {"S": "spending#comprehend"}
        assert item["expires_at"] == {"N": str(int((NOW + timedelta(days=35)).timestamp()))}

    def test_a_spent_allowance_falls_back_without_a_call(self, table: str, comprehend: tuple[Any, Stubber]) -> None:
        # Given a service that would fail the test if it were asked
        managed = ComprehendEntitiesEnricher(Comprehend(comprehend[0]), self.allowance(table, 2))
        # When
        enrichment = run(WithFallback(managed, Embedded()))
        # Then
        (left_out,) = enrichment.not_applicable
        assert "2 units" in left_out.detail
        assert enrichment.errors == ()
        assert enrichment.keyphrases[0].text == "embedded"

    def test_a_spent_allowance_is_logged_once_a_day(self, table: str, caplog: pytest.LogCaptureFixture) -> None:
        # Given an allowance of a worker that lives until the next day
        times = iter([NOW, NOW, NOW, NOW + timedelta(minutes=1)])
        allowance = DynamoAllowance(table, "comprehend", 10, clock=lambda: next(times))
        allowance.reserve(9, HOST)
        # When more is asked of it than it has, twice on one day and once on the other
        for units in (4, 11, 11):
            with pytest.raises(AllowanceSpentError):
                allowance.reserve(units, HOST)
        # Then the log says so once for each day
        logged = [vars(record)["detail"] for record in caplog.records if record.message == "allowance spent"]
        assert [re.findall(r"\d+", detail) for detail in logged] == [["10", "4"], ["10", "11"]]


SETTINGS: dict[str, Any] = {
    "table_name": "articles",
    "bucket_name": "bucket",
    "index_queue_url": "queue",
    "extract_queue_url": "queue",
}


class TestChoice:
    def test_nothing_is_managed_unless_it_is_chosen(self, cloud: None) -> None:
        assert not [e for e in enrichers_for(EnrichSettings(**SETTINGS)) if isinstance(e, WithFallback)]

    def test_what_is_chosen_stands_where_the_embedded_one_stood(self, cloud: None) -> None:
        # Given
        embedded = [enricher.name for enricher in enrichers_for(EnrichSettings(**SETTINGS))]
        chosen = EnrichSettings(
            **SETTINGS, entities_backend="comprehend", keyphrases_backend="comprehend", summary_model=MODEL
        )
        # When
        enrichers = enrichers_for(chosen)
        # Then
        assert [e.otherwise.name if isinstance(e, WithFallback) else e.name for e in enrichers] == embedded
        assert {e.otherwise.name: e.name for e in enrichers if isinstance(e, WithFallback)} == {
            "entities": "comprehend-entities",
            "keyphrases": "comprehend-keyphrases",
            "summary": "bedrock-summary",
        }
