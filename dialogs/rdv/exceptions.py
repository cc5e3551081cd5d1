"""What a recurrence leaves out: « sauf le 24/12 », « sauf en août », « sauf vacances de Noël », « sauf le mercredi »,
read and said, of rdv and of recurring reports alike."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from bot import school
from bot.french import MONTH_NUMBERS, MONTHS, join, read_coming_day, read_coming_days, say_days
from config.time import WEEKDAYS

EXCEPTED = "à votre demande"
HERE = "ici"
"""The school holidays of where somebody is, rather than those of a zone that was said."""
_DAY = timedelta(days=1)
_DAYS = "|".join(WEEKDAYS)
_MONTHS = "|".join(MONTH_NUMBERS)
_NAMES = {
    **{"noel": "Vacances de Noël", "toussaint": "Vacances de la Toussaint", "hiver": "Vacances d’hiver"},
    **{"fevrier": "Vacances d’hiver", "printemps": "Vacances de printemps", "paques": "Vacances de printemps"},
    **{"ete": "Vacances d’été", "ascension": "Pont de l’Ascension"},
}
_ZONE = r"(?:,? (?:de la |de |en )?\(?zone (?P<zone>[abc])\)?)?(?!\w)"
_NAMED = rf"(?:d |de |du |de la |de l )(?P<name>{'|'.join(_NAMES)})(?!\w)"
_BREAKS = r"vacances(?: scolaires?)?|conges scolaires|conges(?= d)|pont(?= de l)"
_SCHOOL = rf"(?:periodes? de )?(?:{_BREAKS})(?: {_NAMED}|(?! d)){_ZONE}"
_HOLIDAYS = re.compile(rf"(?P<school>{_SCHOOL})|jours? feries?(?!\w)")
_NAME_AFTER = re.compile(rf"(?:d |de |du |de la |de l )?(?P<name>{'|'.join(_NAMES)})(?!\w){_ZONE}")
"""The second name of « les vacances de Noël et d’été »."""
_DATE = rf"\d{{1,2}}(?:er)?(?:/| (?:{_MONTHS}))"
_WEEKDAY = re.compile(rf"(?:(?P<day>{_DAYS})s?|week.ends?)(?!\w)(?! (?:prochain|en |{_DATE}))")
_MONTH = re.compile(rf"(?:mois (?:de |d )?)?(?P<month>{_MONTHS})(?!\w)(?: \d{{4}}(?!\w))?")
_EXCEPT = re.compile(
    rf"(?<!\w)(?:sauf|excepte|hormis|hors|en dehors(?= d)|a l.exception(?= d))(?= )(?! \d+(?![\d/]|er| (?:{_MONTHS})))"
)
_TERM = re.compile(r"(?<!\w)(?:en|pendant la|pendant les) periodes? scolaires?(?: \(?zone (?P<zone>[abc])\)?)?(?!\w)")
_NEXT = re.compile(r"(?: ?[,/-] ?| )?(?:(?:et|ou) )?(?:(?:pendant|durant|en|au) )?(?:les? |la |l |du |des )?")
_MONTH_AFTER = re.compile(rf"[\d ,]{{0,40}}(?:(?:et|le|les) [\d ,]{{0,20}}){{0,12}}({_MONTHS})(?!\w)")
_RANGE_WORDS = 9
"""Words of the longest days left out: « mardi 22 décembre 2026 au lundi 4 janvier 2027 »."""


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What a rule leaves out: ``days``, ``weekdays`` and ``months`` by number, and the school holidays of the zone
    ``school`` ("" for none), all of them or those whose names are in ``holidays``."""

    days: frozenset[date] = frozenset()
    months: frozenset[int] = frozenset()
    school: str = ""
    holidays: frozenset[str] = frozenset()
    weekdays: frozenset[int] = frozenset()

    def takes_out(self, day: date) -> bool:
        """Tell whether a day is left out wherever one is: by its date, or its month."""
        return day in self.days or day.month in self.months

    def name(self, day: date, departement: str | None) -> str:
        """Name why a day is left out in a département: « Vacances de Noël »; "" where it is not."""
        if self.takes_out(day):
            return EXCEPTED
        found = school.find_holiday(day, self.find_zone(departement)) if self.school else ""
        return found if not self.holidays or found in self.holidays else ""

    def find_zone(self, departement: str | None) -> str:
        """Find the zone whose school holidays are left out; "" where it is not known."""
        return school.find_zone(departement) if self.school == HERE else self.school

    def say(self, *, with_days: bool = False) -> str:
        """Say them after a rule: « , sauf en août »; the days only where they are not listed."""
        zone = f" (zone {self.school})" if self.school not in (HERE, "") else ""
        named = [f"{name[:1].lower()}{name[1:]}" for name in sorted(self.holidays)]
        all_year = f" hors vacances scolaires{zone}" if self.school and not named else ""
        months = [f"en {MONTHS[month - 1]}" for month in sorted(self.months)]
        days = _say_days(sorted(self.days)) if with_days else []
        said = [*([f"{join(named)}{zone}"] if named else []), *months, *days]
        return all_year + (f", sauf {join(said)}" if said else "")

    def write(self) -> dict[str, Any]:
        """Write them as JSON keeps them; nothing where there is none."""
        written = {
            "days": sorted(day.isoformat() for day in self.days),
            "months": sorted(self.months),
            "school": self.school,
            "holidays": sorted(self.holidays),
        }
        return {name: value for name, value in written.items() if value}

    @classmethod
    def read(cls, written: Mapping[str, Any] | None) -> Self:
        """Read what ``write`` wrote."""
        kept = written or {}
        return cls(
            frozenset(date.fromisoformat(day) for day in kept.get("days", ())),
            frozenset(kept.get("months", ())),
            kept.get("school", ""),
            frozenset(kept.get("holidays", ())),
        )


