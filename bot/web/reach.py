"""What of the web may be reached: public addresses only, whoever names them; looked at again when connecting."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.web.troubles import Trouble, WebError
from config.addresses import is_public

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
PORTS = frozenset({80, 443})
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
