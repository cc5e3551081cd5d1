"""Collections, which are resources that somebody put together under a name; and who follows which themes, to be told
each week what is new."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, false, func
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from config.text import fold
from config.themes import THEMES
from storage.database import Numbered, UtcTime, insert_new, insertion, store, upsert
from storage.ressources.resources import Resource, ResourceState

NAME_MAX, ABOUT_MAX = 80, 300
"""The most characters of a name and of a description."""
HELD_MAX = 200
"""The most resources in one collection."""
LISTED_MAX = 60
"""The most collections that are listed."""


class ResourceCollection(Numbered, table=True):
    """A collection of resources; ``key`` is its folded name, by which people call it.

    ``owner_id`` may change it, as animateurs may. A ``pinned`` one stands first, for everybody, and in the channel;
    ``told`` is what stands there (a digest). ``seed`` names what came with the bot. One that was removed keeps its row,
    with a key that nobody calls, so that it can be put back, and does not come again by itself.
    """

    __tablename__ = "resource_collection"

    key: str = Field(unique=True, max_length=NAME_MAX)
    name: str = Field(max_length=NAME_MAX)
    about: str = Field(default="", max_length=ABOUT_MAX)
    owner_id: str = Field(default="", max_length=26, index=True)
    pinned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    seed: str = Field(default="", max_length=16)
    told: str = Field(default="", max_length=64)
    removed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    created_at: datetime = Field(sa_type=UtcTime)


class Collected(SQLModel, table=True):
    """A resource in a collection; ``place`` orders the resources of one collection."""

    __tablename__ = "resource_collected"

    collection: int = Field(primary_key=True)
    resource: int = Field(primary_key=True, index=True)
    place: int
    by: str = Field(default="", max_length=26)
    at: datetime = Field(sa_type=UtcTime)


def make_name_key(name: str) -> str:
    """Make the key that spellings of one name share: letters and figures, folded; "" for a name without any."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in fold(name)).split())[:NAME_MAX].strip()


async def list_collections(db: AsyncSession) -> Sequence[tuple[ResourceCollection, int]]:
    """List all collections, each with its number of published resources; pinned ones first."""
    held = (
        select(Collected.collection, func.count().label("held"))
        .join(
            Resource, (col(Resource.id) == col(Collected.resource)) & (col(Resource.state) == ResourceState.PUBLISHED)
        )
        .group_by(col(Collected.collection))
        .subquery()
    )
    query = select(ResourceCollection, func.coalesce(held.c.held, 0))
    query = query.join(held, held.c.collection == col(ResourceCollection.id), isouter=True).where(_is_there())
    ordered = query.order_by(col(ResourceCollection.pinned).desc(), col(ResourceCollection.key)).limit(LISTED_MAX)
    return [(one, int(count)) for one, count in (await db.exec(ordered)).all()]


async def list_pinned(db: AsyncSession) -> Sequence[ResourceCollection]:
    """List the collections that stand in the channel, or did; removed ones, too."""
    return (await db.exec(select(ResourceCollection).where(col(ResourceCollection.pinned)))).all()


async def find_by_name(db: AsyncSession, name: str) -> ResourceCollection | None:
    """Find the collection of a name."""
    called = select(ResourceCollection).where(ResourceCollection.key == make_name_key(name), _is_there())
    return (await db.exec(called)).first() if make_name_key(name) else None


async def get_collection(db: AsyncSession, number: int) -> ResourceCollection | None:
    """Get a collection by its number, removed or not."""
    query = select(ResourceCollection).where(ResourceCollection.id == number)
    return (await db.exec(query.execution_options(populate_existing=True))).first()


async def is_seeded(db: AsyncSession, seed: str) -> bool:
    """Tell whether the collection that comes with the bot under a name exists, or did."""
    return (await db.exec(select(ResourceCollection.id).where(ResourceCollection.seed == seed))).first() is not None


async def add_collection(db: AsyncSession, new: ResourceCollection) -> int | None:
    """Store a new collection and return its number; None where another has the name."""
    values = new.model_dump(exclude={"id"})
    adding = insertion(db, ResourceCollection).values(values).on_conflict_do_nothing()
    return (await db.execute(adding.returning(col(ResourceCollection.id)))).scalar()


