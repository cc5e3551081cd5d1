"""Cursors: how far something that comes in by itself has been read, so that a restart goes on from there."""

from datetime import datetime

from sqlalchemy import case
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion


class Cursor(SQLModel, table=True):
    """Everything before ``at`` has been seen."""

    __tablename__ = "read_cursor"

    name: str = Field(primary_key=True, max_length=80)
    at: datetime = Field(sa_type=UtcTime)


async def read(db: AsyncSession, name: str) -> datetime | None:
    """Up to when it was read; None before the first time."""
    cursor = await db.get(Cursor, name)
    return cursor.at if cursor else None


async def move(db: AsyncSession, name: str, at: datetime) -> None:
    """Move on to that instant; a replica that lags behind does not move it back."""
    statement = insertion(db, Cursor).values(name=name, at=at)
    new = statement.excluded.at
    latest = case((new > col(Cursor.at), new), else_=col(Cursor.at))
    await db.exec(statement.on_conflict_do_update(index_elements=["name"], set_={"at": latest}))
