"""Tags of reports: words that one person or a département chose, by which reports are found and counted."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, Table, UniqueConstraint, delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.text import fold
from storage.database import Numbered, UtcTime, insertion
from storage.people import Person

NAME_MAX = 30
REPORT_MAX = 5
"""The most tags of one report."""
CODE_MAX = 3
"""The most characters of a département’s code; the id of a person is longer."""
OWNER_MAX = 50
"""The most tags of one person, or of one département."""
RESTORE_FOR = timedelta(days=30)
"""How long a deleted tag can be brought back, with its reports."""


class Tag(Numbered, table=True):
    """A tag of ``owner``: somebody’s id, or the code of a département for all who work there. ``folded`` is the name
    as names are compared, without capitals and accents."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("owner", "folded"),)

    owner: str = Field(max_length=26)
    name: str = Field(max_length=NAME_MAX)
    folded: str = Field(max_length=NAME_MAX)
    created_at: datetime = Field(sa_type=UtcTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcTime)


class CraTag(SQLModel, table=True):
    """A tag that a report has, both by number."""

    __tablename__ = "cra_tag"
    __table_args__ = (Index("ix_cra_tag_tag", "tag"),)

    cra: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    tag: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})


_IN_LINE = re.compile(r"(?<![^\s,;(])#(?=[\d_’'-]*[^\W\d_])([^\W_][\w’'-]*)")
"""« # » at the beginning of a word that has a letter: « #12 » is a number."""


def take_tags(text: str) -> tuple[str, list[str]]:
    """Take the tags out of a line: the line without them, and their names as typed, each once."""
    found = list(dict.fromkeys(match[1] for match in _IN_LINE.finditer(text)))
    return (_IN_LINE.sub(" ", text) if found else text), found


_TAG: Table = Tag.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_LINK: Table = CraTag.__table__  # type: ignore[attr-defined]
_STANDS = _TAG.c.deleted_at.is_(None)


class FullListError(Exception):
    """Raised where a person, or a département, already has as many tags as allowed."""


def list_owners(person: Person) -> tuple[str, ...]:
    """List the owners of the tags that somebody may use: their départements, and themselves."""
    return (*person.departements, person.id)


async def find_any_tag(db: AsyncSession) -> Collection[str]:
    """Tell whether there is any tag at all: return the empty id if so, else nothing, so that no tags are read where
    there are none."""
    found = (await db.exec(select(Tag.id).where(col(Tag.deleted_at).is_(None)).limit(1))).first()
    return ("",) if found is not None else ()


async def read_known_names(db: AsyncSession, person_id: str) -> tuple[str, ...]:
    """Read the names of the tags that somebody may use, in the order of the alphabet, each once."""
    person = await db.get(Person, person_id)
    found = await list_known(db, list_owners(person) if person else (person_id,))
    return tuple(sorted((tag.name for tag in _by_name(found, person_id).values()), key=fold))


def _by_name(tags: Sequence[Tag], person_id: str) -> dict[str, Tag]:
    """Return tags by the names in which they are compared; a département’s tag wins over the person’s own."""
    return {tag.folded: tag for tag in sorted(tags, key=lambda tag: tag.owner != person_id)}


async def list_known(db: AsyncSession, owners: Collection[str]) -> Sequence[Tag]:
    """List the tags of some owners, in the order of the alphabet."""
    theirs = (col(Tag.owner).in_(owners), col(Tag.deleted_at).is_(None))
    return (await db.exec(select(Tag).where(*theirs).order_by(col(Tag.folded), col(Tag.id)))).all()


async def count_reports(db: AsyncSession, author_id: str, reports: Table, numbers: Collection[int]) -> dict[int, int]:
    """Count, for each of these tags, how many of somebody’s reports have it; deleted ones do not count."""
    counted = (
        select(_LINK.c.tag, func.count())
        .join(reports, reports.c.id == _LINK.c.cra)
        .where(_LINK.c.tag.in_(numbers), reports.c.author_id == author_id, reports.c.deleted_at.is_(None))
        .group_by(_LINK.c.tag)
    )
    rows = (await db.execute(counted)).all()
    return {row[0]: row[1] for row in rows}


async def find_tag(db: AsyncSession, owner: str, name: str) -> Tag | None:
    """Find a tag of an owner by its name, as it is now, deleted or not."""
    mine = select(Tag).where(Tag.owner == owner, Tag.folded == fold(name))
    return (await db.exec(mine.execution_options(populate_existing=True))).first()


