"""The register: its queries, the imported lines that wait for an account, finding people by their names, and the
employers of conseillers, by SIRET, whose rule is here.

People who are not in it, or have no role there, have the one that follows from Mattermost (bot/people.py).
"""

import re
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import JSON, Column, ColumnElement, RowMapping, bindparam, case, delete, func, or_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.territories import DEPARTEMENTS
from config.text import fold, follows_luhn, quote
from config.time import PARIS
from storage.database import INSERT, Code, UtcTime, execute, insert_new, insertion, iterate_pages, read_models, upsert
from storage.people.person import ANIMATES, ERASED, Person, Role, is_there
from storage.people.transitions import note_role_changes
from storage.statements import DirectStatement, make_row

_OURS = {"id", "since", "derived_role", "derived_at"}
"""The columns that registering somebody again does not overwrite."""

_BY_ID = select(Person.__table__).where(col(Person.id) == bindparam("person"))  # type: ignore[attr-defined]
_GET = DirectStatement(dict.fromkeys(INSERT, _BY_ID))


async def get(db: AsyncSession, person_id: str) -> Person | None:
    """Get the person of a Mattermost id."""
    found = await _GET.find_shared(db, {"person": person_id})
    return make_row(Person, **found[0]) if found else None


async def hold(db: AsyncSession, person_id: str) -> None:
    """Have others who hold that person wait until the transaction ends: of two clicks at one moment, the second finds
    what the first has written."""
    await db.exec(select(Person.id).where(col(Person.id) == person_id).with_for_update())


class SameNameError(LookupError):
    """Raised where several people of the register have one user name: it changed hands, and the register still knows
    some of them by it."""

    def __init__(self, username: str, ids: Sequence[str]) -> None:
        super().__init__(f"{username}: {', '.join(ids)}")
        self.username = username
        self.ids = ids


async def by_username(db: AsyncSession, username: str) -> Person | None:
    """Find the person of a user name. Raises SameNameError where several have it."""
    named = select(Person).where(Person.username == username.lower()).order_by(col(Person.id))
    found = (await db.exec(named)).all()
    if len(found) > 1:
        raise SameNameError(username, [person.id for person in found])
    return found[0] if found else None


async def with_role(db: AsyncSession, role: Role, today: date, limit: int = 3) -> Sequence[Person]:
    """List some people of a role who have not left, by name; the role is the register’s, or follows from Mattermost."""
    there = select(Person).where(_has_role([role]), is_there(today))
    return (await db.exec(there.order_by(col(Person.username)).limit(limit))).all()


async def animating(db: AsyncSession, today: date, limit: int = 3) -> Sequence[Person]:
    """List some of the people who may do what animateurs may and have not left, by name: the register’s animateurs
    first, then its administrateurs, then those whose role comes from Mattermost."""
    given = col(Person.role)
    by_register = case((given == Role.ANIMATEUR, 0), (given == Role.ADMINISTRATEUR, 1), else_=2)
    there = select(Person).where(_has_role(ANIMATES), is_there(today))
    return (await db.exec(there.order_by(by_register, col(Person.username)).limit(limit))).all()


async def list_to_ask(db: AsyncSession, today: date) -> Sequence[Person]:
    """List the people to whom anybody may be referred: the register’s animateurs; where there are none, people who
    animate because of their role in Mattermost."""
    found = await animating(db, today)
    return [person for person in found if person.role in ANIMATES] or found


async def animating_by_mattermost(db: AsyncSession) -> Sequence[str]:
    """List the ids of people known to animate because of their role in Mattermost."""
    derived = select(Person.id).where(col(Person.role).is_(None), col(Person.derived_role).in_(ANIMATES))
    return (await db.exec(derived.order_by(col(Person.id)))).all()


def _has_role(roles: Collection[Role]) -> ColumnElement[bool]:
    given, derived = col(Person.role), col(Person.derived_role)
    return or_(given.in_(list(roles)), given.is_(None) & derived.in_(list(roles)))


async def list_ended(db: AsyncSession, first: date, last: date) -> Sequence[Person]:
    """List the people whose last day is between two days, both included, by name."""
    theirs = select(Person).where(col(Person.left_on).between(first, last))
    return (await db.exec(theirs.order_by(col(Person.username)))).all()


