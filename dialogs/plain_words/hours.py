"""Hours and lengths of time, written in figures: « à quinze heures » is « à 15h », « une demi-heure » is « 30 min »."""

import re

from bot.french import ANY_NUMBER, digits
from config.time import WEEKDAYS

SHORT_LENGTH = re.compile(r"\b(?:\d{1,3} min|\dh(?:\d\d)?)\b")
_LENGTHS = {
    r"\1 min": re.compile(r"\b(\d{1,3}) ?(?:minutes?|mn|min)\b", re.IGNORECASE),
    "1h30": re.compile(r"\b(?:d['’])?une heure et demie", re.IGNORECASE),
    "45 min": re.compile(r"\b(?:d['’]|de )?(?:trois|3) quarts? d['’]heure", re.IGNORECASE),
    "15 min": re.compile(r"\b(?:d['’])?un quart d['’]heure", re.IGNORECASE),
    "30 min": re.compile(r"\b(?:d['’])?une (?:petite )?demie?[- ]?heure", re.IGNORECASE),
    "1h": re.compile(r"(?<!à )(?<!a )\b(?:d['’])?une (?:petite )?heure(?! et\b)", re.IGNORECASE),
}
"""How long something takes, in words."""


_SPELLED_MINUTES = re.compile(rf"\b({ANY_NUMBER}) minutes\b", re.IGNORECASE)


def write_lengths(told: str) -> str:
    """Write in figures how long something takes: « une demi-heure » is « 30 min »."""
    told = _SPELLED_MINUTES.sub(lambda found: f"{digits(found[1])} min", told)
    for length, words in _LENGTHS.items():
        told = words.sub(length, told)
    return told


def write_hours(told: str) -> str:
    """Write hours in figures: « à quinze heures » is « à 15h »."""
    told = _UNTIL.sub("jusqu'", _APART.sub("", told))
    told = _SPELLED_SPAN.sub(r"\g<1> heures à ", told)
    return _BEFORE_HOUR.sub(r"\1 ", _AROUND_LENGTH.sub("", write_lengths(write_clock(told))))


def write_clock(told: str) -> str:
    """Write the hours of a clock in figures: « quinze heures » is « 15h »."""
    told = _SPELLED_HOUR.sub(lambda hour: f"{digits(hour[1])}h", told)
    told = _PART_PAST.sub(lambda hour: hour[1] + ("30" if hour[2].startswith("d") else "15"), told)
    return _PAST_HOUR.sub(lambda hour: hour[1] + digits(hour[2]), told)


_PAST_HOUR = re.compile(
    r"\b(\d{1,2}h) (dix|quinze|vingt[- ]cinq|vingt|trente[- ]cinq|trente|quarante[- ]cinq|quarante|cinquante[- ]cinq|"
    r"cinquante)(?=[.,?!]|$| (?:pour|pendant|avec|à|a|au|en|sur|chez|une?|le|la|dans|d|et|rdv|rendez|individuel|"
    r"atelier|accompagnement|visio|entretien|rencontre|réunion|vingt|trente|quarante|cinquante|\d+h?)\b)"
)
"""An hour and its minutes: « neuf heures trente »."""


_PART_PAST = re.compile(r"(?<=[ ,])(?<!pendant )(?<!durant )(\d{1,2}h) et (demie?|quart)\b")
"""An hour and a part of it: « neuf heures et demie »."""


_UNTIL = re.compile(r"\bjusqu(?:['’]| ?(?=a))", re.IGNORECASE)
_APART = re.compile(r"(?<=\d) (?=h\b)|(?<=\dh) (?=[0-5]\d\b(?! ?min))|(?<=\d h) (?=[0-5]\d\b(?! ?min))")
"""The space in « 15 h »."""
_SPELLED_HOUR = re.compile(rf"\b({ANY_NUMBER}|z[ée]ro|\d{{1,2}}) heures?\b")
_SPELLED_SPAN = re.compile(rf"(?<=\bde )({ANY_NUMBER}) (?:à|a) (?={ANY_NUMBER} heures?\b)")
"""Hours of which the last alone is called so: « de quatorze à dix-sept heures »."""
_AROUND_LENGTH = re.compile(
    r"\b(?:(?:pour|pendant|durant|comptez?|prévoi[st]|prévoyez) (?:une durée d(?:e |['’]))?|d['’]une durée de )"
    r"(?=\d)|"
    r"\bau sujet (?:d(?:e la|e l['’]|e|es|u)\b ?|d['’])"
)
"""What stands before how long an appointment takes, and what it is about."""


_BEFORE_HOUR = re.compile(
    rf"\b({'|'.join(WEEKDAYS)}|prochain|demain|matin|\d{{1,2}}/\d{{1,2}}) (?:à|a|vers) (?=\d{{1,2}} ?h)"
)
"""A day before its hour."""
