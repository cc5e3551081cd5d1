"""Stories: a newcomer trains on a sheet of their own, which counts nowhere, is seen by nobody, and is forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select

from config.time import PARIS
from storage.cra.queries import LastCommune
from storage.cra.report import PracticeCra, Training
from storage.drafts import Draft
from tests.people import Person, Post, unique
from tests.support.cra import file_workshop, fill_workshop, read_mistake, read_number
from tests.support.house import Clock, House

LINE = "/cra atelier 8p 1h30 mail 69100 hier +60 retraités"
MARK = "Entraînement : ceci ne compte pas."


def plain(post: Post) -> str:
    return post.text.replace("\u00a0", " ").replace("\\", "")


async def rows(house: House, table: type[SQLModel], person: Person) -> list[Any]:
    """What a table holds of somebody."""
    names = [name for name in ("author_id", "person_id", "user_id") if name in table.model_fields]
    async with house.bot.database.transaction(writes=False) as db:
        return list((await db.exec(select(table).where(col(getattr(table, names[0])) == person.id))).all())


async def end_overdue(house: House) -> None:
    await house.bot.runs.run(("job", "entrainement.end_overdue"), unique("fois"), zone=PARIS)


async def train(person: Person) -> Post:
    begun = await person.asks("/entrainement")
    assert MARK in plain(begun)
    return begun


@pytest.mark.every_mode
async def test_a_newcomer_trains_and_nothing_is_left(house: House, juliette: Person) -> None:
    (before,) = await rows(house, LastCommune, juliette)
    begun = await train(juliette)
    assert begun.buttons == ["Écrire un compte rendu", "Finir l’entraînement"]

    form = await juliette.opens_by(begun, "Écrire un compte rendu")
    assert MARK in form.introduction.replace("\u00a0", " ")
    await form.cancel()
    receipt = await file_workshop(juliette)
    assert MARK in plain(receipt)
    preview = await juliette.asks(LINE)
    assert MARK in plain(preview)
    await juliette.clicks(preview, "Enregistrer")
    second = await juliette.told("enregistré")
    assert MARK in plain(second)
    assert await house.reports(juliette) == []
    (commune,) = await rows(house, LastCommune, juliette)
    assert commune.commune == before.commune, "the next window learns nothing of it"

    figures = plain(await juliette.asks("/stats tout"))
    assert MARK in figures
    assert "16 personnes accompagnées" in figures
    listed = plain(await juliette.asks("/cra liste"))
    assert MARK in listed
    assert "2 comptes rendus" in listed
    assert "ne comptent pas" in plain(await juliette.asks("/aide"))

    ended = plain(await juliette.asks("/entrainement fin"))
    assert "2 comptes rendus d’essai sont effacés" in ended
    for table in (PracticeCra, Training, Draft):
        assert await rows(house, table, juliette) == []
    assert "pas encore" in plain(await juliette.asks("/cra liste"))
    await juliette.clicks(preview, "Enregistrer")
    assert "terminé" in plain(await juliette.whispered())
    assert MARK not in plain(await file_workshop(juliette))
    assert len(await house.reports(juliette)) == 1


@pytest.mark.every_mode
async def test_reports_on_the_sheet_are_changed_copied_spread_deleted_and_restored(
    house: House, juliette: Person
) -> None:
    await train(juliette)
    receipt = await file_workshop(juliette)
    form = await juliette.opens_by(receipt, "Modifier")
    assert MARK in form.introduction.replace("\u00a0", " ")
    assert (await form.fill(participants=9).submit()).accepted
    changed = await juliette.rewritten(receipt, "modifié")
    assert MARK in plain(changed)
    assert "9 participants" in plain(changed)

    spread = await juliette.opens_by(changed, "Répartir")
    assert MARK in spread.introduction.replace("\u00a0", " ")
    await spread.cancel()
    copy = await juliette.opens_by(changed, "Dupliquer")
    assert (await copy.fill(participants=4).submit()).accepted
    number = read_number(await juliette.told("enregistré"))
    await juliette.clicks(changed, "Supprimer")
    gone = await juliette.rewritten(changed, "supprimé")
    assert MARK in plain(gone)
    await juliette.clicks(gone, "Rétablir")
    await juliette.rewritten(gone, "rétabli")

    form = await juliette.opens(f"/cra modifier {number}")
    assert str(form.shown("participants")) == "4"
    await form.cancel()
    assert MARK in plain(await juliette.asks(f"/cra supprimer {number}"))
    assert MARK in plain(await juliette.asks(f"/cra rétablir {number}"))
    form = await juliette.opens_by(await juliette.asks("/cra liste atelier 69120"), "Modifier")
    assert len(form.options("chosen")) == 2
    assert sorted(cra.participants for cra in await rows(house, PracticeCra, juliette)) == [4, 9]
    assert await house.reports(juliette) == []


@pytest.mark.every_mode
async def test_several_in_a_line_and_the_same_again_stay_on_the_sheet(house: House, juliette: Person) -> None:
    await file_workshop(juliette, participants=5)
    await train(juliette)
    preview = await juliette.asks("/cra 2 individuels de 30 min mail 69120 +60 retraités")
    assert MARK in plain(preview)
    await juliette.clicks(preview, "Tout enregistrer")
    saved = await juliette.whispered("compte")
    assert MARK in plain(saved)
    assert len(await rows(house, PracticeCra, juliette)) == 2
    again = await juliette.asks("/cra idem mais 1h")
    assert MARK in plain(again)
    assert "individuel" in plain(again).lower(), "like the last of the sheet, not like the last real one"

    await juliette.clicks(saved, next(label for label in saved.buttons if label.startswith("Annuler")))
    assert MARK in plain(await juliette.whispered("supprim"))
    assert all(cra.deleted_at for cra in await rows(house, PracticeCra, juliette))
    assert [cra.participants for cra in await house.reports(juliette)] == [5]


async def test_real_reports_stay_what_they_are(house: House, juliette: Person) -> None:
    real = await file_workshop(juliette)
    await train(juliette)
    none = plain(await juliette.asks(f"/cra modifier {read_number(real) + 1000}"))
    assert "feuille d’entraînement" in none
    assert plain(await juliette.asks("/cra liste")).count("n° ") == 0
    form = await juliette.opens_by(real, "Modifier")
    assert MARK not in form.introduction
    assert (await form.fill(participants=3).submit()).accepted
    await juliette.rewritten(real, "modifié")
    await juliette.asks("/entrainement fin")
    assert [cra.participants for cra in await house.reports(juliette)] == [3]
    assert "3 personnes accompagnées" in plain(await juliette.asks("/stats tout"))


async def test_another_person_sees_nothing(house: House, juliette: Person) -> None:
    (agathe,) = await house.animateurs("agathe")
    await train(juliette)
    number = read_number(await file_workshop(juliette))
    carl = await house.conseiller("carl")
    await train(carl)
    assert "feuille d’entraînement" in plain(await carl.asks(f"/cra modifier {number}"))
    assert "Aucun" in plain(await carl.asks("/cra liste 2026")) or "pas encore" in plain(await carl.asks("/cra liste"))
    national = plain(await agathe.asks("/stats national tout"))
    await juliette.asks("/entrainement fin")
    assert plain(await agathe.asks("/stats national tout")) == national
    assert "compte rendu" not in plain(await juliette.asks("/chercher atelier vaulx")).lower()


@pytest.mark.every_mode
@pytest.mark.parametrize("word", ["stop", "Arrêter", "quitter", "terminé !"])
async def test_another_word_after_the_command_ends_it(house: House, juliette: Person, word: str) -> None:
    await train(juliette)
    await file_workshop(juliette)
    assert "1 compte rendu d’essai est effacé" in plain(await juliette.asks(f"/entrainement {word}"))
    assert await rows(house, Training, juliette) == []


async def test_the_word_ends_it(house: House, juliette: Person) -> None:
    await train(juliette)
    await juliette.says("Fin.", await juliette.direct_channel())
    assert "est terminé" in plain(await juliette.told("terminé"))
    assert await rows(house, Training, juliette) == []
    await juliette.says("fin", await juliette.direct_channel())
    assert "pas d’entraînement en cours" in plain(await juliette.told("entraînement"))


async def test_a_training_survives_a_kill(house: House, juliette: Person) -> None:
    await train(juliette)
    form = await fill_workshop(juliette)
    await house.restart()
    assert (await form.submit()).accepted
    assert MARK in plain(await juliette.told("enregistré"))
    assert await house.reports(juliette) == []


async def test_a_window_sent_after_the_end_counts_nowhere(house: House, juliette: Person) -> None:
    await train(juliette)
    form = await fill_workshop(juliette)
    await juliette.asks("/entrainement fin")
    answer = await form.submit()
    assert "entraînement est terminé" in answer.error.replace("\u00a0", " ")
    assert await house.reports(juliette) == []
    assert await rows(house, PracticeCra, juliette) == []


async def test_what_is_left_in_windows_is_forgotten_too(house: House, juliette: Person) -> None:
    await train(juliette)
    read_mistake(await (await fill_workshop(juliette, participants=200)).submit(), "participants")
    assert "200 personnes (entraînement)" in plain(await juliette.asks("/aide"))
    await juliette.asks("/entrainement fin")
    assert "Aucun brouillon" in plain(await juliette.asks("/brouillon"))


async def test_after_seven_days_it_is_over(house: House, juliette: Person, clock: Clock) -> None:
    await train(juliette)
    await file_workshop(juliette)
    clock.goes_to(clock() + timedelta(days=6))
    await end_overdue(house)
    assert len(await rows(house, PracticeCra, juliette)) == 1
    clock.goes_to(clock() + timedelta(hours=2))
    juliette.acts()
    await end_overdue(house)
    told = await juliette.told("après 7 jours")
    assert told.buttons == ["Écrire un compte rendu"]
    for table in (PracticeCra, Training):
        assert await rows(house, table, juliette) == []
    assert MARK not in plain(await file_workshop(juliette))


@pytest.mark.every_mode
async def test_other_commands_are_real_and_it_is_said(juliette: Person) -> None:
    assert "bien réelle" not in plain(await juliette.asks("/annuaire"))
    await train(juliette)
    await juliette.runs("/annuaire")
    await juliette.whispered("bien réelle")
    form = await juliette.opens("/sondage")
    await juliette.whispered("bien réelle")
    await form.cancel()
    await juliette.runs("/stats national")
    await juliette.whispered("bien réelle")


async def test_a_training_begun_twice_is_one(house: House, juliette: Person) -> None:
    await train(juliette)
    await file_workshop(juliette)
    again = plain(await train(juliette))
    assert "déjà en cours, avec 1 compte rendu d’essai" in again
    assert len(await rows(house, Training, juliette)) == 1
    assert "/entrainement fin" in plain(await juliette.asks("/entrainement maintenant"))
