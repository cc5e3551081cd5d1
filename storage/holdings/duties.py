"""What somebody still has in hand when they go: what is theirs to hand over, or ends with them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import execute
from storage.holdings.kinds import table
from storage.hotline.states import OPEN


@dataclass(frozen=True, slots=True)
class Duties:
    """Open tickets that they asked, open tickets that they have, turns on duty to come."""

    asked: int
    held: int
    turns: int


async def duties_of(db: AsyncSession, user_id: str, now: datetime) -> Duties:
    """Count them."""
    ticket, turn = table("ticket").c, table("duty_turn").c
    count = select(func.count())
    still = ticket.state.in_(OPEN)
    counted = [
        count.select_from(table("ticket")).where(ticket.author_id == user_id, still),
        count.select_from(table("ticket")).where(ticket.agent_id == user_id, still),
        count.select_from(table("duty_turn")).where(turn.user_id == user_id, turn.ends > now.date()),
    ]
    return Duties(*[int((await execute(db, each)).scalar_one()) for each in counted])
