"""« coop-bot export stats »: the files that the chat sends, of one person or of a territory, written where asked."""

import asyncio
import shutil
import sys
import tempfile
from argparse import Namespace
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import ChatError
from bot.french.periods import Period
from bot.mattermost import AioClient, Mattermost
from cli.errors import OperatorError
from cli.opening import reading, up_to_date
from cli.stats.subjects import Subject, interval, subject_of
from commands.stats.answers import NOTES, figures_of, page_of
from commands.stats.asking import OwnQuery
from commands.stats.papers import Page, Workbook, pdf, statistiques_csv
from commands.stats.sections import Presentation, charts, evolution, general, suites, temps
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
        async with up_to_date(settings) as database, reading(database) as db:
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
    sections = (general(told), suites(told), *charts(told), temps(told))
    return Page(
        title=f"Statistiques — {subject.title}",
        period=Period(days.start, days.end).label,
        start=days.start,
        last=max(min(days.end - timedelta(days=1), today), days.start),
        today=today,
        sections=(*sections, evolution(told.figures.mois)) if len(told.figures.mois) > 1 else sections,
        notes=(NOTES[days.percent], EXACT),
        stem=f"Statistiques_{subject.title}",
    )


async def _name(settings: Settings, person: Person) -> str:
    """As the account says it; the user name where Mattermost can’t be asked."""
    token = settings.bot_token.get_secret_value()
    if not token:
        return person.username
    client = AioClient(settings.mattermost_url, token)
    try:
        account = await Mattermost(client, settings.team).user(person.id)
        return account.full_name or person.username
    except ChatError:
        return person.username
    finally:
        await client.close()


async def _write(db: AsyncSession, subject: Subject, days: OwnQuery, page: Page, path: Path) -> None:
    if path.suffix != ".xlsx":
        await asyncio.to_thread(pdf if path.suffix == ".pdf" else statistiques_csv, page, path)
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
