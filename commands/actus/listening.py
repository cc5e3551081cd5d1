"""The messages of public channels: asked of Mattermost page by page, the best of them kept, and nothing of others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import ChatError
from bot.linked import address_of
from bot.mattermost import ChatPost, ChatReader, ChatUser
from bot.quoting import shorten
from commands.actus import pool
from commands.actus.ranking import Ranked, rank
from config.settings import Settings
from storage import people
from storage.actus import harvest, items, subscriptions
from storage.actus.items import CREDIT_MAX, Item, Kind, Section
from storage.people import Person

PAGE, PAGES_MAX = 200, 50
BEST = 10
"""Messages of one channel that are kept at most."""
LOOKED_AT = 50
"""The best ones, of which those are left out that may not be quoted."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in a public channel: the best of it, who said that, and all messages since then, if that is
    ``whole``. Of a channel that is not public (any more) nothing."""

    channel: str
    is_public: bool = False
    best: Sequence[Ranked] = ()
    users: Mapping[str, ChatUser] = field(default_factory=dict)
    seen: Collection[str] = frozenset()
    since_ms: int = 0
    is_whole: bool = False


async def public_channels(chat: ChatReader) -> Sequence[str]:
    """The ids of those of the team’s channels in which the bot is and which everybody may read."""
    return [channel.id for channel in await chat.own_channels() if channel.type == "O" and not channel.archived]


async def listen(chat: ChatReader, channel_id: str, since: datetime, until: datetime) -> Heard:
    """What was said there, if it is public at this moment."""
    try:
        channel = await chat.channel(channel_id)
        if channel.type != "O" or channel.archived:
            return Heard(channel_id)
        posts, is_whole = await _read(chat, channel_id, _ms(since))
    except ChatError as error:
        if error.may_pass:
            raise
        return Heard(channel_id)
    told = [post for post in posts if post.create_at < _ms(until)]
    best = rank(told, (await chat.me()).id)[:LOOKED_AT]
    authors = list(dict.fromkeys(one.post.user_id for one in best))
    users = {user.id: user async for page in chat.users(authors) for user in page} if authors else {}
    return Heard(channel_id, True, best, users, {post.id for post in posts}, _ms(since), is_whole)


async def _read(chat: ChatReader, channel_id: str, since_ms: int) -> tuple[Sequence[ChatPost], bool]:
    """The messages since then; whether these are all."""
    found: dict[str, ChatPost] = {}
    for number in range(PAGES_MAX):
        page = await chat.newest_posts(channel_id, number, PAGE)
        found |= {post.id: post for post in page if post.create_at >= since_ms}
        if len(page) < PAGE or page[-1].create_at < since_ms:
            return list(found.values()), True
    return list(found.values()), False


def _ms(moment: datetime) -> int:
    return (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


async def keep(db: AsyncSession, heard: Heard, settings: Settings, now: datetime) -> None:
    """Write the best of it down, as it stands; what was taken away meanwhile is quoted no more."""
    if not heard.is_public:
        await items.withdraw_quotes_in(db, heard.channel)
        return
    waits = await harvest.quoted_in(db, heard.channel)
    silent = await subscriptions.unquoted(db)
    register = {row.id: row for row in await people.among(db, heard.users)}
    kept, unfit = list[Ranked](), set[str]()
    for one in heard.best:
        if len(kept) >= BEST and one.post.id not in waits:
            continue
        if _may_be_quoted(one, heard, register, silent, now):
            kept.append(one)
        else:
            unfit.add(one.post.id)
    own = {post_id for post_id, item in waits.items() if item.kind is not Kind.MESSAGE}
    found = [one for one in kept if one.post.id not in own]
    await items.put(db, [_item(one, _name(heard, register, one.post.user_id), settings, now) for one in found])
    await items.rescore(db, {waits[one.post.id].key: one.score for one in kept if one.post.id in own})
    gone = unfit | _taken_away(heard, waits)
    await items.withdraw(db, [item.key for post_id, item in waits.items() if post_id in gone])


def _may_be_quoted(
    one: Ranked, heard: Heard, register: Mapping[str, Person], silent: Collection[str], now: datetime
) -> bool:
    """Whether its author is there, is no secret and has nothing against it, and it tells nothing private."""
    author, row = heard.users.get(one.post.user_id), register.get(one.post.user_id)
    if author is None or author.deleted or author.id in silent or pool.fault_of(one.post):
        return False
    return row is None or not (row.is_hidden or row.has_left(row.today(now)))


def _taken_away(heard: Heard, waits: Mapping[str, Item]) -> set[str]:
    """The messages that wait, and stand there no more."""
    if not heard.is_whole:
        return set()
    since = heard.since_ms
    recent = {post_id for post_id, item in waits.items() if int(item.details.get("said_at", 0)) >= since}
    return recent - set(heard.seen)


def _name(heard: Heard, register: Mapping[str, Person], user_id: str) -> str:
    return register[user_id].full_name if user_id in register else f"@{heard.users[user_id].username}"


def _item(one: Ranked, author: str, settings: Settings, now: datetime) -> Item:
    said = pool.quote(one.post.message)
    return Item(
        key=items.key_of_post(one.post.id),
        kind=Kind.MESSAGE,
        section=Section.COMMUNITY,
        title=said.title,
        text=said.text,
        url=address_of(settings, one.post.id),
        credit=shorten(author, CREDIT_MAX),
        author_id=one.post.user_id,
        channel_id=one.post.channel_id,
        post_id=one.post.id,
        score=one.score,
        found_at=now,
        details={"said_at": one.post.create_at},
    )
