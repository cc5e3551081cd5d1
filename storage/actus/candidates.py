"""What may go into a digest: found in its time, and in no other of its edition."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, case, delete, exists, not_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.actus.digests import OPEN, Digest, Entry, taken_back
from storage.actus.items import Item, Kind, Section

OF_A_PERIOD = (Kind.FIGURES, Kind.NEWCOMERS)
"""What is of the time of one digest: its key ends with the edition and the day."""


async def best(db: AsyncSession, digest: Digest, section: Section, limit: int) -> Sequence[Item]:
    """So many at most for a part of it: what people proposed first, then the best, then the oldest."""
    found = and_(col(Item.found_at) >= digest.since, col(Item.found_at) < digest.until, ~col(Item.withdrawn))
    own = col(Item.key).endswith(f":{digest.edition}:{digest.day.isoformat()}", autoescape=True)
    of_its_time = or_(col(Item.kind).not_in(OF_A_PERIOD), own)
    proposed = case((col(Item.kind) == Kind.PROPOSAL, 0), else_=1)
    wanted = select(Item).where(found, col(Item.section) == section, of_its_time, not_(_placed(digest)))
    return (await db.exec(wanted.order_by(proposed, col(Item.score).desc(), col(Item.id)).limit(limit))).all()


async def is_placed(db: AsyncSession, digest: Digest, item: Item) -> bool:
    """Whether some digest of its edition has that, or had it before it was dropped; but for what a later one has that
    nobody touched: that may come out in this one."""
    found = select(Item.id).where(col(Item.id) == item.id, _placed(digest))
    return (await db.exec(found)).first() is not None


def _placed(digest: Digest) -> ColumnElement[bool]:
    later = col(Digest.state).in_(OPEN) & (col(Digest.at) > digest.at) & (col(Digest.number) != digest.number)
    untouched = and_(later, col(Entry.changed_by) == "", ~col(Entry.dropped))
    same = (col(Entry.item) == col(Item.id), col(Digest.number) == col(Entry.digest))
    free = or_(untouched, taken_back())
    return exists().where(*same, col(Digest.edition) == digest.edition, not_(free)).correlate(Item)


async def take_from_later(db: AsyncSession, digest: Digest, found: Collection[int]) -> None:
    """These items come out in this one, not in those of its edition that come later."""
    waits = (col(Entry.item).in_(found), col(Entry.digest).in_(_later(digest)))
    await db.execute(delete(Entry).where(*waits).execution_options(synchronize_session=False))


def _later(digest: Digest) -> SelectOfScalar[int]:
    same = (col(Digest.edition) == digest.edition, col(Digest.number) != digest.number)
    return select(Digest.number).where(*same, col(Digest.state).in_(OPEN), col(Digest.at) > digest.at)
