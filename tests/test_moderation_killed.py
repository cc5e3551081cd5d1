"""A story: the bot is killed while an animateur hides messages; no act is without its entry, nor done twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import utc_now
from storage import schema
from storage.database import Database
from storage.journal import AuditAct, JournalEntry, verify
from storage.people import Person as Registered
from storage.people import Role
from tests.people import Person, Post
from tests.support.databases import KINDS, create_database
from tests.support.house import plain, wait_for
from tests.support.workplace import Room, Workplace, make_room

pytestmark = pytest.mark.slow

MESSAGES, KILLS = 12, 1


room = make_room("11.2")


@pytest.fixture(params=KINDS)
async def place(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Workplace]:
    async with create_database(request, tmp_path) as url:
        await schema.prepare(url)
        place = Workplace(room, url, tmp_path)
        await place.leads()
        yield place


@asynccontextmanager
async def asks(place: Workplace) -> AsyncIterator[AsyncSession]:
    database = Database(place.url)
    async with database.transaction() as db:
        yield db
    await database.close()


async def hides(url: str, who: Person, link: str) -> None:
    """An animateur types the line, and the bot may be gone."""
    body = {"token": "c" * 26, "user_id": who.id, "channel_id": who.site.square, "team_id": who.site.team_id}
    body |= {"command": "/moderer", "text": f"masquer {link} insultes", "trigger_id": "t", "response_url": ""}
    with suppress(aiohttp.ClientError, TimeoutError):
        async with aiohttp.ClientSession() as session, session.post(f"{url}/commands", data=body) as reply:
            await reply.read()


async def standing(who: Person, posts: list[Post]) -> set[str]:
    """Which of these messages stand."""
    there = {post.id for post in await who.reads(posts[0].channel_id)}
    return {post.id for post in posts} & there


async def hidden(place: Workplace) -> list[str]:
    """The messages whose hiding is in the journal."""
    async with asks(place) as db:
        found = (await db.exec(select(JournalEntry).where(JournalEntry.act == AuditAct.HIDE))).all()
        return [entry.object.removeprefix("message:") for entry in found]


@pytest.mark.timeout(240)
async def test_killed_between_act_and_entry(place: Workplace) -> None:
    agathe = await place.room.site.person("agathe")
    async with asks(place) as db:
        db.add(Registered(id=agathe.id, username=agathe.username, role=Role.ANIMATEUR, since=utc_now()))
    salon = await place.salon(agathe)
    lea = place.juliette
    posts = [await lea.says(f"Insulte {n}", salon) for n in range(MESSAGES)]
    link = f"{place.room.server.url}/{place.room.site.team}/pl/"

    async def some_are_gone(left: int) -> bool:
        return len(await standing(agathe, posts)) <= left

    goals = [MESSAGES - kill * MESSAGES // (KILLS + 2) for kill in range(1, KILLS + 1)]
    for left in goals:
        async with place.process() as child:
            typed = [asyncio.create_task(hides(child.url, agathe, link + post.id)) for post in posts]
            await wait_for(partial(some_are_gone, left))
        await asyncio.gather(*typed)
        noted = await hidden(place)
        gone = {post.id for post in posts} - await standing(agathe, posts)
        assert gone <= set(noted), "never an act without its entry"
        assert len(noted) == len(set(noted)), "nor twice"
    async with place.process() as child:
        for post in posts:
            await hides(child.url, agathe, link + post.id)
        await wait_for(partial(some_are_gone, 0), within=90)

        async def all_told() -> bool:
            return len([p for p in await lea.direct() if "a été retiré" in plain(p)]) >= MESSAGES

        await wait_for(all_told, within=90)
    assert sorted(await hidden(place)) == sorted(post.id for post in posts)
    told = [plain(post) for post in await lea.direct() if "a été retiré" in plain(post)]
    assert len(told) == MESSAGES
    assert all(len([text for text in told if text.count(f"> Insulte {n}\n")]) == 1 for n in range(MESSAGES))
    async with asks(place) as db:
        count, fault = await verify(db)
    assert (count, fault) == (MESSAGES, None)
