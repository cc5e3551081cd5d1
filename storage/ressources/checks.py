"""Whether the links of resources still lead somewhere, as last looked at."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from storage.database import UtcTime
from storage.ressources.links import LINK_MAX


class LinkCheck(SQLModel, table=True):
    """How the link of a resource was when last looked at: ``url`` is which one, ``fault`` the code of what is wrong
    ("": nothing).

    ``failures`` counts the times in a row that it led nowhere, since ``failing_since``; ``told_at`` is when its author
    was told; ``archive`` is where a copy of it is kept by others ("": nowhere known).
    """

    __tablename__ = "resource_link_check"

    resource: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    url: str = Field(max_length=LINK_MAX)
    checked_at: datetime = Field(sa_type=UtcTime, index=True)
    fault: str = Field(default="", max_length=16)
    failures: int = 0
    failing_since: date | None = None
    told_at: datetime | None = Field(default=None, sa_type=UtcTime)
    archive: str = Field(default="", max_length=LINK_MAX)
