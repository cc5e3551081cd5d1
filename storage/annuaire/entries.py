"""The entries of the directory: people’s profiles and who may see them; contacts and institutions, proposed and decided
about."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import DEPARTEMENTS, REGIONS
from config.text import fold
from config.themes import THEMES
from storage.annuaire.phones import show_phone
from storage.communes import Commune, find_place_exactly, get_commune
from storage.database import Code, UtcTime, execute, insertion
from storage.people import SHOWN_TO, Audience, Person, Role, get, is_there
from storage.people.person import name_fully

PHONE_MAX, EMAIL_MAX, SITE_MAX = 32, 254, 300
"""The most characters that the table’s columns hold."""

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


def read_email(text: str) -> str:
    """Read an address, in lower case. Raises ValueError for what cannot be one."""
    email = text.strip().lower()
    # « =? » begins an encoded word (RFC 2047): a letter’s header would make another address of it.
    if len(email) > EMAIL_MAX or "=?" in email or not _EMAIL.fullmatch(email):
        raise ValueError("Cette adresse électronique ne peut pas exister : relisez-la.")
    return email


def read_site(text: str) -> str:
    """Read the address of a web page; without a scheme it is one of https. Raises ValueError for anything else."""
    typed = text.strip()
    address = typed if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", typed) else f"https://{typed}"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    named = re.fullmatch(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}", host)
    is_web = named and parts.scheme in {"http", "https"} and not parts.username
    if not is_web or len(address) > SITE_MAX or re.search(r"[\s<>\"'()\[\]\\|`]", address):
        raise ValueError("Cette adresse de site ne convient pas : écrivez-la comme exemple.fr, en http ou https.")
    return address


def read_departement(text: str) -> str:
    """Read the code of a département, from its code or name. Raises ValueError for anything else."""
    wanted = fold(text)
    code = wanted.upper().zfill(2)
    if code in DEPARTEMENTS:
        return code
    named = next((d.code for d in DEPARTEMENTS.values() if fold(d.nom) == wanted), None)
    if named is None:
        raise ValueError("Ce département n’existe pas : écrivez son code (69) ou son nom (Rhône).")
    return named


TEXT_MAX = 120
KEY_MAX = 300


class ContactState(StrEnum):
    """How a contact stands: only published ones are found."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"


