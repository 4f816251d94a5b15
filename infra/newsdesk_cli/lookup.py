"""Finds the stack that a command is about, and what the stack knows of a submission or an article.

Comes in: a stack's name and region, and the id or URL that a person typed. Goes out: a stack, a state, facts to print.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from newsdesk.adapters.reading import S3Storage
from newsdesk.articles import ArticleState, OutcomeRecord, SubmissionRecord
from newsdesk.errors import RejectedUrlError
from newsdesk.reader import Reader
from newsdesk.web import article_id, canonical_url, parse_url
from newsdesk_cli.console import fail, require_checkout
from newsdesk_cli.stack import Stack
from newsdesk_cli.status_view import article_facts, submission_facts

_ARTICLE_ID = re.compile(r"[a-z2-7]{26}")


def open_stack(name: str | None, region: str | None) -> Stack:
    """Return the deployed stack of a name, or the local one if there is no name."""
    if name:
        return Stack(name, region)
    require_checkout("a command without --stack")
    from newsdesk_cli.local_stack import LocalStack

    return LocalStack().get()


def reader_of(stack: Stack) -> Reader:
    """Return a reader of a stack's bucket."""
    return Reader(storage_of(stack))


def storage_of(stack: Stack) -> S3Storage:
    """Return a stack's bucket, as readers take it."""
    return S3Storage(stack.bucket, stack.s3)


def names_an_article(subject: str) -> bool:
    """Return whether a text is an article's id or a URL."""
    return bool(_ARTICLE_ID.fullmatch(subject)) or subject.startswith(("http://", "https://"))


def find_article(stack: Stack, subject: str) -> ArticleState | None:
    """Return the state of the article that an id or a URL names; end the command if the text is neither."""
    try:
        return find_state(stack, subject)
    except RejectedUrlError:
        fail(f"{subject} is neither an article's id nor a URL, and no submission has that id")


def find_state(stack: Stack, subject: str) -> ArticleState | None:
    """Return the state of the article that an id or a URL names.

    Raises
    ------
    RejectedUrlError
        If the text is neither.
    """
    is_id = _ARTICLE_ID.fullmatch(subject)
    return stack.store.find(subject if is_id else article_id(canonical_url(parse_url(subject))))


def records_of(stack: Stack, subject: str) -> dict[str, Any]:
    """Return the records of a submission or an article as they are; end the command if there is none."""
    submission, outcome, state = _found(stack, subject)
    if submission is None and state is not None:
        return state.model_dump(mode="json", exclude_none=True)
    facts = submission.model_dump(mode="json", exclude_none=True) if submission else {}
    if outcome is not None:
        facts |= outcome.model_dump(mode="json", exclude_none=True)
    elif submission is not None and submission.outcome is None:
        facts["outcome"] = "in flight"
    return facts


def status_of(stack: Stack, subject: str, now: datetime) -> dict[str, str]:
    """Return what people want to know of a submission or an article; end the command if nothing is known."""
    submission, outcome, state = _found(stack, subject)
    if submission is not None:
        return submission_facts(submission, outcome, state, now)
    return article_facts(state, now) if state is not None else {}


def _found(stack: Stack, subject: str) -> tuple[SubmissionRecord | None, OutcomeRecord | None, ArticleState | None]:
    submission = stack.store.submission(subject)
    if submission is None:
        state = find_article(stack, subject)
        if state is None:
            fail(f"nothing is known about {subject}")
        return None, None, state
    if submission.article_id is None or submission.run is None:
        return submission, None, None
    outcome = stack.store.outcome(submission.article_id, submission.run)
    return submission, outcome, stack.store.find(submission.article_id)
