"""Comptes rendus out of the database as files, and home again: nothing lost, nothing twice."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.cra.exports import writer
from cli.cra.imports import ImportOutcome
from config.text import guard, unguard
from storage import schema
from storage.cra.files import CSV_COLUMNS, LINE_COLUMNS
from storage.cra.queries import delete_report, find_own, revise_report
from storage.cra.tags import OWNER_MAX, add_tag, list_known, tag_report
from storage.database import Database
from storage.people import Person
from tests.support.cra import (
    CARL,
    JULIETTE,
    NOW,
    SINGLE,
    STORED_WORKSHOP,
    cra_database,
    export_reports,
    file_reports,
    import_reports,
    open_cra_database,
    read_jsonl,
    write_jsonl,
)

__all__ = ["cra_database"]

pytestmark = pytest.mark.postgres_too


async def test_a_line_says_everything_of_a_report(database: Database) -> None:
    await file_reports(database, STORED_WORKSHOP)
    (row,) = read_jsonl(await export_reports(database))
    assert row == {
        "numero": 1,
        "auteur": "juliette",
        "date": "2026-11-20",
        "canal": "rattachement",
        "code_commune": "69256",
        "commune": "Vaulx-en-Velin",
        "code_postal": "69120",
        "departement": "69",
        "structure": "=Ville; de « Vaulx »",
        "departement_structure": "69",
        "activite": "collectif",
        "participants": 8,
        "recurrents": 2,
        "ages": {"-12": 3, "+60": 5},
        "statuts": {"sans emploi": 8},
        "themes": ["internet", "courriel"],
        "minutes": 90,
        "suite": {"atelier": 1},
        "source": "dialog",
        "cree": "2026-11-23T18:00:00Z",
        "modifie": "2026-11-23T18:00:00Z",
        "supprime": None,
    }
    assert tuple(row) == LINE_COLUMNS


async def test_tags_leave_with_reports_and_come_home(database: Database, tmp_path: Path) -> None:
    first, second, _ = await file_reports(database, STORED_WORKSHOP, SINGLE, SINGLE)
    async with database.transaction() as db:
        juliette = await db.get(Person, JULIETTE.id)
        assert juliette is not None
        await tag_report(db, juliette, first, ["caf", "séniors"], NOW)
        await add_tag(db, "69", "bus", NOW)
        await tag_report(db, juliette, second, ["bus"], NOW)
    told = read_jsonl(await export_reports(database))
    assert [row.get("etiquettes") for row in told] == [["caf", "séniors"], ["bus"], None]
    assert [row["numero"] for row in read_jsonl(await export_reports(database, tag="Seniors"))] == [first]
    table = await export_reports(database, "csv", tags=True)
    head, *rows = csv.reader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";")
    assert (head[-1], [row[-1] for row in rows]) == ("etiquettes", ["caf|séniors", "bus", ""])
    elsewhere, said = f"sqlite:///{tmp_path}/elsewhere.db", list[str]()
    await schema.upgrade(elsewhere)
    async for other in open_cra_database(elsewhere):
        async with other.transaction() as db:
            await add_tag(db, "69", "Bus", NOW)
        assert str(await import_reports(other, table)).startswith("3 ajoutés")
        back = read_jsonl(await export_reports(other))
        assert [row.get("etiquettes") for row in back] == [["caf", "séniors"], ["Bus"], None]
        async with other.transaction() as db:
            assert [tag.name for tag in await list_known(db, [JULIETTE.id])] == ["caf", "séniors"], (
                "the other is shared"
            )
            for number in range(OWNER_MAX - 2):
                await add_tag(db, JULIETTE.id, f"mot{number}", NOW)
        more = write_jsonl({**told[2], "numero": None, "cree": None, "modifie": None, "etiquettes": ["#caf", "trop"]})
        assert str(await import_reports(other, more, complain=lambda _, why: said.append(why))).startswith("1 ajouté")
        assert said == ["etiquettes : l’auteur en a déjà 50 ; le compte rendu entre sans elles"]
        wrong = [{**told[2], "numero": None, "etiquettes": tags} for tags in (["un mot"], "12", list("abcdef"), 5)]
        await import_reports(other, write_jsonl(*wrong), complain=lambda _, why: said.append(why))
        assert [why.partition(" :")[0] for why in said[1:]] == ["etiquettes"] * 4


async def test_only_what_is_asked_for_is_exported(database: Database) -> None:
    first, second = await file_reports(database, STORED_WORKSHOP, SINGLE)
    (third,) = await file_reports(database, SINGLE, author=CARL)

    async def numbers(**wanted: Any) -> list[int]:
        return [row["numero"] for row in read_jsonl(await export_reports(database, **wanted))]

    assert await numbers() == [first, second, third]
    assert await numbers(end=STORED_WORKSHOP.date) == [first]
    assert await numbers(start=SINGLE.date) == [second, third]
    assert await numbers(username="carl") == [third]
    async with database.transaction() as db:
        cra = await find_own(db, JULIETTE.id, second)
        assert cra is not None
        await delete_report(db, cra, NOW)
    assert await numbers() == [first, third]
    assert await numbers(deleted=True) == [first, second, third]
    assert read_jsonl(await export_reports(database, deleted=True))[1]["supprime"] == "2026-11-24T18:00:00Z"


async def test_pages_neither_repeat_nor_skip(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.ROWS_PER_PAGE", 3)
    await file_reports(database, *[STORED_WORKSHOP] * 7)
    assert [row["numero"] for row in read_jsonl(await export_reports(database))] == list(range(1, 8))


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
async def test_an_export_moves_to_another_database_unchanged(database: Database, kind: str, tmp_path: Path) -> None:
    await file_reports(database, STORED_WORKSHOP, SINGLE)
    async with database.transaction() as db:
        cra = await find_own(db, JULIETTE.id, 1)
        assert cra is not None
        await revise_report(db, cra, SINGLE, NOW)
    await file_reports(database, SINGLE, author=CARL)
    text = await export_reports(database, kind)
    url = f"sqlite:///{tmp_path}/other.db"
    await schema.upgrade(url)
    async for other in open_cra_database(url):
        assert await import_reports(other, text) == ImportOutcome(added=3)
        assert await export_reports(other, kind) == text
        assert await import_reports(other, text) == ImportOutcome(there=3)
        assert await export_reports(other, kind) == text


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
async def test_an_export_comes_home_without_doubling(database: Database, kind: str) -> None:
    await file_reports(database, STORED_WORKSHOP, SINGLE)
    text = await export_reports(database, kind)
    assert await import_reports(database, text) == ImportOutcome(there=2)
    assert await export_reports(database, kind) == text


def test_a_spreadsheet_finds_no_formula_in_an_export() -> None:
    out = io.StringIO()
    write = writer(out, "csv")
    row: dict[str, Any] = dict.fromkeys(LINE_COLUMNS, None) | {"ages": {}, "statuts": {}, "suite": {}, "themes": []}
    write(row | {"structure": "=HYPERLINK()", "auteur": "-x", "commune": " @y"})
    head, line = csv.reader(io.StringIO(out.getvalue().removeprefix("\ufeff")), delimiter=";")
    assert tuple(head) == CSV_COLUMNS
    cells = dict(zip(head, line, strict=True))
    assert (cells["structure"], cells["auteur"], cells["commune"]) == ("'=HYPERLINK()", "'-x", "' @y")


@given(st.text())
def test_the_guard_of_cells_is_undone(cell: str) -> None:
    assert unguard(guard(cell)) == cell
    assert not guard(cell).lstrip().startswith(tuple("=+-@|%\t\r＝＋－＠"))
