"""How long a search takes among many articles: ``python benchmarks/search.py [ARTICLES] [FOLDER]``.

Comes in: the evaluation's texts beside the repository, recombined into as many articles as are asked for, and vectors
of no meaning. Goes out: a table. Changes: the index in a folder, which is kept for the next time.

The path has ``shared``, ``infra`` and ``functions/embed``.
"""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from embedder.model import DIMENSIONS, MODEL
from newsdesk.adapters.index_copies import S3IndexCopies
from newsdesk.contracts import (
    Article,
    ChangeType,
    Country,
    Enrichment,
    Language,
    ModelProvenance,
    Provenance,
    StoredVector,
)
from newsdesk.reader import Folder
from newsdesk.searching import Filters, SearchIndex, follow, read_query
from newsdesk.searching.finding import DEPTH, joined, nearest
from newsdesk.words import words
from newsdesk_cli.stack_search import vector_of_text

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "extraction" / "pages" / "truth.jsonl"
QUERIES = 300
_ALL = Filters()


def texts() -> list[list[str]]:
    """Return the paragraphs of each text."""
    lines = DATA.read_text(encoding="utf-8").rstrip("\n").split("\n")
    bodies = [json.loads(line).get("text") or "" for line in lines]
    return [[part for part in body.split("\n") if part.strip()] for body in bodies if len(body) > 500]


def made_up(number: int, sources: list[list[str]], chance: random.Random) -> Article:
    """Return an article of paragraphs of three texts."""
    chosen = [chance.choice(sources) for _ in range(3)]
    paragraphs = [chance.choice(chosen[position % 3]) for position in range(chance.randint(6, 18))]
    identifier = "".join("abcdefghijklmnopqrstuvwxyz234567"[(number >> 5 * place) & 31] for place in range(26))
    url = f"https://host{number % 200}.example/{number}"
    body = "\n".join(paragraphs)
    return Article(
        article_id=identifier,
        revision=1,
        change_type=ChangeType.CREATED,
        url=url,
        headline=" ".join(words(paragraphs[0])[:9]),
        article_body=body,
        word_count=body.count(" "),
        date_published=f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}",
        provenance=Provenance(requested_url=url, final_url=url, extractor=ModelProvenance(name="none", version="1")),
        enrichment=Enrichment(
            language=Language(code="en", confidence=1.0),
            countries=(Country(iso2=chance.choice(("GB", "US", "FR", "NO", "JP")), weight=1.0),),
        ),
    )


def fill(index: SearchIndex, count: int) -> None:
    """Put in what is missing up to a number of articles, each with a vector."""
    sources = texts()
    for number in range(index.count(), count):
        chance = random.Random(number)
        article, key = made_up(number, sources, chance), f"articles/v1/{number}.json"
        vector = base64.b64encode(chance.randbytes(DIMENSIONS)).decode()
        index.put(article, key, f"host{number % 200}.example", "2026-12-01T00:00:00.000Z")
        index.put_vector(StoredVector(article_id=article.article_id, revision=1, key=key, model=MODEL, vector=vector))
        if number % 5_000 == 4_999:
            index.commit()
    index.commit()


def queries() -> list[str]:
    """Return one to four words each, as they stand together in a text: common ones and rare ones."""
    chance = random.Random(11)
    found = []
    for paragraphs in chance.choices(texts(), k=QUERIES):
        there = words(chance.choice(paragraphs))
        begin = chance.randrange(max(1, len(there) - 4))
        found.append(" ".join(there[begin : begin + chance.randint(1, 4)]) or "the")
    return found


