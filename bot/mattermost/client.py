"""The HTTP client for mattermostdriver’s endpoint classes (one session, validated paths, known errors), and the base of
all calls."""

import asyncio
import json
import math
import re
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.util import find_spec, module_from_spec
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import stamina
import structlog
from pydantic_core import to_json
from yarl import URL

from bot.capabilities import OLDEST, Capabilities, of_version
from bot.clock import utc_now
from bot.errors import ChatError
from bot.mattermost import wire
from bot.mattermost.wire import ChatUser
from bot.tasks import RateLimit, loop_time

# The package’s own first module imports a synchronous client and a websocket of its own, with requests, urllib3 and
# websockets: megabytes and a tenth of a second for what is never called. Its place is taken by an empty module that
# only knows where the files are.
if "mattermostdriver" not in sys.modules and (found := find_spec("mattermostdriver")):
    sys.modules["mattermostdriver"] = module_from_spec(found)

from mattermostdriver.endpoints.channels import Channels
from mattermostdriver.endpoints.files import Files
from mattermostdriver.endpoints.integration_actions import IntegrationActions
from mattermostdriver.endpoints.posts import Posts
from mattermostdriver.endpoints.reactions import Reactions
from mattermostdriver.endpoints.teams import Teams
from mattermostdriver.endpoints.users import Users

CHUNK_BYTES = 256 * 1024
"""Bytes of a file in memory at a time."""


async def read_chunks(reply: aiohttp.ClientResponse, limit: int) -> AsyncIterator[bytes]:
    """Yield a response’s body in chunks. Raises if it exceeds the limit."""
    size = reply.content_length or 0
    if size <= limit:
        size = 0
        async for chunk in reply.content.iter_chunked(CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                break
            yield chunk
    if size > limit:
        raise ChatError(413, "too_large")


def encode_json(body: object) -> bytes:
    """Encode JSON, four times as fast as the standard library, without lone surrogates."""
    try:
        return to_json(body)
    except ValueError:
        return json.dumps(body).encode()


async def decode_json(reply: aiohttp.ClientResponse) -> Any:
    """Decode the JSON of a response. Raises ChatError."""
    try:
        return await reply.json(content_type=None)
    except ValueError:
        # A proxy’s own page: what stands behind it may be back soon.
        raise ChatError(502, "not_json") from None


async def read_error_id(reply: aiohttp.ClientResponse) -> str:
    """Return Mattermost’s id of an error; "" if there is none."""
    try:
        body = await reply.json(content_type=None)
        return str(body["id"])
    except (ValueError, TypeError, KeyError):
        return ""


PAUSE_MAX = 60.0
"""Seconds a pause lasts at most, whatever is asked: a server that needs longer says so again at the next call."""


def read_retry_after(header: str | None, now: datetime, most: float | None = None) -> float | None:
    """Read the pause that a header asks for, between 0 and ``most`` (else ``PAUSE_MAX``); None if it has no usable
    time.

    It is a number of seconds or an HTTP date; negative, infinite or invalid ones count as none.
    """
    if not header:
        return None
    asked = _number(header) if _number(header) is not None else _until(header, now)
    return None if asked is None else min(asked, PAUSE_MAX if most is None else most)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None


def _until(text: str, now: datetime) -> float | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    there = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return max(0.0, (there - now).total_seconds())


log = structlog.get_logger()

API = "/api/v4"
TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=3)
LONGEST_CALL = 120
"""The most seconds that a call may take: uploads and downloads take longest."""
FILE_TIMEOUT = aiohttp.ClientTimeout(total=LONGEST_CALL, sock_connect=3, sock_read=60)
LARGEST_FRAME = 16 * 1024 * 1024
PAUSE_WAITED_MAX = 5.0
"""Seconds a call waits for a server that asked for a pause; beyond, it fails at once and the caller decides."""

# The driver pastes names and ids into its paths as they are.
_SAFE = re.compile(r"(/[A-Za-z0-9@+:~_.-]+)+")
_DOTS = re.compile(r"/\.\.?(/|$)")
_DEFAULT_PAUSE = 1.0


