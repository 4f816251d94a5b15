"""What the data set costs: the time, memory and bytes of writing an hour of changes, and of asking it something.

Comes in: how many changes. Goes out: figures on standard output. Changes: a folder.

    .venv/bin/python benchmarks/dataset.py FOLDER [--changes 100000]

The articles are the sample site's, as an ingest has left them in ``out/``, with other words in each and under many ids
and hosts. Reading one from S3 is left out. FOLDER then holds a data set that any reader can be tried on.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(_ROOT),
    *(str(_ROOT / part) for part in ("shared", "infra", "functions/compact", "functions/publish")),
]

from compactor.parquet import ParquetWriter
from compactor.stage import CompactStage
from harness.fakes import InMemoryObjectStore, InMemoryPartStore, RecordingCompactionSender
from newsdesk.contracts import ArticleChanged, changes_hour, changes_key, keys
from newsdesk.datasets import next_plan
from newsdesk.reader import open_tables
from newsdesk_cli.queries import EXAMPLES

_NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
_HOUR = changes_hour(_NOW).removeprefix(keys.CHANGES_PREFIX)
_CHANGES_AN_OBJECT = 20
_HOSTS = 400
_MEGABYTE = 1e6
_VARIED = 5_000
_AS_IT_IS = frozenset({"provenance", "language"})


class Articles(InMemoryObjectStore):
    """A bucket whose articles are made as they are read."""

    def __init__(self, bodies: list[bytes]) -> None:
        super().__init__()
        self._bodies = bodies

    def get(self, key: str) -> bytes:
        """Return an object; see the port."""
        if not key.startswith(keys.ARTICLES_PREFIX):
            return super().get(key)
        number = int(key.rpartition("/")[2].partition("-")[0])
        return self._bodies[number % len(self._bodies)]


def varied(bodies: list[bytes], count: int) -> list[bytes]:
    """Return articles of which each text has as many words as before, but others, as often as all texts have them."""
    generator = random.Random(2)
    words = [word for body in bodies for word in json.loads(body)["articleBody"].split()]

    def other(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: part if name in _AS_IT_IS else other(part) for name, part in value.items()}
        if isinstance(value, list):
            return [other(part) for part in value]
        if isinstance(value, str) and len(value) > 300 and " " not in value:
            return base64.b64encode(generator.randbytes(len(value) * 3 // 4)).decode()
        return (
            " ".join(generator.choices(words, k=len(value.split())))
            if isinstance(value, str) and " " in value
            else value
        )

    documents = [json.loads(body) for body in bodies]
    return [json.dumps(other(documents[number % len(documents)])).encode() for number in range(count)]


def changes(count: int) -> Iterator[ArticleChanged]:
    """Yield the changes of an hour."""
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    generator = random.Random(1)
    for number in range(count):
        identifier = "".join(generator.choices(letters, k=26))
        host = f"news-{generator.randrange(_HOSTS):03}.example"
        yield ArticleChanged(
            change_id=f"{identifier}-1",
            change_type="created",
            article_id=identifier,
            revision=1,
            url=f"https://{host}/2026/03/14/{identifier}",
            host=host,
            key=f"{keys.ARTICLES_PREFIX}date=2026-03-14/{identifier}/{number}-00000000.json",
            headline="A headline of about the length that headlines have",
            cluster_id=identifier,
            committed_at="2026-03-14T09:30:00.000Z",
        )


def main() -> None:
    """Write an hour and ask it something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--changes", type=int, default=100_000)
    parser.add_argument("--articles", type=Path, default=_ROOT / "out")
    arguments = parser.parse_args()
    bodies = [path.read_bytes() for path in sorted(arguments.articles.glob("articles/v1/*/*/*.json"))]
    bucket = Articles(varied(bodies, _VARIED))
    told = list(changes(arguments.changes))
    for first in range(0, len(told), _CHANGES_AN_OBJECT):
        batch = told[first : first + _CHANGES_AN_OBJECT]
        name = f"{first + 1:040d}-{first + len(batch):040d}"
        bucket.put(changes_key(_NOW, name), "".join(f"{one.to_json()}\n" for one in batch).encode(), "")
    parts = InMemoryPartStore(bucket)
    began = time.process_time()
    plan = next_plan(parts.feed(_HOUR), [])
    print(f"planning: {time.process_time() - began:.2f} s of processor")
    assert plan is not None
    sender = RecordingCompactionSender()
    stage = CompactStage(parts, bucket, sender, ParquetWriter(590).write)
    stage.plan(_HOUR, _HOUR)
    written = 0
    began = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for message in sender.sent:
        key = plan.chunks[message.chunk].part_key(_HOUR)
        stage.handle(message)
        path = arguments.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bucket.objects[key].body)
        written += path.stat().st_size
        bucket.delete(key)
        print(f"part {message.chunk + 1} of {len(sender.sent)}: {path.stat().st_size / _MEGABYTE:.1f} MB", flush=True)
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"writing: {spent / arguments.changes * 1000:.2f} ms of processor an article")
    print(f"size: {written / arguments.changes:.0f} bytes an article")
    print(f"memory: {before / 1024:.0f} MB before the first part, {peak / 1024:.0f} MB at most")
    with open_tables(arguments.folder) as tables:
        for name, sql in [
            ("one host", "SELECT count(*) FROM articles WHERE host = 'news-007.example'"),
            *((e.name, e.sql) for e in EXAMPLES),
        ]:
            started = time.perf_counter()
            tables.execute(sql).fetchall()
            print(f"asking {name}: {time.perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main()
