"""Channels, as the bot finds, makes and changes them: everything may be done twice, and each version says the same."""

from collections.abc import AsyncIterator

import pytest

from bot.errors import Refusal
from bot.mattermost import ChatChannel
from tests.people import Person, unique
from tests.support.house import House
from tests.support.mattermost import NOBODY, TwoBots, add_two_bots, expect_refusal

pytestmark = [pytest.mark.every_mode, pytest.mark.no_database]


@pytest.fixture
async def stage(house: House) -> AsyncIterator[TwoBots]:
    async with add_two_bots(house) as made:
        yield made


async def _named(stage: TwoBots, name: str, *, archived: bool = False) -> ChatChannel | None:
    return await stage.chat.channel_by_name(name, archived=archived)


async def test_a_channel_lives_and_is_archived_and_comes_back(stage: TwoBots) -> None:
    room = await stage.room()
    assert await stage.chat.channel(room.id) == room == await _named(stage, room.name)
    assert (room.team_id, room.is_private, room.is_default, room.archived) == (stage.site.team_id, False, False, False)
    for _ in range(2):
        await stage.chat.archive_channel(room.id)
    assert await _named(stage, room.name) is None
    found = await _named(stage, room.name, archived=True)
    assert found is not None
    assert found.archived
    assert room.id not in {c.id async for page in stage.chat.public_channels() for c in page}
    async with expect_refusal(Refusal.FORBIDDEN):
        await stage.chat.restore_channel(room.id)
    for _ in range(2):
        await stage.lead.restore_channel(room.id)
    assert await _named(stage, room.name)
    assert room.id in {c.id async for page in stage.chat.public_channels() for c in page}


async def test_public_channels_are_read_in_pages(stage: TwoBots) -> None:
    made = {(await stage.room()).id for _ in range(201)}
    pages = [page async for page in stage.chat.public_channels()]
    assert len(pages[0]) == 200
    assert made <= {c.id for page in pages for c in page}
    for channel_id in made:
        await stage.chat.archive_channel(channel_id)


async def test_a_private_channel_is_seen_by_its_members_only(stage: TwoBots) -> None:
    room = await stage.room(private=True)
    assert room.is_private
    assert room.id in {c.id for c in await stage.chat.own_channels()}
    assert room.id not in {c.id async for page in stage.chat.public_channels() for c in page}
    assert room.id not in {c.id for c in await stage.lead.own_channels()}
    async with expect_refusal(Refusal.FORBIDDEN):
        await stage.lead.channel(room.id)
    other = stage.house.bot.chat
    found = await other.channel_by_name(room.name)  # by name it is shown to a bot that administers the team
    assert found is None or not await other.is_in(found.id)
    assert await stage.chat.is_in(room.id)
    async with expect_refusal(Refusal.UNKNOWN_CHANNEL):
        await stage.chat.channel(NOBODY)


async def test_what_a_channel_is_called_and_about(stage: TwoBots) -> None:
    room = await stage.room()
    name = unique("neuf")
    changed = await stage.chat.change_channel(room.id, name=name, display_name="Été", header="**Ici**", purpose="Tout")
    assert changed == ChatChannel(room.id, "O", name, "Été", stage.site.team_id, "**Ici**", "Tout")
    assert await stage.chat.change_channel(room.id, header="") == await stage.chat.channel(room.id)
    assert (await stage.chat.channel(room.id)).purpose == "Tout"


async def test_a_name_that_another_channel_has_whoever_sees_it(stage: TwoBots) -> None:
    room, hidden = await stage.room(), await stage.lead.create_channel(unique("cache"), "À part", private=True)
    old = await stage.room()
    await stage.chat.archive_channel(old.id)
    for name in (hidden.name, old.name):
        async with expect_refusal(Refusal.NAME_TAKEN):
            await stage.chat.create_channel(name, "Encore")
        async with expect_refusal(Refusal.NAME_TAKEN):
            await stage.chat.change_channel(room.id, name=name)
    async with expect_refusal(Refusal.ARCHIVED):
        await stage.chat.change_channel(old.id, name=unique("neuf"))
    async with expect_refusal(Refusal.ARCHIVED):
        await stage.chat.change_channel(old.id, purpose="Trop tard")


NAMES = ["", "a", "A-b", "é-b", "a b", "a.b", "-ab", "ab-", "_ab", "ab_", "a" * 65, "0" * 40, "../x", "ab\n"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_some_version_refuses_is_refused_on_all(stage: TwoBots, name: str) -> None:
    room = await stage.room()
    for display_name, tried in (("Salon", name), (" ", unique("salon"))):
        async with expect_refusal(Refusal.BAD_NAME):
            await stage.chat.create_channel(tried, display_name)
    async with expect_refusal(Refusal.BAD_NAME):
        await stage.chat.change_channel(room.id, name=name)
    assert await stage.chat.channel_by_name(name) is None


@pytest.mark.parametrize("stem", ["a", "a-b_c", "a--b", "26", "n" * 55])
async def test_a_name_that_all_versions_take(stage: TwoBots, stem: str) -> None:
    name = unique(stem)
    assert (await stage.chat.create_channel(name, "Salon")).name == name


async def test_the_channel_of_everybody_stays_as_it_is(stage: TwoBots) -> None:
    square = await stage.chat.channel(stage.site.square)
    assert square.is_default
    me = (await stage.chat.me()).id
    async with expect_refusal(Refusal.DEFAULT_CHANNEL):
        await stage.lead.change_channel(square.id, name=unique("autre"))
    async with expect_refusal(Refusal.DEFAULT_CHANNEL):
        await stage.lead.archive_channel(square.id)
    async with expect_refusal(Refusal.DEFAULT_CHANNEL):
        await stage.lead.convert_channel(square.id, private=True)
    async with expect_refusal(Refusal.DEFAULT_CHANNEL):
        await stage.chat.remove_member(square.id, me)
    assert await stage.chat.channel(square.id) == square


async def test_a_channel_turns_private_and_public_and_says_it_once(stage: TwoBots) -> None:
    room = await stage.room()
    async with expect_refusal(Refusal.FORBIDDEN):
        await stage.chat.convert_channel(room.id, private=True)
    await stage.chat.add_member(room.id, (await stage.lead.me()).id)
    for private in (True, False):
        for _ in range(2):
            await stage.lead.convert_channel(room.id, private=private)
        assert (await stage.chat.channel(room.id)).is_private == private
    said = [post.type for post in await stage.chat.newest_posts(room.id, 0, 20)]
    assert said.count("system_change_chan_privacy") == 2


async def test_who_administers_the_team_opens_a_channel_that_they_cannot_read(stage: TwoBots) -> None:
    room = await stage.room(private=True)
    await stage.lead.convert_channel(room.id, private=False)
    assert not (await stage.lead.channel(room.id)).is_private


async def test_a_direct_channel_is_no_channel_of_the_team(stage: TwoBots, juliette: Person) -> None:
    direct = await stage.chat.direct_channel(juliette.id)
    assert direct == await stage.chat.direct_channel(juliette.id)
    assert (await stage.chat.channel(direct)).type == "D"
    assert direct not in {c.id for c in await stage.chat.own_channels()}
    for attempt in (
        stage.chat.add_member(direct, juliette.id),
        stage.chat.remove_member(direct, juliette.id),
        stage.chat.archive_channel(direct),
    ):
        async with expect_refusal(Refusal.NOT_OF_TEAM):
            await attempt
    async with expect_refusal(Refusal.UNKNOWN_PERSON):
        await stage.chat.direct_channel(NOBODY)
