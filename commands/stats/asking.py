"""What is asked for: a period and a way of making percentages, read from a line."""

import datetime as dt
import re

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.french.periods import Period
from dialogs.stats import period_of
from storage.stats import Percent

_AS_COOP = re.compile(r"\bcomme (?:la )?coop$", re.IGNORECASE)


class OwnQuery(BaseModel):
    """Days [start, end[, and how percentages are made."""

    start: dt.date
    end: dt.date
    percent: Percent = Percent.JUSTE

    @property
    def period(self) -> Period:
        """The days."""
        return Period(self.start, self.end)

    def about(self, period: Period) -> dict[str, object]:
        """The fields of a payload that asks the same of other days."""
        return {"start": period.start, "end": period.end, "percent": self.percent}

    @property
    def same(self) -> dict[str, object]:
        """The fields of a payload that asks just this."""
        return self.about(self.period)


def read(ctx: Context, text: str) -> OwnQuery:
    """What a line asks for; this month when it says nothing. Raises UserError saying what is understood."""
    said, as_coop = _AS_COOP.subn("", text.strip())
    try:
        period = period_of(said, ctx.clues)
    except ValueError as problem:
        raise UserError(str(problem)) from None
    return OwnQuery(start=period.start, end=period.end, percent=Percent.COOP if as_coop else Percent.JUSTE)
