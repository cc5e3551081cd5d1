"""The windows about people of the réseau: who it is about, their role, where they work, when they leave."""

import datetime as dt
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel

from bot.forms import Choice, Clues, Element, Form, Hidden, Offered, PersonPicker, Raw, ReadText, asks
from bot.french import read_date, write_date
from storage.cra.files import make_text_reader
from storage.people import Person, Role
from storage.people.arrivals import WORD_MAX
from storage.people.person import read_departements
from storage.people.register import read_siret

FIRST_DAY = dt.date(2020, 1, 1)
LAST_DAY = dt.date(2100, 1, 1)
GIVEN_TO_GUESTS = (Role.CONSEILLER, Role.COORDINATEUR, Role.HOTLINE, Role.INVITE)
"""The roles that an unknown newcomer may be said to have."""
PLACED = (Role.CONSEILLER, Role.COORDINATEUR)
"""The roles of people who work for a structure, in a département."""
GIVEN_BY_ACCESS = {role.value: role.label for role in PLACED}
"""The roles that « Accepter » can give; giving another takes two people."""
OFFERED_MAX = 25
"""How many of those one window offers: they travel sealed with it."""


class Purpose(StrEnum):
    """What is to be done with the person who is chosen."""

    AJOUTER = "ajouter"
    ROLE = "role"
    DEPLACER = "deplacer"
    DEPART = "depart"
    RETOUR = "retour"


class Who(BaseModel):
    """The person a window is about, as Mattermost and the register had them when it opened: the role that they have."""

    id: str
    username: str
    timezone: str
    role: Role

    @classmethod
    def of(cls, person: Person, role: Role) -> Self:
        """Make the value for somebody who has a role."""
        return cls(id=person.id, username=person.username, timezone=person.timezone, role=role)


def read_day(text: str, clues: Clues) -> dt.date:
    """Read a day, past or to come. Raises ValueError with a French sentence."""
    day = read_date(text, clues.today)
    if day is None or not FIRST_DAY <= day < LAST_DAY:
        raise ValueError("Écrivez la date comme aujourd’hui, hier, 12/09 ou 12/09/2026.")
    return day


def _at_most(most: int) -> ReadText:
    """Make a field of a line of at most so many characters, without invisible ones."""

    def read(text: str, _: Clues) -> str | None:
        try:
            return make_text_reader(most)(text)
        except ValueError as problem:
            sentence = str(problem)
            raise ValueError(f"{sentence[:1].upper()}{sentence[1:]}.") from None

    return ReadText(read)


def _departements(text: str, _: Clues) -> tuple[str, ...]:
    return tuple(read_departements(text))


def _departement(text: str, _: Clues) -> str:
    (code, *others) = read_departements(text) or [""]
    if others or not code:
        raise ValueError("Un seul département : celui où vous travaillez surtout.")
    return code


def _siret(text: str, _: Clues) -> str:
    return read_siret(text)


def _join(codes: Any) -> str:
    return ", ".join(codes)


DAY = ReadText(read_day, show=write_date, placeholder="aujourd’hui, 12/09/2026", missing_text="Indiquez une date.")
DEPARTEMENTS = ReadText(
    _departements, show=_join, placeholder="69, 38", missing_text="Indiquez au moins un département."
)
DEPARTEMENT = ReadText(_departement, placeholder="69, ou Rhône", missing_text="Indiquez un département.")
NAME_MAX = 80
NAME, STRUCTURE = _at_most(NAME_MAX), _at_most(200)
WORD = _at_most(WORD_MAX)
SIRET = ReadText(_siret, placeholder="732 829 320 00074")

Role_ = Annotated[str, Offered()]
Departements = Annotated[tuple[str, ...], DEPARTEMENTS]


class MemberForm(Form):
    """What windows about one person have in common."""

    title = "Membre"

    who: Hidden[Who]

    def introduction(self) -> str:
        return f"@{self.who.username}"


class WithRole(MemberForm):
    """A window about a person that also asks for a role, among those that its user may give."""

    may_give: Hidden[list[Role]]

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"role": {Role(code).value: Role(code).label for code in hidden.get("may_give", ())}}


class ChooseMember(Form):
    """The window that asks who it is about."""

    title = "Choisir une personne"
    submit_label = "Continuer"
    is_kept = False

    person: Annotated[str, PersonPicker()] = asks("Personne", "Tapez le début de son nom.", name="personne")
    purpose: Hidden[Purpose]


class AddMember(WithRole):
    """The window that adds somebody to the register."""

    title = "Ajouter une personne"
    submit_label = "Ajouter"

    role: Role_ = asks("Rôle")
    prenom: Annotated[str | None, NAME] = asks("Prénom", default=None)
    nom: Annotated[str | None, NAME] = asks("Nom", default=None)
    departements: Annotated[tuple[str, ...] | None, DEPARTEMENTS] = asks(
        "Département(s)", "Numéros ou noms, séparés par des virgules ; le premier est le sien.", default=None
    )
    structure: Annotated[str | None, STRUCTURE] = asks("Structure", default=None)
    siret: Annotated[str | None, SIRET] = asks("SIRET", "Celui de la structure : 14 chiffres.", default=None)
    arrived_on: Annotated[dt.date | None, DAY] = asks("Arrivée", name="arrivee", default=None)


class GiveRole(WithRole):
    """The window that gives somebody another role."""

    title = "Changer de rôle"
    submit_label = "Donner ce rôle"

    role: Role_ = asks("Rôle")


