"""Has the vectors made that articles lack, because they were committed while embeddings were off.

Comes in: a stack, and articles. Goes out: how many were asked for. Changes: the queue of embed, whose function does the
rest.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from newsdesk.articles import ArticleState
from newsdesk.contracts import ArticleChanged, vector_key
from newsdesk_cli.errors import CommandError
from newsdesk_cli.stack import Stack

_PROGRESS = 500


@dataclass
class Asked:
    """How many vectors were asked for, and how many articles have theirs, or no current revision."""

    asked: int = 0
    present: int = 0
    without: int = 0


def ask_for_vectors(
    stack: Stack,
    article_ids: Iterable[str],
    *,
    per_second: float,
    is_trial: bool = False,
    say: Callable[[str], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Asked:
    """Ask for the vector of every article that has none.

    Raises
    ------
    CommandError
        If the stack keeps no vectors.
    """
    queue = stack.resources.get("EmbedQueue")
    if not queue:
        raise CommandError(f"{stack.name} keeps no vectors: first `newsdesk up --embeddings`, or Embeddings=on on AWS")
    done = Asked()
    for article_id in article_ids:
        state = stack.store.get(article_id)
        if state is None or state.current is None:
            done.without += 1
        elif stack.has_object(vector_key(state.current.key)):
            done.present += 1
        else:
            done.asked += 1
            if is_trial:
                continue
            stack.sqs.send_message(QueueUrl=queue, MessageBody=_event(state))
            if done.asked % _PROGRESS == 0:
                say(f"{done.asked} asked for")
            sleep(1.0 / per_second)
    return done


def _event(state: ArticleState) -> str:
    """Return the body that embed takes: as EventBridge delivers it, with the change of the current revision."""
    current = state.current
    assert current is not None
    change = ArticleChanged(
        change_id=f"{state.article_id}-{current.revision}",
        change_type="created",
        article_id=state.article_id,
        revision=current.revision,
        url=state.url,
        host=state.host,
        key=current.key,
        headline=current.headline,
        committed_at=current.committed_at,
    )
    return json.dumps({"detail": json.loads(change.to_json())})
