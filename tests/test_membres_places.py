"""Stories: who is moved, leaves, or comes back is so in the channels, too; the old one is left after a while."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from storage.canaux import forget_channel, remember_channel
from storage.people import Awaited, Role, register
from tests.people import Person, Post, unique
from tests.support.house import House, wait_for


@dataclass
class Land:
    """The Rhône’s channel and the Isère’s, by id."""

    house: House
    rhone: str
    isere: str

    async def among(self, person: Person) -> set[str]:
        """In which of both somebody is."""
        found: set[str] = set()
        for place in (self.rhone, self.isere):
            members = await self.house.site.admin.get(f"/channels/{place}/members?per_page=200")
            found |= {place} if person.id in {member["user_id"] for member in members} else set()
        return found

    async def until(self, person: Person, *places: str) -> None:
        """Wait until somebody is in these, and no other."""

        async def is_so() -> bool:
            return await self.among(person) == set(places)

        await wait_for(is_so)


@pytest.fixture
async def channel_workplace(house: House) -> AsyncIterator[Land]:
    """Both channels are the planned ones for this story."""
    chat, keys = house.bot.chat, ("departement:69", "departement:38")
    made = [(await chat.create_channel(unique("dept"), key, private=True)).id for key in keys]
    async with house.bot.database.transaction() as db:
        for key, channel_id in zip(keys, made, strict=True):
            await remember_channel(db, key, channel_id, house.clock())
    yield Land(house, *made)
    async with house.bot.database.transaction() as db:
        for key in keys:
            await forget_channel(db, key)


def said(post: Post) -> str:
    """What a post says, with plain spaces."""
    return post.text.replace("\u00a0", " ")


@pytest.mark.every_mode
async def test_who_moves_is_in_both_channels_for_a_while_and_an_undone_move_in_one(channel_workplace: Land) -> None:
    agathe, juliette = (
        await channel_workplace.house.someone(Role.ANIMATEUR, "agathe"),
        await channel_workplace.house.conseiller("juliette"),
    )
    await agathe.asks(f"/membres role @{juliette.username} coordinateur")
    await channel_workplace.house.bot.chat.add_member(channel_workplace.rhone, juliette.id)
    told = await agathe.asks(f"/membres deplacer @{juliette.username} 38")
    await channel_workplace.until(juliette, channel_workplace.rhone, channel_workplace.isere)
    await agathe.clicks(told, "Annuler")
    await agathe.whispered("annulé")
    await channel_workplace.until(juliette, channel_workplace.rhone)


@pytest.mark.every_mode
async def test_who_leaves_is_out_of_the_channels_and_who_comes_back_is_in_them(channel_workplace: Land) -> None:
    agathe, lea = (
        await channel_workplace.house.someone(Role.ANIMATEUR, "agathe"),
        await channel_workplace.house.site.person("lea"),
    )
    form = await agathe.opens(f"/membres ajouter @{lea.username}")
    assert (await form.fill(role="conseiller", departements="69, 38").submit()).accepted
    await channel_workplace.until(lea, channel_workplace.rhone, channel_workplace.isere)
    await agathe.asks(f"/membres depart @{lea.username} hier")
    await channel_workplace.until(lea)
    await agathe.asks(f"/membres retour @{lea.username}")
    await channel_workplace.until(lea, channel_workplace.rhone, channel_workplace.isere)


@pytest.mark.both_databases
async def test_who_is_recognised_in_the_night_is_brought_into_the_channel(channel_workplace: Land) -> None:
    zoe = await channel_workplace.house.site.person("zoe")
    await (
        channel_workplace.house.knows_the_team()
    )  # what follows from her coming in is over: in the night it would go on in the middle
    await channel_workplace.house.has_seen(zoe)
    await channel_workplace.house.bot.people.of(zoe.id)  # her account need not be asked for again
    async with channel_workplace.house.bot.database.transaction() as db:
        line = Awaited(
            username=zoe.username,
            role=Role.CONSEILLER,
            departements=["38"],
            imported_at=channel_workplace.house.clock(),
        )
        await register.write_awaited(db, [line])
    await channel_workplace.house.bot.runs.run(("job", "membres.recognise"), unique("nuit"))
    await channel_workplace.until(zoe, channel_workplace.isere)
