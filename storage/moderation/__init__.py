"""Moderation: cases with their reports, measures and appeals, and the automatic rules.

A case is a message as it was when it was reported, for animateurs to decide; a measure is what was carried out, by
its number in the journal; its record is what undoing it needs, and how far Mattermost has done it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, and_, case, func, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insertion
from storage.moderation.cases import (
    Appeal,
    Case,
    CaseSource,
    CaseState,
    KeptPost,
    Measure,
    MeasureRecord,
    MessageReport,
)
from storage.people import Person, Role

EXEMPT_ROLES = (Role.ANIMATEUR, Role.ADMINISTRATEUR)
"""The roles whose messages no rule examines."""


class RuleMode(StrEnum):
    """What a rule does: nothing, as it is off; propose a case to the animateurs; or act at once."""

    OFF = "non"
    PROPOSE = "proposer"
    ACT = "agir"


class Rule(SQLModel, table=True):
    """The settings of a rule that animateurs changed in chat; a rule without a row has those that come with the bot.
    ``settings`` has its numbers and words."""

    __tablename__ = "moderation_rule"

    name: str = Field(primary_key=True, max_length=24)
    mode: RuleMode = Field(sa_type=Code(RuleMode))
    settings: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))
    changed_at: datetime = Field(sa_type=UtcTime)
    changed_by: str = Field(default="", max_length=26)


class RuleHit(SQLModel, table=True):
    """A message that a rule found, once. ``is_false`` is the animateurs’ verdict: None while there is none."""

    __tablename__ = "moderation_hit"

    rule: str = Field(primary_key=True, max_length=24)
    post_id: str = Field(primary_key=True, max_length=26)
    author_id: str = Field(max_length=26, index=True)
    channel_id: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime, index=True)
    case_id: int | None = Field(default=None, index=True)
    is_false: bool | None = None


async def list_tuned(db: AsyncSession) -> Sequence[Rule]:
    """List the rules whose settings were changed. Raises ValueError for a row that is no valid rule."""
    return (await db.exec(select(Rule).execution_options(populate_existing=True))).all()


async def save(db: AsyncSession, rule: Rule) -> None:
    """Store the settings of a rule from now on."""
    values = rule.model_dump()
    new = {name: value for name, value in values.items() if name != "name"}
    await db.execute(insertion(db, Rule).values(values).on_conflict_do_update(index_elements=["name"], set_=new))


async def add_hits(db: AsyncSession, hits: Sequence[RuleHit]) -> Collection[str]:
    """Store what rules found of a message; return the rules whose hits were new."""
    wanted = insertion(db, RuleHit).values([hit.model_dump() for hit in hits]).on_conflict_do_nothing()
    return set((await db.execute(wanted.returning(col(RuleHit.rule)))).scalars().all())


async def assign_hits(db: AsyncSession, post_id: str, rules: Collection[str], case_id: int) -> None:
    """Assign to a case what these rules found of a message."""
    here = (col(RuleHit.post_id) == post_id, col(RuleHit.rule).in_(rules))
    await db.execute(update(RuleHit).where(*here).values(case_id=case_id))


async def list_hits_of_case(db: AsyncSession, case_id: int) -> Sequence[RuleHit]:
    """List what rules found that is part of a case, in order."""
    return (
        await db.exec(select(RuleHit).where(RuleHit.case_id == case_id).order_by(col(RuleHit.at), col(RuleHit.rule)))
    ).all()


async def list_cases_since(db: AsyncSession, author_id: str, rules: Collection[str], moment: datetime) -> Sequence[int]:
    """List the cases since a moment about what one of these rules found of an author, the newest first."""
    newest = func.max(RuleHit.at)
    wanted = select(RuleHit.case_id).where(
        RuleHit.author_id == author_id,
        col(RuleHit.rule).in_(rules),
        col(RuleHit.at) >= moment,
        col(RuleHit.case_id).is_not(None),
    )
    found = await db.exec(wanted.group_by(col(RuleHit.case_id)).order_by(newest.desc()))
    return [number for number in found.all() if number is not None]


async def list_posts_without_case(db: AsyncSession, rule: str, since: datetime, until: datetime) -> Sequence[str]:
    """List the messages in which a rule found something in [since, until[, and of which there is no case."""
    here = (RuleHit.rule == rule, col(RuleHit.case_id).is_(None), col(RuleHit.at) >= since, col(RuleHit.at) < until)
    return (await db.exec(select(RuleHit.post_id).where(*here).order_by(col(RuleHit.at)))).all()


async def mark_false(db: AsyncSession, case_id: int) -> None:
    """Mark all that rules found for a case as false alarms."""
    await db.execute(update(RuleHit).where(col(RuleHit.case_id) == case_id).values(is_false=True))


async def count_hits(db: AsyncSession) -> dict[str, tuple[int, int]]:
    """Count, for each rule that found something, its hits and how many of them were false alarms."""
    false = func.sum(case((col(RuleHit.is_false).is_(True), 1), else_=0))
    rows = (await db.exec(select(RuleHit.rule, func.count(), false).group_by(col(RuleHit.rule)))).all()
    return {rule: (count, int(wrong)) for rule, count, wrong in rows}


async def count_cases_since(db: AsyncSession, moment: datetime) -> int:
    """Count the cases that rules opened since a moment."""
    return (await db.exec(select(func.count(func.distinct(RuleHit.case_id))).where(col(RuleHit.at) >= moment))).one()


async def list_exempt(db: AsyncSession) -> Collection[str]:
    """List the ids of people whose messages no rule examines."""
    derived = and_(col(Person.role).is_(None), col(Person.derived_role).in_(EXEMPT_ROLES))
    return (await db.exec(select(Person.id).where(or_(col(Person.role).in_(EXEMPT_ROLES), derived)))).all()
