"""Where the news are edited and where they come out, and each edition as it was changed in chat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import UserError
from bot.rhythms import Rhythm, read_rhythm
from config import editions as table
from config.canaux import PlannedChannel
from config.editions import Unapproved
from config.settings import Settings
from storage import canaux, targets
from storage.actus.digests import Programme

ROOM = "animation"
"""The key, in config/canaux.tsv, of the room in which animateurs edit."""


class Desk(Protocol):
    """What the news are made with: a request at work, or the operator’s command."""

    @property
    def db(self) -> AsyncSession:
        """One transaction."""

    @property
    def settings(self) -> Settings:
        """Those of this bot."""

    @property
    def now(self) -> datetime:
        """What time it is."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as it is now: ``key`` names it for ever; ``targets`` are as in config/editions.py."""

    key: str
    name: str
    rhythm: Rhythm
    targets: tuple[str, ...]
    unapproved: Unapproved


async def editions(desk: Desk) -> Mapping[str, Edition]:
    """All of them, by key, in the order of the table."""
    changed = {row.key: row for row in (await desk.db.exec(select(Programme))).all()}
    return {key: _as_changed(given, changed.get(key)) for key, given in table.read(desk.settings.editions).items()}


def _as_changed(given: table.Edition, changed: Programme | None) -> Edition:
    rhythm, places, unapproved = given.rhythm, given.targets, given.unapproved
    if changed is not None:
        rhythm, places = changed.rhythm or rhythm, tuple(changed.targets) or places
        unapproved = Unapproved(changed.unapproved) if changed.unapproved else unapproved
    return Edition(given.key, given.name, read_rhythm(rhythm), places, unapproved)


async def edition(desk: Desk, key: str) -> Edition:
    """One by its key. Raises UserError where the operator’s table has it no more."""
    found = (await editions(desk)).get(key)
    if found is None:
        raise UserError(f"Il n’y a plus d’édition « {key} ».")
    return found


async def room(desk: Desk) -> str:
    """The id of the animateurs’ room; "" while it is not known."""
    return (await canaux.by_key(desk.db)).get(ROOM, "")


def planned(wanted: Sequence[str], known: Mapping[str, PlannedChannel]) -> Sequence[PlannedChannel]:
    """The channels that targets and keys mean, each once. Raises ValueError, with a French sentence."""
    keyed = [known[target] for target in wanted if target in known]
    others = targets.channels([target for target in wanted if target not in known], known)
    return list({channel.key: channel for channel in (*keyed, *others)}.values())
