"""Doing what is to be done in Mattermost beside posting, each act harmless twice."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot import acts
from bot.errors import ChatError
from bot.mattermost import Chat
from bot.outbox.notices import ADDED, REMOVED, hush, hush_changes
from bot.outbox.search import CLOCK_AHEAD_MAX
from bot.refusals import Refusal
from storage.outbox import Outgoing


@dataclass(frozen=True, slots=True)
class Arrival:
    """The post of a message, and its channel; ``found`` if an earlier try had made it, ``news`` what else is told."""

    post_id: str = ""
    channel_id: str = ""
    found: bool = False
    news: Mapping[str, Any] = field(default_factory=dict)


class UnknownActError(ChatError):
    """Another version wrote it down, and this one cannot read it."""

    def __init__(self) -> None:
        super().__init__(400, "unknown_act")


async def perform(chat: Chat, message: Outgoing, *, again: bool) -> Arrival:
    """Do it. ``again`` says that a try may have been made before. Raises ChatError."""
    try:
        act = acts.read(message.content)
    except (KeyError, ValueError) as error:
        raise UnknownActError from error
    return await do(chat, act, message if again else None)


async def do(chat: Chat, act: acts.Act, earlier: Outgoing | None = None) -> Arrival:
    """The same of an act; ``earlier`` is the message of which a try may have been made. Raises ChatError."""
    match act:
        case acts.CreateChannel():
            return await _create(chat.in_team(act.team), act, earlier)
        case acts.AddMembers():
            kept_out = await chat.in_team(act.team).add_members(act.channel_id, act.user_ids)
            if act.quiet:
                await hush(chat, ADDED, act.channel_id, act.user_ids)
            news = {user_id: error.refusal for user_id, error in kept_out.items()}
            return Arrival(channel_id=act.channel_id, news={"kept_out": news} if news else {})
        case acts.React() | acts.Unreact() | acts.Pin() | acts.Unpin() | acts.DeletePost():
            await _on_post(chat, act)
            return Arrival(act.post_id, act.channel_id)
        case _:
            await _on_channel(chat, act)
            return Arrival(channel_id=act.channel_id)


async def _on_post(chat: Chat, act: acts.OnPost) -> None:
    match act:
        case acts.React():
            await chat.react(act.post_id, act.emoji)
        case acts.Unreact():
            await _unless_gone(chat, act, lambda: chat.unreact(act.post_id, act.emoji, act.user_id))
        case acts.Pin():
            await chat.pin(act.post_id)
        case acts.Unpin():
            await _unless_gone(chat, act, lambda: chat.unpin(act.post_id))
        case acts.DeletePost():
            await chat.delete(act.post_id)


async def _unless_gone(chat: Chat, act: acts.OnPost, call: Callable[[], Awaitable[None]]) -> None:
    """What stood under a post, or pinned it, is gone with it; the server may say « forbidden » then."""
    try:
        await call()
    except ChatError as error:
        if error.refusal not in {Refusal.UNKNOWN_POST, Refusal.FORBIDDEN} or await _stands(chat, act.post_id):
            raise


async def _stands(chat: Chat, post_id: str) -> bool:
    try:
        await chat.read_post(post_id)
    except ChatError as error:
        if error.refusal is Refusal.UNKNOWN_POST:
            return False
        raise
    return True


async def _on_channel(chat: Chat, act: Any) -> None:
    match act:
        case acts.ChangeChannel():
            changes = {"name": act.name, "display_name": act.display_name}
            changed = await chat.change_channel(act.channel_id, **changes, header=act.header, purpose=act.purpose)
            await hush_changes(chat, changed)
        case acts.ArchiveChannel():
            await chat.archive_channel(act.channel_id)
        case acts.RestoreChannel():
            await chat.restore_channel(act.channel_id)
        case acts.ConvertChannel():
            await chat.convert_channel(act.channel_id, private=act.private)
        case acts.RemoveMember():
            await chat.remove_member(act.channel_id, act.user_id)
            if act.quiet:
                await hush(chat, REMOVED, act.channel_id, [act.user_id])
        case acts.SetChannelAdmin():
            await chat.set_channel_admin(act.channel_id, act.user_id, is_admin=act.is_admin)


async def _create(chat: Chat, act: acts.CreateChannel, earlier: Outgoing | None) -> Arrival:
    """Make a channel; where the name is taken, an ``earlier`` try may have done it."""
    texts = {"header": act.header, "purpose": act.purpose}
    try:
        made = await chat.create_channel(act.name, act.display_name, private=act.private, **texts)
        return Arrival(channel_id=made.id)
    except ChatError as error:
        if error.refusal is not Refusal.NAME_TAKEN or earlier is None:
            raise
        if (before := await _made_before(chat, act, earlier)) is None:
            raise
        return Arrival(channel_id=before, found=True)


async def _made_before(chat: Chat, act: acts.CreateChannel, earlier: Outgoing) -> str | None:
    """The channel of that name, if it is the bot’s own and no older than the wish, whatever the bot’s clock says."""
    channel = await chat.channel_by_name(act.name)
    if channel is None or channel.creator_id != (await chat.me()).id or channel.is_private != act.private:
        return None
    wished: timedelta = CLOCK_AHEAD_MAX
    return channel.id if channel.create_at >= (earlier.created_at - wished).timestamp() * 1000 else None
