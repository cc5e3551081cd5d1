"""Who was announced by an import and has no account yet: their line waits for it, by user name or address."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import JSON, Column, delete, or_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, UtcTime
from storage.people.person import Person, Role


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
    departements: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
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


def fill(person: Person, line: Awaited) -> Person:
    """Somebody as the line that waits for them says."""
    return Person(**(person.model_dump() | line.model_dump(include=TAKEN)))


async def fulfil(db: AsyncSession, line: Awaited, person: Person) -> Person:
    """Somebody as the line that waited for them says; it waits no more. (Who calls writes them down.)"""
    await db.execute(delete(Awaited).where(col(Awaited.id) == line.id))
    return fill(person, line)
