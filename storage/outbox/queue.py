"""What waits in the outbox: written down, leased by one replica at a time, given back; acts in their order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.claims import LEASE
from storage.database import INSERT, Code, UtcTime, dialect
from storage.statements import DirectStatement


class TargetKind(StrEnum):
    """What ``target`` is; for ACT it is what is acted on, a channel or a post, and the content says what is done
    (bot/actions.py)."""

    PERSON = "person"
    CHANNEL = "channel"
    POST = "post"
    ACT = "act"


# Conditions of indexes, in the very words that queries use: a value that is bound would hide the index from SQLite.
WAITS = "not_before IS NOT NULL"
_REWRITES = "\"where\" = 'post'"
_ACTS = "\"where\" = 'act' AND not_before IS NOT NULL"
_GIVEN_UP = "not_before IS NULL AND delivered_at IS NULL"
_NEWS = "tells IS NOT NULL AND not_before IS NULL"
_PASSING = "delivered_at IS NOT NULL AND (topic IS NULL OR substr(topic, 1, 6) = 'draft:')"
"""The condition of messages delivered for good. Messages with other topics live as long as what they are about, drafts
for a week."""
MESSAGES = sa.text(WAITS)
"""The messages that wait."""
ACTS = sa.text(_ACTS)
"""The acts that wait."""
REWRITES, GIVEN_UP, PASSING = sa.text(_REWRITES), sa.text(_GIVEN_UP), sa.text(_PASSING)
NEWS = sa.text(_NEWS)
"""The messages that ended, and of which a feature is still to be told."""
BATCH = 20
"""How many messages of a broadcast are written, rewritten or removed at once; they share a topic."""
EMPTY: dict[str, Any] = {}
"""The content of a message that is over: what was said to somebody is not kept twice."""


def _index(name: str, *columns: str, where: str) -> sa.Index:
    return sa.Index(f"ix_outgoing_{name}", *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


class Outgoing(SQLModel, table=True):
    """A message: a new post to a person or channel, the new content of a post, or an act on one.

    ``id`` is random and travels with the post, so that an earlier try can be recognised in the channel.
    ``not_before`` is when the next try is due; while a replica is at it, it lies in the future (a lease). What nobody
    had yet is due at ``created_at`` (what is for later) or a LEASE before (a crowd’s). Once it is None, the message is
    delivered or given up, and what remains is a mark: its content is ``EMPTY``.
    ``crowd`` is true for what is sent to many: what answers a person goes first. ``channel_id`` is where its post
    stands. ``tells`` is the feature that is still to be told of its end; its content is what to tell then.
    ``later`` is what its post is to become as soon as it stands: it was rewritten while it was on its way.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        # Rows to be taken are in the order of the index, which also skips those whose time has not come.
        _index("waiting", "crowd", "created_at", "id", "not_before", where=WAITS),
        _index("topic", "topic", where="topic IS NOT NULL"),
        _index("rewritten", "target", where=_REWRITES),
        _index("acts", "target", where=_ACTS),
        _index("given_up", "created_at", where=_GIVEN_UP),
        _index("passing", "delivered_at", where=_PASSING),
        _index("news", "created_at", where=_NEWS),
    )

    id: str = Field(primary_key=True, max_length=26)
    where: TargetKind = Field(sa_type=Code(TargetKind))
    target: str = Field(max_length=26)
    content: dict[str, Any] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    topic: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_type=UtcTime)
    attempts: int = 0
    not_before: datetime | None = Field(default=None, sa_type=UtcTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcTime)
    post_id: str | None = Field(default=None, max_length=26)
    fault: str | None = Field(default=None, max_length=120)
    crowd: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    channel_id: str | None = Field(default=None, max_length=26)
    tells: str | None = Field(default=None, max_length=64)
    later: dict[str, Any] | None = Field(default=None, sa_column=sa.Column(sa.JSON(none_as_null=True)))


