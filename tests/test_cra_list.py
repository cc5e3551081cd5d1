"""Stories: one’s own reports are found by words and periods, in pages, and changed or copied from the list."""

import re
from datetime import date, timedelta

import pytest

from storage.cra import Activite, Age, Canal, Statut, queries
from storage.cra.search import AuthorSheet, read_search
from storage.database import Database
from tests.people import Person, Post
from tests.support.conversation import send_step
from tests.support.cra import ALONE, JULIETTE, cra_database, file_reports, file_workshop, make_report, read_number
from tests.support.house import House, plain

__all__ = ["cra_database"]


def numbers(text: str) -> list[int]:
    """The numbers of a list, in order."""
    return [int(n) for n in re.findall(r"\*\*n°\s*(\d+)\*\*", text)]


async def list_of(person: Person, words: str) -> list[int]:
    return numbers((await person.asks(f"/cra liste {words}")).text)


@pytest.mark.every_mode
async def test_a_report_alone_is_changed_and_copied_by_buttons(house: House, juliette: Person) -> None:
    await file_workshop(juliette)
    page = await juliette.asks("/cra liste")
    assert page.buttons == ["Modifier", "Dupliquer"]

    form = await juliette.opens_by(page, "Modifier")
    assert (await form.fill(participants=9).submit()).accepted
    form = await juliette.opens_by(page, "Dupliquer")
    assert str(form.shown("participants")) == "9", "as it is now"
    assert (await form.fill(participants=4).submit()).accepted
    assert [cra.participants for cra in await house.reports(juliette)] == [9, 4]


@pytest.mark.every_mode
async def test_one_of_several_is_chosen_in_a_window(house: House, juliette: Person) -> None:
    made = [read_number(await file_workshop(juliette, participants=n)) for n in (5, 6, 7)]
    page = await juliette.asks("/cra liste")
    assert page.buttons == ["Modifier", "Dupliquer"]
    assert len(re.findall(r"(?m)^- \*\*n°", page.text)) == 3, "a line each"

    choice = await juliette.opens_by(page, "Modifier")
    assert any(f"n° {made[1]} · Atelier du" in text for text in choice.options("chosen").values())
    form = await send_step(choice.fill(chosen=str(made[1])))
    (participants,) = (name for name in form.names if name.endswith("participants"))
    assert str(form.shown(participants)) == "6"


