"""The shortest line that says what a told report says: « hier j’ai fait un atelier mail, ils étaient neuf » is
`atelier 9p mail hier`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from bot.capabilities import OLDEST
from bot.errors import UserError
from bot.forms import Clues
from bot.french import write_minutes
from bot.people import make_nobody
from config.text import fold, make_plain
from config.themes import find_theme
from config.time import WEEKDAYS
from dialogs.cra.line import Line
from dialogs.cra.line.batch import Like, LinePart, cut_line, read_parts
from dialogs.cra.line.parser import LinePiece, TypedLine, choose_pieces, split_line
from dialogs.cra.line.readers import BARE_NUMBER, GUESS, NOTHING, SpanReading, has_code, name_theme
from dialogs.rdv.recurrence import find_rule
from storage.communes import find_place_exactly, reduce_name
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
        Statut.ETUDIANT: "étudiant",
    },
}
_TAG = re.compile(r"#[\w-]+")
_LINKS = frozenset(("de", "d", "et", "a", "puis"))
"""Small words of a line that is written as one: « 3 individuels de 30 min »."""
_SLOPPY = re.compile(r"\d ?mn\b|\b(?:auj|ajd|aprem|de (?!\d))|\bd['’]")
"""Abbreviations and small words that no line is written with: « 10 mn », « atelier de lundi »."""
_DAYS = {0: "aujourd’hui", 1: "hier", 2: "avant-hier"}
_ORDER = ("activite", "participants", "canal", "duree", "themes", "commune", "date", "age", "statut")
"""The order in which the help shows what a line says."""
_PLURALS = frozenset((*_KINDS.values(), *(f"{kind}s" for kind in _KINDS.values())))

Said = Mapping[str, list[str]]
"""What was typed for each element of the form; of durations, their minutes."""


def shorten_command(line: str, today: date, departements: Sequence[str] = ()) -> str:
    """Shorten a `/cra` command line of somebody who works in these départements; what comes back each week is told
    after its day."""
    command, _, told = line.partition(" ")
    clues = Clues(make_nobody().copy_with(departements=list(departements)), today, OLDEST)
    rule = find_rule(make_plain(told), today)
    if not told or (rule and len(rule[1]) > 1):
        return line
    if rule:
        start, end = rule[1][0]
        rest = " ".join(f"{told[:start]} {told[end:]}".split())
        return f"{command} {told[start:end]} {shorten(rest, clues, is_weekly=True)}"
    return f"{command} {shorten(told, clues)}"


def shorten(told: str, clues: Clues, *, is_weekly: bool = False) -> str:
    """Return the shortest line that is read as a told report, or as several; what is told where that is a line
    already or would not be read alike. Of what comes back each week the themes stand before the numbers."""
    bare = " ".join(_TAG.sub(" ", told).split())
    try:
        parts = cut_line(bare, clues)
        lines = read_parts(parts, {}, clues, Usual())
    except UserError:
        return told
    is_like = parts[0].like is not None and len(parts) == 1
    says_nothing = not is_like and all(line.raw.keys() <= line.assumed.keys() for line in lines)
    if says_nothing or _is_line(bare, clues) or (not is_like and any(part.like is not None for part in parts)):
        return told
    starts = [sum(part.times for part in parts[:at]) for at in range(len(parts))]
    written = [_write(part, lines[at], clues, is_weekly=is_weekly) for part, at in zip(parts, starts, strict=True)]
    short = " puis ".join(written)
    return " ".join([short, *_TAG.findall(told)]) if _reads_alike(short, parts, lines, clues) else told


def _reads_alike(text: str, parts: list[LinePart], lines: list[Line], clues: Clues) -> bool:
    """Return whether a text is read as these lines: the same values, the same in doubt, and like the same report."""
    try:
        cut = cut_line(text, clues)
        others = read_parts(cut, {}, clues, Usual())
    except UserError:
        return False
    return [part.like for part in cut] == [part.like for part in parts] and [_list_values(line) for line in others] == [
        _list_values(line) for line in lines
    ]


def _list_values(line: Line) -> tuple[object, ...]:
    values = {element: value for element, value in line.raw.items() if element != "themes"}
    if line.raw.get("activite") != Activite.COLLECTIF:
        values.pop("participants", None)
    if "commune" in line.mistakes:
        values["commune"] = reduce_name(str(values.get("commune", "")))
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
        and not _SLOPPY.search(text)
        and not any(_name_theme(theme) != theme.lower() for theme in _list_themes(typed, pieces))
        and ranks == sorted(ranks)
        and _PLURALS.issuperset(first)
        and _LINKS.issuperset(small)
    )


def _are_themes(*pieces: LinePiece) -> bool:
    return all(piece.reading is not None and piece.reading.element == "themes" for piece in pieces)


def _write(part: LinePart, line: Line, clues: Clues, *, is_weekly: bool) -> str:
    """Write the line of a part, in the order that the help shows."""
    typed = split_line(part.text)
    pieces = choose_pieces(typed, clues)
    said = _gather(typed, pieces, line)
    if part.like is not None:
        return _write_copy(part, line, said, clues)
    words = list(_list_words(part, line, said, clues))
    if is_weekly:
        words.insert(1, words.pop(THEMES))
    return " ".join(filter(None, words))


THEMES = 4
"""Where the themes stand among the words of a line."""


def _write_copy(part: LinePart, line: Line, said: Said, clues: Clues) -> str:
    """Write which report is copied, with how many people, and what else is other in it."""
    told = replace(line, raw={element: value for element, value in line.raw.items() if element in said})
    people = f"avec {line.raw['participants']} personnes" if "participants" in told.raw else ""
    others = [text for text in _list_words(part, told, said, clues) if text and not _COUNT.fullmatch(text)]
    but = "mais" * (set(said) - {"themes"} != {"date"} or bool(said["themes"]))
    return " ".join(filter(None, (_name_copied(part.like, clues.today), people, but * bool(others), *others)))


def _name_copied(like: Like | None, today: date) -> str:
    """Name the report that is copied: by its day, or by its number; « idem » is the last one."""
    if isinstance(like, date):
        ago = (today - like).days
        near = _DAYS.get(ago, "") if ago else ""  # « comme lundi » on a Monday
        return f"comme {near or (WEEKDAYS[like.weekday()] if ago <= WEEK else f'le {like:%d/%m}')}"
    return f"comme le n° {like}" if isinstance(like, int) else "idem"


_COUNT = re.compile(r"\d{1,4}p")
WEEK = 7
"""Days within which a day is called by its name."""


def _gather(typed: TypedLine, pieces: list[LinePiece], line: Line) -> Said:
    """Gather what was typed for each element, themes by their usual names, those that do not count left out."""
    said: dict[str, list[str]] = {}
    themes = line.raw.get("themes", ())
    for piece in pieces:
        reading = _settle(piece.reading, line)
        if reading and (reading.element != "themes" or reading.value in themes or "themes" in line.mistakes):
            text = typed.as_typed(piece.first, piece.end)
            if reading.element in _AS_READ:
                text = reading.value
            elif reading.element == "themes" and reading.cost == GUESS:
                text = name_theme(text, reading.value)
            said.setdefault(reading.element, []).append(text)
    said["themes"] = _name_themes(said.get("themes", ()))
    return said


def _settle(reading: SpanReading | None, line: Line) -> SpanReading | None:
    """Take a word of two meanings for the theme where the report has that one: « sur son téléphone »."""
    other = reading.other if reading else None
    is_theme = other and other[0] == "themes" and other[1] in line.raw.get("themes", ())
    is_said = reading and "canal" not in line.assumed and reading.value == line.raw.get("canal")
    return SpanReading(*other) if other and is_theme and not is_said else reading


_AS_READ = frozenset(("duree", "commune"))
"""What is taken as the reader has it: in minutes, with the bracket that closes it."""


def _list_themes(typed: TypedLine, pieces: list[LinePiece]) -> list[str]:
    """List the themes of a line as they were typed."""
    read = (piece for piece in pieces if piece.reading and piece.reading.element == "themes")
    return [typed.as_typed(piece.first, piece.end) for piece in read]


_WRAPPING = re.compile(
    r"(?:dossiers?|bo[iî]tes?|d[ée]clarations?|adresses?|recherche|comptes?(?= ameli)|espace(?= france)) "
    r"(?:d['’]|de |du )?",
    re.IGNORECASE,
)
"""Words before the name of a theme: « dossier caf », « boîte mail »."""
_NAMES = {
    **dict.fromkeys(("ordi", "ordis", "ordinateurs"), "ordinateur"),
    **dict.fromkeys(("mails", "courriels", "messagerie", "messagerie electronique", "boite mail", "emails"), "mail"),
    **dict.fromkeys(("pour la retraite", "pour sa retraite", "pour leur retraite"), "dossier retraite"),
    "genealogie sur internet": "généalogie",
    "tablettes": "tablette",
    "smartphones": "smartphone",
}
"""The names of themes that are called in several ways."""
_VAGUE = frozenset(
    (
        *("prise en main", "declaration", "declarations", "demarche", "demarches", "dossier", "dossiers"),
        *("ecole", "college", "lycee", "piece jointe", "pieces jointes", "mission locale"),
    )
)
"""Words of a theme that say nothing beside another word of it: « prise en main ordinateur »."""


def _name_theme(typed: str) -> str:
    """Name a theme in small letters, without the words around it, or by its usual name: « messagerie » is « mail »."""
    bare = _WRAPPING.sub("", typed, count=1) if _WRAPPING.match(typed) else typed
    theme = find_theme(typed)
    named = bare if theme and find_theme(bare) is theme else typed
    return _NAMES.get(fold(named), named).lower()


def _name_themes(typed: Sequence[str]) -> list[str]:
    """Name themes, each once, and vague words only where no other word says the theme."""
    named = list(dict.fromkeys(map(_name_theme, typed)))
    clear = {find_theme(name) for name in named if fold(name) not in _VAGUE}
    return [name for name in named if fold(name) not in _VAGUE or find_theme(name) not in clear]


def _list_words(part: LinePart, line: Line, said: Said, clues: Clues) -> Iterator[str]:
    raw = {element: value for element, value in line.raw.items() if element not in line.assumed or value in _DRAWN}
    kind = _KINDS[Activite(line.raw["activite"])] if "activite" in line.raw else ""
    yield f"{part.times} {kind}s" if part.times > 1 else kind
    yield f"{raw['participants']}p" if kind == _KINDS[Activite.COLLECTIF] and "participants" in raw else ""
    yield _WORDS["canal"].get(raw.get("canal", ""), "")
    yield " ".join(write_minutes(int(minutes)) for minutes in said.get("duree", ()))
    yield " ".join(said.get("themes", ()))
    yield _write_place(raw.get("commune", ""), line, said, clues)
    yield (
        _write_day(date.fromisoformat(raw["date"]), said, clues.today)
        if "date" in raw
        else " ".join(said.get("date", ()))
    )
    who = {"age": raw.get("age", ""), "statut": _WORDS["statut"].get(raw.get("statut", ""), "")}
    yield from (who[element] for element in sorted(who, key=[*said, *who].index))
    for element in ("recurrents", "suite"):
        yield " ".join(said.get(element, ()))


_DRAWN = (Statut.ETUDIANT.value,)
"""What is assumed of words that a short line does not have: « lycéens »."""


def _write_place(label: str, line: Line, said: Said, clues: Clues) -> str:
    """Write a commune by its postcode where that was typed, by its name otherwise, or as typed where its name means
    several; one that was guessed from words by these."""
    typed = " ".join(said.get("commune", ()))
    named = {choice.partition(" ")[2] for choice in line.choices.get("commune", ())}
    if not label or "commune" in line.mistakes:
        is_short = len(named) == 1 and reduce_name(typed) != fold(typed)  # « st nazaire » is several
        return named.pop() if is_short and not has_code(typed) else typed or _write_name(label)
    code, _, name = label.partition(" ")
    if has_code(typed) or not typed:
        return code if typed else name
    former = find_place_exactly(typed, clues.user.departements).place
    if former and former.label == label and reduce_name(typed) != reduce_name(name):
        return typed  # « Oullins », as people go on calling a part of Oullins-Pierre-Bénite
    found = find_place_exactly(name, clues.user.departements).place
    return name if found and found.label == label else typed


def _write_name(text: str) -> str:
    """Write what is to be read as a name so that it is none of the unread words."""
    return f"à {text}" if text[:1].islower() else text


def _write_day(day: date, said: Said, today: date) -> str:
    """Write a day by its name where that was typed, or as near as it is."""
    typed = fold(" ".join(said.get("date", ())))
    named = [name for name in typed.split() if name in WEEKDAYS]
    if named and any(map(str.isdigit, typed)):
        return f"{day:%d/%m}"
    near = next((word for days, word in _DAYS.items() if day == today - timedelta(days=days)), f"{day:%d/%m}")
    return named[0] if named and (today - day).days < WEEK else near  # « lundi dernier » on a Monday
