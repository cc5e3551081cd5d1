"""Days of a line that may be meant otherwise, and are asked for: « 25/11 », typed the day before, « mardi » on a
Tuesday."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.french import NBSP, join, say_date
from bot.texts import quote
from config.time import WEEKDAYS
from dialogs.cra.line.parser import LinePiece, TypedLine
from dialogs.cra.line.readers import UNSURE
from dialogs.cra.line.values import LineValues

FAR_DAYS = 183
"""From so long ago on, a day without its year may have been meant otherwise."""
_SAYS_YEAR = re.compile(r"\d{4}|\d\D+\d+\D+\d")


def doubt_years(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece], today: date) -> None:
    """Ask which year is meant where that would be long ago: « 25/11 », typed the day before."""
    for piece in pieces:
        reading, text = piece.reading, typed.slice(piece.first, piece.end)
        if reading is None or reading.element != "date" or reading.value.startswith(UNSURE):
            continue
        day = date.fromisoformat(reading.value)
        if (today - day).days > FAR_DAYS and not _SAYS_YEAR.search(text):
            found.mistakes["date"] = f"« {quote(text)} » n’est pas encore passé{NBSP}: indiquez le jour."
            found.choices["date"] = {reading.value: say_date(day)}
            found.said["date"] = [value for value in found.values("date") if value != reading.value]


_BARE_WEEKDAY = re.compile(rf"(?:le )?(?:{'|'.join(WEEKDAYS)})(?: matin| midi| apres midi| aprem| soir)?")


def doubt_weekday(found: LineValues, typed: TypedLine, pieces: Sequence[LinePiece], today: date) -> None:
    """Ask which day is meant by a weekday alone that is today’s: « mardi », said on a Tuesday."""
    days = [piece for piece in pieces if piece.reading and piece.reading.element == "date"]
    said = [typed.words(piece.first, piece.end) for piece in days]
    if found.values("date") != [today.isoformat()] or not said or not all(map(_BARE_WEEKDAY.fullmatch, said)):
        return
    offered = {day.isoformat(): say_date(day, today) for day in (today, today - timedelta(weeks=1))}
    text = quote(typed.slice(days[0].first, days[0].end))
    found.mistakes["date"] = f"« {text} »{NBSP}: {join(list(offered.values()), 'ou')}{NBSP}?"
    found.choices["date"] = offered
    found.said["date"] = []
