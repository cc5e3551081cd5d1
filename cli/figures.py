"""« coop-bot stats »: exact figures of a person or a territory, told; without the bot, where a program asks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french import Period
from cli.command import Call
from cli.environment import open_to_read
from cli.people.lookup import find_person
from cli.usage import load
from config.territories import NATION, Departement, Territory, TerritoryKind
from storage.cra import Suite
from storage.people import Person
from storage.stats import Figures, Percent, read_exact_figures, read_own, share, shares


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of the statistics: a person of the register, or a territory."""

    person: Person | None = None
    territory: Territory = NATION

    @property
    def title(self) -> str:
        """The user name, or the territory’s name."""
        return self.person.username if self.person else self.territory.name

    async def figures(self, db: AsyncSession, start: date, end: date) -> Figures:
        """Read the exact statistics of [start, end[."""
        if self.person:
            return await read_own(db, self.person.id, start, end)
        return await read_exact_figures(db, self.territory, start, end)


@dataclass(frozen=True, slots=True)
class FiguresQuestion:
    """The subject, days and rule of percentages that were typed."""

    user: str | None
    departement: Departement | None
    region: str | None
    national: bool
    start: date
    end: date
    percent: str


async def tell(call: Call, as_json: bool, **question: Any) -> None:
    """Print the statistics."""
    asked = FiguresQuestion(**question)
    start, end = interval(asked)
    percent = Percent(asked.percent)
    async with open_to_read(call.settings) as db:
        subject = await subject_of(db, asked)
        figures = await subject.figures(db, start, end)
    if as_json:
        print(json.dumps(as_object(figures, percent), ensure_ascii=False))
    else:
        print("\n".join(load("cli.stats:write_lines")(subject.title, Period(start, end), figures, percent)))


def as_object(f: Figures, percent: Percent) -> dict[str, Any]:
    """Describe statistics as in docs/wire.md."""
    return {
        "personnes": f.personnes,
        "accompagnements": f.accompagnements,
        "ateliers": f.ateliers,
        "participants": f.participants,
        "individuels": f.individuels,
        "ponctuelles": f.ponctuelles,
        "poursuivis": {
            "total": f.poursuivis,
            "pourcent": share(f.poursuivis, f.personnes, percent),
            **{suite.value: f.suites[suite] for suite in Suite},
        },
        "nouveaux": f.nouveaux,
        "minutes": f.temps,
        "themes": dict(f.themes),
        "canaux": _by_value(f.canaux),
        "durees": _by_value(f.durees),
        "ages": _part(f.ages, f.personnes, percent),
        "statuts": _part(f.statuts, f.personnes, percent),
        "mois": {f"{month:%Y-%m}": n for month, n in sorted(f.mois.items())},
    }


def _by_value(counts: Mapping[Any, int]) -> dict[str, int]:
    return {code.value: n for code, n in counts.items()}


def _part(counts: Mapping[Any, int], whole: int, percent: Percent) -> dict[str, dict[str, int]]:
    percents = shares(counts, whole, percent)
    return {code.value: {"n": n, "pourcent": percents[code]} for code, n in counts.items()}


_FAR = date(9000, 1, 1)
"""A day after every compte rendu, to which a day can still be added."""


async def subject_of(db: AsyncSession, asked: FiguresQuestion) -> Subject:
    """Find the subject. Raises OperatorError for a person who is not in the register."""
    if asked.user is not None:
        return Subject(await find_person(db, asked.user))
    if asked.departement:
        return Subject(territory=Territory(TerritoryKind.DEPARTEMENT, asked.departement.code))
    return Subject(territory=Territory(TerritoryKind.REGION, asked.region) if asked.region else NATION)


def interval(asked: FiguresQuestion) -> tuple[date, date]:
    """Return the typed days (the last one included) as a half-open interval."""
    return min(asked.start, _FAR), min(asked.end, _FAR) + timedelta(days=1)
