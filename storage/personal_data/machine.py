"""Which rows of the machine’s own tables are old, and which are about somebody."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from storage import work
from storage.outbox.queue import GIVEN_UP, PASSING
from storage.personal_data.declarations import table_named

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
