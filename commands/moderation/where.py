"""Where moderation listens: in all planned channels; and a memory of which of them are locked, and who is kept out.

So that a message that is none of its business costs no statement: what is remembered is read anew whenever the machine
asks where to listen, and only says what is worth looking at; the tables decide.
"""

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.events import JoinedChannel, Posted, Watched
from commands.moderation.feature import feature
from config.settings import Settings
from storage.canaux import listened_to
from storage.journal import Act
from storage.moderation import measures

HOLDS = (Act.LOCK, Act.SILENCE, Act.EXCLUDE)


@dataclass(frozen=True, slots=True)
class Held:
    """Channels that are locked, and people who are kept out of some."""

    channels: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()


_held: dict[str, Held] = {}
"""By database: several bots may live in one process."""


@feature.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """All planned channels, and those that are locked; in passing, what is held is remembered."""
    held = await measures.in_force(db, HOLDS)
    locked = frozenset(channel for each in held if each.act == Act.LOCK for channel in each.channels)
    _held[settings.database_url] = Held(locked, frozenset(each.user_id for each in held if each.user_id))
    found = await listened_to(db, settings)
    return Watched(found.private, crowded=found.public | (locked - found.private))


def expect(settings: Settings, *, channel_id: str = "", user_id: str = "") -> None:
    """From now on look at that, too: it is just being decided."""
    held = _held.get(settings.database_url, Held())
    _held[settings.database_url] = Held(held.channels | {channel_id}, held.people | {user_id})


def may_be_held(event: Posted | JoinedChannel) -> bool:
    """Whether what happened may be against something that is in force."""
    return any(event.channel_id in held.channels or event.user_id in held.people for held in _held.values())
