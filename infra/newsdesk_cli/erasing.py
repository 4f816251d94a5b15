"""Deletes everything of an article that was taken down, and what quotes it.

Comes in: a stack, and articles that were taken down to be erased. Goes out: how much was deleted, and what has to wait.
Changes: the bucket, with all versions; the table.

An article is erased when its retraction is in the change feed, because publish writes nothing of it behind that; when
no worker can be at it any more; when nothing of it was found then; and when the parts of the data set that its changes
went into have been written again. Until that is recorded, everything is looked for
again, so the command may be killed anywhere and run again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from newsdesk.adapters.datasets import S3PartStore
from newsdesk.articles import ArticleState, decode_sketch, entry_keys, lifecycle, read_article
from newsdesk.clock import Clock, from_text
from newsdesk.contracts import FAILED_BATCHES_PREFIX, UNREADABLE_PREFIX, changes_hour, keys
from newsdesk.datasets import parts_with
from newsdesk.errors import ConflictError, ObjectMissingError, UnreadableObjectError
from newsdesk.pauses import Pauses
from newsdesk_cli.compacting import rewrite
from newsdesk_cli.errors import CommandError
from newsdesk_cli.stack import Stack

_LONGEST_BATCH = timedelta(hours=13)  # the stream's records are handed to publish for 12 hours
_SKEW = timedelta(minutes=1)  # between the clocks of S3 and of a function
_DELETED_AT_ONCE = 1_000  # the most that DeleteObjects takes
_PARALLEL_READS = 16
_QUOTING = ("headline", "datePublished")
_AGAIN_SECONDS = 5.0
_CONTENDED = Pauses(tries=8)


@dataclass
class Erasure:
    """What was deleted, and of which articles something is still to come.

    Attributes
    ----------
    objects : int
        Objects that were deleted, each version counted.
    lines : int
        Lines of the change feed that were rewritten.
    parts : int
        Parts of the data set that were written again.
    done : list of str
        Articles of which nothing is left.
    waiting : dict
        Of every other article, why it has to wait.
    """

    objects: int = 0
    lines: int = 0
    parts: int = 0
    done: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)


def erase(
    stack: Stack,
    articles: Sequence[ArticleState],
    copies: dict[str, list[ArticleState]],
    *,
    clock: Clock,
    sleep: Callable[[float], None],
    wait_seconds: float,
    say: Callable[[str], None],
) -> Erasure:
    """Erase articles, and wait a while for those that cannot be erased yet.

    Parameters
    ----------
    copies
        For an article, those that lead to it: what was captured under their URLs is its text.

    Raises
    ------
    CommandError
        If publish has left something of an article where ``newsdesk retell`` would publish it from, or an object of the
        feed cannot be read.
    """
    erasure = Erasure()
    deadline = clock() + timedelta(seconds=wait_seconds)
    pending = list(articles)
    said = ""
    bands: dict[str, set[str]] = {article.article_id: set() for article in articles}
    while True:
        found = [_delete(stack, one, copies.get(one.article_id, []), bands, erasure, clock) for one in pending]
        missing = _rewrite_parts(stack, {part for remains in found for part in remains.parts}, erasure)
        left = []
        for article, remains in zip(pending, found, strict=True):
            why = remains.why or _record(stack, remains, missing, clock)
            if why is None:
                erasure.done.append(article.article_id)
                erasure.waiting.pop(article.article_id, None)
            else:
                erasure.waiting[article.article_id] = why
                left.append(article)
        pending = left
        if not pending or clock() + timedelta(seconds=_AGAIN_SECONDS) > deadline:
            return erasure
        waits = f"not erased yet: {len(pending)}; {erasure.waiting[pending[0].article_id]}"
        if waits != said:
            say(waits)
        said = waits
        sleep(_AGAIN_SECONDS)


@dataclass(frozen=True, slots=True)
class _Remains:
    """What is left to do for an article.

    Attributes
    ----------
    why : str or None
        Why what was deleted cannot be all yet.
    parts : tuple of str
        The parts of the data set that its changes went into.
    """

    state: ArticleState
    why: str | None = None
    parts: tuple[str, ...] = ()


def _delete(
    stack: Stack,
    article: ArticleState,
    copies: Iterable[ArticleState],
    bands: dict[str, set[str]],
    erasure: Erasure,
    clock: Clock,
) -> _Remains:
    """Delete what there is of an article outside of the data set."""
    state = stack.store.get(article.article_id)
    if state is None or state.takedown is None:
        raise CommandError(f"{article.article_id} is not taken down any more")
    if state.takedown.erased_at is not None:
        return _Remains(state)
    _check_kept_records(stack, state.article_id)
    began = clock()
    known = bands[state.article_id]
    for one in (state, *copies):
        erasure.objects += _delete_objects(stack, one, known)
    stack.store.remove_bands(sorted(known), state.article_id)
    stack.hosts.remove_page(state.host, state.article_id)
    told, objects = _rewrite_feed(stack, state, erasure)
    _forget_headlines(stack, state.article_id)
    if not told:
        return _Remains(state, "publish has not told of the takedown yet")
    if began < from_text(state.takedown.settled_at):
        return _Remains(state, f"a worker may be at it until {state.takedown.settled_at}")
    return _Remains(state, parts=tuple(_parts_of(stack, objects)))


def _record(stack: Stack, remains: _Remains, missing: frozenset[str], clock: Clock) -> str | None:
    """Record that nothing of an article is left; return why it cannot be, or None when it is."""
    if missing.intersection(remains.parts):
        return "compact has not written its part of the data set yet"
    if remains.state.takedown is None or remains.state.takedown.erased_at is not None:
        return None
    try:
        stack.store.save(lifecycle.erased(remains.state, clock()))
    except ConflictError:
        return "its state changed"
    return None


def _parts_of(stack: Stack, objects: Iterable[str]) -> Iterator[str]:
    """Yield the parts of the data set that objects of the feed are planned to be in.

    What is planned after this reads its articles after they were deleted.
    """
    store = S3PartStore(stack.bucket, stack.s3)
    hours: defaultdict[str, list[str]] = defaultdict(list)
    for key in objects:
        hour, _, name = key.removeprefix(keys.CHANGES_PREFIX).rpartition("/")
        hours[f"{hour}/"].append(name)
    for hour, names in hours.items():
        yield from parts_with(store.plans(hour), hour, names)


def _rewrite_parts(stack: Stack, parts: Iterable[str], erasure: Erasure) -> frozenset[str]:
    """Have parts of the data set written again, without what was deleted; return those that are not there yet."""
    missing = []
    for part in sorted(parts):
        if rewrite(stack, part):
            _delete_former_versions(stack, part)
            erasure.parts += 1
        else:
            missing.append(part)
    return frozenset(missing)


def _delete_objects(stack: Stack, article: ArticleState, bands: set[str]) -> int:
    """Delete every version of everything that lies under an article's own prefixes."""
    deleted = 0
    for prefix in keys.prefixes_of(article.host, article.article_id, from_text(article.first_seen)):
        versions = list(_versions(stack, prefix))
        if prefix.startswith(keys.ARTICLES_PREFIX):
            # Its bands first: without the object nothing says which they were.
            bands |= {band for key, _ in versions for band in _bands_in(stack, key)}
            stack.store.remove_bands(sorted(bands), article.article_id)
        deleted += _delete_versions(stack, versions)
    return deleted


