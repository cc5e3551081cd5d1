"""The HTTP client for what is outside: public addresses only, little read, each redirect checked, hosts spared."""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal
from unicodedata import normalize

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.clock import utc_now
from bot.mattermost import client
from bot.web.reader import ROBOTS_MAX, DocumentReader, RobotRulesCache
from config.addresses import is_public
from config.settings import Settings


def describe_agent(settings: Settings) -> str:
    """Say who asks: the name by which robots.txt calls the bot, where it serves, and whom to write to, in signs that
    headers may hold."""
    said = f"coop-bot/1 (liens et flux; +{settings.mattermost_url}; {settings.contact or settings.team})"
    plain = normalize("NFKD", said).encode("ascii", "ignore").decode()
    return "".join(sign for sign in plain if sign.isprintable())[:300]


HOSTS_MAX = 2_000
"""Hosts that are remembered: the longest unasked is forgotten first."""
REST_MAX = 24 * 3600.0
"""Seconds for which a host is left alone at most, whatever it asks for."""


class HostRateLimit:
    """``pause`` is in seconds, between two calls to one host; ``rate`` the calls a second to all of them."""

    def __init__(self, pause: float = 2.0, rate: float = 5.0) -> None:
        self._pause = pause
        self._gap = 1 / rate
        self._next = 0.0
        self._of: OrderedDict[str, float] = OrderedDict()
        self._resting: OrderedDict[str, float] = OrderedDict()

    async def turn(self, host: str) -> None:
        """Wait until that host may be asked."""
        now = _now()
        at = max(now, self._next, self._of.pop(host, 0.0))
        self._next, self._of[host] = max(now, self._next) + self._gap, at + self._pause
        _bound(self._of)
        await asyncio.sleep(at - now)

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for so many seconds, as it asked."""
        self._resting[host] = _now() + min(seconds, REST_MAX)
        _bound(self._resting)

    def rests(self, host: str) -> bool:
        """Return whether it is to be left alone now."""
        return self._resting.get(host, 0.0) > _now()


def _bound(remembered: OrderedDict[str, float]) -> None:
    while len(remembered) > HOSTS_MAX:
        remembered.popitem(last=False)


def _now() -> float:
    return asyncio.get_running_loop().time()


class Trouble(StrEnum):
    """What stood in the way."""

    NAME = "name"
    """The name of the host does not exist."""
    REFUSED = "refused"
    """Nobody listens there."""
    TLS = "tls"
    """The host does not prove who it is."""
    SLOW = "slow"
    """No answer in time."""
    ODD = "odd"
    """What came is no answer, or the connection broke."""
    LOOP = "loop"
    """Redirected again and again."""
    FORBIDDEN = "forbidden"
    """Where the bot never goes: another scheme or port, a private address."""
    ROBOTS = "robots"
    """The site asks robots to stay away."""
    BUSY = "busy"
    """The host asked to be left alone for a while."""


class WebError(Exception):
    """Raised for what could not be fetched, with the reason."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else str(trouble))
        self.trouble = trouble


Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
PORTS = frozenset({80, 443})
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


async def resolve_name(host: str, port: int) -> Sequence[str]:
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
    lookup: Lookup = resolve_name
    everywhere: bool = False

    def check(self, url: URL) -> None:
        """Raise WebError for an address of the web that is never asked for."""
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
        """Return whether a connection to that address may be made."""
        if self.everywhere:
            return True
        return (address, port) in self.besides or (port in PORTS and is_public(address))

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Look up the addresses of a name; one that also leads to where nobody may go leads nowhere. Raises
        WebError."""
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
        """Raise WebError."""
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
        """Close nothing: nothing is kept."""


REDIRECTS_MAX = 5
CONNECTIONS_MAX = 8
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=8, sock_connect=8, sock_read=8)
"""For one call; of a redirected one, for each."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
NOTHING: Mapping[str, str] = MappingProxyType({})
_HEADER_MAX = 8 * 1024
_MOMENT = 60.0
"""Seconds for which a host is left alone that asks for it and does not say how long."""
Method = Literal["HEAD", "GET", "POST"]


