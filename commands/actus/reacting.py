"""📰 under a message of a public channel proposes it; what is changed or taken away there is so in the pool, too."""

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import quotas
from bot.acts import React
from bot.context import Context
from bot.errors import ChatError, UserError
from bot.events import Converted, Deleted, Edited, Posted, Reacted, Unreacted, Watched
from bot.features import Feature
from bot.linked import address_of
from bot.mattermost import ChatPost
from bot.quotas import Quota
from bot.quoting import unmarked
from bot.replies import Direct, Replies, Reply
from bot.texts import render
from bot.websocket.parse import by_a_person
from commands.actus import pool
from commands.actus.naming import UNTITLED
from commands.actus.pool import Found
from config.settings import Settings
from storage import claims
from storage.actus import items, subscriptions
from storage.actus.items import Item, Kind, Section
from storage.canaux import listened_to
from storage.links import first_link, site_of, without_links

NEWSPAPER, CHECK = "newspaper", "white_check_mark"
"""What Mattermost calls 📰 and ✅."""

kiosque = Feature("kiosque")
"""Listens for 📰, and for links that are given to the bot by its name, wherever it is."""


@kiosque.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """All planned channels."""
    known = await listened_to(db, settings)
    return Watched(known.private, crowded=known.public)


def is_news(event: Reacted | Unreacted) -> bool:
    """Whether it is 📰."""
    return event.emoji == NEWSPAPER


@kiosque.event(Reacted, name="kiosque.reacted.Reacted", only=is_news)
async def reacted(ctx: Context, event: Reacted) -> Replies:
    """The message is proposed: who put it there and who wrote it are told, once."""
    try:
        post = await ctx.chat.read_post(event.post_id)
        channel = await ctx.chat.channel(post.channel_id)
        author = await ctx.people.of(post.user_id)
    except ChatError as error:
        if error.may_pass:
            raise
        return None
    if not by_a_person(post, (await ctx.chat.me()).id):
        return None
    if channel.is_private:
        return await _not_from_here(ctx, post.channel_id)
    return await _propose(ctx, post, author.full_name)


async def _not_from_here(ctx: Context, channel_id: str) -> Replies:
    """Said once to each, of each channel."""
    if not await claims.claim(ctx.db, "actus.private", f"{channel_id}:{ctx.user.id}", ctx.now):
        return None
    return Direct(render("actus/private"), user_id=ctx.user.id)


async def _propose(ctx: Context, post: ChatPost, author: str) -> Replies:
    if not await claims.claim(ctx.db, "actus.newspaper", f"{post.id}:{ctx.user.id}", ctx.now):
        return await _again(ctx, post)
    if fault := await _fault(ctx, post):
        return Direct(render("actus/not_quoted", fault=fault), user_id=ctx.user.id)
    if told_so := await _too_many(ctx):
        await claims.release(ctx.db, "actus.newspaper", f"{post.id}:{ctx.user.id}")
        return told_so
    item, found = await pool.bring(ctx, pool.of_message(ctx, post, author))
    if found is Found.KNOWN:
        return Direct(render("actus/known", item=item), user_id=ctx.user.id)
    told: list[Reply] = [pool.receipt(item, ctx.user.id)]
    return [*told, *(await pool.tell_author(ctx, item) if found is Found.NEW else [])]


async def _too_many(ctx: Context) -> Replies:
    """That nothing more is proposed today; nothing, and one more is counted, where something may be."""
    try:
        await quotas.spend(ctx, Quota.PROPOSAL)
    except UserError as refusal:
        return Direct(refusal.text, user_id=ctx.user.id)
    return None


async def _fault(ctx: Context, post: ChatPost) -> str:
    """Why a message does not go into the news; "" where it may."""
    known = await items.of_post(ctx.db, post.id)
    if (known and known.details.get(pool.REFUSED)) or await subscriptions.is_unquoted(ctx.db, post.user_id):
        return pool.RATHER_NOT
    return pool.fault_of(post)