MAKES_POST = sa.or_(col(Outgoing.where) == TargetKind.PERSON, col(Outgoing.where) == TargetKind.CHANNEL)
"""The condition of messages that become a post of their own."""


@dataclass(frozen=True, slots=True)
class QueueShare:
    """A share of the waiting messages: those for people or those for a crowd, without some targets."""

    crowd: bool = False
    but_of: Collection[str] = ()

    @property
    def condition(self) -> sa.ColumnElement[bool]:
        """The condition in SQL."""
        others = [col(Outgoing.target).not_in(self.but_of)] if self.but_of else []
        return sa.and_(MESSAGES, col(Outgoing.crowd) == self.crowd, *others)


PEOPLE, CROWD = QueueShare(), QueueShare(crowd=True)


class OnItsWay(NamedTuple):
    """A message that is not posted yet, and the person it is for (empty: all of a channel)."""

    message_id: str
    user_id: str


class TakenMessage(NamedTuple):
    """A message that a replica leased; ``is_new`` is true only where surely nobody tried to send it before."""

    message: Outgoing
    is_new: bool


class HeldLease(NamedTuple):
    """A message that one replica has ``until`` then; ``untried_since`` it was written, where nobody tried to send
    it."""

    message_id: str
    until: datetime
    untried_since: datetime | None = None

    def find_due(self, now: datetime) -> datetime:
        """Return when the message is due once it is given back: in both cases at once. The time that stands for
        « untried » is a LEASE before it was written: at that moment itself lies what is for later."""
        return self.untried_since - LEASE if self.untried_since else now


@dataclass(frozen=True, slots=True)
class DeliveryMark:
    """A message that arrived: its post, the channel, and what else its feature is told, if it is to be told
    (``is_news``)."""

    message_id: str
    post_id: str
    channel_id: str | None = None
    news: Mapping[str, Any] = field(default_factory=dict)
    is_news: bool = False


class Sent(NamedTuple):
    """A post that a message became: where it stands, and the person it is for (empty: all of the channel)."""

    post_id: str
    channel_id: str
    user_id: str


_TABLE: sa.Table = Outgoing.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_INSERT = sa.insert(_TABLE).values({c.name: sa.bindparam(c.name) for c in _TABLE.c})
_ADD = DirectStatement(dict.fromkeys(INSERT, _INSERT))
_CROWD_LOCK = 9_001
"""Any number that nothing else locks (storage/schema.py has another)."""


async def add(db: AsyncSession, messages: Sequence[Outgoing]) -> None:
    """Write messages down; the caller’s transaction decides whether they exist."""
    for message in messages:
        await _ADD.write_last(db, message.model_dump())


async def take(
    db: AsyncSession, now: datetime, until: datetime, limit: int, share: QueueShare = PEOPLE
) -> Sequence[TakenMessage]:
    """Lease the messages whose next try is due, oldest first; no other replica gets the same ones.

    Of a crowd’s, which nobody holds before they are taken, none either to a target that another replica is at.
    """
    elsewhere = await _at_others(db, now, until) if share.crowd and dialect(db) == "postgresql" else []
    waiting = select(Outgoing).where(share.condition, col(Outgoing.not_before) <= now, *elsewhere)
    first = waiting.order_by(col(Outgoing.created_at), col(Outgoing.id)).limit(limit)
    messages = (await db.exec(first.with_for_update(skip_locked=True))).all()
    found = [TakenMessage(message, is_new=_is_as_written(message)) for message in messages]
    if found:
        taken = sa.update(Outgoing).where(col(Outgoing.id).in_([m.id for m in messages]))
        await db.exec(taken.values(not_before=until))  # the messages in hand say so too
    return found


def _is_as_written(message: Outgoing) -> bool:
    """Tell whether the row of a message is as it was written, untouched to the microsecond: whoever leases it or gives
    it back writes another time."""
    return message.not_before in {message.created_at, message.created_at - LEASE}


