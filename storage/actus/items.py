"""News: what may go into a digest, each thing once, whoever brought it or whatever feature knows of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Text, bindparam, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import agenda, sondage
from storage.agenda import AgendaEvent
from storage.database import Code, UtcTime, insertion
from storage.hotline.incidents import Incident
from storage.people import Person
from storage.people.arrivals import Arrival
from storage.ressources.resources import Resource, ResourceState
from storage.sondage import Poll
from storage.urls import LINK_MAX, url_key
from storage.urls import digest_key as digest_of

KEY_MAX, TITLE_MAX, TEXT_MAX, CREDIT_MAX = 80, 200, 2000, 120
_FIXED = frozenset({"id", "key", "withdrawn", "found_at"})
"""What stays as it was written first."""


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
    """Where something comes from: somebody proposed it; a message that many found useful; a feed; what the bot’s other
    features know."""

    PROPOSAL = "proposition"
    MESSAGE = "message"
    FEED = "flux"
    RESOURCE = "ressource"
    EVENT = "evenement"
    POLL = "sondage"
    INCIDENT = "panne"
    NEWCOMERS = "nouveaux"
    FIGURES = "chiffres"


class Item(SQLModel, table=True):
    """Something that may go into digests.

    ``key`` tells things apart, whoever brings them: by their link, their message, their number (``make_link_key``,
    ``make_post_key``, « fiche:12 »). ``title`` and ``text`` are plain words, never Markdown; ``credit`` names an author
    or a source in words, ``author_id`` is whom a message or a proposal is by, ``proposed_by`` who brought it.
    ``channel_id`` and ``post_id`` are the message that it quotes. ``departement`` is "" for what concerns all,
    ``themes`` a bitmask (config.themes). ``score`` orders what is alike; ``found_at`` is when it was found first.
    What is ``withdrawn`` goes into no digest any more.
    """

    __tablename__ = "news_item"

    id: int | None = Field(default=None, primary_key=True)
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
    """What only its kind has: the figures of a week by name, the hour of an event."""

    @property
    def number(self) -> int:
        """Its id. (Only what is not stored yet has none.)"""
        assert self.id is not None
        return self.id


def make_link_key(url: str) -> str:
    """What tells things with a link apart, however the link is written."""
    return url_key(url)


def make_post_key(post_id: str) -> str:
    """What tells messages apart."""
    return f"message:{post_id}"


def make_words_key(title: str) -> str:
    """What tells apart what has neither link nor message."""
    return digest_of("actus", title)


async def add(db: AsyncSession, items: Sequence[Item]) -> Collection[str]:
    """Write down what was not known; the keys of what is new."""
    if not items:
        return set()
    rows = [item.model_dump(exclude={"id"}) for item in items]
    added = insertion(db, Item).values(rows).on_conflict_do_nothing(index_elements=["key"])
    return set((await db.execute(added.returning(col(Item.key)))).scalars())


async def get(db: AsyncSession, number: int) -> Item | None:
    """One by its id."""
    return await db.get(Item, number)


async def get_by_key(db: AsyncSession, key: str) -> Item | None:
    """One by what tells it apart."""
    return (await db.exec(select(Item).where(col(Item.key) == key))).first()


async def find_by_ids(db: AsyncSession, ids: Collection[int]) -> Mapping[int, Item]:
    """Several, by id."""
    found = (await db.exec(select(Item).where(col(Item.id).in_(ids)))).all()
    return {item.number: item for item in found}


async def find_by_keys(db: AsyncSession, keys: Collection[str]) -> Mapping[str, Item]:
    """Several, by what tells them apart."""
    found = (await db.exec(select(Item).where(col(Item.key).in_(keys)))).all() if keys else []
    return {item.key: item for item in found}


async def lock(db: AsyncSession, number: int) -> Item | None:
    """One by its id, which nobody else changes until this transaction ends."""
    statement = select(Item).where(Item.id == number).with_for_update()
    return (await db.exec(statement.execution_options(populate_existing=True))).first()


async def find_by_post(db: AsyncSession, post_id: str) -> Item | None:
    """What quotes a message."""
    return (await db.exec(select(Item).where(col(Item.post_id) == post_id))).first()


async def list_untitled(db: AsyncSession, limit: int) -> Sequence[Item]:
    """Links whose pages are to be asked for their titles, the oldest first."""
    asked = col(Item.details)["untitled"].as_boolean()
    there = select(Item).where(Item.kind == ItemKind.PROPOSAL, ~col(Item.withdrawn), asked)
    return (await db.exec(there.order_by(col(Item.id)).limit(limit))).all()


async def list_proposed(db: AsyncSession, person: str, limit: int) -> Sequence[Item]:
    """What somebody proposed, the newest first."""
    theirs = select(Item).where(col(Item.proposed_by) == person)
    return (await db.exec(theirs.order_by(col(Item.found_at).desc(), col(Item.id).desc()).limit(limit))).all()


async def withdraw_quotes_of(db: AsyncSession, author: str) -> int:
    """No message of somebody’s goes into a digest any more; how many would have."""
    theirs = (col(Item.author_id) == author, col(Item.post_id) != "", ~col(Item.withdrawn))
    return (await db.exec(update(Item).where(*theirs).values(withdrawn=True))).rowcount


async def withdraw_quotes_in(db: AsyncSession, channel: str) -> None:
    """Nothing of a channel goes into a digest any more."""
    await db.exec(update(Item).where(col(Item.channel_id) == channel, col(Item.post_id) != "").values(withdrawn=True))


async def withdraw_quotes_outside(db: AsyncSession, channels: Collection[str]) -> None:
    """Only what quotes messages of these channels goes into digests."""
    others = (col(Item.post_id) != "", col(Item.channel_id).not_in(channels), ~col(Item.withdrawn))
    await db.exec(update(Item).where(*others).values(withdrawn=True))


async def save(db: AsyncSession, found: Sequence[Item]) -> None:
    """Write things down as they are now; what was withdrawn stays so, and is found when it was found first."""
    if not found:
        return
    table = SQLModel.metadata.tables["news_item"]
    statement = insertion(db, table)
    changed = [column.name for column in table.columns if column.name not in _FIXED]
    now = {name: statement.excluded[name] for name in changed}
    # In one order, whoever writes them: two who do so at once wait for each other, and not both.
    rows = [item.model_dump(exclude={"id"}) for item in sorted(found, key=lambda item: item.key)]
    await db.execute(statement.on_conflict_do_update(index_elements=["key"], set_=now), rows)


async def rescore(db: AsyncSession, scores: Mapping[str, int]) -> None:
    """Write down how useful things are found by now, by key."""
    if not scores:
        return
    items = SQLModel.metadata.tables["news_item"]
    changed = update(items).where(items.c.key == bindparam("wanted")).values(score=bindparam("now"))
    await db.execute(changed, [{"wanted": key, "now": score} for key, score in scores.items()])


async def restore(db: AsyncSession, keys: Collection[str]) -> None:
    """These may go into digests again."""
    await db.exec(update(Item).where(col(Item.key).in_(keys), col(Item.withdrawn)).values(withdrawn=False))


async def withdraw(db: AsyncSession, keys: Collection[str]) -> None:
    """These go into no digest any more."""
    await db.exec(update(Item).where(col(Item.key).in_(keys)).values(withdrawn=True))


AHEAD = timedelta(days=21)
"""How long before an event it is news."""


async def find_resources(db: AsyncSession, since: datetime, until: datetime) -> Sequence[Resource]:
    """Those that came out from then until before then, and are there."""
    out = select(Resource).where(col(Resource.published_at) >= since, col(Resource.published_at) < until)
    return (await db.exec(out.where(Resource.state == ResourceState.PUBLISHED).order_by(col(Resource.id)))).all()


async def find_gone_resources(db: AsyncSession) -> Sequence[str]:
    """The keys of what waits and is about resources that are not there any more."""
    waits = select(Item.key, Item.details).where(Item.kind == ItemKind.RESOURCE, ~col(Item.withdrawn))
    numbers = {int(details["fiche"]): key for key, details in await db.exec(waits)}
    there = select(Resource.id).where(col(Resource.id).in_(numbers), Resource.state == ResourceState.PUBLISHED)
    found = set((await db.exec(there)).all()) if numbers else set()
    return [key for number, key in numbers.items() if number not in found]


async def find_ended_outages(db: AsyncSession, since: datetime, until: datetime) -> Sequence[Incident]:
    """Those that somebody said, and that ended from then until before then."""
    over = select(Incident).where(Incident.by != "", col(Incident.ended_at) >= since, col(Incident.ended_at) < until)
    return (await db.exec(over.order_by(col(Incident.id)))).all()


async def find_ended_polls(db: AsyncSession, since: datetime, until: datetime) -> Sequence[Poll]:
    """Those that all of the réseau might answer, which ended in between with results that are told."""
    ended = await sondage.list_ended_between(db, since, until)
    return [poll for poll in ended if poll.public and poll.known and poll.known.is_told]


async def find_coming_events(db: AsyncSession, now: datetime) -> Sequence[AgendaEvent]:
    """Those for all of the réseau that begin soon after that."""
    return await agenda.list_coming(db, now, now + AHEAD)


async def find_gone_events(db: AsyncSession) -> Sequence[str]:
    """The keys of what waits and is about events that were cancelled."""
    waits = select(Item.key, Item.details).where(Item.kind == ItemKind.EVENT, ~col(Item.withdrawn))
    numbers = {int(details["evenement"]): key for key, details in await db.exec(waits)}
    there = select(AgendaEvent.id).where(
        col(AgendaEvent.id).in_(numbers), AgendaEvent.state == agenda.EventState.PUBLISHED
    )
    found = set((await db.exec(there)).all()) if numbers else set()
    return [key for number, key in numbers.items() if number not in found]


async def find_newcomers(db: AsyncSession, since: datetime, until: datetime) -> Sequence[str]:
    """The départements ("" for none) of those who came for the first time in between, one for each of them."""
    came = select(Person.departements).join(Arrival, col(Arrival.person_id) == col(Person.id))
    came = came.where(col(Arrival.at) >= since, col(Arrival.at) < until)
    rows = await db.exec(came.where(col(Person.is_hidden).is_(False), col(Person.left_on).is_(None)))
    return [places[0] if places else "" for places in rows]


async def find_quoted(db: AsyncSession, channel: str) -> Mapping[str, Item]:
    """What waits that quotes messages of a channel, by message."""
    waits = select(Item).where(col(Item.channel_id) == channel, col(Item.post_id) != "", ~col(Item.withdrawn))
    return {item.post_id: item for item in (await db.exec(waits)).all()}
