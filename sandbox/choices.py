"""Rows of what people and admins chose: preferences, statuses, roles, settings."""

from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.tables import Record


@dataclass(frozen=True)
class DirectoryGroup:
    """A group, on a server with a licence: of the directory (« ldap »), or made by people (« custom »)."""

    id: str
    name: str
    display_name: str
    members: frozenset[str]
    source: str = "ldap"
    allow_reference: bool = True
    """Whether people may mention it; only administrators see others."""


@dataclass(eq=False)
class Preference(Record):
    """A preference that somebody set in the client."""

    KEY: ClassVar[tuple[str, ...]] = ("user_id", "category", "name")

    user_id: str
    category: str
    name: str
    value: str


@dataclass(eq=False)
class Status(Record):
    """The status of somebody: online, away, busy or offline."""

    KEY: ClassVar[tuple[str, ...]] = ("user_id",)

    user_id: str
    status: str = "offline"
    manual: bool = False
    last_activity_at: int = 0
    dnd_end_time: int = 0


@dataclass(eq=False)
class Role(Record):
    """The rights that a role gives, stored once somebody changed them."""

    KEY: ClassVar[tuple[str, ...]] = ("name",)

    id: str
    name: str
    permissions: list[str]
    update_at: int


@dataclass(eq=False)
class Setting(Record):
    """A setting that differs from its default."""

    KEY: ClassVar[tuple[str, ...]] = ("section", "name")

    section: str
    name: str
    value: Any
