"""A person of the register: role, name, employer, place, dates and audiences; how roles and départements are read."""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Column, ColumnElement, or_
from sqlmodel import Field, SQLModel, col

from config.territories import DEPARTEMENTS, REGION_NAMES, REGIONS, hub_of
from config.text import fold, quote
from config.time import PARIS
from storage.database import Code, Labelled, UtcTime
from storage.statements import make_row

ERASED = "(compte effacé)"
"""The name of every pseudonym, under which figures keep what somebody did who was erased: no account is called so."""


class Role(Labelled):
    """The role of a person in the réseau; each trigger names the roles that may use it."""

    CONSEILLER = "conseiller", "conseiller numérique"
    COORDINATEUR = "coordinateur", "coordinateur"
    ANIMATEUR = "animateur", "animateur de communauté"
    INVITE = "invite", "agent invité"
    HOTLINE = "hotline", "agent de la hotline"
    ADMINISTRATEUR = "administrateur", "administrateur"

    @property
    def word(self) -> str:
        """The word by which the role is typed; its value is without accents."""
        return _TYPED.get(self.value, self.value)

    @property
    def many(self) -> str:
        """What several people of the role are called."""
        return " ".join(_MANY.get(word, word) for word in self.label.split(" "))


_TYPED = {"invite": "invité"}
_MANY = {
    "conseiller": "conseillers",
    "numérique": "numériques",
    "coordinateur": "coordinateurs",
    "animateur": "animateurs",
    "agent": "agents",
    "invité": "invités",
    "administrateur": "administrateurs",
}

EVERYONE = frozenset(Role)
ANIMATES = frozenset({Role.ANIMATEUR, Role.ADMINISTRATEUR})
"""The roles that may do what animateurs may."""


class Audience(Labelled):
    """Who sees a field of somebody’s profile; each audience includes the next ones, and everybody sees their own
    fields."""

    RESEAU = "reseau", "réseau"
    DEPARTEMENT = "departement", "mon département"
    ANIMATEURS = "animateurs", "animateurs"
    PERSONNE = "personne", "personne"


SHOWN_TO = {
    "email": Audience.DEPARTEMENT,
    "telephone": Audience.PERSONNE,
    "structure": Audience.RESEAU,
    "commune": Audience.RESEAU,
    "skills": Audience.RESEAU,
    "languages": Audience.RESEAU,
}
"""Whom each field is shown to while nobody said otherwise; name, role and département are shown to the réseau."""


def name_fully(prenom: str | None, nom: str | None, username: str) -> str:
    """Name somebody: first and last name, or the user name while they are not known."""
    return " ".join(part for part in (prenom, nom) if part) or f"@{username}"


