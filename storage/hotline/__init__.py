"""The hotline: tickets, how they stand and move, what leads from one state to the next and who may do it, and what is
said about them.

Words:
    MoveNote: what else there is to a ticket’s move: words for all who read it, words for agents only, a person by id, a
        queue.
    Incident: an outage: proposed for look-alike tickets, said by an agent, told of to all of them, over.
    DutyTurn, DutySwap: somebody on duty at the hotline, for a queue or all of them, unless they are away
        (storage/absences.py); a turn proposed to another.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from storage.database import Labelled


class TicketState(Labelled):
    """The state of a ticket."""

    NOUVEAU = "nouveau", "nouvelle"
    PRIS = "pris", "prise"
    EN_ATTENTE = "en_attente", "en attente de la personne"
    TRANSFERE = "transfere", "transférée"
    RESOLU = "resolu", "résolue"
    ROUVERT = "rouvert", "rouverte"
    CLOS = "clos", "close"

    @property
    def is_open(self) -> bool:
        """Tell whether something is still to be done about the ticket."""
        return self in OPEN


OPEN = frozenset(
    {TicketState.NOUVEAU, TicketState.PRIS, TicketState.EN_ATTENTE, TicketState.TRANSFERE, TicketState.ROUVERT}
)
OURS = OPEN - {TicketState.EN_ATTENTE}
"""The states in which it is the hotline’s turn to answer."""


class Urgency(Labelled):
    """How much the problem hinders the person who asks."""

    BLOQUANT = "bloquant", "bloquant"
    GENANT = "genant", "gênant"
    QUESTION = "question", "simple question"


class Reason(Labelled):
    """Why a ticket was closed."""

    RESOLU = "resolu", "résolue"
    SANS_SUITE = "sans_suite", "sans suite"
    DOUBLON = "doublon", "doublon"
    HORS_SUJET = "hors_sujet", "hors sujet"
    PANNE = "panne", "panne"


class ActorKind(StrEnum):
    """Who makes a move: an agent of the ticket’s queue, the person who asked, or the bot."""

    AGENT = "agent"
    AUTHOR = "auteur"
    BOT = "bot"


_HAS = re.compile(r"\ba\b")


class Move(Labelled):
    """A move of a ticket; ``label`` follows a name: « Agathe l’a pris »."""

    OPEN = "ouvrir", "a ouvert la demande"
    TAKE = "prendre", "l’a prise"
    ASSIGN = "attribuer", "l’a attribuée"
    RELEASE = "liberer", "l’a libérée"
    ANSWER = "repondre", "a répondu"
    ASK = "preciser", "a demandé une précision"
    REPLY = "repliquer", "a répondu à l’équipe"
    TRANSFER = "transferer", "l’a transférée"
    HASTEN = "urgence", "a changé l’urgence"
    RESOLVE = "resoudre", "l’a résolue"
    DUPLICATE = "doublon", "l’a marquée comme doublon"
    REOPEN = "rouvrir", "l’a rouverte"
    CLOSE = "clore", "l’a close"
    JOIN = "rattacher", "l’a rattachée à une panne"
    PART = "detacher", "l’a sortie de la panne"

    def say(self, who: str) -> str:
        """Say who made the move; « vous » addresses the reader: « vous l’avez rouverte »."""
        did = _HAS.sub("avez", self.label, count=1) if who == "vous" else self.label
        return f"{who} {did}"


@dataclass(frozen=True, slots=True)
class MoveRule:
    """Who may make a move, and which state it leads to from each state that allows it."""

    who: frozenset[ActorKind]
    leads: Mapping[TicketState, TicketState]


_AGENT, _AGENT_OR_BOT = frozenset({ActorKind.AGENT}), frozenset({ActorKind.AGENT, ActorKind.BOT})
_DONE_FOR_NOW = (TicketState.RESOLU, TicketState.CLOS)
_STAYS = {state: state for state in sorted(OPEN)}


def _lead_to(state: TicketState, *froms: TicketState) -> dict[TicketState, TicketState]:
    return dict.fromkeys(froms or sorted(OPEN), state)


_WAITS = {TicketState.EN_ATTENTE: TicketState.EN_ATTENTE}
_TAKEN = _lead_to(TicketState.PRIS) | _WAITS
"""The states of a ticket that has an agent, also while it waits for its author."""

TABLE: Mapping[Move, MoveRule] = {
    Move.TAKE: MoveRule(_AGENT, _TAKEN),
    Move.ASSIGN: MoveRule(_AGENT, _TAKEN),
    # (An agent who left is released by the bot.)
    Move.RELEASE: MoveRule(_AGENT_OR_BOT, _lead_to(TicketState.NOUVEAU) | _WAITS),
    Move.ANSWER: MoveRule(_AGENT, _TAKEN | {state: state for state in _DONE_FOR_NOW}),
    Move.ASK: MoveRule(_AGENT, _lead_to(TicketState.EN_ATTENTE)),
    Move.REPLY: MoveRule(
        frozenset({ActorKind.AUTHOR}),
        _STAYS | {TicketState.EN_ATTENTE: TicketState.PRIS} | _lead_to(TicketState.ROUVERT, *_DONE_FOR_NOW),
    ),
    Move.TRANSFER: MoveRule(_AGENT, _lead_to(TicketState.TRANSFERE)),
    Move.HASTEN: MoveRule(_AGENT, _STAYS),
    Move.RESOLVE: MoveRule(_AGENT, _lead_to(TicketState.RESOLU)),
    Move.DUPLICATE: MoveRule(_AGENT, _lead_to(TicketState.RESOLU)),
    # (By the bot: a duplicate of a ticket whose author was erased.)
    Move.REOPEN: MoveRule(frozenset(ActorKind), _lead_to(TicketState.ROUVERT, *_DONE_FOR_NOW)),
    Move.CLOSE: MoveRule(
        frozenset({ActorKind.AUTHOR, ActorKind.BOT}), _lead_to(TicketState.CLOS, *OPEN, TicketState.RESOLU)
    ),
    Move.JOIN: MoveRule(_AGENT_OR_BOT, _STAYS),
    Move.PART: MoveRule(_AGENT, _STAYS),
}


class MoveError(Exception):
    """Raised for a move that the rules do not allow from a state, or for this kind of actor."""


def find_next_state(move: Move, state: TicketState, who: ActorKind) -> TicketState:
    """Return the state to which a move leads. Raises MoveError where it may not be made."""
    rule = TABLE[move]
    if who not in rule.who or state not in rule.leads:
        raise MoveError(f"{move} from {state} by {who}")
    return rule.leads[state]


def list_allowed(state: TicketState, who: ActorKind) -> frozenset[Move]:
    """Return the moves that a kind of actor may make from a state."""
    return frozenset(move for move, rule in TABLE.items() if who in rule.who and state in rule.leads)
