"""What somebody waits for begins at once, whatever else runs; a chore's steps are short, however slow the outside."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import pytest
from pydantic import BaseModel

from bot.actions import React
from bot.app import App
from bot.context import Context
from bot.features import Feature
from bot.replies import Progress, Replies, Say, Start, Step
from bot.tasks import BackgroundFetches, NotFetchedYetError
from storage.work import WorkState
from tests.support.house import wait_for, wait_until
from tests.support.workplace import Workplace, make_room, make_workplace

pytestmark = pytest.mark.postgres_too


class Hide(BaseModel):
    """Somebody waits for it."""

    post: str


class Tell(BaseModel):
    """Something goes to many; it takes its time."""

    number: int


class Look(BaseModel):
    """A chore, which asks something outside."""

    number: int


@dataclass
class Yard(Workplace):
    """A bot with all classes of work, whose outside answers when the story says so."""

    begun: list[BaseModel] = field(default_factory=list)
    put_off: int = 0
    asked: int = 0
    answer: asyncio.Event = field(default_factory=asyncio.Event)
    feature: Feature = field(default_factory=lambda: Feature("essai"))
    wanted: list[BaseModel] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.feature.command("commence", help="Commencer", writes=True)(self.begin)
        self.feature.urgent_work(Hide, name="test_work_classes.Hide", title="Masquer", writes=True)(self.hide)
        self.feature.work(Tell, name="test_work_classes.Tell", title="Dire", writes=True)(self.tell)
        self.feature.chore(Look, name="test_work_classes.Look", title="Regarder", writes=True)(self.look)

    def features(self) -> Sequence[Feature]:
        return [self.feature]

    async def gets_ready(self, app: App) -> None:
        await self.registers(app, self.juliette)

    async def begin(self, _: Context, __: str) -> Replies:
        return [Start(payload=each, quiet=True) for each in self.wanted]

    async def hide(self, _: Context, asked: Hide, __: Progress) -> Step:
        self.begun.append(asked)
        return Step(replies=[React(asked.post, "tada")], finished=True)

    async def tell(self, _: Context, asked: Tell, __: Progress) -> Step:
        self.begun.append(asked)
        await self.answer.wait()
        return Step(finished=True)

    async def look(self, ctx: Context, asked: Look, _: Progress) -> Step:
        try:
            await ctx.errands.fetch(f"essai {asked.number}", self.outside)
        except NotFetchedYetError:
            self.put_off += 1
            raise
        self.begun.append(asked)
        return Step(finished=True)

    async def outside(self) -> None:
        self.asked += 1
        await self.answer.wait()

    async def starts(self, app: App, *wanted: BaseModel) -> None:
        """Somebody has the bot begin that."""
        self.wanted = list(wanted)
        await self.runs_command(app, "commence")

    async def run(self, story: Callable[[App], Awaitable[None]]) -> None:
        """Tell a story with one run of the bot."""
        async with self.bot() as app:
            await story(app)


room = make_room("11.2")
worker_workplace = make_workplace(Yard, "sqlite", "postgresql")


async def test_what_somebody_waits_for_begins_while_all_else_is_busy(worker_workplace: Yard) -> None:
    here = await worker_workplace.salon()
    post = await worker_workplace.juliette.says("Bravo", here)

    async def story(app: App) -> None:
        await worker_workplace.starts(app, *(Look(number=n) for n in range(5)), *(Tell(number=n) for n in range(6)))
        await wait_until(lambda: len(worker_workplace.begun) == 4)
        await worker_workplace.starts(app, Hide(post=post.id))
        await wait_for(partial(has_emoji, worker_workplace, post.id))
        await wait_until(lambda: worker_workplace.put_off > 0)  # a chore’s step ends, though it was not answered
        worker_workplace.answer.set()
        await wait_for(partial(all_done, worker_workplace, app))
        assert worker_workplace.asked == 5, "each errand is begun once"
        assert len({repr(each) for each in worker_workplace.begun}) == 12

    await worker_workplace.run(story)


async def test_two_steps_that_want_the_same_get_it_by_one_errand() -> None:
    """Two pieces of work of one job, whose hours are the same."""
    errands, answer, asked = BackgroundFetches(), asyncio.Event(), list[int]()

    async def outside() -> int:
        asked.append(1)
        await answer.wait()
        return 7

    both = [asyncio.create_task(errands.fetch("essai", outside)) for _ in range(2)]
    await wait_until(lambda: bool(asked))
    answer.set()
    assert (await asyncio.gather(*both), len(asked)) == ([7, 7], 1)
    assert await errands.fetch("essai", outside) == 7
    assert len(asked) == 2, "what was brought is asked for anew later"


async def has_emoji(worker_workplace: Yard, post_id: str) -> bool:
    return bool(await worker_workplace.juliette.api.get(f"/posts/{post_id}/reactions"))


async def all_done(worker_workplace: Yard, app: App) -> bool:
    return all(work.state is WorkState.DONE for work in await worker_workplace.works(app))


async def test_what_goes_to_few_leaves_with_what_answers_people(worker_workplace: Yard) -> None:
    here = await worker_workplace.salon()

    async def say(_: Context, __: Look, ___: Progress) -> Step:
        return Step(replies=[Say("À peu", channel_id=here)], total=1, done=1, finished=True)

    worker_workplace.feature.triggers = [each for each in worker_workplace.feature.triggers if each.payload is not Look]
    worker_workplace.feature.work(Look, name="test_work_classes.Look", title="Dire à peu")(say)

    async def story(app: App) -> None:
        await worker_workplace.starts(app, Look(number=1))
        await wait_for(partial(all_done, worker_workplace, app))
        assert [row.crowd for row in await worker_workplace.rows(app)] == [False]

    await worker_workplace.run(story)
