"""What is kept of the work: comptes rendus, figures, drafts, demands for help and those on duty."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

import storage.cra
import storage.cra.last_commune
import storage.cra.months
import storage.hotline.cards
import storage.hotline.incidents
import storage.hotline.lines
import storage.hotline.moves
import storage.hotline.swaps
import storage.hotline.tickets
import storage.hotline.wishes
import storage.stats.secret
import storage.stats.subscriptions  # noqa: F401  (the imports register the tables)
from storage import drafts
from storage.holdings.kinds import Fate, Ground, Holding, Limit, Scope, Span, Where, older, table
from storage.hotline import duty, sources

_FIGURES = "Rendre compte de l’activité des conseillers, et en tirer les statistiques des territoires."
_HELPING = "Répondre aux demandes d’aide, et savoir ce qui est demandé."
_AGENTS = "la personne qui demande, les agents de la file"
_DUTY = "Tenir la permanence de la hotline."
TICKETS = Span(setting="ticket_months")
ERASED = "(effacé)"


def _of_my_tickets(name: str) -> Scope:
    """Rows about the tickets of somebody."""

    def mine(user_id: str) -> ColumnElement[bool]:
        tickets = table("ticket")
        return table(name).c.ticket.in_(select(tickets.c.id).where(tickets.c.author_id == user_id))

    return mine


def _of_old_tickets(name: str) -> Where:
    """Rows about tickets that were closed before."""

    def old(before: datetime) -> ColumnElement[bool]:
        tickets = table("ticket")
        return table(name).c.ticket.in_(select(tickets.c.id).where(tickets.c.closed_at < before))

    return old


def _old_ticket(before: datetime) -> ColumnElement[bool]:
    """Tickets closed before that still have their words."""
    tickets = table("ticket")
    return (tickets.c.closed_at < before) & (tickets.c.subject != ERASED)


def _old_words(before: datetime) -> ColumnElement[bool]:
    """What was noted with the moves of tickets that were closed before."""
    moves = table("ticket_move").c
    return _of_old_tickets("ticket_move")(before) & ((moves.note != "") | (moves.internal != ""))


def _ended(name: str) -> Callable[[datetime], ColumnElement[bool]]:
    """Days on duty, or away, that are over."""
    return lambda before: table(name).c.ends < before.date()


_TICKET_WORDS: dict[str, Any] = {
    **{"subject": ERASED, "files": [], "said_masked": {}},
    **dict.fromkeys(("details", "words", "context", "commune", "solution", "rating_word"), ""),
    **dict.fromkeys(("source_post", "source_channel", "thread_post", "thread_channel"), ""),
}

ACTIVITY = (
    Holding(
        name="cra",
        what="Vos comptes rendus d’activité",
        why=_FIGURES,
        ground=Ground.MISSION,
        seen_by="leur auteur ; les autres n’en voient que des totaux",
        kept="sans limite pour les statistiques ; l’auteur, jusqu’à l’effacement de son compte",
        own=("author_id",),
        withheld=("key",),
        fate=Fate.RENAMED,
        blanks={"structure": None},
        acts=("created_at", "modified_at"),
    ),
    Holding(
        name="cra_month",
        what="Totaux par mois de vos comptes rendus",
        why=_FIGURES,
        ground=Ground.MISSION,
        kept="comme les comptes rendus dont ils sont la somme",
        own=("author_id",),
        not_given="Ce sont les sommes de vos comptes rendus, qui sont donnés.",
        fate=Fate.RENAMED,
    ),
    Holding(
        name="cra_last_commune",
        what="La dernière commune que vous avez saisie",
        why="Préremplir le prochain compte rendu.",
        ground=Ground.MISSION,
        kept="jusqu’au compte rendu suivant",
        own=("author_id",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="stats_subscription",
        what="Votre abonnement au rapport mensuel",
        why="Envoyer chaque mois ses statistiques à qui l’a demandé.",
        ground=Ground.CONSENT,
        kept="jusqu’au désabonnement",
        own=("person_id",),
        fate=Fate.DELETED,
        acts=("since",),
    ),
    Holding(
        name="stats_secret",
        what="Secret des arrondis",
        why="Arrondir les petits effectifs toujours de la même façon.",
        kept="tant que le bot est en service",
        not_given="Un nombre tiré au hasard, qui ne dit rien de personne.",
    ),
    Holding(
        name="draft",
        what="Vos brouillons",
        why="Ne rien perdre d’une saisie interrompue ou refusée.",
        ground=Ground.MISSION,
        limit=Limit(Span.of(drafts.KEPT_FOR), "la saisie", older("draft", "saved_at")),
        own=("user_id",),
        withheld=("hidden",),
        fate=Fate.DELETED,
        acts=("saved_at",),
    ),
    Holding(
        name="ticket_line",
        what="Les messages de vos demandes d’aide",
        why=_HELPING,
        ground=Ground.MISSION,
        seen_by=_AGENTS,
        kept="les mots eux-mêmes sont dans Mattermost",
        limit=Limit(TICKETS, "la clôture de la demande", _of_old_tickets("ticket_line")),
        scope=_of_my_tickets("ticket_line"),
        others=("by",),
        withheld=("is_kept",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="ticket_move",
        what="L’histoire de vos demandes d’aide",
        why=_HELPING,
        ground=Ground.MISSION,
        seen_by=_AGENTS,
        kept="sans limite pour les délais ; qui a agi, jusqu’à l’effacement de son compte",
        limit=Limit(TICKETS, "la clôture de la demande", _old_words, {"note": "", "internal": ""}),
        scope=_of_my_tickets("ticket_move"),
        others=("by", "whom"),
        withheld=("note", "internal", "queue"),
        fate=Fate.RENAMED,
        blanks={"note": "", "internal": ""},
    ),
    Holding(
        name="ticket",
        what="Vos demandes d’aide",
        why=_HELPING,
        ground=Ground.MISSION,
        seen_by=_AGENTS,
        kept="le cadre (file, état, délais) reste pour les statistiques, sans nom ni mots",
        limit=Limit(
            TICKETS, "la clôture", _old_ticket, {**_TICKET_WORDS, "author_id": "", "username": "", "agent_id": ""}
        ),
        own=("author_id",),
        others=("agent_id",),
        names=("username",),
        withheld=("words", "context", "said_masked"),
        fate=Fate.RENAMED,
        blanks=_TICKET_WORDS,
        acts=("opened_at",),
    ),
    Holding(
        name="ticket_card",
        what="Fiches de demandes dans les salles",
        why=_HELPING,
        kept="comme les mots de la demande, après quoi la fiche quitte la salle",
        not_given="Des numéros de messages ; la demande elle-même est donnée.",
    ),
    Holding(
        name="ticket_source",
        what="Les messages dont une demande d’aide vous a été proposée",
        why=_HELPING,
        ground=Ground.MISSION,
        seen_by=_AGENTS,
        limit=Limit(Span.of(sources.KEPT), "la proposition", older("ticket_source", "at")),
        own=("author_id",),
        others=("asked_by",),
        withheld=("context",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="ticket_wish",
        what="Vos demandes d’aide pas encore envoyées",
        why="Montrer une réponse déjà donnée avant de déranger un agent.",
        ground=Ground.MISSION,
        kept="jusqu’à l’envoi ; sans mots ensuite, pour compter les réponses trouvées",
        own=("author_id",),
        names=("username",),
        fate=Fate.RENAMED,
        blanks={"asked": {}},
    ),
    Holding(
        name="ticket_incident",
        what="Les pannes que vous avez annoncées",
        why="Prévenir ensemble toutes les personnes touchées par une panne.",
        ground=Ground.MISSION,
        seen_by="les personnes touchées, l’équipe d’animation",
        kept="sans limite, sans nom après l’effacement du compte",
        own=("by",),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="duty_turn",
        what="Vos tours de garde",
        why=_DUTY,
        ground=Ground.MISSION,
        seen_by="les agents de la hotline, l’équipe d’animation",
        limit=Limit(Span.of(duty.KEPT), "la fin du tour", _ended("duty_turn")),
        own=("user_id",),
        others=("by",),
        fate=Fate.DELETED,
        acts=("at",),
    ),
    Holding(
        name="duty_absence",
        what="Vos absences de la hotline",
        why=_DUTY,
        ground=Ground.MISSION,
        seen_by="les agents de la hotline, l’équipe d’animation",
        limit=Limit(Span.of(duty.KEPT), "leur fin", _ended("duty_absence")),
        own=("user_id",),
        others=("by",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="duty_swap",
        what="Vos échanges de garde",
        why=_DUTY,
        ground=Ground.MISSION,
        seen_by="les deux agents",
        limit=Limit(Span.of(duty.KEPT), "la proposition", older("duty_swap", "at")),
        own=("by", "with_id"),
        fate=Fate.DELETED,
    ),
)
"""In the order in which they are erased: what is about tickets before the tickets."""
