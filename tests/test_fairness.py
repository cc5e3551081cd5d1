"""One person’s crowd keeps nobody else waiting: neither commands nor buttons, nor files, nor messages."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlalchemy import func, text
from sqlmodel import select

from bot.app import App
from bot.context import Context, Request, TriggerKind
from bot.dispatch import ANSWERED_AT_ONCE, WAITING_PER_PERSON
from bot.forms import name_of
from bot.replies import Replies, SendFile, Whisper
from bot.spool import Submission
from bot.tasks import Turns
from bot.work import WORKS_PER_PERSON
from storage import work
from storage.work import Work, WorkSort
from tests.people import Person, unique
from tests.support.cra import file_workshop
from tests.support.house import House, wait_for, wait_until
from tests.support.work import HERE, WAITING, Again, Export, FileWorkplace, Pause, file_workplace, room

__all__ = ["file_workplace", "room"]


CROWD = 100


@dataclass
class Slow:
    """A command and a button that read, and keep their connection until it is enough."""

    enough: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[str] = field(default_factory=list)
    most: int = 0
    under_way: int = 0

    async def command(self, ctx: Context, number: str) -> Replies:
        await ctx.db.execute(text("SELECT 1"))
        self.begun.append(number)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.enough.wait()
        self.under_way -= 1
        return Whisper(f"réponse {number}")

    async def button(self, ctx: Context, _: Again) -> Replies:
        return await self.command(ctx, "bouton")


@pytest.fixture
def slow(file_workplace: FileWorkplace) -> Slow:
    slow = Slow()
    file_workplace.shop.feature.command("lent", help="Attendre")(slow.command)
    file_workplace.shop.feature.button(Again, writes=False)(slow.button)
    return slow


def crowd(app: App, person: Person, kind: TriggerKind) -> list[asyncio.Task[dict[str, object]]]:
    """A flood of requests of one person."""
    name = "lent" if kind == "command" else name_of(Again)
    return [
        asyncio.create_task(app.dispatcher.run(Request(kind, name, person.id), {} if kind == "button" else str(n)))
        for n in range(CROWD)
    ]


@pytest.mark.parametrize("kind", ["command", "button"])
async def test_a_crowd_of_requests_keeps_nobody_else_waiting(
    kind: TriggerKind, file_workplace: FileWorkplace, slow: Slow
) -> None:
    agathe = await file_workplace.room.site.person("agathe")
    async with file_workplace.bot() as app:
        flood = crowd(app, file_workplace.room.juliette, kind)
        await wait_until(lambda: len(slow.begun) == ANSWERED_AT_ONCE)
        await file_workplace.runs_command(app, "bonjour", "bonjour Agathe", person=agathe)
        await agathe.told("bonjour Agathe")
        assert len(slow.begun) == ANSWERED_AT_ONCE, "the crowd stands where it stood"
        slow.enough.set()
        answers = await asyncio.gather(*flood)
    assert slow.most == ANSWERED_AT_ONCE
    assert len(slow.begun) == ANSWERED_AT_ONCE + WAITING_PER_PERSON
    refused = [answer for answer in answers if "beaucoup de demandes en cours" in str(answer)]
    assert len(refused) == CROWD - ANSWERED_AT_ONCE - WAITING_PER_PERSON
    assert answers[-1] in refused


def dialogs(app: App, person: Person, how: str) -> list[Awaitable[dict[str, object]]]:
    """As many dialogs of one person: sent, sent too late, or closed."""
    sent = [Submission("cra.NewCra", unique("key"), person.id, {"commune": "Lyon"}, {}) for _ in range(CROWD)]
    if how == "late":
        return [app.dispatcher.keep_late(one) for one in sent]
    came = [Request("submit", one.form, person.id, key=one.key) for one in sent]
    if how == "closed":
        return [app.dispatcher.cancel(one) for one in came]
    return [app.dispatcher.run(request, one) for request, one in zip(came, sent, strict=True)]


@pytest.mark.parametrize("how", ["sent", "late", "closed"])
async def test_a_crowd_of_dialogs_takes_its_turn_too(how: str, file_workplace: FileWorkplace, slow: Slow) -> None:
    """While two requests of theirs are answered, twenty wait; somebody else is answered meanwhile."""
    agathe, juliette = await file_workplace.room.site.person("agathe"), file_workplace.room.juliette
    async with file_workplace.bot() as app:
        before = [app.dispatcher.run(Request("command", "lent", juliette.id), str(n)) for n in range(ANSWERED_AT_ONCE)]
        answered = asyncio.gather(*before)
        await wait_until(lambda: len(slow.begun) == ANSWERED_AT_ONCE)
        flood = asyncio.gather(*dialogs(app, juliette, how))
        await file_workplace.runs_command(app, "bonjour", "bonjour Agathe", person=agathe)
        await agathe.told("bonjour Agathe")
        slow.enough.set()
        await answered
        answers = await flood
    refused = [answer for answer in answers if "beaucoup de demandes en cours" in str(answer)]
    assert len(refused) == CROWD - WAITING_PER_PERSON
    assert answers[-1] in refused


async def test_two_crowds_leave_room_for_a_third_person(file_workplace: FileWorkplace, slow: Slow) -> None:
    amina, simon = [await file_workplace.room.site.person(name) for name in ("amina", "simon")]
    async with file_workplace.bot() as app:
        floods = crowd(app, file_workplace.room.juliette, "command") + crowd(app, amina, "command")
        await wait_until(lambda: len(slow.begun) == 2 * ANSWERED_AT_ONCE)
        asyncio.get_running_loop().call_later(0.2, slow.enough.set)
        await file_workplace.runs_command(app, "bonjour", "bonjour Simon", person=simon)
        await simon.told("bonjour Simon")
        await asyncio.gather(*floods)


async def test_turns_come_in_the_order_of_coming() -> None:
    turns, order = Turns(ANSWERED_AT_ONCE, WAITING_PER_PERSON), list[int]()

    async def come(number: int) -> None:
        async with turns.turn("qui"):
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(come(n) for n in range(ANSWERED_AT_ONCE + WAITING_PER_PERSON)))
    assert order == list(range(ANSWERED_AT_ONCE + WAITING_PER_PERSON))


async def test_nothing_is_kept_of_who_has_no_request_under_way() -> None:
    turns = Turns(ANSWERED_AT_ONCE, WAITING_PER_PERSON)
    for n in range(1000):
        async with turns.turn(str(n)):
            pass
    with pytest.raises(ValueError, match="oups"):
        async with turns.turn("qui"):
            raise ValueError("oups")
    waiting = [asyncio.create_task(_take_a_turn(turns)) for _ in range(5)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert len(turns) == 0


async def _take_a_turn(turns: Turns) -> None:
    async with turns.turn("qui"):
        await asyncio.Event().wait()


async def test_files_are_made_for_each_in_turn(file_workplace: FileWorkplace) -> None:
    """Two people order all they may; who comes then does not wait for the end of it."""
    pause, shop = Pause(), file_workplace.shop
    shop.trouble = pause
    juliette = file_workplace.room.juliette
    amina, simon = [await file_workplace.room.site.person(name) for name in ("amina", "simon")]
    async with file_workplace.bot() as app:
        await file_workplace.registers(app, amina)
        await file_workplace.registers(app, simon)
        for _ in range(WORKS_PER_PERSON):
            await file_workplace.asks(app, juliette)
            await file_workplace.asks(app, amina)
        await wait_until(lambda: len(shop.made) == 2)
        await file_workplace.asks(app, simon)
        await simon.told(WAITING)
        await wait_until(lambda: len(shop.made) == 3)
        pause.over.set()
        assert (await simon.told(HERE)).file_ids
        served = [ctx.user.id for ctx in shop.made]
        assert served[2] == simon.id, "while all theirs wait"
        assert set(served[:2]) == {juliette.id, amina.id}


async def test_one_file_too_many_is_refused_kindly_and_only_to_who_asks(file_workplace: FileWorkplace) -> None:
    juliette = file_workplace.room.juliette

    async def monthly(_: Context) -> Replies:
        return SendFile(user_id=juliette.id, order=Export())

    file_workplace.shop.feature.job("hour=4", name="essai.monthly")(monthly)
    async with file_workplace.bot() as app:
        await app.makers.stop()

        async def wait(count: int) -> None:
            async def so_many() -> bool:
                async with app.database.transaction(writes=False) as db:
                    return await work.count_waiting(db, juliette.id, WorkSort.FILE) == count

            await wait_for(so_many)

        await wait(1)  # the job makes up for the last time it was due
        for _ in range(WORKS_PER_PERSON - 1):
            await file_workplace.asks(app)
        answer = await app.dispatcher.run(Request("command", "export", juliette.id), "")
        assert f"déjà {WORKS_PER_PERSON} fichiers en préparation" in str(answer["text"]).replace("\u00a0", " ")
        await wait(WORKS_PER_PERSON)
        await app.runs.run(("job", "essai.monthly"), "une autre fois")
        await wait(WORKS_PER_PERSON + 1)
    async with file_workplace.bot() as app:
        await file_workplace.settled(app)
        await file_workplace.asks(app)
        await file_workplace.settled(app)
    assert len(file_workplace.shop.made) == WORKS_PER_PERSON + 2


@pytest.mark.both_databases
@pytest.mark.postgres_too
async def test_a_report_among_the_crowds_of_another_person(house: House, juliette: Person) -> None:
    """Commands, files and buttons at once; the other opens, has the receipt, and the file is made before hers are all
    made: none is until both have asked."""
    agathe = await house.conseiller("agathe")
    await house.bot.makers.stop()
    await file_workshop(juliette)
    figures = await juliette.asks("/stats")
    lines = [f"/stats exporter {format}" for format in ("pdf", "csv") for _ in range(15)] + ["/stats"] * 30
    flood = [asyncio.create_task(juliette.runs(line)) for line in lines]
    flood += [asyncio.create_task(juliette.clicks(figures, figures.buttons[0])) for _ in range(30)]
    receipt = await file_workshop(agathe)
    assert "enregistré" in receipt.text
    await asyncio.gather(*flood, return_exceptions=True)
    await agathe.runs("/stats exporter pdf")
    house.bot.makers.start()
    assert (await agathe.told("1 compte rendu")).file_ids
    await house.settled()
    assert await read_last_made(house, agathe) < await read_last_made(house, juliette)


async def read_last_made(house: House, person: Person) -> datetime:
    """Read when the last of somebody’s files was made."""
    async with house.bot.database.transaction(writes=False) as db:
        theirs = select(func.max(Work.updated_at)).where(Work.person == person.id, Work.sort == WorkSort.FILE)
        last = (await db.exec(theirs)).one()
    assert last
    return last
