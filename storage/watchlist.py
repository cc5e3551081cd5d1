"""The places where features listen, as they were when last told: channels, the team, and their members where a feature
asks for these."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, delete, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insert_new, insertion


class WatchedPlace(SQLModel, table=True):
    """A place where features listen: a channel by id, or the team.

    ``since`` is when it was first seen, ``changed_at`` when it was last changed (both in the server’s ms since 1970);
    ``seen_at`` when somebody last listened there; ``is_ready`` once all who were in it at first are written down, never
    where nobody asks who is there. ``version`` counts the changes told.
    """

    __tablename__ = "watched_place"

    id: str = Field(primary_key=True, max_length=26)
    since: int = Field(default=0, sa_type=BigInteger)
    seen_at: datetime = Field(sa_type=UtcTime)
    is_ready: bool = False
    version: int = 0
    changed_at: int = Field(default=0, sa_type=BigInteger)
    name: str = Field(default="", max_length=64)
    display_name: str = Field(default="", max_length=256)
    is_private: bool = False
    archived: bool = False


class WatchedMember(SQLModel, table=True):
    """A person who is or was in a place; ``version`` counts the changes that were told, ``changed_at`` is when the last
    was, ``changed_by`` which replica told it."""

    __tablename__ = "watched_member"

    place: str = Field(primary_key=True, max_length=26)
    user_id: str = Field(primary_key=True, max_length=26, index=True)
    is_in: bool = True
    is_admin: bool = False
    version: int = 0
    changed_at: datetime | None = Field(default=None, sa_type=UtcTime)
    changed_by: str | None = Field(default=None, max_length=16)


async def list_places(db: AsyncSession) -> Mapping[str, WatchedPlace]:
    """List all places by id."""
    return {place.id: place for place in (await db.exec(select(WatchedPlace))).all()}


async def list_archived(db: AsyncSession) -> Collection[str]:
    """List the ids of the channels that are archived, as Mattermost last told."""
    return set((await db.exec(select(WatchedPlace.id).where(col(WatchedPlace.archived)))).all())


async def get_place(db: AsyncSession, place_id: str) -> WatchedPlace | None:
    """Get a place that was seen before."""
    return await db.get(WatchedPlace, place_id)


async def add_place(db: AsyncSession, place: WatchedPlace) -> None:
    """Write down a place seen for the first time; nothing changes when it is known."""
    await insert_new(db, WatchedPlace, place.model_dump())


async def add_members(db: AsyncSession, place_id: str, members: Mapping[str, bool]) -> bool:
    """Store some members of a new place, and whether they administer it; return False where that was done already."""
    place = (await db.exec(select(WatchedPlace).where(WatchedPlace.id == place_id).with_for_update())).first()
    if place is None or place.is_ready:
        return False
    rows = [WatchedMember(place=place_id, user_id=i, is_admin=is_admin).model_dump() for i, is_admin in members.items()]
    if rows:
        await db.execute(insertion(db, WatchedMember).values(rows).on_conflict_do_nothing())
    return True


async def mark_ready(db: AsyncSession, place_id: str) -> None:
    """Mark a new place as ready: everybody who is in it is written down."""
    await db.exec(update(WatchedPlace).where(col(WatchedPlace.id) == place_id).values(is_ready=True))


async def find_members(db: AsyncSession, place_id: str, user_ids: Collection[str]) -> Mapping[str, WatchedMember]:
    """Find what is stored of some people in a place, by id."""
    known = select(WatchedMember).where(WatchedMember.place == place_id, col(WatchedMember.user_id).in_(user_ids))
    return {member.user_id: member for member in (await db.exec(known)).all()}


async def list_admins(db: AsyncSession, place_id: str) -> Sequence[str]:
    """List the ids of the people who administer a place."""
    there = (WatchedMember.place == place_id, col(WatchedMember.is_in), col(WatchedMember.is_admin))
    return (await db.exec(select(WatchedMember.user_id).where(*there).order_by(col(WatchedMember.user_id)))).all()


async def list_page(db: AsyncSession, place_id: str, after: str, limit: int) -> Sequence[str]:
    """List a page of the people in a place, by id, after one of them."""
    known = select(WatchedMember.user_id).where(
        WatchedMember.place == place_id, col(WatchedMember.is_in), col(WatchedMember.user_id) > after
    )
    return (await db.exec(known.order_by(col(WatchedMember.user_id)).limit(limit))).all()


async def places_of(db: AsyncSession, user_id: str) -> Sequence[str]:
    """List the places in which somebody is."""
    known = select(WatchedMember.place).where(WatchedMember.user_id == user_id, col(WatchedMember.is_in))
    return (await db.exec(known)).all()


async def change_member(db: AsyncSession, member: WatchedMember) -> None:
    """Store a change of a member; do nothing where a later version is stored."""
    statement = insertion(db, WatchedMember).values(member.model_dump())
    new = {name: statement.excluded[name] for name in ("is_in", "is_admin", "version", "changed_at", "changed_by")}
    later = statement.excluded.version > col(WatchedMember.version)
    await db.execute(statement.on_conflict_do_update(index_elements=["place", "user_id"], set_=new, where=later))


async def change_place(db: AsyncSession, place_id: str, version: int, values: Mapping[str, Any]) -> None:
    """Store a change of a place; do nothing where its version is another."""
    told = update(WatchedPlace).where(col(WatchedPlace.id) == place_id, col(WatchedPlace.version) == version)
    await db.exec(told.values({**values, "version": version + 1}))


async def note_seen(db: AsyncSession, place_ids: Collection[str], at: datetime, forget_before: datetime) -> None:
    """Note that features listen in these places; delete the places in which none did for a while, with their
    members."""
    await db.exec(update(WatchedPlace).where(col(WatchedPlace.id).in_(place_ids)).values(seen_at=at))
    await _forget(db, col(WatchedPlace.seen_at) < forget_before)


async def forget_members(db: AsyncSession, place_ids: Collection[str]) -> None:
    """Delete the members of these places, in which nobody asks for members any more."""
    await _forget(db, col(WatchedPlace.id).in_(place_ids) & col(WatchedPlace.is_ready))


async def _forget(db: AsyncSession, which: ColumnElement[bool]) -> None:
    old = select(WatchedPlace.id).where(which)
    await db.exec(delete(WatchedMember).where(col(WatchedMember.place).in_(old)))
    await db.exec(delete(WatchedPlace).where(which))
