"""What people reported of resources: a dead link, an error, something that should not be there."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.database import UtcTime

WORD_MAX = 500
"""Characters of what is said with a report."""


class ResourceReport(SQLModel, table=True):
    """Somebody (``user_id``) reported a resource, once until animateurs dealt with it; ``why`` is a code."""

    __tablename__ = "resource_report"

    resource: int = Field(primary_key=True)
    user_id: str = Field(primary_key=True, max_length=26)
    why: str = Field(max_length=16)
    word: str = Field(default="", max_length=WORD_MAX)
    at: datetime = Field(sa_type=UtcTime)
    closed_by: str = Field(default="", max_length=26)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)
