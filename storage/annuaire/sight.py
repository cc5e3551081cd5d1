"""What somebody may see of a person, field by field."""

from dataclasses import dataclass
from typing import Any

from config.departements import DEPARTEMENTS
from config.themes import THEMES
from storage.annuaire.values import show_phone
from storage.communes import Commune, by_code, find_exactly
from storage.people import Audience, Person, Role

NETWORK = (Role.CONSEILLER, Role.COORDINATEUR, Role.ANIMATEUR, Role.HOTLINE)
"""To whom the directory is open; an agent invité may be anybody who came in."""


def sees(viewer: Person, person: Person, name: str) -> bool:
    """Whether somebody may see that field (of ``SHOWN_TO``) of a person; one’s own are all seen."""
    if viewer.id and viewer.id == person.id:
        return True
    audience = person.audience(name)
    if audience is Audience.RESEAU:
        return True
    if audience is Audience.PERSONNE:
        return False
    near = audience is Audience.DEPARTEMENT and not set(viewer.departements).isdisjoint(person.departements)
    return near or viewer.animates


@dataclass(frozen=True, slots=True)
class Shown:
    """A person as somebody sees them; what they may not see is empty, as is what nobody knows."""

    id: str
    username: str
    name: str
    role: Role | None
    departements: tuple[str, ...]
    structure: str
    commune: str
    email: str
    telephone: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """« Rhône (69) », the one where they work first."""
        return tuple(place_name(code) for code in self.departements)

    @property
    def phone(self) -> str:
        """The number as people write it."""
        return show_phone(self.telephone)


def show(viewer: Person, person: Person) -> Shown:
    """A person as somebody sees them."""
    fields: dict[str, Any] = {
        "structure": person.structure or "",
        "commune": commune_name(person),
        "email": person.email or "",
        "telephone": person.telephone or "",
        "skills": skills_of(person),
        "languages": tuple(person.languages),
    }
    return Shown(
        id=person.id,
        username=person.username,
        name=person.full_name,
        role=person.role,
        departements=tuple(person.departements),
        **{name: known if sees(viewer, person, name) else type(known)() for name, known in fields.items()},
    )


def place_name(code: str) -> str:
    """« Rhône (69) »; a code that is no département’s as it is."""
    found = DEPARTEMENTS.get(code)
    return f"{found.nom.replace(chr(39), '’')} ({code})" if found else code


def commune_name(person: Person) -> str:
    """Where somebody works; empty while it is not known."""
    commune = commune_of(person)
    return commune.nom if commune else ""


def commune_of(person: Person) -> Commune | None:
    """The commune of today where somebody works: that of an arrondissement, or the one a former commune is part of."""
    code = person.code_commune or ""
    found = find_exactly(code).place if code and by_code(code) is None else None
    return found.commune if found else by_code(code)


def skills_of(person: Person) -> tuple[str, ...]:
    """What somebody can do: the short labels of themes, then their own words."""
    return (*(THEMES[code].court for code in person.skills if code in THEMES), *person.skill_words)
