"""Stories: several reports in one line, and those that are like others, previewed together and saved at once."""

from datetime import timedelta
from typing import Any

import pytest

from commands.cra.reports import record_form
from dialogs.cra.line.batch import Base, cut_line, read_lines, read_parts
from storage.cra import Activite, Age, Report
from tests.people import Mobile, Person, Post
from tests.support.cra import CLUES, STORED_WORKSHOP, USUAL, read_number
from tests.support.house import House

THREE = "/cra 3 individuels de 30 min mail 69120 +60 retraités"
MIXED = "/cra atelier 8p 2h puis 2 ponctuels 15 min"
ONE = "/cra indiv 45min démarche 18-35 sans emploi 69120 à distance"


def plain(post: Post) -> str:
    return post.text.replace("\u00a0", " ")


async def file_line(person: Person, line: str) -> int:
    """Type a line that says all, save it, and give its number."""
    preview = await person.asks(line)
    await person.clicks(preview, "Enregistrer")
    return read_number(await person.told("enregistré"))


async def standing(house: House, person: Person) -> list[Report]:
    return [cra.report for cra in await house.reports(person) if cra.deleted_at is None]


@pytest.mark.every_mode
async def test_three_reports_of_one_line_are_saved_at_once_and_taken_back(house: House, juliette: Person) -> None:
    preview = await juliette.asks(THREE)
    assert "Aperçu de 3 comptes rendus" in plain(preview)
    assert preview.buttons[-2:] == ["Tout enregistrer", "Annuler"]
    assert await house.reports(juliette) == [], "nothing is stored before it is asked for"

    await juliette.clicks(preview, "Tout enregistrer")
    told = await juliette.whispered("3 comptes rendus enregistrés")
    await house.settled()
    reports = await house.reports(juliette)
    assert [(c.activite, c.minutes, c.commune, c.participants) for c in reports] == [("individuel", 30, "69256", 1)] * 3
    assert all(f"n° {cra.number}" in plain(told) for cra in reports), "each has its own line"
    assert len([p for p in await juliette.direct() if "enregistré" in p.text]) == 3, "and its own receipt"

    await juliette.clicks(told, "Annuler ces 3 comptes rendus")
    assert "sont supprimés" in (await juliette.whispered("supprimés")).text
    await house.settled()
    assert await standing(house, juliette) == []
    receipts = await juliette.direct()
    assert all("supprimé" in p.text and p.buttons == ["Rétablir"] for p in receipts)
    await juliette.clicks(receipts[0], "Rétablir")
    assert len(await standing(house, juliette)) == 1


async def test_what_is_saved_already_is_not_dropped_and_says_so(house: House, juliette: Person) -> None:
    preview = await juliette.asks(THREE)
    await juliette.clicks(preview, "Tout enregistrer")
    await juliette.whispered("3 comptes rendus enregistrés")
    await juliette.clicks(preview, "Annuler")
    assert "Ces 3 comptes rendus sont déjà enregistrés" in plain(await juliette.whispered("déjà enregistrés"))
    assert len(await standing(house, juliette)) == 3


async def test_tout_enregistrer_clicked_twice_saves_once(house: House, juliette: Person) -> None:
    preview = await juliette.asks(THREE)
    await juliette.clicks(preview, "Tout enregistrer")
    await juliette.whispered("3 comptes rendus enregistrés")
    await juliette.clicks(preview, "Tout enregistrer")

    assert "déjà enregistré" in (await juliette.whispered("déjà")).text
    await house.settled()
    assert len(await house.reports(juliette)) == len(await juliette.direct()) == 3