async def _at_others(db: AsyncSession, now: datetime, until: datetime) -> Sequence[sa.ColumnElement[bool]]:
    """Exclude the targets whose messages are leased or about to be due; each replica sees what the others leased."""
    await db.execute(select(sa.func.pg_advisory_xact_lock(_CROWD_LOCK)))
    other = aliased(Outgoing)
    waits = (col(other.not_before).is_not(None), col(other.crowd).is_(True))
    # The lease of another replica may end later than ours: it took the row while we waited for the lock.
    taken = select(other.target).where(
        *waits, col(other.not_before) > now, col(other.not_before) <= until + (until - now)
    )
    return [col(Outgoing.target).not_in(taken)]


def _select_due(share: QueueShare) -> sa.Select[Any]:
    """Select when a share is due: it is enough to find a message that is due by now, which takes no look at the
    others."""
    is_due = col(Outgoing.not_before) <= sa.bindparam("now", type_=UtcTime)
    due = sa.select(col(Outgoing.not_before)).where(share.condition, is_due)
    oldest = due.order_by(col(Outgoing.created_at), col(Outgoing.id)).limit(1).scalar_subquery()
    earliest = sa.select(sa.func.min(Outgoing.not_before)).where(share.condition).scalar_subquery()
    return sa.select(sa.func.coalesce(oldest, earliest, type_=UtcTime()).label("due"))


_DUE = {share.crowd: DirectStatement(dict.fromkeys(INSERT, _select_due(share))) for share in (PEOPLE, CROWD)}


async def next_due(db: AsyncSession, now: datetime, share: QueueShare = PEOPLE) -> datetime | None:
    """Find when the next try of any message of a share is due; None when none waits."""
    due: datetime | None
    if share.but_of:
        due = (await db.execute(_select_due(share), {"now": now})).scalar_one()
    else:
        due = (await _DUE[share.crowd].find(db, {"now": now}))[0]["due"]
    return due


async def find_earliest(db: AsyncSession) -> datetime | None:
    """Find when the next try of any message is due; None when none waits."""
    return (await db.exec(select(sa.func.min(Outgoing.not_before)).where(MESSAGES))).one()


async def count_waiting(db: AsyncSession, now: datetime) -> Mapping[str, int]:
    """Count people’s waiting messages by target; those planned for later are left out, as nothing waits behind them."""
    waits = (PEOPLE.condition, sa.not_(_for_later(now)))
    counted = select(Outgoing.target, sa.func.count()).where(*waits).group_by(col(Outgoing.target))
    return dict((await db.exec(counted)).all())


async def crowd_waiting(db: AsyncSession, until: datetime, most: int) -> int:
    """Count the messages to a crowd that are due, up to a limit."""
    some = select(Outgoing.id).where(CROWD.condition, col(Outgoing.not_before) <= until).limit(most)
    return len((await db.exec(some)).all())


async def lease(db: AsyncSession, message: Outgoing, until: datetime) -> bool:
    """Keep a message for oneself until then; False when another replica took it meanwhile."""
    mine = sa.update(Outgoing).where(col(Outgoing.id) == message.id, col(Outgoing.not_before) == message.not_before)
    return (await db.exec(mine.values(not_before=until))).rowcount == 1


async def keep(db: AsyncSession, message: Outgoing) -> None:
    """Store the present content of a waiting message."""
    waits = (col(Outgoing.id) == message.id, col(Outgoing.not_before).is_not(None))
    await db.exec(sa.update(Outgoing).where(*waits).values(content=message.content))


