"""Comptes rendus out of the database and back in, as files: nothing lost, nothing twice, the bad lines explained."""

import asyncio
import contextlib
import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ChatError
from bot.mattermost import ChatUser
from bot.operator.authors import Authors
from bot.operator.errors import OperatorError
from bot.operator.exporting import export, writer
from bot.operator.importing import BATCH, Import, Outcome, check
from bot.operator.lines import LONGEST, Lines
from bot.operator.progress import Progress
from storage import migrate, people
from storage.cra import Activite, Age, Canal, Report, Source, Statut, Suite
from storage.cra.bulk import Wanted
from storage.cra.queries import Filing, delete, file, own, revise
from storage.cra.reading import RowError, read
from storage.cra.rows import COLUMNS, CSV_COLUMNS, guarded, unguarded
from storage.database import Database
from storage.people import Person, Role
from tests.postgres import Server

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
JULIETTE = Person(
    id="j" * 26,
    username="juliette",
    role=Role.CONSEILLER,
    structure="=Ville; de « Vaulx »",
    departements=["69"],
    commune="69256",
    code_postal="69120",
    since=NOW,
)
CARL = Person(id="c" * 26, username="carl", role=Role.CONSEILLER, departements=[], since=NOW)
WORKSHOP = Report(
    date=date(2026, 11, 20),
    canal=Canal.RATTACHEMENT,
    commune="69256",
    code_postal="69120",
    departement="69",
    activite=Activite.COLLECTIF,
    participants=8,
    recurrents=2,
    ages={Age.MOINS_12: 3, Age.PLUS_60: 5},
    statuts={Statut.SANS_EMPLOI: 8},
    themes=("internet", "courriel"),
    minutes=90,
    suite={Suite.ATELIER: 1},
)
SINGLE = Report(
    date=date(2026, 11, 23),
    canal=Canal.DISTANCE,
    commune="74109",
    code_postal="01200",
    departement="74",
    activite=Activite.PONCTUEL,
    participants=1,
    ages={Age.DE_18_A_35: 1},
    statuts={Statut.EN_EMPLOI: 1},
    themes=("sante",),
    minutes=15,
)
LINE: dict[str, Any] = {
    "auteur": "juliette",
    "date": "2026-11-20",
    "canal": "autre",
    "code_commune": "69256",
    "activite": "collectif",
    "participants": 4,
    "ages": {"+60": 4},
    "statuts": {"retraite": 4},
    "themes": ["internet"],
    "minutes": 60,
}


class Chat:
    """A Mattermost where only these people are; it may be away."""

    def __init__(self, *names: str, away: bool = False) -> None:
        self.names = names
        self.away = away
        self.asked: list[str] = []

    async def user_by_name(self, username: str) -> ChatUser | None:
        self.asked.append(username)
        if self.away:
            raise ChatError(0)
        return ChatUser(id=f"{username:x<26}", username=username) if username in self.names else None


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of each kind with Juliette and Carl in it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/coop.db"
        await migrate.upgrade(url)
        async for database in opened(url):
            yield database
        return
    server: Server = request.getfixturevalue("postgres")
    async with server.database() as url:
        async for database in opened(url):
            yield database


async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        async with database.transaction() as db:
            for person in (JULIETTE, CARL):
                await people.register(db, Person(**person.model_dump()))
        yield database
    finally:
        await database.close()


async def filed(database: Database, *reports: Report, author: Person = JULIETTE) -> list[int]:
    """File reports by dialog, a minute apart."""
    numbers: list[int] = []
    async with database.transaction() as db:
        for report in reports:
            at = NOW - timedelta(days=1, microseconds=7 * len(numbers))
            how = Filing(f"dialog:{author.username}:{len(numbers)}", Source.DIALOG, at)
            numbers.append((await file(db, author, report, how)).number)
    return numbers


async def exported(database: Database, kind: str = "jsonl", **wanted: Any) -> str:
    out = io.StringIO()
    await export(database, Wanted(**wanted), writer(out, kind), Progress(io.StringIO(), "lignes"))
    return out.getvalue()


