"""« coop-bot export stats »: the files that the chat sends, of one person or of a territory, written where asked."""

import asyncio
import shutil
import sys
import tempfile
from argparse import Namespace
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french.periods import Period
from bot.mattermost import AioClient, Mattermost
from cli.errors import OperatorError
from cli.opening import begin_reading, open_up_to_date
from cli.stats.subjects import Subject, interval, subject_of
from commands.stats.answers import NOTES, figures_of, full_name, page_of
from commands.stats.asking import OwnQuery
from commands.stats.papers import Page, Workbook, territory_page, write_paper
from commands.stats.sections import Presentation, territory_sections
from config.settings import Settings
from storage.people import PARIS, Person
from storage.stats import Percent
from storage.stats.queries import own_rows

EXACT = "Chiffres exacts, sortis par l’exploitant : à ne diffuser qu’avec précaution."
STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class _PageContext:
    """What a page is made with."""

    user: Person
    db: AsyncSession
    today: date


async def export_stats(settings: Settings, options: Namespace, now: datetime) -> int:
    """Write the file asked for, and say where it is."""
    start, end = interval(options)
    days = OwnQuery(start=start, end=end, percent=Percent(options.percent))
    with tempfile.TemporaryDirectory(prefix="coop-stats-") as folder:
        async with open_up_to_date(settings) as database, begin_reading(database) as db:
            subject = await subject_of(db, options)
            page = await _page(settings, db, subject, days, now)
            path = Path(folder) / page.file(options.format)
            await _write(db, subject, days, page, path)
        _hand_over(path, options.output)
    return 0


async def _page(settings: Settings, db: AsyncSession, subject: Subject, days: OwnQuery, now: datetime) -> Page:
    """A person’s own page is the chat’s to the letter."""
    if person := subject.person:
        reader = _PageContext(person, db, now.astimezone(person.zone).date())
        return await page_of(reader, days, await figures_of(reader, days), await _name(settings, person))
    told = Presentation(await subject.figures(db, days.start, days.end), days.percent)
    today = now.astimezone(ZoneInfo(PARIS)).date()
    period = Period(days.start, days.end)
    page = territory_page(subject.title, period, today, territory_sections(told), [NOTES[days.percent], EXACT])
    return replace(page, last=max(min(period.last, today), days.start))


async def _name(settings: Settings, person: Person) -> str:
    """As the account says it; the user name where Mattermost can’t be asked."""
    token = settings.bot_token.get_secret_value()
    if not token:
        return person.username
    client = AioClient(settings.mattermost_url, token)
    try:
        return await full_name(Mattermost(client, settings.team), person)
    finally:
        await client.close()


async def _write(db: AsyncSession, subject: Subject, days: OwnQuery, page: Page, path: Path) -> None:
    if path.suffix != ".xlsx":
        await asyncio.to_thread(write_paper, page, path)
        return
    with Workbook(page, path, raw=subject.person is not None) as book:
        if subject.person:
            async for rows in own_rows(db, subject.person.id, days.start, days.end):
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
