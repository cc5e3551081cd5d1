"""A resource of the ressourcerie, and how the table is written: each time under a number that tells what is new."""

import datetime as dt
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import sqlalchemy
from sqlalchemy import JSON, Column, Text, bindparam, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.folding import fold
from config.themes import from_bits
from storage.database import Code, UtcTime, execute, insertion
from storage.links import LINK_MAX, digest, key_of

TITLE_MAX, DESCRIPTION_MAX, LICENCE_MAX, SOURCE_MAX, REASON_MAX = 200, 4000, 80, 120, 500
KEY_MAX = 80
_WRITTEN = "resources written"
"""What a session’s own information says of it."""


class State(StrEnum):
    """What became of a resource: only published ones are found."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Resource(SQLModel, table=True):
    """Something to be found again; its ``id`` is the number that people say.

    ``key`` tells resources apart: by their link where they have one, else by their title. ``source`` is a list outside
    and the id there (« les-bases:42 »), empty for our own. ``themes`` is a bitmask (config.themes); ``categorie``,
    ``type``, ``niveau`` and ``public`` are codes of config.ressources, empty where it was not said. ``auteur`` is a
    user name as it was said, ``auteur_id`` the account where the register knows one. ``decided_by`` is who published,
    refused or withdrew it, empty for an import, ``reason`` why it was refused or withdrawn. ``revision`` is the
    number of the last writing, ``version`` counts what people changed of it (storage/ressources/versions.py).

    ``deposited_by`` is the account that proposed it (empty: an import), from the message ``source_post`` or the
    ticket ``ticket`` if there was one. ``files`` are the names of its files by their id, as they were given; once
    published it stands in the post ``post_id`` of ``channel_id``, with its files (empty: nowhere yet), and what
    people say of it under ``thread_post``; ``showing`` counts the posts that had its files before. ``question`` is
    what animateurs want to know of who proposed it. ``published_at`` is when it was first published; at
    ``review_on`` it is to be looked at again, and ``reviews`` counts who was reminded since: nobody, its author,
    animateurs.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=KEY_MAX)
    source: str = Field(default="", index=True, max_length=SOURCE_MAX)
    titre: str = Field(max_length=TITLE_MAX)
    description: str = Field(default="", sa_type=Text)
    url: str = Field(default="", max_length=LINK_MAX)
    categorie: str = Field(default="", max_length=32)
    themes: int = 0
    type: str = Field(default="", max_length=32)
    niveau: str = Field(default="", max_length=32)
    public: str = Field(default="", max_length=32)
    licence: str = Field(default="", max_length=LICENCE_MAX)
    auteur: str = Field(default="", max_length=64)
    auteur_id: str = Field(default="", max_length=26)
    date: dt.date
    state: State = Field(sa_type=Code(State))
    decided_by: str = Field(default="", max_length=26)
    reason: str = Field(default="", max_length=REASON_MAX)
    deposited_by: str = Field(default="", max_length=26, index=True)
    source_post: str = Field(default="", max_length=26, index=True)
    ticket: int | None = Field(default=None, index=True)
    files: dict[str, str] = Field(default={}, sa_column=Column(JSON, nullable=False))
    post_id: str = Field(default="", max_length=26, index=True)
    channel_id: str = Field(default="", max_length=26)
    thread_post: str = Field(default="", max_length=26, index=True)
    showing: int = 0
    question: str = Field(default="", max_length=REASON_MAX)
    version: int = 1
    published_at: dt.datetime | None = Field(default=None, sa_type=UtcTime, index=True)
    review_on: dt.date | None = Field(default=None, index=True)
    reviews: int = 0
    created_at: dt.datetime = Field(sa_type=UtcTime)
    changed_at: dt.datetime = Field(sa_type=UtcTime)
    revision: int = Field(index=True)

    @property
    def number(self) -> int:
        """How people call it. (Only what is not stored yet has none.)"""
        assert self.id is not None
        return self.id

    @property
    def theme_codes(self) -> tuple[str, ...]:
        """Its themes, in the order of the table."""
        return from_bits(self.themes)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list shows of a resource: its columns, without what only the table needs."""

    id: int
    titre: str
    description: str
    url: str
    categorie: str
    themes: int
    type: str
    niveau: str
    public: str
    licence: str
    auteur: str
    auteur_id: str
    date: dt.date


class Stamp(SQLModel, table=True):
    """The only row of its table: how often resources were written, so that readers know what they have not seen."""

    __tablename__ = "resource_stamp"

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int


def key(url: str, titre: str) -> str:
    """What tells a resource apart."""
    return key_of(url) if url else digest("titre", fold(titre))


async def stamp(db: AsyncSession) -> int:
    """The number of the last writing."""
    return int((await execute(db, _STAMP)).scalar_one())


async def begin_writing(db: AsyncSession) -> int:
    """The number of this writing, asked for before anything is read that decides what to write.

    Who writes meanwhile waits for the end of this transaction: numbers are seen in their order.
    """
    db.info[_WRITTEN] = True
    return int((await execute(db, _NEXT)).scalar_one())


def is_written(db: AsyncSession) -> bool:
    """Whether this very transaction writes resources: what it wrote may still be taken back."""
    return bool(db.info.get(_WRITTEN))


async def get(db: AsyncSession, number: int) -> Resource | None:
    """The resource of that number, whatever its state."""
    return (await db.exec(select(Resource).where(Resource.id == number))).first()


async def reread(db: AsyncSession, number: int) -> Resource | None:
    """The same as it is now, whatever was read of it before: for whoever began to write since."""
    query = select(Resource).where(Resource.id == number).execution_options(populate_existing=True)
    return (await db.exec(query)).first()


async def among_numbers(db: AsyncSession, numbers: Collection[int]) -> Mapping[int, Resource]:
    """Those of these numbers that are there, whatever their state."""
    rows = (await db.exec(select(Resource).where(col(Resource.id).in_(numbers)))).all()
    return {row.number: row for row in rows}


async def shown(db: AsyncSession, numbers: Sequence[int]) -> tuple[Sequence[Shown], int]:
    """Those of these numbers that are there, in that order, and the number of the last writing: in one go."""
    rows = (await execute(db, _SHOWN, {"numbers": list(numbers)})).all()
    found = {row[0]: _shown(row) for row in rows}
    return [found[n] for n in numbers if n in found], rows[0][-1] if rows else await stamp(db)


async def among(db: AsyncSession, keys: Collection[str], sources: Collection[str]) -> Sequence[Resource]:
    """Those that have some of a few hundred keys, or of ids elsewhere, at most; whatever their state."""
    wanted = or_(col(Resource.key).in_(keys), col(Resource.source).in_(sources))
    return (await db.exec(select(Resource).where(wanted).order_by(col(Resource.id)))).all()


async def by_key(db: AsyncSession, wanted: str) -> Resource | None:
    """The one that this tells apart."""
    return (await db.exec(select(Resource).where(Resource.key == wanted))).first()


async def by_link(db: AsyncSession, url: str) -> Resource | None:
    """The resource to which this link leads, whatever its state: the same one is kept once."""
    return await by_key(db, key_of(url))


async def write(db: AsyncSession, resources: Sequence[Resource], revision: int) -> None:
    """Write down all that is known of these: those without a number are new. ``begin_writing`` gave the revision."""
    rows = [resource.model_dump() | {"revision": revision} for resource in resources]
    if new := [{name: row[name] for name in row if name != "id"} for row in rows if row["id"] is None]:
        await execute(db, insertion(db, Resource), new)
    if known := [{**row, "number": row.pop("id")} for row in rows if row["id"] is not None]:
        await execute(db, _UPDATE, known)


async def pages(db: AsyncSession, state: State, size: int = 500) -> AsyncIterator[Sequence[Resource]]:
    """All in one state, by number, so many at a time."""
    last: int | None = 0
    while page := (await db.exec(_after(last or 0, size).where(Resource.state == state))).all():
        yield page
        db.expunge_all()
        last = page[-1].id


async def news(db: AsyncSession, seen: int, size: int = 500) -> AsyncIterator[Sequence[tuple[Shown, State]]]:
    """All that was written after a number, whatever its state, so many at a time."""
    last = 0
    while rows := (await execute(db, _NEWS, {"seen": seen, "last": last, "size": size})).all():
        yield [(_shown(row), row[-1]) for row in rows]
        last = rows[-1][0]


def _shown(row: Sequence[Any]) -> Shown:
    return Shown(*row[:-1])


def _after(number: int, size: int) -> Any:
    return select(Resource).where(col(Resource.id) > number).order_by(col(Resource.id)).limit(size)


_COLUMNS = tuple(name for name in Resource.model_fields if name != "id")
_STAMP = select(col(Stamp.number)).where(Stamp.id == 1)
_LISTED = [col(getattr(Resource, each.name)) for each in fields(Shown)]
_SHOWN = sqlalchemy.select(*_LISTED, _STAMP.scalar_subquery().label("stamp")).where(
    col(Resource.id).in_(bindparam("numbers", expanding=True))
)
_NEWS = (
    sqlalchemy.select(*_LISTED, col(Resource.state))
    .where(col(Resource.revision) > bindparam("seen"), col(Resource.id) > bindparam("last"))
    .order_by(col(Resource.id))
    .limit(bindparam("size"))
)
_NEXT = update(Stamp).where(col(Stamp.id) == 1).values(number=col(Stamp.number) + 1).returning(col(Stamp.number))
_UPDATE = (
    update(Resource)
    .where(col(Resource.id) == bindparam("number"))
    .values({name: bindparam(name) for name in _COLUMNS})
    .execution_options(synchronize_session=False)
)
