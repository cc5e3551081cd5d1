"""What people say of resources: marks (⭐, 👍), comments in a thread, and reports to the animateurs; and needs: what
they looked for and did not find, counted by who has them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text, delete, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import claims
from storage.database import Code, UtcTime, insert_new, insertion
from storage.ressources.query import split_words as words_of
from storage.ressources.query import stem
from storage.urls import digest_key

COMMENT_MAX = 2000
"""Characters of what is said in one go."""


class ResourceComment(SQLModel, table=True):
    """Somebody (``user_id``) said something of a resource: in the post ``post_id`` of theirs, or by the window.

    ``waits`` are the words of the window, kept only until there is a thread in which the bot says them.
    """

    __tablename__ = "resource_comment"

    id: int | None = Field(default=None, primary_key=True)
    resource: int = Field(index=True)
    user_id: str = Field(max_length=26)
    waits: str = Field(default="", sa_type=Text)
    post_id: str = Field(default="", max_length=26, index=True)
    at: datetime = Field(sa_type=UtcTime)


async def add_comment(db: AsyncSession, comment: ResourceComment) -> None:
    """Write it down."""
    db.add(comment)
    await db.flush()


async def count_comments(db: AsyncSession, resource: int) -> int:
    """Count the comments on a resource."""
    theirs = select(func.count()).select_from(ResourceComment).where(ResourceComment.resource == resource)
    return int((await db.exec(theirs)).one())


async def take_waiting_comments(db: AsyncSession, resource: int) -> Sequence[ResourceComment]:
    """Take those that waited for a thread, in their order; from now on they do not."""
    waiting = select(ResourceComment).where(ResourceComment.resource == resource, col(ResourceComment.waits) != "")
    found = [one.model_copy() for one in (await db.exec(waiting.order_by(col(ResourceComment.id)))).all()]
    said = col(ResourceComment.id).in_([one.id for one in found])
    if found:
        await db.execute(update(ResourceComment).where(said).values(waits=""))
    return found


async def forget_comment(db: AsyncSession, post_id: str) -> None:
    """Forget a comment that was deleted."""
    await db.execute(delete(ResourceComment).where(col(ResourceComment.post_id) == post_id))


class Mark(StrEnum):
    """What somebody says of a resource: that they want it at hand, that it served them."""

    FAVOURITE = "favourite"
    USEFUL = "useful"


class ResourceMark(SQLModel, table=True):
    """That somebody (``user_id``) gave a resource that mark."""

    __tablename__ = "resource_mark"

    resource: int = Field(primary_key=True)
    user_id: str = Field(primary_key=True, max_length=26, index=True)
    mark: Mark = Field(primary_key=True, sa_type=Code(Mark))
    at: datetime = Field(sa_type=UtcTime)


async def put_mark(db: AsyncSession, resource: int, user_id: str, mark: Mark, now: datetime) -> bool:
    """Give it; False where it was given already."""
    return await insert_new(db, ResourceMark, {"resource": resource, "user_id": user_id, "mark": mark, "at": now})


async def drop_mark(db: AsyncSession, resource: int, user_id: str, mark: Mark) -> bool:
    """Take it back; False where there was none."""
    mine = delete(ResourceMark).where(
        col(ResourceMark.resource) == resource, col(ResourceMark.user_id) == user_id, col(ResourceMark.mark) == mark
    )
    return bool((await db.execute(mine.returning(col(ResourceMark.resource)))).scalar())


async def count_marks(db: AsyncSession, resources: Collection[int], mark: Mark) -> Mapping[int, int]:
    """Count who gave the mark to each of these; nothing for those that nobody gave it to."""
    given = select(ResourceMark.resource, func.count()).where(
        col(ResourceMark.resource).in_(resources), col(ResourceMark.mark) == mark
    )
    return dict((await db.exec(given.group_by(col(ResourceMark.resource)))).all())


async def list_own_marks(db: AsyncSession, user_id: str, resources: Collection[int]) -> Collection[tuple[int, Mark]]:
    """List which of these somebody gave which marks."""
    given = select(ResourceMark.resource, ResourceMark.mark).where(
        col(ResourceMark.user_id) == user_id, col(ResourceMark.resource).in_(resources)
    )
    return {(number, Mark(mark)) for number, mark in (await db.exec(given)).all()}


WORD_MAX = 500
"""Characters of what is said with a report."""


class ResourceReport(SQLModel, table=True):
    """Somebody (``user_id``) reported a resource, once until animateurs dealt with it; ``why`` is a code."""

    __tablename__ = "resource_report"

    resource: int = Field(primary_key=True)
    user_id: str = Field(primary_key=True, max_length=26)
    why: str = Field(max_length=16)
    word: str = Field(default="", max_length=WORD_MAX)
    at: datetime = Field(sa_type=UtcTime)
    closed_by: str = Field(default="", max_length=26)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def put_report(db: AsyncSession, report: ResourceReport) -> bool:
    """Write it down; False where theirs is there already, and open."""
    values = report.model_dump()
    statement = insertion(db, ResourceReport).values(values)
    again = {name: values[name] for name in ("why", "word", "at", "closed_by", "closed_at")}
    replaced = statement.on_conflict_do_update(
        index_elements=["resource", "user_id"], set_=again, where=col(ResourceReport.closed_at).is_not(None)
    )
    return (await db.execute(replaced.returning(col(ResourceReport.resource)))).scalar() is not None


async def list_open_reports(db: AsyncSession, resource: int) -> Sequence[ResourceReport]:
    """List the reports of a resource that nobody dealt with, oldest first."""
    theirs = select(ResourceReport).where(ResourceReport.resource == resource, col(ResourceReport.closed_at).is_(None))
    return (await db.exec(theirs.order_by(col(ResourceReport.at), col(ResourceReport.user_id)))).all()


async def close_reports(db: AsyncSession, resource: int, by: str, now: datetime) -> Sequence[str]:
    """Close all reports of a resource, and say whose they were."""
    theirs = (col(ResourceReport.resource) == resource, col(ResourceReport.closed_at).is_(None))
    closed = update(ResourceReport).where(*theirs).values(closed_by=by, closed_at=now)
    return sorted((await db.execute(closed.returning(col(ResourceReport.user_id)))).scalars().all())


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