async def imported(
    database: Database, text: str | bytes, chat: Any = None, complain: Callable[[int, str], None] | None = None
) -> Outcome:
    data = text.encode() if isinstance(text, str) else text
    work = Import(database, Authors(database, chat, lambda: NOW), lambda: NOW, complain or _unexpected)
    return await work.run(Lines(io.BytesIO(data)), Progress(io.StringIO(), "lignes"))


def _unexpected(number: int, reason: str) -> None:
    raise AssertionError(f"ligne {number} : {reason}")


def jsonl(*lines: dict[str, Any]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


async def test_a_line_says_everything_of_a_report(database: Database) -> None:
    await filed(database, WORKSHOP)
    (row,) = rows(await exported(database))
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
    assert tuple(row) == COLUMNS


async def test_only_what_is_asked_for_is_exported(database: Database) -> None:
    first, second = await filed(database, WORKSHOP, SINGLE)
    (third,) = await filed(database, SINGLE, author=CARL)

    async def numbers(**wanted: Any) -> list[int]:
        return [row["numero"] for row in rows(await exported(database, **wanted))]

    assert await numbers() == [first, second, third]
    assert await numbers(end=WORKSHOP.date) == [first]
    assert await numbers(start=SINGLE.date) == [second, third]
    assert await numbers(username="carl") == [third]
    async with database.transaction() as db:
        cra = await own(db, JULIETTE.id, second)
        assert cra is not None
        await delete(db, cra, NOW)
    assert await numbers() == [first, third]
    assert await numbers(deleted=True) == [first, second, third]
    assert rows(await exported(database, deleted=True))[1]["supprime"] == "2026-11-24T18:00:00Z"


async def test_pages_neither_repeat_nor_skip(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.cra.bulk.PAGE", 3)
    await filed(database, *[WORKSHOP] * 7)
    assert [row["numero"] for row in rows(await exported(database))] == list(range(1, 8))


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
async def test_an_export_moves_to_another_database_unchanged(database: Database, kind: str, tmp_path: Path) -> None:
    await filed(database, WORKSHOP, SINGLE)
    async with database.transaction() as db:
        cra = await own(db, JULIETTE.id, 1)
        assert cra is not None
        await revise(db, cra, SINGLE, NOW)
    await filed(database, SINGLE, author=CARL)
    text = await exported(database, kind)
    url = f"sqlite:///{tmp_path}/other.db"
    await migrate.upgrade(url)
    async for other in opened(url):
        assert await imported(other, text) == Outcome(added=3)
        assert await exported(other, kind) == text
        assert await imported(other, text) == Outcome(there=3)
        assert await exported(other, kind) == text


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
async def test_an_export_comes_home_without_doubling(database: Database, kind: str) -> None:
    await filed(database, WORKSHOP, SINGLE)
    text = await exported(database, kind)
    assert await imported(database, text) == Outcome(there=2)
    assert await exported(database, kind) == text


async def test_lines_alike_are_as_many_reports_but_once_each(database: Database) -> None:
    text = jsonl(LINE, LINE, LINE)
    assert await imported(database, text) == Outcome(added=3)
    assert await imported(database, text) == Outcome(there=3)
    assert await imported(database, text + jsonl(LINE)) == Outcome(added=1, there=3)
    assert len(rows(await exported(database))) == 4


async def test_the_same_lines_in_the_other_format_are_the_same(database: Database) -> None:
    header = "auteur;date;canal;code_commune;activite;participants;age_+60;statut_retraite;themes;minutes"
    table = f"{header}\r\njuliette;20/11/2026;autre;69256;collectif;4;4;4;internet;60\r\n"
    assert await imported(database, jsonl(LINE)) == Outcome(added=1)
    assert await imported(database, table) == Outcome(there=1)
    assert await imported(database, b"\xef\xbb\xbf" + table.replace(";", ",").encode()) == Outcome(there=1)


async def test_numbers_are_kept_where_they_are_free(database: Database) -> None:
    await filed(database, WORKSHOP)
    taken = LINE | {"numero": 1, "cree": "2026-11-20T10:00:00Z"}
    free = LINE | {"numero": 7, "cree": "2026-11-20T11:00:00Z"}
    far = LINE | {"numero": 50_007, "cree": "2026-11-20T12:00:00Z"}
    assert await imported(database, jsonl(taken, free, far, free)) == Outcome(added=3, there=1)
    assert await imported(database, jsonl(taken, free, far)) == Outcome(there=3)
    found = {row["cree"][11:13]: row["numero"] for row in rows(await exported(database))}
    assert (found["11"], found["12"]) == (7, 50_007)
    assert found["10"] > 50_007
    (following,) = await filed(database, SINGLE, author=CARL)
    assert following > found["10"]


async def test_a_batch_may_hold_one_number_twice(database: Database) -> None:
    one = LINE | {"numero": 5, "cree": "2026-11-20T10:00:00Z"}
    other = one | {"auteur": "carl"}
    assert await imported(database, jsonl(one, other)) == Outcome(added=2)
    assert await imported(database, jsonl(one, other)) == Outcome(there=2)
    found = {row["auteur"]: row["numero"] for row in rows(await exported(database))}
    assert found["juliette"] == 5
    assert found["carl"] != 5


async def test_new_numbers_are_none_of_the_file_s(database: Database) -> None:
    await filed(database, *[WORKSHOP] * 3)
    same_day = [LINE | {"numero": n, "cree": "2026-11-20T00:00:00Z", "participants": 4} for n in range(1, 9)]
    assert await imported(database, jsonl(*same_day)) == Outcome(added=8)
    assert await imported(database, jsonl(*same_day)) == Outcome(there=8)
    assert [row["numero"] for row in rows(await exported(database))] == list(range(1, 12))


async def test_what_a_line_leaves_out_follows_from_the_author(database: Database) -> None:
    plain = LINE | {"activite": "ponctuel", "participants": None, "ages": {"+60": 1}, "statuts": {"retraite": 1}}
    await imported(database, jsonl(plain, plain | {"structure": "Mairie", "departement_structure": "01"}))
    first, second = rows(await exported(database))
    assert (first["structure"], first["departement_structure"]) == ("=Ville; de « Vaulx »", "69")
    assert (second["structure"], second["departement_structure"]) == ("Mairie", "01")
    assert (first["participants"], first["source"]) == (1, "import")
    assert (first["cree"], first["modifie"]) == ("2026-11-24T18:00:00Z",) * 2


async def test_an_author_without_departement_gets_the_first_commune_s(database: Database) -> None:
    await imported(database, jsonl(LINE | {"auteur": "carl"}))
    async with database.transaction() as db:
        carl = await people.by_username(db, "carl")
    assert carl is not None
    assert (carl.departements, carl.commune, carl.code_postal) == (["69"], "69256", "69120")
    assert rows(await exported(database))[0]["departement_structure"] == "69"


async def test_unknown_authors_are_asked_of_mattermost_once(database: Database) -> None:
    chat = Chat("marie")
    faults: list[tuple[int, str]] = []
    lines = [LINE | {"auteur": name} for name in ("marie", "@Marie", "nobody", "nobody")]
    outcome = await imported(database, jsonl(*lines), chat, lambda n, why: faults.append((n, why)))
    assert outcome == Outcome(added=2, refused=2)
    assert chat.asked == ["marie", "nobody"]
    assert [n for n, _ in faults] == [3, 4]
    assert "« nobody »" in faults[0][1]
    async with database.transaction() as db:
        marie = await people.by_username(db, "marie")
    assert marie is not None
    assert marie.role is None


async def test_a_silent_mattermost_is_asked_once(database: Database) -> None:
    chat = Chat(away=True)
    faults: list[str] = []
    lines = jsonl(LINE | {"auteur": "a"}, LINE | {"auteur": "b"}, LINE)
    outcome = await imported(database, lines, chat, lambda _, why: faults.append(why))
    assert outcome == Outcome(added=1, refused=2)
    assert chat.asked == ["a"]
    assert all("Mattermost ne répond pas" in why for why in faults)


async def test_the_date_rule_goes_by_the_author_s_own_day(database: Database) -> None:
    async with database.transaction() as db:
        await people.register(db, Person(**(CARL.model_dump() | {"timezone": "Pacific/Noumea"})))
    faults: list[str] = []
    tomorrow = LINE | {"date": "2026-11-25"}
    lines = jsonl(tomorrow | {"auteur": "carl"}, tomorrow)
    assert await imported(database, lines, None, lambda _, why: faults.append(why)) == Outcome(added=1, refused=1)
    assert "24/11/2026" in faults[0]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"auteur": None}, "auteur"),
    ({"auteur": "../x"}, "nom d’utilisateur"),
    ({"date": "2026-02-30"}, "n’est pas une date"),
    ({"date": "2019-12-31"}, "01/01/2020"),
    ({"canal": "rue"}, "rattachement, autre"),
    ({"code_commune": "99999"}, "aucune commune"),
    ({"code_commune": "", "commune": "Saint-Denis"}, "aucune commune"),
    ({"code_commune": ""}, "code INSEE"),
    ({"commune": "Lyon"}, "code de Vaulx-en-Velin"),
    ({"code_postal": "69001"}, "69120"),
    ({"activite": "x"}, "collectif"),
    ({"participants": None}, "nombre de participants"),
    ({"participants": 101, "ages": {"+60": 101}, "statuts": {"retraite": 101}}, "1 à 100"),
    ({"participants": 4.5}, "nombre entier"),
    ({"participants": True}, "nombre entier"),
    ({"activite": "individuel"}, "une seule personne"),
    ({"ages": {"+60": 3}}, "3 pour 4"),
    ({"ages": {"60+": 4}}, "« 60+ »"),
    ({"ages": [4]}, "nombres par code"),
    ({"statuts": {"retraite": 5, "etudiant": -1}}, "négatif"),
    ({"suite": {"atelier": 5}}, "suites"),
    ({"recurrents": 5}, "0 à 4"),
    ({"themes": []}, "thème"),
    ({"themes": ["internet", "internet"]}, "deux fois"),
    ({"themes": ["tricot"]}, "« tricot »"),
    ({"themes": 3}, "liste de codes"),
    ({"minutes": 20}, "durée"),
    ({"minutes": None}, "minutes"),
    ({"numero": 0}, "numéro positif"),
    ({"numero": 9_999_999_999}, "numéro positif"),
    ({"cree": "hier"}, "instant"),
    ({"cree": "2027-01-01T00:00:00Z"}, "avenir"),
    ({"cree": "2026-11-21T00:00:00Z", "modifie": "2026-11-20T00:00:00Z"}, "précède"),
    ({"structure": "x" * 201}, "200"),
    ({"structure": "a\u0000b"}, "invisibles"),
    ({"structure": "a\ufffdb"}, "UTF-8"),
    ({"structure": "a\ud800b"}, "invisibles"),
    ({"structure": ["x"]}, "texte"),
]


