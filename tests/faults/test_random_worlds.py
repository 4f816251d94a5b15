"""Worlds in which many things go wrong at once.

Comes in: seeds. Goes out: assertions, and with ``-s`` what went wrong in each world. Deliveries are shuffled, doubled,
two workers are at the same article, functions die, services throttle, the bus refuses some of a call's events, batches
are done in part, the stream delivers a batch again, and the index of due articles lags behind.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import aws
from newsdesk.web import article_id, canonical_url, parse_url
from tests.faults.flows import CHANGED, NOINDEX, conditional, page_text, several_pages
from tests.faults.ledger import faults_of
from tests.faults.world import Call, KilledError, World
from tests.functional.misbehaving_server import MisbehavingServer, answer, redirect
from tests.pipeline import page

WORLDS = int(os.environ.get("NEWSDESK_WORLDS", "1"))
FIRST_SEED = int(os.environ.get("NEWSDESK_FIRST_SEED", "20261130"))
THROTTLE_CODES = {
    "dynamodb": ("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"),
    "s3": ("SlowDown", "ServiceUnavailable", "KMS.ThrottlingException"),
    "sqs": ("RequestThrottled", "OverLimit", "KmsThrottled"),
    "events": ("ThrottlingException", "LimitExceededException"),
}
CANCELLED = (("ThrottlingError", "None"), ("None", "ThrottlingError"), ("TransactionConflict", "ThrottlingError"))
"""Reasons for which a transaction is cancelled, its first actions' first."""

KINDS: dict[str, frozenset[str]] = {
    "plain": frozenset({"indexed", "unchanged"}),
    "conditional": frozenset({"indexed", "unchanged"}),
    "changing": frozenset({"indexed", "unchanged"}),
    "several": frozenset({"indexed", "unchanged"}),
    "redirect": frozenset({"duplicate"}),
    "missing": frozenset({"failed:not_found"}),
    "opted-out": frozenset({"rejected:opt_out"}),
    "alias": frozenset({"duplicate", "indexed", "unchanged"}),
}


class Weather:
    """What goes wrong at each call, drawn by a seed; every kind is counted."""

    def __init__(self, world: World, seed: int) -> None:
        self.seen: Counter[str] = Counter()
        self._world = world
        self._random = random.Random(seed)
        self._depth = 0

    def __call__(self, _: int, call: Call, make: Callable[[], Any]) -> Any:
        drawn = self._random.random()
        if drawn < 0.006:
            self.seen["killed before"] += 1
            raise KilledError
        if drawn < 0.012:
            self.seen["killed after"] += 1
            try:
                make()
            finally:
                raise KilledError
        if drawn < 0.018:
            self.seen["throttled"] += 1
            raise self._throttled(call)
        if drawn < 0.06 and self._depth == 0:
            self.seen["overtaken"] += 1
            self._depth += 1
            try:
                self._world.deliver_one(self._random)
            finally:
                self._depth -= 1
        if drawn < 0.3 and call.operation in _IN_PART:
            return self._in_part(call, make)
        answered = make()
        if call.operation == "Query" and drawn < 0.2 and answered.get("Items"):
            self.seen["index behind"] += 1
            answered = {**answered, "Items": answered["Items"][1:]}
        return answered

    def _throttled(self, call: Call) -> ClientError:
        if call.operation != "TransactWriteItems":
            code = self._random.choice(THROTTLE_CODES[call.service])
            status = 503 if code == "ServiceUnavailable" else 400
            answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
            return ClientError(answer, call.operation)
        first, others = self._random.choice(CANCELLED)
        codes = [first, *[others] * (len(call.arguments["TransactItems"]) - 1)]
        answer = {
            "Error": {"Code": "TransactionCanceledException"},
            "CancellationReasons": [{"Code": code} for code in codes],
        }
        cancelled: ClientError = call.client.exceptions.TransactionCanceledException(answer, call.operation)
        return cancelled

    def _in_part(self, call: Call, make: Callable[[], Any]) -> Any:
        """Let a call do but one of the things that it asks for, and say so; now and then it has done that one, too."""
        self.seen["done in part"] += 1
        asked = _IN_PART[call.operation](call.arguments)
        at = self._random.randrange(len(asked))
        left = asked[at]
        if call.operation == "PutEvents" and self._random.random() < 0.5:
            answered = make()
            answered["Entries"][at] = _NOT_NOW
            return answered
        if len(asked) == 1:
            return _nothing_of(call)
        del asked[at]
        try:
            answered = make()
        finally:
            asked.insert(at, left)
        return _without(call, answered, at, left)


