"""News: what may go into a digest, each thing once, whoever brought it or whatever feature knows of it; and the feeds
that animateurs follow."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Text, bindparam, delete, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from config.time import PARIS
from storage import idees, sondage
from storage.agenda import AgendaEvent, EventState
from storage.database import Code, Numbered, UtcTime, insertion
from storage.hotline.tickets import Incident
from storage.idees import Idea, IdeaState
from storage.people import Person, is_there
from storage.people.arrivals import Arrival
from storage.ressources.resources import Resource, ResourceState
from storage.sondage import Poll
from storage.urls import LINK_MAX, digest_key

KEY_MAX, TITLE_MAX, TEXT_MAX, CREDIT_MAX = 80, 200, 2000, 120
_FIXED = frozenset({"id", "key", "withdrawn", "found_at"})
"""The columns that keep the value written first."""


class NewsSection(StrEnum):
    """The parts of a digest, in the order in which they are read."""

    TOP = "une"
    PRESS = "presse"
    RESOURCES = "ressources"
    AGENDA = "agenda"
    COMMUNITY = "vie"
    FIGURES = "chiffres"


TITLES: Mapping[NewsSection, str] = {
    NewsSection.TOP: "À la une",
    NewsSection.PRESS: "Vu dans la presse",
    NewsSection.RESOURCES: "Ressources",
    NewsSection.AGENDA: "Agenda",
    NewsSection.COMMUNITY: "Vie de la communauté",
    NewsSection.FIGURES: "Chiffres de la semaine",
}


class ItemKind(StrEnum):
    """Where an item comes from: somebody’s proposal; a message that many found useful; a feed; the bot’s other
    features."""

    PROPOSAL = "proposition"
    MESSAGE = "message"
    FEED = "flux"
    RESOURCE = "ressource"
    EVENT = "evenement"
    POLL = "sondage"
    INCIDENT = "panne"
    NEWCOMERS = "nouveaux"
    FIGURES = "chiffres"
    IDEA = "idee"


class Item(Numbered, table=True):
    """An item that may go into digests.

    ``key`` tells things apart, whoever brings them: by their link (``storage.urls.url_key``), their message
    (``make_post_key``), their number (« fiche:12 »). ``title`` and ``text`` are plain words, never Markdown; ``credit``
    names an author or a source in words, ``author_id`` is whom a message or a proposal is by, ``proposed_by`` who
    brought it.
    ``channel_id`` and ``post_id`` are the message that it quotes. ``departement`` is "" for what concerns all,
    ``themes`` a bitmask (config.themes). ``score`` orders what is alike; ``found_at`` is when it was found first.
    What is ``withdrawn`` goes into no digest any more.
    """

    __tablename__ = "news_item"

    key: str = Field(unique=True, max_length=KEY_MAX)
    kind: ItemKind = Field(sa_type=Code(ItemKind))
    section: NewsSection = Field(sa_type=Code(NewsSection))
    title: str = Field(max_length=TITLE_MAX)
    text: str = Field(default="", sa_type=Text)
    url: str = Field(default="", max_length=LINK_MAX)
    credit: str = Field(default="", max_length=CREDIT_MAX)
    author_id: str = Field(default="", max_length=26, index=True)
    proposed_by: str = Field(default="", max_length=26, index=True)
    channel_id: str = Field(default="", max_length=26)
    post_id: str = Field(default="", max_length=26, index=True)
    feed: int | None = Field(default=None, index=True)
    departement: str = Field(default="", max_length=3)
    themes: int = 0
    score: int = 0
    found_at: datetime = Field(sa_type=UtcTime, index=True)
    withdrawn: bool = False
    details: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))
    """The data of an item’s kind only: the figures of a week by name, the hour of an event."""


def make_post_key(post_id: str) -> str:
    """Make the key of an item that quotes a message."""
    return f"message:{post_id}"


def make_words_key(title: str) -> str:
    """Make the key of an item with neither a link nor a message, from its title."""
    return digest_key("actus", title)


async def add(db: AsyncSession, items: Sequence[Item]) -> Collection[str]:
    """Store the items whose keys are not known yet; return these keys."""
    if not items:
        return set()
    rows = [item.model_dump(exclude={"id"}) for item in items]
    added = insertion(db, Item).values(rows).on_conflict_do_nothing(index_elements=["key"])
    return set((await db.execute(added.returning(col(Item.key)))).scalars())


async def add_or_get(db: AsyncSession, item: Item) -> tuple[Item, bool]:
    """Store an item, or get the one that has its key already; also return whether it is new."""
    added = await add(db, [item])
    found = await get_by_key(db, item.key)
    assert found is not None
    return found, bool(added)


async def get(db: AsyncSession, number: int) -> Item | None:
    """Get an item by its id."""
    return await db.get(Item, number)


async def get_by_key(db: AsyncSession, key: str) -> Item | None:
    """Get an item by its key."""
    return (await db.exec(select(Item).where(col(Item.key) == key))).first()


async def find_by_ids(db: AsyncSession, ids: Collection[int]) -> Mapping[int, Item]:
    """Find several items, by id."""
    found = (await db.exec(select(Item).where(col(Item.id).in_(ids)))).all()
    return {item.number: item for item in found}


async def lock(db: AsyncSession, number: int) -> Item | None:
    """Get an item as it is now, locked: nobody else changes it until the transaction ends."""
    return await db.get(Item, number, with_for_update=True, populate_existing=True)


async def find_by_post(db: AsyncSession, post_id: str) -> Item | None:
    """Find the item that quotes a message."""
    return (await db.exec(select(Item).where(col(Item.post_id) == post_id))).first()


async def list_untitled(db: AsyncSession, limit: int) -> Sequence[Item]:
    """List the links without titles, whose pages are to be asked for them, the oldest first."""
    asked = col(Item.details)["untitled"].as_boolean()
    there = select(Item).where(Item.kind == ItemKind.PROPOSAL, ~col(Item.withdrawn), asked)
    return (await db.exec(there.order_by(col(Item.id)).limit(limit))).all()


async def list_proposed(db: AsyncSession, person: str, limit: int) -> Sequence[Item]:
    """List the items that somebody proposed, the newest first."""
    theirs = select(Item).where(col(Item.proposed_by) == person)
    return (await db.exec(theirs.order_by(col(Item.found_at).desc(), col(Item.id).desc()).limit(limit))).all()


async def withdraw_quotes_of(db: AsyncSession, author: str) -> int:
    """Let no message of somebody’s go into a digest any more; return how many would have."""
    return await _withdraw(db, col(Item.author_id) == author, col(Item.post_id) != "")


async def withdraw_quotes_in(db: AsyncSession, channel: str) -> None:
    """Let no message of a channel go into a digest any more."""
    await _withdraw(db, col(Item.channel_id) == channel, col(Item.post_id) != "")


async def withdraw_quotes_outside(db: AsyncSession, channels: Collection[str]) -> None:
    """Withdraw the items that quote messages outside of these channels."""
    await _withdraw(db, col(Item.post_id) != "", col(Item.channel_id).not_in(channels))


async def _withdraw(db: AsyncSession, *which: ColumnElement[bool]) -> int:
    return (await db.exec(update(Item).where(*which, ~col(Item.withdrawn)).values(withdrawn=True))).rowcount


async def save(db: AsyncSession, found: Sequence[Item]) -> None:
    """Store items as they are now; a known item stays withdrawn if it was, and keeps the time when it was found
    first."""
    if not found:
        return
    table = SQLModel.metadata.tables["news_item"]
    statement = insertion(db, table)
    changed = [column.name for column in table.columns if column.name not in _FIXED]
    now = {name: statement.excluded[name] for name in changed}
    # Every writer uses the same order: two at once wait one for the other, and never deadlock.
    rows = [item.model_dump(exclude={"id"}) for item in sorted(found, key=lambda item: item.key)]
    await db.execute(statement.on_conflict_do_update(index_elements=["key"], set_=now), rows)


async def rescore(db: AsyncSession, scores: Mapping[str, int]) -> None:
    """Store how useful items are found by now, by key."""
    if not scores:
        return
    items = SQLModel.metadata.tables["news_item"]
    changed = update(items).where(items.c.key == bindparam("wanted")).values(score=bindparam("now"))
    await db.execute(changed, [{"wanted": key, "now": score} for key, score in scores.items()])


async def restore(db: AsyncSession, keys: Collection[str]) -> None:
    """Let the items of these keys go into digests again."""
    await db.exec(update(Item).where(col(Item.key).in_(keys), col(Item.withdrawn)).values(withdrawn=False))


async def withdraw(db: AsyncSession, keys: Collection[str]) -> None:
    """Keep the items of these keys out of all digests from now on."""
    await _withdraw(db, col(Item.key).in_(keys))


async def find_resources(db: AsyncSession, since: datetime, until: datetime) -> Sequence[Resource]:
    """Find the published resources that came out from ``since`` up to but not including ``until``."""
    out = select(Resource).where(col(Resource.published_at) >= since, col(Resource.published_at) < until)
    return (await db.exec(out.where(Resource.state == ResourceState.PUBLISHED).order_by(col(Resource.id)))).all()


async def find_ended_outages(db: AsyncSession, since: datetime, until: datetime) -> Sequence[Incident]:
    """Find the outages that somebody confirmed and that ended from ``since`` up to but not including ``until``."""
    over = select(Incident).where(Incident.by != "", col(Incident.ended_at) >= since, col(Incident.ended_at) < until)
    return (await db.exec(over.order_by(col(Incident.id)))).all()


async def find_ended_polls(db: AsyncSession, since: datetime, until: datetime) -> Sequence[Poll]:
    """Find the polls open to all of the réseau that ended from ``since`` up to but not including ``until``, with
    results that may be told."""
    ended = await sondage.list_ended_between(db, since, until)
    return [poll for poll in ended if poll.public and poll.known and poll.known.is_told]


async def find_done_ideas(db: AsyncSession, since: datetime, until: datetime) -> Sequence[tuple[Idea, datetime, int]]:
    """Find the ideas done in a month whose end (in Paris) falls in this time: each with that end and its number of
    votes."""
    first = _end_month(since - timedelta(days=31))
    done = [(idea, _end_month(idea.changed_at)) for idea in await idees.list_done_since(db, first - timedelta(days=31))]
    told = [(idea, end) for idea, end in done if since <= end < until]
    votes = await idees.count_votes(db, [idea.number for idea, _ in told]) if told else {}
    return [(idea, end, votes.get(idea.number, 0)) for idea, end in told]


def _end_month(moment: datetime) -> datetime:
    """Return the first instant after the month of a moment, in Paris."""
    day = moment.astimezone(PARIS).replace(day=1) + timedelta(days=31)
    return datetime(day.year, day.month, 1, tzinfo=PARIS)


async def find_gone(db: AsyncSession) -> Sequence[str]:
    """Find, by key, the waiting items about a resource that no longer exists, a cancelled event, or an idea that is not
    done any more."""
    resources = select(Resource.id).where(Resource.state == ResourceState.PUBLISHED)
    events = select(AgendaEvent.id).where(AgendaEvent.state == EventState.PUBLISHED)
    ideas = select(Idea.id).where(Idea.state == IdeaState.DONE)
    return [
        *await _find_absent(db, ItemKind.RESOURCE, "fiche", resources, col(Resource.id)),
        *await _find_absent(db, ItemKind.EVENT, "evenement", events, col(AgendaEvent.id)),
        *await _find_absent(db, ItemKind.IDEA, "idee", ideas, col(Idea.id)),
    ]


async def _find_absent(
    db: AsyncSession, kind: ItemKind, detail: str, there: SelectOfScalar[Any], number: Any
) -> Sequence[str]:
    """Find, by key, the waiting items of a kind whose ``detail`` is a number that no row there has any more."""
    waits = select(Item.key, Item.details).where(Item.kind == kind, ~col(Item.withdrawn))
    keys = {int(details[detail]): key for key, details in await db.exec(waits)}
    found = set((await db.exec(there.where(number.in_(keys)))).all()) if keys else set()
    return [key for one, key in keys.items() if one not in found]


async def find_newcomers(db: AsyncSession, since: datetime, until: datetime) -> Sequence[str]:
    """Return the département ("" for none) of each person who first came in a span of time."""
    came = select(Person.departements).join(Arrival, col(Arrival.person_id) == col(Person.id))
    came = came.where(col(Arrival.at) >= since, col(Arrival.at) < until)
    rows = await db.exec(came.where(col(Person.is_hidden).is_(False), is_there(until.astimezone(PARIS).date())))
    return [places[0] if places else "" for places in rows]


async def find_quoted(db: AsyncSession, channel: str) -> Mapping[str, Item]:
    """Find the waiting items that quote messages of a channel, by message."""
    waits = select(Item).where(col(Item.channel_id) == channel, col(Item.post_id) != "", ~col(Item.withdrawn))
    return {item.post_id: item for item in (await db.exec(waits)).all()}


NAME_MAX, FAULT_MAX, HEADER_MAX, SEEN_MAX = 120, 120, 200, 64
_AT_ONCE = 500
"""How many rows one statement writes."""


class NewsFeed(Numbered, table=True):
    """A feed: ``url`` is where it is read, ``key`` tells two feeds apart however their addresses are written, ``name``
    is what the feed calls itself. ``etag`` and ``modified`` are the last values of these HTTP headers, sent back to ask
    for changes only. ``read_at`` is when it was last asked, ``failing_since`` since when that has failed (``fault``
    says how, in French), ``told_at`` when the animateurs were told of that. ``added`` counts what came of it. One that
    was ``removed`` is read no more."""

    __tablename__ = "news_feed"

    key: str = Field(unique=True, max_length=80)
    url: str = Field(max_length=LINK_MAX)
    name: str = Field(max_length=NAME_MAX)
    etag: str = Field(default="", max_length=HEADER_MAX)
    modified: str = Field(default="", max_length=HEADER_MAX)
    by: str = Field(default="", max_length=26)
    added_at: datetime = Field(sa_type=UtcTime)
    read_at: datetime | None = Field(default=None, sa_type=UtcTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcTime)
    fault: str = Field(default="", max_length=FAULT_MAX)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    added: int = 0
    removed: bool = False


class SeenArticle(SQLModel, table=True):
    """An article that was seen in a feed, by a digest of its own id: it is not new any more."""

    __tablename__ = "news_feed_seen"

    feed: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    ident: str = Field(primary_key=True, max_length=SEEN_MAX)
    at: datetime = Field(sa_type=UtcTime)


async def list_followed_feeds(db: AsyncSession) -> Sequence[NewsFeed]:
    """List the feeds that are followed (not removed), by name."""
    read = select(NewsFeed).where(~col(NewsFeed.removed))
    return (await db.exec(read.order_by(col(NewsFeed.name), col(NewsFeed.id)))).all()


async def get_feed(db: AsyncSession, number: int) -> NewsFeed | None:
    """Get a feed by its number."""
    return await db.get(NewsFeed, number)


async def get_feed_by_key(db: AsyncSession, key: str) -> NewsFeed | None:
    """Get a feed by the key of its address, removed or not."""
    return (await db.exec(select(NewsFeed).where(col(NewsFeed.key) == key))).first()


async def mark_seen(db: AsyncSession, feed: int, idents: Collection[str], now: datetime) -> Collection[str]:
    """Note the articles seen in a feed that is locked; return those that were not seen before."""
    asked, known = sorted(idents), set[str]()
    for start in range(0, len(asked), _AT_ONCE):
        some = col(SeenArticle.ident).in_(asked[start : start + _AT_ONCE])
        known |= set((await db.exec(select(SeenArticle.ident).where(SeenArticle.feed == feed, some))).all())
    fresh = [ident for ident in asked if ident not in known]
    if fresh:
        rows = [{"feed": feed, "ident": ident, "at": now} for ident in fresh]
        await db.execute(insertion(db, SQLModel.metadata.tables["news_feed_seen"]).on_conflict_do_nothing(), rows)
    return set(fresh)


async def list_due_feeds(db: AsyncSession, before: datetime, limit: int) -> Sequence[NewsFeed]:
    """List the feeds that were not read since a moment, those unread for longest first."""
    unread = or_(col(NewsFeed.read_at).is_(None), col(NewsFeed.read_at) < before)
    order = (col(NewsFeed.read_at).is_not(None), col(NewsFeed.read_at), col(NewsFeed.id))
    waits = select(NewsFeed).where(~col(NewsFeed.removed), unread)
    return (await db.exec(waits.order_by(*order).limit(limit))).all()


async def lock_feed(db: AsyncSession, number: int) -> NewsFeed | None:
    """Get a feed as it is now, locked: nobody else changes it until the transaction ends."""
    return await db.get(NewsFeed, number, with_for_update=True, populate_existing=True)


async def add_or_get_feed(db: AsyncSession, feed: NewsFeed) -> NewsFeed:
    """Store a new feed, or get the one of the same address, removed or not, locked."""
    added = insertion(db, NewsFeed).values(feed.model_dump(exclude={"id"}))
    await db.execute(added.on_conflict_do_nothing(index_elements=["key"]))
    return (await db.exec(select(NewsFeed).where(col(NewsFeed.key) == feed.key).with_for_update())).one()


async def forget_seen(db: AsyncSession, feed: int) -> None:
    """Forget the articles seen in a feed, which begins anew when it is followed again."""
    await db.execute(delete(SeenArticle).where(col(SeenArticle.feed) == feed))
