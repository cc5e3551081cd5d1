"""Doing in Mattermost what is no post, each action harmless twice, and the later of two that contradict decides."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import actions
from bot.errors import ChatError, Refusal, unless_refused
from bot.mattermost import ChatChannel, ChatPost, Mattermost
from storage.outbox import Outgoing, TargetKind, queue

MARK = "coop_id"
"""The prop by which a post tells which message it is, or which part of an order of files."""
FILE_REASONS = {Refusal.SWITCHED_OFF: "off", Refusal.TOO_LARGE: "large", Refusal.FORBIDDEN: "forbidden"}
"""Why a file cannot come, in a word that the templates know."""
PAGES = ((0, 20), (0, 200), (1, 200), (2, 200), (3, 200), (4, 200))
"""The pages looked at, each with its size: few posts first, 1000 at most."""
CLOCK_AHEAD_MAX = timedelta(days=1)
"""Beyond the first page, how far the bot’s clock may be ahead of Mattermost’s."""


async def read_own_posts(
    chat: Mattermost, channel_id: str, created_at: datetime
) -> AsyncIterator[tuple[str, ChatPost]]:
    """Read the bot’s posts of a channel, each after its mark (empty where it has none), back to when something was
    written down by the bot’s clock, newest first; some come twice.

    The newest posts are looked at in any case. Raises ChatError.
    """
    bot = await chat.me()
    since = (created_at - CLOCK_AHEAD_MAX).timestamp() * 1000
    for page, size in PAGES:
        posts = await chat.newest_posts(channel_id, page, size)
        for post in posts:
            if post.user_id == bot.id:
                yield read_mark(post), post
        if len(posts) < size or posts[-1].create_at < since:
            return


def read_mark(post: ChatPost) -> str:
    """Read the mark of a post; empty where it has none."""
    return str(post.props.get(MARK) or "")


def make_pending_id(bot_id: str, mark: str, dropped: int | None = None) -> str:
    """Make the id by which Mattermost itself recognizes a post that is sent twice within 30 seconds.

    ``dropped`` counts the posts with that mark which were taken away since they had lost their files: by the same id
    those would be found again.
    """
    made = f"{bot_id}:{mark}"
    return made if dropped is None else f"{made}:{dropped}"


LOOKS: Sequence[float] = (0.0, 0.1, 0.3, 0.6)
"""Seconds before each look: servers write it a moment after they have answered."""
NEWEST = 30
"""Posts among which it is looked for: people may write meanwhile."""
SPARED_MAX = 20
"""Of how many people at once what Mattermost says is taken away: of a crowd, that would be a call for each."""
CHANGES = frozenset({"system_header_change", "system_purpose_change", "system_displayname_change"})
"""The types of posts by which Mattermost tells what of a channel was changed."""


class SystemNotice(NamedTuple):
    """A system message: its type, and the prop that says whom it is about."""

    type: str
    prop: str


ADDED = SystemNotice("system_add_to_channel", "addedUserId")
REMOVED = SystemNotice("system_remove_from_channel", "removedUserId")


async def remove_notices(chat: Mattermost, notice: SystemNotice, channel_id: str, user_ids: Collection[str]) -> None:
    """Take away what is said of these people, which stands under the bot’s own name.

    Where the bot may not, or finds nothing, it stays; raises ChatError only for what may pass.
    """
    await unless_refused(_remove_notices(chat, notice, channel_id, set(user_ids)), None)


async def _remove_notices(chat: Mattermost, notice: SystemNotice, channel_id: str, about: set[str]) -> None:
    me = (await chat.me()).id
    for wait in LOOKS:
        await asyncio.sleep(wait)
        for post in await chat.newest_posts(channel_id, 0, NEWEST):
            whom = str(post.props.get(notice.prop, ""))
            if (post.user_id, post.type) == (me, notice.type) and whom in about:
                await chat.delete(post.id)
                about.discard(whom)
        if not about:
            return


async def remove_change_notices(chat: Mattermost, changed: ChatChannel) -> None:
    """Take away the lines « … updated the channel header » that Mattermost wrote just now.

    They leave a channel unread for all its people. A courtesy: where one cannot be read or deleted, it stays.
    """
    with suppress(ChatError):
        me = (await chat.me()).id
        for post in await chat.newest_posts(changed.id, 0, NEWEST):
            if post.user_id == me and post.type in CHANGES and post.create_at >= changed.update_at:
                await chat.delete(post.id)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The post of a message, and its channel; ``found`` if an earlier try had made it, ``news`` what else the sender is
    told."""

    post_id: str = ""
    channel_id: str = ""
    found: bool = False
    news: Mapping[str, Any] = field(default_factory=dict)


