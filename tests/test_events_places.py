"""Who comes and goes, what channels are called, and who administers the team: told once, live or after an outage."""

import asyncio
from collections import Counter

from bot.context import Request
from bot.events import JoinedChannel, LeftChannel, Renamed, WatchedPlaces
from tests.people import Person
from tests.support.events import EventPause, EventWorkplace, hall, room

__all__ = ["hall", "room"]


async def joins(hall: EventWorkplace, channel: str, person: Person) -> None:
    await hall.juliette.api.post(f"/channels/{channel}/members", {"user_id": person.id})


async def leaves(person: Person, channel: str) -> None:
    await person.api.delete(f"/channels/{channel}/members/{person.id}")


async def enters(hall: EventWorkplace, person: Person) -> None:
    membership = {"team_id": hall.room.site.team_id, "user_id": person.id}
    await hall.room.site.admin.post(f"/teams/{hall.room.site.team_id}/members", membership)


async def goes(hall: EventWorkplace, person: Person) -> None:
    await hall.room.site.admin.delete(f"/teams/{hall.room.site.team_id}/members/{person.id}")


async def test_who_comes_into_a_channel_and_leaves_it(hall: EventWorkplace) -> None:
    channel, other = await hall.salon(), await hall.salon(private=True)
    nina, paul = await hall.room.site.person("nina"), await hall.room.site.person("paul")
    hall.one.watched, hall.two.watched = WatchedPlaces(frozenset({channel})), WatchedPlaces(frozenset({other}))
    async with hall.bot() as app:
        await joins(hall, channel, nina)
        await joins(hall, channel, nina)  # she is
        await joins(hall, other, paul)
        await leaves(nina, channel)
        await joins(hall, channel, nina)
        await leaves(nina, channel)
        moves = [f"JoinedChannel {nina.id}", f"LeftChannel {nina.id}"]
        assert await hall.told(app, hall.one) == moves * 2
        assert await hall.told(app, hall.two) == [f"JoinedChannel {paul.id}"]
    assert {e.channel_id for e in hall.one.calls if isinstance(e, JoinedChannel | LeftChannel)} == {channel}


async def test_who_comes_into_the_team_and_leaves_it_with_its_channels(hall: EventWorkplace) -> None:
    channel = await hall.salon()
    nina = await hall.room.site.person("nina", in_team=False)
    hall.one.watched, hall.two.watched = WatchedPlaces(team=True), WatchedPlaces(frozenset({channel}))
    async with hall.bot() as app:
        await enters(hall, nina)
        await joins(hall, channel, nina)
        await hall.heard(hall.two, all_of=1)
        await goes(hall, nina)
        await hall.heard(hall.one, all_of=2)
        await enters(hall, nina)
        assert await hall.told(app, hall.one) == [
            f"JoinedTeam {nina.id}",
            f"LeftTeam {nina.id}",
            f"JoinedTeam {nina.id}",
        ]
        assert await hall.told(app, hall.two) == [f"JoinedChannel {nina.id}", f"LeftChannel {nina.id}"]


async def test_what_becomes_of_a_channel(hall: EventWorkplace) -> None:
    channel = await hall.salon(private=True)
    hall.one.watched = WatchedPlaces(frozenset({channel}))
    admin = hall.room.site.admin
    async with hall.bot() as app:
        await hall.juliette.api.put(f"/channels/{channel}/patch", {"display_name": "Grand salon"})
        await hall.juliette.api.put(f"/channels/{channel}/patch", {"header": "ne dit rien du nom"})
        await admin.put(f"/channels/{channel}/privacy", {"privacy": "O"})
        await admin.delete(f"/channels/{channel}")
        await hall.heard(hall.one, all_of=3)
        await admin.post(f"/channels/{channel}/restore")
        life = ["Renamed Grand salon", "Converted False", "Archived", "Restored"]
        assert await hall.told(app, hall.one) == life
        assert await hall.told(app, hall.two) == []
    renamed = next(e for e in hall.one.calls if isinstance(e, Renamed))
    assert (renamed.display_name_before, renamed.name) == ("Salon", renamed.name_before)


