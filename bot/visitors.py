"""Who asks for a page: the address at the other end of the connection, or the one that a trusted proxy says."""

import ipaddress
import re
from collections.abc import Sequence
from hashlib import blake2b
from secrets import token_bytes

from aiohttp import web

from bot.metrics import FORWARDED_IGNORED
from config.addresses import Address, Network

ADDRESS_MAX = 64
"""Characters of an address that are looked at."""
PROXIES_MAX = 10
"""Addresses of proxies that are told apart in the metrics."""
_WITH_PORT = re.compile(r"\[(.*)\](?::\d+)?|([\d.]+):\d+")
"""An address with its port, as some proxies say it: another for each connection."""


class Visitors:
    """Gives each address that asks a name, which means nothing once the bot was started anew with another salt."""

    def __init__(self, proxies: Sequence[Network]) -> None:
        self._proxies, self._salt = proxies, token_bytes(16)
        self._ignored: set[str] = set()

    def name(self, request: web.Request) -> str:
        """Make the name of whoever asks."""
        address = self._find(request.remote or "", request.headers.getall("X-Forwarded-For", []))
        return blake2b(shorten_address(address).encode(), key=self._salt, digest_size=13).hexdigest()

    def _find(self, address: str, said: Sequence[str]) -> str:
        if said and not is_trusted(address, self._proxies):
            self._note_ignored(address)
        return find_visitor(address, said, self._proxies)

    def _note_ignored(self, address: str) -> None:
        """Count a proxy that is not believed by its address, which is the operator’s own; whoever comes from elsewhere
        has none in the metrics."""
        name = address if is_near(address) else "public"
        if name not in self._ignored and len(self._ignored) >= PROXIES_MAX:
            name = "others"
        self._ignored.add(name)
        FORWARDED_IGNORED.labels(name).inc()


def find_visitor(address: str, said: Sequence[str], proxies: Sequence[Network]) -> str:
    """Return the nearest address that is no trusted proxy: ``address`` is at the other end of the connection, ``said``
    what X-Forwarded-For says, line by line.

    Each proxy adds whom it speaks to at the end, and anybody may have said what stands before: it is read from the end,
    and only as far as trusted proxies say it.
    """
    steps = [step.strip()[:ADDRESS_MAX] for line in said for step in line.split(",") if step.strip()]
    while steps and is_trusted(address, proxies):
        address = steps.pop()
    return address


def is_trusted(address: str, proxies: Sequence[Network]) -> bool:
    """Return whether an address is one of the trusted proxies’."""
    found = _read_address(address)
    return found is not None and any(found in network for network in proxies)


def is_near(address: str) -> bool:
    """Return whether an address is this machine’s, or of a private network."""
    found = _read_address(address)
    return found is not None and (found.is_loopback or found.is_private)


def shorten_address(address: str) -> str:
    """Reduce an address to what one connection has: of IPv6, the first half, which a whole household shares."""
    found = _read_address(address)
    if found is None:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _read_address(text: str) -> Address | None:
    """Read an address; None for what is none. One of the fourth version that is written as one of the sixth («
    ::ffff:203.0.113.9 », as servers say that listen on both) is itself: else all of these would have one half."""
    try:
        bare = _WITH_PORT.fullmatch(text)
        found = ipaddress.ip_address(bare[1] or bare[2] if bare else text)
    except ValueError:
        return None
    return found if isinstance(found, ipaddress.IPv4Address) else found.ipv4_mapped or found
