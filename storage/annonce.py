"""Announcements: messages sent once to many channels or people, and what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import JSON, Column, Index, Text, delete, func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insert_new
from storage.outbox import BATCH

KEPT = timedelta(days=60)
"""How long an announcement that was never sent is kept."""


class AnnouncementState(StrEnum):
    """How an announcement stands: shown to its author only; on its way, or waiting for its hour; stopped on its way;
    delivered; taken back; taken back in part, as taking it back was stopped."""

    DRAFT = "draft"
    SENDING = "sending"
    STOPPED = "stopped"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    REMAINS = "remains"


class Announcement(SQLModel, table=True):
    """A message to be sent once in each of ``channels`` (title by id), then to each of ``people`` (ids).

    ``by`` is its author, nobody for the operator. ``files`` go with the words (name by id): those of somebody’s post,
    or what the operator brought. ``targets`` are what channels and people were made of (storage/targets.py).
    ``everybody`` says that it calls all of a channel. ``at`` is when it leaves (None: at once). Of its messages the
    first ``written`` are in the outbox. ``digest`` stands for targets, words and files where the same must not be said
    twice, ``round`` counts how often it was said all the same.
    """

    __table_args__ = (Index("ix_announcement_said", "digest", "round", unique=True),)

    id: str = Field(primary_key=True, max_length=26)
    by: str = Field(default="", max_length=26)
    text: str = Field(sa_type=Text)
    files: dict[str, str] = Field(default={}, sa_column=Column(JSON, nullable=False))
    targets: list[str] = Field(sa_column=Column(JSON, nullable=False))
    everybody: bool = False
    at: datetime | None = Field(default=None, sa_type=UtcTime)
    channels: dict[str, str] = Field(default={}, sa_column=Column(JSON, nullable=False))
    people: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    state: AnnouncementState = Field(default=AnnouncementState.DRAFT, sa_type=Code(AnnouncementState))
    written: int = 0
    digest: str | None = Field(default=None, max_length=64)
    round: int = 0
    created_at: datetime = Field(sa_type=UtcTime)

    @property
    def total(self) -> int:
        """The number of messages that the announcement makes."""
        return len(self.channels) + len(self.people)

    @property
    def topics(self) -> Sequence[str]:
        """The topics of the announcement’s messages, batch by batch, as far as they are written to the outbox."""
        return [self.topic_of(n) for n in range(-(-self.written // BATCH))]

    def topic_of(self, batch: int) -> str:
        """Make the topic of the messages of a batch."""
        return f"annonce:{self.id}:{batch}"


async def get(db: AsyncSession, ident: str) -> Announcement | None:
    """Get an announcement by its id."""
    return await db.get(Announcement, ident)


async def lock(db: AsyncSession, ident: str) -> Announcement | None:
    """Get an announcement as it is now, locked: nobody else changes it until the transaction ends."""
    return await db.get(Announcement, ident, with_for_update=True, populate_existing=True)


async def get_latest(db: AsyncSession, digest: str) -> Announcement | None:
    """Get the last round of the announcements that have a digest."""
    said = select(Announcement).where(col(Announcement.digest) == digest)
    return (await db.exec(said.order_by(col(Announcement.round).desc()).limit(1))).first()


async def read_page(db: AsyncSession, skip: int, limit: int, by: str | None = None) -> Sequence[Announcement]:
    """Read a page of the announcements that were sent or are planned, the last to leave first; of one author, or of
    all."""
    leaves = func.coalesce(col(Announcement.at), col(Announcement.created_at))
    theirs = [] if by is None else [col(Announcement.by) == by]
    said = select(Announcement).where(col(Announcement.state) != AnnouncementState.DRAFT, *theirs)
    return (await db.exec(said.order_by(leaves.desc(), col(Announcement.id)).offset(skip).limit(limit))).all()


async def add(db: AsyncSession, announcement: Announcement) -> bool:
    """Store an announcement; False, and nothing happens, when it or its round is there already."""
    return await insert_new(db, Announcement, announcement.model_dump())


async def drop(db: AsyncSession, announcement: Announcement) -> None:
    """Erase an announcement that only its author has seen."""
    unsaid = (col(Announcement.id) == announcement.id, col(Announcement.state) == AnnouncementState.DRAFT)
    await db.execute(delete(Announcement).where(*unsaid))