class Person(SQLModel, table=True):
    """One person of the register, known by the Mattermost id (names and addresses change).

    ``role`` is empty while it follows from Mattermost (address, team or system admin); ``derived_role`` is then what
    Mattermost last said, and ``derived_at`` when, to within a day. ``prenom`` and ``nom`` are as one shows them, never
    Mattermost’s. ``departements`` are codes, the first one being where the person works; ``code_commune`` is INSEE’s.
    ``structure`` is the employer’s name, ``siret`` its number. ``arrived_on`` and ``left_on`` are the contract’s first
    and last day; after that the role has ended (``role`` keeps it for a return). ``skills`` are codes of themes,
    ``skill_words`` free words, ``languages`` names of languages. ``shown_to`` has the fields whose audience somebody
    chose; who ``is_hidden`` is found by nobody. Who ``helps`` may be asked for help by others.
    """

    id: str = Field(primary_key=True, max_length=26)
    username: str = Field(index=True, max_length=64)
    role: Role | None = Field(default=None, sa_type=Code(Role))
    prenom: str | None = Field(default=None, max_length=80)
    nom: str | None = Field(default=None, max_length=80)
    email: str | None = Field(default=None, max_length=254)
    telephone: str | None = Field(default=None, max_length=32)
    structure: str | None = Field(default=None, max_length=200)
    siret: str | None = Field(default=None, max_length=14)
    code_commune: str | None = Field(default=None, max_length=5)
    # An empty default is copied; of a factory the signature would be read for each person: longer than all the rest.
    departements: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    timezone: str = Field(default=PARIS.key, max_length=64)
    arrived_on: date | None = None
    left_on: date | None = None
    skills: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    skill_words: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    languages: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    shown_to: dict[str, str] = Field(default={}, sa_column=Column(JSON, nullable=False))
    is_hidden: bool = False
    helps: bool = False
    since: datetime = Field(sa_type=UtcTime)
    derived_role: Role | None = Field(default=None, sa_type=Code(Role))
    derived_at: datetime | None = Field(default=None, sa_type=UtcTime)

    @property
    def departement(self) -> str | None:
        """The département in which the person works."""
        return self.departements[0] if self.departements else None

    @property
    def region(self) -> str:
        """The name of the région in which the person works; empty where there is none."""
        return REGION_NAMES.get(REGIONS.get(self.departement or "", ""), "")

    @property
    def hub(self) -> str:
        """The name of the hub of the département in which the person works; empty where there is none."""
        found = hub_of(self.departement or "")
        return found.name if found else ""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the person, in which their day begins."""
        return ZoneInfo(self.timezone)

    @property
    def known_role(self) -> Role | None:
        """The role that the register gives, else the one that Mattermost last said."""
        return self.role or self.derived_role

    @property
    def animates(self) -> bool:
        """Tell whether the person may do what animateurs may; administrateurs may, too."""
        return self.known_role in ANIMATES

    def may(self, roles: Collection[Role]) -> bool:
        """Tell whether the person may do what is reserved for these roles."""
        return self.known_role in roles or (self.animates and Role.ANIMATEUR in roles)

    @property
    def full_name(self) -> str:
        """First and last name, or the user name while these are unknown."""
        return name_fully(self.prenom, self.nom, self.username)

    def copy_with(self, **values: Any) -> "Person":
        """Return a copy with other values, which belongs to no session."""
        return make_row(Person, **(self.model_dump() | values))

    def today(self, now: datetime) -> date:
        """Return the date of an instant in the person’s time zone."""
        return now.astimezone(self.zone).date()

    def has_left(self, today: date) -> bool:
        """Tell whether the person’s contract has ended by a day; its last day is still worked."""
        return self.left_on is not None and self.left_on < today

    def audience(self, name: str) -> Audience:
        """Return the audience that sees a field of ``SHOWN_TO``."""
        return Audience(self.shown_to.get(name, SHOWN_TO[name]))


def is_there(today: date) -> ColumnElement[bool]:
    """Make the condition that somebody has not left by a day (``Person.has_left``): most have a last day to come."""
    return or_(col(Person.left_on).is_(None), col(Person.left_on) >= today)


DEPARTEMENTS_MAX = 20
"""The most départements of one person; coordinateurs of a whole région have up to thirteen."""
_SEPARATORS = re.compile(r"[|,;]")
_ROLES: Mapping[str, Role] = {
    **{role.value: role for role in Role},
    **{fold(role.label): role for role in Role},
    **{"conseillere": Role.CONSEILLER, "coordinatrice": Role.COORDINATEUR, "animatrice": Role.ANIMATEUR},
    **{"admin": Role.ADMINISTRATEUR, "administratrice": Role.ADMINISTRATEUR, "invitee": Role.INVITE},
    **{"agent hotline": Role.HOTLINE, "agente invitee": Role.INVITE, "animateur de communaute": Role.ANIMATEUR},
}
_CODES = {fold(name): code for code, d in DEPARTEMENTS.items() for name in (code, d.nom)}


def read_role(text: str) -> Role:
    """Read a role by its name. Raises ValueError, with a French sentence, for any other text."""
    role = _ROLES.get(fold(text))
    if role is None:
        known = ", ".join(member.word for member in Role)
        raise ValueError(f"« {quote(text)} » n’est pas un rôle : {known}.")
    return role


def read_departements(text: str) -> list[str]:
    """Read the codes of départements, given by code or name and separated by « | » or commas, each once.

    « 1 » is « 01 », as spreadsheets drop the zero. Raises ValueError, with a French sentence, for what is none.
    """
    written = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    codes = list(dict.fromkeys(_code(part) for part in written))
    if len(codes) > DEPARTEMENTS_MAX:
        raise ValueError(f"{DEPARTEMENTS_MAX} départements au plus.")
    return codes


def _code(text: str) -> str:
    code = _CODES.get(fold(text.zfill(2) if text.isdigit() else text))
    if code is None:
        raise ValueError(f"« {quote(text)} » n’est pas un département : donnez son numéro ou son nom (69, Rhône).")
    return code