_NOT_NOW = {"ErrorCode": "InternalFailure", "ErrorMessage": "busy"}


def _of_the_table(arguments: Any) -> Any:
    (asked,) = arguments["RequestItems"].values()
    return asked["Keys"] if isinstance(asked, dict) else asked


_IN_PART: dict[str, Callable[[Any], Any]] = {
    "PutEvents": lambda arguments: arguments["Entries"],
    "BatchGetItem": _of_the_table,
    "BatchWriteItem": _of_the_table,
}
"""Calls that succeed when they have done a part, and where the parts stand in what they are asked for."""


def _nothing_of(call: Call) -> Any:
    if call.operation == "PutEvents":
        return {"Entries": [_NOT_NOW], "FailedEntryCount": 1}
    if call.operation == "BatchWriteItem":
        return {"UnprocessedItems": call.arguments["RequestItems"]}
    return {"Responses": {}, "UnprocessedKeys": call.arguments["RequestItems"]}


def _without(call: Call, answered: Any, at: int, left: Any) -> Any:
    if call.operation == "PutEvents":
        answered["Entries"].insert(at, _NOT_NOW)
        return answered
    ((table, asked),) = call.arguments["RequestItems"].items()
    if call.operation == "BatchWriteItem":
        return {**answered, "UnprocessedItems": {table: [left]}}
    return {**answered, "UnprocessedKeys": {table: {**asked, "Keys": [left]}}}


def build_site(site: MisbehavingServer) -> dict[str, str]:
    """Put a page of each kind on the site; return their paths."""
    paths = {kind: f"/2026/03/{day:02}/{kind}-story-of-the-harbour" for day, kind in enumerate(KINDS, start=1)}
    site.on("/robots.txt", answer(b"", status=404))
    for number, kind in enumerate(("plain", "changing", "conditional", "opted-out"), start=20):
        text = tuple(f"{kind.title()}: {paragraph}" for paragraph in page_text(number))
        body = page(*text, head=NOINDEX if kind == "opted-out" else "")
        site.on(paths[kind], conditional(body) if kind == "conditional" else answer(body))
    several_pages(site, path=paths["several"])
    site.on(paths["redirect"], redirect(paths["plain"]))
    site.on(paths["missing"], answer(b"", status=404))
    link = f'<link rel="canonical" href="{site.url(paths["plain"])}">'
    site.on(paths["alias"], answer(page(*page_text(20), head=link)))
    return paths


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + WORLDS))
def test_a_world_of_faults_comes_to_rest_with_nothing_lost(account: pytest.MonkeyPatch, seed: int) -> None:
    draw = random.Random(seed)
    with aws.empty_account(), account.context() as patches, MisbehavingServer() as site:
        # Given a site with a page of each kind, and a world in which everything may go wrong
        world = World(patches, follow_pages=5, random=draw)
        paths = build_site(site)
        weather = Weather(world, seed)
        world.wire.fault = weather
        expected: dict[str, frozenset[str]] = {}

        # When every page is submitted, some twice at once and in any order, changes, and is visited again
        for wave in range(2):
            for number, kind in enumerate(draw.sample([*KINDS, *draw.sample(list(KINDS), 4)], len(KINDS) + 4)):
                submission_id = f"{kind}-{wave}-{number}"
                world.submit(site.url(paths[kind]), submission_id)
                expected[submission_id] = KINDS[kind]
            world.run()
            site.on(paths["changing"], answer(page(*CHANGED)))
            world.clock.advance(86400)

        # Then it comes to rest, and nothing is lost, doubled, or wrong
        forbidden = frozenset({article_id(canonical_url(parse_url(site.url(paths["opted-out"]))))})
        world.wire.fault = None
        world.run()
        found = faults_of(world, expected, forbidden_captures=forbidden)
        print(f"world {seed}: {sum(weather.seen.values())} faults {dict(weather.seen)}, {len(world.wire.calls)} calls")
        assert found == [], dict(world.statuses)
