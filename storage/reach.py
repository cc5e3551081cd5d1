"""Whom targets reach, by the register."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.canaux import home_of
from storage.people import Person, Role
from storage.targets import NATIONAL, asked_roles, homes


async def with_roles(db: AsyncSession, roles: Collection[Role], today: date) -> Sequence[str]:
    """The ids of all of these roles who have not left, in the order of their ids."""
    if not roles:
        return []
    given, derived = col(Person.role), col(Person.derived_role)
    mine = or_(given.in_(list(roles)), given.is_(None) & derived.in_(list(roles)))
    found = select(Person.id).where(mine, *_there(today)).order_by(col(Person.id))
    return (await db.exec(found)).all()


async def count(db: AsyncSession, targets: Collection[str], today: date) -> int:
    """How many of the register are reached; who is in a thematic channel is known to Mattermost only."""
    roles, places = asked_roles(targets), homes(targets)
    known = (await db.exec(select(Person.role, Person.derived_role, Person.departements).where(*_there(today)))).all()
    return sum(
        NATIONAL in targets or (role or derived) in roles or not places.isdisjoint(map(home_of, departements))
        for role, derived, departements in known
    )


def reaches(targets: Collection[str], person: Person) -> bool:
    """Whether they reach somebody of the register, as ``count`` counts; who has left is the caller’s to know."""
    own = {home for code in person.departements if (home := home_of(code))}
    has_role = (person.role or person.derived_role) in asked_roles(targets)
    return NATIONAL in targets or has_role or not homes(targets).isdisjoint(own)


def _there(today: date) -> Sequence[ColumnElement[bool]]:
    return [or_(col(Person.left_on).is_(None), col(Person.left_on) >= today)]
