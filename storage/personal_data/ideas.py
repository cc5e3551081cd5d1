"""What is held of ideas, of who is for them and of rooms for meetings, and what an erasure does to it."""

from datetime import datetime

from sqlalchemy import ColumnElement

from storage import idees, visio
from storage.personal_data.declarations import ErasureFate, PersonalData, limit_of, older, table_named


def _unfiled(before: datetime) -> ColumnElement[bool]:
    idea = table_named("idea").c
    return (idea.state == idees.IdeaState.DRAFT) & (idea.created_at < before)


IDEAS = (
    PersonalData("idea_vote", own=("user_id",), fate=ErasureFate.DELETED, acts=("at",)),
    PersonalData(
        "idea",
        limit=limit_of(idees.KEPT, "la saisie, si elle n’est jamais proposée", _unfiled),
        own=("author_id",),
        others=("decided_by",),
        withheld=("told",),
        fate=ErasureFate.RENAMED,
        blanks={"is_named": False},
        acts=("created_at",),
    ),
    PersonalData(
        "visio_room",
        limit=limit_of(visio.KEPT, "l’ouverture", older(table_named("visio_room").c.at)),
        own=("by",),
        withheld=("name", "url", "pin", "key"),
        fate=ErasureFate.DELETED,
        acts=("at",),
    ),
)
