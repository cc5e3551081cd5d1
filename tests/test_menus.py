"""Stories: menus under messages, what stands for them in whispers, and the menu of what waits to be taken up."""

import pytest

from tests.people import Client, Mobile, Person, Post
from tests.support.conversation import fill_step, send_step, trial
from tests.support.cra import fill_workshop, read_mistake
from tests.support.house import House

__all__ = ["trial"]


pytestmark = pytest.mark.usefixtures("trial")


async def whispers(person: Person, line: str) -> Post:
    return await person.asks(f"/aide menus {line}")


async def writes(house: House, person: Person, line: str) -> Post:
    """The menus in a direct message."""
    await person.runs(f"/aide menus direct {line}")
    return await person.told("Choisissez")


@pytest.mark.every_mode
@pytest.mark.parametrize("client", [None, Mobile()], ids=["web", "phone"])
async def test_menus_under_a_message(house: House, juliette: Person, client: Client | None) -> None:
    person = await house.conseiller("paul", client=client)
    post = await writes(house, person, "Couleur Nombre Merci")
    assert (post.menus, post.buttons) == (["Couleur", "Nombre", "Merci"], ["Encore"])

    await person.chooses(post, "Nombre", "Numéro 33")
    await person.whispered("Choisi Count 33")
    await person.chooses(post, "Merci", "À tous")
    await person.told("Choisi Thank tous merci")
    await person.chooses(post, "Couleur", "Rouge")
    assert not (await person.rewritten(post, "Choisi Paint r")).actions


@pytest.mark.every_mode
async def test_a_menu_takes_what_it_offers_and_nothing_else(house: House, juliette: Person) -> None:
    post = await writes(house, juliette, "Couleur Merci")
    for label, chosen in {"Couleur": "x", "Merci": ""}.items():
        juliette.acts()
        action = post.action(label)
        await juliette.api.post(f"/posts/{post.id}/actions/{action.id}", {"selected_option": chosen})
        assert "dans la liste" in (await juliette.whispered()).text
    await juliette.chooses(post, "Couleur", "Bleu")
    assert (await juliette.whispered()).text == "Pas de bleu."


@pytest.mark.every_mode
@pytest.mark.parametrize("client", [None, Mobile()], ids=["web", "phone"])
async def test_menus_in_a_whisper_are_buttons_and_dialogs(
    house: House, juliette: Person, client: Client | None
) -> None:
    person = await house.conseiller("paul", client=client)
    short = await whispers(person, "ici Couleur")
    assert (short.menus, short.buttons) == ([], ["Encore", "Rouge", "Vert", "Bleu"])
    long = await whispers(person, "ici Nombre Merci")
    assert (long.menus, long.buttons) == ([], ["Encore", "Nombre", "Merci"])

    form = await person.opens_by(long, "Nombre")
    assert (form.title, form.introduction, len(form.options("chosen"))) == ("Choisir", "Nombre", 40)
    assert (await form.fill(chosen="33").submit()).accepted
    await person.whispered("Choisi Count 33")
    form = await person.opens_by(long, "Merci")
    assert (await form.fill(chosen="vous").submit()).accepted
    await person.told("Choisi Thank vous merci")


@pytest.mark.every_mode
async def test_a_dialog_in_a_menus_place_refuses_what_the_menu_would(house: House, juliette: Person) -> None:
    long = await whispers(juliette, "ici Nombre Merci Couleur")
    form = await juliette.opens_by(long, "Nombre")
    assert "chosen" in (await form.send({"chosen": "400"})).errors
    form = await juliette.opens_by(long, "Merci")
    assert "chosen" in (await form.send({"chosen": house.site.bot_id})).errors
    form = await juliette.opens_by(long, "Couleur")
    assert (await form.fill(chosen="b").submit()).error == "Pas de bleu."
    assert (await form.fill(chosen="v").submit()).accepted
    await juliette.whispered("Choisi Paint v")
    assert "Aucun brouillon" in (await juliette.asks("/brouillon")).text


@pytest.mark.every_mode
async def test_a_menu_may_open_a_dialog_from_wherever_it_stands(house: House, juliette: Person) -> None:
    post = await writes(house, juliette, "Aller")
    await juliette.chooses(post, "Aller", "Vite")
    form = await juliette.dialog()
    assert (await fill_step(form, word="oui").submit()).accepted
    await juliette.told("Sortie vite oui")

    crowded = await whispers(juliette, "ici Nombre Merci Aller")
    form = await send_step((await juliette.opens_by(crowded, "Aller")).fill(chosen="bien"))
    assert form.title == "C’est sûr ?"
    assert (await fill_step(form, word="oui").submit()).accepted
    await juliette.told("Sortie bien oui")


async def refused(person: Person, participants: int) -> None:
    """A report that the bot refused."""
    form = await fill_workshop(person, participants=participants)
    read_mistake(await form.submit(), "participants")


@pytest.mark.every_mode
async def test_of_several_drafts_one_is_chosen(house: House, juliette: Person) -> None:
    await refused(juliette, 200)
    form = await juliette.opens_by(await juliette.asks("/stats"), "Choisir une autre période")
    assert (await form.fill(ecrite="un de ces jours").submit()).errors
    two = await juliette.asks("/brouillon")
    assert len(two.buttons) == 2
    assert two.buttons[0].startswith("Voir une autre période : un de ces jours ("), "the newest first"
    again = await juliette.opens_by(two, two.buttons[1])
    assert str(again.shown("participants")) == "200"

    for participants in (300, 400, 500):
        await refused(juliette, participants)
    five = await juliette.asks("/brouillon")
    assert five.buttons == ["Reprendre"]
    which = await juliette.opens_by(five, "Reprendre")
    oldest = list(which.options("chosen"))[-1]
    again = await send_step(which.fill(chosen=oldest))
    assert str(again.shown("participants" if "participants" in again.names else "2_participants")) == "200"
    assert (await fill_step(again, participants=20).submit()).accepted
    assert [c.participants for c in await house.reports(juliette)] == [20]
    assert len((await juliette.asks("/brouillon")).buttons) == 4


@pytest.mark.every_mode
async def test_any_window_is_taken_up_and_forgotten_once_it_is_accepted(house: House, juliette: Person) -> None:
    """One that only reads, too: nothing is claimed for it."""
    form = await juliette.opens_by(await juliette.asks("/stats"), "Choisir une autre période")
    assert (await form.fill(ecrite="un de ces jours").submit()).errors
    await form.cancel()
    again = await juliette.opens_by(await juliette.whispered("gardé"), "Reprendre")
    assert again.shown("ecrite") == "un de ces jours"

    assert (await again.fill(ecrite="2026").submit()).accepted
    assert "Aucun brouillon" in (await juliette.asks("/brouillon")).text


async def test_what_is_chosen_of_the_drafts_is_ones_own(house: House, juliette: Person) -> None:
    """A menu’s options are sealed; and were they not, a key opens the draft of its owner only."""
    await refused(juliette, 200)
    carl = await house.conseiller("carl")
    assert "Aucun brouillon" in (await carl.asks("/brouillon")).text
    await refused(carl, 300)
    await refused(carl, 400)
    mine = await carl.asks("/brouillon")
    await juliette.clicks(mine, mine.buttons[0])
    assert "quelqu’un d’autre" in (await juliette.whispered()).text
