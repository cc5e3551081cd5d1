"""Who belongs into which channel by the register, who may be there besides, and why."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from config.canaux import Belonging, PlannedChannel, home_of
from config.hubs import hub_of
from storage.canaux.table import Allowance
from storage.people import Person, Role

ANIMATION = frozenset({Role.ANIMATEUR, Role.ADMINISTRATEUR})
"""Who may be everywhere."""


@dataclass(frozen=True, slots=True)
class Member:
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
    def of(cls, person: Person, today: date, leaving: Iterable[str] = ()) -> "Member":
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


class Rules:
    """The rules of belonging, with the exceptions by name."""

    def __init__(self, allowances: Iterable[Allowance]) -> None:
        self._named: Mapping[tuple[str, str], Allowance] = {(a.key, a.user_id): a for a in allowances}

    def reason_in(self, canal: PlannedChannel, member: Member) -> str:
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
            return "travaille dans un département de ce hub" if canal.hub in _places(member) else ""
        return f"est {member.role.label}" if member.role and member.role in canal.roles else ""

    def places(self, table: Mapping[str, PlannedChannel], member: Member) -> frozenset[str]:
        """The keys of all channels where somebody belongs."""
        return frozenset(key for key, canal in table.items() if self.reason_in(canal, member))

    def reason_out(self, canal: PlannedChannel, member: Member | None, user_id: str = "") -> str:
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
            return "" if is_leaving else _elsewhere(member)
        return "n’a pas le rôle de ceux qui y sont"

    def administers(self, canal: PlannedChannel, member: Member) -> bool:
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
    def _works_there(canal: PlannedChannel, member: Member) -> bool:
        return canal.departement in member.departements and not member.is_everywhere


def _places(member: Member) -> frozenset[str]:
    """The hubs of somebody; who may be everywhere is brought into none."""
    return frozenset() if member.is_everywhere else member.hubs


def _hubs(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(hub.key for code in codes if (hub := hub_of(code)))


def _homes(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(home for code in codes if (home := home_of(code)))


def _elsewhere(member: Member) -> str:
    where: Collection[str] = sorted(member.departements)
    return f"travaille ailleurs ({', '.join(where)})" if where else "n’a pas de département dans le registre"
