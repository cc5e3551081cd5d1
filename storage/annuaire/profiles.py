"""What people say of themselves in the directory, and to whom each field is shown."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import insertion
from storage.people import Person, get

ABILITIES = ("telephone", "skills", "skill_words", "languages")
SIGHT = ("shown_to", "is_hidden")


async def save(db: AsyncSession, person: Person, values: Mapping[str, Any]) -> Person:
    """Write down some of ``ABILITIES`` and ``SIGHT`` of somebody, and return them as they stand.

    Who was not known yet is registered, their role still following Mattermost.
    """
    first = insertion(db, Person).values(person.model_dump() | {"role": None, "derived_role": None, "derived_at": None})
    await db.execute(first.on_conflict_do_nothing(index_elements=["id"]))
    await db.execute(update(Person).where(col(Person.id) == person.id).values(**values))
    saved = await get(db, person.id)
    assert saved is not None  # it was just written
    return saved
