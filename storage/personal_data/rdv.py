"""What is held of rendez-vous, of who booked them, and of what RDV Service Public says, and what an erasure does to
it."""

from datetime import datetime

from sqlalchemy import ColumnElement

import storage.rdv.availability
import storage.rdv.reminders
import storage.rdv.series
import storage.rdv.webhooks  # noqa: F401
from storage.personal_data.declarations import (
    ErasureFate,
    PersonalData,
    about,
    day_before,
    limit_of,
    older,
    table_named,
)
from storage.rdv import appointments, bookings, remote

DELETED = ErasureFate.DELETED
_REMOTE, _AGENT = table_named("rdv_remote").c, table_named("rdv_agent").c


def _old_agents(before: datetime) -> ColumnElement[bool]:
    """Those whom nobody knows, and those who are known once the rendez-vous itself goes."""
    long_before = before - (appointments.KEPT_FOR - remote.WAITED_FOR)
    of_old = about(_AGENT.key, _REMOTE.key, older(_REMOTE.ends_at))
    return of_old(long_before) | (_AGENT.user_id.is_(None) & of_old(before))


RDV = (
    PersonalData(
        "rdv_booking",
        limit=limit_of(
            bookings.KEPT_FOR,
            "le rendez-vous",
            about(table_named("rdv_booking").c.rdv, table_named("rdv").c.id, older(table_named("rdv").c.ends_at)),
        ),
        own=("user_id",),
        withheld=("page_hash", "code_hash", "once", "sealed", "sealed_code", *bookings.MAIL_COLUMNS),
        fate=DELETED,
    ),
    PersonalData(
        "rdv",
        limit=limit_of(appointments.KEPT_FOR, "le rendez-vous", older(table_named("rdv").c.ends_at)),
        own=("user_id",),
        withheld=("uid", "external_id", "external_at", "report"),
        fate=DELETED,
        acts=("created_at",),
    ),
    PersonalData(
        "rdv_agent",
        limit=limit_of(remote.WAITED_FOR, "le rendez-vous, si personne ici n’a cette adresse", _old_agents),
        own=("user_id",),
        withheld=("key",),
        fate=DELETED,
    ),
    PersonalData("rdv_remote", limit=limit_of(appointments.KEPT_FOR, "le rendez-vous", older(_REMOTE.ends_at))),
    PersonalData("rdv_webhook"),
    PersonalData("rdv_quiet", own=("user_id",), fate=DELETED),
    PersonalData("rdv_range", own=("user_id",), fate=DELETED),
    PersonalData("rdv_page", own=("user_id",), withheld=("key_hash", "sealed"), fate=DELETED),
    PersonalData(
        "rdv_series",
        limit=limit_of(appointments.KEPT_FOR, "son dernier jour", day_before(table_named("rdv_series").c.until)),
        own=("user_id",),
        fate=DELETED,
        acts=("created_at",),
    ),
)
