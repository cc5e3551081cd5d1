"""What is kept of what people share: resources and events."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

import storage.agenda.event
import storage.agenda.feed
import storage.ressources.checks
import storage.ressources.collection
import storage.ressources.comments
import storage.ressources.following
import storage.ressources.marks
import storage.ressources.needs
import storage.ressources.reports
import storage.ressources.resource
import storage.ressources.versions  # noqa: F401  (the imports register the tables)
from storage.agenda import attendance
from storage.holdings.kinds import Fate, Ground, Holding, Limit, Span, table

_SHARING = "Partager des ressources utiles au réseau, relues et tenues à jour."
_EVENTS = "Annoncer ce qui a lieu, et le rappeler à qui vient."
_NETWORK = "le réseau"
_ANIMATING = "l’équipe d’animation"
_STAYS = "tant que la fiche est utile ; sans nom après l’effacement du compte"
_WITHDRAWN = "jusqu’à ce que la personne le retire"


def _of_past_events(before: datetime) -> ColumnElement[bool]:
    events = table("agenda_event")
    return table("agenda_attendance").c.event.in_(select(events.c.id).where(events.c.ends_at < before))


_RESOURCES = (
    Holding(
        name="resource_version",
        what="Vos modifications de ressources",
        why=_SHARING,
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        kept=_STAYS,
        own=("by",),
        lists=("before",),
        withheld=("before",),
        fate=Fate.RENAMED,
        acts=("at",),
    ),
    Holding(
        name="resource",
        what="Vos ressources",
        why=_SHARING,
        ground=Ground.MISSION,
        seen_by=_NETWORK,
        kept=_STAYS,
        own=("deposited_by", "auteur_id"),
        others=("decided_by",),
        credits=("auteur", "auteur_id"),
        fate=Fate.RENAMED,
        acts=("created_at",),
    ),
    Holding(
        name="resource_collection",
        what="Vos collections de ressources",
        why=_SHARING,
        ground=Ground.MISSION,
        seen_by=_NETWORK,
        kept=_STAYS,
        own=("owner_id",),
        fate=Fate.RENAMED,
        acts=("created_at",),
    ),
    Holding(
        name="resource_collected",
        what="Les ressources que vous avez mises dans une collection",
        why=_SHARING,
        ground=Ground.MISSION,
        seen_by=_NETWORK,
        kept=_STAYS,
        own=("by",),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="resource_comment",
        what="Vos commentaires de ressources",
        why=_SHARING,
        ground=Ground.MISSION,
        seen_by=_NETWORK,
        kept=_STAYS + " ; les mots sont dans Mattermost",
        own=("user_id",),
        fate=Fate.RENAMED,
        blanks={"waits": ""},
        acts=("at",),
    ),
    Holding(
        name="resource_mark",
        what="Vos favoris et mercis",
        why=_SHARING,
        ground=Ground.CONSENT,
        kept=_WITHDRAWN,
        own=("user_id",),
        fate=Fate.DELETED,
        acts=("at",),
    ),
    Holding(
        name="resource_need",
        what="Ce que vous avez cherché en vain",
        why=_SHARING,
        ground=Ground.CONSENT,
        seen_by=_ANIMATING,
        kept=_WITHDRAWN,
        own=("user_id",),
        others=("closed_by",),
        fate=Fate.DELETED,
        acts=("at",),
    ),
    Holding(
        name="resource_report",
        what="Vos signalements de ressources",
        why=_SHARING,
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        kept=_STAYS,
        own=("user_id",),
        others=("closed_by",),
        fate=Fate.RENAMED,
        blanks={"word": ""},
        acts=("at",),
    ),
    Holding(
        name="theme_follow",
        what="Les thèmes que vous suivez",
        why=_SHARING,
        ground=Ground.CONSENT,
        kept=_WITHDRAWN,
        own=("user_id",),
        fate=Fate.DELETED,
        acts=("at",),
    ),
    Holding(
        name="resource_link_check",
        what="Vérification des liens",
        why=_SHARING,
        kept="comme la ressource",
        not_given="Des adresses de pages, et si elles répondent.",
    ),
    Holding(
        name="resource_stamp",
        what="Compteur des ressources",
        why=_SHARING,
        kept="une ligne, réécrite",
        not_given="Un compteur.",
    ),
)

_AGENDA = (
    Holding(
        name="agenda_event",
        what="Les événements que vous avez proposés",
        why=_EVENTS,
        ground=Ground.MISSION,
        seen_by="le public de l’événement",
        kept="sans limite ; sans nom après l’effacement du compte",
        own=("author_id",),
        others=("decided_by",),
        fate=Fate.RENAMED,
        acts=("proposed_at",),
    ),
    Holding(
        name="agenda_attendance",
        what="Vos inscriptions à des événements",
        why=_EVENTS,
        ground=Ground.CONSENT,
        seen_by="qui organise",
        limit=Limit(Span.of(attendance.KEPT), "la fin de l’événement", _of_past_events),
        own=("user_id",),
        fate=Fate.DELETED,
        acts=("at",),
    ),
    Holding(
        name="agenda_feed",
        what="Votre adresse d’agenda",
        why=_EVENTS,
        ground=Ground.CONSENT,
        kept=_WITHDRAWN,
        own=("user_id",),
        withheld=("token_hash",),
        fate=Fate.DELETED,
        acts=("created_at",),
    ),
)

SHARING = (*_RESOURCES, *_AGENDA)
"""In the order in which they are erased."""
