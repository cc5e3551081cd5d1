"""Whether the links of resources still lead somewhere, as last looked at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import false, or_
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, upsert
from storage.ressources.resources import Resource, ResourceState
from storage.urls import LINK_MAX

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
