"""One page, from a file or from the web, through the extractor without a stack.

Comes in: a file's path or a URL. Goes out: the page, and its extraction. A URL is fetched once, after the same checks
of its address and of robots.txt as in the pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from extractor.contract import ExtractionResult, PageToRead
from extractor.manifest import LARGEST_PAGE_BYTES, page_in
from extractor.reading import read_page
from newsdesk import __version__
from newsdesk.clock import utc_now
from newsdesk.contracts import Extracted, Reason
from newsdesk.errors import PermanentError, TransientError
from newsdesk.web import Address, Url, decode_body, media_type_of, parse_networks, product_token, single_encoding
from newsdesk.web.transport import (
    AUXILIARY_DEADLINE_SECONDS,
    MAXIMUM_ROBOTS_BYTES,
    BeforeSend,
    FetchRequest,
    Hop,
    HttpFetcher,
    is_allowed,
    read_robots,
)

_USER_AGENT = f"NewsdeskBot/{__version__} (+http://localhost; one page, asked for by hand)"
UNKNOWN_URL = "https://unknown.invalid/page"
"""The address of a file whose address is not known (RFC 2606: a name that never resolves)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """The extraction of a page.

    Attributes
    ----------
    reason : str or None
        Why the page was refused.
    result : ExtractionResult or None
        What was extracted, refused or not; None when the extractor failed.
    """

    reason: str | None
    result: ExtractionResult | None

    @property
    def article(self) -> Extracted | None:
        """The article; None if the page was refused."""
        return self.result.article if self.result is not None and self.reason is None else None


def observe(page: PageToRead) -> Observation:
    """Extract a page as the extract stage would, in this process."""
    try:
        reading = read_page(replace(page, is_explained=True))
    except (PermanentError, TransientError) as error:
        return Observation(error.reason.value, None)
    return Observation(reading.refusal.value if reading.refusal is not None else None, reading.result)


def saved_page(path: Path, url: str = UNKNOWN_URL) -> PageToRead:
    """Return a page from a file; a name in ``.gz`` is gzipped, one in ``.txt`` plain text."""
    return page_in(path, url, utc_now())


def fetch_page(url: str, networks: Sequence[str] = ()) -> PageToRead:
    """Return a page of the web.

    Parameters
    ----------
    url : str
        Which page.
    networks : sequence of str
        Private networks that may be asked, as CIDR.

    Raises
    ------
    PermanentError, TransientError
        With the reason that a run of the URL would have.
    """
    fetcher = HttpFetcher(_USER_AGENT, allowed=parse_networks(networks))

    def request_slot(following: Url, _: tuple[Hop, ...]) -> BeforeSend:
        _heed_robots(fetcher, following, product_token(_USER_AGENT))
        return _now

    try:
        response = fetcher.fetch(FetchRequest(url), request_slot)
    finally:
        fetcher.close()
    body = decode_body(response.body, single_encoding(response.values("content-encoding")), LARGEST_PAGE_BYTES)
    content_type = media_type_of(response.values("content-type"))
    return PageToRead(body, content_type, response.final_url, response.started_at, headers=response.headers)


def _now(address: Address | None = None) -> None:
    """Do not wait: one page that somebody asks for by hand is not a crawl."""


def _heed_robots(fetcher: HttpFetcher, url: Url, token: str) -> None:
    """Refuse what robots.txt disallows: nothing if it is missing, all if it is unreachable (RFC 9309, 2.3.1)."""
    answer = fetcher.fetch_auxiliary(f"{url.origin}/robots.txt", MAXIMUM_ROBOTS_BYTES, AUXILIARY_DEADLINE_SECONDS)
    if answer.status == 429 or answer.status >= 500:
        raise TransientError(Reason.ROBOTS_UNAVAILABLE, f"robots.txt answered {answer.status}")
    robots = read_robots(answer.body, token, is_cut=answer.is_cut)
    if not is_allowed(robots.rules, url.target):
        raise PermanentError(Reason.ROBOTS_DISALLOWED, url.href)
