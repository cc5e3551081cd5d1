"""What is looked at before a digest comes out: where it can be said, and whether what it quotes may still be quoted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.destinations import Own
from bot.errors import ChatError
from bot.mattermost import ChatReader
from commands.actus.places import Desk, Edition, editions, planned
from config.settings import Settings
from storage import canaux
from storage.actus import digests, items, subscriptions
from storage.actus.digests import Digest, Entry
from storage.actus.items import Item
from storage.database import change


class Quoted(BaseModel):
    """An entry that quotes a message."""

    entry: int
    post_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class Where:
    """The channels in which it comes out, title by id, and what is said of those in which it cannot."""

    channels: Mapping[str, str]
    absent: Sequence[str]


async def own(ctx: Context) -> Own:
    """The channels that the bot is in; asked before anything is locked."""
    channels = await ctx.chat.own_channels()
    return Own(channels, await canaux.by_key(ctx.db))


async def where(db: AsyncSession, settings: Settings, edition: Edition, own: Own) -> Where:
    """Each of its places by itself: one that is not there keeps the others from nothing. ``own`` was asked before."""
    table = await canaux.planned(db, settings)
    found: dict[str, str] = {}
    absent: list[str] = []
    for target in edition.targets:
        try:
            wanted = planned([target], table)
        except ValueError as problem:
            absent.append(str(problem))
            continue
        for channel in wanted:
            try:
                found |= own.find([channel])
            except ValueError as problem:
                absent.append(str(problem))
    return Where(found, absent)


async def where_of(desk: Desk, digest: Digest, own: Own) -> Where:
    """The same of a digest; nowhere once the operator’s table has its edition no more."""
    edition = (await editions(desk)).get(digest.edition)
    if edition is None:
        return Where({}, ["Son édition n’est plus dans la table."])
    return await where(desk.db, desk.settings, edition, own)


async def quoted(db: AsyncSession, digest: Digest) -> Sequence[Quoted]:
    """Its entries that quote messages."""
    entries = await digests.entries(db, digest.number)
    known = await items.by_ids(db, {entry.item for entry in entries})
    found = [(entry, known[entry.item]) for entry in entries if entry.item in known]
    return [Quoted(entry=e.number, post_id=i.post_id, channel_id=i.channel_id) for e, i in found if i.post_id]


async def lost(chat: ChatReader, asked: Sequence[Quoted]) -> Sequence[int]:
    """The entries whose message is gone, or is not in a public channel any more. Raises ChatError while Mattermost
    does not answer."""
    closed: dict[str, bool] = {}
    found = []
    for one in asked:
        if one.channel_id not in closed:
            closed[one.channel_id] = await _is_closed(chat, one.channel_id)
        if closed[one.channel_id] or await _is_gone(chat, one):
            found.append(one.entry)
    return found


async def _is_closed(chat: ChatReader, channel_id: str) -> bool:
    try:
        channel = await chat.channel(channel_id)
    except ChatError as error:
        return _is_refused(error)
    return channel.is_private or channel.archived


async def _is_gone(chat: ChatReader, one: Quoted) -> bool:
    try:
        post = await chat.read_post(one.post_id)
    except ChatError as error:
        return _is_refused(error)
    return post.channel_id != one.channel_id or bool(post.delete_at)


def _is_refused(error: ChatError) -> bool:
    """Refused for good: what may pass is raised, and asked again later."""
    if error.may_pass or error.status == 401:
        raise error
    return True


async def unfit(db: AsyncSession, digest: Digest, gone: Sequence[int]) -> Sequence[Entry]:
    """Its entries that may not come out: those, what was withdrawn, what is by who is not to be quoted."""
    entries = await digests.entries(db, digest.number)
    known = await items.by_ids(db, {entry.item for entry in entries})
    unquoted = await subscriptions.unquoted(db)
    return [entry for entry in entries if entry.number in gone or _is_hidden(known.get(entry.item), unquoted)]


def _is_hidden(item: Item | None, unquoted: Collection[str]) -> bool:
    return item is not None and (item.withdrawn or (bool(item.post_id) and item.author_id in unquoted))


async def drop(db: AsyncSession, digest: Digest, gone: Sequence[int]) -> Sequence[str]:
    """Leave out what may not come out; the titles of that."""
    left_out = await unfit(db, digest, gone)
    for entry in left_out:
        await change(db, entry, dropped=True)
    return [entry.title for entry in left_out]
