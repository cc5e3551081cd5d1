"""Stories: a conseiller looks at what she did, in any period, where others read along and in private."""

from datetime import datetime, timedelta

import pytest

from tests.people import Person, Post
from tests.support.cra import ALONE, file_workshop, read_number
from tests.support.databases import record_statements
from tests.support.house import House


def said(post: Post) -> str:
    """What a post says, with plain spaces."""
    return post.text.replace("\u00a0", " ").replace("\u202f", " ")


async def worked(person: Person) -> Post:
    """A workshop of eight, of whom three came back, and one person alone, today; the receipt of the workshop."""
    receipt = await file_workshop(person, recurrents=3)
    await file_workshop(person, **ALONE)
    return receipt


async def in_private(person: Person, line: str, containing: str) -> Post:
    """Type a command in the conversation with the bot; the answer that stays."""
    await person.runs(line, await person.direct_channel())
    return await person.told(containing)


@pytest.mark.every_mode
async def test_the_figures_are_whispered_and_the_charts_come_in_private(house: House, juliette: Person) -> None:
    await worked(juliette)
    whisper = said(await juliette.asks("/stats"))
    assert "9 personnes accompagnées" in whisper
    assert "6 nouveaux usagers" in whisper
    assert "2 accompagnements enregistrés" in whisper
    assert "1 atelier réalisé, 8 participants au total" in whisper
    assert "conversation privée" in whisper
    private = await juliette.told("Vos statistiques")
    assert "Thèmes des accompagnements : " in said(private).replace("**", "")
    days = f"{house.today.replace(day=1):%d-%m-%Y}_{house.today:%d-%m-%Y}"
    files = await juliette.files(private)
    assert list(files) == [f"Mes_statistiques_{days}_{kind}.png" for kind in ("activite", "usagers")]
    assert all(data.startswith(b"\x89PNG") for data in files.values())


async def test_in_private_the_answer_stays(house: House, juliette: Person) -> None:
    await worked(juliette)
    answer = await in_private(juliette, "/stats année", "Vos statistiques")
    assert len(answer.file_ids) == 2
    assert answer.buttons[-3:] == ["Choisir une autre période", "Détails", "Exporter"]
    await house.settled()
    assert [p.id for p in await juliette.direct() if p.file_ids] == [answer.id]


async def test_pictures_take_one_reading_of_the_figures(house: House, juliette: Person) -> None:
    """Those of the period, and those that it is compared with."""
    await worked(juliette)
    with record_statements(house.bot.database) as asked:
        await in_private(juliette, "/stats", "Vos statistiques")
    assert len([s for s in asked if "sum(" in s and "FROM cra" in s]) == 2


async def test_an_empty_period_says_so(house: House, juliette: Person) -> None:
    whisper = await juliette.asks("/stats 2021")
    assert "Il n’y a aucune statistique pour le moment" in said(whisper)
    assert "Exporter" not in whisper.buttons
    await house.settled()
    assert await juliette.direct() == []


@pytest.mark.parametrize("line", ["/stats jamais", "/stats septembre 1990", "/stats <b>@all</b>", "/stats 2099"])
async def test_what_is_no_period_is_explained(house: House, juliette: Person, line: str) -> None:
    whisper = said(await juliette.asks(line))
    assert "Essayez : semaine, mois, mois dernier" in whisper
    assert "@all" not in whisper


async def test_a_mistyped_subcommand_is_recognised(house: House, juliette: Person) -> None:
    assert "/stats exporter pdf" in said(await juliette.asks("/stats exprter pdf"))


async def test_going_to_the_period_before_and_back(house: House, juliette: Person) -> None:
    receipt = await worked(juliette)
    whisper = await juliette.asks("/stats mois dernier")
    assert "aucun compte rendu sur cette période" in said(whisper)
    later = whisper.buttons[1]
    assert later.startswith("Voir ")
    await juliette.clicks(whisper, later)
    assert "9 personnes accompagnées" in said(await juliette.whispered("Vos statistiques"))
    assert receipt.buttons, "the receipt is another post"


