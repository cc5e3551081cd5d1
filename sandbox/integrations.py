"""Requests that the server makes: to the addresses of commands, buttons, dialogs and hooks."""

import asyncio
from dataclasses import dataclass

import aiohttp
from yarl import URL

from sandbox.config import Config
from sandbox.events import dumps
from sandbox.versions import Capabilities

LONGEST_WAIT = 30
"""Seconds after which the server gives up, whatever its settings say."""
LARGEST_ANSWER = 1024 * 1024
AGENT = {"User-Agent": "Mattermost-Bot/1.1", "Accept": "application/json"}
JSON_AGENT = AGENT | {"Content-Type": "application/json"}


class Unreachable(Exception):
    """Raised where an integration gives no answer: it is away, too late, or its address is not allowed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of an integration, cut after 1 MiB."""

    status: int
    reason: str
    content_type: str
    body: bytes


class Integrations:
    """The server's HTTP client."""

    def __init__(self, caps: Capabilities, config: Config) -> None:
        self._caps = caps
        self._config = config
        self._client: aiohttp.ClientSession | None = None
        self.timeout: float | None = None
        """Seconds to wait in place of what the settings say, for tests."""

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()

    async def post_json(self, url: str, body: object) -> Answer:
        """Send a JSON body."""
        return await self.send("POST", url, dumps(body), JSON_AGENT)

    async def send(self, method: str, url: str, body: str | None, headers: dict[str, str]) -> Answer:
        """Send a request and read its answer; Unreachable when there is none."""
        if not url.startswith(("http://", "https://")):
            raise Unreachable(url)
        data = None if body is None else body.encode()
        wait = aiohttp.ClientTimeout(total=self._wait())
        try:
            async with self._session().request(
                method, URL(url, encoded=True), data=data, headers=headers, timeout=wait
            ) as response:
                content = await read_up_to(response, LARGEST_ANSWER)
                kind = response.headers.get("Content-Type", "")
                return Answer(response.status, response.reason or "", kind, content)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as failure:
            raise Unreachable(url) from failure

    def _session(self) -> aiohttp.ClientSession:
        if self._client is None:
            connector = aiohttp.TCPConnector(limit=0)  # as many at once as people act
            self._client = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._client

    def _wait(self) -> float:
        if self.timeout is not None:
            return self.timeout
        if not self._caps.long_trigger_life:
            return LONGEST_WAIT
        return min(LONGEST_WAIT, float(self._config.service("OutgoingIntegrationRequestsTimeout")))


async def read_up_to(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Return the beginning of a body."""
    content = bytearray()
    async for part in response.content.iter_chunked(65536):
        content += part
        if len(content) >= most:
            break
        await asyncio.sleep(0)
    return bytes(content[:most])
