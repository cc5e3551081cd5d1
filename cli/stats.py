"""« coop-bot stats » and « export stats »: exact figures of a person or a territory, told or in a file."""

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french.periods import Period
from bot.french.words import NBSP, group, say_minutes
from bot.mattermost import Mattermost
from bot.papers import FigureSection, LabelledValue
from bot.texts import typeset
from cli.checks import open_client
from cli.command import Call
from cli.environment import begin_reading, open_up_to_date
from cli.errors import OperatorError
from commands.stats.conseiller import NOTES, find_full_name, make_own_page, read_own_figures
from commands.stats.papers import Page, Workbook, make_territory_page, write_paper
from commands.stats.queries import (
    OwnQuery,
    Presentation,
    make_chart_sections,
    make_evolution,
    make_general,
    make_suites,
    make_temps,
    make_territory_sections,
)
from config.settings import Settings
from config.territories import NATION, Departement, Territory, TerritoryKind
from config.time import PARIS
from storage import people
from storage.cra import Suite
from storage.people import Person
from storage.stats import Figures, Percent, share, shares
from storage.stats.figures import iterate_own_rows, read_exact_figures, read_own


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose figures: one person’s of the register, else a territory’s."""

    person: Person | None = None
    territory: Territory = NATION

    @property
    def title(self) -> str:
        """The user name, or the territory’s."""
        return self.person.username if self.person else self.territory.name

    async def figures(self, db: AsyncSession, start: date, end: date) -> Figures:
        """What was done in [start, end[; exactly."""
        if self.person:
            return await read_own(db, self.person.id, start, end)
        return await read_exact_figures(db, self.territory, start, end)


@dataclass(frozen=True, slots=True)
class Question:
    """Whose figures, of which days, with which percents."""

    user: str | None
    departement: Departement | None
    region: str | None
    national: bool
    start: date
    end: date
    percent: str


async def tell(call: Call, as_json: bool, **question: Any) -> int:
    """Write the figures asked for on the standard output."""
    asked = Question(**question)
    start, end = interval(asked)
    percent = Percent(asked.percent)
    async with open_up_to_date(call.settings) as database, begin_reading(database) as db:
        subject = await subject_of(db, asked)
        figures = await subject.figures(db, start, end)
    if as_json:
        print(json.dumps(as_object(figures, percent), ensure_ascii=False))
    else:
        print("\n".join(_lines(subject.title, Period(start, end), Presentation(figures, percent))))
    return 0


def as_object(f: Figures, percent: Percent) -> dict[str, Any]:
    """The figures as docs/wire.md describes them."""
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


def _lines(title: str, period: Period, told: Presentation) -> Iterator[str]:
    """The same as on the page, section by section; what is zero is left out of the long ones."""
    yield typeset(f"Statistiques : {title}, {period.label}")
    key_figures, goes_on = make_general(told), make_suites(told)
    sections = (*make_chart_sections(told), make_temps(told), make_evolution(told.figures.mois))
    for section in (key_figures, goes_on, *(FigureSection(s.key, s.title, s.unit, s.filled) for s in sections)):
        if section.lines:
            yield from ("", typeset(f"{section.title} :"))
            yield from (typeset(f"  {_line(section, line)}") for line in section.lines)


def _line(section: FigureSection, line: LabelledValue) -> str:
    value = line.value or 0
    said = say_minutes(value) if section.unit == "minutes" else group(value, least=1_000)
    percent = "" if line.percent is None else f" ({line.percent}{NBSP}%)"
    if section.key in ("general", "suites"):
        return f"{said} {line.label}{percent}"
    return f"{line.label} : {said}{percent}"


EXACT = "Chiffres exacts, sortis par l’exploitant : à ne diffuser qu’avec précaution."
STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class _PageContext:
    """What a page is made with."""

    user: Person
    db: AsyncSession
    today: date


async def export_stats(call: Call, kind: str, output: Path, **question: Any) -> int:
    """Write the file asked for, and say where it is."""
    asked, settings, now = Question(**question), call.settings, call.clock()
    start, end = interval(asked)
    days = OwnQuery(start=start, end=end, percent=Percent(asked.percent))
    with tempfile.TemporaryDirectory(prefix="coop-stats-") as folder:
        async with open_up_to_date(settings) as database, begin_reading(database) as db:
            subject = await subject_of(db, asked)
            page = await _page(settings, db, subject, days, now)
            path = Path(folder) / page.file(kind)
            await _write(db, subject, days, page, path)
        _hand_over(path, output)
    return 0


async def _page(settings: Settings, db: AsyncSession, subject: Subject, days: OwnQuery, now: datetime) -> Page:
    """A person’s own page is the chat’s to the letter."""
    if person := subject.person:
        reader = _PageContext(person, db, now.astimezone(person.zone).date())
        return await make_own_page(reader, days, await read_own_figures(reader, days), await _name(settings, person))
    told = Presentation(await subject.figures(db, days.start, days.end), days.percent)
    today = now.astimezone(PARIS).date()
    period = Period(days.start, days.end)
    page = make_territory_page(
        subject.title, period, today, make_territory_sections(told), [NOTES[days.percent], EXACT]
    )
    return replace(page, last=max(min(period.last, today), days.start))


async def _name(settings: Settings, person: Person) -> str:
    """As the account says it; the user name where Mattermost can’t be asked."""
    token = settings.bot_token.get_secret_value()
    if not token:
        return person.username
    async with open_client(settings.mattermost_url, token) as client:
        return await find_full_name(Mattermost(client, settings.team), person)


async def _write(db: AsyncSession, subject: Subject, days: OwnQuery, page: Page, path: Path) -> None:
    if path.suffix != ".xlsx":
        await asyncio.to_thread(write_paper, page, path)
        return
    with Workbook(page, path, raw=subject.person is not None) as book:
        if subject.person:
            async for rows in iterate_own_rows(db, subject.person.id, days.start, days.end):
                book.add(rows)


def _hand_over(path: Path, output: Path) -> None:
    """Put the finished file where it is wanted; what was there under its name is replaced."""
    if output == STDOUT:
        sys.stdout.buffer.write(path.read_bytes())
        return
    target = output / path.name if output.is_dir() else output
    try:
        shutil.copyfile(path, target)
    except OSError as error:
        raise OperatorError(f"Le fichier {target} ne peut pas être écrit ({error.strerror}).") from None
    print(f"Écrit : {target}")


_FAR = date(9000, 1, 1)
"""After every compte rendu, and with room for a day more."""


async def subject_of(db: AsyncSession, asked: Question) -> Subject:
    """The subject that the question names; raises OperatorError for a person who is not in the register."""
    if asked.user is not None:
        username = asked.user.removeprefix("@").lower()
        person = await people.by_username(db, username)
        if person is None:
            raise OperatorError(f"Personne ne s’appelle « {username} » dans le registre.")
        return Subject(person)
    if asked.departement:
        return Subject(territory=Territory(TerritoryKind.DEPARTEMENT, asked.departement.code))
    return Subject(territory=Territory(TerritoryKind.REGION, asked.region) if asked.region else NATION)


def interval(asked: Question) -> tuple[date, date]:
    """The days from --from to --to, which is included, as a half-open interval; raises OperatorError if backwards."""
    if asked.start > asked.end:
        raise OperatorError("--from : ce jour est après celui de --to.", code=2)
    return min(asked.start, _FAR), min(asked.end, _FAR) + timedelta(days=1)
