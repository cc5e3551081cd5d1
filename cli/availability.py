"""« coop-bot import disponibilites », « slots » and « rdv link »: bookable hours, from a terminal."""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.french import plural
from cli.checks import open_chat
from cli.command import Call
from cli.cra.imports import Authors
from cli.errors import OperatorError
from cli.journal import note
from cli.tables import (
    CellReader,
    Cells,
    complain,
    open_table,
    open_to_import,
    read_columns,
    refuse_faults,
)
from cli.terminal import count, write
from commands.rdv.visits import address_of
from config.text import fold, unguard
from config.themes import find_theme
from config.time import WEEKDAYS
from storage.cra.files import BadLineError, read_username
from storage.journal import AuditAct
from storage.people import Person
from storage.rdv import bookings
from storage.rdv.appointments import PLACE_MAX, SEATS_MAX

COLUMNS = ("utilisateur", "jour", "debut", "fin", "duree", "pause", "places", "lieu", "delai_min", "jours_max", "theme")
NEEDED = tuple({name} for name in ("utilisateur", "jour", "debut", "fin", "duree"))
_HOUR = re.compile(r"(\d{1,2})\s*[:h]\s*(\d{2})?(?:(?<=\d):00)?")
_BOUNDS = {
    "duree": (bookings.LENGTH_MIN, bookings.LENGTH_MAX, None),
    "pause": (0, bookings.PAUSE_MAX, 0),
    "places": (1, SEATS_MAX, 1),
    "delai_min": (0, bookings.NOTICE_MAX, 0),
    "jours_max": (0, bookings.AHEAD_MAX, 30),
}
"""The least and the most of each number, and what an empty cell means."""


