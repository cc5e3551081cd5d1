"""Stories of full disks: accepted once and answered so, or refused in words with what was typed kept."""

import errno
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession as AlchemySession

from bot import spool
from sandbox.faults import Faults
from storage.engines import make_unconfirmed
from tests.people import Answer, Dialog, Person
from tests.support.cra import file_workshop, fill_workshop, read_mistake, send_workshop
from tests.support.faults import BROKEN, FULL, WAYS, FaultyDisk, fill_up, make_read_only, use_disk
from tests.support.house import House, wait_until
from tests.support.security import Attacker, mallory

__all__ = ["mallory"]


LINE = "/cra atelier 8p 1h30 mail 69120 hier +60 retraités"
NO_ROOM = "ne peut plus rien enregistrer"
TRIES = 40
"""How many submissions may still find room in the pages there are."""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written is tried again at once, and not after a second."""
    monkeypatch.setattr(spool, "JOURNAL_RETRY", 0.0)


async def nothing_is_left(house: House) -> None:
    """No key stays behind."""
    await wait_until(lambda: not house.bot.spool.submissions())


@pytest.mark.newest_only
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("calls", [FULL, BROKEN])
async def test_a_journal_that_fails_at_any_call_neither_refuses_nor_unanswers(
    house: House, juliette: Person, calls: tuple[str, ...], way: str
) -> None:
    counted = FaultyDisk(calls=calls)
    form = await fill_workshop(juliette)
    with use_disk(counted):
        assert (await form.submit()).accepted
    for number in range(counted.made + 1):
        form = await fill_workshop(juliette)
        with use_disk(FaultyDisk(lambda n, at=number: n == at, calls, way)):  # type: ignore[misc]
            assert (await form.submit()).accepted
        await nothing_is_left(house)
    assert len(await house.reports(juliette)) == counted.made + 2


@pytest.mark.newest_only
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
async def test_a_journal_that_always_fails_neither_refuses_nor_unanswers(
    house: House, juliette: Person, error: int
) -> None:
    with use_disk(FaultyDisk(lambda _: True, BROKEN, error=error)):
        assert (await send_workshop(juliette)).accepted
        form = await fill_workshop(juliette, participants=300)
        read_mistake(await form.submit(), "participants")
    assert len(await house.reports(juliette)) == 1
    await nothing_is_left(house)
    assert (await juliette.opens("/cra brouillon")).shown("participants") == "300"


@pytest.mark.newest_only
async def test_who_is_refused_though_it_is_stored_reads_that_it_may_be(
    house: House, juliette: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that does not confirm leaves the row there; sent again, the same window is the same report."""
    form, commit = await fill_workshop(juliette), AlchemySession.commit

    async def do_not_confirm(session: AlchemySession) -> None:
        await commit(session)
        raise make_unconfirmed(OSError(errno.EIO, "Input/output error"))

    with monkeypatch.context() as patch:
        patch.setattr(AlchemySession, "commit", do_not_confirm)
        said = (await form.submit()).error
    assert "c’est peut-être fait quand même" in said
    assert "réessayez" not in said.lower()
    assert len(await house.reports(juliette)) == 1
    assert (await form.submit()).accepted
    await nothing_is_left(house)
    assert len(await house.reports(juliette)) == 1


async def until_refused(person: Person) -> tuple[Dialog, Answer, int]:
    """File until there is no room: the window that was refused, with what, and how many were accepted before."""
    for accepted in range(TRIES):
        form = await fill_workshop(person, recurrents=4)
        answer = await form.submit()
        if not answer.accepted:
            return form, answer, accepted
    raise AssertionError("there always was room")


