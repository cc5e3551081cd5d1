"""The channels of moderation: in which it listens, in which rules look, its own room, the one that a line names.
Which are locked, and who is kept out of some, is remembered, so that other messages cost no statement.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from zoneinfo import ZoneInfo

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.errors import UserError
from bot.events import JoinedChannel, Posted, WatchedPlaces
from bot.mattermost import ChatChannel
from bot.texts import quote
from commands.moderation.feature import feature
from config.canaux import Family
from config.settings import Settings
from config.territories import DEPARTEMENTS
from config.text import fold
from config.time import PARIS
from dialogs.moderation.lines import take_channel, take_word
from storage import canaux, people
from storage.canaux import find_watched_channels
from storage.journal import AuditAct
from storage.moderation import measures
from storage.watchlist import WatchedPlace

ROOM = "moderation"
"""A key of config/canaux.tsv."""


async def find_room(ctx: Context) -> str:
    """The id of the moderation room; "" while it is not known."""
    return (await canaux.find_channel_ids(ctx.db)).get(ROOM, "")


async def find_channel_title(ctx: Context, channel_id: str) -> str:
    """What a channel is called, as far as the bot’s own tables say; "" for what they do not know."""
    keys = await canaux.find_channel_keys(ctx.db)
    planned = (await canaux.list_planned(ctx.db, ctx.settings)).get(keys.get(channel_id, ""))
    if planned:
        return planned.name
    seen = (await ctx.db.exec(select(WatchedPlace).where(WatchedPlace.id == channel_id))).first()
    return (seen.display_name or seen.name) if seen else ""


async def find_channel_zone(ctx: Context, channel_id: str) -> ZoneInfo:
    """The hours of a channel: those of its département, or of Paris. Who acts there may live by others."""
    key = (await canaux.find_channel_keys(ctx.db)).get(channel_id, "")
    departement = DEPARTEMENTS.get(key.partition(":")[2]) if key.startswith(Family.DEPARTEMENT) else None
    return ZoneInfo(departement.fuseau) if departement else PARIS


async def find_person_zone(ctx: Context, user_id: str) -> ZoneInfo:
    """Where somebody lives; Paris for who is not in the register."""
    person = await people.get(ctx.db, user_id)
    return person.zone if person else PARIS


ENFORCED_ACTS = (AuditAct.LOCK, AuditAct.SILENCE, AuditAct.EXCLUDE)
EXPECTED_FOR = 60.0
"""Seconds in which what was just decided is looked at, whatever is read from the tables meanwhile: that may have been
begun before the decision was written down."""

_held: dict[str, frozenset[str]] = {}
"""The ids of channels that are locked, and of people who are kept out of some; by database: several bots may live in
one process."""
_expected: dict[str, dict[str, float]] = {}
"""The ids of those about which something was just decided, and until when they are looked at; by database."""


@feature.watches
async def watch_channels(db: AsyncSession, settings: Settings) -> WatchedPlaces:
    """All planned channels, and those that are locked; in passing, what is held is remembered."""
    held = await measures.list_in_force(db, ENFORCED_ACTS)
    locked = frozenset(channel for each in held if each.act == AuditAct.LOCK for channel in each.channels)
    _held[settings.database_url] = locked | {each.user_id for each in held if each.user_id}
    found = await find_watched_channels(db, settings)
    return WatchedPlaces(found.private, crowded=found.public | (locked - found.private))


def expect_breach(settings: Settings, ident: str) -> None:
    """From now on look at that channel, or person, too: it is just being decided."""
    known, now = _expected.get(settings.database_url, {}), monotonic()
    still = {each: until for each, until in known.items() if until > now}
    _expected[settings.database_url] = still | {ident: now + EXPECTED_FOR}


def may_breach_measure(event: Posted | JoinedChannel) -> bool:
    """Whether what happened may be against something that is in force."""
    ids = {event.channel_id, event.user_id}
    return any(not ids.isdisjoint(known) for known in (*_held.values(), *_expected.values()))


async def list_rule_channels(db: AsyncSession, settings: Settings) -> frozenset[str]:
    """The ids of the channels that rules look at: all planned ones but the rooms."""
    table, known = await canaux.list_planned(db, settings), await canaux.find_channel_ids(db)
    return frozenset(known[key] for key in known if key in table and table[key].family is not Family.SALLE)


async def list_unwatched_channels(ctx: Context) -> Sequence[str]:
    """What the team’s public channels are called that rules do not look at, as nobody planned them. Raises
    ChatError."""
    places = await list_rule_channels(ctx.db, ctx.settings)
    others = [c async for page in ctx.chat.public_channels() for c in page if c.id not in places and not c.archived]
    return sorted(channel.display_name or channel.name for channel in others)


_DEPARTEMENT_CODE = re.compile(r"(\d[0-9ab]\d?) - ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChannelIndex:
    """The channels that the bot is in: each by id, and the id by each of its names, folded."""

    by_id: Mapping[str, ChatChannel]
    names: Mapping[str, str]

    def take(self, text: str, example: str) -> tuple[ChatChannel, str]:
        """The channel that a line begins with, and the rest. Raises UserError where it is none."""
        ident, rest = take_channel(text, self.names)
        if not ident:
            word = quote(take_word(text)[0].removeprefix("~"))
            said = f"Le bot n’est dans aucun canal « {word} »." if word else "De quel canal s’agit-il ?"
            raise UserError(f"{said} Par exemple : `{example}`.")
        return self.by_id[ident], rest

    def take_optional(self, text: str) -> tuple[ChatChannel | None, str]:
        """The same where a line may begin with a channel."""
        ident, rest = take_channel(text, self.names)
        return self.by_id.get(ident), rest


async def index_channels(ctx: Context) -> ChannelIndex:
    """Those of the team, by title, by address, and by number of département; of two of one name, the planned one.
    Raises ChatError."""
    found = [channel for channel in await ctx.chat.own_channels() if not channel.archived]
    planned = {*(await canaux.find_channel_ids(ctx.db)).values()}
    found.sort(key=lambda channel: channel.id not in planned)
    names: dict[str, str] = {}
    for channel in found:
        code = _DEPARTEMENT_CODE.match(channel.display_name)
        for name in (channel.display_name, channel.name, code[1] if code else ""):
            if name:
                names.setdefault(fold(name), channel.id)
    return ChannelIndex({channel.id: channel for channel in found}, names)
