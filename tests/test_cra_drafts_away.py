"""Stories: nothing that was typed is lost though the bot or its database was away in between."""

import asyncio

from sqlalchemy import text

from tests.people import Dialog, Person
from tests.support.conversation import assert_as_left, open_refused_dialog
from tests.support.cra import file_workshop, fill_workshop
from tests.support.faults import block_database
from tests.support.house import PATIENCE, House


async def test_a_bot_restarted_in_the_middle_still_takes_the_dialog(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    await house.restart()

    assert (await form.submit()).accepted
    assert len(await house.reports(juliette)) == 1


async def test_a_draft_survives_a_restart(house: House, juliette: Person) -> None:
    await open_refused_dialog(juliette)
    await house.restart()

    assert_as_left(await juliette.opens("/cra brouillon"))


async def test_a_dialog_sent_while_the_bot_is_away_can_be_sent_again(house: House, juliette: Person) -> None:
    """Nothing reaches the bot then: new clients stay open, old ones close (which no bot can help)."""
    form = await fill_workshop(juliette)
    await house.stop()
    try:
        answer = await form.submit()
    finally:
        await house.start()
    assert not answer.accepted
    if form.is_open:
        assert (await form.submit()).accepted
        assert len(await house.reports(juliette)) == 1


async def test_a_database_away_for_a_moment_loses_nothing(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette, recurrents=4)
    async with block_database(house):
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


async def test_what_a_dying_bot_had_received_is_a_draft_after_its_restart(house: House, juliette: Person) -> None:
    """It took the submission, could not store it, and was stopped before it could try again."""
    form = await fill_workshop(juliette, recurrents=4)
    async with block_database(house):
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

    await file_workshop(juliette)
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text
    laid_aside = list(spool.glob("*.aside"))
    assert laid_aside
    for path in laid_aside:
        path.unlink()


async def test_sent_again_once_the_database_is_back_it_counts_once(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    async with block_database(house):
        assert not (await form.submit()).closed

    assert (await form.submit()).accepted
    await juliette.told("enregistré")
    assert len(await house.reports(juliette)) == 1


async def test_a_command_while_the_database_is_away_is_answered(house: House, juliette: Person) -> None:
    await file_workshop(juliette)
    async with block_database(house):
        whisper = await juliette.types("/cra atelier 8p 1h30 mail 69120 hier +60 retraités")
    assert not isinstance(whisper, Dialog)
    assert "ne répond pas" in whisper.text or "erreur" in whisper.text

    async with asyncio.timeout(PATIENCE):
        async with house.bot.database.transaction(writes=False) as db:
            await db.execute(text("SELECT 1"))
