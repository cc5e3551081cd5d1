"""Stories of « /rdv disponibilités » and « /rdv lien »: when one may be booked, and at which address."""

from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import col, delete

from bot.papers.typeset import compose_pdf
from commands.rdv.visits import describe_poster
from config.time import PARIS, WEEKDAYS
from dialogs.reservation import read_weekly, say_minute, split_place
from storage.absences import Absence
from storage.people import Role
from storage.rdv.bookings import WeeklyRange, get_page, list_ranges, replace_ranges
from tests.people import Person, new_session
from tests.support.house import House, plain
from tests.support.membership import make_person


@pytest.fixture
async def free(house: House, juliette: Person) -> Person:
    """Juliette without any hours."""
    await house.registers(juliette, Role.CONSEILLER)
    async with house.bot.database.transaction() as db:
        for table in (WeeklyRange, Absence):
            await db.execute(delete(table).where(col(table.user_id) == juliette.id))
    return juliette


@pytest.mark.every_mode
async def test_hours_are_added_taken_out_and_put_back(free: Person) -> None:
    shown = await free.asks("/rdv disponibilités")
    assert "pas encore de plage" in plain(shown)
    form = await free.opens_by(shown, "Ajouter une plage")
    wrong = await form.fill(jour="1", heures="12h-9h", duree=30, pause=0, places=1, delai="0", jours=30).submit()
    assert "heures" in wrong.errors
    assert (await form.fill(heures="9h à 12h", lieu="Médiathèque", theme="courriel").submit()).accepted
    added = await free.whispered("mardi 9h-12h")
    assert "30 min, Médiathèque, Courriels" in plain(added)
    assert "moments libres" in plain(added)
    away = await free.asks("/rdv disponibilités absent du 24/12 au 2/1")
    assert "du 24 décembre" in plain(away)
    assert "Ajouter une absence" in away.buttons
    assert [label for label in away.buttons if label.startswith("Retirer ")], "a short menu is buttons"
    assert not [label for label in away.buttons if label.startswith(("mardi", "absence"))]


async def test_hours_of_each_week_are_added_by_a_line(free: Person) -> None:
    told = plain(await free.asks("/rdv disponibilités lundi et jeudi de 9h à 12h et 14h-15h"))
    assert "C’est ajouté : 4 plages." in told
    for said in ("lundi 9h-12h : 30 min", "lundi 14h-15h", "jeudi 9h-12h", "jeudi 14h-15h"):
        assert told.count(said) == 1, "the list of all says it"
    again = plain(await free.asks("/rdv disponibilités tous les jeudis 9h-12h"))
    assert "y sont déjà" in again
    wrong = plain(await free.asks("/rdv disponibilités du lundi au vendredi 12h-9h"))
    assert "la fin vient après le début" in wrong
    away = plain(await free.asks("/rdv disponibilités absent lundi 9h-12h"))
    assert "absence le lundi" in away


async def test_a_line_says_where_too(free: Person) -> None:
    told = plain(await free.asks("/rdv disponibilités lundi 9h-12h"))
    assert "ne lit que votre structure" in told, "somebody would not know where to come"
    told = plain(await free.asks("/rdv disponibilités mardi et jeudi 14h à 16h au CCAS de Bron"))
    assert told.count(": 30 min, CCAS de Bron") == 2
    assert "En visio" in plain(await free.asks("/rdv disponibilités vendredi 9h-midi en visio"))
    assert "Nommez les jours" in plain(await free.asks("/rdv disponibilités tous les jours 9h-12h"))


@pytest.mark.every_mode
async def test_a_range_is_changed_in_place(free: Person, house: House) -> None:
    await free.asks("/rdv disponibilités lundi 9h-12h à la mairie")
    shown = await free.asks("/rdv disponibilités vendredi 14h-16h en visio")
    (first,) = [label for label in shown.buttons if label.startswith("Modifier lundi")]
    form = await free.opens_by(shown, first)
    assert (form.shown("jour"), form.shown("heures"), form.shown("lieu")) == ("0", "9h-12h", "Mairie")
    assert (await form.fill(jour="1", heures="9h30-12h", duree=45, theme="courriel").submit()).accepted
    changed = await free.whispered("C’est modifié")
    assert "mardi 9h30-12h : 45 min, Mairie, Courriels" in plain(changed)
    assert "lundi" not in plain(changed)
    assert "vendredi 14h-16h : 30 min, En visio" in plain(changed)
    await free.clicks(changed, "Remettre comme avant")
    assert "lundi 9h-12h : 30 min, Mairie" in plain(await free.whispered("lundi 9h-12h"))
    async with house.bot.database.transaction(writes=False) as db:
        ranges = await list_ranges(db, free.id)
    assert [one.weekday for one in ranges] == [0, 4]


