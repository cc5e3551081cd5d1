"""What is asked for: a period and a way of making percentages, read from a line."""

import datetime as dt
import re

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.french.periods import Period
from bot.texts import quote
from dialogs.stats import UNDERSTOOD, NoPeriod, period_of
from storage.stats import Percent

_AS_COOP = re.compile(r"\bcomme (?:la )?coop$", re.IGNORECASE)


class Asked(BaseModel):
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


def read(ctx: Context, text: str) -> Asked:
    """What a line asks for; this month when it says nothing. Raises UserError saying what is understood."""
    said, as_coop = _AS_COOP.subn("", text.strip())
    wanted = said.rstrip()
    try:
        period = period_of(wanted, ctx.clues)
    except NoPeriod:
        raise UserError(f"Je n’ai pas compris la période « {quote(wanted)} ». {UNDERSTOOD}") from None
    except ValueError as problem:
        raise UserError(str(problem)) from None
    return Asked(start=period.start, end=period.end, percent=Percent.COOP if as_coop else Percent.JUSTE)
