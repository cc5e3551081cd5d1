"""The HTTP client for the web: public addresses only, little data, every redirect checked, hosts spared."""

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
from bot.tasks import loop_time
from bot.web.reader import ROBOTS_MAX, DocumentReader, RobotRulesCache
from config.addresses import is_public
from config.settings import Settings


def describe_agent(settings: Settings) -> str:
    """Return the User-Agent: the bot’s name as robots.txt has it, its address and a contact, in ASCII."""
    said = f"coop-bot/1 (liens et flux; +{settings.mattermost_url}; {settings.contact or settings.team})"
    plain = normalize("NFKD", said).encode("ascii", "ignore").decode()
    return "".join(sign for sign in plain if sign.isprintable())[:300]


HOSTS_MAX = 2_000
"""Hosts that are remembered: the longest unasked is forgotten first."""
REST_MAX = 24 * 3600.0
"""Seconds for which a host is left alone at most, whatever it asks for."""


class HostRateLimit:
    """Limits requests: ``pause`` is in seconds, between two to one host; ``rate`` is per second, to all of them."""

    def __init__(self, pause: float = 2.0, rate: float = 5.0) -> None:
        self._pause = pause
        self._gap = 1 / rate
        self._next = 0.0
        self._of: OrderedDict[str, float] = OrderedDict()
        self._resting: OrderedDict[str, float] = OrderedDict()

    async def turn(self, host: str) -> None:
        """Wait until a host may be asked."""
        now = loop_time()
        at = max(now, self._next, self._of.pop(host, 0.0))
        self._next, self._of[host] = max(now, self._next) + self._gap, at + self._pause
        _bound(self._of)
        await asyncio.sleep(at - now)

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for that many seconds, as it asked."""
        self._resting[host] = loop_time() + min(seconds, REST_MAX)
        _bound(self._resting)

    def rests(self, host: str) -> bool:
        """Return whether a host is to be left alone."""
        return self._resting.get(host, 0.0) > loop_time()


def _bound(remembered: OrderedDict[str, float]) -> None:
    while len(remembered) > HOSTS_MAX:
        remembered.popitem(last=False)


class Trouble(StrEnum):
    """The reason why a fetch failed."""

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
    """A fetch failed, with the reason."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else str(trouble))
        self.trouble = trouble


Lookup = Callable[[str, int], Awaitable[Sequence[str]]]
PORTS = frozenset({80, 443})
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


async def resolve_name(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host. Raises WebError."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        gone = isinstance(error, UnicodeError) or error.errno in _NO_SUCH_NAME
        raise WebError(Trouble.NAME if gone else Trouble.SLOW, host) from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True)
class Reach:
    """Decides which addresses may be reached. ``besides`` are private ones allowed in tests, ``lookup`` is their
    resolver; no setting leads there. ``everywhere`` is COOP_ALLOW_PRIVATE_FEEDS, for feeds only."""

    besides: frozenset[tuple[str, int]] = frozenset()
    lookup: Lookup = resolve_name
    everywhere: bool = False

    def check(self, url: URL) -> None:
        """Raise WebError for a URL that is never requested."""
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
        """Return whether a connection to an address is allowed."""
        if self.everywhere:
            return True
        return (address, port) in self.besides or (port in PORTS and is_public(address))

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host; if any of them is private, raise WebError."""
        found = await self.lookup(host, port)
        if not found:
            raise WebError(Trouble.NAME, host)
        if not all(self.admits(address, port) for address in found):
            raise WebError(Trouble.FORBIDDEN, host)
        return found


class Resolver(AbstractResolver):
    """Gives the HTTP client only addresses that were checked."""

    def __init__(self, reach: Callable[[], Reach]) -> None:
        self._reach = reach

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve a host. Raises WebError."""
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
        """Do nothing: there is nothing to close."""


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
    """The final response; ``body`` up to the wanted length. ``moved`` is the new permanent address (301 and 308 only),
    "" if it has not moved."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    moved: str = ""


class WebClient:
    """Fetches from the web. ``agent`` is its User-Agent; ``fetch`` raises only WebError; ``reader`` parses
    documents."""

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
        """Return the same client without the restriction to public addresses, for what the operator allows."""
        if self._beside is None:
            everywhere = Reach(self.reach.besides, self.reach.lookup, everywhere=True)
            self._beside = WebClient(self.agent, everywhere, self.pace, self.timeout)
            self._beside.reader = self.reader
        return self._beside

    def hurried(self, patience: float) -> "WebClient":
        """Return the same client without pauses between calls, for a server of the operator’s that somebody waits for;
        each call takes at most that many seconds."""
        if self._hurried is None:
            timeout = aiohttp.ClientTimeout(total=patience)
            self._hurried = WebClient(self.agent, self.reach, HostRateLimit(0.0, 100.0), timeout)
            self._hurried.reader = self.reader
        return self._hurried

    async def close(self) -> None:
        """Close its connections."""
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
        """Fetch something, reading at most ``most`` bytes; with ``robots``, only if the site’s robots.txt allows it.
        ``known`` are the headers of a conditional request."""
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
        """Raise WebError if robots.txt forbids a URL, or cannot be read though the site exists."""
        site = url.origin()
        rules = self.robots.recall(site) or self.robots.learn(site, await self._robots_of(site))
        if not await rules.lets_in(self.robots.name, url, self.reader):
            raise WebError(Trouble.ROBOTS, str(url))

    async def _robots_of(self, site: URL) -> bytes | None:
        """Fetch robots.txt as in RFC 9309: empty if there is none (4xx); None, which forbids everything, on 5xx."""
        answer = await self.fetch("GET", str(site / "robots.txt"), most=ROBOTS_MAX, robots=False)
        if answer.status == 429:
            raise WebError(Trouble.BUSY, str(site))
        if answer.status >= 500:
            return None
        return answer.body if answer.status < 300 else b""

    async def call(
        self, method: Method, address: str, most: int, headers: Mapping[str, str], body: bytes | None = None
    ) -> WebResponse:
        """Call a server’s API, without following redirects, so that secrets stay there. Raises WebError."""
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
        """Check an address a last time, just before the connection, however it was found."""
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