def hold_in_order(*condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Make the condition of the same rows, locked in the order of their ids: a transaction that changes several of
    them at once, as marking those that arrived does, waits for none that waits for it."""
    found = select(Outgoing.id).where(*condition).order_by(col(Outgoing.id)).with_for_update()
    return col(Outgoing.id).in_(found)


async def release(db: AsyncSession, leases: Collection[HeldLease], now: datetime) -> None:
    """End these leases: their messages are due now. One that another replica took since is theirs.

    What nobody tried to send says so: whoever takes it need not look for an earlier try.
    """
    same = _TABLE.c.id == sa.bindparam("message"), _TABLE.c.not_before == sa.bindparam("until")
    ended = _TABLE.update().where(*same, _TABLE.c.not_before > now).values(not_before=sa.bindparam("due"))
    ordered = sorted(leases, key=lambda lease: lease.message_id)  # as in ``hold_in_order``
    said = [{"message": one.message_id, "until": one.until, "due": one.find_due(now)} for one in ordered]
    if said:
        await (await db.connection()).execute(ended, said)


async def release_all(db: AsyncSession, now: datetime) -> None:
    """Make every waiting message due now, except those planned for later."""
    await db.exec(sa.update(Outgoing).where(col(Outgoing.not_before) > now, ~_for_later(now)).values(not_before=now))


PATIENCE = 3
"""How often a message may fail before those behind it stop waiting for it."""


def _older_statement() -> sa.Select[Any]:
    targets = sa.any_(sa.bindparam("targets", type_=sa.ARRAY(sa.String)))
    older = (PEOPLE.condition, MAKES_POST, col(Outgoing.target) == targets, col(Outgoing.attempts) < PATIENCE)
    until, last = (sa.bindparam(name, type_=UtcTime) for name in ("until", "last"))
    return sa.select(_TABLE.c.id, _TABLE.c.target, _TABLE.c.created_at).where(
        *older, col(Outgoing.not_before) <= until, col(Outgoing.created_at) <= last
    )


_OLDER = DirectStatement({"postgresql": _older_statement()})


async def find_older(db: AsyncSession, messages: Sequence[Outgoing], now: datetime) -> Sequence[Sequence[str]]:
    """List for each message people’s that were written before it for the same target and are about to be sent; those
    refused or failing again and again are left out, as their next try is later.

    (On PostgreSQL only: nobody else sends what lies in a file.)
    """
    last, targets = max(message.created_at for message in messages), list({message.target for message in messages})
    found = await _OLDER.find(db, {"targets": targets, "until": now + 2 * LEASE, "last": last})
    waiting: dict[str, list[tuple[datetime, str]]] = {target: [] for target in targets}
    for row in found:
        waiting[row["target"]].append((row["created_at"], row["id"]))
    return [[age[1] for age in waiting[m.target] if age < (m.created_at, m.id)] for m in messages]


async def is_superseded(db: AsyncSession, message: Outgoing) -> bool:
    """Tell whether a later content of the same post exists, which makes the older one void."""
    later = (REWRITES, Outgoing.target == message.target, col(Outgoing.created_at) > message.created_at)
    newer = select(Outgoing.id).where(*later).limit(1)
    return (await db.exec(newer)).first() is not None


async def void_rewritings(db: AsyncSession, post_id: str) -> None:
    """Erase the rewritings of a post that still wait: the answer to a click rewrites it as it is now."""
    waiting = sa.and_(REWRITES, col(Outgoing.target) == post_id, col(Outgoing.not_before).is_not(None))
    await db.exec(sa.delete(Outgoing).where(waiting))


def _for_later(now: datetime) -> sa.ColumnElement[bool]:
    """Make the condition that a message is planned for later: its ``created_at`` is in the future."""
    return sa.and_(col(Outgoing.created_at) > now, col(Outgoing.not_before) == col(Outgoing.created_at))


AFTER, BEGUN, VOID = "after", "begun", "void"
"""Keys beside the content of an act: the ids of the acts to wait for; that a try was begun; that it is only to be
ended."""
TAKEN_BACK = "taken_back"


class ActionTurn(Enum):
    """Whether an act may be tried: now; later, as another ends first; or not any more."""

    COME = "come"
    LATER = "later"
    GONE = "gone"


async def waiting_acts(db: AsyncSession, target: str) -> Sequence[Outgoing]:
    """List the acts that wait for a target, oldest first."""
    found = select(Outgoing).where(ACTS, col(Outgoing.target) == target)
    return (await db.exec(found.order_by(col(Outgoing.created_at), col(Outgoing.id)))).all()


async def hold_acts(db: AsyncSession, ids: Collection[str]) -> Sequence[Outgoing]:
    """Lock those of these acts that still wait; nobody begins, ends or takes them until the transaction ends."""
    held = select(Outgoing).where(ACTS, col(Outgoing.id).in_(ids)).order_by(col(Outgoing.id)).with_for_update()
    return (await db.exec(held.execution_options(populate_existing=True))).all()


def is_under_way(message: Outgoing, now: datetime) -> bool:
    """Return whether a try of an act may be going on at this moment: it was begun, and is leased."""
    until = message.not_before
    return bool(message.content.get(BEGUN)) and until is not None and now < until <= now + 2 * LEASE


async def rewrite_act(db: AsyncSession, message: Outgoing, content: Mapping[str, Any]) -> None:
    """Store what an act is to do instead; a try that begins later does that."""
    await db.execute(sa.update(Outgoing).where(col(Outgoing.id) == message.id).values(content=dict(content)))


async def take_back(db: AsyncSession, message: Outgoing) -> None:
    """Cancel an act that was not begun; its feature is told, if it is to be told anything."""
    here = col(Outgoing.id) == message.id
    if message.tells is None:
        await db.execute(sa.delete(Outgoing).where(here))
        return
    ended = {"not_before": None, "fault": TAKEN_BACK, "content": {"refusal": TAKEN_BACK}}
    await db.execute(sa.update(Outgoing).where(here).values(ended))


async def hold_on_its_way(db: AsyncSession, topic: str) -> Sequence[OnItsWay]:
    """Lock the messages on a topic that are not posted yet: none is marked as arrived until the transaction ends."""
    held = select(Outgoing.id, Outgoing.where, Outgoing.target).where(MESSAGES, MAKES_POST, Outgoing.topic == topic)
    found = (await db.exec(held.order_by(col(Outgoing.id)).with_for_update())).all()
    return [OnItsWay(id_, target if where is TargetKind.PERSON else "") for id_, where, target in found]


async def rewrite_later(db: AsyncSession, message_id: str, content: Mapping[str, Any]) -> None:
    """Store what the post of a locked message is to become as soon as it is posted."""
    await db.execute(sa.update(Outgoing).where(col(Outgoing.id) == message_id).values(later=dict(content)))


async def begin(db: AsyncSession, message: Outgoing) -> ActionTurn:
    """Begin to try an act that is leased, with its present content."""
    held = await hold_acts(db, [message.id])
    if not held:
        return ActionTurn.GONE
    content = held[0].content
    if content.get(VOID):
        await take_back(db, held[0])
        return ActionTurn.GONE
    if after := content.get(AFTER):
        first = select(Outgoing.id).where(ACTS, col(Outgoing.id).in_(after), col(Outgoing.attempts) < PATIENCE)
        if (await db.exec(first.limit(1))).first() is not None:
            return ActionTurn.LATER
    message.content = content | {BEGUN: True}
    await rewrite_act(db, message, message.content)
    return ActionTurn.COME


async def withdraw(db: AsyncSession, topics: Collection[str], now: datetime) -> Collection[str]:
    """Cancel the acts on these topics that have not begun, without telling anybody; return their topics."""
    found = select(Outgoing.id).where(ACTS, col(Outgoing.topic).in_(topics))
    held = await hold_acts(db, (await db.exec(found)).all())
    gone = [message for message in held if not is_under_way(message, now)]
    await db.execute(sa.delete(Outgoing).where(col(Outgoing.id).in_([message.id for message in gone])))
    return {message.topic for message in gone if message.topic}