async def test_a_private_channel_put_away(hall: EventWorkplace) -> None:
    channel = await hall.salon(private=True)
    hall.one.watched = WatchedPlaces(frozenset({channel}))
    async with hall.bot() as app:
        await hall.room.site.admin.delete(f"/channels/{channel}")
        assert await hall.heard(hall.one, all_of=1) == ["Archived"]
        assert await hall.told(app, hall.one) == ["Archived"]


async def test_who_administers_the_team_is_read(hall: EventWorkplace) -> None:
    """Mattermost tells only whom it concerns."""
    hall.one.watched = WatchedPlaces(team=True)
    nina = await hall.room.site.person("nina")
    async with hall.bot() as app:
        await hall.room.site.promote(nina)
        await app.events.look()
        await hall.heard(hall.one, all_of=1)
        await app.events.look()
        roles = {"roles": "team_user"}
        await hall.room.site.admin.put(f"/teams/{hall.room.site.team_id}/members/{nina.id}/roles", roles)
        await app.events.look()
        assert await hall.told(app, hall.one) == [f"RoleChanged {nina.id} True", f"RoleChanged {nina.id} False"]


async def test_what_changed_meanwhile_is_read_and_told_once(hall: EventWorkplace) -> None:
    channel, site = await hall.salon(), hall.room.site
    nina, paul = await site.person("nina"), await site.person("paul")
    eve = await site.person("eve", in_team=False)
    await joins(hall, channel, paul)
    hall.one.watched = hall.two.watched = WatchedPlaces(frozenset({channel}), team=True)
    async with hall.bot() as app:
        assert await hall.told(app, hall.one) == [], "what is seen for the first time is told to nobody"
    await joins(hall, channel, nina)
    await leaves(paul, channel)
    await goes(hall, paul)
    await enters(hall, eve)
    await site.promote(nina)
    await hall.juliette.api.put(f"/channels/{channel}/patch", {"display_name": "Grand salon"})
    await site.admin.delete(f"/channels/{channel}")
    missed = {
        f"JoinedChannel {nina.id}", f"LeftChannel {paul.id}", f"LeftTeam {paul.id}", f"JoinedTeam {eve.id}",
        f"RoleChanged {nina.id} True", "Renamed Grand salon", "Archived",
    }  # fmt: skip
    for _ in range(2):
        async with hall.bot() as app:
            assert Counter(await hall.told(app, hall.one)) == Counter(missed)
            assert Counter(await hall.told(app, hall.two)) == Counter(missed)


async def test_a_change_is_told_to_all_though_the_bot_is_cut_off(hall: EventWorkplace) -> None:
    channel = await hall.salon()
    nina = await hall.room.site.person("nina")
    hall.one.watched = hall.two.watched = WatchedPlaces(frozenset({channel}))
    pause = EventPause(JoinedChannel)
    async with hall.bot() as app:
        hall.two.trouble = pause
        await joins(hall, channel, nina)
        await asyncio.wait_for(pause.reached.wait(), 10)
        await app.events.stop(0.2)
    hall.two.trouble = None
    async with hall.bot() as app:
        for listener in (hall.one, hall.two):
            assert await hall.told(app, listener) == [f"JoinedChannel {nina.id}"]


async def test_a_bot_that_comes_back_into_a_channel_reads_what_it_missed(hall: EventWorkplace) -> None:
    channel = await hall.salon()
    nina = await hall.room.site.person("nina")
    hall.one.watched = WatchedPlaces(frozenset({channel}))
    async with hall.bot() as app:
        await hall.juliette.api.delete(f"/channels/{channel}/members/{hall.room.bot_id}")
        await joins(hall, channel, nina)
        await hall.juliette.api.post(f"/channels/{channel}/members", {"user_id": hall.room.bot_id})
        assert await hall.heard(hall.one, all_of=1) == [f"JoinedChannel {nina.id}"]
        assert await hall.told(app, hall.one) == [f"JoinedChannel {nina.id}"]


async def test_a_channel_out_of_reach_holds_up_no_other(hall: EventWorkplace) -> None:
    channel, nowhere = await hall.salon(), "z" * 26
    hall.one.watched = WatchedPlaces(frozenset({channel}))
    async with hall.bot() as app:
        await app.dispatcher.run(Request("command", "un", hall.juliette.id), f"{nowhere} {channel}")
        await hall.juliette.says("un", channel)
        assert await hall.heard(hall.one, all_of=1) == ["Posted un"]
        hall.one.watched = WatchedPlaces()
