"""Ideas for improvement: filed, voted for and decided about; a duplicate counts with its original."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, delete, distinct, func, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import libraries
from config.text import fold
from storage.database import Code, Labelled, Numbered, UtcTime, insert_new
from storage.ressources.query import group_words, make_tokens, split_words

TITLE_MAX, DETAILS_MAX, REASON_MAX = 120, 2000, 500
KEPT = timedelta(days=7)
"""How long a draft is kept whose author was shown similar ideas."""


class IdeaState(Labelled):
    """The state of an idea. A draft is not filed yet; a withdrawn idea is shown to nobody."""

    DRAFT = "brouillon", "pas encore déposée"
    NEW = "nouvelle", "nouvelle"
    STUDIED = "etudiee", "étudiée"
    PLANNED = "prevue", "prévue"
    STARTED = "en_cours", "en cours"
    DONE = "faite", "faite"
    REFUSED = "refusee", "refusée"
    DUPLICATE = "doublon", "doublon"
    WITHDRAWN = "retiree", "retirée"


OPEN = (IdeaState.NEW, IdeaState.STUDIED, IdeaState.PLANNED, IdeaState.STARTED)
"""States in which an idea can be voted for."""
SHOWN = (*OPEN, IdeaState.DONE, IdeaState.REFUSED, IdeaState.DUPLICATE)
"""States in which everybody can read an idea."""


class IdeaCategory(Labelled):
    """The subject of an idea."""

    REPORTS = "cra", "Comptes rendus"
    FIGURES = "stats", "Statistiques"
    RESOURCES = "ressources", "Ressources"
    CHANNELS = "canaux", "Canaux et discussions"
    CALENDAR = "agenda", "Agenda et rendez-vous"
    PEOPLE = "annuaire", "Annuaire et profils"
    HELP = "aide", "Aide et hotline"
    OTHER = "autre", "Autre chose"


class Idea(Numbered, table=True):
    """An idea, in the words of ``author_id``, who may be named when it is done if it ``is_named``.

    ``reason`` is said with its state, ``duplicate_of`` the idea that it is the same as: never one that is a duplicate
    itself. ``told`` is the state that its voters heard of last; ``changed_at`` is when its state changed last, decided
    by ``decided_by``.
    """

    __tablename__ = "idea"
    __table_args__ = {"sqlite_autoincrement": True}

    title: str = Field(max_length=TITLE_MAX)
    details: str = Field(default="", sa_type=Text)
    category: IdeaCategory = Field(default=IdeaCategory.OTHER, sa_type=Code(IdeaCategory))
    state: IdeaState = Field(default=IdeaState.NEW, sa_type=Code(IdeaState), index=True)
    reason: str = Field(default="", max_length=REASON_MAX)
    duplicate_of: int | None = Field(default=None, index=True)
    author_id: str = Field(max_length=26, index=True)
    is_named: bool = False
    decided_by: str = Field(default="", max_length=26)
    told: IdeaState = Field(default=IdeaState.NEW, sa_type=Code(IdeaState))
    created_at: datetime = Field(sa_type=UtcTime)
    changed_at: datetime = Field(sa_type=UtcTime)

    @property
    def is_open(self) -> bool:
        """Tell whether people can vote for the idea."""
        return self.state in OPEN


class IdeaVote(SQLModel, table=True):
    """A vote of somebody for an idea. It stays with that idea, and counts with the one that this is a duplicate of."""

    __tablename__ = "idea_vote"

    idea: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    user_id: str = Field(primary_key=True, max_length=26)
    at: datetime = Field(sa_type=UtcTime)


_ROOT = func.coalesce(col(Idea.duplicate_of), col(Idea.id))
"""The idea with which the votes for an idea are counted."""


async def get(db: AsyncSession, number: int) -> Idea | None:
    """Get an idea by its number, as it is now."""
    return await db.get(Idea, number, populate_existing=True)


async def lock(db: AsyncSession, number: int) -> Idea | None:
    """Get an idea by its number, locked: nobody else changes it until the transaction ends."""
    return await db.get(Idea, number, with_for_update=True, populate_existing=True)


async def lock_all(db: AsyncSession, numbers: Collection[int]) -> None:
    """Lock several ideas in the order that everybody takes: of two that are made duplicates of each other at one
    moment, the second finds what the first has become."""
    held = select(Idea.id).where(col(Idea.id).in_(numbers)).order_by(col(Idea.id)).with_for_update()
    await db.exec(held)


async def drop_draft(db: AsyncSession, number: int, author_id: str) -> None:
    """Erase a draft that its author did not file."""
    own = (col(Idea.id) == number, col(Idea.author_id) == author_id, col(Idea.state) == IdeaState.DRAFT)
    await db.execute(delete(Idea).where(*own).execution_options(synchronize_session=False))


async def vote(db: AsyncSession, number: int, user_id: str, now: datetime) -> bool:
    """Store somebody’s vote for an idea; return False where they had voted for it, or for a duplicate of it."""
    if await list_voted(db, user_id, [number]):
        return False
    return await insert_new(db, IdeaVote, {"idea": number, "user_id": user_id, "at": now})


async def take_vote_back(db: AsyncSession, number: int, user_id: str) -> bool:
    """Remove somebody’s vote for an idea, or for a duplicate of it; return False where there is none."""
    mine = (col(IdeaVote.user_id) == user_id, col(IdeaVote.idea).in_(_select_group(number)))
    gone = delete(IdeaVote).where(*mine).returning(col(IdeaVote.idea)).execution_options(synchronize_session=False)
    return bool((await db.execute(gone)).scalars().all())


def _select_group(number: int) -> Any:
    """Select the numbers of an idea and of its duplicates."""
    return select(Idea.id).where(or_(col(Idea.id) == number, col(Idea.duplicate_of) == number))


def _count() -> Any:
    """Select the number of voters of each idea, each person once; votes for duplicates count for the original."""
    counted = select(_ROOT.label("root"), func.count(distinct(col(IdeaVote.user_id))).label("votes"))
    return counted.join(IdeaVote, col(IdeaVote.idea) == col(Idea.id)).group_by(_ROOT)


async def count_votes(db: AsyncSession, numbers: Collection[int] | None = None) -> Mapping[int, int]:
    """Count the votes for these ideas, or for all; ideas without votes are left out."""
    counted = _count() if numbers is None else _count().where(_ROOT.in_(numbers))
    return {root: count for root, count in await db.execute(counted)}  # noqa: C416


async def list_voted(db: AsyncSession, user_id: str, numbers: Collection[int]) -> set[int]:
    """List which of these ideas somebody voted for."""
    mine = select(_ROOT).join(IdeaVote, col(IdeaVote.idea) == col(Idea.id))
    return set((await db.execute(mine.where(col(IdeaVote.user_id) == user_id, _ROOT.in_(numbers)))).scalars())


async def list_voters(db: AsyncSession, idea: Idea, after: str, limit: int) -> Sequence[str]:
    """List a page of the voters of an idea, by id; for a duplicate, those whose votes count for the original."""
    group = [idea.number] if idea.duplicate_of else _select_group(idea.number)
    theirs = select(IdeaVote.user_id).where(col(IdeaVote.idea).in_(group), col(IdeaVote.user_id) > after).distinct()
    return (await db.exec(theirs.order_by(col(IdeaVote.user_id)).limit(limit))).all()


async def merge(db: AsyncSession, number: int, into: int, only: Collection[int] | None = None) -> Sequence[int]:
    """Make the duplicates of one idea (``only`` these) duplicates of another; return their numbers."""
    chosen = [] if only is None else [col(Idea.id).in_(only)]
    moved = update(Idea).where(col(Idea.duplicate_of) == number, *chosen).values(duplicate_of=into)
    found = await db.execute(moved.returning(col(Idea.id)).execution_options(synchronize_session=False))
    return sorted(found.scalars().all())


async def list_page(
    db: AsyncSession, where: Sequence[ColumnElement[bool]], limit: int, offset: int, *, by_votes: bool = False
) -> tuple[Sequence[Idea], int]:
    """List a page of the ideas that everybody can read, the newest or the most wanted first, and count them all."""
    listed = (col(Idea.state).in_(SHOWN), *where)
    counted = _count().subquery()
    found = select(Idea).where(*listed).outerjoin(counted, counted.c.root == col(Idea.id))
    votes = [func.coalesce(counted.c.votes, 0).desc()] if by_votes else []
    order = (*votes, col(Idea.created_at).desc(), col(Idea.id).desc())
    rows = (await db.exec(found.order_by(*order).limit(limit).offset(offset))).all()
    total = (await db.exec(select(func.count()).select_from(Idea).where(*listed))).one()
    return rows, total


async def list_all(db: AsyncSession, states: Collection[IdeaState] = SHOWN) -> Sequence[Idea]:
    """List all ideas in these states, by number."""
    return (await db.exec(select(Idea).where(col(Idea.state).in_(states)).order_by(col(Idea.id)))).all()


async def read_stamp(db: AsyncSession) -> tuple[Any, ...]:
    """Read numbers that change whenever an idea that everybody can read does."""
    counted = select(func.count(), func.max(Idea.id), func.max(Idea.changed_at)).where(col(Idea.state).in_(SHOWN))
    return tuple((await db.execute(counted)).one())


async def list_untold(db: AsyncSession) -> Sequence[Idea]:
    """List the ideas whose voters were not told of the present state, locked."""
    untold = select(Idea).where(col(Idea.state).in_(SHOWN), col(Idea.state) != col(Idea.told))
    return (await db.exec(untold.order_by(col(Idea.id)).with_for_update())).all()


async def count_unanswered(db: AsyncSession, before: datetime) -> int:
    """Count the ideas that have waited for an answer since before a moment."""
    waiting = select(func.count()).where(col(Idea.state) == IdeaState.NEW, col(Idea.changed_at) < before)
    return (await db.exec(waiting)).one()


async def list_done_since(db: AsyncSession, since: datetime) -> Sequence[Idea]:
    """List the ideas done since a moment, by number."""
    done = select(Idea).where(col(Idea.state) == IdeaState.DONE, col(Idea.changed_at) >= since)
    return (await db.exec(done.order_by(col(Idea.id)))).all()


_SAID_OF_ANY = """
ajouter ajout avoir bot coop créer donner faudrait fonction fonctionnalité idée mettre nouveau nouvelle permettre
possibilité possible pouvoir proposer rajouter simple simplement
"""
"""Words that many ideas begin with, and that distinguish none."""
ALIKE_SHARE, ALIKE_RATIO = 0.6, 84
"""Of the fewer words of two titles, how many they share; or how like the titles are, of 100, letter by letter."""
ALIKE_MAX = 3


def find_alike(title: str, ideas: Collection[Idea]) -> Sequence[Idea]:
    """Find the ideas with a similar title, the most similar first."""
    scored = [(_compare(title, idea.title), idea) for idea in ideas]
    near = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], pair[1].number))
    return [idea for _, idea in near[:ALIKE_MAX]]


def _compare(one: str, other: str) -> float:
    """Compare two titles: return how alike they are, from 0 to 1; 0 where they are too different."""
    ratio = libraries.fuzz.token_sort_ratio(fold(one), fold(other))
    words, others = _read_words(one), _read_words(other)
    shared, fewest = min(_count_met(words, others), _count_met(others, words)), min(len(words), len(others))
    share = shared / fewest if fewest and (shared > 1 or len(words) == len(others) == 1) else 0.0
    return max(share if share >= ALIKE_SHARE else 0.0, ratio / 100 if ratio >= ALIKE_RATIO else 0.0)


def _read_words(title: str) -> Collection[frozenset[str]]:
    """Read the words of a title, each as its tokens: a word that has a synonym is one word."""
    read = (frozenset((*make_tokens(group.said.split()), *group.worths)) for group in group_words(split_words(title)))
    return {tokens - _read_common_words() for tokens in read} - {frozenset()}


def _count_met(words: Collection[frozenset[str]], others: Collection[frozenset[str]]) -> int:
    """Count the words that are among others, or mean the same as one of them."""
    return sum(any(word & other for other in others) for word in words)


@cache
def _read_common_words() -> frozenset[str]:
    return frozenset(make_tokens(split_words(_SAID_OF_ANY)))