def _bands_in(stack: Stack, key: str) -> list[str]:
    with suppress(ObjectMissingError, UnreadableObjectError):
        signature = read_article(stack.objects.get(key)).enrichment.signature
        if signature is not None:
            return entry_keys(decode_sketch(signature.sketch))
    return []


def _versions(stack: Stack, prefix: str) -> Iterator[tuple[str, str]]:
    for page in stack.s3.get_paginator("list_object_versions").paginate(Bucket=stack.bucket, Prefix=prefix):
        entries: list[Any] = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        yield from ((entry["Key"], entry["VersionId"]) for entry in entries)


def _delete_versions(stack: Stack, versions: Sequence[tuple[str, str]]) -> int:
    for start in range(0, len(versions), _DELETED_AT_ONCE):
        chosen: Any = [
            {"Key": key, "VersionId": version} for key, version in versions[start : start + _DELETED_AT_ONCE]
        ]
        answer = stack.s3.delete_objects(Bucket=stack.bucket, Delete={"Objects": chosen, "Quiet": True})
        for error in answer.get("Errors", []):
            raise CommandError(f"{error.get('Key')} was not deleted: {error.get('Message')}")
    return len(versions)


def _rewrite_feed(stack: Stack, state: ArticleState, erasure: Erasure) -> tuple[bool, list[str]]:
    """Take what quotes an article out of its lines in the change feed.

    Returns
    -------
    bool, list of str
        Whether its retraction is among them, and the objects that they are in.
    """
    if state.tombstone is None:
        return True, []
    revisions = _records(stack, state.article_id, "revision#")
    commits = [from_text(record["committed_at"]["S"]) for record in revisions]
    is_told = False
    objects = []
    for key in sorted({key for committed in commits for key in _feed_keys(stack, committed)}):
        changes = [change for change in _changes(stack, key) if change.get("articleId") == state.article_id]
        is_told |= any(change["revision"] == state.tombstone.revision for change in changes)
        if changes:
            objects.append(key)
            erasure.lines += _rewrite(stack, key, state.article_id)
            _delete_former_versions(stack, key)
    return is_told, objects


