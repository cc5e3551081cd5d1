"""Measure (b), continued: what each layer of an accepted CRA costs the bot’s process, in processor time.

Steps that go one further each are run in turn, in this process; the difference of two is what the later one adds.
What the database server does meanwhile is not counted, nor HTTP.
"""

import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from bot.capabilities import of_version
from bot.clock import utc_now
from bot.forms import Clues
from bot.links import Links
from bot.renderers import MessageRenderer
from commands.cra.cards import draw_standing_card
from dialogs.cra import NewCra
from storage import outbox, people
from storage.cra import Report, Source, queries
from storage.cra.queries import Filing
from storage.database import Database
from storage.outbox import Outgoing, TargetKind
from storage.people import Person
from tests.bench.client import WORKSHOP
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.bench.stub import VERSION, user_id

AT_ONCE = 40
"""How often a step is run before its neighbour has its turn."""

Step = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Work:
    """The steps of a CRA, each with those before it."""

    database: Database
    author: Person
    report: Report
    content: dict[str, Any]

    async def person(self, number: int) -> None:
        async with self.database.transaction() as db:
            await people.get(db, user_id(number))

    async def stored(self, number: int) -> None:
        async with self.database.transaction() as db:
            await people.get(db, self.author.id)
            await queries.file_report(db, self.author, self.report, _how())

    async def told(self, number: int) -> None:
        async with self.database.transaction() as db:
            await people.get(db, self.author.id)
            filed = await queries.file_report(db, self.author, self.report, _how())
            await outbox.add(db, [self._message(filed.number)])

    def _message(self, number: int) -> Outgoing:
        return Outgoing(
            id=secrets.token_hex(13),
            where=TargetKind.PERSON,
            target=self.author.id,
            content=self.content,
            topic=f"cra:{number}",
            created_at=utc_now(),
        )


async def measure(plan: Plan, stores: Stores) -> list[Figure]:
    """Measure each layer, in milliseconds of processor time."""
    database = Database(stores.bot)
    async with database.transaction(writes=False) as db:
        author = await people.get(db, user_id(0))
    assert author
    parse, draw = _words(author)
    work = _Work(database, author, parse(0).report(), draw(0))
    steps: Sequence[Step] = (_awaited(parse), _awaited(draw), work.person, work.stored, work.told)
    took = await _median_of_each(plan.rounds, steps)
    await database.close()
    parsed, drawn, person, stored, told = took
    layers = {
        "lire la fenêtre": parsed,
        "reçu, boutons signés": drawn,
        "ouvrir, personne, valider": person,
        "compte rendu et son mois": stored - person,
        "message du reçu": told - stored,
    }
    layers["en tout, sans HTTP"] = parsed + drawn + told
    return [
        Figure(f"(b) processeur d’un CRA, {stores.name} : {n}", ms(seconds), "", "") for n, seconds in layers.items()
    ]


def _how() -> Filing:
    return Filing(secrets.token_urlsafe(16), Source.DIALOG, utc_now())


def _words(author: Person) -> tuple[Callable[[int], NewCra], Callable[[int], dict[str, Any]]]:
    """Make the functions that read a submission and draw its receipt."""
    today, capabilities = date(2026, 11, 24), of_version(VERSION)
    assert capabilities
    clues, raw = Clues(author, today, capabilities), {**WORKSHOP, "date": today.isoformat()}
    cards, report = MessageRenderer(Links(["s" * 40]), "http://127.0.0.1:8066"), NewCra.parse(raw, {}, clues).report()

    def draw(number: int) -> dict[str, Any]:
        return cards.content(draw_standing_card(number, report, "enregistré"))

    return lambda _: NewCra.parse(raw, {}, clues), draw


def _awaited(work: Callable[[int], object]) -> Step:
    async def step(number: int) -> object:
        return work(number)

    return step


async def _median_of_each(rounds: int, steps: Sequence[Step]) -> list[float]:
    """Measure the processor seconds of each step, as a median; the first round warms up."""
    took: list[list[float]] = []
    for _ in range(rounds + 1):
        took.append([await _once(step) for step in steps])
    return [median(column) for column in zip(*took[1:], strict=True)]


async def _once(step: Step) -> float:
    begun = time.process_time()
    for number in range(AT_ONCE):
        await step(number)
    return (time.process_time() - begun) / AT_ONCE
