"""Calls of Mattermost’s API v4, as a client makes them."""

import asyncio
from typing import Any

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=40)
TRIES = 8


class Refused(AssertionError):
    """Raised where Mattermost answers with an error, which fails a story that does not expect it."""

    def __init__(self, call: str, status: int, error_id: str, message: str) -> None:
        super().__init__(f"{call}: {status} {error_id} {message}")
        self.status = status
        self.error_id = error_id
        self.message = message


def new_session() -> aiohttp.ClientSession:
    """Make a session without cookies: the cookie of the last person logged in would win over everybody’s token."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=TIMEOUT)


class Api:
    """The API as one account sees it; without a token, as nobody."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str = "") -> None:
        self.session = session
        self.url = url.rstrip("/")
        self.token = token
        self.version = ""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that identify the caller."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """Make a call and return the JSON of the answer. Raises Refused; after « too many calls » it waits, as clients
        do."""
        for _ in range(TRIES):
            async with self.session.request(
                method, f"{self.url}/api/v4{path}", json=body, headers=self.headers
            ) as reply:
                self.version = reply.headers.get("X-Version-Id", self.version)
                if reply.status < 300:
                    return await reply.json()
                if reply.status != 429:
                    raise await _refusal(f"{method} {path}", reply)
                pause = float(reply.headers.get("Retry-After") or 1)
            await asyncio.sleep(pause)
        raise Refused(f"{method} {path}", 429, "", "too many calls for too long")

    async def get(self, path: str) -> Any:
        """Read."""
        return await self.call("GET", path)

    async def download(self, path: str) -> bytes:
        """Return the content of a file."""
        async with self.session.get(f"{self.url}/api/v4{path}", headers=self.headers) as reply:
            if reply.status >= 300:
                raise await _refusal(f"GET {path}", reply)
            return await reply.read()

    async def upload(self, channel_id: str, name: str, content: bytes) -> str:
        """Upload a file to a channel without a post, and return its id."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("channel_id", channel_id)
        form.add_field("files", content, filename=name)
        async with self.session.post(f"{self.url}/api/v4/files", data=form, headers=self.headers) as reply:
            if reply.status >= 400:
                raise await _refusal("POST /files", reply)
            return str((await reply.json())["file_infos"][0]["id"])

    async def post(self, path: str, body: object = None) -> Any:
        """Make."""
        return await self.call("POST", path, body)

    async def put(self, path: str, body: object = None) -> Any:
        """Change."""
        return await self.call("PUT", path, body)

    async def delete(self, path: str) -> Any:
        """Take away."""
        return await self.call("DELETE", path)

    async def log_in(self, name: str, password: str) -> dict[str, Any]:
        """Log in, use the session’s token from now on, and return the account."""
        for _ in range(TRIES):
            credentials = {"login_id": name, "password": password}
            async with self.session.post(f"{self.url}/api/v4/users/login", json=credentials) as reply:
                if reply.status == 200:
                    self.token = reply.headers["Token"]
                    user: dict[str, Any] = await reply.json()
                    return user
                if reply.status != 429:
                    raise await _refusal("POST /users/login", reply)
            await asyncio.sleep(1)
        raise Refused("POST /users/login", 429, "", "too many calls for too long")


async def _refusal(call: str, reply: aiohttp.ClientResponse) -> Refused:
    try:
        error = await reply.json()
    except (aiohttp.ContentTypeError, ValueError):
        return Refused(call, reply.status, "", (await reply.text())[:200])
    return Refused(call, reply.status, str(error.get("id")), str(error.get("message")))
