"""Feedback on resources: marks (⭐, 👍), comments in a thread, reports to the animateurs, needs; and whether the links
of resources still work."""

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
"""The most characters of a comment."""


class ResourceComment(SQLModel, table=True):
    """A comment of somebody (``user_id``) on a resource: their post ``post_id``, or words typed into the window.

    ``waits`` are the words typed into the window, kept only until the bot has posted them in the resource’s thread.
    """

    __tablename__ = "resource_comment"

    id: int | None = Field(default=None, primary_key=True)
    resource: int = Field(index=True)
    user_id: str = Field(max_length=26)
    waits: str = Field(default="", sa_type=Text)
    post_id: str = Field(default="", max_length=26, index=True)
    at: datetime = Field(sa_type=UtcTime)


async def count_comments(db: AsyncSession, resource: int) -> int:
    """Count the comments on a resource."""
    theirs = select(func.count()).select_from(ResourceComment).where(ResourceComment.resource == resource)
    return int((await db.exec(theirs)).one())


async def take_waiting_comments(db: AsyncSession, resource: int) -> Sequence[ResourceComment]:
    """Take the comments of a resource that waited for its thread, in order; they wait no longer."""
    waiting = select(ResourceComment).where(ResourceComment.resource == resource, col(ResourceComment.waits) != "")
    found = [one.model_copy() for one in (await db.exec(waiting.order_by(col(ResourceComment.id)))).all()]
    said = col(ResourceComment.id).in_([one.id for one in found])
    if found:
        await db.execute(update(ResourceComment).where(said).values(waits=""))
    return found


async def forget_comment(db: AsyncSession, post_id: str) -> None:
    """Forget a comment whose post was deleted."""
    await db.execute(delete(ResourceComment).where(col(ResourceComment.post_id) == post_id))


class Mark(StrEnum):
    """A mark on a resource: that somebody wants it at hand, or that it was useful to them."""

    FAVOURITE = "favourite"
    USEFUL = "useful"


class ResourceMark(SQLModel, table=True):
    """A mark that somebody (``user_id``) gave a resource."""

    __tablename__ = "resource_mark"

    resource: int = Field(primary_key=True)
    user_id: str = Field(primary_key=True, max_length=26, index=True)
    mark: Mark = Field(primary_key=True, sa_type=Code(Mark))
    at: datetime = Field(sa_type=UtcTime)


async def put_mark(db: AsyncSession, resource: int, user_id: str, mark: Mark, now: datetime) -> bool:
    """Store a mark; return False where it was given already."""
    return await insert_new(db, ResourceMark, {"resource": resource, "user_id": user_id, "mark": mark, "at": now})


async def drop_mark(db: AsyncSession, resource: int, user_id: str, mark: Mark) -> bool:
    """Take a mark back; return False where there was none."""
    mine = delete(ResourceMark).where(
        col(ResourceMark.resource) == resource, col(ResourceMark.user_id) == user_id, col(ResourceMark.mark) == mark
    )
    return bool((await db.execute(mine.returning(col(ResourceMark.resource)))).scalar())


async def count_marks(db: AsyncSession, resources: Collection[int], mark: Mark) -> Mapping[int, int]:
    """Count the people who gave a mark to each of these resources; resources without any are left out."""
    given = select(ResourceMark.resource, func.count()).where(
        col(ResourceMark.resource).in_(resources), col(ResourceMark.mark) == mark
    )
    return dict((await db.exec(given.group_by(col(ResourceMark.resource)))).all())


async def list_own_marks(db: AsyncSession, user_id: str, resources: Collection[int]) -> Collection[tuple[int, Mark]]:
    """List which of these resources somebody marked, and how."""
    given = select(ResourceMark.resource, ResourceMark.mark).where(
        col(ResourceMark.user_id) == user_id, col(ResourceMark.resource).in_(resources)
    )
    return {(number, Mark(mark)) for number, mark in (await db.exec(given)).all()}


WORD_MAX = 500
"""The most characters of the comment of a report."""


class ResourceReport(SQLModel, table=True):
    """A report of a resource by somebody (``user_id``), one at a time until animateurs dealt with it; ``why`` is a
    code."""

    __tablename__ = "resource_report"

    resource: int = Field(primary_key=True)
    user_id: str = Field(primary_key=True, max_length=26)
    why: str = Field(max_length=16)
    word: str = Field(default="", max_length=WORD_MAX)
    at: datetime = Field(sa_type=UtcTime)
    closed_by: str = Field(default="", max_length=26)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def put_report(db: AsyncSession, report: ResourceReport) -> bool:
    """Store a report of a resource; return False where the person has an open one already."""
    values = report.model_dump()
    statement = insertion(db, ResourceReport).values(values)
    again = {name: values[name] for name in ("why", "word", "at", "closed_by", "closed_at")}
    replaced = statement.on_conflict_do_update(
        index_elements=["resource", "user_id"], set_=again, where=col(ResourceReport.closed_at).is_not(None)
    )
    return (await db.execute(replaced.returning(col(ResourceReport.resource)))).scalar() is not None


