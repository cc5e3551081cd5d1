"""What was sealed before stays readable: one value of each kind, as it was stored."""

import pytest

from storage.rdv.bookings import BookingSeal
from storage.seals import UnreadableError
from storage.sondage import Ballot
from storage.sondage.votes import BoxSeal

SECRET = "a secret of thirty-two characters!"
NAME = bytes.fromhex("035aa565606a90f49ef997f7e50e707f56f73eeba7864f2789b97729b71784e15888caa3779f")
BOX = bytes.fromhex(
    "70bce68d3f3e764f9bf777cbd9398aa6ec25d914ed7247ab0d02ab3c079969afe276de0f93a5afde0330561520f17b010e9831c3f2"
)


def test_stored_values_are_opened_by_an_older_secret_and_by_no_other() -> None:
    known = [SECRET, "another secret of thirty-two signs"]
    assert BookingSeal(known).open(NAME, "row") == "Marie-Ange"
    assert BookingSeal([SECRET]).mark("once") == "d3f5a068453755cc45e5bf092c567ea5b831b3327f5868cd357351c7438da5d0"
    assert BoxSeal(7, known).open(BOX) == {b"k" * 16: Ballot(3, "69", 1, 2)}
    for wrong in (BookingSeal(known[1:]), BookingSeal([])):
        with pytest.raises(UnreadableError):
            wrong.open(NAME, "row")
    with pytest.raises(UnreadableError):
        BookingSeal(known).open(NAME, "other row")
    with pytest.raises(UnreadableError):
        BoxSeal(8, known).open(BOX)


def test_what_is_sealed_now_is_opened_by_the_newest_secret_alone() -> None:
    newest = "another secret of thirty-two signs"
    sealed = BookingSeal([SECRET, newest]).close("Marie-Ange", "row")
    assert BookingSeal([newest]).open(sealed, "row") == "Marie-Ange"
    with pytest.raises(UnreadableError):
        BookingSeal([SECRET]).open(sealed, "row")
