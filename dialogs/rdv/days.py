"""The days of a calendar that a line asks to see, and a day that it puts right."""

import re
from datetime import date, timedelta

from bot.french import (
    MONTH_NUMBERS,
    NBSP,
    Period,
    read_coming_period,
    read_date,
    read_days_either_way,
    read_named_day,
    read_period,
)
from config.time import WEEKDAYS
from dialogs.cra.line.lexicon import NAMED_PLACE
from dialogs.cra.line.readers import UNSURE
from dialogs.cra.line.values import LineValues

_ALL = frozenset({"liste", "a venir", "tout", "tous", "mes rendez vous", "mes rdv"})
COMING = timedelta(days=90)
_WEEK = timedelta(weeks=1)
_ONE_DAY = (
    rf"(?:apres.demain|demain|aujourd.hui|(?:{'|'.join(WEEKDAYS)})(?: prochain)?(?: \d{{1,2}}/\d{{1,2}})?|"
    r"\d{1,2}/\d{1,2})"
)
CORRECTED_DAY = re.compile(
    rf"(?<![\w/])(?P<wrong>(?:le )?{_ONE_DAY})(?P<hour>,?(?: a| vers)? \d{{1,2}} ?h(?: ?[0-5]\d)?)?"
    r"(?P<mark>,? (?:(?:euh|ah|oups),? ){0,2}(?:non|pardon|plutot|enfin|en fait|finalement|euh)\b[, ]{1,2}"
    rf"(?:(?:non|plutot|pardon|en fait),? ){{0,2}})(?=(?:le )?(?P<right>{_ONE_DAY})(?!\w))"
)
"""A day that is put right at once: « demain 14h pardon vendredi »."""

IMPOSSIBLE = re.compile(
    rf"(?<![\w/])\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?(?![\w/])|(?<!\w)\d{{1,2}} (?:{'|'.join(MONTH_NUMBERS)})(?!\w)"
)
"""What looks like a day; read where no day is found, it is none that there is: « 31/02 »."""
HESITANT = re.compile(
    r"(?<!\w)(?:(?:celui.ci )?ou (?:le suivant|celui d apres)|a (?:re)?(?:voir|confirmer|definir|preciser)"
    r"(?: avec (?:elle|lui|eux))?(?=\W*$)|(?:pas (?:encore )?sure?|je (?:ne )?sais (?:pas|plus))(?=\W*$))"
)
"""What says, as the last word, that an appointment is not settled: « jeudi 14h, à confirmer »."""
SEVERAL_DAYS = re.compile(
    rf"(?<!\w)du \d{{1,2}}(?:er)?(?:/\d{{1,2}}| (?:{'|'.join(MONTH_NUMBERS)}))? au "
    rf"\d{{1,2}}(?:/\d{{1,2}}| (?:{'|'.join(MONTH_NUMBERS)}))(?![\w/])"
)
_A_DAY = rf"(?:\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?|\d{{1,2}} (?:{'|'.join(MONTH_NUMBERS)})(?: (?:\d{{4}}|18|45))?)"
OF_ANOTHER = re.compile(
    rf"(?<!\w)(?:nee?s? (?:le {_A_DAY}|en \d{{4}})|{NAMED_PLACE} (?:du )?{_A_DAY}|"
    rf"(?:facture|courrier|lettre|releve|avis|ordonnance)(?: [a-z]{{2,12}})? du {_A_DAY}|"
    rf"(?:expire|perime)e?s? (?:le|depuis le) {_A_DAY}|"
    r"(?:a (?:payer|rendre|renvoyer|envoyer|deposer|declarer|finir)|(?:date )?limite|echeance)(?: est)? "
    rf"(?:(?:avant|au|pour|jusqu au?|d ici) )?(?:le )?{_A_DAY})(?![\w/])"
)
"""Days of something else than of a rdv: « née le 03/12/42 »."""

