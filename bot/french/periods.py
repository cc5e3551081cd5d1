"""Periods, coming days and moments as people write and hear them: « septembre », « lundi », « demain 9h »."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.french import dates
from bot.french.numbers import digits
from config.programme import FIRST_DAY
from config.time import WEEKDAYS

_ONE_DAY, _A_WEEK = timedelta(days=1), timedelta(days=7)
_LEAD = re.compile(
    r"(?:(?:le|la|les|l|en|sur|pour|de|d|du|au|ce|cet|cette|ces|tout|toute|courant|pendant|durant|au cours|"
    r"(?:du )?mois (?:de|d(?! avant))) )+"
)
_ALL = {"tout", "toute", "tous", "toutes", "toujours", "debut", "depuis le debut", "depuis toujours"}
_UNIT = r"(jours?|semaines?|mois|trimestres?|semestres?|annees?|ans?)"
_MONTHS = {
    **{"mois": 1, "trimestre": 3, "trimestres": 3, "semestre": 6, "semestres": 6},
    **dict.fromkeys(("annee", "annees", "an", "ans"), 12),
}
"""How many months each unit has that is longer than a week."""
_THIS = re.compile(rf"(?:(?:depuis )?(?:le )?debut (?:de |d |du )(?:la |l )?)?{_UNIT}(?: en cours| courante?| ci)?")
_LAST = re.compile(
    rf"{_UNIT} (?:derniere?|passee?|precedente?|ecoulee?|d avant)|(?:derniere?|precedente?) {_UNIT}|"
    rf"il y a ([1-9][0-9]?) {_UNIT}"
)
_LAST_FEW = re.compile(
    rf"(?:dernieres? |derniers? )?([0-9]{{1,3}}) (?:dernieres? |derniers? )?{_UNIT}(?: derniers| dernieres)?"
)
_NAMED_MONTHS = dates.MONTH_NUMBERS | {"rentree": 9}
"""Months by name, and by when schools begin again."""
_MONTH = re.compile(rf"({'|'.join(_NAMED_MONTHS)}|[0-9]{{1,2}}(?=/))\.?(?:[ /]([0-9]{{4}}))?")
_ISO_MONTH = re.compile(r"([0-9]{4})/([0-9]{1,2})")
_QUARTER = re.compile(r"(?:t([1-4])|([1-4]) ?(?:er|e|eme|nd)? trimestre)(?: ([0-9]{4}))?")
_HALF = re.compile(r"(?:s([12])|([12]) ?(?:er|e|eme|nd|d)? semestre)(?: ([0-9]{4}))?")
_YEAR = re.compile(r"(?:annee |an )?([0-9]{4})")
_SINCE = re.compile(r"depuis (.+)")
_BETWEEN = re.compile(r" (?:au|a|et|jusqu au|jusqu a) | ?(?:→|/ ) ?| ")
_DAY_OF_DATE = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)}) (?=[0-9])")
_BETWEEN_LEAD = re.compile(r"(?:du|de|d|entre|des)(?: le)? ")


@dataclass(frozen=True)
class Period:
    """The days from `start` up to but not including `end`."""

    start: date
    end: date

    @property
    def last(self) -> date:
        """The last day of the period."""
        return self.end - _ONE_DAY

    @property
    def label(self) -> str:
        """How the period is said; `read_period` reads it back."""
        first, last = self.start, self.last
        if first == last:
            return dates.say_date(first)
        if name := _name_whole(first, self.end):
            return name
        return dates.say_days(first, last)


def _name_whole(first: date, end: date) -> str | None:
    """Name a whole month, quarter or year."""
    months = (end.year - first.year) * 12 + end.month - first.month
    if first.day != 1 or end.day != 1 or months < 1 or (first.month - 1) % months:
        return None
    if months == 1:
        return dates.say_month(first)
    if months == 3:
        return f"{('1er', '2e', '3e', '4e')[first.month // 3]} trimestre {first.year}"
    return f"année {first.year}" if months == 12 else None


def months_after(day: date, months: int) -> date:
    """Return the same day of the month some months later (or earlier), or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


