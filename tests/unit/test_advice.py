"""An error that is no fault of the command becomes one line that says what to do.

Comes in: errors. Goes out: assertions.
"""

from __future__ import annotations

import errno
import os
import sqlite3

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
    ProxyConnectionError,
    ReadTimeoutError,
)

from newsdesk_cli.advice import advice_for, is_foreseen

URL = "https://sqs.eu-west-1.amazonaws.com/"


def system(number: int, path: str | None = None) -> OSError:
    return OSError(number, os.strerror(number), path)


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (system(errno.ENOSPC, "out/articles"), "out/articles: the disk is full: make room"),
        (system(errno.EDQUOT), "make room"),
        (sqlite3.OperationalError("database or disk is full"), "make room"),
        (system(errno.EADDRINUSE), "choose another port"),
        (system(errno.EACCES, "/out"), "/out cannot be written: choose another folder"),
        (EndpointConnectionError(endpoint_url=URL), "check the network"),
        (ConnectTimeoutError(endpoint_url=URL), "check the network"),
        (ReadTimeoutError(endpoint_url=URL), "check the network"),
        (ProxyConnectionError(proxy_url=URL), "a proxy"),
        (NoRegionError(), "--region"),
        (NoCredentialsError(), "aws sso login"),
        (ProfileNotFound(profile="x"), "AWS_PROFILE"),
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "GetItem"), "aws sso login"),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetItem"), "AccessDenied"),
    ],
)
def test_an_error_becomes_one_line_that_says_what_to_do(error: Exception, helps: str) -> None:
    assert is_foreseen(error)
    assert helps in advice_for(error)
    assert "\n" not in advice_for(error)


def test_what_nobody_foresaw_keeps_its_traceback() -> None:
    assert not is_foreseen(ValueError("x"))
