"""« coop-bot import people »: imports the register from a file; people without an account are waited for."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import ChatError
from bot.mattermost import ChatReader, ChatUser
from bot.people import make_newcomer
from cli.delivery import Pen
from cli.journal import note
from cli.people.lines import Entry, change_awaited, change_person, list_changed_columns, read_entry
from cli.people.register import tell
from cli.tables import Cells, Complain, Counted, LineCounts, LineImport, T, take_turn
from cli.terminal import ProgressBar, count
from commands.membres.notices import begin_telling
from config.canaux import PlannedChannel
from storage import people
from storage.canaux import ChannelPerson, MembershipRules
from storage.cra.files import BadLineError
from storage.database import Database
from storage.journal import AuditAct
from storage.people import Awaited, Person, register, transitions
from storage.people.transitions import count_role_notices, forget_role_notices


@dataclass(slots=True)
class PeopleOutcome(LineCounts):
    """The counts of an import of people; ``news`` says whether anything was written, ``told`` how many people will be
    told of a new role."""

    waiting: int = 0
    news: bool = False
    told: int = 0

    def __str__(self) -> str:
        """« 2 personnes inscrites, 1 changée, 3 inchangées, 1 en attente de son compte, 0 refusée. »"""
        told = [
            count(self.added, "personne inscrite"),
            count(self.changed, "changée"),
            count(self.same, "inchangée"),
            f"{self.waiting} en attente de {'leur' if self.waiting > 1 else 'son'} compte",
            count(self.refused, "refusée"),
        ]
        return f"{', '.join(told)}.{'' if self.news else ' Rien à changer.'}"


class Accounts:
    """The accounts of user names; ``chat`` is None if Mattermost cannot be asked."""

    def __init__(self, chat: ChatReader | None) -> None:
        self._chat = chat
        self.is_silent = chat is None

    async def named(self, usernames: Sequence[str]) -> Mapping[str, ChatUser]:
        """Return the accounts of these names, by name; empty if Mattermost does not answer."""
        found: dict[str, ChatUser] = {}
        if self._chat is None or self.is_silent:
            return found
        try:
            async for page in self._chat.users_by_names(usernames):
                found |= {user.username: user for user in page}
        except ChatError:
            # One silence is enough: a hundred batches would each wait for it.
            self.is_silent = True
            return {}
        return found


class Seen:
    """Remembers in which line of the file something was named, in a temporary file."""

    def __init__(self) -> None:
        self._lines = sqlite3.connect("")
        self._lines.execute("CREATE TABLE seen (what TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")

    def note(self, what: str, line: int) -> int | None:
        """Return the line that named this before, if one did."""
        found = self._lines.execute("SELECT line FROM seen WHERE what = ?", (what,)).fetchone()
        if found is None:
            self._lines.execute("INSERT INTO seen VALUES (?, ?)", (what, line))
        return int(found[0]) if found else None

    def close(self) -> None:
        """Delete the file."""
        self._lines.close()


@dataclass
class OnceImport(LineImport[T, Counted]):
    """An import in which each thing may be named once in a file."""

    _seen: Seen = field(default_factory=Seen, init=False, kw_only=True)

    async def run(self, lines: Iterable[tuple[int, Cells | BadLineError]], progress: ProgressBar) -> Counted:
        """Import every line; the outcome grows meanwhile."""
        with closing(self._seen):
            return await super().run(lines, progress)

    def note_named(self, number: int, column: str, value: str) -> None:
        """Note what a line names. Raises BadLineError if an earlier line named it."""
        if value and (line := self._seen.note(f"{column} {value}", number)):
            raise BadLineError(f"{column} : « {value} » est déjà à la ligne {line}")


@dataclass(slots=True)
class Known:
    """The known people and waiting lines of a batch."""

    accounts: Mapping[str, ChatUser]
    now: datetime
    ids: dict[str, Person] = field(default_factory=dict)
    _named: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    _waiting: dict[str, Awaited] = field(default_factory=dict)

    def add(self, persons: Iterable[Person], waiting: Iterable[Awaited]) -> None:
        """Add people of the register, and waiting lines."""
        for person in persons:
            self.ids[person.id] = person
            for named in {person.username, (person.email or "").lower()} - {""}:
                self._named[named].append(person)
        for line in waiting:
            for name in (line.username, line.email):
                if name:
                    self._waiting.setdefault(name, line)

    def person(self, entry: Entry) -> Person | None:
        """Find the person of a line by their present name. Raises BadLineError for a bot, or an ambiguous name."""
        account = self.accounts.get(entry.username)
        if account is None:
            return self._only(entry.username) or self._only(entry.email)
        if account.is_bot:
            raise BadLineError(f"username : « {entry.username} » est un compte de bot")
        known = self.ids.get(account.id) or make_newcomer(account, self.now)
        if known.username == account.username:
            return known
        return known.copy_with(username=account.username)

    def waiting(self, entry: Entry) -> Awaited | None:
        """Find the waiting line of the same name, else of the same address."""
        return self._waiting.get(entry.username) or self._waiting.get(entry.email)

    def _only(self, name: str) -> Person | None:
        found = self._named.get(name, [])
        if len(found) > 1:
            raise BadLineError(f"« {name} » est, au registre, le nom ou l’adresse de plusieurs personnes")
        return found[0] if found else None


@dataclass(slots=True)
class Memberships:
    """Counts the channel memberships that an import makes differ from the plan; it moves nobody."""

    table: Mapping[str, PlannedChannel]
    rules: MembershipRules
    count: int = 0

    def note(self, before: Person | None, after: Person, now: datetime) -> None:
        """Count the changes for a person who changed, or is new."""
        self.count += len(self._places(before, now) ^ self._places(after, now))

    def __str__(self) -> str:
        differ = count(self.count, "appartenance à un canal diffère", "appartenances à des canaux diffèrent")
        return f"{differ} maintenant : « coop-bot channels sync » les met à jour."

    def _places(self, person: Person | None, now: datetime) -> frozenset[str]:
        if person is None:
            return frozenset()
        return self.rules.places(self.table, ChannelPerson.of(person, person.today(now)))


@dataclass(slots=True)
class _Batch:
    """The changes that a batch makes to the register."""

    known: Known
    changes: list[transitions.MovedPair] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    lines: list[Awaited] = field(default_factory=list)
    fulfilled: list[int] = field(default_factory=list)


@dataclass
class PeopleImport(OnceImport[Entry, PeopleOutcome]):
    """An import of people. ``grace`` is how long people who moved stay in their former channel; ``tells`` says whether
    people are told of a new role, by long work that gives way to requests."""

    database: Database
    accounts: Accounts
    clock: Callable[[], datetime]
    complain: Complain
    grace: timedelta
    memberships: Memberships
    pen: Pen | None = None
    tells: bool = True
    outcome: PeopleOutcome = field(default_factory=PeopleOutcome)

    def read(self, number: int, line: Cells) -> Entry:
        """Read a line about a person, who may be named once in a file."""
        entry = read_entry(line)
        self.note_named(number, "username", entry.username)
        self.note_named(number, "email", entry.email)
        return entry

    async def store(self, numbered: Sequence[tuple[int, Entry]]) -> None:
        """Store the changes; a line may still turn out to be about somebody named before."""
        names = [entry.username for _, entry in numbered if entry.username]
        emails = [entry.email for _, entry in numbered if entry.email]
        accounts = await self.accounts.named(names)
        ids = [account.id for account in accounts.values()]
        async with take_turn(self.database) as db:
            batch = _Batch(Known(accounts, self.clock()))
            found = await people.among(db, ids, names, emails)
            batch.known.add(found, await register.find_awaited_among(db, names, emails))
            sirets = [siret for _, entry in numbered if (siret := entry.said.get("siret"))]
            employers = await register.find_structures(db, sirets)
            for number, entry in numbered:
                try:
                    self._take(batch, number, entry, employers)
                except BadLineError as fault:
                    self.refuse(number, fault)
            await self._write(db, batch)

    def _take(self, batch: _Batch, number: int, entry: Entry, employers: register.Employers) -> None:
        person, waiting = batch.known.person(entry), batch.known.waiting(entry)
        if person is None:
            line, is_news = change_awaited(waiting, entry, employers, batch.known.now)
            if is_news:
                self.outcome.note(number, "waiting", entry.username or entry.email)
                batch.lines.append(line)
            else:
                self.outcome.waiting += 1
            return
        if line_before := self._seen.note(f"id {person.id}", number):
            raise BadLineError(f"c’est la personne de la ligne {line_before}, sous un autre nom")
        before = batch.known.ids.get(person.id)
        after = change_person(person, entry, employers)
        batch.fulfilled += [waiting.id] if waiting and waiting.id else []
        if before is None:
            self.outcome.note(number, "added", after.username)
        elif after is before:
            self.outcome.note(number, "same", after.username)
            return
        else:
            self.outcome.note(number, "changed", after.username, list_changed_columns(before, after))
            batch.changes.append((before, after))
        self.memberships.note(before, after, batch.known.now)
        batch.persons.append(after)

    async def _write(self, db: AsyncSession, batch: _Batch) -> None:
        await people.register_people(db, batch.persons)
        if self.pen is not None:
            was = {before.id: before for before, _ in batch.changes}
            changes = [(was.get(one.id) or _unknown(one), one) for one in batch.persons]
            await tell(db, self.pen, changes, batch.known.now)
        await self._tell_each(db, batch)
        await transitions.note_moves(db, batch.changes, batch.known.now, self.grace)
        await register.write_awaited(db, batch.lines)
        await register.forget_awaited(db, batch.fulfilled)
        is_news = bool(batch.persons or batch.lines or batch.fulfilled)
        self.outcome.news |= is_news
        if is_news:
            names = [person.username for person in batch.persons]
            now = batch.known.now
            await note(db, AuditAct.IMPORT, "import:people", now, personnes=names, attendues=len(batch.lines))

    async def _tell_each(self, db: AsyncSession, batch: _Batch) -> None:
        if not (self.tells and self.pen is not None and self.pen.settings.secrets):
            await forget_role_notices(db, [person.id for person in batch.persons])
        elif count := await count_role_notices(db, [person.id for person in batch.persons]):
            self.outcome.told += count
            await begin_telling(db, batch.known.now)


def _unknown(person: Person) -> Person:
    """Return the empty entry of a person before the register knew them."""
    return Person(id=person.id, username=person.username, timezone=person.timezone, since=person.since)
