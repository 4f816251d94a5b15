"""Networks whose addresses answer for many sites at once, and are built for it.

Comes in: an address. Goes out: whether it is one of a content delivery network, so that the number of its sites says
nothing about the load that it can take.

The networks are those that their operators publish. One that is missing costs its sites speed and nothing else: they
then share one slot for each address.
"""

from __future__ import annotations

from ipaddress import ip_network

from newsdesk.web.networks import Address, Network

SHARED_NETWORKS: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        # Cloudflare, https://www.cloudflare.com/ips/
        "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "104.16.0.0/13", "104.24.0.0/14", "108.162.192.0/18",
        "131.0.72.0/22", "141.101.64.0/18", "162.158.0.0/15", "172.64.0.0/13", "173.245.48.0/20", "188.114.96.0/20",
        "190.93.240.0/20", "197.234.240.0/22", "198.41.128.0/17",
        "2400:cb00::/32", "2405:8100::/32", "2405:b500::/32", "2606:4700::/32", "2803:f800::/32", "2a06:98c0::/29",
        "2c0f:f248::/32",
        # Fastly, https://api.fastly.com/public-ip-list
        "23.235.32.0/20", "43.249.72.0/22", "103.244.50.0/24", "103.245.222.0/23", "103.245.224.0/24",
        "104.156.80.0/20", "140.248.64.0/18", "140.248.128.0/17", "146.75.0.0/17", "151.101.0.0/16", "157.52.64.0/18",
        "167.82.0.0/17", "167.82.128.0/20", "167.82.160.0/20", "167.82.224.0/20", "172.111.64.0/18",
        "185.31.16.0/22", "199.27.72.0/21", "199.232.0.0/16", "2a04:4e40::/32", "2a04:4e42::/32",
        # Amazon CloudFront, https://ip-ranges.amazonaws.com/ip-ranges.json
        "3.160.0.0/14", "3.164.0.0/18", "3.172.0.0/18", "13.32.0.0/15", "13.35.0.0/16", "13.224.0.0/14",
        "13.249.0.0/16", "18.64.0.0/14", "18.154.0.0/15", "18.160.0.0/15", "18.164.0.0/15", "18.172.0.0/15",
        "18.238.0.0/15", "18.244.0.0/15", "52.84.0.0/15", "52.222.128.0/17", "54.182.0.0/16", "54.192.0.0/16",
        "54.230.0.0/17", "54.230.128.0/18", "54.239.128.0/18", "65.8.0.0/16", "65.9.0.0/17", "65.9.128.0/18",
        "99.84.0.0/16", "99.86.0.0/16", "108.138.0.0/15", "108.156.0.0/14", "143.204.0.0/16", "2600:9000::/28",
    )
)  # fmt: skip


def is_shared(address: Address) -> bool:
    """Return whether an address belongs to a content delivery network."""
    return any(address in network for network in SHARED_NETWORKS if network.version == address.version)