async def every(db: AsyncSession) -> Sequence[Person]:
    """List everybody, by name."""
    there = select(Person).where(col(Person.username) != ERASED)
    return (await db.exec(there.order_by(col(Person.username), col(Person.id)))).all()


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of people by role (None: it follows from Mattermost), and how many have left."""

    roles: Mapping[Role | None, int]
    left: int

    @property
    def there(self) -> int:
        """The number of people who have not left."""
        return sum(self.roles.values())


async def tally(db: AsyncSession, today: date, within: Collection[str] | None = None) -> Tally:
    """Count everybody, or only those who work ``within`` some départements."""
    columns = select(Person.role, Person.left_on, Person.departements)  # type: ignore[type-var]
    roles: dict[Role | None, int] = {}
    left = 0
    for role, left_on, departements in (await db.exec(columns.where(col(Person.username) != ERASED))).all():
        if within is not None and set(within).isdisjoint(departements):
            continue
        if left_on is not None and left_on < today:
            left += 1
        else:
            roles[role] = roles.get(role, 0) + 1
    return Tally(roles, left)


async def pages(db: AsyncSession, size: int = 500) -> AsyncIterator[Sequence[Person]]:
    """Yield everybody in pages, by name."""
    there = select(Person).where(col(Person.username) != ERASED)
    async for page in iterate_pages(read_models(db), there, col(Person.username), col(Person.id), size=size):
        yield page
        db.expunge_all()


async def zones(db: AsyncSession) -> Sequence[str]:
    """List the zones where people are."""
    return (await db.exec(select(Person.timezone).distinct().order_by(Person.timezone))).all()


async def give_role(db: AsyncSession, person: Person) -> None:
    """Store somebody’s role and present name, registering them where they were unknown; other fields stay. The person
    is to be told of the change."""
    before = await get(db, person.id)
    after = (before or person).copy_with(role=person.role)
    await note_role_changes(db, {before.id: before} if before else {}, [after])
    await upsert(db, Person, [person.model_dump()], ("username", "role"))


async def note_derived_role(db: AsyncSession, person_id: str, role: Role, at: datetime) -> None:
    """Store the role that follows from what Mattermost said at an instant, of somebody in the register."""
    await db.exec(update(Person).where(col(Person.id) == person_id).values(derived_role=role, derived_at=at))


async def note_animateur(db: AsyncSession, person: Person) -> None:
    """Register somebody unknown who animates because of their role in Mattermost, which they keep following."""
    await insert_new(db, Person, person.model_dump() | {"role": None})


async def among(
    db: AsyncSession, ids: Collection[str] = (), usernames: Collection[str] = (), emails: Collection[str] = ()
) -> Sequence[Person]:
    """Find the people who have these ids, names or addresses (in lower case), a few hundred at most, by id."""
    wanted = [col(Person.id).in_(ids), col(Person.username).in_(usernames), func.lower(Person.email).in_(emails)]
    return (await db.exec(select(Person).where(or_(*wanted)).order_by(col(Person.id)))).all()


AT_ONCE = 500
"""How many people one statement looks up."""


async def by_ids(db: AsyncSession, ids: Iterable[str]) -> dict[str, Person]:
    """Find the people who have these ids, however many they are, by id."""
    wanted = sorted(set(ids))
    parts = [wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE)]
    return {person.id: person for part in parts for person in await among(db, part)}


async def register_person(db: AsyncSession, person: Person) -> None:
    """Store somebody in place of what the register knew of them."""
    await register_people(db, [person])


async def register_people(db: AsyncSession, persons: Sequence[Person]) -> None:
    """Store a few hundred people at most in place of what the register knew of them; those whose role changes are noted
    to be told."""
    if not persons:
        return
    before = {person.id: person for person in await among(db, ids=[person.id for person in persons])}
    await note_role_changes(db, before, persons)
    rows = [person.model_dump() for person in persons]
    statement = insertion(db, Person)
    new = {name: statement.excluded[name] for name in rows[0] if name not in _OURS}
    await execute(db, statement.on_conflict_do_update(index_elements=["id"], set_=new), rows)


async def settle_departement(db: AsyncSession, person: Person, departement: str) -> Person:
    """Give somebody a département unless they have one already, and return the person as the register has them from now
    on.

    A person who was unknown is registered, with a role that still follows from Mattermost. Their zone is the one
    Mattermost told, else the département’s.
    """
    if person.departements:
        return person
    settled = place(person, [departement])
    await add(db, settled)
    return settled


async def add(db: AsyncSession, person: Person) -> None:
    """Register somebody without a role, or store where a known person works now."""
    await upsert(db, Person, [person.model_dump() | {"role": None}], ("username", "departements", "timezone"))


def place(person: Person, departements: Sequence[str]) -> Person:
    """Return a person as working in these départements; their time zone is the one Mattermost told, else the first
    département’s."""
    zone = zone_in(person, departements)
    return person.copy_with(departements=list(departements), timezone=zone)


def zone_in(person: Person, departements: Sequence[str]) -> str:
    """Return the time zone of a person who works in these départements.

    Paris is also the answer for whoever never told Mattermost a zone; so is the one of where they worked before.
    """
    if not departements:
        return person.timezone
    departement = departements[0]
    known, before = DEPARTEMENTS.get(departement), DEPARTEMENTS.get(person.departement or "")
    follows = person.timezone == PARIS.key or (before is not None and person.timezone == before.fuseau)
    return known.fuseau if known and follows else person.timezone


class Awaited(SQLModel, table=True):
    """An imported line that waits for its account, with the fields of ``Person``; ``username`` and ``email`` are lower
    case, and at least one of them is given."""

    id: int | None = Field(default=None, primary_key=True)
    username: str | None = Field(default=None, unique=True, max_length=64)
    email: str | None = Field(default=None, index=True, max_length=254)
    role: Role | None = Field(default=None, sa_type=Code(Role))
    prenom: str | None = Field(default=None, max_length=80)
    nom: str | None = Field(default=None, max_length=80)
    structure: str | None = Field(default=None, max_length=200)
    siret: str | None = Field(default=None, max_length=14)
    code_commune: str | None = Field(default=None, max_length=5)
    departements: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    arrived_on: date | None = None
    left_on: date | None = None
    imported_at: datetime = Field(sa_type=UtcTime)


TAKEN_FIELDS = set(Awaited.model_fields) - {"id", "username", "imported_at"}
"""The fields that an arriving person takes over from the line that waited for them."""


async def find_awaited(db: AsyncSession, username: str, email: str = "") -> Awaited | None:
    """Find the line that waits for an account, by its user name before its address."""
    named = col(Awaited.username) == username.lower()
    wanted = or_(named, col(Awaited.email) == email.lower()) if email else named
    found = (await db.exec(select(Awaited).where(wanted).order_by(col(Awaited.id)))).all()
    return min(found, key=lambda line: line.username != username.lower(), default=None)


async def every_awaited(db: AsyncSession) -> Sequence[Awaited]:
    """List all lines that wait for an account, oldest first."""
    return (await db.exec(select(Awaited).order_by(col(Awaited.id)))).all()


async def find_awaited_among(
    db: AsyncSession, usernames: Collection[str], emails: Collection[str]
) -> Sequence[Awaited]:
    """Find the lines that wait for accounts of these user names and addresses, a few hundred at most."""
    wanted = or_(col(Awaited.username).in_(usernames), col(Awaited.email).in_(emails))
    return (await db.exec(select(Awaited).where(wanted).order_by(col(Awaited.id)))).all()


async def count_awaited(db: AsyncSession) -> int:
    """Count the lines that wait for an account."""
    return (await db.exec(select(func.count()).select_from(Awaited))).one()


async def write_awaited(db: AsyncSession, lines: Sequence[Awaited]) -> None:
    """Store lines: new ones, and those known by their number in place of what they said before."""
    await upsert(db, Awaited, [line.model_dump(exclude={"id"}) for line in lines if line.id is None])
    await upsert(db, Awaited, [line.model_dump() for line in lines if line.id is not None])


async def forget_awaited(db: AsyncSession, numbers: Collection[int]) -> None:
    """Delete these lines, which wait no more."""
    if numbers:
        await db.execute(delete(Awaited).where(col(Awaited.id).in_(numbers)))


def fill_from_awaited(person: Person, line: Awaited) -> Person:
    """Return a person as their imported line says; their time zone is that of the place where they will work."""
    told = line.model_dump(include=TAKEN_FIELDS - {"departements"})
    return place(person.copy_with(**told), line.departements)


async def take_awaited(db: AsyncSession, line: Awaited, person: Person) -> Person:
    """Delete the line that waited for somebody, and return the person as it says; the caller stores them."""
    await forget_awaited(db, [line.id] if line.id else [])
    return fill_from_awaited(person, line)


async def register_awaited(db: AsyncSession, person: Person, email: str) -> Person | None:
    """Register somebody new from the imported line that waited for them; None where there is none."""
    line = await find_awaited(db, person.username, email)
    if line is None:
        return None
    come = await take_awaited(db, line, person)
    await register_person(db, come)
    return come


_NAME_PARTS = re.compile(r"[\s._-]+")


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person found by a name; ``id`` is empty for one whose account is still awaited."""

    id: str
    username: str
    full_name: str


