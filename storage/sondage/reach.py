"""Who has not answered a poll yet, and is to be reminded, page by page of the register."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.people import Person
from storage.sondage.votes import Quiet, Voter

PAGE = 200
"""People looked at at once: of so many Mattermost says in one call who is in a channel."""


async def silent(db: AsyncSession, poll: int, zone: str, today: date, after: str = "") -> Sequence[Person]:
    """Who lives in that zone, has not left, has not answered, and wants reminders: the next page, by their ids."""
    answered = select(Voter.user_id).where(col(Voter.poll) == poll)
    there = or_(col(Person.left_on).is_(None), col(Person.left_on) >= today)
    found = select(Person).where(
        col(Person.id) > after,
        col(Person.timezone) == zone,
        there,
        col(Person.id).not_in(answered),
        col(Person.id).not_in(select(Quiet.user_id)),
    )
    return (await db.exec(found.order_by(col(Person.id)).limit(PAGE))).all()
