"""A report as one line of a file, JSON or CSV (docs/wire.md): written, and read value by value, or why it cannot be."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from config import time
from config.text import fold, guard, unguard
from config.themes import THEMES, from_bits
from storage.communes import CommunePlace, find_place, get_commune
from storage.cra.report import AGES, STATUTS, SUITES, Activite, Age, Canal, Report, Source, Statut, Suite
from storage.cra.tags import NAME_MAX, REPORT_MAX

Row = dict[str, Any]
Stored = Mapping[str, Any]

COUNTS: dict[str, Mapping[str, str]] = {
    "ages": {code: f"age_{code}" for code in AGES},
    "statuts": {code: f"statut_{code}" for code in STATUTS},
    "suite": {code: f"suite_{code}" for code in SUITES},
}
"""For each key that holds counts by code, the CSV column of each code."""


def format_instant(moment: datetime | None) -> str | None:
    """Write a moment as ISO 8601 in UTC, with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _say_commune(stored: Stored) -> str:
    commune = get_commune(stored["commune"])
    return commune.nom if commune else ""


def _count_codes(columns: Mapping[Any, str]) -> Callable[[Stored], dict[str, int]]:
    return lambda stored: {str(code): stored[column] for code, column in columns.items() if stored[column]}


_WRITERS: Mapping[str, Callable[[Stored], Any]] = {
    "numero": itemgetter("id"),
    "auteur": itemgetter("username"),
    "date": lambda stored: stored["date"].isoformat(),
    "canal": lambda stored: str(stored["canal"]),
    "code_commune": itemgetter("commune"),
    "commune": _say_commune,
    **{name: itemgetter(name) for name in ("code_postal", "departement", "structure", "departement_structure")},
    "activite": lambda stored: str(stored["activite"]),
    **{name: itemgetter(name) for name in ("participants", "recurrents")},
    "ages": _count_codes(AGES),
    "statuts": _count_codes(STATUTS),
    "themes": lambda stored: list(from_bits(stored["themes"])),
    "minutes": itemgetter("minutes"),
    "suite": _count_codes(SUITES),
    "source": lambda stored: str(stored["source"]),
    "cree": lambda stored: format_instant(stored["created_at"]),
    "modifie": lambda stored: format_instant(stored["modified_at"]),
    "supprime": lambda stored: format_instant(stored["deleted_at"]),
}
LINE_COLUMNS = tuple(_WRITERS)
"""The keys of a JSON line, in their order."""
CSV_COLUMNS: tuple[str, ...] = tuple(
    column for name in LINE_COLUMNS for column in (COUNTS[name].values() if name in COUNTS else (name,))
)
TAGS = "etiquettes"
"""The key of the tags of a report, and the column: only where there are some."""
JOINED_BY = "|"


def make_line(stored: Stored) -> Row:
    """Make a line of an export from a row, its author’s user name, and its tags."""
    tags = {TAGS: list(stored["tags"])} if stored.get("tags") else {}
    return {name: write(stored) for name, write in _WRITERS.items()} | tags


def format_cells(line: Row) -> list[str]:
    """Write a line of an export as the cells of a CSV, in the order of CSV_COLUMNS, its tags last."""
    cells = [cell for name in LINE_COLUMNS for cell in _format_value(name, line[name])]
    return [*cells, JOINED_BY.join(line.get(TAGS, ()))]


def _format_value(name: str, value: Any) -> Iterable[str]:
    if name in COUNTS:
        return (str(value.get(code, 0)) for code in COUNTS[name])
    if name == "themes":
        return (JOINED_BY.join(value),)
    return ("" if value is None else guard(str(value)),)


def parse_cells(line: Mapping[str, str]) -> Row:
    """Read the cells of a CSV by their columns, as a JSON line would say them; an empty cell is null."""
    values = {column: unguard(cell).strip() or None for column, cell in line.items()}
    counts: Row = {}
    for name, columns in COUNTS.items():
        told = {code: values.pop(column) for code, column in columns.items() if column in values}
        counts[name] = {code: value for code, value in told.items() if value}
    return values | counts


E = TypeVar("E", bound=StrEnum)

