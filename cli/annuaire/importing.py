"""« coop-bot import contacts »: the lines of a file into the directory, the good ones once, the bad ones explained."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.french.words import NBSP, plural
from cli.noting import note
from cli.politeness import take_turn
from cli.progress import ProgressBar
from cli.tables import BadLineError, Cells
from cli.taking import Complain, take_in
from config.formulas import unguard
from storage.annuaire import contacts
from storage.annuaire.contacts import COLUMNS, TEXT_MAX, Contact, State, key_of
from storage.annuaire.values import read_departement, read_email, read_phone, read_site
from storage.cra import cells
from storage.database import Database
from storage.journal import Act

LINES_AT_ONCE = 200
"""Lines a transaction: on SQLite the bot’s own writers wait while it lasts."""


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
    """One run."""

    database: Database
    now: datetime
    complain: Complain
    outcome: Outcome = field(default_factory=Outcome)

    async def run(self, lines: Iterable[tuple[int, Cells | BadLineError]], progress: ProgressBar) -> Outcome:
        """Take every line; the outcome grows meanwhile."""
        await take_in(self, lines, LINES_AT_ONCE, progress)
        return self.outcome

    def read(self, _: int, line: Cells) -> Contact:
        """A contact."""
        return read(line, self.now)

    def refuse(self, number: int, fault: BadLineError) -> None:
        """One more that can’t be taken."""
        self.outcome.refused += 1
        self.complain(number, str(fault))

    async def store(self, batch: Sequence[tuple[int, Contact]]) -> None:
        """Those that say something new; of two about the same contact the last one counts."""
        said = {contact.key: contact for _, contact in batch}
        async with take_turn(self.database) as db:
            known, written = await contacts.by_keys(db, list(said)), list[str]()
            for key, contact in said.items():
                before = known.get(key)
                # What animateurs took out stays out, unless its line says something new.
                if before and before.state is not State.PROPOSED and before.says == contact.says:
                    self.outcome.same += 1
                    continue
                await contacts.write(db, contact)
                written.append(key)
                self.outcome.changed += before is not None
                self.outcome.added += before is None
            if written:
                await note(db, Act.IMPORT, "import:contacts", self.now, contacts=written)


def read(line: Cells, now: datetime) -> Contact:
    """The contact of a line. Raises BadLineError for one that says none."""
    said: dict[str, Any] = {name: _read(name, line.get(name, "")) for name in COLUMNS}
    if not said["nom"] and not said["organisme"]:
        raise BadLineError("nom ou organisme : l’un des deux au moins est à remplir.")
    key = key_of(said["nom"], said["organisme"], said["departement"])
    return Contact(key=key, state=State.PUBLISHED, changed_at=now, **said)


def _read(name: str, cell: str) -> str:
    try:
        text = cells.line(" ".join(unguard(cell).split()))
        return READERS[name](text) if text else ""
    except ValueError as fault:
        raise BadLineError(f"{name} : {fault}") from None


def _name(text: str) -> str:
    if len(text) > TEXT_MAX:
        raise ValueError(f"{TEXT_MAX} caractères au plus.")
    return text


READERS: Mapping[str, Callable[[str], str]] = {
    "nom": _name,
    "organisme": _name,
    "fonction": _name,
    "email": read_email,
    "telephone": read_phone,
    "site": read_site,
    "departement": read_departement,
}
