"""What the stories of events share: features that write down what they hear, on an embedded server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from bot.app import App
from bot.clock import utc_now
from bot.context import Context, Request
from bot.events import (
    Archived,
    Converted,
    Deleted,
    DirectMessage,
    Edited,
    Event,
    JoinedChannel,
    JoinedTeam,
    LeftChannel,
    LeftTeam,
    Posted,
    Reacted,
    Renamed,
    Restored,
    RoleChanged,
    Unreacted,
    WatchedPlaces,
)
from bot.features import Feature
from bot.replies import Replies, Whisper
from bot.websocket.queue import CURSOR
from config.settings import Settings
from storage.claims import ReadCursor
from storage.database import Database
from tests.databases import KINDS, address
from tests.house import hears, until_async
from tests.modes import MODES
from tests.people import unique
from tests.room import Room, a_room
from tests.workplace import FIRST, Workplace

KINDS_OF_EVENTS: Sequence[type[Event]] = (
    DirectMessage, Posted, Edited, Deleted, Reacted, Unreacted, JoinedTeam, LeftTeam, RoleChanged,
    JoinedChannel, LeftChannel, Renamed, Archived, Restored, Converted,
)  # fmt: skip
_TABLES = MetaData()
HEARD = Table(
    "heard",
    _TABLES,
    Column("n", Integer, primary_key=True),
    Column("who", String(20)),
    Column("what", String(200)),
)
Trouble = Callable[[Event], Awaitable[None]]


@dataclass
class Listener:
    """A feature that hears everything where it listens; ``calls`` is what it was called with, and may have undone."""

    name: str
    watched: WatchedPlaces = field(default_factory=WatchedPlaces)
    trouble: Trouble | None = None
    calls: list[Event] = field(default_factory=list)
    feature: Feature = field(init=False)

    def __post_init__(self) -> None:
        self.feature = Feature(self.name)
        for kind in KINDS_OF_EVENTS:
            self.feature.event(kind, name=f"{self.name}.hear.{kind.__name__}")(self.hear)
        self.feature.watches(self.where)
        self.feature.command(self.name, help="Écouter ailleurs", writes=True)(self.listen)

    async def where(self, _: Any, __: Settings) -> WatchedPlaces:
        return self.watched

    async def listen(self, ctx: Context, line: str) -> Replies:
        """« canal canal =canal team »: listen there from now on; of « =canal » not who comes and goes."""
        words = frozenset(line.split())
        crowded = frozenset(word for word in words if word.startswith("="))
        self.watched = WatchedPlaces(
            words - crowded - {"team"}, "team" in words, frozenset(word[1:] for word in crowded)
        )
        return Whisper(f"J’écoute {len(words)} lieux.")

    async def hear(self, ctx: Context, event: Event) -> Replies:
        self.calls.append(event)
        await ctx.db.execute(insert(HEARD).values(who=self.name, what=describe(event)))
        if self.trouble:
            await self.trouble(event)
        return None


def describe(event: Event) -> str:
    """« Posted bonjour », « Reacted ok », « JoinedTeam <id> », …"""
    tells = ("text", "emoji", "is_private", "display_name", "user_id")
    said = next((str(getattr(event, name)) for name in tells if hasattr(event, name)), "")
    if isinstance(event, RoleChanged):
        said = f"{said} {event.is_team_admin}"
    return f"{type(event).__name__} {said}".strip()


@dataclass
class Hall(Workplace):
    """A workplace of bots with two listeners."""

    database: Database
    one: Listener = field(default_factory=lambda: Listener("un"))
    two: Listener = field(default_factory=lambda: Listener("deux"))

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """One run; it ends as SIGTERM ends it, unless it is ended before."""
        app = App(self.settings(), [self.one.feature, self.two.feature], first=FIRST)
        await app.start()
        await until_async(lambda: self.ready(app))
        try:
            yield app
        finally:
            await app.stop()

    async def ready(self, app: App) -> bool:
        """Whether it hears where somebody listens."""
        wanted = self.one.watched | self.two.watched
        return await hears(app, wanted.places, wanted.crowded)

    async def listens(self, app: App, listener: Listener, *places: str) -> None:
        """A listener listens there from now on."""
        await app.dispatcher.run(Request("command", listener.name, self.juliette.id), " ".join(places))
        await until_async(lambda: self.ready(app))

    async def heard(self, listener: Listener, *, all_of: int = 0) -> list[str]:
        """What one heard, in order, once it is at least so many things."""
        found: list[str] = []

        async def read() -> bool:
            async with self.database.transaction(writes=False) as db:
                rows = await db.execute(select(HEARD.c.what).where(HEARD.c.who == listener.name).order_by(HEARD.c.n))
                found[:] = rows.scalars()
            return len(found) >= all_of

        await until_async(read)
        return found

    async def settled(self, app: App) -> None:
        """Wait until everything so far was told: a message that comes after it has been heard."""
        mark = unique("marque")
        await self.room.says(mark)
        await until_async(lambda: self._was_heard(f"DirectMessage {mark}"))
        await until_async(lambda: self.ready(app))

    async def _was_heard(self, what: str) -> bool:
        return what in await self.heard(self.one) and what in await self.heard(self.two)

    async def told(self, app: App, listener: Listener) -> list[str]:
        """What one heard, once all was told; without the marks."""
        await self.settled(app)
        return [what for what in await self.heard(listener) if not what.startswith("DirectMessage marque")]

    async def goes_back(self, by: timedelta = timedelta(hours=1)) -> None:
        """What was handled in the last hour is read again by the next run."""
        async with self.database.transaction() as db:
            await db.merge(ReadCursor(name=CURSOR, at=utc_now() - by))


class Pause:
    """Holds up whoever hears something, until it is over."""

    def __init__(self, kind: type[Event]) -> None:
        self.reached = asyncio.Event()
        self.over = asyncio.Event()
        self._kind = kind

    async def __call__(self, event: Event) -> None:
        if isinstance(event, self._kind):
            self.reached.set()
            await self.over.wait()


@pytest.fixture(params=MODES)
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with a_room(request.param) as room:
        yield room


@pytest.fixture(params=KINDS)
async def hall(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Hall]:
    async with address(request, tmp_path) as url:
        database = Database(url)
        async with database.engine.begin() as connection:
            await connection.run_sync(_TABLES.create_all)
        yield Hall(room, url, tmp_path, database)
        await database.close()