_WEEK_NUMBER = re.compile(r"sem(?:aine)? (?:n ?)?([0-9]{1,2})(?: ([0-9]{4}))?")
_PARTS: Mapping[str, tuple[int, int]] = {
    **{"debut": (1, 10), "mi": (11, 20), "milieu": (11, 20), "fin": (21, 31)},
    **dict.fromkeys(("1re quinzaine", "1ere quinzaine", "premiere quinzaine"), (1, 15)),
    **dict.fromkeys(("2e quinzaine", "2eme quinzaine", "2nde quinzaine"), (16, 31)),
    **dict.fromkeys(("deuxieme quinzaine", "seconde quinzaine", "derniere quinzaine"), (16, 31)),
    **dict.fromkeys(("1re semaine", "1ere semaine", "premiere semaine"), (1, 7)),
    **dict.fromkeys(("2e semaine", "2eme semaine", "deuxieme semaine"), (8, 14)),
    **dict.fromkeys(("3e semaine", "3eme semaine", "troisieme semaine"), (15, 21)),
    **{"derniere semaine": (25, 31)},
}
"""The first and the last day of parts of a month; 31 is the last one of any."""
_PART = re.compile(rf"({'|'.join(_PARTS)}) (?:de |d |du )?(.+)")
_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31
_SEASONS = {"printemps": 3, "ete": 6, "automne": 9, "hiver": 12}
"""The first month of each season, as those who count the weather have them: whole months, three of them."""
_SEASON = re.compile(rf"({'|'.join(_SEASONS)})(?: (dernier|passe|derniere|ci)| (?:de )?([0-9]{{4}}))?")
_DAYS_OF_MONTH = re.compile(r"([0-9]{1,2})/([0-9]{1,2}) ([a-z].*)")


def read_period(text: str, today: date) -> Period | None:
    """Read a period; None when the text is none. No text means this month.

    Periods in progress (« cette semaine », « trimestre », « depuis … », « 7 jours ») end with today; a month,
    quarter or year given by name is whole, and the latest begun if its year is not said.
    """
    found = dates.fold_date(text)
    return _read_within_time(lambda: next((period for reader in _READERS if (period := reader(found, today))), None))


def _read_within_time(read: Callable[[], Period | None]) -> Period | None:
    """Run a reader; None if its result has days that do not exist, or whose times do not exist in every zone."""
    try:
        found = read()
    except (ValueError, OverflowError):
        return None
    return found if found and dates.has_moments(found.start) and dates.has_moments(found.end) else None


def _read_all(found: str, today: date) -> Period | None:
    return Period(FIRST_DAY, today + _ONE_DAY) if _LEAD.sub("", found) in _ALL or found in _ALL else None


def _strip_lead(found: str) -> str:
    """Drop the articles and prepositions that open a period."""
    match = _LEAD.match(found)
    return found[match.end() :] if match else found


