"""Which network addresses may be dialled: global ones, and the ranges that the user opened.

An own table, because ``ipaddress.is_global`` of Python 3.11 is true for IPv4 addresses hidden in IPv6 ones
(64:ff9b::7f00:1, 2002:7f00:1::), for fec0::/10 and for multicast.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from scraper.errors import ConfigError
from scraper.fetch.trouble import Trouble

Address = IPv4Address | IPv6Address

# IANA's special-purpose registries (RFC 6890 and later), with what has been reserved or withdrawn since.
_DENIED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and the metadata service of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Only 2000::/3 is handed out as global unicast; these are the exceptions in it.
_GLOBAL_V6 = IPv6Network("2000::/3")
_DENIED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_COMPATIBLE = IPv6Network("::/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")


class AddressGuard:
    """Decides on addresses. ``allow_net`` are CIDR ranges that may be dialled though they are not global."""

    def __init__(self, allow_net: Iterable[str] = ()) -> None:
        self._allowed = tuple(_network(net) for net in allow_net)

    def refusal(self, address: Address) -> str | None:
        """Return why ``address`` is not dialled and which option would allow it, or ``None`` if it may be."""
        inner = embedded_v4(address) or address
        if is_global(inner) or any(candidate in net for candidate in (address, inner) for net in self._allowed):
            return None
        net = ip_network((inner, 8 if inner.is_loopback and inner.version == 4 else inner.max_prefixlen), strict=False)
        return f"{address} is not a public address; --allow-net {net} allows it"

    def check_literal(self, host: str) -> None:
        """Raise Trouble where ``host`` is an address, or the name of this machine, that may not be dialled."""
        host = host.strip("[]").rstrip(".")
        local = host == "localhost" or host.endswith(".localhost")
        try:
            refusal = self.refusal(ip_address("127.0.0.1" if local else host))
        except ValueError:  # a name: what it means is for the proxy to find out
            return
        if refusal:
            raise Trouble("refused_address", refusal)


def is_global(address: Address) -> bool:
    """Tell whether an address is public. IPv4 addresses inside IPv6 ones are the caller's to take out first."""
    if isinstance(address, IPv4Address):
        return not any(address in net for net in _DENIED_V4)
    return address in _GLOBAL_V6 and not any(address in net for net in _DENIED_V6)


def embedded_v4(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that packets to a mapped, compatible, NAT64, 6to4 or Teredo address end at."""
    if isinstance(address, IPv4Address):
        return None
    number = int(address)
    if address in _MAPPED or address in _NAT64 or (address in _COMPATIBLE and number > 1):
        return IPv4Address(number & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address(number >> 80 & 0xFFFFFFFF)
    if address in _TEREDO:
        # RFC 4380: the client's address is stored with all bits inverted.
        return IPv4Address(~number & 0xFFFFFFFF)
    return None


def _network(net: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(net.strip(), strict=False)
    except ValueError as error:
        raise ConfigError(f"fetch.allow_net: {net!r} is no address range; write it as in 127.0.0.0/8") from error
