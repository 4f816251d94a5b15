"""What must hold once a world has come to rest, whatever happened in it.

Comes in: a world. Goes out: the faults that were found in it, in words; none when all is well.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import aws
from newsdesk.articles import OutcomeRecord, RevisionRecord, SubmissionRecord
from newsdesk.contracts import (
    FAILED_BATCHES_PREFIX,
    UNREADABLE_PREFIX,
    VECTORS_PREFIX,
    Article,
    PageProvenance,
    Provenance,
    vector_key,
)
from newsdesk.reader.tables import open_tables
from tests.faults.world import World

Expected = Mapping[str, frozenset[str]]
"""For each submission the outcomes that are right for it."""


@dataclass(frozen=True, slots=True)
class Current:
    """What readers must find of an article.

    Attributes
    ----------
    revision : int or None
        None where there must be no current one.
    says : tuple of str
        What its text holds, each once and in this order.
    """

    revision: int | None
    says: tuple[str, ...] = ()


def faults_of(
    world: World,
    expected: Expected,
    *,
    currents: Mapping[str, Current] | None = None,
    forbidden_captures: frozenset[str] = frozenset(),
) -> list[str]:
    """Return what is wrong with a world at rest.

    Parameters
    ----------
    expected : mapping
        For each submission id the outcomes that are right.
    currents : mapping of str to Current
        What readers must find, by article id.
    forbidden_captures : frozenset of str
        Article ids of which no capture may be left, because their pages opted out.
    """
    return [
        *_submissions(world, expected),
        *_in_flight(world),
        *_revisions(world),
        *_objects(world),
        *_current_ones(world, currents or {}),
        *_vectors(world),
        *_kept(),
        *_feed(world),
        *_events(world),
        *_captures(world, forbidden_captures),
        *_erasures(world),
        *_data_set(world),
        *(f"dead letter: {body[:120]}" for body in world.dead),
    ]


def _data_set(world: World) -> Iterator[str]:
    """Where the data set was written, each change of the feed is in one row, and none has what was erased."""
    parts = aws.keys_in_bucket("datasets/revisions/")
    if not parts:
        return
    with TemporaryDirectory() as folder:
        for key in parts:
            path = Path(folder) / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(aws.read_object(key))
        with open_tables(folder) as tables:
            found = tables.execute("SELECT change_id, article_id, article_body FROM revisions").fetchall()
    rows = Counter(change for change, *_ in found)
    told = {
        json.loads(line)["changeId"]
        for key in aws.keys_in_bucket("changes/")
        for line in aws.read_object(key).splitlines()
    }
    if rows != Counter(told):
        yield f"the data set has {sorted(rows.elements())}, and the feed {sorted(told)}"
    erased = {state.article_id for state in world.states() if state.takedown and state.takedown.erased_at}
    yield from (f"the data set has a text of {article}" for _, article, body in found if article in erased and body)


def _submissions(world: World, expected: Expected) -> Iterator[str]:
    """Every submission has exactly one outcome, and a right one."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for record in world.records():
        if isinstance(record, SubmissionRecord) and record.outcome is not None:
            found[record.submission_id].add(record.outcome)
        if isinstance(record, OutcomeRecord):
            for submission_id in record.submissions:
                found[submission_id].add(record.outcome)
    for submission_id, right in expected.items():
        outcomes = found.pop(submission_id, set())
        if len(outcomes) != 1 or not outcomes <= right:
            yield f"submission {submission_id} ended {sorted(outcomes)}, and should have ended {sorted(right)}"
    for submission_id, outcomes in found.items():
        yield f"submission {submission_id}, which nobody made, ended {sorted(outcomes)}"


def _in_flight(world: World) -> Iterator[str]:
    for state in world.in_flight():
        yield f"still in flight: {state.url} at {state.stage.value}"


