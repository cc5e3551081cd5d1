"""Who was announced by an import and has no account yet: their line waits for it, by user name or address."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, delete, func, or_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime, insertion
from storage.people.person import Person, Role
from storage.people.register import place, register


class Awaited(SQLModel, table=True):
    """A line of an import, under the names that ``Person`` gives these fields; ``username`` and ``email`` are lower
    case, and one of them is there."""

    id: int | None = Field(default=None, primary_key=True)
    username: str | None = Field(default=None, unique=True, max_length=64)
    email: str | None = Field(default=None, index=True, max_length=254)
    role: Role | None = Field(default=None, sa_type=Code(Role))
    prenom: str | None = Field(default=None, max_length=80)
    nom: str | None = Field(default=None, max_length=80)
    structure: str | None = Field(default=None, max_length=200)
    siret: str | None = Field(default=None, max_length=14)
    code_commune: str | None = Field(default=None, max_length=5)
    departements: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    arrived_on: date | None = None
    left_on: date | None = None
    imported_at: datetime = Field(sa_type=UtcTime)


TAKEN = set(Awaited.model_fields) - {"id", "username", "imported_at"}
"""What somebody who comes takes over from the line that waited for them."""


async def find(db: AsyncSession, username: str, email: str = "") -> Awaited | None:
    """The line that waits for an account, by its name before its address."""
    named = col(Awaited.username) == username.lower()
    wanted = or_(named, col(Awaited.email) == email.lower()) if email else named
    found = (await db.exec(select(Awaited).where(wanted).order_by(col(Awaited.id)))).all()
    return min(found, key=lambda line: line.username != username.lower(), default=None)


async def every(db: AsyncSession) -> Sequence[Awaited]:
    """All lines that wait, oldest first."""
    return (await db.exec(select(Awaited).order_by(col(Awaited.id)))).all()


async def among(db: AsyncSession, usernames: Collection[str], emails: Collection[str]) -> Sequence[Awaited]:
    """The lines that wait under some of a few hundred names and addresses at most."""
    wanted = or_(col(Awaited.username).in_(usernames), col(Awaited.email).in_(emails))
    return (await db.exec(select(Awaited).where(wanted).order_by(col(Awaited.id)))).all()


async def count(db: AsyncSession) -> int:
    """How many lines wait."""
    return (await db.exec(select(func.count()).select_from(Awaited))).one()


async def write_all(db: AsyncSession, lines: Sequence[Awaited]) -> None:
    """Write down lines, new ones and those that are known by their number, whatever they said before."""
    await _write(db, [line.model_dump(exclude={"id"}) for line in lines if line.id is None])
    await _write(db, [line.model_dump() for line in lines if line.id is not None])


async def _write(db: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        statement = insertion(db, Awaited).values(rows)
        new = {name: statement.excluded[name] for name in rows[0] if name != "id"}
        await db.execute(statement.on_conflict_do_update(index_elements=["id"], set_=new))


async def forget(db: AsyncSession, numbers: Collection[int]) -> None:
    """These lines wait no more."""
    if numbers:
        await db.execute(delete(Awaited).where(col(Awaited.id).in_(numbers)))


def fill(person: Person, line: Awaited) -> Person:
    """Somebody as the line that waits for them says; their zone is that of where they will work."""
    told = line.model_dump(include=TAKEN - {"departements"})
    return place(Person(**(person.model_dump() | told)), line.departements)


async def fulfil(db: AsyncSession, line: Awaited, person: Person) -> Person:
    """Somebody as the line that waited for them says; it waits no more. (Who calls writes them down.)"""
    await forget(db, [line.id] if line.id else [])
    return fill(person, line)


async def arrive(db: AsyncSession, person: Person, email: str) -> Person | None:
    """Somebody new, registered as the line says that waited for them; None where none did."""
    line = await find(db, person.username, email)
    if line is None:
        return None
    come = await fulfil(db, line, person)
    await register(db, come)
    return come