def measure(name: str, ask: Callable[[str], object], asked: list[str]) -> None:
    """Print how long a way of searching takes."""
    taken, processor = [], []
    for text in asked:
        begun, used = time.perf_counter(), time.process_time()
        ask(text)
        taken.append((time.perf_counter() - begun) * 1000)
        processor.append((time.process_time() - used) * 1000)
    figures = [
        sorted(values)[place] for values in (processor, taken) for place in (len(asked) // 2, -1 - len(asked) // 20)
    ]
    print(f"{name:<34} " + " ".join(f"{figure:9.1f}" for figure in figures))


class FolderOfObjects:
    """As much of S3's client as copies of an index need, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "copy.gz"

    def put_object(self, **request: Any) -> None:
        """Keep an object."""
        with self._path.open("wb") as file:
            shutil.copyfileobj(request["Body"], file, 1 << 20)

    def get_object(self, **_what: str) -> dict[str, IO[bytes]]:
        """Return the object."""
        return {"Body": self._path.open("rb")}

    def size(self) -> int:
        """Return how large it is."""
        return self._path.stat().st_size


def measure_copy(index: SearchIndex, folder: Path) -> None:
    """Print how long the copy for the API's search takes, without the network, and a first search in it."""
    objects = FolderOfObjects(folder)
    copies = S3IndexCopies("benchmark", cast("S3Client", objects))
    path = folder / "fetched.sqlite"

    def timed(name: str, call: Callable[[], object]) -> None:
        begun, used = time.perf_counter(), time.process_time()
        call()
        used, taken = time.process_time() - used, time.perf_counter() - begun
        print(f"the copy is {name} with {used:.1f} s of processor, within {taken:.1f} s")

    timed("made", lambda: copies.keep(index.make_whole()))
    timed("fetched", lambda: copies.fetch(path))
    print(f"it has {objects.size() / 1e6:,.0f} MB")
    fetched = SearchIndex(path, "benchmark")
    measure("words, first of a process", lambda text: fetched.find(read_query(text), _ALL, DEPTH), queries()[:1])
    fetched.close()
    path.unlink()


def main() -> None:
    """Fill an index, and search it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "build")
    path = folder / f"search-{count}.sqlite"
    index = SearchIndex(path, "benchmark")
    begun = time.perf_counter()
    present = index.count()
    fill(index, count)
    size, taken = path.stat().st_size / 1e6, time.perf_counter() - begun
    print(f"{index.count():,} articles, {size:,.0f} MB, {count - present:,} of them put in within {taken:,.0f} s")
    begun, used = time.perf_counter(), time.process_time()
    _, wanted = vector_of_text("a first text")
    used, taken = (time.process_time() - used) * 1000, (time.perf_counter() - begun) * 1000
    print(f"the model is loaded with {used:,.0f} ms of processor, within {taken:,.0f} ms")
    asked, some = queries(), Filters(country="NO", since="2026-06-01")
    feed = Folder(folder / "no-changes")

    def by_words(text: str, filters: Filters = _ALL) -> list[tuple[str, str]]:
        return index.find(read_query(text), filters, DEPTH)

    def by_meaning(_: str, filters: Filters = _ALL) -> list[tuple[str, str]]:
        return nearest(index, MODEL, wanted, filters, DEPTH)

    def whole(text: str, filters: Filters = _ALL) -> int:
        follow(index, feed, keeps_vectors=True)
        found = nearest(index, *vector_of_text(text), filters, DEPTH)
        return len(joined(by_words(text, filters), found)) + index.count()

    print(f"{'milliseconds':<34} processor: half, 95 %; elapsed: half, 95 %")
    measure("words", by_words, asked)
    measure("words, of a country, since June", lambda text: by_words(text, some), asked)
    measure("the commonest word", lambda _: by_words("the"), asked[:20])
    measure("any of the words", lambda text: index.find(read_query(text), _ALL, DEPTH, is_loose=True), asked[:100])
    measure("meaning", by_meaning, asked[:100])
    measure("meaning, of a country, since June", lambda text: by_meaning(text, some), asked[:100])
    measure("a whole search, without the table", whole, asked)
    measure("the same, of a country, since June", lambda text: whole(text, some), asked)
    measure_copy(index, folder)
    index.close()
    print("load of the machine: {:.1f}, {:.1f}, {:.1f}".format(*os.getloadavg()))


if __name__ == "__main__":
    main()
