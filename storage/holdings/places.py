"""What is kept of the channels, and of who is to be in them."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

import storage.canaux.changes
import storage.canaux.planned
import storage.canaux.table  # noqa: F401  (the imports register the tables)
from storage.canaux import runs
from storage.holdings.kinds import Fate, Ground, Holding, Limit, Span, older, table

_CHANNELS = "Tenir les canaux de l’équipe et leurs membres à jour."
_ANIMATING = "l’équipe d’animation"


def _of_old_runs(before: datetime) -> ColumnElement[bool]:
    begun = table("channel_run").c
    return table("channel_change").c.run_id.in_(select(begun.id).where(begun.at < before))


PLACES = (
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
        withheld=("by",),  # whom a measure keeps out is not to read which animateur decided it
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
"""In the order in which they are erased, and in which the old goes."""
