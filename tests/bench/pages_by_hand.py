"""`pages_by_hand.py URL TOKEN TEAM_ID`: a bare loop over the pages that a check of channels reads."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

PAGE = 200


class Loop:
    """A bare loop with aiohttp: everybody of a team, then who is in each of the account’s channels."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = f"{url}/api/v4"
        self.calls = 0

    async def ask(self, path: str) -> Any:
        """Return the JSON of one call."""
        self.calls += 1
        async with self._session.get(f"{self._url}{path}") as reply:
            return await reply.json()

    async def pages(self, path: str) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield pages until one is not full."""
        for number in range(1_000_000):
            page = await self.ask(f"{path}page={number}&per_page={PAGE}")
            yield page
            if len(page) < PAGE:
                return

    async def look(self, team_id: str) -> int:
        """Read everything, and return the number of memberships."""
        team = self.pages(f"/users?in_team={team_id}&")
        names = {user["id"]: user["username"] async for page in team for user in page}
        found = 0
        for channel in await self.ask(f"/users/me/teams/{team_id}/channels"):
            if channel["type"] == "P":
                members = [m async for page in self.pages(f"/channels/{channel['id']}/members?") for m in page]
                found += sum(member["user_id"] in names for member in members)
        return found


def peak_mb() -> float:
    """Return the peak of this process’s memory, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


async def main(url: str, token: str, team_id: str) -> None:
    """Read everything, and print what it took."""
    begun = time.perf_counter()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        loop = Loop(session, url)
        found = await loop.look(team_id)
    told = {"members": found, "calls": loop.calls, "seconds": time.perf_counter() - begun, "peak": peak_mb()}
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
