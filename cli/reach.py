"""Whether Mattermost may call an address: it refuses those of private networks that its settings do not allow."""

import asyncio
import ipaddress
import re
import socket
from urllib.parse import urlsplit

SETTING = "ServiceSettings.AllowedUntrustedInternalConnections"


def host_of(url: str) -> str:
    """The host of an address, without port or brackets."""
    return urlsplit(url).hostname or ""


def is_loopback(host: str) -> bool:
    """Whether only this very machine can mean it."""
    address = _address(host)
    return host == "localhost" or bool(address and address.is_loopback)


async def must_be_allowed(host: str, allowed: str) -> bool:
    """Whether the server will refuse to call this host until its setting lists it.

    Names are looked up from here, which the server may see otherwise; one that nobody here knows, without a dot,
    is taken for a neighbour in the same private network.
    """
    listed = [entry for entry in re.split(r"[\s,]+", allowed) if entry]
    if host in listed:
        return False
    addresses = await _addresses(host)
    if not addresses:
        return "." not in host
    return any(_is_internal(a) and not any(_covers(entry, a) for entry in listed) for a in addresses)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


async def _addresses(host: str) -> list[Address]:
    if literal := _address(host):
        return [literal]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [address for *_, place in found if (address := _address(str(place[0])))]


def _is_internal(address: Address) -> bool:
    return not address.is_global or address.is_multicast


def _covers(entry: str, address: Address) -> bool:
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
