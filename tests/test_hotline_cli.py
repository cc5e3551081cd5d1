"""« coop-bot tickets » and « export tickets »: what they show of the hotline, in words, as JSON and as CSV."""

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from cli.environment import open_up_to_date
from config.settings import read
from storage.database import Database
from storage.hotline import ActorKind, Move, Reason, TicketState, Urgency, figures, tickets
from storage.hotline.figures import COLUMNS, CSV_COLUMNS, TicketSelection
from tests.support.databases import database, record_statements
from tests.support.hotline import AGATHE, JULIETTE, make_ticket, parse_time, register_people, store_tickets
from tests.support.workplace import run_command

__all__ = ["database"]


KEYS = ["id", "file", "etat", "sujet", "auteur", "agent", "urgence", "ouvert", "premiere_reponse", "resolu", "clos"]
OPENED = parse_time("2026-11-02 08:30")


@pytest.fixture
def here(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database that the command is told of."""
    monkeypatch.setenv("COOP_DATABASE_URL", database.url.render_as_string(hide_password=False))
    return database


@pytest.fixture
async def three(here: Database) -> Database:
    """A new one, one that waits, and one that is closed with all that can be said of it."""
    await register_people(here, JULIETTE, AGATHE)
    waits = make_ticket(
        OPENED, state=TicketState.EN_ATTENTE, agent_id=AGATHE.id, queue="metier", urgency=Urgency.BLOQUANT
    )
    ended = make_ticket(
        OPENED,
        state=TicketState.CLOS,
        agent_id="z" * 26,
        author_id="y" * 26,
        username="partie",
        category="cra",
        first_answer_at=parse_time("2026-11-02 09:00"),
        resolved_at=parse_time("2026-11-03 10:00"),
        closed_at=parse_time("2026-11-10 07:20"),
        reason=Reason.DOUBLON,
        rating=-1,
        rating_word="=HYPERLINK(1) ; bof\nvraiment",
        subject="-1+1",
        incident=4,
        duplicate_of=1,
    )
    await store_tickets(here, make_ticket(OPENED), waits, ended)
    return here


async def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """What a command writes, run in a thread as it has a loop of its own."""

    def typed() -> int:
        try:
            return run_command(*words)
        except SystemExit as leaving:
            return int(leaving.code or 0)

    code = await asyncio.to_thread(typed)
    found = capsys.readouterr()
    return code, found.out, found.err


async def objects(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    code, out, err = await told(capsys, "tickets", "--json", *words)
    assert (code, err) == (0, "")
    assert out.count("\n") == 1, "one line"
    found: list[dict[str, Any]] = json.loads(out)
    return found


async def test_no_ticket_yet(here: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert await objects(capsys) == []
    assert await told(capsys, "tickets") == (0, "Aucune demande d’aide.\n", "")
    code, out, _ = await told(capsys, "export", "tickets")
    assert (code, out) == (0, "\ufeff" + ";".join(CSV_COLUMNS) + "\r\n")


async def test_each_ticket_is_an_object(three: Database, capsys: pytest.CaptureFixture[str]) -> None:
    new, waits, ended = await objects(capsys)
    assert list(new) == list(waits) == list(ended) == KEYS
    assert new == {
        "id": 1,
        "file": "espace-coop",
        "etat": "nouveau",
        "sujet": "L’export reste vide",
        "auteur": "juliette",
        "agent": None,
        "urgence": "genant",
        "ouvert": "2026-11-02T08:30:00Z",
        "premiere_reponse": None,
        "resolu": None,
        "clos": None,
    }
    assert (waits["agent"], waits["etat"], waits["file"], waits["urgence"]) == (
        "agathe",
        "en_attente",
        "metier",
        "bloquant",
    )
    assert (ended["auteur"], ended["agent"]) == ("partie", "z" * 26), "as they were known then"
    assert (ended["premiere_reponse"], ended["resolu"], ended["clos"]) == (
        "2026-11-02T09:00:00Z",
        "2026-11-03T10:00:00Z",
        "2026-11-10T07:20:00Z",
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--state", "nouveau"), [1]),
        (("--state", "en_attente"), [2]),
        (("--state", "En attente"), [2]),
        (("--state", "en attente de la personne"), [2]),
        (("--state", "résolu"), []),
        (("--queue", "metier"), [2]),
        (("--queue", "MÉTIER"), [2]),
        (("--queue", "aide espace coop"), [1, 3]),
        (("--queue", "espace coop", "--state", "Clos"), [3]),
        (("--queue", "metier", "--state", "clos"), []),
    ],
)
async def test_states_and_queues_are_read_as_people_say_them(
    words: tuple[str, ...], found: list[int], three: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [line["id"] for line in await objects(capsys, *words)] == found


@pytest.mark.parametrize("command", [("tickets",), ("tickets", "--json"), ("export", "tickets")])
@pytest.mark.parametrize(
    ("option", "named"), [("--state", "en attente de la personne"), ("--queue", "metier (Aide métier)")]
)
@pytest.mark.parametrize("text", ["ouvertes", ""])
async def test_what_is_no_state_or_queue_is_refused_in_words(
    command: tuple[str, ...],
    option: str,
    named: str,
    text: str,
    three: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = await told(capsys, *command, option, text)
    assert (code, out) == (2, "")
    assert option in err
    assert f"« {text} »" in err
    assert named in err


async def test_a_table_of_queues_of_ones_own_counts_and_a_bad_one_is_refused(
    three: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "files.tsv"
    monkeypatch.setenv("COOP_HOTLINE", str(table))
    table.write_text("code\tnom\tpour\taide\tsalle\nmetier\tLe boulot\tle métier\ta\tb\n", "utf-8")
    assert [line["id"] for line in await objects(capsys, "--queue", "le boulot")] == [2]
    code, out, _ = await told(capsys, "tickets")
    assert code == 0
    assert "espace-coop" in out, "a queue that is no more is called by its code"
    table.write_text("rien\n", "utf-8")
    code, _, err = await told(capsys, "tickets")
    assert (code, "COOP_HOTLINE : la première ligne" in err) == (2, True)


async def test_a_table_is_read_in_a_terminal(three: Database, capsys: pytest.CaptureFixture[str]) -> None:
    await store_tickets(three, make_ticket(OPENED, subject="\x1b[31mrouge"))
    code, out, _ = await told(capsys, "tickets")
    head, first, second, _, painted, last = out.splitlines()
    assert code == 0
    assert head.split() == ["n°", "file", "état", "urgence", "ouvert", "auteur", "agent", "sujet"]
    for words in ("1 ", "Aide Espace Coop", "nouvelle", "gênant", "02/11/2026 09:30", "@juliette", "—", "L’export"):
        assert words in first, words
    assert first.index("nouvelle") == second.index("en attente de la personne") == head.index("état")
    assert "@agathe" in second
    assert "\x1b" not in painted
    assert last == "4 demandes d’aide. Heures de Paris."


async def test_a_csv_says_everything_and_runs_no_formula(three: Database, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = await told(capsys, "export", "tickets")
    assert (code, err) == (0, "")
    assert out.startswith("\ufeff")
    found = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff")), delimiter=";"))
    assert [*found[0]] == [
        *KEYS,
        *("categorie", "departement", "raison", "note", "mot", "incident", "doublon_de"),
    ]
    assert [line["id"] for line in found] == ["1", "2", "3"]
    ended = found[2]
    assert ended["sujet"] == "'-1+1"
    assert ended["mot"] == "'=HYPERLINK(1) ; bof\nvraiment"
    assert (ended["note"], ended["raison"], ended["incident"], ended["doublon_de"]) == ("-1", "doublon", "4", "1")
    assert (ended["categorie"], ended["departement"]) == ("cra", "69")
    assert {found[0][name] for name in ("agent", "note", "raison", "clos", "incident", "doublon_de")} == {""}


async def test_a_csv_goes_into_a_file_which_it_replaces(
    three: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "demandes.csv"
    file.write_text("ce qui était là " * 1000)
    code, out, _ = await told(capsys, "export", "tickets", str(file), "--queue", "metier")
    assert (code, out) == (0, f"Écrit : {file}\n")
    head, line = file.read_bytes().decode("utf-8-sig").split("\r\n")[:2]
    assert head == ";".join(CSV_COLUMNS)
    assert line.startswith("2;metier;en_attente;")
    code, _, err = await told(capsys, "export", "tickets", str(tmp_path))
    assert (code, f"« {tmp_path} » : c’est un dossier" in err) == (1, True)


async def test_pages_neither_repeat_nor_skip(here: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.ROWS_PER_PAGE", 3)
    await store_tickets(
        here, *(make_ticket(OPENED, state=TicketState.PRIS if n % 2 else TicketState.NOUVEAU) for n in range(13))
    )
    async with open_up_to_date(read()) as opened:
        with record_statements(opened) as asked:
            found = [
                line["id"] async for line in figures.read_ticket_lines(opened, TicketSelection([TicketState.NOUVEAU]))
            ]
    assert found == [1, 3, 5, 7, 9, 11, 13]
    assert len([one for one in asked if one.startswith("SELECT")]) == 3, "so many at a time"
    assert tuple(COLUMNS) == tuple(KEYS)


async def test_pages_miss_and_repeat_nothing_and_words_are_found_as_they_are(here: Database) -> None:
    numbers = await store_tickets(here, *(make_ticket(OPENED, words=word) for word in ("mot_cle", "motxcle", "a 100%")))
    async with here.transaction(writes=False) as db:
        pages = [[one.number for one in await tickets.list_of_author(db, JULIETTE.id, skip, 2)] for skip in (0, 2, 4)]
        found = [await tickets.search(db, [word], ["espace-coop"], 0, 9) for word in ("mot_cle", "100%", "%")]
    assert pages == [[*reversed(numbers[1:])], numbers[:1], []]
    assert [[one.words for one in each] for each in found] == [["mot_cle"], ["a 100%"], ["a 100%"]]


async def test_who_reopens_is_told_again_before_it_closes(here: Database) -> None:
    (number,) = await store_tickets(here, make_ticket(OPENED, state=TicketState.RESOLU, warned_at=OPENED))
    async with here.transaction() as db:
        ticket = await tickets.lock(db, number)
        assert ticket
        await tickets.make_move(db, ticket, Move.REOPEN, tickets.Actor(JULIETTE.id, ActorKind.AUTHOR, OPENED))
        assert (ticket.warned_at, ticket.asked_at) == (None, OPENED)
