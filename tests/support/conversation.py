"""What stories need where people talk to the bot in words: saying, hearing the answer, and channels to talk in."""

from collections.abc import Sequence

import pytest

from tests.people import Person, Post, unique
from tests.support.house import House, wait_until

LINE = "atelier 8p 1h30 mail 69120 hier +60 retraités"
"""A report that lacks nothing."""


@pytest.fixture(autouse=True)
async def hearing(house: House) -> None:
    """Wait until the bot hears: one that has just begun on an empty database reads nothing up."""
    await wait_until(lambda: house.bot.events.connected)


async def writes(person: Person, words: str) -> Post:
    """Say something to the bot, where nobody else reads along."""
    return await person.says(words, await person.direct_channel())


async def answered(person: Person, words: str, containing: str = "") -> Post:
    """Say something to the bot, and return its answer, which stays."""
    await writes(person, words)
    return await person.told(containing)


async def is_quiet(house: House, person: Person, said: Sequence[Post]) -> bool:
    """Tell whether the bot has said nothing more than this."""
    await house.settled()
    return [post.id for post in await person.direct()] == [post.id for post in said]


async def bot_name(house: House) -> str:
    """Read what the bot’s account is called."""
    return str((await house.site.admin.get(f"/users/{house.site.bot_id}"))["username"])


async def channel_with(house: House, *people: Person, kind: str = "O") -> str:
    """Make a channel of these people and the bot that no feature watches."""
    channel = await house.site.channel(unique("rhone"), "Rhône et alentours", kind)
    await house.site.add_members(channel, *people)
    return channel
