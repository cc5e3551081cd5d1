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

from bot.app import App
from bot.context import Context
from bot.features import Feature
from bot.replies import Button, Direct, Parcel, Replies, SendFile
from bot.work.leases import WorkLease
from storage.people import Role
from storage.work import Work
from tests.databases import address
from tests.house import until_async
from tests.people import Person, Post
from tests.room import Room, a_room
from tests.workplace import FIRST, Workplace

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
        self.feature.command("montrer", help="Exporter ici")(self.show)
        self.feature.command("bonjour", help="Saluer")(self.greet)
        self.feature.file(Export, name="ordering.Export", roles={Role.CONSEILLER})(self.export)

    async def ask(self, ctx: Context, _: str) -> Replies:
        return SendFile(user_id=ctx.user.id, order=self.order, waiting=self.waiting)

    async def show(self, ctx: Context, topic: str) -> Replies:
        """The same in the channel, for all."""
        return SendFile(user_id=ctx.user.id, order=self.order, channel_id=ctx.channel_id or "", topic=topic)

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
class Office(Workplace):
    """A workplace whose bots send files."""

    shop: Shop = field(default_factory=Shop)

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

    async def loses_her_role(self, app: App) -> None:
        """Juliette is a guest from now on."""
        await self.registers(app, self.room.juliette, Role.INVITE)

    async def asks(self, app: App, person: Person | None = None, **order: Any) -> None:
        """Somebody, or Juliette, asks for files."""
        self.shop.order = Export(**order)
        answer = await self.runs_command(app, "export", person=person)
        assert not answer, answer

    async def order(self, app: App) -> Work:
        """The only order."""
        (found,) = await self.works(app)
        return found

    async def settled(self, app: App) -> list[Post]:
        """What the bot told Juliette, once nothing waits any more."""

        async def done() -> bool:
            return not await self.waits(app)

        await until_async(done)
        return await self.told()

    async def told(self) -> list[Post]:
        """The bot’s direct messages as they stand, oldest first."""
        return await self.room.juliette.direct()

    async def crashes(self, app: App) -> None:
        """The bot’s makers end in the middle, and give nothing back."""
        with patch.object(WorkLease, "give_back", _nothing):
            await app.makers.stop()


async def _nothing(_: WorkLease) -> None: ...


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


def arrived_once(told: list[Post], count: int = 1) -> bool:
    """Whether there is one message that waited and one with the files."""
    return [(p.message, len(p.file_ids)) for p in told] == [(READY, 0), (HERE, count)]


@pytest.fixture(params=["11.2", "5.37"])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with a_room(request.param) as room:
        yield room


@pytest.fixture(params=["sqlite", "postgresql"])
async def office(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Office]:
    async with address(request, tmp_path) as url:
        yield Office(room, url, tmp_path)
