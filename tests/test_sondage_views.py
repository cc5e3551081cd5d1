"""Secret votes that are shown while they run: whoever looks, however often, learns of nobody’s ballot."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from types import SimpleNamespace
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from storage.sondage import ANONYMOUS_LEAST, Ballot, Results, count_ballots, count_standing, votes
from storage.sondage.votes import KEY, take_in_ballots
from tests.people import Person
from tests.support import publications
from tests.support.house import House, agathe
from tests.support.publications import (
    OUTILS,
    ask_poll,
    end_poll,
    make_club,
    make_voters,
    plain_spaces,
    read_code,
    read_poll,
    read_poll_number,
    vote_and_wait,
)

__all__ = ["agathe"]


Version = tuple[bytes, int]
"""What somebody chose the first time, the second…"""
Moves = list[tuple[object, ...]]
OPTIONS = 3


@dataclass
class Watched:
    """A box, and of all that was ever shown of it which ballots it was made of, as they were then."""

    box: dict[bytes, Ballot] = field(default_factory=dict)
    changes: dict[bytes, int] = field(default_factory=dict)
    seen: dict[bytes, Version] = field(default_factory=dict)
    chosen: dict[Version, int] = field(default_factory=dict)
    shown: list[frozenset[Version]] = field(default_factory=list)

    def vote(self, choices: int, place: str) -> None:
        key = len(self.box).to_bytes(KEY)
        self.box[key] = Ballot(choices, place)
        self.changes[key] = 0
        self.chosen[key, 0] = choices

    def change(self, at: int, choices: int) -> None:
        if self.box:
            key = list(self.box)[at % len(self.box)]
            self.box[key] = self.box[key]._replace(choices=choices)
            self.changes[key] += 1
            self.chosen[key, self.changes[key]] = choices

    def look(self) -> None:
        """What whoever looks now sees."""
        taken = take_in_ballots(self.box)
        self.box |= taken
        self.seen |= {key: (key, self.changes[key]) for key in taken}
        self._show(count_standing(OPTIONS, self.box.values()), self.seen.values())

    def close(self) -> None:
        """What everybody sees at the end."""
        results = count_ballots(OPTIONS, self.box.values(), anonymous=True)
        if not results.is_told:
            return
        self._show(results, self.changes.items())
        apart = {place.code for place in results.places if place.code}
        for place in results.places:
            of = {key: one.departement if one.departement in apart else "" for key, one in self.box.items()}
            there = [version for version in self.changes.items() if of[version[0]] == place.code]
            self._show(Results(place.votes, place.counts), there)

    def _show(self, results: Results, of: object) -> None:
        versions = frozenset(of)  # type: ignore[call-overload]
        assert results.votes == len(versions)
        if versions:
            assert results.counts == tuple(sum(self.chosen[v] >> at & 1 for v in versions) for at in range(OPTIONS))
            self.shown.append(versions)


Row = dict[Version, Fraction]


def reduced(row: Row, known: Mapping[Version, Row]) -> Row:
    """What is left of a sum once all that is known is taken off."""
    for pivot, other in known.items():
        if factor := row.get(pivot):
            row = {v: row.get(v, Fraction()) - factor * other.get(v, Fraction()) for v in {*row, *other}}
    return {version: part for version, part in row.items() if part}


def known_from(shown: Sequence[frozenset[Version]]) -> dict[Version, Row]:
    """All sums that somebody can work out from those that were shown, each with a ballot that no other has."""
    known: dict[Version, Row] = {}
    for versions in shown:
        left = reduced(dict.fromkeys(versions, Fraction(1)), known)
        if left:
            pivot = min(left)
            row = {version: part / left[pivot] for version, part in left.items()}
            known = {at: reduced(other, {pivot: row}) for at, other in known.items()} | {pivot: row}
    return known


choices = st.integers(1, 2**OPTIONS - 1)
LOOK: Moves = [("look",)]


def some(place: str, chosen: Sequence[int]) -> Moves:
    """So many votes from one place."""
    return [("vote", one, place) for one in chosen]


a_change = st.tuples(st.just("change"), st.integers(0, 60), choices).map(lambda move: [move])
some_votes = st.builds(some, st.sampled_from(["69", "38", "01", ""]), st.lists(choices, min_size=1, max_size=7))
A, B = [1] * 5, [2] * 5
OLDEST_FIRST = SimpleNamespace(sample=lambda waiting, number: waiting[:number])
"""The worst that chance can do: those come in who voted first."""


@given(st.lists(st.one_of(some_votes, some_votes, a_change, st.just(LOOK)), max_size=20))
@example([some("38", A), some("69", B), LOOK, some("38", [4])])
@example([some("38", A), some("69", B), LOOK, [("change", 0, 4)]])
@example([some("38", A), some("69", A), some("69", B), LOOK, LOOK, [("change", 0, 4)], some("01", B), LOOK])
def test_no_views_however_many_tell_a_ballot_or_that_it_was_changed(moves: list[Moves]) -> None:
    watched = Watched()
    with patch.object(votes, "CHANCE", OLDEST_FIRST):
        for what, *with_ in (move for several in moves for move in several):
            getattr(watched, str(what))(*with_)
    standings = list(dict.fromkeys(watched.shown))
    watched.close()
    for before, after in zip([frozenset(), *standings], standings, strict=False):
        assert before <= after, "what was shown of somebody stays as it was"
        assert len(after - before) >= ANONYMOUS_LEAST
    known = known_from(watched.shown)
    for key, changed in watched.changes.items():
        for at in range(changed + 1):
            assert reduced({(key, at): Fraction(1)}, known), "this ballot can be worked out"
            for earlier in range(at):
                difference = {(key, at): Fraction(1), (key, earlier): Fraction(-1)}
                assert reduced(difference, known), "that this one was changed can be"


async def test_standings_are_the_same_for_all_and_go_on_by_five(house: House, agathe: Person) -> None:
    author, voters = await house.conseiller("autrice"), await make_voters(house, 11)
    channel = await make_club(house, author, agathe, *voters)
    post = await ask_poll(house, author, channel, resultats="direct")
    number = read_poll_number(post)
    form = await voters[0].opens_by(post, "Voter")
    code = read_code(form)
    assert (await form.fill(reponse="1").submit()).accepted
    await voters[0].told("enregistré")
    told: list[tuple[int, ...]] = []
    for at, person in enumerate(voters[1:], 2):
        await vote_and_wait(house, person, post, "2")
        if at in (5, 9, 10, 11):
            told.append(await seen(house, channel, number, author, voters[0], agathe))
    again = await voters[0].opens_by(post, "Voter")
    assert (await again.fill(votre_code=code, reponse="3").submit()).accepted
    told.append(await seen(house, channel, number, author, voters[0], agathe))
    assert [sum(counts) for counts in told] == [0, 0, 5, 5, 5]
    assert told[2] == told[3] == told[4], "one vote more, one that was changed: nothing is seen of it"
    await end_poll(house, number)
    assert counts_in(plain_spaces((await agathe.asks(f"/sondage resultats {number}", channel)).text)) == (0, 10, 1)
    assert ((await read_poll(house, number)).results or {})["votes"] == 11
    house.clock.is_right_again()


async def seen(house: House, channel: str, number: int, *people: Person) -> tuple[int, ...]:
    """How often each answer was chosen so far, as each place shows it to each of these: the same everywhere."""
    house.clock.goes_to(house.clock() + timedelta(minutes=1))
    house.bot.workers.look()
    await house.settled()
    texts = [(await publications.find_poll(house, channel, number)).text]
    for person in people:
        texts += [(await person.asks(f"/sondage {what}{number}", channel)).text for what in ("", "resultats ")]
        texts.append((await person.asks("/sondage liste", channel)).text)
    found = {counts for text in texts if (counts := counts_in(plain_spaces(text)))}
    assert len(found) <= 1, found
    for person in (people[0], people[-1]):
        await person.asks(f"/sondage {number}", channel)
        cards = [plain_spaces(post.text) for post in await person.direct() if "État" in post.text]
        assert counts_in([text for text in cards if f"n° {number} " in text][-1]) == next(iter(found), ())
    return next(iter(found), ())


def counts_in(text: str) -> tuple[int, ...]:
    """How often each answer was chosen, as a text says it; nothing where it does not."""
    found = [re.search(rf"{re.escape(option)} : (\d+) votes?", text) for option in OUTILS]
    return tuple(int(one[1]) for one in found if one)
