"""Stories: one’s own reports are listed, changed, duplicated, spread, deleted and restored; nobody else’s."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from storage.cra import Age, Statut
from tests.people import Person, Post
from tests.support.cra import ALONE, file_workshop, read_mistake, read_number
from tests.support.house import Clock, House

PARIS = ZoneInfo("Europe/Paris")


def numbers(text: str) -> list[int]:
    """The numbers of a list, in order."""
    import re

    return [int(n) for n in re.findall(r"\*\*n°\s*(\d+)\*\*", text)]


@pytest.mark.every_mode
async def test_a_report_is_changed_from_its_receipt(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    form = await juliette.opens_by(receipt, "Modifier")
    assert (form.shown("activite"), str(form.shown("participants"))) == ("collectif", "8")
    assert set(form.chosen("themes")) == {"internet", "courriel"}
    assert (await form.fill(participants=9, duree="120").submit()).accepted

    changed = await juliette.rewritten(receipt, "modifié")
    assert "9 participants" in changed.text.replace("\u00a0", " ")
    assert changed.buttons == receipt.buttons, "the buttons live on"
    (cra,) = await house.reports(juliette)
    assert (cra.participants, cra.minutes, cra.version) == (9, 120, 2)
    assert cra.report.ages == {Age.PLUS_60: 9}
    assert cra.modified_at > cra.created_at
    await house.settled()
    assert len(await juliette.direct()) == 1, "one report has one receipt"


async def test_a_report_is_changed_by_its_number(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    await house.settled()
    form = await juliette.opens(f"/cra modifier {read_number(receipt)}")
    assert (await form.fill(recurrents=2).submit()).accepted

    await juliette.rewritten(receipt, "modifié")
    assert [c.recurrents for c in await house.reports(juliette)] == [2]


async def test_a_mistake_in_a_change_is_explained_and_nothing_changes(house: House, juliette: Person) -> None:
    form = await juliette.opens_by(await file_workshop(juliette), "Modifier")

    read_mistake(await form.fill(participants=0).submit(), "participants")
    (cra,) = await house.reports(juliette)
    assert (cra.participants, cra.version) == (8, 1)
    assert (await form.fill(participants=5).submit()).accepted


async def test_a_report_changed_meanwhile_is_not_overwritten(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    first = await juliette.opens_by(receipt, "Modifier")
    second = await juliette.opens_by(receipt, "Modifier")
    assert (await first.fill(participants=20).submit()).accepted
    answer = await second.fill(participants=30).submit()

    assert "changé entre-temps" in answer.error
    assert not answer.closed
    assert [c.participants for c in await house.reports(juliette)] == [20]


@pytest.mark.every_mode
async def test_a_report_is_duplicated(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette, date=house.today - timedelta(days=3))
    form = await juliette.opens_by(receipt, "Dupliquer")
    assert str(form.shown("participants")) == "8"
    assert set(form.chosen("themes")) == {"internet", "courriel"}
    assert (await form.fill(participants=6).submit()).accepted

    copy = await juliette.told("enregistré")
    first, second = await house.reports(juliette)
    assert read_number(copy) == second.number != first.number
    assert (first.participants, second.participants) == (8, 6)
    assert second.date == house.today, "a copy is of today"


@pytest.mark.every_mode
async def test_a_workshop_is_spread_over_ages_and_statuts(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    form = await juliette.opens_by(receipt, "Répartir")
    ages = [n for n in form.names if n.startswith("age")]
    statuts = [n for n in form.names if n.startswith("statut")]
    assert (len(ages), len(statuts)) == (5, 5)
    assert str(form.shown("age_+60")) == "8"

    answer = await _spread(form, {"age_-12": 2, "age_+60": 5}, {"statut_retraite": 8})
    assert "7 pour 8" in " ".join(answer.errors.values()).replace("\u00a0", " ")
    assert list(answer.errors) == ["age_-12"]
    answer = await _spread(form, {"age_-12": 3, "age_+60": 5}, {"statut_retraite": 5, "statut_etudiant": 4})
    assert "retirez 1" in " ".join(answer.errors.values()).replace("\u00a0", " ")
    answer = await _spread(form, {"age_-12": 3, "age_+60": 5}, {"statut_retraite": 5, "statut_etudiant": 3})
    assert answer.accepted

    told = await juliette.rewritten(receipt, "réparti")
    for words in ("-12 ans (3)", "Plus de 60 ans (5)", "Étudiant(e) (3)", "Retraité (5)"):
        assert words in told.text.replace("\u00a0", " ").replace("\\", "")
    (cra,) = await house.reports(juliette)
    assert cra.report.ages == {Age.MOINS_12: 3, Age.PLUS_60: 5}
    assert cra.report.statuts == {Statut.RETRAITE: 5, Statut.ETUDIANT: 3}


async def _spread(form: Any, ages: dict[str, int], statuts: dict[str, int]) -> Any:
    for name in form.names:
        form.enter(name, (ages | statuts).get(name, 0))
    return await form.submit()


async def test_a_spread_survives_a_change_of_something_else(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    spread = await juliette.opens_by(receipt, "Répartir")
    await _spread(spread, {"age_-12": 3, "age_+60": 5}, {"statut_retraite": 8})
    receipt = await juliette.rewritten(receipt, "réparti")
    form = await juliette.opens_by(receipt, "Modifier")
    assert (await form.fill(duree="60").submit()).accepted

    (cra,) = await house.reports(juliette)
    assert (cra.minutes, cra.report.ages) == (60, {Age.MOINS_12: 3, Age.PLUS_60: 5})


async def test_a_spread_cannot_outlive_its_number_of_participants(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    spread = await juliette.opens_by(receipt, "Répartir")
    await _spread(spread, {"age_-12": 3, "age_+60": 5}, {"statut_retraite": 8})
    receipt = await juliette.rewritten(receipt, "réparti")
    form = await juliette.opens_by(receipt, "Modifier")

    assert "répartition" in read_mistake(await form.fill(participants=9).submit(), "age")
    assert (await form.fill(age="35-60").submit()).accepted
    (cra,) = await house.reports(juliette)
    assert (cra.participants, cra.report.ages, cra.report.statuts) == (9, {Age.DE_35_A_60: 9}, {Statut.RETRAITE: 9})


@pytest.mark.every_mode
async def test_a_report_is_deleted_and_restored_from_its_receipt(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    await juliette.clicks(receipt, "Supprimer")
    gone = await juliette.rewritten(receipt, "supprimé")
    assert gone.buttons == ["Rétablir"]
    assert [c.deleted_at is None for c in await house.reports(juliette)] == [False]
    assert "pas encore" in (await juliette.asks("/cra liste")).text

    await juliette.clicks(gone, "Rétablir")
    back = await juliette.rewritten(gone, "rétabli")
    assert back.buttons == receipt.buttons
    assert [c.deleted_at for c in await house.reports(juliette)] == [None]


async def test_a_report_is_deleted_and_restored_by_its_number(house: House, juliette: Person) -> None:
    number = read_number(await file_workshop(juliette))
    whisper = await juliette.asks(f"/cra supprimer {number}")
    assert whisper.buttons == ["Rétablir"]
    await juliette.clicks(whisper, "Rétablir")
    await juliette.whispered("rétabli")

    assert [c.deleted_at for c in await house.reports(juliette)] == [None]


async def test_a_deleted_report_can_be_restored_for_thirty_days(house: House, juliette: Person, clock: Clock) -> None:
    receipt = await file_workshop(juliette)
    number = read_number(receipt)
    await juliette.clicks(receipt, "Supprimer")
    gone = await juliette.rewritten(receipt, "supprimé")
    clock.goes_to(clock() + timedelta(days=31))
    await juliette.clicks(gone, "Rétablir")
    assert "30 jours" in (await juliette.whispered()).text

    clock.goes_to(clock() - timedelta(days=2))
    assert "rétabli" in (await juliette.asks(f"/cra rétablir {number}")).text


async def test_deleting_twice_is_deleting_once(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    await juliette.clicks(receipt, "Supprimer")
    await juliette.rewritten(receipt, "supprimé")
    number = read_number(receipt)
    deleted_at = (await house.reports(juliette))[0].deleted_at
    assert "supprimé" in (await juliette.asks(f"/cra supprimer {number}")).text

    assert (await house.reports(juliette))[0].deleted_at == deleted_at
    assert "supprimé" in (await juliette.asks(f"/cra modifier {number}")).text


@pytest.mark.every_mode
async def test_the_list_shows_ten_and_then_the_following(house: House, juliette: Person) -> None:
    today = house.today
    made = [read_number(await file_workshop(juliette, date=today - timedelta(days=n // 3))) for n in range(23)]
    newest_first = [n for _, n in sorted(((-(i // 3), n) for i, n in enumerate(made)), reverse=True)]

    page = await juliette.asks("/cra liste")
    seen = numbers(page.text)
    assert len(seen) == 10
    while "Suivants" in page.buttons:
        await juliette.clicks(page, "Suivants")
        page = await juliette.whispered()
        seen += numbers(page.text)
    assert seen == newest_first, "none twice, none left out, newest first"


async def test_the_list_can_be_of_a_period(house: House, juliette: Person) -> None:
    today = house.today
    recent = read_number(await file_workshop(juliette, date=today))
    old = read_number(await file_workshop(juliette, date=today - timedelta(days=400)))

    assert numbers((await juliette.asks("/cra liste cette semaine")).text) == [recent]
    assert numbers((await juliette.asks(f"/cra liste {today.year - 1}")).text) in ([], [old])
    assert numbers((await juliette.asks("/cra liste 2021")).text) == []
    assert numbers((await juliette.asks("/cra liste")).text) == [recent, old]
    assert "pas compris" in (await juliette.asks("/cra liste la saint-glinglin")).text


async def test_an_empty_list_says_how_to_begin(juliette: Person) -> None:
    assert "/cra" in (await juliette.asks("/cra liste")).text


@pytest.mark.parametrize("words", ["modifier", "dupliquer", "supprimer", "rétablir"])
async def test_other_peoples_reports_do_not_exist(house: House, juliette: Person, words: str) -> None:
    carl = await house.conseiller("carl", departements=["64"])
    number = read_number(await file_workshop(carl))
    theirs = (await juliette.asks(f"/cra {words} {number}")).text
    nobodys = (await juliette.asks(f"/cra {words} 99999999")).text

    assert theirs.replace(str(number), "N") == nobodys.replace("99999999", "N"), "not even its existence is told"
    (cra,) = await house.reports(carl)
    assert (cra.version, cra.deleted_at) == (1, None)


async def test_other_peoples_receipts_cannot_be_clicked(house: House, juliette: Person) -> None:
    """Mattermost lets nobody else see them; forged requests are refused all the same (test_security_links)."""
    carl = await house.conseiller("carl", departements=["64"])
    await file_workshop(carl)
    assert numbers((await juliette.asks("/cra liste")).text) == []


@pytest.mark.parametrize("words", ["modifier", "modifier douze", "dupliquer -1", "supprimer 1 2", "rétablir ???"])
async def test_a_missing_or_odd_number_is_explained(juliette: Person, words: str) -> None:
    assert "numéro" in (await juliette.asks(f"/cra {words}")).text


async def test_someone_alone_cannot_be_spread(house: House, juliette: Person) -> None:
    receipt: Post = await file_workshop(juliette, **ALONE)

    assert receipt.buttons == ["Modifier", "Dupliquer", "Supprimer"]


async def test_a_workshop_turned_into_one_person_loses_its_spread(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    form = await juliette.opens_by(receipt, "Modifier")
    assert (await form.fill(activite="individuel", participants="").submit()).accepted

    changed = await juliette.rewritten(receipt, "modifié")
    assert "Répartir" not in changed.buttons
    (cra,) = await house.reports(juliette)
    assert (cra.participants, cra.report.ages) == (1, {Age.PLUS_60: 1})
