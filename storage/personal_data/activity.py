"""What is kept of the work: comptes rendus, figures, drafts, demands for help and those on duty."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

import storage.cra
import storage.cra.months
import storage.cra.queries
import storage.hotline.duty
import storage.hotline.incidents
import storage.hotline.posts
import storage.hotline.suggestions
import storage.hotline.tickets
import storage.stats.privacy
import storage.stats.subscriptions  # noqa: F401
from storage import drafts
from storage.hotline import duty, posts
from storage.personal_data.declarations import (
    ErasureFate,
    LegalBasis,
    OwnerFilter,
    PersonalData,
    RetentionLimit,
    RetentionSpan,
    RowFilter,
    older,
    table_named,
)

_FIGURES = "Rendre compte de l’activité des conseillers, et en tirer les statistiques des territoires."
_HELPING = "Répondre aux demandes d’aide, et savoir ce qui est demandé."
_AGENTS = "la personne qui demande, les agents de la file"
_DUTY = "Tenir la permanence de la hotline."
TICKETS = RetentionSpan(setting="ticket_months")
ERASED = "(effacé)"


def _of_my_tickets(name: str) -> OwnerFilter:
    """Rows about the tickets of somebody."""

    def mine(user_id: str) -> ColumnElement[bool]:
        tickets = table_named("ticket")
        return table_named(name).c.ticket.in_(select(tickets.c.id).where(tickets.c.author_id == user_id))

    return mine


def _of_old_tickets(name: str) -> RowFilter:
    """Rows about tickets that were closed before."""

    def old(before: datetime) -> ColumnElement[bool]:
        tickets = table_named("ticket")
        return table_named(name).c.ticket.in_(select(tickets.c.id).where(tickets.c.closed_at < before))

    return old


def _old_ticket(before: datetime) -> ColumnElement[bool]:
    """Tickets closed before that still have their words."""
    tickets = table_named("ticket")
    return (tickets.c.closed_at < before) & (tickets.c.subject != ERASED)


def _old_words(before: datetime) -> ColumnElement[bool]:
    """What was noted with the moves of tickets that were closed before."""
    moves = table_named("ticket_move").c
    return _of_old_tickets("ticket_move")(before) & ((moves.note != "") | (moves.internal != ""))


def _ended(name: str) -> Callable[[datetime], ColumnElement[bool]]:
    """Days on duty, or away, that are over."""
    return lambda before: table_named(name).c.ends < before.date()


_TICKET_WORDS: dict[str, Any] = {
    **{"subject": ERASED, "files": [], "said_masked": {}},
    **dict.fromkeys(("details", "words", "context", "commune", "solution", "rating_word"), ""),
    **dict.fromkeys(("source_post", "source_channel", "thread_post", "thread_channel"), ""),
}

ACTIVITY = (
    PersonalData(
        name="cra",
        what="Vos comptes rendus d’activité",
        why=_FIGURES,
        ground=LegalBasis.MISSION,
        seen_by="leur auteur ; les autres n’en voient que des totaux",
        kept="sans limite pour les statistiques ; l’auteur, jusqu’à l’effacement de son compte",
        own=("author_id",),
        withheld=("key",),
        fate=ErasureFate.RENAMED,
        blanks={"structure": None},
        acts=("created_at", "modified_at"),
    ),
    PersonalData(
        name="cra_month",
        what="Totaux par mois de vos comptes rendus",
        why=_FIGURES,
        ground=LegalBasis.MISSION,
        kept="comme les comptes rendus dont ils sont la somme",
        own=("author_id",),
        not_given="Ce sont les sommes de vos comptes rendus, qui sont donnés.",
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="cra_last_commune",
        what="La dernière commune que vous avez saisie",
        why="Préremplir le prochain compte rendu.",
        ground=LegalBasis.MISSION,
        kept="jusqu’au compte rendu suivant",
        own=("author_id",),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="stats_subscription",
        what="Votre abonnement au rapport mensuel",
        why="Envoyer chaque mois ses statistiques à qui l’a demandé.",
        ground=LegalBasis.CONSENT,
        kept="jusqu’au désabonnement",
        own=("person_id",),
        fate=ErasureFate.DELETED,
        acts=("since",),
    ),
    PersonalData(
        name="stats_secret",
        what="Secret des arrondis",
        why="Arrondir les petits effectifs toujours de la même façon.",
        kept="tant que le bot est en service",
        not_given="Un nombre tiré au hasard, qui ne dit rien de personne.",
    ),
    PersonalData(
        name="draft",
        what="Vos brouillons",
        why="Ne rien perdre d’une saisie interrompue ou refusée.",
        ground=LegalBasis.MISSION,
        limit=RetentionLimit(RetentionSpan.of(drafts.KEPT_FOR), "la saisie", older("draft", "saved_at")),
        own=("user_id",),
        withheld=("hidden",),
        fate=ErasureFate.DELETED,
        acts=("saved_at",),
    ),
    PersonalData(
        name="ticket_line",
        what="Les messages de vos demandes d’aide",
        why=_HELPING,
        ground=LegalBasis.MISSION,
        seen_by=_AGENTS,
        kept="les mots eux-mêmes sont dans Mattermost",
        limit=RetentionLimit(TICKETS, "la clôture de la demande", _of_old_tickets("ticket_line")),
        scope=_of_my_tickets("ticket_line"),
        others=("by",),
        withheld=("is_kept",),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="ticket_move",
        what="L’histoire de vos demandes d’aide",
        why=_HELPING,
        ground=LegalBasis.MISSION,
        seen_by=_AGENTS,
        kept="sans limite pour les délais ; qui a agi, jusqu’à l’effacement de son compte",
        limit=RetentionLimit(TICKETS, "la clôture de la demande", _old_words, {"note": "", "internal": ""}),
        scope=_of_my_tickets("ticket_move"),
        others=("by", "whom"),
        withheld=("note", "internal", "queue"),
        fate=ErasureFate.RENAMED,
        blanks={"note": "", "internal": ""},
    ),
    PersonalData(
        name="ticket",
        what="Vos demandes d’aide",
        why=_HELPING,
        ground=LegalBasis.MISSION,
        seen_by=_AGENTS,
        kept="le cadre (file, état, délais) reste pour les statistiques, sans nom ni mots",
        limit=RetentionLimit(
            TICKETS, "la clôture", _old_ticket, {**_TICKET_WORDS, "author_id": "", "username": "", "agent_id": ""}
        ),
        own=("author_id",),
        others=("agent_id",),
        names=("username",),
        withheld=("words", "context", "said_masked"),
        fate=ErasureFate.RENAMED,
        blanks=_TICKET_WORDS,
        acts=("opened_at",),
    ),
    PersonalData(
        name="ticket_card",
        what="Fiches de demandes dans les salles",
        why=_HELPING,
        kept="comme les mots de la demande, après quoi la fiche quitte la salle",
        not_given="Des numéros de messages ; la demande elle-même est donnée.",
    ),
    PersonalData(
        name="ticket_source",
        what="Les messages dont une demande d’aide vous a été proposée",
        why=_HELPING,
        ground=LegalBasis.MISSION,
        seen_by=_AGENTS,
        limit=RetentionLimit(RetentionSpan.of(posts.SOURCE_KEPT), "la proposition", older("ticket_source", "at")),
        own=("author_id",),
        others=("asked_by",),
        withheld=("context",),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="ticket_wish",
        what="Vos demandes d’aide pas encore envoyées",
        why="Montrer une réponse déjà donnée avant de déranger un agent.",
        ground=LegalBasis.MISSION,
        kept="jusqu’à l’envoi ; sans mots ensuite, pour compter les réponses trouvées",
        own=("author_id",),
        names=("username",),
        fate=ErasureFate.RENAMED,
        blanks={"asked": {}},
    ),
    PersonalData(
        name="ticket_incident",
        what="Les pannes que vous avez annoncées",
        why="Prévenir ensemble toutes les personnes touchées par une panne.",
        ground=LegalBasis.MISSION,
        seen_by="les personnes touchées, l’équipe d’animation",
        kept="sans limite, sans nom après l’effacement du compte",
        own=("by",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="duty_turn",
        what="Vos tours de garde",
        why=_DUTY,
        ground=LegalBasis.MISSION,
        seen_by="les agents de la hotline, l’équipe d’animation",
        limit=RetentionLimit(RetentionSpan.of(duty.KEPT), "la fin du tour", _ended("duty_turn")),
        own=("user_id",),
        others=("by",),
        fate=ErasureFate.DELETED,
        acts=("at",),
    ),
    PersonalData(
        name="duty_absence",
        what="Vos absences de la hotline",
        why=_DUTY,
        ground=LegalBasis.MISSION,
        seen_by="les agents de la hotline, l’équipe d’animation",
        limit=RetentionLimit(RetentionSpan.of(duty.KEPT), "leur fin", _ended("duty_absence")),
        own=("user_id",),
        others=("by",),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="duty_swap",
        what="Vos échanges de garde",
        why=_DUTY,
        ground=LegalBasis.MISSION,
        seen_by="les deux agents",
        limit=RetentionLimit(RetentionSpan.of(duty.KEPT), "la proposition", older("duty_swap", "at")),
        own=("by", "with_id"),
        fate=ErasureFate.DELETED,
    ),
)
"""In the order in which they are erased: what is about tickets before the tickets."""
