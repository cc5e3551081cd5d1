"""News of who is where and how channels are: told by a frame or found by reading, to be held against what is known."""

from dataclasses import dataclass

from bot.mattermost import ChatChannel


@dataclass(frozen=True, slots=True)
class MemberNews:
    """Somebody is in a place, or not. ``is_admin`` is None where that is not told.

    ``age`` is how many news of that place had come by themselves when it was read, None for one of these.
    """

    place: str
    user_id: str
    is_in: bool
    is_admin: bool | None = None
    age: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelNews:
    """A channel is not what it was. ``channel`` is None where only that is told, or that it was put away when
    ``archived_at`` says (ms since 1970)."""

    place: str
    channel: ChatChannel | None = None
    archived_at: int = 0


News = MemberNews | ChannelNews
