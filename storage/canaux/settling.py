"""Which channels somebody is to be brought into, and taken out of, once the register says something else of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from config.canaux import Belonging, PlannedChannel
from storage.canaux.belonging import Member, Rules
from storage.canaux.table import allowances, by_key
from storage.claims import claim, taken
from storage.people import Person

DEFAULT = "town-square"
"""The address of the channel that nobody of a team can leave."""


DEPARTED = "canaux.departed"
"""What a departure is claimed under."""


@dataclass(frozen=True, slots=True)
class Settling:
    """Ids of channels, and of those to be joined the teams ("" is the bot’s own); leaving one where somebody is not
    does nothing."""

    joins: Mapping[str, str]
    leaves: Sequence[str]


async def settle(
    db: AsyncSession, table: Mapping[str, PlannedChannel], before: Member | None, after: Member
) -> Settling:
    """What changes for somebody, of whom nothing was known before where that is None.

    Who left the réseau leaves the channels of free choice, too; who moved keeps the old département’s channel for as
    long as ``after.leaving`` says.
    """
    rules, known = Rules(await allowances(db)), await by_key(db)
    old = rules.places(table, before) if before else frozenset()
    new = rules.places(table, after)
    leaves = [key for key in table if _is_left(rules, table[key], key in old, after)]
    joins = {known[key]: planned.team for key, planned in table.items() if key in new - old and key in known}
    return Settling(joins, [known[key] for key in leaves if key in known])


def _is_left(rules: Rules, planned: PlannedChannel, was_there: bool, after: Member) -> bool:
    if planned.address == DEFAULT:
        return False
    if after.has_left:
        return was_there or planned.belonging is Belonging.LIBRE
    return was_there and planned.private and bool(rules.reason_out(planned, after))


async def begin_departure(db: AsyncSession, person: Person, now: datetime) -> bool:
    """Somebody whose last day has passed is about to leave their channels; False where that was begun before."""
    return await claim(db, DEPARTED, _departure(person), now)


async def departed(db: AsyncSession, persons: Sequence[Person]) -> Collection[str]:
    """The ids of those of them of whom it was begun, for the last day that they have now."""
    begun = set(await taken(db, DEPARTED, [_departure(person) for person in persons]))
    return {person.id for person in persons if _departure(person) in begun}


def _departure(person: Person) -> str:
    return f"{person.id}:{person.left_on}"
