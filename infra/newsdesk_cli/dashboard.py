"""The dashboard's layout as a picture, for the documents.

Comes in: ``infra/monitoring.yaml``. Goes out: an SVG. Changes: nothing.

CloudWatch draws a dashboard on a grid of 24 columns. The picture shows where each widget stands, what kind it is and
which series it has; a stack's own dashboard shows their values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from newsdesk_cli.paths import ROOT
from newsdesk_cli.templates import load_template

DASHBOARD_PICTURE = ROOT / "docs" / "dashboard.svg"

_MONITORING = ROOT / "infra" / "monitoring.yaml"
_COLUMN, _ROW = 50, 26
"""Pixels of each."""

_GAP = 6
_COLUMNS = 24
_LINE = 17
_CHARACTER = 6.6
"""About so wide is a character of a widget's series."""

_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#444}.title{font-weight:600;font-size:14px;fill:#111}"
    ".kind{fill:#777}rect{fill:#fff;stroke:#b8c0cc}.paper{fill:#f2f4f7;stroke:none}"
)
_KINDS = {"timeSeries": "lines", "bar": "bars", "singleValue": "numbers", "pie": "pie"}


def dashboard_picture() -> str:
    """Return the picture of the dashboard that ``infra/monitoring.yaml`` describes."""
    body = load_template(_MONITORING)["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets: list[dict[str, Any]] = json.loads(body)["widgets"]
    height = max(widget["y"] + widget["height"] for widget in widgets) * _ROW
    width = _COLUMNS * _COLUMN
    drawn = "".join(_drawn(widget) for widget in widgets)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="what">'
        f'<title id="what">The layout of the dashboard</title><style>{_STYLE}</style>'
        f'<rect class="paper" width="{width}" height="{height}"/>{drawn}</svg>\n'
    )


def _drawn(widget: Mapping[str, Any]) -> str:
    x, y = widget["x"] * _COLUMN + _GAP / 2, widget["y"] * _ROW + _GAP / 2
    width, height = widget["width"] * _COLUMN - _GAP, widget["height"] * _ROW - _GAP
    properties = widget["properties"]
    lines = list(_wrapped(_series_of(properties), int((width - 24) / _CHARACTER)))
    room = int((height - 56) / _LINE)
    if len(lines) > room:
        lines[room - 1 :] = ["…"]
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4"/>'
        f'<text class="title" x="{x + 12:g}" y="{y + 24:g}">{escape(properties["title"])}</text>'
        f'<text class="kind" x="{x + 12:g}" y="{y + 43:g}">{escape(_kind_of(properties))}</text>'
        + "".join(
            f'<text x="{x + 12:g}" y="{y + 64 + number * _LINE:g}">{escape(line)}</text>'
            for number, line in enumerate(lines)
        )
    )


def _kind_of(properties: Mapping[str, Any]) -> str:
    kind = _KINDS[properties["view"]]
    stacked = "stacked " if properties.get("stacked") else ""
    return f"{stacked}{kind}, {properties['stat'].lower()} of {properties['period'] // 60} min"


def _series_of(properties: Mapping[str, Any]) -> Iterable[str]:
    """Return the names of a widget's series that are drawn."""
    for metric in properties["metrics"]:
        options = metric[-1] if isinstance(metric[-1], dict) else {}
        if options.get("visible", True):
            yield options.get("label") or next(part for part in reversed(metric) if isinstance(part, str))


def _wrapped(names: Iterable[str], characters: int) -> Iterable[str]:
    line = ""
    for name in names:
        longer = f"{line} · {name}" if line else name
        if line and len(longer) > characters:
            yield line
            longer = name
        line = longer
    yield line
