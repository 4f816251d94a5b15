"""The data set of the whole stack: written by compact on Lambda, asked by DuckDB and by the stack's Athena.

It builds on the visit of the sample site, and asks for that site's articles alone.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from newsdesk.clock import utc_now
from newsdesk.contracts import keys, views
from newsdesk.reader.tables import open_tables
from newsdesk_cli.compacting import compact, wait_until_told
from newsdesk_cli.ingestion import Result
from newsdesk_cli.queries import EXAMPLES
from newsdesk_cli.querying import asked_of_athena
from newsdesk_cli.stack import Stack


def test_every_article_is_in_the_tables(stack: Stack, first_visit: dict[str, Result], tmp_path: Path) -> None:
    # Given
    results = [result for result in first_visit.values() if result.outcome == "indexed"]
    indexed = {result.article_id for result in results}
    since = utc_now() - timedelta(hours=2)
    assert wait_until_told(stack, [result.key for result in results if result.key], since, wait_seconds=60) == set()
    # When the hours up to now are written, twice
    for _ in range(2):
        done = compact(stack, since, utc_now(), wait_seconds=60)
        assert done.waiting == []
    # Then DuckDB finds each article in a copy of the parts
    for entry in stack.s3.list_objects_v2(Bucket=stack.bucket, Prefix=keys.REVISIONS_PREFIX)["Contents"]:
        path = tmp_path / entry["Key"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(stack.objects.get(entry["Key"]))
    with open_tables(tmp_path) as tables:
        found = {article for (article,) in tables.execute("SELECT article_id FROM revisions").fetchall()}
        count = tables.execute("SELECT count(*), count(DISTINCT change_id) FROM revisions").fetchall()
    assert indexed <= found
    assert count[0][0] == count[0][1]
    # And so does the stack's Athena, which has the table, but takes views only as a part of the query
    with asked_of_athena(stack, "SELECT count(DISTINCT change_id) FROM revisions") as answer:
        assert next(int(number) for (number,) in answer.rows) >= len(indexed)
    before = ", ".join(f"{view.name} AS ({view.sql})" for view in views())
    for example in EXAMPLES:
        with asked_of_athena(stack, f"WITH {before} {example.sql}") as answer:
            assert list(answer.rows) or example.name in ("syndicated", "retractions")