@pytest.mark.every_mode
async def test_an_extra_day_is_open_once_even_on_a_holiday(free: Person, house: House) -> None:
    house.clock.goes_to(datetime.combine(date(2026, 11, 30), time(12), PARIS))
    try:
        told = plain(await free.asks("/rdv disponibilités ouvert samedi 12/12 9h-10h à la mairie"))
        assert "seulement le samedi 12 décembre 2026, 9h-10h : 30 min, Mairie" in told
        assert "2 moments libres" in told
        assert "y sont déjà" in plain(await free.asks("/rdv disponibilités ouvert le 12/12 9h-10h"))
        assert "y sont déjà" in plain(await free.asks("/rdv disponibilités exceptionnellement ouvert le 12/12 9h-10h"))
        assert "4 moments libres" in plain(await free.asks("/rdv disponibilités ouvert le 25/12 9h-10h")), (
            "on Christmas"
        )
        for wrong in ("ouvert samedi", "ouvert du 12/12 au 14/12", "ouvert samedi matin"):
            assert "avec ses heures" in plain(await free.asks(f"/rdv disponibilités {wrong}")), wrong
        for wrong in ("samdi 12/12 9h-12h", "samedi 31/02 9h-12h"):
            told = plain(await free.asks(f"/rdv disponibilités ouvert {wrong}"))
            assert f"Ce jour n’est pas compris : « {wrong} »" in told
            assert "avec ses heures" in told
        closed = await free.asks("/rdv disponibilités absent le 25/12")
        assert "2 moments libres" in plain(closed), "who is away is away"
        assert not [label for label in closed.buttons if label.startswith("Modifier")]
        weekly = plain(await free.asks("/rdv disponibilités mardi 9h-10h"))
        assert "mardi 9h-10h" in weekly
        async with house.bot.database.transaction() as db:
            await replace_ranges(db, free.id, [])
            assert len(await list_ranges(db, free.id)) == 2, "an import replaces what comes back each week"
        house.clock.goes_to(datetime.combine(date(2026, 12, 13), time(12), PARIS))
        assert "12 décembre" not in plain(await free.asks("/rdv disponibilités"))
    finally:
        house.clock.is_right_again()


@pytest.mark.parametrize(
    ("line", "split"),
    [
        ("lundi à mercredi 9h-12h", ("lundi à mercredi 9h-12h", "")),
        ("lundi de 9h à 12h", ("lundi de 9h à 12h", "")),
        ("lundi 9h à midi à l’hôtel de ville", ("lundi 9h à midi", "Hôtel de ville")),
        ("lundi 9h-12h, à domicile", ("lundi 9h-12h", "À domicile")),
        ("lundi 9h-12h au mardi 9h-12h", ("lundi 9h-12h au mardi 9h-12h", "")),
        ("absent lundi à la maison", ("absent lundi à la maison", "")),
    ],
)
def test_a_place_stands_after_the_hours(line: str, split: tuple[str, str]) -> None:
    assert split_place(line) == split