def _start_of(unit: str, day: date) -> date:
    """Return the first day of the week, month, quarter or year (folded unit) that holds this day."""
    if unit.startswith("jour"):
        return day
    if unit.startswith("semaine"):
        return _monday(day)
    if unit.startswith("mois"):
        return day.replace(day=1)
    return date(day.year, (day.month - 1) // _MONTHS[unit] * _MONTHS[unit] + 1, 1)


def _read_this(found: str, today: date) -> Period | None:
    match = _THIS.fullmatch(_strip_lead(found) or "mois")
    return Period(_start_of(match[1], today), today + _ONE_DAY) if match else None


def _read_last(found: str, today: date) -> Period | None:
    match = _LAST.fullmatch(digits(_strip_lead(found)))
    if not match:
        return None
    unit = match[1] or match[2] or match[4]
    end = start = _start_of(unit, today)
    for _ in range(int(match[3] or 1)):
        end, start = start, _start_of(unit, start - _ONE_DAY)
    return Period(start, end)


def _read_last_few(found: str, today: date) -> Period | None:
    match = _LAST_FEW.fullmatch(digits(_strip_lead(found)))
    if not match or not int(match[1]):
        return None
    count, unit, end = int(match[1]), match[2], today + _ONE_DAY
    if unit.startswith(("jour", "semaine")):
        return Period(end - timedelta(days=count * (7 if unit.startswith("semaine") else 1)), end)
    return Period(months_after(end, -count * _MONTHS[unit]), end)


def _latest_of(month: int, length: int, year: str | None, today: date) -> Period:
    start = date(int(year) if year else today.year, month, 1)
    if not year and start > today:
        start = months_after(start, -12)
    return Period(start, months_after(start, length))


def _read_named(found: str, today: date) -> Period | None:
    bare = _strip_lead(found)
    if match := _YEAR.fullmatch(bare):
        return _latest_of(1, 12, match[1], today)
    if match := _QUARTER.fullmatch(bare):
        return _latest_of(int(match[1] or match[2]) * 3 - 2, 3, match[3], today)
    if match := _HALF.fullmatch(bare):
        return _latest_of(int(match[1] or match[2]) * 6 - 5, 6, match[3], today)
    if match := _ISO_MONTH.fullmatch(bare):
        return _latest_of(int(match[2]), 1, match[1], today)
    if match := _MONTH.fullmatch(bare):
        month = _NAMED_MONTHS.get(match[1]) or int(match[1])
        return _latest_of(month, 1, match[2], today)
    return None


def _read_week_number(found: str, today: date) -> Period | None:
    """Read a week by its number of the year, as calendars print it, up to today: « semaine 45 », but « cette semaine 3
    » goes on with what was counted."""
    match = _WEEK_NUMBER.fullmatch(found)
    if match is None:
        return None
    monday = date.fromisocalendar(int(match[2] or today.year), int(match[1]), 1)
    if not match[2] and monday > today:
        monday = date.fromisocalendar(today.year - 1, int(match[1]), 1)
    return _week_from(monday, today) if monday <= today else None


def _read_part_of_month(found: str, today: date) -> Period | None:
    """Read some days of a month: « première quinzaine d’octobre », « fin octobre », « 3-15 octobre »."""
    bare = _strip_lead(found)
    if match := _PART.fullmatch(bare):
        month = _read_named(match[2], today) or _read_last(match[2], today)
        if month is None or not _SHORTEST_MONTH <= (month.end - month.start).days <= _LONGEST_MONTH:
            return None
        (first, last), days = _PARTS[match[1]], (month.end - month.start).days
        first, last = min(first, days - 6), min(last, days)
        return Period(month.start + timedelta(days=first - 1), month.start + timedelta(days=last))
    match = _DAYS_OF_MONTH.fullmatch(bare)
    in_order = match and int(match[1]) < int(match[2])
    return _read_between(f"du {match[1]} au {match[2]} {match[3]}", today) if match and in_order else None


def _read_season(found: str, today: date) -> Period | None:
    """Read a season, the latest begun or, where it is called the last one, the latest that is over: « cet été »."""
    match = _SEASON.fullmatch(_strip_lead(found))
    if match is None:
        return None
    season = _latest_of(_SEASONS[match[1]], 3, match[3], today)
    is_past = match[2] not in (None, "ci")
    if season.start > today or (is_past and season.end > today):
        return Period(months_after(season.start, -12), months_after(season.end, -12))
    return season


def _read_single(found: str, today: date) -> Period | None:
    day = dates.read_date(found.removeprefix("du "), today)
    return Period(day, day + _ONE_DAY) if day else None


def _read_week(found: str, today: date) -> Period | None:
    """Read the week of a day, up to today: « semaine du 12 octobre »."""
    match = _WEEK_OF.fullmatch(_strip_lead(found))
    day = dates.read_date(match[1], today) or dates.read_date(f"le {match[1]}", today) if match else None
    return _week_from(_monday(day), today) if day else None


def _week_from(monday: date, today: date) -> Period:
    """Return the week that begins on a Monday, up to and including today."""
    return Period(monday, min(monday + _A_WEEK, today + _ONE_DAY))


def _read_since(found: str, today: date) -> Period | None:
    match = _SINCE.fullmatch(found)
    begun = match and read_period(match[1], today)
    return Period(begun.start, today + _ONE_DAY) if begun and begun.start <= today else None


def _read_between(found: str, today: date) -> Period | None:
    opening = _BETWEEN_LEAD.match(found)
    bounds = _DAY_OF_DATE.sub("", found[opening.end() :] if opening else found)
    for link in _BETWEEN.finditer(bounds):
        # « du 3 au 12 » names days of a month; two bare numbers side by side name nothing.
        le = "le " if opening or link[0].strip() else ""
        last = _read_last_day(bounds[link.end() :], today, le)
        first = _read_first_day(bounds[: link.start()], last, today, le) if last else None
        if first and last:
            return Period(min(first, last), max(first, last) + _ONE_DAY)
    return None


def _read_last_day(found: str, today: date, le: str) -> date | None:
    """Read the last day of a period, or a period whose last day it is."""
    day = dates.read_date(found, today) or dates.read_date(le + found, today)
    named = None if day else _read_named(found, today)
    return named.last if named else day


def _read_first_day(found: str, last: date, today: date, le: str) -> date | None:
    """Read the first day of a period, or a period whose first day it is, completed from the last day."""
    if dates.days_away(found) is not None:
        return dates.read_date(found, today)
    named = _read_named(found, last)
    return named.start if named else dates.read_date(found, last) or dates.read_date(le + found, last)


_READERS: tuple[Callable[[str, date], Period | None], ...] = (
    *(_read_all, _read_this, _read_last, _read_last_few),
    *(_read_named, _read_week, _read_week_number, _read_part_of_month, _read_season),
    *(_read_single, _read_since, _read_between),
)

PERIOD_WORDS_MAX = 10
"""Words of the longest period: « entre le 1er décembre 2025 et le 15 mars 2026 »."""


def find_period(count: int, write: Callable[[int, int], str], today: date) -> tuple[int, int, Period] | None:
    """Find the longest run of words that is a period: return its first word, the one after its last, and the period.

    ``write`` returns the text of the words from one to another, "" where they cannot be a period. None if there is
    none.
    """
    for size in range(min(count, PERIOD_WORDS_MAX), 0, -1):
        for first in range(count - size + 1):
            written = write(first, first + size)
            if written and (period := read_period(written, today)):
                return first, first + size, period
    return None


AHEAD = (6, 27, 30, 60, 364)
"""Days within which a weekday, a day of the month (« le 31 »: two months), a day of the year comes again."""
NEAR = timedelta(days=184)
"""What is further away may have been meant as days under way: « du 24/11 au 30/11 », said on the 26th."""
BEGUN = (7, 14, 31)
"""How many days ago days under way may have begun."""
_COMING_LEAD = re.compile(r"(?:du|de|d|des|entre|le|la|ce|cette|pour|sur)(?: le| la)? ")
_LINK = re.compile(r" (?:jusqu )?(?:au|a|et) (?:le )?| ?→ ?")
_UNTIL = re.compile(r"jusqu (?:au |a |en )?(.+)")
_WEEK_OF = re.compile(r"semaine du (?:le )?(.+)")
_BARE = re.compile(r"[0-9]{1,2}(?: ?er)?")
_LATER_BY = {**dict.fromkeys(("8", "huit"), _A_WEEK), **dict.fromkeys(("15", "quinze"), 2 * _A_WEEK)}
_LATER = re.compile(rf"(?:d |de )?({'|'.join(WEEKDAYS)}|aujourd hui|demain) en ({'|'.join(_LATER_BY)})")
"""A day a week or two after the next of that name."""
_NEXT_WEEK = re.compile(rf"({'|'.join(WEEKDAYS)}) (?:de )?la semaine prochaine")


def read_coming_day(text: str, today: date) -> date | None:
    """Read the next day of that name, today included, « jeudi en huit » as well; None for a past day or no day."""
    if match := _NEXT_WEEK.fullmatch(text):
        return today + timedelta(days=7 - today.weekday() + WEEKDAYS.index(match[1]))
    if match := _LATER.fullmatch(text):
        later = read_coming_day(match[1], today)
        return later + _LATER_BY[match[2]] if later else None
    if (away := dates.days_away(text)) is not None:
        return today + timedelta(days=away) if away >= 0 else None
    folded = dates.fold_date(text)
    if ranked := dates.read_ranked_weekday(folded, today):
        return ranked
    ahead = () if folded.endswith((" dernier", " passe")) else AHEAD
    found = (dates.read_folded(folded, today + timedelta(days=within)) for within in ahead)
    return next((on for on in found if on and on >= today), None)


def read_coming_days(text: str, today: date) -> Period | None:
    """Read the next days of that name; None if the text is none. They may have begun, but end today or later.

    Missing parts (year, month, which Monday) are completed with the nearest future, up to a year ahead: the caller
    judges.
    """
    return _read_within_time(lambda: _read_coming_days(dates.fold_date(text), today))


def _read_coming_days(found: str, today: date) -> Period | None:
    coming = _read_coming(found, today)
    if coming and coming.start - today <= NEAR:
        return coming
    begun = (_read_coming(found, today - timedelta(days=ago)) for ago in BEGUN)
    return next((read for read in begun if read and read.start <= today <= read.last), coming)


def read_named_day(text: str, today: date) -> date | None:
    """Read a single day like `read_coming_days`; None for several days, or none."""
    coming = read_coming_days(text, today)
    return coming.start if coming and coming.start == coming.last else None


def read_coming_period(text: str, today: date) -> Period | None:
    """Read the next days, month or year of that name (« demain », « semaine prochaine », « décembre », « 2027 »), one
    in progress included from its first day; None if the text is none."""
    return _read_within_time(lambda: _read_coming_period(text, today))


def _read_coming_period(text: str, today: date) -> Period | None:
    bare = _strip_lead(dates.fold_date(text))
    month = _start_of("mois", today)
    if bare in {"mois prochain", "prochain mois"}:
        return Period(months_after(month, 1), months_after(month, 2))
    if bare in {"mois", "mois ci", "mois en cours"}:
        return Period(month, months_after(month, 1))
    named = _read_named(bare, today)
    if named is None:
        return read_days_either_way(text, today)
    if named.end > today:
        return named
    is_dated = re.search(r"[0-9]{4}", bare)
    return named if is_dated else Period(months_after(named.start, 12), months_after(named.end, 12))


def read_days_either_way(text: str, today: date) -> Period | None:
    """Read coming days; those of which the last is named first (« du 12/12 au 3/12 ») are turned, rather than meant for
    nearly a year."""
    coming = read_coming_days(text, today)
    if coming and (coming.start.year == coming.last.year or coming.end - coming.start <= NEAR):
        return coming
    return _read_within_time(lambda: _turn(dates.fold_date(text), today)) or coming


def _turn(found: str, today: date) -> Period | None:
    bare = _without_lead(found)
    turned = (f"{bare[link.end() :]} au {bare[: link.start()]}" for link in _LINK.finditer(bare))
    return next((read for words in turned if (read := _read_coming_between(words, today))), None)


def _read_coming(found: str, today: date) -> Period | None:
    bare = _without_lead(found)
    if bare in {"semaine", "semaine en cours"}:
        return Period(today, _monday(today) + _A_WEEK)
    if bare in {"semaine prochaine", "prochaine semaine"}:
        return Period(_monday(today) + _A_WEEK, _monday(today) + 2 * _A_WEEK)
    if match := _WEEK_OF.fullmatch(bare):
        day = _read_coming_one(match[1], today)
        return Period(_monday(day), _monday(day) + _A_WEEK) if day else None
    if match := _UNTIL.fullmatch(found):
        last = _read_coming_one(match[1], today)
        return Period(today, last + _ONE_DAY) if last else None
    if day := _read_coming_one(found, today):
        return Period(day, day + _ONE_DAY)
    return _read_coming_between(bare, today)


def _read_coming_between(found: str, today: date) -> Period | None:
    for link in _LINK.finditer(found):
        opening, ending = found[: link.start()], found[link.end() :]
        if _BARE.fullmatch(opening) and not _BARE.fullmatch(ending):
            last = _read_coming_one(ending, today)  # « du 1er au 5 décembre »
            first = dates.read_date(f"le {opening}", last) if last else None
        else:
            first = _read_coming_one(opening, today)
            last = _read_coming_one(ending, first) if first else None
        if first and last and first <= last:
            return Period(first, last + _ONE_DAY)
    return None


def _read_coming_one(found: str, today: date) -> date | None:
    if dates.days_away(found) is None:  # « ce soir » is no « soir »
        found = _without_lead(found).removesuffix(" inclus")
        bare = re.sub("(?<!mois) prochain$", "", found)  # « lundi prochain » is not today
        found, today = bare, today + (bare != found) * _ONE_DAY
    return read_coming_day(f"le {found}" if _BARE.fullmatch(found) else found, today)


def _without_lead(found: str) -> str:
    match = _COMING_LEAD.match(found)
    return found[match.end() :] if match else found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
