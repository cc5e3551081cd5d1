"""Whether the journal is as it was written: each entry carries the hash of the one before."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.database import dialect
from storage.journal.entry import Act, Entry, Head

PAGE = 500
"""Entries read at once."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where it is not, and what is wrong there, in French."""

    number: int
    what: str


@dataclass(slots=True)
class _Walk:
    """How far one has read, and which entries the journal itself says it has dropped."""

    count: int = 0
    first: Entry | None = None
    last: Entry | None = None
    dropped: tuple[int, str] = (0, "")

    def step(self, entry: Entry) -> Fault | None:
        """The next entry; what is wrong with it."""
        if self.last is None:
            self.first = entry
            if entry.id < 1:
                return Fault(entry.id, "cette entrée n’a pas été écrite par le bot")
        elif entry.id != self.last.id + 1:
            return Fault(self.last.id + 1, "cette entrée manque")
        elif entry.previous != self.last.hash:
            return Fault(entry.id, "cette entrée ne suit pas celle d’avant")
        if entry.hash != entry.seal():
            return Fault(entry.id, "cette entrée a été changée")
        if entry.act == Act.RETAIN:
            self.dropped = (int(entry.before.get("last", 0)), str(entry.before.get("hash", "")))
        self.last = entry
        self.count += 1
        return None

    def end(self, head: Head) -> Fault | None:
        """What is wrong with the two ends."""
        if self.last is None or self.first is None:
            return (
                Fault(head.last, "le journal est vide, alors que des entrées y ont été écrites") if head.last else None
            )
        if head.last < self.last.id:
            return Fault(head.last + 1, "cette entrée n’a pas été écrite par le bot")
        if (head.last, head.hash) != (self.last.id, self.last.hash):
            return Fault(self.last.id + 1, "les dernières entrées manquent")
        begins = (self.first.id - 1, self.first.previous)
        if begins not in {(0, ""), self.dropped}:
            return Fault(self.first.id, "les entrées d’avant ont disparu sans que le journal le dise")
        return None


async def verify(db: AsyncSession) -> tuple[int, Fault | None]:
    """How many entries there are, and the first fault found; all of it as at one instant, if others write."""
    if dialect(db) == "postgresql":
        await db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    walk = _Walk()
    head = (await db.exec(select(Head))).first() or Head(id=1, last=0, hash="")
    while page := (await db.exec(_after(walk.last))).all():
        for entry in page:
            if fault := walk.step(entry):
                return walk.count, fault
        db.expunge_all()
    return walk.count, walk.end(head)


def _after(last: Entry | None) -> SelectOfScalar[Entry]:
    following = select(Entry).order_by(col(Entry.id)).limit(PAGE)
    return following if last is None else following.where(col(Entry.id) > last.id)
