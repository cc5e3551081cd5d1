"""What the tests of files share: a bot whose one feature sends files, on an embedded server, and troubles on demand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pydantic import BaseModel
from sqlmodel import col, select

from bot.app import App
from bot.clock import utc_now
from bot.context import Context, Request
from bot.features import Feature
from bot.replies import Button, Direct, Parcel, Replies, SendFile
from bot.work.held import Held
from config.settings import Settings
from storage import outbox as table
from storage import work
from storage.outbox import Outgoing
from storage.people import Person as Registered
from storage.people import Role
from storage.work import Sort, Work
from tests.databases import address
from tests.house import until_async
from tests.people import Person, Post
from tests.room import Room, a_room

FIRST = 0.02
WAITING, READY, HERE = "Préparation de votre export…", "Votre export est prêt.", "Voici votre export."
Trouble = Callable[[], Awaitable[None]]


class Export(BaseModel):
    """So many files."""

    count: int = 1
    size: int = 10


class Again(BaseModel):
    """What the button under the files carries."""


@dataclass
class Shop:
    """The feature: what it made for whom, and what befalls it on the way."""

    waiting: str = WAITING
    order: Export = field(default_factory=Export)
    made: list[Context] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    trouble: Trouble | None = None
    feature: Feature = field(default_factory=lambda: Feature("essai"))

    def __post_init__(self) -> None:
        self.feature.command("export", help="Exporter")(self.ask)
        self.feature.command("bonjour", help="Saluer")(self.greet)
        self.feature.file(Export, roles={Role.CONSEILLER})(self.export)

    async def ask(self, ctx: Context, _: str) -> Replies:
        return SendFile(user_id=ctx.user.id, order=self.order, waiting=self.waiting)

    async def greet(self, ctx: Context, text: str) -> Replies:
        return Direct(text, user_id=ctx.user.id)

    async def export(self, ctx: Context, order: Export, folder: Path) -> Parcel:
        self.made.append(ctx)
        self.folders.append(folder)
        if self.trouble:
            await self.trouble()
        paths = [folder / name_of(n) for n in range(order.count)]
        for path in paths:
            path.write_bytes(b"x" * order.size)
        return Parcel(HERE, [Button("Encore", Again())], files=paths, facts=[("Période", "septembre")], done=READY)


def name_of(number: int) -> str:
    """What the files are called."""
    return f'Été "{number}" à Saint-Étienne.csv'


@dataclass
class Office:
    """A room with a database, where one bot after another, or two together, are at work."""

    room: Room
    url: str
    folder: Path
    shop: Shop = field(default_factory=Shop)
    runs: int = 0

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """One run; it ends as SIGTERM ends it, unless it is ended before."""
        app = App(self.settings(), [self.shop.feature], first=FIRST)
        await app.start()
        await self.registers(app, self.room.juliette)
        try:
            yield app
        finally:
            await app.stop()

    def settings(self) -> Settings:
        self.runs += 1
        return Settings.model_validate({
            "mattermost_url": self.room.server.url,
            "team": self.room.site.team,
            "bot_token": self.room.token,
            "command_token": "c" * 26,
            "secret": "secret",
            "host": "127.0.0.1",
            "port": 0,
            "database_url": self.url,
            "data_dir": self.folder / str(self.runs),
        })  # fmt: skip

    async def registers(self, app: App, person: Person, role: Role = Role.CONSEILLER) -> None:
        """Somebody has that role from now on."""
        async with app.database.transaction() as db:
            await db.merge(Registered(id=person.id, username=person.username, role=role, since=utc_now()))

    async def loses_her_role(self, app: App) -> None:
        """Juliette is a guest from now on."""
        await self.registers(app, self.room.juliette, Role.INVITE)

    async def asks(self, app: App, person: Person | None = None, **order: Any) -> None:
        """Somebody, or Juliette, asks for files."""
        self.shop.order = Export(**order)
        await self.runs_command(app, "export", person=person)

    async def runs_command(self, app: App, name: str, rest: str = "", *, person: Person | None = None) -> None:
        """Somebody, or Juliette, types a command."""
        person = person or self.room.juliette
        person.acts()
        answer = await app.dispatcher.run(Request("command", name, person.id), rest)
        assert not answer, answer

    async def rows(self, app: App) -> list[Outgoing]:
        """The outbox, oldest first."""
        async with app.database.transaction(writes=False) as db:
            found = await db.exec(select(Outgoing).order_by(col(Outgoing.created_at), col(Outgoing.id)))
            return list(found.all())

    async def works(self, app: App) -> list[Work]:
        """All work, oldest first."""
        async with app.database.transaction(writes=False) as db:
            return list((await db.exec(select(Work).order_by(col(Work.created_at), col(Work.id)))).all())

    async def order(self, app: App) -> Work:
        """The only order."""
        (found,) = await self.works(app)
        return found

    async def settled(self, app: App) -> list[Post]:
        """What the bot told Juliette, once nothing waits any more."""

        async def done() -> bool:
            # Work first: what it says last is written down with its end.
            waits = [row.not_before for row in await self.works(app)] + [row.not_before for row in await self.rows(app)]
            return not any(waits)

        await until_async(done)
        return await self.told()

    async def told(self) -> list[Post]:
        """The bot’s direct messages as they stand, oldest first."""
        return await self.room.juliette.direct()

    async def leases_end(self, app: App) -> None:
        """Let the time of the leases pass."""
        async with app.database.transaction() as db:
            await table.release_all(db, utc_now())
            for sort in Sort:
                await work.release_all(db, utc_now(), sort)
        app.makers.look()
        app.workers.look()
        app.outbox.look()

    async def crashes(self, app: App) -> None:
        """The bot’s makers end in the middle, and give nothing back."""
        with patch.object(Held, "give_back", _nothing):
            await app.makers.stop()


async def _nothing(_: Held) -> None: ...


@dataclass
class Pause:
    """Holds up whoever comes by, until it is over; then nobody any more."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, *_: Any, **__: Any) -> None:
        self.reached.set()
        await self.over.wait()


def before(app: App, call: str, trouble: Trouble) -> None:
    """Something happens each time before the bot makes that call."""
    _around(app, call, trouble, None)


def after(app: App, call: str, trouble: Trouble) -> None:
    """Something happens each time after that call was answered, and before the bot knows."""
    _around(app, call, None, trouble)


def _around(app: App, call: str, first: Trouble | None, last: Trouble | None) -> None:
    made = getattr(app.chat, call)

    async def wrapped(*args: Any) -> Any:
        if first:
            await first()
        answer = await made(*args)
        if last:
            await last()
        return answer

    setattr(app.chat, call, wrapped)


@pytest.fixture(params=["11.2", "5.37"])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with a_room(request.param) as room:
        room.site.bot_id = room.bot_id
        yield room


@pytest.fixture(params=["sqlite", "postgresql"])
async def office(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Office]:
    async with address(request, tmp_path) as url:
        yield Office(room, url, tmp_path)
