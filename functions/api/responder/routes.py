"""The routes: what each takes and answers, in code and in the OpenAPI document.

Comes in: events of API Gateway's HTTP APIs (payload format 2.0). Goes out: what API Gateway makes an answer of.
Changes: what the stage changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, NoReturn
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from newsdesk.contracts import SUBMISSION_ID_PATTERN, Article
from newsdesk.errors import ThrottledError
from newsdesk.searching import Filters
from responder.callers import caller_of
from responder.feeds import FeedFormat, Subject, SubjectKind, render
from responder.models import (
    ArticlePage,
    Body,
    ChangePage,
    NewSource,
    PushedDocument,
    PushResult,
    RemovedSource,
    RevisionList,
    SearchPage,
    SourceChanges,
    SourceList,
    SourceView,
    SubmissionBatch,
    SubmissionResults,
    SubmissionStatus,
    Upload,
    UploadRequest,
)
from responder.problems import PROBLEM_MEDIA_TYPE, Misfit, Problem, ProblemError, ProblemType
from responder.representations import negotiate
from responder.stage import ApiStage

JSON_MEDIA_TYPE = "application/json"
_BUSY_SECONDS = 5

ArticleId = Annotated[str, Path(pattern="^[a-z2-7]{26}$", description="An article's id, or that of its alias.")]
SourceId = Annotated[str, Path(pattern="^[a-z2-7]{20}$", description="A source's id.")]
Cursor = Annotated[str | None, Query(max_length=2048, description="Where to go on: the `cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many to answer at most.")]

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "private, no-cache",
}
"""Of every answer. What is taken down has to be gone for everybody, so nobody may answer from a cache unasked."""


def create_app(stage: ApiStage) -> APIGatewayHttpResolver:
    """Return the API over a stage."""
    app = APIGatewayHttpResolver(enable_validation=True, json_body_deserializer=_json)
    _handle_problems(app)
    _take_submissions(app, stage)
    _take_pages(app, stage)
    _keep_sources(app, stage)
    _show_articles(app, stage)
    _list_articles(app, stage)
    _search_articles(app, stage)
    _show_changes(app, stage)
    _show_feeds(app, stage)
    return app


def problem_response(error: ProblemError) -> Response[str]:
    """Return the answer that a problem is."""
    headers = dict(SECURITY_HEADERS)
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return Response(error.kind.status, PROBLEM_MEDIA_TYPE, error.document(), headers=headers)


def _take_submissions(app: APIGatewayHttpResolver, stage: ApiStage) -> None:
    @app.post(
        "/v1/submissions",
        summary="Submit URLs",
        description="Takes 1 to 1,000 submissions. An item that is not understood is refused alone, with its field.",
        operation_id="submit",
        responses=_responses({202: ("What became of each item.", SubmissionResults)}, 400, 403, 415, 500, 503),
    )
    def submit(batch: Annotated[SubmissionBatch, InBody()]) -> Response[str]:
        return _answer(stage.submit(batch.items, caller_of(app.current_event.raw_event)), 202)

    @app.get(
        "/v1/submissions/<submission_id>",
        summary="Show a submission",
        description="Shows a submission of the caller's, and how it ended.",
        operation_id="showSubmission",
        responses=_responses({200: ("The submission.", SubmissionStatus)}, 400, 403, 404, 500, 503),
    )
    def show_submission(
        submission_id: Annotated[str, Path(pattern=SUBMISSION_ID_PATTERN, description="Your id, or the message's.")],
    ) -> Response[str]:
        return _answer(stage.submission(submission_id, caller_of(app.current_event.raw_event)))


def _take_pages(app: APIGatewayHttpResolver, stage: ApiStage) -> None:
    @app.post(
        "/v1/captures",
        summary="Push a page",
        description="Takes a page that the caller has fetched. It becomes a submission, and no site is visited.",
        operation_id="push",
        responses=_responses({202: ("The submission.", PushResult)}, 400, 403, 404, 413, 415, 500, 503),
    )
    def push(document: Annotated[PushedDocument, InBody()]) -> Response[str]:
        return _answer(stage.pushing.push(document, caller_of(app.current_event.raw_event)), 202)

    @app.post(
        "/v1/captures/uploads",
        summary="Begin the upload of a page",
        description="Answers an address to put the bytes of a page to, for pages of more than 4 MiB or in an encoding "
        "of their own. Name the upload in `/v1/captures` then.",
        operation_id="upload",
        responses=_responses({201: ("Where to put it.", Upload)}, 400, 403, 413, 415, 500, 503),
    )
    def upload(wanted: Annotated[UploadRequest, InBody()]) -> Response[str]:
        return _answer(stage.pushing.upload(wanted.size_bytes, caller_of(app.current_event.raw_event)), 201)


def _show_articles(app: APIGatewayHttpResolver, stage: ApiStage) -> None:
    @app.get(
        "/v1/articles/<article_id>",
        summary="Show an article",
        description="Answers as `Accept` says: JSON as it is in the bucket (the default), Markdown, or HTML.",
        operation_id="showArticle",
        responses={
            **_responses({}, 400, 404, 406, 410, 500, 503),
            200: {
                "description": "The article.",
                "content": {
                    JSON_MEDIA_TYPE: {"model": Article},
                    "text/markdown": {"schema": {"type": "string"}},
                    "text/html": {"schema": {"type": "string"}},
                },
            },
            304: {"description": "The caller's copy, whose `ETag` it named, is the current one."},
        },
        compress=True,
    )
    def show_article(
        article_id: ArticleId,
        revision: Annotated[int | None, Query(ge=1, le=999_999, description="Instead of the current one.")] = None,
    ) -> Response[str]:
        asked = app.current_event.headers
        representation = negotiate(asked.get("accept"))
        if representation is None:
            raise ProblemError(ProblemType.NOT_ACCEPTABLE, "There are application/json, text/markdown and text/html.")
        location = stage.locate(article_id, revision)
        tag = f'W/"{location.tag}-{representation.name}"'
        headers = {**SECURITY_HEADERS, "ETag": tag, "Vary": "Accept, Accept-Encoding"}
        # Read here, because the library cuts a header field at its commas.
        if _matches(asked.get("if-none-match", ""), tag):
            return Response(304, representation.content_type, "", headers=headers, compress=False)
        body = representation.render(stage.read(location))
        return Response(200, representation.content_type, body, headers=headers)

    @app.get(
        "/v1/articles/<article_id>/revisions",
        summary="List an article's revisions",
        description="Lists what was committed of an article, retractions included, the first one first.",
        operation_id="listRevisions",
        responses=_responses({200: ("One page of revisions.", RevisionList)}, 400, 404, 410, 500, 503),
    )
    def list_revisions(article_id: ArticleId, cursor: Cursor = None, limit: Limit = 100) -> Response[str]:
        return _answer(stage.revisions(article_id, limit, cursor))


def _list_articles(app: APIGatewayHttpResolver, stage: ApiStage) -> None:
    @app.get(
        "/v1/articles",
        summary="Find articles",
        description="Lists current articles by exactly one of `url`, `host` and `day`: of a host those that were "
        "committed last first, of a day in no order.",
        operation_id="listArticles",
        responses=_responses({200: ("One page of articles.", ArticlePage)}, 400, 500, 503),
        compress=True,
    )
    def list_articles(
        url: Annotated[str | None, Query(max_length=2048, description="Any spelling of the article's URL.")] = None,
        host: Annotated[str | None, Query(min_length=1, max_length=255, description="As in the articles.")] = None,
        day: Annotated[date | None, Query(description="The day of publication, as the article states it.")] = None,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Response[str]:
        match (url, host, day):
            case (str(), None, None):
                return _answer(stage.by_url(url))
            case (None, str(), None):
                return _answer(stage.by_host(host, limit, cursor))
            case (None, None, date()):
                return _answer(stage.by_day(day.isoformat(), limit, cursor))
            case _:
                raise ProblemError(ProblemType.BAD_REQUEST, "Name exactly one of url, host and day.")


def _search_articles(app: APIGatewayHttpResolver, stage: ApiStage) -> None:
    @app.get(
        "/v1/search",
        summary="Search the articles",
        description="Finds current articles, the best first: by words (`q`), by what they are like (`like`), or by "
        "both. All words have to be there; where no article has all of them, those with some are shown, and `isLoose` "
        "is true. A phrase stands in double quotes, `begin*` stands for all words that begin so, and `-word` must not "
        "be there. Where the stack keeps vectors, words are searched by meaning, too; `searchedBy` says whether they "
        "were. Where a stack has no search, or an article no vector: 404.",
        operation_id="searchArticles",
        responses=_responses({200: ("What was found.", SearchPage)}, 400, 404, 410, 500, 503),
        compress=True,
    )
    def search_articles(
        q: Annotated[
            str | None, Query(min_length=1, max_length=1000, description="Words; without them, `like` has to be there.")
        ] = None,
        like: Annotated[str | None, Query(description="The id of an article that the others are to be like.")] = None,
        host: Annotated[str | None, Query(min_length=1, max_length=255, description="As in the articles.")] = None,
        country: Annotated[str | None, Query(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")] = None,
        language: Annotated[str | None, Query(pattern="^[a-z]{2,3}$", description="As in the articles.")] = None,
        since: Annotated[date | None, Query(description="Published on this day or later.")] = None,
        until: Annotated[date | None, Query(description="Published on this day or earlier.")] = None,
        limit: Annotated[int, Query(ge=1, le=100, description="How many to answer at most.")] = 10,
    ) -> Response[str]:
        days = (day.isoformat() if day is not None else None for day in (since, until))
        return _answer(stage.found(q, like, Filters(host, country, language, *days), limit))


def _show_changes(app: APIGatewayHttpResolver, stage: ApiStage) -> None:
    @app.get(
        "/v1/changes",
        summary="Follow the changes",
        description="Answers the change feed from its beginning, or from behind a cursor, about ten seconds late. What "
        "was committed is never left out; a change may come twice, under the same `changeId`.",
        operation_id="listChanges",
        responses=_responses({200: ("Changes, and where to go on.", ChangePage)}, 400, 500, 503),
        compress=True,
    )
    def list_changes(
        after: Annotated[str | None, Query(max_length=2048, description="The `cursor` of the answer before.")] = None,
        limit: Annotated[
            int, Query(ge=1, le=1000, description="About how many: what was written together comes together.")
        ] = 100,
    ) -> Response[str]:
        return _answer(stage.changes(after, limit))


def _show_feeds(app: APIGatewayHttpResolver, stage: ApiStage) -> None:
    @app.get(
        "/v1/feeds/<form>",
        summary="Show a feed",
        description="Answers the newest changes of exactly one of `host`, `country` and `topic` as an Atom or a JSON "
        "feed, an article once. A retracted article is no longer in it. A link (`next`, `next_url`) leads to what "
        "changed before; a page may be empty and lead on all the same.",
        operation_id="showFeed",
        responses={
            **_responses({}, 400, 404, 500, 503),
            200: {
                "description": "The feed.",
                "content": {form.media_type: {"schema": form.schema} for form in FeedFormat},
            },
            304: {"description": "The caller's copy, whose `ETag` it named, is the current one."},
        },
        compress=True,
    )
    def show_feed(
        form: Annotated[FeedFormat, Path(description="What the feed reader understands.")],
        host: Annotated[str | None, Query(min_length=1, max_length=255, description="As in the articles.")] = None,
        country: Annotated[str | None, Query(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")] = None,
        topic: Annotated[str | None, Query(pattern="^medtop:[0-9]{8}$", description="An IPTC Media Topic.")] = None,
        before: Annotated[str | None, Query(max_length=2048, description="As the link to this page has it.")] = None,
    ) -> Response[str]:
        given = {SubjectKind.HOST: host, SubjectKind.COUNTRY: country, SubjectKind.TOPIC: topic}
        named = [Subject(kind, name) for kind, name in given.items() if name is not None]
        if len(named) != 1:
            raise ProblemError(ProblemType.BAD_REQUEST, "Name exactly one of host, country and topic.")
        (subject,) = named
        feed = stage.feed_of(subject, before)
        headers = {**SECURITY_HEADERS, "ETag": feed.tag, "Vary": "Accept-Encoding"}
        content_type = f"{form.media_type}; charset=utf-8"
        if _matches(app.current_event.headers.get("if-none-match", ""), feed.tag):
            return Response(304, content_type, "", headers=headers, compress=False)
        domain = app.current_event.raw_event["requestContext"].get("domainName", "localhost")

        def url(place: str | None) -> str:
            query = {subject.kind.value: subject.name, **({"before": place} if place is not None else {})}
            return f"https://{domain}/v1/feeds/{form}?{urlencode(query)}"

        page = feed.page()
        next_url = url(page.following) if page.following is not None else None
        return Response(200, content_type, render(form, subject, page, url(before), next_url), headers=headers)


def _keep_sources(app: APIGatewayHttpResolver, stage: ApiStage) -> None:
    @app.get(
        "/v1/sources",
        summary="List the sources",
        description="Lists feeds, sitemaps and front pages that are polled, in no order.",
        operation_id="listSources",
        responses=_responses({200: ("One page of sources.", SourceList)}, 400, 500, 503),
    )
    def list_sources(cursor: Cursor = None, limit: Limit = 100) -> Response[str]:
        return _answer(stage.sources.page(limit, cursor))

    @app.post(
        "/v1/sources",
        summary="Add a source",
        description="Adds a source, which is polled at once. Whether it can be read shows at its first poll.",
        operation_id="addSource",
        responses=_responses({201: ("The source.", SourceView)}, 400, 409, 415, 500, 503),
    )
    def add_source(source: Annotated[NewSource, InBody()]) -> Response[str]:
        return _answer(stage.sources.add(source), 201)

    @app.get(
        "/v1/sources/<source_id>",
        summary="Show a source",
        description="Shows a source, and what its polls came to.",
        operation_id="showSource",
        responses=_responses({200: ("The source.", SourceView)}, 400, 404, 500, 503),
    )
    def show_source(source_id: SourceId) -> Response[str]:
        return _answer(stage.sources.show(source_id))

    @app.patch(
        "/v1/sources/<source_id>",
        summary="Change a source",
        description="Changes what was said of a source, pauses it, or resumes it.",
        operation_id="changeSource",
        responses=_responses({200: ("The source.", SourceView)}, 400, 404, 415, 500, 503),
    )
    def change_source(source_id: SourceId, changes: Annotated[SourceChanges, InBody()]) -> Response[str]:
        return _answer(stage.sources.change(source_id, changes))

    @app.delete(
        "/v1/sources/<source_id>",
        summary="Remove a source",
        description="Removes a source. What it led to stays.",
        operation_id="removeSource",
        responses=_responses({200: ("It is removed.", RemovedSource)}, 400, 404, 500, 503),
    )
    def remove_source(source_id: SourceId) -> Response[str]:
        # Not 204: API Gateway says that a body without a type is JSON, also where there is none.
        stage.sources.remove(source_id)
        return _answer(RemovedSource(source_id=source_id))


# ----------------------------------------------------------------------------------------------------- answers


def _answer(body: Body, status: int = 200) -> Response[str]:
    return Response(status, JSON_MEDIA_TYPE, body.to_json(), headers=dict(SECURITY_HEADERS))


def _matches(if_none_match: str, tag: str) -> bool:
    """Return whether a list of tags has this one, by the weak comparison (RFC 9110, section 13.1.2)."""
    named = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return "*" in named or tag.removeprefix("W/") in named


def _responses(answers: Mapping[int, tuple[str, type[Body]]], *problems: int) -> dict[int, Any]:
    """Return what a route may answer, for the document."""
    described = {
        status: {"description": description, "content": {JSON_MEDIA_TYPE: {"model": model}}}
        for status, (description, model) in answers.items()
    }
    types = {status: [kind for kind in ProblemType if kind.status == status] for status in problems}
    refused = {
        status: {
            "description": "A problem: " + ", ".join(f"`{kind}`" for kind in kinds),
            "content": {PROBLEM_MEDIA_TYPE: {"model": Problem}},
        }
        for status, kinds in types.items()
    }
    return {**described, **refused}


# ----------------------------------------------------------------------------------------------------- problems


def _handle_problems(app: APIGatewayHttpResolver) -> None:
    for kind_of_error in _FORESEEN:
        app.exception_handler(kind_of_error)(lambda error: problem_response(_problem_of(error)))


_FORESEEN = (
    ProblemError,
    NotFoundError,
    RequestUnsupportedContentType,
    RequestValidationError,
    UnicodeDecodeError,
    ThrottledError,
)


def _problem_of(error: Exception) -> ProblemError:
    match error:
        case ProblemError():
            return error
        case NotFoundError():
            return ProblemError(ProblemType.NOT_FOUND)
        case RequestUnsupportedContentType():
            return ProblemError(ProblemType.CONTENT_TYPE)
        case RequestValidationError():
            return ProblemError(ProblemType.BAD_REQUEST, errors=_misfits(error.errors()))
        case UnicodeDecodeError():
            misfit = Misfit(place="body", field="", detail="It is not UTF-8.")
            return ProblemError(ProblemType.BAD_REQUEST, errors=[misfit])
        case _:
            return ProblemError(ProblemType.BUSY, retry_after_seconds=_BUSY_SECONDS)


def _misfits(errors: Iterable[Mapping[str, Any]]) -> list[Misfit]:
    """Return at most twenty places; what stands there is not repeated."""
    found = []
    for error in list(errors)[:20]:
        place, *rest = error["loc"] or ("body",)
        field = ".".join(str(part) for part in rest)[:200]
        found.append(Misfit(place=str(place), field=field, detail=str(error["msg"])[:200]))
    return found


def _json(text: str) -> Any:
    """Return the value of a JSON text, strictly.

    Raises
    ------
    JSONDecodeError
        If it is none, is nested too deeply, or has numbers that are none.
    """
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError("it cannot be read", "", 0) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
