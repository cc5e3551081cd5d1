"""What people say of themselves and who may see it, field by field; who may be asked for help."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Index, delete, func, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import DEPARTEMENTS, REGIONS
from config.text import fold
from config.themes import THEMES
from storage.annuaire.contacts import show_phone
from storage.communes import Commune, find_place_exactly, get_commune
from storage.database import UtcTime, execute, insertion
from storage.people import Audience, Person, Role, get

NETWORK = (Role.CONSEILLER, Role.COORDINATEUR, Role.ANIMATEUR, Role.HOTLINE)
"""To whom the directory is open; an agent invité may be anybody who came in."""


def may_see(viewer: Person, person: Person, name: str) -> bool:
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
class ShownPerson:
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
        return tuple(name_place(code) for code in self.departements)

    @property
    def phone(self) -> str:
        """The number as people write it."""
        return show_phone(self.telephone)


def show_person(viewer: Person, person: Person) -> ShownPerson:
    """Show a person as somebody sees them."""
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


def name_commune(person: Person) -> str:
    """Name where somebody works; empty while it is not known."""
    commune = find_commune(person)
    return commune.nom if commune else ""


def find_commune(person: Person) -> Commune | None:
    """Find the commune of today where somebody works: that of an arrondissement, or the one a former commune is part
    of."""
    code = person.code_commune or ""
    found = find_place_exactly(code).place if code and get_commune(code) is None else None
    return found.commune if found else get_commune(code)


def list_skills(person: Person) -> tuple[str, ...]:
    """List what somebody can do: the short labels of themes, then their own words."""
    return (*(THEMES[code].court for code in person.skills if code in THEMES), *person.skill_words)


WEEK = timedelta(days=7)
"""The time in which requests to one person are counted."""
NEARNESS = ("même commune", "même département", "même région", "plus loin")
"""How near somebody is, the nearest first: the official table of communes has no coordinates."""


class HelpRequest(SQLModel, table=True):
    """Somebody was asked for help; ``key`` is the one-time key of the dialog in which it was asked of several."""

    __tablename__ = "help_request"
    __table_args__ = (Index("ix_help_request_helper_id_at", "helper_id", "at"),)

    key: str = Field(primary_key=True, max_length=80)
    helper_id: str = Field(primary_key=True, max_length=26)
    asked_by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)
    is_withdrawn: bool = False


class Helper(NamedTuple):
    """Somebody who may be asked for help, as the réseau sees everybody."""

    id: str
    username: str
    prenom: str | None
    nom: str | None
    departements: Sequence[str]

    @property
    def full_name(self) -> str:
        """First and last name, or the user name while they are not known."""
        return " ".join(filter(None, (self.prenom, self.nom))) or f"@{self.username}"


def measure_nearness(viewer: Person, helper: Person, commune: Commune | None, departement: str) -> int:
    """Find where in ``NEARNESS`` somebody is, as far as who asks may know where they work."""
    if commune and find_commune(helper) == commune and may_see(viewer, helper, "commune"):
        return 0
    if departement in helper.departements:
        return 1
    region = REGIONS.get(departement)
    return 2 if region and region in {REGIONS.get(code) for code in helper.departements} else 3


async def find_willing(db: AsyncSession, ids: Collection[str], now: datetime, most: int) -> Sequence[Person]:
    """Find those of a few who may be asked now: who help, are neither hidden nor gone, and were not asked too often."""
    asked = (
        select(HelpRequest.helper_id)
        .where(col(HelpRequest.at) > now - WEEK, col(HelpRequest.is_withdrawn).is_(False))
        .group_by(col(HelpRequest.helper_id))
        .having(func.count() >= most)
    )
    helping = col(Person.helps).is_(True) & col(Person.is_hidden).is_(False)
    found = await db.exec(
        select(Person).where(col(Person.id).in_(ids), helping, col(Person.id).not_in(asked)).order_by(col(Person.id))
    )
    return [person for person in found if not person.has_left(now.astimezone(person.zone).date())]


async def list_network_ids(db: AsyncSession, today: date) -> Sequence[str]:
    """List the ids of all in the réseau who have not left."""
    known = or_(col(Person.role).in_(NETWORK), col(Person.role).is_(None) & col(Person.derived_role).in_(NETWORK))
    there = or_(col(Person.left_on).is_(None), col(Person.left_on) >= today)
    return (await db.exec(select(Person.id).where(known, there))).all()


async def list_helpers(db: AsyncSession, ids: Collection[str]) -> Sequence[Helper]:
    """List those of these who may be asked for help, and are not hidden, by name."""
    named = sa.select(*(col(getattr(Person, name)) for name in Helper._fields))
    found = await execute(db, named.where(col(Person.helps).is_(True), col(Person.is_hidden).is_(False)))
    helpers = [Helper(**row) for row in found.mappings() if row["id"] in ids]
    return sorted(helpers, key=lambda helper: fold(helper.full_name))


async def note_request(db: AsyncSession, key: str, asked_by: str, helpers: Collection[str], now: datetime) -> None:
    """Write down that these were asked; the same request counts once."""
    rows = [{"key": key, "helper_id": h, "asked_by": asked_by, "at": now, "is_withdrawn": False} for h in helpers]
    await db.execute(insertion(db, HelpRequest).values(rows).on_conflict_do_nothing())


async def withdraw_request(db: AsyncSession, key: str, asked_by: str) -> bool:
    """Take a request back, which then counts for nobody; False where it was so already, or is another’s."""
    mine = (col(HelpRequest.key) == key, col(HelpRequest.asked_by) == asked_by)
    standing = update(HelpRequest).where(*mine, col(HelpRequest.is_withdrawn).is_(False))
    return (await execute(db, standing.values(is_withdrawn=True))).rowcount > 0


async def forget_requests(db: AsyncSession, now: datetime) -> None:
    """Drop what counts no more."""
    await db.execute(delete(HelpRequest).where(col(HelpRequest.at) < now - 4 * WEEK))


async def save_profile(db: AsyncSession, person: Person, values: Mapping[str, Any]) -> Person:
    """Write down what somebody can do, or who sees what of them, and return them as they stand.

    Who was not known yet is registered, their role still following Mattermost.
    """
    first = insertion(db, Person).values(person.model_dump() | {"role": None, "derived_role": None, "derived_at": None})
    await db.execute(first.on_conflict_do_nothing(index_elements=["id"]))
    await db.execute(update(Person).where(col(Person.id) == person.id).values(**values))
    saved = await get(db, person.id)
    assert saved is not None  # it was just written
    return saved