async def _again(ctx: Context, post: ChatPost) -> Replies:
    """Who took 📰 back and puts it there again proposes it again, and is told nothing new."""
    known = await items.of_post(ctx.db, post.id)
    if known is None or known.proposed_by != ctx.user.id or not known.withdrawn or await _fault(ctx, post):
        return None
    found = await items.lock(ctx.db, known.number)
    assert found
    await pool.change(ctx, found, withdrawn=False)
    return pool.refresh(found)


@kiosque.event(Unreacted, name="kiosque.unreacted.Unreacted", only=is_news)
async def unreacted(ctx: Context, event: Unreacted) -> Replies:
    """Who put it there takes it back: what no editor has in hand yet is proposed no more."""
    known = await items.of_post(ctx.db, event.post_id)
    found = await items.lock(ctx.db, known.number) if known and known.proposed_by == event.user_id else None
    if found is None or found.withdrawn or await pool.is_placed(ctx, found):
        return None
    await pool.change(ctx, found, withdrawn=True)
    return pool.refresh(found, "actus/taken_back")


def may_be_for_us(event: Posted) -> bool:
    """Whether it names somebody and has a link: few messages do."""
    return "@" in event.text and "://" in event.text


@kiosque.event(Posted, name="kiosque.mentioned.Posted", only=may_be_for_us)
async def mentioned(ctx: Context, event: Posted) -> Replies:
    """« @coop https://… »: the link is proposed; ✅ under the message says so, nothing else does."""
    link, me = first_link(event.text), await ctx.chat.me()
    if not link or not _names(event.text, me.username):
        return None
    try:
        channel = await ctx.chat.channel(event.channel_id)
    except ChatError as error:
        if error.may_pass:
            raise
        return None
    if channel.is_private:
        return await _not_from_here(ctx, event.channel_id)
    if await subscriptions.is_unquoted(ctx.db, event.user_id):
        return None
    if told := await _too_many(ctx):
        return told
    await pool.bring(ctx, _of_link(ctx, event, link, me.username))
    return React(event.post_id, CHECK, channel_id=event.channel_id)


def _names(text: str, username: str) -> bool:
    return any(word.strip(".,;:!?()«»").lower() == f"@{username}" for word in text.split())


def _of_link(ctx: Context, event: Posted, link: str, username: str) -> Item:
    """A link that somebody gave, with what they said of it; where they said nothing its page is asked for its title."""
    words = " ".join(word for word in event.text.split() if not _names(word, username))
    title = pool.title_of(unmarked(without_links(words)))
    site = site_of(link)
    return Item(
        key=items.key_of_link(link),
        kind=Kind.PROPOSAL,
        section=Section.PRESS,
        title=title if len(title) > 3 else site,
        url=link,
        credit=site,
        proposed_by=event.user_id,
        found_at=ctx.now,
        details={} if len(title) > 3 else {UNTITLED: True},
    )


@kiosque.event(Edited, name="kiosque.edited.Edited")
async def edited(ctx: Context, event: Edited) -> Replies:
    """What waits says what the message says now; what is in editors’ hands stays theirs."""
    known = await items.of_post(ctx.db, event.post_id)
    found = await items.lock(ctx.db, known.number) if known else None
    if found is None or found.withdrawn or await pool.is_placed(ctx, found):
        return None
    if pool.fault_of(_as_it_is(event)):
        await pool.change(ctx, found, withdrawn=True)
        return None
    if found.url == address_of(ctx.settings, event.post_id):
        said = pool.quote(event.text)
        await pool.change(ctx, found, title=said.title, text=said.text)
    return None


def _as_it_is(event: Edited) -> ChatPost:
    return ChatPost(event.post_id, event.user_id, event.channel_id, event.text, 0)


@kiosque.event(Deleted, name="kiosque.deleted.Deleted")
async def deleted(ctx: Context, event: Deleted) -> Replies:
    """What was taken away is quoted nowhere."""
    known = await items.of_post(ctx.db, event.post_id)
    if known is not None:
        await items.withdraw(ctx.db, [known.key])
    return None


@kiosque.event(Converted, name="kiosque.converted.Converted")
async def converted(ctx: Context, event: Converted) -> Replies:
    """What was said in a channel that is private now does not leave it."""
    if event.is_private:
        await items.withdraw_quotes_in(ctx.db, event.channel_id)
    return None
