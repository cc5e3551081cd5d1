"""Stories: dialogs of several steps, with people and channels to pick, on every server and client."""

import asyncio

import pytest

from bot.capabilities import Capabilities
from bot.forms import name_of
from tests.people import Client, Dialog, Mobile, Person
from tests.support.conversation import Outing, fill_step, make_own_channel, name_field, send_step, trial
from tests.support.house import House
from tests.test_recovery import crashed, key_of, left

__all__ = ["trial"]


pytestmark = pytest.mark.usefixtures("trial")


async def begun(person: Person, **values: object) -> Dialog:
    """The first step, filled; its guide is the person."""
    form = await person.opens("/aide sortie")
    await form.picks("guide", person.username)
    return form.fill(**({"kind": "atelier"} | values))


async def told(person: Person) -> list[str]:
    """What the last step said, each time it did."""
    return [p.text for p in await person.direct() if p.text.startswith("Sortie")]


@pytest.mark.every_mode
async def test_three_steps_are_one_dialog(house: House, juliette: Person) -> None:
    second = await send_step(await begun(juliette, note="avant"))
    assert (second.title, second.shown(name_field(second, "places"))) == ("Les places", "8")
    third = await send_step(fill_step(second, places=12, note="après"))
    assert third.title == "C’est sûr ?"
    assert (await fill_step(third, word="oui").submit()).accepted

    await juliette.told("Sortie")
    assert await told(juliette) == [f"Sortie atelier {juliette.id} - avant 12 après oui"]


@pytest.mark.every_mode
@pytest.mark.parametrize("client", [None, Mobile()], ids=["web", "phone"])
async def test_what_is_left_blank_in_a_later_step_is_blank(house: House, client: Client | None) -> None:
    """Clients send what an earlier step had under the same name; the phone sends all as texts."""
    if client and not Capabilities(house.site.version).multiselect:
        pytest.skip("phones of today, servers of today")
    person = await house.conseiller("paul", client=client)
    third = await send_step(await send_step(await begun(person, kind="visite", note="avant")))
    assert (await fill_step(third, word="oui").submit()).accepted

    await person.told(f"Sortie visite {person.id} - avant 8 - oui")


@pytest.mark.every_mode
async def test_a_mistake_in_a_later_step_is_under_its_field(house: House, juliette: Person) -> None:
    second = await send_step(await begun(juliette))
    name = name_field(second, "places")
    assert (await fill_step(second, places=300).submit()).errors == {name: "Cent places au plus."}

    third = await send_step(fill_step(second, places=3))
    assert (await fill_step(third, word="oui").submit()).accepted
    await juliette.told("- - 3 - oui")


@pytest.mark.every_mode
async def test_a_step_begun_waits_as_a_draft(house: House, juliette: Person) -> None:
    second = await send_step(await begun(juliette))
    third = await send_step(fill_step(second, places=5))
    await third.cancel()
    await house.restart()

    again = await juliette.opens("/brouillon")
    assert again.title == "C’est sûr ?"
    assert (await fill_step(again, word="oui").submit()).accepted
    await juliette.told("- - 5 - oui")
    assert "Aucun brouillon" in (await juliette.asks("/brouillon")).text


@pytest.mark.every_mode
async def test_who_closes_a_later_step_is_told_where_it_waits(house: House, juliette: Person) -> None:
    second = await send_step(await begun(juliette))
    await second.cancel()

    again = await juliette.opens_by(await juliette.whispered("gardé"), "Reprendre")
    assert (again.title, again.shown("places")) == ("Les places", "8")


@pytest.mark.every_mode
async def test_the_whole_counts_once_however_its_steps_are_sent(house: House, juliette: Person) -> None:
    """The last step in two windows at once; then the first one again, which the client of old still shows."""
    third = await send_step(await send_step(await begun(juliette)))
    await third.cancel()
    one, two = await juliette.opens("/brouillon"), await juliette.opens("/brouillon")
    await asyncio.gather(fill_step(one, word="oui").submit(), fill_step(two, word="non").submit())
    again = await fill_step(two, word="encore").send({"word": "encore"})

    await house.settled()
    assert again.closed
    assert len(await told(juliette)) == 1


async def test_a_step_sent_again_after_the_last_opens_no_further_one(house: House, juliette: Person) -> None:
    form = await begun(juliette)
    state, sent = form.state, dict(form.values)
    third = await send_step(await send_step(form))
    assert (await fill_step(third, word="oui").submit()).accepted

    await juliette.api.post("/actions/dialogs/submit", {**_call(third), "state": state, "submission": sent})
    assert "Aucun brouillon" in (await juliette.asks("/brouillon")).text
    await house.settled()
    assert len(await told(juliette)) == 1


