"""Stories: the figures of départements, régions and the nation, for who may see them, rounded so that none is seen."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select

from bot.french.periods import months_after
from storage.cra import Activite
from storage.cra.months import CRA
from storage.cra.tags import CraTag, add_tag
from storage.people import Role
from tests.people import Person
from tests.support.cra import make_conseiller, make_report, register_all
from tests.support.house import House, agathe
from tests.support.stats import OLD, Work, download_files, month, plain_spaces, type_month, work

__all__ = ["agathe", "month", "work"]


@pytest.mark.every_mode
async def test_a_conseiller_sees_her_departement(juliette: Person, work: Work, month: date) -> None:
    await work("69", 5, OLD, OLD)
    answer = await juliette.asks(f"/stats departement {type_month(month)}")
    text = plain_spaces(answer)
    for told in ("Rhône (69)", "Conseillers actifs : 5", "80 personnes accompagnées", "10 ateliers réalisés"):
        assert told in text.replace("*", ""), text
    assert "Plus de 60 ans 80 (100 %)" in text

    sent = await juliette.told("Rhône")
    pictures = await download_files(juliette, sent)
    assert [content[:4] for _, content in pictures] == [b"\x89PNG"] * 2
    assert "Voir tous les départements" not in sent.buttons


@pytest.mark.every_mode
async def test_a_territory_is_taken_away_as_a_file(juliette: Person, work: Work, month: date) -> None:
    await work("69", 5, OLD, OLD)
    answer = await juliette.asks(f"/stats departement {type_month(month)}")
    for form, begins in (("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        window = await juliette.opens_by(answer, "Exporter")
        assert (await window.fill(format=form).submit()).accepted
        [(name, content)] = await download_files(juliette, await juliette.told("Voici les chiffres"))
        assert name.startswith("Statistiques_Rhone_69_")
        assert name.endswith(f".{form}")
        assert content.startswith(begins)


async def test_in_the_direct_channel_the_answer_stays(juliette: Person, work: Work, month: date) -> None:
    await work("69", 3, OLD)
    await juliette.runs(f"/stats departement {type_month(month)}", await juliette.direct_channel())
    answer = await juliette.told("Rhône")
    assert not answer.ephemeral
    assert await download_files(juliette, answer)


async def test_a_tag_of_the_departement_filters_its_figures_from_five_conseillers_on(
    house: House, juliette: Person, work: Work, month: date
) -> None:
    asked = f"/stats departement {type_month(month)} #Camion"
    await work("69", 5, OLD, OLD)
    assert "Aucun département n’a ici l’étiquette #camion" in plain_spaces(await juliette.asks(asked))
    async with house.bot.database.transaction() as db:
        tag = await add_tag(db, "69", "camion", house.clock())
        theirs = (CRA.c.departement_structure == "69", CRA.c.date >= month, CRA.c.date < months_after(month, 1))
        rows = (await db.execute(select(CRA.c.author_id, CRA.c.id).where(*theirs))).all()
        whose: dict[str, int] = dict(rows)
        await db.execute(insert(CraTag), [{"cra": number, "tag": tag.number} for number in list(whose.values())[:4]])
    assert "Moins de 5 conseillers" in plain_spaces(await juliette.asks(asked))
    async with house.bot.database.transaction() as db:
        await db.execute(insert(CraTag), [{"cra": list(whose.values())[4], "tag": tag.number}])
    answer = await juliette.asks(asked)
    text = plain_spaces(answer).replace("*", "").replace("\\", "")
    assert "Rhône (69), #camion" in text
    assert "l’étiquette #camion de leur département" in text
    assert "40 personnes accompagnées" in text, "half of them"
    assert "Conseillers actifs" not in text
    window = await juliette.opens_by(answer, "Exporter")
    assert (await window.fill(format="csv").submit()).accepted
    [(_, content)] = await download_files(juliette, await juliette.told("Voici les chiffres"))
    assert ";40" in content.decode("utf-8-sig")
    wide = plain_spaces(await juliette.asks(f"/stats national {type_month(month)} #camion")).replace("*", "")
    assert "40 personnes accompagnées" in wide
    assert "une seule étiquette" in plain_spaces(await juliette.asks("/stats departement #camion #caf"))


async def test_an_empty_month_is_said(juliette: Person, month: date) -> None:
    assert "aucun compte rendu sur cette période" in plain_spaces(
        await juliette.asks(f"/stats departement {type_month(month)}")
    )
    assert "aucun compte rendu sur cette période" in plain_spaces(
        await juliette.asks(f"/stats national {type_month(month)}")
    )


async def test_each_sees_what_is_theirs(house: House, juliette: Person, agathe: Person) -> None:
    camille = await house.site.person("camille")
    await house.registers(camille, Role.COORDINATEUR, departements=["35", "22"])
    ines = await house.someone(Role.INVITE, "ines")
    for person, line, seen in (
        (juliette, "departement Rhône", "Rhône (69)"),
        (juliette, "region", "Auvergne-Rhône-Alpes"),
        (juliette, "national", "France entière"),
        (camille, "departement", "Ille-et-Vilaine (35)"),
        (camille, "departement cotes d'armor", "Côtes-d"),
        (camille, "region bretagne", "Bretagne"),
        (agathe, "departement la réunion", "La Réunion (974)"),
        (agathe, "region paca", "Provence"),
    ):
        assert seen in plain_spaces(await person.asks(f"/stats {line} mars 2020")), line
    for person, line, told in (
        (juliette, "departement 75", "Vous pouvez voir la France entière, Rhône (69) et Auvergne-Rhône-Alpes"),
        (juliette, "region bretagne", "réservés aux animateurs"),
        (camille, "departement 69", "Ille-et-Vilaine (35), Côtes-d’Armor (22) et Bretagne"),
        (agathe, "departement", "De quel territoire"),
        (ines, "national", "agent invité"),
        (juliette, "departement exporter csv", "réservé aux animateurs"),
        (juliette, "carte", "Cette commande est réservée aux animateurs"),
    ):
        refusal = plain_spaces(await person.asks(f"/stats {line}")).replace("'", "’")
        assert told in refusal, refusal


@pytest.mark.every_mode
async def test_whoever_files_no_reports_is_led_to_what_is_open_to_them(house: House) -> None:
    camille = await house.someone(Role.COORDINATEUR, "camille", departements=["69"])
    led = await camille.asks("/stats")
    assert led.buttons == ["Mon département", "La France entière", "Mes chiffres de coordination"]
    await camille.clicks(led, "Mon département")
    assert "Rhône" in plain_spaces(await camille.whispered("Rhône"))
    assert "Rhône" in plain_spaces(await camille.asks("/stats territoire mois dernier"))


async def test_somebody_of_no_known_departement_is_told(house: House) -> None:
    nouveau = await house.conseiller("nouveau", departements=[])
    assert "pas encore votre département" in plain_spaces(await nouveau.asks("/stats departement"))
    assert "France entière" in plain_spaces(await nouveau.asks("/stats national mars 2020"))


async def test_those_who_left_or_moved_stay_counted(house: House, juliette: Person, work: Work, month: date) -> None:
    """And where the work was done is where the structure was, not where the persons live."""
    left, moved, *_ = await work("69", 5, make_report(departement="01", commune="01053"))
    async with house.bot.database.transaction() as db:
        gone = make_conseiller(left, None)
        gone.role = Role.INVITE
        await register_all(db, gone, make_conseiller(moved, "38"))
    assert "40** personnes" in plain_spaces(await juliette.asks(f"/stats departement {type_month(month)}"))


async def test_days_become_whole_months(juliette: Person, work: Work, month: date) -> None:
    await work("69", 5, OLD)
    text = plain_spaces(await juliette.asks(f"/stats departement du {month:15/%m/%Y} au {month:20/%m/%Y}"))
    assert f"par mois entiers : voici du {month:01/%m/%Y} au" in text
    assert "40** personnes" in text


async def test_the_month_in_progress_is_told_as_of_its_last_sunday(house: House, juliette: Person, work: Work) -> None:
    """What is done since, today’s report too, changes nothing before Monday: nobody can see what it changed."""
    house.clock.goes_to(datetime(2034, 3, 15, 12, tzinfo=UTC))
    await work("69", 5, OLD, on=date(2034, 3, 12))
    before = plain_spaces(await juliette.asks("/stats departement"))
    assert "du 1er au 12 mars 2034" in before
    assert "Le mois en cours s’arrête au dimanche 12 mars." in before
    assert "40** personnes" in before
    assert "mois entiers" not in before
    await work("69", 5, OLD, on=date(2034, 3, 13))
    assert plain_spaces(await juliette.asks("/stats departement")) == before
    house.clock.goes_to(datetime(2034, 3, 20, 12, tzinfo=UTC))
    later = plain_spaces(await juliette.asks("/stats departement"))
    assert "80** personnes" in later
    assert "Conseillers actifs** : 10" in later
    await house.settled()  # else the pictures are due in 2034 for the stories to come


@pytest.mark.newest_only
async def test_in_the_first_days_of_a_month_it_is_said_when_its_figures_come(house: House, agathe: Person) -> None:
    house.clock.goes_to(datetime(2034, 3, 5, 12, tzinfo=UTC))
    answer = await agathe.asks("/stats national")
    assert "Les premiers chiffres de mars arrivent le lundi 6 mars" in plain_spaces(answer)
    assert plain_spaces(answer).startswith("#### France entière : février 2034")
    assert answer.buttons[:2] == ["Voir janvier 2034", "Voir mars 2034"]
    for line in ("carte", "departement exporter csv"):
        assert "Les premiers chiffres de mars arrivent le lundi 6 mars" in plain_spaces(
            await agathe.asks(f"/stats {line}")
        )
    assert "du 1er janvier au 28 février 2034" in plain_spaces(await agathe.asks("/stats national année"))
    await house.settled()


@pytest.mark.newest_only
async def test_few_persons_are_rounded_and_it_is_said_how(juliette: Person, work: Work, month: date) -> None:
    """Three reports of three conseillers: rounded, but how many conseillers there are."""
    await work("69", 3, make_report(activite=Activite.INDIVIDUEL, minutes=15))
    text = plain_spaces(await juliette.asks(f"/stats departement {type_month(month)}"))
    assert "Chiffres arrondis, pour protéger les personnes." in text
    assert "Conseillers actifs** : 3" in text
    assert not re.search(r"[1-46-9]\*\* |[1-46-9] \(", text)
    again = plain_spaces(await juliette.asks(f"/stats departement {type_month(month)}"))
    assert again == text


async def test_the_months_beside_are_a_click_away(house: House, juliette: Person, work: Work, month: date) -> None:
    later = months_after(month, 1)
    await work("69", 5, OLD, OLD, OLD)
    await work("69", 5, OLD, OLD, on=later)
    answer = await juliette.asks(f"/stats departement {type_month(later)}")
    assert "40 personnes de moins, pour 5 accompagnements de moins" in plain_spaces(answer)
    await juliette.clicks(answer, answer.buttons[0])
    assert "120** personnes" in plain_spaces(await juliette.whispered("personnes"))


@pytest.mark.newest_only
async def test_the_month_after_is_named_as_a_month_on_its_first_day(house: House, juliette: Person, work: Work) -> None:
    house.clock.goes_to(datetime(2034, 3, 1, 12, tzinfo=UTC))
    answer = await juliette.asks("/stats departement février 2034")
    assert answer.buttons[:2] == ["Voir janvier 2034", "Voir mars 2034"]
    await house.settled()


@pytest.mark.newest_only
async def test_the_last_month_with_figures_is_shown_until_this_one_has_some(
    house: House, juliette: Person, work: Work
) -> None:
    house.clock.goes_to(datetime(2034, 3, 1, 12, tzinfo=UTC))
    await work("69", 5, OLD, OLD, on=date(2034, 2, 1))
    for place in ("departement", "national"):
        answer = plain_spaces(await juliette.asks(f"/stats {place}"))
        assert "février 2034" in answer.splitlines()[0]
        assert "Mars commence. Les premiers chiffres de mars arrivent le lundi 6 mars" in answer
        assert "personnes accompagnées" in answer.replace("*", "")
    asked = plain_spaces(await juliette.asks("/stats departement mars 2034"))
    assert "mars 2034" in asked.splitlines()[0]
    house.clock.goes_to(datetime(2034, 3, 6, 12, tzinfo=UTC))
    later = plain_spaces(await juliette.asks("/stats departement"))
    assert "mars 2034" in later.splitlines()[0]
    assert "commence" not in later
    await house.settled()