async def rename_collection(db: AsyncSession, one: ResourceCollection, name: str, about: str) -> bool:
    """Rename a collection; False where another is called so."""
    other = await find_by_name(db, name)
    if other is not None and other.id != one.id:
        return False
    one.name, one.about, one.key = name, about, make_name_key(name)
    await store(db, one)
    return True


async def remove_collection(db: AsyncSession, one: ResourceCollection, now: datetime) -> None:
    """Remove a collection: nobody finds it any more, and its name is free."""
    one.removed_at, one.key = now, f"~{one.number}"
    await store(db, one)


async def restore_collection(db: AsyncSession, one: ResourceCollection) -> bool:
    """Bring a removed collection back; False where another took its name."""
    if await find_by_name(db, one.name) is not None:
        return False
    one.removed_at, one.key = None, make_name_key(one.name)
    await store(db, one)
    return True


async def note_told(db: AsyncSession, one: ResourceCollection, told: str) -> None:
    """Store what the channel shows of a collection now."""
    one.told = told
    await store(db, one)


async def list_contents(db: AsyncSession, number: int) -> Sequence[int]:
    """List the published resources of a collection, in order."""
    query = select(Collected.resource).join(Resource, col(Resource.id) == col(Collected.resource))
    query = query.where(Collected.collection == number, Resource.state == ResourceState.PUBLISHED)
    return (await db.exec(query.order_by(col(Collected.place), col(Collected.resource)))).all()


async def put_in(db: AsyncSession, into: int, resource: int, by: str, now: datetime) -> bool:
    """Put a resource at the end; False where it was in it, or the collection is full."""
    there = select(func.count(), func.coalesce(func.max(Collected.place), 0)).where(Collected.collection == into)
    count, last = (await db.exec(there)).one()
    if count >= HELD_MAX:
        return False
    row = {"collection": into, "resource": resource, "place": last + 1, "by": by, "at": now}
    return await insert_new(db, Collected, row)


async def take_out(db: AsyncSession, of: int, resource: int) -> bool:
    """Take a resource out; False where it was not in it."""
    one = delete(Collected).where(col(Collected.collection) == of, col(Collected.resource) == resource)
    return (await db.execute(one.returning(col(Collected.place)))).scalar() is not None


async def move_up(db: AsyncSession, within: int, resource: int) -> None:
    """Move a resource before the published one that preceded it."""
    rows = select(Collected.resource, Collected.place).where(Collected.collection == within)
    places = dict((await db.exec(rows.order_by(col(Collected.place), col(Collected.resource)))).all())
    shown, order = await list_contents(db, within), list(places)
    at = shown.index(resource) if resource in shown else 0
    if at == 0:
        return
    order.remove(resource)
    order.insert(order.index(shown[at - 1]), resource)
    for place, number in enumerate(order, 1):
        if places[number] != place:
            theirs = (col(Collected.collection) == within, col(Collected.resource) == number)
            await db.exec(update(Collected).where(*theirs).values(place=place))


def _is_there() -> ColumnElement[bool]:
    return col(ResourceCollection.removed_at).is_(None)


FRESH_MAX = 2_000
"""The most resources of a week that are compared one by one, the newest ones."""


class ThemeFollow(SQLModel, table=True):
    """Somebody follows a theme (a code of config.themes); ``paused`` keeps it without telling anything.

    ``told_at`` is the moment up to which they were told what is new.
    """

    __tablename__ = "theme_follow"

    user_id: str = Field(primary_key=True, max_length=26)
    theme: str = Field(primary_key=True, max_length=32)
    paused: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    at: datetime = Field(sa_type=UtcTime)
    told_at: datetime = Field(sa_type=UtcTime)


@dataclass(frozen=True, slots=True)
class FreshResource:
    """A resource that people deposited, published at ``since``."""

    number: int
    themes: int
    since: datetime


@dataclass(frozen=True, slots=True)
class FollowerNews:
    """What is new for somebody: the numbers of deposited resources, the newest first, and how many were imported."""

    numbers: Sequence[int]
    imported: int


