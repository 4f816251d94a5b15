"""A stack in moto with a little of everything that the desk shows, and the desk over it.

Comes in: nothing, moto has to be active. Goes out: a stack, and what it holds by name. Changes: moto's memory.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Any

import boto3
import httpx
import uvicorn
from starlette.types import ASGIApp

from harness import aws
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.sources import DynamoSourceStore
from newsdesk.articles import CUTS, ArticleState, PushedPage, Stage, pack_work, write_pushed_page
from newsdesk.clock import to_text
from newsdesk.contracts import (
    Article,
    ArticleChanged,
    Block,
    BlockType,
    Country,
    DroppedBlock,
    Enrichment,
    Entity,
    ExtractedWork,
    FieldConflict,
    FieldSource,
    Image,
    Language,
    Mention,
    Person,
    Quality,
    Quote,
    Speaker,
    StatedValue,
    capture_key,
    changes_key,
    keys,
    to_json_bytes,
)
from newsdesk.sources import Poll, PollStatus, SourceKind, new_source, with_poll
from newsdesk_cli.desk import FullTextSearch, Wanted, desk_of
from newsdesk_cli.desk.figures import Figures
from newsdesk_cli.stack import Stack
from tests.examples import (
    CONTENT_HASH,
    advanced,
    article_of,
    current_of,
    key_of,
    new_state,
    outcome_of,
    revision_of,
    submission_of,
)

NOW = datetime(2026, 3, 14, 10, 0, tzinfo=UTC)
HOST = "testserver"
ATTACK = "</script></title><script>alert(1)</script><img src=x onerror=alert(1)>\"'{{ 7 * 7 }}"
TURNED = "\u202egnissorc\u202c"
"""Text that turns what stands behind it around, were it not closed in."""

PARAGRAPHS = (
    "The harbour bridge at Carrow Bay carried traffic again on Friday morning for the first time since corrosion in "
    "its lifting gear forced the council to close it.",
    "“I have driven round by the dual carriageway four hundred times,” said Maureen Tilley when she got across.",
    "The repair cost £14.5m. The council has asked the contractor, Ansell Marine, to meet the rest.",
)
CORRECTED = "The repair cost £12.5m. The council has asked the contractor, Ansell Marine, to pay the difference."


@dataclass
class Counted:
    """A :class:`newsdesk_cli.desk.figures.FigureSource` of a fixed answer, which counts how often it is asked."""

    counts: Mapping[str, Counter[str]] = field(default_factory=dict)
    asked: int = 0

    def between(self, since: datetime, until: datetime) -> Figures:
        self.asked += 1
        return Figures(self.counts)


FIGURES = {
    "SubmissionsReceived": Counter(started=120, joined=4, rejected=2),
    "PagesFetched": Counter(fetched=104, failed=9, not_modified=5, stale=40),
    "PagesExtracted": Counter(extracted=96, failed=6, unchanged=2),
    "ArticlesEnriched": Counter(enriched=96),
    "ArticlesIndexed": Counter(indexed=96),
    "ChangesPublished": Counter(published=96),
    "OutcomesRecorded": Counter(
        {"indexed": 96, "unchanged": 7, "failed:not_found": 9, "rejected:robots_disallowed": 2}
    ),
}


class Newsroom:
    """Articles in a stack; each method puts something there."""

    def __init__(self) -> None:
        aws.create_table()
        aws.create_bucket()
        queues = boto3.client("sqs")
        self.stack = Stack("newsroom", "us-east-1")
        resources = {
            name: queues.create_queue(QueueName=name)["QueueUrl"]
            for stage in ("Submit", "Fetch", "Extract")
            for name in (f"{stage}Queue", f"{stage}DeadLetterQueue")
        }
        queues.send_message(QueueUrl=resources["FetchDeadLetterQueue"], MessageBody="{}")
        outputs = {"TableName": aws.TABLE, "BandTableName": aws.BAND_TABLE, "BucketName": aws.BUCKET}
        vars(self.stack).update(outputs=outputs, resources=resources)
        self.store = DynamoArticleStore(aws.TABLE)
        self._sequence = 0

    def article(self, number: int = 0, host: str = "news.example", **changes: Any) -> Article:
        """Commit an article of one revision, and return it."""
        state = committed(number, host)
        article = article_of(state, **{"headline": f"Story {number}", **changes})
        self.commit(state, article)
        return article

    def commit(self, state: ArticleState, *revisions: Article) -> ArticleState:
        """Store revisions of an article, its state, and its changes in the feed."""
        records = []
        for article in revisions:
            key = key_of(state, article.revision)
            put(key, to_json_bytes(article))
            records.append(
                revision_of(
                    state,
                    article.revision,
                    key=key,
                    headline=article.headline,
                    change_type=article.change_type.value,
                )
            )
            self.change(state, article)
        last = revisions[-1]
        current = current_of(state, last.revision, headline=last.headline, date_published=last.date_published)
        state = state.model_copy(update={"version": 1, "current": current})
        self.store.save(state, *records)
        return state

    def change(self, state: ArticleState, article: Article | None, **changes: object) -> None:
        """Put a change into the feed, each into an object of its own."""
        self._sequence += 1
        happened = NOW - timedelta(minutes=600 - self._sequence)
        change = ArticleChanged(
            change_id=f"{state.article_id}.{self._sequence}",
            change_type=article.change_type.value if article else "retracted",
            article_id=state.article_id,
            revision=article.revision if article else 2,
            url=state.url,
            host=state.host,
            key=key_of(state, article.revision) if article else None,
            headline=article.headline if article else None,
            date_published=article.date_published if article else None,
            committed_at=to_text(happened),
        ).model_copy(update=changes)
        sequence = f"{self._sequence:024d}"
        line = change.model_dump_json(by_alias=True, exclude_none=True) + "\n"
        put(changes_key(happened, f"{sequence}-{sequence}"), line.encode())

    def capture(self, state: ArticleState, page: bytes, content_type: str = "text/html; charset=utf-8") -> str:
        """Store a page as an article's capture, and return its key."""
        headers = (("Content-Type", content_type),)
        key = capture_key(state.host, state.article_id, "20260314T092653Z-0001")
        put(key, write_pushed_page(PushedPage(state.url, to_text(NOW), headers, page)))
        return key

    def work(self, article: Article, dropped: Sequence[DroppedBlock]) -> None:
        """Store extract's work on an article's capture."""
        work = ExtractedWork(
            article_id=article.article_id,
            capture_id="20260314T092653Z-0001",
            content_hash=CONTENT_HASH,
            article=article,
            dropped=tuple(dropped),
        )
        key = keys.extracted_key(article.article_id, work.capture_id)
        put(key, pack_work(work.model_dump_json(by_alias=True).encode()))

    def cut(self, state: ArticleState, stored: str) -> None:
        """Store what was cut beside the object of an article's first revision, where enrich puts it."""
        key = key_of(state, 1)
        aws.put_object(key, aws.read_object(key), {CUTS: stored})

    def bridge(self) -> ArticleState:
        """Commit the article that has everything: two revisions, marks, conflicts, a capture, what was cut."""
        state = committed(1000)
        page = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
        key = self.capture(state, f"<h1>Bridge</h1><script>alert(1)</script>{page}<img src=//a.example/x>".encode())
        first = bridge_article(state, 1, PARAGRAPHS, key)
        second = bridge_article(state, 2, (*PARAGRAPHS[:2], CORRECTED), key)
        self.work(second, [DroppedBlock(text="Most read", reason="page_furniture")] * 3)
        return self.commit(state, first, second)

    def waiting(self, number: int = 2000) -> ArticleState:
        """Store an article that is to be tried again."""
        state = new_state(number, now=NOW).model_copy(
            update={
                "waiting": "retry",
                "due_at": int(NOW.timestamp()) + 300,
                "attempts": 2,
                "last_detail": "status 503",
            }
        )
        self.store.save(state, submission_of(state, "waiting-1"))
        return state

    def ended(self, number: int = 2100) -> ArticleState:
        """Store an article whose submission ended."""
        state = committed(number)
        self.commit(state, article_of(state))
        state = state.model_copy(update={"version": 2, "current": current_of(state)})
        self.store.save(state, submission_of(state, "ended-1"), outcome_of(state))
        return state

    def source(self, title: str = "Courier") -> str:
        """Register a source with a history, and return its id."""
        sources = DynamoSourceStore(aws.TABLE)
        source = new_source(SourceKind.FEED, "https://news.example/feed.xml", NOW, title=title)
        sources.add(with_poll(source, Poll(at=to_text(NOW), status=PollStatus.NEW, found=20, new=3), found=20))
        sources.count(source.source_id, NOW.date().isoformat(), {"indexed": 3, "failed": 1})
        return source.source_id


