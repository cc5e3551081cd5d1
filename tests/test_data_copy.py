"""Stories: « /mes-donnees » gives a copy of all that the bot holds of somebody, and of nobody else."""

import io
import json
from typing import Any
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from storage import drafts, people
from storage.drafts import Draft
from storage.people import Role
from storage.personal_data.copy import GIVEN
from tests.helping import plain
from tests.house import House
from tests.people import Person
from tests.reports import file, report
from tests.telling import filed
from tests.test_stats import said

NASTY = '#image("x") *gras* $1/0$ <script> @channel \u202e [lien](http://x) ] #eval(1)'


async def copy_of(person: Person) -> tuple[dict[str, Any], str]:
    """What somebody is sent: the JSON, and the words of the PDF."""
    whisper = await person.asks("/mes-donnees")
    assert "conversation privée" in said(whisper)
    waiting = await person.told("Préparation de la copie")
    post = await person.told("tout ce que le bot garde de vous")
    [(name, data)] = (await person.files(post)).items()
    assert name.startswith("mes-donnees_")
    await person.rewritten(waiting, "est prête")
    with ZipFile(io.BytesIO(data)) as found:
        assert found.namelist() == ["donnees.json", "mes-donnees.pdf"]
        told = json.loads(found.read("donnees.json"))
        pages = PdfReader(io.BytesIO(found.read("mes-donnees.pdf"))).pages
        return told, " ".join("\n".join(page.extract_text() for page in pages).split())


async def test_a_copy_of_ones_own(house: House, juliette: Person) -> None:
    """Reports, drafts, profile; hostile words are words; others are not in it."""
    jean = await house.conseiller("jean", structure="Médiathèque de Jean", telephone="0611223344")
    await filed(jean)
    await filed(juliette)
    async with house.bot.database.transaction() as db:
        row = Draft(
            key="k" * 20, user_id=juliette.id, form="NewCra", raw={"x": NASTY}, hidden={}, saved_at=house.clock()
        )
        await drafts.keep(db, row)
    told, pdf = await copy_of(juliette)
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


@pytest.mark.newest_only
async def test_five_thousand_reports_are_all_in_the_file_and_the_paper_stays_short(
    house: House, juliette: Person
) -> None:
    async with house.bot.database.transaction() as db:
        found = await people.get(db, juliette.id)
        assert found
        await file(db, found, *([report()] * 5000))
    told, pdf = await copy_of(juliette)
    assert len(told["données"]["Vos comptes rendus d’activité"]) == 5000
    assert "5000 lignes" in pdf.replace("\u00a0", " ")
    assert len(pdf) < 100_000


@pytest.mark.newest_only
async def test_anybody_gets_one(house: House) -> None:
    guest = await house.someone(Role.INVITE, "inconnu")
    told, _ = await copy_of(guest)
    assert told["données"]["Vos comptes rendus d’activité"] == []


@pytest.mark.both_databases
async def test_other_words_are_no_wish_for_a_copy(juliette: Person) -> None:
    assert "Vouliez-vous dire `/mes-donnees effacer` ?" in plain(await juliette.asks("/mes-donnees efacer"))
    assert "`/mes-donnees` en envoie une copie" in plain(await juliette.asks("/mes-donnees s’il vous plaît"))
    assert await juliette.direct() == []
