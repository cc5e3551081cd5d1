"""What a feature has done in Mattermost beside saying something: in order, harmless twice, and heard of."""

from typing import Any

import pytest

from bot.actions import (
    AddMembers,
    ArchiveChannel,
    ChangeChannel,
    ConvertChannel,
    CreateChannel,
    DeletePost,
    Pin,
    React,
    RemoveMember,
    RestoreChannel,
    SetChannelAdmin,
    Unpin,
    Unreact,
)
from bot.app import App
from bot.clock import utc_now
from bot.errors import Refusal
from bot.events import Delivered, Undelivered
from bot.outbox.attempts import DeliveryMarks
from bot.replies import Reply, Say
from storage.outbox.queue import release_all
from tests.people import unique
from tests.support.house import wait_for
from tests.support.mattermost import NOBODY
from tests.support.outbox import MessageWorkplace, every_server, newsroom, room

__all__ = ["newsroom", "room"]


pytestmark = every_server


async def channel(newsroom: MessageWorkplace, channel_id: str) -> Any:
    return await newsroom.room.site.admin.get(f"/channels/{channel_id}")


async def emojis(newsroom: MessageWorkplace, post_id: str) -> list[str]:
    listed = await newsroom.juliette.api.get(f"/posts/{post_id}/reactions")
    return sorted(reaction["emoji_name"] for reaction in listed or ())


async def members(newsroom: MessageWorkplace, channel_id: str) -> set[str]:
    listed = await newsroom.room.site.admin.get(f"/channels/{channel_id}/members")
    return {member["user_id"] for member in listed}


async def has_done(newsroom: MessageWorkplace, app: App, *replies: Reply) -> None:
    """The bot is told to do it, and has."""
    await newsroom.sends(app, *replies)
    await newsroom.settled(app)


