"""« coop-bot import cra »: activity reports read from files, with constant memory."""

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from itertools import islice
from typing import BinaryIO

from bot.errors import ChatError
from bot.mattermost import ChatUser, Mattermost
from bot.people import make_newcomer
from cli import tables
from cli.checks import open_chat
from cli.command import Call
from cli.errors import OperatorError
from cli.faults import same_name_fault
from cli.terminal import ProgressBar, count
from cli.texts import open_file, read_texts
from storage import people
from storage.cra import bulk, files
from storage.cra.files import BadLineError
from storage.cra.queries import note_last_commune
from storage.cra.report import Report, find_problems
from storage.cra.tags import OWNER_MAX
from storage.database import Database
from storage.people import Person, SameNameError


async def import_cra(call: Call, file: str, *, dry_run: bool = False) -> int:
    """Import a file; return 1 if a line was refused, else 0."""
    settings, clock = call.settings, call.clock
    async with tables.open_to_import(settings, dry_run=dry_run) as database, open_chat(settings) as chat:
        with open_file(file) as stream:
            lines = ImportLines(stream)
            work = CraImport(
                database, Authors(database, chat, clock), clock, tables.complain, tables.announce if dry_run else None
            )
            outcome = await work.run(lines, tables.show_progress())
    tables.tell_ignored(lines.ignored)
    print(outcome if outcome.added or outcome.refused else f"{outcome} Rien à changer.")
    return 1 if outcome.refused else 0


Numbered = tuple[int, files.Row | BadLineError]
"""A line by its number in the file (the first is 1), or why it can’t be read."""


class ImportLines:
    """The lines of a file, read once; ``ignored`` are the unknown columns."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.ignored: set[str] = set()

    def __iter__(self) -> Iterator[Numbered]:
        texts = read_texts(self._stream)
        number, first = next(((n, text) for n, text in texts if text.strip()), (0, ""))
        if not first:
            return
        if first.startswith("["):
            raise OperatorError("Ce fichier est un tableau JSON : mettez un objet par ligne (JSONL), ou un CSV.")
        if first.startswith("{"):
            yield from self._json(number, first, texts)
        else:
            yield from self._csv(number, first, texts)

    def _json(self, number: int, first: str, texts: Iterator[tuple[int, str]]) -> Iterator[Numbered]:
        yield number, self._object(first)
        for n, text in texts:
            if text.strip():
                yield n, self._object(text)

    def _object(self, text: str) -> files.Row | BadLineError:
        found = tables.parse_object(text)
        if not isinstance(found, BadLineError):
            self._ignore(found.keys() - {*files.LINE_COLUMNS, files.TAGS})
        return found

    def _csv(self, number: int, first: str, texts: Iterator[tuple[int, str]]) -> Iterator[Numbered]:
        delimiter = tables.find_delimiter(first)
        header = _header(first, delimiter)
        self._ignore(set(header) - {*files.CSV_COLUMNS, files.TAGS, ""})
        for start, found in tables.read_cells(number, texts, header, delimiter):
            yield start, found if isinstance(found, BadLineError) else files.parse_cells(found)

    def _ignore(self, columns: set[str]) -> None:
        if len(self.ignored) < tables.IGNORED_MAX:
            self.ignored |= columns


def _header(text: str, delimiter: str) -> list[str]:
    header = tables.read_header(text, delimiter)
    missing = [name for name in files.NEEDED if name not in header]
    if not set(files.PLACE_COLUMNS) & set(header):
        missing.append(files.PLACE_COLUMNS[0])
    if missing:
        raise OperatorError(
            f"La première ligne doit nommer les colonnes ; il manque : {', '.join(missing)} (voir docs/wire.md)."
        )
    return header


class Authors:
    """People by user name, each looked up once; ``chat`` is None if Mattermost cannot be asked."""

    def __init__(self, database: Database, chat: Mattermost | None, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._chat = chat
        self._clock = clock
        self._found: dict[str, Person | None] = {}

    async def of(self, username: str) -> Person:
        """Get the author of that name. Raises BadLineError if there is none, or several."""
        if username not in self._found:
            self._found[username] = await self._find(username)
        person = self._found[username]
        if person is None:
            unasked = "" if self._chat else ", et Mattermost ne répond pas"
            raise BadLineError(f"auteur : personne ne s’appelle « {username} » dans le registre{unasked}")
        return person

    async def _find(self, username: str) -> Person | None:
        async with self._database.transaction(writes=False) as db:
            try:
                if person := await people.by_username(db, username):
                    return person
            except SameNameError as error:
                raise BadLineError(f"auteur : {same_name_fault(error)}") from None
        user = await self._ask(username)
        if user is None or user.is_bot:
            return None
        async with self._database.transaction(writes=False) as db:
            # Somebody who has changed names.
            if person := await people.get(db, user.id):
                return person
        return await self._register(user)

    async def _ask(self, username: str) -> ChatUser | None:
        if self._chat is None:
            return None
        try:
            return await self._chat.user_by_name(username)
        except ChatError:
            # One silence is enough: fifty thousand lines would each wait for it.
            self._chat = None
            return None

    async def settle(self, person: Person, report: Report) -> Person:
        """Return the author; if their place of work is unknown, it is that of their first report."""
        if person.departements:
            return person
        async with self._database.transaction() as db:
            settled = await people.settle_departement(db, person, report.departement)
            await note_last_commune(db, person.id, report)
        self._found[person.username] = settled
        return settled

    async def _register(self, user: ChatUser) -> Person:
        """Add somebody to the register without a role, which continues to follow from Mattermost."""
        person = make_newcomer(user, self._clock())
        async with self._database.transaction() as db:
            await people.add(db, person)
        return person


LINES_AT_ONCE = 250
"""Lines a transaction: on SQLite the bot’s own writers wait while it lasts."""


@dataclass(slots=True)
class ImportOutcome:
    """How many lines were stored, known before, and refused."""

    added: int = 0
    there: int = 0
    refused: int = 0

    def __str__(self) -> str:
        return f"{count(self.added, 'ajouté')}, {self.there} déjà là, {count(self.refused, 'refusée')}."

    @property
    def lines(self) -> int:
        """Count all lines."""
        return self.added + self.there + self.refused


class Ranks:
    """Counts earlier occurrences of identical lines, in a temporary file."""

    def __init__(self) -> None:
        self._seen = sqlite3.connect("")
        self._seen.execute("CREATE TABLE seen (line BLOB PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID")

    def next(self, line: str) -> int:
        """Return how many times this line occurred before."""
        statement = "INSERT INTO seen VALUES (?, 0) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times"
        found = self._seen.execute(statement, (hashlib.sha256(line.encode()).digest(),)).fetchone()
        return int(found[0])

    def close(self) -> None:
        """Delete the file."""
        self._seen.close()


class LinesAside:
    """Lines set aside in a temporary file because their numbers are taken; they get new numbers at the end."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (``close`` closes it)

    def put(self, lines: Iterable[bulk.IncomingLine]) -> None:
        """Set lines aside."""
        self._file.writelines(json.dumps([incoming.number, incoming.line]) + "\n" for incoming in lines)

    def __iter__(self) -> Iterator[tuple[int, files.Row]]:
        self._file.seek(0)
        return (json.loads(line) for line in self._file)

    def close(self) -> None:
        """Delete the file."""
        self._file.close()


