"""A case: a message as it was when it was reported (or somebody, where there is no message), what was decided, and the
measures that were carried out: until when, what undoing each needs, how far Mattermost has done it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import JSON, Column, Text, desc, func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, Numbered, UtcTime, change, insertion
from storage.journal import AuditAct


class CaseState(StrEnum):
    """The state of a case."""

    OPEN = "ouvert"
    SECOND = "second_avis"
    DECIDED = "decide"
    APPEALED = "recours"
    CLOSED = "clos"


UNDECIDED = (CaseState.OPEN, CaseState.SECOND)
"""The states of a case that nobody decided yet, or whose decision needs a second animateur."""
WAITING = (*UNDECIDED, CaseState.APPEALED)
"""The states of a case that somebody is to decide, for the first time or again."""


class CaseSource(StrEnum):
    """How a case began: people reported a message, a rule found it, or an animateur acted at once."""

    REPORTED = "signalement"
    RULE = "regle"
    DIRECT = "direct"


class Case(Numbered, table=True):
    """A case of moderation. Its message, files and context are what was seen when it was opened, whatever became of
    them since.

    ``context`` are messages before and after: ``{"at": ISO, "author_id": id, "message": text, "after": bool}`` (older
    ones have a name, ``author``, in place of the id).
    ``files`` are names. ``act`` is the journal’s code of what was decided, ``entry`` its number there, ``until`` when
    that ends by itself. ``proposed`` waits for a second animateur: ``{"by": id, "act": …, …}``.
    """

    __tablename__ = "moderation_case"

    state: CaseState = Field(default=CaseState.OPEN, sa_type=Code(CaseState), index=True)
    source: CaseSource = Field(default=CaseSource.REPORTED, sa_type=Code(CaseSource))
    author_id: str = Field(max_length=26, index=True)
    author: str = Field(max_length=64)
    channel_id: str = Field(default="", max_length=26)
    channel: str = Field(default="", max_length=64)
    post_id: str = Field(default="", max_length=26, index=True)
    root_id: str = Field(default="", max_length=26)
    message: str = Field(default="", sa_column=Column(Text, nullable=False))
    files: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    context: list[dict[str, Any]] = Field(default=[], sa_column=Column(JSON, nullable=False))
    posted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    opened_at: datetime = Field(sa_type=UtcTime, index=True)
    decided_at: datetime | None = Field(default=None, sa_type=UtcTime)
    decided_by: str = Field(default="", max_length=26)
    act: str = Field(default="", max_length=48)
    reason: str = Field(default="", max_length=1000)
    until: datetime | None = Field(default=None, sa_type=UtcTime)
    entry: int | None = None
    proposed: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))

    @property
    def is_waiting(self) -> bool:
        """Tell whether an animateur is still to decide."""
        return self.state in WAITING


async def get(db: AsyncSession, number: int) -> Case | None:
    """Get a case by its number."""
    return (await db.exec(select(Case).where(col(Case.id) == number))).first()


async def lock(db: AsyncSession, number: int) -> Case | None:
    """Get a case, held until the transaction ends: of two who decide at once the second sees what the first
    decided."""
    return await db.get(Case, number, with_for_update=True, populate_existing=True)


async def find_undecided(db: AsyncSession, post_id: str) -> Case | None:
    """Find the case of a message that is not decided yet."""
    wanted = select(Case).where(Case.post_id == post_id, col(Case.state).in_(UNDECIDED))
    return (await db.exec(wanted)).first()


async def find_newest(db: AsyncSession, post_id: str) -> Case | None:
    """Find the newest case about a message, decided or not."""
    return (await db.exec(select(Case).where(Case.post_id == post_id).order_by(desc(col(Case.id))).limit(1))).first()


async def list_by_author(db: AsyncSession, author_id: str, since: datetime) -> Sequence[Case]:
    """List the cases about somebody that were opened since a moment, newest first, a hundred at most."""
    wanted = select(Case).where(Case.author_id == author_id, col(Case.opened_at) >= since)
    return (await db.exec(wanted.order_by(col(Case.id).desc()).limit(100))).all()


async def list_in_states(
    db: AsyncSession, states: Sequence[CaseState] = (), limit: int | None = None
) -> Sequence[Case]:
    """List the cases in these states, oldest first; all of them, or the first ``limit``."""
    wanted = select(Case).order_by(col(Case.id)).limit(limit)
    return (await db.exec(wanted.where(col(Case.state).in_(states)) if states else wanted)).all()


async def count_waiting(db: AsyncSession) -> Mapping[CaseState, int]:
    """Count the undecided cases by state."""
    there = select(Case.state, func.count()).where(col(Case.state).in_(WAITING)).group_by(col(Case.state))
    found = dict((await db.exec(there)).all())
    return {state: found.get(state, 0) for state in WAITING}


async def list_decided_before(db: AsyncSession, moment: datetime, after: int, limit: int) -> Sequence[Case]:
    """List the cases decided before a moment, by number, after a number."""
    wanted = select(Case).where(col(Case.decided_at) < moment, col(Case.id) > after)
    return (await db.exec(wanted.order_by(col(Case.id)).limit(limit))).all()


async def list_decided_since(db: AsyncSession, moment: datetime) -> Sequence[int]:
    """List the numbers of the cases decided since a moment."""
    return [number for number in (await db.exec(select(Case.id).where(col(Case.decided_at) >= moment))).all() if number]


WORD_MAX = 500


class MessageReport(SQLModel, table=True):
    """A report of a message, one for each person and case. ``motive`` is a key of the charter, ``at`` when it was last
    sent; ``was_right`` is known once the case is decided, ``told_at`` is when the reporter was told the outcome."""

    __tablename__ = "moderation_report"

    case_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    reporter_id: str = Field(primary_key=True, max_length=26, index=True)
    motive: str = Field(max_length=16)
    word: str = Field(default="", max_length=WORD_MAX)
    at: datetime = Field(sa_type=UtcTime, index=True)
    was_right: bool | None = None
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def list_reports(db: AsyncSession, case_id: int) -> Sequence[MessageReport]:
    """List the reports of a case, oldest first."""
    return (
        await db.exec(select(MessageReport).where(MessageReport.case_id == case_id).order_by(col(MessageReport.at)))
    ).all()


async def count_reports(db: AsyncSession, case_ids: Sequence[int]) -> dict[int, int]:
    """Count the reports of each of these cases."""
    wanted = (
        select(MessageReport.case_id, func.count())
        .where(col(MessageReport.case_id).in_(case_ids))
        .group_by(col(MessageReport.case_id))
    )
    return dict((await db.exec(wanted)).all()) if case_ids else {}


async def list_reports_since(db: AsyncSession, moment: datetime) -> Sequence[MessageReport]:
    """List the reports made since a moment."""
    return (await db.exec(select(MessageReport).where(col(MessageReport.at) >= moment))).all()


async def count_judged(db: AsyncSession, reporter_id: str) -> tuple[int, int]:
    """Count how many of somebody’s reports were right, and how many were not."""
    wanted = select(MessageReport.was_right, func.count()).where(MessageReport.reporter_id == reporter_id)
    found = dict((await db.exec(wanted.group_by(col(MessageReport.was_right)))).all())
    return found.get(True, 0), found.get(False, 0)


async def add_report(db: AsyncSession, report: MessageReport) -> bool:
    """Write a report down; False where theirs is there already."""
    made = insertion(db, MessageReport).values(report.model_dump()).on_conflict_do_nothing()
    return (await db.execute(made.returning(col(MessageReport.case_id)))).scalar() is not None


async def get_report(db: AsyncSession, case_id: int, reporter_id: str) -> MessageReport | None:
    """Get somebody’s report in a case."""
    return (
        await db.exec(
            select(MessageReport).where(MessageReport.case_id == case_id, MessageReport.reporter_id == reporter_id)
        )
    ).first()


async def list_reported(db: AsyncSession, post_id: str, reporter_id: str) -> Sequence[Case]:
    """List the cases of a message that somebody reported, newest first."""
    theirs = select(Case).join(MessageReport, col(MessageReport.case_id) == col(Case.id))
    wanted = theirs.where(Case.post_id == post_id, MessageReport.reporter_id == reporter_id)
    return (await db.exec(wanted.order_by(col(Case.id).desc()))).all()


async def judge_reports(db: AsyncSession, case_id: int, *, was_right: bool) -> None:
    """Note whether the reports of a case were right."""
    await db.execute(update(MessageReport).where(col(MessageReport.case_id) == case_id).values(was_right=was_right))


async def mark_told(db: AsyncSession, case_id: int, now: datetime) -> Sequence[str]:
    """Mark the reporters of a case as told of its outcome; return those who are to be told now, each once."""
    untold = (col(MessageReport.case_id) == case_id, col(MessageReport.told_at).is_(None))
    told = update(MessageReport).where(*untold).values(told_at=now).returning(col(MessageReport.reporter_id))
    return sorted((await db.execute(told)).scalars().all())


class Appeal(SQLModel, table=True):
    """An appeal against a measure (by its number in the journal), one for each measure. ``kept`` is the outcome:
    whether the measure stands."""

    __tablename__ = "moderation_appeal"

    entry: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    case_id: int = Field(index=True)
    user_id: str = Field(max_length=26, index=True)
    word: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_type=UtcTime)
    due_at: datetime = Field(sa_type=UtcTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcTime)
    decided_by: str = Field(default="", max_length=26)
    kept: bool | None = None
    answer: str = Field(default="", max_length=1000)


async def get_appeal(db: AsyncSession, entry: int) -> Appeal | None:
    """Get the appeal against a measure, by the measure’s number in the journal."""
    return (await db.exec(select(Appeal).where(Appeal.entry == entry))).first()


async def list_open_appeals(db: AsyncSession) -> Sequence[Appeal]:
    """List the appeals that were not answered yet, the most urgent first."""
    wanted = select(Appeal).where(col(Appeal.decided_at).is_(None))
    return (await db.exec(wanted.order_by(col(Appeal.due_at)))).all()


async def add_appeal(db: AsyncSession, appeal: Appeal) -> bool:
    """Write an appeal down; False where there is one about that measure already."""
    made = insertion(db, Appeal).values(appeal.model_dump()).on_conflict_do_nothing()
    return (await db.execute(made.returning(col(Appeal.entry)))).scalar() is not None


async def lock_appeal(db: AsyncSession, entry: int) -> Appeal | None:
    """Get the appeal against a measure, locked until the transaction ends."""
    return await db.get(Appeal, entry, with_for_update=True, populate_existing=True)


async def find_newest_appeal(db: AsyncSession, case_id: int) -> Appeal | None:
    """Find the newest appeal in a case."""
    wanted = select(Appeal).where(Appeal.case_id == case_id).order_by(col(Appeal.entry).desc())
    return (await db.exec(wanted.limit(1))).first()


REFUSED = "mattermost"
"""In place of a user name: who ended a measure that Mattermost did not let the bot carry out."""
KEEPING_OUT = (AuditAct.SILENCE, AuditAct.EXCLUDE)
"""Acts that keep somebody out of channels."""
LASTING = (*KEEPING_OUT, AuditAct.LOCK)
"""Acts that last until they end or are undone, for which their record is needed."""


class Measure(SQLModel, table=True):
    """A measure, known by its number in the journal. ``act`` is the journal’s code; ``user_id`` is the person it
    concerns ("" for a channel), ``channels`` where; ``by`` decided it, ``proposed_by`` is the first animateur where it
    took two; ``until`` is when it ends by itself, ``ended_at`` when it did, by whatever. ``before`` is what undoing it
    needs."""

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
        """Tell whether the measure was carried out and not taken back: it is in force, or ended at its time."""
        return self.ended_at is None or not self.ended_by

    @property
    def was_undone(self) -> bool:
        """Tell whether somebody took the measure back; not if it ended at its time, or was never carried out."""
        return self.ended_by not in {"", REFUSED}


async def lock_measure(db: AsyncSession, entry: int) -> Measure | None:
    """Get a measure by its number in the journal, locked until the transaction ends."""
    return await db.get(Measure, entry, with_for_update=True, populate_existing=True)


async def list_due_measures(db: AsyncSession, now: datetime, limit: int) -> Sequence[Measure]:
    """List the measures whose time is over but that are still in force, oldest first."""
    wanted = select(Measure).where(col(Measure.until) <= now, col(Measure.ended_at).is_(None))
    return (await db.exec(wanted.order_by(col(Measure.until)).limit(limit))).all()


async def list_standing_measures(db: AsyncSession, user_id: str) -> Sequence[Measure]:
    """List the measures in force against somebody."""
    wanted = select(Measure).where(Measure.user_id == user_id, col(Measure.ended_at).is_(None))
    return (await db.exec(wanted.order_by(col(Measure.entry)))).all()


async def find_exclusion(db: AsyncSession, user_id: str, channel_id: str, but: int = 0) -> Measure | None:
    """Find a measure in force, other than ``but``, that excludes somebody from a channel."""
    for each in await list_standing_measures(db, user_id):
        is_everywhere = each.act == AuditAct.SILENCE and not each.channels
        if each.act in KEEPING_OUT and each.entry != but and (is_everywhere or channel_id in each.channels):
            return each
    return None


async def lock_exclusion(db: AsyncSession, user_id: str, channel_id: str) -> Measure | None:
    """Get the exclusion of somebody from a channel, locked until the transaction ends; None where it ended
    meanwhile."""
    found = await find_exclusion(db, user_id, channel_id)
    measure = await lock_known(db, found) if found else None
    return measure if measure and measure.ended_at is None else None


async def list_measures_of_case(db: AsyncSession, case_id: int) -> Sequence[Measure]:
    """List the measures decided in a case, oldest first."""
    return (await db.exec(select(Measure).where(Measure.case_id == case_id).order_by(col(Measure.entry)))).all()


async def list_measures_since(db: AsyncSession, user_id: str, moment: datetime) -> Sequence[Measure]:
    """List all measures against somebody since then, oldest first."""
    wanted = select(Measure).where(Measure.user_id == user_id, col(Measure.began_at) >= moment)
    return (await db.exec(wanted.order_by(col(Measure.entry)))).all()


async def get_measure(db: AsyncSession, entry: int) -> Measure | None:
    """Get a measure by its number in the journal."""
    return (await db.exec(select(Measure).where(Measure.entry == entry))).first()


async def list_measures_in_force(db: AsyncSession, acts: Sequence[str]) -> Sequence[Measure]:
    """List the measures of these acts that are in force, oldest first."""
    wanted = select(Measure).where(col(Measure.act).in_(acts), col(Measure.ended_at).is_(None))
    return (await db.exec(wanted.order_by(col(Measure.entry)))).all()


class KeptPost(BaseModel):
    """A message as it was before a measure; ``files`` are ids."""

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
    """What a measure keeps to be carried out and undone. ``posts`` are the messages that were removed or moved.
    ``waits`` are the posts or channels about which Mattermost has not answered yet, ``done`` those where it did what
    was asked, ``refused`` those where it did not.

    ``looking`` is true while it is still being found out where somebody is, or while a message waits for its files to
    be kept; ``muted`` are channels that nobody can be taken out of. ``let_in`` are keys of channels in which somebody
    was admitted by name before, with the reason; ``titles`` the names of channels that the bot knows from Mattermost
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
        """Tell whether a message may be deleted: its files were kept, so nothing of it is lost."""
        return not post.files or post.id in self.evidence


def read_record(measure: Measure) -> MeasureRecord:
    """Read the record of a measure."""
    return MeasureRecord.model_validate(measure.before)


async def store_record(db: AsyncSession, measure: Measure, record: MeasureRecord) -> None:
    """Store the record of a measure as it is from now on."""
    await change(db, measure, before=record.model_dump(mode="json"))


async def lock_with_case(db: AsyncSession, entry: int) -> tuple[Measure | None, Case | None]:
    """Get the measure of a number in the journal, and its case if it has one, locked until the transaction ends. Lock
    the journal’s head only after these."""
    known = await get_measure(db, entry)
    case = await lock(db, known.case_id) if known and known.case_id else None
    return await lock_measure(db, entry), case


async def lock_known(db: AsyncSession, known: Measure) -> Measure | None:
    """Get a measure that was read before, locked, with what changed meanwhile."""
    if known.case_id:
        await lock(db, known.case_id)
    return await lock_measure(db, known.entry)
