"""How a ticket stands, and the table of moves: what leads from one state to the next, and who may do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class TicketState(StrEnum):
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
    TicketState.NOUVEAU: "nouveau",
    TicketState.PRIS: "pris",
    TicketState.EN_ATTENTE: "en attente de la personne",
    TicketState.TRANSFERE: "transféré",
    TicketState.RESOLU: "résolu",
    TicketState.ROUVERT: "rouvert",
    TicketState.CLOS: "clos",
}
OPEN = frozenset(
    {TicketState.NOUVEAU, TicketState.PRIS, TicketState.EN_ATTENTE, TicketState.TRANSFERE, TicketState.ROUVERT}
)
OURS = OPEN - {TicketState.EN_ATTENTE}
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


class ActorKind(StrEnum):
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
class MoveRule:
    """Who may make a move, and where it leads from each state that allows it."""

    who: frozenset[ActorKind]
    leads: Mapping[TicketState, TicketState]


_AGENT, _AUTHOR = frozenset({ActorKind.AGENT}), frozenset({ActorKind.AUTHOR})
_EITHER, _ENDS = frozenset({ActorKind.AGENT, ActorKind.AUTHOR}), frozenset({ActorKind.AUTHOR, ActorKind.BOT})
_DONE_FOR_NOW = (TicketState.RESOLU, TicketState.CLOS)


def _lead_to(state: TicketState, *froms: TicketState) -> dict[TicketState, TicketState]:
    return dict.fromkeys(froms or sorted(OPEN), state)


_TAKEN = {**_lead_to(TicketState.PRIS), TicketState.EN_ATTENTE: TicketState.EN_ATTENTE}
"""An open ticket is somebody’s then; one that waits for the person still does."""

TABLE: Mapping[Move, MoveRule] = {
    Move.TAKE: MoveRule(_AGENT, _TAKEN),
    Move.ASSIGN: MoveRule(_AGENT, _TAKEN),
    # (An agent who left is released by the bot.)
    Move.RELEASE: MoveRule(
        frozenset({ActorKind.AGENT, ActorKind.BOT}),
        {**_lead_to(TicketState.NOUVEAU), TicketState.EN_ATTENTE: TicketState.EN_ATTENTE},
    ),
    Move.ANSWER: MoveRule(_AGENT, _TAKEN | {state: state for state in _DONE_FOR_NOW}),
    Move.ASK: MoveRule(_AGENT, _lead_to(TicketState.EN_ATTENTE)),
    Move.REPLY: MoveRule(
        _AUTHOR,
        {state: state for state in OPEN}
        | {TicketState.EN_ATTENTE: TicketState.PRIS}
        | _lead_to(TicketState.ROUVERT, *_DONE_FOR_NOW),
    ),
    Move.TRANSFER: MoveRule(_AGENT, _lead_to(TicketState.TRANSFERE)),
    Move.HASTEN: MoveRule(_AGENT, {state: state for state in OPEN}),
    Move.RESOLVE: MoveRule(_AGENT, _lead_to(TicketState.RESOLU)),
    Move.DUPLICATE: MoveRule(_AGENT, _lead_to(TicketState.RESOLU)),
    # (By the bot: a duplicate of a ticket whose author was erased.)
    Move.REOPEN: MoveRule(frozenset(ActorKind), _lead_to(TicketState.ROUVERT, *_DONE_FOR_NOW)),
    Move.CLOSE: MoveRule(_ENDS, _lead_to(TicketState.CLOS, *OPEN, TicketState.RESOLU)),
    Move.JOIN: MoveRule(frozenset({ActorKind.AGENT, ActorKind.BOT}), {state: state for state in OPEN}),
    Move.PART: MoveRule(_AGENT, {state: state for state in OPEN}),
}


class MoveError(Exception):
    """A move that the table does not allow: from that state, or not to that one."""


def find_next_state(move: Move, state: TicketState, who: ActorKind) -> TicketState:
    """Where a move leads. Raises MoveError where it may not be made."""
    rule = TABLE[move]
    if who not in rule.who or state not in rule.leads:
        raise MoveError(f"{move} from {state} by {who}")
    return rule.leads[state]


def list_allowed(state: TicketState, who: ActorKind) -> frozenset[Move]:
    """The moves that somebody may make from a state."""
    return frozenset(move for move, rule in TABLE.items() if who in rule.who and state in rule.leads)
