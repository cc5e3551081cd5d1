"""Messages in the hands of this process, in lanes that keep their order, and those it left in the table; and how one is
sent with the files it passes on, so that another try, here or elsewhere, never makes a second post."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from bot.actions import AddMembers
from bot.errors import ChatError, Refusal
from bot.mattermost import ChatFile, ChatPost, Mattermost, NewPost
from bot.outbox.actions import FILE_REASONS, MARK, DeliveryResult, make_pending_id, perform, read_own_posts
from bot.texts import render, typeset
from storage.outbox import LEASE, Outgoing, TargetKind


@dataclass(slots=True)
class LeasedMessage:
    """``mine_until`` is when the lease ends, in the seconds of the event loop: the clock on the wall may be set back
    while a message waits its turn. ``again`` says that another try may have made the post already."""

    message: Outgoing
    mine_until: float
    again: bool = True

    @property
    def target(self) -> str:
        """The person, channel or post it is for."""
        return self.message.target

    @property
    def age(self) -> tuple[datetime, str]:
        """What messages for one target are ordered by, here as in the table."""
        return self.message.created_at, self.message.id

    @property
    def takes_long(self) -> bool:
        """Whether it may take more than a moment: files are brought along, or many people into a channel."""
        return bool(self.message.content.get("files")) or self.message.content.get("act") == AddMembers.__name__

    def is_mine_for(self, needed: timedelta) -> bool:
        """Whether the lease lasts as long."""
        return self.mine_until - _loop_time() >= needed.total_seconds()

    def renew(self, not_before: datetime) -> None:
        """The lease is a whole one again; the row says so."""
        self.message.not_before = not_before
        self.mine_until = _loop_time() + LEASE.total_seconds()

    def renew_as(self, other: "LeasedMessage") -> None:
        """The same message was taken again, its lease being over."""
        self.message.not_before = other.message.not_before
        self.mine_until, self.again = other.mine_until, True


def is_leased(message: Outgoing) -> bool:
    """Whether a message just written is in the hands of this process; another lies in the table until it is due."""
    return message.not_before is not None and message.not_before > message.created_at


def lease_written(message: Outgoing, now: datetime) -> LeasedMessage:
    """What this process wrote a moment ago, and surely nobody sent."""
    left = message.not_before - now if message.not_before else timedelta()
    return LeasedMessage(message, _loop_time() + min(left, LEASE).total_seconds(), again=False)


def lease_taken(message: Outgoing, *, again: bool = True) -> LeasedMessage:
    """What this process took from the table just now."""
    return LeasedMessage(message, _loop_time() + LEASE.total_seconds(), again)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


BACKLOG_MAX = 20_000
"""Of how many messages the ids are kept; the leases of the others end by themselves."""


class Backlog:
    """Messages that are in the table and not in memory, oldest first."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}
        self._targets: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._ids)

    def found(self, waiting: Mapping[str, int]) -> None:
        """So many were in the table from before, by target."""
        self._targets.update(waiting)

    def add(self, letters: Iterable[LeasedMessage]) -> None:
        """Leave messages in the table, their leases to be ended."""
        for letter in letters:
            self.returned(letter)
            if len(self._ids) < BACKLOG_MAX:
                self._ids[letter.message.id] = None

    def returned(self, letter: LeasedMessage) -> None:
        """A message is back in the table, and due."""
        self._targets[letter.target] += 1

    def holds(self, target: str) -> bool:
        """Whether something for that target is in the table: what comes later for it must wait behind."""
        return target in self._targets

    def oldest(self, count: int) -> list[str]:
        """The ids of so many messages whose leases are to be ended."""
        return [message_id for message_id, _ in zip(self._ids, range(count), strict=False)]

    def released(self, ids: Iterable[str]) -> None:
        """Their leases are ended."""
        for message_id in ids:
            self._ids.pop(message_id, None)

    def taken(self, letter: LeasedMessage) -> None:
        """A message was taken from the table."""
        self._targets[letter.target] -= 1
        if self._targets[letter.target] <= 0:
            del self._targets[letter.target]

    def all_taken(self, but_of: Collection[str]) -> None:
        """All that was due is taken, here or elsewhere, except what is for those targets."""
        if not self._ids:
            self._targets = Counter({target: self._targets[target] for target in but_of if target in self._targets})


Lane = str
"""The person, channel or post that its messages are for; ids are nowhere the same."""
LANE_MAX = 25
"""How many messages of one lane wait in memory at most."""


