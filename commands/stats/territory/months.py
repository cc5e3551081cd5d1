"""The whole months that territories are told of, and up to which day."""

import datetime as dt

from pydantic import BaseModel

from bot.context import Context
from bot.french.dates import MONTHS, WEEKDAYS, say_day
from bot.french.periods import Period, months_after
from bot.french.words import of
from bot.papers.page import PARIS
from storage.stats.monthly import MonthSpan
from storage.stats.territories import told_until

_DAY = dt.timedelta(days=1)
_WEEK = 7
RULE = (
    "Pour que personne ne soit reconnu, tout chiffre sauf le nombre de conseillers est arrondi au hasard à un multiple "
    "de 5 (le temps : de 1 h 15), par département et par mois, puis additionné."
)


class Months(BaseModel):
    """Whole months [start, end[."""

    start: dt.date
    end: dt.date

    def period(self, today: dt.date) -> Period:
        """Their days, up to today."""
        return Period(self.start, min(self.end, max(today, self.start) + _DAY))

    def days_told(self, ctx: Context) -> Period | None:
        """Those of their days that are told of; None when the first are still to come."""
        end = min(self.end, until(ctx))
        return Period(self.start, end) if self.start < end else None

    def span(self, ctx: Context) -> MonthSpan:
        """The same, as what is read for it."""
        return MonthSpan(self.start, self.end, until(ctx))


def until(ctx: Context) -> dt.date:
    """The first day that nobody is told of yet: the same for all, wherever they are."""
    return told_until(ctx.now.astimezone(PARIS).date())


def months_of(period: Period, today: dt.date) -> Months:
    """The whole months that a period touches, the one in progress included."""
    last = max(min(period.last, today), period.start)
    return Months(start=period.start.replace(day=1), end=months_after(last.replace(day=1), 1))


def rule(ctx: Context, months: Months) -> str:
    """What every answer says of its figures."""
    told = months.days_told(ctx)
    if told is None or told.end.day == 1:
        return RULE
    return f"{RULE} Le mois en cours s’arrête au {_say(told.last)}."


def to_come(month: dt.date) -> str:
    """When the first figures of a month (its first day) come: on the Monday after its first Sunday."""
    monday = month + dt.timedelta(days=_WEEK - month.weekday())
    name = of(MONTHS[month.month - 1])
    return f"Les premiers chiffres {name} arrivent le {_say(monday)} : un mois en cours s’arrête au dernier dimanche."


def _say(day: dt.date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {say_day(day)} {MONTHS[day.month - 1]}"
