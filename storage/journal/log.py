"""The journal as a log: entries added at its end only, read, verified by their hashes, dropped when they are old."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import dialect
from storage.journal.entry import BOT, HEAD, NAME_MAX, OBJECT_MAX, REASON_MAX, AuditAct, Head, JournalEntry
from storage.pages import iterate_pages, read_models

PAGE = 500
"""Entries read at once."""


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first place where the chain of entries is broken, and what is wrong there, in French."""

    number: int
    what: str


@dataclass(slots=True)
class _Walk:
    """How far the journal was read, and which entries it says itself that it has dropped."""

    count: int = 0
    first: JournalEntry | None = None
    last: JournalEntry | None = None
    dropped: tuple[int, str] = (0, "")

    def step(self, entry: JournalEntry) -> ChainFault | None:
        """Take in the next entry; return what is wrong with it."""
        if self.last is None:
            self.first = entry
            if entry.id < 1:
                return ChainFault(entry.id, "cette entrée n’a pas été écrite par le bot")
        elif entry.id != self.last.id + 1:
            return ChainFault(self.last.id + 1, "cette entrée manque")
        elif entry.previous != self.last.hash:
            return ChainFault(entry.id, "cette entrée ne suit pas celle d’avant")
        if entry.hash != entry.seal():
            return ChainFault(entry.id, "cette entrée a été changée")
        if entry.act == AuditAct.RETAIN:
            self.dropped = (int(entry.before.get("last", 0)), str(entry.before.get("hash", "")))
        self.last = entry
        self.count += 1
        return None

    def end(self, head: Head) -> ChainFault | None:
        """Return what is wrong with the two ends."""
        if self.last is None or self.first is None:
            return (
                ChainFault(head.last, "le journal est vide, alors que des entrées y ont été écrites")
                if head.last
                else None
            )
        if head.last < self.last.id:
            return ChainFault(head.last + 1, "cette entrée n’a pas été écrite par le bot")
        if (head.last, head.hash) != (self.last.id, self.last.hash):
            return ChainFault(self.last.id + 1, "les dernières entrées manquent")
        begins = (self.first.id - 1, self.first.previous)
        if begins not in {(0, ""), self.dropped}:
            return ChainFault(self.first.id, "les entrées d’avant ont disparu sans que le journal le dise")
        return None


async def verify(db: AsyncSession) -> tuple[int, ChainFault | None]:
    """Count the entries, and find the first fault; all of it as at one instant, if others write."""
    if dialect(db) == "postgresql":
        await db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    walk = _Walk()
    head = (await db.exec(select(Head).where(Head.id == HEAD))).first() or Head(id=HEAD, last=0, hash="")
    async for page in iterate_pages(read_models(db), select(JournalEntry), col(JournalEntry.id), size=PAGE):
        for entry in page:
            if fault := walk.step(entry):
                return walk.count, fault
        db.expunge_all()
    return walk.count, walk.end(head)


async def add(db: AsyncSession, entry: JournalEntry) -> JournalEntry:
    """Note what is done in the same transaction: gives the entry its number and its hash.

    Others who write wait for the end of that transaction.
    """
    wanted = select(Head).where(Head.id == HEAD).with_for_update().execution_options(populate_existing=True)
    head = (await db.exec(wanted)).one()
    entry.reason, entry.object = entry.reason[:REASON_MAX], entry.object[:OBJECT_MAX]
    entry.actor, entry.target = entry.actor[:NAME_MAX], entry.target[:NAME_MAX]
    entry.before, entry.after = _as_json(entry.before), _as_json(entry.after)
    entry.id, entry.previous = head.last + 1, head.hash
    entry.hash = entry.seal()
    head.last, head.hash = entry.id, entry.hash
    db.add_all([entry, head])
    await db.flush()
    return entry


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as they are read back later, which the hash covers: text for what JSON has no word for."""
    told: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return told


async def forget_before(db: AsyncSession, moment: datetime, now: datetime) -> int:
    """Drop the entries older than that, from the beginning on, and return how many."""
    first_kept = (await db.exec(select(func.min(JournalEntry.id)).where(col(JournalEntry.at) >= moment))).one()
    wanted = select(JournalEntry).where(col(JournalEntry.at) < moment)
    if first_kept is not None:
        wanted = wanted.where(col(JournalEntry.id) < first_kept)
    last = (await db.exec(wanted.order_by(col(JournalEntry.id).desc()).limit(1))).first()
    if last is None:
        return 0
    count = (await db.exec(select(func.count()).where(col(JournalEntry.id) <= last.id))).one()
    dropped = {"last": last.id, "hash": last.hash, "count": count}
    await add(db, JournalEntry(act=AuditAct.RETAIN, object="journal", actor=BOT, at=now, before=dropped))
    await db.execute(delete(JournalEntry).where(col(JournalEntry.id) <= last.id))
    return int(count)


async def get(db: AsyncSession, number: int) -> JournalEntry | None:
    """Return the entry of that number."""
    return (await db.exec(select(JournalEntry).where(col(JournalEntry.id) == number))).first()


async def list_between(
    db: AsyncSession, since: datetime, until: datetime, actor: str = ""
) -> AsyncIterator[JournalEntry]:
    """Yield the entries from one instant to before another, in order; of one actor, by name, if one is given."""
    wanted = select(JournalEntry).where(col(JournalEntry.at) >= since, col(JournalEntry.at) < until)
    if actor:
        wanted = wanted.where(col(JournalEntry.actor) == actor)
    async for page in iterate_pages(read_models(db), wanted, col(JournalEntry.id), size=PAGE):
        for entry in page:
            yield entry


async def list_about(
    db: AsyncSession, user_id: str, limit: int = PAGE, before: int | None = None
) -> Sequence[JournalEntry]:
    """List what concerns or was done by somebody, newest first, from before a number on."""
    theirs = or_(col(JournalEntry.target_id) == user_id, col(JournalEntry.actor_id) == user_id)
    return await list_newest(db, limit, before, theirs)


async def list_by_name(db: AsyncSession, name: str, limit: int, before: int | None = None) -> Sequence[JournalEntry]:
    """List what concerns or was done by a user name as it was then: of the bot, and of who has no account any more."""
    theirs = or_(col(JournalEntry.target) == name, col(JournalEntry.actor) == name)
    return await list_newest(db, limit, before, theirs)


async def list_of_things(
    db: AsyncSession, things: Sequence[str], limit: int = PAGE, before: int | None = None
) -> Sequence[JournalEntry]:
    """List what was done to any of these, newest first."""
    return await list_newest(db, limit, before, col(JournalEntry.object).in_(things))


async def list_newest(
    db: AsyncSession, limit: int, before: int | None = None, *which: ColumnElement[bool]
) -> Sequence[JournalEntry]:
    """List the last entries, or the last such ones, newest first."""
    older = [] if before is None else [col(JournalEntry.id) < before]
    wanted = select(JournalEntry).where(*which, *older).order_by(col(JournalEntry.id).desc()).limit(limit)
    return (await db.exec(wanted)).all()
