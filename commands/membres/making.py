"""What becomes of somebody: copies of the register’s row, in which something is different."""

import datetime as dt
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from bot.context import Context
from bot.errors import UserError
from commands.membres.rules import may_give
from storage.people import Person, Role
from storage.people.structures import among

T = TypeVar("T")


def with_(person: Person, **values: object) -> Person:
    """Somebody with other values."""
    return Person(**(person.model_dump() | values))


def ended(person: Person, left_on: dt.date) -> Person:
    """Somebody whose last day that is; it may be the eve of the first, for who never came. Raises UserError for one
    before that."""
    if person.arrived_on and left_on < person.arrived_on - timedelta(days=1):
        raise UserError(f"Ce jour précède l’arrivée, le {person.arrived_on:%d/%m/%Y}.")
    return with_(person, left_on=left_on)


def chosen_role(actor: Person, text: str) -> Role:
    """The role chosen; a window that opened before somebody’s own role changed may offer more than they may give."""
    role = Role(text)
    if role not in may_give(actor):
        raise UserError(fields={"role": "Ce rôle, vous ne pouvez pas ou plus le donner."})
    return role


async def find_employer(ctx: Context, siret: str | None, name: str | None) -> Mapping[str, object]:
    """Who employs somebody: the name that goes with the number, if none was given."""
    if siret and not name:
        known = await among(ctx.db, [siret])
        name = known[siret].nom if siret in known else None
    return {"structure": name, "siret": siret} if name or siret else {}


def read(reader: Callable[[str], T], text: str) -> T:
    """What a reader makes of a text. Raises UserError with its sentence where that is nothing."""
    try:
        return reader(text)
    except ValueError as problem:
        raise UserError(str(problem)) from None
