"""What of the web may be reached: public addresses only, whoever names them; looked at again when connecting."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.web.troubles import Trouble, WebError

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
PORTS = frozenset({80, 443})
# Registries “IPv4/IPv6 Special-Purpose Address” of IANA, read in November 2026; of IPv6 nothing else is public.
_NEVER_4 = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
    *("224.0.0.0/4", "240.0.0.0/4"),
)
_NEVER_6 = ("2001::/23", "2001:db8::/32", "3fff::/20")
_FORBIDDEN = tuple(ip_network(net) for net in (*_NEVER_4, *_NEVER_6))
_GLOBAL, _NAT64 = ip_network("2000::/3"), ip_network("64:ff9b::/96")
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


async def ask_system(host: str, port: int) -> Sequence[str]:
    """The addresses of a name. Raises WebError."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        gone = isinstance(error, UnicodeError) or error.errno in _NO_SUCH_NAME
        raise WebError(Trouble.NAME if gone else Trouble.SLOW, host) from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True)
class Reach:
    """``besides`` are addresses and ports that are allowed though private, and ``lookup`` finds the addresses of a
    name: both are for tests, whose servers have no public address. No setting leads there. ``everywhere`` is what
    COOP_ALLOW_PRIVATE_FEEDS wants, of feeds only."""

    besides: frozenset[tuple[str, int]] = frozenset()
    lookup: Lookup = ask_system
    everywhere: bool = False

    def check(self, url: URL) -> None:
        """Raises WebError for an address of the web that is never asked for."""
        ports = PORTS | {port for _, port in self.besides}
        host = url.raw_host or ""
        if url.scheme not in {"http", "https"} or not host or url.user or url.password:
            raise WebError(Trouble.FORBIDDEN, str(url))
        if not self.everywhere and url.port not in ports:
            raise WebError(Trouble.FORBIDDEN, str(url))
        # Such a host is no name: it would be connected to as it is.
        if (":" in host or host.replace(".", "").isdigit()) and not self.admits(host, url.port or 0):
            raise WebError(Trouble.FORBIDDEN, str(url))

    def admits(self, address: str, port: int) -> bool:
        """Whether a connection to that address may be made."""
        if self.everywhere:
            return True
        return (address, port) in self.besides or (port in PORTS and is_public(address))

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Those of a name; one that also leads to where nobody may go leads nowhere. Raises WebError."""
        found = await self.lookup(host, port)
        if not found:
            raise WebError(Trouble.NAME, host)
        if not all(self.admits(address, port) for address in found):
            raise WebError(Trouble.FORBIDDEN, host)
        return found


def is_public(text: str) -> bool:
    """Whether an address is one of the Internet; one that holds another is what that is."""
    try:
        address = _inner(ip_address(text))
    except ValueError:
        return False
    if address.version == 6 and address not in _GLOBAL:
        return False
    return not any(address in net for net in _FORBIDDEN if net.version == address.version)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


class Resolver(AbstractResolver):
    """Gives the HTTP client the addresses of names that were looked at."""

    def __init__(self, reach: Callable[[], Reach]) -> None:
        self._reach = reach

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises WebError."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._reach().addresses(host, port)
        ]

    async def close(self) -> None:
        """Nothing is kept."""
