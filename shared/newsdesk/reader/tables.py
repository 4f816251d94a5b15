"""The data set as tables, by DuckDB: what Athena shows of a deployed stack, from a folder.

Comes in: a folder that mirrors a bucket, or in which a local stack keeps one. Goes out: a connection to DuckDB.

``revisions`` and the views over it are those of the contract, under the same names, so a query that runs here runs on
Athena. DuckDB is an extra of the package (``sql``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from newsdesk.contracts import PARTITION_COLUMNS, REVISIONS_TABLE, Column, keys, revision_columns, views

if TYPE_CHECKING:
    import duckdb


def open_tables(
    folder: str | Path, *, memory_megabytes: int | None = None, threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """Return a connection that has the data set of a folder: ``revisions``, ``articles`` and the other views.

    Parts that are added later are seen by the next query, unless there was none. A folder without a data set has empty
    tables. The connection reads the data set and nothing else: no other file, no network, no further extension. Ask
    :func:`only_reads` before you run SQL that somebody else wrote: ``COPY`` could write a file beside the parts.

    Parameters
    ----------
    folder : str or Path
        What holds ``datasets/``.
    memory_megabytes, threads : int, optional
        What DuckDB may take; without them, it decides.

    Raises
    ------
    ModuleNotFoundError
        If DuckDB is not installed.
    """
    import duckdb

    root = Path(folder).resolve() / keys.REVISIONS_PREFIX
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if memory_megabytes is not None:
        config["memory_limit"] = f"{memory_megabytes}MB"
    if threads is not None:
        config["threads"] = threads
    database = duckdb.connect(":memory:", config=config)
    database.execute("SET TimeZone = 'UTC'")
    database.execute(f"CREATE VIEW {REVISIONS_TABLE} AS {_revisions_in(root)}")
    for view in views():
        database.execute(f"CREATE VIEW {view.name} AS {view.sql}")
    database.execute(f"SET allowed_directories = [{_quoted(f'{root}/')}]")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


def only_reads(sql: str) -> bool:
    """Return whether SQL is one query, and no statement that could change anything.

    Raises
    ------
    duckdb.Error
        If it is no SQL.
    """
    import duckdb

    statements = duckdb.extract_statements(sql)
    # EXPLAIN ANALYZE runs what it explains, a COPY too.
    return len(statements) == 1 and statements[0].type == duckdb.StatementType.SELECT


def _revisions_in(root: Path) -> str:
    """Return the query of ``revisions``, which is empty where there are no parts."""
    columns = (*revision_columns(), *PARTITION_COLUMNS)
    empty = f"SELECT {', '.join(_null(column) for column in columns)} WHERE false"
    if not any(root.glob("*/*/*.parquet")):
        return empty
    names = ", ".join(f'"{column.name}"' for column in columns)
    types = ", ".join(f"'{column.name}': {column.duckdb_type}" for column in PARTITION_COLUMNS)
    pattern = _quoted(f"{root}/*/*/*.parquet")
    # A part of an earlier release may lack the last columns.
    parts = f"read_parquet({pattern}, union_by_name = true, hive_partitioning = true, hive_types = {{{types}}})"
    return f"SELECT {names} FROM ({empty} UNION ALL BY NAME SELECT * FROM {parts})"  # noqa: S608 - our own names


def _null(column: Column) -> str:
    return f'CAST(NULL AS {column.duckdb_type}) AS "{column.name}"'


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
