"""The extractors that are compared, each in a process of its own.

Comes in: a page's text and URL. Goes out: the text, title, authors and date that an extractor finds, and the processor
time that it took. The processes end with the comparison.
"""

from __future__ import annotations

import importlib
import logging
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

NOW = datetime(2026, 11, 22, tzinfo=UTC)
"""The present, for extractors that reject dates in the future."""
LONGEST_SECONDS = 60.0
"""An extractor that takes longer on a page is stopped, and counts as having found nothing there."""

Prediction = dict[str, Any]
Extract = Callable[[str, str], Prediction]


@dataclass(frozen=True, slots=True)
class System:
    """An extractor.

    Attributes
    ----------
    package : str
        The package whose version is reported.
    load : callable
        Imports what it needs, once, and returns what extracts a page.
    """

    name: str
    package: str
    load: Callable[[], Extract]


@dataclass(frozen=True, slots=True)
class Answer:
    """An extractor's answer for a page; empty when it failed."""

    prediction: Prediction
    seconds: float
    error: str | None = None


def _newsdesk() -> Extract:
    from extractor.contract import PageToRead
    from extractor.reading.full import extract

    def run(html: str, url: str) -> Prediction:
        article = extract(html, PageToRead(b"", None, url, NOW)).article
        return {
            "text": article.article_body,
            "title": article.headline,
            "authors": [person.name for person in article.author],
            "date_published": article.date_published,
        }

    return run


def _trafilatura(**options: Any) -> Extract:
    from trafilatura import bare_extraction

    def run(html: str, url: str) -> Prediction:
        document: Any = bare_extraction(html, url=url, with_metadata=True, include_comments=False, **options)
        if document is None:
            return {}
        return {
            "text": document.text,
            "title": document.title,
            "authors": (document.author or "").split("; "),
            "date_published": document.date,
        }

    return run


def _newspaper() -> Extract:
    from newspaper import Article

    def run(html: str, url: str) -> Prediction:
        article = Article(url or "https://unknown.invalid/", fetch_images=False)
        article.download(input_html=html)
        article.parse()
        date = article.publish_date
        return {
            "text": article.text,
            "title": article.title,
            "authors": article.authors,
            "date_published": date.isoformat() if hasattr(date, "isoformat") else date,
        }

    return run


def _readability() -> Extract:
    from lxml.html import fromstring
    from readability import Document

    def run(html: str, url: str) -> Prediction:
        document = Document(html, url=url)
        summary = fromstring(document.summary(html_partial=True))
        return {"text": "\n".join(summary.itertext()), "title": document.short_title()}

    return run


def _resiliparse() -> Extract:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    def run(html: str, _: str) -> Prediction:
        tree = HTMLTree.parse(html)
        text = extract_plain_text(tree, main_content=True, alt_texts=False, links=False)
        return {"text": text, "title": tree.title}

    return run


def _goose() -> Extract:
    from goose3 import Goose

    goose = Goose({"enable_image_fetching": False})

    def run(html: str, url: str) -> Prediction:
        article = goose.extract(raw_html=html, url=url or None)
        return {
            "text": article.cleaned_text,
            "title": article.title,
            "authors": article.authors,
            "date_published": article.publish_date,
        }

    return run


OURS = System("newsdesk", "newsdesk", _newsdesk)
BASELINE = System("trafilatura", "trafilatura", _trafilatura)
SYSTEMS = (
    OURS,
    BASELINE,
    System("trafilatura precision", "trafilatura", partial(_trafilatura, favor_precision=True)),
    System("trafilatura fast", "trafilatura", partial(_trafilatura, fast=True)),
    System("newspaper4k", "newspaper4k", _newspaper),
    System("readability-lxml", "readability-lxml", _readability),
    System("resiliparse", "resiliparse", _resiliparse),
    System("goose3", "goose3", _goose),
)


def installed(system: System) -> str | None:
    """Return the version of an extractor; None if it is not installed."""
    if system is OURS:
        return str(importlib.import_module("newsdesk").__version__)
    try:
        return version(system.package)
    except PackageNotFoundError:
        return None


class Worker:
    """An extractor in its own process, so that none profits from what another has loaded or remembered."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(SYSTEMS.index(self._system), theirs), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, html: str, url: str) -> Answer:
        """Return the extractor's answer for a page."""
        try:
            self._pipe.send((html, url))
            if self._pipe.poll(LONGEST_SECONDS):
                return Answer(*self._pipe.recv())
            error = f"longer than {LONGEST_SECONDS:.0f} s"
        except (EOFError, OSError):
            error = "died"
        self.stop()
        self._start()
        return Answer({}, LONGEST_SECONDS, error)

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(number: int, pipe: Connection) -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    extract = SYSTEMS[number].load()
    while True:
        try:
            html, url = pipe.recv()
        except EOFError:
            return
        started = time.process_time()
        prediction, error = {}, None
        try:
            prediction = extract(html, url)
        except Exception as failure:  # a page that an extractor fails on is a page without a text
            error = f"{type(failure).__name__}: {failure}"[:200]
        pipe.send((prediction, time.process_time() - started, error))
