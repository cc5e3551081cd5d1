"""Stories: a conseiller types /cra, fills the dialog, and the report is stored once, with a receipt."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.french.dates import say_date
from storage import people
from storage.cra import Activite, Age, Canal, Source, Statut, Suite
from tests.people import Mobile, Person
from tests.support.cra import ALONE, WORKSHOP, file_workshop, fill_workshop, read_number, send_workshop
from tests.support.databases import record_statements
from tests.support.house import House, wait_until

SEED_ORDER = [
    "date",
    "canal",
    "commune",
    "activite",
    "participants",
    "age",
    "statut",
    "themes",
    "duree",
    "suite",
    "recurrents",
]
PARIS = ZoneInfo("Europe/Paris")
SEED_THEMES = [
    "equipement informatique",
    "internet",
    "courriel",
    "smartphone",
    "contenus numeriques",
    "vocabulaire",
    "traitement texte",
    "echanger",
    "trouver emploi",
    "accompagner enfant",
    "tpe/pme",
    "demarche en ligne",
    "autre",
]
THEME_FIELDS = ["theme1", "theme2", "theme3", "themes_plus"]


@pytest.mark.every_mode
async def test_a_conseiller_files_a_workshop(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette, suite="atelier", recurrents=3)

    for words in ("Atelier Collectif", "8 participants", "Vaulx-en-Velin", "1 h 30", "Courriels", "Plus de 60 ans"):
        assert words in receipt.text.replace("\u202f", " ").replace("\u00a0", " ")
    assert receipt.buttons == ["Modifier", "Dupliquer", "Répartir", "Supprimer"]
    (cra,) = await house.reports(juliette)
    report = cra.report
    assert read_number(receipt) == cra.number
    assert (report.canal, report.activite, report.participants) == (Canal.RATTACHEMENT, Activite.COLLECTIF, 8)
    assert (report.commune, report.code_postal, report.departement) == ("69256", "69120", "69")
    assert (report.ages, report.statuts, report.suite) == ({Age.PLUS_60: 8}, {Statut.RETRAITE: 8}, {Suite.ATELIER: 8})
    assert (set(report.themes), report.minutes, report.recurrents) == ({"internet", "courriel"}, 90, 3)
    assert (cra.structure, cra.departement_structure, cra.source) == ("Maison de quartier", "69", Source.DIALOG)
    assert (cra.version, cra.deleted_at, cra.created_at) == (1, None, cra.modified_at)
    assert report.date == house.today


@pytest.mark.every_mode
async def test_the_dialog_asks_what_the_seed_asked_in_its_order(house: House, juliette: Person) -> None:
    form = await juliette.opens("/cra")

    at = SEED_ORDER.index("themes")
    split = [*SEED_ORDER[:at], *THEME_FIELDS, *SEED_ORDER[at + 1 :]]
    assert form.names == (SEED_ORDER if house.site.version >= (11, 0) else split)
    assert list(form.options("canal")) == ["rattachement", "autre", "distance", "domicile"]
    assert list(form.options("activite")) == ["collectif", "individuel", "ponctuel"]
    assert list(form.options("age")) == ["-12", "12-18", "18-35", "35-60", "+60"]
    assert list(form.options("statut")) == ["etudiant", "sans emploi", "en emploi", "retraite", "heterogene"]
    assert list(form.options("suite")) == ["individuel", "atelier", "redirection"]
    assert list(form.options("duree")) == [str(m) for m in (*range(15, 121, 15), *range(150, 481, 30))]
    assert len(form.options("themes" if "themes" in form.names else "theme1")) == 19
    assert all(juliette.client.shows(e) for e in form.elements)
    assert [e["name"] for e in form.elements if e.get("optional")] == [
        n for n in form.names if n in ("participants", "theme2", "theme3", "themes_plus", "suite", "recurrents")
    ]


async def test_the_choices_are_called_as_on_the_seeds_form(juliette: Person) -> None:
    form = await juliette.opens("/cra")

    assert list(form.options("canal").values()) == ["Lieu de rattachement", "Autre lieu", "À distance", "À domicile"]
    kinds = ["Atelier Collectif", "Accompagnement individuel", "Demande ponctuelle"]
    assert list(form.options("activite").values()) == kinds
    ages = ["-12 ans", "12 - 18 ans", "18 - 35 ans", "35 - 60 ans", "Plus de 60 ans"]
    assert list(form.options("age").values()) == ages
    statuts = ["Étudiant(e)", "Sans emploi", "En emploi", "Retraité", "Non renseigné ou hétérogène"]
    assert list(form.options("statut").values()) == statuts
    themes = list(form.options("themes" if "themes" in form.names else "theme1").items())
    assert [code for code, _ in themes[:13]] == SEED_THEMES
    assert themes[1] == ("internet", "Naviguer sur Internet · web, google, wifi"), "the name, then words that find it"
    for typed, code in (("mail", "courriel"), ("caf", "demarche en ligne"), ("ants", "demarche en ligne")):
        assert [value for value, text in themes if typed in text.lower()] == [code], "as a client looks for it"


@pytest.mark.every_mode
async def test_the_dialog_knows_today_and_where_one_works(house: House, juliette: Person) -> None:
    form = await juliette.opens("/cra")

    today = house.today
    iso = form.element("date")["type"] == "date"
    assert form.shown("date") == (today.isoformat() if iso else f"{today:%d/%m/%Y}")
    assert form.shown("commune") == "69120 Vaulx-en-Velin"
    assert form.element("activite")["type"] == "select", "a radio’s default would be sent without being shown"


async def test_the_last_commune_used_is_offered_next_time(juliette: Person) -> None:
    await file_workshop(juliette, commune="69500 Bron")

    assert (await juliette.opens("/cra")).shown("commune") == "69500 Bron"


async def test_the_dialog_of_somebody_known_opens_without_the_database(house: House, juliette: Person) -> None:
    await juliette.opens("/cra")
    await wait_until(lambda: house.bot.events.is_idle)  # who has just come is looked up anew
    await juliette.opens("/cra")
    with record_statements(house.bot.database) as asked:
        form = await juliette.opens("/cra")
    assert form.shown("commune") == "69120 Vaulx-en-Velin"
    assert not [statement for statement in asked if "person" in statement or "cra" in statement]


@pytest.mark.every_mode
@pytest.mark.parametrize("activite", ["individuel", "ponctuel"])
async def test_one_person_is_one_participant_without_being_counted(
    house: House, juliette: Person, activite: str
) -> None:
    receipt = await file_workshop(juliette, **(ALONE | {"activite": activite}))

    (cra,) = await house.reports(juliette)
    assert (cra.activite, cra.participants) == (activite, 1)
    assert "Répartir" not in receipt.buttons
    assert "participant" not in receipt.text


async def test_one_person_may_be_counted_as_one(house: House, juliette: Person) -> None:
    await file_workshop(juliette, **(ALONE | {"participants": 1}))

    assert [c.participants for c in await house.reports(juliette)] == [1]


async def test_a_phone_files_the_same_report(house: House) -> None:
    paul = await house.conseiller("paul", client=Mobile())
    await file_workshop(paul, suite="redirection", recurrents=0)

    (cra,) = await house.reports(paul)
    assert (cra.participants, cra.recurrents, set(cra.report.themes)) == (8, 0, {"internet", "courriel"})
    assert cra.report.suite == {Suite.REDIRECTION: 8}


@pytest.mark.parametrize("count", [7, "7", " 7 ", 7.0])
async def test_a_number_is_read_however_a_client_writes_it(house: House, juliette: Person, count: object) -> None:
    form = await fill_workshop(juliette)
    submission = juliette.client.sent(form.elements, form.values) | {"participants": count}

    assert (await form.send(submission)).accepted
    assert [c.participants for c in await house.reports(juliette)] == [7]


@pytest.mark.parametrize("blank", ["", None, []])
async def test_a_blank_field_is_blank_in_every_dialect(house: House, juliette: Person, blank: object) -> None:
    form = await fill_workshop(juliette)
    submission = juliette.client.sent(form.elements, form.values) | {"suite": blank, "recurrents": blank}

    assert (await form.send(submission)).accepted
    (cra,) = await house.reports(juliette)
    assert (cra.report.suite, cra.recurrents) == ({}, None)


async def test_nothing_is_chosen_for_who_chooses_nothing(juliette: Person) -> None:
    form = await juliette.opens("/cra")
    answer = await form.submit()

    assert not answer.sent, "the client itself asks for what is required"
    assert {"canal", "age", "statut", "duree"} <= set(answer.errors)


@pytest.mark.every_mode
async def test_all_nineteen_themes_can_be_chosen(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    every = list(form.options("themes" if "themes" in form.names else "theme1"))
    if "themes" in form.names:
        form.fill(themes=every)
    else:
        form.fill(theme1=every[0], theme2=every[1], theme3=every[2])
        form.values["themes_plus"] = ", ".join(every[3:])
    assert (await form.submit()).accepted

    (cra,) = await house.reports(juliette)
    assert cra.report.themes == tuple(every)


@pytest.mark.parametrize("days", [0, 1, 30])
async def test_an_earlier_day_can_be_reported(house: House, juliette: Person, days: int) -> None:
    day = house.today - timedelta(days=days + 1)
    receipt = await file_workshop(juliette, date=day)

    assert [c.date for c in await house.reports(juliette)] == [day]
    assert say_date(day) in receipt.text


async def test_old_servers_read_a_date_as_people_write_it(house: House, juliette: Person) -> None:
    form = await juliette.opens("/cra")
    if form.element("date")["type"] == "date":
        pytest.skip("this server has a calendar")
    for words in ("aujourd’hui", "hier", "12/09", "12/09/2025", "2025-09-12"):
        assert (await send_workshop(juliette, date=words)).accepted, words
    first, second, third, *rest = [c.date for c in await house.reports(juliette)]
    assert first - second == timedelta(days=1)
    assert (third.day, third.month) == (12, 9)
    assert {d.isoformat() for d in rest} == {"2025-09-12"}


async def test_the_departement_comes_from_the_commune_never_from_the_postcode(house: House, juliette: Person) -> None:
    # 01200 Éloise lies in Haute-Savoie, and 20… is two départements.
    await file_workshop(juliette, commune="01200 Éloise")
    await file_workshop(juliette, commune="20000 Ajaccio")

    assert [(c.commune, c.departement) for c in await house.reports(juliette)] == [("74109", "74"), ("2A004", "2A")]
    assert {c.departement_structure for c in await house.reports(juliette)} == {"69"}, "the author’s stays"


async def test_a_conseiller_without_departement_gets_it_from_the_first_commune(house: House) -> None:
    nouvelle = await house.conseiller("nouvelle", departements=[], used=None)
    assert (await nouvelle.opens("/cra")).shown("commune") == ""
    await file_workshop(nouvelle, commune="64000 Pau")
    await file_workshop(nouvelle, commune="69120 Vaulx-en-Velin")

    assert [c.departement_structure for c in await house.reports(nouvelle)] == ["64", "64"]


async def test_a_conseiller_without_departement_lives_by_the_hour_of_the_first_commune(house: House) -> None:
    nouvelle = await house.conseiller("nouvelle", departements=[], used=None)
    await file_workshop(nouvelle, commune="97400 Saint-Denis")

    async with house.bot.database.transaction(writes=False) as db:
        registered = await people.get(db, nouvelle.id)
    assert registered
    assert (registered.departements, registered.timezone) == (["974"], "Indian/Reunion")


async def test_the_receipt_survives_a_reload(juliette: Person) -> None:
    receipt = await file_workshop(juliette)

    (kept,) = await juliette.direct()
    assert (kept.id, kept.text, kept.buttons) == (receipt.id, receipt.text, receipt.buttons)
    assert not kept.ephemeral


async def test_a_report_is_filed_from_any_channel(house: House, juliette: Person) -> None:
    direct = await juliette.direct_channel()
    form = await juliette.opens("/cra", direct)

    assert (await form.fill(**WORKSHOP).submit()).accepted
    assert len(await house.reports(juliette)) == 1
    assert (await juliette.told("enregistré")).channel_id == direct


@pytest.mark.every_mode
async def test_a_dialog_that_was_taken_is_told_where_it_was_opened(juliette: Person) -> None:
    form = await juliette.opens("/cra")
    assert (await form.fill(**WORKSHOP).submit()).accepted
    seen = await juliette.whispered("Bien reçu")
    assert seen.channel_id == juliette.site.square
    assert "messages directs" in seen.text


async def test_a_dialog_that_was_taken_needs_no_word_beside_its_receipt(juliette: Person) -> None:
    direct = await juliette.direct_channel()
    form = await juliette.opens("/cra", direct)
    assert (await form.fill(**WORKSHOP).submit()).accepted
    await juliette.told("enregistré")
    answer = await juliette.asks("/cra liste", direct)
    assert "1 compte rendu" in answer.text.replace("\u00a0", " ")
    assert not [frame for frame in juliette.ears.frames if "Bien reçu" in str(frame.data.get("post", ""))]
