"""The shortest line that says what a report of coordination says: « hier partenariat, réunion avec la CAF, 1h30 » is
`partenariat réunion 1h30 hier`."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from bot.capabilities import OLDEST
from bot.forms import Clues
from bot.french import read_minutes, write_minutes
from bot.people import make_nobody
from config.text import fold
from config.time import WEEKDAYS
from dialogs.cra.coordination import PEOPLE, CoordinationLine, read_coordination_line
from storage.cra.coordination import CoordinationKind

_KINDS = {
    CoordinationKind.ANIMATION: "animation",
    CoordinationKind.EVENEMENT: "événement",
    CoordinationKind.PARTENARIAT: "partenariat",
}
_MEETING = re.compile(r"\breu(?:nion)?s?\b")
_NEAR = {0: "aujourd’hui", 1: "hier", 2: "avant-hier"}
WEEK = 7
"""Days within which a day is called by its name."""


def shorten_command(line: str, today: date, departements: Sequence[str] = ()) -> str:
    """Shorten a `/cra coordination` command line; one of which nothing is read but a subject stays as it is."""
    head, _, told = line.partition(" coordination ")
    read = read_coordination_line(told, Clues(make_nobody().copy_with(departements=list(departements)), today, OLDEST))
    words = [word for word in _list_words(read, fold(told), today) if word]
    return f"{head} coordination {' '.join(words)}" if len(words) > 1 else line


def _list_words(read: CoordinationLine, plain: str, today: date) -> Iterator[str]:
    yield _KINDS[read.kind] if read.kind else ""
    yield "réunion" if _MEETING.search(plain) else ""
    minutes = read_minutes(str(read.raw.get("duree", "")))
    yield write_minutes(minutes) if minutes else ""
    count = sum(int(read.raw.get(name, 0)) for name in (*PEOPLE, "participants"))
    yield f"{count} participants" if count else ""
    yield _name_day(read, plain, today)


def _name_day(read: CoordinationLine, plain: str, today: date) -> str:
    """Name the day that is told by its name where that was said, or as near as it is."""
    try:
        day = date.fromisoformat(read.raw["date"])
    except ValueError:
        return str(read.raw["date"])
    if "aujourd’hui" in read.assumed:
        return ""
    named = WEEKDAYS[day.weekday()]
    if re.search(rf"\b{named} \d", plain):
        return f"{day:%d/%m}"
    if re.search(rf"\b{named}\b", plain) and (today - day).days <= WEEK:
        return named
    return _NEAR.get((today - day).days, f"{day:%d/%m}")
