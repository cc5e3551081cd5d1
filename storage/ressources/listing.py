"""Resources in lists that nobody searches: the latest, somebody’s own, those kept at hand, and how many there are."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.ressources.marks import Mark, ResourceMark
from storage.ressources.resource import Resource, State

Listed = tuple[Sequence[Resource], int]
"""A page of a list, and how many are in all of it."""

_PUBLISHED = Resource.state == State.PUBLISHED


async def latest(db: AsyncSession, limit: int, offset: int = 0) -> Listed:
    """The newest first, by their date: an import brings many of different age at once."""
    order = (col(Resource.date).desc(), col(Resource.published_at).desc().nulls_last(), col(Resource.id).desc())
    return await _page(db, select(Resource).where(_PUBLISHED).order_by(*order), limit, offset)


async def own(db: AsyncSession, user_id: str, limit: int, offset: int = 0) -> Listed:
    """All that somebody proposed or wrote, in whatever state, the newest first."""
    mine = or_(col(Resource.deposited_by) == user_id, col(Resource.auteur_id) == user_id)
    return await _page(db, select(Resource).where(mine).order_by(col(Resource.id).desc()), limit, offset)


async def favourites(db: AsyncSession, user_id: str, limit: int, offset: int = 0) -> Listed:
    """What somebody keeps at hand, what was withdrawn since too, the last marked first."""
    kept = select(Resource).join(ResourceMark, col(ResourceMark.resource) == col(Resource.id))
    kept = kept.where(ResourceMark.user_id == user_id, ResourceMark.mark == Mark.FAVOURITE)
    order = (col(ResourceMark.at).desc(), col(ResourceMark.resource).desc())
    return await _page(db, kept.order_by(*order), limit, offset)


async def by_category(db: AsyncSession) -> Mapping[str, int]:
    """How many are published in each category ("": in none)."""
    counted = select(Resource.categorie, func.count()).where(_PUBLISHED).group_by(col(Resource.categorie))
    return dict((await db.exec(counted)).all())


async def _page(db: AsyncSession, wanted: Any, limit: int, offset: int) -> Listed:
    count = select(func.count()).select_from(wanted.order_by(None).subquery())
    total = (await db.exec(count)).one()
    return (await db.exec(wanted.limit(limit).offset(offset))).all() if total > offset else [], total
