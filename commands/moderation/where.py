"""Where moderation listens: in all planned channels; and a memory of which of them are locked, and who is kept out.

So that a message that is none of its business costs no statement: what is remembered is read anew whenever the machine
asks where to listen, and only says what is worth looking at; the tables decide.
"""

from time import monotonic

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.events import JoinedChannel, Posted, Watched
from commands.moderation.feature import feature
from config.settings import Settings
from storage.canaux import listened_to
from storage.journal import Act
from storage.moderation import measures

HOLDS = (Act.LOCK, Act.SILENCE, Act.EXCLUDE)
EXPECTED_FOR = 60.0
"""Seconds in which what was just decided is looked at, whatever is read from the tables meanwhile: that may have been
begun before the decision was written down."""

_held: dict[str, frozenset[str]] = {}
"""The ids of channels that are locked, and of people who are kept out of some; by database: several bots may live in
one process."""
_expected: dict[str, dict[str, float]] = {}
"""The ids of those about which something was just decided, and until when they are looked at; by database."""


@feature.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """All planned channels, and those that are locked; in passing, what is held is remembered."""
    held = await measures.in_force(db, HOLDS)
    locked = frozenset(channel for each in held if each.act == Act.LOCK for channel in each.channels)
    _held[settings.database_url] = locked | {each.user_id for each in held if each.user_id}
    found = await listened_to(db, settings)
    return Watched(found.private, crowded=found.public | (locked - found.private))


def expect(settings: Settings, ident: str) -> None:
    """From now on look at that channel, or person, too: it is just being decided."""
    known, now = _expected.get(settings.database_url, {}), monotonic()
    still = {each: until for each, until in known.items() if until > now}
    _expected[settings.database_url] = still | {ident: now + EXPECTED_FOR}


def may_be_held(event: Posted | JoinedChannel) -> bool:
    """Whether what happened may be against something that is in force."""
    ids = {event.channel_id, event.user_id}
    return any(not ids.isdisjoint(known) for known in (*_held.values(), *_expected.values()))
