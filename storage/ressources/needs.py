"""What people looked for and did not find: needs, counted by who has them."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.database import UtcTime

WORDS_MAX = 200
"""Characters of what was looked for."""


class ResourceNeed(SQLModel, table=True):
    """Somebody found nothing for ``words``; ``key`` is what those have in common with the same need of others.

    ``resource`` is what answers it, or None; ``closed_at`` is when it was answered, or put aside by ``closed_by``.
    """

    __tablename__ = "resource_need"

    key: str = Field(primary_key=True, max_length=WORDS_MAX)
    user_id: str = Field(primary_key=True, max_length=26)
    words: str = Field(max_length=WORDS_MAX)
    about: str = Field(default="", max_length=500)
    at: datetime = Field(sa_type=UtcTime)
    resource: int | None = None
    closed_by: str = Field(default="", max_length=26)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime, index=True)