class UnknownActionError(ChatError):
    """An action was written by another version, and this one cannot read it."""

    def __init__(self) -> None:
        super().__init__(400, "unknown_act")


async def perform(chat: Mattermost, message: Outgoing, *, again: bool) -> DeliveryResult:
    """Perform the action of a message. ``again`` says that a try may have been made before. Raises ChatError."""
    try:
        act = actions.read_action(message.content)
    except (KeyError, ValueError) as error:
        raise UnknownActionError from error
    return await perform_action(chat, act, message if again else None)


async def perform_action(chat: Mattermost, act: actions.ChatAction, earlier: Outgoing | None = None) -> DeliveryResult:
    """Perform an act; ``earlier`` is the message of which a try may have been made. Raises ChatError."""
    match act:
        case actions.CreateChannel():
            return await _create(chat.in_team(act.team), act, earlier)
        case actions.AddMembers():
            kept_out = await chat.in_team(act.team).add_members(act.channel_id, act.user_ids)
            came = [who for who in act.user_ids if who not in kept_out]
            if act.quiet and 0 < len(came) <= SPARED_MAX:
                await remove_notices(chat, ADDED, act.channel_id, came)
            news = {user_id: error.refusal for user_id, error in kept_out.items()}
            return DeliveryResult(channel_id=act.channel_id, news={"kept_out": news} if news else {})
        case actions.React() | actions.Unreact() | actions.Pin() | actions.Unpin() | actions.DeletePost():
            await _on_post(chat, act)
            return DeliveryResult(act.post_id, act.channel_id)
        case _:
            await _on_channel(chat, act)
            return DeliveryResult(channel_id=act.channel_id)


async def _on_post(chat: Mattermost, act: actions.OnPost) -> None:
    match act:
        case actions.React():
            await chat.react(act.post_id, act.emoji)
        case actions.Unreact():
            await _unless_gone(chat, act, lambda: chat.unreact(act.post_id, act.emoji, act.user_id))
        case actions.Pin():
            await chat.pin(act.post_id)
        case actions.Unpin():
            await _unless_gone(chat, act, lambda: chat.unpin(act.post_id))
        case actions.DeletePost():
            await chat.delete(act.post_id)


async def _unless_gone(chat: Mattermost, act: actions.OnPost, call: Callable[[], Awaitable[None]]) -> None:
    """Make a call about something of a post; do nothing if the post is gone, of which some servers say « forbidden
    »."""
    try:
        await call()
    except ChatError as error:
        if error.refusal not in {Refusal.UNKNOWN_POST, Refusal.FORBIDDEN} or await _is_there(chat, act.post_id):
            raise


async def _is_there(chat: Mattermost, post_id: str) -> bool:
    try:
        await chat.read_post(post_id)
    except ChatError as error:
        if error.refusal is Refusal.UNKNOWN_POST:
            return False
        raise
    return True


async def _on_channel(chat: Mattermost, act: Any) -> None:
    match act:
        case actions.ChangeChannel():
            changes = {"name": act.name, "display_name": act.display_name}
            changed = await chat.change_channel(act.channel_id, **changes, header=act.header, purpose=act.purpose)
            await remove_change_notices(chat, changed)
        case actions.ArchiveChannel():
            await chat.archive_channel(act.channel_id)
        case actions.RestoreChannel():
            await chat.restore_channel(act.channel_id)
        case actions.ConvertChannel():
            await chat.convert_channel(act.channel_id, private=act.private)
        case actions.RemoveMember():
            await chat.remove_member(act.channel_id, act.user_id)
            if act.quiet:
                await remove_notices(chat, REMOVED, act.channel_id, [act.user_id])
        case actions.SetChannelAdmin():
            await chat.set_channel_admin(act.channel_id, act.user_id, is_admin=act.is_admin)


