"""Sessions: each is one transaction, which is on the disk once its commit returns."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.ext.asyncio import AsyncSession as AlchemySession
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import statements

LOG = "log"
"""Under which a session’s information has the log that is brought to the disk (SQLite)."""


class _Session(Session):
    """What does the work; a class of its own, so that it is told when a transaction begins."""


event.listen(_Session, "after_begin", lambda session, _, connection: statements.hand_over(session, connection))


class DatabaseSession(AsyncSession):
    """A session that does not warn about statements other than plain SELECTs, as SQLModel’s does."""

    sync_session_class = _Session
    execute = AlchemySession.execute  # type: ignore[assignment,unused-ignore]

    async def commit(self) -> None:
        """Commit, and return once it is on the disk; the connection is given back before, for other writers."""
        if await statements.write_together(self):
            return
        await super().commit()
        if log := self.info.get(LOG):
            await log.reach()

    async def rollback(self) -> None:
        """Roll back; what was still to be written last is forgotten."""
        statements.forget(self)
        await super().rollback()


def make_sessions(engine: AsyncEngine, info: dict[str, Any]) -> async_sessionmaker[AsyncSession]:
    """Make what makes the sessions of an engine, each with this information."""
    return async_sessionmaker(engine, class_=DatabaseSession, expire_on_commit=False, autoflush=False, info=info)
