"""What the bot hears of: Mattermost’s frames as values, and nothing of those that do not concern it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.mattermost import ChatPost
from bot.mattermost.wire import Post


class Event(BaseModel):
    """Something that happened."""

    model_config = ConfigDict(frozen=True)


class DirectMessage(Event):
    """A person wrote to the bot. It may be told twice, by each replica and after an outage: claim ``post_id``."""

    post_id: str
    user_id: str
    channel_id: str
    text: str


class PersonChanged(Event):
    """Somebody’s account or rights are not what they were; ``is_gone`` if the account is deactivated now."""

    user_id: str
    is_gone: bool = False


class Reconnected(Event):
    """Events are heard again, and what people wrote meanwhile has been handed over."""


def parse(name: str, data: Mapping[str, Any], bot_id: str) -> Event | None:
    """The event of a frame; None when it does not concern the bot, or makes no sense."""
    try:
        match name:
            case "posted" if data["channel_type"] == "D":
                return from_post(Post.model_validate_json(data["post"]).value, bot_id)
            case "user_updated":
                return PersonChanged(user_id=data["user"]["id"], is_gone=bool(data["user"].get("delete_at")))
            case "user_role_updated":
                return PersonChanged(user_id=data["user_id"])
            case "memberrole_updated":
                return PersonChanged.model_validate_json(data["member"])
    except (KeyError, TypeError, ValidationError):
        return None
    return None


def from_post(post: ChatPost, bot_id: str) -> DirectMessage | None:
    """What somebody wrote to the bot; None for its own posts, other bots’, and those Mattermost writes itself."""
    automatic = post.type or post.props.get("from_bot") == "true" or post.props.get("from_webhook") == "true"
    if automatic or post.user_id == bot_id:
        return None
    return DirectMessage(post_id=post.id, user_id=post.user_id, channel_id=post.channel_id, text=post.message)
