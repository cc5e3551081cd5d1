"""What the bot asked somebody last, in each place: what « oui » and « non » mean there, for a day."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, delete
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, upsert

KEPT_FOR = timedelta(days=1)


class OpenQuestion(SQLModel, table=True):
    """A question, or a word of politeness (``polite``), to which a word answers.

    ``place`` is the channel of a whisper, empty for the direct channel, where ``message_id`` is the outbox’s id of what
    was said, or that of the post that was rewritten. ``yes`` and ``no`` are the buttons that these words stand for
    (bot/replies.py), empty for none.
    """

    __tablename__ = "open_question"

    user_id: str = Field(primary_key=True, max_length=26)
    place: str = Field(primary_key=True, max_length=26)
    message_id: str = Field(max_length=26)
    yes: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    no: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    polite: bool = False
    asked_at: datetime = Field(sa_type=UtcTime)


async def ask(db: AsyncSession, question: OpenQuestion | None) -> None:
    """Remember a question, if there is one, in place of the one before."""
    await upsert(db, OpenQuestion, [question.model_dump()] if question else [])


async def find(db: AsyncSession, user_id: str, place: str, now: datetime) -> OpenQuestion | None:
    """Return the last question to somebody in a place; None once it is too old."""
    found = await db.get(OpenQuestion, (user_id, place))
    return found if found and found.asked_at > now - KEPT_FOR else None


async def settle(db: AsyncSession, user_id: str, place: str) -> None:
    """Forget the question to somebody in a place: it is answered."""
    await db.execute(delete(OpenQuestion).where(col(OpenQuestion.user_id) == user_id, col(OpenQuestion.place) == place))
