"""Templates become HTML.

Comes in: a template's name and its values. Goes out: HTML, in which every value is escaped.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from newsdesk.clock import from_text
from newsdesk.contracts import DESCRIPTIONS
from newsdesk_cli.descriptions import meaning_of_warning
from newsdesk_cli.status_view import article_facts
from newsdesk_cli.wording import epoch_in_words, in_words

_FOLDER = Path(__file__).parent
STATIC_FOLDER = _FOLDER / "static"
"""The style sheet, and the one script."""


def render(template: str, **values: Any) -> str:
    """Return the HTML of a template."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=lambda value: f"{value:,}",
        counted=_counted,
        share=lambda value: f"{value:.0%}",
        two_places=lambda value: f"{value:.2f}",
        day=_day,
        moment=_moment,
        away=_away,
        warning_meaning=meaning_of_warning,
        spaced=lambda value: str(value).replace("_", " "),
        size=_size,
        ago=lambda text, now: _away(text, now).partition(", at")[0],
        stretches=lambda line: [(url, list(runs)) for url, runs in groupby(line, lambda run: run.url)],
        epoch_away=epoch_in_words,
        facts=lambda state, now: article_facts(state, now).items(),
    )
    environment.tests["on_the_web"] = lambda address: str(address).startswith(("https://", "http://"))
    environment.globals["outcome_meanings"] = DESCRIPTIONS
    environment.globals["style_sheet"] = _style_sheet
    return environment


@cache
def _style_sheet() -> str:
    return (STATIC_FOLDER / "desk.css").read_text(encoding="utf-8")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _size(number: int) -> str:
    if number < 1024:
        return f"{number} bytes"
    return f"{number / 1024:,.0f} KB" if number < 1024 * 1024 else f"{number / 1024 / 1024:,.1f} MB"


def _day(text: str | None) -> str:
    return (text or "")[:10]


def _moment(text: str | None) -> str:
    """Return a time as UTC, to the minute; a mere day as it is, and what is no time as it was stated."""
    if not text or len(text) <= len("2026-11-22"):
        return text or ""
    try:
        return f"{from_text(text):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text


def _away(text: str, now: datetime) -> str:
    try:
        return in_words(text, now)
    except ValueError:
        return text
