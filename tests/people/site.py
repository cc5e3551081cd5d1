"""A Mattermost server seen by its admin: makes the team and the people that stories need, and clears them away."""

import re
import secrets
from dataclasses import dataclass, field

import aiohttp

from sandbox import Sandbox
from sandbox.bulk import add_person
from sandbox.users.activation import set_active
from tests.people.api import Api, Refused
from tests.people.clients import Client, web_client
from tests.people.person import Person

PASSWORD = "Coop-test-1!"


async def first_admin(session: aiohttp.ClientSession, url: str) -> Api:
    """Make the first account of an empty server, which may do everything."""
    admin = Api(session, url)
    await admin.post("/users", {"username": "admin", "email": "admin@exemple.fr", "password": PASSWORD})
    await admin.log_in("admin", PASSWORD)
    return admin


def unique(stem: str) -> str:
    """Make a name that nobody has: real servers keep those of earlier runs."""
    return f"{stem}-{secrets.token_hex(4)}"


@dataclass
class Site:
    """A team on a server, which may be an ``embedded`` one; ``admin`` may do everything on it."""

    admin: Api
    version: tuple[int, int]
    admin_id: str
    team_id: str
    team: str
    square: str
    bot_id: str = ""
    embedded: Sandbox | None = None
    people: list[Person] = field(default_factory=list)

    @classmethod
    async def at(cls, session: aiohttp.ClientSession, url: str, admin_token: str) -> "Site":
        """Make a new team on the server at an address."""
        admin = Api(session, url, admin_token)
        me = await admin.get("/users/me")
        name = unique("coop")
        team = await admin.post("/teams", {"name": name, "display_name": "Essais du bot", "type": "O"})
        square = await admin.get(f"/teams/{team['id']}/channels/name/town-square")
        return cls(admin, _version(admin.version), me["id"], team["id"], name, square["id"])

    @property
    def url(self) -> str:
        """The server’s address."""
        return self.admin.url

    async def person(
        self, name: str, *, domain: str = "exemple.fr", client: Client | None = None, in_team: bool = True
    ) -> Person:
        """Make an account with an open client, in the team unless told otherwise."""
        username = unique(name)
        account = {"username": username, "email": f"{username}@{domain}", "password": PASSWORD, "locale": "fr"}
        made = await self.admin.post("/users", account)
        await self.admin.post(f"/users/{made['id']}/email/verify/member", {})
        if in_team:
            membership = {"team_id": self.team_id, "user_id": made["id"]}
            await self.admin.post(f"/teams/{self.team_id}/members", membership)
        api = Api(self.admin.session, self.url)
        await api.log_in(username, PASSWORD)
        return await self._opens(Person(self, made["id"], username, account["email"], api, client or self._client))

    async def resident(self, name: str, *, domain: str = "exemple.fr", client: Client | None = None) -> Person:
        """Make somebody who has been in the team for long, with an open client: nobody is told of their arrival.

        An arrival takes the server and the bot as long as the rest of most stories. On a server that is not embedded
        there is no way around it.
        """
        if self.embedded is None:
            return await self.person(name, domain=domain, client=client)
        username = unique(name)
        line = {"username": username, "email": f"{username}@{domain}", "password": PASSWORD, "locale": "fr"}
        user = add_person(self.embedded, line | {"teams": [{"name": self.team}]})
        api = Api(self.admin.session, self.url, self.embedded.credentials.open_session(user).token)
        return await self._opens(Person(self, user.id, username, user.email, api, client or self._client))

    @property
    def _client(self) -> Client:
        return web_client(self.version)

    async def _opens(self, person: Person) -> Person:
        await person.ears.open(person.api)
        self.people.append(person)
        return person

    async def channel(self, name: str, title: str = "", kind: str = "P") -> str:
        """Return the id of the team’s channel of a name, made where it is missing (P: private, O: open), with the bot
        in it."""
        try:
            found = await self.admin.get(f"/teams/{self.team_id}/channels/name/{name}")
        except Refused:
            call = {"team_id": self.team_id, "name": name, "display_name": title or name.capitalize(), "type": kind}
            found = await self.admin.post("/channels", call)
        await self.admin.post(f"/channels/{found['id']}/members", {"user_id": self.bot_id})
        return str(found["id"])

    async def add_members(self, channel_id: str, *people: Person) -> None:
        """Add people to a channel, as the server’s admin."""
        for person in people:
            await self.admin.post(f"/channels/{channel_id}/members", {"user_id": person.id})

    async def promote(self, person: Person) -> None:
        """Make somebody an admin of the team."""
        roles = {"roles": "team_user team_admin"}
        await self.admin.put(f"/teams/{self.team_id}/members/{person.id}/roles", roles)

    async def clear(self) -> list[str]:
        """Close everybody’s client, and deactivate the accounts (they count in the server’s limits); return their
        ids."""
        gone = []
        while self.people:
            person = self.people.pop()
            await person.leaves()
            gone.append(person.id)
        for user_id in gone:  # once nobody is there any more to be told of it
            await self._deactivate(user_id)
        return gone

    async def _deactivate(self, user_id: str) -> None:
        user = self.embedded.state.users.get(user_id) if self.embedded else None
        if self.embedded is None or user is None:
            await self.admin.delete(f"/users/{user_id}")
        else:
            set_active(self.embedded, user, active=False)  # what an admin asks for, without the way there and back

    async def close(self) -> None:
        """Leave the server without people and team of these stories."""
        await self.clear()
        await self.admin.delete(f"/teams/{self.team_id}")


def _version(header: str) -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", header)
    assert found, f"no version in X-Version-Id {header!r}"
    return int(found[1]), int(found[2])
