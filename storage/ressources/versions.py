"""What people changed of resources, when, and how each was before."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from storage.database import UtcTime


class ResourceVersion(SQLModel, table=True):
    """The ``version`` of a resource that ``by`` made: ``before`` are the columns changed, as they were until then."""

    __tablename__ = "resource_version"

    resource: int = Field(primary_key=True)
    version: int = Field(primary_key=True)
    by: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime)
    before: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))
