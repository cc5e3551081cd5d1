"""What people looked for and did not find: needs, counted by who has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import claims
from storage.database import UtcTime, insertion
from storage.ressources.query import split_words as words_of
from storage.ressources.query import stem
from storage.urls import digest_key

WORDS_MAX, ABOUT_MAX = 200, 500
"""Characters of what was looked for, and of what is said with it."""


class ResourceNeed(SQLModel, table=True):
    """Somebody found nothing for ``words``; ``key`` is what those have in common with the same need of others.

    ``resource`` is what answers it, or None; ``closed_at`` is when it was answered, or put aside by ``closed_by``.
    """

    __tablename__ = "resource_need"

    key: str = Field(primary_key=True, max_length=WORDS_MAX)
    user_id: str = Field(primary_key=True, max_length=26)
    words: str = Field(max_length=WORDS_MAX)
    about: str = Field(default="", max_length=ABOUT_MAX)
    at: datetime = Field(sa_type=UtcTime)
    resource: int | None = None
    closed_by: str = Field(default="", max_length=26)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime, index=True)


@dataclass(frozen=True, slots=True)
class Need:
    """All who have a need: those who wait for it, or those who had it when it was last closed."""

    whose: Sequence[ResourceNeed]

    @property
    def first(self) -> ResourceNeed:
        """The oldest: its words say what is needed."""
        return self.whose[0]

    @property
    def is_open(self) -> bool:
        """Whether somebody waits for it."""
        return self.first.closed_at is None


def make_need_key(words: str) -> str:
    """Make what two needs share that are the same, in whatever order and form; "" where nothing is said."""
    stems = sorted({stem(word) for word in words_of(words)})
    return digest_key("need", " ".join(stems)) if stems else ""


async def hold_need(db: AsyncSession, key: str, now: datetime) -> None:
    """Keep out who has, or closes, the same need until the transaction ends."""
    await claims.hold(db, "ressources.need", key, now)


async def put_need(db: AsyncSession, need: ResourceNeed) -> bool:
    """Note that somebody has it, once; False where they do already. One that was closed is open again for them."""
    values = need.model_dump()
    told = {name: value for name, value in values.items() if name not in ("key", "user_id")}
    statement = insertion(db, ResourceNeed).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["key", "user_id"], set_=told, where=col(ResourceNeed.closed_at).is_not(None)
    )
    return (await db.execute(statement.returning(col(ResourceNeed.key)))).scalar() is not None


async def get_need(db: AsyncSession, key: str) -> Need | None:
    """Get a need by its key, as it stands."""
    order = (col(ResourceNeed.at), col(ResourceNeed.user_id))
    wanted = select(ResourceNeed).where(ResourceNeed.key == key).order_by(*order)
    # What was changed by statements since this session read it is read anew.
    whose = (await db.exec(wanted.execution_options(populate_existing=True))).all()
    return _group_need(whose) if whose else None


async def list_open_needs(db: AsyncSession, limit: int, offset: int = 0) -> tuple[Sequence[Need], int]:
    """List those that wait, the ones that most people have first, and count them all."""
    waits = select(ResourceNeed.key).where(col(ResourceNeed.closed_at).is_(None)).group_by(col(ResourceNeed.key))
    order = (func.count().desc(), func.max(ResourceNeed.at).desc(), col(ResourceNeed.key))
    keys = (await db.exec(waits.order_by(*order).limit(limit).offset(offset))).all()
    total = (await db.exec(select(func.count()).select_from(waits.subquery()))).one()
    found = [await get_need(db, key) for key in keys]
    return [need for need in found if need], total


async def close_need(db: AsyncSession, key: str, by: str, now: datetime, resource: int | None = None) -> Sequence[str]:
    """Note that a need is answered by a resource, or put aside, and say whose it was until then, each once."""
    closed = update(ResourceNeed).where(col(ResourceNeed.key) == key, col(ResourceNeed.closed_at).is_(None))
    closed = closed.values(resource=resource, closed_by=by, closed_at=now).returning(col(ResourceNeed.user_id))
    closed = closed.execution_options(synchronize_session=False)
    return sorted((await db.execute(closed)).scalars())


async def reopen_need(db: AsyncSession, key: str) -> bool:
    """Let what was put aside wait again; False where nothing was."""
    aside = update(ResourceNeed).where(
        col(ResourceNeed.key) == key, col(ResourceNeed.closed_at).is_not(None), col(ResourceNeed.resource).is_(None)
    )
    again = aside.values(closed_by="", closed_at=None).returning(col(ResourceNeed.user_id))
    return bool((await db.execute(again.execution_options(synchronize_session=False))).scalars().all())


def _group_need(whose: Sequence[ResourceNeed]) -> Need:
    """Group those who wait, else those of the last closing."""
    if waiting := [one for one in whose if one.closed_at is None]:
        return Need(waiting)
    last = max(one.closed_at for one in whose if one.closed_at)
    return Need([one for one in whose if one.closed_at == last])
