"""Collections: resources that somebody put together under a name, in an order."""

from datetime import datetime

from sqlalchemy import false
from sqlmodel import Field, SQLModel

from storage.database import UtcTime

NAME_MAX = 80
"""Characters of a name."""


class ResourceCollection(SQLModel, table=True):
    """Resources under a name; ``key`` is the name folded, by which people call it.

    ``owner_id`` may change it, as animateurs may. A ``pinned`` one stands first, for everybody.
    """

    __tablename__ = "resource_collection"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=NAME_MAX)
    name: str = Field(max_length=NAME_MAX)
    about: str = Field(default="", max_length=300)
    owner_id: str = Field(default="", max_length=26, index=True)
    pinned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    created_at: datetime = Field(sa_type=UtcTime)


class Collected(SQLModel, table=True):
    """A resource in a collection: ``place`` orders those of one."""

    __tablename__ = "resource_collected"

    collection: int = Field(primary_key=True)
    resource: int = Field(primary_key=True, index=True)
    place: int
    by: str = Field(default="", max_length=26)
    at: datetime = Field(sa_type=UtcTime)
