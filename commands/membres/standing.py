"""What of somebody the commands about members change, as a button carries it."""

import datetime as dt
from typing import Self

from pydantic import BaseModel

from storage.people import Person, Role


class Standing(BaseModel):
    """What of somebody these commands change."""

    role: Role | None
    prenom: str | None
    nom: str | None
    structure: str | None
    siret: str | None
    departements: list[str]
    timezone: str
    arrived_on: dt.date | None
    left_on: dt.date | None

    @classmethod
    def of(cls, person: Person) -> Self:
        """Somebody as they are now."""
        return cls.model_validate(person.model_dump(include=set(cls.model_fields)))

    def applied_to(self, person: Person) -> Person:
        """Somebody with all that."""
        return Person(**(person.model_dump() | dict(self)))
