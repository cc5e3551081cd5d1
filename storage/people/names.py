"""Finding people by what they are called: the beginnings of the words of a name or user name, accents apart."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import RowMapping
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.folding import fold
from storage.database import execute
from storage.people.awaited import Awaited
from storage.people.person import ERASED, Person

_PARTS = re.compile(r"[\s._-]+")


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who is called so; ``id`` is empty for who is still waited for."""

    id: str
    username: str
    full_name: str


async def find_called(db: AsyncSession, words: str, within: Collection[str] | None = None) -> list[Called]:
    """Who is called so, by name, those that are waited for last; ``within`` some départements, or anywhere."""
    wanted = _PARTS.split(fold(words.removeprefix("@")))
    here = select(Person.id, Person.username, Person.prenom, Person.nom, Person.departements)  # type: ignore[call-overload]
    there = select(Awaited.username, Awaited.email, Awaited.prenom, Awaited.nom, Awaited.departements)  # type: ignore[call-overload]
    rows = list(
        (await execute(db, here.where(col(Person.username) != ERASED).order_by(col(Person.username)))).mappings()
    )
    found = [_called(row) for row in rows if _is_called(row, wanted) and _is_within(row, within)]
    waiting = list((await execute(db, there.order_by(col(Awaited.id)))).mappings())
    found += [_called(row) for row in waiting if _is_called(row, wanted) and _is_within(row, within)]
    return sorted(found, key=lambda one: (not one.id, fold(one.full_name)))


def _called(row: RowMapping) -> Called:
    name = " ".join(str(part) for part in (row["prenom"], row["nom"]) if part)
    username = str(row["username"] or row.get("email") or "")
    return Called(str(row.get("id") or ""), username, name or username)


def _is_called(row: RowMapping, wanted: Collection[str]) -> bool:
    parts = _PARTS.split(fold(" ".join(str(row[name] or "") for name in ("prenom", "nom", "username"))))
    return all(any(part.startswith(word) for part in parts) for word in wanted if word)


def _is_within(row: RowMapping, within: Collection[str] | None) -> bool:
    return within is None or not set(within).isdisjoint(row["departements"])
