"""Case 100: keys of objects that lead out of the folder that they are copied to.

The number is that of ``docs/hostile-cases.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import boto3
import pytest

from harness import aws
from newsdesk_cli.ingestion import mirror, path_below, read_article
from newsdesk_cli.stack import Stack
from tests.functional.conftest import bucket, cloud  # noqa: F401 (fixtures)

OUTSIDE = ["../evil.txt", "articles/../../evil.txt", "/tmp/evil.txt", "link/evil.txt", "folder/", "a\0b"]  # noqa: S108


@dataclass(frozen=True)
class Bucket:
    """As much of a stack as is mirrored."""

    s3: Any
    bucket: str


@pytest.mark.parametrize("key", OUTSIDE)
def test_case_100_a_key_that_leads_out_of_the_folder_has_no_path(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    assert path_below(folder, key) is None
    assert read_article(folder, key) is None


def test_case_100_a_bucket_is_copied_below_its_folder_and_nowhere_else(
    bucket: str,  # noqa: F811 (fixtures)
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Given a bucket with an article, and with keys that lead elsewhere
    folder = tmp_path / "out"
    keys = ["articles/v1/one.json", "../evil.txt", "articles/../../evil.txt", str(tmp_path / "evil.txt")]
    for key in keys:
        aws.put_object(key, b"{}")

    # When it is copied
    copied = mirror(cast(Stack, Bucket(boto3.client("s3"), bucket)), folder)

    # Then the article is there, nothing else is, and the others are named
    assert copied == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [folder / "articles/v1/one.json"]
    assert capsys.readouterr().err.count("left out") == 3


def test_case_100_a_key_that_can_be_no_file_stops_no_other(
    bucket: str,  # noqa: F811 (fixtures)
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Given a bucket with a name too long for a file, and with an object below another object
    for key in ["a" * 300, "b/" + "c" * 300 + "/d", "articles/v1/one.json", "articles/v1/one.json/two", "z"]:
        aws.put_object(key, b"{}")

    # When it is copied, twice
    stack = cast(Stack, Bucket(boto3.client("s3"), bucket))
    copied = [mirror(stack, tmp_path / "out") for _ in range(2)]

    # Then the others are there, and each that is not is named
    files = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert "z" in files
    assert len(files) == 2
    assert copied == [2, 0]
    assert capsys.readouterr().err.count("left out") == 2 * 3
