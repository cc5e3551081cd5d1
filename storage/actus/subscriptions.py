"""Subscriptions: who gets a digest of their own and what it is made of; and whose messages are never quoted."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import JSON, Column, delete, func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.themes import THEMES, from_bits, themes_in
from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.actus.items import Item, ItemKind, NewsSection
from storage.cra import Cra
from storage.database import UtcTime, change, insert_new


class NewsSubscription(SQLModel, table=True):
    """Somebody’s own digest: each week on ``weekday`` (Monday is 0), or where ``monthly`` on the first such day of each
    month, at ``hour`` in the subscriber’s time zone. ``less`` are what they want less of (« theme:courriel »,
    « flux:3 », « genre:message »), ``away_until`` is the last day of their leave. ``sent`` are the items they got, the
    newest last, ``sent_at`` when they got some last. Ending a subscription deletes its row."""

    __tablename__ = "news_subscription"

    user_id: str = Field(primary_key=True, max_length=26)
    monthly: bool = False
    weekday: int = 4
    hour: int = 9
    less: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    sent: list[int] = Field(default=[], sa_column=Column(JSON, nullable=False))
    away_until: date | None = None
    sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    begun_at: datetime = Field(sa_type=UtcTime)


class QuoteRefusal(SQLModel, table=True):
    """Somebody who refused that their messages be quoted in digests."""

    __tablename__ = "news_unquoted"

    user_id: str = Field(primary_key=True, max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def get(db: AsyncSession, user_id: str) -> NewsSubscription | None:
    """Get somebody’s subscription, if they have one."""
    return await db.get(NewsSubscription, user_id)


async def refuse_quotes(db: AsyncSession, user_id: str, now: datetime) -> None:
    """Let no message of somebody’s go into a digest from now on."""
    await insert_new(db, QuoteRefusal, {"user_id": user_id, "at": now})


async def allow_quotes(db: AsyncSession, user_id: str) -> None:
    """Let somebody’s messages go into digests again."""
    await db.execute(delete(QuoteRefusal).where(col(QuoteRefusal.user_id) == user_id))


async def is_unquoted(db: AsyncSession, user_id: str) -> bool:
    """Tell whether somebody refused that their messages be quoted."""
    return await db.get(QuoteRefusal, user_id) is not None


async def list_unquoted(db: AsyncSession) -> frozenset[str]:
    """List the people whose messages must not be quoted."""
    return frozenset((await db.exec(select(QuoteRefusal.user_id))).all())


SENT_MAX = 500
"""How many of the items sent to a reader are remembered: those of several years."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that came out in a digest, in its editors' words; ``item`` is its id, ``published_at`` when it came
    out first. ``themes`` are codes, of what it was filed under, or of what its words name."""

    item: int
    number: int
    edition: str
    section: NewsSection
    title: str
    text: str
    url: str
    credit: str
    kind: ItemKind
    feed: int | None
    departement: str
    themes: tuple[str, ...]
    score: int
    published_at: datetime


async def find_candidates(db: AsyncSession, since: datetime) -> Sequence[Candidate]:
    """Find the items that were published after an instant and are still published, each once, as first published."""
    out = (Digest.state == DigestState.PUBLISHED, col(Digest.published_at) > since)
    joined = select(Digest, DigestEntry, Item).join(DigestEntry, col(DigestEntry.digest) == col(Digest.number))
    joined = joined.join(Item, col(Item.id) == col(DigestEntry.item))
    stands = joined.where(*out, ~col(DigestEntry.dropped), ~col(Item.withdrawn))
    found: dict[int, Candidate] = {}
    for digest, entry, item in await db.exec(stands.order_by(col(Digest.published_at), col(DigestEntry.id))):
        found.setdefault(item.number, _make_candidate(digest, entry, item))
    return list(found.values())


def _make_candidate(digest: Digest, entry: DigestEntry, item: Item) -> Candidate:
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


async def read_practice(db: AsyncSession, authors: Collection[str], since: date) -> Mapping[str, Mapping[str, float]]:
    """Read, for each of these people, which part of their comptes rendus since a day was on which theme, by code;
    nothing for people without any."""
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


async def read_page(db: AsyncSession, after: str, limit: int) -> Sequence[NewsSubscription]:
    """Read the next page of subscriptions by the id of the subscriber, locked until the transaction ends."""
    later = select(NewsSubscription).where(col(NewsSubscription.user_id) > after)
    return (await db.exec(later.order_by(col(NewsSubscription.user_id)).limit(limit).with_for_update())).all()


async def note_sent(db: AsyncSession, to: NewsSubscription, items: Sequence[int], now: datetime) -> None:
    """Note that somebody was sent these items, or that there was nothing to send; their next digest begins with what
    comes out from now on."""
    await change(db, to, sent=[*to.sent, *items][-SENT_MAX:], sent_at=now)
