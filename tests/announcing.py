"""What the tests of announcements share: the channels they go to, and what stands there."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import select

from bot import logs
from bot.app import App
from bot.clock import utc_now
from commands import annonce, travaux
from config import canaux as planned_canaux
from config.settings import Settings
from config.territories import DEPARTEMENTS
from storage import canaux
from storage.annonce import Announcement, AnnouncementState
from storage.database import Database
from storage.outbox import count_by_state
from storage.people import Role
from tests.channelling import TABLE, room
from tests.databases import address
from tests.house import LOG, House
from tests.operating import operate
from tests.people import Api, Dialog, Person, Post, Refused, unique
from tests.room import Room
from tests.workplace import FIRST, Workplace

__all__ = ["room"]


RHONE, ISERE = ("rhone", "69 - Rhône"), ("isere", "38 - Isère")
CONFIRM = ["Envoyer", "Modifier", "Annuler"]
SENT = ["Corriger", "Retirer"]
MANY = [code for code in DEPARTEMENTS if code.isdigit() and code < "26"]
"""Départements enough for two batches."""


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


@pytest.fixture
async def agathe(house: House) -> Person:
    """Animatrice."""
    return await house.someone(Role.ANIMATEUR, "agathe")


async def coordinateur(house: House, *departements: str) -> Person:
    """Somebody who coordinates these."""
    omar = await house.site.person("omar")
    await house.registers(omar, Role.COORDINATEUR, departements=list(departements))
    return omar


async def confirmed(house: House, person: Person, preview: Post) -> Post:
    """The message that tells how far it is, at its end."""
    await person.clicks(preview, "Envoyer")
    end = await person.rewritten(await person.told("Annonce"), "terminé")
    await house.settled()
    return end


async def withdraws(person: Person, card: Post) -> None:
    """« Retirer », and yes."""
    await person.clicks(card, "Retirer")
    asked = await person.rewritten(card, "Retirer cette annonce")
    assert asked.buttons == ["Retirer", "Non, la laisser"]
    await person.clicks(asked, "Retirer")


async def seen(person: Person, words: str) -> Post:
    """The card of the announcement with these words, chosen from the list."""
    shown = await person.asks("/annonce liste")
    if "Voir" in shown.buttons:
        form = await person.opens_by(shown, "Voir")
        chosen = next(value for value, text in form.options("chosen").items() if words in text)
        assert (await form.fill(chosen=chosen).submit()).accepted
    else:
        await person.clicks(shown, next(label for label in shown.buttons if words in label))
    return await person.told(words)


async def all_noted(house: House) -> bool:
    """Whether the bot has written down that all it said has arrived."""
    async with house.bot.database.transaction(writes=False) as db:
        return (await count_by_state(db))["waiting"] == 0


async def many(house: House) -> list[str]:
    """Their channels."""
    planned = planned_canaux.read()
    return [await canal(house, p.address, p.name) for code in MANY if (p := planned[f"departement:{code}"])]


async def some_stand(house: House, channels: list[str], words: str) -> bool:
    return any(await stands(house, *channels[:3], containing=words))


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
            await canaux.remember_channel(db, key, channel_id, utc_now())
        await database.close()

    async def changes(self, state: AnnouncementState) -> None:
        """From now on all announcements stand so."""
        database = Database(self.url)
        async with database.transaction() as db:
            await db.exec(update(Announcement).values(state=state))
        await database.close()

    async def states(self) -> list[AnnouncementState]:
        """How each stands."""
        database = Database(self.url)
        async with database.transaction(writes=False) as db:
            found = [row.state for row in (await db.exec(select(Announcement))).all()]
        await database.close()
        return found

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
        logs.configure("INFO", LOG)  # as « main » does; else what is logged stands among what is printed
        words = ("--to", to, "--text", str(self.file(text)), "--json", *options)
        code = await operate(self.settings(**settings), "announce", *words)
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return code, found


@pytest.fixture(params=["sqlite"])
async def fair(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Fair]:
    (tmp_path / "canaux.tsv").write_text("\n".join("\t".join(row) for row in TABLE), "utf-8")
    async with address(request, tmp_path) as url:
        yield Fair(room, url, tmp_path)