def _feed_keys(stack: Stack, committed: datetime) -> list[str]:
    """Return the objects of the feed that may hold a change: those whose batch began before it and that came after it.

    A batch lies under the hour in which its first change was committed.
    """
    hours = int(_LONGEST_BATCH / timedelta(hours=1))
    prefixes = {changes_hour(committed + _SKEW - timedelta(hours=back)) for back in range(hours + 1)}
    prefixes.add(changes_hour(committed))
    listed = stack.s3.get_paginator("list_objects_v2")
    return [
        entry["Key"]
        for prefix in sorted(prefixes)
        for page in listed.paginate(Bucket=stack.bucket, Prefix=prefix)
        for entry in page.get("Contents", [])
        if entry["LastModified"] >= committed - _SKEW
    ]


def _changes(stack: Stack, key: str) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in stack.objects.get(key).splitlines()]
    except ValueError as error:
        raise CommandError(f"{key} cannot be read; bring it back with `newsdesk restore` first") from error


def _rewrite(stack: Stack, key: str, article_id: str) -> int:
    """Rewrite an object of the feed without what quotes an article; return how many lines that changed."""
    for _ in _CONTENDED.attempts():
        found = stack.s3.get_object(Bucket=stack.bucket, Key=key)
        lines = found["Body"].read().decode("utf-8").splitlines()
        rewritten = [_without_quotes(line, article_id) for line in lines]
        changed = sum(line != other for line, other in zip(lines, rewritten, strict=True))
        if not changed:
            return 0
        body = "".join(f"{line}\n" for line in rewritten).encode("utf-8")
        try:
            stack.s3.put_object(
                Bucket=stack.bucket, Key=key, Body=body, ContentType="application/x-ndjson", IfMatch=found["ETag"]
            )
        except stack.s3.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (409, 412):
                raise
            continue  # another operator's command rewrote it
        return changed
    raise CommandError(f"{key} kept changing; run the command again")


def _without_quotes(line: str, article_id: str) -> str:
    change: dict[str, Any] = json.loads(line)
    if change.get("articleId") != article_id or not any(name in change for name in _QUOTING):
        return line
    kept = {name: value for name, value in change.items() if name not in _QUOTING}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _delete_former_versions(stack: Stack, key: str) -> None:
    pages = stack.s3.get_paginator("list_object_versions").paginate(Bucket=stack.bucket, Prefix=key)
    former = [
        (entry["Key"], entry["VersionId"])
        for page in pages
        for entry in page.get("Versions", [])
        if entry["Key"] == key and not entry["IsLatest"]
    ]
    _delete_versions(stack, former)


def _records(stack: Stack, article_id: str, kind: str) -> list[dict[str, Any]]:
    pages = stack.dynamodb.get_paginator("query").paginate(
        TableName=stack.outputs["TableName"],
        KeyConditionExpression="pk = :pk AND begins_with(sk, :kind)",
        ExpressionAttributeValues={":pk": {"S": f"article#{article_id}"}, ":kind": {"S": kind}},
        ConsistentRead=True,
    )
    return [item for page in pages for item in page["Items"]]


def _forget_headlines(stack: Stack, article_id: str) -> None:
    """Take the headline out of an article's records.

    Their kind goes with it: publish would take a changed record of that kind for a new one, and tell of it again.
    """
    for kind in ("revision#", "outcome#"):
        for record in _records(stack, article_id, kind):
            if "headline" in record:
                stack.dynamodb.update_item(
                    TableName=stack.outputs["TableName"],
                    Key={"pk": record["pk"], "sk": record["sk"]},
                    UpdateExpression="REMOVE headline, #kind",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeNames={"#kind": "kind"},
                )


def _check_kept_records(stack: Stack, article_id: str) -> None:
    """Refuse to go on while publish keeps something of an article that it could not publish."""
    listed = stack.s3.get_paginator("list_objects_v2")
    kept = [
        entry["Key"]
        for prefix in (UNREADABLE_PREFIX, FAILED_BATCHES_PREFIX)
        for page in listed.paginate(Bucket=stack.bucket, Prefix=prefix)
        for entry in page.get("Contents", [])
    ]
    with ThreadPoolExecutor(_PARALLEL_READS) as executor:
        for key, body in zip(kept, executor.map(stack.objects.get, kept), strict=True):
            if article_id.encode("ascii") in body:
                raise CommandError(f"{key} holds a record of {article_id}: run `newsdesk retell` first, or delete it")
