"""A connection to Mattermost’s websocket, and the meaning of its frames: events, and news of members and channels."""

import asyncio
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp
from pydantic import ValidationError

from bot.events import (
    TEAM,
    Addressed,
    Deleted,
    DirectMessage,
    Edited,
    Event,
    PersonChanged,
    Posted,
    Reacted,
    Reworded,
    Unreacted,
    Unsaid,
)
from bot.mattermost import ChatChannel, ChatPost
from bot.mattermost.wire import Channel, Post, Reaction
from bot.tasks import Traffic
from config.text import mention

_EVENT = re.compile(r'\s*\{\s*"event":\s*"([^"\\]+)"')
_TARGET = '"broadcast"'
"""The last key but one: as a key it cannot stand in what people wrote, whose quotes are escaped."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A raw event. ``channel_id`` and ``team_id`` are those it was broadcast to, or ""."""

    name: str
    number: int
    channel_id: str
    team_id: str
    text: str

    def data(self) -> Mapping[str, Any]:
        """Return its content. Raises ValueError or AttributeError for an invalid one."""
        return json.loads(self.text).get("data") or {}

    def has(self, key: str, value: str) -> bool:
        """Return whether the raw content contains a key with that value, without decoding it."""
        return f'"{key}":"{value}"' in self.text or f'"{key}": "{value}"' in self.text


def parse_frame(text: str) -> Frame | None:
    """Parse the outer part of an event; None for any other frame. Raises ValueError, KeyError, TypeError or
    AttributeError for an invalid one."""
    found = _EVENT.match(text)
    if found is None:
        return None
    start = text.rfind(_TARGET)
    tail = json.loads(text if start < 0 else "{" + text[start:])
    target = tail.get("broadcast") or {}
    return Frame(found[1], int(tail["seq"]), target.get("channel_id") or "", target.get("team_id") or "", text)


PING_EVERY = 30.0
"""Seconds between the bot’s own pings; proxies cut what is silent for a minute."""
SECOND_PING = 1.0
"""Seconds until the second one, and twice as many to each after it: the first are answered while what was missed is
still being handled, which says nothing of how far all is."""
DEAD_AFTER = 45.0
"""Seconds of silence after which the other side is taken for dead."""


FRAMES_AT_ONCE = 16
COURTESY = 0.02
"""Seconds that the next frames wait for the requests under way: long enough for these, and for so many frames short
enough to keep up with a server that cuts who is slow."""


class MissedEventsError(Exception):
    """A sequence number was skipped; resuming gets the missing events."""


@dataclass(slots=True)
class StreamPosition:
    """The connection’s id and the next sequence number, which resuming needs."""

    connection_id: str = ""
    sequence: int = 0

    @property
    def params(self) -> dict[str, str]:
        """Return the parameters with which a new connection resumes this one."""
        if not self.connection_id:
            return {}
        return {"connection_id": self.connection_id, "sequence_number": str(self.sequence)}

    def forget(self) -> None:
        """Forget the position, so that the next connection starts anew."""
        self.connection_id = ""


@dataclass(frozen=True, slots=True)
class FrameHandlers:
    """The callbacks of a connection: ``hello`` for a new beginning, ``event`` for each event, ``alive`` with the
    server’s time."""

    hello: Callable[[], None]
    event: Callable[[Frame], None]
    alive: Callable[[datetime], Awaitable[None]]
    traffic: Traffic = field(default_factory=Traffic)
    """Whom a flood of frames lets pass."""


