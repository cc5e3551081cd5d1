"""Whose comptes rendus, and of which days, a command of the operator’s is about."""

from argparse import ArgumentTypeError, Namespace
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from cli.errors import OperatorError
from config.departements import DEPARTEMENTS, Departement
from config.folding import fold
from config.territories import NATION, Territory, TerritoryKind
from storage import people
from storage.people import Person
from storage.stats import Figures
from storage.stats.queries import of_territory, own

_FAR = date(9000, 1, 1)
"""After every compte rendu, and with room for a day more."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose figures: one person’s of the register, else a territory’s."""

    person: Person | None = None
    territory: Territory = NATION

    @property
    def title(self) -> str:
        """The user name, or the territory’s."""
        return self.person.username if self.person else self.territory.name

    async def figures(self, db: AsyncSession, start: date, end: date) -> Figures:
        """What was done in [start, end[; exactly."""
        if self.person:
            return await own(db, self.person.id, start, end)
        return await of_territory(db, self.territory, start, end)


async def subject_of(db: AsyncSession, options: Namespace) -> Subject:
    """The subject that the options name; raises OperatorError for a person who is not in the register."""
    if options.user is not None:
        username = options.user.removeprefix("@").lower()
        person = await people.by_username(db, username)
        if person is None:
            raise OperatorError(f"Personne ne s’appelle « {username} » dans le registre.")
        return Subject(person)
    if options.departement:
        return Subject(territory=Territory(TerritoryKind.DEPARTEMENT, options.departement.code))
    return Subject(territory=Territory(TerritoryKind.REGION, options.region) if options.region else NATION)


def interval(options: Namespace) -> tuple[date, date]:
    """The days from --from to --to, which is included, as a half-open interval; raises OperatorError if backwards."""
    if options.start > options.end:
        raise OperatorError("--from : ce jour est après celui de --to.", code=2)
    return min(options.start, _FAR), min(options.end, _FAR) + timedelta(days=1)


def departement(text: str) -> Departement:
    """A département by its code (« 69 », « 2a », « 1 ») or its name."""
    wanted = fold(text)
    by_name = (d for d in DEPARTEMENTS.values() if wanted in (fold(d.nom), d.code.lower(), d.code.lower().lstrip("0")))
    if found := next(by_name, None):
        return found
    raise ArgumentTypeError(f"« {text} » n’est pas un département")


def region(text: str) -> str:
    """The INSEE code of a region, from that code or the name."""
    wanted = fold(text)
    codes = (d.code_region for d in DEPARTEMENTS.values() if d.region and wanted in (d.code_region, fold(d.region)))
    if found := next(codes, None):
        return found
    raise ArgumentTypeError(f"« {text} » n’est pas une région (son code INSEE ou son nom, par exemple 84)")