def committed(number: int = 0, host: str = "news.example") -> ArticleState:
    """Return the state of an article whose first run ended well."""
    return advanced(new_state(number, host), Stage.REST)


def put(key: str, body: bytes) -> None:
    aws.put_object(key, body)


def bridge_article(state: ArticleState, revision: int, paragraphs: Sequence[str], capture: str) -> Article:
    """Return the article that has everything."""
    heading = "A longer job than planned"
    blocks = (
        *(Block(type=BlockType.PARAGRAPH, text=text) for text in paragraphs[:2]),
        Block(type=BlockType.HEADING, text=heading, level=2),
        *(Block(type=BlockType.PARAGRAPH, text=text) for text in paragraphs[2:]),
    )
    body = "\n".join(block.text for block in blocks)

    def mention(text: str) -> Mention:
        begin = body.index(text)
        return Mention(begin=begin, end=begin + len(text), text=text)

    said, tilley = (
        mention("“I have driven round by the dual carriageway four hundred times,”"),
        mention("Maureen Tilley"),
    )
    enrichment = Enrichment(
        language=Language(code="en", confidence=1.0),
        entities=(
            Entity(type="PERSON", name="Maureen Tilley", mentions=(tilley,)),
            Entity(type="PLACE", name="Carrow Bay", mentions=(mention("Carrow Bay"),)),
            Entity(type="ORG", name="Ansell Marine", mentions=(mention("Ansell Marine"),)),
        ),
        countries=(Country(iso2="GB", weight=1.0),),
        quotes=(
            Quote(
                kind="direct",
                begin=said.begin,
                end=said.end,
                text=said.text,
                speaker=Speaker(text="Maureen Tilley", begin=tilley.begin, end=tilley.end, name="Maureen Tilley"),
                cue=mention("said"),
            ),
        ),
        summary=(mention(paragraphs[0]),),
    )
    stated = (StatedValue(value="Bridge reopens", source="jsonld"), StatedValue(value="The bridge", source="meta"))
    article = article_of(state, revision)
    return article.model_copy(
        update={
            "headline": "Harbour bridge reopens after fourteen months of repairs",
            "description": "The first buses crossed at six in the morning, two months late and £3.1m over budget.",
            "article_section": "Transport",
            "article_body": body,
            "blocks": blocks,
            "word_count": len(body.split()),
            "image": (Image(url="https://news.example/bridge.jpg", caption="The number 4 bus", credit="T. Hale"),),
            "enrichment": enrichment,
            "quality": Quality(
                leak_score=0.1,
                field_sources={
                    "headline": FieldSource(source="jsonld", confidence=0.97),
                    "author": FieldSource(source="dom", confidence=0.62),
                },
                conflicts=(FieldConflict(field="headline", values=stated),),
                warnings=("boundary:uncertain",),
            ),
            "provenance": article.provenance.model_copy(update={"capture_key": capture, "captured_at": to_text(NOW)}),
        }
    )


