"""The HTTP client for what is outside: nothing private, little read, little time given, each redirect looked at."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

import aiohttp
from yarl import URL

from bot.clock import utc_now
from bot.mattermost import pauses
from bot.web.pace import REST_MAX, Pace
from bot.web.reach import Reach, Resolver
from bot.web.reader import Reader
from bot.web.robots import ROBOTS_MAX, Robots
from bot.web.troubles import Trouble, WebError

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
Method = Literal["HEAD", "GET"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered in the end; of the ``body`` as much as was wanted. ``moved`` is where it said that what was
    asked for is for good (301 and 308 only); empty where it is where it was."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    moved: str = ""


class Web:
    """``agent`` names the bot, and whom to write to. What ``fetch`` raises is WebError; ``reader`` parses what came."""

    def __init__(
        self,
        agent: str,
        reach: Reach | None = None,
        pace: Pace | None = None,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self.agent = agent
        self.reach = reach or Reach()
        self.pace = pace or Pace()
        self.timeout = timeout
        self.robots = Robots(agent.partition("/")[0])
        self.reader = Reader()
        self._opened: aiohttp.ClientSession | None = None
        self._beside: Web | None = None

    def anywhere(self) -> "Web":
        """The same, which reaches private addresses and any port too: for what an operator allows it."""
        if self._beside is None:
            everywhere = Reach(self.reach.besides, self.reach.lookup, everywhere=True)
            self._beside = Web(self.agent, everywhere, self.pace, self.timeout)
            self._beside.reader = self.reader
        return self._beside

    async def close(self) -> None:
        """Give back its connections."""
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
    ) -> Answer:
        """Ask for something, of which so many bytes are read; ``robots``: unless its site asks robots to stay away.
        ``known`` are headers that say what of it is known already."""
        url, moved, for_good = _read(address), "", True
        for _ in range(REDIRECTS_MAX + 1):
            self.reach.check(url)
            if robots:
                await self._ask_leave(url)
            answer = await self._call(method, url, most, known)
            onward = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not onward:
                return replace(answer, moved=moved)
            url, for_good = _read(onward, url), for_good and answer.status in _FOR_GOOD
            moved = str(url) if for_good else moved
        raise WebError(Trouble.LOOP, address)

    async def _ask_leave(self, url: URL) -> None:
        """Raises WebError where the site’s robots.txt says no, or cannot be had though the site is there."""
        site = url.origin()
        rules = self.robots.recall(site) or self.robots.learn(site, await self._robots_of(site))
        if not await rules.lets_in(self.robots.name, url, self.reader):
            raise WebError(Trouble.ROBOTS, str(url))

    async def _robots_of(self, site: URL) -> bytes | None:
        """Its robots.txt as RFC 9309 wants: none where there is none (4xx); None forbids all (5xx)."""
        answer = await self.fetch("GET", str(site / "robots.txt"), most=ROBOTS_MAX, robots=False)
        if answer.status == 429:
            raise WebError(Trouble.BUSY, str(site))
        if answer.status >= 500:
            return None
        return answer.body if answer.status < 300 else b""

    async def _call(self, method: Method, url: URL, most: int, known: Mapping[str, str]) -> Answer:
        host = url.raw_host or ""
        if self.pace.rests(host):
            raise WebError(Trouble.BUSY, host)
        await self.pace.turn(host)
        try:
            async with self._session.request(method, url, headers=known, allow_redirects=False) as reply:
                answer = await _read_answer(reply, most)
                # Whatever else comes is not read.
                reply.close()
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            raise WebError(_trouble(error), f"{type(error).__name__} {url}") from error
        if answer.status in {429, 503}:
            asked = pauses.seconds(answer.headers.get("retry-after"), utc_now(), REST_MAX)
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


def _read(text: str, base: URL | None = None) -> URL:
    try:
        url = URL(text)
        joined = (base.join(url) if base else url).with_fragment(None)
        _ = joined.port
    except (ValueError, TypeError, UnicodeError) as error:
        raise WebError(Trouble.ODD, text[:200]) from error
    return joined


async def _read_answer(reply: aiohttp.ClientResponse, most: int) -> Answer:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    body = bytearray()
    while len(body) < most and (piece := await reply.content.read(most - len(body))):
        body += piece
    return Answer(str(reply.url), reply.status, headers, bytes(body))


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, TimeoutError):
        return Trouble.SLOW
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ClientConnectorCertificateError):
        return Trouble.TLS
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ConnectionRefusedError):
        return Trouble.REFUSED
    return Trouble.ODD
