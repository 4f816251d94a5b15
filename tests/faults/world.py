"""A whole deployment in one process, in which any AWS call can be the last that a function makes.

Comes in: a site on loopback, and a plan of faults. Goes out: what the table, the bucket, the queues and the bus hold at
the end. Changes: moto's memory, which stands for one AWS account.

Stages and adapters are the real ones. A function dies by :class:`KilledError`, which is no ``Exception``, so that no
code of ours survives it; its message is delivered again, as Lambda and SQS do. The clock moves only when nothing is
left to deliver.
"""

from __future__ import annotations

import base64
import io
import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from compactor.parquet import ParquetWriter
from compactor.stage import CompactStage
from embedder.stage import EmbedStage
from enricher.stage import EnrichStage
from enricher.statistics import LanguageEnricher, SignatureEnricher
from harness import aws
from harness.fakes import FakeClock, RecordingCompactionSender
from newsdesk.adapters.datasets import S3PartStore
from newsdesk.adapters.dynamodb import DynamoArticleStore, read_inserted
from newsdesk.adapters.eventbridge import EventBridgePublisher
from newsdesk.adapters.hosts import DynamoHostStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.adapters.sqs import SqsMessageSender
from newsdesk.adapters.throttling import DEFAULT_PAUSES
from newsdesk.articles import ArticleState, OutcomeRecord, PushedPage, RevisionRecord, Stage, SubmissionRecord
from newsdesk.clock import to_text
from newsdesk.contracts import (
    FAILED_BATCHES_PREFIX,
    ArticleChanged,
    ArticleEnriched,
    ArticleExtracted,
    FetchRequested,
    PageFetched,
    StageMessage,
    pushed_key,
)
from newsdesk.runtime import Worker
from newsdesk.web import article_id, canonical_url, parse_url
from newsdesk_cli.stack import Stack
from publisher.stage import PublishStage, Read
from tests.pipeline import Pipeline, real_web

MOST_RECEIVES = 5
"""As the template's ``maxReceiveCount``."""

PUBLISH = "newsdesk-publish"
"""The publish function's name."""

COMPACT = "newsdesk-compact"
"""The compact function's name."""

MOST_ROUNDS = 400
"""Of deliveries and of the clock; a world that needs more never comes to rest."""

TRIES_ALL = os.environ.get("NEWSDESK_ALL_FAULTS") == "1"
"""Whether every call is killed, as ``make faults`` does, and not only some that are drawn."""

tries_every_call = pytest.mark.skipif(not TRIES_ALL, reason="takes minutes; make faults tries every call")


class KilledError(BaseException):
    """The function's sandbox is gone in the middle of a call."""


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call that a function made; a fault may make it with less than it asks for."""

    service: str
    operation: str
    arguments: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    client: Any = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"


Fault = Callable[[Call, Callable[[], Any]], Any]
"""Takes a call and what makes it; returns its answer, or raises."""


@dataclass
class Tripwire:
    """Sees every AWS call that is made while a function is at work, and may do something about it."""

    calls: list[Call] = field(default_factory=list)
    at_work: int = 0
    is_aside: bool = False
    fault: Callable[[int, Call, Callable[[], Any]], Any] | None = None

    @contextmanager
    def working(self) -> Iterator[None]:
        self.at_work += 1
        try:
            yield
        finally:
            self.at_work -= 1

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Make calls that no function makes, in the middle of one that does."""
        self.is_aside = True
        try:
            yield
        finally:
            self.is_aside = False

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = vars(BaseClient)["_make_api_call"]

        def make(client: Any, operation: str, arguments: Any) -> Any:
            if not self.at_work or self.is_aside:
                return real(client, operation, arguments)
            call = Call(client.meta.service_model.service_name, operation, arguments, client)
            number = len(self.calls)
            self.calls.append(call)
            if self.fault is None:
                return real(client, operation, arguments)
            return self.fault(number, call, lambda: real(client, operation, arguments))

        monkeypatch.setattr(BaseClient, "_make_api_call", make)


def kill(at: int, *, after: bool) -> Callable[[int, Call, Callable[[], Any]], Any]:
    """Return a fault that ends the function at one call: before its effect, or after it and before its answer."""

    def fault(number: int, _: Call, make: Callable[[], Any]) -> Any:
        if number != at:
            return make()
        if after:
            # What the service refuses has no effect, and the function dies all the same.
            with suppress(ClientError):
                make()
        raise KilledError

    return fault


class PromptSender(SqsMessageSender):
    """Sends without the queue's own delay, which moto would wait out in real time."""

    def send(self, message: StageMessage, delay_seconds: int = 0) -> None:
        super().send(message, 0)


