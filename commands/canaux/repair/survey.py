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
    """Where a planned channel is looked for: by the id that is remembered of it (or ""), else by its address in its
    team."""

    key: str
    address: str
    channel_id: str
    team: str = ""

    @classmethod
    def of(cls, planned: PlannedChannel, known: Mapping[str, str]) -> "Place":
        """Of a planned channel, with the ids that are remembered."""
        return cls(planned.key, planned.address, known.get(planned.key, ""), planned.team)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is there: a channel (None: it is not to be found), and who is in it (None: the bot is not, so that it is not
    for the bot to know)."""

    channel: ChatChannel | None = None
    members: Mapping[str, ChatMember] | None = None


@dataclass
class Survey:
    """Reads pages of the team’s accounts once, then of each channel’s members; the channels that the bot is not in, one
    by one. All of it raises ChatError."""

    chat: ChatReader
    accounts: dict[str, Account] = field(default_factory=dict)
    own_id: str = ""
    _own: dict[str, Mapping[str, ChatChannel]] = field(default_factory=dict)
    """The channels of the bot, by id, of each team."""

    async def begin(self) -> None:
        """Read what all channels have in common."""
        async for users in self.chat.team_users():
            self.accounts |= {u.id: Account(u.username, u.is_bot, u.deleted, u.is_system_admin) for u in users}
        self._own = {"": {channel.id: channel for channel in await self.chat.own_channels()}}
        self.own_id = (await self.chat.me()).id

    async def look(self, place: Place) -> Seen:
        """One channel as it is now."""
        channel = await self._find(place)
        if channel is None:
            return Seen()
        is_own = channel.id in await self._own_of(place.team) or await self.chat.is_in(channel.id)
        return Seen(channel, await self._members(channel) if is_own else None)

    async def look_at_all(self, places: Iterable[Place]) -> Mapping[str, Seen]:
        """Several, by key, and what they have in common."""
        await self.begin()
        return {place.key: await self.look(place) for place in places}

    async def _find(self, place: Place) -> ChatChannel | None:
        """The channel: the one that is remembered, else the one that stands at the address."""
        own = await self._own_of(place.team)
        if place.channel_id:
            try:
                return own.get(place.channel_id) or await self.chat.channel(place.channel_id)
            except ChatError as error:
                if error.refusal not in OUT_OF_SIGHT:
                    raise
        by_address = next((c for c in own.values() if c.name == place.address), None)
        try:
            return by_address or await self.chat.in_team(place.team).channel_by_name(place.address, archived=True)
        except ChatError as error:
            return self._none_of(place.team, error)

    async def _own_of(self, team: str) -> Mapping[str, ChatChannel]:
        """The channels of the bot in a team; none of another team in which it is not, or which does not exist."""
        if team not in self._own:
            try:
                channels = await self.chat.in_team(team).own_channels()
            except ChatError as error:
                self._none_of(team, error)
                channels = []
            self._own[team] = {channel.id: channel for channel in channels}
        return self._own[team]

    @staticmethod
    def _none_of(team: str, error: ChatError) -> None:
        """Another team than the bot’s own may be out of its sight: then nothing is found there."""
        if not team or error.may_pass or error.refusal is Refusal.SIGNED_OUT:
            raise error

    async def _members(self, channel: ChatChannel) -> Mapping[str, ChatMember]:
        found: dict[str, ChatMember] = {}
        async for page in self.chat.channel_members(channel.id):
            found |= {member.user_id: member for member in page}
        return found
