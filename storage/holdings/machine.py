"""What the bot keeps for itself: what it has sent, does and did, where it listens."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

import storage.cursors
import storage.job_runs
import storage.watched  # noqa: F401  (the imports register the tables)
from storage import claims, outbox, quotas, work
from storage.holdings.kinds import Fate, Ground, Holding, Limit, Span, older, table
from storage.outbox.table import GIVEN_UP, PASSING

_ONCE = "Faire chaque chose une fois, même après une panne."
_THERE = "Savoir, sans le redemander, qui est dans les canaux que le bot tient."


def _sent(before: datetime) -> ColumnElement[bool]:
    """What was delivered for good, or given up, before."""
    mark = table("outgoing").c
    return or_(and_(PASSING, mark.delivered_at < before), and_(GIVEN_UP, mark.created_at < before))


def _sent_to(user_id: str) -> ColumnElement[bool]:
    """What somebody was told, and waits no more."""
    mark = table("outgoing").c
    return (mark.target == user_id) & mark.not_before.is_(None) & mark.tells.is_(None)


def _over(before: datetime) -> ColumnElement[bool]:
    return and_(work.OVER, table("work").c.updated_at < before)


def _over_of(user_id: str) -> ColumnElement[bool]:
    return (table("work").c.person == user_id) & table("work").c.not_before.is_(None)


def _asked_for(_: str) -> ColumnElement[bool]:
    """What a message told its person of; the rest began by itself after something that they wrote or sent."""
    return table("work").c.topic.is_not(None)


def _of_days_before(before: datetime) -> ColumnElement[bool]:
    return table("quota_use").c.day < before.date()


def _claimed_for(user_id: str) -> ColumnElement[bool]:
    """What was done once because of somebody."""
    return table("claim").c.period.contains(user_id, autoescape=True)


MACHINE = (
    Holding(
        name="outgoing",
        what="Marques des messages du bot",
        why="Ne perdre aucun message, et ne rien dire deux fois.",
        ground=Ground.MISSION,
        kept="tant que le message peut être réécrit ; les mots partent dès qu’il est arrivé",
        limit=Limit(Span.of(outbox.KEPT), "l’envoi", _sent),
        scope=_sent_to,
        not_given="Les messages eux-mêmes sont dans votre conversation avec le bot.",
        fate=Fate.DELETED,
    ),
    Holding(
        name="work",
        what="Vos travaux longs",
        why=_ONCE,
        ground=Ground.MISSION,
        limit=Limit(Span.of(work.KEPT), "la fin du travail", _over),
        scope=_over_of,
        withheld=("data", "error", "person"),
        given=_asked_for,
        days=("created_at", "started_at", "updated_at"),
        fate=Fate.DELETED,
    ),
    Holding(
        name="claim",
        what="Ce qui a déjà été fait",
        why=_ONCE,
        ground=Ground.MISSION,
        limit=Limit(Span.of(claims.KEPT), "l’acte", older("claim", "at")),
        scope=_claimed_for,
        not_given="Des numéros d’événements, de messages et d’heures.",
        fate=Fate.DELETED,
    ),
    Holding(
        name="quota_use",
        what="Combien de fois, ce jour, vous avez demandé quelque chose au bot",
        why="Que personne ne puisse noyer les autres de messages du bot.",
        ground=Ground.INTEREST,
        limit=Limit(Span.of(quotas.KEPT), "le jour", _of_days_before),
        own=("user_id",),
        fate=Fate.DELETED,
    ),
    Holding(
        name="job_run",
        what="Tâches périodiques",
        why=_ONCE,
        kept="la dernière fois de chaque tâche",
        not_given="Des heures, et non des personnes.",
    ),
    Holding(
        name="read_cursor",
        what="Jusqu’où les événements ont été lus",
        why=_ONCE,
        kept="une ligne, réécrite",
        not_given="Une heure.",
    ),
    Holding(
        name="watched_place",
        what="Canaux écoutés",
        why=_THERE,
        kept="un jour après que le bot n’y écoute plus",
        not_given="Des canaux, et non des personnes.",
    ),
    Holding(
        name="watched_member",
        what="Les canaux où le bot vous sait présent",
        why=_THERE,
        ground=Ground.MISSION,
        kept="un jour après que le bot n’y écoute plus",
        own=("user_id",),
        withheld=("changed_by",),
        fate=Fate.KEPT,
        because="C’est le reflet de Mattermost, où le compte lui-même demeure.",
    ),
)
"""The last to be erased."""
