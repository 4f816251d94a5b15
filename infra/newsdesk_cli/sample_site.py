"""Serve news pages over real HTTP on loopback: the sample site, or a folder of saved pages.

In: the pages and ``site.json`` of ``infra/sample_site``, or a folder of ``.html`` and ``.html.gz``
files. Out: HTTP/1.1 answers, and the record of the requests that led to them. Outside itself it
opens one listening socket on 127.0.0.1 and writes nothing; run as a program, it prints its URL.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import re
import signal
import socket
import socketserver
import sys
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Any, Self, cast
from urllib.parse import parse_qs, quote, unquote, urlsplit

from newsdesk_cli.sample_feeds import Story, listing_of

FIRST_EDITION = "first"
"""The name of the edition every page has when the site starts."""

SAMPLE_SITE_FOLDER = Path(__file__).resolve().parent.parent / "sample_site"
BASE_URL_PLACEHOLDER = b"{{base}}"
HTML = "text/html; charset=utf-8"
ROBOTS = b"User-agent: *\nAllow: /\n"

LONGEST_DELAY_SECONDS = 300.0
IDLE_CONNECTION_SECONDS = 60.0
# A foreground server must not grow without limit; no test run makes nearly this many requests.
REMEMBERED_REQUESTS = 100_000

_STATUS_ROUTE = re.compile(r"/status/([2-5]\d\d)")
_BODILESS_STATUSES = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One request the site has taken, and the status it answered with.

    Attributes
    ----------
    method : str
        The HTTP method, in capitals.
    path : str
        The request target as it was sent, query included.
    headers : Mapping[str, str]
        The request's headers, names in lower case.
    status : int
        The status of the answer, 304 included.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class Expectation:
    """What ingesting one URL of the sample site must lead to.

    Attributes
    ----------
    url, path : str
        The absolute URL and its path.
    ingest : bool
        Whether the URL belongs to the default ingest list.
    outcome : str
        The outcome; for a page switched to another edition, that of ingesting it once more.
    headline, language, date_published : str or None
        The article's fields; None where the page gives none or there is no article.
    contains : tuple of str
        Passages of the body that the extracted text must contain.
    excludes : tuple of str
        Furniture that the extracted text must not contain.
    near_duplicate_of : str or None
        The URL of the page this one is a syndicated copy of.
    """

    url: str
    path: str
    ingest: bool
    outcome: str
    headline: str | None = None
    language: str | None = None
    date_published: str | None = None
    contains: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    near_duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A site's answer to one request target, before conditions and encodings.

    Attributes
    ----------
    status : int
        The status when no condition of the request says otherwise.
    body : bytes
        The body, not compressed.
    content_type : str or None
        The Content-Type header, if any.
    headers : Mapping[str, str]
        Further headers.
    last_modified : datetime or None
        When the body last changed; None for an answer without validators.
    delay_seconds : float
        How long the answer is delayed.
    missing_bytes : int
        How many bytes fewer are sent than Content-Length claims, before the connection closes.
    """

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    last_modified: datetime | None = None
    delay_seconds: float = 0.0
    missing_bytes: int = 0

    @property
    def is_compressible(self) -> bool:
        """Whether the answer is sent in gzip to those who accept it."""
        is_text = self.content_type is not None and self.content_type.startswith("text/")
        return self.status == HTTPStatus.OK and is_text and not self.missing_bytes


