"""What is kept of what people share: resources, events, news, announcements, polls, and the channels."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

import storage.actus.digests
import storage.actus.feeds
import storage.actus.items
import storage.actus.subscriptions
import storage.agenda.event
import storage.agenda.feed
import storage.canaux.changes
import storage.canaux.planned
import storage.canaux.table
import storage.ressources.checks
import storage.ressources.collection
import storage.ressources.comments
import storage.ressources.following
import storage.ressources.marks
import storage.ressources.needs
import storage.ressources.reports
import storage.ressources.resource
import storage.ressources.versions
import storage.sondage.ballots
import storage.sondage.votes  # noqa: F401  (the imports register the tables)
from storage.agenda import attendance
from storage.annonce import table as annonce
from storage.canaux import runs
from storage.holdings.kinds import Fate, Ground, Holding, Limit, Span, older, table
from storage.sondage import poll

_SHARING = "Partager des ressources utiles au réseau, relues et tenues à jour."
_EVENTS = "Annoncer ce qui a lieu, et le rappeler à qui vient."
_NEWS = "Composer les actus du réseau, et les envoyer à qui les veut."
_SAYING = "Faire passer une annonce au réseau."
_ASKING = "Poser une question au réseau, et compter les réponses."
_CHANNELS = "Tenir les canaux de l’équipe et leurs membres à jour."
_NETWORK = "le réseau"
_ANIMATING = "l’équipe d’animation"
_STAYS = "tant que la fiche est utile ; sans nom après l’effacement du compte"
_WITHDRAWN = "jusqu’à ce que la personne le retire"


def _of_past_events(before: datetime) -> ColumnElement[bool]:
    events = table("agenda_event")
    return table("agenda_attendance").c.event.in_(select(events.c.id).where(events.c.ends_at < before))


def _unsent(before: datetime) -> ColumnElement[bool]:
    said = table("announcement").c
    return (said.state == annonce.State.DRAFT) & (said.created_at < before)


def _unasked(before: datetime) -> ColumnElement[bool]:
    asked = table("poll").c
    return (asked.state == poll.State.DRAFT) & (asked.created_at < before)


def _crowd_of_unasked(before: datetime) -> ColumnElement[bool]:
    return table("poll_crowd").c.poll.in_(select(table("poll").c.number).where(_unasked(before)))


def _of_old_runs(before: datetime) -> ColumnElement[bool]:
    begun = table("channel_run").c
    return table("channel_change").c.run_id.in_(select(begun.id).where(begun.at < before))


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

_ACTUS = (
    Holding(
        name="news_item",
        what="Les nouvelles que vous avez écrites ou proposées",
        why=_NEWS,
        ground=Ground.INTEREST,
        seen_by=_NETWORK,
        kept="sans limite ; sans nom après l’effacement du compte",
        own=("author_id", "proposed_by"),
        credits=("credit",),
        lists=("details",),
        withheld=("details", "score"),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="digest",
        what="Les numéros des actus que vous avez relus",
        why=_NEWS,
        ground=Ground.MISSION,
        seen_by=_NETWORK,
        kept="sans limite ; sans nom après l’effacement du compte",
        own=("edito_by", "approved_by"),
        others=("withdrawn_by",),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="digest_entry",
        what="Les entrées des actus que vous avez réécrites",
        why=_NEWS,
        ground=Ground.MISSION,
        seen_by=_NETWORK,
        kept="sans limite ; sans nom après l’effacement du compte",
        own=("changed_by",),
        credits=("credit",),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="edition",
        what="Les éditions que vous avez réglées",
        why=_NEWS,
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        kept="jusqu’au réglage suivant",
        own=("by",),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="news_feed",
        what="Les flux que vous avez ajoutés",
        why=_NEWS,
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        kept="tant que le flux est suivi",
        own=("by",),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="news_feed_seen",
        what="Articles déjà vus des flux",
        why=_NEWS,
        kept="tant que le flux est suivi",
        not_given="Des articles de presse, et non des personnes.",
    ),
    Holding(
        name="news_subscription",
        what="Votre abonnement aux actus",
        why=_NEWS,
        ground=Ground.CONSENT,
        kept=_WITHDRAWN,
        own=("user_id",),
        fate=Fate.DELETED,
        acts=("begun_at",),
    ),
    Holding(
        name="news_unquoted",
        what="Votre refus d’être cité dans les actus",
        why="Ne pas citer qui s’y oppose.",
        ground=Ground.INTEREST,
        kept=_WITHDRAWN,
        own=("user_id",),
        fate=Fate.DELETED,
        acts=("at",),
    ),
)

_SAID = (
    Holding(
        name="announcement",
        what="Vos annonces",
        why=_SAYING,
        ground=Ground.MISSION,
        seen_by="qui l’a reçue",
        kept="sans limite une fois envoyée ; sans nom après l’effacement du compte",
        limit=Limit(Span.of(annonce.KEPT), "l’aperçu, si elle n’est jamais partie", _unsent),
        own=("by",),
        lists=("people",),
        withheld=("people",),
        fate=Fate.RENAMED,
        acts=("created_at",),
    ),
    Holding(
        name="poll_crowd",
        what="Listes d’envoi des sondages",
        why=_ASKING,
        ground=Ground.MISSION,
        kept="comme le sondage",
        limit=Limit(Span.of(poll.KEPT), "l’aperçu, si le sondage n’est jamais parti", _crowd_of_unasked),
        lists=("people",),
        not_given="À qui un sondage est envoyé en message privé : ce message est dans votre conversation.",
        fate=Fate.RENAMED,
    ),
    Holding(
        name="poll",
        what="Vos sondages",
        why=_ASKING,
        ground=Ground.MISSION,
        seen_by="qui peut y répondre",
        kept="sans limite une fois ouvert ; sans nom après l’effacement du compte",
        limit=Limit(Span.of(poll.KEPT), "l’aperçu, s’il n’est jamais parti", _unasked),
        own=("by",),
        withheld=("results",),
        fate=Fate.RENAMED,
        acts=("created_at",),
    ),
    Holding(
        name="poll_vote",
        what="Vos votes à découvert",
        why=_ASKING,
        ground=Ground.CONSENT,
        seen_by="qui voit les résultats",
        kept="comme le sondage ; sans nom après l’effacement du compte",
        own=("user_id",),
        fate=Fate.RENAMED,
        acts=("at",),
    ),
    Holding(
        name="poll_voter",
        what="Les sondages ouverts auxquels vous avez participé",
        why=_ASKING,
        ground=Ground.CONSENT,
        kept="jusqu’à la fin du sondage",
        own=("user_id",),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="poll_box",
        what="Bulletins secrets",
        why=_ASKING,
        kept="jusqu’à la fin du sondage",
        not_given="Les bulletins sont scellés ensemble : rien ne dit lequel est à qui, ni à vous, ni au bot.",
    ),
    Holding(
        name="poll_quiet",
        what="Votre refus des rappels de sondages",
        why=_ASKING,
        ground=Ground.CONSENT,
        kept=_WITHDRAWN,
        own=("user_id",),
        fate=Fate.DELETED,
    ),
)

_PLACES = (
    Holding(
        name="channel",
        what="Canaux prévus",
        why=_CHANNELS,
        kept="tant que le canal existe",
        not_given="Des canaux, et non des personnes.",
    ),
    Holding(
        name="channel_allowance",
        what="Vos exceptions dans les canaux",
        why=_CHANNELS,
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        kept="jusqu’à ce qu’un animateur la retire",
        own=("user_id",),
        others=("by",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="channel_amendment",
        what="Les canaux que vous avez réglés",
        why=_CHANNELS,
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        kept="jusqu’au réglage suivant",
        own=("by",),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="channel_change",
        what="Vos entrées dans les canaux et vos sorties",
        why=_CHANNELS,
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        limit=Limit(Span.of(runs.KEPT), "la vérification", _of_old_runs),
        own=("user_id",),
        names=("username",),
        withheld=("before", "after"),
        fate=Fate.RENAMED,
    ),
    Holding(
        name="channel_run",
        what="Les vérifications de canaux que vous avez lancées",
        why=_CHANNELS,
        ground=Ground.MISSION,
        seen_by=_ANIMATING,
        limit=Limit(Span.of(runs.KEPT), "la vérification", older("channel_run", "at")),
        own=("by",),
        fate=Fate.RENAMED,
    ),
)

SHARING = (*_RESOURCES, *_AGENDA, *_ACTUS, *_SAID, *_PLACES)
"""In the order in which they are erased, and in which the old goes: what hangs on something before it."""