@dataclass(slots=True)
class RangeImport:
    """An import: the ranges of each person by id, the user ``names``, and the number of refused lines."""

    authors: Authors
    complain: Callable[[int, str], None]
    found: dict[str, list[bookings.WeeklyRange]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    refused: int = 0

    async def take(self, number: int, line: Cells | BadLineError) -> None:
        """Take a line, or report what is wrong with it."""
        try:
            if isinstance(line, BadLineError):
                raise line
            person = await self._find(line)
            one = read_range(line, person)
            self.names[person.id] = person.username
            theirs = self.found.setdefault(one.user_id, [])
            if any(one.model_dump() == other.model_dump() for other in theirs):
                return  # a line that stands twice says nothing more
            if len(theirs) >= bookings.RANGES_MAX:
                raise BadLineError(f"utilisateur : {bookings.RANGES_MAX} plages au plus pour une personne.")
            theirs.append(one)
        except BadLineError as fault:
            self.refused += 1
            self.complain(number, str(fault))

    async def _find(self, line: Cells) -> Person:
        try:
            name = read_username(unguard(line["utilisateur"]))
        except ValueError as fault:
            raise BadLineError(f"utilisateur : {fault}") from None
        try:
            return await self.authors.of(name)
        except BadLineError as fault:
            raise BadLineError(str(fault).replace("auteur", "utilisateur", 1)) from None


async def import_ranges(call: Call, file: str, *, dry_run: bool = False) -> int:
    """Import a file, all of it or nothing; return 1 if a line was refused, else 0."""
    async with open_to_import(call.settings, dry_run=dry_run) as database, open_chat(call.settings) as chat:
        run = RangeImport(Authors(database, chat, call.clock), complain)
        with open_table(file, COLUMNS, NEEDED) as table:
            for number, line in table:
                await run.take(number, line)
        if run.refused:
            print(f"{plural(run.refused, 'ligne refusée', 'lignes refusées')} : rien n’est importé.", file=sys.stderr)
            return 1
        async with database.transaction() as db:
            await _store(db, run, tells=dry_run)
            if run.found:
                await note(db, AuditAct.IMPORT, "import:disponibilites", call.clock(), personnes=sorted(run.found))
    lines = sum(map(len, run.found.values()))
    print(f"{count(lines, 'plage')} pour {count(len(run.found), 'personne')}.")
    return 0


async def _store(db: AsyncSession, run: RangeImport, *, tells: bool) -> None:
    """Replace the ranges of each person; a rehearsal prints how many replace how many, where they
    differ."""
    for user_id, ranges in run.found.items():
        known = await bookings.list_ranges(db, user_id) if tells else []
        had = [one for one in known if one.only_on is None]
        if tells and _keys(had) != _keys(ranges):
            print(f"@{run.names[user_id]} : {count(len(had), 'plage')} à remplacer par {len(ranges)}")
        await bookings.replace_ranges(db, user_id, ranges)


def _keys(ranges: Sequence[bookings.WeeklyRange]) -> list[str]:
    """Return what tells ranges from others, whatever their order and numbers."""
    return sorted(one.model_dump_json(exclude={"id"}) for one in ranges)


def read_range(line: Cells, person: Person) -> bookings.WeeklyRange:
    """Read the range of a line. Raises BadLineError that names each faulty column."""
    said, faults = read_columns(line, _READERS)
    start, end, length = said.get("debut"), said.get("fin"), said.get("duree")
    if start is not None and end is not None:
        if end <= start:
            faults.append("fin : donnez une heure d’après le début, le même jour (24:00 au plus tard).")
        elif length is not None and length > end - start:
            faults.append("duree : elle est plus longue que la plage.")
    refuse_faults(faults)
    return bookings.WeeklyRange(user_id=person.id, **{_FIELDS[name]: value for name, value in said.items()})


def read_weekday(text: str) -> int:
    """Read a weekday by name (Monday is 0). Raises ValueError."""
    if (day := fold(text)) not in WEEKDAYS:
        raise ValueError(f"« {text} » n’est pas un jour de la semaine : lundi, par exemple.")
    return WEEKDAYS.index(day)


def read_hour(text: str) -> int:
    """Read « 09:00 » (or « 09:00:00 », as spreadsheets write it) as minutes of the day; « 24:00 » is its end. Raises
    ValueError."""
    found = _HOUR.fullmatch(text.lower())
    minutes = int(found[1]) * 60 + int(found[2] or 0) if found else bookings.DAY + 1
    if found is None or minutes > bookings.DAY or int(found[2] or 0) > 59:
        raise ValueError(f"« {text} » n’est pas une heure : 09:00.")
    return minutes


def _read_number(name: str, text: str) -> int:
    least, most, usual = _BOUNDS[name]
    if not text and usual is not None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or not least <= int(text) <= most:
        raise ValueError(f"un nombre de {least} à {most} est attendu{f', pas « {text} »' if text else ''}.")
    return int(text)


def _read_place(text: str) -> str:
    if len(text) > PLACE_MAX:
        raise ValueError(f"{PLACE_MAX} caractères au plus.")
    return text


def read_theme(text: str) -> str:
    """Read a theme by its code, name or a usual word; "" for none. Raises ValueError."""
    if not text:
        return ""
    if (theme := find_theme(text)) is None:
        raise ValueError(f"« {text} » n’est pas un thème : internet, par exemple.")
    return theme.code


_READERS: Mapping[str, CellReader] = {
    "jour": read_weekday,
    "debut": read_hour,
    "fin": read_hour,
    **{name: partial(_read_number, name) for name in _BOUNDS},
    "lieu": _read_place,
    "theme": read_theme,
}
_FIELDS = {
    "jour": "weekday",
    "debut": "start",
    "fin": "end",
    "duree": "length",
    "pause": "pause",
    "places": "seats",
    "lieu": "place",
    "theme": "theme",
    "delai_min": "notice",
    "jours_max": "ahead",
}


async def show_link(call: Call, user: str, as_json: bool) -> None:
    """Switch somebody’s booking page on and print its address, which stays the same while the page is on."""
    settings = call.settings
    if not settings.secrets:
        raise OperatorError("COOP_SECRET manque : la page est scellée par cette clé.", code=2)
    async with open_to_import(settings) as database:
        async with open_chat(settings) as chat:
            person = await _find_anybody(Authors(database, chat, call.clock), user)
        async with database.transaction() as db:
            key = await bookings.open_page(db, person.id, bookings.BookingSeal(settings.secrets), call.clock())
    address = address_of(settings, key)
    write({"adresse": address}, [address], as_json=as_json)


async def _find_anybody(authors: Authors, user: str) -> Person:
    """Find a person by name, in the register or in Mattermost. Raises OperatorError."""
    try:
        return await authors.of(user)
    except BadLineError as fault:
        said = str(fault).removeprefix("auteur : ")
        raise OperatorError(f"{said[:1].upper()}{said[1:]}.") from None
