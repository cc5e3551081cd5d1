"""Who reported a message, and why: told to nobody but the animateurs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insertion
from storage.moderation.cases import Case

WORD_MAX = 500


class Report(SQLModel, table=True):
    """A report, one a person and case. ``motive`` is a key of the charter, ``at`` when it was last said;
    ``was_right`` is known once it was decided, ``told_at`` is when the reporter heard the outcome."""

    __tablename__ = "moderation_report"

    case_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    reporter_id: str = Field(primary_key=True, max_length=26, index=True)
    motive: str = Field(max_length=16)
    word: str = Field(default="", max_length=WORD_MAX)
    at: datetime = Field(sa_type=UtcTime, index=True)
    was_right: bool | None = None
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def list_of_case(db: AsyncSession, case_id: int) -> Sequence[Report]:
    """Those of a case, oldest first."""
    return (await db.exec(select(Report).where(Report.case_id == case_id).order_by(col(Report.at)))).all()


async def count_by_case(db: AsyncSession, case_ids: Sequence[int]) -> dict[int, int]:
    """How many reports each of these cases has."""
    wanted = select(Report.case_id, func.count()).where(col(Report.case_id).in_(case_ids)).group_by(col(Report.case_id))
    return dict((await db.exec(wanted)).all()) if case_ids else {}


async def list_since(db: AsyncSession, moment: datetime) -> Sequence[Report]:
    """Those that came since then."""
    return (await db.exec(select(Report).where(col(Report.at) >= moment))).all()


async def count_judged(db: AsyncSession, reporter_id: str) -> tuple[int, int]:
    """How many of somebody’s were right, and how many were not."""
    wanted = select(Report.was_right, func.count()).where(Report.reporter_id == reporter_id)
    found = dict((await db.exec(wanted.group_by(col(Report.was_right)))).all())
    return found.get(True, 0), found.get(False, 0)


async def add(db: AsyncSession, report: Report) -> bool:
    """Write it down; False where theirs is there already."""
    made = insertion(db, Report).values(report.model_dump()).on_conflict_do_nothing()
    return (await db.execute(made.returning(col(Report.case_id)))).scalar() is not None


async def get(db: AsyncSession, case_id: int, reporter_id: str) -> Report | None:
    """That of somebody."""
    return (await db.exec(select(Report).where(Report.case_id == case_id, Report.reporter_id == reporter_id))).first()


async def list_cases_about(db: AsyncSession, post_id: str, reporter_id: str) -> Sequence[Case]:
    """The cases of a message that somebody reported, newest first."""
    theirs = select(Case).join(Report, col(Report.case_id) == col(Case.id))
    wanted = theirs.where(Case.post_id == post_id, Report.reporter_id == reporter_id)
    return (await db.exec(wanted.order_by(col(Case.id).desc()))).all()


async def judge(db: AsyncSession, case_id: int, *, was_right: bool) -> None:
    """Say of those of a case whether they were right."""
    await db.execute(update(Report).where(col(Report.case_id) == case_id).values(was_right=was_right))


async def mark_told(db: AsyncSession, case_id: int, now: datetime) -> Sequence[str]:
    """Who of a case is to hear the outcome: each once."""
    untold = (col(Report.case_id) == case_id, col(Report.told_at).is_(None))
    told = update(Report).where(*untold).values(told_at=now).returning(col(Report.reporter_id))
    return sorted((await db.execute(told)).scalars().all())
