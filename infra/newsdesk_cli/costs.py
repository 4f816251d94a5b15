"""The bill of a stack: what so many articles a day cost, at AWS's list prices.

Comes in: how many articles, and how often each is visited again. Goes out: :class:`Bill`. Changes: nothing.

What one visit uses was metered by ``benchmarks/cost.py`` on the deployed handlers; a test holds the figures to what it
measures. A busy stack takes ten messages at once; a quiet one takes each alone, and pays for an invocation each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsdesk_cli.prices import PRICES

DAYS = 365.25 / 12
"""Of a month."""

_COLUMNS = (
    "write_unit", "read_unit", "s3_put", "s3_get", "sqs_request", "event", "lambda_request",
    "lambda_gigabyte_second", "log_gigabyte",
)  # fmt: skip

_USED: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "new article": (
        (30, 27.1, 2.02, 1, 3.5, 2, 0.52, 0.687, 2.12e-06),
        (30, 27.1, 2.2, 1, 15, 2, 5.2, 1.19, 6.17e-06),
    ),
    "304 revisit": (
        (6, 2.5, 0, 0, 0.3, 0, 0.15, 0.0586, 4.5e-07),
        (6, 2.5, 0, 0, 3, 0, 1.1, 0.433, 1.54e-06),
    ),
    "other page, same article": (
        (7, 4, 1, 1, 1.5, 0, 0.25, 0.254, 9.8e-07),
        (7, 4, 1, 1, 6, 0, 2.1, 0.679, 2.77e-06),
    ),
    "new revision": (
        (34, 27.7, 2.02, 1, 2.3, 1, 0.47, 0.68, 1.7e-06),
        (34, 27.7, 2.2, 1, 12, 1, 4.3, 1.19, 4.95e-06),
    ),
    "failed fetch": (
        (12, 3.5, 0, 0, 1.5, 1, 0.22, 0.0634, 7.5e-07),
        (12, 3.5, 0, 0, 6, 1, 2.1, 0.437, 2.33e-06),
    ),
}
"""What each kind of visit uses, in the order of the columns: in batches of ten messages, and alone. Printed by
``benchmarks/cost.py --json``; the unit for a page of a host's sample is left out."""

STORED_DOLLARS = 30.5e-6
"""What an article costs in its first year, of which its capture is a third."""

METRICS, ALARMS, QUEUES = 150, 54, 9
"""About so many series have values in a month in which everything happens; there are so many alarms and queues."""

ROW_BYTES, ROW_SECONDS = 3_200, 0.0026
"""Of a revision in the data set: its size, and what it takes compact, half of it waiting for S3; measured by
``benchmarks/dataset.py``, with 16 reads of 20 milliseconds at once."""

ROWS_A_PART = 5_000
COMPACT_GIGABYTES = 1769 / 1024

_OF_A_ROW: dict[str, float] = {
    "s3_get": 1 + 1 / 20,  # its article, and its part of an object of the feed
    "lambda_gigabyte_second": ROW_SECONDS * COMPACT_GIGABYTES,
}
_OF_A_PART: dict[str, float] = {"s3_put": 1, "s3_get": 3, "sqs_request": 4, "lambda_request": 1}
_PLANNINGS = 48 * DAYS
_LISTED = 15 * 3 + 17
"""Requests of one planning while an hour's feed has fewer than 1,000 objects: three for each hour, and the folders."""

_MINUTES = 60 * 24 * 365.25 / 12

FIXED: dict[str, float] = {
    "metrics, alarms, dashboard": METRICS * PRICES["metric_month"].dollars
    + ALARMS * PRICES["alarm_month"].dollars
    + 3.0,
    "dispatch with nothing to do": _MINUTES
    * (40 * 0.5 * PRICES["read_unit"].dollars + 0.6 * PRICES["lambda_gigabyte_second"].dollars),
    "polls of empty queues": _MINUTES * QUEUES * 5 * 3 * PRICES["sqs_request"].dollars,
}
"""Dollars a month, whatever comes. Lambda keeps five connections to each queue open, and asks every 20 seconds."""

