"""Resources by how they stand: what waits to be read over, what came out on a day, what is nowhere to be seen yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.ressources.resource import Resource, State


async def proposed(db: AsyncSession, limit: int) -> Sequence[Resource]:
    """What waits to be read over, by number."""
    waiting = select(Resource).where(Resource.state == State.PROPOSED)
    return (await db.exec(waiting.order_by(col(Resource.id)).limit(limit))).all()


async def count_proposed(db: AsyncSession) -> int:
    """How much waits to be read over."""
    return int((await db.exec(_counted().where(Resource.state == State.PROPOSED))).one())


async def count_published_by(db: AsyncSession, user_id: str) -> int:
    """How much of what somebody deposited is published."""
    theirs = _counted().where(Resource.deposited_by == user_id, Resource.state == State.PUBLISHED)
    return int((await db.exec(theirs)).one())


async def from_post(db: AsyncSession, post_id: str) -> Resource | None:
    """What was made of that message, and is proposed or published."""
    return await _made(db, col(Resource.source_post) == post_id)


async def from_ticket(db: AsyncSession, number: int) -> Resource | None:
    """What was made of that ticket, and is proposed or published."""
    return await _made(db, col(Resource.ticket) == number)


async def _made(db: AsyncSession, of_it: ColumnElement[bool]) -> Resource | None:
    there = select(Resource).where(of_it, col(Resource.state).in_([State.PROPOSED, State.PUBLISHED]))
    return (await db.exec(there.order_by(col(Resource.id)).limit(1))).first()


async def under(db: AsyncSession, thread_post: str) -> Resource | None:
    """That of which people speak in the thread of a post."""
    return (await db.exec(select(Resource).where(Resource.thread_post == thread_post))).first()


async def published_between(db: AsyncSession, start: datetime, end: datetime) -> Sequence[Resource]:
    """What people deposited and that came out in that time, in the order in which it did; nothing imported."""
    came = select(Resource).where(*_out(start, end), col(Resource.deposited_by) != "")
    return (await db.exec(came.order_by(col(Resource.published_at), col(Resource.id)))).all()


async def count_imported(db: AsyncSession, start: datetime, end: datetime) -> int:
    """How much was imported in that time, and is published."""
    return int((await db.exec(_counted().where(*_out(start, end), col(Resource.deposited_by) == ""))).one())


async def without_place(db: AsyncSession, limit: int) -> Sequence[Resource]:
    """Published ones whose files stand nowhere that people can see, the oldest first."""
    hidden = select(Resource).where(Resource.state == State.PUBLISHED, Resource.post_id == "")
    carrying = hidden.where(cast(col(Resource.files), Text) != "{}", col(Resource.deposited_by) != "")
    return (await db.exec(carrying.order_by(col(Resource.published_at)).limit(limit))).all()


def _counted() -> Any:
    return select(func.count()).select_from(Resource)


def _out(start: datetime, end: datetime) -> Sequence[Any]:
    return (Resource.state == State.PUBLISHED, col(Resource.published_at) >= start, col(Resource.published_at) < end)
