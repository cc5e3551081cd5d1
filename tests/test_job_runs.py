"""Jobs at work: once for all replicas, in each zone, in nobody’s name, without keeping a writer waiting; and what
« coop-bot jobs » tells of them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.app import App
from bot.clock import utc_now
from bot.context import Context
from bot.errors import ChatError
from bot.features import Feature, Key
from bot.replies import Direct, Replies
from cli.jobs import show
from commands import FEATURES
from storage import claims, people
from storage.people import Person as Registered
from storage.people import Role
from tests.people import Person, unique
from tests.support.cra import file_workshop
from tests.support.house import House, wait_until

pytestmark = pytest.mark.postgres_too

NEWS = "Il est huit heures chez vous."
TIDY: Key = ("job", "menage.tidy")


@dataclass
class Morning:
    """A feature with a job that reads, one that writes and one that fails as often as told."""

    person: Person
    feature: Feature = field(default_factory=lambda: Feature(unique("essai")))
    seen: list[Context] = field(default_factory=list)
    begun: bool = False
    failures: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.over.set()
        self.feature.job("hour=8 minute=0", name=self.greets[1], local=True)(self.greet)
        self.feature.job("hour=9 minute=0", name=self.changes[1], writes=True)(self.change)

    @property
    def greets(self) -> Key:
        return ("job", f"{self.feature.name}.greet")

    @property
    def changes(self) -> Key:
        return ("job", f"{self.feature.name}.change")

    async def greet(self, ctx: Context) -> Replies:
        """Who is read, slowly, is told."""
        self.seen.append(ctx)
        found = await people.get(ctx.db, self.person.id)
        self.reached.set()
        await self.over.wait()
        assert found is not None
        return Direct(NEWS, user_id=found.id) if self.begun and found.zone == ctx.zone else None

    async def change(self, ctx: Context) -> Replies:
        """Something is written, then it may fail."""
        self.seen.append(ctx)
        await claims.claim(ctx.db, self.feature.name, "written", ctx.now)
        if self.failures:
            self.failures -= 1
            raise ChatError(503)
        return None


@asynccontextmanager
async def at_work(house: House, morning: Morning, count: int = 1) -> AsyncIterator[list[App]]:
    """So many bots with that feature beside the house’s, their clock’s jobs stopped: the story is the clock."""
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(house.replica(features=[morning.feature])) for _ in range(count)]
        for bot in bots:
            await wait_until(lambda bot=bot: bot.jobs.is_idle)  # type: ignore[misc]
            await bot.jobs.stop()
        morning.seen.clear()
        morning.begun = True  # what was made up for at the start is not the story’s
        yield bots


async def lives(house: House, person: Person, zone: str) -> None:
    """Somebody is in another zone from now on."""
    async with house.bot.database.transaction() as db:
        await db.merge(
            Registered(id=person.id, username=person.username, role=Role.CONSEILLER, timezone=zone, since=utc_now())
        )


async def told(house: House, person: Person) -> int:
    """How often the job spoke to somebody."""
    await house.settled()
    return len([post for post in await person.direct() if NEWS in post.text])


async def jobs(house: House, capsys: pytest.CaptureFixture[str], *features: Feature) -> dict[str, dict[str, Any]]:
    """What `coop-bot jobs --json` says, by name."""
    capsys.readouterr()
    assert await show(house.settings, house.clock(), features or FEATURES, as_json=True) == 0
    (line,) = capsys.readouterr().out.splitlines()
    return {job["name"]: job for job in json.loads(line)}


@pytest.mark.every_mode
async def test_a_local_job_speaks_once_to_who_is_there(house: House, juliette: Person) -> None:
    """Two replicas, each zone of the register, the same morning told again and again."""
    await lives(house, juliette, "Indian/Reunion")
    morning = Morning(juliette)
    async with at_work(house, morning, 2) as bots:
        zones = {zone.key: zone for zone in await bots[0].runs.zones()}
        assert {"Europe/Paris", "Indian/Reunion"} <= zones.keys()
        all_of_them = [(bot, key) for bot in [*bots, bots[0]] for key in zones]
        runs = [bot.runs.run(morning.greets, f"un matin@{key}", zones[key]) for bot, key in all_of_them]
        await asyncio.gather(*runs)
        assert await told(house, juliette) == 1
        await bots[1].runs.run(morning.greets, "le lendemain@Indian/Reunion", zones["Indian/Reunion"])
        assert await told(house, juliette) == 2


@pytest.mark.every_mode
async def test_a_job_acts_for_nobody(house: House, juliette: Person) -> None:
    """It has no role that a person could have, nor anybody’s name; it is where its time has come."""
    morning = Morning(juliette)
    async with at_work(house, morning) as (bot,):
        await bot.runs.run(morning.greets, unique("matin"), ZoneInfo("Pacific/Noumea"))
        await bot.runs.run(morning.changes, unique("matin"))
    there, here = morning.seen
    for ctx in morning.seen:
        assert (ctx.user.id, ctx.user.username, ctx.user.role) == ("", "", None)
    assert (there.zone.key, here.zone.key) == ("Pacific/Noumea", "Europe/Paris")
    assert there.today == there.now.astimezone(ZoneInfo("Pacific/Noumea")).date()


async def test_nobody_waits_for_a_job_that_reads(house: House, juliette: Person) -> None:
    """It is in the middle of its work; a report is filed meanwhile, and what it read is said afterwards."""
    morning = Morning(juliette)
    async with at_work(house, morning) as (bot,):
        morning.over.clear()
        reading = asyncio.create_task(bot.runs.run(morning.greets, unique("matin")))
        await asyncio.wait_for(morning.reached.wait(), 10)
        await file_workshop(juliette)
        assert not reading.done()
        morning.over.set()
        await reading
        assert await told(house, juliette) == 1


async def test_of_two_replicas_that_read_one_says_it(house: House, juliette: Person) -> None:
    morning = Morning(juliette)
    async with at_work(house, morning, 2) as bots:
        morning.over.clear()
        period = unique("matin")
        both = [asyncio.create_task(bot.runs.run(morning.greets, period)) for bot in bots]
        await wait_until(lambda: len(morning.seen) == 2)
        morning.over.set()
        await asyncio.gather(*both)
        assert await told(house, juliette) == 1
        await bots[0].runs.run(morning.greets, period)
        assert len(morning.seen) == 2, "it is not even read again"


async def test_what_a_failed_job_wrote_is_undone_and_it_may_run_again(
    house: House, juliette: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    morning, period = Morning(juliette), unique("matin")

    async def written(bot: App) -> bool:
        async with bot.database.transaction(writes=False) as db:
            return await claims.is_taken(db, morning.feature.name, "written")

    async with house.replica(features=[morning.feature]) as bot:
        await bot.jobs.stop()
        async with bot.database.transaction() as db:
            await claims.forget(db, utc_now() + timedelta(days=9))
        morning.failures = 1
        with pytest.raises(ChatError):
            await bot.runs.run(morning.changes, period)
        assert not await written(bot)
        told = await jobs(house, capsys, morning.feature)
        assert told[morning.changes[1]]["last_result"] == "failed"
        await bot.runs.run(morning.changes, period)
        assert await written(bot)
        done = (await jobs(house, capsys, morning.feature))[morning.changes[1]]
        assert done["last_result"] == "done"
        morning.failures = 9
        await bot.runs.run(morning.changes, period)
        assert (await jobs(house, capsys, morning.feature))[morning.changes[1]] == done, "it was done already"


@pytest.mark.every_mode
async def test_the_operator_sees_every_job(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    new = Feature(unique("essai"))

    @new.job("hour=5 minute=30", name=f"{new.name}.never_run")
    async def never_run(_: Context) -> Replies:
        return None

    now = house.clock()
    before = (await jobs(house, capsys, new))[f"{new.name}.never_run"]
    assert before.keys() == {"name", "next_run", "last_run", "last_result"}
    assert before["last_run"] is None
    assert before["last_result"] is None
    due = datetime.fromisoformat(before["next_run"])
    assert timedelta() < due - now <= timedelta(days=1, hours=1)
    assert (due.hour, due.minute, due.utcoffset()) == (5, 30, due.astimezone(ZoneInfo("Europe/Paris")).utcoffset())
    await house.bot.runs.run(TIDY, unique("nuit"))
    ran = (await jobs(house, capsys))[TIDY[1]]
    assert ran["last_result"] == "done"
    assert abs(datetime.fromisoformat(ran["last_run"]) - house.clock()) < timedelta(minutes=1)
    assert await show(house.settings, house.clock(), as_json=False) == 0
    (backup,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("Sauvegarde"))
    assert backup.split("  ")[0] == "Sauvegarde (aucune n’est programmée)"
    assert "faite" not in backup, "nothing was saved"
    on = house.settings.model_copy(update={"backup_at": 3})
    assert await show(on, house.clock(), as_json=False) == 0
    said = capsys.readouterr().out
    assert "Ménage de la nuit" in said
    assert "faite" in said


async def test_a_local_job_is_next_due_where_it_is_first(
    house: House, juliette: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    await lives(house, juliette, "Pacific/Auckland")
    house.clock.goes_to(datetime(2027, 6, 1, 12, 0, tzinfo=UTC))
    told = (await jobs(house, capsys))["stats.monthly"]
    assert told["next_run"] == "2027-06-01T22:00:00+02:00"


@pytest.mark.parametrize("zone", ["Indian/Reunion", "America/Martinique", "Pacific/Noumea"])
async def test_the_monthly_report_leaves_at_eight_on_the_first_where_one_is(house: House, zone: str) -> None:
    """The clock alone is the bot’s: whoever looks, at whatever hour, sends it once, and not before."""
    kim = await house.conseiller("kim", timezone=zone)
    await kim.asks("/stats rapport oui")
    await file_workshop(kim)
    await house.settled()
    worked = house.clock().astimezone(ZoneInfo(zone)).date()
    first = date(worked.year + worked.month // 12, worked.month % 12 + 1, 1)
    eight = datetime(first.year, first.month, 1, 8, tzinfo=ZoneInfo(zone))

    async def files() -> int:
        await house.settled()
        await wait_until(lambda: house.bot.jobs.is_idle and house.bot.makers.is_idle)
        await house.settled()
        return len([post for post in await kim.direct() if post.file_ids])

    for instant, count in ((eight - timedelta(minutes=1), 0), (eight, 1), (eight + timedelta(minutes=15), 1)):
        house.clock.goes_to(instant.astimezone(UTC))
        await house.bot.jobs.look(("job", "stats.monthly"))
        assert await files() == count, instant