@dataclass(slots=True)
class CraImport:
    """An import of reports. ``complain`` gets the number and fault of a refused line; in a rehearsal ``announces`` gets
    what would be done with a line."""

    database: Database
    authors: Authors
    clock: Callable[[], datetime]
    complain: tables.Complain
    announces: tables.Complain | None = None
    outcome: ImportOutcome = field(default_factory=ImportOutcome)

    async def run(self, lines: Iterable[Numbered], progress: ProgressBar) -> ImportOutcome:
        """Import every line; the outcome grows meanwhile."""
        with closing(Ranks()) as ranks, closing(LinesAside()) as aside:
            batch: list[bulk.IncomingLine] = []
            for number, line in lines:
                try:
                    batch.append(await self._judge(number, line, ranks))
                except BadLineError as fault:
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

    async def _judge(self, number: int, line: files.Row | BadLineError, ranks: Ranks) -> bulk.IncomingLine:
        if isinstance(line, BadLineError):
            raise line
        entry = files.read_entry(line)
        author = await self.authors.of(entry.auteur)
        now = self.clock()
        check(entry, now, now.astimezone(author.zone).date())
        author = await self.authors.settle(author, entry.report)
        said = "" if entry.was_exported else bulk.describe_line(entry)
        return bulk.IncomingLine(number, line, entry, author, said, 0 if entry.numero else ranks.next(said))

    async def _store(self, batch: Sequence[bulk.IncomingLine]) -> Sequence[bulk.IncomingLine]:
        """Store a batch, and return the lines that need another number."""
        async with tables.take_turn(self.database) as db:
            result = await bulk.add_lines(db, batch, self.clock())
            full = await bulk.tag_lines(db, result.added, self.clock())
        self._count(result.added, len(batch) - len(result.elsewhere), full)
        return result.elsewhere

    def _count(self, added: Sequence[bulk.IncomingLine], told: int, full: Sequence[bulk.IncomingLine]) -> None:
        for incoming in full:
            self.complain(
                incoming.number, f"{files.TAGS} : l’auteur en a déjà {OWNER_MAX} ; le compte rendu entre sans elles"
            )
        self.outcome.added += len(added)
        self.outcome.there += told - len(added)
        if self.announces:
            for incoming in added:
                day = f"{incoming.entry.report.date:%d/%m/%Y}"
                self.announces(incoming.number, f"à ajouter, compte rendu de @{incoming.author.username} du {day}")

    async def _renumber(self, aside: LinesAside, ranks: Ranks) -> None:
        lines = iter(aside)
        while batch := [await self._judge(number, line, ranks) for number, line in islice(lines, LINES_AT_ONCE)]:
            async with tables.take_turn(self.database) as db:
                added = await bulk.renumber_lines(db, batch, self.clock())
                full = await bulk.tag_lines(db, added, self.clock())
            self._count(added, len(batch), full)


def check(entry: files.ReportEntry, now: datetime, today: date) -> None:
    """Check the rules of a report, and that its dates are consistent. Raises BadLineError."""
    report = entry.report
    found = list(find_problems({each.name: getattr(report, each.name) for each in fields(report)}, today).values())
    moments = [m for m in (entry.cree, entry.modifie, entry.supprime) if m]
    if moments and max(moments) > now + timedelta(days=1):
        found.append("Un instant (cree, modifie ou supprime) est dans l’avenir.")
    if entry.cree and min(moments) < entry.cree:
        found.append("modifie ou supprime précède cree.")
    if found:
        raise BadLineError(" ".join(found))
