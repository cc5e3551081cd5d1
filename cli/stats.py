"""« coop-bot export stats »: exact statistics of a person or territory as a file; and their wording for « stats »."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french import NBSP, Period, group, say_minutes
from bot.mattermost import Mattermost
from bot.papers import FigureSection, LabelledValue
from bot.texts import typeset
from cli.checks import open_client
from cli.command import Call
from cli.environment import open_to_read
from cli.errors import OperatorError
from cli.faults import place_fault
from cli.figures import FiguresQuestion, Subject, interval, subject_of
from commands.stats import queries
from commands.stats.conseiller import NOTES, find_full_name, make_own_page, read_own_figures
from commands.stats.papers import StatsPage, Workbook, make_territory_page, write_paper
from config.settings import Settings
from config.time import PARIS
from storage.people import Person
from storage.private_files import make_private_file
from storage.stats import Figures, Percent, iterate_own_rows


def write_lines(title: str, period: Period, figures: Figures, percent: Percent) -> Iterator[str]:
    """Yield the statistics of the page as lines, section by section, without zeros in the long ones."""
    told = queries.Presentation(figures, percent)
    yield typeset(f"Statistiques : {title}, {period.label}")
    key_figures, goes_on = queries.make_general(told), queries.make_suites(told)
    sections = (*queries.make_chart_sections(told), queries.make_temps(told), queries.make_evolution(told.figures.mois))
    for section in (key_figures, goes_on, *(FigureSection(s.key, s.title, s.unit, s.filled) for s in sections)):
        if section.lines:
            yield from ("", typeset(f"{section.title} :"))
            yield from (typeset(f"  {_line(section, line)}") for line in section.lines)


def _line(section: FigureSection, line: LabelledValue) -> str:
    value = line.value or 0
    said = say_minutes(value) if section.unit == "minutes" else group(value)
    percent = "" if line.percent is None else f" ({line.percent}{NBSP}%)"
    if section.key in ("general", "suites"):
        return f"{said} {line.label}{percent}"
    return f"{line.label} : {said}{percent}"


EXACT = "Chiffres exacts, sortis par l’exploitant : à ne diffuser qu’avec précaution."
STDOUT = "-"


@dataclass(frozen=True, slots=True)
class _PageContext:
    """The context of a page of statistics."""

    user: Person
    db: AsyncSession
    today: date


async def export_stats(call: Call, kind: str, output: str, **question: Any) -> None:
    """Write the requested file, and print where it is."""
    asked, settings, now = FiguresQuestion(**question), call.settings, call.clock()
    start, end = interval(asked)
    days = queries.OwnQuery(start=start, end=end, percent=Percent(asked.percent))
    with tempfile.TemporaryDirectory(prefix="coop-stats-") as folder:
        async with open_to_read(settings) as db:
            subject = await subject_of(db, asked)
            page = await _page(settings, db, subject, days, now)
            path = Path(folder) / page.file(kind)
            await _write(db, subject, days, page, path)
        _hand_over(path, output)


async def _page(
    settings: Settings, db: AsyncSession, subject: Subject, days: queries.OwnQuery, now: datetime
) -> StatsPage:
    """Make the page; a person’s own is the same as in chat."""
    if person := subject.person:
        reader = _PageContext(person, db, now.astimezone(person.zone).date())
        return await make_own_page(reader, days, await read_own_figures(reader, days), await _name(settings, person))
    told = queries.Presentation(await subject.figures(db, days.start, days.end), days.percent)
    today = now.astimezone(PARIS).date()
    period = Period(days.start, days.end)
    page = make_territory_page(
        subject.title, period, today, queries.make_territory_sections(told), [NOTES[days.percent], EXACT]
    )
    return replace(page, last=max(min(period.last, today), days.start))


async def _name(settings: Settings, person: Person) -> str:
    """Return somebody’s full name from their account; the user name if Mattermost cannot be asked."""
    token = settings.bot_token.get_secret_value()
    if not token:
        return person.username
    async with open_client(settings.mattermost_url, token) as client:
        return await find_full_name(Mattermost(client, settings.team), person)


async def _write(db: AsyncSession, subject: Subject, days: queries.OwnQuery, page: StatsPage, path: Path) -> None:
    if path.suffix != ".xlsx":
        await asyncio.to_thread(write_paper, page, path)
        return
    with Workbook(page, path, raw=subject.person is not None) as book:
        if subject.person:
            async for rows in iterate_own_rows(db, subject.person.id, days.start, days.end):
                book.add(rows)


def _hand_over(path: Path, output: str) -> None:
    """Move a finished file to its destination, in a folder that is created for « dossier/ »; an existing file is
    replaced."""
    if output == STDOUT:
        sys.stdout.buffer.write(path.read_bytes())
        return
    is_folder = output.endswith("/") or Path(output).is_dir()
    target = Path(output) / path.name if is_folder else Path(output)
    try:
        if is_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        make_private_file(target)
        shutil.copyfile(path, target)
    except OSError as error:
        raise OperatorError(place_fault(error, target)) from None
    print(f"Écrit : {target}")
