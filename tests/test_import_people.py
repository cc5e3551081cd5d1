"""Files of people into the register: the good lines once, the bad ones explained, nobody twice."""

import io
from datetime import date
from typing import Any

import pytest

from cli.errors import OperatorError
from cli.people.imports import Accounts, Memberships, PeopleImport, PeopleOutcome
from cli.people.lines import COLUMNS, NAMED_BY, read_entry
from cli.tables import Table
from cli.terminal import ProgressBar
from config import canaux
from storage import people
from storage.canaux import MembershipRules
from storage.cra.files import BadLineError
from storage.database import Database
from storage.people import Awaited, Person, Role, register, transitions
from tests.support.databases import database, record_statements
from tests.support.membership import (
    GRACE,
    HEADER,
    LEA,
    NOW,
    SIRET,
    FakeAccounts,
    export_people,
    get_person,
    import_people,
    list_awaited,
    make_account,
)

__all__ = ["database"]


async def test_who_has_an_account_is_registered_under_its_id(database: Database) -> None:
    chat = FakeAccounts(make_account("lea", timezone="Indian/Reunion"))
    assert await import_people(database, LEA, chat=chat) == PeopleOutcome(added=1, news=True)
    lea = await get_person(database, "lea")
    assert (lea.id, lea.full_name, lea.role, lea.email) == (
        f"{'lea':x<26}", "Léa Perrin", Role.CONSEILLER, "lea@mairie.fr",
    )  # fmt: skip
    assert (lea.structure, lea.siret, lea.code_commune) == ("Ville de Lyon", SIRET, "69123")
    assert (lea.departements, lea.arrived_on, lea.left_on) == (["69"], date(2026, 9, 1), None)
    assert lea.timezone == "Indian/Reunion", "as Mattermost told"


async def test_the_same_file_again_changes_nothing_and_says_so(database: Database) -> None:
    chat = FakeAccounts(make_account("lea"))
    lines = (LEA, "zoe,Zoé,,,,,,,,,")
    first = await import_people(database, *lines, chat=chat)
    assert str(first) == "1 personne inscrite, 0 changée, 0 inchangée, 1 en attente de son compte, 0 refusée."
    again = await import_people(database, *lines, chat=chat)
    assert again == PeopleOutcome(same=1, waiting=1)
    assert str(again).endswith("0 refusée. Rien à changer.")
    assert await import_people(database, *lines) == PeopleOutcome(same=1, waiting=1), "nor without Mattermost"


async def test_what_is_written_out_and_taken_in_again_changes_nothing(database: Database) -> None:
    left = date(2026, 6, 30)
    async with database.transaction() as db:
        formula: dict[str, Any] = {
            "prenom": "=cmd",
            "nom": "'@lea;",
            "structure": "+33, « x » ou",
            "departements": ["69", "2A"],
        }
        one = Person(id="l" * 26, username="-lea", since=NOW, role=Role.HOTLINE, arrived_on=date(2025, 1, 2), **formula)
        other = Person(id="o" * 26, username="zoe", since=NOW, code_commune="69123", siret=SIRET, left_on=left)
        await people.register_people(db, [one, other])
        await register.write_awaited(db, [Awaited(email="a@b.fr", imported_at=NOW, departements=["974"])])
    text = await export_people(database)
    _, *lines = text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("'-lea;'=cmd;"), "no cell runs as a formula"
    header = HEADER.replace(",", ";")
    assert await import_people(database, *lines, header=header) == PeopleOutcome(same=2, waiting=1)
    assert await export_people(database) == text


async def test_a_line_waits_for_its_account_and_is_taken_when_that_is_there(database: Database) -> None:
    assert await import_people(database, LEA, chat=FakeAccounts()) == PeopleOutcome(waiting=1, news=True)
    (line,) = await list_awaited(database)
    assert (line.username, line.email, line.role, line.departements) == (
        "lea",
        "lea@mairie.fr",
        Role.CONSEILLER,
        ["69"],
    )
    other = "lea,Léa,Perrin-Durand,,coordinateur,,,,69|38,,"
    assert await import_people(database, other, chat=FakeAccounts()) == PeopleOutcome(waiting=1, news=True)
    (line,) = await list_awaited(database)
    assert (line.nom, line.structure, line.departements) == ("Perrin-Durand", "Ville de Lyon", ["69", "38"])
    assert await import_people(database, other, chat=FakeAccounts(make_account("lea"))) == PeopleOutcome(
        added=1, news=True
    )
    assert not await list_awaited(database)


