"""What the stories of the automatic rules share: who talks in a public channel, who animates in the moderation room."""

import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from commands.moderation.rules import RuleName
from commands.moderation.rules.handlers import engine
from storage.moderation import Case, Report, Rule, RuleHit
from storage.people import Role
from tests.helping import plain
from tests.house import House, hears, until, until_async
from tests.keeping import channel_of
from tests.people import Person, Post

_RUNS = itertools.count()


@dataclass
class Watch:
    """``lea`` and ``paul`` talk in the public ``place``, ``ana`` animates, in the ``room``."""

    house: House
    lea: Person
    paul: Person
    ana: Person
    place: str
    room: str
    before: int = 0
    """The number of the last case that was there when the story began."""

    async def tunes(self, line: str) -> Post:
        """An animatrice tunes a rule; the bot looks by it from now on."""
        told = await self.ana.asks(f"/moderer regle {line}")
        name, mode = line.split(maxsplit=2)[:2]
        if mode in {"proposer", "agir", "non"}:
            is_on = mode != "non"
            await until(lambda: (RuleName(name) in engine.read_tunings_in(self.place)) is is_on)
        return told

    async def is_off(self) -> None:
        """No rule looks at anything."""
        await self.ana.asks("/moderer regle mots non")
        await until(lambda: not engine.read_tunings_in(self.place))

    async def cases(self, author: Person | None = None) -> Sequence[Case]:
        """All of this story (about somebody), oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = (await db.exec(select(Case).order_by(col(Case.id)))).all()
        new = [case for case in found if case.number > self.before]
        return [case for case in new if author is None or case.author_id == author.id]

    async def case(self, post: Post) -> Case:
        """The one that began with a message, once it is there."""

        async def stands() -> Case | None:
            return next((case for case in await self.cases() if case.post_id == post.id), None)

        found = await until_async(stands)
        await self.house.settled()
        return found

    async def hits(self) -> Sequence[RuleHit]:
        """What rules found."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(RuleHit).order_by(col(RuleHit.at)))).all()

    async def is_idle(self) -> None:
        """Wait until the bot has done all that follows from what it heard."""
        await until_async(lambda: hears(self.house.bot, set(), {self.place}))
        await self.house.settled()

    async def said(self, containing: str) -> Post:
        """What the bot says in the room, once it says that: the newest."""

        async def stands() -> Post | None:
            posts = [p for p in await self.ana.reads(self.room) if p.user_id == self.house.site.bot_id]
            return next((post for post in reversed(posts) if containing in plain(post)), None)

        return await until_async(stands)

    async def runs(self, job: str) -> None:
        """A job is due; all that follows from it is done."""
        await self.house.bot.runs.run(("job", job), f"essai-{next(_RUNS)}")
        await self.house.settled()

    async def waits(self, delay: timedelta) -> None:
        """Time goes on."""
        self.house.clock.goes_to(self.house.clock() + delay)


@pytest.fixture
async def watch(house: House) -> AsyncIterator[Watch]:
    """One where every rule is off, and nothing was found."""
    lea, paul = await house.conseiller("lea"), await house.conseiller("paul")
    ana = await house.someone(Role.ANIMATEUR, "ana")
    place, room = await channel_of(house, ana, "ressourcerie", "O"), await channel_of(house, ana, "moderation", "P")
    for person in (lea, paul):
        await house.site.admin.post(f"/channels/{place}/members", {"user_id": person.id})
    async with house.bot.database.transaction() as db:
        for table in (Rule, RuleHit, Report):
            await db.execute(delete(table))
    await until_async(lambda: hears(house.bot, set(), {place}))
    watch = Watch(house, lea, paul, ana, place, room)
    watch.before = max((case.number for case in await watch.cases()), default=0)
    await watch.is_off()
    yield watch
    house.clock.is_right_again()
    async with house.bot.database.transaction() as db:
        await db.execute(delete(Rule))
    await watch.is_off()
