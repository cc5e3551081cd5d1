"""What is said of polls in words: what keeps from doing something with one, and its results line by line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from bot.errors import UserError
from bot.french.moments import say_moment
from bot.french.words import join, plural
from storage.people import PARIS, Person
from storage.sondage import Place, Poll, Results, State
from storage.stats import Percent, shares
from storage.targets import Table, say

SHOWN_MAX = 6
"""Destinations named under a preview."""
PLACES_MAX = 8
"""Départements named in a text; papers have them all."""
BAR = 10
"""Signs of a bar that stands for everybody."""
OTHERS = "Autres départements"
_NUMBER = re.compile(r"(?:sondage\s*)?(?:n\s*[°ºo]\s*|#\s*)?(\d{1,9})", re.IGNORECASE)
UNKNOWN = "Aucun sondage n’a ce numéro : tapez /sondage liste pour voir les sondages."


@dataclass(frozen=True, slots=True)
class Line:
    """An answer and how often it was chosen, in words first: a bar says nothing to who hears it."""

    number: int
    text: str
    votes: int
    percent: int
    bar: str


def number_in(text: str) -> int | None:
    """The number of a poll, as people write it: « 12 », « n° 12 », « n°12 »; None for anything else."""
    found = _NUMBER.fullmatch(" ".join(text.split()))
    return int(found[1]) if found else None


def must_be(poll: Poll | None, *states: State) -> Poll:
    """The poll, if it is so now. Raises UserError."""
    if poll is None:
        raise UserError(UNKNOWN)
    if poll.state in states:
        return poll
    raise UserError({
        State.DRAFT: "Ce sondage n’est pas encore lancé : confirmez-le d’abord avec « Lancer ».",
        State.OPEN: "Ce sondage est déjà lancé : les boutons sous votre copie permettent de le clore ou de le retirer.",
        State.ENDED: f"Le sondage n° {poll.number} est terminé ; ses résultats : /sondage resultats {poll.number}.",
        State.WITHDRAWN: f"Le sondage n° {poll.number} a été retiré.",
    }[poll.state])  # fmt: skip


def own(person: Person, poll: Poll | None, *states: State) -> Poll:
    """One that is so now, which somebody made, or may manage as an animateur. Raises UserError."""
    if poll is not None and not manages(person, poll):
        raise UserError("Seules la personne qui a fait ce sondage et l’équipe d’animation peuvent le gérer.")
    return must_be(poll, *states)


def manages(person: Person, poll: Poll) -> bool:
    """Whether a poll is somebody’s to manage; a preview is its author’s only."""
    return poll.by == person.id or (person.animates and poll.state is not State.DRAFT)


def must_be_open(poll: Poll | None, now: datetime) -> Poll:
    """One that may be answered. Raises UserError."""
    found = must_be(poll, State.OPEN)
    if found.is_over(now):
        raise UserError(f"Le vote du sondage n° {found.number} est terminé.")
    return found


def say_end(poll: Poll, zone: tzinfo | None = None) -> str:
    """« mardi 24 novembre 2026 à 9 h »; in Paris, and said to be so, where all read it."""
    end = poll.ended_at or poll.ends_at
    if zone is not None:
        return say_moment(end.astimezone(zone))
    return f"{say_moment(end.astimezone(ZoneInfo(PARIS)))}, heure de Paris"


def lines(poll: Poll, votes: int, counts: Sequence[int]) -> Sequence[Line]:
    """Each answer; without counts none was chosen."""
    percents = percents_of(poll, votes, counts)
    return [
        Line(number, option, counts[number - 1] if counts else 0, percent, "█" * round(percent * BAR / 100))
        for number, (option, percent) in enumerate(zip(poll.options, percents, strict=True), 1)
    ]


def percents_of(poll: Poll, votes: int, counts: Sequence[int]) -> Sequence[int]:
    """Whole percents of who voted: of one answer each they add up to 100, of several to anything."""
    if not counts or not votes:
        return [0] * len(poll.options)
    if poll.several:
        return [round(100 * n / votes) for n in counts]
    return list(shares(dict(enumerate(counts)), votes, Percent.JUSTE).values())


def say_counts(poll: Poll, place: Place) -> str:
    """« Oui 60 %, Non 40 % », in their order, those that were chosen."""
    chosen = [line for line in lines(poll, place.votes, place.counts) if line.votes]
    return ", ".join(f"{line.text} {line.percent} %" for line in chosen)


def say_turnout(poll: Poll, results: Results) -> str:
    """« 12 votes sur 40 personnes (30 %) », or how many votes where nobody knows of how many."""
    if not poll.invited or poll.invited < results.votes:
        return plural(results.votes, "vote")
    percent = 100 * results.votes // poll.invited
    return f"{plural(results.votes, 'vote')} sur {plural(poll.invited, 'personne')} ({percent} %)"


def say_place(code: str) -> str:
    """« Rhône (69) », or all others."""
    return say(code, {}) if code else OTHERS


def say_places(poll: Poll, table: Table) -> str:
    """Where it is asked, in words: « Rhône (69), Bretagne et 3 autres »."""
    here = [title for ident, title in poll.channels.items() if ident in poll.rooms]
    themes = {say(target, table) for target in poll.targets}
    names = [*(say(target, table) for target in poll.targets), *(title for title in here if title not in themes)]
    more = len(names) - SHOWN_MAX
    return join([*names[:SHOWN_MAX], *([plural(more, "autre")] if more > 0 else [])])
