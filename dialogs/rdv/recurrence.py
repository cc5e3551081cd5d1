"""Recurrence of rdv: « tous les mardis jusqu’au 30/06 », « le 2e mercredi », read, said and expanded day by day."""

import calendar
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot import school
from bot.calendar import find_holiday
from bot.french import MONTH_NUMBERS, NBSP, join, read_coming_day, say_date
from config.territories import DEPARTEMENTS
from config.text import fold, make_plain
from config.time import (
    EVEN_WEEKS,
    LAST,
    ODD_WEEKS,
    WEEKDAYS,
    is_in_week,
    is_nth_of_month,
    join_nth,
    join_weekdays,
    split_nth,
    split_weekdays,
)
from dialogs.rdv.exceptions import EXCEPTED, NOTHING, Exceptions, find_exceptions

AWAY = "votre absence"
COUNT_MAX = 60
"""How many rdv one rule writes out at most: each week of a year, and a few more."""
AHEAD_MAX = timedelta(days=366)
UNTIL_USUAL = timedelta(weeks=12)
"""How long a rule recurs where no end is said."""
_DAY = timedelta(days=1)
_NTH = {
    **{"premier": 1, "1er": 1, "1re": 1, "deuxieme": 2, "second": 2, "2e": 2, "2eme": 2, "2nd": 2},
    **{"troisieme": 3, "3e": 3, "3eme": 3, "quatrieme": 4, "4e": 4, "4eme": 4, "dernier": LAST},
}
_SAID = {1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", LAST: "dernier"}
_NUMBERS = {"deux": 2, "trois": 3, "quatre": 4, "2": 2, "3": 3, "4": 4}
_SAID_OF = {2: "deux", 3: "trois", 4: "quatre"}
_PARITIES = {ODD_WEEKS: "impaires", EVEN_WEEKS: "paires"}
_DAYS = "|".join(WEEKDAYS)
_WEEKDAY = rf"(?P<day>{_DAYS})s?"
_ONE = f"(?:{'|'.join(_NTH)})s?"
_NO_MONTH = rf"(?! (?:de |d.|du |du mois de |du mois d.)?(?:mois prochain|prochain|(?:{'|'.join(MONTH_NUMBERS)})\b))"
"""What makes it the day of one month: « le 1er lundi de décembre »."""
_NTHS = rf"(?P<nth>{_ONE}(?:(?:,| et|, et)(?: le| les)? {_ONE})*)"
_ORDINAL = rf"{_NTHS} {_WEEKDAY}(?: (?:du|de chaque|de tous les) mois)?{_NO_MONTH}"
_NUMBER = "|".join(_NUMBERS)
_RULES = tuple(
    re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
    for pattern in (
        rf"(?:(?:tous|toutes) les |chaque |les |le ){_ORDINAL}",
        rf"un {_WEEKDAY} sur (?P<number>{_NUMBER})",
        rf"(?:tous les |toutes les |tout les |chaque ){_WEEKDAY}(?: de chaque semaine)?",
        rf"les (?P<day>{_DAYS})s",
    )
)
_DATE = rf"\d{{1,2}}(?:er)?(?:/| (?:{'|'.join(MONTH_NUMBERS)}))"
_EACH_DAY = re.compile(
    rf"(?<!\w)(?:(?:(?:tous|tout) les jours |chaque jour )?du (?P<begin>{_DAYS}) au (?P<last>{_DAYS})(?! {_DATE})|"
    rf"(?:(?:tous|tout|toutes) les |chaque |les (?=(?:{_DAYS})s))"
    rf"(?P<several>(?:{_DAYS})s?(?:(?:, ?| et |, et )(?:(?:tous )?les |le |chaque )?(?:{_DAYS})s?(?!\w)){{1,6}})|"
    r"(?:(?:tous|tout) les jours|chaque jour)(?P<works> (?:ouvres|ouvrables|(?:de |de la |en )semaine))?)(?!\w)"
)
"""Several weekdays: « tous les jours », « du lundi au vendredi », « tous les mardis et jeudis »."""
_WEEKS = re.compile(
    rf"(?<!\w)(?:(?:(?:le |les |des |de |en |toutes les )?semaines? (?P<parity>impaires?|paires?)|"
    rf"(?:tous|toutes) les (?:(?P<number>{_NUMBER}) semaines|(?:15|quinze) jours)|"
    rf"une semaine sur (?P<of>{_NUMBER})|(?P<each>chaque semaine|toutes les semaines))"
    rf"(?:,? (?:le |les )?(?P<after>{_DAYS})s?)?)(?!\w)"
)
"""In which weeks, with the day that may stand after it."""
_DATED = re.compile(
    rf"(?<![\w/])\d{{1,2}}(?:er)?(?:/\d{{1,2}}(?:/\d{{2,4}})?| (?:{'|'.join(MONTH_NUMBERS)})(?: \d{{4}})?)(?![\w/])"
)
_BEFORE = re.compile(rf"(?<!\w)(?:le |les )?({_DAYS})s?,? $")
_BARE_DAY = re.compile(rf"(?<!\w)(?:le |les )?({_DAYS})s?(?!\w)(?! (?:prochain|en |{_DATE}))")
_TIMES = re.compile(r"(?<!\w)(?:pendant |pour )?([0-9]{1,2}) fois(?!\w)")
_DURING = re.compile(r"(?<!\w)(?:pendant|durant|pour) ([0-9]{1,2}) (semaines?|mois)(?!\w)")
_UNTIL = re.compile(r"(?<!\w)jusqu ?(?:au|a|en|aux)? (?:la )?(?P<end>.+)")
_FROM_TO = re.compile(r"(?<!\w)(?:du|entre le) (?P<begin>[^,]+?)(?P<to> (?:au|et le) )(?P<end>.+)")
_END_WORDS = 5
"""Words of the longest last day: « mardi 30 juin 2027 inclus »."""
HELP = "Écrivez par exemple « tous les mardis jusqu’au 30/06 » ou « le 2e mercredi du mois »."


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """A rule of recurrence: the ``weekday`` (Monday is 0; several as ``config.time`` joins them) of the weeks that
    ``every`` says, or the ``nth`` of each month, both as ``config.time`` reads them; until a day, for ``times``
    occurrences, or for some weeks where neither is said; ``but`` is what it leaves out."""

    weekday: int
    nth: int = 0
    every: int = 1
    until: date | None = None
    times: int | None = None
    but: Exceptions = NOTHING

    def __str__(self) -> str:
        """Say the rule: « tous les mardis », « un mardi sur deux », « le deuxième mercredi du mois »."""
        if self.weekday < 0:
            return self._say_weekdays()
        day = WEEKDAYS[self.weekday]
        if self.nth:
            return f"{join([f'le {_SAID[nth]}' for nth in split_nth(self.nth)])} {day} du mois"
        if self.every in _PARITIES:
            return f"les {day}s des semaines {_PARITIES[self.every]}"
        return f"un {day} sur {_SAID_OF[self.every]}" if self.every > 1 else f"tous les {day}s"

    def _say_weekdays(self) -> str:
        days = split_weekdays(self.weekday)
        first, last, others = days[0], days[-1], [day for day in range(7) if day not in days]
        if len(days) > 2 and last - first + 1 == len(days) < 7:
            said = f"du {WEEKDAYS[first]} au {WEEKDAYS[last]}"
        elif len(days) > 3:
            said = f"tous les jours{f' sauf le {join([WEEKDAYS[day] for day in others])}' if others else ''}"
        else:
            said = f"les {join([f'{WEEKDAYS[day]}s' for day in days])}"
        if self.every in _PARITIES:
            return f"{said}, semaines {_PARITIES[self.every]}"
        return f"{said}, une semaine sur {_SAID_OF[self.every]}" if self.every > 1 else said

    def finds_end(self, first: date) -> date:
        """Find the last day on which the rule may recur: no later than that of as many as one rule writes out, where
        none was said."""
        end = min(self.until or (first + (AHEAD_MAX if self.times else UNTIL_USUAL)), first + AHEAD_MAX)
        if self.weekday >= 0 or self.until or self.times:
            return end
        return max(islice(self._list_days(first, end), COUNT_MAX), default=end)

    def is_too_long(self, first: date) -> bool:
        """Tell whether more was said than one rule writes out."""
        said = islice(self._list_days(first, self.finds_end(first)), self.times)
        return sum(1 for _ in islice(said, COUNT_MAX + 1)) > COUNT_MAX

    def days(self, first: date) -> Iterator[date]:
        """Yield the rule’s days from a day on, at most as many as allowed."""
        yield from islice(self._list_days(first, self.finds_end(first)), min(self.times or COUNT_MAX, COUNT_MAX))

    def _list_days(self, first: date, last: date) -> Iterator[date]:
        weekdays = split_weekdays(self.weekday)
        begin = next(day for n in range(7) if (day := first + n * _DAY).weekday() in weekdays)
        days = (begin + n * _DAY for n in range((last - begin).days + 1))
        for day in days:
            is_meant = day.weekday() in weekdays and is_nth_of_month(day, self.nth)
            if is_meant and is_in_week(day, begin, self.every):
                yield day


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An occurrence of a rule: its ``day``, and the instant at which it begins, in UTC."""

    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """The occurrences of a rule, and the days left out: public holidays, each with its name, days of absence, and those
    that the rule excepts, and those of school holidays."""

    occurrences: tuple[Occurrence, ...]
    holidays: tuple[tuple[date, str], ...] = ()

    def since(self, now: datetime) -> "Written":
        """Leave out what would have begun already, where more is to come: today’s hour may be past."""
        coming = tuple(one for one in self.occurrences if one.at > now)
        return Written(coming or self.occurrences, self.holidays)

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
        taken_out = EXCEPTED if rule.but.takes_out(day) else find_holiday(day, departement)
        if name := taken_out or rule.but.name(day, departement):
            left_out.append((day, name))
        else:
            found.append(Occurrence(day, datetime.combine(day, hour, zone).astimezone(UTC)))
    return Written(tuple(found), tuple(left_out))


def fault_of_school(rule: RecurrenceRule, first: date, departement: str | None) -> str:
    """Say why the school holidays that a rule leaves out are not known; "" where they are, or where it leaves none
    out."""
    if not rule.but.school:
        return ""
    if not (zone := rule.but.find_zone(departement)):
        where = DEPARTEMENTS[departement].nom if departement in DEPARTEMENTS else "le vôtre n’est pas indiqué"
        return (
            f"Je ne connais pas les vacances scolaires de ce territoire ({where}), seulement celles des zones A, B et "
            f"C{NBSP}: donnez les dates, « sauf du 19 décembre au 3 janvier », ou la zone, « sauf vacances scolaires "
            "zone B »."
        )
    if rule.finds_end(first) > school.find_last_day(zone):
        known = say_date(school.find_last_day(zone))
        return f"Je connais les vacances scolaires jusqu’au {known}{NBSP}: avancez la fin, ou donnez les dates."
    return ""


def find_rule(plain: str, today: date) -> tuple[RecurrenceRule, list[tuple[int, int]]] | None:
    """Find a rule in a text without accents or capitals, and where its words are; None where there is none."""
    found = _find_days(plain, today)
    if found is None:
        return None
    rule, spans = found
    but, excepted = find_exceptions(plain, today, several=rule.weekday < 0)
    if kept := set(split_weekdays(rule.weekday)) - but.weekdays:
        rule = replace(rule, weekday=join_weekdays(kept))
    for start, end in [*spans, *excepted]:  # « du lundi au vendredi », « sauf du 20 au 27 » are no end of the rule
        plain = f"{plain[:start]}{',' * (end - start)}{plain[end:]}"
    bounded, ends = _find_bound(plain, replace(rule, but=but), today)
    return bounded, [*spans, *ends, *excepted]


def _find_days(plain: str, today: date) -> tuple[RecurrenceRule, list[tuple[int, int]]] | None:
    """Find which weekdays recur, and in which weeks, and where these words are."""
    if each := _EACH_DAY.search(plain):
        weeks = _WEEKS.search(plain)
        is_said = weeks is not None and weeks["after"] is None
        every = _read_weeks(weeks) if weeks and is_said else 1
        spans = [each.span(), *([weeks.span()] if weeks and is_said else [])]
        return RecurrenceRule(_read_weekdays(each), every=every), spans
    match = next((found for pattern in _RULES if (found := pattern.search(plain))), None)
    weeks = _WEEKS.search(plain)
    if match is None:
        return _find_weeks(plain, weeks, today) if weeks else None
    said = match.groupdict()
    nth = join_nth([_NTH[word.rstrip("s")] for word in re.findall(_ONE, said.get("nth") or "")])
    rule = RecurrenceRule(WEEKDAYS.index(match["day"]), nth, _NUMBERS.get(said.get("number") or "", 1))
    if weeks is None or nth or weeks["after"] not in (None, match["day"]) or _overlap(weeks, match):
        return rule, [match.span()]
    return replace(rule, every=_read_weeks(weeks)), [match.span(), weeks.span()]


def _read_weekdays(match: re.Match[str]) -> int:
    if match["works"]:
        return join_weekdays(range(5))
    if match["several"]:
        return join_weekdays(WEEKDAYS.index(day) for day in re.findall(_DAYS, match["several"]))
    if match["begin"] is None:
        return join_weekdays(range(7))
    first, last = WEEKDAYS.index(match["begin"]), WEEKDAYS.index(match["last"])
    return join_weekdays((first + n) % 7 for n in range((last - first) % 7 + 1))


def _overlap(one: re.Match[str], other: re.Match[str]) -> bool:
    return one.start() < other.end() and other.start() < one.end()


def _read_weeks(match: re.Match[str]) -> int:
    if parity := match["parity"]:
        return ODD_WEEKS if parity.startswith("im") else EVEN_WEEKS
    return 1 if match["each"] else _NUMBERS.get(match["number"] or match["of"] or "", 2)


def _find_weeks(plain: str, match: re.Match[str], today: date) -> tuple[RecurrenceRule, list[tuple[int, int]]] | None:
    """Find the weekday of « une semaine sur deux », « tous les 15 jours »: after these words, before them, or anywhere,
    where it may be of the first day and is left there; last, that of a date."""
    every = _read_weeks(match)
    if match["after"]:
        return RecurrenceRule(WEEKDAYS.index(match["after"]), every=every), [match.span()]
    if before := _BEFORE.search(plain[: match.start()]):
        return RecurrenceRule(WEEKDAYS.index(before[1]), every=every), [(before.start(), match.end())]
    if match["each"]:
        return None
    if bare := _BARE_DAY.search(plain):
        return RecurrenceRule(WEEKDAYS.index(bare[1]), every=every), [bare.span(), match.span()]
    if named := re.search(rf"(?<!\w)({_DAYS})(?!\w)", plain):
        return RecurrenceRule(WEEKDAYS.index(named[1]), every=every), [match.span()]
    dated = _DATED.search(plain)
    day = read_coming_day(dated[0], today) if dated else None
    return (RecurrenceRule(day.weekday(), every=every), [match.span()]) if day else None


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
    but = rule.but.say()
    return f"{rule}{but}{',' if ',' in but else ''} jusqu’au {say_date(rule.finds_end(first))}"
