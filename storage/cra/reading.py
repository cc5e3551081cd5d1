"""Reading one line of a file as a compte rendu: each value in its own type, or a sentence on what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from config.folding import fold
from storage.communes import Place, by_code, find
from storage.cra import cells
from storage.cra.rows import Row
from storage.cra.values import Activite, Age, Canal, Report, Source, Statut, Suite

NEEDED = ("auteur", "date", "canal", "activite", "themes", "minutes")
"""The columns without which no line can be taken; so is one of PLACE."""
PLACE_COLUMNS = ("code_commune", "commune", "code_postal")


class RowError(Exception):
    """A line that can’t be taken; the text, in French, says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A compte rendu read from a file, its author only a name yet; what the file did not say is None.

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

    @property
    def was_exported(self) -> bool:
        """Whether it has a number and a birth, which make it one compte rendu wherever it is."""
        return self.numero is not None and self.cree is not None


def read(row: Row) -> Entry:
    """The line as values; raises RowError with everything that is wrong in it."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for name, reader in _READERS.items():
        try:
            values[name] = reader(row.get(name))
        except ValueError as fault:
            faults.append(f"{name} : {fault}")
    try:
        place = _place(*_named_place(row))
    except ValueError as fault:
        faults.append(str(fault))
    if faults:
        raise RowError(" ; ".join(faults))
    values["tells_structure"] = _tells_structure(row)
    return _entry(values, place)


def _tells_structure(row: Row) -> bool:
    return {"structure", "departement_structure"} <= row.keys() and bool(row.get("numero") and row.get("cree"))


def _entry(values: dict[str, Any], place: Place) -> Entry:
    if values["participants"] is None and values["activite"] is not Activite.COLLECTIF:
        values["participants"] = 1
    names = ("date", "canal", "activite", "participants", "recurrents", "ages", "statuts", "themes", "minutes", "suite")
    report = Report(
        commune=place.commune.code,
        code_postal=place.code_postal,
        departement=place.commune.departement,
        **{name: values.pop(name) for name in names},
    )
    return Entry(report=report, **values)


def _named_place(row: Row) -> tuple[str, str, str]:
    """INSEE code, name and postcode as written; spreadsheets drop the zero at the head of a code."""
    code, name, code_postal = (cells.line(row.get(column)) or "" for column in PLACE_COLUMNS)
    return code.zfill(5) if code else "", name, code_postal.zfill(5) if code_postal else ""


@lru_cache(maxsize=4096)
def _place(code: str, name: str, code_postal: str) -> Place:
    """The commune of that INSEE code, else the one that name and postcode mean together."""
    commune = by_code(code.upper()) if code else None
    if commune is None:
        found = find(f"{code_postal} {name}".strip() or code).place
        if found is None:
            raise ValueError(_unknown_place(code, name, code_postal))
        return found
    if name and not _is_named(code, name, commune.nom):
        raise ValueError(f"code_commune : {code} est le code de {commune.nom}, pas de {name}")
    if code_postal and code_postal not in commune.codes_postaux:
        known = ", ".join(commune.codes_postaux) or "aucun"
        raise ValueError(f"code_postal : {code_postal} n’est pas un code postal de {commune.nom} ({known})")
    return Place(commune, code_postal or next(iter(commune.codes_postaux), ""))


def _is_named(code: str, name: str, today: str) -> bool:
    """Whether the name is the commune’s, or one that it bore."""
    if fold(name) == fold(today):
        return True
    found = find(name)
    return code.upper() in {place.commune.code for place in (*found.choices, *([found.place] if found.place else []))}


def _unknown_place(code: str, name: str, code_postal: str) -> str:
    if not (code or name or code_postal):
        return "code_commune : indiquez le code INSEE de la commune, ou son nom et son code postal"
    said = " ".join(part for part in (code, code_postal, name) if part)
    return f"code_commune : {said} ne désigne aucune commune à coup sûr, indiquez son code INSEE"


_READERS: dict[str, Callable[[Any], Any]] = {
    "auteur": cells.username,
    "date": cells.day,
    "canal": cells.code_of(Canal),
    "activite": cells.code_of(Activite),
    "participants": cells.small,
    "recurrents": cells.small,
    "ages": cells.counts_by(Age),
    "statuts": cells.counts_by(Statut),
    "themes": cells.themes,
    "minutes": cells.minutes,
    "suite": cells.counts_by(Suite),
    "numero": cells.numero,
    "structure": cells.at_most(200),
    "departement_structure": cells.at_most(3),
    "source": cells.source,
    "cree": cells.instant,
    "modifie": cells.instant,
    "supprime": cells.instant,
}
