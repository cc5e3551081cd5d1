"""The options of the decorators by which features declare their handlers."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Required, TypedDict

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.drafts import AcceptedKeys
from storage.people import Role

FiguresHook = Callable[[AsyncSession, datetime], Awaitable[None]]
"""What sets a feature’s gauges (prometheus_client) from its tables once a minute, by few short statements; it names
nobody."""


class WorkPriority(Enum):
    """The priority of long work: urgent (somebody waits for this one thing, and its messages go with answers to
    people), broad (somebody waits, and it goes to many people), chore (nobody waits, so it gives way to all else)."""

    URGENT = "urgent"
    BROAD = "broad"
    CHORE = "chore"


class Shown(TypedDict, total=False):
    """Options of a command; ``words`` are those that mean something of their own behind it and are no subcommands."""

    help: Required[str]
    hint: str
    roles: Collection[Role]
    tells: bool
    words: Collection[str]
    instead: Mapping[Role, str]


class Told(TypedDict, total=False):
    """Options of a dialog or button; ``name`` keeps the stored name of one whose class was renamed."""

    roles: Collection[Role]
    name: str | None
    accepted: AcceptedKeys | None


class LongWork(TypedDict, total=False):
    """Options of long work; ``name`` is its stored name, ``longest`` the maximum time of a step if two minutes are not
    enough."""

    name: Required[str]
    title: Required[str]
    unit: tuple[str, str]
    roles: Collection[Role]
    longest: timedelta
