"""Stories: people call the bot by its name in a channel; it answers them in private, once, and hears nothing else."""

import pytest

from sandbox.faults import Faults
from tests.people import Person
from tests.support.conversation import answered, bot_name, channel_with, hearing, is_quiet, list_by_bot
from tests.support.house import House, plain, wait_until

__all__ = ["hearing"]


@pytest.mark.every_mode
@pytest.mark.parametrize("kind", ["O", "P"])
async def test_who_names_the_bot_in_a_channel_is_answered_in_private(house: House, juliette: Person, kind: str) -> None:
    channel = await channel_with(house, juliette, kind=kind)
    name = await bot_name(house)
    post = await juliette.says(f"Bonjour @{name.upper()}, patati patata", channel)
    told = await juliette.told("Vous m’avez écrit dans")
    assert "Rhône et alentours" in plain(told)
    assert post.id in told.text, "a link leads back"
    assert name not in plain(told).lower().replace("@", "")
    await juliette.says(f"stats @{name}", channel)
    await juliette.told("Vous m’avez écrit dans")
    await juliette.told("aucune statistique")
    await house.settled()
    assert await list_by_bot(house, juliette, channel) == []
    assert len(await juliette.direct()) == 3


async def test_a_name_is_heard_once_by_two_replicas_and_after_an_outage(house: House, juliette: Person) -> None:
    channel = await channel_with(house, juliette)
    name = await bot_name(house)
    async with house.replica() as second:
        await wait_until(lambda: second.events.connected)
        await juliette.says(f"@{name} patati patata", channel)
        await juliette.told("Vous m’avez écrit dans")
        await house.settled()
    assert len(await juliette.direct()) == 1
    await wait_until(lambda: house.bot.events.seen is not None)
    await house.stop()
    try:
        await juliette.says(f"encore @{name} : patati ?", channel)
        await juliette.says("à personne", channel)
    finally:
        await house.start()
    await juliette.told("encore")
    await house.settled()
    assert len(await juliette.direct()) == 2


async def test_what_is_not_said_to_the_bot_is_none_of_its_business(
    house: House, juliette: Person, faults: Faults
) -> None:
    channel = await channel_with(house, juliette)
    name = await bot_name(house)
    for words in ("stats", f"`@{name}` stats", f"courriel@{name}.fr", f"@{name}-2 stats", "je cherche une fiche"):
        await juliette.says(words, channel)
    heard = await answered(juliette, "merci")
    assert await is_quiet(house, juliette, [heard])


async def test_bots_hooks_and_who_is_gone_are_not_answered(house: House, juliette: Person) -> None:
    channel = await channel_with(house, juliette)
    name = await bot_name(house)
    await juliette.api.post(
        "/posts", {"channel_id": channel, "message": f"@{name} stats", "props": {"from_webhook": "true"}}
    )
    heard = await answered(juliette, "merci")
    assert await is_quiet(house, juliette, [heard])


async def test_a_name_alone_is_greeted(house: House, juliette: Person) -> None:
    channel = await channel_with(house, juliette)
    await juliette.says(f"@{await bot_name(house)}", channel)
    told = await juliette.told("Bonjour")
    assert told.buttons == ["Compte rendu", "Statistiques", "Autre chose"]