class Connection:
    """An open websocket; ``run`` ends with it."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, position: StreamPosition, hearers: FrameHandlers
    ) -> None:
        self._socket = socket
        self._position = position
        self._hearers = hearers
        self._heard = 0
        self.alive = False
        """Whether the server said anything: it accepted the token."""

    async def run(self) -> None:
        """Read until the connection ends or seems dead. Raises MissedEventsError."""
        pulse = asyncio.create_task(self._ping())
        try:
            while (message := await self._socket.receive(timeout=DEAD_AFTER)).type is aiohttp.WSMsgType.TEXT:
                await self._frame(message.data)
                await self._give_way()
        except TimeoutError:
            return
        finally:
            pulse.cancel()
            await self._socket.close()

    async def _give_way(self) -> None:
        """Let other tasks run during a flood of frames, above all those that answer people."""
        self._heard += 1
        if self._heard % FRAMES_AT_ONCE:
            await asyncio.sleep(0)
        else:
            await self._hearers.traffic.wait_until_idle(COURTESY)

    async def _ping(self) -> None:
        number = 0
        with suppress(aiohttp.ClientError, OSError):
            while True:
                number += 1
                await self._socket.send_json({"seq": number, "action": "ping"})
                await asyncio.sleep(min(PING_EVERY, SECOND_PING * 2 ** min(number - 1, 16)))

    async def _frame(self, text: str) -> None:
        try:
            if (frame := parse_frame(text)) is not None:
                self._event(frame)
            else:
                await self._reply(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError):
            return  # not of this protocol: nothing can be made of it

    async def _reply(self, frame: Mapping[str, Any]) -> None:
        if "seq_reply" not in frame:
            return
        self.alive = True
        data = frame.get("data") or {}
        if "server_time" in data:
            await self._hearers.alive(datetime.fromtimestamp(int(data["server_time"]) / 1000, UTC))

    def _event(self, frame: Frame) -> None:
        self.alive = True
        if frame.name == "hello":
            self._position.connection_id = str(frame.data()["connection_id"])
            self._position.sequence = frame.number + 1
            self._hearers.hello()
            return
        if frame.number > self._position.sequence:
            raise MissedEventsError
        if frame.number == self._position.sequence:
            self._position.sequence += 1
            self._hearers.event(frame)


@dataclass(frozen=True, slots=True)
class MemberNews:
    """News that somebody is in a place, or is not. ``is_admin`` is None if unknown.

    ``age`` is the number of live news of that place when this was read, None for live news.
    """

    place: str
    user_id: str
    is_in: bool
    is_admin: bool | None = None
    age: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelNews:
    """News that a channel changed. ``channel`` is None if only that is known, or only ``archived_at``, the time of its
    archiving (ms since 1970)."""

    place: str
    channel: ChatChannel | None = None
    archived_at: int = 0


News = MemberNews | ChannelNews
E = TypeVar("E")

OF_POSTS = frozenset({"posted", "post_edited", "post_deleted", "reaction_added", "reaction_removed"})
OF_MESSAGES = frozenset({"posted", "post_edited", "post_deleted"})
OF_CHANNELS = frozenset({"channel_updated", "channel_deleted", "channel_restored", "channel_converted"})
OF_MEMBERS = frozenset({"user_added", "user_removed"})
OF_PEOPLE = frozenset({"user_updated", "user_role_updated", "memberrole_updated"})


_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
OWN_MAX = 2_000
"""Posts of the bot’s own in channels of which it is known that they are: whoever answers under one speaks to it."""


@dataclass(slots=True)
class Hearing:
    """Recognises posts addressed to the bot in unwatched channels: by its ``name``, or as replies to its posts; and
    their edits, even those that take its name out."""

    name: str = ""
    _own: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _said: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def may_hear(self, frame: Frame) -> bool:
        """Return whether a raw post may be addressed to the bot, without decoding it."""
        if frame.name not in OF_MESSAGES or not self.name:
            return False
        is_known = frame.name != "posted" and self._may_be_said(frame.text)
        return is_known or f"@{self.name}" in frame.text.lower() or self._may_be_under_own(frame.text)

    def _may_be_said(self, text: str) -> bool:
        found = re.search(r'\\"id\\": ?\\"(\w{26})\\"', text) if self._said else None
        return found is not None and found[1] in self._said

    def _may_be_under_own(self, text: str) -> bool:
        found = re.search(r'\\"root_id\\": ?\\"(\w{26})\\"', text) if self._own else None
        return found is not None and found[1] in self._own

    def note_own(self, post: ChatPost) -> None:
        """Remember a post of the bot’s own."""
        if not post.root_id:
            _remember(self._own, post.id)

    def make_event(self, post: ChatPost, bot_id: str, name: str = "posted") -> Event | None:
        """Make the event of a post addressed to the bot, or of its edit or deletion, by the name of the frame; None if
        it is not, or not by a person."""
        by_name, is_known = names_bot(post.message, self.name), name != "posted" and post.id in self._said
        if not is_by_person(post, bot_id) or not (by_name or is_known or post.root_id in self._own):
            return None
        _remember(self._said, post.id)
        if name == "post_deleted":
            return Unsaid(channel_id=post.channel_id, post_id=post.id, user_id=post.user_id, root_id=post.root_id)
        if name == "post_edited":
            edited = _content(post, is_direct=False) | {"edit_at": post.edit_at, "by_name": by_name}
            return Reworded(**edited) if post.edit_at else None
        return Addressed(**_content(post, is_direct=False), by_name=by_name)


def _remember(posts: OrderedDict[str, None], post_id: str) -> None:
    """Add a post to the last ones."""
    posts[post_id] = None
    if len(posts) > OWN_MAX:
        posts.popitem(last=False)


def names_bot(text: str, name: str) -> bool:
    """Return whether a text mentions the bot as Mattermost understands it: outside code, in any case."""
    if not name or f"@{name}" not in text.lower():
        return False
    plain = _CODE.sub(" ", text)
    return re.search(mention(name), plain, re.IGNORECASE) is not None


@dataclass(slots=True)
class FrameParser:
    """Parses what the bot listens to: its team, the watched places, its direct channels, and posts addressed to it.

    ``square`` is the team’s default channel: joining it is joining the team. Members of ``crowded`` channels are
    ignored. ``on_own`` is called with the bot’s own posts.
    """

    bot_id: str = ""
    team_id: str = ""
    square: str = ""
    places: frozenset[str] = frozenset()
    direct: set[str] = field(default_factory=set)
    crowded: frozenset[str] = frozenset()
    on_own: Callable[[ChatPost], None] = lambda _: None
    said_to_it: Hearing = field(default_factory=Hearing)

    def parse(self, frame: Frame) -> Sequence[Event | News]:
        """Return the events and news of a frame; empty if it concerns nobody, or is invalid."""
        try:
            if frame.name in OF_POSTS:
                return list(self._of_post(frame))
            if frame.name in OF_PEOPLE:
                return [_of_person(frame.name, frame.data())]
            if frame.name in OF_MEMBERS or frame.name == "leave_team":
                return list(self._of_member(frame))
            return _as_sequence(self._of_channel(frame)) if frame.name in OF_CHANNELS else []
        except (KeyError, TypeError, AttributeError, ValueError, ValidationError):
            return []

    def _of_post(self, frame: Frame) -> Iterator[Event]:
        is_direct = frame.channel_id in self.direct or (frame.name == "posted" and frame.has("channel_type", "D"))
        is_watched = is_direct or self._watches(frame.channel_id)
        if is_direct:
            self.direct.add(frame.channel_id)
        elif not (is_watched or self._is_own(frame) or self.said_to_it.may_hear(frame)):
            return
        data = frame.data()
        if "reaction" in data:
            row = Reaction.model_validate_json(data["reaction"])
            yield from _as_sequence(self._emoji(frame.name, row, frame.channel_id, is_direct=is_direct))
            return
        post = Post.model_validate_json(data["post"]).value
        if post.user_id == self.bot_id and frame.name == "posted":
            self.hear_own(post, is_watched=is_watched, is_direct=is_direct)
        kinds = {"post_edited": make_edited_event, "post_deleted": make_deleted_event}
        if is_watched:
            yield from _as_sequence(kinds.get(frame.name, make_posted_event)(post, self.bot_id, is_direct=is_direct))
        if not is_direct:
            yield from _as_sequence(self.said_to_it.make_event(post, self.bot_id, frame.name))

    def _is_own(self, frame: Frame) -> bool:
        """Return whether a raw post may be the bot’s own, without decoding it."""
        return frame.name == "posted" and f'\\"user_id\\":\\"{self.bot_id}\\"' in frame.text

    def hear_own(self, post: ChatPost, *, is_watched: bool, is_direct: bool) -> None:
        """Remember a post of the bot’s own, replies to which in unwatched channels are addressed to it."""
        if is_watched:
            self.on_own(post)
        if not is_direct:
            self.said_to_it.note_own(post)

    def _emoji(self, name: str, row: Reaction, channel_id: str, *, is_direct: bool) -> Event | None:
        if row.user_id == self.bot_id:
            return None
        kind = Reacted if name == "reaction_added" else Unreacted
        where = {"channel_id": channel_id, "post_id": row.post_id, "user_id": row.user_id, "is_direct": is_direct}
        return kind(**where, emoji=row.emoji_name, at=row.create_at or row.update_at)

    def _of_member(self, frame: Frame) -> Iterator[News]:
        data = frame.data()
        if frame.name == "leave_team":
            if data["team_id"] == self.team_id and self.places:
                yield MemberNews(TEAM, data["user_id"], is_in=False)
            return
        is_in, channel_id = frame.name == "user_added", frame.channel_id or data["channel_id"]
        # Who is thrown out hears it without their own id.
        user_id = data["user_id"] if is_in else data.get("user_id") or self.bot_id
        if channel_id == self.square and TEAM in self.places and is_in:
            yield MemberNews(TEAM, user_id, is_in=True)
        if channel_id in self.places:
            yield MemberNews(channel_id, user_id, is_in=is_in)

    def _of_channel(self, frame: Frame) -> News | None:
        if frame.channel_id and not self._watches(frame.channel_id):
            return None
        data = frame.data()
        if frame.name == "channel_updated":
            told = Channel.model_validate_json(data["channel"]).value
            return ChannelNews(told.id, told) if self._watches(told.id) else None
        if not self._watches(data["channel_id"]):
            return None
        return ChannelNews(data["channel_id"], archived_at=int(data.get("delete_at") or 0))

    def _watches(self, channel_id: str) -> bool:
        return channel_id in self.places or channel_id in self.crowded


def _as_sequence(item: E | None) -> Sequence[E]:
    return [item] if item is not None else []


def _of_person(name: str, data: Mapping[str, Any]) -> Event:
    if name == "user_updated":
        return PersonChanged(user_id=data["user"]["id"], is_gone=bool(data["user"].get("delete_at")))
    if name == "user_role_updated":
        return PersonChanged(user_id=data["user_id"])
    return PersonChanged.model_validate_json(data["member"])


def make_posted_event(post: ChatPost, bot_id: str, *, is_direct: bool) -> Event | None:
    """Make the event of a new post; None for posts of bots and of Mattermost itself."""
    kind = DirectMessage if is_direct else Posted
    return kind(**_content(post, is_direct=is_direct)) if is_by_person(post, bot_id) else None


def make_edited_event(post: ChatPost, bot_id: str, *, is_direct: bool) -> Event | None:
    """Make the event of an edit; None for a pin or a late link preview, which use the same frame."""
    if not post.edit_at or not is_by_person(post, bot_id):
        return None
    return Edited(**_content(post, is_direct=is_direct), edit_at=post.edit_at)


def make_deleted_event(post: ChatPost, bot_id: str, *, is_direct: bool) -> Event | None:
    """Make the event of a deleted post of a person."""
    if not is_by_person(post, bot_id):
        return None
    where = {"channel_id": post.channel_id, "post_id": post.id, "user_id": post.user_id, "is_direct": is_direct}
    return Deleted(**where, root_id=post.root_id)


def _content(post: ChatPost, *, is_direct: bool) -> dict[str, Any]:
    return {
        "channel_id": post.channel_id,
        "post_id": post.id,
        "user_id": post.user_id,
        "is_direct": is_direct,
        "text": post.message,
        "root_id": post.root_id,
        "file_ids": tuple(post.file_ids),
        "at": post.create_at,
    }


def is_by_person(post: ChatPost, bot_id: str) -> bool:
    """Return whether a person wrote a post, not a bot, webhook, command or Mattermost itself."""
    automatic = post.type or post.props.get("from_bot") == "true" or post.props.get("from_webhook") == "true"
    return not automatic and post.user_id != bot_id
