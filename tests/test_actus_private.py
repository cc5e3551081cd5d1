"""Whatever is said where, only what everybody may read comes into the news: over any channels and messages."""

import itertools
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import select

from bot.errors import ChatError
from bot.mattermost import ChatChannel, ChatPost, ChatReader, ChatUser
from bot.mattermost.wire import ChatReaction
from commands.actus import harvest
from config.settings import Settings
from storage.actus import subscriptions
from storage.actus.items import Item
from storage.actus.subscriptions import QuoteRefusal
from storage.database import Database
from tests import examples
from tests.support.databases import database

__all__ = ["database"]


NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SINCE = NOW - timedelta(days=7)
MS = int(SINCE.timestamp() * 1000) + 1000
PEOPLE = [letter * 26 for letter in "abcd"]
BOT = "z" * 26
TYPES = ("O", "P", "D", "G")
_names = itertools.count()


@dataclass
class Server:
    """Channels with what was said in them, as a server tells an account that is in all of them."""

    channels: dict[str, ChatChannel]
    posts: dict[str, list[ChatPost]]
    asked: list[str] = field(default_factory=list)

    async def me(self) -> ChatUser:
        return ChatUser(BOT, "coop", is_bot=True)

    async def own_channels(self) -> Sequence[ChatChannel]:
        return list(self.channels.values())

    async def channel(self, channel_id: str) -> ChatChannel:
        if channel_id not in self.channels:
            raise ChatError(404)
        return self.channels[channel_id]

    async def newest_posts(self, channel_id: str, page: int, size: int) -> Sequence[ChatPost]:
        self.asked.append(channel_id)
        there = sorted(self.posts[channel_id], key=lambda post: -post.create_at)
        return there[page * size : (page + 1) * size]

    async def users(self, user_ids: Iterable[str]) -> AsyncIterator[Sequence[ChatUser]]:
        yield [ChatUser(ident, f"user-{ident[0]}") for ident in user_ids]


@st.composite
def servers(draw: st.DrawFn) -> Server:
    """Some channels of all kinds, in which people found everything useful."""
    channels: dict[str, ChatChannel] = {}
    posts: dict[str, list[ChatPost]] = {}
    for number in range(draw(st.integers(0, 4))):
        ident = f"{next(_names)}".rjust(26, "k")
        kind, archived = draw(st.sampled_from(TYPES)), draw(st.booleans())
        channels[ident] = ChatChannel(ident, kind, f"salon-{number}", archived=archived)
        posts[ident] = [_post(draw, ident, at) for at in range(draw(st.integers(0, 4)))]
    return Server(channels, posts)


def _post(draw: st.DrawFn, channel: str, at: int) -> ChatPost:
    author = draw(st.sampled_from([*PEOPLE, BOT]))
    liked = draw(st.lists(st.sampled_from(PEOPLE), max_size=4))
    said = f"Un message de plus, et ce mot : {draw(st.text(max_size=20))}"
    emojis = [ChatReaction(each, "heart") for each in liked]
    return ChatPost(f"{next(_names)}".rjust(26, "p"), author, channel, said, MS + at, reactions=emojis)


async def gathered(server: Server, database: Database) -> None:
    """All that a harvest does."""
    await harvest.harvest_messages(cast(ChatReader, server), database, Settings(), SINCE, NOW)


async def waiting(database: Database) -> Sequence[Item]:
    """What may go into a digest."""
    async with database.transaction(writes=False) as db:
        return (await db.exec(select(Item).where(~cast(Any, Item.withdrawn)))).all()


@given(server=servers(), silent=st.sets(st.sampled_from(PEOPLE)), turned=st.sampled_from([*TYPES, "gone", "archived"]))
@examples(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nothing_private_comes_into_the_pool(
    database: Database, server: Server, silent: set[str], turned: str
) -> None:
    async with database.transaction() as db:
        for table in (Item, QuoteRefusal):
            await db.execute(delete(table))
        for person in silent:
            await subscriptions.refuse_quotes(db, person, NOW)
    await gathered(server, database)
    public = {ident for ident, channel in server.channels.items() if channel.type == "O" and not channel.archived}
    assert set(server.asked) <= public, "nothing else is even read"
    found = await waiting(database)
    assert {item.channel_id for item in found} <= public
    assert not {item.author_id for item in found} & ({BOT} | silent)
    await _turn(server, turned)
    await gathered(server, database)
    left = {ident for ident in public if turned == "O"}
    assert {item.channel_id for item in await waiting(database)} <= left


async def _turn(server: Server, into: str) -> None:
    """All channels are something else now."""
    for ident, channel in list(server.channels.items()):
        if into == "gone":
            del server.channels[ident]
        elif into == "archived":
            server.channels[ident] = replace(channel, archived=True)
        elif channel.type == "O":
            server.channels[ident] = replace(channel, type=into)


async def test_a_channel_that_turns_private_while_it_is_looked_through_is_left(database: Database) -> None:
    channel = ChatChannel("k" * 26, "O", "salon")
    liked = [ChatReaction(each, "heart") for each in PEOPLE]
    post = ChatPost("p" * 26, PEOPLE[0], channel.id, "Un message qui était public", MS, reactions=liked)
    server = Server({channel.id: channel}, {channel.id: [post]})
    await gathered(server, database)
    assert [item.post_id for item in await waiting(database)] == [post.id]
    (listed,) = await harvest.find_public_channels(cast(ChatReader, server))
    server.channels[channel.id] = replace(channel, type="P")
    heard = await harvest.read_channel(cast(ChatReader, server), listed, SINCE, NOW)
    assert not heard.is_public
    async with database.transaction() as db:
        await harvest.keep_best(db, heard, Settings(), NOW)
    assert await waiting(database) == []


@pytest.mark.parametrize("count", [1, 40])
async def test_a_channel_gives_a_few_at_most(database: Database, count: int) -> None:
    channel = ChatChannel("k" * 26, "O", "salon")
    liked = [ChatReaction(each, "heart") for each in PEOPLE]
    posts = [
        ChatPost(f"{n}".rjust(26, "p"), PEOPLE[0], channel.id, f"Un message utile, n° {n}", MS + n, reactions=liked)
        for n in range(count)
    ]
    await gathered(Server({channel.id: channel}, {channel.id: posts}), database)
    assert len(await waiting(database)) == min(count, harvest.BEST)
