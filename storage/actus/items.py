"""News: what may go into a digest, whoever or whatever brought it, each thing once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Text, bindparam, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insertion
from storage.links import LINK_MAX, key_of
from storage.links import digest as digest_of

KEY_MAX, TITLE_MAX, TEXT_MAX, CREDIT_MAX = 80, 200, 2000, 120
_FIXED = frozenset({"id", "key", "withdrawn", "found_at"})
"""What stays as it was written first."""


class Section(StrEnum):
    """The parts of a digest, in the order in which they are read."""

    TOP = "une"
    PRESS = "presse"
    RESOURCES = "ressources"
    AGENDA = "agenda"
    COMMUNITY = "vie"
    FIGURES = "chiffres"


TITLES: Mapping[Section, str] = {
    Section.TOP: "À la une",
    Section.PRESS: "Vu dans la presse",
    Section.RESOURCES: "Ressources",
    Section.AGENDA: "Agenda",
    Section.COMMUNITY: "Vie de la communauté",
    Section.FIGURES: "Chiffres de la semaine",
}


class Kind(StrEnum):
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

    ``key`` tells things apart, whoever brings them: by their link, their message, their number (``key_of_link``,
    ``key_of_post``, « fiche:12 »). ``title`` and ``text`` are plain words, never Markdown; ``credit`` names an author
    or a source in words, ``author_id`` is whom a message or a proposal is by, ``proposed_by`` who brought it.
    ``channel_id`` and ``post_id`` are the message that it quotes. ``departement`` is "" for what concerns all,
    ``themes`` a bitmask (config.themes). ``score`` orders what is alike; ``found_at`` is when it was found first.
    What is ``withdrawn`` goes into no digest any more.
    """

    __tablename__ = "news_item"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=KEY_MAX)
    kind: Kind = Field(sa_type=Code(Kind))
    section: Section = Field(sa_type=Code(Section))
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


def key_of_link(url: str) -> str:
    """What tells things with a link apart, however the link is written."""
    return key_of(url)


def key_of_post(post_id: str) -> str:
    """What tells messages apart."""
    return f"message:{post_id}"


def key_of_words(title: str) -> str:
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


async def by_key(db: AsyncSession, key: str) -> Item | None:
    """One by what tells it apart."""
    return (await db.exec(select(Item).where(col(Item.key) == key))).first()


async def by_ids(db: AsyncSession, ids: Collection[int]) -> Mapping[int, Item]:
    """Several, by id."""
    found = (await db.exec(select(Item).where(col(Item.id).in_(ids)))).all()
    return {item.number: item for item in found}


async def by_keys(db: AsyncSession, keys: Collection[str]) -> Mapping[str, Item]:
    """Several, by what tells them apart."""
    found = (await db.exec(select(Item).where(col(Item.key).in_(keys)))).all() if keys else []
    return {item.key: item for item in found}


async def lock(db: AsyncSession, number: int) -> Item | None:
    """One by its id, which nobody else changes until this transaction ends."""
    statement = select(Item).where(Item.id == number).with_for_update()
    return (await db.exec(statement.execution_options(populate_existing=True))).first()


async def of_post(db: AsyncSession, post_id: str) -> Item | None:
    """What quotes a message."""
    return (await db.exec(select(Item).where(col(Item.post_id) == post_id))).first()


async def untitled(db: AsyncSession, limit: int) -> Sequence[Item]:
    """Links whose pages are to be asked for their titles, the oldest first."""
    asked = col(Item.details)["untitled"].as_boolean()
    there = select(Item).where(Item.kind == Kind.PROPOSAL, ~col(Item.withdrawn), asked)
    return (await db.exec(there.order_by(col(Item.id)).limit(limit))).all()


async def proposed(db: AsyncSession, person: str, limit: int) -> Sequence[Item]:
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


async def put(db: AsyncSession, found: Sequence[Item]) -> None:
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


async def bring_back(db: AsyncSession, keys: Collection[str]) -> None:
    """These may go into digests again."""
    await db.exec(update(Item).where(col(Item.key).in_(keys), col(Item.withdrawn)).values(withdrawn=False))


async def withdraw(db: AsyncSession, keys: Collection[str]) -> None:
    """These go into no digest any more."""
    await db.exec(update(Item).where(col(Item.key).in_(keys)).values(withdrawn=True))
