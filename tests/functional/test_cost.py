"""``newsdesk cost``: the bill, and that its figures are those which the meter measures.

Comes in: figures. Goes out: assertions. Changes: moto's memory.
"""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from newsdesk_cli.app import app
from newsdesk_cli.costs import BUSY_FROM, VISITS, bill_of
from newsdesk_cli.prices import PRICES

AIMS = {"new article": (30, 48.0), "304 revisit": (6, 6.0), "other page, same article": (8, 16.0)}
"""Write units of a visit, and dollars of a million, that are not to be passed."""


@pytest.mark.parametrize(("name", "aim"), AIMS.items())
def test_a_visit_costs_no_more_than_was_reached(name: str, aim: tuple[int, float]) -> None:
    (visit,) = (visit for visit in VISITS if visit.name == name)
    assert visit.busy["write_unit"] <= aim[0]
    assert visit.dollars(is_busy=True) * 1_000_000 <= aim[1]
    assert visit.dollars(is_busy=False) >= visit.dollars(is_busy=True)


def test_everything_that_is_used_has_a_price() -> None:
    assert {name for visit in VISITS for name in visit.busy} <= set(PRICES)


def test_a_bill_grows_with_the_articles_beside_what_a_stack_costs_anyway() -> None:
    idle, busy, twice = (bill_of(articles) for articles in (0, BUSY_FROM, 2 * BUSY_FROM))
    assert 0 < idle.dollars < 100
    assert twice.dollars - busy.dollars == pytest.approx(busy.dollars - idle.dollars)


def test_the_command_prints_each_line_and_the_sum() -> None:
    answer = CliRunner().invoke(app, ["cost", "--articles", "1000", "--revisits", "2", "--json"])
    assert answer.exit_code == 0
    lines = json.loads(answer.stdout)
    total = lines.pop("all")
    assert total == pytest.approx(sum(lines.values()), abs=0.1)
    assert {visit.name for visit in VISITS} < set(lines)


def test_a_data_set_costs_little_beside_the_articles() -> None:
    # Given
    without, with_it = (bill_of(1_000_000, datasets=datasets) for datasets in (False, True))
    # When
    ours = {line.what: line for line in with_it.lines if line not in without.lines}
    # Then: a row for each new article and each change of it
    assert set(ours) == {"data set, written", "data set, stored, after a year"}
    assert ours["data set, written"].number == pytest.approx(1_550_000)
    assert 0 < with_it.dollars - without.dollars < without.dollars / 20


def test_shares_of_more_than_all_revisits_are_refused() -> None:
    answer = CliRunner().invoke(app, ["cost", "--articles", "1", "--changed", "0.9", "--other-page", "0.2"])
    assert answer.exit_code == 2
