"""One search over all features: what each finds of its own for somebody, put together by kind, the best first.

A feature says what it finds with ``@feature.finds(KIND)`` (bot/features.py); « /chercher » and « coop-bot search tout »
both ask all of them.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from config.settings import Settings
from storage.database import release
from storage.people import Person, Role

log = structlog.get_logger()

Ident = int | str
"""What tells a thing from others of its kind: a number, or the id or key of what has none."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search: the words, the person, and which results of each kind: ``limit`` after the best ``skip``.

    With ``awaited``, people who are announced but have no account are found too, for the operator.
    """

    words: str
    user: Person
    now: datetime
    db: AsyncSession
    settings: Settings
    limit: int
    skip: int = 0
    awaited: bool = False

    @property
    def today(self) -> date:
        """The date where the person is."""
        return self.user.today(self.now)


@dataclass(frozen=True, slots=True)
class Hit:
    """A result, with its score (0 to 100); ``about`` is a short description."""

    ident: Ident
    title: str
    score: int
    about: str = ""


@dataclass(frozen=True, slots=True)
class SearchKind:
    """A kind of things: its ``name`` for programs, its singular and plural, and the payload of the button that opens
    one."""

    name: str
    one: str
    several: str
    opens: Callable[[str], BaseModel]


@dataclass(frozen=True, slots=True)
class Findings:
    """Some of the ``total`` results of one kind, best first."""

    hits: Sequence[Hit]
    total: int


NOTHING = Findings((), 0)
SearchHook = Callable[[Search], Awaitable[Findings]]


@dataclass(frozen=True, slots=True)
class SearchSource:
    """Finds things of one kind for people of these roles; it reads only what the person may see."""

    kind: SearchKind
    find: SearchHook
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class KindFound:
    """The results of one kind; ``failed`` if its source raised an error."""

    kind: SearchKind
    found: Findings = NOTHING
    failed: bool = False

    @property
    def best(self) -> int:
        """The score of the best result; 0 if there is none."""
        return self.found.hits[0].score if self.found.hits else 0


def cut_hits(ranked: Sequence[Hit], search: Search) -> Findings:
    """Cut the wanted results out of all, best first."""
    return Findings(ranked[search.skip : search.skip + search.limit], len(ranked))


FAR = 5
"""A kind whose best is found so many times less well than the best of all is in the way of what is looked for."""


async def search_all(sources: Iterable[SearchSource], search: Search) -> list[KindFound]:
    """Search the sources open to this person one by one, and order the kinds by their best result."""
    found = [await _ask(source, search) for source in sources if search.user.may(source.roles)]
    best = max((one.best for one in found), default=0)
    return sorted((one for one in found if one.failed or one.best * FAR >= best), key=lambda one: -one.best)


async def _ask(source: SearchSource, search: Search) -> KindFound:
    """Search one source; an error in it does not affect the others."""
    try:
        return KindFound(source.kind, await source.find(search))
    except Exception as problem:
        log.error("search_failed", kind=source.kind.name, exc_info=problem)
        await release(search.db)
        return KindFound(source.kind, failed=True)
