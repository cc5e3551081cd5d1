"""« coop-bot journal »: entries of a span of days, read page by page, and handed over once all of them were read."""

import json
import shutil
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from tempfile import TemporaryFile
from typing import TextIO
from zoneinfo import ZoneInfo

from bot.french.words import NBSP, plural
from cli.errors import OperatorError
from cli.opening import begin_reading, open_up_to_date
from config.settings import Settings
from storage import journal
from storage.journal import Entry

PARIS = ZoneInfo("Europe/Paris")
TOLD = ("actor", "act", "object", "target", "reason", "before", "after")
"""What a program reads of an entry, after its number and hour."""


async def show(settings: Settings, options: Namespace) -> int:
    """Write them on the standard output, to be read or for a program."""
    since, until = _span(options)
    actor = (options.actor or "").removeprefix("@")
    with TemporaryFile("w+", encoding="utf-8", newline="") as told:
        async with open_up_to_date(settings) as database, begin_reading(database) as db:
            found = journal.between(db, since, until, actor)
            await (_as_lines(found, told) if options.jsonl else _as_table(found, told))
        told.seek(0)
        shutil.copyfileobj(told, sys.stdout)
    return 0


def _span(options: Namespace) -> tuple[datetime, datetime]:
    """From the first instant of a day in Paris to the last of another."""
    if options.since is None or options.until is None:
        raise OperatorError("De quels jours ? Donnez --from et --to, ou « journal verify ».", code=2)
    if options.until < options.since:
        raise OperatorError("--to est avant --from : corrigez l’un des deux.", code=2)
    return _midnight(options.since), _midnight(_after(options.until))


def _after(last: date) -> date:
    return last + timedelta(days=1) if last < date.max else last


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


async def _as_lines(found: AsyncIterator[Entry], told: TextIO) -> None:
    async for entry in found:
        at = entry.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        line = {"id": entry.id, "at": at} | {name: getattr(entry, name) for name in TOLD}
        told.write(json.dumps(line, ensure_ascii=False) + "\n")


async def _as_table(found: AsyncIterator[Entry], told: TextIO) -> None:
    count = 0
    async for entry in found:
        count += 1
        told.write(_line(entry))
    counted = plural(count, "entrée", "entrées").replace(NBSP, " ")
    told.write(f"{counted}. Heures de Paris.\n" if count else "Rien n’est noté dans ces jours.\n")


def _line(entry: Entry) -> str:
    """No sign of anybody’s words does anything in a terminal."""
    when = f"{entry.at.astimezone(PARIS):%d/%m/%Y %H:%M}"
    whom = f" (@{entry.target})" if entry.target else ""
    why = f" : {entry.reason}" if entry.reason else ""
    said = f"{entry.id:>6}  {when}  {entry.actor:<20}  {entry.label}, {entry.object}{whom}{why}"
    return "".join(c if c.isprintable() else "\ufffd" for c in said) + "\n"
