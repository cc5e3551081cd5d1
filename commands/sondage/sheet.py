"""The lines of a poll’s CSV: how often each answer was chosen, and of votes with names who chose what."""

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.papers.csv import Cell
from commands.sondage.words import say_place
from storage.people import PARIS, Person
from storage.sondage import Place, Poll, Results
from storage.sondage.votes import Vote

HEAD = ("question", "reponse", "departement", "votes", "participants")
VOTES_HEAD = ("question", "personne", "departement", "reponses", "date")
EVERYBODY = "Tous"


def lines(poll: Poll, results: Results) -> Iterator[Sequence[Cell]]:
    """A head, then each answer of everybody, and of each département that is told apart; where too few voted, how many
    they were."""
    yield HEAD
    yield from _of(poll, EVERYBODY, Place("", results.votes, results.counts))
    for place in results.places:
        yield from _of(poll, say_place(place.code), place)


def _of(poll: Poll, name: str, place: Place) -> Iterator[Sequence[Cell]]:
    counts: Sequence[int | None] = place.counts or [None] * len(poll.options)
    for option, count in zip(poll.options, counts, strict=True):
        yield (poll.question, option, name, count, place.votes)


def named_lines(poll: Poll, votes: Iterable[Vote], people: Iterable[Person]) -> Iterator[Sequence[Cell]]:
    """A head, then each voter with what they chose."""
    names = {person.id: person.full_name for person in people}
    yield VOTES_HEAD
    for vote in votes:
        chosen = [option for at, option in enumerate(poll.options) if vote.choices >> at & 1]
        name = names.get(vote.user_id, "quelqu’un qui n’est plus là")
        at = f"{vote.at.astimezone(ZoneInfo(PARIS)):%d/%m/%Y %H:%M}"
        yield (poll.question, name, say_place(vote.departement) if vote.departement else "", " | ".join(chosen), at)