async def test_the_id_is_the_key_whatever_names_become(database: Database) -> None:
    async with database.transaction() as db:
        one = Person(id=f"{'a':x<26}", username="lea", email="lea@mairie.fr", departements=["69"], since=NOW)
        await people.register_person(db, one)
    # Her account is called otherwise now, and somebody else bears the name.
    chat = FakeAccounts(make_account("lea.perrin", "a"), make_account("lea", "b"))
    lines = ("lea.perrin,Léa,Perrin,,,,,,,,", "lea,Léa,Autre,,,,,,,,")
    assert await import_people(database, *lines, chat=chat) == PeopleOutcome(changed=1, added=1, news=True)
    assert (await get_person(database, "lea.perrin")).id[0] == "a"
    assert ((await get_person(database, "lea")).id[0], (await get_person(database, "lea")).nom) == ("b", "Autre")


async def test_without_mattermost_the_register_is_asked_by_name_then_address(database: Database) -> None:
    async with database.transaction() as db:
        await people.register_person(db, Person(id="l" * 26, username="lea", email="Lea@Mairie.fr", since=NOW))
    chat, told = FakeAccounts(away=True), list[str]()
    lines = ("lea.perrin,Léa,,lea@mairie.fr,,,,,,,", "lea,Autre,,,,,,,,,", *(f"n{n},,,,,,,,,," for n in range(300)))
    outcome = await import_people(database, *lines, chat=chat, told=told)
    assert outcome == PeopleOutcome(changed=1, waiting=300, refused=1, news=True)
    assert told == ["3 c’est la personne de la ligne 2, sous un autre nom"]
    assert len(chat.asked) == 1, "one silence is enough"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",Léa,,,,,,,,,", "ni username ni email"),
        ("léa,,,,,,,,,,", "n’est pas un nom d’utilisateur"),
        ("lea,,,lea,,,,,,,", "n’est pas une adresse électronique"),
        ("lea,,,,chef,,,,,,", "« chef » n’est pas un rôle : conseiller, coordinateur, animateur, invité, hotline"),
        ("lea,,,,,,73282932000075,,,,", "siret : « 73282932000075 » n’est pas un SIRET : un chiffre est faux"),
        ("lea,,,,,,,99999,,,", "« 99999 » n’est le code INSEE d’aucune commune"),
        ("lea,,,,,,,,96,,", "« 96 » n’est pas un département"),
        ("lea,,,,,,,,69|,hier,", "arrivee : « hier » n’est pas une date"),
        ("lea,,,,,,,,,2026-09-01,31/08/2026", "le 31/08/2026 vient avant l’arrivée, le 01/09/2026"),
        (f"lea,{'x' * 81},,,,,,,,,", "80 caractères au plus"),
        ("lea,a\x00b,,,,,,,,,", "invisibles"),
        ("lea,,,,,,,,,", "10 cellules pour 11 colonnes"),
        ("lea,,,,chef,,1,,,,", "role : « chef »"),
        ("lea,,,,chef,,1,,,,", "siret : « 1 »"),
    ],
)
async def test_a_bad_line_is_explained_and_the_others_are_taken(line: str, reason: str, database: Database) -> None:
    told: list[str] = []
    outcome = await import_people(database, "zoe,,,,,,,,,,", line, "paul,,,,,,,,,,", told=told)
    assert outcome == PeopleOutcome(waiting=2, refused=1, news=True)
    assert [fault[:2] for fault in told] == ["3 "]
    assert reason in told[0]


async def test_nobody_is_named_twice_and_no_bot_at_all(database: Database) -> None:
    told: list[str] = []
    lines = ("@Lea,,,,,,,,,,", "zoe,,,z@b.fr,,,,,,,", "lea,,,,,,,,,,", ",,,Z@b.fr,,,,,,,", "coop,,,,,,,,,,")
    outcome = await import_people(database, *lines, chat=FakeAccounts(make_account("coop", is_bot=True)), told=told)
    assert (outcome.waiting, outcome.refused) == (2, 3)
    assert told == [
        "4 username : « lea » est déjà à la ligne 2",
        "5 email : « z@b.fr » est déjà à la ligne 3",
        "6 username : « coop » est un compte de bot",
    ]


@pytest.mark.parametrize(
    ("word", "role"),
    [("Agent invité", Role.INVITE), ("invite", Role.INVITE), ("admin", Role.ADMINISTRATEUR), ("HOTLINE", Role.HOTLINE),
     ("conseillère", Role.CONSEILLER), ("animatrice", Role.ANIMATEUR), ("", None)],
)  # fmt: skip
def test_roles_are_written_as_people_write_them(word: str, role: Role | None) -> None:
    assert read_entry({"username": "lea", "role": word}).said["role"] is role


