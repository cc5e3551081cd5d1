"""Changes for people: a role that changed and that they have not heard of, a deactivated account, a wish that their
data be erased."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, tuple_, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.database import Code, UtcTime, execute, insertion, locking, upsert
from storage.people.person import Person, Role, is_there


class Gone(SQLModel, table=True):
    """Somebody whose account was found deactivated; ``asked_at`` is when animateurs were asked whether they left."""

    person_id: str = Field(primary_key=True, max_length=26)
    noted_at: datetime = Field(sa_type=UtcTime)
    asked_at: datetime | None = Field(default=None, sa_type=UtcTime)


async def note_gone(db: AsyncSession, person_ids: Collection[str], at: datetime) -> None:
    """Note that these accounts were found deactivated; those noted before stay as they are."""
    if person_ids:
        rows = [{"person_id": person_id, "noted_at": at} for person_id in dict.fromkeys(person_ids)]
        await db.execute(insertion(db, Gone).values(rows).on_conflict_do_nothing())


async def forget_gone(db: AsyncSession, person_ids: Collection[str]) -> None:
    """Forget that these accounts were deactivated, so that animateurs are asked again should it happen again."""
    await db.execute(delete(Gone).where(col(Gone.person_id).in_(person_ids)))


async def list_to_ask_about(db: AsyncSession, today: date, limit: int) -> Sequence[Person]:
    """List the people whose account is gone but who are still counted on a day, and about whom nobody was asked yet;
    longest gone first."""
    waits = select(Person).join(Gone, col(Gone.person_id) == col(Person.id))
    waits = waits.where(col(Gone.asked_at).is_(None), is_there(today))
    return (await db.exec(waits.order_by(col(Gone.noted_at), col(Person.username)).limit(limit))).all()


async def note_gone_asked(db: AsyncSession, person_ids: Collection[str], at: datetime) -> None:
    """Note that animateurs were asked whether these people left."""
    await db.exec(update(Gone).where(col(Gone.person_id).in_(person_ids)).values(asked_at=at))


async def find_gone_since(db: AsyncSession, person_ids: Collection[str]) -> dict[str, datetime]:
    """Find when these accounts were found deactivated, by id."""
    found = (await db.exec(select(Gone).where(col(Gone.person_id).in_(person_ids)))).all()
    return {row.person_id: row.noted_at for row in found}


MovedPair = tuple[Person, Person]
"""A person before and after a change."""


class LeftDepartement(SQLModel, table=True):
    """A département that somebody left; ``until`` is when they leave its channel, too."""

    __tablename__ = "move"

    person_id: str = Field(primary_key=True, max_length=26)
    departement: str = Field(primary_key=True, max_length=3)
    left_at: datetime = Field(sa_type=UtcTime)
    until: datetime = Field(sa_type=UtcTime)


async def note_moves(db: AsyncSession, changes: Iterable[MovedPair], at: datetime, grace: timedelta) -> None:
    """Store which départements these people left, and delete what was stored of those where they work again."""
    pairs = list(changes)
    here = [(after.id, code) for before, after in pairs for code in after.departements]
    if here:
        await db.execute(
            delete(LeftDepartement).where(
                tuple_(col(LeftDepartement.person_id), col(LeftDepartement.departement)).in_(here)
            )
        )
    left = [
        {"person_id": after.id, "departement": code, "left_at": at, "until": at + grace}
        for before, after in pairs
        for code in dict.fromkeys(before.departements)
        if code not in after.departements
    ]
    await upsert(db, LeftDepartement, left)


async def find_in_grace(db: AsyncSession, now: datetime, person_id: str | None = None) -> Mapping[str, Sequence[str]]:
    """Find the départements whose channel people may still be in though they left: by person, oldest first; of
    everybody, or of one person."""
    one = [] if person_id is None else [col(LeftDepartement.person_id) == person_id]
    found: dict[str, list[str]] = {}
    for move in (await db.exec(_oldest_first().where(col(LeftDepartement.until) > now, *one))).all():
        found.setdefault(move.person_id, []).append(move.departement)
    return found


async def list_over(db: AsyncSession, now: datetime) -> Sequence[LeftDepartement]:
    """List the moves whose grace period is over, oldest first."""
    return (await db.exec(_oldest_first().where(col(LeftDepartement.until) <= now))).all()


async def forget_move(db: AsyncSession, move: LeftDepartement) -> None:
    """Delete a move whose grace period is over: the département is left for good."""
    here = (col(LeftDepartement.person_id) == move.person_id, col(LeftDepartement.departement) == move.departement)
    await db.execute(delete(LeftDepartement).where(*here))


def _oldest_first() -> SelectOfScalar[LeftDepartement]:
    return select(LeftDepartement).order_by(col(LeftDepartement.left_at), col(LeftDepartement.departement))


class Erasure(SQLModel, table=True):
    """Somebody’s erasure, wished or due; a new wish replaces an old one. ``step`` counts the steps that were done,
    ``pseudonym`` is what stands for the person meanwhile: once all is done, nobody knows it. ``asleep`` says that
    nobody wished it: the account was inactive for too long."""

    __tablename__ = "person_erasure"

    user_id: str = Field(primary_key=True, max_length=26)
    asked_at: datetime = Field(sa_type=UtcTime)
    due_at: datetime = Field(sa_type=UtcTime, index=True)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcTime)
    step: int = 0
    pseudonym: str = Field(default="", max_length=26)
    asleep: bool = False


async def get_erasure(db: AsyncSession, user_id: str) -> Erasure | None:
    """Return the erasure of somebody."""
    return (await db.exec(select(Erasure).where(Erasure.user_id == user_id))).first()


async def list_due_erasures(db: AsyncSession, now: datetime) -> Sequence[Erasure]:
    """List the erasures that are due, oldest first."""
    wanted = select(Erasure).where(
        col(Erasure.due_at) <= now, col(Erasure.cancelled_at).is_(None), col(Erasure.done_at).is_(None)
    )
    return (await db.exec(wanted.order_by(col(Erasure.due_at)))).all()


async def lock_erasure(db: AsyncSession, user_id: str) -> Erasure | None:
    """Return the erasure of somebody, locked until the transaction ends."""
    return (await db.exec(locking(select(Erasure).where(Erasure.user_id == user_id)))).first()


async def note_erasure(db: AsyncSession, erasure: Erasure) -> None:
    """Store a wish to be erased, in place of an older one."""
    await upsert(db, Erasure, [erasure.model_dump()])


async def find_waiting_erasure(db: AsyncSession, user_id: str) -> Erasure | None:
    """Find somebody’s erasure that is planned or under way."""
    found = await get_erasure(db, user_id)
    return found if found and not found.cancelled_at and not found.done_at else None


async def cancel_erasure(db: AsyncSession, user_id: str, now: datetime) -> bool:
    """Cancel an erasure; False where there is none to come, or it has begun."""
    to_come = (col(Erasure.cancelled_at).is_(None), col(Erasure.done_at).is_(None), col(Erasure.step) == 0)
    statement = update(Erasure).where(col(Erasure.user_id) == user_id, *to_come).values(cancelled_at=now)
    return (await execute(db, statement)).rowcount == 1


class RoleNotice(SQLModel, table=True):
    """A change of role that somebody is still to be told of; ``role`` and ``left_on`` are what they last knew, however
    often it changed since."""

    __tablename__ = "role_notice"

    person_id: str = Field(primary_key=True, max_length=26)
    role: Role | None = Field(default=None, sa_type=Code(Role))
    left_on: date | None = None

    def has_ended(self, today: date) -> bool:
        """Tell whether the role that they last knew had ended by a day."""
        return self.left_on is not None and self.left_on < today


async def note_role_changes(db: AsyncSession, before: Mapping[str, Person], after: Iterable[Person]) -> None:
    """Note the people whose role, or last day in it, changed; ``before`` has those whom the register knew, by id."""
    rows = [
        {"person_id": one.id, "role": was.known_role if was else None, "left_on": was.left_on if was else None}
        for one in after
        if _has_changed(was := before.get(one.id), one)
    ]
    if rows:
        await execute(db, insertion(db, RoleNotice).on_conflict_do_nothing(), rows)


async def take_role_notices(
    db: AsyncSession, limit: int, person_ids: Collection[str] | None = None
) -> Sequence[RoleNotice]:
    """Take some notices of changed roles, of everybody or of these people; the caller tells them, or drops them."""
    due = select(RoleNotice.person_id).order_by(col(RoleNotice.person_id)).limit(limit)
    if person_ids is not None:
        due = due.where(col(RoleNotice.person_id).in_(person_ids))
    taken = delete(RoleNotice).where(col(RoleNotice.person_id).in_((await db.exec(due)).all()))
    found = await db.execute(taken.returning(RoleNotice.person_id, RoleNotice.role, RoleNotice.left_on))  # type: ignore[call-overload]
    return sorted((RoleNotice(**row) for row in found.mappings()), key=lambda notice: notice.person_id)


async def count_role_notices(db: AsyncSession, person_ids: Collection[str] | None = None) -> int:
    """Count the people who are still to be told of a changed role: of everybody, or of these people."""
    theirs = [] if person_ids is None else [col(RoleNotice.person_id).in_(person_ids)]
    return (await db.exec(select(func.count()).select_from(RoleNotice).where(*theirs))).one()


async def forget_role_notices(db: AsyncSession, person_ids: Collection[str] | None = None) -> None:
    """Delete the notices for these people, or all of them, untold."""
    theirs = [] if person_ids is None else [col(RoleNotice.person_id).in_(person_ids)]
    await db.execute(delete(RoleNotice).where(*theirs))


def _has_changed(was: Person | None, now: Person) -> bool:
    """Tell whether the role changed, or its end did; people without a role before or now have no end."""
    before = was.known_role if was else None
    ends = (was.left_on if was else None) != now.left_on
    return before != now.known_role or (ends and now.known_role is not None)
