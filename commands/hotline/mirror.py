"""The thread under the card and the one with its author say the same: text, changes, files, and ✅.

The bot hears only people, so no mirror echoes itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from bot import guard
from bot.acts import DeletePost, React, Unreact
from bot.context import Context
from bot.errors import UserError
from bot.events import Deleted, DirectMessage, Edited, Posted, Reacted, Unreacted
from bot.replies import Button, Direct, Press, Refresh, Replies, Reply, Say, Update
from bot.texts import render
from commands.hotline.feature import feature
from commands.hotline.making import make
from commands.hotline.queues import say_queue
from commands.hotline.relaying import is_internal, pass_on, say
from commands.hotline.words import is_thanks
from storage.database import change
from storage.hotline import cards, lines, tickets
from storage.hotline.cards import TicketCard
from storage.hotline.lines import Side, TicketLine
from storage.hotline.moving import Actor
from storage.hotline.states import Move, Who, allowed
from storage.hotline.tickets import Ticket

CHECK = "white_check_mark"


class KeepLine(BaseModel):
    """« Masquer » or « Garder » what is personal in a line."""

    post_id: str
    keep: bool


class ShowLine(BaseModel):
    """A line is to be read as its author wrote it."""

    post_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Under which ticket something was written, and on which side."""

    ticket: Ticket
    card: TicketCard | None
    side: Side


async def place_of(ctx: Context, root_id: str, *, is_direct: bool) -> Place | None:
    """The ticket under which that thread is; it is nobody else’s until this transaction ends."""
    if not root_id:
        return None
    if is_direct:
        found = await tickets.by_thread(ctx.db, root_id)
        ticket = await tickets.lock(ctx.db, found.number) if found else None
        return Place(ticket, await cards.get(ctx.db, ticket), Side.DIRECT) if ticket else None
    stood = await cards.at(ctx.db, root_id)
    ticket = await tickets.lock(ctx.db, stood.ticket) if stood else None
    return Place(ticket, stood, Side.ROOM) if ticket else None


@feature.event(Posted, name="hotline.agent_wrote.Posted")
async def agent_wrote(ctx: Context, event: Posted) -> Replies:
    """A line under a card goes to who asked, unless it begins with « ! »."""
    return await _wrote(ctx, event, is_direct=False)


@feature.event(DirectMessage, name="hotline.author_wrote.DirectMessage")
async def author_wrote(ctx: Context, event: DirectMessage) -> Replies:
    """A line under a receipt goes to the agents."""
    return await _wrote(ctx, event, is_direct=True)


async def _wrote(ctx: Context, event: Posted | DirectMessage | Edited, *, is_direct: bool) -> Replies:
    place = await place_of(ctx, event.root_id, is_direct=is_direct)
    if place and place.card and place.side is Side.ROOM and place.card.queue != place.ticket.queue:
        text = render("hotline/elsewhere", queue=say_queue(ctx, place.ticket.queue))
        return Say(text, channel_id=event.channel_id, root_id=event.root_id)
    if place is None or (place.side is Side.ROOM and is_internal(event.text)):
        return None
    return await bring(ctx, place, event.post_id, event.text, event.file_ids)


async def bring(ctx: Context, place: Place, post_id: str, text: str, files: Sequence[str]) -> Sequence[Reply]:
    """What somebody wrote goes to the other side, and moves the ticket; once for each post."""
    line = TicketLine(
        post_id=post_id, ticket=place.ticket.number, side=place.side, by=ctx.user.id, at=ctx.now, files=list(files)
    )
    if not await lines.add(ctx.db, line):
        return []
    said = await pass_on(ctx, place.ticket, place.card, line, text)
    moved = await _move(ctx, place, text)
    return [*said, *moved, *_ask_about(ctx, place, line, text)]


async def _move(ctx: Context, place: Place, text: str) -> Sequence[Reply]:
    """An answer, or a word of who asked; thanks reopen nothing."""
    who, move = (Who.AGENT, Move.ANSWER) if place.side is Side.ROOM else (Who.AUTHOR, Move.REPLY)
    if move not in allowed(place.ticket.state, who):
        return []
    if move is Move.REPLY and not place.ticket.state.is_open and is_thanks(text):
        return []
    return await make(ctx, place.ticket, move, Actor(ctx.user.id, who, ctx.now))