@pytest.mark.parametrize(("change", "reason"), BAD, ids=[next(iter(change)) + why[:12] for change, why in BAD])
async def test_a_bad_line_is_explained_and_the_others_go_in(change: dict[str, Any], reason: str) -> None:
    with pytest.raises((RowError, AssertionError)) as caught:
        await judged(LINE | change)
    assert isinstance(caught.value, RowError)
    assert reason in str(caught.value)


async def judged(line: dict[str, Any]) -> None:
    """What an import thinks of one line, without a database."""
    text = json.dumps(line)
    for _, found in Lines(io.BytesIO(text.encode())):
        if isinstance(found, RowError):
            raise found
        entry = read(found)
        check(entry, NOW, NOW.date())
    raise AssertionError("accepted")


async def test_bad_lines_are_told_by_their_number(database: Database) -> None:
    faults: dict[int, str] = {}
    text = jsonl(LINE) + "\n{broken\n[1]\n" + jsonl(LINE | {"minutes": 1}) + '"x"\n' + jsonl(LINE)
    text = text.replace("[1]", '{"a": ' + "[" * 5000 + "}")
    outcome = await imported(database, text, None, faults.__setitem__)
    assert outcome == Outcome(added=2, refused=4)
    assert sorted(faults) == [3, 4, 5, 6]


