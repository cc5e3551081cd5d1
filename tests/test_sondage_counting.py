"""What comes of votes, whatever they are: the counts are theirs, and no few of them can be told from the rest."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forms import Clues
from commands.sondage import cards
from dialogs.sondage import read_options, read_question, strip_invisible
from storage.seals import UnreadableError
from storage.sondage import ANONYMOUS_LEAST, PLACE_LEAST, Ballot, Results, count_ballots
from storage.sondage.votes import KEY, BoxSeal
from tests.support.publications import make_poll

OPTIONS = 3
SECRET, OLDER = "un-secret-de-trente-deux-caracteres", "un-plus-ancien-de-trente-caracteres"
chosen = st.integers(0, 2**OPTIONS - 1)
placed = st.builds(Ballot, chosen, st.sampled_from(["", "01", "2A", "69", "974"]), st.integers(0, 2), chosen)
boxes = st.dictionaries(st.binary(min_size=KEY, max_size=KEY), placed, max_size=30)
nobody: Clues = None  # type: ignore[assignment]  # what these fields read depends on nobody


def of(ballots: list[Ballot], at: int) -> int:
    return sum(ballot.choices >> at & 1 for ballot in ballots)


@given(st.lists(placed, max_size=40), st.booleans())
def test_counts_are_those_of_the_votes_and_places_add_up_to_them(ballots: list[Ballot], anonymous: bool) -> None:
    results = count_ballots(OPTIONS, ballots, anonymous=anonymous)
    assert results.votes == len(ballots)
    if anonymous and len(ballots) < ANONYMOUS_LEAST:
        assert (results.counts, results.places) == ((), ())
        return
    assert results.counts == tuple(of(ballots, at) for at in range(OPTIONS))
    if results.places:
        assert sum(place.votes for place in results.places) == results.votes
        assert tuple(map(sum, zip(*(p.counts for p in results.places), strict=True))) == results.counts


@given(st.lists(placed, max_size=40), st.booleans())
def test_no_place_is_told_of_which_fewer_than_five_voted(ballots: list[Ballot], anonymous: bool) -> None:
    places = count_ballots(OPTIONS, ballots, anonymous=anonymous).places
    assert all(place.votes >= PLACE_LEAST for place in places)
    for place in places:
        if place.code:
            assert place.votes == sum(ballot.departement == place.code for ballot in ballots)


@given(st.lists(placed, max_size=40).flatmap(lambda b: st.tuples(st.just(b), st.permutations(b))))
def test_the_order_of_votes_says_nothing(pair: tuple[list[Ballot], list[Ballot]]) -> None:
    first, turned = (count_ballots(OPTIONS, ballots, anonymous=True) for ballots in pair)
    assert first == turned
    assert Results.read(first.stored()) == first


def test_too_few_others_are_told_with_the_smallest_place() -> None:
    ballots = [Ballot(1, "69")] * 9 + [Ballot(2, "38")] * 5 + [Ballot(4, "01")]
    places = count_ballots(OPTIONS, ballots, anonymous=True).places
    assert [(place.code, place.votes, place.counts) for place in places] == [("69", 9, (9, 0, 0)), ("", 6, (0, 5, 1))]


@given(boxes, st.integers(1, 10**6))
def test_a_box_gives_back_what_was_put_in_and_to_nobody_else(box: dict[bytes, Ballot], poll: int) -> None:
    sealed = BoxSeal(poll, [SECRET]).close(box)
    assert BoxSeal(poll, [SECRET]).open(sealed) == box
    assert BoxSeal(poll, [SECRET, OLDER]).open(sealed) == box, "a secret that was changed still opens"
    assert BoxSeal(poll, [SECRET]).close(box) != sealed
    assert len(BoxSeal(poll, [SECRET]).close(box)) == len(sealed)
    for other in (BoxSeal(poll + 1, [SECRET]), BoxSeal(poll, [OLDER])):
        with pytest.raises(UnreadableError):
            other.open(sealed)


@given(boxes, st.integers(1, 10**6))
def test_a_box_of_a_poll_that_was_open_before_standings_were_noted_still_opens(
    box: dict[bytes, Ballot], poll: int
) -> None:
    before = {key: ballot._replace(step=0, shown=0) for key, ballot in box.items()}
    rows = b"".join(pack(">16sH3s", key, one.choices, one.departement.encode()) for key, one in before.items())
    seal = BoxSeal(poll, [SECRET])
    assert seal.open(seal.keys.close(rows, seal.keys.use)) == before


@given(boxes, st.data())
def test_a_box_that_was_changed_is_refused(box: dict[bytes, Ballot], data: st.DataObject) -> None:
    sealed = bytearray(BoxSeal(1, [SECRET]).close(box))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnreadableError):
        BoxSeal(1, [SECRET]).open(bytes(sealed))


@given(st.lists(st.integers(0, 5000), min_size=2, max_size=10).filter(any))
def test_percents_of_one_answer_each_add_up(counts: list[int]) -> None:
    poll = make_poll(options=["x"] * len(counts))
    percents, is_whole = cards.list_percents(poll, sum(counts), counts)
    assert (sum(percents) == 100) == is_whole
    assert len(set(percents)) <= len(set(counts)), "equal counts have equal shares"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Oui", "de 2 à 10 réponses"),
        ("\n".join(map(str, range(11))), "de 2 à 10 réponses"),
        ("Oui\n" + "x" * 61, "60 caractères au plus"),
        ("Été\nÉTÉ", "deux fois"),
        ("Oui\nO\u200bui", "deux fois"),
        ("Oui\n\u200b\u202e", "de 2 à 10 réponses"),
    ],
)
def test_answers_that_cannot_be_are_explained(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_options(text, nobody)


def test_answers_are_lines_without_what_nobody_sees() -> None:
    assert read_options(" Oui \n\n\u202eNon\u202c\n C++\nC#", nobody) == ("Oui", "Non", "C++", "C#")
    assert strip_invisible("👩\u200d💻 à\n deux") == "👩\u200d💻 à deux"
    with pytest.raises(ValueError, match="Écrivez votre question"):
        read_question("\u200b\u2060", nobody)
