"""Contacts and institutions of the directory: imported, or proposed by somebody and reviewed by animateurs."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.folding import fold
from storage.annuaire.values import EMAIL_MAX, PHONE_MAX, SITE_MAX
from storage.database import Code, UtcTime, execute, insertion

TEXT_MAX = 120
KEY_MAX = 300


class State(StrEnum):
    """What became of a contact: only published ones are found."""

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
    state: State = Field(sa_type=Code(State), index=True)
    proposed_by: str = Field(default="", max_length=26)
    decided_by: str = Field(default="", max_length=26)
    changed_at: datetime = Field(sa_type=UtcTime)

    @property
    def title(self) -> str:
        """What it is called: the name, else the organisation’s."""
        return self.nom or self.organisme

    @property
    def says(self) -> tuple[str, ...]:
        """All that a line of an import says."""
        return tuple(str(getattr(self, name)) for name in COLUMNS)


COLUMNS = ("nom", "organisme", "fonction", "email", "telephone", "site", "departement")
"""The columns of an import, in their order."""


def key_of(nom: str, organisme: str, departement: str) -> str:
    """What tells a contact apart."""
    return f"{fold(organisme)}|{fold(nom)}|{departement}"[:KEY_MAX]


async def get(db: AsyncSession, contact_id: int) -> Contact | None:
    """The contact of that number, whatever its state."""
    return (await db.exec(select(Contact).where(Contact.id == contact_id))).first()


async def by_keys(db: AsyncSession, keys: Sequence[str]) -> dict[str, Contact]:
    """Those of a few hundred keys at most that are there, whatever their state."""
    found = await db.exec(select(Contact).where(col(Contact.key).in_(keys)))
    return {contact.key: contact for contact in found}


async def write(db: AsyncSession, contact: Contact) -> None:
    """Write down all that is known of a contact, in place of what was said under its key."""
    values = contact.model_dump(exclude={"id"})
    statement = insertion(db, Contact).values(values)
    new = {name: statement.excluded[name] for name in values if name != "key"}
    await db.execute(statement.on_conflict_do_update(index_elements=["key"], set_=new))


async def propose(db: AsyncSession, contact: Contact) -> Contact | None:
    """Store a contact and return it with its number; None where one of its key is published or waits already.

    One that was refused may be proposed again.
    """
    values = contact.model_dump(exclude={"id"})
    statement = insertion(db, Contact).values(values)
    new = {name: statement.excluded[name] for name in values if name != "key"}
    again = statement.on_conflict_do_update(
        index_elements=["key"], set_=new, where=col(Contact.state) == State.REFUSED
    ).returning(col(Contact.id))
    number = (await execute(db, again)).scalar()
    return None if number is None else await get(db, number)


async def state_of(db: AsyncSession, contact_id: int) -> State | None:
    """How it stands; nothing of it is in hand then."""
    found = (await db.exec(select(Contact.state).where(col(Contact.id) == contact_id))).first()
    return State(found) if found else None


async def decide(db: AsyncSession, contact_id: int, state: State, by: str, at: datetime) -> bool:
    """Publish or refuse a contact; False where it was so already, or is gone."""
    waiting = update(Contact).where(col(Contact.id) == contact_id, col(Contact.state) != state)
    done = await execute(db, waiting.values(state=state, decided_by=by, changed_at=at))
    return done.rowcount > 0


async def oldest_proposed(db: AsyncSession) -> Contact | None:
    """The one that has waited longest for a review."""
    waiting = select(Contact).where(Contact.state == State.PROPOSED).order_by(col(Contact.changed_at), col(Contact.id))
    return (await db.exec(waiting.limit(1))).first()


async def count_proposed(db: AsyncSession) -> int:
    """How many wait for a review."""
    counted = select(func.count()).select_from(Contact).where(Contact.state == State.PROPOSED)
    return (await db.exec(counted)).one()
