"""What a digest of one's own is made of: what came out since the last one, and what its reader works on."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.themes import THEMES, from_bits, themes_in
from storage.actus.digests import Digest, Entry, State
from storage.actus.items import Item, Kind, Section
from storage.actus.subscriptions import Subscription
from storage.cra import Cra
from storage.database import change

SENT_MAX = 500
"""So many items are remembered that somebody got: those of years."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that came out in a digest, in its editors' words; ``item`` is its id, ``published_at`` when it came
    out first. ``themes`` are codes, of what it was filed under, or of what its words name."""

    item: int
    number: int
    edition: str
    section: Section
    title: str
    text: str
    url: str
    credit: str
    kind: Kind
    feed: int | None
    departement: str
    themes: tuple[str, ...]
    score: int
    published_at: datetime


async def candidates(db: AsyncSession, since: datetime) -> Sequence[Candidate]:
    """What came out after that instant and stands, each item once, as it came out first."""
    out = (Digest.state == State.PUBLISHED, col(Digest.published_at) > since, ~col(Entry.dropped), ~col(Item.withdrawn))
    joined = (
        select(Digest, Entry, Item)
        .join(Entry, col(Entry.digest) == col(Digest.number))
        .join(Item, col(Item.id) == col(Entry.item))
    )
    rows = (await db.exec(joined.where(*out).order_by(col(Digest.published_at), col(Entry.id)))).all()
    found: dict[int, Candidate] = {}
    for digest, entry, item in rows:
        found.setdefault(item.number, _candidate(digest, entry, item))
    return list(found.values())


def _candidate(digest: Digest, entry: Entry, item: Item) -> Candidate:
    assert digest.published_at is not None
    return Candidate(
        item=item.number,
        number=digest.number,
        edition=digest.edition,
        section=entry.section,
        title=entry.title,
        text=entry.text,
        url=entry.url,
        credit=entry.credit,
        kind=item.kind,
        feed=item.feed,
        departement=item.departement,
        themes=from_bits(item.themes or themes_in(f"{entry.title} {entry.text}")),
        score=item.score,
        published_at=digest.published_at,
    )


async def practice(db: AsyncSession, authors: Collection[str], since: date) -> Mapping[str, Mapping[str, float]]:
    """In what part of their comptes rendus since that day each of these worked on which theme, by code; nothing for who
    filed none."""
    theirs = (col(Cra.author_id).in_(authors), Cra.date >= since, col(Cra.deleted_at).is_(None))
    counted = select(Cra.author_id, Cra.themes, func.count()).where(*theirs).group_by(Cra.author_id, col(Cra.themes))
    total: Counter[str] = Counter()
    themes: dict[str, Counter[str]] = {author: Counter() for author in authors}
    for author, mask, count in (await db.exec(counted)).all():
        total[author] += count
        themes[author].update({theme.code: count for theme in THEMES.values() if mask >> theme.bit & 1})
    return {
        author: {code: count / total[author] for code, count in found.items()}
        for author, found in themes.items()
        if total[author]
    }


async def page(db: AsyncSession, after: str, limit: int) -> Sequence[Subscription]:
    """The next subscriptions by the id of their reader, which nobody else sends until this transaction ends."""
    next_ones = select(Subscription).where(col(Subscription.user_id) > after).order_by(col(Subscription.user_id))
    return (await db.exec(next_ones.limit(limit).with_for_update())).all()


async def note_sent(db: AsyncSession, to: Subscription, items: Sequence[int], now: datetime) -> None:
    """Somebody got these, or nothing, and what comes out from now on is for the next time."""
    await change(db, to, sent=[*to.sent, *items][-SENT_MAX:], sent_at=now)
