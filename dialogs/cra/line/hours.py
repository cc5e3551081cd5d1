"""How long a line says that something took: by hours, « de 14h à 15h30 », or by itself, « deux bonnes heures »; and
days that are written short."""

import re

from bot.french import digits, read_minutes, spell_weekday
from config.text import fold

_HOUR = r"(\d{1,2}) ?(?:h(?:eures?)?|:) ?([0-5]\d)?"
_HOURS = re.compile(rf"(?:de |entre )?{_HOUR} ?(?:a|-|/|et) ?{_HOUR}")
_SHORT_HOURS = re.compile(rf"(?:(?:de|entre) (\d{{1,2}}) ?(?:a|et)|(\d{{1,2}}) ?-) ?{_HOUR}")
"""The pattern of hours such as « de 14 à 16h », « 14-16h »; « 8 à 10h » may also be eight people at ten."""
_SPELLED_HOURS = re.compile(r"(?:deux|trois|quatre|cinq|six|sept|huit) h(?: [0-5]\d)?")
"""Hours in letters, beside their sign: « deux h »."""
_ABOUT_SO_LONG = re.compile(r"\b(?:bonne|petite|grosse)s? (?=(?:demi|heure))")
"""A length that is not measured: « deux bonnes heures »."""
EARLIEST = 7 * 60
"""Minutes of the day from which somebody is met: before, hours are durations."""


def spell_hours(words: str) -> str:
    """Write in figures hours that are told in letters, « deux h »; "" for what is none."""
    return digits(words) if _SPELLED_HOURS.fullmatch(words) else ""


def ends_with_one(words: str) -> bool:
    """Tell whether hours end with what is no minute: « à neuf heures une dame »."""
    return bool(re.search(r"(?:\bh|\dh|heures?) une?$", words))


def read_length(text: str) -> int | None:
    """Read a duration in minutes, by its length or by the hours between which it was; None where it is none."""
    text = _ABOUT_SO_LONG.sub("", text)
    return _between_hours(text) or read_minutes(text)


def _between_hours(text: str) -> int | None:
    """Read « de 14h à 15h30 », « 14-16h »."""
    text = re.sub(r"(?<![\w-])midi\b", "12h", _spell_figures(fold_parts(text)))
    if match := _HOURS.fullmatch(text):
        first, last = (int(match[i]) * 60 + int(match[i + 1] or 0) for i in (1, 3))
    elif match := _SHORT_HOURS.fullmatch(text):
        first, last = int(match[1] or match[2]) * 60, int(match[3]) * 60 + int(match[4] or 0)
    else:
        return None
    # « 1h à 2h » is a duration that is not sure; nobody is met between one and six in the morning.
    return last - first if last > first and last > EARLIEST else None


def _spell_figures(text: str) -> str:
    """Write numbers in figures: « de quatorze à seize heures »; hyphens between figures are kept."""
    return text if "-" in text else digits(text)


def is_hour(text: str) -> bool:
    """Tell whether a text can be an hour of the day: « 8h », « 9h30 », « 10:00 »."""
    return bool(re.fullmatch(_HOUR, digits(fold_parts(text))))


def fold_parts(text: str) -> str:
    """Fold a text but keep its hyphens."""
    return "-".join(fold(part) for part in text.split("-"))


SHORT_DAYS = frozenset(("lun", "mar", "merc", "ven", "vend", "sam", "dim"))
"""Days of the week by their first letters, without a capital, which « Sam » has; « jeu » and « mer » are words."""


def spell_day(text: str) -> str:
    """Spell a day of the week that stands alone by its first letters; any other text stays as it is."""
    return spell_weekday(text) if text in SHORT_DAYS else text
