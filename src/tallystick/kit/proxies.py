"""Whose request it is where proxies stand between: the last address that somebody we trust has seen. Pure.

A proxy adds the address of whoever spoke to it at the right end of `X-Forwarded-For`; everything further left is what
that one claimed. So the way is walked from the right, as long as those who report are trusted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

LOCAL: Final = "127.0.0.1"
"""What stands for a peer without an address: a socket on this machine."""

MOST_HOPS: Final = 32
SOCKET_NAME: Final = "unix"

Address = IPv4Address | IPv6Address


class _Local(Enum):
    """A hop by a socket on the machine, which has no address."""

    SOCKET = "socket"


_Hop = Address | _Local


@dataclass(frozen=True, slots=True)
class Proxies:
    """Whom we believe what they forward. sockets: also those who speak by a socket on this machine (`unix`)."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    sockets: bool = False

    def trust(self, peer: str) -> bool:
        """Whether the peer of a connection is one of ours."""
        return self._cover(_peer(peer))

    def _cover(self, hop: _Hop) -> bool:
        if isinstance(hop, _Local):
            return self.sockets
        return any(hop in network for network in self.networks)


def read_proxies(texts: Iterable[str]) -> Proxies:
    """The proxies of a setting: networks (`10.0.0.0/8`, `::1`) and `unix`. Raises ValueError, which names a bad one."""
    networks, sockets = [], False
    for text in texts:
        if text == SOCKET_NAME:
            sockets = True
            continue
        try:
            networks.append(ip_network(text))
        except ValueError as wrong:
            raise ValueError(
                f"{wrong}; a proxy is an address, a network such as 10.0.0.0/8, or unix"
            ) from None
    return Proxies(tuple(networks), sockets)


def client_address(peer: str, forwarded: str, proxies: Proxies) -> str:
    """The address of the client, always one that can be read as an address.

    peer: who is connected to us, as the server says; a socket has none. forwarded: the header's value, empty for none.
    Whatever stands left of an address that we do not trust, or left of what is no address, changes nothing.
    """
    hop = _peer(peer)
    known = _text(hop) or LOCAL
    for text in reversed(forwarded.rsplit(",", MOST_HOPS)):
        if not proxies._cover(hop):
            break
        reported = _reported(text)
        if reported is None:
            break
        hop = reported
        known = _text(hop) or known
    return known


def _peer(text: str) -> _Hop:
    """Who is connected to us: only the server says so, and where it names no address, it is a socket."""
    return _reported(text) or _Local.SOCKET


def _reported(text: str) -> _Hop | None:
    """A hop as a proxy writes it: an address, perhaps with a port; `unix:`; None for anything else."""
    text = text.strip()
    if text.startswith(f"{SOCKET_NAME}:"):
        return _Local.SOCKET
    try:
        return _plain(ip_address(_without_port(text)))
    except ValueError:
        return None


def _without_port(text: str) -> str:
    if text.startswith("["):
        inside, _, rest = text[1:].partition("]")
        return inside if not rest or _is_port(rest.removeprefix(":")) else text
    host, colon, port = text.partition(":")
    return host if colon and _is_port(port) else text


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text[:6]) <= 65_535


def _plain(address: Address) -> Address:
    """One way of writing each address: without a zone, and IPv4 as IPv4."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def _text(hop: _Hop) -> str:
    return "" if isinstance(hop, _Local) else str(hop)
