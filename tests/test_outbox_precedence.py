"""What undoes an act takes it back, or follows it, whichever desk and replica has the one and the other."""

import asyncio
from functools import partial
from typing import Any

import pytest

from bot.actions import (
    AddMembers,
    ArchiveChannel,
    ChangeChannel,
    Pin,
    RemoveMember,
    RestoreChannel,
    SetChannelAdmin,
    Unpin,
)
from bot.app import App
from bot.errors import Refusal
from bot.events import Delivered, Undelivered
from bot.replies import Say
from storage.outbox import TargetKind
from tests.people import unique
from tests.support.house import wait_for
from tests.support.outbox import MessageWorkplace, newsroom, room

__all__ = ["newsroom", "room"]


pytestmark = [
    pytest.mark.postgres_too,
    pytest.mark.parametrize(
        ("room", "newsroom"), [("11.2", "sqlite"), ("11.2", "postgresql"), ("5.37", "sqlite")], indirect=True
    ),
]


async def is_in(newsroom: MessageWorkplace, channel_id: str) -> bool:
    """Whether Juliette is."""
    listed = await newsroom.room.site.admin.get(f"/channels/{channel_id}/members")
    return newsroom.juliette.id in {member["user_id"] for member in listed}


async def announcement(newsroom: MessageWorkplace, app: App, *more: Any) -> None:
    """Much goes to many, on a server that takes its time, and then some acts."""
    newsroom.room.server.faults.slow = "/posts"
    places = [await newsroom.salon() for _ in range(8)]
    await newsroom.sends_to_many(app, *(Say("À tous", channel_id=place) for place in places), *more)


async def test_a_removal_that_has_not_left_is_taken_back(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await announcement(newsroom, app, RemoveMember(here, newsroom.juliette.id, topic="retrait"))
        await newsroom.sends(app, AddMembers(here, [newsroom.juliette.id], topic="retour", quiet=False))
        await wait_for(partial(heard, newsroom, 2))
        newsroom.room.server.faults.slow = ""
        await newsroom.settled(app)
        assert await is_in(newsroom, here)
        assert Undelivered(topic="retrait", refusal=Refusal.TAKEN_BACK) in newsroom.news.heard
        assert Delivered(topic="retour", channel_id=here) in newsroom.news.heard
        assert not [row.fault for row in await newsroom.rows(app) if row.delivered_at is None]


async def heard(newsroom: MessageWorkplace, count: int) -> bool:
    return len(newsroom.news.heard) >= count


async def test_what_undoes_an_act_under_way_follows_it(newsroom: MessageWorkplace) -> None:
    """Mattermost is at it when its contrary is written down, by another replica."""
    here, faults = await newsroom.salon(), newsroom.room.server.faults
    async with newsroom.bot() as app, newsroom.bot() as other:
        faults.slow = f"/members/{newsroom.juliette.id}"
        await newsroom.sends_to_many(app, RemoveMember(here, newsroom.juliette.id))
        await wait_for(partial(is_begun, newsroom, app))
        await newsroom.sends(other, AddMembers(here, [newsroom.juliette.id]), Say("Bienvenue", channel_id=here))
        await asyncio.sleep(0.5)
        rows = [row for row in await newsroom.rows(app) if row.where is TargetKind.ACT]
        assert [row.not_before is not None for row in rows] == [True, True], "the later waits for the earlier"
        faults.slow = ""
        await newsroom.settled(app)
        assert await is_in(newsroom, here)
        assert [post.text for post in await newsroom.said(here)] == ["Bienvenue"]


async def is_begun(newsroom: MessageWorkplace, app: App) -> bool:
    return any(row.content.get("begun") for row in await newsroom.rows(app))


async def test_of_many_only_those_are_kept_out_who_left_since(newsroom: MessageWorkplace) -> None:
    here, others = await newsroom.salon(), [await newsroom.room.site.person(f"autre{n}") for n in range(2)]
    people = [newsroom.juliette.id, *(each.id for each in others)]
    async with newsroom.bot() as app:
        await announcement(newsroom, app, AddMembers(here, people), SetChannelAdmin(here, people[1], is_admin=True))
        await newsroom.sends(app, RemoveMember(here, newsroom.juliette.id))
        newsroom.room.server.faults.slow = ""
        await newsroom.settled(app)
        listed = await newsroom.room.site.admin.get(f"/channels/{here}/members")
        assert {each.id for each in others} <= {member["user_id"] for member in listed}
        assert not await is_in(newsroom, here)


async def test_the_last_word_about_a_channel_and_a_post_holds(newsroom: MessageWorkplace) -> None:
    await newsroom.leads()
    here, admin = await newsroom.salon(), newsroom.room.site.admin
    post = await newsroom.juliette.says(unique("À garder"), here)
    header = ChangeChannel(here, header="Premier", purpose="À quoi il sert")
    async with newsroom.bot() as app:
        await announcement(newsroom, app, header, Pin(post.id, channel_id=here), ArchiveChannel(here))
        later = (ChangeChannel(here, header="Dernier"), Unpin(post.id, channel_id=here), RestoreChannel(here))
        await newsroom.sends(app, *later)
        newsroom.room.server.faults.slow = ""
        await newsroom.settled(app)
        found = await admin.get(f"/channels/{here}")
        assert (found["delete_at"], found["header"], found["purpose"]) == (0, "Dernier", "À quoi il sert")
        assert not (await newsroom.juliette.sees(post)).is_pinned
