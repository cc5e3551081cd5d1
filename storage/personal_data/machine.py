"""What the bot keeps for itself: what it has sent, does and did, where it listens."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

import storage.claims
import storage.watchlist  # noqa: F401
from storage import claims, outbox, quotas, work
from storage.outbox.table import GIVEN_UP, PASSING
from storage.personal_data.declarations import (
    ErasureFate,
    LegalBasis,
    PersonalData,
    RetentionLimit,
    RetentionSpan,
    older,
    table_named,
)

_ONCE = "Faire chaque chose une fois, même après une panne."
_THERE = "Savoir, sans le redemander, qui est dans les canaux que le bot tient."


def _sent(before: datetime) -> ColumnElement[bool]:
    """What was delivered for good, or given up, before."""
    mark = table_named("outgoing").c
    return or_(and_(PASSING, mark.delivered_at < before), and_(GIVEN_UP, mark.created_at < before))


def _sent_to(user_id: str) -> ColumnElement[bool]:
    """What somebody was told, and waits no more."""
    mark = table_named("outgoing").c
    return (mark.target == user_id) & mark.not_before.is_(None) & mark.tells.is_(None)


def _over(before: datetime) -> ColumnElement[bool]:
    return and_(work.OVER, table_named("work").c.updated_at < before)


def _over_of(user_id: str) -> ColumnElement[bool]:
    return (table_named("work").c.person == user_id) & table_named("work").c.not_before.is_(None)


def _asked_for(_: str) -> ColumnElement[bool]:
    """What a message told its person of; the rest began by itself after something that they wrote or sent."""
    return table_named("work").c.topic.is_not(None)


def _of_days_before(before: datetime) -> ColumnElement[bool]:
    return table_named("quota_use").c.day < before.date()


def _claimed_for(user_id: str) -> ColumnElement[bool]:
    """What was done once because of somebody."""
    return table_named("claim").c.period.contains(user_id, autoescape=True)


MACHINE = (
    PersonalData(
        name="outgoing",
        what="Marques des messages du bot",
        why="Ne perdre aucun message, et ne rien dire deux fois.",
        ground=LegalBasis.MISSION,
        kept="tant que le message peut être réécrit ; les mots partent dès qu’il est arrivé",
        limit=RetentionLimit(RetentionSpan.of(outbox.KEPT), "l’envoi", _sent),
        scope=_sent_to,
        not_given="Les messages eux-mêmes sont dans votre conversation avec le bot.",
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="work",
        what="Vos travaux longs",
        why=_ONCE,
        ground=LegalBasis.MISSION,
        limit=RetentionLimit(RetentionSpan.of(work.KEPT), "la fin du travail", _over),
        scope=_over_of,
        withheld=("data", "error", "person"),
        given=_asked_for,
        days=("created_at", "started_at", "updated_at"),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="claim",
        what="Ce qui a déjà été fait",
        why=_ONCE,
        ground=LegalBasis.MISSION,
        limit=RetentionLimit(RetentionSpan.of(claims.CLAIMS_KEPT), "l’acte", older("claim", "at")),
        scope=_claimed_for,
        not_given="Des numéros d’événements, de messages et d’heures.",
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="quota_use",
        what="Combien de fois, ce jour, vous avez demandé quelque chose au bot",
        why="Que personne ne puisse noyer les autres de messages du bot.",
        ground=LegalBasis.INTEREST,
        limit=RetentionLimit(RetentionSpan.of(quotas.KEPT), "le jour", _of_days_before),
        own=("user_id",),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        name="job_run",
        what="Tâches périodiques",
        why=_ONCE,
        kept="la dernière fois de chaque tâche",
        not_given="Des heures, et non des personnes.",
    ),
    PersonalData(
        name="read_cursor",
        what="Jusqu’où les événements ont été lus",
        why=_ONCE,
        kept="une ligne, réécrite",
        not_given="Une heure.",
    ),
    PersonalData(
        name="watched_place",
        what="Canaux écoutés",
        why=_THERE,
        kept="un jour après que le bot n’y écoute plus",
        not_given="Des canaux, et non des personnes.",
    ),
    PersonalData(
        name="watched_member",
        what="Les canaux où le bot vous sait présent",
        why=_THERE,
        ground=LegalBasis.MISSION,
        kept="un jour après que le bot n’y écoute plus",
        own=("user_id",),
        withheld=("changed_by",),
        fate=ErasureFate.KEPT,
        because="C’est le reflet de Mattermost, où le compte lui-même demeure.",
    ),
)
"""The last to be erased."""
