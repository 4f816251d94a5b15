"""The life of an article: its state, its transitions, retries, identity, clusters and captures.

Below it stand ``contracts``, ``web``, ``hosts`` and ``ports``; above it ``runtime`` and ``adapters``.
"""

from __future__ import annotations

from newsdesk.articles import lifecycle
from newsdesk.articles.captures import (
    CAPTURE_MEDIA_TYPE,
    CapturedPage,
    CaptureRedirect,
    CaptureTls,
    CaptureUnreadableError,
    Exchange,
    read_capture,
    write_capture,
)
from newsdesk.articles.clusters import COMMITTING, ClustersInMemory, Relation, relate
from newsdesk.articles.identity import begin_target, find_claimed_original, find_original, is_same_page, reason_to_keep
from newsdesk.articles.lifecycle import (
    Timeouts,
    ended,
    failed,
    first_run,
    is_at_further_page,
    is_past,
    message_for,
    next_run,
    page_missed,
    released,
    with_submission,
)
from newsdesk.articles.ports import ArticleStore, SubmissionReader, WriteOnce
from newsdesk.articles.retries import (
    MAXIMUM_RESENDS,
    OVERLOAD_POLICY,
    RETRY_POLICIES,
    RevisitPolicy,
    overload_delay,
    retry_delay,
)
from newsdesk.articles.similarity import encode_sketch
from newsdesk.articles.state import (
    STAGE_ORDER,
    ArticleState,
    Capture,
    CurrentRevision,
    FollowedRedirect,
    Listing,
    ListingPage,
    Neighbour,
    OutcomeRecord,
    PageChain,
    RetractionReason,
    RevisionRecord,
    Stage,
    Standing,
    SubmissionRecord,
    standing_of,
)
from newsdesk.articles.work import pack_work, read_article, read_work

__all__ = [
    "CAPTURE_MEDIA_TYPE",
    "COMMITTING",
    "MAXIMUM_RESENDS",
    "OVERLOAD_POLICY",
    "RETRY_POLICIES",
    "STAGE_ORDER",
    "ArticleState",
    "ArticleStore",
    "Capture",
    "CaptureRedirect",
    "CaptureTls",
    "CaptureUnreadableError",
    "CapturedPage",
    "ClustersInMemory",
    "CurrentRevision",
    "Exchange",
    "FollowedRedirect",
    "Listing",
    "ListingPage",
    "Neighbour",
    "OutcomeRecord",
    "PageChain",
    "Relation",
    "RetractionReason",
    "RevisionRecord",
    "RevisitPolicy",
    "Stage",
    "Standing",
    "SubmissionReader",
    "SubmissionRecord",
    "Timeouts",
    "WriteOnce",
    "begin_target",
    "encode_sketch",
    "ended",
    "failed",
    "find_claimed_original",
    "find_original",
    "first_run",
    "is_at_further_page",
    "is_past",
    "is_same_page",
    "lifecycle",
    "message_for",
    "next_run",
    "overload_delay",
    "pack_work",
    "page_missed",
    "read_article",
    "read_capture",
    "read_work",
    "reason_to_keep",
    "relate",
    "released",
    "retry_delay",
    "standing_of",
    "with_submission",
    "write_capture",
]