@dataclass(frozen=True, slots=True)
class NewsHarvest:
    """The resources published in the last weeks, to be told to followers of themes: the deposited ones, and how many
    were imported, by themes and time."""

    deposited: Sequence[FreshResource]
    imported: Mapping[tuple[int, datetime], int]

    def of(self, followed: Sequence[ThemeFollow]) -> FollowerNews:
        """Find what is new of the themes that somebody follows."""
        since = {1 << THEMES[each.theme].bit: each.told_at for each in followed if each.theme in THEMES}
        numbers = [fresh.number for fresh in self.deposited if _is_new(since, fresh.themes, fresh.since)]
        imported = sum(count for (themes, at), count in self.imported.items() if _is_new(since, themes, at))
        return FollowerNews(numbers, imported)


def _is_new(since: Mapping[int, datetime], themes: int, at: datetime) -> bool:
    return any(themes & bit and at > told for bit, told in since.items())


async def follow_themes(db: AsyncSession, user_id: str, themes: Collection[str], now: datetime) -> None:
    """Follow these themes from now on; followed ones stay as they are, and paused ones begin anew."""
    rows = [{"user_id": user_id, "theme": theme, "paused": False, "at": now, "told_at": now} for theme in themes]
    await upsert(db, ThemeFollow, rows, ["paused", "told_at"], where=col(ThemeFollow.paused).is_(True))


async def pause_themes(db: AsyncSession, user_id: str, themes: Collection[str]) -> None:
    """Pause these themes for somebody, who is told nothing of them until they resume."""
    theirs = (col(ThemeFollow.user_id) == user_id, col(ThemeFollow.theme).in_(themes))
    await db.exec(update(ThemeFollow).where(*theirs).values(paused=True))


async def unfollow_themes(db: AsyncSession, user_id: str, themes: Collection[str]) -> None:
    """Unfollow these themes."""
    theirs = (col(ThemeFollow.user_id) == user_id, col(ThemeFollow.theme).in_(themes))
    await db.execute(delete(ThemeFollow).where(*theirs))


async def list_followed_themes(db: AsyncSession, user_id: str) -> Sequence[ThemeFollow]:
    """List the themes that somebody follows, in the order of the table of themes."""
    rows = (await db.exec(select(ThemeFollow).where(ThemeFollow.user_id == user_id))).all()
    return sorted((row for row in rows if row.theme in THEMES), key=lambda row: THEMES[row.theme].bit)


async def list_followers(
    db: AsyncSession, after: str, before: datetime, limit: int
) -> Mapping[str, Sequence[ThemeFollow]]:
    """List a page of the followers who were last told before a moment, by id, each with their themes."""
    waits = (col(ThemeFollow.paused).is_(False), col(ThemeFollow.told_at) < before)
    ids = select(ThemeFollow.user_id).where(col(ThemeFollow.user_id) > after, *waits).distinct()
    page = (await db.exec(ids.order_by(col(ThemeFollow.user_id)).limit(limit))).all()
    found: dict[str, list[ThemeFollow]] = {user_id: [] for user_id in page}
    for row in (await db.exec(select(ThemeFollow).where(col(ThemeFollow.user_id).in_(page), *waits))).all():
        found[row.user_id].append(row)
    return found


async def note_followers_told(db: AsyncSession, user_ids: Collection[str], at: datetime) -> None:
    """Note that people were told all that was published until a moment."""
    theirs = (col(ThemeFollow.user_id).in_(user_ids), col(ThemeFollow.paused).is_(False), col(ThemeFollow.told_at) < at)
    await db.exec(update(ThemeFollow).where(*theirs).values(told_at=at))


async def read_harvest(db: AsyncSession, since: datetime, until: datetime) -> NewsHarvest:
    """Read what was published in a span of time; resources that nobody deposited were imported."""
    out = (
        Resource.state == ResourceState.PUBLISHED,
        col(Resource.published_at) > since,
        col(Resource.published_at) <= until,
    )
    listed = select(Resource.id, Resource.themes, Resource.published_at).where(*out, col(Resource.deposited_by) != "")
    rows = await db.exec(listed.order_by(col(Resource.published_at).desc(), col(Resource.id).desc()).limit(FRESH_MAX))
    deposited = [FreshResource(number, themes, at) for number, themes, at in rows.all() if number and at]
    groups = select(Resource.themes, Resource.published_at, func.count()).where(*out, Resource.deposited_by == "")
    counted = await db.exec(groups.group_by(col(Resource.themes), col(Resource.published_at)))
    return NewsHarvest(deposited, {(themes, at): count for themes, at, count in counted.all() if at})
