"""What is kept of what is said to the réseau, and asked of it: the news, announcements, polls."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

import storage.actus.digests
import storage.actus.feeds
import storage.actus.items
import storage.actus.subscriptions
import storage.sondage.ballots
import storage.sondage.votes  # noqa: F401  (the imports register the tables)
from storage.annonce import table as annonce
from storage.holdings.kinds import Fate, Ground, Holding, Limit, Span, table
from storage.sondage import poll

_NEWS = "Composer les actus du réseau, et les envoyer à qui les veut."
_SAYING = "Faire passer une annonce au réseau."
_ASKING = "Poser une question au réseau, et compter les réponses."
_NETWORK = "le réseau"
_ANIMATING = "l’équipe d’animation"
_WITHDRAWN = "jusqu’à ce que la personne le retire"
_NAMELESS = "sans limite ; sans nom après l’effacement du compte"


def _unsent(before: datetime) -> ColumnElement[bool]:
    said = table("announcement").c
    return (said.state == annonce.State.DRAFT) & (said.created_at < before)


def _unasked(before: datetime) -> ColumnElement[bool]:
    asked = table("poll").c
    return (asked.state == poll.State.DRAFT) & (asked.created_at < before)


def _crowd_of_unasked(before: datetime) -> ColumnElement[bool]:
    return table("poll_crowd").c.poll.in_(select(table("poll").c.number).where(_unasked(before)))


_ACTUS = (
    Holding(
        name="news_item",
        what="Les nouvelles que vous avez écrites ou proposées",
        why=_NEWS,
        ground=Ground.INTEREST,
        seen_by=_NETWORK,
        kept=_NAMELESS,
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
        kept=_NAMELESS,
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
        kept=_NAMELESS,
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

NEWS = (*_ACTUS, *_SAID)
"""In the order in which they are erased, and in which the old goes: what hangs on something before it."""
