"""« coop-bot search people » and « import contacts »: the directory, from a terminal."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from cli import tables
from cli.command import Call
from cli.environment import open_to_read
from cli.journal import note
from cli.people.lookup import refuse_name
from cli.terminal import count, make_table, write
from storage import people
from storage.annuaire import NETWORK, AnyPerson, DirectoryHit, entries, read_index
from storage.annuaire.phones import read_phone
from storage.database import Database
from storage.journal import AuditAct
from storage.people import Person, Role, register

HEADINGS = ("score", "nom", "utilisateur", "rôle", "département")


async def search_people(call: Call, query: str, username: str, as_json: bool) -> None:
    """Print the people whom somebody would find, best first."""
    async with open_to_read(call.settings) as db:
        viewer = await find_viewer(db, username)
        today = viewer.today(call.clock())
        is_open = viewer.may(NETWORK) and not viewer.has_left(today)
        index = await read_index(db, today, awaited=True)
        hits = index.search(viewer, query) if is_open else []
    if not is_open:
        print(f"L’annuaire n’est pas ouvert à @{viewer.username} : son rôle ne le permet pas.", file=sys.stderr)
    found = [_as_object(hit, hit.entry.person) for hit in hits if hit.entry.person]
    rows = [_as_row(person, str(hit.score)) for hit in hits if (person := hit.entry.person)]
    table = make_table(HEADINGS, rows, f"{count(len(rows), 'personne')}.")
    write(found, table, as_json=as_json)


async def import_contacts(call: Call, file: str, *, dry_run: bool = False) -> int:
    """Import a file of contacts; return 1 if a line was refused, else 0."""
    async with tables.open_to_import(call.settings, dry_run=dry_run) as database:
        with tables.open_table(file, entries.COLUMNS, [{"nom"}, {"organisme"}]) as table:
            outcome = ContactsOutcome(announces=tables.announce if dry_run else None)
            work = ContactsImport(database, call.clock(), tables.complain, outcome)
            await work.run(table, tables.show_progress())
    print(outcome)
    return 1 if outcome.refused else 0


async def find_viewer(db: AsyncSession, username: str) -> Person:
    """Find who searches: in the register, or else among announced people. Their role may be the last that Mattermost
    told.

    Raises OperatorError for an unknown name.
    """
    person = await people.by_username(db, username)
    if person is None and (line := await register.find_awaited(db, username)) is not None:
        person = register.fill_from_awaited(Person(id="", username=username, since=line.imported_at), line)
    if person is None:
        raise refuse_name(username)
    return person.copy_with(role=person.role or person.derived_role or _unknown(person))


def _unknown(person: Person) -> Role | None:
    """Guess the role of somebody without one: announced people will be conseillers by their address; others have
    none."""
    return None if person.id else Role.CONSEILLER


def _as_object(hit: DirectoryHit, person: AnyPerson) -> dict[str, object]:
    """Describe a person as in docs/wire.md."""
    return {
        "id": person.id,
        "username": person.username,
        "nom": person.full_name,
        "role": person.role.value if person.role else None,
        "departement": person.departement,
        "score": hit.score,
    }


def _as_row(person: AnyPerson, score: str) -> Sequence[str]:
    role = person.role.value if person.role else "—"
    return score, person.full_name, f"@{person.username}", role, person.departement or "—"


class ContactsOutcome(tables.LineCounts):
    """The counts of an import of contacts."""

    def __str__(self) -> str:
        counts = ((self.added, "ajouté"), (self.changed, "changé"), (self.same, "inchangé"), (self.refused, "refusé"))
        return tables.sum_up(*counts, is_news=self.added or self.changed or self.refused)


@dataclass(slots=True)
class ContactsImport(tables.LineImport[entries.Contact, ContactsOutcome]):
    """An import of contacts."""

    database: Database
    now: datetime
    complain: tables.Complain
    outcome: ContactsOutcome = field(default_factory=ContactsOutcome)

    def read(self, number: int, line: tables.Cells) -> entries.Contact:
        """Read a line as a contact. Raises BadLineError."""
        return read_contact(line, self.now)

    async def store(self, batch: Sequence[tuple[int, entries.Contact]]) -> None:
        """Store the contacts that changed; of two lines about one contact the last wins."""
        said = {contact.key: (number, contact) for number, contact in batch}
        async with tables.take_turn(self.database) as db:
            known, written = await entries.find_contacts(db, list(said)), list[str]()
            for key, (number, contact) in said.items():
                before = known.get(key)
                # What animateurs took out stays out, unless its line says something new.
                if before and before.state is not entries.ContactState.PROPOSED and before.says == contact.says:
                    self.outcome.same += 1
                    continue
                columns = tables.list_differing(before, contact, entries.COLUMNS) if before else []
                about = contact.nom or contact.organisme
                await entries.save_contact(db, contact)
                written.append(key)
                self.outcome.note(number, "changed" if before else "added", about, columns)
            if written:
                await note(db, AuditAct.IMPORT, "import:contacts", self.now, contacts=written)


def read_contact(line: tables.Cells, now: datetime) -> entries.Contact:
    """Read the contact of a line. Raises BadLineError that names every fault."""
    said, faults = tables.read_columns(line, READERS)
    if said.get("nom") == said.get("organisme") == "":
        faults.append("nom ou organisme : l’un des deux au moins est à remplir.")
    tables.refuse_faults(faults)
    key = entries.make_key(said["nom"], said["organisme"], said["departement"])
    return entries.Contact(key=key, state=entries.ContactState.PUBLISHED, changed_at=now, **said)


def _name(text: str) -> str:
    if len(text) > entries.TEXT_MAX:
        raise ValueError(f"{entries.TEXT_MAX} caractères au plus.")
    return text


READERS: Mapping[str, tables.CellReader] = {
    "nom": _name,
    "organisme": _name,
    "fonction": _name,
    "email": tables.read_if_filled(entries.read_email, ""),
    "telephone": tables.read_if_filled(read_phone, ""),
    "site": tables.read_if_filled(entries.read_site, ""),
    "departement": tables.read_if_filled(entries.read_departement, ""),
}
