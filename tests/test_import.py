"""Files of comptes rendus into the database: once each, under their numbers, by the right authors."""

import asyncio

from cli.cra.imports import LINES_AT_ONCE, ImportOutcome
from storage import people
from storage.cra import Source
from storage.cra.queries import Filing, file_report, read_last_commune
from storage.database import Database
from storage.engines import is_taken
from storage.people import Person
from tests.support.cra import (
    CARL,
    JSON_LINE,
    NOW,
    SINGLE,
    STORED_WORKSHOP,
    FakeChat,
    cra_database,
    export_reports,
    file_reports,
    import_reports,
    read_jsonl,
    write_jsonl,
)

__all__ = ["cra_database"]


async def test_lines_alike_are_as_many_reports_but_once_each(database: Database) -> None:
    text = write_jsonl(JSON_LINE, JSON_LINE, JSON_LINE)
    assert await import_reports(database, text) == ImportOutcome(added=3)
    assert await import_reports(database, text) == ImportOutcome(there=3)
    assert await import_reports(database, text + write_jsonl(JSON_LINE)) == ImportOutcome(added=1, there=3)
    assert len(read_jsonl(await export_reports(database))) == 4


async def test_the_same_lines_in_the_other_format_are_the_same(database: Database) -> None:
    header = "auteur;date;canal;code_commune;activite;participants;age_+60;statut_retraite;themes;minutes"
    table = f"{header}\r\njuliette;20/11/2026;autre;69256;collectif;4;4;4;internet;60\r\n"
    assert await import_reports(database, write_jsonl(JSON_LINE)) == ImportOutcome(added=1)
    assert await import_reports(database, table) == ImportOutcome(there=1)
    assert await import_reports(database, b"\xef\xbb\xbf" + table.replace(";", ",").encode()) == ImportOutcome(there=1)


async def test_numbers_are_kept_where_they_are_free(database: Database) -> None:
    await file_reports(database, STORED_WORKSHOP)
    taken = JSON_LINE | {"numero": 1, "cree": "2026-11-20T10:00:00Z"}
    free = JSON_LINE | {"numero": 7, "cree": "2026-11-20T11:00:00Z"}
    far = JSON_LINE | {"numero": 50_007, "cree": "2026-11-20T12:00:00Z"}
    assert await import_reports(database, write_jsonl(taken, free, far, free)) == ImportOutcome(added=3, there=1)
    assert await import_reports(database, write_jsonl(taken, free, far)) == ImportOutcome(there=3)
    found = {row["cree"][11:13]: row["numero"] for row in read_jsonl(await export_reports(database))}
    assert (found["11"], found["12"]) == (7, 50_007)
    assert found["10"] > 50_007
    (following,) = await file_reports(database, SINGLE, author=CARL)
    assert following > found["10"]


async def test_a_batch_may_hold_one_number_twice(database: Database) -> None:
    one = JSON_LINE | {"numero": 5, "cree": "2026-11-20T10:00:00Z"}
    other = one | {"auteur": "carl"}
    assert await import_reports(database, write_jsonl(one, other)) == ImportOutcome(added=2)
    assert await import_reports(database, write_jsonl(one, other)) == ImportOutcome(there=2)
    found = {row["auteur"]: row["numero"] for row in read_jsonl(await export_reports(database))}
    assert found["juliette"] == 5
    assert found["carl"] != 5


async def test_new_numbers_are_none_of_the_file_s(database: Database) -> None:
    await file_reports(database, *[STORED_WORKSHOP] * 3)
    same_day = [JSON_LINE | {"numero": n, "cree": "2026-11-20T00:00:00Z", "participants": 4} for n in range(1, 9)]
    assert await import_reports(database, write_jsonl(*same_day)) == ImportOutcome(added=8)
    assert await import_reports(database, write_jsonl(*same_day)) == ImportOutcome(there=8)
    assert [row["numero"] for row in read_jsonl(await export_reports(database))] == list(range(1, 12))


async def test_what_a_line_leaves_out_follows_from_the_author(database: Database) -> None:
    plain = JSON_LINE | {"activite": "ponctuel", "participants": None, "ages": {"+60": 1}, "statuts": {"retraite": 1}}
    await import_reports(database, write_jsonl(plain, plain | {"structure": "Mairie", "departement_structure": "01"}))
    first, second = read_jsonl(await export_reports(database))
    assert (first["structure"], first["departement_structure"]) == ("=Ville; de « Vaulx »", "69")
    assert (second["structure"], second["departement_structure"]) == ("Mairie", "01")
    assert (first["participants"], first["source"]) == (1, "import")
    assert (first["cree"], first["modifie"]) == ("2026-11-24T18:00:00Z",) * 2


