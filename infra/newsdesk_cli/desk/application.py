"""The desk's pages: what each address shows.

Comes in: requests that the guard has let through. Goes out: pages of HTML.

Every page reads by look-ups whose work is bounded, and shows a bounded part. htmx replaces a part of a page by the same
part of the next one, so an address answers alike with and without it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from botocore.exceptions import BotoCoreError, ClientError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from newsdesk.clock import Clock, utc_now
from newsdesk.errors import NewsdeskError, RejectedUrlError, UnreadableCursorError
from newsdesk_cli.desk import dossier, overview
from newsdesk_cli.desk.catalogue import CHANGES, TEXTS, Catalogue, FullTextSearch, Wanted
from newsdesk_cli.desk.differences import difference
from newsdesk_cli.desk.dossier import Known, MissingError
from newsdesk_cli.desk.figures import FigureSource, figures_of
from newsdesk_cli.desk.guard import CAPTURE_POLICY, Guard
from newsdesk_cli.desk.sources_view import source_dossier, sources_page
from newsdesk_cli.errors import CommandError
from newsdesk_cli.lookup import names_an_article, storage_of
from newsdesk_cli.pages import STATIC_FOLDER, article_view, render
from newsdesk_cli.queues import queues_of
from newsdesk_cli.stack import Stack

_LONGEST_TEXT = 2_100
"""Characters of anything that an address may say: more than a URL has."""
_ID = r"[a-z2-7]{26}"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:\-]{1,40})", re.IGNORECASE)


def desk_of(
    stack: Stack,
    hosts: Collection[str],
    search: FullTextSearch | None = None,
    figures: FigureSource | None = None,
    clock: Clock = utc_now,
) -> ASGIApp:
    """Return the desk of a stack, behind its guard.

    Parameters
    ----------
    hosts : collection of str
        What ``Host`` may be.
    search : FullTextSearch, optional
        Without one there is no field for words.
    figures : FigureSource, optional
        Where the numbers of the funnel are, if not where the stack says.
    """
    desk = _Desk(stack, search, figures or figures_of(stack), clock)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        desk.explainer.close()

    article = "/articles/{article_id}"
    application = Starlette(
        routes=[
            Route("/", desk.overview),
            Route("/articles", desk.articles),
            Route(article, desk.article),
            Route(f"{article}/cut", desk.cut),
            Route(f"{article}/revisions", desk.revisions),
            Route(f"{article}/capture", desk.capture),
            Route(f"{article}/capture/page", desk.captured_page),
            Route(f"{article}/explanation", desk.explanation),
            Route("/sources", desk.sources),
            Route("/sources/{source_id}", desk.source),
            Route("/submissions/{submission_id:path}", desk.submission),
            Route("/find", desk.find),
            Mount("/static", StaticFiles(directory=STATIC_FOLDER)),
        ],
        lifespan=lifespan,
        exception_handlers={
            MissingError: desk.missing,
            HTTPException: desk.refused,
            UnreadableCursorError: desk.unreadable,
            RejectedUrlError: desk.unreadable,
            CommandError: desk.failed,
            NewsdeskError: desk.failed,
            ClientError: desk.failed,
            BotoCoreError: desk.failed,
        },
    )
    return Guard(application, hosts)


class _Desk:
    """The pages. Each method answers one address, in a thread of its own."""

    def __init__(self, stack: Stack, search: FullTextSearch | None, figures: FigureSource, clock: Clock) -> None:
        self._stack = stack
        self._clock = clock
        # Clients are made here, because making them side by side is not safe.
        self._catalogue = Catalogue(stack, storage_of(stack), search)
        self._funnel = overview.Funnel(figures, clock)
        self.explainer = dossier.Explainer()
        _ = stack.store, stack.objects, stack.sources, stack.sqs, stack.resources

    # -------------------------------------------------------------------------------------------- overview

    def overview(self, request: Request) -> Response:
        """Show the funnel of the last hours, outcomes, queues, and what waits."""
        asked = _number(request, "hours")
        hours = asked if asked in overview.HOURS else overview.HOURS[1]
        figures = self._funnel.of_last(hours)
        now = self._clock()
        return self._page(
            "overview.html",
            hours=hours,
            choices=overview.HOURS,
            steps=overview.steps_of(figures),
            outcomes=overview.outcomes_of(figures),
            is_cut=figures.is_cut,
            queues=queues_of(self._stack),
            waits=overview.waits_of(self._stack, now),
        )

    # -------------------------------------------------------------------------------------------- articles

    def articles(self, request: Request) -> Response:
        """List articles."""
        wanted = Wanted(**{name: _text(request, name) for name in asdict(Wanted())})
        problem = _problem_of(wanted)
        listed = None if problem else self._catalogue.page(wanted, _text(request, "cursor") or None)
        kept = {name: value for name, value in asdict(wanted).items() if value}
        following = f"/articles?{urlencode({**kept, 'cursor': listed.cursor})}" if listed and listed.cursor else None
        return self._page(
            "articles.html",
            status=400 if problem else 200,
            wanted=wanted,
            listed=listed,
            problem=problem,
            following=following,
            is_filtered=bool(kept),
            can_search=self._catalogue.can_search,
            changes=CHANGES,
            texts=TEXTS,
        )

    def article(self, request: Request) -> Response:
        """Show an article's text and what is known of it."""
        known = self._known(request)
        view = article_view(known.article, _number(request, "part") or 1) if known.article else None
        submissions = dossier.submissions_of(self._stack, known.state)
        return self._page("article.html", known=known, view=view, submissions=submissions, tab="text")

    def cut(self, request: Request) -> Response:
        """Show what was cut from an article's page, and why."""
        known = self._known(request)
        reason = _text(request, "reason")
        cut = dossier.cut_blocks(self._stack, known, _number(request, "from") or 0, reason)
        return self._page(
            "cut.html", known=known, cut=cut, reason=reason, tab="cut", can_explain=self.explainer.is_there
        )

    def revisions(self, request: Request) -> Response:
        """List an article's revisions, and show two of them side by side."""
        known = self._known(request)
        page = dossier.revisions_of(self._stack, known.state, _text(request, "cursor") or None)
        readable = [record.revision for record in page.revisions if record.key]
        after = _number(request, "after") or (readable[-1] if readable else None)
        before = _number(request, "before") or next((number for number in reversed(readable) if number != after), None)
        compared = None
        if before is not None and after is not None:
            articles = [dossier.revision_of(self._stack, known.state, number) for number in (before, after)]
            if articles[0] is not None and articles[1] is not None:
                compared = difference(articles[0], articles[1])
        return self._page(
            "revisions.html",
            known=known,
            page=page,
            readable=readable,
            before=before,
            after=after,
            compared=compared,
            tab="revisions",
        )

    def capture(self, request: Request) -> Response:
        """Show the page that an article was made of, in a frame."""
        known = self._known(request)
        page = dossier.captured_page(self._stack, known)
        return self._page("capture.html", known=known, page=page, size=len(page.body), tab="capture")

    def captured_page(self, request: Request) -> Response:
        """Answer with what strangers wrote: for the frame alone, without a right to do anything."""
        page = dossier.captured_page(self._stack, self._known(request))
        kind = "text/plain" if (page.content_type or "").lower().startswith("text/plain") else "text/html"
        charset = _CHARSET.search(page.content_type or "")
        return Response(
            dossier.page_bytes(page),
            headers={
                "Content-Type": f"{kind}; charset={charset[1]}" if charset else kind,
                "Content-Security-Policy": CAPTURE_POLICY,
            },
        )

    def explanation(self, request: Request) -> Response:
        """Show what today's extractor makes of an article's page, piece by piece."""
        known = self._known(request)
        page = dossier.captured_page(self._stack, known)
        return self._page("explanation.html", known=known, explanation=self.explainer.explain(page, known), tab="cut")

    def _known(self, request: Request) -> Known:
        article_id = request.path_params["article_id"]
        if not re.fullmatch(_ID, article_id):
            raise MissingError(f"{article_id[:100]} is no article's id.")
        known = dossier.known_article(self._stack, article_id, _number(request, "revision"))
        if known.state.article_id != article_id:
            # An alias, as of a page that became another article's.
            raise HTTPException(307, headers={"Location": f"/articles/{known.state.article_id}"})
        return known

    # -------------------------------------------------------------------------------------------- sources, submissions

    def sources(self, request: Request) -> Response:
        """List sources."""
        page = sources_page(self._stack, self._clock(), _text(request, "cursor") or None)
        following = f"/sources?{urlencode({'cursor': page.cursor})}" if page.cursor else None
        return self._page("sources.html", page=page, following=following)

    def source(self, request: Request) -> Response:
        """Show a source: its polls, and what became of its items."""
        source_id = request.path_params["source_id"]
        found = source_dossier(self._stack, self._clock(), source_id)
        if found is None:
            raise MissingError(f"No source has the id {source_id[:100]}.")
        return self._page("source.html", found=found)

    def submission(self, request: Request) -> Response:
        """Show a submission's way."""
        return self._page("submission.html", way=dossier.way_of(self._stack, request.path_params["submission_id"]))

    def find(self, request: Request) -> Response:
        """Lead to what an id or a URL names."""
        subject = _text(request, "subject")
        if not subject:
            raise MissingError("Say what to look for: the id of a submission or an article, or a URL.")
        if names_an_article(subject):
            return RedirectResponse(f"/articles/{dossier.known_article(self._stack, subject).state.article_id}", 303)
        dossier.way_of(self._stack, subject)
        return RedirectResponse(f"/submissions/{quote(subject, safe='/:')}", 303)

    # -------------------------------------------------------------------------------------------- what goes wrong

    async def missing(self, _: Request, error: Exception) -> Response:
        """Say that there is no such thing."""
        return self._page("problem.html", status=404, title="Not here", text=str(error))

    async def refused(self, _: Request, error: Exception) -> Response:
        """Say that there is no such address, or lead to another one."""
        assert isinstance(error, HTTPException)
        if error.headers and "Location" in error.headers:
            return RedirectResponse(error.headers["Location"], error.status_code)
        return self._page("problem.html", status=error.status_code, title="Not here", text="There is no such page.")

    async def unreadable(self, _: Request, error: Exception) -> Response:
        """Say that the address holds something that is none."""
        return self._page("problem.html", status=400, title="Not understood", text=f"{error}.")

    async def failed(self, _: Request, error: Exception) -> Response:
        """Say that the stack did not answer as it should."""
        text = f"{type(error).__name__}: {error}"
        return self._page("problem.html", status=502, title="The stack did not answer", text=text)

    def _page(self, template: str, status: int = 200, **values: Any) -> Response:
        where = self._stack.s3.meta.region_name if self._stack.endpoint is None else "this machine"
        html = render(template, stack_name=self._stack.name, where=where, now=self._clock(), **values)
        # A lone surrogate, which a damaged object may hold, must not cost the page.
        return Response(html.encode("utf-8", "replace"), status, media_type="text/html; charset=utf-8")


def _text(request: Request, name: str) -> str:
    return request.query_params.get(name, "")[:_LONGEST_TEXT].strip()


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None


def _problem_of(wanted: Wanted) -> str | None:
    if wanted.day:
        try:
            date.fromisoformat(wanted.day)
        except ValueError:
            return f"{wanted.day} is no day; write it like 2026-11-22."
    if wanted.status and wanted.status not in (*CHANGES, *TEXTS):
        return f"{wanted.status} is no status."
    return None
