"""Stories: figures are taken away as files, and reported each month to who asked."""

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from commands.stats.conseiller import month_at
from storage import people
from storage.cra import Report
from tests.people import Person, Post
from tests.support.cra import file_workshop, make_report, store_reports
from tests.support.house import House
from tests.test_stats import said


async def has(house: House, person: Person, *reports: Report) -> None:
    """Give somebody reports."""
    async with house.bot.database.transaction() as db:
        found = await people.get(db, person.id)
        assert found
        await store_reports(db, found, *reports)


async def received(person: Person, containing: str) -> tuple[Post, str, bytes]:
    """The next message that carries one file: itself, its name, what it holds."""
    post = await person.told(containing)
    [(name, data)] = (await person.files(post)).items()
    return post, name, data


@pytest.mark.every_mode
async def test_a_pdf_of_a_period(house: House, juliette: Person) -> None:
    await has(house, juliette, make_report(date=date(2026, 9, 10)), make_report(date=date(2026, 9, 30)))
    whisper = await juliette.asks("/stats exporter pdf septembre 2026")
    assert "conversation privée" in said(whisper)
    waiting = await juliette.told("Préparation de votre export PDF")
    _, name, data = await received(juliette, "2 comptes rendus")
    assert name == f"Mes_statistiques_{juliette.username}_01-09-2026_30-09-2026.pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    assert "Maison de quartier" in text
    assert "septembre 2026" in text.lower()
    await juliette.rewritten(waiting, "Votre export est prêt")


async def test_an_empty_file_says_so_with_the_way_on(juliette: Person) -> None:
    await juliette.asks("/stats exporter csv mars 2024")
    text = (await received(juliette, "Vos statistiques"))[0].text.replace("\u00a0", " ")
    assert "aucun compte rendu. Pour le mois dernier : `/stats exporter csv mois dernier`" in text


async def test_a_workbook_has_every_report(house: House, juliette: Person) -> None:
    await has(house, juliette, *(make_report(date=date(2026, 9, day)) for day in range(1, 31)))
    await has(house, juliette, make_report(date=date(2026, 10, 1)))
    form = await juliette.opens("/stats exporter septembre 2026")
    assert (await form.fill(format="xlsx").submit()).accepted
    _, name, data = await received(juliette, "30 comptes rendus")
    assert name.endswith(".xlsx")
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Statistiques", "CRA"]
    days = [row[1].value for row in book["CRA"].iter_rows(min_row=2)]
    assert [d.day for d in days] == list(range(1, 31))


async def test_a_csv_opens_in_a_spreadsheet(house: House, juliette: Person) -> None:
    await file_workshop(juliette)
    await juliette.runs("/stats exporter csv année", await juliette.direct_channel())
    _, name, data = await received(juliette, "1 compte rendu")
    assert name.endswith(".csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0].startswith("Statistiques ")
    assert ["Naviguer sur Internet", "1"] in [row[:2] for row in rows]


async def test_the_button_of_an_answer_exports_its_period(house: House, juliette: Person) -> None:
    await has(house, juliette, make_report(date=date(2026, 9, 10)))
    form = await juliette.opens_by(await juliette.asks("/stats septembre 2026"), "Exporter")
    assert form.shown("periode") == "septembre 2026"
    assert (await form.submit()).accepted
    _, name, _ = await received(juliette, "1 compte rendu")
    assert name == f"Mes_statistiques_{juliette.username}_01-09-2026_30-09-2026.pdf"


async def test_a_mistake_in_the_window_is_explained(house: House, juliette: Person) -> None:
    form = await juliette.opens("/stats exporter")
    answer = await form.fill(periode="un de ces jours").submit()
    assert "Essayez" in "".join(answer.errors.values())


async def test_the_monthly_report(house: House, juliette: Person) -> None:
    """It leaves once, at eight on the 1st, for who asked and did something."""
    idle = await house.conseiller("jean", departements=["2A"])
    for person in (juliette, idle):
        whisper = await person.asks("/stats rapport")
        assert whisper.buttons == ["Recevoir"]
        await person.clicks(whisper, "Recevoir")
        assert "le 1er de chaque mois" in said(await person.whispered("C’est noté"))
    assert (await juliette.asks("/stats rapport")).buttons == ["Ne plus recevoir"]
    assert (await juliette.asks("/stats programmer")).buttons == ["Ne plus recevoir"], "the same by another word"
    await file_workshop(juliette)
    worked = house.clock().astimezone(ZoneInfo("Europe/Paris")).date()
    following = date(worked.year + worked.month // 12, worked.month % 12 + 1, 1)
    juliette.acts()
    try:
        for instant in ("05:00", "07:00", "07:30"):
            house.clock.goes_to(datetime.fromisoformat(f"{following}T{instant}:00+00:00"))
            for zone in await house.bot.runs.zones():
                await house.bot.runs.run(("job", "stats.monthly"), f"{following}T{instant}@{zone.key}", zone)
        _, name, _ = await received(juliette, "1 compte rendu")
        await house.settled()
    finally:
        house.clock.is_right_again()
    assert name.endswith(".pdf")
    assert len([p for p in await juliette.direct() if p.file_ids]) == 1
    assert [p for p in await idle.direct() if p.file_ids] == []


async def test_the_monthly_report_is_stopped(house: House, juliette: Person) -> None:
    await juliette.asks("/stats rapport oui")
    assert "ne recevrez plus" in said(await juliette.asks("/stats rapport non"))
    assert (await juliette.asks("/stats rapport")).buttons == ["Recevoir"]
    assert "Tapez /stats rapport oui" in said(await juliette.asks("/stats rapport peut-être"))


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("Europe/Paris", "07:00"),
        ("Indian/Reunion", "04:00"),
        ("America/Martinique", "12:00"),
        ("Pacific/Noumea", "21:00-"),
    ],
)
def test_a_month_begins_at_eight_where_the_person_is(zone: str, due: str) -> None:
    day = 30 if due.endswith("-") else 1
    month = 11 if due.endswith("-") else 12
    hour = int(due[:2])
    instant = datetime(2026, month, day, hour, tzinfo=UTC)
    assert month_at(instant, ZoneInfo(zone)) == date(2026, 12, 1)
    assert month_at(instant.replace(hour=hour - 1, minute=59), ZoneInfo(zone)) == date(2026, 11, 1)
