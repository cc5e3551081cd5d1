"""The hours of each week at which somebody may be booked, as they are told: « lundi et jeudi de 9h à 12h »."""

import re

from config.time import WEEKDAYS

NOON = re.compile(r"(?<=à )midi\b|(?<= a )midi\b|(?<=-)midi\b", re.IGNORECASE)
"""Noon, where hours end."""
_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})s?"
_HOURS = r"(?:de )?\d{1,2} ?(?:h|:) ?(?:\d\d)? ?(?:-|à|a) ?\d{1,2} ?(?:h|:) ?(?:\d\d)?"
_WEEKLY = re.compile(
    rf"(?<!\w)(?:(?:tous )?les |du )?{_WEEKDAY}(?:(?:,| et| au|) (?:les? )?{_WEEKDAY}){{0,6}}"
    rf"(?: (?:matin|après[- ]midi|soir)s?)?(?: ?[,:])? {_HOURS}"
    rf"(?:(?:,| et| puis) {_HOURS}){{0,3}}(?!\w)",
    re.IGNORECASE,
)
"""Hours of each week, on one day or more."""


def find_weekly(text: str) -> str:
    """The hours of each week that are told, those of several days one after the other; "" for none, and where a day is
    told without its hours."""
    found = [match[0] for match in _WEEKLY.finditer(text)]
    if not found or re.search(_WEEKDAY, _WEEKLY.sub(" ", text), re.IGNORECASE):
        return ""
    return ", ".join(map(_write_weekly, found)) + _find_place(text)


def _find_place(text: str) -> str:
    """Where that is, behind the last hours: « à la mairie de Capesterre »; "" where it is not said."""
    *_, last = _WEEKLY.finditer(text)
    place = _PLACE.match(text, last.end())
    return place[0] if place else ""


_PLACE = re.compile(
    r" (?:à|a|au|aux|chez) (?!partir|compter|distance pour)[^\W\d](?:[^\W\d]|[’' -]){1,60}?"
    r"(?=\s*(?:[,;.:!?]|$)| (?:pour|svp|stp|merci|tu|vous|si|sauf|avec|et (?:je|que|vous|tu)|jusqu\w*)\b)",
    re.IGNORECASE,
)
"""A place, up to what else is said."""


def _write_weekly(told: str) -> str:
    """Write hours of some days: « les lundis mercredis matin de 9h à 12h » is « lundi et mercredi 9h-12h »."""
    hours = _SPACED_HOURS.sub(r"\1h\2-\3h\4", _HALF_DAY.sub("", _ARTICLES.sub(r"\1", told)))
    return _DAY_THEN_DAY.sub(r"\1 et ", _DAYS_S.sub(r"\1", hours))


_HALF_DAY = re.compile(r" (?:matin|après[- ]midi|soir)s?(?= )", re.IGNORECASE)
_DAY_THEN_DAY = re.compile(rf"\b({'|'.join(WEEKDAYS)}) (?={'|'.join(WEEKDAYS)})", re.IGNORECASE)
"""A day before another one, with no word between them."""


_DAYS_S = re.compile(rf"(?<!\w)({'|'.join(WEEKDAYS)})s\b", re.IGNORECASE)
_ARTICLES = re.compile(r"^(?:tous les |le |les )|(?<= et )les? |(?<=, )les? ()", re.IGNORECASE)
_SPACED_HOURS = re.compile(
    r"(?:de )?(\d{1,2}) ?h ?(\d\d)? ?(?:-|à|a) ?(\d{1,2}) ?h(?: (?=\d\d(?!\d| ?h)))?(\d\d)?", re.IGNORECASE
)
"""How hours are written short: « de 14 h à 17 h » is « 14h-17h »."""
