"""The search function: searches in, articles out.

Comes in: searches of the API function, and a schedule's event. Goes out: articles, a status. Changes: the index on its
own disk, and the copy of it in the bucket.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from newsdesk.adapters import clients
from newsdesk.adapters.dynamodb import DynamoArticleStore
from newsdesk.adapters.functions import LambdaFunction
from newsdesk.adapters.index_copies import S3IndexCopies
from newsdesk.adapters.reading import S3Storage
from newsdesk.clock import utc_now
from newsdesk.errors import ThrottledError
from newsdesk.runtime import instrumented, logger
from newsdesk.searching import CalledModel, NoVectorError, VectorOfText, answer_call
from searcher.settings import SearchSettings
from searcher.stage import Scope, SearchStage

SECONDS_TO_KEEP = 150.0
"""What is left for the copy, which is compressed and sent, once the index is up to date."""


@cache
def build() -> SearchStage:
    """Wire the stage to AWS, once per process."""
    settings = SearchSettings.read()
    return SearchStage(
        table=DynamoArticleStore(settings.table_name),
        storage=S3Storage(settings.bucket_name),
        copies=S3IndexCopies(settings.bucket_name),
        clock=utc_now,
        path=Path(tempfile.mkdtemp(prefix="search-")) / "index.sqlite",
        bucket=settings.bucket_name,
        scope=Scope(settings.search_days, settings.search_articles),
        vector_of_text=_vectors(settings.embed_function_name),
    )


def _vectors(function_name: str) -> VectorOfText | None:
    """Return what makes vectors of words. Where that fails, words alone are searched, and the log says why."""
    if not function_name:
        return None
    model = CalledModel(LambdaFunction(function_name, clients.brief_functions()).call)

    def vector_of_text(text: str) -> tuple[str, str]:
        try:
            return model(text)
        except (ThrottledError, RuntimeError) as error:
            logger.warning("no vector of the words", extra={"detail": str(error)})
            raise NoVectorError(str(error)) from error

    return vector_of_text


@instrumented
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a search; or, on a schedule, keep the index."""
    stage = build()
    if "search" in event:
        return answer_call(stage, event)
    status = stage.keep(context.get_remaining_time_in_millis() / 1000 - SECONDS_TO_KEEP)
    logger.info("index kept", extra={"status": status})
    return {"status": status}
