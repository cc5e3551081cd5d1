"""The resources: their table, how it is written and read, their versions, lists by state, and reviews that are due.
Each writing has a number of its own, which tells what is new since another one."""

import datetime as dt
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from config.text import fold
from config.themes import from_bits
from storage import database
from storage.database import Code, Numbered, UtcTime, execute, insertion
from storage.urls import LINK_MAX, digest_key, url_key

TITLE_MAX, DESCRIPTION_MAX, LICENCE_MAX, SOURCE_MAX, REASON_MAX = 200, 4000, 80, 120, 500
KEY_MAX = 80
_WRITTEN = "resources written"
"""The key in a session’s ``info`` for the resources that it has written."""


class ResourceState(StrEnum):
    """The state of a resource: only published ones are found."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STANDING_STATES = (ResourceState.PROPOSED, ResourceState.PUBLISHED)
"""The states of resources that were neither refused nor withdrawn."""


class Resource(Numbered, table=True):
    """A resource: something to be found again; its ``id`` is the number that people say.

    ``key`` tells resources apart: by their link where they have one, else by their title. ``source`` is a list outside
    and the id there (« les-bases:42 »), empty for our own. ``themes`` is a bitmask (config.themes); ``categorie``,
    ``type``, ``niveau`` and ``public`` are codes of config.ressources, empty where it was not said. ``auteur`` is a
    user name as it was said, ``auteur_id`` the account where the register knows one. ``decided_by`` is who published,
    refused or withdrew it, empty for an import, ``reason`` why it was refused or withdrawn. ``revision`` is the
    number of the last writing, ``version`` counts what people changed of it (storage/ressources/resources.py).

    ``deposited_by`` is the account that proposed it (empty: an import), from the message ``source_post`` or the
    ticket ``ticket`` if there was one. ``files`` are the names of its files by their id, as they were given; once
    published it stands in the post ``post_id`` of ``channel_id``, with its files (empty: nowhere yet), and what
    people say of it under ``thread_post``; ``showing`` counts the posts that had its files before. ``question`` is
    what animateurs want to know of whoever proposed it. ``published_at`` is when it was first published; at
    ``review_on`` it is to be looked at again, and ``reviews`` counts who was reminded since: nobody, its author,
    animateurs.
    """

    key: str = Field(unique=True, max_length=KEY_MAX)
    source: str = Field(default="", index=True, max_length=SOURCE_MAX)
    titre: str = Field(max_length=TITLE_MAX)
    description: str = Field(default="", sa_type=sa.Text)
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
    state: ResourceState = Field(sa_type=Code(ResourceState))
    decided_by: str = Field(default="", max_length=26)
    reason: str = Field(default="", max_length=REASON_MAX)
    deposited_by: str = Field(default="", max_length=26, index=True)
    source_post: str = Field(default="", max_length=26, index=True)
    ticket: int | None = Field(default=None, index=True)
    files: dict[str, str] = Field(default={}, sa_column=sa.Column(sa.JSON, nullable=False))
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
    def theme_codes(self) -> tuple[str, ...]:
        """The codes of the resource’s themes, in the order of the table."""
        return from_bits(self.themes)


@dataclass(frozen=True, slots=True)
class ShownResource:
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

    state: ClassVar = ResourceState.PUBLISHED
    """The state, always that of published resources, as only these are listed so."""
    deposited_by: ClassVar = ""
    """The depositor, which is not read: a list shows what anybody may see."""

    @property
    def number(self) -> int:
        """The number by which people call the resource."""
        return self.id


AnyResource = Resource | ShownResource


class Stamp(SQLModel, table=True):
    """The number of writings so far, in the only row of its table, by which readers know what is new to them."""

    __tablename__ = "resource_stamp"

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int


def make_key(url: str, titre: str) -> str:
    """Make the key that tells resources apart."""
    return url_key(url) if url else digest_key("titre", fold(titre))


async def read_stamp(db: AsyncSession) -> int:
    """Read the number of the last writing."""
    return int((await execute(db, _STAMP)).scalar_one())


async def begin_writing(db: AsyncSession) -> int:
    """Take the number of a new writing. Call it before reading anything that decides what to write.

    Other writers wait for the end of this transaction, so that numbers become visible in order.
    """
    db.info[_WRITTEN] = True
    return int((await execute(db, _NEXT)).scalar_one())


def is_writing(db: AsyncSession) -> bool:
    """Tell whether this transaction itself writes resources: what it wrote may still be rolled back."""
    return bool(db.info.get(_WRITTEN))


async def get_resource(db: AsyncSession, number: int) -> Resource | None:
    """Get a resource by its number, in any state, as it is now, even after this transaction began to write."""
    query = select(Resource).where(Resource.id == number).execution_options(populate_existing=True)
    return (await db.exec(query)).first()


async def find_by_numbers(db: AsyncSession, numbers: Collection[int]) -> Mapping[int, Resource]:
    """Find the resources of these numbers, in any state."""
    rows = (await db.exec(select(Resource).where(col(Resource.id).in_(numbers)))).all()
    return {row.number: row for row in rows}


async def list_shown(db: AsyncSession, numbers: Sequence[int]) -> tuple[Sequence[ShownResource], int]:
    """List the resources of these numbers, in that order, and the number of the last writing, read at the same
    moment."""
    rows = (await execute(db, _SHOWN, {"numbers": list(numbers)})).all()
    found = {row[0]: _make_shown(row) for row in rows}
    return [found[n] for n in numbers if n in found], rows[0][-1] if rows else await read_stamp(db)


async def find_by_keys(db: AsyncSession, keys: Collection[str], sources: Collection[str]) -> Sequence[Resource]:
    """Find the resources that have one of these keys, or of these ids in other lists, a few hundred at most, in any
    state."""
    wanted = sa.or_(col(Resource.key).in_(keys), col(Resource.source).in_(sources))
    return (await db.exec(select(Resource).where(wanted).order_by(col(Resource.id)))).all()


async def find_by_key(db: AsyncSession, key: str) -> Resource | None:
    """Find the resource of a key (``make_key``), in any state."""
    return (await db.exec(select(Resource).where(Resource.key == key))).first()


async def write_resources(db: AsyncSession, resources: Sequence[Resource], revision: int) -> None:
    """Store these resources; those without a number are new. ``revision`` comes from ``begin_writing``."""
    rows = [resource.model_dump() | {"revision": revision} for resource in resources]
    if new := [{name: row[name] for name in row if name != "id"} for row in rows if row["id"] is None]:
        await execute(db, insertion(db, Resource), new)
    if known := [{**row, "number": row.pop("id")} for row in rows if row["id"] is not None]:
        await execute(db, _UPDATE, known)


async def iterate_pages(db: AsyncSession, state: ResourceState, size: int = 500) -> AsyncIterator[Sequence[Resource]]:
    """Yield the resources in a state, by number, one page at a time."""
    query = select(Resource).where(Resource.state == state)
    async for page in database.iterate_pages(database.read_models(db), query, col(Resource.id), size=size):
        yield page
        db.expunge_all()


async def iterate_news(
    db: AsyncSession, seen: int, last: int
) -> AsyncIterator[Sequence[tuple[ShownResource, ResourceState, int]]]:
    """Yield what was written after a number, each with its state and the number of its last writing, one page at a
    time: the resources after ``last``, by their own numbers."""
    while rows := (await execute(db, _NEWS, {"seen": seen, "last": last})).all():
        yield [_make_news(row) for row in rows]
        last = rows[-1][0]


async def list_written_since(db: AsyncSession, seen: int) -> Sequence[int]:
    """List what was written after a number, in any state."""
    return (await db.exec(select(Resource.id).where(col(Resource.revision) > seen))).all()  # type: ignore[return-value]


async def sum_up(db: AsyncSession, seen: int) -> tuple[int, int, int]:
    """Sum up the published resources that were not written after a number: how many, the sum of their numbers, and the
    sum of these times the number of their last writing."""
    number, revision = col(Resource.id), col(Resource.revision)
    sums = select(sa.func.count(), sa.func.sum(number), sa.func.sum(sa.cast(number, sa.BigInteger) * revision))
    count, numbers, products = (
        await db.exec(sums.where(Resource.state == ResourceState.PUBLISHED, revision <= seen))
    ).one()
    return count, int(numbers or 0), int(products or 0)


def _make_shown(row: Sequence[Any]) -> ShownResource:
    return ShownResource(*row[:-1])


def _make_news(row: Sequence[Any]) -> tuple[ShownResource, ResourceState, int]:
    *listed, state, revision = row
    return ShownResource(*listed), state, revision


_COLUMNS = tuple(name for name in Resource.model_fields if name != "id")
_STAMP = select(col(Stamp.number)).where(Stamp.id == 1)
_LISTED = [col(getattr(Resource, each.name)) for each in fields(ShownResource)]
_SHOWN = sa.select(*_LISTED, _STAMP.scalar_subquery().label("stamp")).where(
    col(Resource.id).in_(sa.bindparam("numbers", expanding=True))
)
_NEWS = (
    sa.select(*_LISTED, col(Resource.state), col(Resource.revision))
    .where(col(Resource.revision) > sa.bindparam("seen"), col(Resource.id) > sa.bindparam("last"))
    .order_by(col(Resource.id))
    .limit(100)
)
_NEXT = sa.update(Stamp).where(col(Stamp.id) == 1).values(number=col(Stamp.number) + 1).returning(col(Stamp.number))
_UPDATE = (
    sa.update(Resource)
    .where(col(Resource.id) == sa.bindparam("number"))
    .values({name: sa.bindparam(name) for name in _COLUMNS})
    .execution_options(synchronize_session=False)
)

CONTENT = (
    "titre",
    "url",
    "description",
    "files",
    "categorie",
    "themes",
    "type",
    "niveau",
    "public",
    "licence",
    "auteur",
    "auteur_id",
)
"""The columns that people write, in the order in which they are told."""


class ResourceVersion(SQLModel, table=True):
    """The ``version`` of a resource that ``by`` made: ``before`` has the changed columns with their former values."""

    __tablename__ = "resource_version"

    resource: int = Field(primary_key=True)
    version: int = Field(primary_key=True)
    by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)
    before: dict[str, Any] = Field(default={}, sa_column=sa.Column(sa.JSON, nullable=False))


async def list_versions(db: AsyncSession, resource: int) -> Sequence[ResourceVersion]:
    """List all versions of a resource, the newest first."""
    theirs = select(ResourceVersion).where(ResourceVersion.resource == resource)
    return (await db.exec(theirs.order_by(col(ResourceVersion.version).desc()))).all()


def read_content(resource: Resource) -> dict[str, Any]:
    """Read the content that people wrote of a resource, as it is now."""
    return {name: getattr(resource, name) for name in CONTENT}


def read_content_at(resource: Resource, changes: Sequence[ResourceVersion], version: int) -> dict[str, Any]:
    """Read the content of a resource at a version; ``changes`` are all its versions, the newest first."""
    known = read_content(resource)
    for change in changes:
        if change.version > version:
            known |= {name: value for name, value in change.before.items() if name in known}
    return known


async def revise_resource(
    db: AsyncSession, resource: Resource, said: Mapping[str, Any], made: tuple[str, datetime, int]
) -> Sequence[str]:
    """Store new content of a resource as its next version, and return the columns that changed: where none did, there
    is no version. ``made`` is by whom, when, and the number that ``begin_writing`` gave."""
    by, at, revision = made
    before = {
        name: getattr(resource, name) for name in CONTENT if name in said and getattr(resource, name) != said[name]
    }
    if not before:
        return ()
    for name in before:
        setattr(resource, name, said[name])
    resource.version += 1
    resource.changed_at = at
    resource.key = make_key(resource.url, resource.titre)
    db.add(ResourceVersion(resource=resource.number, version=resource.version, by=by, at=at, before=before))
    await db.flush()
    await write_resources(db, [resource], revision)
    return list(before)


async def list_proposed(db: AsyncSession, limit: int) -> Sequence[Resource]:
    """List the resources that wait for a review, by number."""
    waiting = select(Resource).where(Resource.state == ResourceState.PROPOSED)
    return (await db.exec(waiting.order_by(col(Resource.id)).limit(limit))).all()


async def list_asked(db: AsyncSession, user_id: str) -> Sequence[Resource]:
    """List the resources of somebody whose reviewers wait for an answer, by number."""
    asked = select(Resource).where(Resource.state == ResourceState.PROPOSED, Resource.question != "")
    return (await db.exec(asked.where(Resource.deposited_by == user_id).order_by(col(Resource.id)))).all()


async def count_proposed(db: AsyncSession) -> int:
    """Count the resources that wait for a review."""
    return await _count(db, Resource.state == ResourceState.PROPOSED)


async def count_published_by(db: AsyncSession, user_id: str) -> int:
    """Count the published resources that somebody deposited."""
    return await _count(db, Resource.deposited_by == user_id, Resource.state == ResourceState.PUBLISHED)


async def find_made_of(db: AsyncSession, *, post_id: str = "", ticket: int = 0) -> Resource | None:
    """Find the resource made of a message, or of a ticket, that is proposed or published."""
    of_it = col(Resource.source_post) == post_id if post_id else col(Resource.ticket) == ticket
    there = select(Resource).where(of_it, col(Resource.state).in_(STANDING_STATES))
    return (await db.exec(there.order_by(col(Resource.id)).limit(1))).first()


async def find_by_thread(db: AsyncSession, thread_post: str) -> Resource | None:
    """Find the resource of which people speak in the thread of a post."""
    return (await db.exec(select(Resource).where(Resource.thread_post == thread_post))).first()


async def list_published_between(db: AsyncSession, start: datetime, end: datetime) -> Sequence[Resource]:
    """List the deposited resources that were published in a span of time, in that order; no imported ones."""
    came = select(Resource).where(*_published_within(start, end), col(Resource.deposited_by) != "")
    return (await db.exec(came.order_by(col(Resource.published_at), col(Resource.id)))).all()


async def count_imported(db: AsyncSession, start: datetime, end: datetime) -> int:
    """Count the published resources that were imported in a span of time."""
    return await _count(db, *_published_within(start, end), col(Resource.deposited_by) == "")


async def list_unplaced(db: AsyncSession, limit: int) -> Sequence[Resource]:
    """List published resources whose files are posted nowhere that people can see, the oldest first."""
    hidden = select(Resource).where(Resource.state == ResourceState.PUBLISHED, Resource.post_id == "")
    carrying = hidden.where(sa.cast(col(Resource.files), sa.Text) != "{}", col(Resource.deposited_by) != "")
    return (await db.exec(carrying.order_by(col(Resource.published_at)).limit(limit))).all()


async def _count(db: AsyncSession, *wanted: Any) -> int:
    return (await db.exec(select(sa.func.count()).select_from(Resource).where(*wanted))).one()


def _published_within(start: datetime, end: datetime) -> Sequence[Any]:
    return (
        Resource.state == ResourceState.PUBLISHED,
        col(Resource.published_at) >= start,
        col(Resource.published_at) < end,
    )


NOBODY, AUTHOR, ANIMATEURS = 0, 1, 2
"""The values of ``Resource.reviews``: who was reminded."""
YEAR_MONTHS = 12
"""How many months after its publication, or its last review, a resource is due for review."""
PATIENCE = timedelta(days=14)
"""How long the author of a resource may take to review it before animateurs are asked."""


async def list_reviews_due(db: AsyncSession, today: date, limit: int) -> Sequence[Resource]:
    """List the resources whose author is to be reminded of a review or, after a while, animateurs, those due longest
    first."""
    of_author = (col(Resource.reviews) == NOBODY) & (col(Resource.review_on) <= today)
    of_animateurs = (col(Resource.reviews) == AUTHOR) & (col(Resource.review_on) <= today - PATIENCE)
    return (await db.exec(_select_by_review_day().where(sa.or_(of_author, of_animateurs)).limit(limit))).all()


async def list_to_review(db: AsyncSession, today: date, limit: int, person_id: str | None = None) -> Sequence[Resource]:
    """List the resources that are to be reviewed now: all, or somebody’s."""
    query = _select_by_review_day().where(col(Resource.review_on) <= today)
    if person_id is not None:
        query = query.where(sa.or_(col(Resource.auteur_id) == person_id, col(Resource.deposited_by) == person_id))
    return (await db.exec(query.limit(limit))).all()


async def note_reminded(db: AsyncSession, numbers: Collection[int], reviews: int, today: date) -> None:
    """Note who was reminded of these resources today: the time to react runs from now on."""
    if not numbers:
        return
    revision = await begin_writing(db)
    query = select(Resource).where(col(Resource.id).in_(numbers)).execution_options(populate_existing=True)
    found = (await db.exec(query)).all()
    for each in found:
        each.reviews, each.review_on = reviews, today
    await write_resources(db, found, revision)


def _select_by_review_day() -> SelectOfScalar[Resource]:
    published = select(Resource).where(Resource.state == ResourceState.PUBLISHED)
    return published.order_by(col(Resource.review_on), col(Resource.id))