NUMBER_MAX = 2_000_000_000
_COUNT_MAX = 1000
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Invisible characters, and those that change the direction of text, which could disguise a name."""
_USERNAME = re.compile(r"[a-z0-9.\-_]{1,64}")


def read_text(value: Any) -> str | None:
    """Read one line of text; None where it is empty."""
    if value is None:
        return None
    if isinstance(value, (dict, list, bool)):
        raise ValueError("un texte est attendu")
    text = str(value).strip()
    if "\ufffd" in text:
        raise ValueError("des caractères sont illisibles, enregistrez le fichier en UTF-8")
    if _INVISIBLE.search(text):
        raise ValueError("des caractères invisibles sont à retirer")
    return text or None


def read_needed_text(value: Any) -> str:
    """Read one line of text. Raises ValueError where it is empty."""
    text = read_text(value)
    if text is None:
        raise ValueError("la valeur manque")
    return text


def make_text_reader(length: int) -> Callable[[Any], str | None]:
    """Make a reader of an optional line of text of at most so many characters."""

    def read(value: Any) -> str | None:
        text = read_text(value)
        if text and len(text) > length:
            raise ValueError(f"{length} caractères au plus")
        return text

    return read


def read_username(value: Any) -> str:
    """Read a user name of Mattermost, with or without its @."""
    name = read_needed_text(value).removeprefix("@").lower()
    if not _USERNAME.fullmatch(name):
        raise ValueError("ce n’est pas un nom d’utilisateur Mattermost")
    return name


def make_code_reader(members: type[E]) -> Callable[[Any], E]:
    """Make a reader of one of an enumeration’s codes."""
    known = {member.value: member for member in members}

    def read(value: Any) -> E:
        text = read_needed_text(value)
        if text not in known:
            raise ValueError(f"« {text} » n’est pas un de : {', '.join(known)}")
        return known[text]

    return read


def read_source(value: Any) -> Source:
    """Read the source where it is one of ours; otherwise return that of an import."""
    return Source(value) if isinstance(value, str) and value in set(Source) else Source.IMPORT


def read_whole_number(value: Any) -> int | None:
    """Read a whole number, given as such or as digits."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?[0-9]{1,10}", str(value).strip()):
        raise ValueError("un nombre entier est attendu")
    return int(value)


def read_count(value: Any) -> int | None:
    """Read a whole number in the range of counts."""
    number = read_whole_number(value)
    if number is not None and abs(number) > _COUNT_MAX:
        raise ValueError("ce nombre est trop grand")
    return number


def read_duration(value: Any) -> int:
    """Read a duration, which must be given."""
    number = read_count(value)
    if number is None:
        raise ValueError("la valeur manque")
    return number


def read_number(value: Any) -> int | None:
    """Read the number of a compte rendu; a huge one would leave none for those to come."""
    number = read_whole_number(value)
    if number is not None and not 1 <= number <= NUMBER_MAX:
        raise ValueError("un numéro positif est attendu")
    return number


def make_counts_reader(members: type[E]) -> Callable[[Any], dict[E, int]]:
    """Make a reader of persons by code, without the codes of nobody."""
    known = {member.value: member for member in members}

    def read(value: Any) -> dict[E, int]:
        if not isinstance(value, (Mapping, type(None))):
            raise ValueError("des nombres par code sont attendus")
        counts = {str(code): read_count(number) for code, number in (value or {}).items()}
        if unknown := counts.keys() - known.keys():
            raise ValueError(f"« {min(unknown)} » n’est pas un de : {', '.join(known)}")
        return {known[code]: number for code, number in counts.items() if number}

    return read


def _split_list(value: Any, what: str) -> list[Any]:
    """Return what a list or joined text has, of which ``what`` is the plural."""
    if not isinstance(value, (list, str, type(None))):
        raise ValueError(f"une liste de {what} est attendue")
    return value if isinstance(value, list) else (value or "").split(JOINED_BY)


def read_themes(value: Any) -> tuple[str, ...]:
    """Read codes of themes, as a list or joined."""
    codes = tuple(code for item in _split_list(value, "codes") if (code := read_text(item)))
    if unknown := [code for code in codes if code not in THEMES]:
        raise ValueError(f"« {unknown[0]} » n’est pas un code de thème")
    if len(set(codes)) < len(codes):
        raise ValueError("un thème est indiqué deux fois")
    return codes


_TAG = re.compile(r"[^\W_][\w-]*")


def read_tags(value: Any) -> tuple[str, ...]:
    """Read the names of tags, as a list or joined, each once."""
    texts = (read_text(item) or "" for item in _split_list(value, "mots"))
    names = {fold(name): name for text in texts if (name := text.removeprefix("#").lower())}
    for name in names.values():
        if not _TAG.fullmatch(name) or len(name) > NAME_MAX or not any(sign.isalpha() for sign in name):
            raise ValueError(f"« {name[:NAME_MAX]} » n’est pas une étiquette, un mot de {NAME_MAX} caractères au plus")
    if len(names) > REPORT_MAX:
        raise ValueError(f"un compte rendu en a {REPORT_MAX} au plus")
    return tuple(names.values())


def read_day(value: Any) -> date:
    """Read a date, ISO or as a French spreadsheet rewrites it."""
    return time.read_day(read_needed_text(value))


def read_instant(value: Any) -> datetime | None:
    """Read a moment; one without a zone is taken as UTC."""
    text = read_text(value)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"« {text} » n’est pas un instant (2026-09-12T14:30:00Z)") from None


