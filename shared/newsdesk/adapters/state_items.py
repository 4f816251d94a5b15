"""An article's state as the table holds it: under one kilobyte, which is one write unit.

Comes in: states, items. Goes out: items, states.

Every step writes the whole item, and DynamoDB charges by the kilobyte. So nothing is written that the item says
anyway: a value that is the field's default, an id that is in the key, a URL, a key or a cluster that is the article's
own. Hashes are bytes. Names stay as they are, so that people can read an item.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from newsdesk.articles import ArticleState
from newsdesk.clock import from_text
from newsdesk.contracts import capture_key, keys

Item = dict[str, Any]

ARTICLE = "article#"

_ALWAYS = frozenset({"version", "run", "stage"})
"""What conditions and people look for, default or not."""

_MARK = "********"
"""In place of the hash, of which keys have eight characters."""

_HEX_DIGEST = re.compile(r"[0-9a-f]{64}")


def to_item(state: ArticleState) -> Item:
    """Return a state's attributes, without the table's key."""
    item = {
        **state.model_dump(mode="json", exclude_defaults=True),
        **state.model_dump(mode="json", include=set(_ALWAYS)),
    }
    del item["article_id"]
    _leave_out(item, requested_url=state.url)
    _pack(item, "content_hash")
    if state.current is not None:
        current = item["current"]
        _leave_out(item, page_as_of=state.first_seen)
        item["listed_at"] = current.pop("committed_at")
        _leave_out(current, cluster_id=state.article_id, page_url=state.url)
        _pack(current, "content_hash")
        beginning, end = _around_hash(state.article_id, state.first_seen, state.current.revision)
        current["key"] = current["key"].removeprefix(beginning).removesuffix(end)
    if state.validators is not None:
        _pack(item["validators"], "sha256")
    for capture in (item.get("capture"), item.get("offered"), *item.get("pages", ())):
        if capture is not None:
            own = capture_key(state.host, state.article_id, capture["capture_id"])
            _leave_out(capture, key=own, final_url=state.url)
            _pack(capture, "sha256")
    return item


def from_item(item: Mapping[str, Any]) -> ArticleState:
    """Return the state that an item holds, whether or not it says what could be left out."""
    url = item["url"]
    article_id = item["pk"].removeprefix(ARTICLE)
    full: Item = {"requested_url": url, **item, "article_id": article_id}
    _unpack(full, "content_hash")
    if "current" in full:
        own = {"cluster_id": article_id, "page_url": url, "committed_at": item.get("listed_at")}
        current = full["current"] = {**own, **full["current"]}
        full.setdefault("page_as_of", item["first_seen"])
        _unpack(current, "content_hash")
        if "/" not in current["key"]:
            beginning, end = _around_hash(article_id, item["first_seen"], int(current["revision"]))
            current["key"] = f"{beginning}{current['key']}{end}"
    if "validators" in full:
        full["validators"] = dict(full["validators"])
        _unpack(full["validators"], "sha256")
    for name in ("capture", "offered"):
        if name in full:
            full[name] = _whole_capture(full[name], url, full["host"], article_id)
    if "pages" in full:
        full["pages"] = [_whole_capture(page, url, full["host"], article_id) for page in full["pages"]]
    return ArticleState.model_validate(full)


def _around_hash(article_id: str, first_seen: str, revision: int) -> tuple[str, str]:
    """Return what stands before and behind the hash in the key of an article's revision."""
    beginning, end = keys.article_key(from_text(first_seen), article_id, revision, _MARK).split(_MARK)
    return beginning, end


def _whole_capture(capture: Mapping[str, Any], url: str, host: str, article_id: str) -> Item:
    whole = {"final_url": url, "key": capture_key(host, article_id, capture["capture_id"]), **capture}
    _unpack(whole, "sha256")
    return whole


def _leave_out(item: Item, **expected: str) -> None:
    """Leave out what is as expected; that there is no such value is said."""
    for name, value in expected.items():
        if item.setdefault(name, None) == value:
            del item[name]


def _pack(item: Item, name: str) -> None:
    if _HEX_DIGEST.fullmatch(item.get(name) or ""):
        item[name] = bytes.fromhex(item[name])


def _unpack(item: Item, name: str) -> None:
    value = item.get(name)
    if value is not None and not isinstance(value, str):
        item[name] = bytes(value).hex()
