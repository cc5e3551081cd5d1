"""What the tests of announcements share: the channels they go to, and what stands there."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from bot.app import App
from bot.clock import utc_now
from cli.annonce.command import announce
from cli.main import parser
from commands import annonce, travaux
from config.settings import Settings
from storage import canaux
from storage.database import Database
from tests.channelling import TABLE, room
from tests.databases import address
from tests.house import LOG, House
from tests.people import Api, Dialog, Person, Post, Refused, unique
from tests.room import Room
from tests.workplace import FIRST, Workplace

__all__ = ["room"]


async def made(admin: Api, team_id: str, bot_id: str, name: str, title: str) -> str:
    """The id of the team’s channel of that name, made at need, with the bot in it."""
    try:
        found = await admin.get(f"/teams/{team_id}/channels/name/{name}")
    except Refused:
        body = {"team_id": team_id, "name": name, "display_name": title, "type": "P"}
        found = await admin.post("/channels", body)
    await admin.post(f"/channels/{found['id']}/members", {"user_id": bot_id})
    return str(found["id"])


async def said_in(admin: Api, bot_id: str, channel_id: str) -> list[Post]:
    """What the bot says there now, oldest first."""
    found = await admin.get(f"/channels/{channel_id}/posts?per_page=200")
    posts = [Post.read(found["posts"][i]) for i in reversed(found["order"])]
    return [post for post in posts if post.user_id == bot_id and not post.type]


async def canal(house: House, name: str, title: str) -> str:
    """A channel of the house’s team, which all stories share."""
    return await made(house.site.admin, house.site.team_id, house.site.bot_id, name, title)


async def stands(house: House, *channels: str, containing: str) -> list[list[str]]:
    """What stands in each channel with these words in it."""
    found = [await said_in(house.site.admin, house.site.bot_id, channel) for channel in channels]
    return [[post.message for post in posts if containing in post.message] for posts in found]


async def previewed(person: Person, **filled: Any) -> Post:
    """The preview of an announcement that is written like that."""
    form = await person.opens("/annonce")
    return await sent(person, form, **filled)


async def sent(person: Person, form: Dialog, **filled: Any) -> Post:
    """The preview that comes of a window."""
    answer = await form.fill(**filled).submit()
    assert answer.accepted, answer
    return await person.told(str(filled["texte"]).partition("@")[0].strip()[:20])


def plain(text: str) -> str:
    """With plain spaces."""
    return text.replace("\u00a0", " ")


@dataclass
class Fair(Workplace):
    """A workplace where the operator announces, with or without a bot at work."""

    def settings(self, **others: Any) -> Settings:
        return super().settings(**{"channels": self.folder / "canaux.tsv", "work_calls": 1000} | others)

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """One at work."""
        logs.configure("INFO", LOG)
        app = App(self.settings(), [annonce.feature, travaux.feature], first=FIRST)
        await app.start()
        try:
            yield app
        finally:
            await app.stop()

    async def channels(self) -> dict[str, str]:
        """Those of both départements, by address."""
        site = self.room.site
        names = {"rhone": "69 - Rhône", "isere": "38 - Isère"}
        return {name: await made(site.admin, site.team_id, self.room.bot_id, name, names[name]) for name in names}

    async def remembers(self, key: str, channel_id: str) -> None:
        """From now on that channel is the planned one, whatever it is called."""
        database = Database(self.url)
        async with database.transaction() as db:
            await canaux.remember(db, key, channel_id, utc_now())
        await database.close()

    async def texts(self, channel_id: str) -> list[str]:
        """What stands in a channel."""
        return [post.message for post in await said_in(self.room.site.admin, self.room.bot_id, channel_id)]

    def file(self, text: str) -> Path:
        """A file with these words."""
        path = self.folder / f"{unique('texte')}.md"
        path.write_text(text, "utf-8")
        return path

    async def announces(
        self, to: str, text: str, *options: str, capsys: pytest.CaptureFixture[str], **settings: Any
    ) -> tuple[int, dict[str, Any]]:
        """How the command ends, and what it says."""
        asked = ["announce", "--to", to, "--text", str(self.file(text)), "--json", *options]
        code = await announce(self.settings(**settings), parser().parse_args(asked), utc_now)
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return code, found


@pytest.fixture(params=["sqlite"])
async def fair(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Fair]:
    (tmp_path / "canaux.tsv").write_text("\n".join("\t".join(row) for row in TABLE), "utf-8")
    async with address(request, tmp_path) as url:
        yield Fair(room, url, tmp_path)
