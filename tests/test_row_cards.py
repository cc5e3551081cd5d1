"""Cards that stand for rows: what they are filed under, and what is read back of it."""

from dataclasses import dataclass

import pytest

from bot.cards import RowCard
from bot.replies import Button, Message
from commands.hotline.cards import TakeTicket


@dataclass(frozen=True)
class Parcel:
    """A row of a feature."""

    number: int
    shelf: str


CARD = RowCard[Parcel]("essai.card:", lambda parcel: f"{parcel.number}:{parcel.shelf}")
PARCEL = Parcel(12, "haut")


def test_a_topic_is_read_back_to_its_row() -> None:
    topic = CARD.of(PARCEL)
    assert topic == "essai.card:12:haut"
    assert (CARD.read_key(topic), CARD.read_number(topic)) == ("12:haut", 12)


@pytest.mark.parametrize("topic", ["", "essai.card", "essai.cards:12", "autre.card:12"])
def test_another_s_topic_is_none_of_its_business(topic: str) -> None:
    assert CARD.read_key(topic) is None
    assert CARD.read_number(topic) is None


def test_a_row_may_be_its_own_key() -> None:
    assert RowCard[int]("essai.turn:").of(7) == "essai.turn:7"


def test_all_of_a_message_is_said_wherever_it_goes() -> None:
    said = Message("Colis", [Button("Prendre", TakeTicket(ticket=12))], [("Poids", "2 kg")])
    shown = said.text, said.buttons, said.facts, CARD.of(PARCEL)
    for reply in (CARD.post(PARCEL, said, "room"), CARD.send(PARCEL, said, "ana"), CARD.rewrite(PARCEL, said)):
        assert (reply.text, reply.buttons, reply.facts, reply.topic) == shown
