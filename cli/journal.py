"""« coop-bot journal »: the audit log, filtered or verified; and how commands record their changes."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TextIO

from sqlmodel.ext.asyncio.session import AsyncSession

from cli.command import Call
from cli.environment import open_to_read
from cli.errors import OperatorError
from cli.terminal import count, make_printable, open_whole
from config.settings import Settings
from config.time import PARIS, write_instant
from storage import journal
from storage.journal import OPERATOR, AuditAct, JournalEntry


async def note(db: AsyncSession, act: AuditAct, thing: str, now: datetime, **after: object) -> None:
    """Record a change by a command; the operator has no account."""
    await journal.add(db, JournalEntry(at=now, actor=OPERATOR, act=act, object=thing, after=after))


async def note_about(db: AsyncSession, entry: JournalEntry) -> None:
    """Record a change by a command, with the person it concerns and the former values."""
    entry.actor = OPERATOR
    await journal.add(db, entry)


async def _verify(settings: Settings) -> int:
    """Say that the audit log is intact. Raises OperatorError for the first altered entry."""
    async with open_to_read(settings) as db:
        entries, fault = await journal.verify(db)
    if fault:
        raise OperatorError(
            f"Le journal a été touché : n° {fault.number}, {fault.what}. Comparez-le à une sauvegarde, et vérifiez qui "
            "peut écrire dans la base."
        )
    counted = count(entries, "entrée")
    print(f"Le journal est intact : {counted}." if entries else "Le journal est intact, et encore vide.")
    return 0


TOLD = ("actor", "act", "object", "target", "reason", "before", "after")
"""The fields of an entry in JSON, after its number and time."""


async def show(
    call: Call, what: str | None, start: date | None, end: date | None, actor: str | None, jsonl: bool
) -> int:
    """Print entries, for people or programs."""
    if what == "verify":
        return await _verify(call.settings)
    first, last = _span(start, end)
    with open_whole() as told:
        async with open_to_read(call.settings) as db:
            found = journal.list_between(db, first, last, (actor or "").removeprefix("@"))
            await (_as_lines(found, told) if jsonl else _as_table(found, told))
    return 0


def _span(start: date | None, end: date | None) -> tuple[datetime, datetime]:
    """Return the instants at which the first day begins and the last one ends, in Paris."""
    if start is None or end is None:
        raise OperatorError("De quels jours ? Donnez --from et --to, ou « journal verify ».", code=2)
    return _midnight(start), _midnight(end + timedelta(days=1) if end < date.max else end)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


async def _as_lines(found: AsyncIterator[JournalEntry], told: TextIO) -> None:
    async for entry in found:
        at = write_instant(entry.at)
        line = {"id": entry.id, "at": at} | {name: getattr(entry, name) for name in TOLD}
        told.write(json.dumps(line, ensure_ascii=False) + "\n")


async def _as_table(found: AsyncIterator[JournalEntry], told: TextIO) -> None:
    entries = 0
    async for entry in found:
        entries += 1
        told.write(_line(entry))
    told.write(f"{count(entries, 'entrée')}. Heures de Paris.\n" if entries else "Rien n’est noté dans ces jours.\n")


def _line(entry: JournalEntry) -> str:
    when = f"{entry.at.astimezone(PARIS):%d/%m/%Y %H:%M}"
    whom = f" (@{entry.target})" if entry.target else ""
    why = f" : {entry.reason}" if entry.reason else ""
    said = f"{entry.id:>6}  {when}  {entry.actor:<20}  {entry.label}, {entry.object}{whom}{why}"
    return make_printable(said) + "\n"
