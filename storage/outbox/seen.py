"""What stands in Mattermost before the table says so: a post whose delivery is not noted, or not told to its sender."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.outbox.table import EMPTY, MESSAGES, NEWS, Mark, Outgoing, Where


async def may_stand(db: AsyncSession, channel_id: str, user_id: str) -> bool:
    """Whether there is any such post, perhaps, in a channel or in the direct one of a person."""
    in_channel = and_(col(Outgoing.where) == Where.CHANNEL, col(Outgoing.target) == channel_id)
    here = or_(in_channel, and_(col(Outgoing.where) == Where.PERSON, col(Outgoing.target) == user_id))
    for state in (MESSAGES, NEWS):
        if (await db.exec(select(Outgoing.id).where(state, here).limit(1))).first() is not None:
            return True
    return False


async def unnoted(db: AsyncSession, ids: Collection[str]) -> Sequence[Outgoing]:
    """Of these messages, those that still wait for the table."""
    return (await db.exec(select(Outgoing).where(MESSAGES, col(Outgoing.id).in_(ids)))).all()


async def untold(db: AsyncSession, message_id: str) -> Outgoing | None:
    """That message, if it came to its end and its sender is still to be told."""
    return (await db.exec(select(Outgoing).where(NEWS, col(Outgoing.id) == message_id))).first()


async def note(db: AsyncSession, mark: Mark, now: datetime) -> None:
    """Mark a message as arrived, unless somebody did meanwhile."""
    waits = (col(Outgoing.id) == mark.message_id, col(Outgoing.not_before).is_not(None))
    arrived = {"delivered_at": now, "not_before": None, "fault": None, "content": EMPTY}
    place = {"post_id": mark.post_id, "channel_id": mark.channel_id}
    await db.execute(update(Outgoing).where(*waits).values(**arrived, **place))
