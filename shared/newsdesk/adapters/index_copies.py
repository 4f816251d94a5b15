"""The copy of the search index on S3.

Comes in: files. Goes out: the same. Changes: the copy, ``search/``.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from newsdesk.adapters import clients
from newsdesk.contracts import SEARCH_INDEX_KEY

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LEVEL = 1
"""Of compression: higher ones take several times as long, and save a tenth."""


class S3IndexCopies:
    """The copy of the index in the bucket, compressed."""

    def __init__(self, bucket_name: str, client: S3Client | None = None) -> None:
        self._bucket = bucket_name
        self._client = client or clients.s3()

    def fetch(self, path: Path) -> bool:
        """Write the copy into a file; return False where there is none."""
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=SEARCH_INDEX_KEY)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return False
            raise
        with gzip.GzipFile(fileobj=body) as packed, path.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
        return True

    def keep(self, path: Path) -> None:
        """Write a file over the copy."""
        with tempfile.TemporaryFile(dir=path.parent) as whole:
            with path.open("rb") as unpacked, gzip.GzipFile(fileobj=whole, mode="wb", compresslevel=_LEVEL) as packed:
                shutil.copyfileobj(unpacked, packed, 1 << 20)
            whole.seek(0)
            self._client.put_object(
                Bucket=self._bucket, Key=SEARCH_INDEX_KEY, Body=whole, ContentType="application/gzip"
            )
