"""Stories: the card of a ticket leaves its room once the words of the ticket are erased."""

import pytest

from bot.clock import utc_now
from storage.hotline import posts
from storage.people import transitions
from storage.people.transitions import Erasure
from storage.personal_data import ERASED
from tests.people import Person, Post, unique
from tests.support.hotline import Hotline, helpdesk, send_dialog
from tests.support.house import plain, reply_in_thread, wait_for

__all__ = ["helpdesk"]


async def night(helpdesk: Hotline, *jobs: str) -> None:
    for job in jobs:
        await helpdesk.house.bot.runs.run(("job", job), unique("fois"))
        await helpdesk.house.settled()


@pytest.mark.both_databases
async def test_the_card_goes_with_what_was_said_under_it(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, unique("Mon écran"))
    other, _ = await helpdesk.asks(await helpdesk.house.conseiller("paul"), ERASED)
    card, stays = await helpdesk.card(ticket), await helpdesk.card(other)
    await helpdesk.is_where(ticket)
    answer = {"channel_id": card.channel_id, "message": "Voici comment", "root_id": card.id}
    line = Post.read(await helpdesk.agathe.api.post("/posts", answer))
    await helpdesk.under(helpdesk.juliette, receipt, "Voici comment")
    await is_erased(helpdesk, helpdesk.juliette)

    async def is_gone() -> bool:
        there = {post.id for post in await helpdesk.agathe.reads(card.channel_id)}
        return not {card.id, line.id} & there and stays.id in there

    await wait_for(is_gone)
    async with helpdesk.house.bot.database.transaction(writes=False) as db:
        assert await posts.find_card(db, card.id) is None
    assert (await helpdesk.card(other)).id == stays.id, "one that is called so is another thing"
    await night(helpdesk, "hotline.put_up_all")
    assert not [p for p in await helpdesk.agathe.reads(card.channel_id) if f"n° {ticket.number} :" in p.text]


async def is_erased(helpdesk: Hotline, who: Person) -> None:
    async with helpdesk.house.bot.database.transaction() as db:
        due = utc_now()
        await transitions.note_erasure(db, Erasure(user_id=who.id, asked_at=due, due_at=due))
    await night(helpdesk, "donnees.erase_due", "hotline.clear_old")


@pytest.mark.both_databases
async def test_who_asked_the_same_gets_the_answer_though_the_first_was_erased(helpdesk: Hotline) -> None:
    """The next of them takes the place of the erased one, and the others are its duplicates."""
    people = [await helpdesk.house.conseiller(name) for name in ("lea", "max", "paul")]
    asked = [await helpdesk.asks(who, unique("Onglets perdus")) for who in people]
    (first, _), (second, hers), (third, his) = asked
    for ticket, _ in asked:
        await helpdesk.is_where(ticket)
    for ticket in (second, third):
        await send_dialog(helpdesk.agathe, await helpdesk.card(ticket), "Doublon de…", numero=str(first.number))
    await is_erased(helpdesk, people[0])
    card = await helpdesk.card(second, "rouvert")
    await helpdesk.under(helpdesk.agathe, card, "parvient aussi aux autres demandeurs")
    await reply_in_thread(helpdesk.agathe, card, "Videz le cache")
    await send_dialog(helpdesk.agathe, await helpdesk.card(second, "rouvert"), "Résoudre", solution="Rechargez la page")
    await helpdesk.under(people[1], hers, "Videz le cache")
    await helpdesk.under(people[2], his, "Videz le cache")
    assert "Rechargez la page" in plain(await helpdesk.under(people[2], his, "est résolue"))
    assert not (await helpdesk.now(third)).state.is_open
    await night(helpdesk, "hotline.clear_old")
    told = [p for p in await helpdesk.agathe.reads(card.channel_id) if p.root_id == card.id]
    assert sum("est rouverte à sa place" in plain(post) for post in told) == 1, "once"