async def find_called(db: AsyncSession, words: str, within: Collection[str] | None = None) -> list[NamedPerson]:
    """Find the people of a name, in order, awaited ones last; ``within`` some départements, or anywhere."""
    wanted = _NAME_PARTS.split(fold(words.removeprefix("@")))
    here = select(Person.id, Person.username, Person.prenom, Person.nom, Person.departements)  # type: ignore[call-overload]
    there = select(Awaited.username, Awaited.email, Awaited.prenom, Awaited.nom, Awaited.departements)  # type: ignore[call-overload]
    known = await execute(db, here.where(col(Person.username) != ERASED).order_by(col(Person.username)))
    waiting = await execute(db, there.order_by(col(Awaited.id)))
    rows = (row for row in (*known.mappings(), *waiting.mappings()) if _has_name(row, wanted))
    found = [_name_row(row) for row in rows if within is None or not set(within).isdisjoint(row["departements"])]
    return sorted(found, key=lambda one: (not one.id, fold(one.full_name)))


def _name_row(row: RowMapping) -> NamedPerson:
    name = " ".join(str(part) for part in (row["prenom"], row["nom"]) if part)
    username = str(row["username"] or row.get("email") or "")
    return NamedPerson(str(row.get("id") or ""), username, name or username)


def _has_name(row: RowMapping, wanted: Collection[str]) -> bool:
    parts = _NAME_PARTS.split(fold(" ".join(str(row[name] or "") for name in ("prenom", "nom", "username"))))
    return all(any(part.startswith(word) for part in parts) for word in wanted if word)


