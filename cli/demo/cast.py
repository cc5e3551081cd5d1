"""The people of the demo and where they work: those whom the entrance page presents first, then the rest of a small
réseau."""

from dataclasses import dataclass
from functools import cache

from config import tables
from config.territories import DEPARTEMENTS
from config.time import PARIS

PASSWORD = "Coop-demo-1!"  # noqa: S105  (everybody’s, and printed: nothing here is secret)
TEAM = "cnum"
TEAM_NAME = "Conseillers numériques"
TOWN_SQUARE = "town-square"
"""The address of the channel where everybody is."""
ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """A person of the demo; ``role`` is one of the register’s.

    ``communes`` are the INSEE codes of their places of work, home first.
    """

    username: str
    first_name: str
    last_name: str
    domain: str
    role: str
    structure: str
    communes: tuple[str, ...]

    @property
    def email(self) -> str:
        """Return their address."""
        return f"{self.username}@{self.domain}"

    @property
    def departement(self) -> str | None:
        """The code of the one in which they work, if they work in one."""
        home = self.communes[0] if self.communes else None
        return home and home[: 3 if home.startswith("97") else 2]

    @property
    def timezone(self) -> str:
        """The name of the zone in which they work."""
        return DEPARTEMENTS[self.departement].fuseau if self.departement else PARIS.key

    @property
    def files_reports(self) -> bool:
        """Whether they file reports."""
        return self.role == "conseiller"


@cache
def everybody() -> tuple[DemoPerson, ...]:
    """Read the people of reseau.tsv, in its order."""
    return tuple(_actor(**row) for row in tables.read("reseau.tsv", "cli.demo"))


def _actor(communes: str, **said: str) -> DemoPerson:
    return DemoPerson(**said, communes=tuple(filter(None, communes.split(","))))


CAST = everybody()[:8]
"""The people shown first: one of each kind."""
