"""The windows of booking: a weekly range, an absence, another moment for a visitor."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Self

from bot.forms import Choice, Clues, Form, Hidden, Number, Offered, ReadText, asks
from bot.french import Period, plural, read_coming_days, say_date, say_minutes
from bot.texts import quote
from config.text import make_plain
from config.themes import THEMES
from config.time import WEEKDAYS
from dialogs.agenda import EventText
from dialogs.personal_data import fault_of
from storage.rdv.appointments import PLACE_MAX, SEATS_MAX
from storage.rdv.bookings import AHEAD_MAX, DAY, LENGTH_MAX, LENGTH_MIN, PAUSE_MAX, WeeklyRange

ROLLED_MAX = 183
"""Days of an absence that ends next year though no year is said: beyond, it is likelier to be written backwards."""
READ_BY = "les personnes qui réservent le liraient"
PAIR = 2
"""Days of « mardi et mercredi »."""
MOMENTS_MAX = 25
"""Moments that one window offers: they travel sealed with it."""
_HOUR = re.compile(r"(\d{1,2})\s*(?:h|:|heures?)\s*(\d{2})?|(midi)|(minuit)")
_ONE = r"[0-9]{1,2} ?(?:heures?|h|:) ?(?:[0-9]{2})?|midi|minuit"
_HOURS = re.compile(rf"(?:de )?({_ONE}) ?(?:-|–|à|a|jusqu[’']?[aà]|/) ?({_ONE})", re.IGNORECASE)
NOTICES = {"0": "Jusqu’au dernier moment", "60": "Une heure avant", "240": "4 heures avant", "1440": "La veille",
           "2880": "2 jours avant", "10080": "Une semaine avant"}  # fmt: skip

CLOSES = {
    "0": "Jusqu’au début",
    "60": "Jusqu’à une heure avant",
    "240": "Jusqu’à 4 heures avant",
    "1440": "Jusqu’à 24 heures avant",
    "2880": "Jusqu’à 2 jours avant",
    "10080": "Jusqu’à 7 jours avant",
}
"""The choices of until when a visitor may move or cancel, in minutes before."""


def say_closes(minutes: int) -> str:
    """Say until when a booking can be changed: « jusqu’à 4 heures avant », « jusqu’au début »."""
    if not minutes:
        return "jusqu’au début"
    days, rest = divmod(minutes, DAY)
    if days > 1 and not rest:
        return f"jusqu’à {days} jours avant"
    return (
        f"jusqu’à {plural(minutes // 60, 'heure')} avant" if minutes % 60 == 0 else f"jusqu’à {minutes} minutes avant"
    )


def read_hour(text: str) -> int | None:
    """Read an hour as minutes since midnight: « 9h », « 9h30 », « 14:00 », « midi »; None for anything else."""
    found = _HOUR.fullmatch(text.strip().lower())
    if found is None:
        return None
    if found[3] or found[4]:
        return DAY // 2 if found[3] else DAY
    minutes = int(found[1]) * 60 + int(found[2] or 0)
    return minutes if minutes <= DAY and int(found[2] or 0) < 60 else None


def read_hours(text: str) -> tuple[int, int]:
    """Read a range of hours as two minutes of the day: « 9h-12h », « de 14h à 17h30 ». Raises ValueError, with a French
    sentence."""
    found = _HOURS.fullmatch(" ".join(text.split()))
    start, end = (read_hour(found[1]), read_hour(found[2])) if found else (None, None)
    if start is None or end is None:
        raise ValueError("Écrivez deux heures, comme 9h-12h ou 14h à 17h30.")
    if end <= start:
        raise ValueError("Relisez ces heures : la fin vient après le début, le même jour.")
    return start, end


_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
_DAYS = (
    rf"(?:(?:tous )?(?:les? )?(?P<days>{_WEEKDAY}s?(?:(?: ?, ?| et | )(?:les? )?{_WEEKDAY}s?)*)|"
    rf"(?:du |de )?(?P<first>{_WEEKDAY}) (?:au|a) (?P<last>{_WEEKDAY}))"
)
_BETWEEN = r"(?: ?, ?| et | puis )"
_WEEKLY = re.compile(rf"(?<!\w){_DAYS}[ ,:]+(?P<hours>{_HOURS.pattern}(?:{_BETWEEN}{_HOURS.pattern})*)(?!\w)")
_BARE_DAYS = re.compile(rf"{_DAYS}(?: (?:au |l ?)?(?:matins?|apres[- ]midis?))?")
_BEGUN = re.compile(rf"{_DAYS}[ ,:]+(?:de )?(?:\d{{1,2}} ?(?:h|:)|midi)")


def read_weekly(text: str) -> Sequence[tuple[int, tuple[int, int]]]:
    """Read weekdays (Monday is 0) with hours, in minutes: « lundi et jeudi 9h-12h », « du lundi au vendredi 9h-12h et
    14h-17h, samedi 9h-12h »; empty for other texts. Raises ValueError, with a French sentence."""
    plain = make_plain(" ".join(text.split()))
    if _BARE_DAYS.fullmatch(plain):
        raise ValueError("Il manque les heures. Une absence s’écrit absent lundi.")
    if re.match(r"(?:tous les jours|chaque jour)(?!\w)", plain):
        raise ValueError("Nommez les jours, comme du lundi au vendredi 9h-12h.")
    if not _BEGUN.match(plain):
        return ()
    left = _WEEKLY.sub(",", plain)
    if re.sub(r" et | puis |[ ,.;]", "", f" {left} "):
        raise ValueError(
            "Écrivez des jours et deux heures, comme lundi et jeudi 9h-12h, mardi 14h à 17h30 à la mairie. La durée et "
            "le reste se choisissent avec « Ajouter une plage »."
        )
    read = [one for found in _WEEKLY.finditer(plain) for one in _read_group(found)]
    return list(dict.fromkeys(read))


_THERE = re.compile(
    rf"(?:{_ONE})(?P<end>),? (?=(?:à la |à l[’']|à |aux? |chez |en |par )(?!\d|midi|minuit|{_WEEKDAY})\S)",
    re.IGNORECASE,
)
"""An hour with a place behind it."""
_AT = re.compile(r"(?:à la |à l[’']|à (?!domicile)|aux? )", re.IGNORECASE)


def split_place(text: str) -> tuple[str, str]:
    """Split « lundi 9h-12h à la médiathèque », or that of an extra day, into the hours and the place; "" for no place.
    Raises ValueError, with a French sentence, for a place that nobody may read."""
    said = " ".join(text.split())
    hours = [*_THERE.finditer(said)] if _BEGUN.match(make_plain(said)) or _OPEN.match(said) else []
    if not hours:
        return said, ""
    found = hours[-1]
    place = _AT.sub("", said[found.end() :], count=1)[:PLACE_MAX]
    if fault := fault_of(place, READ_BY):
        raise ValueError(fault)
    return said[: found.start("end")], place[:1].upper() + place[1:]


def _read_group(found: re.Match[str]) -> Iterator[tuple[int, tuple[int, int]]]:
    days = [WEEKDAYS.index(day) for day in re.findall(_WEEKDAY, found["days"] or "")]
    if found["first"]:
        first, last = WEEKDAYS.index(found["first"]), WEEKDAYS.index(found["last"])
        days = [day % len(WEEKDAYS) for day in range(first, last + 1 + (last < first) * len(WEEKDAYS))]
    hours = [read_hours(each) for each in re.split(_BETWEEN, found["hours"]) if each]
    return ((day, each) for day in days for each in hours)


def say_minute(minute: int) -> str:
    """Say a minute of the day: « 9h », « 9h30 »."""
    return f"{minute // 60}h{f'{minute % 60:02}' if minute % 60 else ''}"


def say_range(one: WeeklyRange) -> str:
    """Say a range: « mardi 9h-12h : 30 min, pause de 5 min, Médiathèque, Courriels, 8 places »."""
    parts = [
        say_minutes(one.length),
        f"pause de {say_minutes(one.pause)}" if one.pause else "",
        one.place,
        THEMES[one.theme].court if one.theme in THEMES else "",
        plural(one.seats, "place") if one.seats > 1 else "",
    ]
    day = f"seulement le {say_date(one.only_on)}," if one.only_on else WEEKDAYS[one.weekday]
    hours = f"{day} {say_minute(one.start)}-{say_minute(one.end)}"
    return f"{hours} : {', '.join(filter(None, parts))}"


MORNING, AFTERNOON = (0, 13 * 60), (12 * 60, DAY)
"""The minutes of « le matin » and « l’après-midi » of somebody who is away."""


def say_part(start: int, end: int) -> str:
    """Say a part of a day: « le matin », « jusqu’à 10h », « à partir de 14h », « de 14h à 16h »."""
    if (start, end) in (MORNING, AFTERNOON):
        return "le matin" if start == 0 else "l’après-midi"
    if start == 0:
        return f"jusqu’à {say_minute(end)}"
    return f"à partir de {say_minute(start)}" if end == DAY else f"de {say_minute(start)} à {say_minute(end)}"


HOURS = ReadText(
    lambda text, _: read_hours(text),
    show=lambda hours: f"{say_minute(hours[0])}-{say_minute(hours[1])}",
    placeholder="9h-12h",
    missing_text="Indiquez les heures.",
)


@dataclass(frozen=True)
class Bounded(Number):
    """A field of a whole number from ``least`` to ``most``."""

    least: int = 0
    most: int = 0

    def value(self, text: str, clues: Clues) -> int:
        found = super().value(text, clues)
        if not self.least <= found <= self.most:
            raise ValueError(f"Indiquez un nombre de {self.least} à {self.most}.")
        return found


class AddRange(Form):
    """The window of hours of a weekday in which somebody may be booked, new or (``number``) changed."""

    title = "Plage de rendez-vous"
    submit_label = "Enregistrer"

    weekday: Annotated[str, Choice({str(number): day.capitalize() for number, day in enumerate(WEEKDAYS)})] = asks(
        "Jour", "Chaque semaine, sauf les jours fériés et vos absences.", name="jour"
    )
    hours: Annotated[tuple[int, int], HOURS] = asks("Heures", "À votre heure.", name="heures")
    length: Annotated[int, Bounded(least=LENGTH_MIN, most=LENGTH_MAX)] = asks(
        "Durée, en minutes", "D’un rendez-vous.", name="duree", default=30
    )
    pause: Annotated[int, Bounded(most=PAUSE_MAX)] = asks(
        "Pause, en minutes", "Entre deux rendez-vous. Il n’y en a pas après le dernier.", name="pause", default=0
    )
    place: Annotated[str, EventText(limit=PLACE_MAX)] = asks(
        "Lieu", "Lu par qui réserve : une adresse, « par téléphone »…", name="lieu", default=""
    )
    theme: Annotated[str, Choice({code: theme.libelle for code, theme in THEMES.items()})] = asks(
        "Sujet", "Vide : tous. Chaque sujet peut avoir ses heures et sa durée.", default=""
    )
    seats: Annotated[int, Bounded(least=1, most=SEATS_MAX)] = asks(
        "Places", "1 pour un rendez-vous à deux ; plus pour un atelier.", name="places", default=1
    )
    notice: Annotated[str, Choice(NOTICES)] = asks(
        "Au plus tard", "Jusqu’à quand on réserve.", name="delai", default="240"
    )
    ahead: Annotated[int, Bounded(least=1, most=AHEAD_MAX)] = asks(
        "Jours à l’avance", "On ne réserve pas au-delà.", name="jours", default=30
    )
    number: Hidden[int] = 0

    @classmethod
    def of(cls, one: WeeklyRange) -> Self:
        """Fill the window with a range; a notice that it does not offer is the next longer one there."""
        notice = next((key for key in NOTICES if int(key) >= one.notice), max(NOTICES, key=int))
        known = {name: getattr(one, name) for name in ("length", "pause", "seats", "ahead", "number")}
        words = {name: getattr(one, name) or None for name in ("place", "theme")}
        return cls.draft(weekday=str(one.weekday), hours=(one.start, one.end), notice=notice, **known, **words)

    @property
    def columns(self) -> dict[str, Any]:
        """What the window says, as a range is stored."""
        start, end = self.hours
        same = {name: getattr(self, name) for name in ("length", "pause", "seats", "place", "theme", "ahead")}
        return {"weekday": int(self.weekday), "start": start, "end": end, "notice": int(self.notice), **same}

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        found = {"place": fault_of(str(values.get("place") or ""), READ_BY)}
        hours, length = values.get("hours"), values.get("length")
        if hours and length and length > hours[1] - hours[0]:
            found["length"] = "Un rendez-vous ne peut pas durer plus que la plage."
        return found


_OPEN = re.compile(r"(?:exceptionnellement )?ouverte?(?: (?:exceptionnellement|le))*\s+(?=\S)", re.IGNORECASE)


def read_opening(text: str, today: date) -> tuple[date, tuple[int, int]] | None:
    """Read an extra day with its hours, in minutes: « ouvert samedi 12/12 9h-12h »; None for other texts. Raises
    ValueError, with a sentence."""
    said = " ".join(text.split())
    found = _OPEN.match(said)
    if found is None:
        return None
    try:
        days, hours = read_absence(said[found.end() :], today)
    except ValueError:
        raise ValueError(f"Ce jour n’est pas compris : « {quote(said[found.end() :])} ». {_OPENING}") from None
    if days.last != days.start or hours is None or not re.search(r"\d\s*[h:]|midi", text):
        raise ValueError(_OPENING)
    return days.start, hours


_OPENING = "Un jour de plus s’écrit avec ses heures : ouvert samedi 12/12 9h-12h."


class AbsenceLengthError(ValueError):
    """Raised for days that can be read, and are too many to be meant; the text, in French, says so."""


_PARTS = (
    (r",? (?:(?:le|au) )?matin$", " de 0h à 13h"),
    (r",? (?:l[’']\s?)?apr[eè]s[- ]midi$", " de 12h à 24h"),
    (r",? (?:jusqu[’']?\s?[aà]|avant) (\d{1,2}\s*[h:]\s*\d{0,2})$", r" de 0h à \1"),
    (r",? (?:[aà] partir de|d[eè]s|apr[eè]s) (\d{1,2}\s*[h:]\s*\d{0,2})$", r" de \1 à 24h"),
)
"""Parts of a day in words, and their hours."""


def _write_part(said: str) -> str:
    for words, hours in _PARTS:
        said = re.sub(words, hours, said, flags=re.IGNORECASE)
    return said


def read_absence(text: str, today: date) -> tuple[Period, tuple[int, int] | None]:
    """Read days of absence, and the hours where it is part of one day: « 24/12 », « du 24/12 au 2/1 », « 24/12 de 14h à
    16h ».

    Raises ValueError, with a sentence.
    """
    said = re.sub(
        r"^(absent|absente|absence|indisponible|sauf|le|les)\s+", "", " ".join(text.split()), flags=re.IGNORECASE
    )
    said = re.sub(r"^(le|les)\s+", "", said, flags=re.IGNORECASE)
    said = re.sub(r"(?<=\d) ?[-–] ?(?=\d{1,2}[/ ])", " au ", said)
    said = re.sub(r"^(?:ce|cet|cette) (?=matin|apr[eè]s)", "aujourd’hui ", said, flags=re.IGNORECASE)
    if re.match(r"(?:jusqu[’']?\s?[aà]|avant|[aà] partir de|d[eè]s) \d{1,2}\s*[h:]", said, re.IGNORECASE):
        said = f"aujourd’hui {said}"
    said = _write_part(said)
    days, hours = read_coming_days(said, today), None
    if days is None and (found := re.fullmatch(r"(.+?)\s+(?:de\s+)?(\d{1,2}\s*[h:].*)", said)):
        days, hours = read_coming_days(found[1], today), read_hours(found[2])
    if days is None:
        raise ValueError("Écrivez des jours à venir, comme 24/12, du 24/12 au 2/1 ou 24/12 de 14h à 16h.")
    if hours and days.last != days.start:
        raise ValueError("Des heures se donnent pour un seul jour.")
    length = (days.end - days.start).days
    if length > PAIR and re.search(" et ", said) and not re.match("entre ", said, re.IGNORECASE):
        raise AbsenceLengthError("Notez ces jours un par un, ou écrivez « du lundi au mercredi ».")
    if length > AHEAD_MAX:
        raise AbsenceLengthError("Une absence dure un an au plus.")
    if length > ROLLED_MAX and days.start.year < days.last.year and not re.search(r"\d{4}", said):
        raise AbsenceLengthError("Relisez ces jours : la fin est avant le début, ou il y manque l’année.")
    return days, hours


class AddAbsence(Form):
    """The window of days on which somebody may not be booked."""

    title = "Ajouter une absence"
    submit_label = "Ajouter"

    days: Annotated[
        tuple[Period, tuple[int, int] | None],
        ReadText(lambda text, clues: read_absence(text, clues.today), placeholder="24/12, du 24/12 au 2/1…"),
    ] = asks("Jours", "Aucun moment n’y est proposé.", name="jours")


class OfferMoment(Form):
    """The window that offers a visitor another moment; ``moments`` are those offered, text by value."""

    title = "Proposer un autre moment"
    submit_label = "Proposer"
    is_kept = False

    moment: Annotated[str, Offered("moments")] = asks("Moment", "La personne le lit sur sa page, et l’accepte ou non.")
    booking: Hidden[int]
    starts_at: Hidden[datetime]
    moments: Hidden[dict[str, str]]