def _call(form: Dialog) -> dict[str, object]:
    person = form.person
    place = {"channel_id": form.channel_id, "team_id": person.site.team_id}
    return {"url": form.url, "callback_id": form.callback_id, "cancelled": False, **place}


async def test_a_second_replica_takes_the_next_step(house: House, juliette: Person) -> None:
    second = await send_step(await begun(juliette))
    async with house.replica() as other:
        second.url = f"{other.settings.public_url}/dialogs"
        third = await send_step(fill_step(second, places=7))
        assert (await fill_step(third, word="oui").submit()).accepted
    await juliette.told("- - 7 - oui")


async def test_a_crash_after_a_step_leaves_the_next_one_waiting(house: House, juliette: Person) -> None:
    """The step before is still in the journal of the process that died: the newer one holds."""
    second = await send_step(await begun(juliette))
    juliette.acts()
    await crashed(house, left(key_of(house, second), juliette, name_of(Outing), raw={"kind": "visite"}, at=1.0))

    again = await juliette.opens_by(await juliette.told("n’a pas pu être enregistrée"), "Reprendre")
    assert (again.title, again.shown("places")) == ("Les places", "8")


@pytest.mark.every_mode
async def test_a_channel_is_picked_among_those_that_both_see(house: House, juliette: Person) -> None:
    mine = await make_own_channel(juliette, "O")
    form = await begun(juliette)
    await form.picks("channel", mine["name"])
    third = await send_step(await send_step(form))
    await fill_step(third, word="oui").submit()

    await juliette.told(f"Sortie atelier {juliette.id} {mine['id']} - 8 - oui")


@pytest.mark.every_mode
async def test_what_is_picked_exists_and_is_for_this_person(house: House, juliette: Person) -> None:
    """The client may send any id: of nobody, of a bot, of somebody who left, of a channel that one does not see."""
    gone = await house.site.person("gone")
    await house.site.admin.delete(f"/users/{gone.id}")
    for guide in ("z" * 26, house.site.bot_id, gone.id, "moi", "@juliette", ["x"]):
        form = await begun(juliette)
        answer = await form.send({"kind": "atelier", "guide": guide})
        assert list(answer.errors) == ["guide"], guide
        assert "personne" in answer.errors["guide"]
        await form.cancel()
    other = await house.conseiller("carl")
    theirs = await make_own_channel(other, "P")
    await other.api.post(f"/channels/{theirs['id']}/members", {"user_id": house.site.bot_id})
    unseen = await make_own_channel(juliette, "P")  # the bot is not in it
    direct = await juliette.direct_channel()
    for channel in (theirs["id"], unseen["id"], direct, "z" * 26):
        form = await begun(juliette)
        answer = await form.send({"kind": "atelier", "guide": juliette.id, "channel": channel})
        assert list(answer.errors) == ["channel"], channel


@pytest.mark.every_mode
@pytest.mark.parametrize("client", [None, Mobile()], ids=["web", "phone"])
async def test_somebody_known_beforehand_is_shown_and_sent_by_every_client(
    house: House, juliette: Person, client: Client | None
) -> None:
    if client and not Capabilities(house.site.version).multiselect:
        pytest.skip("phones of today, servers of today")
    person = await house.conseiller("paul", client=client)
    form = await person.opens(f"/aide sortie {juliette.id}")
    assert form.shown("guide") == juliette.id
    assert form.options("guide") == {juliette.id: juliette.username}
    third = await send_step(await send_step(form.fill(kind="atelier")))
    await fill_step(third, word="oui").submit()
    await person.told(f"Sortie atelier {juliette.id}")


@pytest.mark.every_mode
async def test_a_list_has_nothing_chosen_but_what_a_draft_kept(house: House, juliette: Person) -> None:
    form = await juliette.opens("/aide sortie")
    assert (form.element("kind")["type"], form.shown("kind") or "") == ("select", "")
    assert "kind" in (await form.submit()).errors
    answer = await form.send({"kind": "visite", "guide": "z" * 26})
    assert "guide" in answer.errors
    await form.cancel()

    again = await juliette.opens_by(await juliette.whispered("gardé"), "Reprendre")
    assert (again.element("kind")["type"], again.shown("kind")) == ("select", "visite")