def _say_days(days: Sequence[date]) -> list[str]:
    """Say days, those that follow each other as one range."""
    ranges = list[list[date]]()
    for day in days:
        if ranges and day - ranges[-1][-1] == _DAY:
            ranges[-1].append(day)
        else:
            ranges.append([day])
    return [f"le {one[0]:%d/%m}" if len(one) == 1 else say_days(one[0], one[-1]) for one in ranges]


NOTHING = Exceptions()


class _ExceptionReader:
    """Reads what stands after « sauf », one thing after the other."""

    def __init__(self, plain: str, today: date, *, several: bool) -> None:
        self._plain, self._today, self._several = plain, today, several
        self.days, self.months, self.weekdays = set[date](), set[int](), set[int]()
        self.school, self.holidays, self._all = "", set[str](), False
        self._after_holidays = False

    def read(self, at: int) -> int | None:
        """Read what begins there, and return where it ends; None where it is nothing that is left out."""
        if holidays := _HOLIDAYS.match(self._plain, at) or (
            _NAME_AFTER.match(self._plain, at) if self._after_holidays else None
        ):
            return self._take_holidays(holidays)
        if self._several and (weekday := _WEEKDAY.match(self._plain, at)):
            self.weekdays |= {WEEKDAYS.index(weekday["day"])} if weekday["day"] else {5, 6}
            return weekday.end()
        if month := _MONTH.match(self._plain, at):
            self.months.add(MONTH_NUMBERS[month["month"]])
            return month.end()
        read = _read_days_at(self._plain, at, self._today)
        if read is None:
            return None
        self.days |= set(read[0])
        return read[1]

    def take_term(self, match: re.Match[str]) -> None:
        """Take the words « en période scolaire », with their zone."""
        self.school, self._all = (match["zone"] or "").upper() or HERE, True

    def _take_holidays(self, match: re.Match[str]) -> int:
        said = match.groupdict()
        if said.get("school") or said.get("name"):  # public ones are left out anyhow
            self.school = (said["zone"] or "").upper() or self.school or HERE
            self._all = self._all or not said["name"]
            self.holidays |= {_NAMES[said["name"]]} if said["name"] else set()
            self._after_holidays = True
        return match.end()

    @property
    def found(self) -> Exceptions:
        """What was read."""
        holidays = frozenset[str]() if self._all else frozenset(self.holidays)
        sets = frozenset(self.days), frozenset(self.months), self.school, holidays
        return Exceptions(*sets, frozenset(self.weekdays))


def find_exceptions(plain: str, today: date, *, several: bool) -> tuple[Exceptions, list[tuple[int, int]]]:
    """Find in a text without accents or capitals what a rule leaves out, and where its words are; of a rule of
    ``several`` weekdays also some of these."""
    reader, spans = _ExceptionReader(plain, today, several=several), list[tuple[int, int]]()
    if match := _EXCEPT.search(plain):
        end = match.end()
        while (link := _NEXT.match(plain, end)) and link[0] and (read := reader.read(link.end())):
            end = read
        spans += [(match.start(), end)] if end > match.end() else []
    if term := _TERM.search(plain):
        reader.take_term(term)
        spans.append(term.span())
    return reader.found, spans


def _read_days_at(plain: str, start: int, today: date) -> tuple[list[date], int] | None:
    """Read the longest words from there on that are days; return these, and where the words end. « Sauf du 24/12
    jusqu’au 2/1 » leaves out all of them; in « sauf le 24/12 jusqu’au 30/06 » the latter is the end of the rule."""
    is_span = plain[:start].endswith("du ")
    rest = plain[start:] if is_span else plain[start:].partition(" jusqu")[0]
    words = re.split(r"(\s+|,)", rest)[: 2 * _RANGE_WORDS]
    said = ("".join(words[:size]).rstrip(" ,.") for size in range(len(words), 0, -2))
    read = ((text, days) for text in said if text and (days := _read_days(text, rest, today)))
    return next(((days, start + len(text)) for text, days in read), None)


def _read_days(said: str, rest: str, today: date) -> list[date]:
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
