"""What people bring into the pool of news: each thing once, whoever brought it first, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot import guard
from bot.context import Context
from bot.errors import UserError
from bot.linked import address_of, link_in
from bot.mattermost import ChatPost
from bot.quoting import one_line, shorten, unmarked
from bot.replies import Button, Direct, Refresh, Reply
from bot.texts import render
from commands.actus.carried import EditProposal, RatherNot, TakeBack
from storage import people
from storage.actus import digests, items, subscriptions
from storage.actus.digests import Digest, State
from storage.actus.items import CREDIT_MAX, TITLE_MAX, Item, Kind, Section

QUOTE_TITLE_MAX, QUOTE_MAX = 90, 400
REFUSED = "refused"
"""The detail of what its author would rather not have in the news."""
RATHER_NOT = "La personne qui a écrit le message préfère que non."
OUT = (State.PUBLISHING, State.PUBLISHED, State.WITHDRAWN)
"""How a digest stands that people have read."""


class Found(StrEnum):
    """What was there when somebody brought something: nothing, the same of theirs, the same of somebody else’s."""

    NEW = "new"
    MINE = "mine"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message says, in plain words."""

    title: str
    text: str


def quote(message: str) -> Quote:
    """The words of a message, shortened on a word, each once: the first line, then what follows it."""
    words = unmarked(message)
    first = next((line for line in words.splitlines() if line.strip()), "")
    title, whole = one_line(first, QUOTE_TITLE_MAX), one_line(words, QUOTE_MAX)
    is_cut = title.endswith("…") and not whole.startswith(title)
    rest = whole[len(title) - is_cut :].strip()
    if not any(sign.isalnum() for sign in rest):
        return Quote(title, "")
    return Quote(title, f"…{rest}" if is_cut else rest)


def of_message(ctx: Context, post: ChatPost, author: str) -> Item:
    """What quotes a message of somebody’s."""
    said = quote(post.message)
    return Item(
        key=items.key_of_post(post.id),
        kind=Kind.PROPOSAL,
        section=Section.COMMUNITY,
        title=said.title,
        text=said.text,
        url=address_of(ctx.settings, post.id),
        credit=shorten(author, CREDIT_MAX),
        author_id=post.user_id,
        proposed_by=ctx.user.id,
        channel_id=post.channel_id,
        post_id=post.id,
        found_at=ctx.now,
    )


def key_of_link(url: str) -> str:
    """What tells apart what has a link; that of a message is the message’s own."""
    ident = link_in(url)
    return items.key_of_post(ident) if ident else items.key_of_link(url)


def fault_of(post: ChatPost) -> str:
    """Why a message can’t be quoted, in French; "" where it can."""
    said = quote(post.message)
    if len(said.title) < 3:
        return "Ce message n’a pas de texte à citer."
    if found := guard.find(post.message):
        return f"Ce message contient {guard.name(found)} : il ne va pas dans les actus tel quel."
    return ""


async def must_want(ctx: Context, author: str) -> None:
    """Raises UserError where somebody’s messages go into no digest."""
    if await subscriptions.is_unquoted(ctx.db, author):
        raise UserError(RATHER_NOT)


async def bring(ctx: Context, item: Item) -> tuple[Item, Found]:
    """Write it down, or what is there of it. Raises UserError where its author would rather not."""
    if item.key in await items.add(ctx.db, [item]):
        return await _stored(ctx, item.key), Found.NEW
    known = await items.lock(ctx.db, (await _stored(ctx, item.key)).number)
    assert known
    if known.details.get(REFUSED):
        raise UserError(RATHER_NOT)
    if known.proposed_by == ctx.user.id and not known.withdrawn:
        return known, Found.MINE
    if known.proposed_by and not known.withdrawn:
        return known, Found.KNOWN
    if known.kind is Kind.FEED and not known.withdrawn:
        return known, Found.KNOWN
    took = item.model_dump(exclude={"id", "key", "score"})
    await change(ctx, known, **(took | {"details": known.details, "withdrawn": False}))
    return known, Found.NEW


async def _stored(ctx: Context, key: str) -> Item:
    found = await items.by_key(ctx.db, key)
    assert found
    return found


async def change(ctx: Context, item: Item, **to: Any) -> None:
    """Other values of an item that is locked."""
    for name, value in to.items():
        setattr(item, name, value)
    ctx.db.add(item)
    await ctx.db.flush()


def topic_of(item: Item, person: str) -> str:
    """What a receipt is about."""
    return f"actus.proposal:{item.number}:{person}"


def receipt(item: Item, person: str) -> Direct:
    """What whoever proposed it keeps of it."""
    buttons = [Button("Modifier", EditProposal(item=item.number)), Button("Retirer", TakeBack(item=item.number))]
    text = render("actus/noted", item=item)
    return Direct(text, buttons, user_id=person, topic=topic_of(item, person))


def refresh(item: Item, template: str = "actus/noted", *, here: bool = False) -> Refresh:
    """The same as it is now; without buttons where nothing can be done any more. ``here`` after its own dialog."""
    shown = receipt(item, item.proposed_by)
    if template != "actus/noted":
        shown = replace(shown, text=render(template, item=item), buttons=())
    return Refresh(shown.text, shown.buttons, topic=topic_of(item, item.proposed_by), here=here)


async def tell_author(ctx: Context, item: Item) -> Sequence[Reply]:
    """Who wrote a message hears that somebody else proposed it, and may prefer that it were not."""
    if not item.post_id or item.author_id in {"", item.proposed_by}:
        return []
    author = await people.get(ctx.db, item.author_id)
    if author is not None and author.has_left(ctx.today):
        return []
    text = render("actus/credited", item=item, by=ctx.user)
    return [Direct(text, [Button("Plutôt pas", RatherNot(item=item.number))], user_id=item.author_id)]


async def came_out(ctx: Context, item: Item) -> Digest | None:
    """The digest in which it came out, if it did."""
    there = (await digests.where(ctx.db, [item.number])).get(item.number, [])
    return next((digest for digest, dropped in there if not dropped and digest.state in OUT), None)


async def is_placed(ctx: Context, item: Item) -> Digest | None:
    """The digest that has it, out or not yet."""
    there = (await digests.where(ctx.db, [item.number])).get(item.number, [])
    return next((digest for digest, dropped in there if not dropped), None)


def title_of(words: str) -> str:
    """A title of somebody’s words."""
    return one_line(words, TITLE_MAX)
