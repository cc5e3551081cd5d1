"""Recurrence of rdv: « tous les mardis jusqu’au 30/06 », « le 2e mercredi », read, said and expanded day by day."""

import calendar
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.calendar import LAST, find_holiday
from bot.french import MONTH_NUMBERS, read_coming_day, read_coming_days, say_date
from config.text import fold, make_plain
from config.time import WEEKDAYS

AWAY, EXCEPTED = "votre absence", "à votre demande"
COUNT_MAX = 60
"""How many rdv one rule writes out at most: each week of a year, and a few more."""
AHEAD_MAX = timedelta(days=366)
UNTIL_USUAL = timedelta(weeks=12)
"""How long a rule recurs where no end is said."""
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_NTH = {
    **{"premier": 1, "1er": 1, "1re": 1, "deuxieme": 2, "second": 2, "2e": 2, "2eme": 2, "2nd": 2},
    **{"troisieme": 3, "3e": 3, "3eme": 3, "quatrieme": 4, "4e": 4, "4eme": 4, "dernier": LAST},
}
_SAID = {1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", LAST: "dernier"}
_WEEKDAY = rf"(?P<day>{'|'.join(WEEKDAYS)})s?"
_ORDINAL = rf"(?P<nth>{'|'.join(_NTH)})s? {_WEEKDAY}(?: (?:du|de chaque|de tous les) mois)?"
_OTHER_DAY = _WEEKDAY.replace("?P<day>", "?P<other>")
_FORTNIGHT = "(?:15 jours|quinze jours|deux semaines|2 semaines)"
_RULES = tuple(
    re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
    for pattern in (
        rf"(?:(?:tous|toutes) les |chaque |les |le ){_ORDINAL}",
        rf"(?P<two>un {_WEEKDAY} sur (?:deux|2)|(?:tous|toutes) les {_FORTNIGHT},? (?:le |les )?{_OTHER_DAY})",
        rf"(?:tous les |toutes les |tout les |chaque ){_WEEKDAY}(?: de chaque semaine)?",
    )
)
_TIMES = re.compile(r"(?<!\w)(?:pendant |pour )?([0-9]{1,2}) fois(?!\w)")
_DURING = re.compile(r"(?<!\w)(?:pendant|durant|pour) ([0-9]{1,2}) (semaines?|mois)(?!\w)")
_UNTIL = re.compile(r"(?<!\w)jusqu ?(?:au|a|en|aux)? (?:la )?(?P<end>.+)")
_FROM_TO = re.compile(r"(?<!\w)(?:du|entre le) (?P<begin>[^,]+?)(?P<to> (?:au|et le) )(?P<end>.+)")
_EXCEPT = re.compile(r"(?<!\w)(?:sauf|excepte|hormis|a l.exception) (?=(?:le|les|du|des) )")
_NEXT = re.compile(r"(?: ?, ?| )?(?:et )?(?:le |les |du |des )?")
_MONTH_AFTER = re.compile(rf"[\d ,]{{0,40}}(?:(?:et|le|les) [\d ,]{{0,20}}){{0,12}}({'|'.join(MONTH_NUMBERS)})(?!\w)")
_RANGE_WORDS = 9
"""Words of the longest days left out: « mardi 22 décembre 2026 au lundi 4 janvier 2027 »."""
_END_WORDS = 5
"""Words of the longest last day: « mardi 30 juin 2027 inclus »."""
HELP = "Écrivez par exemple « tous les mardis jusqu’au 30/06 » ou « le 2e mercredi du mois »."


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """A rule of recurrence: a weekday (Monday is 0) of each week, or of every ``every`` weeks, or the ``nth`` of each
    month; until a day, for ``times`` occurrences, or for some weeks where neither is said; ``but`` are days of it on
    which it does not."""

    weekday: int
    nth: int = 0
    every: int = 1
    until: date | None = None
    times: int | None = None
    but: frozenset[date] = frozenset()

    def __str__(self) -> str:
        """Say the rule: « tous les mardis », « un mardi sur deux », « le deuxième mercredi du mois »."""
        day = WEEKDAYS[self.weekday]
        if self.nth:
            return f"le {_SAID[self.nth]} {day} du mois"
        return f"un {day} sur deux" if self.every > 1 else f"tous les {day}s"

    def finds_end(self, first: date) -> date:
        """Find the last day on which the rule may recur."""
        return min(self.until or (first + (AHEAD_MAX if self.times else UNTIL_USUAL)), first + AHEAD_MAX)

    def days(self, first: date) -> Iterator[date]:
        """Yield the rule’s days from a day on, at most as many as allowed."""
        last, day, left = self.finds_end(first), first, min(self.times or COUNT_MAX, COUNT_MAX)
        while day.weekday() != self.weekday:
            day += _DAY
        while day <= last and left:
            if self._is_nth(day):
                yield day
                left -= 1
            day += _WEEK * self.every
        return

    def _is_nth(self, day: date) -> bool:
        if self.nth == LAST:
            return (day + _WEEK).month != day.month
        return not self.nth or (day.day - 1) // 7 + 1 == self.nth


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An occurrence of a rule: its ``day``, and the instant at which it begins, in UTC."""

    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """The occurrences of a rule, and the days left out: public holidays, each with its name, days of absence, and those
    that the rule excepts."""

    occurrences: tuple[Occurrence, ...]
    holidays: tuple[tuple[date, str], ...] = ()

    def without(self, away: Collection[date]) -> "Written":
        """Leave days away out, too."""
        left_out = [(one.day, AWAY) for one in self.occurrences if one.day in away]
        kept = tuple(one for one in self.occurrences if one.day not in away)
        return Written(kept, tuple(sorted([*self.holidays, *left_out])))


def write_out(rule: RecurrenceRule, first: date, hour: time, zone: ZoneInfo, departement: str | None) -> Written:
    """Expand a rule from a day on, at an hour of local time in ``zone``, without the public holidays of a département.
    An hour that a night does not have is the one after; of one that it has twice, it is the first."""
    found, left_out = [], []
    for day in rule.days(first):
        if name := EXCEPTED if day in rule.but else find_holiday(day, departement):
            left_out.append((day, name))
        else:
            found.append(Occurrence(day, datetime.combine(day, hour, zone).astimezone(UTC)))
    return Written(tuple(found), tuple(left_out))


def find_rule(plain: str, today: date) -> tuple[RecurrenceRule, list[tuple[int, int]]] | None:
    """Find a rule in a text without accents or capitals, and where its words are; None where there is none."""
    match = next((found for pattern in _RULES if (found := pattern.search(plain))), None)
    if match is None:
        return None
    groups = match.groupdict()
    day = groups["day"] or groups.get("other") or ""
    but, excepted = _find_exceptions(plain, today)
    nth = _NTH.get(groups.get("nth") or "", 0)
    rule = RecurrenceRule(WEEKDAYS.index(day), nth, 2 if groups.get("two") else 1, but=frozenset(but))
    for start, end in excepted:  # « sauf du 20 au 27 » is no end of the rule
        plain = f"{plain[:start]}{',' * (end - start)}{plain[end:]}"
    bounded, spans = _find_bound(plain, rule, today)
    return bounded, [match.span(), *spans, *excepted]


def _find_exceptions(plain: str, today: date) -> tuple[list[date], list[tuple[int, int]]]:
    """Find the days that « sauf le 22/12 et le 29/12 » takes out, and where these words are."""
    match = _EXCEPT.search(plain)
    if match is None:
        return [], []
    found, end = list[date](), match.end()
    while (link := _NEXT.match(plain, end)) and (link[0] or not found):
        rest = plain[link.end() :]
        words = re.split(r"(\s+|,)", rest)[: 2 * _RANGE_WORDS]
        said = ("".join(words[:size]).rstrip(" ,.") for size in range(len(words), 0, -2))
        read = next(((text, days) for text in said if text and (days := _read_excepted(text, rest, today))), None)
        if read is None:
            break
        found, end = [*found, *read[1]], link.end() + len(read[0])
    return found, [(match.start(), end)] if found else []


def _read_excepted(said: str, rest: str, today: date) -> list[date]:
    """Read a day that a rule excepts, or the days from one up to another; « 12 » may be of a month named in the
    ``rest``: « les 12 et 19 janvier »."""
    if said.isdecimal():
        month = _MONTH_AFTER.match(rest)
        said = f"{said} {month[1]}" if month else f"le {said}"
    if " au " not in said:
        day = read_coming_day(said, today)
        return [day] if day else []
    days = read_coming_days(f"du {said}", today)
    return [days.start + n * _DAY for n in range((days.end - days.start).days)] if days else []


def _find_bound(plain: str, rule: RecurrenceRule, today: date) -> tuple[RecurrenceRule, list[tuple[int, int]]]:
    if match := _TIMES.search(plain):
        return replace(rule, times=int(match[1])), [match.span()]
    if match := _DURING.search(plain):
        days = timedelta(days=int(match[1]) * (7 if match[2].startswith("semaine") else 30))
        return replace(rule, until=today + days), [match.span()]
    match, start = _UNTIL.search(plain), "end"
    if match is None and (match := _FROM_TO.search(plain)):
        start = "to" if _read_end(match["begin"], today) else ""
    if match is None or not start:
        return rule, []
    words = re.split(r"(\s+)", match["end"])[: 2 * _END_WORDS]
    for size in range(len(words), 0, -1):
        said = "".join(words[:size])
        if until := _read_end(said.strip(" ,."), today):
            begin = match.start("to") if start == "to" else match.start()
            return replace(rule, until=until), [(begin, match.start("end") + len(said.rstrip(" ,.")))]
    return rule, []


def _read_end(said: str, today: date) -> date | None:
    """Read a last day; of a month alone, its last one."""
    name = fold(said).removeprefix("fin ").removeprefix("de ")
    if month := MONTH_NUMBERS.get(name):
        year = today.year + (month < today.month)
        return date(year, month, calendar.monthrange(year, month)[1])
    return None if re.fullmatch(r"\d+", said) else read_coming_day(said.removesuffix(" inclus"), today)


def read_rule(text: str, today: date) -> RecurrenceRule:
    """Read a text that says a rule and nothing else. Raises ValueError, with a French sentence."""
    plain = make_plain(text)
    found = find_rule(plain, today)
    rest = plain
    for start, end in sorted(found[1] if found else [], reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    if found is None or rest.strip(" ,."):
        raise ValueError(f"Ce n’est pas un rythme que je connais. {HELP}")
    return found[0]


def say_rule(rule: RecurrenceRule, first: date) -> str:
    """Say a rule with its end: « tous les mardis jusqu’au mercredi 30 juin 2027 »."""
    return f"{rule} jusqu’au {say_date(rule.finds_end(first))}"