async def test_another_period_is_chosen_or_written(house: House, juliette: Person) -> None:
    await worked(juliette)
    whisper = await juliette.asks("/stats")
    form = await juliette.opens_by(whisper, "Choisir une autre période")
    nothing = await form.submit()
    assert not nothing.closed
    assert "Choisissez une période" in "".join(nothing.errors.values())
    form.fill(ecrite="depuis la semaine des quatre jeudis")
    assert "Essayez" in "".join((await form.submit()).errors.values())
    form.fill(ecrite="hier")
    assert (await form.submit()).accepted
    assert "aucun compte rendu" in said(await juliette.whispered("Vos statistiques"))
    form = await juliette.opens_by(whisper, "Choisir une autre période")
    assert (await form.fill(habituelle="année").submit()).accepted
    assert "9 personnes" in said(await juliette.whispered("Vos statistiques"))


async def test_details_tell_every_figure(house: House, juliette: Person) -> None:
    await worked(juliette)
    whisper = await juliette.asks("/stats comme la coop")
    await juliette.clicks(whisper, "Détails")
    details = said(await juliette.whispered("Détails"))
    for line in (
        "Lieu de rattachement : 2 (100 %)",
        "1h à 2h : 2 (100 %)",
        "Plus de 60 ans : 9 (100 %)",
        "Total : 3 h",
    ):
        assert line in details, line
    assert "Vaulx-en-Velin : 2" in details
    assert "tronqués" in details


async def test_a_report_deleted_or_restored_changes_the_next_answer(house: House, juliette: Person) -> None:
    receipt = await worked(juliette)
    number = read_number(receipt)
    await juliette.asks(f"/cra supprimer {number}")
    assert "1 personne accompagnée" in said(await juliette.asks("/stats"))
    await juliette.asks(f"/cra rétablir {number}")
    assert "9 personnes accompagnées" in said(await juliette.asks("/stats"))


async def test_the_same_days_of_the_period_before_are_compared(house: House, juliette: Person) -> None:
    if house.today.day == 1:  # its first day is the month so far, too, and compared with that of the month before
        house.clock.goes_to(house.clock() + timedelta(days=1))
    yesterday = house.today - timedelta(days=1)
    await file_workshop(
        juliette, date=yesterday.isoformat() if house.bot.chat.capabilities.dates else f"{yesterday:%d/%m/%Y}"
    )
    await worked(juliette)
    whisper = said(await juliette.asks("/stats aujourd’hui"))
    assert "1 personne de plus, pour 1 compte rendu de plus" in whisper


async def test_figures_are_one_s_own(house: House, juliette: Person) -> None:
    await worked(juliette)
    other = await house.conseiller("carl", departements=["64"])
    assert "aucune statistique" in said(await other.asks("/stats tout"))


async def test_help_says_what_each_figure_counts(house: House, juliette: Person) -> None:
    told = said(await juliette.asks("/stats aide"))
    for what in ("Personnes accompagnées", "Nouveaux usagers", "Temps", "Pourcentages", "comme la coop"):
        assert what in told


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("zone", "instant", "label"),
    [
        ("Indian/Reunion", "2026-12-31T20:30:00+00:00", "1er janvier 2027"),
        ("Europe/Paris", "2026-12-31T22:30:00+00:00", "décembre 2026"),
        ("Europe/Paris", "2026-12-31T23:30:00+00:00", "1er janvier 2027"),
        ("America/Martinique", "2027-01-01T03:30:00+00:00", "décembre 2026"),
        ("Europe/Paris", "2027-03-28T00:30:00+00:00", "du 1er au 28 mars 2027"),
        ("Europe/Paris", "2027-03-28T22:30:00+00:00", "du 1er au 29 mars 2027"),
        ("Europe/Paris", "2027-10-31T22:30:00+00:00", "octobre 2027"),
        ("Europe/Paris", "2027-10-31T23:30:00+00:00", "1er novembre 2027"),
    ],
)
async def test_the_month_is_that_of_the_place_where_the_person_is(
    house: House, zone: str, instant: str, label: str
) -> None:
    """At the ends of a year, and in the two nights when Paris changes its clocks; what is filed then counts in it."""
    person = await house.conseiller("marie", timezone=zone)
    house.clock.goes_to(datetime.fromisoformat(instant))
    try:
        await file_workshop(person)
        whisper = said(await person.asks("/stats"))
        await house.settled()
    finally:
        house.clock.is_right_again()
    assert f"{label}\n" in whisper
    assert "8 personnes accompagnées" in whisper