async def test_an_author_without_departement_gets_the_first_commune_s(database: Database) -> None:
    await import_reports(database, write_jsonl(JSON_LINE | {"auteur": "carl"}))
    async with database.transaction() as db:
        carl = await people.by_username(db, "carl")
        assert carl is not None
        assert await read_last_commune(db, carl.id) == "69120 Vaulx-en-Velin"
    assert carl.departements == ["69"]
    assert read_jsonl(await export_reports(database))[0]["departement_structure"] == "69"


async def test_an_author_from_overseas_lives_by_the_hour_of_the_first_commune(database: Database) -> None:
    """As who files the same in the dialog does."""
    reunion = JSON_LINE | {"code_commune": "97411"}
    await import_reports(database, write_jsonl(reunion | {"auteur": "carl"}))
    async with database.transaction() as db:
        carl = await people.by_username(db, "carl")
    assert carl is not None
    assert (carl.departements, carl.timezone) == (["974"], "Indian/Reunion")


async def test_unknown_authors_are_asked_of_mattermost_once(database: Database) -> None:
    chat = FakeChat("marie")
    faults: list[tuple[int, str]] = []
    lines = [JSON_LINE | {"auteur": name} for name in ("marie", "@Marie", "nobody", "nobody")]
    outcome = await import_reports(database, write_jsonl(*lines), chat, lambda n, why: faults.append((n, why)))
    assert outcome == ImportOutcome(added=2, refused=2)
    assert chat.asked == ["marie", "nobody"]
    assert [n for n, _ in faults] == [3, 4]
    assert "« nobody »" in faults[0][1]
    async with database.transaction() as db:
        marie = await people.by_username(db, "marie")
    assert marie is not None
    assert marie.role is None


async def test_a_silent_mattermost_is_asked_once(database: Database) -> None:
    chat = FakeChat(away=True)
    faults: list[str] = []
    lines = write_jsonl(JSON_LINE | {"auteur": "a"}, JSON_LINE | {"auteur": "b"}, JSON_LINE)
    outcome = await import_reports(database, lines, chat, lambda _, why: faults.append(why))
    assert outcome == ImportOutcome(added=1, refused=2)
    assert chat.asked == ["a"]
    assert all("Mattermost ne répond pas" in why for why in faults)


async def test_the_date_rule_goes_by_the_author_s_own_day(database: Database) -> None:
    async with database.transaction() as db:
        await people.register_person(db, Person(**(CARL.model_dump() | {"timezone": "Pacific/Noumea"})))
    faults: list[str] = []
    tomorrow = JSON_LINE | {"date": "2026-11-25"}
    lines = write_jsonl(tomorrow | {"auteur": "carl"}, tomorrow)
    assert await import_reports(database, lines, None, lambda _, why: faults.append(why)) == ImportOutcome(
        added=1, refused=1
    )
    assert "24/11/2026" in faults[0]


async def test_many_lines_go_in_over_many_transactions(database: Database) -> None:
    lines = [JSON_LINE | {"numero": n, "cree": "2026-11-20T10:00:00Z"} for n in range(1, 2 * LINES_AT_ONCE + 50)]
    assert await import_reports(database, write_jsonl(*lines)) == ImportOutcome(added=len(lines))
    assert await import_reports(database, write_jsonl(*lines)) == ImportOutcome(there=len(lines))


async def test_the_bot_may_file_while_an_import_runs(database: Database) -> None:
    lines = write_jsonl(
        *[JSON_LINE | {"numero": n, "cree": "2026-11-20T10:00:00Z"} for n in range(1, 3 * LINES_AT_ONCE)]
    )
    outcome, _ = await asyncio.gather(import_reports(database, lines), _file_often(database))
    assert outcome == ImportOutcome(added=3 * LINES_AT_ONCE - 1)
    found = read_jsonl(await export_reports(database))
    assert len({row["numero"] for row in found}) == len(found) == 3 * LINES_AT_ONCE - 1 + 20


async def _file_often(database: Database) -> None:
    """File reports as the bot does: once more where somebody took the number meanwhile (bot/dispatch.py)."""
    for n in range(20):
        try:
            await _file(database, n)
        except Exception as problem:
            if not is_taken(problem):
                raise
            await _file(database, n)
        await asyncio.sleep(0.005)


async def _file(database: Database, n: int) -> None:
    async with database.transaction() as db:
        await file_report(db, CARL, SINGLE, Filing(f"busy:{n}", Source.DIALOG, NOW))