class LoopbackSite(ABC):
    """A web site on 127.0.0.1 with its own threads; what it serves is up to the subclass.

    Use it as a context manager, or call `start` and `stop`. It speaks HTTP/1.1 with keep-alive,
    Content-Length, HEAD, conditional requests and gzip, and its robots.txt allows everything.

    Parameters
    ----------
    port : int
        The port to listen on; 0 takes any free one.
    """

    def __init__(self, *, port: int = 0) -> None:
        self._port = port
        self._server: _Server | None = None
        self._requests: deque[RecordedRequest] = deque(maxlen=REMEMBERED_REQUESTS)
        self._requests_lock = threading.Lock()

    @abstractmethod
    def answer(self, target: str) -> Answer:
        """Return the answer to a request target; called from many threads at once."""

    @abstractmethod
    def urls(self) -> tuple[str, ...]:
        """Return the absolute URLs that an ingest run of this site takes by default."""

    @property
    def base_url(self) -> str:
        """The site's root without a trailing slash, such as ``http://127.0.0.1:40123``.

        Raises
        ------
        RuntimeError
            If the site has not been started.
        """
        if self._server is None:
            raise RuntimeError("the site has no address before it is started")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """The requests taken so far, oldest first; a copy, safe to read while the site serves.

        A request is recorded before its answer is sent, so a client that has its answer finds the request here.
        """
        with self._requests_lock:
            return tuple(self._requests)

    def url(self, path: str) -> str:
        """Return the absolute URL of a path on this site."""
        return self.base_url + path

    def start(self) -> Self:
        """Listen and serve in the background until `stop`; return the site itself.

        Raises
        ------
        RuntimeError
            If the site is already started.
        OSError
            If the port is taken.
        """
        if self._server is not None:
            raise RuntimeError("the site is already started")
        self._server = _Server(self, self._port)
        self._server.serve_in_background()
        return self

    def stop(self) -> None:
        """Stop serving, close all connections, and free the port; harmless if already stopped."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def record(self, request: RecordedRequest) -> None:
        """Add a request to the record."""
        with self._requests_lock:
            self._requests.append(request)


@dataclass(frozen=True, slots=True)
class _Edition:
    body: bytes
    expected: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Route:
    path: str
    status: int
    content_type: str
    headers: Mapping[str, str]
    ingest: bool
    editions: Mapping[str, _Edition]


@dataclass(frozen=True, slots=True)
class _Published:
    edition: str
    last_modified: datetime


class SampleSite(LoopbackSite):
    """The sample news site: invented newspapers, and beside them the faults a crawler meets.

    Apart from the routes of ``site.json`` it answers ``/robots.txt``, the front page ``/``, the feeds
    ``/feeds/rss.xml``, ``/feeds/atom.xml`` and ``/feeds/feed.json``, ``/news-sitemap.xml`` and
    ``/sitemap-index.xml``, all of which list the articles to ingest, and these faults:
    ``/slow?seconds=N``, ``/status/NNN`` (with ``?retry_after=N`` for a Retry-After header),
    ``/redirect-loop``, ``/truncated`` and ``/bytes``. Everything else is 404. A query on a page's path makes no
    difference. ``{{base}}`` in an HTML page stands for the site's own `base_url`.

    Parameters
    ----------
    folder : Path
        The folder of ``site.json`` and ``pages``.
    port : int
        The port to listen on; 0 takes any free one.

    Raises
    ------
    FileNotFoundError
        If ``site.json`` or a file it names is missing.
    """

    def __init__(self, folder: Path = SAMPLE_SITE_FOLDER, *, port: int = 0) -> None:
        super().__init__(port=port)
        site = cast("dict[str, Any]", json.loads((folder / "site.json").read_text(encoding="utf-8")))
        self._routes = {route.path: route for route in _read_routes(site["routes"], folder / "pages")}
        self._founded = datetime.fromisoformat(site["lastModified"]).astimezone(UTC)
        self._published = {path: _Published(FIRST_EDITION, self._founded) for path in self._routes}
        self._publish_lock = threading.Lock()

    def urls(self) -> tuple[str, ...]:
        """Return the absolute URLs of the default ingest list, in the order of ``site.json``."""
        return tuple(self.url(route.path) for route in self._routes.values() if route.ingest)

    def expectations(self) -> dict[str, Expectation]:
        """Return, by absolute URL, what ingesting each route must lead to as published now.

        Every route of ``site.json`` is included, also those outside the default ingest list.
        """
        expectations = (self._expectation(route) for route in self._routes.values())
        return {expectation.url: expectation for expectation in expectations}

    def editions(self, path: str) -> tuple[str, ...]:
        """Return the names of a page's editions, `FIRST_EDITION` first.

        Raises
        ------
        KeyError
            If the site has no such path.
        """
        return tuple(self._routes[path].editions)

    def publish(self, path: str, edition: str) -> None:
        """Switch a page to another edition from the next request on.

        Last-Modified moves forward by at least a second, and the ETag follows the body.

        Raises
        ------
        KeyError
            If the site has no such path or the page no such edition.
        """
        if edition not in self._routes[path].editions:
            raise KeyError(f"{path} has no edition {edition!r}, only {', '.join(self.editions(path))}")
        now = datetime.now(UTC).replace(microsecond=0)
        with self._publish_lock:
            # HTTP dates have no fractions, so two editions within a second need two seconds.
            moved_on = max(now, self._published[path].last_modified + timedelta(seconds=1))
            self._published[path] = _Published(edition, moved_on)

    def answer(self, target: str) -> Answer:
        """Return the answer to a request target: a route, a fault, or 404."""
        path = urlsplit(target).path
        route = self._routes.get(path)
        if route:
            return self._page_answer(route)
        if path == "/robots.txt":
            return _robots_answer(f"Sitemap: {self.url('/sitemap-index.xml')}\n")
        listing = listing_of(path, self.base_url, self.stories())
        if listing is not None:
            return Answer(HTTPStatus.OK, listing.body.encode(), listing.content_type, last_modified=self._founded)
        return _service_answer(target)

    def stories(self) -> tuple[Story, ...]:
        """Return the articles that feeds, sitemaps and front page list: those of the default ingest list."""
        listed = (found for found in self.expectations().values() if found.ingest and found.headline)
        return tuple(
            Story(
                found.url,
                found.headline or "",
                found.language,
                datetime.fromisoformat(found.date_published)
                if found.date_published and "T" in found.date_published
                else None,
            )
            for found in listed
        )

    def _page_answer(self, route: _Route) -> Answer:
        published = self._published[route.path]
        body = route.editions[published.edition].body
        if route.content_type.startswith("text/html"):
            body = body.replace(BASE_URL_PLACEHOLDER, self.base_url.encode("ascii"))
        return Answer(
            status=route.status,
            body=body,
            content_type=route.content_type,
            headers=route.headers,
            last_modified=published.last_modified,
        )

    def _expectation(self, route: _Route) -> Expectation:
        expected = route.editions[self._published[route.path].edition].expected
        original = expected.get("nearDuplicateOf")
        return Expectation(
            url=self.url(route.path),
            path=route.path,
            ingest=route.ingest,
            outcome=expected["outcome"],
            headline=expected.get("headline"),
            language=expected.get("language"),
            date_published=expected.get("datePublished"),
            contains=tuple(expected.get("contains", ())),
            excludes=tuple(expected.get("excludes", ())),
            near_duplicate_of=self.url(original) if original else None,
        )


class DirectorySite(LoopbackSite):
    """A folder of saved pages: ``<name>.html`` and ``<name>.html.gz`` are served at ``/<name>``.

    Pages go out as they were saved, a ``.gz`` decompressed first, as ``text/html`` without a
    charset: which one the original server claimed is not known.

    Parameters
    ----------
    folder : Path
        The folder; files in folders below it and files of other kinds are not served.
    port : int
        The port to listen on; 0 takes any free one.

    Raises
    ------
    ValueError
        If two files would be served at the same address.
    """

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        super().__init__(port=port)
        self._files: dict[str, Path] = {}
        for file in sorted(folder.iterdir()):
            name = file.name.removesuffix(".gz").removesuffix(".html")
            if not file.name.endswith((".html", ".html.gz")) or not file.is_file():
                continue
            if name in self._files:
                raise ValueError(f"{file.name} and {self._files[name].name} would both be served at /{name}")
            self._files[name] = file

    def urls(self) -> tuple[str, ...]:
        """Return the absolute URLs of all pages, in the order of their names."""
        return tuple(self.url_of(name) for name in self._files)

    def url_of(self, name: str) -> str:
        """Return the absolute URL of the page saved as ``<name>.html`` or ``<name>.html.gz``.

        Raises
        ------
        KeyError
            If the folder has no such page.
        """
        if name not in self._files:
            raise KeyError(name)
        return self.url("/" + quote(name, safe=""))

    def answer(self, target: str) -> Answer:
        """Return the saved page that the request target names, robots.txt, or 404."""
        path = urlsplit(target).path
        file = self._files.get(unquote(path.removeprefix("/")))
        if file is None:
            return _robots_answer() if path == "/robots.txt" else _not_found_answer()
        saved = file.read_bytes()
        return Answer(
            status=HTTPStatus.OK,
            body=gzip.decompress(saved) if file.suffix == ".gz" else saved,
            content_type="text/html",
            last_modified=datetime.fromtimestamp(int(file.stat().st_mtime), UTC),
        )


def _read_routes(described: Iterable[Mapping[str, Any]], pages: Path) -> Iterable[_Route]:
    for route in described:
        expected: Mapping[str, Any] = route["expected"]
        editions = {FIRST_EDITION: _Edition(_read_page(pages, route.get("file")), expected)}
        for name, edition in route.get("editions", {}).items():
            body = _read_page(pages, edition["file"])
            editions[name] = _Edition(body, {**expected, **edition["expected"]})
        yield _Route(
            path=route["path"],
            status=route["status"],
            content_type=route["contentType"],
            headers=route["headers"],
            ingest=route["ingest"],
            editions=editions,
        )


def _read_page(pages: Path, file: str | None) -> bytes:
    return b"" if file is None else (pages / file).read_bytes()


def _service_answer(target: str) -> Answer:
    parts = urlsplit(target)
    query = parse_qs(parts.query)
    status_route = _STATUS_ROUTE.fullmatch(parts.path)
    if status_route:
        return _status_answer(int(status_route[1]), retry_after=query.get("retry_after"))
    match parts.path:
        case "/robots.txt":
            return _robots_answer()
        case "/slow":
            return _slow_answer(query.get("seconds", ["1"])[0])
        case "/redirect-loop":
            return _redirect_answer("/redirect-loop/back")
        case "/redirect-loop/back":
            return _redirect_answer("/redirect-loop")
        case "/truncated":
            body = _small_page("This page breaks off")
            return Answer(HTTPStatus.OK, body, HTML, missing_bytes=len(body))
        case "/bytes":
            return Answer(HTTPStatus.OK, bytes(range(256)) * 4, "application/octet-stream")
        case _:
            return _not_found_answer()


def _status_answer(status: int, *, retry_after: list[str] | None) -> Answer:
    headers = {"Retry-After": retry_after[0]} if retry_after and retry_after[0].isdigit() else {}
    body = b"" if status in _BODILESS_STATUSES else _small_page(f"Status {status}")
    return Answer(status, body, HTML, headers)


def _slow_answer(seconds: str) -> Answer:
    try:
        delay = float(seconds)
    except ValueError:
        delay = math.nan
    if not 0 <= delay <= LONGEST_DELAY_SECONDS:
        return Answer(HTTPStatus.BAD_REQUEST, _small_page("How many seconds?"), HTML)
    return Answer(HTTPStatus.OK, _small_page("Worth the wait"), HTML, delay_seconds=delay)


def _redirect_answer(location: str) -> Answer:
    return Answer(HTTPStatus.FOUND, b"", HTML, {"Location": location})


def _robots_answer(more: str = "") -> Answer:
    return Answer(HTTPStatus.OK, ROBOTS + more.encode("ascii"), "text/plain; charset=utf-8")


def _not_found_answer() -> Answer:
    return Answer(HTTPStatus.NOT_FOUND, _small_page("Not found"), HTML)


def _small_page(title: str) -> bytes:
    return f"<!DOCTYPE html><html lang=en><title>{title}</title><p>{title}.</p></html>\n".encode()


class _Server(socketserver.ThreadingTCPServer):
    # http.server.HTTPServer looks up its own name when it binds; a plain TCP server does not.
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, site: LoopbackSite, port: int) -> None:
        self.site = site
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _RequestHandler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="loopback-site", daemon=True)

    def serve_in_background(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.stopping.set()
        with self._connections_lock:
            for connection in self._connections:
                # Otherwise a client that keeps its connection open would keep its thread waiting, and with it this one.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._connections_lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up in the middle of an answer is not an error.
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class _RequestHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "LoopbackSite"
    sys_version = ""
    timeout = IDLE_CONNECTION_SECONDS
    # Head and body leave in one write: two small ones on a kept-alive connection cost 40 ms of delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._reply(with_body=True)

    def do_HEAD(self) -> None:
        self._reply(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the record of requests is the log."""

    def _reply(self, *, with_body: bool) -> None:
        server = cast("_Server", self.server)
        request_headers = {name.lower(): value for name, value in self.headers.items()}
        answer = server.site.answer(self.path)
        reply = _negotiate(answer, request_headers)
        server.site.record(
            RecordedRequest(self.command, self.path, MappingProxyType(request_headers), int(reply.status))
        )
        if server.stopping.wait(answer.delay_seconds):
            # The site has stopped in the meantime: a client is disconnected, never answered late.
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(reply.body)
        # An unread request body would be taken for the next request.
        has_request_body = "content-length" in request_headers or "transfer-encoding" in request_headers
        if answer.missing_bytes or has_request_body:
            self.close_connection = True