class Contact(SQLModel, table=True):
    """Somebody outside the réseau, or an institution; at least one of ``nom`` and ``organisme`` is there.

    ``key`` tells contacts apart (name, organisation and département, folded), so that an import may be done again.
    ``departement`` is a code, empty for the whole country; ``proposed_by`` and ``decided_by`` are Mattermost ids, empty
    for an import.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=KEY_MAX)
    nom: str = Field(default="", max_length=TEXT_MAX)
    organisme: str = Field(default="", max_length=TEXT_MAX)
    fonction: str = Field(default="", max_length=TEXT_MAX)
    email: str = Field(default="", max_length=EMAIL_MAX)
    telephone: str = Field(default="", max_length=PHONE_MAX)
    site: str = Field(default="", max_length=SITE_MAX)
    departement: str = Field(default="", max_length=3)
    state: ContactState = Field(sa_type=Code(ContactState), index=True)
    proposed_by: str = Field(default="", max_length=26)
    decided_by: str = Field(default="", max_length=26)
    changed_at: datetime = Field(sa_type=UtcTime)

    @property
    def title(self) -> str:
        """What the contact is called: the name, else the organisation’s."""
        return self.nom or self.organisme

    @property
    def says(self) -> tuple[str, ...]:
        """Everything that a line of an import says of the contact."""
        return tuple(str(getattr(self, name)) for name in COLUMNS)


COLUMNS = ("nom", "organisme", "fonction", "email", "telephone", "site", "departement")
"""The columns of an import, in their order."""


def make_key(nom: str, organisme: str, departement: str) -> str:
    """Make the key that tells contacts apart."""
    return f"{fold(organisme)}|{fold(nom)}|{departement}"[:KEY_MAX]


async def get_contact(db: AsyncSession, contact_id: int) -> Contact | None:
    """Get the contact of an id, whatever its state."""
    return (await db.exec(select(Contact).where(Contact.id == contact_id))).first()


async def find_contacts(db: AsyncSession, keys: Sequence[str]) -> dict[str, Contact]:
    """Find the contacts of some keys, a few hundred at most, whatever their state."""
    found = await db.exec(select(Contact).where(col(Contact.key).in_(keys)))
    return {contact.key: contact for contact in found}


async def save_contact(db: AsyncSession, contact: Contact) -> None:
    """Store a contact in place of what was known under its key."""
    await execute(db, _write_over(db, contact))


async def propose_contact(db: AsyncSession, contact: Contact) -> Contact | None:
    """Store a proposed contact and return it with its number; None where one of its key is published or proposed
    already.

    One that was refused may be proposed again.
    """
    refused = col(Contact.state) == ContactState.REFUSED
    number = (await execute(db, _write_over(db, contact, refused).returning(col(Contact.id)))).scalar()
    return None if number is None else await get_contact(db, number)


def _write_over(db: AsyncSession, contact: Contact, where: sa.ColumnElement[bool] | None = None) -> Any:
    values = contact.model_dump(exclude={"id"})
    statement = insertion(db, Contact).values(values)
    new = {name: statement.excluded[name] for name in values if name != "key"}
    return statement.on_conflict_do_update(index_elements=["key"], set_=new, where=where)


async def get_contact_state(db: AsyncSession, contact_id: int) -> ContactState | None:
    """Get the state of a contact, of which nothing is in hand then."""
    found = (await db.exec(select(Contact.state).where(col(Contact.id) == contact_id))).first()
    return ContactState(found) if found else None


async def decide_contact(db: AsyncSession, contact_id: int, state: ContactState, by: str, at: datetime) -> bool:
    """Publish or refuse a contact; False where it was so already, or is gone."""
    waiting = sa.update(Contact).where(col(Contact.id) == contact_id, col(Contact.state) != state)
    done = await execute(db, waiting.values(state=state, decided_by=by, changed_at=at))
    return done.rowcount > 0


async def find_oldest_proposed(db: AsyncSession) -> Contact | None:
    """Find the proposed contact that has waited longest for a review."""
    waiting = (
        select(Contact).where(Contact.state == ContactState.PROPOSED).order_by(col(Contact.changed_at), col(Contact.id))
    )
    return (await db.exec(waiting.limit(1))).first()


async def count_proposed(db: AsyncSession) -> int:
    """Count the proposed contacts that wait for a review."""
    counted = select(sa.func.count()).select_from(Contact).where(Contact.state == ContactState.PROPOSED)
    return (await db.exec(counted)).one()


NETWORK = (Role.CONSEILLER, Role.COORDINATEUR, Role.ANIMATEUR, Role.HOTLINE)
"""The roles to which the directory is open; an « invité » may be anybody."""


class ListedPerson(NamedTuple):
    """A person as the directory reads them: only the columns it needs, for there are thousands. ``Person`` says what
    each field is."""

    id: str
    username: str
    helps: bool = False
    role: Role | None = None
    prenom: str | None = None
    nom: str | None = None
    email: str | None = None
    telephone: str | None = None
    structure: str | None = None
    code_commune: str | None = None
    departements: Sequence[str] = ()
    skills: Sequence[str] = ()
    skill_words: Sequence[str] = ()
    languages: Sequence[str] = ()
    shown_to: Mapping[str, str] = MappingProxyType({})

    @property
    def full_name(self) -> str:
        """First and last name, or the user name while these are unknown."""
        return name_fully(self.prenom, self.nom, self.username)

    @property
    def departement(self) -> str | None:
        """The code of the département where the person works first; None where none is known."""
        return self.departements[0] if self.departements else None

    def audience(self, name: str) -> Audience:
        """Return the audience to which a field of ``SHOWN_TO`` is shown."""
        return Audience(self.shown_to.get(name, SHOWN_TO[name]))


AnyPerson = Person | ListedPerson


def may_see(viewer: Person, person: AnyPerson, name: str) -> bool:
    """Tell whether somebody may see a field (of ``SHOWN_TO``) of a person; one’s own fields are all visible."""
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
class ShownPerson:
    """A person as a viewer may see them; fields that the viewer may not see, or that are unknown, are empty."""

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
        """The départements of the person as they are shown, « Rhône (69) », the one where they work first."""
        return tuple(name_place(code) for code in self.departements)

    @property
    def phone(self) -> str:
        """The phone number as people write it."""
        return show_phone(self.telephone)


def show_person(viewer: Person, person: AnyPerson) -> ShownPerson:
    """Return a person as a viewer may see them."""
    fields: dict[str, Any] = {
        "structure": person.structure or "",
        "commune": name_commune(person),
        "email": person.email or "",
        "telephone": person.telephone or "",
        "skills": list_skills(person),
        "languages": tuple(person.languages),
    }
    return ShownPerson(
        id=person.id,
        username=person.username,
        name=person.full_name,
        role=person.role,
        departements=tuple(person.departements),
        **{name: known if may_see(viewer, person, name) else type(known)() for name, known in fields.items()},
    )


def name_place(code: str) -> str:
    """Name a département « Rhône (69) »; a code that is none’s stays as it is."""
    found = DEPARTEMENTS.get(code)
    return f"{found.nom.replace(chr(39), '’')} ({code})" if found else code


def name_commune(person: AnyPerson) -> str:
    """Name where somebody works; empty while it is not known."""
    commune = find_commune(person)
    return commune.nom if commune else ""


def find_commune(person: AnyPerson) -> Commune | None:
    """Find the commune of today where somebody works: that of an arrondissement, or the one a former commune is part
    of."""
    code = person.code_commune or ""
    commune = get_commune(code)
    found = find_place_exactly(code).place if code and commune is None else None
    return found.commune if found else commune


def list_skills(person: AnyPerson) -> tuple[str, ...]:
    """List the skills of a person: the short labels of themes, then their own words."""
    return (*(THEMES[code].court for code in person.skills if code in THEMES), *person.skill_words)


WEEK = timedelta(days=7)
"""The period in which requests for help to one person are counted."""
NEARNESS = ("même commune", "même département", "même région", "plus loin")
"""How near somebody is, the nearest first: the official table of communes has no coordinates."""


class HelpRequest(SQLModel, table=True):
    """A request for help that was sent to somebody; ``key`` is the one-time key of the dialog in which several people
    were asked at once."""

    __tablename__ = "help_request"
    __table_args__ = (sa.Index("ix_help_request_helper_id_at", "helper_id", "at"),)

    key: str = Field(primary_key=True, max_length=80)
    helper_id: str = Field(primary_key=True, max_length=26)
    asked_by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)
    is_withdrawn: bool = False


class Helper(NamedTuple):
    """Somebody who may be asked for help, with the fields that the whole réseau sees."""

    id: str
    username: str
    prenom: str | None
    nom: str | None
    departements: Sequence[str]

    @property
    def full_name(self) -> str:
        """First and last name, or the user name while these are unknown."""
        return name_fully(self.prenom, self.nom, self.username)


def measure_nearness(viewer: Person, helper: AnyPerson, commune: Commune | None, departement: str) -> int:
    """Find in which step of ``NEARNESS`` a person is, as far as the asker may know where they work."""
    if commune and find_commune(helper) == commune and may_see(viewer, helper, "commune"):
        return 0
    if departement in helper.departements:
        return 1
    region = REGIONS.get(departement)
    return 2 if region and region in {REGIONS.get(code) for code in helper.departements} else 3


async def find_willing(db: AsyncSession, ids: Collection[str], now: datetime, most: int) -> Sequence[Person]:
    """Find, among a few people, who may be asked for help now: they agreed to help, are neither hidden nor gone, and
    were not asked too often."""
    asked = (
        select(HelpRequest.helper_id)
        .where(col(HelpRequest.at) > now - WEEK, col(HelpRequest.is_withdrawn).is_(False))
        .group_by(col(HelpRequest.helper_id))
        .having(sa.func.count() >= most)
    )
    helping = col(Person.helps).is_(True) & col(Person.is_hidden).is_(False)
    found = await db.exec(
        select(Person).where(col(Person.id).in_(ids), helping, col(Person.id).not_in(asked)).order_by(col(Person.id))
    )
    return [person for person in found if not person.has_left(now.astimezone(person.zone).date())]


async def list_network_ids(db: AsyncSession, today: date) -> Sequence[str]:
    """List the ids of everybody in the réseau who has not left."""
    known = sa.or_(col(Person.role).in_(NETWORK), col(Person.role).is_(None) & col(Person.derived_role).in_(NETWORK))
    return (await db.exec(select(Person.id).where(known, is_there(today)))).all()


async def list_helpers(db: AsyncSession, ids: Collection[str]) -> Sequence[Helper]:
    """List which of these people may be asked for help and are not hidden, by name."""
    named = sa.select(*(col(getattr(Person, name)) for name in Helper._fields))
    found = await execute(db, named.where(col(Person.helps).is_(True), col(Person.is_hidden).is_(False)))
    helpers = [Helper(**row) for row in found.mappings() if row["id"] in ids]
    return sorted(helpers, key=lambda helper: fold(helper.full_name))


async def note_request(db: AsyncSession, key: str, asked_by: str, helpers: Collection[str], now: datetime) -> None:
    """Note that these people were asked for help; the same request counts once."""
    rows = [{"key": key, "helper_id": h, "asked_by": asked_by, "at": now, "is_withdrawn": False} for h in helpers]
    await db.execute(insertion(db, HelpRequest).values(rows).on_conflict_do_nothing())


async def withdraw_request(db: AsyncSession, key: str, asked_by: str) -> bool:
    """Take a request back, which then counts for nobody; False where it was so already, or is another’s."""
    mine = (col(HelpRequest.key) == key, col(HelpRequest.asked_by) == asked_by)
    standing = sa.update(HelpRequest).where(*mine, col(HelpRequest.is_withdrawn).is_(False))
    return (await execute(db, standing.values(is_withdrawn=True))).rowcount > 0


async def forget_requests(db: AsyncSession, now: datetime) -> None:
    """Delete the requests that are too old to count."""
    await db.execute(sa.delete(HelpRequest).where(col(HelpRequest.at) < now - 4 * WEEK))


async def save_profile(db: AsyncSession, person: Person, values: Mapping[str, Any]) -> Person:
    """Store a person’s skills, or who sees which of their fields, and return the person.

    Somebody unknown until then is registered, their role still following Mattermost.
    """
    first = insertion(db, Person).values(person.model_dump() | {"role": None, "derived_role": None, "derived_at": None})
    await db.execute(first.on_conflict_do_nothing(index_elements=["id"]))
    await db.execute(sa.update(Person).where(col(Person.id) == person.id).values(**values))
    saved = await get(db, person.id)
    assert saved is not None  # it was just written
    return saved
