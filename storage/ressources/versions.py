"""What people changed of resources, when, and how each was before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime
from storage.ressources.resource import Resource, key, write

CONTENT = (
    "titre",
    "url",
    "description",
    "files",
    "categorie",
    "themes",
    "type",
    "niveau",
    "public",
    "licence",
    "auteur",
    "auteur_id",
)
"""The columns that people write, in the order in which they are told."""


class ResourceVersion(SQLModel, table=True):
    """The ``version`` of a resource that ``by`` made: ``before`` are the columns changed, as they were until then."""

    __tablename__ = "resource_version"

    resource: int = Field(primary_key=True)
    version: int = Field(primary_key=True)
    by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)
    before: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))


async def of(db: AsyncSession, resource: int) -> Sequence[ResourceVersion]:
    """All of a resource, the newest first."""
    theirs = select(ResourceVersion).where(ResourceVersion.resource == resource)
    return (await db.exec(theirs.order_by(col(ResourceVersion.version).desc()))).all()


def content(resource: Resource) -> dict[str, Any]:
    """What people wrote of it, as it is now."""
    return {name: getattr(resource, name) for name in CONTENT}


def as_of(resource: Resource, changes: Sequence[ResourceVersion], version: int) -> dict[str, Any]:
    """What people had written of it at a version; ``changes`` are all, the newest first."""
    known = content(resource)
    for change in changes:
        if change.version > version:
            known |= {name: value for name, value in change.before.items() if name in known}
    return known


async def revise(
    db: AsyncSession, resource: Resource, said: Mapping[str, Any], made: tuple[str, datetime, int]
) -> Sequence[str]:
    """Write other content of a resource down as its next version; ``made`` is by whom, when, and the number that
    ``begin_writing`` gave. Returns the columns that changed: none is no version."""
    by, at, revision = made
    before = {
        name: getattr(resource, name) for name in CONTENT if name in said and getattr(resource, name) != said[name]
    }
    if not before:
        return ()
    for name in before:
        setattr(resource, name, said[name])
    resource.version += 1
    resource.changed_at = at
    resource.key = key(resource.url, resource.titre)
    db.add(ResourceVersion(resource=resource.number, version=resource.version, by=by, at=at, before=before))
    await db.flush()
    await write(db, [resource], revision)
    return list(before)