@dataclass(frozen=True, slots=True)
class Functions:
    """Lambda, as far as commands ask for it: it calls publish and compact, and hands over what they died of."""

    publish: Callable[[list[dict[str, Any]]], dict[str, int]]
    rewrite: Callable[[str], bool]

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Call the function."""
        asked = json.loads(Payload)
        answer: dict[str, Any]
        try:
            if FunctionName == COMPACT:
                answer = {"rewritten": self.rewrite(asked["rewrite"])}
            else:
                assert FunctionName == PUBLISH
                answer = dict(self.publish(asked["Records"]))
        except (KilledError, Exception) as error:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(repr(error).encode("utf-8"))}
        return {"Payload": io.BytesIO(json.dumps(answer).encode("utf-8"))}


@dataclass
class World:
    """The account and its functions.

    Attributes
    ----------
    dead : list
        Messages that were delivered too often: what would lie in a dead-letter queue.
    read : callable
        How publish reads a record of the table's stream.
    is_publish_down : bool
        Whether publish fails on every batch, until Lambda gives the batch up and keeps it in the bucket.
    random : Random or None
        Shuffles deliveries and repeats some; None for the order in which messages were sent, each once.
    """

    monkeypatch: pytest.MonkeyPatch
    follow_pages: int = 0
    random: Random | None = None
    policy: str = "noindex,noarchive"

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.wire = Tripwire()
        self.queues = aws.create_queues()
        aws.create_table()
        aws.create_bucket()
        self._bus = aws.create_bus()
        pauses = replace(DEFAULT_PAUSES, sleep=self.clock.sleep)
        store = DynamoArticleStore(aws.TABLE, clock=self.clock, pauses=pauses)
        senders: dict[type[StageMessage], str] = {
            FetchRequested: self.queues["fetch"],
            PageFetched: self.queues["extract"],
            ArticleExtracted: self.queues["enrich"],
            ArticleEnriched: self.queues["index"],
        }
        sender: Any = PromptSender(senders)
        self.pipeline = Pipeline(
            real_web,
            clock=self.clock,
            store=store,
            objects=S3ObjectStore(aws.BUCKET),
            hosts=DynamoHostStore(aws.TABLE),
            queue=sender,
            policy=self.policy,
            follow_pages=self.follow_pages,
        )
        self._only_quick_enrichers()
        self.chunks = RecordingCompactionSender()
        self.compact_stage = CompactStage(
            S3PartStore(aws.BUCKET), self.pipeline.objects, self.chunks, ParquetWriter(256).write
        )
        self.stack = Stack("newsdesk", "us-east-1")
        vars(self.stack).update(
            outputs={"TableName": aws.TABLE, "BucketName": aws.BUCKET, "CompactFunctionName": COMPACT},
            resources={
                "PublishFunction": PUBLISH,
                **{f"{name.capitalize()}Queue": address for name, address in self.queues.items()},
            },
            store=store,
            functions=Functions(self._publish, self.compact_stage.rewrite),
        )
        self.publish = PublishStage(self.pipeline.objects, EventBridgePublisher(aws.BUS), store)
        self.read: Read = read_inserted
        self.is_publish_down = False
        self.embed = EmbedStage(store, self.pipeline.objects, lambda *_: (1.0, -0.5), "a-model")
        self.intake: deque[tuple[str, str, int]] = deque()
        self._changes: deque[tuple[ArticleChanged, int]] = deque()
        self.submitted: dict[str, str] = {}
        self.dead: list[str] = []
        self.statuses: Counter[str] = Counter()
        self._told = 0
        self._listened = 0
        self._heard: list[dict[str, Any]] = []
        self.wire.install(self.monkeypatch)

    def _only_quick_enrichers(self) -> None:
        """Leave out what parses the text: it makes no AWS call, and takes most of the time."""
        pipeline = self.pipeline
        worker = Worker(pipeline.store, pipeline.queue, pipeline.clock, pipeline.timeouts)
        pipeline.enrich_stage = EnrichStage(worker, pipeline.objects, (LanguageEnricher(), SignatureEnricher()))

    # ------------------------------------------------------------------------------------------------- coming in

    def submit(self, url: str, submission_id: str) -> None:
        """Put a submission into the intake queue."""
        body = f'{{"url": "{url}", "submissionId": "{submission_id}"}}'
        self.submitted[submission_id] = url
        self.intake.append((f"m-{submission_id}-{len(self.submitted)}", body, 0))

    def push(self, url: str, body: bytes, captured_at: datetime, submission_id: str) -> None:
        """Put a page that somebody fetched where pushed pages wait, and its submission into the intake queue."""
        headers = (("Content-Type", "text/html; charset=utf-8"),)
        with self.wire.aside():
            self.pipeline.stage_page(PushedPage(url, to_text(captured_at), headers, body), submission_id)
        body_of_message = {
            "url": url,
            "submissionId": submission_id,
            "captureKey": pushed_key(submission_id),
            "discovery": "pushed",
        }
        self.submitted[submission_id] = url
        self.intake.append((f"m-{submission_id}-{len(self.submitted)}", json.dumps(body_of_message), 0))

    # ------------------------------------------------------------------------------------------------- at work

    def run(self) -> None:
        """Deliver what there is, and move the clock to what is due, until nothing is."""
        for _ in range(MOST_ROUNDS):
            if self._deliver():
                continue
            if not self._wait():
                return
        raise AssertionError(f"still in flight after {MOST_ROUNDS} rounds: {self.in_flight()}")

    def visit_when_due(self, url: str) -> None:
        """Begin the article's next visit, and go on until it is through."""
        self.begin_visit(url)
        self.run()

    def begin_visit(self, url: str) -> None:
        """Move the clock to the article's next visit, and let dispatch begin it; one that dies is called again."""
        state = self.state(url)
        assert state is not None
        assert state.due_at is not None, "no visit is due"
        self.clock.now = max(self.clock.now, self._moment(state.due_at))
        while not self._dispatch():
            pass

    def deliver_to_fetch(self) -> None:
        """Deliver what waits for submit and then for fetch, so that articles are in flight."""
        self._deliver_intake()
        self._deliver_queue(self.queues["fetch"])

    def _deliver_intake(self) -> bool:
        waiting = len(self.intake)
        for _ in range(waiting):
            identifier, body, receives = self.intake.popleft()
            if not self._at_work(partial(self._submit, body, identifier)):
                self._again(identifier, body, receives + 1)
        return waiting > 0

    def _deliver(self) -> bool:
        """Deliver one round of everything that waits; False when nothing did."""
        moved = self._deliver_intake()
        for name in self._shuffled(list(self.queues)):
            moved |= self._deliver_queue(self.queues[name])
        moved |= self._deliver_stream()
        return self._deliver_changes() or moved

    def _submit(self, body: str, identifier: str) -> None:
        self.statuses[str(self.pipeline.submit_stage.handle(body, identifier))] += 1

    def _again(self, identifier: str, body: str, receives: int) -> None:
        if receives >= MOST_RECEIVES:
            self.dead.append(body)
        else:
            self.intake.append((identifier, body, receives))

    def _deliver_queue(self, address: str) -> bool:
        client = boto3.client("sqs")
        moved = False
        answer = client.receive_message(
            QueueUrl=address, MaxNumberOfMessages=10, AttributeNames=["ApproximateReceiveCount"]
        )
        for message in self._shuffled(answer.get("Messages", [])):
            moved = True
            body = message["Body"]
            done = self._at_work(partial(self._work, body))
            if done and self.random is not None and self.random.random() < 0.2:
                self._at_work(partial(self._work, body))  # the same delivery once more
            if done or int(message["Attributes"]["ApproximateReceiveCount"]) >= MOST_RECEIVES:
                if not done:
                    self.dead.append(body)
                client.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
            else:
                client.change_message_visibility(
                    QueueUrl=address, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )
        return moved

    def deliver_one(self, draw: Random) -> None:
        """Let another worker handle one message that waits, whichever is drawn."""
        client = boto3.client("sqs")
        address = draw.choice(list(self.queues.values()))
        with self.wire.aside():
            messages = client.receive_message(QueueUrl=address, MaxNumberOfMessages=1).get("Messages", [])
        for message in messages:
            done = self._at_work(partial(self._work, message["Body"]))
            handle = message["ReceiptHandle"]
            with self.wire.aside():
                if done:
                    client.delete_message(QueueUrl=address, ReceiptHandle=handle)
                else:
                    client.change_message_visibility(QueueUrl=address, ReceiptHandle=handle, VisibilityTimeout=0)

    def _work(self, body: str) -> None:
        self.statuses[str(self.pipeline.work(message_in(body)))] += 1

    def _deliver_stream(self) -> bool:
        records = aws.stream_records()
        batch = records[self._told :]
        if not batch:
            return False
        if self.is_publish_down:
            self._keep(batch)
            self._told = len(records)
            return True
        if self._at_work(lambda: self._publish(batch)):
            if self.random is not None and self.random.random() < 0.3:
                self._at_work(lambda: self._publish(batch[: max(1, len(batch) // 2)]))
            self._told = len(records)
        return True

    def _publish(self, batch: list[dict[str, Any]]) -> dict[str, int]:
        inserted, unreadable = self.publish.read(batch, self.read)
        return {"changes": self.publish.handle(inserted), "unreadable": unreadable}

    def _keep(self, batch: list[dict[str, Any]]) -> None:
        """Keep a batch in the bucket as Lambda does, with the records as text."""
        payload = json.dumps({"Records": batch}, default=_as_text)
        aws.put_object(f"{FAILED_BATCHES_PREFIX}{self._told}", json.dumps({"payload": payload}).encode("utf-8"))

    def _deliver_changes(self) -> bool:
        """Hand the changes that the bus has carried to embed, each as a message of its queue."""
        heard = self.heard()
        for event in heard[self._listened :]:
            if event["detail-type"] == "ArticleChanged":
                self._changes.append((ArticleChanged.model_validate(event["detail"]), 0))
        self._listened = len(heard)
        waiting = len(self._changes)
        self._changes = deque(self._shuffled(self._changes))
        for _ in range(waiting):
            self._deliver_change()
        return waiting > 0

    def _deliver_change(self) -> None:
        change, receives = self._changes.popleft()
        if self._at_work(partial(self._embed, change)):
            if self.random is not None and self.random.random() < 0.2:
                self._at_work(partial(self._embed, change))
        elif receives + 1 >= MOST_RECEIVES:
            self.dead.append(change.to_json())
        else:
            self._changes.append((change, receives + 1))

    def _embed(self, change: ArticleChanged) -> None:
        self.statuses[str(self.embed.handle(change))] += 1

    def _wait(self) -> bool:
        """Move the clock to the next thing that is due for a run in flight, and dispatch; False when none is."""
        due = [state.due_at for state in self.in_flight() if state.due_at is not None]
        if not due:
            return False
        self.clock.now = max(self.clock.now, self._moment(min(due)))
        self._dispatch()
        return True

    def _dispatch(self) -> bool:
        return self._at_work(lambda: self.statuses.update(self.pipeline.dispatch()))

    def _at_work(self, work: Callable[[], object]) -> bool:
        """Let a function work; False when it died or failed, so that what it was at comes again."""
        try:
            with self.wire.working():
                work()
        except KilledError:
            return False
        except Exception as error:
            self.statuses[f"raised {type(error).__name__}"] += 1
            return False
        return True

    def _moment(self, seconds: float) -> Any:
        return self.clock.now.fromtimestamp(seconds, self.clock.now.tzinfo) + timedelta(seconds=1)

    def _shuffled(self, things: Iterable[Any]) -> list[Any]:
        things = list(things)
        if self.random is not None:
            self.random.shuffle(things)
        return things

    def compact(self) -> None:
        """Have the data set written up to now: what dies is called again, and every chunk is delivered twice."""
        self._insist(lambda: self.compact_stage.plan("date=2000-01-01/hour=00/", "date=2100-01-01/hour=00/"))
        for message in [message for message in self.chunks.sent for _ in range(2)]:
            self._insist(partial(self.compact_stage.handle, message))
        self.chunks.sent.clear()

    def _insist(self, call: Callable[[], object]) -> None:
        if not any(self._at_work(call) for _ in range(MOST_RECEIVES)):
            raise AssertionError("the function never ends")

    def operate(self, command: Callable[[Stack], object]) -> None:
        """Give an operator's command, and give it again each time that it dies."""
        for _ in range(MOST_RECEIVES):
            if self._at_work(lambda: command(self.stack)):
                return
        raise AssertionError("the command never ends")

    # ------------------------------------------------------------------------------------------------- looked at

    def state(self, url: str) -> ArticleState | None:
        """Return where the article of a URL stands."""
        state: ArticleState | None = self.pipeline.store.get(article_id(canonical_url(parse_url(url))))
        return state

    def heard(self) -> list[dict[str, Any]]:
        """Return all events that the bus has carried."""
        self._heard += aws.drain(self._bus)
        return self._heard

    def states(self) -> list[ArticleState]:
        """Return the states of all articles."""
        items = boto3.client("dynamodb").scan(TableName=aws.TABLE, ConsistentRead=True)["Items"]
        identifiers = [item["pk"]["S"].removeprefix("article#") for item in items if item["sk"]["S"] == "state"]
        states = [self.pipeline.store.get(identifier) for identifier in identifiers]
        return [state for state in states if state is not None]

    def in_flight(self) -> list[ArticleState]:
        """Return the states whose run has not ended."""
        return [state for state in self.states() if state.stage is not Stage.REST]

    def records(self) -> list[SubmissionRecord | OutcomeRecord | RevisionRecord]:
        """Return everything that was ever recorded, in the order of the commits."""
        return [found[1] for found in map(read_inserted, aws.stream_records()) if found]


def _as_text(value: Any) -> str:
    """Return what Lambda writes for a binary value; moto's times are of no interest."""
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)


def message_in(body: str) -> StageMessage:
    """Return the stage message of a body."""
    for kind in (FetchRequested, PageFetched, ArticleExtracted, ArticleEnriched):
        if f'"{kind.__name__}"' in body:
            return kind.model_validate_json(body)
    raise AssertionError(f"no stage message: {body}")
