"""Who wants to hear each week what is new of which themes."""

from datetime import datetime

from sqlalchemy import false
from sqlmodel import Field, SQLModel

from storage.database import UtcTime


class ThemeFollow(SQLModel, table=True):
    """Somebody follows a theme (a code of config.themes); ``paused`` keeps it for later and says nothing.

    ``told_at`` is up to when they were told what is new.
    """

    __tablename__ = "theme_follow"

    user_id: str = Field(primary_key=True, max_length=26)
    theme: str = Field(primary_key=True, max_length=32)
    paused: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    at: datetime = Field(sa_type=UtcTime)
    told_at: datetime = Field(sa_type=UtcTime)
