"""How a ticket stands, and the table of moves: what leads from one state to the next, and who may do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a ticket is on its way."""

    NOUVEAU = "nouveau"
    PRIS = "pris"
    EN_ATTENTE = "en_attente"
    TRANSFERE = "transfere"
    RESOLU = "resolu"
    ROUVERT = "rouvert"
    CLOS = "clos"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self in OPEN


_LABELS = {
    State.NOUVEAU: "nouveau",
    State.PRIS: "pris",
    State.EN_ATTENTE: "en attente de la personne",
    State.TRANSFERE: "transféré",
    State.RESOLU: "résolu",
    State.ROUVERT: "rouvert",
    State.CLOS: "clos",
}
OPEN = frozenset({State.NOUVEAU, State.PRIS, State.EN_ATTENTE, State.TRANSFERE, State.ROUVERT})
OURS = OPEN - {State.EN_ATTENTE}
"""Where the next word is the hotline’s."""


class Urgency(StrEnum):
    """How much it hinders who asks."""

    BLOQUANT = "bloquant"
    GENANT = "genant"
    QUESTION = "question"

    @property
    def label(self) -> str:
        return {"bloquant": "bloquant", "genant": "gênant", "question": "simple question"}[self.value]


class Reason(StrEnum):
    """Why a ticket came to its end."""

    RESOLU = "resolu"
    SANS_SUITE = "sans_suite"
    DOUBLON = "doublon"
    HORS_SUJET = "hors_sujet"
    PANNE = "panne"

    @property
    def label(self) -> str:
        return {
            "resolu": "résolu",
            "sans_suite": "sans suite",
            "doublon": "doublon",
            "hors_sujet": "hors sujet",
            "panne": "panne",
        }[self.value]


class Who(StrEnum):
    """Who makes a move: an agent of the ticket’s queue, the person who asked, or the bot by itself."""

    AGENT = "agent"
    AUTHOR = "auteur"
    BOT = "bot"


class Move(StrEnum):
    """What is done to a ticket."""

    OPEN = "ouvrir"
    TAKE = "prendre"
    ASSIGN = "attribuer"
    RELEASE = "liberer"
    ANSWER = "repondre"
    ASK = "preciser"
    REPLY = "repliquer"
    TRANSFER = "transferer"
    HASTEN = "urgence"
    RESOLVE = "resoudre"
    DUPLICATE = "doublon"
    REOPEN = "rouvrir"
    CLOSE = "clore"
    JOIN = "rattacher"
    PART = "detacher"

    @property
    def label(self) -> str:
        """What was done, after a name: « Agathe l’a pris »."""
        return _DONE[self]


_DONE = {
    Move.OPEN: "a ouvert la demande",
    Move.TAKE: "l’a prise",
    Move.ASSIGN: "l’a attribuée",
    Move.RELEASE: "l’a libérée",
    Move.ANSWER: "a répondu",
    Move.ASK: "a demandé une précision",
    Move.REPLY: "a répondu à l’équipe",
    Move.TRANSFER: "l’a transférée",
    Move.HASTEN: "a changé l’urgence",
    Move.RESOLVE: "l’a résolue",
    Move.DUPLICATE: "l’a marquée comme doublon",
    Move.REOPEN: "l’a rouverte",
    Move.CLOSE: "l’a close",
    Move.JOIN: "l’a rattachée à une panne",
    Move.PART: "l’a sortie de la panne",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may make a move, and where it leads from each state that allows it."""

    who: frozenset[Who]
    leads: Mapping[State, State]


_AGENT, _AUTHOR = frozenset({Who.AGENT}), frozenset({Who.AUTHOR})
_EITHER, _ENDS = frozenset({Who.AGENT, Who.AUTHOR}), frozenset({Who.AUTHOR, Who.BOT})
_DONE_FOR_NOW = (State.RESOLU, State.CLOS)


def _all_to(state: State, *froms: State) -> dict[State, State]:
    return dict.fromkeys(froms or sorted(OPEN), state)


_TAKEN = {**_all_to(State.PRIS), State.EN_ATTENTE: State.EN_ATTENTE}
"""An open ticket is somebody’s then; one that waits for the person still does."""

TABLE: Mapping[Move, Rule] = {
    Move.TAKE: Rule(_AGENT, _TAKEN),
    Move.ASSIGN: Rule(_AGENT, _TAKEN),
    # (An agent who left is released by the bot.)
    Move.RELEASE: Rule(frozenset({Who.AGENT, Who.BOT}), {**_all_to(State.NOUVEAU), State.EN_ATTENTE: State.EN_ATTENTE}),
    Move.ANSWER: Rule(_AGENT, _TAKEN | {state: state for state in _DONE_FOR_NOW}),
    Move.ASK: Rule(_AGENT, _all_to(State.EN_ATTENTE)),
    Move.REPLY: Rule(
        _AUTHOR,
        {state: state for state in OPEN} | {State.EN_ATTENTE: State.PRIS} | _all_to(State.ROUVERT, *_DONE_FOR_NOW),
    ),
    Move.TRANSFER: Rule(_AGENT, _all_to(State.TRANSFERE)),
    Move.HASTEN: Rule(_AGENT, {state: state for state in OPEN}),
    Move.RESOLVE: Rule(_AGENT, _all_to(State.RESOLU)),
    Move.DUPLICATE: Rule(_AGENT, _all_to(State.RESOLU)),
    Move.REOPEN: Rule(_EITHER, _all_to(State.ROUVERT, *_DONE_FOR_NOW)),
    Move.CLOSE: Rule(_ENDS, _all_to(State.CLOS, *OPEN, State.RESOLU)),
    Move.JOIN: Rule(frozenset({Who.AGENT, Who.BOT}), {state: state for state in OPEN}),
    Move.PART: Rule(_AGENT, {state: state for state in OPEN}),
}


class MoveError(Exception):
    """A move that the table does not allow: from that state, or not to that one."""


def lead(move: Move, state: State, who: Who) -> State:
    """Where a move leads. Raises MoveError where it may not be made."""
    rule = TABLE[move]
    if who not in rule.who or state not in rule.leads:
        raise MoveError(f"{move} from {state} by {who}")
    return rule.leads[state]


def allowed(state: State, who: Who) -> frozenset[Move]:
    """The moves that somebody may make from a state."""
    return frozenset(move for move, rule in TABLE.items() if who in rule.who and state in rule.leads)
