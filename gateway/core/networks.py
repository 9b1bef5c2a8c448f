"""Networks in CIDR form, and whether an address lies in one.

Invariants
- An IPv4 address that an IPv6 socket shows (`::ffff:10.0.0.1`) is the IPv4 address, and so are networks of them.
- What is no address lies nowhere.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network
MAPPED: Final = 96
"""Bits before an IPv4 address that is written as an IPv6 one."""


def canonical(text: str) -> str:
    """A network, or a single address, as it is kept; raises ValueError where it is neither, or has host bits."""
    return str(_network(text))


def lies_in(address: str | None, networks: tuple[str, ...]) -> bool:
    """Whether the address lies in one of the networks, which are canonical."""
    try:
        given = ip_address(address or "")
    except ValueError:
        return False
    if isinstance(given, IPv6Address) and given.ipv4_mapped is not None:
        given = given.ipv4_mapped
    return any(given in network for network in _parsed(networks))


def _network(text: str) -> Network:
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.prefixlen >= MAPPED:
        first = network.network_address.ipv4_mapped
        if first is not None:
            return IPv4Network((first, network.prefixlen - MAPPED))
    return network


@lru_cache(maxsize=65_536)
def _parsed(networks: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(map(_network, networks))
