"""What can be clicked under a message is known by what it means, not by where it stands."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.links import Links
from bot.menus import Choosing, Menu
from bot.renderers import MessageRenderer
from bot.replies import Button, Card, Message
from tests.people import Person, Post, Refused
from tests.support.conversation import trial
from tests.support.house import House

__all__ = ["trial"]


CARDS = MessageRenderer(Links(["une clé assez longue pour signer ce qui suit"]), "http://bot.example")


class Take(BaseModel):
    """Take a number."""

    number: int


class Leave(BaseModel):
    """Leave a number."""

    number: int


class Pick(Choosing):
    """Pick something of a number."""

    number: int = 0


def idents(message: Message) -> list[str]:
    """The ids of all that can be clicked, in order."""
    return [action["id"] for card in CARDS.props(message, "", "")["attachments"] for action in card["actions"]]


def test_an_id_says_what_a_button_does_wherever_it_stands() -> None:
    take, leave = Button("Prendre", Take(number=1)), Button("Laisser", Leave(number=1))
    assert idents(Message("", [take, leave])) == list(reversed(idents(Message("", [leave, take]))))
    assert idents(Message("", [take])) == idents(Message("", [Button("Autrement dit", Take(number=1), "danger")]))
    assert idents(Message("", cards=[Card("Une carte", [take])])) == idents(Message("", [take]))


@given(st.lists(st.integers(0, 3), max_size=4), st.lists(st.integers(0, 3), max_size=4))
def test_ids_are_letters_and_digits_and_each_stands_once_in_a_post(first: list[int], second: list[int]) -> None:
    buttons = [[Button("Prendre", Take(number=n)) for n in numbers] for numbers in (first, second)]
    menus = [Menu("Choisir", Pick(number=1), {"a": "A"})]
    found = idents(Message("", buttons[0], menus=menus, cards=[Card("Une carte", buttons[1])]))
    assert len(found) == len(first) + len(second) + 1
    assert len(set(found)) == len(found)
    assert all(ident.isascii() and ident.isalnum() for ident in found)


PROPS_OF_OLD = 8_000
"""Characters of JSON under a post of Mattermost 5.37."""


class Carry(Choosing):
    """Carry what leaves no room for another under one post of an old server."""

    load: str


def test_a_card_that_is_too_large_for_an_old_server_comes_in_several_posts() -> None:
    loads = [Carry(load="".join(sha256(bytes([at, n])).hexdigest() for n in range(80))) for at in range(6)]
    card = Card(
        "Une carte", [Button("Un", loads[0]), Button("Deux", loads[1])], menus=[Menu("Trois", loads[2], {"a": "A"})]
    )
    menus = [Menu(f"Menu {at}", loads[at], {"a": "A"}) for at in (4, 5)]
    message = Message("Texte", [Button("Quatre", loads[3])], menus=menus, cards=[card])
    parts = CARDS.parts(message, "", PROPS_OF_OLD)
    assert [part.text for part in parts] == ["Texte", *[""] * (len(parts) - 1)]
    assert [ident for part in parts for ident in idents(part)] == idents(message)
    assert [sum(len(each["actions"]) for each in CARDS.props(part, "", "")["attachments"]) for part in parts] == [1] * 6
    assert [each.text for part in parts for each in part.cards if each.text] == ["Une carte"]


def test_what_fits_is_one_post_and_what_cannot_be_parted_too() -> None:
    small, large = (
        Message("Texte", [Button("Un", Take(number=1)), Button("Deux", Take(number=2))]),
        Carry(load="é" * 20_000),
    )
    assert CARDS.parts(small, "", PROPS_OF_OLD) == [small]
    alone = Message("Texte", [Button("Un", large)])
    assert CARDS.parts(alone, "", PROPS_OF_OLD) == [alone]


@pytest.mark.every_mode
@pytest.mark.usefixtures("trial")
async def test_what_stands_there_no_more_is_refused_and_nothing_else_is_done(house: House, juliette: Person) -> None:
    """The finger was on its way when the post was rewritten."""
    await juliette.runs("/aide menus direct Couleur Nombre")
    post: Post = await juliette.told("Choisissez")
    await juliette.chooses(post, "Couleur", "Rouge")
    assert not (await juliette.rewritten(post, "Choisi Paint r")).actions
    with pytest.raises(Refused):
        await juliette.clicks(post, "Encore")
