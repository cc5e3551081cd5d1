"""What is held of people as such: the register, who came and left, what they asked, and the directory."""

from datetime import timedelta

import storage.annuaire.contacts
import storage.annuaire.profiles
import storage.people.arrivals
import storage.people.departures
import storage.people.erasures
import storage.people.notices  # noqa: F401  (the imports register the tables)
from storage.personal_data.declarations import ErasureFate, PersonalData, limit_of, older, table_named

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
