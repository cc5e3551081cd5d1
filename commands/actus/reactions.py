"""What happens in channels: 📰 or a link proposes something, later edits are followed, links get titles; and « /actus
discret »."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from bot import quotas
from bot.actions import React
from bot.context import Context, ReadingContext
from bot.errors import UserError, unless_refused
from bot.events import Addressed, Converted, Deleted, Edited, Posted, Reacted, Spoken, Unreacted
from bot.features import Feature
from bot.mattermost import ChatPost
from bot.permalinks import make_permalink
from bot.plain_text import strip_markdown, to_one_line
from bot.replies import Direct, PlainTextReply, Progress, Replies, Start, Step, Whisper
from bot.texts import render
from bot.web import UnreadableDocument, WebClient, WebError
from bot.websocket.parser import is_by_person
from commands.actus import proposals
from commands.actus.editions import feature
from config.text import fold
from dialogs.canaux import watch_planned_channels
from storage import claims, urls
from storage.actus import items, subscriptions
from storage.actus.items import TITLE_MAX, Item, ItemKind, NewsSection
from storage.database import change

AT_ONCE, READ_MAX, ALL_S = 4, 64 * 1024, 20.0
"""How many pages one step reads, and the most bytes and seconds for each."""
UNTITLED = "untitled"
"""The key in ``details`` of a link that has its site’s name as title until its page was fetched."""


class NameLinks(BaseModel):
    """Long work: fetch the titles of pages that were proposed as bare links."""


@feature.job("minute=7", name="actus.name_links")
async def name_links(ctx: Context) -> Replies:
    """Start to name the links that have no title."""
    return Start(payload=NameLinks()) if await items.list_untitled(ctx.db, 1) else None


@feature.chore(NameLinks, name="actus.NameLinks", title="Titres des liens", unit=("lien", "liens"), writes=True)
async def name_next_links(ctx: Context, work: NameLinks, so_far: Progress) -> Step:
    """Fetch the titles of the next few links, which the step before has chosen; each is fetched once, whatever comes of
    it."""
    asked = list(so_far.cursor or ())
    titles = await ctx.errands.fetch(f"titles {asked}", lambda: _read_titles(ctx.web, [url for _, url in asked]))
    for (number, _), title in zip(asked, titles, strict=True):
        item = await items.lock(ctx.db, number)
        if item and item.details.get(UNTITLED):
            details = {name: value for name, value in item.details.items() if name != UNTITLED}
            await change(ctx.db, item, title=title or item.title, details=details)
    following = await items.list_untitled(ctx.db, AT_ONCE)
    cursor = [[item.number, item.url] for item in following]
    return Step(cursor=cursor, done=so_far.done + len(asked), finished=not following)


async def _read_titles(web: WebClient, addresses: Sequence[str]) -> Sequence[str]:
    return await asyncio.gather(*(read_title(web, url) for url in addresses))


async def read_title(web: WebClient, url: str) -> str:
    """Fetch the title of a page; "" if it has none or does not answer."""
    try:
        async with asyncio.timeout(ALL_S):
            answer = await web.fetch("GET", url, most=READ_MAX)
    except (WebError, TimeoutError):
        return ""
    if answer.status >= 400 or "html" not in answer.headers.get("content-type", "html"):
        return ""
    try:
        return await web.reader.title(answer.body, answer.headers.get("content-type", ""))
    except UnreadableDocument:
        return ""


_BACK = {"non", "fin", "stop", "off", "plus"}


@feature.command("actus discret", help="Ne jamais être cité dans les actus", hint="[non]", writes=True)
async def refuse_quotes(ctx: Context, line: str) -> Replies:
    """Keep somebody’s messages out of all digests, and withdraw those that waited; « non » undoes it."""
    word = fold(line)
    if word in _BACK:
        await subscriptions.allow_quotes(ctx.db, ctx.user.id)
        return Whisper(render("actus/quoted_again"))
    if word not in {"", "oui"}:
        raise UserError(render("actus/discreet_usage"))
    await subscriptions.refuse_quotes(ctx.db, ctx.user.id, ctx.now)
    return Whisper(render("actus/quiet", taken_out=await items.withdraw_quotes_of(ctx.db, ctx.user.id)))


NEWSPAPER, CHECK = "newspaper", "white_check_mark"
"""What Mattermost calls 📰 and ✅."""

kiosque = Feature("kiosque")
"""Listens for 📰, and for links that are given to the bot by its name, wherever it is."""
kiosque.watches(watch_planned_channels)


def is_news(event: Reacted | Unreacted) -> bool:
    """Return whether a reaction is 📰."""
    return event.emoji == NEWSPAPER


@dataclass(frozen=True, slots=True)
class MarkedPost:
    """A message marked with 📰, its author’s name, and whether its channel is private."""

    post: ChatPost
    author: str
    is_private: bool


async def read_marked_post(ctx: ReadingContext, event: Reacted) -> MarkedPost | None:
    """Read the message, if it is there and somebody’s."""
    post = await unless_refused(ctx.chat.read_post(event.post_id), None)
    channel = await unless_refused(ctx.chat.channel(post.channel_id), None) if post else None
    if post is None or channel is None or not is_by_person(post, (await ctx.chat.me()).id):
        return None
    author = await unless_refused(ctx.people.of(post.user_id), None)
    if author is None:
        return None
    return MarkedPost(post, author.full_name, channel.is_private)


@kiosque.event(Reacted, name="kiosque.reacted.Reacted", only=is_news, asks=read_marked_post)
async def on_reaction(ctx: Context, _: Reacted, marked: MarkedPost) -> Replies:
    """Propose the message: whoever put 📰 there and its author are told, once."""
    if marked.is_private:
        return await _refuse_private(ctx, marked.post.channel_id)
    return await _propose_post(ctx, marked.post, marked.author)


async def _refuse_private(ctx: Context, channel_id: str) -> Replies:
    """Tell whoever reacted that the channel is private, once per channel."""
    if not await claims.claim(ctx.db, "actus.private", f"{channel_id}:{ctx.user.id}", ctx.now):
        return None
    return Direct(render("actus/private"), user_id=ctx.user.id)


async def _propose_post(ctx: Context, post: ChatPost, author: str) -> Replies:
    if not await claims.claim(ctx.db, "actus.newspaper", f"{post.id}:{ctx.user.id}", ctx.now):
        return await _propose_again(ctx, post)
    if fault := await _find_fault(ctx, post):
        return Direct(render("actus/not_quoted", fault=fault), user_id=ctx.user.id)
    if told_so := await _spend_quota(ctx):
        await claims.release(ctx.db, "actus.newspaper", f"{post.id}:{ctx.user.id}")
        return told_so
    about = {"kind": ItemKind.PROPOSAL, "proposed_by": ctx.user.id, "found_at": ctx.now}
    item = proposals.make_message_item(ctx.settings, post, author, **about)
    return await proposals.tell_proposed(ctx, *await proposals.propose_item(ctx, item))


async def _spend_quota(ctx: Context) -> Replies:
    """Count one more proposal of today; return the refusal if the daily limit is reached."""
    try:
        await quotas.spend(ctx, quotas.Quota.PROPOSAL)
    except UserError as refusal:
        return Direct(refusal.text, user_id=ctx.user.id)
    return None


async def _find_fault(ctx: Context, post: ChatPost) -> str:
    """Say why a message does not go into the news; "" where it may."""
    known = await items.find_by_post(ctx.db, post.id)
    if (known and known.details.get(proposals.REFUSED)) or await subscriptions.is_unquoted(ctx.db, post.user_id):
        return render("actus/author_rather_not")
    return proposals.find_quote_fault(post.message)


async def _propose_again(ctx: Context, post: ChatPost) -> Replies:
    """Propose a message again for whoever removed 📰 and put it back; they get no second message."""
    known = await items.find_by_post(ctx.db, post.id)
    if known is None or known.proposed_by != ctx.user.id or not known.withdrawn or await _find_fault(ctx, post):
        return None
    found = await items.lock(ctx.db, known.number)
    assert found
    await change(ctx.db, found, withdrawn=False)
    return proposals.refresh_receipt(found)


async def _lock_waiting(ctx: Context, post_id: str) -> Item | None:
    """Lock the item that quotes a message, if no editor has put it into a digest yet."""
    known = await items.find_by_post(ctx.db, post_id)
    found = await items.lock(ctx.db, known.number) if known else None
    if found is None or found.withdrawn or await proposals.find_digest(ctx, found):
        return None
    return found


@kiosque.event(Unreacted, name="kiosque.unreacted.Unreacted", only=is_news)
async def on_unreaction(ctx: Context, event: Unreacted) -> Replies:
    """Withdraw a waiting item when whoever proposed it removes 📰."""
    found = await _lock_waiting(ctx, event.post_id)
    if found is None or found.proposed_by != event.user_id:
        return None
    await change(ctx.db, found, withdrawn=True)
    return proposals.close_receipt(found, "taken_back")


def may_name_bot(event: Posted) -> bool:
    """Return whether a message mentions somebody and has a link, as few do: a cheap first test."""
    return "@" in event.text and "://" in event.text


@dataclass(frozen=True, slots=True)
class GivenLink:
    """A link that was posted together with the bot’s name, and whether the channel is private."""

    link: str
    bot: str
    is_private: bool


async def read_given_link(ctx: ReadingContext, event: Posted) -> GivenLink | None:
    """Read the link of a message that names the bot."""
    link, me = urls.first_link(event.text), await ctx.chat.me()
    if not link or not _mentions(event.text, me.username):
        return None
    channel = await unless_refused(ctx.chat.channel(event.channel_id), None)
    return GivenLink(link, me.username, channel.is_private) if channel else None


@kiosque.event(Posted, name="kiosque.mentioned.Posted", only=may_name_bot, asks=read_given_link)
async def on_mention(ctx: Context, event: Posted, given: GivenLink) -> Replies:
    """Propose the link of « @coop https://… »; ✅ under the message is the only answer."""
    if given.is_private:
        return await _refuse_private(ctx, event.channel_id)
    if await subscriptions.is_unquoted(ctx.db, event.user_id):
        return None
    if told := await _spend_quota(ctx):
        return told
    await proposals.propose_item(ctx, _make_link_item(ctx, event, given.link, given.bot))
    return React(event.post_id, CHECK, channel_id=event.channel_id)


