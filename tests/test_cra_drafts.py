"""Stories: what was typed is never lost; it waits as a draft for seven days."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from bot.app import App
from storage.sqlite import BUSY_MS
from tests.house import PATIENCE, Clock, House, links_grown_old, until_async
from tests.people import Dialog, Person
from tests.telling import asked, filed, mistake

BROKEN_PARTICIPANTS = 300


async def refused(person: Person) -> Dialog:
    """A dialog that the bot refused, still open."""
    form = await asked(person, participants=BROKEN_PARTICIPANTS, recurrents=4)
    mistake(await form.submit(), "participants")
    return form


def assert_as_left(form: Dialog) -> None:
    """The dialog shows what was typed."""
    assert (form.shown("activite"), str(form.shown("participants"))) == ("collectif", str(BROKEN_PARTICIPANTS))
    assert (str(form.shown("recurrents")), form.shown("duree"), form.shown("statut")) == ("4", "90", "retraite")
    assert form.shown("commune") == "69120 Vaulx-en-Velin"
    assert set(form.chosen("themes")) == {"internet", "courriel"}


@pytest.mark.every_mode
async def test_a_refused_and_cancelled_dialog_waits_as_a_draft(house: House, juliette: Person) -> None:
    form = await refused(juliette)
    await form.cancel()
    whisper = await juliette.whispered()
    assert whisper.buttons == ["Reprendre"]

    again = await juliette.opens_by(whisper, "Reprendre")
    assert_as_left(again)
    assert (await again.fill(participants=30).submit()).accepted
    assert [c.participants for c in await house.reports(juliette)] == [30]


@pytest.mark.every_mode
async def test_cra_brouillon_brings_the_draft_back(house: House, juliette: Person) -> None:
    await refused(juliette)
    form = await juliette.opens("/cra brouillon")

    assert_as_left(form)
    assert (await form.fill(participants=30).submit()).accepted
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_a_dialog_cancelled_before_anything_was_sent_leaves_no_draft(juliette: Person) -> None:
    form = await asked(juliette)
    await form.cancel()

    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_a_corrected_dialog_leaves_no_draft(house: House, juliette: Person) -> None:
    form = await refused(juliette)
    assert (await form.fill(participants=3, recurrents=0).submit()).accepted

    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_a_corrected_change_leaves_no_draft_either(house: House, juliette: Person) -> None:
    form = await juliette.opens_by(await filed(juliette), "Modifier")
    mistake(await form.fill(participants=BROKEN_PARTICIPANTS).submit(), "participants")
    assert (await form.fill(participants=3).submit()).accepted

    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_a_refused_change_waits_as_a_draft_too(house: House, juliette: Person) -> None:
    form = await juliette.opens_by(await filed(juliette), "Modifier")
    mistake(await form.fill(participants=BROKEN_PARTICIPANTS).submit(), "participants")
    await form.cancel()
    again = await juliette.opens("/cra brouillon")

    assert str(again.shown("participants")) == str(BROKEN_PARTICIPANTS)
    assert (await again.fill(participants=44).submit()).accepted
    assert [(c.participants, c.version) for c in await house.reports(juliette)] == [(44, 2)]


async def test_a_draft_is_kept_for_seven_days(juliette: Person, clock: Clock) -> None:
    await refused(juliette)
    clock.goes_to(clock() + timedelta(days=6, hours=23))
    assert_as_left(await juliette.opens("/cra brouillon"))

    clock.goes_to(clock() + timedelta(hours=2))
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_the_newest_draft_comes_first(juliette: Person) -> None:
    await refused(juliette)
    form = await asked(juliette, participants=777)
    mistake(await form.submit(), "participants")

    assert str((await juliette.opens("/cra brouillon")).shown("participants")) == "777"


async def test_nobody_sees_the_drafts_of_others(house: House, juliette: Person) -> None:
    await refused(juliette)
    carl = await house.conseiller("carl")

    assert "Aucun brouillon" in (await carl.asks("/cra brouillon")).text


async def test_a_draft_taken_up_twice_counts_once(house: House, juliette: Person) -> None:
    await refused(juliette)
    first = await juliette.opens("/cra brouillon")
    second = await juliette.opens("/cra brouillon")
    await first.fill(participants=10).submit()
    await second.fill(participants=10).submit()

    await house.settled()
    assert len(await house.reports(juliette)) == len(await juliette.direct()) == 1


async def test_a_bot_restarted_in_the_middle_still_takes_the_dialog(house: House, juliette: Person) -> None:
    form = await asked(juliette)
    await house.restart()

    assert (await form.submit()).accepted
    assert len(await house.reports(juliette)) == 1


async def test_a_draft_survives_a_restart(house: House, juliette: Person) -> None:
    await refused(juliette)
    await house.restart()

    assert_as_left(await juliette.opens("/cra brouillon"))


async def test_a_dialog_sent_while_the_bot_is_away_can_be_sent_again(house: House, juliette: Person) -> None:
    """Nothing reaches the bot then: new clients stay open, old ones close (which no bot can help)."""
    form = await asked(juliette)
    await house.stop()
    try:
        answer = await form.submit()
    finally:
        await house.start()
    assert not answer.accepted
    if form.is_open:
        assert (await form.submit()).accepted
        assert len(await house.reports(juliette)) == 1


@asynccontextmanager
async def database_away(house: House) -> AsyncIterator[None]:
    """Nobody can write for a moment: SQLite locked by somebody else, PostgreSQL without connections."""
    url = make_url(house.settings.database_url)
    if url.get_backend_name() == "sqlite":
        bot = house.bot
        await _waits_for_locks(bot, 50)
        async with _locked(Path(url.database or "")):
            yield
        if house.app is bot:
            await _waits_for_locks(bot, BUSY_MS)
    else:
        async with _no_connections(house, str(url.database)):
            yield


async def _waits_for_locks(bot: App, milliseconds: int) -> None:
    async with bot.database.engine.connect() as connection:
        await connection.exec_driver_sql(f"PRAGMA busy_timeout={milliseconds}")


@asynccontextmanager
async def _locked(file: Path) -> AsyncIterator[None]:
    lock = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    # In a thread: the bot may be in the middle of a write, which only this loop can end.
    await asyncio.to_thread(lock.execute, "BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        lock.execute("ROLLBACK")
        lock.close()


@asynccontextmanager
async def _no_connections(house: House, name: str) -> AsyncIterator[None]:
    import asyncpg

    folder = str(make_url(house.settings.database_url).query["host"])
    admin = await asyncpg.connect(host=folder, user="postgres", database="postgres")
    try:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        left = "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = $1"
        await until_async(lambda: admin.fetchval(left, name))
        yield
    finally:
        await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await admin.close()


async def test_a_database_away_for_a_moment_loses_nothing(house: House, juliette: Person) -> None:
    form = await asked(juliette, recurrents=4)
    async with database_away(house):
        answer = await form.submit()
    assert not answer.closed, "the dialog stays open, in every client"
    assert "brouillon" in answer.error
    news = await juliette.told("gardée")
    assert news.buttons == ["Reprendre"]

    again = await juliette.opens_by(news, "Reprendre")
    assert (str(again.shown("participants")), str(again.shown("recurrents"))) == ("8", "4")
    assert (await again.submit()).accepted
    assert (await form.submit()).accepted, "the window left open is still the same report"
    await house.settled()
    assert len(await house.reports(juliette)) == 1
    settled = await juliette.sees(news)
    assert "est enregistrée" in settled.text
    assert settled.buttons == [], "what is recorded is not offered again"


async def test_a_draft_recorded_elsewhere_is_not_opened_again(house: House, juliette: Person) -> None:
    form = await asked(juliette, recurrents=40)
    await form.submit()
    await form.cancel()
    news = await juliette.whispered("gardé")
    form.fill(recurrents=4)
    assert (await form.submit()).accepted

    await juliette.clicks(news, "Reprendre")

    assert "est enregistrée" in (await juliette.whispered()).text
    assert len(await house.reports(juliette)) == 1


async def test_what_a_dying_bot_had_received_is_a_draft_after_its_restart(house: House, juliette: Person) -> None:
    """It took the submission, could not store it, and was stopped before it could try again."""
    form = await asked(juliette, recurrents=4)
    async with database_away(house):
        await form.submit()
        await house.stop()
    juliette.acts()
    await house.start()

    news = await juliette.told("gardée")
    again = await juliette.opens_by(news, "Reprendre")
    assert (str(again.shown("participants")), str(again.shown("recurrents"))) == ("8", "4")
    assert (await again.submit()).accepted
    assert len(await house.reports(juliette)) == 1


async def test_a_file_cut_short_by_a_crash_stops_nothing(house: House, juliette: Person) -> None:
    spool = house.settings.data_dir / "spool"
    for name, content in (("a" * 32, '{"form": "cra'), ("b" * 32, '{"autre": 1}')):
        (spool / f"{name}.jsonl").write_text(content)
    await house.restart()

    await filed(juliette)
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text
    laid_aside = list(spool.glob("*.aside"))
    assert laid_aside
    for path in laid_aside:
        path.unlink()


async def test_sent_again_once_the_database_is_back_it_counts_once(house: House, juliette: Person) -> None:
    form = await asked(juliette)
    async with database_away(house):
        assert not (await form.submit()).closed

    assert (await form.submit()).accepted
    await juliette.told("enregistré")
    assert len(await house.reports(juliette)) == 1


async def test_a_command_while_the_database_is_away_is_answered(house: House, juliette: Person) -> None:
    await filed(juliette)
    async with database_away(house):
        whisper = await juliette.types("/cra atelier 8p 1h30 mail 69120 hier +60 retraités")
    assert not isinstance(whisper, Dialog)
    assert "ne répond pas" in whisper.text or "erreur" in whisper.text

    async with asyncio.timeout(PATIENCE):
        async with house.bot.database.transaction(writes=False) as db:
            await db.execute(text("SELECT 1"))


async def test_a_dialog_open_for_more_than_a_day_is_kept_as_a_draft(house: House, juliette: Person) -> None:
    form = await asked(juliette, recurrents=4)
    with links_grown_old(timedelta(hours=25)):
        answer = await form.submit()
    assert not answer.closed
    assert "24 heures" in answer.error.replace("\u00a0", " ")

    again = await juliette.opens("/cra brouillon")
    assert (str(again.shown("participants")), str(again.shown("recurrents"))) == ("8", "4")
    assert (await again.submit()).accepted
    assert len(await house.reports(juliette)) == 1