@pytest.mark.every_mode
async def test_pages_go_forward_and_back(house: House, juliette: Person) -> None:
    made = [read_number(await file_workshop(juliette, date=house.today - timedelta(days=n // 3))) for n in range(23)]
    newest_first = [n for _, n in sorted(((-(i // 3), n) for i, n in enumerate(made)), reverse=True)]
    first = await juliette.asks("/cra liste")
    assert "Précédents" not in first.buttons
    assert len(first.buttons) <= 4

    second = await _turn(juliette, first, "Suivants")
    third = await _turn(juliette, second, "Suivants")
    assert numbers(third.text) == newest_first[20:]
    assert "Suivants" not in third.buttons
    back = await _turn(juliette, third, "Précédents")
    assert numbers(back.text) == numbers(second.text) == newest_first[10:20]
    assert {"Précédents", "Suivants"} <= set(back.buttons)
    start = await _turn(juliette, back, "Précédents")
    assert numbers(start.text) == newest_first[:10]
    assert "Précédents" not in start.buttons


async def _turn(person: Person, page: Post, label: str) -> Post:
    await person.clicks(page, label)
    return await person.whispered()


async def test_reports_are_found_by_words_and_a_period(house: House, juliette: Person) -> None:
    mail = read_number(await file_workshop(juliette, themes=["courriel"], commune="69100 Villeurbanne"))
    alone = read_number(await file_workshop(juliette, **ALONE))
    september = date(house.today.year - (house.today.month < 9), 9, 15)
    old = read_number(await file_workshop(juliette, date=september, themes=["courriel"]))

    assert await list_of(juliette, "mail") == [mail, old]
    assert await list_of(juliette, "Villeurbanne") == [mail]
    assert await list_of(juliette, "atelier septembre") == [old]
    assert await list_of(juliette, "mails à villeurbane") == [mail], "give or take a letter"
    assert await list_of(juliette, "individuel vaulx-en-velin") == [alone]
    assert await list_of(juliette, str(alone)) == [alone]
    found = await juliette.asks("/cra liste atelier septembre")
    assert "1 compte rendu pour « atelier »" in found.text.replace("\u00a0", " ")


async def test_words_go_on_with_the_pages(house: House, juliette: Person) -> None:
    for n in range(11):
        await file_workshop(juliette, date=house.today - timedelta(days=n), themes=["courriel"])
    await file_workshop(juliette, **ALONE)
    page = await juliette.asks("/cra liste mail")
    assert len(numbers(page.text)) == 10
    assert len(numbers((await _turn(juliette, page, "Suivants")).text)) == 1


async def test_what_finds_nothing_says_what_to_do(juliette: Person) -> None:
    await file_workshop(juliette)
    nothing = (await juliette.asks("/cra liste santé")).text.replace("\u00a0", " ")
    assert "Aucun compte rendu ne correspond à « santé »" in nothing
    assert "/cra liste" in nothing
    unknown = (await juliette.asks("/cra liste glinglin")).text.replace("\u00a0", " ")
    assert "pas compris « glinglin »" in unknown
    assert "/cra liste atelier septembre" in unknown
    assert "/cra liste" in (await juliette.asks("/cra liste 2021")).text
    assert "pas compris « glinglé »" in plain(await juliette.asks("/cra liste glinglé")), "as it was typed"
    assert plain(await juliette.asks("/cra liste ?")) == plain(await juliette.asks("/cra liste")), "signs are no word"


async def test_deleted_reports_are_listed_to_be_restored(house: House, juliette: Person) -> None:
    assert "aucun compte rendu depuis 30 jours" in plain(await juliette.asks("/cra liste supprimés"))
    first, second = [read_number(await file_workshop(juliette)) for _ in range(2)]
    assert "n’est pas supprimé" in plain(await juliette.asks(f"/cra rétablir {first}")), "nothing is said to be done"
    await juliette.asks(f"/cra supprimer {first}")
    await juliette.asks(f"/cra supprimer {second}")
    assert numbers((await juliette.asks("/cra liste supprimés")).text) == [second, first]
    assert f"n° {first} rétabli" in plain(await juliette.asks(f"/cra rétablir {first}"))
    one = await juliette.asks("/cra liste corbeille")
    await juliette.clicks(one, "Rétablir")
    assert f"n° {second} rétabli" in plain(await juliette.whispered())


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", {1, 2, 3}),
        ("mail", {2}),
        ("e-mails", {2}),
        ("69120", {1, 2}),
        ("69", {1, 2}),
        ("vaulx", {1, 2}),
        ("vaulx en velin atelier", {1}),
        ("pau", {3}),
        ("à distance", {3}),
        ("téléphone", {3}),
        ("par téléphone à pau", {3}),
        ("ponctuel", {3}),
        ("rdv", {2}),
        ("seniors", {1}),
        ("sans emploi", {2}),
        ("demande ponctuelle à Pau", {3}),
        ("mail atelier", set()),
        ("2", {2}),
    ],
)
async def test_each_word_must_be_met(database: Database, words: str, found: set[int]) -> None:
    reports = (
        make_report(),
        make_report(
            activite=Activite.INDIVIDUEL,
            themes=("courriel",),
            ages={Age.DE_18_A_35: 1},
            statuts={Statut.SANS_EMPLOI: 1},
        ),
        make_report(
            activite=Activite.PONCTUEL,
            commune="64445",
            code_postal="64000",
            departement="64",
            canal=Canal.DISTANCE,
            ages={Age.DE_35_A_60: 1},
            statuts={Statut.EN_EMPLOI: 1},
        ),
    )
    await file_reports(database, *reports)
    sheet = AuthorSheet(JULIETTE.id)
    async with database.transaction(writes=False) as db:
        wanted = await read_search(db, sheet, words, date(2026, 1, 1), date(2027, 1, 1))
        page = await queries.list_page(db, sheet, wanted)
        assert await queries.count_reports(db, sheet, wanted) == len(page.reports)
    assert wanted.unknown == ()
    assert {cra.number for cra in page.reports} == found
