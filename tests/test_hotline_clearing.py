"""Stories: the card of a ticket leaves its room once the words of the ticket are erased."""

import pytest

from bot.clock import utc_now
from storage.hotline import posts
from storage.people import erasures
from storage.people.erasures import Erasure
from storage.personal_data.tables import ERASED
from tests.people import Person, Post, unique
from tests.support.hotline import Hotline, desk, send_dialog
from tests.support.house import plain, reply_in_thread, wait_for

__all__ = ["desk"]


async def night(desk: Hotline, *jobs: str) -> None:
    for job in jobs:
        await desk.house.bot.runs.run(("job", job), unique("fois"))
        await desk.house.settled()


@pytest.mark.both_databases
async def test_the_card_goes_with_what_was_said_under_it(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, unique("Mon écran"))
    other, _ = await desk.asks(await desk.house.conseiller("paul"), ERASED)
    card, stays = await desk.card(ticket), await desk.card(other)
    await desk.is_where(ticket)
    answer = {"channel_id": card.channel_id, "message": "Voici comment", "root_id": card.id}
    line = Post.read(await desk.agathe.api.post("/posts", answer))
    await desk.under(desk.juliette, receipt, "Voici comment")
    await is_erased(desk, desk.juliette)

    async def is_gone() -> bool:
        there = {post.id for post in await desk.agathe.reads(card.channel_id)}
        return not {card.id, line.id} & there and stays.id in there

    await wait_for(is_gone)
    async with desk.house.bot.database.transaction(writes=False) as db:
        assert await posts.find_card(db, card.id) is None
    assert (await desk.card(other)).id == stays.id, "one that is called so is another thing"
    await night(desk, "hotline.put_up_all")
    assert not [p for p in await desk.agathe.reads(card.channel_id) if f"n° {ticket.number} :" in p.text]


async def is_erased(desk: Hotline, who: Person) -> None:
    async with desk.house.bot.database.transaction() as db:
        due = utc_now()
        await erasures.note_erasure(db, Erasure(user_id=who.id, asked_at=due, due_at=due))
    await night(desk, "donnees.erase_due", "hotline.clear_old")


@pytest.mark.both_databases
async def test_who_asked_the_same_gets_the_answer_though_the_first_was_erased(desk: Hotline) -> None:
    """The next of them takes the place of the erased one, and the others are its duplicates."""
    people = [await desk.house.conseiller(name) for name in ("lea", "max", "paul")]
    asked = [await desk.asks(who, unique("Onglets perdus")) for who in people]
    (first, _), (second, hers), (third, his) = asked
    for ticket, _ in asked:
        await desk.is_where(ticket)
    for ticket in (second, third):
        await send_dialog(desk.agathe, await desk.card(ticket), "Doublon de…", numero=str(first.number))
    await is_erased(desk, people[0])
    card = await desk.card(second, "rouvert")
    await desk.under(desk.agathe, card, "parvient aussi aux autres demandeurs")
    await reply_in_thread(desk.agathe, card, "Videz le cache")
    await send_dialog(desk.agathe, await desk.card(second, "rouvert"), "Résoudre", solution="Rechargez la page")
    await desk.under(people[1], hers, "Videz le cache")
    await desk.under(people[2], his, "Videz le cache")
    assert "Rechargez la page" in plain(await desk.under(people[2], his, "est résolue"))
    assert not (await desk.now(third)).state.is_open
    await night(desk, "hotline.clear_old")
    told = [p for p in await desk.agathe.reads(card.channel_id) if p.root_id == card.id]
    assert sum("est rouverte à sa place" in plain(post) for post in told) == 1, "once"
