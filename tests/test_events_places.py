"""Who comes and goes, what channels are called, and who administers the team: told once, live or after an outage."""

import asyncio
from collections import Counter

from bot.context import Request
from bot.events import JoinedChannel, LeftChannel, Renamed, WatchedPlaces
from tests.people import Person
from tests.support.events import EventPause, EventWorkplace, event_workplace, room

__all__ = ["event_workplace", "room"]


async def joins(event_workplace: EventWorkplace, channel: str, person: Person) -> None:
    await event_workplace.juliette.api.post(f"/channels/{channel}/members", {"user_id": person.id})


async def leaves(person: Person, channel: str) -> None:
    await person.api.delete(f"/channels/{channel}/members/{person.id}")


async def enters(event_workplace: EventWorkplace, person: Person) -> None:
    membership = {"team_id": event_workplace.room.site.team_id, "user_id": person.id}
    await event_workplace.room.site.admin.post(f"/teams/{event_workplace.room.site.team_id}/members", membership)


async def goes(event_workplace: EventWorkplace, person: Person) -> None:
    await event_workplace.room.site.admin.delete(f"/teams/{event_workplace.room.site.team_id}/members/{person.id}")


async def test_who_comes_into_a_channel_and_leaves_it(event_workplace: EventWorkplace) -> None:
    channel, other = await event_workplace.salon(), await event_workplace.salon(private=True)
    nina, paul = await event_workplace.room.site.person("nina"), await event_workplace.room.site.person("paul")
    event_workplace.one.watched, event_workplace.two.watched = (
        WatchedPlaces(frozenset({channel})),
        WatchedPlaces(frozenset({other})),
    )
    async with event_workplace.bot() as app:
        await joins(event_workplace, channel, nina)
        await joins(event_workplace, channel, nina)  # she is
        await joins(event_workplace, other, paul)
        await leaves(nina, channel)
        await joins(event_workplace, channel, nina)
        await leaves(nina, channel)
        moves = [f"JoinedChannel {nina.id}", f"LeftChannel {nina.id}"]
        assert await event_workplace.told(app, event_workplace.one) == moves * 2
        assert await event_workplace.told(app, event_workplace.two) == [f"JoinedChannel {paul.id}"]
    assert {e.channel_id for e in event_workplace.one.calls if isinstance(e, JoinedChannel | LeftChannel)} == {channel}


async def test_who_comes_into_the_team_and_leaves_it_with_its_channels(event_workplace: EventWorkplace) -> None:
    channel = await event_workplace.salon()
    nina = await event_workplace.room.site.person("nina", in_team=False)
    event_workplace.one.watched, event_workplace.two.watched = (
        WatchedPlaces(team=True),
        WatchedPlaces(frozenset({channel})),
    )
    async with event_workplace.bot() as app:
        await enters(event_workplace, nina)
        await joins(event_workplace, channel, nina)
        await event_workplace.heard(event_workplace.two, all_of=1)
        await goes(event_workplace, nina)
        await event_workplace.heard(event_workplace.one, all_of=2)
        await enters(event_workplace, nina)
        assert await event_workplace.told(app, event_workplace.one) == [
            f"JoinedTeam {nina.id}",
            f"LeftTeam {nina.id}",
            f"JoinedTeam {nina.id}",
        ]
        assert await event_workplace.told(app, event_workplace.two) == [
            f"JoinedChannel {nina.id}",
            f"LeftChannel {nina.id}",
        ]


async def test_what_becomes_of_a_channel(event_workplace: EventWorkplace) -> None:
    channel = await event_workplace.salon(private=True)
    event_workplace.one.watched = WatchedPlaces(frozenset({channel}))
    admin = event_workplace.room.site.admin
    async with event_workplace.bot() as app:
        await event_workplace.juliette.api.put(f"/channels/{channel}/patch", {"display_name": "Grand salon"})
        await event_workplace.juliette.api.put(f"/channels/{channel}/patch", {"header": "ne dit rien du nom"})
        await admin.put(f"/channels/{channel}/privacy", {"privacy": "O"})
        await admin.delete(f"/channels/{channel}")
        await event_workplace.heard(event_workplace.one, all_of=3)
        await admin.post(f"/channels/{channel}/restore")
        life = ["Renamed Grand salon", "Converted False", "Archived", "Restored"]
        assert await event_workplace.told(app, event_workplace.one) == life
        assert await event_workplace.told(app, event_workplace.two) == []
    renamed = next(e for e in event_workplace.one.calls if isinstance(e, Renamed))
    assert (renamed.display_name, renamed.channel_id) == ("Grand salon", channel)


async def test_a_private_channel_put_away(event_workplace: EventWorkplace) -> None:
    channel = await event_workplace.salon(private=True)
    event_workplace.one.watched = WatchedPlaces(frozenset({channel}))
    async with event_workplace.bot() as app:
        await event_workplace.room.site.admin.delete(f"/channels/{channel}")
        assert await event_workplace.heard(event_workplace.one, all_of=1) == ["Archived"]
        assert await event_workplace.told(app, event_workplace.one) == ["Archived"]


