"""Sources: feeds, sitemaps and front pages that are read again and again for new articles.

Comes in: what a poll found. Goes out: frozen values, rules, and ports that ``newsdesk.adapters.sources`` implements on
AWS. Below it stand ``contracts``, ``clock`` and ``web``.
"""

from __future__ import annotations

from newsdesk.sources.kinds import SourceKind
from newsdesk.sources.ports import DueSource, DueSources, SourcePage, SourceStore, YieldCounter
from newsdesk.sources.registry import (
    HISTORY_LENGTH,
    PauseReason,
    Poll,
    PollStatus,
    Source,
    SourceFilters,
    SourceState,
    SourceWarning,
    Unread,
    changed,
    new_source,
    paused,
    resumed,
    source_id_of,
    source_of_submission,
    with_poll,
)
from newsdesk.sources.schedule import (
    LONGEST_INTERVAL_SECONDS,
    SHORTEST_INTERVAL_SECONDS,
    back_off_seconds,
    interval_after,
    is_silent,
    usual_gap,
)
from newsdesk.sources.seen import MOST_SEEN, SeenItems, item_key, version_of
from newsdesk.sources.yields import (
    EARLIER_DAYS,
    RECENT_DAYS,
    DayYield,
    Flaw,
    YieldShares,
    shares_of,
    warnings_of,
)

__all__ = [
    "EARLIER_DAYS",
    "HISTORY_LENGTH",
    "LONGEST_INTERVAL_SECONDS",
    "MOST_SEEN",
    "RECENT_DAYS",
    "SHORTEST_INTERVAL_SECONDS",
    "DayYield",
    "DueSource",
    "DueSources",
    "Flaw",
    "PauseReason",
    "Poll",
    "PollStatus",
    "SeenItems",
    "Source",
    "SourceFilters",
    "SourceKind",
    "SourcePage",
    "SourceState",
    "SourceStore",
    "SourceWarning",
    "Unread",
    "YieldCounter",
    "YieldShares",
    "back_off_seconds",
    "changed",
    "interval_after",
    "is_silent",
    "item_key",
    "new_source",
    "paused",
    "resumed",
    "shares_of",
    "source_id_of",
    "source_of_submission",
    "usual_gap",
    "version_of",
    "warnings_of",
    "with_poll",
]
