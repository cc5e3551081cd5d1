"""The planned channels as they are now: the table of config, and what animateurs changed of it in chat."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config import canaux
from config.canaux import Belonging, Family, PlannedChannel
from config.settings import Settings
from storage.canaux.changes import Change
from storage.canaux.drift import Drift
from storage.canaux.table import Allowance, allow, by_key, disallow
from storage.database import UtcTime, insertion

MADE = "libre:"
"""How the keys of channels begin that were made in chat."""


class Amendment(SQLModel, table=True):
    """What is other than in the table for one channel: ``name``, ``purpose`` and ``header``, where they were changed;
    ``archived`` is why it was put away ("": it was not). ``address`` is that of a channel made in chat, which the table
    does not have, or another one than the table’s, where somebody else’s channel has that."""

    __tablename__ = "channel_amendment"

    key: str = Field(primary_key=True, max_length=64)
    name: str = Field(default="", max_length=64)
    address: str = Field(default="", max_length=64)
    purpose: str = Field(default="", max_length=250)
    header: str = Field(default="", max_length=1024)
    archived: str = Field(default="", max_length=200)
    by: str = Field(default="", max_length=26)
    at: datetime = Field(sa_type=UtcTime)


async def planned(db: AsyncSession, settings: Settings, *, archived: bool = False) -> Mapping[str, PlannedChannel]:
    """The channels by key, without those put away unless ``archived``. Raises what ``config.canaux.read`` does."""
    table = {**canaux.read(settings.channels), **canaux.of_hubs(settings.hubs_team)}
    for change in (await db.exec(select(Amendment).order_by(col(Amendment.key)))).all():
        known = table.get(change.key) or (_made(change) if change.address else None)
        if known is not None:
            given = {name: text for name in ("name", "address", "purpose", "header") if (text := getattr(change, name))}
            table[change.key] = replace(known, **given)
        if change.archived and not archived:
            table.pop(change.key, None)
    return table


class Known(NamedTuple):
    """The ids of the planned channels that are known: the private ones, and those in which everybody is or may be."""

    private: frozenset[str]
    public: frozenset[str]


async def listened_to(db: AsyncSession, settings: Settings) -> Known:
    """Where the bot listens for what happens in the team’s channels."""
    table, known = await planned(db, settings), await by_key(db)
    private = frozenset(known[key] for key in known if key in table and table[key].private)
    return Known(private, frozenset(known[key] for key in known if key in table) - private)


async def put_away(db: AsyncSession) -> Mapping[str, str]:
    """The keys of channels put away, and why each was."""
    found = await db.exec(select(Amendment).where(col(Amendment.archived) != ""))
    return {change.key: change.archived for change in found.all()}


async def amend(db: AsyncSession, key: str, by: str, now: datetime, **values: Any) -> None:
    """Change that of a channel; the rest of what was changed stays."""
    new = values | {"by": by, "at": now}
    empty = {"name": "", "address": "", "purpose": "", "header": "", "archived": ""}
    statement = insertion(db, Amendment).values({"key": key} | empty | new)
    await db.execute(statement.on_conflict_do_update(index_elements=["key"], set_=new))


async def take_back(db: AsyncSession, change: Change, by: str, now: datetime) -> None:
    """What somebody changed by hand in chat is as it was: Mattermost refused it, or it was undone."""
    match change.drift:
        case Drift.ABSENT if change.before:
            await amend(db, change.key, by, now, name=change.before, address="")
        case Drift.ABSENT:
            await db.execute(delete(Amendment).where(col(Amendment.key) == change.key))
        case Drift.TITLE:
            await amend(db, change.key, by, now, name=change.before)
        case Drift.PURPOSE:
            await amend(db, change.key, by, now, purpose=change.before)
        case Drift.HEADER:
            await amend(db, change.key, by, now, header=change.before)
        case Drift.ADMIN_MISSING | Drift.ADMIN_EXTRA if change.before:
            await allow(db, [Allowance(**json.loads(change.before) | {"by": by, "at": now})])
        case Drift.ADMIN_MISSING | Drift.ADMIN_EXTRA:
            await disallow(db, change.key, change.user_id)
        case Drift.PUT_AWAY | Drift.ARCHIVED:
            await amend(db, change.key, by, now, archived=change.before)


def _made(change: Amendment) -> PlannedChannel:
    return PlannedChannel(
        key=change.key,
        family=Family.THEMATIQUE,
        name=change.name,
        address=change.address,
        private=False,
        belonging=Belonging.LIBRE,
        roles=frozenset(),
        purpose=change.purpose,
        header=change.header,
    )
