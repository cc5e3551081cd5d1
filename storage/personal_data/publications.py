"""What is kept of what people share and say to the réseau: resources, events, the news, announcements, polls."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

import storage.actus.digests
import storage.actus.feeds
import storage.actus.items
import storage.actus.subscriptions
import storage.agenda
import storage.ressources.collections
import storage.ressources.feedback
import storage.ressources.link_checks
import storage.ressources.needs
import storage.ressources.resources
import storage.ressources.subscriptions
import storage.sondage.votes  # noqa: F401
from storage import agenda, annonce
from storage.personal_data.declarations import (
    ErasureFate,
    LegalBasis,
    PersonalData,
    RetentionLimit,
    RetentionSpan,
    table_named,
)
from storage.sondage import poll

_NEWS = "Composer les actus du réseau, et les envoyer à qui les veut."
_SAYING = "Faire passer une annonce au réseau."
_ASKING = "Poser une question au réseau, et compter les réponses."
_NETWORK = "le réseau"
_ANIMATING = "l’équipe d’animation"
_WITHDRAWN = "jusqu’à ce que la personne le retire"
_NAMELESS = "sans limite ; sans nom après l’effacement du compte"


def _unsent(before: datetime) -> ColumnElement[bool]:
    said = table_named("announcement").c
    return (said.state == annonce.AnnouncementState.DRAFT) & (said.created_at < before)


def _unasked(before: datetime) -> ColumnElement[bool]:
    asked = table_named("poll").c
    return (asked.state == poll.PollState.DRAFT) & (asked.created_at < before)


def _crowd_of_unasked(before: datetime) -> ColumnElement[bool]:
    return table_named("poll_crowd").c.poll.in_(select(table_named("poll").c.number).where(_unasked(before)))


_ACTUS = (
    PersonalData(
        name="news_item",
        what="Les nouvelles que vous avez écrites ou proposées",
        why=_NEWS,
        ground=LegalBasis.INTEREST,
        seen_by=_NETWORK,
        kept=_NAMELESS,
        own=("author_id", "proposed_by"),
        credits=("credit",),
        lists=("details",),
        withheld=("details", "score"),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="digest",
        what="Les numéros des actus que vous avez relus",
        why=_NEWS,
        ground=LegalBasis.MISSION,
        seen_by=_NETWORK,
        kept=_NAMELESS,
        own=("edito_by", "approved_by"),
        others=("withdrawn_by",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="digest_entry",
        what="Les entrées des actus que vous avez réécrites",
        why=_NEWS,
        ground=LegalBasis.MISSION,
        seen_by=_NETWORK,
        kept=_NAMELESS,
        own=("changed_by",),
        credits=("credit",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="edition",
        what="Les éditions que vous avez réglées",
        why=_NEWS,
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        kept="jusqu’au réglage suivant",
        own=("by",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="news_feed",
        what="Les flux que vous avez ajoutés",
        why=_NEWS,
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        kept="tant que le flux est suivi",
        own=("by",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="news_feed_seen",
        what="Articles déjà vus des flux",
        why=_NEWS,
        kept="tant que le flux est suivi",
        not_given="Des articles de presse, et non des personnes.",
    ),
    PersonalData(
        name="news_subscription",
        what="Votre abonnement aux actus",
        why=_NEWS,
        ground=LegalBasis.CONSENT,
        kept=_WITHDRAWN,
        own=("user_id",),
        fate=ErasureFate.DELETED,
        acts=("begun_at",),
    ),
    PersonalData(
        name="news_unquoted",
        what="Votre refus d’être cité dans les actus",
        why="Ne pas citer qui s’y oppose.",
        ground=LegalBasis.INTEREST,
        kept=_WITHDRAWN,
        own=("user_id",),
        fate=ErasureFate.DELETED,
        acts=("at",),
    ),
)

_SAID = (
    PersonalData(
        name="announcement",
        what="Vos annonces",
        why=_SAYING,
        ground=LegalBasis.MISSION,
        seen_by="qui l’a reçue",
        kept="sans limite une fois envoyée ; sans nom après l’effacement du compte",
        limit=RetentionLimit(RetentionSpan.of(annonce.KEPT), "l’aperçu, si elle n’est jamais partie", _unsent),
        own=("by",),
        lists=("people",),
        withheld=("people",),
        fate=ErasureFate.RENAMED,
        acts=("created_at",),
    ),
    PersonalData(
        name="poll_crowd",
        what="Listes d’envoi des sondages",
        why=_ASKING,
        ground=LegalBasis.MISSION,
        kept="comme le sondage",
        limit=RetentionLimit(
            RetentionSpan.of(poll.KEPT), "l’aperçu, si le sondage n’est jamais parti", _crowd_of_unasked
        ),
        lists=("people",),
        not_given="À qui un sondage est envoyé en message privé : ce message est dans votre conversation.",
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="poll",
        what="Vos sondages",
        why=_ASKING,
        ground=LegalBasis.MISSION,
        seen_by="qui peut y répondre",
        kept="sans limite une fois ouvert ; sans nom après l’effacement du compte",
        limit=RetentionLimit(RetentionSpan.of(poll.KEPT), "l’aperçu, s’il n’est jamais parti", _unasked),
        own=("by",),
        withheld=("results",),
        fate=ErasureFate.RENAMED,
        acts=("created_at",),
    ),
    PersonalData(
        name="poll_vote",
        what="Vos votes à découvert",
        why=_ASKING,
        ground=LegalBasis.CONSENT,
        seen_by="qui voit les résultats",
        kept="comme le sondage ; sans nom après l’effacement du compte",
        own=("user_id",),
        fate=ErasureFate.RENAMED,
        acts=("at",),
    ),
    PersonalData(
        name="poll_voter",
        what="Les sondages ouverts auxquels vous avez participé",
        why=_ASKING,
        ground=LegalBasis.CONSENT,
        kept="jusqu’à la fin du sondage",
        own=("user_id",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="poll_box",
        what="Bulletins secrets",
        why=_ASKING,
        kept="jusqu’à la fin du sondage",
        not_given="Les bulletins sont scellés ensemble : rien ne dit lequel est à qui, ni à vous, ni au bot.",
    ),
    PersonalData(
        name="poll_quiet",
        what="Votre refus des rappels de sondages",
        why=_ASKING,
        ground=LegalBasis.CONSENT,
        kept=_WITHDRAWN,
        own=("user_id",),
        fate=ErasureFate.DELETED,
    ),
)

NEWS = (*_ACTUS, *_SAID)
"""In the order in which they are erased, and in which the old goes: what hangs on something before it."""

_SHARING = "Partager des ressources utiles au réseau, relues et tenues à jour."
_EVENTS = "Annoncer ce qui a lieu, et le rappeler à qui vient."
_STAYS = "tant que la fiche est utile ; sans nom après l’effacement du compte"


def _of_past_events(before: datetime) -> ColumnElement[bool]:
    events = table_named("agenda_event")
    return table_named("agenda_attendance").c.event.in_(select(events.c.id).where(events.c.ends_at < before))


_RESOURCES = (
    PersonalData(
        name="resource_version",
        what="Vos modifications de ressources",
        why=_SHARING,
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        kept=_STAYS,
        own=("by",),
        lists=("before",),
        withheld=("before",),
        fate=ErasureFate.RENAMED,
        acts=("at",),
    ),
    PersonalData(
        name="resource",
        what="Vos ressources",
        why=_SHARING,
        ground=LegalBasis.MISSION,
        seen_by=_NETWORK,
        kept=_STAYS,
        own=("deposited_by", "auteur_id"),
        others=("decided_by",),
        credits=("auteur", "auteur_id"),
        fate=ErasureFate.RENAMED,
        acts=("created_at",),
    ),
    PersonalData(
        name="resource_collection",
        what="Vos collections de ressources",
        why=_SHARING,
        ground=LegalBasis.MISSION,
        seen_by=_NETWORK,
        kept=_STAYS,
        own=("owner_id",),
        fate=ErasureFate.RENAMED,
        acts=("created_at",),
    ),
    PersonalData(
        name="resource_collected",
        what="Les ressources que vous avez mises dans une collection",
        why=_SHARING,
        ground=LegalBasis.MISSION,
        seen_by=_NETWORK,
        kept=_STAYS,
        own=("by",),
        fate=ErasureFate.RENAMED,
    ),
    PersonalData(
        name="resource_comment",
        what="Vos commentaires de ressources",
        why=_SHARING,
        ground=LegalBasis.MISSION,
        seen_by=_NETWORK,
        kept=_STAYS + " ; les mots sont dans Mattermost",
        own=("user_id",),
        fate=ErasureFate.RENAMED,
        blanks={"waits": ""},
        acts=("at",),
    ),
    PersonalData(
        name="resource_mark",
        what="Vos favoris et mercis",
        why=_SHARING,
        ground=LegalBasis.CONSENT,
        kept=_WITHDRAWN,
        own=("user_id",),
        fate=ErasureFate.DELETED,
        acts=("at",),
    ),
    PersonalData(
        name="resource_need",
        what="Ce que vous avez cherché en vain",
        why=_SHARING,
        ground=LegalBasis.CONSENT,
        seen_by=_ANIMATING,
        kept=_WITHDRAWN,
        own=("user_id",),
        others=("closed_by",),
        fate=ErasureFate.DELETED,
        acts=("at",),
    ),
    PersonalData(
        name="resource_report",
        what="Vos signalements de ressources",
        why=_SHARING,
        ground=LegalBasis.MISSION,
        seen_by=_ANIMATING,
        kept=_STAYS,
        own=("user_id",),
        others=("closed_by",),
        fate=ErasureFate.RENAMED,
        blanks={"word": ""},
        acts=("at",),
    ),
    PersonalData(
        name="theme_follow",
        what="Les thèmes que vous suivez",
        why=_SHARING,
        ground=LegalBasis.CONSENT,
        kept=_WITHDRAWN,
        own=("user_id",),
        fate=ErasureFate.DELETED,
        acts=("at",),
    ),
    PersonalData(
        name="resource_link_check",
        what="Vérification des liens",
        why=_SHARING,
        kept="comme la ressource",
        not_given="Des adresses de pages, et si elles répondent.",
    ),
    PersonalData(
        name="resource_stamp",
        what="Compteur des ressources",
        why=_SHARING,
        kept="une ligne, réécrite",
        not_given="Un compteur.",
    ),
)

_AGENDA = (
    PersonalData(
        name="agenda_event",
        what="Les événements que vous avez proposés",
        why=_EVENTS,
        ground=LegalBasis.MISSION,
        seen_by="le public de l’événement",
        kept="sans limite ; sans nom après l’effacement du compte",
        own=("author_id",),
        others=("decided_by",),
        fate=ErasureFate.RENAMED,
        acts=("proposed_at",),
    ),
    PersonalData(
        name="agenda_attendance",
        what="Vos inscriptions à des événements",
        why=_EVENTS,
        ground=LegalBasis.CONSENT,
        seen_by="qui organise",
        limit=RetentionLimit(RetentionSpan.of(agenda.ATTENDANCE_KEPT), "la fin de l’événement", _of_past_events),
        own=("user_id",),
        fate=ErasureFate.DELETED,
        acts=("at",),
    ),
    PersonalData(
        name="agenda_feed",
        what="Votre adresse d’agenda",
        why=_EVENTS,
        ground=LegalBasis.CONSENT,
        kept=_WITHDRAWN,
        own=("user_id",),
        withheld=("token_hash",),
        fate=ErasureFate.DELETED,
        acts=("created_at",),
    ),
)

SHARING = (*_RESOURCES, *_AGENDA)
"""In the order in which they are erased."""
