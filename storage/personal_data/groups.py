"""What is held of people as such, of reports, of ideas and of kits d’animation: whose it is, for how long, and what an
erasure does to it."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement

import storage.annuaire.entries
import storage.cra.coordination
import storage.cra.queries
import storage.people.arrivals
import storage.people.departures
import storage.people.notices  # noqa: F401  (the imports register the tables)
from storage import idees, kit, visio
from storage.cra import tags
from storage.personal_data.declarations import (
    ErasureFate,
    PersonalData,
    Row,
    about,
    limit_of,
    older,
    table_named,
    whose,
)

DELETED, RENAMED, KEPT = ErasureFate.DELETED, ErasureFate.RENAMED, ErasureFate.KEPT

PEOPLE = (
    PersonalData("person", own=("id",), fate=DELETED, acts=("since", "derived_at")),  # last of all: see erasure.py
    PersonalData("awaited", names=("username",), fate=DELETED),
    PersonalData("structure"),
    PersonalData("arrival", own=("person_id",), fate=DELETED),
    PersonalData("welcome", own=("person_id",), fate=DELETED, acts=("at", "charter_at")),
    PersonalData("newcomer", own=("person_id",), fate=DELETED),
    PersonalData("newcomer_quiet", own=("by",), fate=RENAMED),
    PersonalData("guest", own=("person_id",), names=("by",), fate=DELETED),
    PersonalData("gone", own=("person_id",), fate=DELETED),
    PersonalData("move", own=("person_id",), fate=DELETED),
    PersonalData("place_wish", own=("person_id",), names=("by",), fate=DELETED, acts=("at",)),
    PersonalData("role_notice", own=("person_id",), fate=DELETED),
    PersonalData(
        "access_request",
        limit=limit_of(timedelta(days=365), "la réponse", older(table_named("access_request").c.answered_at)),
        own=("person_id",),
        names=("by",),
        fate=DELETED,
        acts=("at",),
    ),
    PersonalData("help_request", own=("asked_by", "helper_id"), fate=DELETED),
    PersonalData("contact", own=("proposed_by",), others=("decided_by",), fate=RENAMED),
    PersonalData(
        "person_erasure",
        limit=limit_of(timedelta(days=365), "l’échéance", older(table_named("person_erasure").c.due_at)),
        own=("user_id",),
        fate=KEPT,
        acts=("cancelled_at",),
    ),
)


_TAG, _CRA_TAG, _CRA = (table_named(name).c for name in ("tag", "cra_tag", "cra"))
_OLD_TAGS = older(_TAG.deleted_at)

REPORTS = (
    PersonalData(
        "cra_tag",
        limit=limit_of(tags.RESTORE_FOR, "la suppression de l’étiquette", about(_CRA_TAG.tag, _TAG.id, _OLD_TAGS)),
        scope=about(_CRA_TAG.cra, _CRA.id, whose(_CRA.author_id)),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        "tag",
        limit=limit_of(tags.RESTORE_FOR, "la suppression", _OLD_TAGS),
        own=("owner",),
        withheld=("folded",),
        fate=ErasureFate.DELETED,
        acts=("created_at",),
    ),
    PersonalData(
        "cra",
        own=("author_id",),
        withheld=("key",),
        fate=ErasureFate.RENAMED,
        blanks={"structure": None},
        acts=("created_at", "modified_at"),
    ),
    PersonalData("cra_month", own=("author_id",), fate=ErasureFate.RENAMED),
    PersonalData(
        "coordination_report",
        own=("author_id",),
        withheld=("key",),
        fate=ErasureFate.RENAMED,
        blanks={"subject": ""},
        acts=("created_at", "modified_at"),
    ),
)


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


_ORDER, _PARCEL = (table_named(name).c for name in ("kit_order", "kit_parcel"))
_WHO: Row = dict.fromkeys(
    ("recipient", "structure", "siret", "street", "postcode", "commune", "telephone", "hours"), ""
)
_WORDS: Row = dict.fromkeys(("tracking", "note"), "")


def _old_order(before: datetime) -> ColumnElement[bool]:
    return older(_ORDER.moved_at)(before) & _ORDER.user_id.is_not(None)


def _old_words(before: datetime) -> ColumnElement[bool]:
    is_old = about(_PARCEL.order_id, _ORDER.id, older(_ORDER.moved_at))
    return is_old(before) & ((_PARCEL.tracking != "") | (_PARCEL.note != ""))


KITS = (
    PersonalData(
        "kit_parcel",
        limit=limit_of(kit.KEPT, "le dernier colis", _old_words, _WORDS),
        scope=about(_PARCEL.order_id, _ORDER.id, whose(_ORDER.user_id)),
        fate=ErasureFate.RENAMED,
        blanks=_WORDS,
    ),
    PersonalData(
        "kit_order",
        limit=limit_of(kit.KEPT, "le dernier colis", _old_order, {**_WHO, "user_id": None}),
        own=("user_id",),
        fate=ErasureFate.RENAMED,
        blanks=_WHO,
        acts=("ordered_at",),
    ),
    PersonalData("kit_batch", own=("opened_by",), fate=ErasureFate.RENAMED),
    PersonalData("kit_stock"),
)