@kiosque.hears_words
async def hear_words(ctx: Context, message: Spoken) -> PlainTextReply:
    """Recognise a message of a channel that names the bot and has a link as a proposal rather than a question."""
    names_bot = isinstance(message, Addressed) and message.by_name
    return PlainTextReply(is_its=names_bot and bool(urls.first_link(message.text)))


def _mentions(text: str, username: str) -> bool:
    return any(word.strip(".,;:!?()«»").lower() == f"@{username}" for word in text.split())


def _make_link_item(ctx: Context, event: Posted, link: str, username: str) -> Item:
    """Make the item of a link, with the words around it; without words, its page’s title is fetched later."""
    words = " ".join(word for word in event.text.split() if not _mentions(word, username))
    title = to_one_line(strip_markdown(urls.strip_links(words)), TITLE_MAX)
    site = urls.site_of(link)
    return Item(
        key=urls.url_key(link),
        kind=ItemKind.PROPOSAL,
        section=NewsSection.PRESS,
        title=title if len(title) > 3 else site,
        url=link,
        credit=site,
        proposed_by=event.user_id,
        found_at=ctx.now,
        details={} if len(title) > 3 else {UNTITLED: True},
    )


@kiosque.event(Edited, name="kiosque.edited.Edited")
async def on_edit(ctx: Context, event: Edited) -> Replies:
    """Update a waiting item when its message is edited; what editors have put into a digest stays."""
    found = await _lock_waiting(ctx, event.post_id)
    if found is None:
        return None
    if proposals.find_quote_fault(event.text):
        await change(ctx.db, found, withdrawn=True)
    elif found.url == make_permalink(ctx.settings, event.post_id):
        title, text = proposals.quote_message(event.text)
        await change(ctx.db, found, title=title, text=text)
    return None


@kiosque.event(Deleted, name="kiosque.deleted.Deleted")
async def on_delete(ctx: Context, event: Deleted) -> Replies:
    """Withdraw a deleted message from everything that waits."""
    known = await items.find_by_post(ctx.db, event.post_id)
    if known is not None:
        await items.withdraw(ctx.db, [known.key])
    return None


@kiosque.event(Converted, name="kiosque.converted.Converted")
async def on_convert(ctx: Context, event: Converted) -> Replies:
    """Withdraw what was said in a channel that is now private."""
    if event.is_private:
        await items.withdraw_quotes_in(ctx.db, event.channel_id)
    return None