class Lanes:
    """Messages in memory, each lane’s in order; a lane is worked on by one worker at a time, and takes turns."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, deque[LeasedMessage]] = {}
        self._letters: dict[str, LeasedMessage] = {}
        self._ready: asyncio.Queue[Lane] = asyncio.Queue()
        self._busy: set[Lane] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._letters)

    def put(self, letter: LeasedMessage) -> None:
        """Let a message wait for its turn, before those that were written later; one that waits already keeps its
        place, and has the new lease."""
        lane, waits = letter.target, self._letters.get(letter.message.id)
        if waits is not None and not (lane in self._busy and waits is self._lanes[lane][0]):
            waits.renew_as(letter)
            return
        if lane not in self._lanes:
            self._lanes[lane] = deque()
            self._ready.put_nowait(lane)
        waiting = self._lanes[lane]
        place, first = len(waiting), int(lane in self._busy)
        while place > first and waiting[place - 1].age > letter.age:
            place -= 1
        waiting.insert(place, letter)
        self._letters[letter.message.id] = letter
        self._idle.clear()

    async def next(self) -> tuple[Lane, LeasedMessage]:
        """Take a lane, waiting for one, and its first message; it stays taken until that is ``done``."""
        while True:
            lane = await self._ready.get()
            if lane in self._lanes and lane not in self._busy:
                self._busy.add(lane)
                return lane, self._lanes[lane][0]

    def done(self, lane: Lane) -> None:
        """The first message of a taken lane needs nothing more here; the lane goes behind the others."""
        self._forget(self._lanes[lane].popleft())
        self._busy.discard(lane)
        if self._lanes[lane]:
            self._ready.put_nowait(lane)
        else:
            self._drop(lane)

    def holds(self, lane: Lane) -> bool:
        """Whether something waits in it."""
        return lane in self._lanes

    def has(self, message_id: str) -> bool:
        """Whether a message is here."""
        return message_id in self._letters

    def targets(self) -> list[Lane]:
        """The lanes that have something in them."""
        return list(self._lanes)

    def full(self) -> list[Lane]:
        """The lanes to which no more should be brought into memory: it is for all."""
        return [lane for lane, letters in self._lanes.items() if len(letters) >= LANE_MAX]

    def is_full(self, lane: Lane) -> bool:
        """Whether it is one of these."""
        return len(self._lanes.get(lane, ())) >= LANE_MAX

    def clear(self, *lanes: Lane) -> Sequence[LeasedMessage]:
        """Take out all that nobody is at, of these lanes or of all."""
        out: list[LeasedMessage] = []
        for lane in lanes or list(self._lanes):
            letters = self._lanes[lane]
            kept = [letters.popleft()] if lane in self._busy and letters else []
            out += letters
            letters.clear()
            letters.extend(kept)
            if lane not in self._busy:
                self._drop(lane)
        for letter in out:
            self._forget(letter)
        return out

    def all(self) -> Sequence[LeasedMessage]:
        """Everything still here."""
        return [letter for letters in self._lanes.values() for letter in letters]

    async def empty(self) -> None:
        """Wait until nothing is left."""
        await self._idle.wait()

    def _forget(self, letter: LeasedMessage) -> None:
        if self._letters.get(letter.message.id) is letter:
            del self._letters[letter.message.id]

    def _drop(self, lane: Lane) -> None:
        del self._lanes[lane]
        if not self._lanes:
            self._idle.set()


FILE_NAME_MAX = 200
"""Bytes of a file’s name that a disk surely takes."""

Fresh = Callable[[], AbstractContextManager[Path]]
"""An empty folder for the length of a block."""
Keep = Callable[[Outgoing], Awaitable[None]]
"""Writes down how far a message is."""


@dataclass(frozen=True, slots=True)
class FileCarrier:
    """Brings the files of a message to a channel; what it brought is in the row before a post is made with it."""

    chat: Mattermost
    keep: Keep
    fresh: Fresh

    async def bring(self, message: Outgoing, channel_id: str) -> None:
        """Bring what is neither brought nor left behind. Raises ChatError for what may pass."""
        content = message.content
        brought, left = content.setdefault("brought", {}), content.setdefault("left", {})
        limit = None
        for file_id in content["files"]:
            if file_id in brought or file_id in left:
                continue
            limit = limit if limit is not None else await self.chat.largest_file()
            await self._one(message, file_id, channel_id, limit)

    async def _one(self, message: Outgoing, file_id: str, channel_id: str, limit: int) -> None:
        name = ""
        try:
            info = await self.chat.file(file_id)
            name = info.name
            if info.size > limit:
                raise ChatError(413, "too_large")
            message.content["brought"][file_id] = await self._carry(info, channel_id, limit)
        except ChatError as error:
            if error.is_temporary:
                raise
            message.content["left"][file_id] = [name, FILE_REASONS.get(error.refusal or Refusal.UNKNOWN_FILE, "gone")]
        await self.keep(message)

    async def _carry(self, info: ChatFile, channel_id: str, limit: int) -> str:
        try:
            with self.fresh() as folder:
                path = folder / _safe_file_name(info.name)
                await self.chat.download(info.id, path, limit)
                return await self.chat.upload(channel_id, path)
        except OSError as error:  # this machine’s disk: it may have room again
            raise ChatError(0, type(error).__name__) from error

    async def leave_all(self, message: Outgoing) -> None:
        """Mattermost drops the files each time: the message goes without."""
        names = dict.fromkeys(message.content["files"], ("", "dropped"))
        message.content |= {"brought": {}, "left": names}
        await self.keep(message)


def text_with_failures(message: Outgoing) -> str:
    """The words of a message, and one line about what could not come with it."""
    words, left = str(message.content["message"]), list(message.content.get("left", {}).values())
    return f"{words}\n\n{typeset(render('fichier/left', left=left))}".strip() if left else words


def _safe_file_name(name: str) -> str:
    """A file’s name as a disk takes it, its ending kept."""
    plain = PurePosixPath(name.replace("\\", "/")).name or "fichier"
    stem, dot, ending = plain.rpartition(".")
    room = FILE_NAME_MAX - len(f"{dot}{ending}".encode())
    if not stem or room <= 0:
        return plain.encode()[:FILE_NAME_MAX].decode(errors="ignore")
    return stem.encode()[:room].decode(errors="ignore") + dot + ending


INSIDE_FOR = 60.0
"""Seconds for which it is taken for granted that the bot is still in a channel."""
INSIDE_MAX = 5000
"""Channels of which that is remembered."""
DROPPED_MAX = 2
"""So often a post is made that Mattermost keeps without its files; then it goes without."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Brings messages to Mattermost; the porter brings the files of others."""

    chat: Mattermost
    porter: FileCarrier
    inside: dict[str, float] = field(default_factory=dict)
    """The channels in which the bot was found to be, and when (in the seconds of the event loop)."""

    async def send(self, message: Outgoing, *, again: bool) -> DeliveryResult:
        """``again`` says that a try may have been made before: the channel is searched first. Raises ChatError.

        (Within 30 seconds ``pending_post_id`` makes Mattermost itself recognise the message.)
        """
        match message.where:
            case TargetKind.POST:
                await self.chat.rewrite(message.target, message.content["message"], dict(message.content["props"]))
                return DeliveryResult(message.target)
            case TargetKind.ACT:
                return await perform(self.chat, message, again=again)
            case TargetKind.PERSON:
                return await self._say(message, await self.chat.direct_channel(message.target), again)
            case _:
                await self._must_be_in(message.target)
                return await self._say(message, message.target, again)

    async def _must_be_in(self, channel_id: str) -> None:
        """Some servers let a bot that administers the team write in private channels of others. Raises ChatError."""
        now = asyncio.get_running_loop().time()
        if now - self.inside.get(channel_id, -INSIDE_FOR) < INSIDE_FOR:
            return
        if not await self.chat.is_in(channel_id):
            self.inside.pop(channel_id, None)
            raise ChatError(403, "bot_not_in_channel", refusal=Refusal.NOT_IN_CHANNEL)
        if len(self.inside) >= INSIDE_MAX:
            self.inside.clear()
        self.inside[channel_id] = now

    async def _say(self, message: Outgoing, channel_id: str, again: bool) -> DeliveryResult:
        found = await self._earlier(channel_id, message) if again else None
        if found is not None and not _is_whole(found, message):
            await self._take_away(found, message)
            found = None
        post_id = found.id if found else await self._post(message, channel_id)
        return await self._arrive(message, DeliveryResult(post_id, channel_id, found is not None))

    async def recognize(self, message: Outgoing, post: ChatPost) -> DeliveryResult | None:
        """What that post, seen in Mattermost, is for a message; None where it is not the whole of it. Raises
        ChatError."""
        if not _is_whole(post, message):
            return None
        return await self._arrive(message, DeliveryResult(post.id, post.channel_id, found=True))

    async def _arrive(self, message: Outgoing, arrival: DeliveryResult) -> DeliveryResult:
        if message.content.get("pinned"):
            await self.chat.pin(arrival.post_id)
        return arrival

    async def _earlier(self, channel_id: str, message: Outgoing) -> ChatPost | None:
        async for mark, post in read_own_posts(self.chat, channel_id, message.created_at):
            if mark == message.id:
                return post
        return None

    async def _post(self, message: Outgoing, channel_id: str) -> str:
        content, bot = message.content, await self.chat.me()
        props, root_id = content["props"] | {MARK: message.id}, content.get("root_id", "")
        if not content.get("files"):
            pending = make_pending_id(bot.id, message.id)
            return await self.chat.post(channel_id, content["message"], props, pending, root_id)
        while True:
            if content.get("dropped", 0) >= DROPPED_MAX:
                await self.porter.leave_all(message)
            await self.porter.bring(message, channel_id)
            pending = make_pending_id(bot.id, message.id, content.get("dropped", 0))
            brought = list(content["brought"].values())
            post = await self.chat.post_files(
                NewPost(channel_id, text_with_failures(message), props, pending, root_id, brought)
            )
            if _is_whole(post, message):
                return post.id
            await self._take_away(post, message)

    async def _take_away(self, post: ChatPost, message: Outgoing) -> None:
        """Mattermost made it without its files: they are brought anew, or left for good."""
        message.content |= {"dropped": message.content.get("dropped", 0) + 1, "brought": {}}
        await self.porter.keep(message)
        await self.chat.delete(post.id)


def _is_whole(post: ChatPost, message: Outgoing) -> bool:
    """Whether it carries all files but those left behind."""
    return len(post.file_ids) == len(message.content.get("files", ())) - len(message.content.get("left", {}))
