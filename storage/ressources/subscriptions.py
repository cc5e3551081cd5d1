"""Who wants to hear each week what is new of which themes, and what that is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, false, func
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from config.themes import THEMES
from storage.database import UtcTime, upsert
from storage.ressources.resources import Resource, ResourceState

FRESH_MAX = 2_000
"""Resources of a week that are looked at one by one, the newest; imports are counted without that."""


class ThemeFollow(SQLModel, table=True):
    """Somebody follows a theme (a code of config.themes); ``paused`` keeps it for later and says nothing.

    ``told_at`` is up to when they were told what is new.
    """

    __tablename__ = "theme_follow"

    user_id: str = Field(primary_key=True, max_length=26)
    theme: str = Field(primary_key=True, max_length=32)
    paused: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    at: datetime = Field(sa_type=UtcTime)
    told_at: datetime = Field(sa_type=UtcTime)


@dataclass(frozen=True, slots=True)
class FreshResource:
    """A resource that people deposited, which came out at ``since``."""

    number: int
    themes: int
    since: datetime


@dataclass(frozen=True, slots=True)
class FollowerNews:
    """What is new for somebody: the numbers of what was deposited, the newest first, and how much was imported."""

    numbers: Sequence[int]
    imported: int


@dataclass(frozen=True, slots=True)
class NewsHarvest:
    """What came out for some weeks, as those who follow themes are told of it: what people deposited, and how much was
    imported, by its themes and when."""

    deposited: Sequence[FreshResource]
    imported: Mapping[tuple[int, datetime], int]

    def of(self, followed: Sequence[ThemeFollow]) -> FollowerNews:
        """Find what is new of the themes that somebody follows."""
        since = {1 << THEMES[each.theme].bit: each.told_at for each in followed if each.theme in THEMES}
        numbers = [fresh.number for fresh in self.deposited if _is_new(since, fresh.themes, fresh.since)]
        imported = sum(count for (themes, at), count in self.imported.items() if _is_new(since, themes, at))
        return FollowerNews(numbers, imported)


def _is_new(since: Mapping[int, datetime], themes: int, at: datetime) -> bool:
    return any(themes & bit and at > told for bit, told in since.items())


async def follow_themes(db: AsyncSession, user_id: str, themes: Collection[str], now: datetime) -> None:
    """Follow these from now on; what is followed already stays as it is, and what was paused begins anew."""
    rows = [{"user_id": user_id, "theme": theme, "paused": False, "at": now, "told_at": now} for theme in themes]
    await upsert(db, ThemeFollow, rows, ["paused", "told_at"], where=col(ThemeFollow.paused).is_(True))


async def pause_themes(db: AsyncSession, user_id: str, themes: Collection[str]) -> None:
    """Tell somebody nothing of these until they resume."""
    theirs = (col(ThemeFollow.user_id) == user_id, col(ThemeFollow.theme).in_(themes))
    await db.exec(update(ThemeFollow).where(*theirs).values(paused=True))


async def unfollow_themes(db: AsyncSession, user_id: str, themes: Collection[str]) -> None:
    """Follow these no more."""
    theirs = (col(ThemeFollow.user_id) == user_id, col(ThemeFollow.theme).in_(themes))
    await db.execute(delete(ThemeFollow).where(*theirs))


async def list_followed_themes(db: AsyncSession, user_id: str) -> Sequence[ThemeFollow]:
    """List what somebody follows, in the order of the table of themes."""
    rows = (await db.exec(select(ThemeFollow).where(ThemeFollow.user_id == user_id))).all()
    return sorted((row for row in rows if row.theme in THEMES), key=lambda row: THEMES[row.theme].bit)


async def list_followers(
    db: AsyncSession, after: str, before: datetime, limit: int
) -> Mapping[str, Sequence[ThemeFollow]]:
    """List the next people, by id, who are to hear of something since before that, each with what they follow."""
    waits = (col(ThemeFollow.paused).is_(False), col(ThemeFollow.told_at) < before)
    ids = select(ThemeFollow.user_id).where(col(ThemeFollow.user_id) > after, *waits).distinct()
    page = (await db.exec(ids.order_by(col(ThemeFollow.user_id)).limit(limit))).all()
    found: dict[str, list[ThemeFollow]] = {user_id: [] for user_id in page}
    for row in (await db.exec(select(ThemeFollow).where(col(ThemeFollow.user_id).in_(page), *waits))).all():
        found[row.user_id].append(row)
    return found


async def note_followers_told(db: AsyncSession, user_ids: Collection[str], at: datetime) -> None:
    """Note that people know all that came out until then."""
    theirs = (col(ThemeFollow.user_id).in_(user_ids), col(ThemeFollow.paused).is_(False), col(ThemeFollow.told_at) < at)
    await db.exec(update(ThemeFollow).where(*theirs).values(told_at=at))


async def read_harvest(db: AsyncSession, since: datetime, until: datetime) -> NewsHarvest:
    """Read what came out after one instant, up to another. What nobody deposited was imported."""
    out = (
        Resource.state == ResourceState.PUBLISHED,
        col(Resource.published_at) > since,
        col(Resource.published_at) <= until,
    )
    listed = select(Resource.id, Resource.themes, Resource.published_at).where(*out, col(Resource.deposited_by) != "")
    rows = await db.exec(listed.order_by(col(Resource.published_at).desc(), col(Resource.id).desc()).limit(FRESH_MAX))
    deposited = [FreshResource(number, themes, at) for number, themes, at in rows.all() if number and at]
    groups = select(Resource.themes, Resource.published_at, func.count()).where(*out, Resource.deposited_by == "")
    counted = await db.exec(groups.group_by(col(Resource.themes), col(Resource.published_at)))
    return NewsHarvest(deposited, {(themes, at): count for themes, at, count in counted.all() if at})