class AioClient:
    """Calls a Mattermost server with a token; raises only ``ChatError``.

    Its methods have the names and arguments that the driver’s endpoint classes expect. After a 429 no call is made
    before the requested pause, at most a minute, is over. Reads are tried three times, other calls once. ``budget``
    limits the calls a second of long work.
    """

    def __init__(self, url: str, token: str = "", budget: RateLimit | None = None) -> None:
        self.url = url.rstrip("/")
        self._budget = budget or RateLimit()
        self.capabilities: Capabilities = OLDEST
        self._token = token
        self._version = ""
        self._paused_until = 0.0
        self._opened: aiohttp.ClientSession | None = None
        self._left: list[tuple[float, aiohttp.ClientSession]] = []
        """Sessions that were left, and when: calls under way end in them."""

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session of new calls; it sends the token with every request."""
        if self._opened is None or self._opened.closed:
            headers = {"User-Agent": "coop-bot"}
            if self._token:
                headers["Authorization"] = f"Bearer {self._token}"
            # A session cookie would win over the token, and make writes fail for want of a CSRF token.
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=50, keepalive_timeout=30),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=TIMEOUT,
                headers=headers,
                json_serialize_bytes=encode_json,
            )
        return self._opened

    async def close(self) -> None:
        """Close all sessions and their connections."""
        for _, session in self._left:
            await session.close()
        if self._opened is not None:
            await self._opened.close()

    async def _leave(self, session: aiohttp.ClientSession) -> None:
        """Make no more calls through the connections of a session of which one kept silent: what swallowed this call,
        as a proxy does that forgot its connections, swallows whatever goes through those that were opened before."""
        if session is not self._opened:
            return
        self._opened, now = None, loop_time()
        old = [left for at, left in self._left if at + LONGEST_CALL < now]
        self._left = [(at, left) for at, left in self._left if at + LONGEST_CALL >= now] + [(now, session)]
        for each in old:
            await each.close()

    async def get(self, endpoint: str, options: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """Read, with retries."""
        del options  # the driver’s signature; a GET has no body
        return await self._read("get", endpoint, params=params)

    async def ask(self, endpoint: str, ids: Sequence[str]) -> Any:
        """Read by POST, as Mattermost takes lists of ids; with retries like ``get``."""
        return await self._read("post", endpoint, list(ids))

    async def _read(self, method: str, endpoint: str, options: Any = None, params: Any = None) -> Any:
        async for attempt in stamina.retry_context(on=_is_worth_retry, attempts=3, timeout=8.0, wait_jitter=0.2):
            with attempt:
                return await self.make_request(method, endpoint, options, params)
        raise AssertionError("the last attempt returns or raises")

    async def post(self, endpoint: str, options: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """Create or do something."""
        return await self.make_request("post", endpoint, options, params)

    async def put(self, endpoint: str, options: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """Change something."""
        return await self.make_request("put", endpoint, options, params)

    async def delete(self, endpoint: str, options: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """Delete something."""
        return await self.make_request("delete", endpoint, options, params)

    async def make_request(
        self,
        method: str,
        endpoint: str,
        options: Any = None,
        params: Mapping[str, Any] | None = None,
        basepath: str = API,
    ) -> Any:
        """Make one call, and return the decoded JSON of its answer, or its text outside of the API."""
        url = self._address(basepath + endpoint)
        return await self._call(method, url, basepath == API, json=options, params=params)

    async def upload(self, channel_id: str, path: Path) -> Any:
        """Upload a file for a channel, streamed from the disk."""
        # Names go as they are, as browsers send them: Mattermost would keep the percent signs of quoted ones.
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("channel_id", channel_id)
        name = _header_file_name(path)
        # In a thread an upload that is cut off meanwhile would leave the file open.
        with path.open("rb") as file:
            form.add_field("files", file, filename=name, content_type="application/octet-stream")
            return await self._call("post", self._address(f"{API}/files"), data=form, timeout=FILE_TIMEOUT)

    async def send_picture(self, user_id: str, content: bytes) -> None:
        """Set the picture of an account, a PNG."""
        form = aiohttp.FormData()
        form.add_field("image", content, filename="portrait.png", content_type="image/png")
        await self._call("post", self._address(f"{API}/users/{user_id}/image"), data=form)

    async def download(self, endpoint: str, path: Path, limit: int) -> None:
        """Stream a download into a new file, or leave none: 413 « too_large » beyond ``limit`` bytes.

        Raises OSError if the disk refuses, FileExistsError if there is a file already, which stays.
        """
        file = await asyncio.to_thread(path.open, "xb")
        try:
            async with self._answer("get", self._address(API + endpoint), timeout=FILE_TIMEOUT) as reply:
                async for chunk in read_chunks(reply, limit):
                    await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(file.close)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise
        finally:
            file.close()

    async def _call(self, method: str, url: URL, is_json: bool = True, **options: Any) -> Any:
        try:
            async with self._answer(method, url, **options) as reply:
                return await (decode_json(reply) if is_json else reply.text())
        except OSError as error:
            raise ChatError(0, type(error).__name__) from error

    @asynccontextmanager
    async def _answer(self, method: str, url: URL, **options: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        await self._pause()
        session = self.session
        try:
            async with session.request(method, url, allow_redirects=False, **options) as reply:
                self._note_version(reply.headers.get("X-Version-Id", ""))
                if reply.status >= 300:
                    raise await self._fault(reply)
                yield reply
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ConnectionTimeoutError):
                await self._leave(session)
            raise ChatError(0, type(error).__name__) from error

    async def listen(self, params: Mapping[str, str]) -> aiohttp.ClientWebSocketResponse:
        """Open the websocket of events; only its messages show whether the token is valid."""
        await self._pause()
        url = self._address(f"{API}/websocket")
        closing = aiohttp.ClientWSTimeout(ws_close=1)
        try:
            return await self.session.ws_connect(url, params=params, timeout=closing, max_msg_size=LARGEST_FRAME)
        except aiohttp.WSServerHandshakeError as error:
            raise ChatError(error.status, "handshake", retry_after=_pause_of(error.headers)) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ChatError(0, type(error).__name__) from error

    def _address(self, path: str) -> URL:
        if not _SAFE.fullmatch(path) or _DOTS.search(path):
            raise ChatError(400, "unsafe_path")
        return URL(self.url + path, encoded=True)

    @property
    def holds_back(self) -> bool:
        """Whether calls fail at once, because the server asked for a longer pause than they wait."""
        return self._remaining() > PAUSE_WAITED_MAX

    def _remaining(self) -> float:
        return self._paused_until - loop_time()

    async def _pause(self) -> None:
        await self._budget.take_if_paced()
        remaining = self._remaining()
        if remaining > PAUSE_WAITED_MAX:
            raise ChatError(429, "paused", retry_after=remaining)
        if remaining > 0:
            await asyncio.sleep(remaining)

    async def _fault(self, reply: aiohttp.ClientResponse) -> ChatError:
        retry_after = _pause_of(reply.headers)
        if reply.status == 429:
            retry_after = _DEFAULT_PAUSE if retry_after is None else retry_after
            self._budget.halve()
            until = loop_time() + retry_after
            self._paused_until = max(self._paused_until, until)
            if self.holds_back:
                log.warning("mattermost_asks_to_wait", seconds=retry_after)
        return ChatError(reply.status, await read_error_id(reply), retry_after=retry_after)

    def _note_version(self, text: str) -> None:
        if text and text != self._version:
            self._version = text
            self.capabilities = of_version(text) or self.capabilities


def _is_worth_retry(error: Exception) -> bool | float:
    """Return whether a read is worth a retry, or after how many seconds if the server said so."""
    if not isinstance(error, ChatError) or not error.may_pass:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= PAUSE_WAITED_MAX else False


def _header_file_name(path: Path) -> str:
    """Replace the characters of a file’s name that could end the header it travels in."""
    return "".join(c if c.isprintable() else " " for c in path.name)


def _pause_of(headers: Mapping[str, str] | None) -> float | None:
    return read_retry_after(headers.get("Retry-After"), utc_now()) if headers else None


_ID = re.compile(r"[a-z0-9]{26}")


class Calls:
    """Calls to a Mattermost server in the name of the bot, about its own team or another."""

    def __init__(self, client: AioClient, team: str, *, is_own: bool = True) -> None:
        self.client = client
        self._team = team
        self._is_own = is_own
        self._others: dict[str, Any] = {}
        self._direct: OrderedDict[str, str] = OrderedDict()
        self._team_id = ""
        self._me: ChatUser | None = None
        self._users = Users(client)
        self._teams = Teams(client)
        self._channels = Channels(client)
        self._posts = Posts(client)
        self._reactions = Reactions(client)
        self._files = Files(client)
        self._actions = IntegrationActions(client)

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, by the version of its latest answer; until then, what the oldest can."""
        return self.client.capabilities

    async def me(self) -> ChatUser:
        """Return the bot’s own account, cached."""
        if self._me is None:
            self._me = wire.read(wire.User, await self._users.get_user("me")).value
        return self._me

    async def client_settings(self) -> Any:
        """Return the settings that the server tells every client (5.37 to 11.2), all as strings."""
        return await self.client.get("/config/client", params={"format": "old"})

    async def team_id(self) -> str:
        """Return the id of the bot’s team, cached."""
        if not self._team_id:
            self._team_id = wire.read(wire.Team, await self._teams.get_team_by_name(self._team)).id
        return self._team_id


def is_id(value: str) -> bool:
    """Return whether a value has the form of a Mattermost id; one that has not makes a whole call fail."""
    return _ID.fullmatch(value) is not None


def check_id(value: str) -> str:
    """Return the id, or raise: any other text in a path would make another request, and ids come from requests."""
    if not is_id(value):
        raise ChatError(400, "bad_id")
    return value


R = TypeVar("R")

PAGE_ROWS = 200
"""Rows of a page: what servers give at most, silently (docs/mattermost.md §9.1)."""


async def read_pages(
    kind: type[wire.Row[R]], ask: Callable[[Mapping[str, Any]], Awaitable[Any]], **more: str
) -> AsyncIterator[Sequence[R]]:
    """Yield every page of ``ask``, which takes ``page``, ``per_page`` and ``more``, up to the first that is not
    full."""
    number = 0
    while found := wire.values(kind, await ask({**more, "page": number, "per_page": PAGE_ROWS})):
        yield found
        if len(found) < PAGE_ROWS:
            return
        number += 1


def split_batches(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """Yield the ids in batches."""
    left = iter(ids)
    while batch := list(islice(left, size)):
        yield batch
