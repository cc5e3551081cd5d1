"""The private feeds of calendars: one a person, known by an address of which only a digest is stored."""

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion

TOKEN_BYTES = 24
"""192 bits of chance: nobody finds one by trying."""


class AgendaFeed(SQLModel, table=True):
    """The feed of somebody, open since then."""

    __tablename__ = "agenda_feed"

    user_id: str = Field(primary_key=True, max_length=26)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcTime)


async def of(db: AsyncSession, user_id: str) -> AgendaFeed | None:
    """Somebody’s feed, if they opened one."""
    return (await db.exec(select(AgendaFeed).where(AgendaFeed.user_id == user_id))).first()


async def renew(db: AsyncSession, user_id: str, now: datetime) -> str:
    """Open a feed, or give it another address, which is only known now; the one before leads nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"user_id": user_id, "token_hash": digest(token), "created_at": now}
    statement = insertion(db, AgendaFeed).values(values)
    new = {name: statement.excluded[name] for name in ("token_hash", "created_at")}
    await db.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=new))
    return token


async def close(db: AsyncSession, user_id: str) -> bool:
    """Close somebody’s feed; False where none was open."""
    here = delete(AgendaFeed).where(col(AgendaFeed.user_id) == user_id)
    return (await db.execute(here.returning(col(AgendaFeed.user_id)))).scalar() is not None


async def owner(db: AsyncSession, token: str) -> str:
    """Whose feed has that address; "" for nobody’s. Found by its digest, so the time it takes tells nothing of it."""
    found = await db.exec(select(AgendaFeed.user_id).where(AgendaFeed.token_hash == digest(token)))
    return found.first() or ""


def digest(token: str) -> str:
    """What is stored of an address."""
    return sha256(token.encode()).hexdigest()
