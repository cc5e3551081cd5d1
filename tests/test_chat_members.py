"""Crowds, as the bot reads and gathers them: the team and channels in pages, many people brought in, roles."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.errors import Refusal
from bot.mattermost import ChatMember
from tests.support.house import House
from tests.support.mattermost import NOBODY, TwoBots, add_two_bots, expect_refusal

pytestmark = [pytest.mark.every_mode, pytest.mark.no_database]


@pytest.fixture
async def stage(house: House) -> AsyncIterator[TwoBots]:
    async with add_two_bots(house) as made:
        yield made


async def test_a_crowd_is_read_in_pages_each_of_it_once(stage: TwoBots) -> None:
    crowd = await stage.robots(205)
    room = await stage.room()
    assert await stage.lead.add_members(room.id, crowd) == {}

    members = [page async for page in stage.chat.channel_members(room.id)]
    assert [len(page) for page in members] == [200, 6]
    me = (await stage.chat.me()).id
    assert Counter(m.user_id for page in members for m in page) == Counter([*crowd, me])
    assert {m for page in members for m in page if m.is_admin} == {ChatMember(me, is_admin=True)}

    team = Counter([m.user_id async for page in stage.chat.team_members() for m in page])
    assert team.keys() >= {*crowd, me}
    assert set(team.values()) == {1}
    assert Counter([user.id async for page in stage.chat.team_users() for user in page]) == team


async def test_people_by_ids(stage: TwoBots) -> None:
    known = await stage.robots(3, in_team=False)
    pages = [page async for page in stage.chat.users([*known, NOBODY] * 100)]
    assert len(pages) == 2
    assert {user.id for user in pages[0]} == set(known)
    assert [page async for page in stage.chat.users([])] == []


async def test_many_are_brought_in_and_who_is_not_has_a_reason(stage: TwoBots) -> None:
    room = await stage.room(private=True)
    crowd = await stage.robots(60)
    [stranger] = await stage.robots(1, in_team=False)
    gone, left, inside = crowd[:3]
    await stage.site.admin.post(f"/bots/{gone}/disable")
    await stage.site.admin.delete(f"/teams/{stage.site.team_id}/members/{left}")
    await stage.chat.add_member(room.id, inside)

    kept_out = await stage.chat.add_members(room.id, [*crowd, stranger, NOBODY])
    why = {user_id: error.refusal for user_id, error in kept_out.items()}
    expected = {left: Refusal.NOT_IN_TEAM, stranger: Refusal.NOT_IN_TEAM, NOBODY: Refusal.UNKNOWN_PERSON}
    if stage.site.version >= (9, 0):  # 5.37 takes them
        expected[gone] = Refusal.DEACTIVATED
    assert why == expected

    there = {m.user_id async for page in stage.chat.channel_members(room.id) for m in page}
    assert await stage.chat.count_members(room.id) == len(there) - (gone in there), "who is switched off is not counted"
    assert there == ({*crowd} - {*expected}) | {(await stage.chat.me()).id}
    assert (await stage.chat.add_members(room.id, [*crowd, stranger, NOBODY])).keys() == kept_out.keys()


async def test_nobody_at_all_can_be_brought_in(stage: TwoBots) -> None:
    room = await stage.room()
    strangers = await stage.robots(2, in_team=False)
    kept_out = await stage.chat.add_members(room.id, strangers)
    assert {user_id: error.refusal for user_id, error in kept_out.items()} == dict.fromkeys(
        strangers, Refusal.NOT_IN_TEAM
    )
    assert await stage.chat.add_members(room.id, []) == {}


async def test_what_concerns_everybody_is_nobody_s_reason(stage: TwoBots) -> None:
    hidden = await stage.lead.create_channel((await stage.room()).name + "-b", "À part", private=True)
    crowd = await stage.robots(2)
    async with expect_refusal(Refusal.FORBIDDEN):
        await stage.chat.add_members(hidden.id, crowd)
    async with expect_refusal(Refusal.UNKNOWN_CHANNEL):
        await stage.chat.add_members(NOBODY, crowd)


async def test_somebody_comes_and_goes_and_doing_it_twice_does_no_harm(stage: TwoBots) -> None:
    room = await stage.room()
    [who] = await stage.robots(1)
    assert await stage.chat.channel_member(room.id, who) is None
    for _ in range(2):
        await stage.chat.add_member(room.id, who)
    assert await stage.chat.channel_member(room.id, who) == ChatMember(who)
    for _ in range(2):
        await stage.chat.set_channel_admin(room.id, who, is_admin=True)
    assert await stage.chat.channel_member(room.id, who) == ChatMember(who, is_admin=True)
    await stage.chat.set_channel_admin(room.id, who, is_admin=False)
    for _ in range(2):
        await stage.chat.remove_member(room.id, who)
    assert await stage.chat.channel_member(room.id, who) is None
    said = [post.type for post in await stage.chat.newest_posts(room.id, 0, 20)]
    assert Counter(said)["system_add_to_channel"] == Counter(said)["system_remove_from_channel"] == 1


async def test_who_comes_into_the_team_and_leaves_it(stage: TwoBots) -> None:
    [who] = await stage.robots(1, in_team=False)
    assert await stage.chat.team_member(who) is None
    for _ in range(2):
        await stage.chat.add_to_team(who)
    assert await stage.chat.team_member(who) == ChatMember(who)
    assert not await stage.chat.is_team_admin(who)
    member, roles = f"/teams/{stage.site.team_id}/members/{who}", {"scheme_user": True, "scheme_admin": True}
    await stage.site.admin.put(f"{member}/schemeRoles", roles)
    assert await stage.chat.is_team_admin(who)
    await stage.site.admin.delete(member)
    assert await stage.chat.team_member(who) is None
    assert await stage.chat.team_member(NOBODY) is None