async def test_emojis_are_put_and_taken_back(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    post = await newsroom.juliette.says("Bravo", here)
    async with newsroom.bot() as app:
        await has_done(newsroom, app, React(post.id, "tada"), React(post.id, "+1"), React(post.id, "tada"))
        assert await emojis(newsroom, post.id) == ["+1", "tada"]
        await has_done(newsroom, app, Unreact(post.id, "tada"), Unreact(post.id, "tada"))
        assert await emojis(newsroom, post.id) == ["+1"]


async def test_posts_are_pinned_and_unpinned_and_taken_away(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await has_done(newsroom, app, Say("À savoir", channel_id=here), Say("Une erreur", channel_id=here))
        first, second = await newsroom.said(here)
        await has_done(newsroom, app, Pin(first.id), Pin(first.id), DeletePost(second.id), DeletePost(second.id))
        assert [(p.id, p.is_pinned) for p in await newsroom.said(here)] == [(first.id, True)]
        await has_done(newsroom, app, Unpin(first.id), Unpin(second.id), Unreact(second.id, "tada"))
        assert [(p.id, p.is_pinned) for p in await newsroom.said(here)] == [(first.id, False)]
        assert not [row.fault for row in await newsroom.rows(app) if row.fault]


async def test_a_channel_is_made_and_its_id_heard(newsroom: MessageWorkplace) -> None:
    name = unique("hub")
    wanted = CreateChannel(name=name, display_name="Le hub", private=True, purpose="Tout", topic="hub:1")
    async with newsroom.bot() as app:
        await has_done(newsroom, app, wanted)
        (heard,) = newsroom.news.heard
        await has_done(newsroom, app, wanted)
    assert isinstance(heard, Delivered)
    made = await channel(newsroom, heard.channel_id)
    assert (made["name"], made["display_name"], made["type"], made["purpose"]) == (name, "Le hub", "P", "Tout")
    assert newsroom.news.heard[1:] == [Undelivered(topic="hub:1", refusal=Refusal.NAME_TAKEN)]


async def test_a_channel_is_made_once_though_the_bot_died_before_it_was_noted(
    newsroom: MessageWorkplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = unique("hub")
    wanted = CreateChannel(name=name, display_name="Le hub", topic="hub:1")
    with monkeypatch.context() as patch:
        patch.setattr(DeliveryMarks, "add", lambda *_: None)
        async with newsroom.bot() as app:
            await newsroom.sends(app, wanted)
            made = await wait_for(lambda: _named(newsroom, name))
    async with newsroom.bot() as app:
        await _leases_end(app)
        await newsroom.settled(app)
    assert newsroom.news.heard == [Delivered(topic="hub:1", channel_id=made["id"])]


async def _named(newsroom: MessageWorkplace, name: str) -> Any:
    team = newsroom.room.site.team_id
    found = await newsroom.room.site.admin.get(f"/teams/{team}/channels?per_page=200")
    return next((c for c in found if c["name"] == name), None)


async def _leases_end(app: App) -> None:
    async with app.database.transaction() as db:
        await release_all(db, utc_now())
    app.outbox.look()


async def test_a_channel_is_changed_put_away_brought_back_and_converted_in_order(newsroom: MessageWorkplace) -> None:
    await newsroom.leads()
    here, name = await newsroom.salon(), unique("nouveau")
    async with newsroom.bot() as app:
        await has_done(newsroom, app, ChangeChannel(here, name=name, display_name="Nouveau", header="Lisez"))
        changed = await channel(newsroom, here)
        assert (changed["name"], changed["display_name"], changed["header"]) == (name, "Nouveau", "Lisez")
        await has_done(newsroom, app, Say("Au revoir", channel_id=here), ArchiveChannel(here), ArchiveChannel(here))
        assert (await channel(newsroom, here))["delete_at"] > 0
        back, private = RestoreChannel(here), ConvertChannel(here, private=True)
        await has_done(newsroom, app, back, back, private, Say("Me revoilà", channel_id=here), private)
        found = await channel(newsroom, here)
        assert (found["delete_at"], found["type"]) == (0, "P")
    assert [post.text for post in await newsroom.said(here)] == ["Au revoir", "Me revoilà"]


async def test_lines_about_what_the_bot_changed_of_a_channel_do_not_stay(newsroom: MessageWorkplace) -> None:
    """They would leave it unread for everybody; what somebody else changed is told as ever."""
    await newsroom.leads()
    here, admin = await newsroom.salon(), newsroom.room.site.admin
    await admin.put(f"/channels/{here}/patch", {"header": "D’un administrateur"})
    async with newsroom.bot() as app:
        await has_done(newsroom, app, ChangeChannel(here, display_name="Nouveau", header="Lisez", purpose="Lire"))
    posts = (await admin.get(f"/channels/{here}/posts"))["posts"].values()
    told = [post["message"] for post in posts if post["type"].endswith("_change")]
    assert len(told) == 1, told
    assert "D’un administrateur" in told[0]


async def test_people_are_brought_in_taken_out_and_made_administrators(newsroom: MessageWorkplace) -> None:
    site, name = newsroom.room.site, unique("hub")
    people = [await site.person(f"p{n}") for n in range(4)]
    stranger = await site.person("etranger", in_team=False)
    ids = [person.id for person in people]
    async with newsroom.bot() as app:
        await has_done(newsroom, app, CreateChannel(name=name, display_name="Le hub", topic="hub:1"))
        (made,) = newsroom.news.heard
        assert isinstance(made, Delivered)
        here = made.channel_id
        acts = (AddMembers(here, [*ids, stranger.id], topic="hub:2"), RemoveMember(here, ids[0]))
        await has_done(newsroom, app, *acts, RemoveMember(here, ids[0]), SetChannelAdmin(here, ids[1], is_admin=True))
        assert await members(newsroom, here) == {*ids[1:], newsroom.room.bot_id}
        assert newsroom.news.heard[1:] == [
            Delivered(topic="hub:2", channel_id=here, kept_out={stranger.id: Refusal.NOT_IN_TEAM})
        ]
        roles = (await site.admin.get(f"/channels/{here}/members/{ids[1]}"))["roles"]
        assert "channel_admin" in roles.split()


async def test_an_act_that_is_refused_is_not_tried_again(newsroom: MessageWorkplace) -> None:
    """Later it might undo what was done since; who asked for it hears why."""
    here = await newsroom.salon()
    async with newsroom.bot() as app:
        await newsroom.sends(app, ConvertChannel(here, private=True, topic="salon:1"), React(NOBODY, "tada"))
        rows = await newsroom.settled(app)
    assert newsroom.news.heard == [Undelivered(topic="salon:1", refusal=Refusal.FORBIDDEN)]
    assert [(bool(row.delivered_at), row.attempts, row.content) for row in rows] == [(True, 1, {}), (False, 1, {})]


async def test_acts_go_on_after_an_outage(newsroom: MessageWorkplace) -> None:
    here = await newsroom.salon()
    post = await newsroom.juliette.says("Bravo", here)
    faults = newsroom.room.server.faults
    async with newsroom.bot() as app:
        faults.down = True
        await newsroom.sends(app, React(post.id, "tada"), Pin(post.id, channel_id=here), Say("Voilà", channel_id=here))
        await wait_for(lambda: _tried(newsroom, app))
    async with newsroom.bot() as app:
        faults.down = False
        await newsroom.settled(app)
    assert await emojis(newsroom, post.id) == ["tada"]
    assert (await newsroom.juliette.sees(post)).is_pinned
    assert [p.text for p in await newsroom.said(here)] == ["Voilà"]


async def _tried(newsroom: MessageWorkplace, app: App) -> bool:
    return any(row.attempts for row in await newsroom.rows(app))
