"""A team on the sandbox, its people in the register, and a bot that leads it: for measures of channels and arrivals."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.clock import utc_now
from config import canaux
from config.canaux import COLUMNS
from sandbox import Sandbox
from sandbox.records import Token
from storage import schema
from storage.database import Database
from storage.people import Person, Role
from tests.bench.children import free_port, settings
from tests.people import PASSWORD, Site, first_admin, new_session
from tests.support.house import DOMAIN, prepare_server

AT_ONCE, BATCH = 8, 200
COORDINATES = 30
"""Of so many people one coordinates their département."""
MOST = {"TeamSettings": {"MaxUsersPerTeam": 10_000, "MaxChannelsPerTeam": 10_000}}
LINE = "departement:{code}\tdepartement\t{{code}} - {{nom}}\t{{canal}}\toui\tdepartement\tLe {{code}}.\tIci {{nom}}.\n"
"""One private channel for each département."""
PLACES = [planned.departement for planned in canaux.read().values() if planned.departement]


class Counted(Sandbox):
    """A sandbox that notes the calls made with a token: methods and paths."""

    calls: Counter[tuple[str, str]]

    def token_of(self, request: web.Request) -> Token | None:
        self.calls[request.method, request.path] += 1
        return super().token_of(request)

    @property
    def writes(self) -> int:
        """The number of calls that may have changed something; a POST that only asks ends with « ids »."""
        return sum(count for (method, path), count in self.calls.items() if method != "GET" and path[-4:] != "/ids")


@dataclass
class Team:
    """The server, the team, the bot’s token and database; ``ids`` are those of the people in the register."""

    server: Counted
    site: Site
    folder: Path
    database_url: str
    variables: dict[str, str]
    port: int
    ids: list[str] = field(default_factory=list)

    async def accounts(self, count: int, name: str) -> list[str]:
        """Make new accounts, in no team yet, and return their ids."""
        account = {"password": PASSWORD, "locale": "fr"}

        async def one(number: int) -> str:
            named = {"username": f"{name}-{number}", "email": f"{name}-{number}@{DOMAIN}"}
            return str((await self.site.admin.post("/users", account | named))["id"])

        return await each(count, one)

    async def join(self, ids: list[str]) -> None:
        """Add people to the team."""
        for start in range(0, len(ids), BATCH):
            rows = [{"team_id": self.site.team_id, "user_id": user_id} for user_id in ids[start : start + BATCH]]
            await self.site.admin.post(f"/teams/{self.site.team_id}/members/batch", rows)

    async def register(self, ids: list[str]) -> None:
        """Register people, spread over the départements; one in thirty coordinates theirs."""
        database = Database(self.database_url)
        async with database.transaction() as db:
            for n, user_id in enumerate(ids):
                role = Role.COORDINATEUR if n % COORDINATES == 0 else Role.CONSEILLER
                place: dict[str, Any] = {"departements": [PLACES[n % len(PLACES)]], "role": role}
                db.add(Person(id=user_id, username=f"personne-{n}", since=utc_now(), **place))
        await database.close()
        self.ids += ids


async def each(count: int, call: Callable[[int], Awaitable[str]]) -> list[str]:
    """Make so many calls, some at once; return their results in order."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> str:
        async with gate:
            return await call(number)

    return list(await asyncio.gather(*(one(number) for number in range(count))))


@asynccontextmanager
async def team(folder: Path, people: int) -> AsyncIterator[Team]:
    """Give so many people in a team and in the register, without channels other than those of every team."""
    server = Counted()
    server.calls = Counter()
    await server.start()
    try:
        async with new_session() as session:
            admin = await first_admin(session, server.url)
            await admin.put("/config/patch", MOST)
            made = await _led(server, await Site.at(session, server.url, admin.token), folder)
            ids = await made.accounts(people, "personne")
            await made.join(ids)
            await made.register(ids)
            yield made
    finally:
        await server.stop()


async def _led(server: Counted, site: Site, folder: Path) -> Team:
    """Make a team whose bot administers it, as « channels sync » needs."""
    port = free_port()
    theirs = await prepare_server(site, f"http://127.0.0.1:{port}", fix_server=True)
    leads = {"roles": "team_user team_admin"}
    await site.admin.put(f"/teams/{site.team_id}/members/{site.bot_id}/roles", leads)
    url = f"sqlite:///{folder}/team.db"
    await schema.upgrade(url)
    table = folder / "canaux.tsv"
    table.write_text("\t".join(COLUMNS) + "\n" + "".join(LINE.format(code=code) for code in PLACES), "utf-8")
    variables = settings(server.url, url, folder, port) | {
        "COOP_BOT_TOKEN": theirs.bot_token.get_secret_value(),
        "COOP_COMMAND_TOKEN": theirs.command_token.get_secret_value(),
        "COOP_TEAM": site.team,
        "COOP_CHANNELS": str(table),
        "COOP_DOMAINS": DOMAIN,
        "COOP_TRUST_ADDRESSES": "oui",
        "COOP_WELCOME": "oui",
    }
    return Team(server, site, folder, url, variables, port)
