"""Which addresses Newsdesk may dial.

Comes in: an IP address. Goes out: whether it is on the public internet.

The networks are listed one by one, from the IANA IPv4 and IPv6 special-purpose registries (RFC 6890 and successors),
because ``ipaddress.is_global`` calls several of them global that lead inside: NAT64 (RFC 6052, RFC 8215), 6to4
(RFC 3056), IPv4-compatible and site-local addresses (RFC 4291, RFC 3879), multicast. Of IPv6 nothing outside of
2000::/3 is let through.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

BLOCKED_NETWORKS: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network (RFC 791)
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # carrier-grade NAT (RFC 6598)
        "127.0.0.0/8",  # loopback (RFC 1122)
        "169.254.0.0/16",  # link-local and cloud metadata (RFC 3927)
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # IETF protocol assignments (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.31.196.0/24",  # AS112 (RFC 7535)
        "192.52.193.0/24",  # AMT (RFC 7450)
        "192.88.99.0/24",  # 6to4 relay anycast (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "192.175.48.0/24",  # AS112 (RFC 7534)
        "198.18.0.0/15",  # benchmarking (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved, and broadcast (RFC 1112, RFC 919)
        "::/96",  # unspecified, loopback, IPv4-compatible (RFC 4291)
        "::ffff:0:0/96",  # IPv4-mapped (RFC 4291)
        "::ffff:0:0:0/96",  # IPv4-translated (RFC 2765)
        "64:ff9b::/96",  # NAT64 (RFC 6052)
        "64:ff9b:1::/48",  # local NAT64 (RFC 8215)
        "100::/64",  # discard (RFC 6666)
        "100:0:0:1::/64",  # dummy prefix (RFC 9780)
        "2001::/23",  # IETF protocol assignments, Teredo among them (RFC 2928, RFC 4380)
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4 (RFC 3056)
        "2620:4f:8000::/48",  # AS112 (RFC 7534)
        "3fff::/20",  # documentation (RFC 9637)
        "5f00::/16",  # segment routing (RFC 9602)
        "fc00::/7",  # unique local (RFC 4193)
        "fe80::/10",  # link-local (RFC 4291)
        "fec0::/10",  # site-local (RFC 3879)
        "ff00::/8",  # multicast (RFC 4291)
        # all that is no global unicast (RFC 4291, section 2.4), whatever it will be given to
        "::/3",
        "4000::/2",
        "8000::/1",
    )
)


FUNCTION_PORTS: frozenset[int] = frozenset({2000, 2773, 9001})
"""The services of a function on its own machine, which no exception opens: the X-Ray daemon, the extension for
parameters and secrets, and the runtime interface."""


def parse_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Parse CIDR blocks.

    Raises
    ------
    ValueError
        If one of them is not a network, or has host bits set.
    """
    return tuple(ip_network(text.strip()) for text in texts if text.strip())


def is_dialable(address: Address, allowed: Sequence[Network] = ()) -> bool:
    """Return whether an address may be dialled.

    Parameters
    ----------
    address : IPv4Address or IPv6Address
    allowed : sequence of networks
        Exceptions that a local stack opened; empty in a deployed one.
    """
    if any(address in network for network in allowed if network.version == address.version):
        return True
    return not any(address in network for network in BLOCKED_NETWORKS if network.version == address.version)


def literal_address(host: str) -> Address | None:
    """Return the address that a normalised host spells, or None when it is a name.

    Parameters
    ----------
    host : str
        As :func:`newsdesk.web.urls.parse_url` returns it: IPv4 in dotted decimals, IPv6 in brackets.
    """
    try:
        return ip_address(host.removeprefix("[").removesuffix("]").split("%", 1)[0])
    except ValueError:
        return None