def _negotiate(answer: Answer, request_headers: Mapping[str, str]) -> _Reply:
    """Apply a request's conditions and accepted encodings to an answer."""
    headers = dict(answer.headers)
    if answer.content_type:
        headers["Content-Type"] = answer.content_type
    body = answer.body
    tag_suffix = ""
    if answer.is_compressible:
        headers["Vary"] = "Accept-Encoding"
        if _accepts_gzip(request_headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, mtime=0)
            tag_suffix = "-gzip"
    if answer.status == HTTPStatus.OK and answer.last_modified:
        tag = hashlib.sha256(answer.body).hexdigest()[:32]
        headers["ETag"] = f'"{tag}{tag_suffix}"'
        headers["Last-Modified"] = format_datetime(answer.last_modified, usegmt=True)
        if _is_not_modified(request_headers, {tag, f"{tag}-gzip"}, answer.last_modified):
            return _Reply(HTTPStatus.NOT_MODIFIED, b"", _without_content(headers))
    if answer.status in _BODILESS_STATUSES:
        return _Reply(answer.status, b"", _without_content(headers))
    headers["Content-Length"] = str(len(body) + answer.missing_bytes)
    return _Reply(answer.status, body, headers)


def _without_content(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith("Content-")}


def _accepts_gzip(accept_encoding: str) -> bool:
    for offer in accept_encoding.lower().split(","):
        coding, _, quality = offer.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", quality)
    return False


