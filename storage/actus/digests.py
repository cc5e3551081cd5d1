"""Digests: each number of an edition, how it stands, what is in it, and which items may go into it."""

import datetime as dt
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.editions import KEY_MAX
from storage.actus.items import CREDIT_MAX, TITLE_MAX, Item, ItemKind, NewsSection
from storage.claims import hold
from storage.database import Code, Numbered, UtcTime, insertion
from storage.urls import LINK_MAX

EDITO_MAX = 2000
_SCOPE = "actus.numbers"


class DigestState(StrEnum):
    """The state of a digest: being edited; approved, and waiting for its hour; on its way; published; held back, as
    nobody approved it or its hour is long past; withdrawn after it came out."""

    DRAFT = "draft"
    APPROVED = "approved"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    HELD = "held"
    WITHDRAWN = "withdrawn"


OPEN = (DigestState.DRAFT, DigestState.APPROVED, DigestState.HELD)
"""The states of a digest that can still be edited and is not published."""


class Digest(SQLModel, table=True):
    """One number of an edition: ``number`` is what people call it, for ever.

    ``day`` is its day by the rhythm (its name: one digest for each), ``first_day`` the one it had before it was put
    off: the days between have none of their own. ``at`` is when it comes out. ``since`` and ``until``
    bound what it was collected from (``until`` moves on until it is approved). ``revision`` counts its changes, so
    that two editors do not undo each other. ``channels`` are where it came out (title by id), ``parts`` in how many
    posts each, ``written`` how many of those posts are in the outbox. ``document`` is the post in the animateurs’
    room that carries its PDF. ``reminded`` counts what the room was told of it: nothing, that it waits, that it was
    not published. ``corrected`` counts the corrections since it came out.
    """

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    edition: str = Field(max_length=KEY_MAX)
    day: dt.date
    first_day: dt.date
    at: dt.datetime = Field(sa_type=UtcTime, index=True)
    state: DigestState = Field(default=DigestState.DRAFT, sa_type=Code(DigestState))
    since: dt.datetime = Field(sa_type=UtcTime)
    until: dt.datetime = Field(sa_type=UtcTime)
    edito: str = Field(default="", sa_type=sa.Text)
    edito_by: str = Field(default="", max_length=26)
    revision: int = 1
    approved_by: str = Field(default="", max_length=26)
    approved_at: dt.datetime | None = Field(default=None, sa_type=UtcTime)
    published_at: dt.datetime | None = Field(default=None, sa_type=UtcTime, index=True)
    withdrawn_by: str = Field(default="", max_length=26)
    channels: dict[str, str] = Field(default={}, sa_column=sa.Column(sa.JSON, nullable=False))
    parts: int = 0
    written: int = 0
    document: str = Field(default="", max_length=26)
    reminded: int = 0
    corrected: int = 0
    created_at: dt.datetime = Field(sa_type=UtcTime)

    __table_args__ = (sa.UniqueConstraint("edition", "day"), sa.Index("ix_digest_state", "state"))


class DigestEntry(Numbered, table=True):
    """An item in a digest, in the words that its editors gave it; ``dropped`` entries are kept, so that their items are
    not proposed again."""

    __tablename__ = "digest_entry"
    __table_args__ = (sa.UniqueConstraint("digest", "item"),)

    digest: int = Field(index=True)
    item: int = Field(index=True)
    section: NewsSection = Field(sa_type=Code(NewsSection))
    position: int = 0
    title: str = Field(max_length=TITLE_MAX)
    text: str = Field(default="", sa_type=sa.Text)
    url: str = Field(default="", max_length=LINK_MAX)
    credit: str = Field(default="", max_length=CREDIT_MAX)
    dropped: bool = False
    changed_by: str = Field(default="", max_length=26)


