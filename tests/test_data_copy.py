"""Stories: « /mes-donnees » gives a copy of all that the bot holds of somebody, and of nobody else."""

import json

import pytest

from storage import drafts, people
from storage.drafts import Draft
from storage.people import Role
from storage.personal_data.rights import GIVEN
from tests.people import Person
from tests.support.cra import file_workshop, make_report, store_reports
from tests.support.house import House, plain
from tests.support.security import fetch_data_copy

NASTY = '#image("x") *gras* $1/0$ <script> @channel \u202e [lien](http://x) ] #eval(1)'


async def test_a_copy_of_ones_own(house: House, juliette: Person) -> None:
    """Reports, drafts, profile; hostile words are words; others are not in it."""
    jean = await house.conseiller("jean", structure="Médiathèque de Jean", telephone="0611223344")
    await file_workshop(jean)
    await file_workshop(juliette)
    async with house.bot.database.transaction() as db:
        row = Draft(
            key="k" * 20, user_id=juliette.id, form="NewCra", raw={"x": NASTY}, hidden={}, saved_at=house.clock()
        )
        await drafts.keep(db, row)
    told, pdf = await fetch_data_copy(juliette)
    assert told["à propos"]["compte"] == juliette.username
    data = told["données"]
    assert list(data) == [one.what for one in GIVEN]
    [cra] = data["Vos comptes rendus d’activité"]
    assert cra["structure"] == "Maison de quartier"
    assert cra["thèmes"]
    assert data["Vos brouillons"][0]["ce qui a été saisi"] == {"x": NASTY}
    assert data["Votre fiche dans le registre"][0]["nom d’utilisateur"] == juliette.username
    everything = json.dumps(told, ensure_ascii=False)
    for secret in (jean.username, jean.id, "Médiathèque de Jean", "0611223344"):
        assert secret not in everything
        assert secret not in pdf
    assert "Vos comptes rendus d’activité" in pdf
    assert "mission d’intérêt public" in pdf
    assert "#eval(1)" in pdf
    assert told["non fourni"]["Bulletins secrets"]


@pytest.mark.slow
@pytest.mark.newest_only
async def test_five_thousand_reports_are_all_in_the_file_and_the_paper_stays_short(
    house: House, juliette: Person
) -> None:
    async with house.bot.database.transaction() as db:
        found = await people.get(db, juliette.id)
        assert found
        await store_reports(db, found, *([make_report()] * 5000))
    told, pdf = await fetch_data_copy(juliette)
    assert len(told["données"]["Vos comptes rendus d’activité"]) == 5000
    assert "5 000 lignes" in pdf.replace("\u00a0", " ").replace("\u202f", " ")
    assert len(pdf) < 100_000


@pytest.mark.newest_only
async def test_anybody_gets_one(house: House) -> None:
    guest = await house.someone(Role.INVITE, "inconnu")
    told, _ = await fetch_data_copy(guest)
    assert told["données"]["Vos comptes rendus d’activité"] == []


@pytest.mark.both_databases
async def test_other_words_are_no_wish_for_a_copy(juliette: Person) -> None:
    assert "Vouliez-vous dire `/mes-donnees effacer` ?" in plain(await juliette.asks("/mes-donnees efacer"))
    assert "`/mes-donnees` en envoie une copie" in plain(await juliette.asks("/mes-donnees s’il vous plaît"))
    assert await juliette.direct() == []