def _is_not_modified(request_headers: Mapping[str, str], tags: set[str], last_modified: datetime) -> bool:
    if_none_match = request_headers.get("if-none-match")
    if if_none_match is not None:
        # RFC 9110, 13.2.2: If-None-Match takes precedence over If-Modified-Since.
        offered = {tag.strip().removeprefix("W/").strip('"') for tag in if_none_match.split(",")}
        return "*" in offered or not tags.isdisjoint(offered)
    try:
        since = parsedate_to_datetime(request_headers.get("if-modified-since", ""))
    except (TypeError, ValueError):
        return False
    return last_modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve in the foreground until interrupted or terminated; print the site's URL first."""
    parser = argparse.ArgumentParser(
        prog="python -m newsdesk_cli.sample_site",
        description="Serve the sample news site, or a folder of saved pages, on 127.0.0.1.",
        epilog="example: python -m newsdesk_cli.sample_site --port 8800",
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--directory", type=Path, help="serve the .html and .html.gz files of this folder instead")
    options = parser.parse_args(arguments)

    site: LoopbackSite
    site = DirectorySite(options.directory, port=options.port) if options.directory else SampleSite(port=options.port)
    interrupted = threading.Event()

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        interrupted.set()

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    with site:
        print(site.base_url, flush=True)
        interrupted.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