DATASET_IDLE_DOLLARS = (
    _PLANNINGS * _LISTED * PRICES["s3_put"].dollars
    + 3 * PRICES["alarm_month"].dollars
    + _MINUTES * 5 * 3 * PRICES["sqs_request"].dollars
)
"""A month of planning, alarms, and polls of an empty queue."""

BUSY_FROM = 200_000
"""Visits a day from which messages come in batches: two a second."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one kind of visit uses, in the units of :data:`newsdesk_cli.prices.PRICES`.

    Attributes
    ----------
    busy, quiet : mapping
        Amounts when ten messages are taken at once, and when each is taken alone.
    """

    name: str
    busy: Mapping[str, float]
    quiet: Mapping[str, float]

    def dollars(self, *, is_busy: bool) -> float:
        """Return what one costs."""
        amounts = self.busy if is_busy else self.quiet
        return sum(amount * PRICES[name].dollars for name, amount in amounts.items())


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill.

    Attributes
    ----------
    number : float
        So many a day; 0 for what is not counted by the day.
    dollars : float
        A month.
    """

    what: str
    number: float
    dollars: float

    @property
    def is_daily(self) -> bool:
        """Whether it is counted by the day."""
        return self.number > 0


@dataclass(frozen=True, slots=True)
class Bill:
    """What a stack costs in a month.

    Attributes
    ----------
    lines : tuple of Line
        Visits by kind, what is stored after a year, and what costs the same whether anything comes or not.
    """

    lines: tuple[Line, ...]

    @property
    def dollars(self) -> float:
        """The sum."""
        return sum(line.dollars for line in self.lines)


VISITS = tuple(
    Visit(name, dict(zip(_COLUMNS, busy, strict=True)), dict(zip(_COLUMNS, quiet, strict=True)))
    for name, (busy, quiet) in _USED.items()
)


def bill_of(
    articles: float,
    *,
    revisits: float = 11.0,
    changed: float = 0.05,
    other_page: float = 0.45,
    failed: float = 0.05,
    datasets: bool = False,
) -> Bill:
    """Return a month's bill.

    Parameters
    ----------
    articles : float
        New ones a day.
    revisits : float
        Visits after the first, of each article; eleven by the defaults of the template.
    changed, other_page : float
        The shares of them that find a new revision, and another page with the same article; the others end with 304 or
        the same bytes.
    failed : float
        Submissions whose page is not available, for each new article.
    datasets : bool
        Whether the stack keeps a data set.
    """
    again = articles * revisits
    numbers = {
        "new article": articles,
        "304 revisit": again * max(0.0, 1.0 - changed - other_page),
        "other page, same article": again * other_page,
        "new revision": again * changed,
        "failed fetch": articles * failed,
    }
    is_busy = sum(numbers.values()) >= BUSY_FROM
    lines = [
        Line(visit.name, numbers[visit.name], numbers[visit.name] * DAYS * visit.dollars(is_busy=is_busy))
        for visit in VISITS
    ]
    kept = articles * DAYS
    lines.append(Line("stored, after a year", 0.0, kept * STORED_DOLLARS))
    lines += [Line(what, 0.0, dollars) for what, dollars in FIXED.items()]
    if datasets:
        rows = numbers["new article"] + numbers["new revision"]
        lines.append(Line("data set, written", rows, rows * DAYS * row_dollars() + DATASET_IDLE_DOLLARS))
        lines.append(Line("data set, stored, after a year", 0.0, stored_dollars(rows * 365.25)))
    return Bill(tuple(lines))


def row_dollars() -> float:
    """Return what writing a revision into the data set costs, in an hour of many."""
    of_a_row = sum(amount * PRICES[name].dollars for name, amount in _OF_A_ROW.items())
    of_a_part = sum(amount * PRICES[name].dollars for name, amount in _OF_A_PART.items())
    return of_a_row + of_a_part / ROWS_A_PART


def stored_dollars(rows: float) -> float:
    """Return what so many revisions in the data set cost in a month."""
    return rows * ROW_BYTES / 1e9 * PRICES["s3_gigabyte_month"].dollars