def _ask_about(ctx: Context, place: Place, line: TicketLine, text: str) -> Sequence[Reply]:
    """What was masked, and whether it should be read all the same."""
    found = guard.find(text) if place.side is Side.DIRECT else ()
    if not found:
        return []
    buttons = [
        Button("Masquer", KeepLine(post_id=line.post_id, keep=False), "primary"),
        Button("Garder", KeepLine(post_id=line.post_id, keep=True)),
    ]
    asked = render("hotline/masked", found=guard.name(found))
    return [Direct(asked, buttons, user_id=ctx.user.id, root_id=place.ticket.thread_post)]


@feature.button(KeepLine, writes=False)
async def decide(ctx: Context, click: KeepLine) -> Replies:
    """What is personal in a line stays masked, or is read as it was written. (Mattermost, asked here, cannot be where
    something is written.)"""
    if not click.keep:
        return Update("C’est masqué : les agents ne le lisent pas.")
    post = await ctx.chat.read_post(click.post_id)
    if post.user_id != ctx.user.id:
        raise UserError("Ce message n’est pas de vous.")
    shown = ShowLine(post_id=post.id, text=post.message)
    return Press.to(shown)


@feature.button(ShowLine)
async def show_line(ctx: Context, click: ShowLine) -> Replies:
    """The agents read a line as it was written."""
    line = await lines.get(ctx.db, click.post_id)
    if line is None:
        raise UserError("Ce message n’est plus là.")
    await change(ctx.db, line, is_kept=True, **({} if line.twin else {"later": click.text}))
    kept = Refresh(await say(ctx, line, click.text), topic=line.topic)
    return [kept, Update("C’est noté : les agents le lisent tel quel.")]


@feature.event(Edited, name="hotline.changed.Edited")
async def changed(ctx: Context, event: Edited) -> Replies:
    """The twin says what the line says now; what became internal is taken back, and what no longer is goes over."""
    line = await lines.get(ctx.db, event.post_id)
    if line is None:
        return await _wrote(ctx, event, is_direct=event.is_direct)
    if line.side is Side.ROOM and is_internal(event.text):
        return await _take_back(ctx, line)
    if line.is_gone:
        return await _again(ctx, line, event)
    if line.waits is not None:
        await change(ctx.db, line, waits=event.text)
        return None
    if not line.twin:
        await change(ctx.db, line, later=event.text)
        return None
    return Refresh(await say(ctx, line, event.text), topic=line.topic)


async def _again(ctx: Context, line: TicketLine, event: Edited) -> Replies:
    """What had been taken back as internal goes over after all."""
    await change(ctx.db, line, is_gone=False, twin="", twin_channel="")
    place = await place_of(ctx, event.root_id, is_direct=event.is_direct)
    return await pass_on(ctx, place.ticket, place.card, line, event.text) if place else None


@feature.event(Deleted, name="hotline.gone.Deleted")
async def gone(ctx: Context, event: Deleted) -> Replies:
    """What was taken away on one side is taken away on the other."""
    line = await lines.get(ctx.db, event.post_id)
    return await _take_back(ctx, line) if line else None


async def _take_back(ctx: Context, line: TicketLine) -> Replies:
    if line.is_gone:
        return None
    await change(ctx.db, line, is_gone=True, later=None)
    stand = {sent.post_id: sent.channel_id for sent in await ctx.posts_about(line.topic)}
    stand |= {line.twin: line.twin_channel} if line.twin else {}
    return [DeletePost(post_id, channel_id=place) for post_id, place in stand.items()]


@feature.event(Reacted, name="hotline.ticked.Reacted")
async def ticked(ctx: Context, event: Reacted) -> Replies:
    """✅ is put on the other side, too."""
    there = await _other_side(ctx, event)
    return React(there[0], CHECK, channel_id=there[1]) if there else None


@feature.event(Unreacted, name="hotline.unticked.Unreacted")
async def unticked(ctx: Context, event: Unreacted) -> Replies:
    """✅ is taken back on the other side, too."""
    there = await _other_side(ctx, event)
    return Unreact(there[0], CHECK, channel_id=there[1]) if there else None


async def _other_side(ctx: Context, event: Reacted | Unreacted) -> tuple[str, str] | None:
    """The post on the other side of the one that carries a ✅, and its channel."""
    line = await lines.of_post(ctx.db, event.post_id) if event.emoji == CHECK else None
    if line is None or not line.twin:
        return None
    if line.post_id == event.post_id:
        return line.twin, line.twin_channel
    ticket = await tickets.get(ctx.db, line.ticket)
    if ticket is None:
        return None
    stood = await cards.get(ctx.db, ticket)
    origin = ticket.thread_channel if line.side is Side.DIRECT else stood.channel_id if stood else ""
    return (line.post_id, origin) if origin else None
