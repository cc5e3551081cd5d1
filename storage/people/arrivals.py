"""Arrivals in the team: newcomers, guests, welcomes and the charter, where people say they work; and requests for a
place in the réseau by unknown accounts, with the answers."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import JSON, Column, Index, case, delete, func, or_
from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from config.text import fold
from storage.claims import hold
from storage.database import Code, UtcTime, execute, insert_new, insertion, upsert
from storage.people.person import ANIMATES, Person, Role, is_there
from storage.people.register import Awaited, every_awaited


class Arrival(SQLModel, table=True):
    """When somebody first came into the team."""

    person_id: str = Field(primary_key=True, max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def note_arrival(db: AsyncSession, person_id: str, at: datetime) -> bool:
    """Note that somebody came into the team; return False where they had come before, however long ago."""
    return await insert_new(db, Arrival, {"person_id": person_id, "at": at})


async def came_since(db: AsyncSession, person_id: str, since: datetime) -> bool:
    """Return whether somebody came then or later."""
    came = select(Arrival.person_id).where(Arrival.person_id == person_id, col(Arrival.at) >= since)
    return (await db.exec(came)).first() is not None


GUESTS_SCOPE = "membres.guests"


class Guest(SQLModel, table=True):
    """An unknown person who came on a ``day`` (in Paris); ``role`` is what ``by`` (a user name) then said they are,
    ``told_at`` when they were put into the message of the day."""

    person_id: str = Field(primary_key=True, max_length=26)
    username: str = Field(max_length=64)
    timezone: str = Field(max_length=64)
    day: date = Field(index=True)
    at: datetime = Field(sa_type=UtcTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    role: Role | None = Field(default=None, sa_type=Code(Role))
    by: str = Field(default="", max_length=64)


async def note_guest(db: AsyncSession, guest: Guest) -> bool:
    """Store an unknown person who came; return whether they are the first to wait for the message of the day."""
    await hold(db, GUESTS_SCOPE, f"{guest.day}", guest.at)
    waits = select(Guest.person_id).where(Guest.day == guest.day, col(Guest.told_at).is_(None)).limit(1)
    others = (await db.exec(waits)).first()
    return await insert_new(db, Guest, guest.model_dump()) and others is None


async def take_guests(db: AsyncSession, day: date, now: datetime) -> int:
    """Note that the guests waiting for the message of a day are in it, and return their number; nobody else makes that
    message meanwhile."""
    await hold(db, GUESTS_SCOPE, f"{day}", now)
    waits = (col(Guest.day) == day, col(Guest.told_at).is_(None))
    return (await db.exec(update(Guest).where(*waits).values(told_at=now))).rowcount


async def list_guests(db: AsyncSession, day: date) -> Sequence[Guest]:
    """List the guests of a day, in the order they came. The role is the register’s, or what Mattermost says of
    animateurs who are not in the register; ``by`` is empty where the role has changed since."""
    role = func.coalesce(Person.role, case((col(Person.derived_role).in_(ANIMATES), Person.derived_role)))
    came = select(Guest, role).outerjoin(Person, col(Person.id) == col(Guest.person_id)).where(Guest.day == day)
    found = (await db.exec(came.order_by(col(Guest.at), col(Guest.username)))).all()
    return [
        Guest(**(guest.model_dump() | {"role": role, "by": guest.by if guest.role == role else ""}))
        for guest, role in found
    ]


async def get_guest(db: AsyncSession, person_id: str) -> Guest | None:
    """Get the row of an unknown newcomer."""
    return (await db.exec(select(Guest).where(Guest.person_id == person_id))).first()


async def settle_guest(db: AsyncSession, person_id: str, role: Role | None, by: str) -> date | None:
    """Note that somebody said who a guest is, or took that back; return the day on which the guest came, None where
    they are no guest or it was said before."""
    news = (col(Guest.person_id) == person_id, col(Guest.role).is_distinct_from(role))
    guest = update(Guest).where(*news).values(role=role, by=by)
    return (await db.execute(guest.returning(col(Guest.day)))).scalar()


NEWCOMERS_SCOPE = "membres.newcomers"


class Newcomer(SQLModel, table=True):
    """Somebody to be announced in a planned channel (``key``) on a ``day`` of that channel’s time zone; ``told_at`` is
    when they were put into the message of the day."""

    __table_args__ = (Index("ix_newcomer_day", "day", "key"),)

    person_id: str = Field(primary_key=True, max_length=26)
    key: str = Field(primary_key=True, max_length=64)
    day: date
    at: datetime = Field(sa_type=UtcTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)


class QuietDepartement(SQLModel, table=True):
    """A département in whose channel newcomers are not announced; ``by`` decided that."""

    __tablename__ = "newcomer_quiet"

    departement: str = Field(primary_key=True, max_length=3)
    by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def note_newcomer(db: AsyncSession, newcomer: Newcomer) -> bool:
    """Store that somebody is to be announced, once only; return whether they are the first to wait, in that channel and
    on that day."""
    await hold(db, NEWCOMERS_SCOPE, f"{newcomer.key}:{newcomer.day}", newcomer.at)
    waits = (Newcomer.key == newcomer.key, Newcomer.day == newcomer.day, col(Newcomer.told_at).is_(None))
    others = (await db.exec(select(Newcomer.person_id).where(*waits).limit(1))).first()
    return await insert_new(db, Newcomer, newcomer.model_dump()) and others is None


async def take_newcomers(db: AsyncSession, key: str, day: date, now: datetime) -> int:
    """Note that the newcomers waiting for the message of a day and channel are in it, and return their number; nobody
    else makes that message meanwhile."""
    await hold(db, NEWCOMERS_SCOPE, f"{key}:{day}", now)
    waits = (col(Newcomer.key) == key, col(Newcomer.day) == day, col(Newcomer.told_at).is_(None))
    return (await db.exec(update(Newcomer).where(*waits).values(told_at=now))).rowcount


async def list_newcomers(db: AsyncSession, key: str, day: date) -> Sequence[Person]:
    """List the newcomers of a day and channel who may be shown, in the order they came."""
    came = select(Person).join(Newcomer, col(Newcomer.person_id) == col(Person.id))
    came = came.where(Newcomer.key == key, Newcomer.day == day)
    came = came.where(col(Person.is_hidden).is_(False), is_there(day))
    return (await db.exec(came.order_by(col(Newcomer.at), col(Person.username)))).all()


async def list_quiet_departements(db: AsyncSession) -> Collection[str]:
    """List the départements where nobody is announced."""
    return (await db.exec(select(QuietDepartement.departement).order_by(QuietDepartement.departement))).all()


async def hush_departements(db: AsyncSession, departements: Iterable[str], by: str, at: datetime) -> None:
    """Stop announcing newcomers in these départements."""
    rows = [{"departement": code, "by": by, "at": at} for code in departements]
    await db.execute(insertion(db, QuietDepartement).values(rows).on_conflict_do_nothing())


async def unhush_departements(db: AsyncSession, departements: Collection[str]) -> None:
    """Announce newcomers in these départements again."""
    await db.execute(delete(QuietDepartement).where(col(QuietDepartement.departement).in_(departements)))


class Welcome(SQLModel, table=True):
    """The welcome of somebody, with their role of then, which version of the charter they accepted, and when they were
    reminded.

    ``filed_at`` is when it was noted that they have filed a compte rendu.
    """

    person_id: str = Field(primary_key=True, max_length=26)
    username: str = Field(max_length=64)
    role: Role = Field(sa_type=Code(Role))
    at: datetime = Field(sa_type=UtcTime)
    charter: str | None = Field(default=None, max_length=16)
    charter_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcTime)
    filed_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def note_welcome(db: AsyncSession, person: Person, at: datetime) -> bool:
    """Note that somebody is being welcomed; return False where they were welcomed before, however long ago."""
    row = {"person_id": person.id, "username": person.username, "role": person.role or Role.INVITE, "at": at}
    return await insert_new(db, Welcome, row)


async def get_welcome(db: AsyncSession, person_id: str) -> Welcome | None:
    """Return how somebody was welcomed."""
    return (await db.exec(select(Welcome).where(Welcome.person_id == person_id))).first()


async def is_anybody_welcomed(db: AsyncSession) -> bool:
    """Return whether the bot has ever welcomed anybody."""
    return (await db.exec(select(Welcome.person_id).limit(1))).first() is not None


async def accept_charter(db: AsyncSession, person: Person, charter: str, at: datetime) -> None:
    """Note that somebody accepts a version of the charter; of several times the first counts."""
    await note_welcome(db, person, at)
    mine = (col(Welcome.person_id) == person.id) & (col(Welcome.charter).is_distinct_from(charter))
    await db.exec(update(Welcome).where(mine).values(charter=charter, charter_at=at))


async def list_latest_welcomes(db: AsyncSession, limit: int) -> Sequence[Welcome]:
    """List the last welcomes, newest first."""
    return (await db.exec(select(Welcome).order_by(col(Welcome.at).desc(), col(Welcome.username)).limit(limit))).all()


async def list_missed(db: AsyncSession, today: date) -> Sequence[Person]:
    """List the people of the register who have not left and were never welcomed, by name."""
    never = select(Person).outerjoin(Welcome, col(Welcome.person_id) == col(Person.id))
    never = never.where(col(Welcome.person_id).is_(None), is_there(today))
    return (await db.exec(never.order_by(col(Person.username)))).all()


async def list_to_remind(
    db: AsyncSession, before: datetime, today: date, limit: int
) -> Sequence[tuple[Welcome, Person | None]]:
    """List the people welcomed before an instant who accepted no charter, were not reminded and have not left, with
    their rows of the register."""
    due = select(Welcome, Person).outerjoin(Person, col(Person.id) == col(Welcome.person_id))
    due = due.where(col(Welcome.at) < before, col(Welcome.charter).is_(None), col(Welcome.reminded_at).is_(None))
    due = due.where(or_(col(Person.id).is_(None), is_there(today)))
    return (await db.exec(due.order_by(col(Welcome.at)).limit(limit))).all()


async def list_unfiled(db: AsyncSession, since: datetime, limit: int) -> Sequence[str]:
    """List the ids of people welcomed since a moment of whom no compte rendu was noted yet, newest first."""
    waits = select(Welcome.person_id).where(col(Welcome.at) >= since, col(Welcome.filed_at).is_(None))
    return (await db.exec(waits.order_by(col(Welcome.at).desc()).limit(limit))).all()


async def note_filed(db: AsyncSession, person_ids: Collection[str], at: datetime) -> None:
    """Note that these people have filed a compte rendu."""
    await db.exec(update(Welcome).where(col(Welcome.person_id).in_(person_ids)).values(filed_at=at))


async def note_reminded(db: AsyncSession, person_ids: Collection[str], at: datetime) -> None:
    """Note that these people were reminded of the charter."""
    await db.exec(update(Welcome).where(col(Welcome.person_id).in_(person_ids)).values(reminded_at=at))


class Wish(SQLModel, table=True):
    """The départements in which somebody last said that they work; ``granted`` is the answer, given ``by`` that user
    name, None until then."""

    __tablename__ = "place_wish"

    person_id: str = Field(primary_key=True, max_length=26)
    departements: list[str] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_type=UtcTime)
    granted: bool | None = None
    by: str = Field(default="", max_length=64)


async def get_wish(db: AsyncSession, person_id: str) -> Wish | None:
    """Get the départements in which somebody last said that they work."""
    return (await db.exec(select(Wish).where(Wish.person_id == person_id))).first()


async def note_wish(db: AsyncSession, person_id: str, departements: Sequence[str], at: datetime) -> bool:
    """Note in which départements somebody says that they work; return False where they said the same before and wait
    for the answer."""
    before = await get_wish(db, person_id)
    if before is not None and before.granted is None and before.departements == list(departements):
        return False
    row = {"person_id": person_id, "departements": list(departements), "at": at, "granted": None, "by": ""}
    await upsert(db, Wish, [row])
    return True


async def settle_wish(db: AsyncSession, wish: Wish, *, granted: bool, by: str) -> bool:
    """Note the answer of a leader; False where another has answered, or something else was said since."""
    same = (col(Wish.person_id) == wish.person_id, col(Wish.at) == wish.at, col(Wish.granted).is_(None))
    return (await db.exec(update(Wish).where(*same).values(granted=granted, by=by))).rowcount == 1


WORD_MAX = 300


class AccessRequest(SQLModel, table=True):
    """A request for a place in the réseau, as last made: where somebody works, for whom, and their own words;
    ``answered_at`` is when ``by`` (a user name) answered it, with a ``role``, or with none and a ``reason``."""

    __tablename__ = "access_request"

    person_id: str = Field(primary_key=True, max_length=26)
    username: str = Field(max_length=64)
    name: str = Field(default="", max_length=160)
    email: str = Field(default="", max_length=254)
    departement: str = Field(max_length=3)
    structure: str = Field(default="", max_length=200)
    word: str = Field(default="", max_length=WORD_MAX)
    at: datetime = Field(sa_type=UtcTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcTime)
    role: Role | None = Field(default=None, sa_type=Code(Role))
    by: str = Field(default="", max_length=64)
    reason: str = Field(default="", max_length=WORD_MAX)

    @property
    def key(self) -> str:
        """The key of the cards about the request: a later request of the same person has another."""
        return f"{self.person_id}:{int(self.at.timestamp()):x}"


async def get_access_request(db: AsyncSession, person_id: str) -> AccessRequest | None:
    """Get somebody’s last request for a place."""
    return (await db.exec(select(AccessRequest).where(AccessRequest.person_id == person_id))).first()


async def find_open_request(db: AsyncSession, person_id: str) -> AccessRequest | None:
    """Find somebody’s request for a place that has no answer yet."""
    asked = await get_access_request(db, person_id)
    return asked if asked is not None and asked.answered_at is None else None


async def note_access_request(db: AsyncSession, asked: AccessRequest) -> bool:
    """Store somebody’s request for a place; return False where an earlier one has no answer yet."""
    await hold(db, "membres.access", asked.person_id, asked.at)
    before = await get_access_request(db, asked.person_id)
    if before is not None and before.answered_at is None:
        return False
    await upsert(db, AccessRequest, [asked.model_dump()])
    return True


async def answer_access_request(db: AsyncSession, answered: AccessRequest) -> bool:
    """Store the answer to a request; return False where another answer came first, or the request was replaced
    since."""
    same = (col(AccessRequest.person_id) == answered.person_id, col(AccessRequest.at) == answered.at)
    answer = answered.model_dump(include={"answered_at", "by", "role", "reason"})
    open_ = update(AccessRequest).where(*same, col(AccessRequest.answered_at).is_(None)).values(**answer)
    return (await db.exec(open_)).rowcount == 1


async def find_lines_alike(db: AsyncSession, asked: AccessRequest) -> Sequence[Awaited]:
    """Find the imported lines that wait for somebody of this name or address."""
    return [line for line in await every_awaited(db) if _is_alike(asked, line)]


async def find_people_alike(db: AsyncSession, asked: AccessRequest) -> Sequence[Person]:
    """Find the people of the register who have this name or address under another account."""
    columns = (Person.id, Person.username, Person.prenom, Person.nom, Person.email)
    others = select(*columns).where(col(Person.id) != asked.person_id)  # type: ignore[call-overload]
    found = [Person(**row) for row in (await execute(db, others)).mappings()]
    return [person for person in found if _is_alike(asked, person)]


def _is_alike(asked: AccessRequest, line: Awaited | Person) -> bool:
    """Tell whether a line has the address of a request, or the same words of a name in any order."""
    if asked.email and asked.email.lower() == (line.email or "").lower():
        return True
    name = sorted(fold(f"{line.prenom or ''} {line.nom or ''}").split())
    return len(name) > 1 and name == sorted(fold(asked.name).split())
