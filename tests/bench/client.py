"""What Mattermost sends a bot: slash commands and filled dialogs, with bodies made beforehand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.bench.children import SECRETS
from tests.bench.stub import PEOPLE, TEAM, Stub, user_id, username

CHANNEL = "k" * 26
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
WORKSHOP: Mapping[str, Any] = {
    "canal": "rattachement",
    "commune": "69120 Vaulx-en-Velin",
    "activite": "collectif",
    "participants": 8,
    "age": "35-60",
    "statut": "retraite",
    "themes": ["internet", "courriel"],
    "duree": "90",
}


@dataclass
class Chatter:
    """The Mattermost side of the conversation; numbers spread the work over ``PEOPLE`` accounts."""

    session: aiohttp.ClientSession
    stub: Stub
    url: str = ""
    first: int = 0
    """The number of the first of those people."""

    def command(self, number: int, text: str = "", name: str = "/cra") -> bytes:
        """Make the form of « /cra text », or of another command, as sent by one of the people."""
        who = self.first + number % PEOPLE
        fields = {
            "token": SECRETS["COOP_COMMAND_TOKEN"],
            "team_id": TEAM["id"],
            "team_domain": TEAM["name"],
            "channel_id": CHANNEL,
            "channel_name": "general",
            "user_id": user_id(who),
            "user_name": username(who),
            "command": name,
            "text": text,
            "trigger_id": f"trigger{number}",
            "response_url": f"{self.stub.url}/hooks/commands/{'h' * 26}",
            "root_id": "",
        }
        return urlencode(fields).encode()

    async def types(self, number: int, text: str = "", name: str = "/cra") -> bool:
        """Send the command; True if it is answered with 200."""
        body = self.command(number, text, name)
        async with self.session.post(f"{self.url}/commands", data=body, headers=FORM) as reply:
            await reply.read()
            return reply.status == 200

    async def reports(self, number: int, post_id: str) -> bool:
        """Send « /signaler » and the link of a message, and what its dialog asks for; True if that is accepted."""
        link = f"{self.stub.url}/{TEAM['name']}/pl/{post_id}"
        if not await self.types(number, link, "/signaler"):
            return False
        state, callback = self.stub.opened[f"trigger{number}"], self.stub.dialog["dialog"]["callback_id"]
        return await self.sends(self._submission(number, state, callback, {"lien": link, "motif": "propos"}))

    async def opens(self, number: int) -> bool:
        """Send « /cra »; True if it is answered and its dialog arrived at the server."""
        return await self.types(number) and f"trigger{number}" in self.stub.opened

    async def dialogs(self, count: int, day: str) -> Sequence[bytes]:
        """Make so many submissions of a workshop, for dialogs that the bot opens now."""
        self.stub.opened.clear()
        for number in range(count):
            if not await self.opens(number):
                raise RuntimeError(f"no dialog came after {self.stub.opened.keys()}")
        states = [self.stub.opened[f"trigger{n}"] for n in range(count)]
        callback = self.stub.dialog["dialog"]["callback_id"]
        filled = {**WORKSHOP, "date": day}
        return [self._submission(n, state, callback, filled) for n, state in enumerate(states)]

    def _submission(self, number: int, state: str, callback: str, filled: Mapping[str, Any]) -> bytes:
        body = {
            "type": "dialog_submission",
            "callback_id": callback,
            "state": state,
            "user_id": user_id(self.first + number % PEOPLE),
            "channel_id": CHANNEL,
            "team_id": TEAM["id"],
            "submission": filled,
            "cancelled": False,
        }
        return json.dumps(body).encode()

    async def sends(self, body: bytes) -> bool:
        """Submit a dialog; return whether it is accepted, which closes it."""
        async with self.session.post(f"{self.url}/dialogs", data=body, headers=JSON) as reply:
            return reply.status == 200 and await reply.json() == {}
