"""MiniStack without any function: for what is deployed beside a stack.

Comes in: a folder, and settings. Goes out: clients. Changes: starts and ends a process.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError

PATIENCE_SECONDS = 90


@contextmanager
def bare_ministack(folder: Path, **settings: str) -> Iterator[Any]:
    """Run one, and yield a function that returns clients of it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    make = partial(
        boto3.client,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env={**os.environ, **own, **settings},
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(lambda: _is_up(make("s3")))
            yield make
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(happened: Callable[[], object]) -> None:
    """Wait until something has happened.

    Raises
    ------
    AssertionError
        If it never does.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.5)


def _is_up(s3: Any) -> bool:
    try:
        s3.list_buckets()
    except BotoCoreError:
        return False
    return True