NEEDED = ("auteur", "date", "canal", "activite", "themes", "minutes")
"""The columns that every file must have, besides one of ``PLACE_COLUMNS``."""
PLACE_COLUMNS = ("code_commune", "commune", "code_postal")


class BadLineError(ValueError):
    """A line of a file is refused; the text, in French, says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEntry:
    """A compte rendu read from a file, its author only a name so far; what the file does not say is None.

    ``tells_structure``: an export says the structure at that date, also when there was none.
    """

    auteur: str
    report: Report
    numero: int | None = None
    structure: str | None = None
    departement_structure: str | None = None
    tells_structure: bool = False
    source: Source = Source.IMPORT
    cree: datetime | None = None
    modifie: datetime | None = None
    supprime: datetime | None = None
    etiquettes: tuple[str, ...] = ()

    @property
    def was_exported(self) -> bool:
        """Tell whether the line has a number and a birth, which identify one compte rendu in any installation."""
        return self.numero is not None and self.cree is not None


def read_entry(row: Row) -> ReportEntry:
    """Read the line as values. Raises BadLineError that names every fault."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for name, reader in _READERS.items():
        try:
            values[name] = reader(row.get(name))
        except ValueError as fault:
            faults.append(f"{name} : {fault}")
    try:
        place = _find_place(*_named_place(row))
    except ValueError as fault:
        faults.append(str(fault))
    if faults:
        raise BadLineError(" ; ".join(faults))
    values["tells_structure"] = _tells_structure(row)
    return _make_entry(values, place)


def _tells_structure(row: Row) -> bool:
    return {"structure", "departement_structure"} <= row.keys() and bool(row.get("numero") and row.get("cree"))


def _make_entry(values: dict[str, Any], place: CommunePlace) -> ReportEntry:
    if values["participants"] is None and values["activite"] is not Activite.COLLECTIF:
        values["participants"] = 1
    names = ("date", "canal", "activite", "participants", "recurrents", "ages", "statuts", "themes", "minutes", "suite")
    report = Report(
        commune=place.commune.code,
        code_postal=place.code_postal,
        departement=place.commune.departement,
        **{name: values.pop(name) for name in names},
    )
    return ReportEntry(report=report, **values)


def _named_place(row: Row) -> tuple[str, str, str]:
    """Read the INSEE code, name and postcode as written; spreadsheets drop the zero at the head of a code."""
    code, name, code_postal = (read_text(row.get(column)) or "" for column in PLACE_COLUMNS)
    return code.zfill(5) if code else "", name, code_postal.zfill(5) if code_postal else ""


@lru_cache(maxsize=4096)
def _find_place(code: str, name: str, code_postal: str) -> CommunePlace:
    """Find the commune of an INSEE code, else the one that a name and a postcode mean together."""
    commune = get_commune(code.upper()) if code else None
    if commune is None:
        found = find_place(f"{code_postal} {name}".strip() or code).place
        if found is None:
            raise ValueError(_say_unknown_place(code, name, code_postal))
        return found
    if name and not _is_named(code, name, commune.nom):
        raise ValueError(f"code_commune : {code} est le code de {commune.nom}, pas de {name}")
    if code_postal and code_postal not in commune.codes_postaux:
        known = ", ".join(commune.codes_postaux) or "aucun"
        raise ValueError(f"code_postal : {code_postal} n’est pas un code postal de {commune.nom} ({known})")
    return CommunePlace(commune, code_postal or next(iter(commune.codes_postaux), ""))


def _is_named(code: str, name: str, today: str) -> bool:
    """Tell whether a name is the commune’s, present or former."""
    if fold(name) == fold(today):
        return True
    found = find_place(name)
    return code.upper() in {place.commune.code for place in (*found.choices, *([found.place] if found.place else []))}


def _say_unknown_place(code: str, name: str, code_postal: str) -> str:
    if not (code or name or code_postal):
        return "code_commune : indiquez le code INSEE de la commune, ou son nom et son code postal"
    said = " ".join(part for part in (code, code_postal, name) if part)
    return f"code_commune : {said} ne désigne aucune commune à coup sûr, indiquez son code INSEE"


_READERS: dict[str, Callable[[Any], Any]] = {
    "auteur": read_username,
    "date": read_day,
    "canal": make_code_reader(Canal),
    "activite": make_code_reader(Activite),
    "participants": read_count,
    "recurrents": read_count,
    "ages": make_counts_reader(Age),
    "statuts": make_counts_reader(Statut),
    "themes": read_themes,
    "minutes": read_duration,
    "suite": make_counts_reader(Suite),
    "numero": read_number,
    "structure": make_text_reader(200),
    "departement_structure": make_text_reader(3),
    "source": read_source,
    "cree": read_instant,
    "modifie": read_instant,
    "supprime": read_instant,
    TAGS: read_tags,
}
