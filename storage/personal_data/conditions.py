"""Which rows of the machine’s own tables are old or about somebody, and what people see of moderation and of the
journal: nothing of who reported, or of what is not decided yet."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

import storage.moderation  # noqa: F401
from storage import work
from storage.journal import BOT, OPERATOR, AuditAct
from storage.moderation.measures import LASTING, REFUSED
from storage.outbox.queue import GIVEN_UP, PASSING
from storage.personal_data.declarations import Row, day_of, table_named

_MARK, _WORK = table_named("outgoing").c, table_named("work").c


def old_marks(before: datetime) -> ColumnElement[bool]:
    """Select what was delivered for good, or given up, before."""
    return or_(and_(PASSING, _MARK.delivered_at < before), and_(GIVEN_UP, _MARK.created_at < before))


def sent_to(user_id: str) -> ColumnElement[bool]:
    """Select what somebody was told, and waits no more."""
    return (_MARK.target == user_id) & _MARK.not_before.is_(None) & _MARK.tells.is_(None)


def old_work(before: datetime) -> ColumnElement[bool]:
    """Select what was over before."""
    return and_(work.OVER, _WORK.updated_at < before)


def work_of(user_id: str) -> ColumnElement[bool]:
    """Select what somebody began, and is over."""
    return (_WORK.person == user_id) & _WORK.not_before.is_(None)


def is_work_given(_: str) -> ColumnElement[bool]:
    """Select what a message told its person of; the rest began by itself after something that they wrote or sent."""
    return _WORK.topic.is_not(None)


def claimed_for(user_id: str) -> ColumnElement[bool]:
    """Select what was done once because of somebody."""
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
    """Select the old measures that hold no more, or were done once: what keeps somebody out is known as long as it
    does."""
    return (_MEASURE.ended_at.is_not(None) | _MEASURE.act.not_in(LASTING)) & (_MEASURE.began_at < before)


def is_case_given(_: str) -> ColumnElement[bool]:
    """Select the decided cases: until then nobody is to know that a message of theirs was reported or found."""
    return _CASE.decided_at.is_not(None)


def is_hit_given(user_id: str) -> ColumnElement[bool]:
    """Select the messages found by rules that are in no case, or in a decided one."""
    return _is_of_given_case(_HIT.case_id, user_id)


def is_measure_given(user_id: str) -> ColumnElement[bool]:
    """Select the measures that are in no case, or in a decided one, and that Mattermost let the bot carry out."""
    return _is_of_given_case(_MEASURE.case_id, user_id) & (_MEASURE.ended_by != REFUSED)


def _is_of_given_case(case_id: ColumnElement[int | None], user_id: str) -> ColumnElement[bool]:
    given = select(_CASE.id).where(_CASE.author_id == user_id, is_case_given(user_id))
    return case_id.is_(None) | case_id.in_(given)


def is_entry_given(user_id: str) -> ColumnElement[bool]:
    """Select the entries of what somebody did, or was told; what animateurs do among themselves before they decide is
    not given."""
    is_among_them = _ENTRY.act.startswith("moderation.", autoescape=True) & _ENTRY.act.not_in(_TOLD)
    return (_ENTRY.actor_id == user_id) | ~is_among_them


def show_case(row: Row, _: str) -> Row:
    """Show a case to the one whom it is about: what was decided, without what was weighed."""
    return {**row, "reason": row["reason"] if row["act"] in _TOLD else ""}


def show_entry(row: Row, user_id: str) -> Row:
    """Show an entry to who acted, or whom it concerns: the one nothing of whom, the other nothing of who."""
    acted, concerned = row["actor_id"] == user_id, row["target_id"] == user_id
    actors = {BOT: "le bot", OPERATOR: "l’exploitant"}
    told = {**row, "actor": "vous" if acted else actors.get(str(row["actor"]), "l’équipe d’animation")}
    told["at"] = row["at"] if acted else day_of(row["at"])
    told["target"] = "vous" if concerned else "une autre personne" if row["target_id"] else ""
    if not concerned and str(row["object"]).startswith("personne:"):
        told["object"] = "personne"
    return told
