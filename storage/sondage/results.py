"""What came of a poll: how often each answer was chosen, of all and by département, so that nobody is found in it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

PLACE_LEAST = 5
"""Voters of a département that is told apart."""
ANONYMOUS_LEAST = 5
"""Voters of an anonymous poll whose results are told at all: fewer would tell what each of them chose."""
OTHERS = ""
"""All départements together that are not told apart."""


class Ballot(NamedTuple):
    """What somebody chose, as bits in the order of the options, and where they work ("": nobody knows).

    ``step`` counts the standings shown while the poll runs: in which this ballot came in (0: in none yet), and with
    which choice (``shown``), whatever becomes of it afterwards.
    """

    choices: int
    departement: str
    step: int = 0
    shown: int = 0

    @property
    def layer(self) -> tuple[int, bool]:
        """What the standings shown tell it apart by: when it came in, and whether it was changed afterwards."""
        return self.step, self.step > 0 and self.choices != self.shown


@dataclass(frozen=True, slots=True)
class Place:
    """A département, or OTHERS: how many voted there, and how often each answer was chosen."""

    code: str
    votes: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """How many voted, how often each answer was chosen (nothing where that would tell who chose what), and the same of
    each place that is told apart; of all ``places`` together these are the same."""

    votes: int
    counts: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def is_told(self) -> bool:
        """Whether enough voted for anything to be said."""
        return bool(self.counts)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Results":
        """From JSON."""
        places = (Place(p["code"], p["votes"], tuple(p["counts"])) for p in stored["places"])
        return cls(stored["votes"], tuple(stored["counts"]), tuple(places))


def count(options: int, ballots: Iterable[Ballot], *, anonymous: bool) -> Results:
    """What came of it, of so many options."""
    by_place: dict[str, list[Ballot]] = {}
    for ballot in ballots:
        by_place.setdefault(ballot.departement, []).append(ballot)
    everybody = _place(OTHERS, [ballot for there in by_place.values() for ballot in there], options)
    if anonymous and everybody.votes < ANONYMOUS_LEAST:
        return Results(everybody.votes)
    return Results(everybody.votes, everybody.counts, _apart(by_place, options))


def standing(options: int, ballots: Iterable[Ballot]) -> Results:
    """What the last standing showed of these; nothing by département."""
    came_in = [ballot._replace(choices=ballot.shown) for ballot in ballots if ballot.step]
    return Results(len(came_in), _place(OTHERS, came_in, options).counts) if came_in else Results(0)


def _apart(by_place: Mapping[str, list[Ballot]], options: int) -> tuple[Place, ...]:
    """Each département of which enough voted, by its code, then all others; none where that would say nothing more.

    Too few others, whom the total less those told apart would tell, are told with the smallest of these.
    """
    told = {code: there for code, there in by_place.items() if code and _hides_each(there)}
    rest = [ballot for code, there in by_place.items() if code not in told for ballot in there]
    while told and rest and not _hides_each(rest):
        smallest = min(told, key=lambda code: (len(told[code]), code))
        rest += told.pop(smallest)
    if not told:
        return ()
    others = [_place(OTHERS, rest, options)] if rest else []
    return (*(_place(code, told[code], options) for code in sorted(told)), *others)


def _hides_each(there: Sequence[Ballot]) -> bool:
    """Whether enough voted there in each layer: a place less the standings shown before must not leave a few."""
    return min(Counter(ballot.layer for ballot in there).values()) >= PLACE_LEAST


def _place(code: str, there: Sequence[Ballot], options: int) -> Place:
    return Place(code, len(there), tuple(sum(ballot.choices >> at & 1 for ballot in there) for at in range(options)))
