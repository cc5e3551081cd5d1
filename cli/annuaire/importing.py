"""« coop-bot import contacts »: the lines of a file into the directory, the good ones once, the bad ones explained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.french.words import NBSP, plural
from cli.csvfile import CsvFile
from storage.annuaire import contacts
from storage.annuaire.contacts import COLUMNS, TEXT_MAX, Contact, State, key_of
from storage.annuaire.values import read_departement, read_email, read_phone, read_site
from storage.database import Database

LINES_AT_ONCE = 200
"""Lines a transaction: on SQLite the bot’s own writers wait while it lasts."""
READERS: Mapping[str, Callable[[str], str]] = {
    "email": read_email,
    "telephone": read_phone,
    "site": read_site,
    "departement": read_departement,
}


@dataclass(slots=True)
class Outcome:
    """How many lines were added, changed what was there, changed nothing, and were refused."""

    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0

    def __str__(self) -> str:
        counts = ((self.added, "ajouté"), (self.changed, "changé"), (self.same, "inchangé"), (self.refused, "refusé"))
        said = ", ".join(plural(count, word).replace(NBSP, " ") for count, word in counts)
        return f"{said}." if self.added or self.changed or self.refused else f"{said}. Rien à changer."


@dataclass(slots=True)
class Import:
    """One run. ``complain`` takes a line’s number and what is wrong with it."""

    database: Database
    now: datetime
    complain: Callable[[int, str], None]
    outcome: Outcome = field(default_factory=Outcome)

    async def run(self, lines: CsvFile) -> Outcome:
        """Take every line; of two about the same contact the last one counts."""
        batch: dict[str, Contact] = {}
        for number, cells in lines:
            try:
                contact = read(cells, self.now)
            except ValueError as fault:
                self.outcome.refused += 1
                self.complain(number, str(fault))
                continue
            batch[contact.key] = contact
            if len(batch) >= LINES_AT_ONCE:
                await self._store(batch)
                batch = {}
        await self._store(batch)
        return self.outcome

    async def _store(self, batch: Mapping[str, Contact]) -> None:
        if not batch:
            return
        async with self.database.transaction() as db:
            known = await contacts.by_keys(db, list(batch))
            for key, contact in batch.items():
                before = known.get(key)
                # What animateurs took out stays out, unless its line says something new.
                if before and before.state is not State.PROPOSED and before.says == contact.says:
                    self.outcome.same += 1
                    continue
                await contacts.write(db, contact)
                self.outcome.changed += before is not None
                self.outcome.added += before is None


def read(cells: Mapping[str, str] | None, now: datetime) -> Contact:
    """The contact of a line. Raises ValueError with a French sentence for one that says none."""
    if cells is None:
        raise ValueError("la ligne ne se lit pas : guillemets, nombre ou longueur des cellules, ou texte non UTF-8.")
    said: dict[str, Any] = {name: " ".join(cells.get(name, "").split()) for name in COLUMNS}
    for name, reader in READERS.items():
        said[name] = _read(name, said[name], reader) if said[name] else ""
    if long := [name for name in ("nom", "organisme", "fonction") if len(said[name]) > TEXT_MAX]:
        raise ValueError(f"{long[0]} : {TEXT_MAX} caractères au plus.")
    if not said["nom"] and not said["organisme"]:
        raise ValueError("nom ou organisme : l’un des deux au moins est à remplir.")
    key = key_of(said["nom"], said["organisme"], said["departement"])
    return Contact(key=key, state=State.PUBLISHED, changed_at=now, **said)


def _read(name: str, text: str, reader: Callable[[str], str]) -> str:
    try:
        return reader(text)
    except ValueError as fault:
        raise ValueError(f"{name} : {fault}") from None
