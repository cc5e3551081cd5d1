"""« import people », « import structures » and « export people » with a real database and the standard streams."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TextIO

from bot.clock import utc_now
from cli import tables
from cli.checks import check_paths, open_chat
from cli.command import Call
from cli.delivery import Pen
from cli.environment import open_up_to_date
from cli.journal import note
from cli.people.imports import Accounts, Memberships, OnceImport, PeopleImport, PeopleOutcome
from cli.people.lines import COLUMNS, NAMED_BY, STRUCTURE_COLUMNS, read_structure, write_cells
from cli.terminal import begin_csv, count, open_standard_output
from commands.membres.members import feature
from config.settings import Settings
from storage import journal, people
from storage.canaux import MembershipRules, list_allowances, list_planned
from storage.database import Database
from storage.journal import AuditAct
from storage.people import Structure, arrivals, register

QUIET = (
    "Première importation : personne n’est prévenu de son rôle. Quand le bot est prêt, « /membres accueils » accueille "
    "chacun ; « --notify oui » prévient dès maintenant."
)


TOLD_ONE = "Le bot prévient 1 personne de son rôle."


async def import_people(call: Call, file: str, notify: str | None = None, *, dry_run: bool = False) -> int:
    """Import people; return 1 if a line was refused, else 0.

    The first import of an installation tells nobody, since it comes before people see the bot.
    """
    settings, clock = call.settings, call.clock
    async with tables.open_to_import(settings, dry_run=dry_run) as database, open_chat(settings) as chat:
        accounts, memberships = Accounts(chat), await _memberships(settings, database)
        pen = Pen(settings, clock, feature.name)
        is_first = notify is None and await _is_first(database)
        grace, tells = timedelta(days=settings.move_grace), notify == "oui" or not (is_first or notify)
        outcome = PeopleOutcome(announces=tables.announce if dry_run else None)
        work = PeopleImport(database, accounts, clock, tables.complain, grace, memberships, pen, tells, outcome)
        with tables.open_table(file, COLUMNS, [NAMED_BY]) as table:
            await work.run(table, tables.show_progress())
    _tell_missing(table)
    if accounts.is_silent:
        print("Mattermost n’a pas répondu : qui n’est pas au registre attend son compte.", file=sys.stderr)
    print(outcome)
    if dry_run:
        return 1 if outcome.refused else 0
    if memberships.count:
        print(memberships)
    if is_first and outcome.news:
        print(QUIET)
    elif outcome.told:
        print(f"Le bot prévient {count(outcome.told, 'personne')} de leur rôle." if outcome.told > 1 else TOLD_ONE)
    return 1 if outcome.refused else 0


async def import_structures(call: Call, file: str, *, dry_run: bool = False) -> int:
    """Import employers; return 1 if a line was refused, else 0."""
    async with tables.open_to_import(call.settings, dry_run=dry_run) as database:
        with tables.open_table(file, STRUCTURE_COLUMNS, [{"siret"}]) as table:
            outcome = StructuresOutcome(announces=tables.announce if dry_run else None)
            await StructuresImport(database, tables.complain, outcome).run(table, tables.show_progress())
    _tell_missing(table)
    print(outcome)
    return 1 if outcome.refused else 0


async def export_people(call: Call) -> None:
    """Write the register to the standard output, then the waiting lines."""
    async with open_up_to_date(call.settings) as database:
        await write_people(database, open_standard_output())


async def write_people(database: Database, out: TextIO) -> None:
    """Write people as CSV by user name, then the waiting lines."""
    write = begin_csv(out, COLUMNS)
    async with database.transaction(writes=False) as db:
        async for page in people.pages(db):
            for person in page:
                write(write_cells(person))
        for awaited in await register.every_awaited(db):
            write(write_cells(awaited))


async def _is_first(database: Database) -> bool:
    """Return whether nothing was imported before, and nobody welcomed."""
    async with database.transaction(writes=False) as db:
        imported = await journal.list_of_things(db, ["import:people"])
        return not (imported or await arrivals.is_anybody_welcomed(db))


async def _memberships(settings: Settings, database: Database) -> Memberships:
    check_paths(settings, "channels")
    async with database.transaction(writes=False) as db:
        return Memberships(await list_planned(db, settings), MembershipRules(await list_allowances(db)))


def _tell_missing(table: tables.Table) -> None:
    if table.missing:
        print(f"Colonnes absentes, laissées comme elles sont : {', '.join(table.missing)}.", file=sys.stderr)


class StructuresOutcome(tables.LineCounts):
    """The counts of an import of employers."""

    def __str__(self) -> str:
        written = ((self.added, "structure ajoutée"), (self.changed, "changée"))
        left = ((self.same, "inchangée"), (self.refused, "refusée"))
        return tables.sum_up(*written, *left, is_news=self.added or self.changed)


@dataclass
class StructuresImport(OnceImport[Structure, StructuresOutcome]):
    """An import of employers."""

    at_once = 500
    database: Database
    complain: tables.Complain
    outcome: StructuresOutcome = field(default_factory=StructuresOutcome)

    def read(self, number: int, line: tables.Cells) -> Structure:
        """Read a line about an establishment, which may be named once in a file."""
        structure = read_structure(line)
        self.note_named(number, "siret", structure.siret)
        return structure

    async def store(self, batch: Sequence[tuple[int, Structure]]) -> None:
        """Store the employers that are new or changed."""
        said = [structure for _, structure in batch]
        async with tables.take_turn(self.database) as db:
            known = await register.find_structures(db, [structure.siret for structure in said])
            news = [s for s in said if s.siret not in known or s.model_dump() != known[s.siret].model_dump()]
            await register.write_structures(db, news)
            if news:
                await note(db, AuditAct.IMPORT, "import:structures", utc_now(), sirets=[each.siret for each in news])
        for number, one in batch:
            before = known.get(one.siret)
            columns = tables.list_differing(before, one, STRUCTURE_COLUMNS) if before else []
            fate = "added" if before is None else "changed" if columns else "same"
            self.outcome.note(number, fate, f"{one.nom} ({one.siret})", columns)