def _revisions(world: World) -> Iterator[str]:
    """Revisions are numbered without a gap and without a double, and the state names the last."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for record in _committed(world):
        numbers[record.article_id].append(record.revision)
    for state in world.states():
        mine = numbers.pop(state.article_id, [])
        if mine != list(range(1, len(mine) + 1)):
            yield f"revisions of {state.url}: {mine}"
        if (state.latest_revision or 0) != len(mine):
            yield f"{state.url} stands at revision {state.latest_revision}, and {len(mine)} were committed"
    for article, mine in numbers.items():
        yield f"revisions {mine} of {article}, which has no state"


def _committed(world: World) -> list[RevisionRecord]:
    return [record for record in world.records() if isinstance(record, RevisionRecord)]


def _objects(world: World) -> Iterator[str]:
    """What a committed revision names is there, is an article, and is what its key says."""
    erased = {state.article_id for state in world.states() if state.takedown and state.takedown.erases}
    for record in _committed(world):
        if record.key is None or record.article_id in erased:
            continue
        body = aws.read_object(record.key)
        article = Article.model_validate_json(body)
        digest = record.key.rpartition("-")[2].removesuffix(".json")
        if (article.article_id, article.revision) != (record.article_id, record.revision):
            yield f"{record.key} is {article.article_id}, revision {article.revision}"
        if not hashlib.sha256(body).hexdigest().startswith(digest):
            yield f"{record.key} does not match its hash"
        origins: tuple[Provenance | PageProvenance, ...] = (article.provenance, *article.provenance.pages)
        for origin in origins:
            capture = aws.read_object(origin.capture_key) if origin.capture_key else b""
            if not capture or not gzip.decompress(capture).startswith(b"WARC/1.1"):
                yield f"the capture of {record.key} from {origin.requested_url} is missing"


def _current_ones(world: World, currents: Mapping[str, Current]) -> Iterator[str]:
    """What readers find of an article is the revision that it should be, and says what it should say."""
    for identifier, wanted in currents.items():
        state = world.pipeline.store.get(identifier)
        current = state.current if state is not None else None
        if (current.revision if current else None) != wanted.revision:
            yield f"{identifier} should be at revision {wanted.revision}, and is at {current}"
        elif current is not None:
            body = Article.model_validate_json(aws.read_object(current.key)).article_body
            places = [body.find(paragraph) for paragraph in wanted.says]
            if -1 in places or places != sorted(places) or any(body.count(said) > 1 for said in wanted.says):
                yield f"{current.key} says {body!r}, and should say {wanted.says}"


def _vectors(world: World) -> Iterator[str]:
    """A vector lies beside each current revision, and beside no other."""
    current = {vector_key(state.current.key): state.current.key for state in world.states() if state.current}
    there = set(aws.keys_in_bucket(VECTORS_PREFIX))
    yield from (f"a current revision without its vector: {key}" for key in current.keys() - there)
    yield from (f"a vector of what is not current: {key}" for key in there - current.keys())
    for key in there & current.keys():
        named = json.loads(aws.read_object(key))["key"]
        if named != current[key]:
            yield f"{key} is the vector of {named}"


def _kept() -> Iterator[str]:
    """Nothing waits for being told again."""
    for prefix in (FAILED_BATCHES_PREFIX, UNREADABLE_PREFIX):
        yield from (f"kept and not told: {key}" for key in aws.keys_in_bucket(prefix))


def _feed(world: World) -> Iterator[str]:
    """Every committed revision is in the change feed, and nothing else."""
    told = {
        (change["articleId"], change["revision"])
        for key in aws.keys_in_bucket("changes/")
        for change in map(json.loads, aws.read_object(key).splitlines())
    }
    committed = {(record.article_id, record.revision) for record in _committed(world)}
    yield from (f"told and not committed: {change}" for change in told - committed)
    yield from (f"committed and not told: {change}" for change in committed - told)


def _events(world: World) -> Iterator[str]:
    """Every end of a submission and every change was an event; a change is one event under one id."""
    heard = [event["detail"] | {"_type": event["detail-type"]} for event in world.heard()]
    changed = {event["changeId"] for event in heard if event["_type"] == "ArticleChanged"}
    committed = {f"{record.article_id}-{record.revision}" for record in _committed(world)}
    if changed != committed:
        yield f"events of changes: {sorted(changed)}, committed: {sorted(committed)}"
    ended = {name for event in heard if event["_type"] == "SubmissionEnded" for name in event["submissionIds"]}
    recorded = {
        name
        for record in world.records()
        if isinstance(record, OutcomeRecord) or (isinstance(record, SubmissionRecord) and record.outcome is not None)
        for name in (record.submissions if isinstance(record, OutcomeRecord) else (record.submission_id,))
    }
    if ended != recorded:
        yield f"events of submissions: {sorted(ended)}, recorded: {sorted(recorded)}"


def _captures(world: World, forbidden: frozenset[str]) -> Iterator[str]:
    for key in aws.keys_in_bucket("raw/"):
        if key.split("/")[3] in forbidden:
            yield f"the capture of a page that opted out is left: {key}"


def _erasures(world: World) -> Iterator[str]:
    """Of an article that was to be erased nothing is left, and it is recorded that nothing is."""
    for state in world.states():
        if state.takedown is None or not state.takedown.erases:
            continue
        if state.takedown.erased_at is None:
            yield f"{state.url} is not erased"
        yield from (f"left of an erased article: {key}" for key in aws.keys_in_bucket() if state.article_id in key)
        for key in aws.keys_in_bucket("changes/"):
            for line in aws.read_object(key).splitlines():
                change = json.loads(line)
                if change["articleId"] == state.article_id and "headline" in change:
                    yield f"the feed quotes an erased article: {key}"