async def test_cells_on_several_lines_keep_the_count(database: Database) -> None:
    faults: dict[int, str] = {}
    head = "auteur,date,canal,commune,code_postal,activite,age_+60,statut_retraite,themes,minutes,structure,extra"
    good = "juliette,2026-11-20,autre,Vaulx-en-Velin,69120,ponctuel,1,1,internet,30,"
    table = f'\n{head}\n{good}"a\nb",\n\n{good}ok,\n{good}ok\n{good}ok,,\n{good}ok,,more\n'
    lines = Lines(io.BytesIO(table.encode()))
    work = Import(database, Authors(database, None, lambda: NOW), lambda: NOW, faults.__setitem__)
    outcome = await work.run(lines, Progress(io.StringIO(), "lignes"))
    assert outcome == Outcome(added=2, refused=3)
    assert list(faults) == [3, 7, 9]
    assert "invisibles" in faults[3]
    assert "cellules" in faults[7]
    assert lines.ignored == {"extra"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04rest", "CSV UTF-8"),
        (b"\xff\xfea\x00", "CSV UTF-8"),
        (b"[\n{}\n]", "un objet par ligne"),
        (b"nom;prenom\na;b\n", "auteur, date, canal, activite, themes, minutes, code_commune"),
    ],
)
def test_a_file_of_another_kind_is_refused_whole(data: bytes, reason: str) -> None:
    with pytest.raises(OperatorError, match=reason):
        list(Lines(io.BytesIO(data)))


