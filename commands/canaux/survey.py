"""Reading what the team’s channels are, a few at a time. Nothing is changed, and nothing is held against anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.errors import ChatError
from bot.mattermost import ChatChannel, ChatMember, ChatReader
from bot.refusals import Refusal
from config.canaux import PlannedChannel

OUT_OF_SIGHT = {Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN}


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody in the team, as far as it matters here."""

    username: str
    is_bot: bool
    is_gone: bool
    is_admin: bool
    """Whether they administer the server: such people are everywhere in their own right."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a planned channel is looked for: by the id that is remembered of it (or ""), else by its address."""

    key: str
    address: str
    channel_id: str

    @classmethod
    def of(cls, planned: PlannedChannel, known: Mapping[str, str]) -> "Place":
        """Of a planned channel, with the ids that are remembered."""
        return cls(planned.key, planned.address, known.get(planned.key, ""))


@dataclass(frozen=True, slots=True)
class Seen:
    """What is there: a channel (None: it is not to be found), and who is in it (None: the bot may not know)."""

    channel: ChatChannel | None = None
    members: Mapping[str, ChatMember] | None = None


@dataclass
class Survey:
    """Reads pages of the team’s accounts once, then of each channel’s members; the channels that the bot is not in, one
    by one. All of it raises ChatError."""

    chat: ChatReader
    accounts: dict[str, Account] = field(default_factory=dict)
    own_id: str = ""
    _own: dict[str, ChatChannel] = field(default_factory=dict)

    async def begin(self) -> None:
        """Read what all channels have in common."""
        async for users in self.chat.team_users():
            self.accounts |= {u.id: Account(u.username, u.is_bot, u.deleted, u.is_system_admin) for u in users}
        self._own = {channel.id: channel for channel in await self.chat.own_channels()}
        self.own_id = (await self.chat.me()).id

    async def look(self, place: Place) -> Seen:
        """One channel as it is now."""
        channel = await self._find(place)
        if channel is None:
            return Seen()
        try:
            return Seen(channel, await self._members(channel))
        except ChatError as error:
            if error.refusal not in OUT_OF_SIGHT:
                raise
            return Seen(channel)

    async def look_at_all(self, places: Iterable[Place]) -> Mapping[str, Seen]:
        """Several, by key, and what they have in common."""
        await self.begin()
        return {place.key: await self.look(place) for place in places}

    async def _find(self, place: Place) -> ChatChannel | None:
        """The channel: the one that is remembered, else the one that stands at the address."""
        if place.channel_id:
            try:
                return self._own.get(place.channel_id) or await self.chat.channel(place.channel_id)
            except ChatError as error:
                if error.refusal not in OUT_OF_SIGHT:
                    raise
        by_address = next((c for c in self._own.values() if c.name == place.address), None)
        return by_address or await self.chat.channel_by_name(place.address, archived=True)

    async def _members(self, channel: ChatChannel) -> Mapping[str, ChatMember]:
        found: dict[str, ChatMember] = {}
        async for page in self.chat.channel_members(channel.id):
            found |= {member.user_id: member for member in page}
        return found