def hostile(newsroom: Newsroom) -> str:
    """Commit an article whose every field attacks; return its id."""
    state = committed(666)
    body = f"{ATTACK} {TURNED}"
    article = article_of(state).model_copy(
        update={
            "headline": ATTACK,
            "alternative_headline": TURNED,
            "description": ATTACK,
            "article_section": ATTACK,
            "url": f"javascript:{ATTACK}",
            "article_body": body,
            "blocks": (
                Block(type=BlockType.HEADING, text=body, level=1),
                Block(type=BlockType.LIST, text=body, items=(body, ATTACK)),
                Block(type=BlockType.TABLE, text=body, rows=((ATTACK,), (body, body))),
                Block(type=BlockType.CODE, text=ATTACK),
            ),
            "author": (Person(name=ATTACK[:200]),),
            "image": (Image(url=f"data:text/html,{ATTACK}", caption=ATTACK, credit=ATTACK),),
            "keywords": (ATTACK,),
            "enrichment": Enrichment(
                language=Language(code='en" onload="alert(1)', confidence=1.0),
                entities=(
                    Entity(type="ORG", name=ATTACK, title=ATTACK, mentions=(Mention(begin=0, end=9, text="x"),)),
                ),
            ),
            "quality": Quality(warnings=(ATTACK,), field_sources={"headline": FieldSource(source=ATTACK)}),
        }
    )
    key = newsroom.capture(state, f"<p>{ATTACK}</p>".encode(), f"text/html; charset=utf-8; {ATTACK[:20]}")
    article = article.model_copy(update={"provenance": article.provenance.model_copy(update={"capture_key": key})})
    newsroom.work(article, [DroppedBlock(text=ATTACK, reason=ATTACK)])
    newsroom.commit(state, article, article.model_copy(update={"revision": 2, "headline": f"{ATTACK}2"}))
    return state.article_id


class Words:
    """A search that finds what it was given, whatever the words."""

    def __init__(self, *article_ids: str) -> None:
        self._found = article_ids
        self.asked: list[tuple[str, Wanted]] = []

    def find(self, words: str, wanted: Wanted, limit: int, offset: int) -> Sequence[str]:
        self.asked.append((words, wanted))
        return self._found[offset : offset + limit]


def desk(newsroom: Newsroom, search: FullTextSearch | None = None, *, hosts: Sequence[str] = (HOST,)) -> ASGIApp:
    """Return the desk over a newsroom."""
    return desk_of(newsroom.stack, hosts, search, Counted(FIGURES), lambda: NOW)


def ask(application: ASGIApp, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Ask an application as a client on this machine would."""

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(answer())


@contextmanager
def served(newsroom: Newsroom, port: int, search: FullTextSearch | None = None) -> Iterator[str]:
    """Serve the desk on a port of this machine; the value is its address."""
    address = f"127.0.0.1:{port}"
    application = desk(newsroom, search, hosts=[address])
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_level="error", ws="none"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    deadline = monotonic() + 20
    while not server.started:
        assert monotonic() < deadline, "the desk did not start"
        sleep(0.02)
    yield f"http://{address}"
    server.should_exit = True
    thread.join(timeout=10)
