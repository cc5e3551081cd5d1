"""Stories: the card of a ticket leaves its room once the words of the ticket are erased."""

import pytest

from bot.clock import utc_now
from storage.hotline import posts
from storage.people import erasures
from storage.people.erasures import Erasure
from storage.personal_data.activity import ERASED
from tests.people import Post, unique
from tests.support.hotline import Hotline, desk
from tests.support.house import wait_for

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
    async with desk.house.bot.database.transaction() as db:
        due = utc_now()
        await erasures.note_erasure(db, Erasure(user_id=desk.juliette.id, asked_at=due, due_at=due))
    await night(desk, "donnees.erase_due", "hotline.clear_old")

    async def is_gone() -> bool:
        there = {post.id for post in await desk.agathe.reads(card.channel_id)}
        return not {card.id, line.id} & there and stays.id in there

    await wait_for(is_gone)
    async with desk.house.bot.database.transaction(writes=False) as db:
        assert await posts.find_card(db, card.id) is None
    assert (await desk.card(other)).id == stays.id, "one that is called so is another thing"
    await night(desk, "hotline.put_up_all")
    assert not [p for p in await desk.agathe.reads(card.channel_id) if f"n° {ticket.number} :" in p.text]