async def test_what_cannot_be_saved_with_the_others_saves_none(
    house: House, juliette: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the bot is killed in the middle: all are one transaction."""
    preview = await juliette.asks(THREE)
    seen: list[Any] = []

    async def fails_at_the_third(*args: Any) -> Any:
        seen.append(args)
        if len(seen) == 3:
            raise RuntimeError("killed")
        return await record_form(*args)

    with monkeypatch.context() as patched:
        patched.setattr("commands.cra.previews.record_form", fails_at_the_third)
        await juliette.clicks(preview, "Tout enregistrer")
        await juliette.whispered("erreur")
    assert await house.reports(juliette) == []

    await juliette.clicks(preview, "Tout enregistrer")
    await juliette.whispered("3 comptes rendus enregistrés")
    assert len(await house.reports(juliette)) == 3


@pytest.mark.every_mode
async def test_one_that_is_removed_stays_out_of_the_older_preview(house: House, juliette: Person) -> None:
    preview = await juliette.asks(THREE)
    await juliette.clicks(preview, "Retirer le 2")
    left = await juliette.whispered("Aperçu de 2 comptes rendus")
    assert "Tout enregistrer" in left.buttons
    await juliette.clicks(preview, "Tout enregistrer")
    await juliette.whispered("2 comptes rendus enregistrés")

    assert len(await house.reports(juliette)) == 2


@pytest.mark.every_mode
async def test_each_is_completed_before_the_others_are_saved(house: House, juliette: Person) -> None:
    preview = await juliette.asks(MIXED)
    assert "Il en reste 3 à compléter" in plain(preview)
    assert not [label for label in preview.buttons if "nregistrer" in label], "not a click from being saved"

    form = await juliette.opens_by(preview, "Compléter le 1")
    assert (form.shown("activite"), str(form.shown("participants")), str(form.shown("duree"))) == (
        "collectif",
        "8",
        "120",
    )
    form.fill(age="+60", themes=["courriel"])
    assert (await form.submit()).accepted
    form = await juliette.opens_by(preview, "Compléter le 2")
    assert (form.shown("activite"), str(form.shown("duree"))) == ("ponctuel", "15")
    assert [c.activite for c in await house.reports(juliette)] == ["collectif"]


@pytest.mark.every_mode
async def test_what_several_miss_is_chosen_once(house: House, juliette: Person) -> None:
    preview = await juliette.asks("/cra 3 ponctuels 30 min 69120 puis indiv mail 1h 69120 +60")
    window = await juliette.opens_by(preview, "Choisir l’âge pour 3")
    assert (await window.fill(chosen="35-60").submit()).accepted
    preview = await juliette.whispered("Il en reste 3")
    window = await juliette.opens_by(preview, "Choisir le thème pour 3")
    assert (await window.fill(chosen="demarche en ligne").submit()).accepted
    await juliette.clicks(await juliette.whispered("Aperçu de 4"), "Tout enregistrer")
    await juliette.whispered("4 comptes rendus enregistrés")
    told = [(r.ages, r.themes) for r in await standing(house, juliette)]
    assert told == [({Age.DE_35_A_60: 1}, ("demarche en ligne",))] * 3 + [({Age.PLUS_60: 1}, ("courriel",))]


async def test_those_that_are_complete_are_saved_without_the_others(house: House, juliette: Person) -> None:
    line = "/cra atelier 8p 2h mail +60 retraités puis ponctuel 15 min"
    preview = await juliette.asks(line)
    await juliette.clicks(preview, "Enregistrer les complets (1)")
    await juliette.whispered("1 compte rendu enregistré")

    assert [c.activite for c in await house.reports(juliette)] == ["collectif"]


async def test_annuler_forgets_all(house: House, juliette: Person) -> None:
    preview = await juliette.asks(THREE)
    await juliette.clicks(preview, "Annuler")
    assert "Rien n’a été enregistré" in (await juliette.whispered()).text
    await juliette.clicks(preview, "Tout enregistrer")
    await juliette.whispered("retirés")

    assert await house.reports(juliette) == []


async def test_one_changed_since_is_not_taken_back_with_the_others(house: House, juliette: Person) -> None:
    preview = await juliette.asks(THREE)
    await juliette.clicks(preview, "Tout enregistrer")
    told = await juliette.whispered("3 comptes rendus enregistrés")
    first = (await house.reports(juliette))[0].number
    form = await juliette.opens(f"/cra modifier {first}")
    assert (await form.fill(duree="60").submit()).accepted
    await juliette.clicks(told, "Annuler ces 3 comptes rendus")

    assert f"n° {first}" in plain(await juliette.whispered("depuis"))
    assert [report.minutes for report in await standing(house, juliette)] == [60]


async def test_too_many_at_once_are_said(juliette: Person) -> None:
    assert "10 comptes rendus au plus" in plain(await juliette.asks("/cra 40 individuels 30 min mail +60"))


@pytest.mark.every_mode
async def test_comme_hier_repeats_a_day(house: House, juliette: Person) -> None:
    yesterday = house.today - timedelta(days=1)
    await file_line(juliette, f"{ONE} hier")
    await file_line(juliette, "/cra atelier 8p 1h30 mail 69120 hier +60 retraités")
    preview = await juliette.asks("/cra comme hier")
    assert "Aperçu de 2 comptes rendus" in plain(preview)
    await juliette.clicks(preview, "Tout enregistrer")
    await juliette.whispered("2 comptes rendus enregistrés")

    reports = await standing(house, juliette)
    assert [r.date for r in reports] == [yesterday, yesterday, house.today, house.today]
    assert [(r.activite, r.minutes, r.canal, r.themes) for r in reports[:2]] == [
        (r.activite, r.minutes, r.canal, r.themes) for r in reports[2:]
    ]


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("idem mais 1h", "minutes", 60),
        ("pareil sauf mail", "themes", ("courriel",)),
        ("la même chose à Bron", "commune", "69029"),
        ("comme hier mais 35-60", "ages", {"35-60": 1}),
        ("idem", "minutes", 45),
        ("pareil avec 5 personnes", "participants", 5),
    ],
)
async def test_a_report_like_another_one_but(
    house: House, juliette: Person, line: str, field: str, value: object
) -> None:
    await file_line(juliette, f"{ONE} hier")
    preview = await juliette.asks(f"/cra {line}")
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")

    first, second = await standing(house, juliette)
    assert (getattr(second, field), second.date) == (value, house.today)
    if field != "participants":
        assert (second.activite, second.statuts) == (first.activite, first.statuts)
    else:
        assert second.activite is Activite.COLLECTIF
        assert "atelier collectif" in preview.text, "what was made of it is said"


@pytest.mark.every_mode
async def test_comme_hier_mais_asks_which_where_there_are_several(house: House, juliette: Person) -> None:
    await file_line(juliette, f"{ONE} hier")
    number = await file_line(juliette, "/cra atelier 8p 1h30 mail 69120 hier +60 retraités")
    asked = await juliette.asks("/cra comme hier mais 2h")
    assert "Duquel voulez-vous repartir" in plain(asked)
    label = next(label for label in asked.buttons if f"n° {number}" in label.replace("\u00a0", " "))
    await juliette.clicks(asked, label)
    preview = await juliette.whispered("2 h".replace(" ", "\u00a0"))
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")

    assert [(r.participants, r.minutes) for r in await standing(house, juliette)][-1] == (8, 120)


async def test_a_day_without_reports_is_said(house: House, juliette: Person) -> None:
    assert "pas encore de compte rendu" in plain(await juliette.asks("/cra comme hier"))
    await file_line(juliette, ONE)
    shown = plain(await juliette.asks("/cra comme hier"))
    assert f"{house.today - timedelta(days=1):%d/%m/%Y}" in shown
    assert "/cra idem" in shown


async def test_a_spread_workshop_is_repeated_as_it_was_spread(house: House, juliette: Person) -> None:
    await file_line(juliette, "/cra atelier 8p 1h30 mail 69120 hier +60 retraités")
    receipt = (await juliette.direct())[-1]
    form = await juliette.opens_by(receipt, "Répartir")
    form.fill(**{"age_+60": 5, "age_35-60": 3})
    assert (await form.submit()).accepted
    preview = await juliette.asks("/cra idem")
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")

    first, second = await standing(house, juliette)
    assert first.ages == second.ages == {"+60": 5, "35-60": 3}


async def test_a_phone_sees_in_the_channel_that_it_is_saved(house: House) -> None:
    """An « ephemeral_text » would stand in the thread of a whisper, which a phone shows nowhere."""
    paul = await house.conseiller("paul", client=Mobile())
    preview = await paul.asks(ONE)
    await paul.clicks(preview, "Enregistrer")

    told = await paul.whispered("C’est enregistré")
    assert (told.channel_id, told.root_id) == (preview.channel_id, "")


async def test_in_the_direct_channel_the_receipt_is_here(juliette: Person) -> None:
    preview = await juliette.asks(ONE, await juliette.direct_channel())
    await juliette.clicks(preview, "Enregistrer")

    assert "Voici le reçu" in (await juliette.whispered("C’est enregistré")).text


def test_an_age_at_the_end_of_a_line_counts_nothing_of_the_next() -> None:
    lines = read_lines(
        "atelier 8p 2h mail 69120 +60\nindividuel 30 min caf 35-60\nponctuel 15 min impots +60", CLUES, USUAL
    )
    assert [line.raw["activite"] for line in lines] == ["collectif", "individuel", "ponctuel"]
    assert [line.raw["age"] for line in lines] == ["+60", "35-60", "+60"]
    assert len(read_lines("atelier 8p mail 69120 + 2 indiv 30 min", CLUES, USUAL)) == 3


def test_what_is_in_doubt_for_one_report_is_asked_for_the_others_too() -> None:
    first, second = read_lines("atelier 8p 1h mail vaulx +60 31/02 puis ponctuel 15 min caf +60", CLUES, USUAL)
    assert second.mistakes["commune"] == first.mistakes["commune"]
    assert second.choices["commune"] == first.choices["commune"]
    assert "n’existe pas" in second.mistakes["date"]
    assert not {"commune", "date"} & set(second.assumed)


def test_a_theme_that_was_not_this_time_is_not_copied() -> None:
    parts = cut_line("comme hier mais sans mail", CLUES)
    (line,) = read_parts(parts, {part.like: [Base(STORED_WORKSHOP, 7)] for part in parts if part.like}, CLUES, USUAL)
    assert line.raw["themes"] == ["internet"]
    assert cut_line("comme le 31/11", CLUES)[0].like is None, "nor is another day than was said"