class IntroduceGuest(Form):
    """The window that says who an unknown newcomer is."""

    title = "Donner un rôle"
    submit_label = "Donner ce rôle"
    is_kept = False

    person: Annotated[str, Offered()] = asks("Personne", name="personne")
    role: Annotated[str, Offered()] = asks("Rôle")
    waiting: Hidden[dict[str, str]]

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        roles = {role.value: role.label for role in GIVEN_TO_GUESTS}
        return {"personne": hidden.get("waiting", {}), "role": roles}


class CompleteProfile(Form):
    """The window that asks a newcomer for what the register does not know yet."""

    title = "Compléter mon profil"
    submit_label = "Enregistrer"

    prenom: Annotated[str | None, NAME] = asks("Prénom", default=None)
    nom: Annotated[str | None, NAME] = asks("Nom", default=None)
    structure: Annotated[str | None, STRUCTURE] = asks("Structure", "Celle qui vous emploie.", default=None)
    departements: Annotated[tuple[str, ...] | None, DEPARTEMENTS] = asks(
        "Département", "Numéro ou nom ; l’équipe d’animation le confirme.", default=None
    )
    known: Hidden[tuple[str, ...]] = ()

    @classmethod
    def of(cls, person: Person) -> Self:
        """Make the form for somebody."""
        unasked = () if person.role in PLACED else ("structure", "departements")
        return cls.draft(known=tuple(name for name in cls._questions if name in unasked or getattr(person, name)))

    @classmethod
    def parse(cls, raw: Raw, hidden: Mapping[str, object], clues: Clues) -> Self:
        return super().parse({name: raw[name] for name in raw if name not in _known(hidden)}, hidden, clues)

    def elements(self, clues: Clues) -> list[Element]:
        return [element for element in super().elements(clues) if element["name"] not in self.known]

    def filled(self, **said: str) -> Self:
        """Fill the form with what is known elsewhere of what it asks."""
        asked = {name: value[:NAME_MAX] for name, value in said.items() if value and name not in self.known}
        return type(self).draft(known=self.known, **asked)

    @property
    def asks_something(self) -> bool:
        """Tell whether anything is missing, so that the form has a question."""
        return bool(self._questions.keys() - set(self.known))


def _known(hidden: Mapping[str, object]) -> Collection[str]:
    known = hidden.get("known", ())
    return known if isinstance(known, (list, tuple)) else ()


class AskAccess(Form):
    """The window in which somebody unknown asks for a place in the réseau."""

    title = "Demander mon accès"
    submit_label = "Envoyer ma demande"

    departement: Annotated[str, DEPARTEMENT] = asks("Département", "Celui où vous travaillez.")
    structure: Annotated[str | None, STRUCTURE] = asks("Structure", "Celle qui vous emploie.", default=None)
    word: Annotated[str | None, WORD] = asks(
        "Un mot", "Votre métier, et ce que vous venez chercher ici.", name="mot", default=None
    )

    def introduction(self) -> str:
        return "L’équipe d’animation vous répond dans notre conversation privée."


class OfRequest(Form):
    """What windows about a request for a place have in common."""

    title = "Demande d’accès"

    person_id: Hidden[str]
    key: Hidden[str]
    username: Hidden[str]

    def introduction(self) -> str:
        return f"Demande de @{self.username}"


class GrantAccess(OfRequest):
    """The window that grants a place: with which role, and where; ``lines`` are the imported lines that may be this
    person’s, by number."""

    title = "Accepter la demande"
    submit_label = "Accepter"

    role: Annotated[str, Choice(GIVEN_BY_ACCESS)] = asks("Rôle")
    departements: Departements = asks("Département(s)", "Celui qui est demandé, ou un autre.")
    structure: Annotated[str | None, STRUCTURE] = asks("Structure", default=None)
    line: Annotated[str | None, Offered(among="lines")] = asks(
        "Au registre", "La ligne importée qui est la sienne, s’il y en a une.", name="ligne", default=None
    )
    lines: Hidden[dict[str, str]] = {}

    @classmethod
    def parse(cls, raw: Raw, hidden: Mapping[str, object], clues: Clues) -> Self:
        return super().parse({n: raw[n] for n in raw if n != "ligne" or hidden.get("lines")}, hidden, clues)

    def elements(self, clues: Clues) -> list[Element]:
        return [element for element in super().elements(clues) if self.lines or element["name"] != "ligne"]


class RefuseAccess(OfRequest):
    """The window that refuses a place, and says why."""

    title = "Refuser la demande"
    submit_label = "Refuser"

    reason: Annotated[str, WORD] = asks(
        "Raison", "Elle lui est dite telle quelle : expliquez, et dites où s’adresser.", name="raison"
    )


class MoveMember(MemberForm):
    """The window that moves somebody to other départements."""

    title = "Déplacer"
    submit_label = "Déplacer"

    departements: Departements = asks(
        "Département(s)", "Numéros ou noms, séparés par des virgules ; le premier est le sien."
    )
    structure: Annotated[str | None, STRUCTURE] = asks("Structure", default=None)
    siret: Annotated[str | None, SIRET] = asks("SIRET", "Celui de la structure : 14 chiffres.", default=None)


class EndMember(MemberForm):
    """The window of the day on which somebody leaves."""

    title = "Noter un départ"
    submit_label = "Noter le départ"

    left_on: Annotated[dt.date, DAY] = asks(
        "Dernier jour",
        "Son rôle s’arrête le lendemain ; pour l’arrêter tout de suite, écrivez « hier ».",
        name="depart",
    )