async def list_open_reports(db: AsyncSession, resource: int) -> Sequence[ResourceReport]:
    """List the open reports of a resource, oldest first."""
    theirs = select(ResourceReport).where(ResourceReport.resource == resource, col(ResourceReport.closed_at).is_(None))
    return (await db.exec(theirs.order_by(col(ResourceReport.at), col(ResourceReport.user_id)))).all()


async def close_reports(db: AsyncSession, resource: int, by: str, now: datetime) -> Sequence[str]:
    """Close all reports of a resource, and return the ids of their authors."""
    theirs = (col(ResourceReport.resource) == resource, col(ResourceReport.closed_at).is_(None))
    closed = update(ResourceReport).where(*theirs).values(closed_by=by, closed_at=now)
    return sorted((await db.execute(closed.returning(col(ResourceReport.user_id)))).scalars().all())


WORDS_MAX, ABOUT_MAX = 200, 500
"""The most characters of a search that found nothing, and of the details added to it."""


class ResourceNeed(SQLModel, table=True):
    """A need: somebody found nothing for ``words``; ``key`` is what the same need of others shares.

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
    """All the rows of a need: of the people who wait for it or, once closed, of those who had it then."""

    whose: Sequence[ResourceNeed]

    @property
    def first(self) -> ResourceNeed:
        """The oldest row, whose words say what is needed."""
        return self.whose[0]

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still waits for it."""
        return self.first.closed_at is None


def make_need_key(words: str) -> str:
    """Make the key that equal needs share, whatever the order and the form of their words; "" where the words say
    nothing."""
    stems = sorted({stem(word) for word in words_of(words)})
    return digest_key("need", " ".join(stems)) if stems else ""


async def hold_need(db: AsyncSession, key: str, now: datetime) -> None:
    """Lock a need until the transaction ends."""
    await claims.hold(db, "ressources.need", key, now)


async def put_need(db: AsyncSession, need: ResourceNeed) -> bool:
    """Store that somebody has a need; return False where they have it already. A closed need is open again for them."""
    values = need.model_dump()
    told = {name: value for name, value in values.items() if name not in ("key", "user_id")}
    statement = insertion(db, ResourceNeed).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=["key", "user_id"], set_=told, where=col(ResourceNeed.closed_at).is_not(None)
    )
    return (await db.execute(statement.returning(col(ResourceNeed.key)))).scalar() is not None


async def get_need(db: AsyncSession, key: str) -> Need | None:
    """Get a need by its key, as it is now."""
    order = (col(ResourceNeed.at), col(ResourceNeed.user_id))
    wanted = select(ResourceNeed).where(ResourceNeed.key == key).order_by(*order)
    # Statements have changed rows that this session still holds with their former values.
    whose = (await db.exec(wanted.execution_options(populate_existing=True))).all()
    return _group_need(whose) if whose else None


async def list_open_needs(db: AsyncSession, limit: int, offset: int = 0) -> tuple[Sequence[Need], int]:
    """List a page of the open needs, those of most people first, and count them all."""
    waits = select(ResourceNeed.key).where(col(ResourceNeed.closed_at).is_(None)).group_by(col(ResourceNeed.key))
    order = (func.count().desc(), func.max(ResourceNeed.at).desc(), col(ResourceNeed.key))
    keys = (await db.exec(waits.order_by(*order).limit(limit).offset(offset))).all()
    total = (await db.exec(select(func.count()).select_from(waits.subquery()))).one()
    found = [await get_need(db, key) for key in keys]
    return [need for need in found if need], total


async def close_need(db: AsyncSession, key: str, by: str, now: datetime, resource: int | None = None) -> Sequence[str]:
    """Close a need, answered by a resource or put aside, and return the ids of those who waited for it, each once."""
    closed = update(ResourceNeed).where(col(ResourceNeed.key) == key, col(ResourceNeed.closed_at).is_(None))
    closed = closed.values(resource=resource, closed_by=by, closed_at=now).returning(col(ResourceNeed.user_id))
    closed = closed.execution_options(synchronize_session=False)
    return sorted((await db.execute(closed)).scalars())


async def reopen_need(db: AsyncSession, key: str) -> bool:
    """Reopen a need that was put aside; return False where it was not."""
    aside = update(ResourceNeed).where(
        col(ResourceNeed.key) == key, col(ResourceNeed.closed_at).is_not(None), col(ResourceNeed.resource).is_(None)
    )
    again = aside.values(closed_by="", closed_at=None).returning(col(ResourceNeed.user_id))
    return bool((await db.execute(again.execution_options(synchronize_session=False))).scalars().all())