def test_an_empty_file_is_no_fault() -> None:
    assert list(Lines(io.BytesIO(b"\n\n"))) == []


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    huge = b'{"a": "' + b"x" * (3 * LONGEST) + b'"}\n{}\n'
    (_, first), (number, second) = Lines(io.BytesIO(huge))
    assert isinstance(first, RowError)
    assert (number, second) == (2, {})


async def test_many_lines_go_in_over_many_transactions(database: Database) -> None:
    lines = [LINE | {"numero": n, "cree": "2026-11-20T10:00:00Z"} for n in range(1, 2 * BATCH + 50)]
    assert await imported(database, jsonl(*lines)) == Outcome(added=len(lines))
    assert await imported(database, jsonl(*lines)) == Outcome(there=len(lines))


async def test_the_bot_may_file_while_an_import_runs(database: Database) -> None:
    lines = jsonl(*[LINE | {"numero": n, "cree": "2026-11-20T10:00:00Z"} for n in range(1, 3 * BATCH)])
    outcome, _ = await asyncio.gather(imported(database, lines), _file_often(database))
    assert outcome == Outcome(added=3 * BATCH - 1)
    found = rows(await exported(database))
    assert len({row["numero"] for row in found}) == len(found) == 3 * BATCH - 1 + 20


async def _file_often(database: Database) -> None:
    for n in range(20):
        async with database.transaction() as db:
            await file(db, CARL, SINGLE, Filing(f"busy:{n}", Source.DIALOG, NOW))
        await asyncio.sleep(0.005)


def test_a_spreadsheet_finds_no_formula_in_an_export() -> None:
    out = io.StringIO()
    write = writer(out, "csv")
    row: dict[str, Any] = dict.fromkeys(COLUMNS, None) | {"ages": {}, "statuts": {}, "suite": {}, "themes": []}
    write(row | {"structure": "=HYPERLINK()", "auteur": "-x", "commune": " @y"})
    head, line = csv.reader(io.StringIO(out.getvalue().removeprefix("\ufeff")), delimiter=";")
    assert tuple(head) == CSV_COLUMNS
    cells = dict(zip(head, line, strict=True))
    assert (cells["structure"], cells["auteur"], cells["commune"]) == ("'=HYPERLINK()", "'-x", "' @y")


@given(st.text())
def test_the_guard_of_cells_is_undone(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).lstrip().startswith(tuple("=+-@|%\t\r＝＋－＠"))


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(COLUMNS), _ANYTHING))
def test_any_line_is_taken_or_explained(change: dict[str, Any]) -> None:
    with contextlib.suppress(RowError):
        assert read(LINE | change).auteur


@given(st.binary())
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        found: Iterable[Any] = list(Lines(io.BytesIO(data)))
    except OperatorError:
        return
    assert all(isinstance(line, (dict, RowError)) for _, line in found)
