"""Destinations of messages: the planned channels and who may write to them, and the direct channel with the bot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.context import ReadingContext
from bot.errors import ChatError
from bot.mattermost import ChatChannel
from bot.replies import Replies, SendFile, Whisper
from bot.texts import escape, render
from config.canaux import PlannedChannel, home_of
from storage.people import Person

NAMED_MAX = 3


class NoSuchChannelError(ValueError):
    """Some channels cannot be written to; the text says which, in one French sentence."""


@dataclass(frozen=True, slots=True)
class TeamChannels:
    """The channels of the bot, and the ids known of planned ones (key → id)."""

    channels: Sequence[ChatChannel]
    known: Mapping[str, str]

    def find(self, planned: Sequence[PlannedChannel]) -> dict[str, str]:
        """Find planned channels, title by id: by their known ids, else by their addresses. Raises
        NoSuchChannelError."""
        by_name = {channel.name: channel.id for channel in self.channels}
        titles = {channel.id: channel.display_name or channel.name for channel in self.channels}
        found = {p.key: self.known.get(p.key) or by_name.get(p.address, "") for p in planned}
        if absent := [p.name for p in planned if found[p.key] not in titles]:
            raise NoSuchChannelError(_say_absent(absent))
        return {found[p.key]: titles[found[p.key]] for p in planned}


def _say_absent(names: Sequence[str]) -> str:
    more = len(names) - NAMED_MAX
    shown = [f"« {escape(name)} »" for name in names[:NAMED_MAX]] + ([f"{more} autres"] if more > 0 else [])
    return render("refus/channels_absent", names=shown)


def may_post_to(person: Person, wanted: Sequence[str]) -> bool:
    """Return whether somebody may send to these targets: animateurs to any, others to their own départements."""
    own = {home for code in person.departements if (home := home_of(code))}
    return person.animates or all(home_of(target) in own for target in wanted)


async def is_in_direct_channel(ctx: ReadingContext) -> bool:
    """Return whether the request came from the direct channel with the bot, where answers stay."""
    return bool(ctx.channel_id) and ctx.channel_id == await ctx.chat.direct_channel(ctx.user.id)


async def find_place_to_speak(ctx: ReadingContext) -> ChatChannel | None:
    """Return the present channel if the bot and the person are both in it and it is not archived; a channel that the
    bot cannot see counts as one that it is not in."""
    try:
        channel = await ctx.chat.channel(ctx.channel_id)
        both = {(await ctx.chat.me()).id, ctx.user.id}
        members = await ctx.chat.channel_members_among(channel.id, sorted(both))
    except ChatError as error:
        if error.is_temporary:
            raise
        return None
    return channel if not channel.archived and both <= {member.user_id for member in members} else None


PREPARING, READY = "Préparation de votre fichier…", "✅ Votre fichier est prêt, juste en dessous."
PREPARING_FILES, READY_FILES = "Préparation de vos fichiers…", "✅ Vos fichiers sont prêts, juste en dessous."
"""What is said while files are made, and what that becomes."""


async def send_file(ctx: ReadingContext, file: SendFile) -> Replies:
    """Send a file; outside the direct channel, also say where it arrives."""
    if await is_in_direct_channel(ctx):
        return file
    return [file, Whisper(render("refus/file_private"))]
