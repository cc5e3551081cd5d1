"""The directory as it stands now: read whole at each search, compared, and indexed anew only where it changed."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.annuaire.contacts import Contact, State
from storage.annuaire.entries import Entry
from storage.annuaire.index import Index
from storage.database import dialect, execute
from storage.people import Awaited, Person, Role

AT_ONCE = 100
"""Entries indexed before others have their turn: the first time there may be thousands."""
BETWEEN = "\x1e"
"""What stands between two rows: no JSON holds it."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A table that the directory reads: columns, and columns that hold JSON, one row being one line."""

    table: type[Any]
    plain: tuple[str, ...]
    jsons: tuple[str, ...] = ()

    def line(self, kind: str) -> ColumnElement[str]:
        """A row as a JSON array, in the words of a kind of database."""
        plain = [col(getattr(self.table, name)) for name in self.plain]
        jsons = [col(getattr(self.table, name)) for name in self.jsons]
        if kind == "postgresql":
            return cast(func.json_build_array(*plain, *jsons), Text)
        return func.json_array(*plain, *(func.json(column) for column in jsons))

    def read(self, line: str) -> dict[str, Any]:
        """The columns of a line."""
        return dict(zip((*self.plain, *self.jsons), json.loads(line), strict=True))


_PEOPLE = _Source(
    Person,
    (
        *("id", "username", "helps", "role", "derived_role", "prenom", "nom"),
        *("email", "telephone", "structure", "code_commune"),
    ),
    ("departements", "skills", "skill_words", "languages", "shown_to"),
)
_LINES = _Source(
    Awaited, ("username", "role", "prenom", "nom", "email", "structure", "code_commune"), ("departements",)
)
_CONTACTS = _Source(Contact, ("id", "key", "nom", "organisme", "fonction", "email", "telephone", "site", "departement"))


@dataclass(slots=True)
class _Memory:
    """What was read last, and the index of it."""

    texts: Sequence[str] = ()
    entries: dict[str, Entry] = field(default_factory=dict)
    index: Index = field(default_factory=lambda: Index(()))


_memories: dict[bool, _Memory] = {}
"""With and without those who have no account yet: each is right, or made anew, whichever database is read."""


async def read(db: AsyncSession, today: date, *, awaited: bool = False) -> Index:
    """The directory: who is neither hidden nor gone by that day, contacts, and if wanted who is announced."""
    seen = _is_there(Person, today) & col(Person.is_hidden).is_(False)
    texts = [
        await _text(db, _PEOPLE, seen),
        await _text(db, _CONTACTS, col(Contact.state) == State.PUBLISHED),
        await _text(db, _LINES, _is_there(Awaited, today)) if awaited else "",
    ]
    known = _memories.get(awaited) or _Memory()
    if texts != known.texts:
        known = await _index(texts, known.entries)
        _memories[awaited] = known
    return known.index


async def _text(db: AsyncSession, source: _Source, wanted: Any) -> str:
    """All rows as one text: thousands of them would be objects that the garbage collector goes through again."""
    kind = dialect(db)
    rows = select(source.line(kind).label("line")).where(wanted).order_by(col(source.table.id)).subquery()
    joined = func.string_agg if kind == "postgresql" else func.group_concat
    return (await execute(db, select(joined(rows.c.line, BETWEEN)))).scalar() or ""


def _is_there(table: type[Person] | type[Awaited], today: date) -> ColumnElement[bool]:
    return or_(col(table.left_on).is_(None), col(table.left_on) >= today)


async def _index(texts: Sequence[str], known: dict[str, Entry]) -> _Memory:
    """All entries; what did not change is not read anew."""
    readers: tuple[Callable[[str], Entry], ...] = (_person, _contact, _announced)
    entries: dict[str, Entry] = {}
    for reader, text in zip(readers, texts, strict=True):
        for line in filter(None, text.split(BETWEEN)):
            entries[line] = known.get(line) or reader(line)
            if len(entries) % AT_ONCE == 0:
                await asyncio.sleep(0)
    return _Memory(texts, entries, Index(_once(entries)))


def _once(entries: dict[str, Entry]) -> tuple[Entry, ...]:
    """All but the announced who are there already under their name."""
    present = {entry.person.username for entry in entries.values() if entry.person and entry.person.id}
    return tuple(e for e in entries.values() if not e.person or e.person.id or e.person.username not in present)


def _person(line: str) -> Entry:
    """Somebody; their role is the one the register gives, else what Mattermost last told."""
    said = _PEOPLE.read(line)
    given, derived = said.pop("role"), said.pop("derived_role")
    role = given or derived
    said |= {"role": role and Role(role), "shown_to": said["shown_to"] or {}, "helps": bool(said["helps"])}
    return Entry.of_person(Person(**said))


def _announced(line: str) -> Entry:
    said = _LINES.read(line)
    role, username = said.pop("role"), said.pop("username") or ""
    return Entry.of_person(Person(**said, id="", username=username, role=role and Role(role)))


def _contact(line: str) -> Entry:
    return Entry.of_contact(Contact(**_CONTACTS.read(line), state=State.PUBLISHED))
