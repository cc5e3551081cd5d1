"""What a channel is for, what stands at its top, and who administers it: changed in chat, noted, undone."""

import pytest

from storage import journal
from storage.canaux import list_allowances
from tests.people import Person, unique
from tests.support.house import House, wait_for
from tests.test_canaux_making import agathe, channel, made, plain

__all__ = ["agathe"]


pytestmark = pytest.mark.both_databases


async def noted(house: House, channel_id: str) -> list[tuple[str, str, str, str]]:
    """What the journal says of a channel, newest first: the act, by whom, before and after."""
    async with house.bot.database.transaction(writes=False) as db:
        found = await journal.list_of_things(db, [f"canal:{channel_id}"])
    return [(e.act, e.actor, str(e.before["nom"]), str(e.after["nom"])) for e in found]


async def undone(house: House, agathe: Person, question: str = "") -> None:
    """The last change is taken back, after a question."""
    agathe.acts()
    asked = await agathe.asks("/canaux annuler")
    assert question in plain(asked.text)
    await agathe.clicks(asked, "Annuler ces changements")
    await house.settled()


async def test_purpose_and_header_are_written_by_a_line_or_a_window_and_undone(house: House, agathe: Person) -> None:
    name = unique("Atelier")
    channel_id = await made(house, agathe, name)

    async def reads(what: str, text: str) -> None:
        async def is_so() -> bool:
            return (await channel(house, name))[what] == text

        await wait_for(is_so)

    told = await agathe.asks(f"/canaux description {name} Réparer   ensemble, le samedi.")
    assert "La description du canal" in plain(told.text)
    assert "Avant : Parler de ce qui se répare." in plain(told.text)
    await reads("purpose", "Réparer ensemble, le samedi.")
    form = await agathe.opens(f"/canaux entete {name}")
    assert form.values["texte"] == "Bienvenue !"
    assert "250" not in str((await form.fill(texte="x" * 1025).submit()).errors.get("canal", ""))
    form = await agathe.opens("/canaux entete")
    refused = await form.fill(canal=f"libre:{name.lower()}", texte="x" * 1025).submit()
    assert "1024 caractères au plus" in plain(refused.errors["texte"])
    form = await agathe.opens(f"/canaux entete {name}")
    await form.fill(texte="[Agenda](https://exemple.fr)\n@channel").submit()
    await reads("header", "[Agenda](https://exemple.fr)\n@channel")
    await house.settled()
    again = await agathe.asks(f"/canaux description {name} Réparer ensemble, le samedi.")
    assert "est déjà celui" in plain(again.text)
    assert "251" in (await agathe.asks(f"/canaux description {name} {'y' * 251}")).text
    assert "de quel canal" in plain((await agathe.asks("/canaux description nulle-part Un texte.")).text)
    assert await noted(house, channel_id) == [
        ("canaux.changer", agathe.username, "Bienvenue !", "[Agenda](https://exemple.fr)\n@channel"),
        ("canaux.changer", agathe.username, "Parler de ce qui se répare.", "Réparer ensemble, le samedi."),
    ]
    await undone(house, agathe)
    await reads("header", "Bienvenue !")
    await undone(house, agathe)
    await reads("purpose", "Parler de ce qui se répare.")


async def test_who_administers_is_shown_added_taken_away_and_undone(
    house: House, agathe: Person, juliette: Person
) -> None:
    name = unique("Salon")
    channel_id = await made(house, agathe, name)

    async def leads(*, is_so: bool) -> None:
        async def same() -> bool:
            member = await house.bot.chat.channel_member(channel_id, juliette.id)
            return member is not None and member.is_admin is is_so

        await wait_for(same)

    asked = f"/canaux administrateurs {name}"
    assert "n’est pas dans ce canal" in plain((await agathe.asks(f"{asked} +@{juliette.username}")).text)
    await house.site.add_members(channel_id, juliette)
    assert "Personne n’administre" in plain((await agathe.asks(asked)).text)
    assert "administre maintenant" in plain((await agathe.asks(f"{asked} +@{juliette.username}")).text)
    await leads(is_so=True)
    assert f"@{juliette.username}" in (await agathe.asks(asked)).text
    assert "administre déjà" in plain((await agathe.asks(f"{asked} + {juliette.username}")).text)
    assert "administre **" in (await agathe.asks("/canaux exceptions")).text
    await house.settled()
    await undone(house, agathe, f"Retirer l’administration de « {name} » à @{juliette.username} ?")
    await leads(is_so=False)
    async with house.bot.database.transaction(writes=False) as db:
        assert juliette.id not in {each.user_id for each in await list_allowances(db)}
    await house.settled()

    assert "administre maintenant" in plain((await agathe.asks(f"{asked} +@{juliette.username}")).text)
    await leads(is_so=True)
    assert "n’administre plus" in plain((await agathe.asks(f"{asked} -@{juliette.username}")).text)
    await leads(is_so=False)
    await house.settled()
    assert f"{juliette.username} n’administre plus" in plain((await agathe.asks("/canaux journal")).text)
    await undone(house, agathe, f"Rendre l’administration de « {name} » à @{juliette.username} ?")
    await leads(is_so=True)
    assert "Personne ne s’appelle" in plain((await agathe.asks(f"{asked} +@{unique('personne')}")).text)
    assert "Dites quel canal" in plain((await agathe.asks(f"{asked} juliette")).text)
    assert [act for act, *_ in await noted(house, channel_id)] == ["canaux.changer"] * 3
    refused = await juliette.asks(f"{asked} +@{juliette.username}")
    assert "animateur" in plain(refused.text)
