"""The directory as it stands now: read whole at each search, compared, and indexed anew only where it changed."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import String, cast, literal, or_, select, type_coerce
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.annuaire.contacts import Contact, State
from storage.annuaire.entries import Entry
from storage.annuaire.index import Index
from storage.database import execute
from storage.people import Awaited, Person, Role

AT_ONCE = 100
"""Entries indexed before others have their turn: the first time there may be thousands."""

_TEXTS = ("prenom", "nom", "email", "telephone", "structure", "code_commune")
_JSONS = ("departements", "skills", "skill_words", "languages", "shown_to")
_OF_A_LINE = ("prenom", "nom", "email", "structure", "code_commune")
_OF_A_CONTACT = ("id", "key", "nom", "organisme", "fonction", "email", "telephone", "site", "departement")

# As texts: what the database says is compared as it stands, and taken apart only where it changed.
_PEOPLE = select(
    *(getattr(Person, name) for name in ("id", "username", "helps")),
    *(type_coerce(getattr(Person, name), String) for name in ("role", "derived_role")),
    *(getattr(Person, name) for name in _TEXTS),
    *(cast(getattr(Person, name), String) for name in _JSONS),
).where(col(Person.is_hidden).is_(False))
_AWAITED = select(
    literal(""),
    col(Awaited.username),
    type_coerce(col(Awaited.role), String),
    *(getattr(Awaited, name) for name in _OF_A_LINE),
    cast(col(Awaited.departements), String),
)
_CONTACTS = select(*(getattr(Contact, name) for name in _OF_A_CONTACT)).where(col(Contact.state) == State.PUBLISHED)

Row = tuple[Any, ...]


@dataclass(slots=True)
class _Memory:
    """What was read last, and the index of it."""

    rows: Sequence[Sequence[Row]] = ()
    entries: dict[Row, Entry] = field(default_factory=dict)
    index: Index = field(default_factory=lambda: Index(()))


_memories: dict[bool, _Memory] = {}
"""With and without those who have no account yet: each is right, or made anew, whichever database is read."""


async def read(db: AsyncSession, today: date, *, awaited: bool = False) -> Index:
    """The directory: who is neither hidden nor gone by that day, contacts, and if wanted who is announced."""
    rows = [
        await _rows(db, _PEOPLE.where(_is_there(Person, today)).order_by(col(Person.id))),
        await _rows(db, _CONTACTS.order_by(col(Contact.id))),
        await _rows(db, _AWAITED.where(_is_there(Awaited, today)).order_by(col(Awaited.id))) if awaited else [],
    ]
    known = _memories.get(awaited) or _Memory()
    if rows != known.rows:
        known = await _index(rows, known.entries)
        _memories[awaited] = known
    return known.index


async def _rows(db: AsyncSession, statement: Any) -> list[Row]:
    return [tuple(row) for row in await execute(db, statement)]


def _is_there(table: type[Person] | type[Awaited], today: date) -> Any:
    return or_(col(table.left_on).is_(None), col(table.left_on) >= today)


async def _index(rows: Sequence[Sequence[Row]], known: dict[Row, Entry]) -> _Memory:
    """All entries; what did not change is not read anew."""
    readers: tuple[Callable[[Row], Entry], ...] = (_person, _contact, _line)
    present = {row[1] for row in rows[0]}
    lines = [row for row in rows[2] if row[1] not in present]
    entries: dict[Row, Entry] = {}
    for kind, of_kind in zip(readers, (rows[0], rows[1], lines), strict=True):
        for row in of_kind:
            entries[row] = known.get(row) or kind(row)
            if len(entries) % AT_ONCE == 0:
                await asyncio.sleep(0)
    return _Memory(rows, entries, Index(tuple(entries.values())))


def _person(row: Row) -> Entry:
    """Somebody; their role is the one the register gives, else what Mattermost last told."""
    ident, username, helps, role, derived, *rest = row
    texts = dict(zip(_TEXTS, rest[: len(_TEXTS)], strict=True))
    lists = {name: json.loads(text) for name, text in zip(_JSONS, rest[len(_TEXTS) :], strict=True)}
    lists["shown_to"] = lists["shown_to"] or {}
    acts_as = role or derived
    known = {"helps": helps, "role": Role(acts_as) if acts_as else None}
    return Entry.of_person(Person(id=ident, username=username, **known, **texts, **lists))


def _line(row: Row) -> Entry:
    _, username, role, *texts, departements = row
    known = dict(zip(_OF_A_LINE, texts, strict=True))
    places = json.loads(departements)
    person = Person(id="", username=username or "", role=role and Role(role), departements=places, **known)
    return Entry.of_person(person)


def _contact(row: Row) -> Entry:
    return Entry.of_contact(Contact(**dict(zip(_OF_A_CONTACT, row, strict=True)), state=State.PUBLISHED))
