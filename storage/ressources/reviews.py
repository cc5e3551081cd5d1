"""Resources that are to be looked at again, and who was reminded of it."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.ressources.resources import Resource, ResourceState, begin_writing, write_resources

NOBODY, AUTHOR, ANIMATEURS = 0, 1, 2
"""Who was reminded, as ``Resource.reviews`` counts."""
YEAR_MONTHS = 12
"""Months after which what was published, or found to be still good, is looked at again."""
PATIENCE = timedelta(days=14)
"""How long an author may take before animateurs hear of it."""


async def list_reviews_due(db: AsyncSession, today: date, limit: int) -> Sequence[Resource]:
    """List those that somebody has to be reminded of: its author, or after a while animateurs. The longest due
    first."""
    of_author = (col(Resource.reviews) == NOBODY) & (col(Resource.review_on) <= today)
    of_animateurs = (col(Resource.reviews) == AUTHOR) & (col(Resource.review_on) <= today - PATIENCE)
    return (await db.exec(_select_by_review_day().where(or_(of_author, of_animateurs)).limit(limit))).all()


async def list_to_review(db: AsyncSession, today: date, limit: int, person_id: str | None = None) -> Sequence[Resource]:
    """List those that are to be looked at again now: all, or somebody’s."""
    query = _select_by_review_day().where(col(Resource.review_on) <= today)
    if person_id is not None:
        query = query.where(or_(Resource.auteur_id == person_id, Resource.deposited_by == person_id))
    return (await db.exec(query.limit(limit))).all()


async def note_reminded(db: AsyncSession, numbers: Collection[int], reviews: int, today: date) -> None:
    """Note that these people were reminded of these today: their time runs from now on."""
    if not numbers:
        return
    revision = await begin_writing(db)
    query = select(Resource).where(col(Resource.id).in_(numbers)).execution_options(populate_existing=True)
    found = (await db.exec(query)).all()
    for each in found:
        each.reviews, each.review_on = reviews, today
    await write_resources(db, found, revision)


def _select_by_review_day() -> SelectOfScalar[Resource]:
    published = select(Resource).where(Resource.state == ResourceState.PUBLISHED)
    return published.order_by(col(Resource.review_on), col(Resource.id))
