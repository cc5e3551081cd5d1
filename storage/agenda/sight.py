"""Who sees which events: what is public, and what is for a département of one’s own."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col

from config.canaux import home_of
from storage.agenda.event import AgendaEvent


def homes(codes: Collection[str]) -> frozenset[str]:
    """The départements whose events people of these see: by the channel that they share, where they have one."""
    return frozenset(home_of(code) or code for code in codes)


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees of what is out: the events for these départements and public ones, or ``everything``."""

    homes: frozenset[str] = frozenset()
    everything: bool = False

    @classmethod
    def of(cls, departements: Collection[str]) -> "Sight":
        """That of people of these départements."""
        return cls(homes(departements))

    def covers(self, departement: str) -> bool:
        """Whether an event for that département is seen; "" is for all."""
        return self.everything or not departement or departement in self.homes

    @property
    def clause(self) -> ColumnElement[bool]:
        """The same, asked of the table."""
        return true() if self.everything else self.near

    @property
    def near(self) -> ColumnElement[bool]:
        """What is public, or for one’s own départements, whatever else is seen."""
        return or_(col(AgendaEvent.departement) == "", col(AgendaEvent.departement).in_(self.homes))
