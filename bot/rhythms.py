"""When something comes back: each week, or once a month on a weekday, on the clock of Paris; in French."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.french.dates import WEEKDAYS
from bot.french.moments import MORNING, say_hour
from bot.french.words import fold
from bot.schedules import ZONE
from bot.working_days import holiday, working_days_before

LAST = -1
"""The last one of a month."""
_NTH = {"premier": 1, "deuxieme": 2, "second": 2, "troisieme": 3, "quatrieme": 4, "dernier": LAST}
_SHORT = {"1er": 1, "1": 1, "2e": 2, "2eme": 2, "2": 2, "3e": 3, "3eme": 3, "3": 3, "4e": 4, "4eme": 4, "4": 4}
_SAID = {1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", LAST: "dernier"}
_LEAD = re.compile(r"^(?:chaque|tous les|toutes les|le|les|tout les) ")
_TEXT = re.compile(
    rf"(?:(?P<nth>{'|'.join([*_NTH, *_SHORT])}) )?(?P<day>{'|'.join(WEEKDAYS)})s?"
    r"(?: (?:de chaque|du|de tous les) mois)?"
    r"(?:,? (?:a |vers )?(?P<hour>[0-9]{1,2}) ?(?:heures?|h|:) ?(?P<minute>[0-9]{2})?)?"
)
_DOUBLED = 2
"""The hour that one night a year has twice, and another not at all."""
_MOVED_MAX = 8
"""Days by which public holidays, one after the other, may move something at most."""
HOW = "Écrivez-le comme « chaque vendredi à 9 h » ou « premier mercredi du mois à 9 h 30 »."


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time: ``day`` is the day by the rule, for ever its name; ``at`` when it really is, a working day before where
    that is a public holiday."""

    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A weekday (Monday is 0) of each week (``nth`` 0), or the ``nth`` of each month, at an hour of Paris."""

    weekday: int
    nth: int
    hour: time

    def __str__(self) -> str:
        """« chaque vendredi à 9 h », « le premier mercredi du mois à 9 h 30 »."""
        day = WEEKDAYS[self.weekday]
        said = f"le {_SAID[self.nth]} {day} du mois" if self.nth else f"chaque {day}"
        return f"{said} à {say_hour(self.hour)}"

    @property
    def is_monthly(self) -> bool:
        """Whether it comes once a month."""
        return self.nth != 0

    def after(self, moment: datetime) -> Iterator[Occasion]:
        """The occasions after that moment, for ever."""
        # A holiday moves an occasion by some days at most; it may so be past already.
        day = moment.astimezone(ZONE).date() - timedelta(days=1)
        while True:
            if self._is_day(day) and (found := self.on(day)).at > moment:
                yield found
            day += timedelta(days=1)

    def next(self, moment: datetime) -> Occasion:
        """The first of them."""
        return next(self.after(moment))

    def on(self, day: date) -> Occasion:
        """The occasion that has this day by the rule."""
        moved = working_days_before(day, 1) if holiday(day) else day
        return Occasion(day, datetime.combine(moved, self.hour, ZONE))

    def naming(self, moment: datetime) -> date | None:
        """The day by the rule of what comes at that moment; None where nothing does."""
        near = (moment.astimezone(ZONE).date() + timedelta(days=n) for n in range(_MOVED_MAX))
        return next((day for day in near if self._is_day(day) and self.on(day).at == moment), None)

    def _is_day(self, day: date) -> bool:
        if day.weekday() != self.weekday:
            return False
        if self.nth == LAST:
            return (day + timedelta(days=7)).month != day.month
        return not self.nth or (day.day - 1) // 7 + 1 == self.nth


def read_rhythm(text: str) -> Rhythm:
    """Read a rhythm; without an hour it is nine o’clock. Raises ValueError, with a French sentence."""
    match = _TEXT.fullmatch(_LEAD.sub("", fold(text).strip().rstrip(".")))
    if not match:
        raise ValueError(f"« {text.strip()[:60]} » n’est pas un rythme. {HOW}")
    hour, minute = int(match["hour"] or MORNING.hour), int(match["minute"] or 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"Il n’y a pas d’heure {hour} h {minute:02}. {HOW}")
    if hour == _DOUBLED:
        raise ValueError("Pas entre 2 h et 3 h : une nuit par an n’a pas cette heure, une autre l’a deux fois.")
    nth = (_NTH | _SHORT)[match["nth"]] if match["nth"] else 0
    return Rhythm(WEEKDAYS.index(match["day"]), nth, time(hour, minute))
