"""Who asks for a place in the réseau: an account that nobody knows, what they say of themselves, and the answer."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from config.text import fold
from storage.claims import hold
from storage.database import Code, UtcTime, execute, upsert
from storage.people.person import Person, Role
from storage.people.register import Awaited, every_awaited

WORD_MAX = 300


class AccessRequest(SQLModel, table=True):
    """What somebody last asked: where they work, for whom, and a word of theirs; ``answered_at`` is since when it is
    answered, by ``by`` (a user name), with a ``role``, or with none and a ``reason``."""

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
        """What the cards about it are known by: another request of the same person is another."""
        return f"{self.person_id}:{int(self.at.timestamp()):x}"


async def get_access_request(db: AsyncSession, person_id: str) -> AccessRequest | None:
    """Return what somebody last asked."""
    return (await db.exec(select(AccessRequest).where(AccessRequest.person_id == person_id))).first()


async def note_access_request(db: AsyncSession, asked: AccessRequest) -> bool:
    """Note what somebody asks; False where what they asked before has no answer yet."""
    await hold(db, "membres.access", asked.person_id, asked.at)
    before = await get_access_request(db, asked.person_id)
    if before is not None and before.answered_at is None:
        return False
    await upsert(db, AccessRequest, [asked.model_dump()])
    return True


async def answer_access_request(db: AsyncSession, answered: AccessRequest) -> bool:
    """Note the answer that a request has; False where another came first, or something else is asked since."""
    same = (col(AccessRequest.person_id) == answered.person_id, col(AccessRequest.at) == answered.at)
    answer = answered.model_dump(include={"answered_at", "by", "role", "reason"})
    open_ = update(AccessRequest).where(*same, col(AccessRequest.answered_at).is_(None)).values(**answer)
    return (await db.exec(open_)).rowcount == 1


async def find_lines_alike(db: AsyncSession, asked: AccessRequest) -> Sequence[Awaited]:
    """Find the imported lines that wait for somebody of this name or address."""
    return [line for line in await every_awaited(db) if _is_alike(asked, line)]


async def find_people_alike(db: AsyncSession, asked: AccessRequest) -> Sequence[Person]:
    """Find the people of the register who bear this name or address under another account."""
    columns = (Person.id, Person.username, Person.prenom, Person.nom, Person.email)
    others = select(*columns).where(col(Person.id) != asked.person_id)  # type: ignore[call-overload]
    found = [Person(**row) for row in (await execute(db, others)).mappings()]
    return [person for person in found if _is_alike(asked, person)]


def _is_alike(asked: AccessRequest, line: Awaited | Person) -> bool:
    """Whether a line has the address, or the same words of a name in whatever order."""
    if asked.email and asked.email.lower() == (line.email or "").lower():
        return True
    name = sorted(fold(f"{line.prenom or ''} {line.nom or ''}").split())
    return len(name) > 1 and name == sorted(fold(asked.name).split())