async def test_who_administers_the_team_is_read(event_workplace: EventWorkplace) -> None:
    """Mattermost tells only whom it concerns."""
    event_workplace.one.watched = WatchedPlaces(team=True)
    nina = await event_workplace.room.site.person("nina")
    async with event_workplace.bot() as app:
        await event_workplace.room.site.promote(nina)
        await app.events.look()
        await event_workplace.heard(event_workplace.one, all_of=1)
        await app.events.look()
        roles = {"roles": "team_user"}
        await event_workplace.room.site.admin.put(
            f"/teams/{event_workplace.room.site.team_id}/members/{nina.id}/roles", roles
        )
        await app.events.look()
        assert await event_workplace.told(app, event_workplace.one) == [
            f"RoleChanged {nina.id} True",
            f"RoleChanged {nina.id} False",
        ]


async def test_what_changed_meanwhile_is_read_and_told_once(event_workplace: EventWorkplace) -> None:
    channel, site = await event_workplace.salon(), event_workplace.room.site
    nina, paul = await site.person("nina"), await site.person("paul")
    eve = await site.person("eve", in_team=False)
    await joins(event_workplace, channel, paul)
    event_workplace.one.watched = event_workplace.two.watched = WatchedPlaces(frozenset({channel}), team=True)
    async with event_workplace.bot() as app:
        assert await event_workplace.told(app, event_workplace.one) == [], (
            "what is seen for the first time is told to nobody"
        )
    await joins(event_workplace, channel, nina)
    await leaves(paul, channel)
    await goes(event_workplace, paul)
    await enters(event_workplace, eve)
    await site.promote(nina)
    await event_workplace.juliette.api.put(f"/channels/{channel}/patch", {"display_name": "Grand salon"})
    await site.admin.delete(f"/channels/{channel}")
    missed = {
        f"JoinedChannel {nina.id}", f"LeftChannel {paul.id}", f"LeftTeam {paul.id}", f"JoinedTeam {eve.id}",
        f"RoleChanged {nina.id} True", "Renamed Grand salon", "Archived",
    }  # fmt: skip
    for _ in range(2):
        async with event_workplace.bot() as app:
            assert Counter(await event_workplace.told(app, event_workplace.one)) == Counter(missed)
            assert Counter(await event_workplace.told(app, event_workplace.two)) == Counter(missed)


async def test_a_change_is_told_to_all_though_the_bot_is_cut_off(event_workplace: EventWorkplace) -> None:
    channel = await event_workplace.salon()
    nina = await event_workplace.room.site.person("nina")
    event_workplace.one.watched = event_workplace.two.watched = WatchedPlaces(frozenset({channel}))
    pause = EventPause(JoinedChannel)
    async with event_workplace.bot() as app:
        event_workplace.two.trouble = pause
        await joins(event_workplace, channel, nina)
        await asyncio.wait_for(pause.reached.wait(), 10)
        await app.events.stop(0.2)
    event_workplace.two.trouble = None
    async with event_workplace.bot() as app:
        for listener in (event_workplace.one, event_workplace.two):
            assert await event_workplace.told(app, listener) == [f"JoinedChannel {nina.id}"]


async def test_a_bot_that_comes_back_into_a_channel_reads_what_it_missed(event_workplace: EventWorkplace) -> None:
    channel = await event_workplace.salon()
    nina = await event_workplace.room.site.person("nina")
    event_workplace.one.watched = WatchedPlaces(frozenset({channel}))
    async with event_workplace.bot() as app:
        await event_workplace.juliette.api.delete(f"/channels/{channel}/members/{event_workplace.room.bot_id}")
        await joins(event_workplace, channel, nina)
        await event_workplace.juliette.api.post(
            f"/channels/{channel}/members", {"user_id": event_workplace.room.bot_id}
        )
        assert await event_workplace.heard(event_workplace.one, all_of=1) == [f"JoinedChannel {nina.id}"]
        assert await event_workplace.told(app, event_workplace.one) == [f"JoinedChannel {nina.id}"]


async def test_a_channel_out_of_reach_holds_up_no_other(event_workplace: EventWorkplace) -> None:
    channel, nowhere = await event_workplace.salon(), "z" * 26
    event_workplace.one.watched = WatchedPlaces(frozenset({channel}))
    async with event_workplace.bot() as app:
        await app.dispatcher.run(Request("command", "un", event_workplace.juliette.id), f"{nowhere} {channel}")
        await event_workplace.juliette.says("un", channel)
        assert await event_workplace.heard(event_workplace.one, all_of=1) == ["Posted un"]
        event_workplace.one.watched = WatchedPlaces()
