"""What was decided and carried out: until when, what undoing it needs, and how far Mattermost has done it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, change
from storage.journal import AuditAct
from storage.moderation import cases
from storage.moderation.cases import Case

REFUSED = "mattermost"
"""Who ended a measure that Mattermost did not let the bot carry out."""
KEEPING_OUT = (AuditAct.SILENCE, AuditAct.EXCLUDE)
"""Acts that keep somebody out of channels."""
LASTING = (*KEEPING_OUT, AuditAct.LOCK)
"""Acts that hold until they end or are undone, which needs what is kept of them."""


class Measure(SQLModel, table=True):
    """A measure, known by its number in the journal. ``act`` is the journal’s code; ``user_id`` whom it concerns (""
    for a channel), ``channels`` where; ``by`` decided it, ``proposed_by`` is the first animateur where it took two;
    ``until`` is when it ends by itself, ``ended_at`` when it did, by whatever. ``before`` is what undoing it needs.
    """

    __tablename__ = "moderation_measure"

    entry: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    case_id: int | None = Field(default=None, index=True)
    act: str = Field(max_length=48)
    user_id: str = Field(default="", max_length=26, index=True)
    channels: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    reason: str = Field(default="", max_length=1000)
    by: str = Field(max_length=26)
    proposed_by: str = Field(default="", max_length=26)
    began_at: datetime = Field(sa_type=UtcTime)
    until: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_by: str = Field(default="", max_length=26)
    before: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))

    @property
    def counts(self) -> bool:
        """Whether it was carried out, and nobody took it back: it stands, or ended at its time."""
        return self.ended_at is None or not self.ended_by


async def lock(db: AsyncSession, entry: int) -> Measure | None:
    """The measure of that number in the journal, held until the transaction ends."""
    wanted = select(Measure).where(Measure.entry == entry).with_for_update().execution_options(populate_existing=True)
    return (await db.exec(wanted)).first()


async def list_due(db: AsyncSession, now: datetime, limit: int) -> Sequence[Measure]:
    """List the measures whose time is over but that still stand, oldest first."""
    wanted = select(Measure).where(col(Measure.until) <= now, col(Measure.ended_at).is_(None))
    return (await db.exec(wanted.order_by(col(Measure.until)).limit(limit))).all()


async def list_standing(db: AsyncSession, user_id: str) -> Sequence[Measure]:
    """List the measures against somebody that still hold."""
    wanted = select(Measure).where(Measure.user_id == user_id, col(Measure.ended_at).is_(None))
    return (await db.exec(wanted.order_by(col(Measure.entry)))).all()


async def find_exclusion(db: AsyncSession, user_id: str, channel_id: str, but: int = 0) -> Measure | None:
    """The measure in force, other than ``but``, that keeps somebody out of a channel, if there is one."""
    for each in await list_standing(db, user_id):
        is_everywhere = each.act == AuditAct.SILENCE and not each.channels
        if each.act in KEEPING_OUT and each.entry != but and (is_everywhere or channel_id in each.channels):
            return each
    return None


async def lock_exclusion(db: AsyncSession, user_id: str, channel_id: str) -> Measure | None:
    """The same, held until the transaction ends; None where it was over in the meantime, too."""
    found = await find_exclusion(db, user_id, channel_id)
    measure = await lock_known(db, found) if found else None
    return measure if measure and measure.ended_at is None else None


async def list_of_case(db: AsyncSession, case_id: int) -> Sequence[Measure]:
    """List the measures that were decided in a case, oldest first."""
    return (await db.exec(select(Measure).where(Measure.case_id == case_id).order_by(col(Measure.entry)))).all()


async def list_since(db: AsyncSession, user_id: str, moment: datetime) -> Sequence[Measure]:
    """List all measures against somebody since then, oldest first."""
    wanted = select(Measure).where(Measure.user_id == user_id, col(Measure.began_at) >= moment)
    return (await db.exec(wanted.order_by(col(Measure.entry)))).all()


async def get(db: AsyncSession, entry: int) -> Measure | None:
    """The measure of that number in the journal."""
    return (await db.exec(select(Measure).where(Measure.entry == entry))).first()


async def list_in_force(db: AsyncSession, acts: Sequence[str]) -> Sequence[Measure]:
    """List the measures of these acts that still hold, oldest first."""
    wanted = select(Measure).where(col(Measure.act).in_(acts), col(Measure.ended_at).is_(None))
    return (await db.exec(wanted.order_by(col(Measure.entry)))).all()


class KeptPost(BaseModel):
    """A message as it was before something was done to it; ``files`` are ids."""

    id: str
    channel_id: str
    root_id: str = ""
    author_id: str
    author: str
    text: str
    at: datetime
    files: list[str] = []
    is_bot: bool = False


class MeasureRecord(BaseModel):
    """``posts`` are what was removed or moved. ``waits`` are the posts or channels about which Mattermost has not
    answered yet, ``done`` those where it did what was asked, ``refused`` those where it did not.

    ``looking`` is true while it is still being found out where somebody is, or while a message waits for its files to
    be kept; ``muted`` are channels that nobody can be taken out of. ``let_in`` are keys of channels in which somebody
    was admitted by name before, with the reason; ``titles`` what channels are called that the bot knows from Mattermost
    only. ``place`` is where a thread was moved to. ``evidence`` are the posts whose files were kept before they went,
    with the ids of the copies. ``told`` says that the person knows of it; ``instead_of`` is the measure, by its number,
    that an appeal has lightened to this.
    """

    posts: list[KeptPost] = []
    waits: list[str] = []
    done: list[str] = []
    refused: list[str] = []
    muted: list[str] = []
    let_in: dict[str, str] = {}
    titles: dict[str, str] = {}
    place: str = ""
    evidence: dict[str, list[str]] = {}
    looking: bool = False
    told: bool = False
    instead_of: int = 0

    def is_safe(self, post: KeptPost) -> bool:
        """Whether a message may go: nothing of it is lost with it."""
        return not post.files or post.id in self.evidence


def read_record(measure: Measure) -> MeasureRecord:
    """Read the record of a measure."""
    return MeasureRecord.model_validate(measure.before)


async def store_record(db: AsyncSession, measure: Measure, record: MeasureRecord) -> None:
    """Store the record of a measure as it is from now on."""
    await change(db, measure, before=record.model_dump(mode="json"))


async def lock_with_case(db: AsyncSession, entry: int) -> tuple[Measure | None, Case | None]:
    """The measure of that number in the journal and its case, if it has one, until the transaction ends. Who notes
    something in the journal takes that after them."""
    known = await get(db, entry)
    case = await cases.lock(db, known.case_id) if known and known.case_id else None
    return await lock(db, entry), case


async def lock_known(db: AsyncSession, known: Measure) -> Measure | None:
    """The same of a measure that was read before."""
    if known.case_id:
        await cases.lock(db, known.case_id)
    return await lock(db, known.entry)
