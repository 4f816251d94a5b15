"""Fixtures for tests against AWS in memory and real sockets, and reports that can be sent between processes.

Comes in: nothing. Goes out: an account, a misbehaving server, with and without TLS, and the list of what was dialled.
Changes: environment variables for an account, sockets on loopback, and ``socket.connect`` for a test that asks for
``dialled``.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
import trustme

from tests.functional.misbehaving_server import MisbehavingServer


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Escape lone surrogates in what a test logged or failed with.

    A process sends its reports as UTF-8. A report that cannot be sent would end the whole run, without a word on which
    test wrote it.
    """
    return encodable((yield))


def encodable(value: Any) -> Any:
    """Return a copy of a report's data in which every text can be written as UTF-8."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        case dict():
            return {encodable(key): encodable(inner) for key, inner in value.items()}
        case list() | tuple():
            return type(value)(encodable(inner) for inner in value)
        case _:
            return value


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of an AWS account whose credentials are worth nothing elsewhere; its patches may be added to."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    return monkeypatch


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure_server(authority: trustme.CA) -> Iterator[MisbehavingServer]:
    """A server whose certificate is for ``news.example``."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issued = authority.issue_cert("news.example")
    issued.configure_cert(context)
    with MisbehavingServer(tls=context) as running:
        running.certificate = issued.cert_chain_pems[0].bytes().decode("ascii")
        yield running


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Record every address that is dialled, and let none but 127.0.0.1 through."""
    addresses: list[str] = []
    refused: list[str] = []

    def guarded(name: str) -> Callable[[socket.socket, Any], Any]:
        real = getattr(socket.socket, name)

        def dial(self: socket.socket, address: Any) -> Any:
            addresses.append(address[0])
            if address[0] != "127.0.0.1":
                refused.append(address[0])
                raise AssertionError(f"{address[0]} was dialled")
            return real(self, address)

        return dial

    monkeypatch.setattr(socket.socket, "connect", guarded("connect"))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded("connect_ex"))
    yield addresses
    assert refused == [], "forbidden addresses were dialled"
