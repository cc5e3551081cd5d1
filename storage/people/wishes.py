"""Where somebody says that they work, whom the register places nowhere: a leader says whether it is so."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion


class Wish(SQLModel, table=True):
    """The last that somebody said; ``granted`` is what became of it, said ``by`` that user name, None until then."""

    __tablename__ = "place_wish"

    person_id: str = Field(primary_key=True, max_length=26)
    departements: list[str] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=UtcTime)
    granted: bool | None = None
    by: str = Field(default="", max_length=64)


async def get(db: AsyncSession, person_id: str) -> Wish | None:
    """What somebody said last."""
    return (await db.exec(select(Wish).where(Wish.person_id == person_id))).first()


async def note(db: AsyncSession, person_id: str, departements: Sequence[str], at: datetime) -> bool:
    """Somebody says it; False where they did before, and nobody has answered yet."""
    before = await get(db, person_id)
    if before is not None and before.granted is None and before.departements == list(departements):
        return False
    row = {"person_id": person_id, "departements": list(departements), "at": at, "granted": None, "by": ""}
    statement = insertion(db, Wish).values(row)
    new = {name: statement.excluded[name] for name in row if name != "person_id"}
    await db.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=new))
    return True


async def settle(db: AsyncSession, wish: Wish, *, granted: bool, by: str) -> bool:
    """A leader answers; False where another has, or something else was said since."""
    same = (col(Wish.person_id) == wish.person_id, col(Wish.at) == wish.at, col(Wish.granted).is_(None))
    return (await db.exec(update(Wish).where(*same).values(granted=granted, by=by))).rowcount == 1
