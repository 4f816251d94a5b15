"""The bucket on S3.

Comes in: keys and bytes. Goes out: bytes. Changes: writes each key once, with ``If-None-Match: *``; deletes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from newsdesk.adapters import clients
from newsdesk.adapters.throttling import patient
from newsdesk.errors import ObjectMissingError
from newsdesk.pauses import Pauses

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import PutObjectRequestTypeDef

CONTENDED = Pauses(tries=3)
"""S3 answers 409 when two conditional writes of one key meet; the loser may try again (S3 user guide)."""


class S3ObjectStore:
    """An :class:`newsdesk.ports.ObjectStore`."""

    def __init__(self, bucket_name: str, client: S3Client | None = None, pauses: Pauses = CONTENDED) -> None:
        self._bucket = bucket_name
        self._pauses = pauses
        self._client = patient(client or clients.s3())

    def put(
        self,
        key: str,
        body: bytes,
        content_type: str,
        content_encoding: str | None = None,
        about: Mapping[str, str] | None = None,
    ) -> bool:
        """Write an object once; see the port."""
        request: PutObjectRequestTypeDef = {
            "Bucket": self._bucket,
            "Key": key,
            "Body": body,
            "ContentType": content_type,
            "IfNoneMatch": "*",
        }
        if content_encoding:
            request["ContentEncoding"] = content_encoding
        if about:
            request["Metadata"] = about
        for attempt in self._pauses.attempts():
            try:
                self._client.put_object(**request)
            except ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                if status == 412:
                    return False
                if status == 409 and attempt < self._pauses.tries:
                    continue
                raise
            return True
        raise AssertionError("unreachable")

    def get(self, key: str) -> bytes:
        """Return an object's bytes; see the port."""
        with _missing_as_such(key):
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def about(self, key: str) -> Mapping[str, str]:
        """Return an object's metadata; see the port."""
        with _missing_as_such(key):
            return self._client.head_object(Bucket=self._bucket, Key=key)["Metadata"]

    def delete(self, key: str) -> None:
        """Remove an object permanently; see the port."""
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def replace(self, key: str, body: bytes, content_type: str) -> None:
        """Write an object over the one that is there; only the schemas, which grow, are written so."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)


@contextmanager
def _missing_as_such(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            raise ObjectMissingError(key) from error
        raise


class S3UploadLinks:
    """An :class:`newsdesk.ports.UploadLinks`: addresses that are signed by the function's own role."""

    def __init__(self, bucket_name: str, client: S3Client | None = None) -> None:
        self._bucket = bucket_name
        self._client = client or clients.s3_links()

    def link(self, key: str, size_bytes: int, seconds: int) -> str:
        """Return an address; see the port. The size is signed, so that S3 takes no other."""
        parameters = {"Bucket": self._bucket, "Key": key, "ContentLength": size_bytes}
        return self._client.generate_presigned_url("put_object", Params=parameters, ExpiresIn=seconds)
