"""The rights that the enabled features need, those that the bot’s account has, and those it lacks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.features import Feature, Right
from bot.french import join
from cli.admin import LEADER, Admin, TeamIdentity
from config.settings import Settings

PLAIN = ("system_user", "team_user", "channel_user")
"""The roles of a plain member."""
ALL = frozenset[str]().union(*[right.permissions for right in Right])


@dataclass(frozen=True, slots=True)
class BotStanding:
    """The bot’s permissions and those of any member, whether it administers the team, and the channels it should be in
    and is not, with their ids ("" for invisible ones)."""

    held: frozenset[str]
    plain: frozenset[str]
    leads: bool
    outside: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lack:
    """A right that a feature lacks; ``channels`` are those that the bot is not in."""

    feature: str
    right: Right
    channels: Sequence[str] = ()

    @property
    def sentence(self) -> str:
        """Say what is missing, and what does not work without it."""
        where = f" ({', '.join(f'~{name}' for name in self.channels)})" if self.channels else ""
        return f"{self.feature} : le bot doit {self.right.label}{where} ; sans cela, {self.right.without}"


@dataclass(frozen=True, slots=True)
class RightsNeeded:
    """The enabled features, with the settings that say where they work."""

    features: Sequence[Feature]
    settings: Settings

    @property
    def channels(self) -> Sequence[str]:
        """Return the names of the channels that the bot must be in."""
        return sorted({name for feature in self.features for name in self._channels_of(feature)})

    def reasons(self) -> Iterator[str]:
        """Yield each needed right, with the features that need it."""
        for right in Right:
            if whose := [feature.name for feature in self.features if right in (*feature.rights, *feature.wishes)]:
                yield f"{right.label}, pour {join(whose)}"

    def missing(self, now: BotStanding) -> Iterator[Lack]:
        """Yield the rights that each feature lacks, given a bot in the team."""
        for feature in self.features:
            for right in feature.rights:
                channels = [name for name in self._channels_of(feature) if name in now.outside]
                if right is Right.IN_CHANNELS and channels:
                    yield Lack(feature.name, right, channels)
                elif not right.permissions <= now.held:
                    yield Lack(feature.name, right)

    def wished(self, now: BotStanding) -> Iterator[Lack]:
        """Yield the optional rights that each feature lacks."""
        for feature in self.features:
            yield from (Lack(feature.name, right) for right in feature.wishes if not right.permissions <= now.held)

    def are_less(self, now: BotStanding) -> bool:
        """Return whether the bot administers the team without need."""
        wanted = (right for f in self.features for right in (*f.rights, *f.wishes))
        return now.leads and all(right.permissions <= now.plain for right in wanted)

    def _channels_of(self, feature: Feature) -> Sequence[str]:
        return [name for name in feature.channels(self.settings) if name]


async def look_up(admin: Admin, team: TeamIdentity, user_id: str, channels: Iterable[str]) -> BotStanding:
    """Read the bot’s standing; a bot that does not exist yet counts as the plain member it will be."""
    member = await admin.membership(team.id, user_id) if user_id else None
    roles = (await admin.user(user_id)).roles if user_id else frozenset[str]()
    leads = member is not None and member.leads
    more = {*roles, *(member.roles.split() if member else ()), *([LEADER] if leads else ())} - {*PLAIN}
    plain = await _together(admin, PLAIN)
    held = plain | (ALL if "system_admin" in roles else await _together(admin, more))
    outside = {}
    for name in channels:
        channel_id = await admin.channel(team.id, name)
        if channel_id is None or not user_id or not await admin.is_in_channel(channel_id, user_id):
            outside[name] = channel_id or ""
    return BotStanding(held, plain, leads, outside)


async def _together(admin: Admin, roles: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*[await admin.permissions(role) for role in sorted(roles)])


def explain_excess(username: str) -> str:
    """Say what to do about a right that is no longer needed, which only the operator can withdraw."""
    return (
        f"@{username} a plus de droits qu’il n’en faut : il administre l’équipe, ce dont aucune fonction en service "
        "n’a besoin. Refaites-en un simple membre (menu de l’équipe › Gérer les membres)."
    )
