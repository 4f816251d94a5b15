"""Pages that somebody else has fetched: how they enter a run, and how a run goes on without one.

Comes in: a state and a stored capture. Goes out: the next state, about to be written like those of
:mod:`newsdesk.articles.lifecycle`.

A run has one page to read, the newest that it knows of. A second one that is older is kept beside it as ``offered``,
and read if the newest has no text. Whether a pushed page does for a visit depends on its age alone: a submission of
the URL asks for the page as it is now.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from newsdesk.articles.lifecycle import Timeouts
from newsdesk.articles.state import ArticleState, Capture, Stage
from newsdesk.clock import from_text
from newsdesk.contracts import Reason

FRESH_SECONDS = 900
"""A page that was fetched at most so long ago does for a visit."""

_WISHES = frozenset({Reason.OPT_OUT, Reason.TAKEN_DOWN})
"""Reasons that hold for every page of an article: no other one is read instead."""


def is_superseded(state: ArticleState, captured_at: str) -> bool:
    """Return whether what is known of an article is as new as a page, or newer: a later visit, or a retraction."""
    known = [state.page_as_of or (state.current.committed_at if state.current else None)]
    known.append(state.tombstone.retracted_at if state.tombstone else None)
    moment = from_text(captured_at)
    return any(from_text(seen) >= moment for seen in known if seen is not None)


def read_from(before: ArticleState | None, begun: ArticleState, capture: Capture) -> ArticleState:
    """Return a run that has just begun, and is about to be written, so that it reads a pushed page and visits none."""
    is_unvisited = before is None or before.is_unvisited
    return begun.model_copy(
        update={"stage": Stage.EXTRACT, "capture": capture, "is_unvisited": is_unvisited or None},
    )


def with_capture(state: ArticleState, capture: Capture, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return a run in flight, about to be written, that a pushed page has reached.

    It is read in the place of the page that the run has, if it is newer; and of the visit that the run is to make, if
    it does for one. Otherwise it is offered to the run.
    """
    held = state.capture
    if held is None and is_fresh(capture, now):
        return _reading(state, capture, state.offered, now, timeouts, visit_wanted=True)
    if held is None or from_text(capture.captured_at) <= from_text(held.captured_at):
        return state.model_copy(update={"offered": _newer(capture, state.offered)})
    return _reading(state, capture, held, now, timeouts, visit_wanted=state.visit_wanted)


def with_visit(state: ArticleState, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return a run in flight, about to be written, whose URL somebody has submitted.

    A run that reads a pushed page becomes a visit, unless that page does for one.
    """
    held = state.capture
    if held is None or held.pushed_as is None or state.reprocessing is not None:
        return state
    if is_fresh(held, now):
        return state.model_copy(update={"visit_wanted": True, "is_unvisited": None})
    return _visiting(state, _newer(held, state.offered), now, timeouts)


def gone_on(state: ArticleState, reason: Reason, now: datetime, timeouts: Timeouts) -> ArticleState | None:
    """Return a run that goes on with another page than the one that gave no text; None where there is none.

    What was offered is read, or the visit made that a pushed page had taken the place of: each at most once.
    """
    if reason in _WISHES or state.stage not in (Stage.FETCH, Stage.EXTRACT) or state.reprocessing is not None:
        return None
    after = None
    if state.visit_wanted:
        after = _visiting(state, state.offered, now, timeouts)
    elif state.offered is not None and not is_superseded(state, state.offered.captured_at):
        after = _reading(state, state.offered, None, now, timeouts, visit_wanted=None)
    return after.model_copy(update={"version": state.version + 1}) if after else None


def is_fresh(capture: Capture, now: datetime) -> bool:
    """Return whether a page is as good as one that is fetched now."""
    return now - from_text(capture.captured_at) <= timedelta(seconds=FRESH_SECONDS)


def _newer(capture: Capture, other: Capture | None) -> Capture:
    return capture if other is None or from_text(other.captured_at) < from_text(capture.captured_at) else other


def _reading(
    state: ArticleState,
    capture: Capture,
    offered: Capture | None,
    now: datetime,
    timeouts: Timeouts,
    *,
    visit_wanted: bool | None,
) -> ArticleState:
    """Return the run, at extract with another page. Who holds its lease loses, and may leave a capture behind."""
    owners = (*state.predecessors, *((state.lease_owner,) if state.lease_owner else ()))
    return _restarted(state, Stage.EXTRACT, now, timeouts).model_copy(
        update={
            "capture": capture,
            "offered": offered,
            "visit_wanted": visit_wanted or None,
            "predecessors": owners,
            "lease_owner": None,
            "is_entrusted": False,
            "lease_until": None,
        }
    )


def _visiting(state: ArticleState, offered: Capture | None, now: datetime, timeouts: Timeouts) -> ArticleState:
    return _restarted(state, Stage.FETCH, now, timeouts).model_copy(
        update={"capture": None, "offered": offered, "visit_wanted": None, "is_unvisited": None}
    )


def _restarted(state: ArticleState, stage: Stage, now: datetime, timeouts: Timeouts) -> ArticleState:
    """Return the run at a stage, without what it had come to; one of bulk goes on waiting for its turn."""
    waits = state.waiting == "turn"
    return state.model_copy(
        update={
            "stage": stage,
            "pages": (),
            "next_pages": (),
            "pages_end": None,
            "extracted_key": None,
            "content_hash": None,
            "article_key": None,
            "redirects": (),
            "attempts": 0,
            "resends": 0,
            "waiting": "turn" if waits else None,
            "due_at": state.due_at if waits else math.ceil(now.timestamp() + timeouts.stuck_after_seconds),
        }
    )
