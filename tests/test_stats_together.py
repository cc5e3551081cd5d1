"""Stories: all départements side by side, in a table and in a picture, for animateurs."""

import csv
import io
from datetime import date

import openpyxl
import pytest

from config.territories import DEPARTEMENTS
from storage.cra import Activite
from storage.people import Role
from tests.people import Person
from tests.support.cra import make_report
from tests.support.house import House, agathe
from tests.support.stats import OLD, Work, download_files, month, plain_spaces, type_month, work

__all__ = ["agathe", "month", "work"]


async def test_the_table_of_departements(agathe: Person, work: Work, month: date) -> None:
    await work("69", 5, OLD, OLD)
    await work("38", 5, OLD)
    await work("", 5, OLD)
    await agathe.runs(f"/stats departement exporter csv {type_month(month)}")
    sent = await agathe.told("Voici les chiffres de tous les départements")
    [(name, content)] = await download_files(agathe, sent)
    assert name.startswith("Departements_")
    assert name.endswith(".csv")
    rows = {row["Code"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")}
    persons = {code: rows[code]["Personnes accompagnées"] for code in ("69", "38", "01", "")}
    assert persons == {"69": "80", "38": "40", "01": "0", "": "40"}
    assert {rows[code]["Conseillers actifs"] for code in ("69", "38", "")} == {"5"}
    assert "Chiffres arrondis" in content.decode("utf-8-sig")
    assert rows["75"]["Accompagnements enregistrés"] == "0"


async def test_the_button_gives_the_table_for_excel(agathe: Person, work: Work, month: date) -> None:
    await work("69", 5, OLD, OLD)
    answer = await agathe.asks(f"/stats departement 69 {type_month(month)}")
    await agathe.clicks(answer, "Voir tous les départements")
    sent = await agathe.told("Voici les chiffres de tous les départements")
    [(name, content)] = await download_files(agathe, sent)
    assert name.endswith(".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    head, *rows = list(sheet.iter_rows(values_only=True))
    (rhone,) = [dict(zip(head, row, strict=True)) for row in rows if row[0] == "69"]
    assert (rhone["Conseillers actifs"], rhone["Personnes accompagnées"]) == (5, 80)


async def test_the_form_of_the_table_is_asked_for(agathe: Person) -> None:
    assert "Sous quelle forme" in plain_spaces(await agathe.asks("/stats departement exporter"))


async def test_the_departements_side_by_side(agathe: Person, work: Work, month: date) -> None:
    await work("69", 5, OLD, OLD, OLD)
    await work("75", 5, OLD, OLD)
    await agathe.runs(f"/stats carte {type_month(month)}")
    sent = await agathe.told("Accompagnements par département")
    assert "Rhône (69) 15, Paris (75) 10" in plain_spaces(sent)
    [(name, content)] = await download_files(agathe, sent)
    assert (name[-10:], content[:4]) == ("_carte.png", b"\x89PNG")


async def test_no_picture_of_nothing(agathe: Person, month: date) -> None:
    await agathe.runs(f"/stats carte {type_month(month)}")
    waiting = await agathe.told()
    told = waiting if "aucun" in waiting.text else await agathe.rewritten(waiting, "aucun compte rendu")
    assert "aucun compte rendu à cette période" in plain_spaces(told)


async def test_somebody_whose_rights_went_gets_no_file(house: House, agathe: Person, work: Work, month: date) -> None:
    """A button clicked by who is no longer an animateur."""
    await work("69", 3, OLD)
    answer = await agathe.asks(f"/stats departement 69 {type_month(month)}")
    await house.registers(agathe, Role.CONSEILLER, departements=["75"])
    await agathe.clicks(answer, "Voir tous les départements")
    refusal = plain_spaces(await agathe.whispered())
    assert "réservé" in refusal


@pytest.mark.newest_only
async def test_chat_and_files_tell_the_same_and_add_up(agathe: Person, work: Work, month: date) -> None:
    """Few reports in several départements: whatever was drawn, the région is what its départements are together."""
    for code, conseillers in (("69", 4), ("38", 3), ("01", 1), ("75", 2), ("", 3)):
        await work(code, conseillers, OLD, make_report(activite=Activite.INDIVIDUEL))
    await agathe.runs(f"/stats departement exporter csv {type_month(month)}")
    [(_, content)] = await download_files(agathe, await agathe.told("Voici les chiffres de tous les départements"))
    rows = {row["Code"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")}
    told = {code: int(row["Accompagnements enregistrés"]) for code, row in rows.items() if row["Nom"]}
    aura = [code for code, d in DEPARTEMENTS.items() if d.code_region == "84"]
    for line, expected in (
        ("departement 69", told["69"]),
        ("region 84", sum(told[code] for code in aura)),
        ("national", sum(told.values())),
    ):
        assert f"{expected}** accompagnements" in plain_spaces(
            await agathe.asks(f"/stats {line} {type_month(month)}")
        ), line
