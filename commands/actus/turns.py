"""When somebody's own digest is due: at their hour, on their day, never on leave nor on a public holiday."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.working_days import holiday
from storage.actus.subscriptions import Subscription

_BACK = 31
"""Days in which a month has had its day."""


def is_due(subscription: Subscription, now: datetime, zone: ZoneInfo, departement: str | None) -> bool:
    """Whether it is to be sent now. What came on leave, on a holiday or while the bot was away comes the next day that
    is none, at the same hour."""
    here = now.astimezone(zone)
    if here.hour < subscription.hour or is_away(subscription, here.date()) or holiday(here.date(), departement):
        return False
    day = last_day(subscription, here.date())
    at = datetime(day.year, day.month, day.day, subscription.hour, tzinfo=zone)
    return at > (subscription.sent_at or subscription.begun_at)


def is_away(subscription: Subscription, day: date) -> bool:
    """Whether its reader is on leave that day."""
    return subscription.away_until is not None and day <= subscription.away_until


def last_day(subscription: Subscription, today: date) -> date:
    """The last day, today included, that is theirs by the rule."""
    days = (today - timedelta(days=back) for back in range(_BACK + 7))
    return next(day for day in days if is_theirs(subscription, day))


def next_day(subscription: Subscription, today: date) -> date:
    """The next day after today that is theirs by the rule, leave apart."""
    first = max(today, subscription.away_until or today)
    days = (first + timedelta(days=ahead) for ahead in range(1, _BACK + 8))
    return next(day for day in days if is_theirs(subscription, day))


def is_theirs(subscription: Subscription, day: date) -> bool:
    """Whether a day is one by the rule: their weekday, of a month the first."""
    return day.weekday() == subscription.weekday and (not subscription.monthly or day.day <= 7)