class EditionSettings(SQLModel, table=True):
    """What animateurs changed of an edition in chat: its rhythm, its places, and what becomes of a digest that nobody
    approves."""

    __tablename__ = "edition"

    key: str = Field(primary_key=True, max_length=KEY_MAX)
    rhythm: str = Field(default="", max_length=80)
    targets: list[str] = Field(default=[], sa_column=sa.Column(sa.JSON, nullable=False))
    unapproved: str = Field(default="", max_length=16)
    by: str = Field(default="", max_length=26)
    at: dt.datetime = Field(sa_type=UtcTime)


async def hold_numbers(db: AsyncSession, now: dt.datetime) -> None:
    """Keep everybody else from beginning a digest until this transaction ends."""
    await hold(db, _SCOPE, "", now)


async def list_free_numbers(db: AsyncSession) -> Iterator[int]:
    """List the numbers that no digest has, from 1 on; a draft that was given up frees its number."""
    taken = set((await db.exec(select(Digest.number))).all())
    return (number for number in itertools.count(1) if number not in taken)


async def begin(db: AsyncSession, digest: Digest) -> Digest:
    """Store a digest, with the next number where it has none, or get the one that its edition already has for that day.
    Call ``hold_numbers`` before."""
    if (known := await get_for_day(db, digest.edition, digest.day)) is not None:
        return known
    digest.number = digest.number or next(await list_free_numbers(db))
    await db.execute(insertion(db, Digest).values(digest.model_dump()))
    return digest


async def get(db: AsyncSession, number: int) -> Digest | None:
    """Get a digest by its number."""
    return await db.get(Digest, number)


async def lock(db: AsyncSession, number: int) -> Digest | None:
    """Get a digest as it is now, locked: nobody else changes it until the transaction ends."""
    return await db.get(Digest, number, with_for_update=True, populate_existing=True)


async def get_for_day(db: AsyncSession, edition: str, day: dt.date) -> Digest | None:
    """Get the digest of an edition for a day by its rhythm."""
    return (await db.exec(select(Digest).where(col(Digest.edition) == edition, col(Digest.day) == day))).first()


async def find_covering(db: AsyncSession, edition: str, day: dt.date) -> Digest | None:
    """Find the digest of an edition for a day of its rhythm, or the one that was put off past that day."""
    beyond = sa.and_(col(Digest.first_day) <= day, col(Digest.day) >= day)
    own = (col(Digest.edition) == edition, sa.or_(col(Digest.day) == day, beyond))
    return (await db.exec(select(Digest).where(*own).order_by(col(Digest.day)).limit(1))).first()


async def list_open(db: AsyncSession, edition: str | None = None) -> Sequence[Digest]:
    """List the digests that are not published yet, the next first; of one edition, or of all."""
    theirs = [] if edition is None else [col(Digest.edition) == edition]
    waits = select(Digest).where(col(Digest.state).in_(OPEN), *theirs).execution_options(populate_existing=True)
    return (await db.exec(waits.order_by(col(Digest.at), col(Digest.number)))).all()


def was_taken_back() -> sa.ColumnElement[bool]:
    """Make the condition that a digest was published before its hour and withdrawn: its items may go into another
    one."""
    return sa.and_(col(Digest.state) == DigestState.WITHDRAWN, col(Digest.published_at) < col(Digest.at))


async def find_last_published(db: AsyncSession, edition: str) -> Digest | None:
    """Find the digest of an edition that was published last, even if it was withdrawn after its hour."""
    out = select(Digest).where(col(Digest.edition) == edition, col(Digest.published_at).is_not(None), ~was_taken_back())
    return (await db.exec(out.order_by(col(Digest.published_at).desc()).limit(1))).first()


async def find_latest(db: AsyncSession, since: dt.datetime) -> Digest | None:
    """Find the digest of any edition that was published last since a moment, and not withdrawn."""
    out = select(Digest).where(col(Digest.state) == DigestState.PUBLISHED, col(Digest.published_at) >= since)
    return (await db.exec(out.order_by(col(Digest.published_at).desc(), col(Digest.number).desc()).limit(1))).first()


