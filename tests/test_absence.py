"""Stories of « /absence »: days away are noted, changed, ended and put back, and everybody who asks knows."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, text

from bot.french.dates import say_days
from dialogs.absence import find_return, is_said, read_line, say_absence, write_days
from dialogs.reservation import read_absence
from storage import rappels, schema
from storage.absences import Absence, find_on_leave, list_absences
from storage.database import Database, store
from storage.people import Person as Registered
from storage.people import Role
from storage.rappels import DailyNews, Rhythm
from tests.people import Person, unique
from tests.support.databases import PostgresServer, sqlite_database
from tests.support.house import House, agathe, plain, wait_until

__all__ = ["agathe", "sqlite_database"]

MONDAY = date(2026, 11, 30)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def monday(house: House) -> AsyncIterator[House]:
    """A house on Monday, 30 November 2026, at ten."""
    house.clock.goes_to(datetime(2026, 11, 30, 10, tzinfo=PARIS))
    yield house
    house.clock.is_right_again()


@pytest.mark.every_mode
async def test_days_away_are_noted_shown_changed_ended_and_put_back(monday: House, agathe: Person) -> None:
    lea = await monday.conseiller("lea")
    assert "Aucune absence" in plain(await lea.asks("/absence"))
    noted = await lea.asks("/absence 12/12-20/12 formation Pix")
    assert "Absence notée : du 12 au 20 décembre 2026" in plain(noted)
    assert "« de retour le lundi 21 décembre 2026 (formation Pix) »" in plain(noted)
    changed = await lea.asks("/absence du 12/12 au 23/12")
    assert "Avant, c’était du 12 au 20 décembre 2026" in plain(changed)
    assert "jeudi 24 décembre" in plain(changed)
    again = await lea.asks("/absence du 12/12 au 23/12")
    assert "déjà notée : du 12 au 23 décembre" in plain(again)
    assert "Annuler" not in again.buttons
    assert "Avant, c’était" not in plain(await lea.asks("/absence 12/12-23/12 congés")), "only its word changed"
    await lea.clicks(changed, "Annuler")
    assert "du 12 au 20 décembre 2026" in plain(await lea.whispered("remise"))
    shown = await lea.asks("/absence")
    assert "- du 12 au 20 décembre 2026 (formation Pix)" in plain(shown)
    assert plain(await lea.asks("/absence annuler")) == plain(shown)
    window = await lea.opens_by(shown, "Modifier")
    assert (window.shown("jours"), window.shown("mot")) == ("du 12/12/2026 au 20/12/2026", "formation Pix")
    wrong = await window.fill(jours="bientôt").submit()
    assert "jours" in wrong.errors
    assert (await window.fill(jours="jusqu’au 4/12").submit()).accepted
    assert "du 30 novembre au 4 décembre 2026" in plain(await lea.whispered("modifiée"))
    found = plain(await agathe.asks(f"/annuaire {lea.username}"))
    assert "Absence : de retour le lundi 7 décembre 2026 (formation Pix)" in found
    await lea.asks("/rappels jours mar jeu")
    assert "Absence : de retour le mardi 8 décembre 2026" in plain(await agathe.asks(f"/annuaire {lea.username}"))
    await lea.clicks(await lea.asks("/absence"), "Je suis de retour")
    back = await lea.whispered("Bon retour")
    assert "de retour" not in plain(await agathe.asks(f"/annuaire {lea.username}"))
    await lea.clicks(back, "Annuler")
    assert "du 30 novembre au 4 décembre 2026" in plain(await lea.whispered("remise"))
    assert "Bon retour" in plain(await lea.asks("/absence fin"))
    for line, why in (("bientôt", "Je n’ai pas compris les jours"), ("fin", "Aucune absence"), ("hier", "pas compris")):
        assert why in plain(await lea.asks(f"/absence {line}"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("jeudi matin", "le jeudi 3 décembre 2026, le matin"),
        ("jeudi après-midi", "le jeudi 3 décembre 2026, l’après-midi"),
        ("jeudi avant 10h30", "le jeudi 3 décembre 2026, jusqu’à 10h30"),
        ("jeudi dès 14h dentiste", "le jeudi 3 décembre 2026, à partir de 14h"),
        ("à partir de 15h", "le lundi 30 novembre 2026, à partir de 15h"),
        ("jeudi de 14h à 16h", "le jeudi 3 décembre 2026, de 14h à 16h"),
        ("jeudi en huit", "le jeudi 10 décembre 2026"),
        ("jeudi et vendredi", "du 3 au 4 décembre 2026"),
    ],
)
def test_parts_of_a_day_are_read_said_and_written_back(line: str, said: str) -> None:
    read = read_line(line, MONDAY)
    absence = read.make("a" * 26, datetime(2026, 11, 30, tzinfo=PARIS))
    assert say_absence(absence) == said
    assert read_absence(write_days(absence), MONDAY) == (read.days, read.hours)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("jeudi de 22h à 6h", "Relisez ces heures"),
        ("mercredi et vendredi", "Notez ces jours un par un"),
        ("tous les mercredis", "/rappels jours"),
    ],
)
def test_days_that_would_be_read_as_others_are_asked_again(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_line(line, MONDAY)


async def test_plain_words_are_asked_about_and_noted_by_a_word(house: House) -> None:
    await wait_until(lambda: house.bot.events.connected)
    lea = await house.conseiller("lea")
    last = house.today + timedelta(days=40)
    direct = await lea.direct_channel()
    await lea.says(f"je suis en congés jusqu’au {last:%d/%m/%Y}", direct)
    asked = await lea.told("Noter votre absence")
    assert say_days(house.today, last) in plain(asked)
    await lea.says("oui", direct)
    assert "(congés)" in plain(await lea.told("notée"))
    await lea.says("en vacances de temps en temps", direct)
    assert "De quel jour à quel jour" in plain(await lea.told("quel jour"))


@pytest.mark.every_mode
@pytest.mark.parametrize(
    ("line", "why"), [("du 3/1 au 21/12", "plus de trois mois"), ("15/11 malade", "plus de six mois")]
)
async def test_days_of_another_year_are_asked_about_first(monday: House, line: str, why: str) -> None:
    await wait_until(lambda: monday.bot.events.connected)
    lea = await monday.conseiller("lea")
    channel = await lea.direct_channel()
    asked = await lea.asks(f"/absence {line}", channel)
    assert why in plain(asked)
    assert "Aucune absence" in plain(await lea.asks("/absence"))
    window = await lea.opens_by(await lea.asks("/absence"), "Noter une absence")
    assert (await window.fill(jours=line.split(" malade", maxsplit=1)[0]).submit()).accepted
    assert why in plain(await lea.whispered("Noter votre absence"))
    await lea.clicks(asked, "Noter cette absence")
    assert "notée" in plain(await lea.whispered("notée"))


async def test_days_of_a_year_that_was_said_are_noted_at_once(monday: House) -> None:
    lea = await monday.conseiller("lea")
    assert "notée" in plain(await lea.asks("/absence du 12/09/2027 au 20/09/2027"))


async def test_rdv_and_duty_know_of_days_away(monday: House) -> None:
    lea = await monday.conseiller("lea")
    await lea.clicks(await lea.asks("/rdv mercredi 10h 45 min impots à Bron"), "Enregistrer")
    await lea.told()
    noted = await lea.asks("/absence mercredi")
    assert "1 rendez-vous tombe pendant cette absence, sans rappel" in plain(noted)
    told = plain(await lea.asks("/rdv mercredi 14h 45 min impots à Bron"))
    assert "vous avez noté une absence le mercredi 2 décembre 2026" in told
    assert "Attention, vous avez déjà" not in told
    series = plain(await lea.asks("/rdv tous les mercredis 14h 45 min impots à Bron jusqu’au 31/12"))
    assert "laissés de côté : mercredi 2 décembre 2026 (votre absence)" in series
    bilal = await monday.someone(Role.HOTLINE, "bilal")
    await bilal.asks("/garde moi du 30/11 au 4/12")
    away = await bilal.asks("/absence mardi")
    assert "Vous êtes de garde à la hotline du 30 novembre au 4 décembre 2026" in plain(away)
    assert "Échanger ma garde" in away.buttons
    rota = plain(await bilal.asks("/garde"))
    assert f"@{bilal.username} : le mardi 1er décembre 2026" in rota
    assert f"@{lea.username}" not in rota, "of others than agents the rota says nothing"
    assert "déjà notée" in plain(await bilal.asks("/garde absent mardi"))


async def test_no_message_of_the_day_comes_on_days_away(monday: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lea = await monday.conseiller("lea")
    async with monday.bot.database.transaction() as db:
        await rappels.choose(db, lea.id, hour=19, rhythm=Rhythm.DAILY)
        await store(db, DailyNews(person_id=lea.id, text="Une nouvelle.", data={}, at=monday.clock()))
    await lea.asks("/absence jusqu’à mardi")
    for day, count in ((0, 0), (1, 0), (2, 1)):
        at = datetime(2026, 11, 30, 19, 0, 1, tzinfo=PARIS) + timedelta(days=day)
        monday.clock.goes_to(at)
        await monday.bot.runs.run(("job", "rappels.tell"), unique("heure"), PARIS)
        monday.bot.workers.look()
        await monday.settled()
        assert len([post for post in await lea.direct() if "Une nouvelle." in post.text]) == count


@pytest.mark.parametrize(
    ("text", "is_one", "word"),
    [
        ("Bonjour, je suis malade aujourd’hui", True, ""),
        ("en arrêt maladie jusqu’au 3 janvier", True, ""),
        ("je ne serai pas là jeudi", True, ""),
        ("je suis en formation mardi", True, "formation"),
        ("enfant malade demain", True, ""),
        ("formation mardi 10h avec 3 personnes", False, ""),
        ("atelier hier avec deux malades", False, ""),
        ("je suis là mardi", False, ""),
    ],
)
def test_that_somebody_is_ill_is_an_absence_without_its_reason(text: str, is_one: bool, word: str) -> None:
    assert is_said(text) is is_one
    assert not is_one or read_line(text, date(2026, 11, 30)).word == word


def test_lines_are_read_as_days_and_a_word() -> None:
    def said(line: str) -> tuple[str, str, str, object]:
        found = read_line(line, MONDAY)
        return f"{found.days.start:%d/%m}", f"{found.days.last:%d/%m}", found.word, found.hours

    assert said("en congés jusqu’au 3 janvier") == ("30/11", "03/01", "congés", None)
    assert said("je suis absente lundi après-midi") == ("30/11", "30/11", "", (720, 1440))
    assert said("jusqu’à la fin de la semaine") == ("30/11", "06/12", "", None)
    assert said("24/12 14h-16h voir Carl") == ("24/12", "24/12", "voir Carl", (840, 960))
    assert said("du 12 au 20 décembre") == ("12/12", "20/12", "", None)
    with pytest.raises(ValueError, match="un nom avec un numéro"):
        read_line("demain, appeler Marie Dupont au 06 12 34 56 78", MONDAY)
    assert all(map(is_said, ("je suis en congés jusqu’au 3 janvier", "Absente demain", "En vacances du 12 au 20")))
    assert not any(map(is_said, ("il était absent mardi", "/absence", "combien de congés ?", "absent")))


def test_the_return_is_the_first_day_that_is_worked() -> None:
    def away(first: date, last: date) -> Absence:
        ends = last + timedelta(days=1)
        return Absence(user_id="j" * 26, starts=first, ends=ends, by="j" * 26, at=datetime(2026, 1, 1, tzinfo=PARIS))

    christmas = away(date(2026, 12, 21), date(2026, 12, 24))
    assert find_return([christmas], christmas.ends, "69") == date(2026, 12, 28)
    assert find_return([christmas], christmas.ends, "67") == date(2026, 12, 28)
    then = away(date(2026, 12, 28), date(2026, 12, 31))
    assert find_return([christmas, then], christmas.ends, "69") == date(2027, 1, 4)
    monday, tuesday, saturday = (1 << number for number in (0, 1, 5))
    assert find_return([christmas], christmas.ends, "69", tuesday) == date(2026, 12, 29)
    assert find_return([christmas], christmas.ends, "69", monday | saturday) == date(2026, 12, 26)
    assert find_return([christmas], christmas.ends, "67", saturday) == date(2027, 1, 2), "a holiday there"


@pytest.mark.postgres_too
async def test_a_double_click_notes_one_absence(monday: House) -> None:
    lea = await monday.conseiller("lea")
    await lea.says("je suis en congés du 14 au 18 décembre", await lea.direct_channel())
    asked = await lea.told("14")
    await asyncio.gather(*(lea.clicks(asked, "Noter cette absence") for _ in range(4)))
    await monday.settled()
    async with monday.bot.database.transaction(writes=False) as db:
        (noted,) = await list_absences(db, [lea.id], MONDAY)
    assert noted.starts == date(2026, 12, 14)


async def test_a_change_leaves_the_days_already_taken_and_the_hours_of_another_day(monday: House) -> None:
    lea = await monday.conseiller("lea")
    await lea.asks("/absence jeudi de 14h à 16h dentiste")
    await lea.asks("/absence jusqu’à mercredi")
    monday.clock.goes_to(monday.clock() + timedelta(days=1))
    assert "du 30 novembre au 4 décembre 2026" in plain(await lea.asks("/absence jusqu’à vendredi"))
    async with monday.bot.database.transaction(writes=False) as db:
        whole, part = await list_absences(db, [lea.id], MONDAY)
    assert (whole.starts, whole.ends, whole.is_whole) == (MONDAY, date(2026, 12, 5), True)
    assert (part.starts, part.start, part.word) == (date(2026, 12, 3), 14 * 60, "dentiste")


async def test_who_is_on_leave_is_known_by_their_own_day(database: Database) -> None:
    now = datetime(2026, 11, 30, 20, tzinfo=UTC)  # Tuesday in Nouméa
    async with database.transaction() as db:
        for user_id in ("paris", "noumea"):
            await store(db, read_line("mardi 1er décembre", MONDAY).make(user_id, now))
        persons = [
            Registered(id=zone.rpartition("/")[2].lower(), username="a", timezone=zone, since=now)
            for zone in ("Europe/Paris", "Pacific/Noumea")
        ]
        assert await find_on_leave(db, persons, now) == {"noumea"}


@pytest.mark.postgres_too
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_absences_of_both_kinds_are_moved_into_one_table_and_back(
    kind: str, tmp_path: object, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        await _move(f"sqlite:///{tmp_path}/coop.db")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    async with server.database("template0") as url:
        await _move(url)


async def _move(url: str) -> None:
    await schema.upgrade(url, "0045")
    at = "'2026-11-01 10:00:00+00:00'"
    await _run(
        url,
        'INSERT INTO duty_absence (id, user_id, starts, ends, "by", at) VALUES '
        f"(7, 'a', '2026-12-01', '2026-12-04', 'b', {at})",
        'INSERT INTO rdv_absence (user_id, first, last, start, "end", created_at) VALUES '
        f"('c', '2026-12-24', '2026-12-24', 840, 960, {at})",
    )
    await schema.upgrade(url)
    rows = await _run(url, 'SELECT id, user_id, starts, ends, start, "end" FROM absence ORDER BY id')
    assert [tuple(map(str, row)) for row in rows] == [
        ("7", "a", "2026-12-01", "2026-12-04", "0", "1440"),
        ("8", "c", "2026-12-24", "2026-12-25", "840", "960"),
    ]
    await schema.downgrade(url, "0045")
    (duty,) = await _run(url, "SELECT id, user_id, starts, ends FROM duty_absence")
    assert tuple(map(str, duty)) == ("7", "a", "2026-12-01", "2026-12-04")
    rdv = await _run(url, "SELECT user_id, last FROM rdv_absence ORDER BY first")
    assert [tuple(map(str, row)) for row in rdv] == [("a", "2026-12-03"), ("c", "2026-12-24")]


async def _run(url: str, *statements: str) -> Sequence[Row[Any]]:
    database = Database(url)
    async with database.engine.begin() as connection:
        results = [await connection.execute(text(statement)) for statement in statements]
        found = results[-1].all() if results[-1].returns_rows else []
    await database.close()
    return found


def test_days_that_end_before_they_begin_are_asked_again() -> None:
    for line in ("du 2/1 au 24/12/2026", "24/12 congés 2/3", "20/12-12/12", "du 20/12 au 12/12", "jusqu’au 3 novembre"):
        with pytest.raises(ValueError, match="Relisez ces jours"):
            read_line(line, date(2026, 11, 29))
    for line in ("20/12/2026-12/12/2027", "20/12-5/1 congés", "du 15/12 au 1er juin"):
        assert read_line(line, date(2026, 11, 29)).days.start.year == 2026
    assert read_line("24/12 congés 24h/24", date(2026, 11, 29)).word == "congés 24h/24"
