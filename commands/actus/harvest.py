"""What goes into the news by itself."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.mattermost import ChatReader
from bot.replies import Progress, Step
from commands.actus.feature import feature
from config.settings import Settings
from storage.database import Database


class Harvest(BaseModel):
    """Look for the most useful messages of public channels, of these times."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """The time of one digest: its edition’s key and its day by the rhythm are what its figures are filed under."""

    edition: str
    day: date
    since: datetime
    until: datetime
    monthly: bool


async def from_tables(db: AsyncSession, since: datetime, until: datetime, settings: Settings) -> None:
    """What the bot’s other features know."""


async def messages(chat: ChatReader, database: Database, settings: Settings, since: datetime, until: datetime) -> None:
    """The most useful messages of public channels, for who waits for it."""


async def period_items(db: AsyncSession, period: Period) -> None:
    """The figures and newcomers of a period."""


@feature.work(Harvest, title="Récolte", writes=True)
async def harvest(ctx: Context, asked: Harvest, so_far: Progress) -> Step:
    """Nothing yet."""
    return Step(finished=True)
