"""« coop-bot import cra »: the lines of a file into the database, the good ones once, the bad ones explained."""

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from itertools import islice

from bot.french.words import NBSP, plural
from cli.cra.authors import Authors
from cli.cra.lines import Numbered
from cli.politeness import take_turn
from cli.progress import ProgressBar
from storage.cra.bulk import IncomingLine, add, content, renumber
from storage.cra.reading import Entry, RowError, read
from storage.cra.rows import Row
from storage.cra.rules import problems
from storage.database import Database

LINES_AT_ONCE = 250
"""Lines a transaction: on SQLite the bot’s own writers wait while it lasts."""


@dataclass(slots=True)
class ImportOutcome:
    """How many lines were stored, had been before, and were refused."""

    added: int = 0
    there: int = 0
    refused: int = 0

    def __str__(self) -> str:
        added, refused = (
            plural(count, word).replace(NBSP, " ")
            for count, word in ((self.added, "ajouté"), (self.refused, "refusée"))
        )
        return f"{added}, {self.there} déjà là, {refused}."

    @property
    def lines(self) -> int:
        """All of them."""
        return self.added + self.there + self.refused


class Ranks:
    """How many times a line was seen before, letter by letter; kept in a file that the system erases."""

    def __init__(self) -> None:
        self._seen = sqlite3.connect("")
        self._seen.execute("CREATE TABLE seen (line BLOB PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID")

    def next(self, line: str) -> int:
        """0 for the first one."""
        statement = "INSERT INTO seen VALUES (?, 0) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times"
        found = self._seen.execute(statement, (hashlib.sha256(line.encode()).digest(),)).fetchone()
        return int(found[0])

    def close(self) -> None:
        """Give the file back."""
        self._seen.close()


class LinesAside:
    """Lines put aside, in a file that the system erases: their numbers are taken, and new ones are given last."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (``close`` closes it)

    def put(self, lines: Iterable[IncomingLine]) -> None:
        """Keep lines."""
        self._file.writelines(json.dumps(incoming.line) + "\n" for incoming in lines)

    def __iter__(self) -> Iterator[Row]:
        self._file.seek(0)
        return (json.loads(line) for line in self._file)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


@dataclass(slots=True)
class Import:
    """One run. ``complain`` takes a line’s number and what is wrong with it."""

    database: Database
    authors: Authors
    clock: Callable[[], datetime]
    complain: Callable[[int, str], None]
    outcome: ImportOutcome = field(default_factory=ImportOutcome)

    async def run(self, lines: Iterable[Numbered], progress: ProgressBar) -> ImportOutcome:
        """Take every line; the outcome grows meanwhile."""
        with closing(Ranks()) as ranks, closing(LinesAside()) as aside:
            batch: list[IncomingLine] = []
            for number, line in lines:
                try:
                    batch.append(await self._judge(line, ranks))
                except RowError as fault:
                    self.outcome.refused += 1
                    self.complain(number, str(fault))
                if len(batch) >= LINES_AT_ONCE:
                    aside.put(await self._store(batch))
                    batch = []
                progress.at(self.outcome.lines + len(batch))
            aside.put(await self._store(batch))
            await self._renumber(aside, ranks)
        progress.end()
        return self.outcome

    async def _judge(self, line: Row | RowError, ranks: Ranks) -> IncomingLine:
        if isinstance(line, RowError):
            raise line
        entry = read(line)
        author = await self.authors.of(entry.auteur)
        now = self.clock()
        check(entry, now, now.astimezone(author.zone).date())
        author = await self.authors.settle(author, entry.report)
        said = "" if entry.was_exported else content(entry)
        return IncomingLine(line, entry, author, said, 0 if entry.numero else ranks.next(said))

    async def _store(self, batch: Sequence[IncomingLine]) -> Sequence[IncomingLine]:
        """Store a batch, and return what has to wait for a new number."""
        async with take_turn(self.database) as db:
            added = await add(db, batch, self.clock())
        self.outcome.added += added.count
        self.outcome.there += len(batch) - added.count - len(added.elsewhere)
        return added.elsewhere

    async def _renumber(self, aside: LinesAside, ranks: Ranks) -> None:
        lines = iter(aside)
        while batch := [await self._judge(line, ranks) for line in islice(lines, LINES_AT_ONCE)]:
            async with take_turn(self.database) as db:
                added = await renumber(db, batch, self.clock())
            self.outcome.added += added
            self.outcome.there += len(batch) - added


def check(entry: Entry, now: datetime, today: date) -> None:
    """The rules of every compte rendu, and that its own story is possible; raises RowError."""
    report = entry.report
    found = list(problems({each.name: getattr(report, each.name) for each in fields(report)}, today).values())
    moments = [m for m in (entry.cree, entry.modifie, entry.supprime) if m]
    if moments and max(moments) > now + timedelta(days=1):
        found.append("Un instant (cree, modifie ou supprime) est dans l’avenir.")
    if entry.cree and min(moments) < entry.cree:
        found.append("modifie ou supprime précède cree.")
    if found:
        raise RowError(" ".join(found))