async def _create(chat: Mattermost, act: actions.CreateChannel, earlier: Outgoing | None) -> DeliveryResult:
    """Make a channel; where the name is taken, an ``earlier`` try may have done it."""
    texts = {"header": act.header, "purpose": act.purpose}
    try:
        made = await chat.create_channel(act.name, act.display_name, private=act.private, **texts)
        return DeliveryResult(channel_id=made.id)
    except ChatError as error:
        if error.refusal is not Refusal.NAME_TAKEN or earlier is None:
            raise
        if (before := await _find_made_before(chat, act, earlier)) is None:
            raise
        return DeliveryResult(channel_id=before, found=True)


async def _find_made_before(chat: Mattermost, act: actions.CreateChannel, earlier: Outgoing) -> str | None:
    """Find the channel of that name, if it is the bot’s own and no older than the wish, whatever the bot’s clock
    says."""
    channel = await chat.channel_by_name(act.name)
    if channel is None or channel.creator_id != (await chat.me()).id or channel.is_private != act.private:
        return None
    wished: timedelta = CLOCK_AHEAD_MAX
    return channel.id if channel.create_at >= (earlier.created_at - wished).timestamp() * 1000 else None


Written = tuple[Outgoing, actions.ChatAction]
Settling = Mapping[str, Sequence[Written]]
"""Acts by the names of what they settle."""


async def put_in_order(db: AsyncSession, rows: Iterable[Outgoing], now: datetime) -> None:
    """Have these acts, which are about to be written down, take back what they undo, and wait for what is under way."""
    by_target: dict[str, list[Written]] = defaultdict(list)
    for row in rows:
        if row.where is TargetKind.ACT:
            by_target[row.target].append((row, actions.read_action(row.content)))
    for target, written in by_target.items():
        if not any(act.settles or act.needs for _, act in written):
            continue
        waiting = _group_by_name(await queue.waiting_acts(db, target))
        for row, act in written if waiting else ():
            if after := await _give_way(db, act, waiting, now):
                row.content[queue.AFTER] = after


async def find_contradicted(db: AsyncSession, act: actions.ChatAction) -> Collection[str]:
    """Find which names that an act settles are settled otherwise by another that waits: for whoever acts beside the
    outbox, and leaves that to it."""
    waiting = _group_by_name(await queue.waiting_acts(db, act.target))
    return {
        name
        for name, value in act.settles.items()
        for _, other in waiting.get(name, ())
        if other.settles[name] != value
    }


async def _give_way(db: AsyncSession, act: actions.ChatAction, waiting: Settling, now: datetime) -> Sequence[str]:
    """Have an act take back the waiting ones that it contradicts; return the ids of those that it must follow."""
    settles = act.settles
    found = {row.id: earlier for name in (*settles, *act.needs) for row, earlier in waiting.get(name, ())}
    against = {ident for ident, earlier in found.items() if _find_opposed(earlier, settles)}
    first = {ident for ident, earlier in found.items() if any(name in earlier.settles for name in act.needs)}
    if not against | first:
        return []
    after: list[str] = []
    for row in await queue.hold_acts(db, against | first):
        is_under_way = queue.is_under_way(row, now)
        if row.id in against:
            await _take_back(db, row, actions.remove_settled(found[row.id], _find_opposed(found[row.id], settles)), now)
        if row.id in first or is_under_way:
            after.append(row.id)
    return after


async def _take_back(db: AsyncSession, row: Outgoing, rest: actions.ChatAction | None, now: datetime) -> None:
    """Take an earlier act back but for the rest of it; where it is under way, no other try of it is made."""
    if rest is not None:
        await queue.rewrite_act(db, row, row.content | actions.write_action(rest))
    elif queue.is_under_way(row, now):
        await queue.rewrite_act(db, row, row.content | {queue.VOID: True})
    else:
        await queue.take_back(db, row)


def _find_opposed(earlier: actions.ChatAction, settled: actions.Settled) -> Sequence[str]:
    """Find what both settle, each otherwise."""
    return [name for name, value in earlier.settles.items() if name in settled and settled[name] != value]


def _group_by_name(rows: Iterable[Outgoing]) -> Settling:
    found: dict[str, list[Written]] = defaultdict(list)
    for row in rows:
        try:
            act = actions.read_action(row.content)
        except (KeyError, ValueError):  # of another version
            continue
        for name in act.settles:
            found[name].append((row, act))
    return found