async def test_columns_come_in_any_order_and_some_are_missing(database: Database) -> None:
    async with database.transaction() as db:
        await people.register_person(
            db, Person(id="l" * 26, username="lea", since=NOW, role=Role.ANIMATEUR, nom="Perrin")
        )
    text = "\ufeffdepartement;Téléphone;username\r\n1|Corse-du-Sud;06;lea\r\n"
    table = Table(io.BytesIO(text.encode()), COLUMNS, [NAMED_BY])
    work = PeopleImport(
        database, Accounts(None), lambda: NOW, lambda *_: None, GRACE, Memberships({}, MembershipRules([]))
    )
    assert (await work.run(table, ProgressBar(io.StringIO(), "ligne"))).changed == 1
    lea = await get_person(database, "lea")
    assert (lea.departements, lea.role, lea.nom) == (["01", "2A"], Role.ANIMATEUR, "Perrin")
    assert table.ignored == {"téléphone"}
    assert table.missing[:2] == ["prenom", "nom"]


@pytest.mark.parametrize("text", ["prenom,nom\nLéa,Perrin\n", "username,nom,nom\n", "PK\x03\x04", ""])
def test_a_file_of_another_kind_is_refused_whole(text: str) -> None:
    with pytest.raises(OperatorError):
        list(Table(io.BytesIO(text.encode()), COLUMNS, [NAMED_BY]))


async def test_an_empty_cell_leaves_what_is_known_but_the_role(database: Database) -> None:
    chat = FakeAccounts(make_account("lea"))
    await import_people(database, LEA, chat=chat)
    assert (await import_people(database, "lea,,,,,,,,,,", chat=chat)).changed == 1
    lea = await get_person(database, "lea")
    assert (lea.role, lea.full_name, lea.departements, lea.siret) == (None, "Léa Perrin", ["69"], SIRET)


async def test_a_departure_is_set_and_who_comes_again_is_back(database: Database) -> None:
    chat = FakeAccounts(make_account("lea"))
    await import_people(database, LEA, chat=chat)
    assert (await import_people(database, LEA + "2026-10-31", chat=chat)).changed == 1
    lea = await get_person(database, "lea")
    assert lea.has_left(NOW.date())
    assert lea.role is Role.CONSEILLER, "kept for a return"
    assert (await import_people(database, LEA, chat=chat)).same == 1, "an empty cell brings nobody back"
    told: list[str] = []
    await import_people(database, "lea,,,,,,,,,2026-11-15,2026-11-14", chat=chat, told=told)
    assert "vient avant l’arrivée" in told[0]
    await import_people(database, LEA.replace("2026-09-01", "2026-11-15"), chat=chat)
    assert ((await get_person(database, "lea")).left_on, (await get_person(database, "lea")).arrived_on) == (
        None,
        date(2026, 11, 15),
    )


async def test_a_move_is_remembered_for_its_grace(database: Database) -> None:
    chat = FakeAccounts(make_account("lea"))
    await import_people(database, LEA, chat=chat)
    await import_people(database, LEA.replace(",69,", ",974|38,"), chat=chat)
    lea = await get_person(database, "lea")
    assert (lea.departements, lea.timezone) == (["974", "38"], "Indian/Reunion")
    async with database.transaction(writes=False) as db:
        (left,) = await transitions.list_over(db, NOW + GRACE)
    assert (left.departement, left.left_at, left.until) == ("69", NOW, NOW + GRACE)
    await import_people(database, LEA, chat=chat)
    async with database.transaction(writes=False) as db:
        assert set((await transitions.find_in_grace(db, NOW))[lea.id]) == {"974", "38"}, "69 is home again"
    assert (await get_person(database, "lea")).timezone == "Europe/Paris"


async def test_it_is_said_how_many_memberships_differ(database: Database) -> None:
    chat, table = FakeAccounts(make_account("lea")), canaux.read(None)
    rules = MembershipRules([])

    async def differ(*lines: str) -> int:
        memberships = Memberships(table, rules)
        await import_people(database, *lines, chat=chat, memberships=memberships)
        return memberships.count

    assert await differ(LEA) > 1, "the national ones, and the Rhône’s"
    assert await differ(LEA) == 0
    assert await differ(LEA.replace(",69,", ",38,")) == 2, "out of one, into the other"
    assert await differ(LEA.replace(",69,", ",38,") + "2026-10-31") > 1
    moved = Memberships(table, rules, 2)
    assert "2 appartenances à des canaux diffèrent maintenant" in str(moved)


async def test_many_lines_take_a_few_statements_a_batch(database: Database) -> None:
    names = [f"n{n}" for n in range(2 * PeopleImport.at_once + 1)]
    lines = [f"{name},Léa,Perrin,{name}@a.fr,conseiller,Ville,{SIRET},69123,69,," for name in names]
    chat = FakeAccounts(*(make_account(name) for name in names[:-1]))
    with record_statements(database) as asked:
        outcome = await import_people(database, *lines, chat=chat)
    assert outcome == PeopleOutcome(added=2 * PeopleImport.at_once, waiting=1, news=True)
    assert len(chat.asked) == 3
    assert len(asked) <= 3 * 12


def test_a_line_that_says_nothing_of_who_it_is_about_is_bad() -> None:
    with pytest.raises(BadLineError, match="de qui"):
        read_entry({"nom": "Perrin", "email": " "})
