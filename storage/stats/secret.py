"""What the roundings of territories are drawn with: one secret, made with its table, for ever the same.

Another one would tell other figures of the same months, and who kept the old ones would learn from both: it is in the
database, so that replicas share it and backups keep it, and has nothing to do with COOP_SECRET, which may change.
"""

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class Secret(SQLModel, table=True):
    """The only row of its table."""

    __tablename__ = "stats_secret"

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    secret: bytes = Field(sa_type=LargeBinary)


async def secret(db: AsyncSession) -> bytes:
    """The secret: 32 bytes."""
    return (await db.exec(select(col(Secret.secret)))).one()
