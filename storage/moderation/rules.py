"""The automatic rules, as the animateurs tuned them, and what they found."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from storage.database import Code, UtcTime


class Mode(StrEnum):
    """What a rule does when it finds something: nothing is looked for, the animateurs decide, or it acts at once."""

    OFF = "non"
    PROPOSE = "proposer"
    ACT = "agir"


class Rule(SQLModel, table=True):
    """A rule as it was changed in chat; one without a row is as the bot brings it. ``settings`` has its numbers and
    words."""

    __tablename__ = "moderation_rule"

    name: str = Field(primary_key=True, max_length=24)
    mode: Mode = Field(sa_type=Code(Mode))
    settings: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))
    changed_at: datetime = Field(sa_type=UtcTime)
    changed_by: str = Field(default="", max_length=26)


class Hit(SQLModel, table=True):
    """A message that a rule found, once. ``is_false`` is what the animateurs said of it: None while nobody did."""

    __tablename__ = "moderation_hit"

    rule: str = Field(primary_key=True, max_length=24)
    post_id: str = Field(primary_key=True, max_length=26)
    author_id: str = Field(max_length=26, index=True)
    channel_id: str = Field(max_length=26)
    at: datetime = Field(sa_type=UtcTime, index=True)
    case_id: int | None = Field(default=None, index=True)
    is_false: bool | None = None