async def list_published(db: AsyncSession, edition: str | None = None) -> Sequence[Digest]:
    """List the digests that came out, of one edition or of all, the newest first; withdrawn ones too."""
    theirs = [] if edition is None else [col(Digest.edition) == edition]
    out = select(Digest).where(col(Digest.published_at).is_not(None), *theirs)
    return (await db.exec(out.order_by(col(Digest.published_at).desc(), col(Digest.number).desc()))).all()


async def drop(db: AsyncSession, number: int) -> None:
    """Erase a digest that never came out, with its entries."""
    await db.execute(sa.delete(DigestEntry).where(col(DigestEntry.digest) == number))
    await db.execute(sa.delete(Digest).where(col(Digest.number) == number, col(Digest.state).in_(OPEN)))


async def get_entry(db: AsyncSession, ident: int) -> DigestEntry | None:
    """Get an entry as it is now, by its id."""
    return await db.get(DigestEntry, ident, populate_existing=True)


async def list_all_entries(db: AsyncSession) -> Sequence[DigestEntry]:
    """List the entries of all digests, digest by digest, without dropped ones."""
    kept = select(DigestEntry).where(~col(DigestEntry.dropped))
    order = (col(DigestEntry.digest), col(DigestEntry.position), col(DigestEntry.id))
    return (await db.exec(kept.order_by(*order))).all()


class DigestText(NamedTuple):
    """The words of a digest that searches look through."""

    number: int
    title: str
    text: str


async def list_texts(db: AsyncSession) -> Sequence[DigestText]:
    """List the texts of the published digests, the newest digest first: editorial and entries that were not dropped,
    without the names of authors, which erasure removes."""
    newest = (col(Digest.published_at).desc(), col(Digest.number).desc())
    editos = select(Digest.number, Digest.edito).where(Digest.state == DigestState.PUBLISHED).order_by(*newest)
    texts = {number: [DigestText(number, "", edito)] for number, edito in (await db.exec(editos)).all()}
    kept = select(DigestEntry.digest, DigestEntry.title, DigestEntry.text)
    for number, title, text in (await db.exec(kept.where(~col(DigestEntry.dropped)))).all():
        texts.get(number, []).append(DigestText(number, title, text))
    return [text for each in texts.values() for text in each]


async def read_stamp(db: AsyncSession) -> tuple[int, ...]:
    """Read numbers that change whenever the text of a published digest does, so that readers know when to read
    again."""
    changes, newest = sa.func.sum(Digest.revision), sa.func.max(Digest.number)
    counted = select(sa.func.count(), sa.func.coalesce(changes, 0), sa.func.coalesce(newest, 0))
    return tuple((await db.exec(counted.where(Digest.state == DigestState.PUBLISHED))).one())


async def list_by_numbers(db: AsyncSession, numbers: Collection[int]) -> Sequence[Digest]:
    """List the digests of these numbers."""
    return (await db.exec(select(Digest).where(col(Digest.number).in_(numbers)))).all()


async def list_entries(db: AsyncSession, number: int, *, dropped: bool = False) -> Sequence[DigestEntry]:
    """List the entries of a digest, in order, with dropped ones or without."""
    kept = [] if dropped else [~col(DigestEntry.dropped)]
    found = select(DigestEntry).where(col(DigestEntry.digest) == number, *kept)
    rows = (await db.exec(found.order_by(col(DigestEntry.position), col(DigestEntry.id)))).all()
    order = list(NewsSection)
    return sorted(rows, key=lambda entry: order.index(entry.section))


def make_entry(said: Item, digest: int, position: int, *, item: int | None = None, by: str = "") -> DigestEntry:
    """Make an entry of a digest with the words of ``said``; ``item`` is the item in the pool where it is another one,
    ``by`` the editor whose words these are."""
    return DigestEntry(
        digest=digest,
        item=said.number if item is None else item,
        section=said.section,
        position=position,
        title=said.title,
        text=said.text,
        url=said.url,
        credit=said.credit,
        changed_by=by,
    )


