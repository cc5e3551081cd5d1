"""What comes back of resources: marks (⭐, 👍), comments in a thread, reports to the animateurs, needs; and whether
their links still lead somewhere."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Text, delete, false, func, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import claims
from storage.database import Code, UtcTime, insert_new, insertion, upsert
from storage.ressources.query import split_words as words_of
from storage.ressources.query import stem
from storage.ressources.resources import Resource, ResourceState
from storage.urls import LINK_MAX, digest_key

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


AGAIN_AFTER, RETRY_AFTER = timedelta(days=6), timedelta(days=1)
"""How old a look is before the next one: of any link, and of one that may be broken, before anybody is told."""
BROKEN_TIMES, BROKEN_FOR = 2, timedelta(days=1)
"""How often in a row, and for how long at least, a link led nowhere before somebody is told."""
SILENT_TIMES, SILENT_FOR = 8, timedelta(weeks=10)
"""The same of a site that only does not answer."""


class Fault(StrEnum):
    """What is wrong with a link."""

    NONE = ""
    GONE = "gone"
    NAME = "name"
    REFUSED = "refused"
    TLS = "tls"
    SERVER = "server"
    SLOW = "slow"
    ODD = "odd"
    LOOP = "loop"
    DENIED = "denied"
    ROBOTS = "robots"
    FORBIDDEN = "forbidden"
    BUSY = "busy"

    @property
    def kind(self) -> "Kind":
        """How bad that is."""
        if self in _BROKEN:
            return Kind.BROKEN
        if self in _SILENT:
            return Kind.SILENT
        return Kind.UNSURE if self else Kind.WORKS


class Kind(StrEnum):
    """What a look at a link says of it: that it leads nowhere; that its site is ill, perhaps for long; nothing (the bot
    is not let in); that it works."""

    BROKEN = "broken"
    SILENT = "silent"
    UNSURE = "unsure"
    WORKS = "works"


_BROKEN = {Fault.GONE, Fault.NAME, Fault.REFUSED, Fault.TLS}
_SILENT = {Fault.SERVER, Fault.SLOW, Fault.ODD, Fault.LOOP}


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at ``url``, the link of a resource; ``archive`` is where a copy of it is kept by others."""

    resource: int
    url: str
    fault: Fault
    archive: str = ""


class LinkCheck(SQLModel, table=True):
    """How the link of a resource was when last looked at: ``url`` is which one, ``fault`` what is wrong.

    ``failures`` counts the times in a row that it was of this kind, since ``failing_since``; ``told_at`` is when its
    author was told; ``archive`` is where a copy of it is kept by others ("": nowhere known). Of a ``quiet`` one
    somebody said that it works for them: it is not looked at again.
    """

    __tablename__ = "resource_link_check"

    resource: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    url: str = Field(max_length=LINK_MAX)
    checked_at: datetime = Field(sa_type=UtcTime, index=True)
    fault: str = Field(default="", max_length=16)
    failures: int = 0
    failing_since: date | None = None
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    archive: str = Field(default="", max_length=LINK_MAX)
    quiet: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    def is_to_be_told(self, today: date) -> bool:
        """Whether somebody should hear of it who has not."""
        if self.told_at or self.quiet or self.failing_since is None:
            return False
        kind, lasted = Fault(self.fault).kind, today - self.failing_since
        if kind is Kind.BROKEN:
            return self.failures >= BROKEN_TIMES and lasted >= BROKEN_FOR
        return kind is Kind.SILENT and self.failures >= SILENT_TIMES and lasted >= SILENT_FOR


def judge_look(before: LinkCheck | None, look: Look, now: datetime, today: date) -> LinkCheck:
    """Judge how a link stands after a look, given how it stood."""
    if before is None or before.url != look.url:
        before = LinkCheck(resource=look.resource, url=look.url, checked_at=now)
    kept = before.model_dump() | {"checked_at": now}
    if look.fault is Fault.BUSY:
        # Nothing was seen: it stands as it did.
        return LinkCheck(**kept)
    if look.fault.kind is Kind.WORKS:
        works = {"fault": "", "failures": 0, "failing_since": None, "told_at": None, "archive": ""}
        return LinkCheck(**kept | works)
    goes_on = Fault(before.fault).kind is look.fault.kind and before.failing_since is not None
    return LinkCheck(
        **kept
        | {
            "fault": look.fault,
            "failures": before.failures + 1 if goes_on else 1,
            "failing_since": before.failing_since if goes_on else today,
            "archive": look.archive or before.archive,
        }
    )


async def list_links_due(db: AsyncSession, begun: datetime, limit: int) -> Sequence[tuple[int, str]]:
    """List the published resources whose link is to be looked at, oldest look first, as of when that was begun; what is
    looked at since is not among them."""
    looked = col(LinkCheck.checked_at)
    maybe_broken = col(LinkCheck.fault).in_(_BROKEN) & col(LinkCheck.told_at).is_(None)
    old = (looked < begun - AGAIN_AFTER) | (maybe_broken & (looked < begun - RETRY_AFTER))
    waits = or_(
        col(LinkCheck.resource).is_(None),
        col(LinkCheck.url) != col(Resource.url),
        old & col(LinkCheck.quiet).is_(False),
    )
    query = select(Resource.id, Resource.url).join(LinkCheck, col(LinkCheck.resource) == Resource.id, isouter=True)
    query = query.where(Resource.state == ResourceState.PUBLISHED, Resource.url != "", waits)
    found = await db.exec(query.order_by(looked.asc().nulls_first(), col(Resource.id)).limit(limit))
    return [(number, url) for number, url in found.all() if number is not None]


async def find_checks(db: AsyncSession, resources: Collection[int]) -> Mapping[int, LinkCheck]:
    """Find how the links of these stand, by resource."""
    rows = (await db.exec(select(LinkCheck).where(col(LinkCheck.resource).in_(resources)))).all()
    return {row.resource: row for row in rows}


async def note_checks(db: AsyncSession, checks: Sequence[LinkCheck]) -> None:
    """Note how these stand now."""
    await upsert(db, LinkCheck, [check.model_dump() for check in checks])


async def silence_check(db: AsyncSession, resource: int) -> None:
    """Note that a link works for somebody: nobody hears of it until it changes."""
    await db.exec(update(LinkCheck).where(col(LinkCheck.resource) == resource).values(quiet=True))
