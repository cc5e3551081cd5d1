"""Who belongs into which channel by the register, and what that changes when the register does."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from config.canaux import Belonging, PlannedChannel, home_of
from config.territories import hub_of
from storage.canaux import Allowance, find_channel_ids, list_allowances
from storage.claims import claim, list_taken
from storage.people import Person, Role

ANIMATION = frozenset({Role.ANIMATEUR, Role.ADMINISTRATEUR})
"""Who may be everywhere."""


@dataclass(frozen=True, slots=True)
class ChannelMember:
    """Somebody as far as channels go: ``departements`` are those whose channels they share, ``leaving`` those they left
    less than a grace ago; ``hubs`` and ``leaving_hubs`` (by key) follow from them."""

    id: str
    username: str
    role: Role | None
    departements: frozenset[str]
    leaving: frozenset[str]
    has_left: bool
    hubs: frozenset[str] = frozenset()
    leaving_hubs: frozenset[str] = frozenset()

    @classmethod
    def of(cls, person: Person, today: date, leaving: Iterable[str] = ()) -> "ChannelMember":
        """A person of the register on that day."""
        return cls(
            id=person.id,
            username=person.username,
            role=person.role or person.derived_role,
            departements=_homes(person.departements),
            leaving=_homes(leaving),
            has_left=person.has_left(today),
            hubs=_hubs(person.departements),
            leaving_hubs=_hubs(leaving),
        )

    @property
    def is_everywhere(self) -> bool:
        """Whether they may be in every channel."""
        return self.role in ANIMATION


class MembershipRules:
    """The rules of belonging, with the exceptions by name."""

    def __init__(self, allowances: Iterable[Allowance]) -> None:
        self._named: Mapping[tuple[str, str], Allowance] = {(a.key, a.user_id): a for a in allowances}

    def reason_in(self, canal: PlannedChannel, member: ChannelMember) -> str:
        """Why somebody belongs there; "" where they need not be."""
        named = self._named.get((canal.key, member.id))
        if member.has_left or (named and not named.is_in):
            return ""
        if named:
            return named.reason or "y est admis par exception"
        if canal.belonging is Belonging.TOUS:
            return "tout le réseau y est"
        if canal.belonging is Belonging.DEPARTEMENT:
            return f"travaille dans le {canal.departement}" if self._works_there(canal, member) else ""
        if canal.belonging is Belonging.HUB:
            return "travaille dans un département de ce hub" if canal.hub in _member_hubs(member) else ""
        return f"est {member.role.label}" if member.role and member.role in canal.roles else ""

    def places(self, table: Mapping[str, PlannedChannel], member: ChannelMember) -> frozenset[str]:
        """The keys of all channels where somebody belongs."""
        return frozenset(key for key, canal in table.items() if self.reason_in(canal, member))

    def reason_out(self, canal: PlannedChannel, member: ChannelMember | None, user_id: str = "") -> str:
        """Why somebody should not be in a private channel; "" where they may. Who is not in the register is known by
        their ``user_id`` alone."""
        named = self._named.get((canal.key, member.id if member else user_id))
        if named:
            return "" if named.is_in else named.reason or "n’y est pas admis"
        if member is None:
            return "n’est pas dans le registre"
        if member.has_left:
            return "a quitté le réseau"
        if member.is_everywhere or self.reason_in(canal, member):
            return ""
        if canal.belonging in {Belonging.DEPARTEMENT, Belonging.HUB}:
            is_leaving = canal.departement in member.leaving or canal.hub in member.leaving_hubs
            return "" if is_leaving else _say_elsewhere(member)
        return "n’a pas le rôle de ceux qui y sont"

    def administers(self, canal: PlannedChannel, member: ChannelMember) -> bool:
        """Whether somebody should administer a channel: coordinateurs that of their département, unless it was decided
        otherwise of them."""
        named = self._named.get((canal.key, member.id))
        if named and named.leads is not None:
            return named.leads and named.is_in and not member.has_left
        return (
            canal.belonging is Belonging.DEPARTEMENT
            and member.role is Role.COORDINATEUR
            and bool(self.reason_in(canal, member))
        )

    @staticmethod
    def _works_there(canal: PlannedChannel, member: ChannelMember) -> bool:
        return canal.departement in member.departements and not member.is_everywhere


def _member_hubs(member: ChannelMember) -> frozenset[str]:
    """The hubs of somebody; who may be everywhere is brought into none."""
    return frozenset() if member.is_everywhere else member.hubs


def _hubs(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(hub.key for code in codes if (hub := hub_of(code)))


def _homes(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(home for code in codes if (home := home_of(code)))


def _say_elsewhere(member: ChannelMember) -> str:
    where: Collection[str] = sorted(member.departements)
    return f"travaille ailleurs ({', '.join(where)})" if where else "n’a pas de département dans le registre"


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


async def compute_settling(
    db: AsyncSession, table: Mapping[str, PlannedChannel], before: ChannelMember | None, after: ChannelMember
) -> Settling:
    """What changes for somebody, of whom nothing was known before where that is None.

    Who left the réseau leaves the channels of free choice, too; who moved keeps the old département’s channel for as
    long as ``after.leaving`` says.
    """
    rules, known = MembershipRules(await list_allowances(db)), await find_channel_ids(db)
    old = rules.places(table, before) if before else frozenset()
    new = rules.places(table, after)
    leaves = [key for key in table if _is_left(rules, table[key], key in old, after)]
    joins = {known[key]: planned.team for key, planned in table.items() if key in new - old and key in known}
    return Settling(joins, [known[key] for key in leaves if key in known])


def _is_left(rules: MembershipRules, planned: PlannedChannel, was_there: bool, after: ChannelMember) -> bool:
    if planned.address == DEFAULT:
        return False
    if after.has_left:
        return was_there or planned.belonging is Belonging.LIBRE
    return was_there and planned.private and bool(rules.reason_out(planned, after))


async def begin_departure(db: AsyncSession, person: Person, now: datetime) -> bool:
    """Somebody whose last day has passed is about to leave their channels; False where that was begun before."""
    return await claim(db, DEPARTED, _departure_key(person), now)


async def find_departed(db: AsyncSession, persons: Sequence[Person]) -> Collection[str]:
    """The ids of those of them of whom it was begun, for the last day that they have now."""
    begun = set(await list_taken(db, DEPARTED, [_departure_key(person) for person in persons]))
    return {person.id for person in persons if _departure_key(person) in begun}


def _departure_key(person: Person) -> str:
    return f"{person.id}:{person.left_on}"