async def test_a_line_that_is_no_absence_is_explained(free: Person) -> None:
    told = await free.asks("/rdv disponibilités bientôt")
    assert "Écrivez des jours à venir" in plain(told)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("lundi de 9h à 12h, jeudi de 14h à 17h", ["lun 9h-12h", "jeu 14h-17h"]),
        ("les mercredis 9h à midi et les jeudis 14h-16h", ["mer 9h-12h", "jeu 14h-16h"]),
        ("lundi, mardi 9h-12h, 14h-17h", ["lun 9h-12h", "lun 14h-17h", "mar 9h-12h", "mar 14h-17h"]),
        ("du samedi au lundi 9h-12h", ["sam 9h-12h", "dim 9h-12h", "lun 9h-12h"]),
        ("lundi à mercredi 9h-12h", ["lun 9h-12h", "mar 9h-12h", "mer 9h-12h"]),
        ("absent lundi", []),
    ],
)
def test_hours_of_several_days_are_read_in_one_line(line: str, read: list[str]) -> None:
    found = read_weekly(line)
    assert [f"{WEEKDAYS[day][:3]} {say_minute(start)}-{say_minute(end)}" for day, (start, end) in found] == read


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("lundi", "Il manque les heures"),
        ("mercredi et jeudi matin", "Il manque les heures"),
        ("lundi 9h-12h médiathèque", "« Ajouter une plage »"),
        ("lundi 9h", "deux heures"),
        ("lundi 12h-9h", "la fin vient après"),
    ],
)
def test_a_line_without_two_hours_is_no_absence(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_weekly(line)


@pytest.mark.every_mode
async def test_the_address_is_given_again_changed_and_closed(free: Person, house: House) -> None:
    told = await free.asks("/rdv lien")
    address = address_in(told.text)
    assert address_in((await free.asks("/rdv lien")).text) == address
    async with new_session() as session:
        local = f"http://127.0.0.1:{house.bot.port}/rendez-vous/"
        async with session.get(local + address.rpartition("/")[2]) as answer:
            assert answer.status == 200
        await free.clicks(told, "Changer l’adresse de la page")
        changed = address_in((await free.whispered("nouvelle adresse")).text)
        assert changed != address
        async with session.get(local + address.rpartition("/")[2]) as answer:
            assert answer.status == 404
    await free.clicks(told, "Télécharger le code QR")
    post = await free.told("code QR")
    ((name, picture),) = (await free.files(post)).items()
    assert (name, picture[:8]) == ("rendez-vous.png", b"\x89PNG\r\n\x1a\n")
    await free.clicks(told, "Télécharger l’affiche")
    ((name, paper),) = (await free.files(await free.told("L’affiche de votre page"))).items()
    assert (name, paper[:5]) == ("Affiche_rendez-vous.pdf", b"%PDF-")
    window = await free.opens_by(told, "Changer le délai…")
    assert (await window.fill(chosen="1440").submit()).accepted
    assert "déplacer ou annuler jusqu’à 24 heures avant" in plain(await free.whispered("24 heures avant"))
    await free.clicks(told, "Accepter d’office")
    assert "dès qu’on le réserve" in plain(await free.whispered("dès qu’on le réserve"))
    changed = address_in((await free.asks("/rdv lien nouveau")).text)
    assert changed != address_in(told.text)
    await free.clicks(told, "Fermer la page")
    assert "ne mène plus nulle part" in plain(await free.whispered("fermée"))
    async with house.bot.database.transaction(writes=False) as db:
        page = await get_page(db, free.id)
    assert page is not None
    assert not page.is_on
    assert page.closes == 1440
    await free.asks("/rdv lien")
    assert "ne mène plus nulle part" in plain(await free.asks("/rdv lien fermer"))


def test_a_poster_fits_on_one_page_and_is_read_aloud() -> None:
    owner = make_person("juliette", "Juliette Martin")
    owner.structure = "Commune " * 20
    address = f"https://coop.exemple.fr/rendez-vous/{'aB3_' * 6}"
    told = describe_poster(owner, address, [f"Salle {number} " * 15 for number in range(5)], "#1f4e8c")
    (page,) = (read := PdfReader(BytesIO(compose_pdf("affiche", told, date(2026, 11, 29))))).pages
    said = " ".join(page.extract_text().split())
    assert "Juliette Martin" in said
    assert address in said.replace(" ", "").replace("\u200b", "")
    assert "Salle 2" in said
    assert "Salle 3" not in said
    assert {str(one.get_object()["/A"]["/URI"]) for one in page["/Annots"]} == {address}  # type: ignore[attr-defined]
    root: Any = read.trailer["/Root"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert root["/Lang"] == "fr"


def address_in(text: str) -> str:
    """The address that is told."""
    return next(word for word in text.replace("`", " ").split() if "/rendez-vous/" in word)