def _group_need(whose: Sequence[ResourceNeed]) -> Need:
    """Group the rows of the people who wait or, where nobody does, of the last closing."""
    if waiting := [one for one in whose if one.closed_at is None]:
        return Need(waiting)
    last = max(one.closed_at for one in whose if one.closed_at)
    return Need([one for one in whose if one.closed_at == last])


AGAIN_AFTER, RETRY_AFTER = timedelta(days=6), timedelta(days=1)
"""How long after a check a link is checked again: a good one, and one that may be broken."""
BROKEN_TIMES, BROKEN_FOR = 2, timedelta(days=1)
"""How often in a row, and for how long, a link must be broken before somebody is told."""
SILENT_TIMES, SILENT_FOR = 8, timedelta(weeks=10)
"""How often in a row, and for how long, a site must not answer before somebody is told."""


class Fault(StrEnum):
    """The faults of a link."""

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
        """How serious the fault is."""
        if self in _BROKEN:
            return Kind.BROKEN
        if self in _SILENT:
            return Kind.SILENT
        return Kind.UNSURE if self else Kind.WORKS


class Kind(StrEnum):
    """What a check of a link concludes: it leads nowhere; its site fails, perhaps for long; nothing (the bot is not let
    in); it works."""

    BROKEN = "broken"
    SILENT = "silent"
    UNSURE = "unsure"
    WORKS = "works"


_BROKEN = {Fault.GONE, Fault.NAME, Fault.REFUSED, Fault.TLS}
_CERTAIN = {Fault.GONE, Fault.NAME}
"""What is told of a new link at once; all else may pass, or be of the bot only."""
_SILENT = {Fault.SERVER, Fault.SLOW, Fault.ODD, Fault.LOOP}


@dataclass(frozen=True, slots=True)
class Look:
    """The result of a check of ``url``, the link of a resource; ``archive`` is the address of a copy in a public
    archive."""

    resource: int
    url: str
    fault: Fault
    archive: str = ""


class LinkCheck(SQLModel, table=True):
    """The state of a resource’s link when last checked: ``url`` is the link, ``fault`` what is wrong.

    ``failures`` counts the times in a row that it was of this kind, since ``failing_since``; ``told_at`` is when its
    author was told; ``archive`` is where a copy of it is kept by others ("": nowhere known). A ``quiet`` link is one of
    which somebody said that it works for them: it is not checked again.
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

    @property
    def leads_nowhere(self) -> bool:
        """Tell whether the site itself, or the lack of any, says that there is nothing."""
        return self.fault in _CERTAIN

    def is_to_be_told(self, today: date, *, at_once: bool = False) -> bool:
        """Tell whether somebody is still to be told of the fault; ``at_once`` if they have just given the link."""
        if self.told_at or self.quiet or self.failing_since is None:
            return False
        if at_once and self.leads_nowhere:
            return True
        kind, lasted = Fault(self.fault).kind, today - self.failing_since
        if kind is Kind.BROKEN:
            return self.failures >= BROKEN_TIMES and lasted >= BROKEN_FOR
        return kind is Kind.SILENT and self.failures >= SILENT_TIMES and lasted >= SILENT_FOR


def judge_look(before: LinkCheck | None, look: Look, now: datetime, today: date) -> LinkCheck:
    """Judge the state of a link after a check, given its state before."""
    if before is None or before.url != look.url:
        before = LinkCheck(resource=look.resource, url=look.url, checked_at=now)
    kept = before.model_dump() | {"checked_at": now}
    if look.fault is Fault.BUSY:
        # The site was too busy to answer: nothing new is known of the link.
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
    """List the published resources whose link is due for a check, the oldest check first, as of the beginning of the
    round; those checked since are left out."""
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
    """Find the checks of these resources’ links, by resource."""
    theirs = select(LinkCheck).where(col(LinkCheck.resource).in_(resources))
    # Statements have changed rows that this session still holds with their former values.
    rows = (await db.exec(theirs.execution_options(populate_existing=True))).all()
    return {row.resource: row for row in rows}


async def note_checks(db: AsyncSession, checks: Sequence[LinkCheck]) -> None:
    """Store these results of checks."""
    await upsert(db, LinkCheck, [check.model_dump() for check in checks])


async def silence_check(db: AsyncSession, resource: int) -> None:
    """Silence the check of a link that works for somebody: nobody is told of it until the link changes."""
    await db.exec(update(LinkCheck).where(col(LinkCheck.resource) == resource).values(quiet=True))
