"""Stories: what is promised and owed, in time that the hotline is open; reminders, escalation, and what is refused."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from bot.calendar import OfficeHours
from bot.clock import utc_now
from config.hotline import USUAL_TARGETS, ResponseTarget, read_targets
from storage.hotline import duty
from storage.hotline.duty import DutyTurn
from tests.support.hotline import Hotline, helpdesk
from tests.support.house import plain, reply_in_thread

__all__ = ["helpdesk"]


HOUR = timedelta(hours=1)


@pytest.fixture
async def morning(helpdesk: Hotline) -> AsyncIterator[datetime]:
    """It is the opening of a coming Tuesday, the day after and the day before being open too; nobody is on duty."""
    async with helpdesk.house.bot.database.transaction() as db:
        await db.execute(delete(DutyTurn))
    hours = OfficeHours.of(helpdesk.house.settings)
    at = hours.next_opening((utc_now() + timedelta(days=2)).replace(hour=0, minute=0))
    while at.weekday() != 1 or not all(hours.opens_on((at + timedelta(days=n)).date()) for n in (-1, 1)):
        at = hours.next_opening(at.replace(hour=0, tzinfo=UTC) + timedelta(days=1))
    helpdesk.house.clock.goes_to(at)
    try:
        yield at
        await helpdesk.house.settled()
    finally:
        helpdesk.house.clock.is_right_again()


async def reminded(helpdesk: Hotline, at: datetime, label: str) -> None:
    """The reminders of that hour."""
    helpdesk.house.clock.goes_to(at)
    await helpdesk.house.bot.runs.run(("job", "hotline.remind"), f"{label}-{at}")
    await helpdesk.house.settled()


@pytest.mark.every_mode
async def test_a_silent_ticket_is_reminded_of_then_escalated_once(helpdesk: Hotline, morning: datetime) -> None:
    async with helpdesk.house.bot.database.transaction() as db:
        today = morning.date()
        turn = DutyTurn(
            user_id=helpdesk.omar.id,
            queue="espace-coop",
            starts=today,
            ends=today + timedelta(days=1),
            by=helpdesk.omar.id,
            at=morning,
        )
        db.add(turn)
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Personne ne répond", urgence="bloquant")
    assert "D’ordinaire, une réponse vient en moins de 1 h" in plain(receipt)
    card = await helpdesk.card(ticket, "À répondre : aujourd’hui avant 10 h")
    await helpdesk.is_where(ticket)
    helpdesk.omar.acts()
    for minutes in (30, 70, 80, 130, 140):
        await reminded(helpdesk, morning + timedelta(minutes=minutes), ticket.subject)
    said = [plain(p) for p in await helpdesk.agathe.reads(card.channel_id) if p.root_id == card.id]
    assert len([text for text in said if "attend une réponse depuis" in text]) == 2, said
    escalated = [p for p in await helpdesk.omar.direct() if f"n° {ticket.number}" in plain(p)]
    assert len(escalated) == 1
    assert "attend depuis 2 h" in plain(escalated[0])
    await reply_in_thread(helpdesk.agathe, card, "je regarde")
    await helpdesk.under(helpdesk.juliette, receipt, "je regarde")
    answered = await helpdesk.card(ticket, "pris")
    assert "À répondre" not in plain(answered)
    assert "D’ordinaire" not in plain(await helpdesk.juliette.sees(receipt))
    await reminded(helpdesk, morning + 6 * HOUR, ticket.subject)
    await helpdesk.under(helpdesk.agathe, card, "devrait déjà être résolue")
    async with helpdesk.house.bot.database.transaction() as db:
        await duty.forget_turns(db, today + timedelta(days=500))


async def test_lunch_and_the_night_count_for_nothing(helpdesk: Hotline, morning: datetime) -> None:
    helpdesk.house.clock.goes_to(morning + 3 * HOUR)  # half an hour before lunch
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Juste avant midi", urgence="bloquant")
    assert "Nous fermons à 12 h 30 : vous aurez une réponse cet après-midi." in plain(receipt)
    card = await helpdesk.card(ticket, "avant 14 h")
    await helpdesk.is_where(ticket)
    await reminded(helpdesk, morning + timedelta(hours=4, minutes=45), ticket.subject)
    assert (await helpdesk.now(ticket)).nudged == 0
    await reminded(helpdesk, morning + timedelta(hours=5, minutes=5), ticket.subject)
    assert (await helpdesk.now(ticket)).nudged == 1
    helpdesk.house.clock.goes_to(morning + 10 * HOUR)
    _, late = await helpdesk.asks(helpdesk.juliette, "Le soir", urgence="bloquant")
    assert "C’est fermé en ce moment : vous aurez une réponse mercredi" in plain(late)
    await reminded(helpdesk, morning + 12 * HOUR, ticket.subject)
    assert (await helpdesk.now(ticket)).nudged == 1, "nobody is reminded of anything while it is closed"
    assert card


def test_targets_are_read_or_refused_in_words() -> None:
    usual = read_targets(USUAL_TARGETS)
    assert usual["bloquant"] == ResponseTarget(HOUR, 4 * HOUR)
    mine = read_targets("gênant 30min 2h")
    assert mine["genant"] == ResponseTarget(HOUR / 2, 2 * HOUR)
    assert mine["question"] == usual["question"]
    for text, words in {
        "grave 1h 2h": "n’est pas une urgence",
        "bloquant 1h": "deux délais",
        "bloquant 4h 1h": "le second au moins égal",
        "bloquant 0h 1h": "n’est pas un délai",
        "bloquant demain 1h": "n’est pas un délai",
    }.items():
        with pytest.raises(ValueError, match=words):
            read_targets(text)
