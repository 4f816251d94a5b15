"""Writes rows into a Parquet file, by DuckDB.

Comes in: rows, in their order. Goes out: nothing. Changes: a file, and beside it one that is gone afterwards.

Rows go through a file of JSON lines, which DuckDB reads as it writes, so memory holds one row group at a time, however
many rows there are. The same rows give the same bytes with the same release of DuckDB.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from compactor.rows import to_cells
from newsdesk.contracts import RevisionRow, revision_columns

_ROW_GROUP_ROWS = 2_048
_ROW_GROUP_BYTES = "32MB"
_READ_AT_ONCE = 4 * 1024 * 1024
"""Bytes that DuckDB's reader takes at once, unless a row is longer."""


@dataclass(frozen=True, slots=True)
class ParquetWriter:
    """Writes the files of the data set.

    Parameters
    ----------
    memory_megabytes : int
        What DuckDB may take; beyond it uses the disk.
    """

    memory_megabytes: int

    def write(self, rows: Iterable[RevisionRow], path: Path) -> int:
        """Write a file, and return how many rows it has."""
        lines = path.with_suffix(".ndjson")
        count = longest = 0
        try:
            with lines.open("wb") as file:
                for row in rows:
                    line = json.dumps(to_cells(row), ensure_ascii=False, separators=(",", ":")).encode("utf-8")
                    file.write(line + b"\n")
                    count += 1
                    longest = max(longest, len(line))
            self._convert(lines, path, max(longest + 1, _READ_AT_ONCE))
        finally:
            lines.unlink(missing_ok=True)
        return count

    def _convert(self, lines: Path, path: Path, longest: int) -> None:
        columns = {column.name: column.duckdb_type for column in revision_columns()}
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": 1,
            "memory_limit": f"{self.memory_megabytes}MB",
            "temp_directory": str(path.parent / "spilled"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with duckdb.connect(":memory:", config=settings) as database:
            relation = database.read_json(
                str(lines),
                columns=columns,
                format="newline_delimited",
                maximum_object_size=longest,
                hive_partitioning=False,  # or a folder's name, such as date=2026-11-22, became a column
            )
            relation.query("rows", _copy_to(path))


def _copy_to(path: Path) -> str:
    target = str(path).replace("'", "''")
    return (
        f"COPY rows TO '{target}' (FORMAT parquet, COMPRESSION zstd, "
        f"ROW_GROUP_SIZE {_ROW_GROUP_ROWS}, ROW_GROUP_SIZE_BYTES '{_ROW_GROUP_BYTES}')"
    )
