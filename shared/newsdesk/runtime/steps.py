"""How every stage takes a message, and how it moves an article on.

Comes in: a message and the ports. Goes out: the state to work on, or nothing when the work is done already.
Changes: the table, by conditional writes; the next queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from newsdesk.articles import STAGE_ORDER, ArticleState, ArticleStore, Stage, WriteOnce, is_past, message_for
from newsdesk.contracts import StageMessage
from newsdesk.errors import ConflictError
from newsdesk.ports import MessageSender

Step = Callable[[ArticleState], tuple[ArticleState, Iterable[WriteOnce]]]
"""From the state as it is to the state as it should be, and what is recorded with it."""

_ATTEMPTS = 8
"""Times that a step is tried against a state that submissions keep joining; each loss means that somebody won."""


def check_in(store: ArticleStore, sender: MessageSender, message: StageMessage, stage: Stage) -> ArticleState | None:
    """Return the state that a message asks this stage to work on.

    None means that there is nothing to do, and the message can be acknowledged: it belongs to an older run, to no
    article, or its work is done. When the article stands at the next stage, or was sent back for a further page, that
    stage's message is sent again, because this delivery may be here only because an earlier one died before sending it.
    """
    state = store.get(message.article_id)
    if state is None or state.run != message.run:
        return None
    if state.stage is stage:
        return state
    is_next = is_past(state, stage) and STAGE_ORDER.index(state.stage) == STAGE_ORDER.index(stage) + 1
    if is_next or (stage is Stage.EXTRACT and state.wanted_page is not None):
        following = message_for(state)
        if following is not None:
            sender.send(following)
    return None


def advance(store: ArticleStore, state: ArticleState, step: Step) -> ArticleState | None:
    """Take one step, again on the fresh state when a submission joined meanwhile.

    Parameters
    ----------
    state : ArticleState
        As this worker knows it; its run, stage, pages and lease owner are what entitles the worker to the step.

    Returns
    -------
    ArticleState or None
        The state as written; None when another worker has moved the article on.

    Raises
    ------
    AlreadyRecordedError
        A record of the step exists, so another worker took it.
    ConflictError
        The state kept changing under this worker; the message is to be delivered again.
    """
    entitled = _entitlement(state)
    current: ArticleState | None = state
    for _ in range(_ATTEMPTS):
        if current is None or _entitlement(current) != entitled:
            return None
        after, records = step(current)
        try:
            store.save(after, *records)
        except ConflictError:
            current = store.get(state.article_id)
            continue
        return after
    raise ConflictError(f"{state.article_id} kept changing")


def _entitlement(state: ArticleState) -> tuple[object, ...]:
    """Return what must not have changed: a run comes back to its stage for every page of its article."""
    return state.run, state.stage, len(state.pages), state.pages_end, state.lease_owner
