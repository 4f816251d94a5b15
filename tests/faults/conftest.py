"""An account in moto that a test may throw away and make anew.

Comes in: nothing. Goes out: fixtures. Changes: environment variables, for one test.
"""

from __future__ import annotations

import boto3
import pytest


@pytest.fixture(scope="session")
def aws_session() -> boto3.Session:
    """One session for all tests, because reading the services' models takes longer than the tests do."""
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, aws_session: boto3.Session) -> pytest.MonkeyPatch:
    """The environment of an account that is worth nothing elsewhere."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", aws_session)
    return monkeypatch
