"""The outbox’s table: each message with where it goes, until when it waits, and what became of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, ColumnElement, Index, and_, false, text
from sqlmodel import Field, SQLModel, col

from storage.database import Code, UtcTime


class TargetKind(StrEnum):
    """What ``target`` names; with ACT it is what is acted on, a channel or a post, and the content what is done there
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
"""What is delivered for good. Other topics live as long as what they are about; a draft lives for a week."""
MESSAGES = text(WAITS)
"""The messages that wait."""
ACTS = text(_ACTS)
"""The acts that wait."""
REWRITES, GIVEN_UP, PASSING = text(_REWRITES), text(_GIVEN_UP), text(_PASSING)
NEWS = text(_NEWS)
"""What has come to its end, and somebody is to be told."""
BATCH = 20
"""How many messages of a broadcast are written down, rewritten or removed at once; they have a topic together."""
EMPTY: dict[str, Any] = {}
"""The content of what waits no more: what was said to somebody is not kept twice."""


def _index(name: str, *columns: str, where: str) -> Index:
    return Index(f"ix_outgoing_{name}", *columns, sqlite_where=text(where), postgresql_where=text(where))


class Outgoing(SQLModel, table=True):
    """One message: a new post to a person or channel, the new content of a post, or something done there.

    ``id`` is random and travels with the post, so that an earlier try can be recognised in the channel.
    ``not_before`` is when the next try is due; while a replica is at it, it lies in the future (a lease). What nobody
    had yet is due at ``created_at`` (what is for later) or a LEASE before (a crowd’s). Once it is None, the message is
    delivered or given up, and what remains is a mark: its content is ``EMPTY``.
    ``crowd`` is true for what is sent to many: what answers a person goes first. ``channel_id`` is where its post
    stands. ``tells`` is the feature that is still to be told of its end; its content is what to tell then.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        # What is to be taken lies in order, however much waits, and whose time has not come is passed by in the index.
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
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    topic: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_type=UtcTime)
    attempts: int = 0
    not_before: datetime | None = Field(default=None, sa_type=UtcTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcTime)
    post_id: str | None = Field(default=None, max_length=26)
    fault: str | None = Field(default=None, max_length=120)
    crowd: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    channel_id: str | None = Field(default=None, max_length=26)
    tells: str | None = Field(default=None, max_length=64)


MAKES_POST = col(Outgoing.where).in_((TargetKind.PERSON, TargetKind.CHANNEL))
"""The messages that become a post of their own."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which of the messages that wait are meant: people’s or a crowd’s, but for none of those targets."""

    crowd: bool = False
    but_of: Collection[str] = ()

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same in SQL."""
        others = [col(Outgoing.target).not_in(self.but_of)] if self.but_of else []
        return and_(MESSAGES, col(Outgoing.crowd) == self.crowd, *others)


PEOPLE, CROWD = Share(), Share(crowd=True)


class TakenMessage(NamedTuple):
    """A message that was taken; ``is_new`` if surely nobody tried to send it before."""

    message: Outgoing
    is_new: bool


@dataclass(frozen=True, slots=True)
class DeliveryMark:
    """A message that arrived: the post it became, where, and what else its sender is told, if it is (``is_news``)."""

    message_id: str
    post_id: str
    channel_id: str | None = None
    news: Mapping[str, Any] = field(default_factory=dict)
    is_news: bool = False


class Sent(NamedTuple):
    """A post made by a message: where it stands, and whom it is for (empty: all of the channel)."""

    post_id: str
    channel_id: str
    user_id: str
