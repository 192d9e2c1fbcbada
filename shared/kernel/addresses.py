"""Whose address a request comes from, when proxies stand between."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

UNKNOWN = "unknown"


class Networks:
    """Some addresses and networks (CIDR). ``address in networks`` is False for what is no address."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._networks = tuple(networks)

    @classmethod
    def parse(cls, text: str) -> Networks:
        """From addresses and networks with commas between. Raises ValueError for anything else."""
        return cls(ip_network(each.strip()) for each in text.split(",") if each.strip())

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __contains__(self, address: object) -> bool:
        if not self._networks:
            return False
        plain = _address(str(address))
        return plain is not None and any(plain in each for each in self._networks)


def caller(peer: str, forwarded_for: str, trusted: Networks) -> str:
    """Who calls, as one text for each address (of IPv6, for each /64, which is what one subscriber has).

    ``peer``: who has connected. ``forwarded_for``: what X-Forwarded-For says; it counts only when the peer is a trusted
    proxy, and then as far as trusted proxies wrote it: the last address that is none of theirs.
    """
    if peer not in trusted:
        return _named(peer)
    for each in reversed(forwarded_for.split(",")):
        said = each.strip()
        if _address(said) is None:
            break
        if said not in trusted:
            return _named(said)
    return _named(peer)


@lru_cache(maxsize=4096)
def _named(text: str) -> str:
    address = _address(text)
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False).network_address)
    return str(address)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