@pytest.mark.both_databases
async def test_a_full_database_refuses_in_words_and_keeps_what_was_typed(
    house: House, juliette: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("attempts", "lanes"):  # of a receipt that was sent, and could not be noted as such
        monkeypatch.setattr(f"bot.outbox.{place}.LEASE", timedelta(seconds=2))
    async with fill_up(house):
        form, answer, accepted = await until_refused(juliette)
        assert not answer.closed
        assert NO_ROOM in answer.error
        assert "gardée" in answer.error
        assert len(await house.reports(juliette)) == accepted
    news = await juliette.told("gardée")
    again = await juliette.opens_by(news, "Reprendre")
    assert (str(again.shown("participants")), str(again.shown("recurrents"))) == ("8", "4")
    assert (await again.submit()).accepted
    assert (await form.submit()).accepted, "the window left open is still the same report"
    await house.settled()
    assert len(await house.reports(juliette)) == accepted + 1
    await nothing_is_left(house)


@pytest.mark.both_databases
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
async def test_a_full_database_on_the_same_full_disk_as_the_journal_does_too(
    house: House, juliette: Person, error: int
) -> None:
    async with fill_up(house):
        with use_disk(FaultyDisk(lambda _: True, error=error)):
            _, answer, accepted = await until_refused(juliette)
            assert NO_ROOM in answer.error
            assert "gardée" in answer.error
    again = await juliette.opens_by(await juliette.told("gardée"), "Reprendre")
    assert (await again.submit()).accepted
    assert len(await house.reports(juliette)) == accepted + 1
    await nothing_is_left(house)


@pytest.mark.newest_only
async def test_a_database_closed_to_writing_does_too(house: House, juliette: Person) -> None:
    await file_workshop(juliette)
    async with make_read_only(house.bot):
        form = await fill_workshop(juliette)
        answer = await form.submit()
        assert NO_ROOM in answer.error
        assert "compte" in (await juliette.asks("/cra liste")).text, (
            "what only reads goes on, the question it asks unkept"
        )
    assert (await juliette.told("gardée")).buttons == ["Reprendre"]
    assert (await form.submit()).accepted
    assert len(await house.reports(juliette)) == 2


@pytest.mark.both_databases
async def test_a_mistake_found_while_the_database_is_full_is_explained_and_its_draft_kept(
    house: House, juliette: Person
) -> None:
    async with fill_up(house):
        await until_refused(juliette)
        form = await fill_workshop(juliette, participants=300)
        read_mistake(await form.submit(), "participants")
        await form.cancel()
        assert await resumed(juliette) == "300", "it is there already"
    await nothing_is_left(house)
    assert await resumed(juliette) == "300"


async def resumed(person: Person) -> object:
    """The participants of the newest draft, of two."""
    listed = await person.asks("/cra brouillon")
    newest = next(label for label in listed.buttons if "300 personnes" in label)
    return (await person.opens_by(listed, newest)).shown("participants")


@pytest.mark.both_databases
async def test_commands_and_buttons_are_answered_in_words_while_the_database_is_full(
    house: House, juliette: Person
) -> None:
    receipt, preview = await file_workshop(juliette), await juliette.asks(LINE)
    async with fill_up(house):
        await until_refused(juliette)
        for _ in range(TRIES):
            told = (await juliette.asks(LINE)).text
            if NO_ROOM in told:
                break
        else:
            raise AssertionError("there always was room")
        before = len(await house.reports(juliette))
        await juliette.clicks(preview, "Enregistrer")
        told = (await juliette.whispered()).text
        assert (NO_ROOM in told) == (len(await house.reports(juliette)) == before), "there may have been a place left"
        assert "compte" in (await juliette.asks("/cra liste")).text, "what only reads goes on"
        assert (await juliette.opens_by(receipt, "Modifier")).title


@pytest.mark.both_databases
async def test_what_cannot_be_told_any_more_is_no_error(house: House, mallory: Attacker, faults: Faults) -> None:
    """Mattermost takes no whisper, and the database no message: a window closed is closed all the same."""
    async with fill_up(house):
        await until_refused(mallory.person)
        form = await fill_workshop(mallory.person, participants=300)
        read_mistake(await form.submit(), "participants")
        faults.status = 503
        closed = mallory.submission(form, cancelled=True, submission={})
        assert await mallory.sends("/dialogs", closed) == (200, {})
        faults.status = None