async def add_entries(db: AsyncSession, added: Sequence[DigestEntry]) -> None:
    """Add entries; what is in that digest already stays as it is, dropped or not."""
    if added:
        rows = [entry.model_dump(exclude={"id"}) for entry in added]
        await db.execute(insertion(db, DigestEntry).values(rows).on_conflict_do_nothing())


async def merge(db: AsyncSession, source: int, into: int) -> None:
    """Move the entries that another digest does not have into that one, and erase the first."""
    there = select(DigestEntry.item).where(col(DigestEntry.digest) == into)
    moved = sa.update(DigestEntry).where(col(DigestEntry.digest) == source, col(DigestEntry.item).not_in(there))
    await db.execute(moved.values(digest=into).execution_options(synchronize_session=False))
    await drop(db, source)


async def find_digests(db: AsyncSession, items: Collection[int]) -> Mapping[int, Sequence[tuple[Digest, bool]]]:
    """Find the digests that have or had these items, by item, the newest first, each with whether the item was dropped
    there."""
    joined = select(DigestEntry, Digest).join(Digest, col(Digest.number) == col(DigestEntry.digest))
    theirs = joined.where(col(DigestEntry.item).in_(items)).order_by(col(Digest.number).desc())
    found: dict[int, list[tuple[Digest, bool]]] = {}
    for entry, digest in await db.exec(theirs):
        found.setdefault(entry.item, []).append((digest, entry.dropped))
    return found


OF_A_PERIOD = (ItemKind.FIGURES, ItemKind.NEWCOMERS)
"""The kinds of items about the period of one digest, whose key ends with the edition and the day."""


async def find_best(db: AsyncSession, digest: Digest, section: NewsSection, limit: int) -> Sequence[Item]:
    """Find the best items for a part of a digest: what people proposed first, then the best, then the oldest."""
    found = sa.and_(col(Item.found_at) >= digest.since, col(Item.found_at) < digest.until, ~col(Item.withdrawn))
    own = col(Item.key).endswith(f":{digest.edition}:{digest.day.isoformat()}", autoescape=True)
    of_its_time = sa.or_(col(Item.kind).not_in(OF_A_PERIOD), own)
    proposed = sa.case((col(Item.kind) == ItemKind.PROPOSAL, 0), else_=1)
    wanted = select(Item).where(found, col(Item.section) == section, of_its_time, ~_is_in_edition(digest))
    return (await db.exec(wanted.order_by(proposed, col(Item.score).desc(), col(Item.id)).limit(limit))).all()


async def is_placed(db: AsyncSession, digest: Digest, item: Item) -> bool:
    """Tell whether a digest of the same edition has an item, or had it before it was dropped. An entry of a later
    digest that nobody touched does not count: the item may come out in this digest instead."""
    found = select(Item.id).where(col(Item.id) == item.id, _is_in_edition(digest))
    return (await db.exec(found)).first() is not None


def _is_in_edition(digest: Digest) -> sa.ColumnElement[bool]:
    untouched = sa.and_(_is_later(digest), col(DigestEntry.changed_by) == "", ~col(DigestEntry.dropped))
    same = (col(DigestEntry.item) == col(Item.id), col(Digest.number) == col(DigestEntry.digest))
    free = sa.or_(untouched, was_taken_back())
    return sa.exists().where(*same, col(Digest.edition) == digest.edition, ~free).correlate(Item)


def _is_later(digest: Digest) -> sa.ColumnElement[bool]:
    return sa.and_(col(Digest.state).in_(OPEN), col(Digest.at) > digest.at, col(Digest.number) != digest.number)


async def take_from_later(db: AsyncSession, digest: Digest, found: Collection[int]) -> None:
    """Take these items out of the later digests of the same edition: they come out in this one."""
    later = select(Digest.number).where(col(Digest.edition) == digest.edition, _is_later(digest))
    waits = (col(DigestEntry.item).in_(found), col(DigestEntry.digest).in_(later))
    await db.execute(sa.delete(DigestEntry).where(*waits).execution_options(synchronize_session=False))