_DAY_AND_NUMBER = re.compile(rf"(?:{'|'.join(WEEKDAYS)}) (?:[12]?\d|3[01])(?: ?er)?")
_DAY_AND_DATE = re.compile(
    rf"(?:{'|'.join(WEEKDAYS)}) (?:le )?\d{{1,2}}(?:er)?(?:/\d{{1,2}}(?:/\d{{2,4}})?|"
    rf" (?:{'|'.join(MONTH_NUMBERS)})(?: 20\d\d)?)"
)


def is_contradicted(words: str, after: str, today: date) -> bool:
    """Tell whether a day of the week and its number or date are of no coming day: « vendredi 28 », which is a Saturday,
    « lundi 31 novembre »."""
    is_dated = _DAY_AND_NUMBER.fullmatch(words) and re.match(r"\W*(?:$|,| (?:a |de )?\d)", after)
    day = read_named_day(words, today)
    if is_dated and (day is None or day - today > COMING):
        return True
    return bool(_DAY_AND_DATE.fullmatch(words)) and day is None


def doubt_day(said: str, day: date, rest: str, today: date) -> str:
    """Say why a day is asked for that was said among other words: « mercredi prochain » on a Tuesday, « le lendemain de
    son scanner du 2/12 »; "" where it is sure."""
    if said.lower().endswith(" prochain") and day - today == timedelta(days=1):
        return f"« {said} »{NBSP}: demain, ou dans huit jours{NBSP}? Donnez la date."
    if beside := re.search(r"\b(?:veille|lendemain)\b", rest):
        return f"« {beside[0]} »{NBSP}: de quel jour{NBSP}? Donnez la date."
    if _DEADLINE.search(rest):
        return f"« {said} » au plus tard{NBSP}: quel jour exactement{NBSP}? Donnez la date."
    if day - today > _FAR and is_lately_past(said, today) and not _YEAR.search(said):
        return f"« {said} » vient de passer{NBSP}: donnez le jour à venir, avec son année si c’est en {day.year}."
    return ""


_FAR = timedelta(days=300)
_YEAR = re.compile(r"20\d\d|/\d{1,2}/\d\d")
_DEADLINE = re.compile(r"\b(?:avant|d.ici|d.ici a|au plus tard|jusqu.a)(?: le)? ?,")
"""What makes of a day behind it, which is taken out, the last one that would do: « avant vendredi »."""


def says_another_day(rest: LineValues, day: date) -> bool:
    """Tell whether the rest of a line says a day besides that of the rdv; its weekday alone is none: « dans deux
    semaines, mardi »."""
    days = [date.fromisoformat(value) for value in rest.values("date") if not value.startswith(UNSURE)]
    offered = [date.fromisoformat(value) for value in rest.choices.get("date", ())]
    if "date" in rest.mistakes and len(days) < 2:
        is_weekday = len(offered) > 1 and all(other.weekday() == day.weekday() for other in offered)
        return not is_weekday and (day.month, day.day) not in {(other.month, other.day) for other in offered}
    return any(other.weekday() != day.weekday() for other in days)


def is_lately_past(words: str, today: date) -> bool:
    """Tell whether a day is one of the last weeks; « jeudi 27/11 » of another year is none that was meant."""
    past = read_date(words, today)
    return past is not None and today - past <= _LATELY


_LATELY = timedelta(days=60)


def read_days(said: str, today: date) -> Period | None:
    """Read which days a line, folded, asks to see: « semaine », « demain », « passes », « juin »; None for others."""
    if said in _ALL:
        return Period(today, today + COMING)
    if said in {"semaine", "cette semaine", "la semaine"}:
        monday = today - timedelta(days=today.weekday())
        return Period(monday, monday + _WEEK)
    if said == "passes":
        return Period(today - _WEEK, today)
    named = filter(None, (read_coming_period(said, today), read_period(said, today)))
    return read_days_either_way(said, today) or min(named, key=lambda one: _distance(one, today), default=None)


def _distance(days: Period, today: date) -> timedelta:
    """Tell how far days are; what is past is meant less often: « juin », said in November, is the next one."""
    return days.start - today if days.start >= today else 2 * (today - days.start)
