"""Who and what was picked: asked of Mattermost, since what a client sends may be anything."""

from collections.abc import Collection, Mapping

from pydantic import BaseModel

from bot.errors import ChatError, UserError
from bot.forms import ChannelPicker, Form, PersonPicker, Reference
from bot.mattermost import ChatReader, ChatUser
from bot.menus import Choosing
from bot.refusals import Refusal
from bot.spool import Submission

UNSEEN = frozenset({Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN})
"""What Mattermost says of a channel that is not there, or not for the bot."""


def references(model: type[BaseModel] | None, payload: object) -> Collection[Reference]:
    """The people and channels in what a dialog or a menu sent."""
    if model is None:
        return ()
    if isinstance(payload, Submission):
        return model.references(payload.raw) if issubclass(model, Form) else ()
    return model.references(payload) if issubclass(model, Choosing) and isinstance(payload, Mapping) else ()


async def look_up(chat: ChatReader, user_id: str, wanted: Collection[Reference]) -> dict[str, str]:
    """The names, by id, of those that exist and that this person may name. Raises ChatError."""
    if not wanted:
        return {}
    people = sorted(one.id for one in wanted if one.source == "users")
    found = {u.id: u.full_name or u.username async for page in chat.users(people) for u in page if _is_somebody(u)}
    for one in wanted:
        if one.source == "channels" and (name := await _channel(chat, user_id, one.id)):
            found[one.id] = name
    return found


def _is_somebody(user: ChatUser) -> bool:
    return not user.deleted and not user.is_bot


async def _channel(chat: ChatReader, user_id: str, channel_id: str) -> str:
    """The title of a channel that both see; empty otherwise."""
    try:
        channel = await chat.channel(channel_id)
    except ChatError as refused:
        if refused.refusal in UNSEEN:
            return ""
        raise
    if channel.archived or channel.type not in ("O", "P"):
        return ""
    if channel.is_private and await chat.channel_member(channel_id, user_id) is None:
        return ""
    return channel.display_name or channel.name


def check_chosen(model: type[Choosing], data: object, names: Mapping[str, str]) -> None:
    """Raises UserError for nobody, or no channel, that a menu could have shown."""
    chosen = data.get("chosen") if isinstance(data, Mapping) else None
    if model.source == "users" and chosen not in names:
        raise UserError(PersonPicker.missing)
    if model.source == "channels" and chosen not in names:
        raise UserError(ChannelPicker.missing)
