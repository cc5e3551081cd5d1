"""Which days somebody asks the figures of, and for which queues they may."""

import datetime as dt
from collections.abc import Collection
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.context import Context
from bot.french.periods import Period
from bot.office_hours import OfficeHours
from commands.hotline.agents import must_serve_some
from storage.hotline.figures import Figures, Span, read
from storage.people import PARIS

ZONE = ZoneInfo(PARIS)
NOT_AN_AGENT = "Les chiffres de la hotline sont réservés à ses agents. Vos demandes\u00a0: /hotline mes demandes."


class Days(BaseModel):
    """The days [start, end[, in Paris."""

    start: dt.date
    end: dt.date

    @property
    def period(self) -> Period:
        """The same, as people say it."""
        return Period(self.start, self.end)


def today(ctx: Context) -> dt.date:
    """The day in Paris: the figures are the same for all, wherever they are."""
    return ctx.now.astimezone(ZONE).date()


async def figures_of(ctx: Context, days: Days, queues: Collection[str]) -> Figures:
    """The figures of some queues; of delays the hours count in which the hotline is open."""
    hours = OfficeHours.of(ctx.settings)
    return await read(ctx.db, Span(days.start, days.end), queues, hours.between)


async def must_serve(ctx: Context) -> Collection[str]:
    """The queues in which somebody answers. Raises UserError for who answers in none."""
    return await must_serve_some(ctx, NOT_AN_AGENT)
