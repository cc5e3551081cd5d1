"""« coop-bot import disponibilites », « slots » and « rdv link »: whose hours are free, from a terminal."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.clock import utc_now
from storage.database import Database
from storage.people import Person as Registered
from storage.rdv.bookings import list_ranges
from tests.support.cra import register_all
from tests.support.databases import database
from tests.support.membership import make_person
from tests.support.workplace import elsewhere, run_command

__all__ = ["database", "elsewhere"]

HEADER = "utilisateur,jour,debut,fin,duree,pause,places,lieu,delai_min,jours_max\n"


@pytest.fixture
async def filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A small réseau in a database of its own."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    address = database.url.set(drivername=kind).render_as_string(hide_password=False)
    monkeypatch.setenv("COOP_DATABASE_URL", address)
    monkeypatch.setenv("COOP_SECRET", "s" * 40)
    monkeypatch.setenv("COOP_PUBLIC_URL", "https://bot.exemple.fr")
    monkeypatch.setenv("COOP_MATTERMOST_URL", "http://127.0.0.1:1")
    async with database.transaction() as db:
        await register_all(db, make_person("juliette", "Juliette Martin"), make_person("carl", "Carl Périn"))
    return database


async def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    """What a command writes."""
    assert await asyncio.to_thread(run_command, *words) == code, capsys.readouterr()
    written = capsys.readouterr()
    return written.out, written.err


async def test_an_operator_imports_hours_all_of_them_or_none(
    filled: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "heures.csv"
    good = "juliette,mardi,09:00:00,10:30,30,15,1,Médiathèque,0,365\n@Juliette,Jeudi,9h,24:00,60,,8,,60,\n"
    file.write_text(HEADER + good + good)
    out, _ = await said(capsys, "import", "disponibilites", str(file))
    assert out.replace("\N{NO-BREAK SPACE}", " ").startswith("2 plages pour 1 personne")
    file.write_text(
        f"{HEADER.strip()},theme\njuliette,mardi,9:00,10:30,30,,,Bron,,,mail\njuliette,jeudi,9:00,9:30,30,,,,,,\n"
    )
    await said(capsys, "import", "disponibilites", str(file))
    async with filled.transaction(writes=False) as db:
        juliette = (await db.exec(select(Registered.id).where(Registered.username == "juliette"))).one()
        assert [one.theme for one in await list_ranges(db, juliette)] == ["courriel", ""]
    file.write_text(f"{HEADER.strip()},theme\ncarl,mardi,9:00,10:30,30,,,Bron,,,crêpes\n")
    _, err = await said(capsys, "import", "disponibilites", str(file), code=1)
    assert "theme" in err
    odd = "\ufeff" + HEADER + 'juliette,lundi,9:00,10:00,30,,,"Bron ; salle 2",,\njuliette,mardi,9:00,10:00,30,,,,,\n\n'
    file.write_bytes(odd.replace(",", ";").replace("\n", "\r\n").encode())
    await said(capsys, "import", "disponibilites", str(file))
    bad = (
        "carl,mardi,9,10:00,30,0,1,,0,30",
        "carl,mercredu,09:00,10:00,30,0,1,,0,30",
        "zoe,lundi,09:00,10:00,30,0,1,,0,30",
        "carl,lundi,10:00,09:00,30,0,1,,0,30",
        "carl,lundi,09:00,10:00,90,0,1,,0,30",
        "carl,lundi,09:00,10:00,30,0,0,,0,30",
        ",lundi,09:00,10:00,30,0,1,,0,30",
        "carl,lundi,09:00,10:00,,0,1,,0,30",
        "carl,lundimanche,9h99,25:00,trente,-1,0,,x,0000000000999",
    )
    file.write_text(HEADER + "juliette,lundi,09:00,10:00,30,0,1,,0,30\n" + "\n".join(bad))
    _, err = await said(capsys, "import", "disponibilites", str(file), code=1)
    columns = ("debut", "jour", "utilisateur", "fin", "duree", "places", "utilisateur", "duree")
    for number, column in enumerate(columns, 3):
        assert f"ligne {number} : {column}" in err, err
    assert "«  »" not in err, "an empty cell is said to be one"
    assert all(f"{name} : " in err.splitlines()[8] for name in HEADER.strip().split(",")[1:] if name != "lieu"), err
    assert "rien n’est importé" in err
    async with filled.transaction(writes=False) as db:
        ids = (await db.exec(select(Registered.id))).all()
        assert sorted([len(await list_ranges(db, one)) for one in ids]) == [0, 2]


async def test_an_operator_reads_slots_and_gives_a_link(
    filled: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "heures.csv"
    days = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
    file.write_text(HEADER + "".join(f"juliette,{day},09:00,10:30,30,15,3,Bron,0,365\n" for day in days))
    await said(capsys, "import", "disponibilites", str(file))
    out, _ = await said(capsys, "slots", "--user", "juliette", "--from", "2099-01-05", "--to", "2099-01-06", "--json")
    assert json.loads(out) == [], "too far"
    for edge in ("0001-01-01", "9999-12-31"):
        for words in (("slots",), ("rdv",)):
            out, _ = await said(capsys, *words, "--user", "juliette", "--from", edge, "--to", edge, "--json")
            assert json.loads(out) == [], "no calendar has that day"
    for command in ("slots", "rdv"):
        backwards = ("--from", "2026-12-05", "--to", "2026-12-01")
        out, err = await said(capsys, command, "--user", "juliette", *backwards, "--json", code=2)
        assert (out, "ce jour est après celui de --to" in err) == ("", True)
    start, end = coming_days()
    out, _ = await said(capsys, "slots", "--user", "@juliette", "--from", start, "--to", end, "--json")
    slots = json.loads(out)
    assert {slot["lieu"] for slot in slots} == {"Bron"}
    assert {slot["places"] for slot in slots} == {3}
    assert all(slot["debut"].endswith("Z") and slot["debut"] < slot["fin"] for slot in slots)
    assert len(slots) % 2 == 0
    assert slots
    one, two = [await said(capsys, "rdv", "link", "--user", "juliette", "--json") for _ in range(2)]
    assert one == two
    assert json.loads(one[0])["adresse"].startswith("https://bot.exemple.fr/rendez-vous/")
    for line in ("rdv link", "rdv", f"slots --from {start} --to {end}"):
        _, err = await said(capsys, *line.split(), "--user", "personne", code=1)
        assert "Personne ne s’appelle « personne » dans le registre" in err, line
        _, err = await said(capsys, *line.split(), "--user", "@", code=2)
        assert "il manque le nom d’utilisateur" in err, line


def coming_days() -> tuple[str, str]:
    """A week that begins in two days: public holidays are off, and do not fall on all of it."""
    today = utc_now().date()
    return (today + timedelta(days=2)).isoformat(), (today + timedelta(days=8)).isoformat()
