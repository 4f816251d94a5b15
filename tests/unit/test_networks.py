"""Which addresses may be dialled."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsdesk.web import BLOCKED_NETWORKS, is_dialable, is_shared, literal_address, parse_networks
from newsdesk.web.shared_networks import SHARED_NETWORKS

INSIDE = [
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "100:0:0:1::1",
    "64:ff9c::1",
    "200::1",
    "1fff:ffff::1",
    "4000::1",
    "8000::1",
    "2001::1",
    "2001:0:5ef5:79fd::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]

OUTSIDE = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "223.255.255.255"]
OUTSIDE += ["2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2003::1"]


@pytest.mark.parametrize("text", INSIDE)
def test_an_address_that_leads_inside_may_not_be_dialled(text: str) -> None:
    assert not is_dialable(ip_address(text))


@pytest.mark.parametrize("text", OUTSIDE)
def test_a_public_address_may_be_dialled(text: str) -> None:
    assert is_dialable(ip_address(text))


@given(st.sampled_from(BLOCKED_NETWORKS), st.data())
def test_no_address_of_a_blocked_network_may_be_dialled(
    network: IPv4Network | IPv6Network, data: st.DataObject
) -> None:
    offset = data.draw(st.integers(0, network.num_addresses - 1))
    assert not is_dialable(network[offset])


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_or_multicast_is_blocked_too(address: IPv4Address) -> None:
    if not address.is_global or address.is_multicast:
        # Python calls two anycast addresses of 192.0.0.0/24 global; nothing is the other way round.
        assert not is_dialable(address)


@given(st.ip_addresses(v=4))
def test_no_ipv6_address_carries_an_ipv4_address_inside(address: IPv4Address) -> None:
    # Given every way of writing an IPv4 address into an IPv6 one
    number = int(address)
    carriers = [
        number,  # compatible
        0xFFFF << 32 | number,  # mapped
        0xFFFF << 48 | number,  # translated
        0x64FF9B << 96 | number,  # NAT64
        0x2002 << 112 | number << 80,  # 6to4
        0x20010000 << 96 | number << 64,  # Teredo's server
        0x20010000 << 96 | (number ^ 0xFFFFFFFF),  # Teredo's client
    ]

    # Then none of them may be dialled
    assert not any(is_dialable(IPv6Address(carrier)) for carrier in carriers)


def test_an_allowed_network_is_an_exception_and_nothing_more() -> None:
    allowed = parse_networks(["127.0.0.1/32", "fd00::/64"])
    assert is_dialable(ip_address("127.0.0.1"), allowed)
    assert is_dialable(ip_address("fd00::1"), allowed)
    assert not is_dialable(ip_address("127.0.0.9"), allowed)
    assert not is_dialable(ip_address("::1"), allowed)
    assert not is_dialable(ip_address("::ffff:127.0.0.1"), allowed)


def test_networks_are_parsed_strictly() -> None:
    assert [str(network) for network in parse_networks([" 127.0.0.1/32 ", "", "::1/128"])] == [
        "127.0.0.1/32",
        "::1/128",
    ]
    with pytest.raises(ValueError, match="host bits"):
        parse_networks(["127.0.0.1/8"])


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", IPv4Address("127.0.0.1")),
        ("[::1]", IPv6Address("::1")),
        ("[fe80::1%25eth0]", IPv6Address("fe80::1")),
        ("news.example", None),
        ("1.example", None),
        ("", None),
    ],
)
def test_a_literal_host_is_told_from_a_name(host: str, address: IPv4Address) -> None:
    assert literal_address(host) == address


@pytest.mark.parametrize(
    ("address", "shared"),
    [
        ("104.16.1.1", True),
        ("151.101.1.91", True),
        ("2606:4700::6810:1", True),
        ("93.184.216.34", False),
        ("::1", False),
    ],
)
def test_the_addresses_of_content_delivery_networks_are_known(address: str, shared: bool) -> None:
    assert is_shared(ip_address(address)) is shared


def test_no_network_is_shared_and_closed_at_once() -> None:
    closed = [network for network in BLOCKED_NETWORKS if network.version == 4]
    assert not any(shared.overlaps(network) for shared in SHARED_NETWORKS if shared.version == 4 for network in closed)
