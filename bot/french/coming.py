"""Coming days as people write them: « du 30/11 au 4/12 », « semaine prochaine », « lundi », « jusqu’à vendredi »."""

import re
from datetime import date, timedelta

from bot.french.dates import days_away, fold_date, read_date
from bot.french.periods import Period

AHEAD = (6, 27, 364)
"""Days within which a weekday, a day of the month, a day of the year comes again."""
NEAR = timedelta(days=184)
"""What is further away may have been meant as days under way: « du 24/11 au 30/11 », said on the 26th."""
BEGUN = (7, 14, 31)
"""How many days ago days under way may have begun."""
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_LEAD = re.compile(r"(?:du|de|d|des|entre|le|la|ce|cette|pour|sur)(?: le| la)? ")
_LINK = re.compile(r" (?:jusqu )?(?:au|a|et) (?:le )?| ?→ ?")
_UNTIL = re.compile(r"jusqu (?:au |a |en )?(.+)")
_WEEK_OF = re.compile(r"semaine du (?:le )?(.+)")
_BARE = re.compile(r"[0-9]{1,2}(?: ?er)?")


def read_coming_day(text: str, today: date) -> date | None:
    """The next day that is called so, today included; None for what is none, or past."""
    if (away := days_away(text)) is not None:
        return today + timedelta(days=away) if away >= 0 else None
    found = (read_date(text, today + timedelta(days=within)) for within in AHEAD)
    return next((on for on in found if on and on >= today), None)


def read_coming_days(text: str, today: date) -> Period | None:
    """The next days that are called so; None for what is none. They may have begun, but end today or later.

    What is left unsaid (the year, the month, which Monday) is completed with the nearest to come, which may be as far
    as a year: the caller judges.
    """
    found = fold_date(text)
    try:
        coming = _read(found, today)
        if coming and coming.start - today <= NEAR:
            return coming
        begun = (_read(found, today - timedelta(days=ago)) for ago in BEGUN)
        return next((read for read in begun if read and read.start <= today <= read.last), coming)
    except (ValueError, OverflowError):
        return None


def _read(found: str, today: date) -> Period | None:
    bare = _without_lead(found)
    if bare in {"semaine", "semaine en cours"}:
        return Period(today, _monday(today) + _WEEK)
    if bare in {"semaine prochaine", "prochaine semaine"}:
        return Period(_monday(today) + _WEEK, _monday(today) + 2 * _WEEK)
    if match := _WEEK_OF.fullmatch(bare):
        day = _read_one(match[1], today)
        return Period(_monday(day), _monday(day) + _WEEK) if day else None
    if match := _UNTIL.fullmatch(found):
        last = _read_one(match[1], today)
        return Period(today, last + _DAY) if last else None
    if day := _read_one(bare, today):
        return Period(day, day + _DAY)
    return _read_between(bare, today)


def _read_between(found: str, today: date) -> Period | None:
    for link in _LINK.finditer(found):
        opening, ending = found[: link.start()], found[link.end() :]
        if _BARE.fullmatch(opening) and not _BARE.fullmatch(ending):
            last = _read_one(ending, today)  # « du 1er au 5 décembre »
            first = read_date(f"le {opening}", last) if last else None
        else:
            first = _read_one(opening, today)
            last = _read_one(ending, first) if first else None
        if first and last and first <= last:
            return Period(first, last + _DAY)
    return None


def _read_one(found: str, today: date) -> date | None:
    found = _without_lead(found).removesuffix(" inclus").removesuffix(" prochain")
    return read_coming_day(f"le {found}" if _BARE.fullmatch(found) else found, today)


def _without_lead(found: str) -> str:
    match = _LEAD.match(found)
    return found[match.end() :] if match else found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
