"""Which channel of Mattermost is which of the planned ones, and who is let in, or kept out, by name."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion
from storage.watched import WatchedMember


class Channel(SQLModel, table=True):
    """A planned channel (``config/canaux.py``) that was found or made: renamed by hand, it is still the same."""

    __tablename__ = "channel"

    key: str = Field(primary_key=True, max_length=64)
    channel_id: str = Field(unique=True, max_length=26)
    at: datetime = Field(sa_type=UtcTime)


class Allowance(SQLModel, table=True):
    """Somebody let into a channel (``is_in``), or kept out of it, whatever the rules say; ``by`` is who decided.
    ``leads`` says whether they administer it, if that was decided too."""

    __tablename__ = "channel_allowance"

    key: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(primary_key=True, max_length=26)
    is_in: bool
    leads: bool | None = None
    reason: str = Field(default="", max_length=200)
    by: str = Field(default="", max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def by_key(db: AsyncSession) -> Mapping[str, str]:
    """The ids of the channels that are known, by key."""
    return {channel.key: channel.channel_id for channel in (await db.exec(select(Channel))).all()}


async def keys_of(db: AsyncSession, user_id: str) -> Collection[str]:
    """The keys of the known channels in which somebody is, as last told."""
    there = select(Channel.key).join(WatchedMember, col(WatchedMember.place) == col(Channel.channel_id))
    found = await db.exec(there.where(WatchedMember.user_id == user_id, col(WatchedMember.is_in)))
    return frozenset(found.all())


async def remember(db: AsyncSession, key: str, channel_id: str, now: datetime) -> None:
    """From now on that channel is the planned one."""
    values = {"key": key, "channel_id": channel_id, "at": now}
    statement = insertion(db, Channel).values(values)
    new = {"channel_id": statement.excluded.channel_id, "at": statement.excluded.at}
    await db.execute(statement.on_conflict_do_update(index_elements=["key"], set_=new))


async def forget(db: AsyncSession, key: str) -> None:
    """It is gone: another may take its place."""
    await db.execute(delete(Channel).where(col(Channel.key) == key))


async def allowances(db: AsyncSession) -> Sequence[Allowance]:
    """All who are let in or kept out by name."""
    return (await db.exec(select(Allowance).order_by(col(Allowance.key), col(Allowance.user_id)))).all()


async def allowance_of(db: AsyncSession, key: str, user_id: str) -> Allowance | None:
    """What was decided of somebody in a channel."""
    here = (col(Allowance.key) == key, col(Allowance.user_id) == user_id)
    return (await db.exec(select(Allowance).where(*here))).first()


async def allow(db: AsyncSession, allowed: Iterable[Allowance]) -> None:
    """Let them in, or keep them out, from now on; what was decided of them before is so no more."""
    for each in allowed:
        values = each.model_dump()
        new = {name: values[name] for name in ("is_in", "leads", "reason", "by", "at")}
        statement = insertion(db, Allowance).values(values)
        await db.execute(statement.on_conflict_do_update(index_elements=["key", "user_id"], set_=new))


async def disallow(db: AsyncSession, key: str, user_id: str) -> bool:
    """The rules alone hold for them again; False where they did already."""
    here = (col(Allowance.key) == key, col(Allowance.user_id) == user_id)
    return (await db.execute(delete(Allowance).where(*here).returning(col(Allowance.key)))).scalar() is not None
