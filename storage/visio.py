"""Meeting rooms, each created once and found again by its purpose."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.visio import VisioKind
from storage.database import Code, UtcTime, insertion

SUBJECT_MAX, NAME_MAX, PHONE_MAX, PIN_MAX, URL_MAX, KEY_MAX = 120, 64, 40, 20, 500, 80
KEPT = timedelta(days=90)
"""How long a room is kept."""


class VisioRoom(SQLModel, table=True):
    """A meeting room: ``key`` is its purpose (« rdv:12 »), ``name`` its unguessable name on the server, ``url`` where
    everybody enters ("" where each has an address of their own). People without an account wait in its ``lobby``.
    ``at`` is when it was opened; for a rendez-vous to come, when that ends."""

    __tablename__ = "visio_room"

    key: str = Field(primary_key=True, max_length=KEY_MAX)
    kind: VisioKind = Field(sa_type=Code(VisioKind))
    name: str = Field(max_length=NAME_MAX)
    url: str = Field(default="", max_length=URL_MAX)
    subject: str = Field(default="", max_length=SUBJECT_MAX)
    phone: str = Field(default="", max_length=PHONE_MAX)
    pin: str = Field(default="", max_length=PIN_MAX)
    lobby: bool = False
    by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def find_room(db: AsyncSession, key: str) -> VisioRoom | None:
    """Find the room of a purpose."""
    return await db.get(VisioRoom, key, populate_existing=True)


async def find_rooms(db: AsyncSession, keys: Collection[str]) -> Sequence[VisioRoom]:
    """Find the rooms of these purposes."""
    return (await db.exec(select(VisioRoom).where(col(VisioRoom.key).in_(keys)))).all() if keys else ()


async def find_room_named(db: AsyncSession, name: str) -> VisioRoom | None:
    """Find the room of a name on its server."""
    return (await db.exec(select(VisioRoom).where(VisioRoom.name == name))).first() if name else None


async def remember_room(db: AsyncSession, room: VisioRoom) -> VisioRoom:
    """Store a room and return it, or return the one that exists for the same purpose, whoever made it meanwhile."""
    await db.execute(insertion(db, VisioRoom).values(room.model_dump()).on_conflict_do_nothing())
    known = await find_room(db, room.key)
    assert known is not None
    return known
