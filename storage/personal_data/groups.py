"""The declarations of the tables about people as such, reports, ideas, kits d’animation and rendez-vous, with what an
erasure does to them; and filters of old or personal rows in the machine’s own tables."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from storage import idees, kit, visio, work
from storage.cra import tags
from storage.journal import BOT, OPERATOR, AuditAct
from storage.moderation.cases import LASTING, REFUSED
from storage.outbox.queue import GIVEN_UP, PASSING
from storage.personal_data.declarations import (
    ErasureFate,
    PersonalData,
    Row,
    about,
    day_before,
    day_of,
    limit_of,
    older,
    table_named,
    whose,
)
from storage.rdv import appointments, bookings, remote

_MARK, _WORK = table_named("outgoing").c, table_named("work").c


def old_marks(before: datetime) -> ColumnElement[bool]:
    """Make the filter of messages delivered or given up before the limit."""
    return or_(and_(PASSING, _MARK.delivered_at < before), and_(GIVEN_UP, _MARK.created_at < before))


def sent_to(user_id: str) -> ColumnElement[bool]:
    """Make the filter of messages that were sent to somebody and wait no more."""
    return (_MARK.target == user_id) & _MARK.not_before.is_(None) & _MARK.tells.is_(None)


def old_work(before: datetime) -> ColumnElement[bool]:
    """Make the filter of work that was over before the limit."""
    return and_(work.OVER, _WORK.updated_at < before)


def work_of(user_id: str) -> ColumnElement[bool]:
    """Make the filter of finished work that somebody began."""
    return (_WORK.person == user_id) & _WORK.not_before.is_(None)


def is_work_given(_: str) -> ColumnElement[bool]:
    """Make the filter of work that its person was told of in a message; other work began by itself after something they
    wrote or sent."""
    return _WORK.topic.is_not(None)


def claimed_for(user_id: str) -> ColumnElement[bool]:
    """Make the filter of claims on events that somebody caused."""
    return table_named("claim").c.period.contains(user_id, autoescape=True)


_TOLD = frozenset(
    {
        AuditAct.WARN,
        AuditAct.REMIND,
        AuditAct.HIDE,
        AuditAct.SILENCE,
        AuditAct.EXCLUDE,
        AuditAct.MOVE,
        AuditAct.CLEAN,
        AuditAct.UNDO,
        AuditAct.EXPIRE,
        AuditAct.ANSWER_APPEAL,
    }
)
"""Acts whose reason their person was told; that of others is between animateurs, and may name who reported."""
_CASE, _MEASURE = table_named("moderation_case").c, table_named("moderation_measure").c
_HIT, _ENTRY = table_named("moderation_hit").c, table_named("journal").c


def is_old_measure(before: datetime) -> ColumnElement[bool]:
    """Make the condition that a measure is old and neither in force nor ongoing: exclusions are kept as long as they
    hold."""
    return (_MEASURE.ended_at.is_not(None) | _MEASURE.act.not_in(LASTING)) & (_MEASURE.began_at < before)


def is_case_given(_: str) -> ColumnElement[bool]:
    """Select the decided cases: until then nobody is to know that a message of theirs was reported or found."""
    return _CASE.decided_at.is_not(None)


def is_hit_given(user_id: str) -> ColumnElement[bool]:
    """Make the condition that what a rule found is in no case, or in a decided one."""
    return _is_of_given_case(_HIT.case_id, user_id)


def is_measure_given(user_id: str) -> ColumnElement[bool]:
    """Make the condition that a measure is in no case, or in a decided one, and that Mattermost let the bot carry it
    out."""
    return _is_of_given_case(_MEASURE.case_id, user_id) & (_MEASURE.ended_by != REFUSED)


def _is_of_given_case(case_id: ColumnElement[int | None], user_id: str) -> ColumnElement[bool]:
    given = select(_CASE.id).where(_CASE.author_id == user_id, is_case_given(user_id))
    return case_id.is_(None) | case_id.in_(given)


def is_entry_given(user_id: str) -> ColumnElement[bool]:
    """Make the condition that an entry is about an act of somebody, or one they were told of; deliberations of
    animateurs before a decision are not given."""
    is_among_them = _ENTRY.act.startswith("moderation.", autoescape=True) & _ENTRY.act.not_in(_TOLD)
    return (_ENTRY.actor_id == user_id) | ~is_among_them


def show_case(row: Row, _: str) -> Row:
    """Show a case to the person it is about: the decision, without the deliberations."""
    return {**row, "reason": row["reason"] if row["act"] in _TOLD else ""}


def show_entry(row: Row, user_id: str) -> Row:
    """Show an entry to the person who acted, without the name of the other, and to the person concerned, without that
    of the actor."""
    acted, concerned = row["actor_id"] == user_id, row["target_id"] == user_id
    actors = {BOT: "le bot", OPERATOR: "l’exploitant"}
    told = {**row, "actor": "vous" if acted else actors.get(str(row["actor"]), "l’équipe d’animation")}
    told["at"] = row["at"] if acted else day_of(row["at"])
    told["target"] = "vous" if concerned else "une autre personne" if row["target_id"] else ""
    if not concerned and str(row["object"]).startswith("personne:"):
        told["object"] = "personne"
    return told


DELETED, RENAMED, KEPT = ErasureFate.DELETED, ErasureFate.RENAMED, ErasureFate.KEPT

PEOPLE = (
    PersonalData("person", own=("id",), fate=DELETED, acts=("since", "derived_at")),  # last of all: see rights.py
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


_REMOTE, _AGENT = table_named("rdv_remote").c, table_named("rdv_agent").c


def _old_agents(before: datetime) -> ColumnElement[bool]:
    """Make the condition that an agent’s row can be deleted: once the rendez-vous itself is, or earlier where nobody is
    known by the address."""
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
