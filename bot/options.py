"""What is said of a handler where it is declared, beside what triggers it."""

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
    """Who waits for long work: somebody, for this one thing, and what it sends leaves with what answers people;
    somebody, for what goes to many; nobody (a chore gives way to all else)."""

    URGENT = "urgent"
    BROAD = "broad"
    CHORE = "chore"


class Shown(TypedDict, total=False):
    """What is said of a command where its handler is declared."""

    help: Required[str]
    hint: str
    roles: Collection[Role]
    tells: bool
    instead: Mapping[Role, str]


class Told(TypedDict, total=False):
    """What is said of a dialog or a button; ``name`` is what one whose class was renamed goes on to be stored as."""

    roles: Collection[Role]
    name: str | None
    accepted: AcceptedKeys | None


class LongWork(TypedDict, total=False):
    """What is said of long work where its handler is declared; ``name`` is what stands in the database for it,
    ``longest`` how long a step of it may take where two minutes are not enough."""

    name: Required[str]
    title: Required[str]
    unit: tuple[str, str]
    roles: Collection[Role]
    longest: timedelta
