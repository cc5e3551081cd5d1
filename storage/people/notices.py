"""Whose role changed and who has not heard of it: noted where the register is written, taken by who tells them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import delete, func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Code, execute, insertion
from storage.people.person import Person, Role


class RoleNotice(SQLModel, table=True):
    """Somebody is to hear that their role is another; ``role`` and ``left_on`` are what they last knew of it, however
    often it changed since."""

    __tablename__ = "role_notice"

    person_id: str = Field(primary_key=True, max_length=26)
    role: Role | None = Field(default=None, sa_type=Code(Role))
    left_on: date | None = None

    def has_ended(self, today: date) -> bool:
        """Whether the role that they last knew of had ended by that day."""
        return self.left_on is not None and self.left_on < today


async def note_role_changes(db: AsyncSession, before: Mapping[str, Person], after: Iterable[Person]) -> None:
    """Note those whose role, or last day in it, is another; ``before`` has those whom the register knew, by id."""
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
    """Take some of what is to be told, of all or of these people: who takes it says it, or lets it be."""
    due = select(RoleNotice.person_id).order_by(col(RoleNotice.person_id)).limit(limit)
    if person_ids is not None:
        due = due.where(col(RoleNotice.person_id).in_(person_ids))
    taken = delete(RoleNotice).where(col(RoleNotice.person_id).in_((await db.exec(due)).all()))
    found = await db.execute(taken.returning(RoleNotice.person_id, RoleNotice.role, RoleNotice.left_on))  # type: ignore[call-overload]
    return sorted((RoleNotice(**row) for row in found.mappings()), key=lambda notice: notice.person_id)


async def count_role_notices(db: AsyncSession, person_ids: Collection[str] | None = None) -> int:
    """Count who is still to hear of another role: of all, or of these people."""
    theirs = [] if person_ids is None else [col(RoleNotice.person_id).in_(person_ids)]
    return (await db.exec(select(func.count()).select_from(RoleNotice).where(*theirs))).one()


async def forget_role_notices(db: AsyncSession, person_ids: Collection[str] | None = None) -> None:
    """Tell none of these people, or nobody at all, what is noted so far."""
    theirs = [] if person_ids is None else [col(RoleNotice.person_id).in_(person_ids)]
    await db.execute(delete(RoleNotice).where(*theirs))


def _has_changed(was: Person | None, now: Person) -> bool:
    """Whether the role is another, or its end is; who never had one has nothing that ends."""
    before = was.known_role if was else None
    ends = (was.left_on if was else None) != now.left_on
    return before != now.known_role or (ends and now.known_role is not None)
