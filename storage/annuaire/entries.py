"""What the directory is searched for: people and contacts, each with the words that find them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from config.departements import DEPARTEMENTS
from config.folding import fold
from config.hubs import hub_of
from config.themes import THEMES
from storage.annuaire.contacts import Contact
from storage.annuaire.sight import commune_of
from storage.communes import Commune
from storage.people import SHOWN_TO, Audience, Person, Role

SMALL = frozenset({"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "pour", "sur"})
"""Words that find nothing."""
ROLES = {
    Role.CONSEILLER: ("conseiller", "conseillere", "cn", "cnfs"),
    Role.COORDINATEUR: ("coordinateur", "coordinatrice", "coordo"),
    Role.ANIMATEUR: ("animateur", "animatrice"),
    Role.INVITE: ("invite", "invitee"),
    Role.HOTLINE: ("hotline",),
    Role.ADMINISTRATEUR: ("administrateur", "administratrice"),
}
"""What people call each role, folded."""
ROLE_WORDS = frozenset(name for names in ROLES.values() for name in names)
WHOLE, PART = 100, 75
"""How well a word finds what it names, alone or as one word of several."""
OWN_WORD, STRUCTURE, USERNAME, REGION, THEME = 90, 70, 80, 60, 60


REMEMBERED = 10_000
"""Texts whose words are kept at hand: first names and structures come again and again."""


Word = tuple[str, int, str]
"""A word that finds an entry, how well (of 100), and the field that says it: empty for what everybody sees.

(There are hundreds of thousands: of plain tuples the garbage collector takes no notice.)
"""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """Somebody or something to be found. A person whose line still waits for its account has no id.

    ``open_fields`` are those that the whole réseau sees; ``order`` is where it comes among others as good.
    """

    person: Person | None
    contact: Contact | None
    name: str
    departements: frozenset[str]
    words: tuple[Word, ...]
    open_fields: frozenset[str]
    order: tuple[bool, str, str]

    @classmethod
    def of_person(cls, person: Person) -> "Entry":
        """A person with all words, whoever may see them."""
        name, places = fold(person.full_name), frozenset(person.departements)
        seen = frozenset(field for field in SHOWN_TO if person.audience(field) is Audience.RESEAU)
        return cls(person, None, name, places, tuple(_of_person(person)), seen, (False, name, person.username))

    @classmethod
    def of_contact(cls, contact: Contact) -> "Entry":
        """A contact."""
        name, places = fold(contact.title), frozenset({contact.departement} - {""})
        return cls(None, contact, name, places, tuple(_of_contact(contact)), frozenset(), (True, name, ""))


@lru_cache(REMEMBERED)
def words(text: str) -> tuple[str, ...]:
    """A text as the words that are compared; without the small ones, unless there are no others."""
    every = re.findall(r"[a-z0-9]+", fold(text))
    return tuple(word for word in every if word not in SMALL) or tuple(every)


def theme_word(code: str) -> str:
    """The word, which nobody can type, that finds who is good at a theme."""
    return f"#{code}"


def _weigh(text: str, whole: int, part: int, field: str = "") -> Iterator[Word]:
    found = words(text)
    weight = whole if len(found) == 1 else part
    return ((word, weight, field) for word in found)


def _of_person(person: Person) -> Iterator[Word]:
    for name in (person.prenom, person.nom):
        yield from _weigh(name or "", WHOLE, WHOLE)
    yield from _weigh(person.username, USERNAME, USERNAME)
    if person.role is not None:
        yield from _of_role(person.role)
    yield from _of_departements(person.departements)
    yield from _of_commune(commune_of(person))
    yield from _weigh(person.structure or "", STRUCTURE, STRUCTURE, "structure")
    for code in person.skills:
        yield from _of_theme(code)
    for word in person.skill_words:
        yield from _weigh(word, OWN_WORD, OWN_WORD, "skills")
    for language in person.languages:
        yield from _weigh(language, USERNAME, USERNAME, "languages")


def _of_contact(contact: Contact) -> Iterator[Word]:
    yield from _weigh(contact.nom, WHOLE, WHOLE)
    yield from _weigh(contact.organisme, WHOLE, WHOLE)
    yield from _weigh(contact.fonction, STRUCTURE, STRUCTURE)
    yield from _of_departements([contact.departement] if contact.departement else [])


@cache
def _of_role(role: Role) -> tuple[Word, ...]:
    called = [(name, WHOLE, "") for name in ROLES[role]]
    return (*called, *((word, PART, "") for word in words(role.label) if word not in ROLES[role]))


def _of_departements(codes: Iterable[str]) -> Iterator[Word]:
    for code in codes:
        yield from _of_departement(code)


@cache
def _of_departement(code: str) -> tuple[Word, ...]:
    found = DEPARTEMENTS.get(code)
    named = (*_weigh(found.nom, WHOLE, PART), *_weigh(found.region, REGION, REGION)) if found else ()
    hub = hub_of(code)
    # (« Hub » alone is no name: everybody has one.)
    of_hub = _weigh(hub.name.removeprefix("Hub "), REGION, REGION) if hub else ()
    return ((code.lower(), WHOLE, ""), *named, *of_hub)


@cache
def _of_commune(commune: Commune | None) -> tuple[Word, ...]:
    """A commune is found by its name, its postcodes and its code."""
    if commune is None:
        return ()
    codes = {commune.code.lower(), *commune.codes_postaux}
    return (*_weigh(commune.nom, WHOLE, PART, "commune"), *((each, WHOLE, "commune") for each in sorted(codes)))


@cache
def _of_theme(code: str) -> tuple[Word, ...]:
    theme = THEMES.get(code)
    if theme is None:
        return ()
    labels = {*words(theme.court), *words(theme.libelle)}
    return (
        (theme_word(code), THEME, "skills"),
        *((word, THEME, "skills") for word in sorted(labels) if len(word) > 2),
    )
