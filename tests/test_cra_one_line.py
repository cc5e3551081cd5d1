"""Stories: a report typed in one line is shown as it was understood, then recorded, completed or dropped."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.cra import Age, Source, Statut
from tests.people import Person
from tests.support.cra import read_mistake, read_number
from tests.support.house import House

LINE = "/cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités"


@pytest.mark.every_mode
async def test_a_line_is_previewed_then_recorded(house: House, juliette: Person) -> None:
    preview = await juliette.asks(LINE)
    assert preview.ephemeral
    assert preview.buttons == ["Enregistrer", "Compléter", "Annuler"]
    for words in ("Atelier Collectif", "8 participants", "Vaulx-en-Velin", "Plus de 60 ans", "Retraité"):
        assert words in preview.text.replace("\u00a0", " ")
    assert await house.reports(juliette) == [], "nothing is stored before it is asked for"

    await juliette.clicks(preview, "Enregistrer")
    receipt = await juliette.told("enregistré")

    (cra,) = await house.reports(juliette)
    assert (read_number(receipt), cra.source) == (cra.number, Source.LINE)
    yesterday = house.clock().astimezone(ZoneInfo("Europe/Paris")).date() - timedelta(days=1)
    assert (cra.date, cra.minutes, cra.participants, cra.commune) == (yesterday, 90, 8, "69256")
    assert set(cra.report.themes) == {"internet", "courriel"}
    assert (cra.report.ages, cra.report.statuts) == ({Age.PLUS_60: 8}, {Statut.RETRAITE: 8})


@pytest.mark.every_mode
async def test_a_line_is_completed_in_the_dialog(house: House, juliette: Person) -> None:
    preview = await juliette.asks("/cra atelier 8p mail, internet 69120 hier retraités")
    assert preview.buttons == ["Compléter", "Annuler"], "what lacks a duration and an age cannot be recorded as it is"
    form = await juliette.opens_by(preview, "Compléter")

    assert (form.shown("activite"), str(form.shown("participants"))) == ("collectif", "8")
    assert "Vaulx-en-Velin" in form.shown("commune")
    assert set(form.chosen("themes")) == {"courriel", "internet"}
    assert form.shown("statut") == "retraite"
    assert not form.shown("duree")
    assert (await form.fill(duree="90", age="+60").submit()).accepted
    await juliette.told("enregistré")
    (cra,) = await house.reports(juliette)
    assert (cra.participants, cra.minutes) == (8, 90)


async def test_a_line_is_dropped(house: House, juliette: Person) -> None:
    preview = await juliette.asks(LINE)
    await juliette.clicks(preview, "Annuler")

    assert "Rien n’a été enregistré" in (await juliette.whispered()).text
    assert await house.reports(juliette) == []
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_what_was_not_understood_is_named(juliette: Person) -> None:
    preview = await juliette.asks("/cra atelier 8p 1h30 internet 69120 hier +60 retraités avec zorglub")

    assert "zorglub" in preview.text
    assert "pas compris" in preview.text


@pytest.mark.parametrize(
    "line",
    [
        "8p atelier +60 retraités 69120 internet, mail 1h30 hier",
        "hier, 69120 : atelier internet et mail 1h30, 8 personnes +60 retraités",
        "ATELIER 8 participants 90 min Mail Internet Vaulx-en-Velin hier +60 Retraités",
        "atelier 8 pers 1 h 30 interent, courrriel 69120 hier plus de 60 ans retraités",
    ],
)
async def test_the_order_case_and_small_slips_do_not_matter(house: House, juliette: Person, line: str) -> None:
    preview = await juliette.asks(f"/cra {line}")
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")

    (cra,) = await house.reports(juliette)
    assert (cra.activite, cra.participants, cra.minutes, cra.commune) == ("collectif", 8, 90, "69256")
    assert set(cra.report.themes) == {"internet", "courriel"}


async def test_enregistrer_clicked_twice_records_once(house: House, juliette: Person) -> None:
    preview = await juliette.asks(LINE)
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")
    await juliette.clicks(preview, "Enregistrer")

    assert "déjà" in (await juliette.whispered("déjà")).text
    await house.settled()
    assert len(await house.reports(juliette)) == len(await juliette.direct()) == 1


async def test_enregistrer_then_completer_counts_once(house: House, juliette: Person) -> None:
    preview = await juliette.asks(LINE)
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")
    form = await juliette.opens_by(preview, "Compléter")
    await form.submit()

    await house.settled()
    assert len(await house.reports(juliette)) == 1


async def test_annuler_after_enregistrer_says_that_it_is_recorded(house: House, juliette: Person) -> None:
    preview = await juliette.asks(LINE)
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")
    await juliette.clicks(preview, "Annuler")

    assert "déjà enregistré" in (await juliette.whispered("déjà")).text
    assert len(await house.reports(juliette)) == 1


async def test_a_mistake_in_a_line_is_explained_and_can_be_mended(house: House, juliette: Person) -> None:
    preview = await juliette.asks("/cra atelier 300p 1h30 internet 69120 hier +60 retraités")
    assert "Enregistrer" not in preview.buttons
    assert "1 à 100" in preview.text.replace("\u00a0", " ")
    form = await juliette.opens_by(preview, "Compléter")
    assert str(form.shown("participants")) == "300", "nothing typed is lost"

    read_mistake(await form.submit(), "participants")
    assert (await form.fill(participants=30).submit()).accepted
    assert [c.participants for c in await house.reports(juliette)] == [30]


async def test_a_vanished_preview_waits_as_a_draft(house: House, juliette: Person) -> None:
    """A whisper does not survive a reload of the client."""
    await juliette.asks(LINE)
    form = await juliette.opens("/cra brouillon")

    assert (form.shown("activite"), str(form.shown("participants"))) == ("collectif", "8")
    assert (await form.submit()).accepted
    assert len(await house.reports(juliette)) == 1


async def test_a_single_person_needs_few_words(house: House, juliette: Person) -> None:
    preview = await juliette.asks("/cra indiv 45min démarche 18-35 sans emploi à distance")
    assert "Enregistrer" in preview.buttons, preview.text
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")

    (cra,) = await house.reports(juliette)
    assert (cra.activite, cra.participants, cra.minutes, cra.canal) == ("individuel", 1, 45, "distance")
    assert cra.commune == "69256", "where she works, since she said nothing else"


async def test_a_line_of_several_lines_is_read_as_one(house: House, juliette: Person) -> None:
    preview = await juliette.asks("/cra atelier 8p\n1h30 internet\n69120 hier +60\nretraités")

    assert "Enregistrer" in preview.buttons, preview.text


async def test_anything_at_all_gets_an_answer(juliette: Person) -> None:
    for words in ("?", "🙂🙂", "a" * 2000, "-- \\ ` * # | @all", "\u202e\u200b", "12 12 12 12", "0p 0min", "1h" * 300):
        preview = await juliette.asks(f"/cra {words}")
        assert "erreur est survenue" not in preview.text, words


async def test_an_incomplete_line_says_what_was_understood_and_what_is_missing(juliette: Person) -> None:
    shown = (await juliette.asks("/cra atelier 12p 2h courriel 69120 demain")).text.replace("\u00a0", " ")
    assert "Atelier Collectif de 12 participants à Vaulx-en-Velin (69120)" in shown, "a date that can’t be is left out"
    assert ", 2 h. Thème : " in shown
    assert "Il manque l’âge : dites-le ici" in shown
    assert "pas encore passée" in shown


async def test_a_commune_that_is_asked_for_is_not_shown_as_understood(juliette: Person) -> None:
    preview = await juliette.asks("/cra atelier 6p 2h mail à Chalon hier +60")
    assert "quelle commune" in preview.text
    assert "(38122)" not in preview.text
    assert "Enregistrer" not in preview.buttons


@pytest.mark.every_mode
async def test_what_did_not_take_place_needs_no_report_and_may_have_one(house: House, juliette: Person) -> None:
    told = await juliette.asks("/cra atelier mail annulé, personne n’est venu")
    assert "Rien n’est enregistré" in told.text
    assert told.buttons == ["Écrire quand même un compte rendu"]
    await juliette.clicks(told, "Écrire quand même un compte rendu")
    preview = await juliette.whispered("Aperçu")
    assert "Atelier Collectif" in preview.text
    assert await house.reports(juliette) == []


async def test_somebody_who_did_not_come_leads_to_the_appointments_of_that_day(house: House, juliette: Person) -> None:
    hour = (house.clock().astimezone(ZoneInfo("Europe/Paris")) + timedelta(days=1)).strftime("%d/%m/%Y")
    await juliette.clicks(await juliette.asks(f"/rdv {hour} 10h 45 min impôts"), "Enregistrer")
    await juliette.told("enregistré")
    house.clock.goes_to(house.clock() + timedelta(days=1))
    told = await juliette.asks("/cra la dame n’est pas venue")
    assert "Vous avez 1 rendez-vous aujourd’hui" in told.text.replace("\u00a0", " ")
    await juliette.clicks(told, "Voir mes rendez-vous")
    assert "1 rendez-vous" in (await juliette.whispered("Rendez-vous · aujourd’hui")).text
