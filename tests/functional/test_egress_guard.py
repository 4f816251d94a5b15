"""The egress guard stands by itself: it stops what the first one would have let through, and nothing else.

What is dialled here is loopback. Other addresses are only announced to the hook, as a socket would, and never dialled.
"""

from __future__ import annotations

import contextvars
import gc
import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.request import ProxyHandler, build_opener

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsdesk.contracts import Reason
from newsdesk.errors import PermanentError
from newsdesk.web import BLOCKED_NETWORKS, Address, is_dialable, parse_networks
from newsdesk.web.transport import egress_guard
from newsdesk.web.transport.network import AddressRules, Deadline, Dialler, Resolver
from tests.functional import misbehaving_server as server_side
from tests.functional.misbehaving_server import MisbehavingServer

LOOPBACK = parse_networks(["127.0.0.1/32"])


@pytest.fixture(autouse=True, scope="module")
def _installed() -> None:
    egress_guard.install()


@pytest.fixture
def inside() -> Iterator[MisbehavingServer]:
    """A server that anybody could reach, if it were not for the wall."""
    with MisbehavingServer("127.0.0.9") as running:
        running.on("/", server_side.answer())
        yield running


def is_let_through(address: object, family: int = socket.AF_INET, event: str = "socket.connect") -> bool:
    """Announce a connect without making it."""
    with socket.socket(family, socket.SOCK_STREAM) as announced:
        try:
            sys.audit(event, announced, address)
        except PermanentError as error:
            return error.reason is not Reason.BLOCKED_ADDRESS
        return True


def is_address_let_through(address: Address) -> bool:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    return is_let_through((str(address), 443), family)


def test_a_first_guard_that_lets_everything_through_is_not_enough(inside: MisbehavingServer) -> None:
    # Given a dialler whose rules find nothing wrong with any address
    class Credulous(AddressRules):
        def check(self, host: str, addresses: Sequence[Address], port: int) -> None:
            return

    resolver = Resolver(lambda host, port: [ip_address("127.0.0.9")])
    dialler = Dialler(resolver, Credulous(), ssl.create_default_context())

    # When a fetch dials with it
    with egress_guard.active(LOOPBACK), pytest.raises(PermanentError) as caught:
        dialler.open("http", "inside.example", inside.port, Deadline(5.0))

    # Then the egress guard stops the connection before a packet is sent
    assert caught.value.reason is Reason.BLOCKED_ADDRESS
    assert "egress guard" in str(caught.value)
    assert inside.connections == 0


# A library that meets anything but OSError leaves its socket to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_library_that_knows_nothing_of_us_is_stopped_too(inside: MisbehavingServer) -> None:
    # Given code that dials in its own way
    opener = build_opener(ProxyHandler({}))

    # When it runs inside a fetch, Then it is stopped; outside, it is none of the wall's business
    with egress_guard.active(LOOPBACK), pytest.raises(PermanentError):
        opener.open(inside.url("/"), timeout=5)
    gc.collect()  # now, and not in the middle of another test
    assert inside.connections == 0
    with opener.open(inside.url("/"), timeout=5) as response:
        assert response.status == 200


def test_every_way_of_sending_is_watched(inside: MisbehavingServer) -> None:
    address = ("127.0.0.9", inside.port)
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp, egress_guard.active(LOOPBACK):
        for attempt in (
            lambda: tcp.connect(address),
            lambda: tcp.connect_ex(address),
            lambda: udp.connect(address),
            lambda: udp.sendto(b"x", address),
            lambda: udp.sendmsg([b"x"], [], 0, address),
        ):
            with pytest.raises(PermanentError):
                attempt()
    assert inside.connections == 0


def test_other_threads_and_contexts_are_not_hindered(inside: MisbehavingServer) -> None:
    # Given a fetch that is under way in this thread
    def dial() -> None:
        with socket.socket() as dialling:
            dialling.connect(("127.0.0.9", inside.port))

    failures: list[BaseException] = []

    def elsewhere() -> None:
        try:
            dial()
        except BaseException as error:
            failures.append(error)

    outside = contextvars.copy_context()
    with egress_guard.active(LOOPBACK):
        # When another thread, such as the one that talks to AWS, dials at the same time
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        outside.run(dial)

        # Then only this one is held back
        with pytest.raises(PermanentError):
            dial()
    assert failures == []


def test_the_wall_comes_down_with_the_fetch_whatever_happened(inside: MisbehavingServer) -> None:
    with pytest.raises(ZeroDivisionError), egress_guard.active():
        raise ZeroDivisionError
    socket.create_connection(("127.0.0.9", inside.port), timeout=5).close()


def test_an_exception_opens_its_network_and_no_closed_port(inside: MisbehavingServer) -> None:
    networks = parse_networks(["127.0.0.0/24", "fd00::/64"])
    with egress_guard.active(networks, frozenset({9001})):
        socket.create_connection(("127.0.0.9", inside.port), timeout=5).close()
        assert is_let_through(("fd00::1", 443, 0, 0), socket.AF_INET6)
        assert not is_let_through(("127.0.0.9", 9001))
        assert not is_let_through(("127.0.1.1", 80))
        assert not is_let_through(("::ffff:127.0.0.9", 80, 0, 0), socket.AF_INET6)
        assert is_let_through(("8.8.8.8", 9001))


@pytest.mark.parametrize(
    ("address", "family"),
    [
        (("localhost", 80), socket.AF_INET),
        (("news.example", 443), socket.AF_INET),
        (("2130706433", 80), socket.AF_INET),
        (("0x7f.1", 80), socket.AF_INET),
        (("127.1", 80), socket.AF_INET),
        (("", 80), socket.AF_INET),
        (("<broadcast>", 80), socket.AF_INET),
        ((b"127.0.0.1", 80), socket.AF_INET),
        (("::1%lo", 80, 0, 0), socket.AF_INET6),
        (("fe80::1", 80, 0, 2), socket.AF_INET6),
        ("/var/run/docker.sock", socket.AF_UNIX),
        (b"\0abstract", socket.AF_UNIX),
    ],
)
def test_nothing_but_a_literal_public_address_is_let_through(address: str, family: int) -> None:
    with egress_guard.active():
        assert not is_let_through(address, family)
        assert not is_let_through(address, family, "socket.sendto")


@given(st.sampled_from(BLOCKED_NETWORKS), st.data())
def test_no_address_of_a_blocked_network_is_let_through(
    network: IPv4Network | IPv6Network, data: st.DataObject
) -> None:
    address = network[data.draw(st.integers(0, network.num_addresses - 1))]
    with egress_guard.active(LOOPBACK):
        assert is_address_let_through(address) == (str(address) == "127.0.0.1")


@given(st.ip_addresses())
def test_the_two_walls_differ_only_where_the_second_is_stricter(address: Address) -> None:
    with egress_guard.active():
        through = is_address_let_through(address)
    if isinstance(address, IPv4Address):
        assert through == is_dialable(address)
    elif isinstance(address, IPv6Address):
        assert through == (is_dialable(address) and int(address) >> 125 == 1)


def test_without_a_fetch_nothing_is_refused() -> None:
    assert is_let_through(("127.0.0.9", 80))
    assert is_let_through(("169.254.170.2", 80))
