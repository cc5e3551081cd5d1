"""What the tests of « coop-bot digest » share: a channel for the news, what was collected, who publishes."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot import logs
from bot.app import App
from bot.clock import utc_now
from cli.actus import Standing
from commands import actus, travaux
from commands.actus import drafts, editions
from config.settings import Settings
from storage import canaux
from storage.actus import items
from storage.actus.digests import Digest
from storage.actus.items import Item, ItemKind, NewsSection
from storage.database import Database
from tests.announcing import made, said_in
from tests.databases import address
from tests.house import LOG
from tests.operating import operate
from tests.people import Post
from tests.room import Room
from tests.workplace import FIRST, Workplace

Capture = pytest.CaptureFixture[str]


@dataclass
class Press(Workplace):
    """A workplace where the operator publishes, with or without a bot at work."""

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """One at work."""
        logs.configure("INFO", LOG)
        app = App(self.settings(), [actus.feature, travaux.feature], first=FIRST)
        await app.start()
        try:
            yield app
        finally:
            await app.stop()

    async def place(self) -> str:
        """The channel in which the news come out, known to the bot."""
        site = self.room.site
        place = await made(site.admin, site.team_id, self.room.bot_id, "actualites", "Actualités")
        async with self.asks(writes=True) as db:
            await canaux.remember_channel(db, "actualites", place, utc_now())
        return place

    @asynccontextmanager
    async def asks(self, *, writes: bool = False) -> AsyncIterator[Any]:
        """The database, for a moment."""
        database = Database(self.url)
        async with database.transaction(writes=writes) as db:
            yield db
        await database.close()

    async def finds(self, *titles: str, **more: Any) -> None:
        """These are in the pool."""
        usual: dict[str, Any] = {
            "kind": ItemKind.FEED,
            "section": NewsSection.PRESS,
            "text": "Deux phrases.",
            "url": "https://e.fr/a",
        }
        at = utc_now() - timedelta(minutes=5)
        found = [Item(**(usual | {"key": items.make_words_key(t), "title": t, "found_at": at} | more)) for t in titles]
        async with self.asks(writes=True) as db:
            await items.add(db, found)

    async def shows(
        self, *options: str, capsys: Capture, edition: str = "vendredi", clock: Callable[[], datetime] = utc_now
    ) -> dict[str, Any]:
        """What « digest preview --json » says."""
        logs.configure("INFO", LOG)
        words = ("--edition", edition, "--json", *options)
        assert await operate(self.settings(), "digest", "preview", *words, clock=clock) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    async def begins(self, edition: str = "vendredi") -> int:
        """The draft of the coming number is there, as after « /actus brouillon »; its number."""
        async with self.asks(writes=True) as db:
            desk = Standing(db, self.settings(), utc_now())
            return (await drafts.open_coming(desk, (await editions.read_editions(desk))[edition])).number

    async def numbers(self) -> Sequence[int]:
        """Those that are taken."""
        async with self.asks() as db:
            return sorted((await db.exec(select(Digest.number))).all())

    async def publishes(self, number: int, *options: str, settings: Settings | None = None) -> int:
        """« digest publish »."""
        logs.configure("INFO", LOG)
        return await operate(settings or self.settings(), "digest", "publish", str(number), *options)

    async def out(self, place: str) -> list[Post]:
        """What stands in a channel."""
        return await said_in(self.room.site.admin, self.room.bot_id, place)

    async def digest(self, number: int) -> Digest:
        """As it is now."""
        async with self.asks() as db:
            found: Digest = (await db.exec(select(Digest).where(Digest.number == number))).one()
            return found


@pytest.fixture(params=["sqlite"])
async def press(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Press]:
    async with address(request, tmp_path) as url:
        yield Press(room, url, tmp_path)
