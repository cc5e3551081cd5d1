"""Stories: a room that is not there, Mattermost away, a bot killed in the middle: nothing lost, nothing twice."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.clock import utc_now
from bot.context import Request
from bot.websocket.queue import CURSOR
from storage import canaux as known
from storage.claims import ReadCursor
from storage.people import Person as Registered
from storage.people import Role
from tests.people import Person, Post, unique
from tests.support.databases import KINDS
from tests.support.hotline import ROOM, HotlineWorkplace, place, register_person, room
from tests.support.house import edit_post, plain, reply_in_thread, wait_for

__all__ = ["place", "room"]


RUNS, LINES = 3, 4
"""How often the bot is killed, and what is written each time."""


async def test_a_room_is_made_when_first_needed_and_its_agents_are_in_it(place: HotlineWorkplace) -> None:
    agathe = await register_person(place, "agathe", Role.HOTLINE)
    async with place.bot() as app:
        await place.files(app, "La toute première")
        card = await place.card("La toute première")
        made = await place.room.site.admin.get(f"/channels/{card.channel_id}")
        assert (made["name"], made["type"]) == (ROOM, "P")
        await wait_for(lambda: _is_in(place, card.channel_id, agathe))
        await place.files(app, "La seconde")
        await place.card("La seconde")


async def _is_in(place: HotlineWorkplace, channel_id: str, who: Person) -> bool:
    members = await place.room.site.admin.get(f"/channels/{channel_id}/members?per_page=200")
    return who.id in {member["user_id"] for member in members}


@pytest.mark.parametrize("leads", [False, True])
async def test_a_room_that_the_bot_cannot_enter_is_told_of_and_then_filled(
    place: HotlineWorkplace, leads: bool
) -> None:
    """Also where the bot administers the team, so that the server shows it the room, and lets it post there."""
    agathe = await register_person(place, "agathe", Role.ANIMATEUR)
    site = place.room.site
    body = {"team_id": site.team_id, "name": ROOM, "display_name": "Hotline", "type": "P"}
    made = await site.admin.post("/channels", body)
    await place.leads(leads=leads)
    async with place.bot() as app:
        await place.files(app, "En attente d’une salle")
        agathe.acts()
        told = await wait_for(lambda: _told(agathe))
        assert ROOM in told.text
        assert not await place.place()
        said = (await site.admin.get(f"/channels/{made['id']}/posts"))["posts"].values()
        assert not [post for post in said if post["user_id"] == place.room.bot_id]
        await site.admin.post(f"/channels/{made['id']}/members", {"user_id": place.room.bot_id})
        await app.runs.run(("job", "hotline.put_up_all"), "story")
        await place.card("En attente d’une salle")


async def _told(who: Person) -> Post | None:
    return next((post for post in await who.direct() if "attendent une salle" in post.text), None)


@pytest.mark.parametrize("place", KINDS, indirect=True)
async def test_what_is_filed_while_mattermost_is_away_has_its_card_later_and_once(place: HotlineWorkplace) -> None:
    await register_person(place, "agathe", Role.HOTLINE)
    await place.registers_as(place.juliette, Role.CONSEILLER)
    async with place.bot() as app:
        await place.files(app, "Avant la panne")
        await place.card("Avant la panne")
        place.room.server.faults.status = 503
        key = unique("key")
        for _ in range(2):
            await place.files(app, "Pendant la panne", key)
        place.room.server.faults.status = None
        await place.card("Pendant la panne")
        await wait_for(lambda: place.stands("Pendant la panne"))
    assert len([post for post in await place.cards() if "Pendant la panne" in post.text]) == 1
    assert len([post for post in await place.juliette.direct() if "Pendant la panne" in post.text]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("place", KINDS, indirect=True)
@pytest.mark.parametrize("room", ["11.2"], indirect=True)
@pytest.mark.timeout(180)
async def test_killed_in_the_middle_each_line_is_there_once_as_it_was_last(place: HotlineWorkplace) -> None:
    agathe = await register_person(place, "agathe", Role.HOTLINE)
    await place.registers_as(place.juliette, Role.CONSEILLER)
    async with place.bot() as app:
        await place.files(app, "Tuée en chemin")
        card = await place.card("Tuée en chemin")
        await wait_for(lambda: place.stands("Tuée en chemin"))
        await wait_for(lambda: _is_in(place, card.channel_id, agathe))
        await wait_for(lambda: place.is_heard(app))
    receipt = (await place.juliette.direct())[-1]
    async with place.transaction() as db:  # it is no new installation, which has heard nothing so far
        await db.merge(ReadCursor(name=CURSOR, at=utc_now()))
    for run in range(RUNS):
        async with place.process():
            for number in range(LINES):
                who, root = ((agathe, card), (place.juliette, receipt))[number % 2]
                line = await reply_in_thread(who, root, f"ligne {run}-{number}, premier jet")
                await asyncio.sleep(0.03 * run)
                await edit_post(who, line, f"ligne {run}-{number}, relue")
    async with place.bot():
        await wait_for(lambda: _all_are_mirrored(place, card, receipt))
    for root in (card, receipt):
        said = [plain(post) for post in await place.lines(root) if "ligne" in post.text]
        assert len(said) == len(set(said)) == RUNS * LINES // 2, said


async def _all_are_mirrored(place: HotlineWorkplace, card: Post, receipt: Post) -> bool:
    """Whether each line is on the other side as it was left; what is more is told by the test."""
    said = [post.text for root in (card, receipt) for post in await place.lines(root)]
    return all(any(f"ligne {r}-{n}, relue" in text for text in said) for r in range(RUNS) for n in range(LINES))


async def test_a_deleted_card_is_put_back_and_a_room_made_anew_is_filled(place: HotlineWorkplace) -> None:
    agathe = await register_person(place, "agathe", Role.HOTLINE)
    async with place.bot() as app:
        await place.files(app, "Carte supprimée")
        card = await place.card("Carte supprimée")
        await wait_for(lambda: place.stands("Carte supprimée"))
        answer = str(await place.runs_command(app, "ticket", "1", person=agathe))
        assert "Remettre la carte" not in answer
        await place.room.site.admin.delete(f"/posts/{card.id}")
        answer = str(await place.runs_command(app, "ticket", "1", person=agathe))
        assert "Remettre la carte" in answer
        await app.dispatcher.run(Request("button", "hotline.PutUp", agathe.id), {"ticket": 1})
        again = await place.card("Carte supprimée")
        assert again.id != card.id
        async with place.transaction() as db:
            await known.forget_channel(db, ROOM)
        await place.room.site.admin.put(f"/channels/{card.channel_id}/patch", {"name": "ancienne-salle"})
        await place.room.site.admin.delete(f"/channels/{card.channel_id}")
        await app.runs.run(("job", "hotline.put_up_all"), "story")
        moved = await place.card("Carte supprimée")
        assert moved.channel_id != card.channel_id


async def test_agents_hear_once_that_who_asked_has_left(place: HotlineWorkplace) -> None:
    await place.registers_as(place.juliette, Role.CONSEILLER)
    async with place.bot() as app:
        await place.files(app, "Je pars demain")
        card = await place.card("Je pars demain")
        await wait_for(lambda: place.stands("Je pars demain"))
        async with place.transaction() as db:
            left = utc_now().date() - timedelta(days=2)
            await db.execute(update(Registered).where(col(Registered.id) == place.juliette.id).values(left_on=left))
        for day in ("lundi", "mardi"):
            await app.runs.run(("job", "hotline.see_to_the_open"), day)
        await wait_for(lambda: place.lines(card))
        assert [plain(post) for post in await place.lines(card)] == [
            f"@{place.juliette.username} a quitté le réseau : résolvez la demande si elle n’a plus lieu d’être."
        ]