@dataclass(frozen=True, slots=True)
class WebResponse:
    """What a host answered in the end; of the ``body`` as much as was wanted. ``moved`` is where it said that what was
    asked for is for good (301 and 308 only); empty where it is where it was."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    moved: str = ""


class WebClient:
    """``agent`` names the bot, and whom to write to. What ``fetch`` raises is WebError; ``reader`` parses what came."""

    def __init__(
        self,
        agent: str,
        reach: Reach | None = None,
        pace: HostRateLimit | None = None,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self.agent = agent
        self.reach = reach or Reach()
        self.pace = pace or HostRateLimit()
        self.timeout = timeout
        self.robots = RobotRulesCache(agent.partition("/")[0])
        self.reader = DocumentReader()
        self._opened: aiohttp.ClientSession | None = None
        self._beside: WebClient | None = None
        self._hurried: WebClient | None = None

    def anywhere(self) -> "WebClient":
        """Return the same client, which reaches private addresses and any port too: for what an operator allows it."""
        if self._beside is None:
            everywhere = Reach(self.reach.besides, self.reach.lookup, everywhere=True)
            self._beside = WebClient(self.agent, everywhere, self.pace, self.timeout)
            self._beside.reader = self.reader
        return self._beside

    def hurried(self, patience: float) -> "WebClient":
        """Return the same client without a pause between calls, for a server of the operator’s on which somebody waits:
        each call takes so many seconds at most."""
        if self._hurried is None:
            timeout = aiohttp.ClientTimeout(total=patience)
            self._hurried = WebClient(self.agent, self.reach, HostRateLimit(0.0, 100.0), timeout)
            self._hurried.reader = self.reader
        return self._hurried

    async def close(self) -> None:
        """Give back its connections."""
        if self._hurried is not None:
            await self._hurried.close()
        if self._beside is not None:
            await self._beside.close()
        if self._opened is not None:
            await self._opened.close()

    async def fetch(
        self,
        method: Method,
        address: str,
        *,
        most: int = 0,
        robots: bool = True,
        known: Mapping[str, str] = NOTHING,
    ) -> WebResponse:
        """Ask for something, of which so many bytes are read; ``robots``: unless its site asks robots to stay away.
        ``known`` are headers that say what of it is known already."""
        url, moved, for_good = _read_url(address), "", True
        for _ in range(REDIRECTS_MAX + 1):
            self.reach.check(url)
            if robots:
                await self._ask_leave(url)
            answer = await self._call(method, url, most, known)
            onward = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not onward:
                return replace(answer, moved=moved)
            url, for_good = _read_url(onward, url), for_good and answer.status in _FOR_GOOD
            moved = str(url) if for_good else moved
        raise WebError(Trouble.LOOP, address)

    async def _ask_leave(self, url: URL) -> None:
        """Raise WebError where the site’s robots.txt says no, or cannot be had though the site is there."""
        site = url.origin()
        rules = self.robots.recall(site) or self.robots.learn(site, await self._robots_of(site))
        if not await rules.lets_in(self.robots.name, url, self.reader):
            raise WebError(Trouble.ROBOTS, str(url))

    async def _robots_of(self, site: URL) -> bytes | None:
        """Fetch a site’s robots.txt as RFC 9309 wants: none where there is none (4xx); None forbids all (5xx)."""
        answer = await self.fetch("GET", str(site / "robots.txt"), most=ROBOTS_MAX, robots=False)
        if answer.status == 429:
            raise WebError(Trouble.BUSY, str(site))
        if answer.status >= 500:
            return None
        return answer.body if answer.status < 300 else b""

    async def call(
        self, method: Method, address: str, most: int, headers: Mapping[str, str], body: bytes | None = None
    ) -> WebResponse:
        """Call a server’s API, with a body if there is one: where it redirects to is not followed, secrets stay here.
        Raises WebError."""
        url = _read_url(address)
        self.reach.check(url)
        return await self._call(method, url, most, headers, body)

    async def _call(
        self, method: Method, url: URL, most: int, known: Mapping[str, str], body: bytes | None = None
    ) -> WebResponse:
        host = url.raw_host or ""
        if self.pace.rests(host):
            raise WebError(Trouble.BUSY, host)
        await self.pace.turn(host)
        try:
            async with self._session.request(method, url, headers=known, data=body, allow_redirects=False) as reply:
                answer = await _read_answer(reply, most)
                # Whatever else comes is not read.
                reply.close()
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            raise WebError(_trouble(error), f"{type(error).__name__} {url}") from error
        if answer.status in {429, 503}:
            asked = client.read_retry_after(answer.headers.get("retry-after"), utc_now(), REST_MAX)
            if asked is not None or answer.status == 429:
                self.pace.rest(host, _MOMENT if asked is None else asked)
        return answer

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._opened is None or self._opened.closed:
            connector = aiohttp.TCPConnector(
                resolver=Resolver(lambda: self.reach),
                use_dns_cache=False,
                force_close=True,
                limit=CONNECTIONS_MAX,
                socket_factory=self._socket,
            )
            self._opened = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.agent, "Accept": "*/*", "Accept-Encoding": "identity"},
                auto_decompress=False,
                timeout=self.timeout,
                trust_env=False,
                max_line_size=_HEADER_MAX,
                max_field_size=_HEADER_MAX,
                max_headers=100,
            )
        return self._opened

    def _socket(self, info: Any) -> socket.socket:
        """The last look before a connection is made, whatever led to its address."""
        family, kind, proto, _, where = info
        if not self.reach.admits(str(where[0]), int(where[1])):
            raise WebError(Trouble.FORBIDDEN, str(where[0]))
        made = socket.socket(family, kind, proto)
        made.setblocking(False)
        return made


def _read_url(text: str, base: URL | None = None) -> URL:
    try:
        url = URL(text)
        joined = (base.join(url) if base else url).with_fragment(None)
        _ = joined.port
    except (ValueError, TypeError, UnicodeError) as error:
        raise WebError(Trouble.ODD, text[:200]) from error
    return joined


async def _read_answer(reply: aiohttp.ClientResponse, most: int) -> WebResponse:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    body = bytearray()
    while len(body) < most and (piece := await reply.content.read(most - len(body))):
        body += piece
    return WebResponse(str(reply.url), reply.status, headers, bytes(body))


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, TimeoutError):
        return Trouble.SLOW
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ClientConnectorCertificateError):
        return Trouble.TLS
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ConnectionRefusedError):
        return Trouble.REFUSED
    return Trouble.ODD
