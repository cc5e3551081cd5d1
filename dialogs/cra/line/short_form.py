"""The shortest line that says what a told report says: « hier j’ai fait un atelier mail, ils étaient neuf » is
`atelier 9p mail hier`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from bot.capabilities import OLDEST
from bot.errors import UserError
from bot.forms import Clues
from bot.people import make_nobody
from config.text import fold, make_plain
from config.time import WEEKDAYS
from dialogs.cra.line import Line
from dialogs.cra.line.batch import LinePart, cut_line, read_parts
from dialogs.cra.line.parser import LinePiece, TypedLine, choose_pieces, split_line
from dialogs.cra.line.readers import BARE_NUMBER, GUESS, NOTHING, has_code
from dialogs.rdv.recurrence import find_rule
from storage.cra.habits import Usual
from storage.cra.report import Activite, Canal, Statut

_KINDS = {Activite.COLLECTIF: "atelier", Activite.INDIVIDUEL: "individuel", Activite.PONCTUEL: "ponctuel"}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "canal": {
        Canal.DOMICILE: "à domicile",
        Canal.DISTANCE: "à distance",
        Canal.AUTRE: "autre lieu",
        Canal.RATTACHEMENT: "au bureau",
    },
    "statut": {
        Statut.RETRAITE: "retraités",
        Statut.SANS_EMPLOI: "sans emploi",
        Statut.EN_EMPLOI: "en emploi",
        Statut.ETUDIANT: "étudiants",
    },
}
_TAG = re.compile(r"#[\w-]+")
_LINKS = frozenset(("de", "d", "et", "a", "puis"))
"""Small words of a line that is written as one: « 3 individuels de 30 min »."""
_DAYS = {0: "aujourd’hui", 1: "hier", 2: "avant-hier"}
_ORDER = ("activite", "participants", "canal", "duree", "themes", "commune", "date", "age", "statut")
"""The order in which the help shows what a line says."""
_PLURALS = frozenset((*_KINDS.values(), *(f"{kind}s" for kind in _KINDS.values())))

Said = Mapping[str, list[str]]
"""What was typed for each element of the form; of durations, their minutes."""


def shorten_command(line: str, today: date, departements: Sequence[str] = ()) -> str:
    """Shorten a `/cra` command line of somebody who works in these départements, unless it says what is to come back
    each week."""
    command, _, told = line.partition(" ")
    if not told or find_rule(make_plain(told), today):
        return line
    author = make_nobody().copy_with(departements=list(departements))
    return f"{command} {shorten(told, Clues(author, today, OLDEST))}"


def shorten(told: str, clues: Clues) -> str:
    """Return the shortest line that is read as a told report, or as several; what is told where that is a line
    already, is like another report, or would not be read alike."""
    bare = " ".join(_TAG.sub(" ", told).split())
    try:
        parts = cut_line(bare, clues)
        lines = read_parts(parts, {}, clues, Usual())
    except UserError:
        return told
    says_nothing = all(line.raw.keys() <= line.assumed.keys() for line in lines)
    if says_nothing or _is_line(bare, clues) or any(part.like is not None for part in parts):
        return told
    starts = [sum(part.times for part in parts[:at]) for at in range(len(parts))]
    written = [_write(part, lines[start], clues) for part, start in zip(parts, starts, strict=True)]
    short = " puis ".join(written)
    return " ".join([short, *_TAG.findall(told)]) if _reads_alike(short, lines, clues) else told


def _reads_alike(text: str, lines: list[Line], clues: Clues) -> bool:
    """Return whether a text is read as these lines: the same values, and the same in doubt."""
    try:
        others = read_parts(cut_line(text, clues), {}, clues, Usual())
    except UserError:
        return False
    return [_list_values(line) for line in others] == [_list_values(line) for line in lines]


def _list_values(line: Line) -> tuple[object, ...]:
    values = {element: value for element, value in line.raw.items() if element != "themes"}
    if line.raw.get("activite") != Activite.COLLECTIF:
        values.pop("participants", None)
    return values, sorted(line.raw.get("themes", ())), sorted(line.mistakes)


def _is_line(text: str, clues: Clues) -> bool:
    """Return whether a text is written as a line: an activity first, without a word that says nothing or is a slip."""
    typed = split_line(text)
    pieces = choose_pieces(typed, clues)
    read = {at for piece in pieces for at in range(piece.first, piece.end)}
    small = (token.word for at, token in enumerate(typed.tokens) if at not in read)
    is_plain = all(
        piece.reading and piece.reading.element != NOTHING and piece.reading.cost != GUESS for piece in pieces
    )
    is_parted = any(typed.tokens[one.end - 1].parted and not _are_themes(one, other) for one, other in pairwise(pieces))
    numbered = bool(pieces and pieces[0].reading and pieces[0].reading.element == BARE_NUMBER)
    first = [typed.words(piece.first, piece.end) for piece in pieces[: 1 + numbered]][-1:]
    ranks = [
        _ORDER.index(piece.reading.element) for piece in pieces if piece.reading and piece.reading.element in _ORDER
    ]
    return (
        is_plain
        and not is_parted
        and ranks == sorted(ranks)
        and _PLURALS.issuperset(first)
        and _LINKS.issuperset(small)
    )


def _are_themes(*pieces: LinePiece) -> bool:
    return all(piece.reading is not None and piece.reading.element == "themes" for piece in pieces)


def _write(part: LinePart, line: Line, clues: Clues) -> str:
    """Write the line of a part, in the order that the help shows."""
    typed = split_line(part.text)
    pieces = choose_pieces(typed, clues)
    return " ".join(text for text in _list_words(part, line, _gather(typed, pieces, line), clues.today) if text)


def _gather(typed: TypedLine, pieces: list[LinePiece], line: Line) -> Said:
    """Gather what was typed for each element, themes that do not count left out."""
    said: dict[str, list[str]] = {}
    themes = line.raw.get("themes", ())
    for piece in pieces:
        reading = piece.reading
        if reading and (reading.element != "themes" or reading.value in themes or "themes" in line.mistakes):
            text = reading.value if reading.element == "duree" else typed.as_typed(piece.first, piece.end)
            said.setdefault(reading.element, []).append(text)
    return said


def _list_words(part: LinePart, line: Line, said: Said, today: date) -> Iterator[str]:
    raw = {element: value for element, value in line.raw.items() if element not in line.assumed}
    kind = _KINDS[Activite(line.raw["activite"])] if "activite" in line.raw else ""
    yield f"{part.times} {kind}s" if part.times > 1 else kind
    yield f"{raw['participants']}p" if kind == _KINDS[Activite.COLLECTIF] and "participants" in raw else ""
    yield _WORDS["canal"].get(raw.get("canal", ""), "")
    yield " ".join(_write_minutes(int(minutes)) for minutes in said.get("duree", ()))
    yield " ".join(said.get("themes", ()))
    yield _write_place(raw.get("commune", ""), line, said)
    yield _write_day(date.fromisoformat(raw["date"]), said, today) if "date" in raw else " ".join(said.get("date", ()))
    yield raw.get("age", "")
    yield _WORDS["statut"].get(raw.get("statut", ""), "")
    for element in ("recurrents", "suite"):
        yield " ".join(said.get(element, ()))


def _write_minutes(minutes: int) -> str:
    """Write a duration: 90 is « 1h30 », 45 « 45min »."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h{rest:02d}" if rest else f"{hours}h") if hours else f"{minutes}min"


def _write_place(label: str, line: Line, said: Said) -> str:
    """Write a commune by its postcode where that was typed, by its name otherwise."""
    typed = " ".join(said.get("commune", ()))
    if not label or "commune" in line.mistakes:
        return typed
    code, _, name = label.partition(" ")
    return code if has_code(typed) else name


def _write_day(day: date, said: Said, today: date) -> str:
    """Write a day by its name where that was typed, or as near as it is."""
    named = [name for name in fold(" ".join(said.get("date", ()))).split() if name in WEEKDAYS]
    near = next((word for days, word in _DAYS.items() if day == today - timedelta(days=days)), f"{day:%d/%m}")
    return named[0] if named else near
