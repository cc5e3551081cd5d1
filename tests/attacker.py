"""Somebody with bad intentions, who reaches the bot’s port and knows how Mattermost speaks to it."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.links import Links
from tests.house import House
from tests.people import Dialog, Person


class Attacker:
    """Somebody who reaches the bot’s port and knows how Mattermost speaks to it."""

    def __init__(self, house: House, person: Person) -> None:
        self.house = house
        self.person = person
        self.session = person.api.session

    def at(self, port: int) -> "Attacker":
        """The same at another port of this machine."""
        settings = self.house.settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
        return Attacker(replace(self.house, settings=settings), self.person)

    def command(self, **changes: str) -> dict[str, str]:
        """A slash command as Mattermost sends it."""
        fields = {
            "token": self.house.settings.command_token.get_secret_value(),
            "team_id": self.house.site.team_id,
            "channel_id": self.house.site.square,
            "user_id": self.person.id,
            "user_name": self.person.username,
            "command": "/cra",
            "text": "liste",
            "trigger_id": "t",
            "response_url": f"{self.house.site.url}/hooks/commands/{'h' * 26}",
        }
        return fields | changes

    def submission(self, form: Dialog, **changes: Any) -> dict[str, Any]:
        """A filled dialog as Mattermost sends it."""
        body = {
            "type": "dialog_submission",
            "callback_id": form.callback_id,
            "state": form.state,
            "user_id": self.person.id,
            "channel_id": self.house.site.square,
            "team_id": self.house.site.team_id,
            "submission": form.person.client.sent(form.elements, form.values),
            "cancelled": False,
        }
        return body | changes

    def click(self, link: object, **changes: Any) -> dict[str, Any]:
        """A click as Mattermost sends it."""
        body = {
            "user_id": self.person.id,
            "user_name": self.person.username,
            "channel_id": self.house.site.square,
            "post_id": "p" * 26,
            "trigger_id": "t",
            "type": "button",
            "context": {"link": link},
        }
        return body | changes

    async def sends(self, path: str, body: object, **options: Any) -> tuple[int, Any]:
        """POST JSON; the status and what came back."""
        return await self.calls("POST", path, json=body, **options)

    async def sends_form(self, fields: Mapping[str, str]) -> tuple[int, Any]:
        """POST a form to /commands."""
        return await self.calls("POST", "/commands", data=fields)

    async def sends_raw(self, path: str, data: bytes, content_type: str) -> tuple[int, Any]:
        """POST bytes."""
        return await self.calls("POST", path, data=io.BytesIO(data), headers={"Content-Type": content_type})

    async def calls(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        async with self.session.request(method, f"{self.house.settings.public_url}{path}", **options) as reply:
            return reply.status, await _body(reply)


async def _body(reply: ClientResponse) -> Any:
    text = await reply.text()
    return json.loads(text) if text else {}


@pytest.fixture
async def mallory(house: House) -> Attacker:
    """A conseiller like any other, with bad intentions."""
    return Attacker(house, await house.conseiller("mallory"))


def links(house: House) -> Links:
    """The seals of the bot itself."""
    return Links(house.settings.secrets)
