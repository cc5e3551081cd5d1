"""Files of employers into the register: the good lines once, the bad ones explained; their names are people’s."""

import io

from cli.people.lines import STRUCTURE_COLUMNS
from cli.people.transfer import StructuresImport, StructuresOutcome
from cli.tables import Table
from cli.terminal import ProgressBar
from storage.database import Database
from storage.people import Structure, register
from tests.support.databases import database
from tests.support.membership import LA_POSTE, SIRET, FakeAccounts, get_person, import_people, make_account

__all__ = ["database"]


async def test_an_employer_known_by_its_number_gives_its_name(database: Database) -> None:
    async with database.transaction() as db:
        await register.write_structures(db, [Structure(siret=LA_POSTE, nom="La Poste", code_commune="75056")])
    await import_people(
        database,
        f"lea,,,,,,{LA_POSTE},,,,",
        f"zoe,,,,,Bureau,{SIRET},97411,,,",
        chat=FakeAccounts(make_account("lea"), make_account("zoe")),
    )
    lea, zoe = await get_person(database, "lea"), await get_person(database, "zoe")
    assert (lea.structure, lea.code_commune) == ("La Poste", "75056")
    assert (zoe.structure, zoe.departements, zoe.timezone) == ("Bureau", ["974"], "Indian/Reunion")
    await import_people(database, "zoe,,,,,Mairie,,,,,")
    assert ((await get_person(database, "zoe")).structure, (await get_person(database, "zoe")).siret) == (
        "Mairie",
        None,
    )


async def took(database: Database, *lines: str) -> tuple[StructuresOutcome, list[str]]:
    """What became of lines of employers, and what was said of the bad ones."""
    told: list[str] = []
    text = "\n".join(("nom;siret;code_commune", *lines))
    work = StructuresImport(database, lambda n, why: told.append(f"{n} {why}"))
    table = Table(io.BytesIO(text.encode()), STRUCTURE_COLUMNS, [{"siret"}])
    return await work.run(table, ProgressBar(io.StringIO(), "ligne")), told


async def test_employers_are_taken_in_once(database: Database) -> None:
    lines = ("Ville de Lyon;732 829 320 00074;69123", f"La Poste;{LA_POSTE};")
    assert await took(database, *lines) == (StructuresOutcome(added=2), [])
    again, _ = await took(database, *lines)
    assert str(again) == "0 structure ajoutée, 0 changée, 2 inchangées, 0 refusée. Rien à changer."
    bad = (
        ";732 829 320 00074;",
        "Ville;73282932000075;",
        f"Lyon;{SIRET};1",
        f"Lyon;{SIRET};69123",
        f"Lyon;{SIRET};69123",
    )
    outcome, told = await took(database, *bad)
    assert outcome == StructuresOutcome(changed=1, refused=4)
    assert [fault.split(" : ")[0] for fault in told] == ["2 nom", "3 siret", "4 code_commune", "6 siret"]
