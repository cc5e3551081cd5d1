"""Bots in tests with a feature that does long work in steps or sends files, and troubles on the way."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pydantic import BaseModel

from bot import retries
from bot.actions import AddMembers
from bot.app import App, serve
from bot.clock import utc_now
from bot.context import Context, ReadingContext
from bot.features import Feature
from bot.replies import Button, Direct, Parcel, Progress, Replies, Say, SendFile, Start, Step
from bot.work.workers import WorkLease
from cli.demo.stage import free_port
from commands import FEATURES, controls
from config.settings import Settings, read
from storage import claims
from storage.people import Role
from storage.work import Work
from tests.modes import MODES, NEWEST
from tests.people import Person, Post
from tests.support.house import wait_for
from tests.support.workplace import Workplace, make_room, make_workplace

LEASE, STEP = "COUNTING_LEASE_S", "COUNTING_STEP_S"
"""The variables that say how long a lease of these bots is, and a step of one that counts takes, in seconds."""
JOBS, AT = "RINGING_JOBS", "RINGING_AT"
"""Those that say which jobs come, by their names with commas between, and the instant at which it begins."""
RINGS_EVERY = 0.2
COUNTER = "from tests.support.work import serve_counter; serve_counter()"
"""The program of a bot in a process of its own that counts slowly, to be killed in the middle."""
RINGER = "from tests.support.work import serve_ringer; serve_ringer()"
"""That of one whose jobs come again and again at an hour that a story sets, to be killed between."""


def serve_counter() -> None:
    """Serve by the settings of the environment until it is told to stop, or killed."""
    shorten_leases()
    feature, step = WorkFeature(), float(os.environ.get(STEP, "0.02"))
    feature.trouble = lambda: asyncio.sleep(step)
    asyncio.run(serve(read(), [feature.feature, controls.travaux]))


def serve_ringer() -> None:
    """Serve by the settings of the environment until it is killed."""
    shorten_leases()
    asyncio.run(_ring())


def shorten_leases() -> None:
    """Have what a killed bot held be free soon: whatever module has taken how long leases last takes a shorter time."""
    longer, shorter = claims.LEASE, timedelta(seconds=float(os.environ.get(LEASE, "3")))
    for module in [*filter(None, sys.modules.values())]:
        if module.__dict__.get("LEASE") is longer:
            module.__dict__["LEASE"] = shorter
    retries.RENEWED_EVERY, retries.LOOK_ANYWAY = shorter / 4, shorter.total_seconds()


async def _ring() -> None:
    """Have the jobs come, each time as if it were another hour of the clock."""
    ahead, jobs = datetime.fromisoformat(os.environ[AT]) - utc_now(), os.environ[JOBS].split(",")
    app = App(read(), FEATURES, lambda: utc_now() + ahead, first=RINGS_EVERY)
    app.jobs.missed_max = timedelta()
    await app.start()
    for number in count():
        for job in jobs:
            await app.runs.run(("job", job), f"{os.getpid()}-{number}")
        await asyncio.sleep(RINGS_EVERY)


TITLE, UNIT = "Remplissage des canaux", ("canal", "canaux")


class Fill(BaseModel):
    """Work: bring somebody into all these channels, one in each step."""

    channels: list[str]
    person: str


class Write(BaseModel):
    """Work: write to all these people, so many in each step."""

    people: list[str]
    page: int = 2


class Count(BaseModel):
    """Work: take so many steps; each is noted in the database and, if there is a channel, said there."""

    steps: int
    channel: str = ""


@dataclass
class WorkFeature:
    """The feature: what it is to begin next, what troubles it meets, and what happens at an early end."""

    payload: BaseModel = field(default_factory=lambda: Count(steps=3))
    told_in: str | None = None
    quiet: bool = False
    said: str = "commence dans un instant."
    is_night: bool = False
    seen: list[tuple[Context, Progress]] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    ends: list[tuple[BaseModel, Progress]] = field(default_factory=list)
    beyond: int = 0
    sorrow: Callable[[], Awaitable[None]] | None = None
    trouble: Callable[[], Awaitable[None]] | None = None
    feature: Feature = field(default_factory=lambda: Feature("essai"))

    def __post_init__(self) -> None:
        self.feature.command("commence", help="Commencer", writes=True)(self.begin)
        self.feature.command("bonjour", help="Saluer")(self.greet)
        self.feature.job("hour=4", name="essai.nightly")(self.nightly)
        self.feature.work(Fill, name="support.Fill", title=TITLE, unit=UNIT)(self.fill)
        self.feature.work(
            Write, name="support.Write", title="Envoi", unit=("personne", "personnes"), roles={Role.CONSEILLER}
        )(self.write)
        self.feature.work(Count, name="support.Count", title="Comptage", writes=True)(self.count)
        self.feature.stopped(Count, name="support.Count")(self.mourn)

    async def begin(self, _: Context, __: str) -> Replies:
        return Start(payload=self.payload, told_in=self.told_in, quiet=self.quiet, said=self.said)

    async def greet(self, ctx: Context, text: str) -> Replies:
        return Direct(text, user_id=ctx.user.id)

    async def nightly(self, ctx: Context) -> Replies:
        return Start(payload=self.payload, told_in=self.told_in) if self.is_night else None

    async def fill(self, ctx: ReadingContext, asked: Fill, so_far: Progress) -> Step:
        await self._pass(ctx, so_far)
        at = so_far.cursor or 0
        channel = await ctx.chat.channel(asked.channels[at])
        done, total = at + 1, len(asked.channels)
        added = AddMembers(channel.id, [asked.person])
        return Step(replies=[added], cursor=done, done=done, total=total, finished=done == total)

    async def write(self, ctx: Context, asked: Write, so_far: Progress) -> Step:
        await self._pass(ctx, so_far)
        done = so_far.done + asked.page
        people, total = asked.people[so_far.done : done], len(asked.people)
        said = [Direct(f"Bonjour {so_far.done + i}", user_id=person) for i, person in enumerate(people)]
        return Step(replies=said, cursor={"after": done}, done=min(done, total), total=total, finished=done >= total)

    async def count(self, ctx: Context, asked: Count, so_far: Progress) -> Step:
        await self._pass(ctx, so_far)
        step = so_far.cursor or 0
        is_first = await claims.claim(ctx.db, "essai", f"pas {step}", ctx.now)
        if not is_first:
            self.twice.append(step)
        words = f"pas {step}" if is_first else f"pas {step} encore"
        said = [Say(words, channel_id=asked.channel)] if asked.channel else []
        finished = step + 1 == asked.steps
        return Step(replies=said, cursor=step + 1, done=step + 1, total=asked.steps, finished=finished)

    async def mourn(self, ctx: Context, asked: Count, so_far: Progress) -> Step:
        self.ends.append((asked, so_far))
        await claims.claim(ctx.db, "essai fini", "fin", ctx.now)
        if self.sorrow:
            await self.sorrow()
        said = [Say(f"arrêté à {so_far.done}", channel_id=asked.channel)] if asked.channel and self.beyond else []
        return Step(replies=said, done=so_far.done + self.beyond, total=so_far.total)

    async def _pass(self, ctx: Context, so_far: Progress) -> None:
        self.seen.append((ctx, so_far))
        if self.trouble:
            await self.trouble()


@dataclass
class WorkerWorkplace(Workplace):
    """A workplace whose bots do long work."""

    gang: WorkFeature = field(default_factory=WorkFeature)

    def features(self) -> Sequence[Feature]:
        return [self.gang.feature, controls.travaux]

    async def gets_ready(self, app: App) -> None:
        await self.registers(app, self.juliette)

    def settings(self, **others: Any) -> Settings:
        port = free_port()
        own = {"port": port, "public_url": f"http://127.0.0.1:{port}"}
        return super().settings(**own | others)

    async def begins(
        self, app: App, payload: BaseModel, person: Person | None = None, *, told_in: str | None = None
    ) -> None:
        """Begin some work as somebody, by default Juliette."""
        self.gang.payload, self.gang.told_in = payload, told_in
        assert not await self.runs_command(app, "commence", person=person)

    async def work(self, app: App) -> Work:
        """Read the only piece of work."""
        (found,) = await self.works(app)
        return found

    async def settled(self, app: App) -> Sequence[Work]:
        """Wait until nothing waits any more, and return all work."""

        async def done() -> bool:
            return not await self.waits(app)

        await wait_for(done)
        return await self.works(app)

    async def steps_done(self, app: App) -> int:
        """Count the steps of a ``Count`` that the database has."""
        async with app.database.transaction(writes=False) as db:
            return len(await claims.list_taken(db, "essai", [f"pas {step}" for step in range(200)]))

    async def crashes(self, app: App) -> None:
        """Crash the bot’s workers: they end in the middle, and give no lease back."""
        with patch.object(WorkLease, "give_back", _keep_lease):
            await app.workers.stop()


async def _keep_lease(_: WorkLease) -> None: ...


@dataclass
class StepPause:
    """A pause that holds up the nth step until it ends."""

    nth: int = 1
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> None:
        self.nth -= 1
        if self.nth == 0:
            self.reached.set()
            await self.over.wait()


every_server = pytest.mark.parametrize(
    ("room", "worker_workplace"), [*((mode, "sqlite") for mode in MODES), (NEWEST, "postgresql")], indirect=True
)
"""On every generation of servers, and with both databases."""
both_databases = pytest.mark.parametrize(
    ("room", "worker_workplace"), [(NEWEST, "sqlite"), (NEWEST, "postgresql")], indirect=True
)
"""On the newest, with both databases: for what Mattermost has no part in."""


room = make_room("11.2", "5.37")
worker_workplace = make_workplace(WorkerWorkplace)


WAITING, READY, HERE = "Préparation de votre export…", "Votre export est prêt.", "Voici votre export."
Trouble = Callable[[], Awaitable[None]]


class Export(BaseModel):
    """An order of so many files."""

    count: int = 1
    size: int = 10


class Again(BaseModel):
    """The payload of the button under the files."""


@dataclass
class FileFeature:
    """The feature: what it made for whom, and what troubles it meets."""

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
        self.feature.file(Export, name="support.Export", roles={Role.CONSEILLER})(self.export)

    async def ask(self, ctx: Context, _: str) -> Replies:
        return SendFile(user_id=ctx.user.id, order=self.order, waiting=self.waiting)

    async def show(self, ctx: Context, topic: str) -> Replies:
        """Show the files in the channel, to everybody."""
        return SendFile(user_id=ctx.user.id, order=self.order, channel_id=ctx.channel_id or "", topic=topic)

    async def greet(self, ctx: Context, text: str) -> Replies:
        return Direct(text, user_id=ctx.user.id)

    async def export(self, ctx: Context, order: Export, folder: Path) -> Parcel:
        self.made.append(ctx)
        self.folders.append(folder)
        if self.trouble:
            await self.trouble()
        paths = [folder / name_file(n) for n in range(order.count)]
        for path in paths:
            path.write_bytes(b"x" * order.size)
        return Parcel(HERE, [Button("Encore", Again())], files=paths, facts=[("Période", "septembre")], done=READY)


def name_file(number: int) -> str:
    """Name a file."""
    return f'Été "{number}" à Saint-Étienne.csv'


@dataclass
class FileWorkplace(Workplace):
    """A workplace whose bots send files."""

    shop: FileFeature = field(default_factory=FileFeature)

    def features(self) -> Sequence[Feature]:
        return [self.shop.feature]

    async def gets_ready(self, app: App) -> None:
        await self.registers(app, self.juliette)

    async def loses_her_role(self, app: App) -> None:
        """Make Juliette a guest from now on."""
        await self.registers(app, self.room.juliette, Role.INVITE)

    async def asks(self, app: App, person: Person | None = None, **order: Any) -> None:
        """Ask for files as somebody, by default Juliette."""
        self.shop.order = Export(**order)
        answer = await self.runs_command(app, "export", person=person)
        assert not answer, answer

    async def order(self, app: App) -> Work:
        """Read the only order."""
        (found,) = await self.works(app)
        return found

    async def settled(self, app: App) -> list[Post]:
        """Wait until nothing waits any more, and return what the bot told Juliette."""

        async def done() -> bool:
            return not await self.waits(app)

        await wait_for(done)
        return await self.told()

    async def told(self) -> list[Post]:
        """List the bot’s direct messages as they are now, oldest first."""
        return await self.room.juliette.direct()

    async def crashes(self, app: App) -> None:
        """Crash the bot’s makers of files: they end in the middle, and give no lease back."""
        with patch.object(WorkLease, "give_back", _keep_lease):
            await app.makers.stop()


@dataclass
class Pause:
    """A pause that holds up whoever reaches it until it ends, and nobody afterwards."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, *_: Any, **__: Any) -> None:
        self.reached.set()
        await self.over.wait()


def run_before(app: App, call: str, trouble: Trouble) -> None:
    """Run something each time before the bot makes a call."""
    _wrap_call(app, call, trouble, None)


def run_after(app: App, call: str, trouble: Trouble) -> None:
    """Run something each time after a call was answered, before the bot knows."""
    _wrap_call(app, call, None, trouble)


def _wrap_call(app: App, call: str, first: Trouble | None, last: Trouble | None) -> None:
    made = getattr(app.chat, call)

    async def wrapped(*args: Any) -> Any:
        if first:
            await first()
        answer = await made(*args)
        if last:
            await last()
        return answer

    setattr(app.chat, call, wrapped)


def has_arrived_once(told: list[Post], count: int = 1) -> bool:
    """Tell whether there is one waiting message and one with the files."""
    return [(p.message, len(p.file_ids)) for p in told] == [(READY, 0), (HERE, count)]


file_workplace = make_workplace(FileWorkplace, "sqlite", "postgresql")