async def add_tag(db: AsyncSession, owner: str, name: str, now: datetime) -> Tag:
    """Add a tag, or restore a deleted one; an existing one stays as it is. Raises FullListError."""
    known = await find_tag(db, owner, name)
    if known and known.deleted_at is None:
        return known
    if len(await list_known(db, [owner])) >= OWNER_MAX:
        raise FullListError
    row = {"owner": owner, "name": name, "folded": fold(name), "created_at": now}
    new = insertion(db, Tag).values(row)
    await db.execute(new.on_conflict_do_update(index_elements=["owner", "folded"], set_={"deleted_at": None}))
    added = await find_tag(db, owner, name)
    assert added is not None
    return added


async def rename_tag(db: AsyncSession, tag: Tag, name: str) -> bool:
    """Rename a tag in all its reports; return False where its owner already has a tag of that name."""
    other = await find_tag(db, tag.owner, name)
    if other is not None and other.id != tag.id:
        if other.deleted_at is None:
            return False
        await db.execute(delete(_LINK).where(_LINK.c.tag == other.id))
        await db.execute(delete(_TAG).where(_TAG.c.id == other.id))
    await db.execute(update(_TAG).where(_TAG.c.id == tag.id).values(name=name, folded=fold(name)))
    return True


async def mark_deleted(db: AsyncSession, tag: Tag, at: datetime | None) -> None:
    """Delete a tag from all reports and lists, or restore it (None)."""
    await db.execute(update(_TAG).where(_TAG.c.id == tag.id).values(deleted_at=at))


async def get_tag(db: AsyncSession, number: int) -> Tag | None:
    """Get a tag by its number, as it is now, deleted or not."""
    return await db.get(Tag, number, populate_existing=True)


async def tag_report(db: AsyncSession, person: Person, cra: int, names: Sequence[str], now: datetime) -> None:
    """Give a report exactly these tags. A name means the tag of the author’s département where there is one, else the
    author’s own, which is added where it is new. Raises FullListError."""
    known = _by_name(await list_known(db, list_owners(person)), person.id)
    chosen = [known.get(fold(name)) or await add_tag(db, person.id, name, now) for name in names]
    numbers = {tag.number for tag in chosen}
    await db.execute(delete(_LINK).where(_LINK.c.cra == cra, _LINK.c.tag.not_in(numbers)))
    if numbers:
        rows = [{"cra": cra, "tag": number} for number in sorted(numbers)]
        await db.execute(insertion(db, CraTag).values(rows).on_conflict_do_nothing())


async def list_names(db: AsyncSession, reports: Collection[int]) -> Mapping[int, tuple[str, ...]]:
    """List the names of the tags of these reports, by report."""
    if not reports:
        return {}
    joined = select(_LINK.c.cra, _TAG.c.name).join(_TAG, _TAG.c.id == _LINK.c.tag)
    rows = await db.execute(joined.where(_LINK.c.cra.in_(reports), _STANDS).order_by(_TAG.c.folded))
    found: dict[int, list[str]] = defaultdict(list)
    for cra, name in rows:
        found[cra].append(name)
    return {cra: tuple(names) for cra, names in found.items()}


def has_tag(number: Any, name: str) -> ColumnElement[bool]:
    """Make the condition in SQL that the report of a number (a column) has a tag of a name, whoever owns the tag."""
    linked = select(_LINK.c.cra).join(_TAG, _TAG.c.id == _LINK.c.tag)
    return linked.where(_LINK.c.cra == number, _TAG.c.folded == fold(name), _STANDS).exists()


async def find_shared_tags(db: AsyncSession, name: str, departements: Collection[str] | None) -> Mapping[str, int]:
    """Find the tags of a name that départements have (None: any département), by code."""
    shared = (_TAG.c.folded == fold(name), _STANDS, func.length(_TAG.c.owner) <= CODE_MAX)
    theirs = shared if departements is None else (*shared, _TAG.c.owner.in_(departements))
    rows: Sequence[Any] = (await db.execute(select(_TAG.c.owner, _TAG.c.id).where(*theirs))).all()
    return dict(rows)


def is_tagged(number: Any, tag: Any) -> ColumnElement[bool]:
    """Make the condition in SQL that a report has a tag, where both numbers are columns."""
    return select(_LINK.c.cra).where(_LINK.c.cra == number, _LINK.c.tag == tag).exists()