SIRET_DIGITS = 14
LA_POSTE = "356000000"
"""The SIREN whose establishments do not follow Luhn: the sum of their digits is a multiple of 5 instead."""


class Structure(SQLModel, table=True):
    """An establishment that employs conseillers; ``code_commune`` is INSEE’s."""

    siret: str = Field(primary_key=True, max_length=SIRET_DIGITS)
    nom: str = Field(max_length=200)
    code_commune: str | None = Field(default=None, max_length=5)


Employers = Mapping[str, Structure]
"""Establishments by their SIRET."""


def read_siret(text: str) -> str:
    """Read a SIRET, with or without spaces. Raises ValueError, with a French sentence, for anything else.

    The last digit is a check (Luhn’s formula), except for La Poste (insee.fr, « Vérification d’un numéro SIRET »).
    """
    digits = "".join(text.split())
    if len(digits) != SIRET_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"« {quote(text)} » n’est pas un SIRET : il a 14 chiffres.")
    if not (follows_luhn(digits) or (digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0)):
        raise ValueError(f"« {quote(text)} » n’est pas un SIRET : un chiffre est faux.")
    return digits


async def find_structures(db: AsyncSession, sirets: Collection[str]) -> Employers:
    """Find the known establishments of these SIRETs, a few hundred at most."""
    found = await db.exec(select(Structure).where(col(Structure.siret).in_(sirets)))
    return {structure.siret: structure for structure in found}


async def write_structures(db: AsyncSession, structures: Sequence[Structure]) -> None:
    """Store a few hundred establishments at most in place of what was known of them."""
    await upsert(db, Structure, [structure.model_dump() for structure in structures])
