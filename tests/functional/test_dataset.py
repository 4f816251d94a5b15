"""The data set as its readers find it: Parquet on S3, written by DuckDB, and the views over it.

Comes in: changes and articles in a bucket (moto). Goes out: assertions. Changes: moto's memory; a folder.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest

from compactor.parquet import ParquetWriter
from compactor.rows import moment_of, row_of
from compactor.stage import CompactStage
from harness.fakes import RecordingCompactionSender
from newsdesk.adapters.datasets import S3PartStore
from newsdesk.adapters.s3 import S3ObjectStore
from newsdesk.articles import Stage
from newsdesk.clock import to_text
from newsdesk.contracts import (
    ArticleChanged,
    Country,
    Enrichment,
    Entity,
    Geo,
    Mention,
    Quote,
    RevisionRow,
    Speaker,
    changes_hour,
    changes_key,
    keys,
    revision_columns,
    views,
)
from newsdesk.reader.tables import only_reads, open_tables
from newsdesk_cli.queries import EXAMPLES
from publisher.stage import change_of
from tests.examples import NOW, article_of, at_stage, revision_of

HOUR = changes_hour(NOW).removeprefix(keys.CHANGES_PREFIX)
HOSTILE = "nul \x00, bidi \u202e, quotes ' \" '' \\ , line\u2028, beyond \U0001f4a5 \uffff; DROP TABLE revisions; --"


def row(number: int = 0, host: str = "news.example", revision: int = 1, **cells: Any) -> RevisionRow:
    """A row of an article that is about two countries."""
    state = at_stage(Stage.REST, number, host)
    enrichment = Enrichment(countries=(Country(iso2="FR", weight=0.75), Country(iso2="CH", weight=0.25)))
    article = article_of(state, revision).model_copy(update={"enrichment": enrichment})
    return dataclasses.replace(row_of(change_of(revision_of(state, revision)), article), **cells)


def retraction(number: int = 0, revision: int = 2) -> RevisionRow:
    state = at_stage(Stage.REST, number)
    record = revision_of(state, revision, change_type="retracted", key=None, reason="gone")
    return row_of(change_of(record), None)


def keep(folder: Path, rows: Iterable[RevisionRow], name: str = "part-1-2") -> Path:
    """Write rows as a part of the data set in a folder."""
    path = folder / f"{keys.REVISIONS_PREFIX}{HOUR}{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    ParquetWriter(256).write(rows, path)
    return path


def test_a_part_has_the_columns_of_the_contract_wherever_it_is_written(tmp_path: Path) -> None:
    # Given a part that is written below folders whose names say the partition, as readers find it
    path = keep(tmp_path, [row(0)])
    # When, Then it has the contract's columns alone: a reader takes date and hour from the path, with types of its own
    described = duckdb.read_parquet(str(path), hive_partitioning=False)
    assert described.columns == [column.name for column in revision_columns()]


def test_a_part_reads_back_as_it_was_written(tmp_path: Path) -> None:
    # Given a row of which every column has a value, and one of which none has that may be without
    full = row(
        cluster_id="c", merged_cluster_ids=("d", "e"), duplicate_of="f", reason="gone", is_erased=True, headline=HOSTILE
    )
    keep(tmp_path, [full, retraction()])
    # When
    tables = open_tables(tmp_path)
    found = tables.sql("SELECT * FROM revisions ORDER BY revision").fetchall()
    names = [entry[0] for entry in tables.sql("SELECT * FROM revisions").description]
    # Then
    assert names == [column.name for column in revision_columns()] + ["date", "hour"]
    for given, read in zip([full, retraction()], found, strict=True):
        cells = dict(zip(names, read, strict=True))
        assert (cells.pop("date"), cells.pop("hour")) == ("2026-03-14", 9)
        assert cells == {
            name: [part if isinstance(part, str) else dataclasses.asdict(part) for part in value]
            if isinstance(value, tuple)
            else value
            for name, value in ((field.name, getattr(given, field.name)) for field in dataclasses.fields(given))
        }


def test_an_article_s_enrichment_becomes_lists_of_structs() -> None:
    # Given
    state = at_stage(Stage.REST)
    mention = Mention(begin=0, end=5, text="Paris")
    enrichment = Enrichment(
        entities=(
            Entity(type="PLACE", name="Paris", mentions=(mention, mention), geo=Geo(country="FR", geonameid=2988507)),
        ),
        quotes=(Quote(kind="direct", begin=3, end=9, text="“Non.”", speaker=Speaker(text="he", name="A. Diop")),),
    )
    # When
    found = row_of(change_of(revision_of(state)), article_of(state).model_copy(update={"enrichment": enrichment}))
    # Then
    assert [(entity.name, entity.mentions, entity.country, entity.geonameid) for entity in found.entities] == [
        ("Paris", 2, "FR", 2988507)
    ]
    assert [(quote.text, quote.speaker, quote.speaker_name, quote.begin_offset) for quote in found.quotes] == [
        ("“Non.”", "he", "A. Diop", 3)
    ]


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("2026-03-14", datetime(2026, 3, 14), "day"),
        ("2026-03-14T00:30:00+01:00", datetime(2026, 3, 13, 23, 30), "second"),
        ("2026-03-14T07:15:00.25Z", datetime(2026, 3, 14, 7, 15, 0, 250000), "second"),
        ("2026-03-14T07:15", datetime(2026, 3, 14), "day"),
        ("0001-01-01T00:00:00+05:00", None, None),
        ("2026-02-30", None, None),
        (None, None, None),
    ],
)
def test_a_date_becomes_a_time_with_its_precision(text: str | None, moment: datetime | None, precision: str) -> None:
    assert moment_of(text) == (moment, precision)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = [row(number, f"{number % 3}.example") for number in range(50)]
    assert keep(tmp_path / "a", rows).read_bytes() == keep(tmp_path / "b", rows).read_bytes()


def test_the_statistics_of_row_groups_exclude_other_hosts(tmp_path: Path) -> None:
    # Given more rows than a row group holds, in the order of hosts
    small = row()
    rows = [dataclasses.replace(small, host=f"{number // 1000:03}.example") for number in range(5000)]
    path = keep(tmp_path, rows)
    # When
    groups = duckdb.execute(
        "SELECT stats_min_value, stats_max_value, compression FROM "
        f"parquet_metadata('{path}') WHERE path_in_schema = 'host' ORDER BY row_group_id"
    ).fetchall()
    # Then
    assert len(groups) == math.ceil(5000 / 2048)
    assert {compression for *_, compression in groups} == {"ZSTD"}
    assert [group[:2] for group in groups] == [
        ("000.example", "002.example"),
        ("002.example", "004.example"),
        ("004.example", "004.example"),
    ]


def test_a_row_group_is_bounded_by_its_bytes_too(tmp_path: Path) -> None:
    # Given bodies of a megabyte each, none like another
    rows = [row(number, article_body=f"{number} " * 400_000) for number in range(40)]
    path = keep(tmp_path, rows)
    # When
    groups = duckdb.execute(f"SELECT DISTINCT row_group_id FROM parquet_metadata('{path}')").fetchall()
    # Then
    assert len(groups) > 1
    assert open_tables(tmp_path).sql("SELECT count(*), min(length(article_body)) FROM revisions").fetchall() == [
        (40, 800_000)
    ]


class TestViews:
    @pytest.fixture
    def tables(self, tmp_path: Path) -> duckdb.DuckDBPyConnection:
        """Three articles: two revisions of one, one that was retracted, and a copy of the first in a merged group."""
        keep(tmp_path, [row(0), row(1), row(2, "copy.example", cluster_id="old"), retraction(1)])
        first = row(0).article_id
        late = row(0, revision=2, headline="As it is now", merged_cluster_ids=("older",), cluster_id=first)
        chain = row(3, merged_cluster_ids=("old",), cluster_id="older")
        keep(tmp_path, [late, chain], "part-3-4")
        return open_tables(tmp_path)

    def test_articles_are_the_latest_revisions_of_what_is_not_retracted(
        self, tables: duckdb.DuckDBPyConnection
    ) -> None:
        found = tables.sql("SELECT article_id, revision, headline FROM articles ORDER BY host, revision").fetchall()
        assert found == [
            (row(2, "copy.example").article_id, 1, "Bridge reopens"),
            (row(3).article_id, 1, "Bridge reopens"),
            (row(0).article_id, 2, "As it is now"),
        ]

    def test_countries_have_a_row_each(self, tables: duckdb.DuckDBPyConnection) -> None:
        found = tables.sql(
            "SELECT country, count(*), sum(weight) FROM articles_by_country GROUP BY country ORDER BY country"
        ).fetchall()
        assert found == [("CH", 3, 0.75), ("FR", 3, 2.25)]

    def test_syndication_follows_merges_of_merges(self, tables: duckdb.DuckDBPyConnection) -> None:
        found = tables.sql("SELECT cluster_id, articles, hosts, host_names FROM syndication").fetchall()
        assert [(cluster, articles, hosts, sorted(names)) for cluster, articles, hosts, names in found] == [
            (row(0).article_id, 3, 2, ["copy.example", "news.example"])
        ]

    def test_views_have_the_columns_that_the_contract_says(self, tables: duckdb.DuckDBPyConnection) -> None:
        for view in views():
            described = tables.sql(f"DESCRIBE {view.name}").fetchall()
            assert [(name, kind.replace('"', "")) for name, kind, *_ in described] == [
                (column.name, column.duckdb_type) for column in view.columns
            ]

    @pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
    def test_the_queries_to_begin_with_run(self, tables: duckdb.DuckDBPyConnection, example: Any) -> None:
        assert tables.execute(example.sql).description


def test_a_folder_without_a_data_set_has_empty_tables(tmp_path: Path) -> None:
    tables = open_tables(tmp_path)
    assert tables.sql("SELECT count(*) FROM revisions").fetchall() == [(0,)]
    for view in views():
        assert tables.sql(f"SELECT * FROM {view.name}").fetchall() == []


def test_a_part_of_an_earlier_release_lacks_columns_and_is_read(tmp_path: Path) -> None:
    # Given a part without the last column, and one with all
    path = keep(tmp_path, [row(0)], "part-1-1")
    duckdb.sql(f"COPY (SELECT * EXCLUDE (schema_version) FROM '{path}') TO '{path}' (FORMAT parquet)")
    keep(tmp_path, [row(1)], "part-2-2")
    # When / Then
    found = open_tables(tmp_path).sql("SELECT schema_version FROM revisions ORDER BY schema_version").fetchall()
    assert found == [("1.0",), (None,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM read_parquet('https://a.example/x')",
        "ATTACH '/tmp/a-database'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ],
)
def test_tables_reach_nothing_but_the_data_set(tmp_path: Path, sql: str) -> None:
    keep(tmp_path, [row(0)])
    tables = open_tables(tmp_path)
    with pytest.raises(duckdb.Error):
        tables.execute(sql)


@pytest.mark.parametrize(
    ("sql", "is_query"),
    [
        ("WITH a AS (SELECT 1) SELECT * FROM a -- ; DROP", True),
        ("FROM articles", True),
        ("SHOW TABLES", True),
        ("SELECT 1; SELECT 2", False),
        ("COPY (SELECT 1) TO 'x'", False),
        ("EXPLAIN ANALYZE COPY (SELECT 1) TO 'x'", False),
        ("CREATE TABLE x AS SELECT 1", False),
        ("DROP VIEW articles", False),
        ("", False),
    ],
)
def test_only_one_query_only_reads(sql: str, is_query: bool) -> None:
    assert only_reads(sql) is is_query


def test_a_chunk_becomes_a_part_on_s3(bucket: str, tmp_path: Path) -> None:
    # Given two changes in the feed, of which one article cannot be read
    s3 = boto3.client("s3")
    objects = S3ObjectStore(bucket)
    changes = [change_of(revision_of(at_stage(Stage.REST, number), committed_at=to_text(NOW))) for number in range(2)]
    _put(bucket, changes, broken=changes[1].key)
    sender = RecordingCompactionSender()
    stage = CompactStage(S3PartStore(bucket), objects, sender, ParquetWriter(256).write)
    # When
    (key,) = stage.plan(HOUR, HOUR)
    assert [stage.handle(message) for message in sender.sent * 2] == ["written", "repeated"]
    before = s3.head_object(Bucket=bucket, Key=key)
    # Then
    path = tmp_path / key
    path.parent.mkdir(parents=True)
    path.write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    found = open_tables(tmp_path).sql("SELECT change_id, headline FROM revisions").fetchall()
    assert sorted(found) == sorted([(changes[0].change_id, "Bridge reopens"), (changes[1].change_id, None)])

    # And what is erased goes out of it
    objects.delete(changes[0].key or "")
    assert stage.rewrite(key)
    assert s3.head_object(Bucket=bucket, Key=key)["ETag"] != before["ETag"]
    path.write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    assert open_tables(tmp_path).sql("SELECT count(*), count(headline) FROM revisions").fetchall() == [(2, 0)]
    stored = S3PartStore(bucket).part(key)
    assert stored is not None
    assert stored.tag != before["ETag"]
    assert not S3PartStore(bucket).replace_part(key, path, dataclasses.replace(stored, tag=before["ETag"]))
    assert not S3PartStore(bucket).add_part(key, path)


def _put(bucket: str, changes: list[ArticleChanged], broken: str | None) -> None:
    s3 = boto3.client("s3")
    for number, change in enumerate(changes):
        body = b"{" if change.key == broken else _article(number)
        s3.put_object(Bucket=bucket, Key=change.key or "", Body=body)
    name = f"{'1'.zfill(40)}-{'2'.zfill(40)}"
    body = "".join(f"{change.to_json()}\n" for change in changes).encode()
    s3.put_object(Bucket=bucket, Key=changes_key(NOW, name), Body=body)


def _article(number: int) -> bytes:
    from tests.examples import article_bytes

    return article_bytes(at_stage(Stage.REST, number))
