"""The mirror between the thread under a card and the author’s direct thread: messages, edits, files and ✅ appear on
both sides. Only people’s messages are heard, so a mirror never echoes itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from bot import guard
from bot.actions import DeletePost, React, Unreact
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.events import Deleted, Delivered, DirectMessage, Edited, Posted, Reacted, Undelivered, Unreacted, in_thread
from bot.replies import Button, Direct, Redirect, Replies, Reply, Say, Update
from bot.texts import Markdown, escape, relay_markdown, relay_plain_text, render, require
from commands.hotline.cards import CARD, LINE, RECEIPT, carry_if_moved
from commands.hotline.service import feature, say_queue
from commands.hotline.tickets import Rate, make_move, tell_duplicates
from config.text import fold
from dialogs.plain_words.answers import ShortAnswer, read_answer
from storage import people
from storage.database import change
from storage.hotline import ActorKind, Move, list_allowed, posts, tickets
from storage.hotline.posts import Side, TicketCard, TicketLine

INTERNAL = "!"
"""What a line begins with that stays among agents."""


async def read_internal(ctx: ReadingContext, event: Posted | Edited) -> bool:
    """Return whether a line stays among agents: it begins with « ! », or is said to the bot by its name."""
    name = (await ctx.chat.me()).username
    return event.text.lstrip().startswith(INTERNAL) or begins_with_name(event.text, name)


def begins_with_name(text: str, name: str) -> bool:
    """Return whether a text begins with a mention of the bot: « @coop je le prends »."""
    return re.match(rf"\s*@{re.escape(name)}(?![\w-])", text, re.IGNORECASE) is not None


async def say_line(ctx: Context, line: TicketLine, text: str) -> Markdown:
    """Make the mirrored text of a line: Markdown of agents is kept, text of others is escaped and its personal data
    masked."""
    person = await people.get(ctx.db, line.by)
    name = person.full_name if person else "Un agent" if line.side is Side.ROOM else "La personne"
    if line.side is Side.ROOM:
        said = relay_markdown(text)
    else:
        said = relay_plain_text(text if line.is_kept else guard.mask(text))
    return Markdown(f"**{escape(name)}**\n{said}".strip())


async def send_twin(
    ctx: Context, ticket: tickets.Ticket, card: TicketCard | None, line: TicketLine, text: str
) -> Sequence[Reply]:
    """Send the mirrored copy of a line; it waits while the other side has no post to reply to."""
    said, files = await say_line(ctx, line, text), line.files
    if line.side is Side.ROOM and ticket.thread_post:
        own = LINE.send(line, said, ticket.author_id, root_id=ticket.thread_post, files=files)
        return [own, *await tell_duplicates(ctx, ticket, said, LINE.of(line), files)]
    if line.side is Side.DIRECT and card is not None and card.post_id:
        return [LINE.post(line, said, card.channel_id, root_id=card.post_id, files=files)]
    await change(ctx.db, line, waits=text)
    return []


async def send_waiting(ctx: Context, ticket: tickets.Ticket, card: TicketCard | None, side: Side) -> Sequence[Reply]:
    """Send the lines of one side that waited until the other side had a post to reply to."""
    replies: list[Reply] = []
    for line in await posts.list_waiting_lines(ctx.db, ticket.number, side):
        text = line.waits or ""
        await change(ctx.db, line, waits=None)
        replies += [] if line.is_gone else await send_twin(ctx, ticket, card, line, text)
    return replies


THANKS_MAX = 60
"""The most characters of a text that may be mere thanks."""
THANKS = frozenset(
    re.findall(
        r"\w+",
        """
        a beaucoup bien bonne bonsoir c compris cordialement de est fonctionne genial grand infiniment journee
        le marche merci mille nickel ok parfait pour reglee regle reponse soiree super top tout tres votre
        vous
        """,
    )
)


def is_thanks(text: str) -> bool:
    """Return whether a text only says thank you and needs no answer."""
    if read_answer(text) in {ShortAnswer.YES, ShortAnswer.THANKS}:
        return True
    words = re.findall(r"[a-z]+", fold(text)) if len(text) <= THANKS_MAX and "?" not in text else ["?"]
    return all(word in THANKS for word in words)


CHECK = "white_check_mark"


class KeepLine(BaseModel):
    """Button « Laisser masqué » or « Montrer »: decides about personal data in a line."""

    post_id: str
    keep: bool


class ShowLine(BaseModel):
    """The author wants a line shown unmasked; the line has been read again for that."""

    post_id: str
    text: str


@dataclass(frozen=True, slots=True)
class TicketThread:
    """The ticket that a thread is about, and on which side it is."""

    ticket: tickets.Ticket
    card: TicketCard | None
    side: Side


async def find_thread(ctx: Context, root_id: str, *, is_direct: bool) -> TicketThread | None:
    """Find the ticket of a thread, and lock it until the transaction ends."""
    if not root_id:
        return None
    if is_direct:
        found = await tickets.find_by_thread(ctx.db, root_id)
        ticket = await tickets.lock(ctx.db, found.number) if found else None
        return TicketThread(ticket, await posts.get_card(ctx.db, ticket), Side.DIRECT) if ticket else None
    stood = await posts.find_card(ctx.db, root_id)
    ticket = await tickets.lock(ctx.db, stood.ticket) if stood else None
    return TicketThread(ticket, stood, Side.ROOM) if ticket else None


@feature.event(Posted, name="hotline.agent_wrote.Posted", only=in_thread, asks=read_internal)
async def on_agent_post(ctx: Context, event: Posted, is_internal: bool) -> Replies:
    """Mirror a line under a card to the author, unless it stays among agents."""
    return await _mirror_post(ctx, event, is_direct=False, is_internal=is_internal)


@feature.event(DirectMessage, name="hotline.author_wrote.DirectMessage", only=in_thread)
async def on_author_post(ctx: Context, event: DirectMessage) -> Replies:
    """Mirror a line under a receipt to the agents."""
    return await _mirror_post(ctx, event, is_direct=True)


async def _mirror_post(
    ctx: Context, event: Posted | DirectMessage | Edited, *, is_direct: bool, is_internal: bool = False
) -> Replies:
    place = await find_thread(ctx, event.root_id, is_direct=is_direct)
    if place and place.card and place.side is Side.ROOM and place.card.queue != place.ticket.queue:
        text = render("hotline/elsewhere", queue=say_queue(ctx, place.ticket.queue))
        return Say(text, channel_id=event.channel_id, root_id=event.root_id)
    if place is None or (place.side is Side.ROOM and is_internal):
        return None
    return await mirror_line(ctx, place, event.post_id, event.text, event.file_ids)


async def mirror_line(
    ctx: Context, place: TicketThread, post_id: str, text: str, files: Sequence[str]
) -> Sequence[Reply]:
    """Mirror a line to the other side and update the ticket’s state; once for each post."""
    number, by = place.ticket.number, ctx.user.id
    line = TicketLine(post_id=post_id, ticket=number, side=place.side, by=by, at=ctx.now, files=list(files))
    if not await posts.add_line(ctx.db, line):
        return []
    said = await send_twin(ctx, place.ticket, place.card, line, text)
    moved = await _move_ticket(ctx, place, text)
    return [*said, *moved, *_ask_masked(ctx, place, line, text)]


async def _move_ticket(ctx: Context, place: TicketThread, text: str) -> Sequence[Reply]:
    """Make the move that a line stands for: an answer, or a reply of the author; thanks reopen nothing."""
    who, move = (ActorKind.AGENT, Move.ANSWER) if place.side is Side.ROOM else (ActorKind.AUTHOR, Move.REPLY)
    if move not in list_allowed(place.ticket.state, who):
        return []
    if move is Move.REPLY and not place.ticket.state.is_open and is_thanks(text):
        return _rate_by_word(place.ticket, text)
    return await make_move(ctx, place.ticket, move, tickets.Actor(ctx.user.id, who, ctx.now))


def _rate_by_word(ticket: tickets.Ticket, text: str) -> Sequence[Reply]:
    """Count « oui » as 👍 if the author was asked whether the solution helped and has not answered yet."""
    is_asked = ticket.rating_asked and not ticket.rating and read_answer(text) is ShortAnswer.YES
    return [Redirect.to(Rate(ticket=ticket.number, rating=1))] if is_asked else []


def _ask_masked(ctx: Context, place: TicketThread, line: TicketLine, text: str) -> Sequence[Reply]:
    """Tell the author that personal data was masked, and ask whether it should be shown."""
    found = guard.find(text) if place.side is Side.DIRECT else ()
    if not found:
        return []
    keep = Button("Laisser masqué", KeepLine(post_id=line.post_id, keep=False), "primary")
    show = Button("Montrer", KeepLine(post_id=line.post_id, keep=True))
    asked = render("hotline/masked", found=guard.name_kinds(found))
    return [Direct(asked, [keep, show], user_id=ctx.user.id, root_id=place.ticket.thread_post)]


async def decide_masked(ctx: ReadingContext, click: KeepLine) -> ShowLine | Update:
    """Keep a line masked, or read it again to show it."""
    if not click.keep:
        return Update(render("hotline/stays_masked"))
    post = await ctx.chat.read_post(click.post_id)
    if post.user_id != ctx.user.id:
        raise UserError(render("hotline/line_not_yours"))
    return ShowLine(post_id=post.id, text=post.message)


@feature.button(ShowLine)
@feature.button(KeepLine, asks=decide_masked)
async def show_line(ctx: Context, click: ShowLine) -> Replies:
    """Show the agents a line unmasked."""
    line = require(await posts.lock_line(ctx.db, click.post_id), "hotline/line_gone")
    await change(ctx.db, line, is_kept=True, **({} if line.twin else {"later": click.text}))
    kept = LINE.rewrite(line, await say_line(ctx, line, click.text))
    return [kept, Update(render("hotline/line_shown"))]


@feature.event(Edited, name="hotline.changed.Edited", asks=read_internal)
async def on_edit(ctx: Context, event: Edited, is_internal: bool) -> Replies:
    """Update the mirrored copy of an edited line; delete it if the line became internal, send it if it no longer is."""
    line = await posts.lock_line(ctx.db, event.post_id)
    if line is None:
        return await _mirror_post(ctx, event, is_direct=event.is_direct, is_internal=is_internal)
    if line.side is Side.ROOM and is_internal:
        return await _remove_twin(ctx, line)
    if line.is_gone:  # it had been taken back as internal, and goes over after all
        await change(ctx.db, line, is_gone=False, twin="", twin_channel="")
        place = await find_thread(ctx, event.root_id, is_direct=event.is_direct)
        return await send_twin(ctx, place.ticket, place.card, line, event.text) if place else None
    if line.waits is not None:
        await change(ctx.db, line, waits=event.text)
        return None
    if not line.twin:
        await change(ctx.db, line, later=event.text)
        return None
    return LINE.rewrite(line, await say_line(ctx, line, event.text))


@feature.event(Deleted, name="hotline.gone.Deleted")
async def on_delete(ctx: Context, event: Deleted) -> Replies:
    """Delete the mirrored copy of a deleted line."""
    line = await posts.lock_line(ctx.db, event.post_id)
    return await _remove_twin(ctx, line) if line else None


async def _remove_twin(ctx: Context, line: TicketLine) -> Replies:
    if line.is_gone:
        return None
    await change(ctx.db, line, is_gone=True, later=None)
    stand = {sent.post_id: sent.channel_id for sent in await LINE.list_posts(ctx.db, line)}
    stand |= {line.twin: line.twin_channel} if line.twin else {}
    return [DeletePost(post_id, channel_id=place) for post_id, place in stand.items()]


@feature.event(Reacted, name="hotline.ticked.Reacted")
async def on_tick(ctx: Context, event: Reacted) -> Replies:
    """Mirror ✅ to the other side."""
    there = await _find_other_side(ctx, event)
    return React(there[0], CHECK, channel_id=there[1]) if there else None


@feature.event(Unreacted, name="hotline.unticked.Unreacted")
async def on_untick(ctx: Context, event: Unreacted) -> Replies:
    """Remove ✅ on the other side."""
    there = await _find_other_side(ctx, event)
    return Unreact(there[0], CHECK, channel_id=there[1]) if there else None


async def _find_other_side(ctx: Context, event: Reacted | Unreacted) -> tuple[str, str] | None:
    """Find the post on the other side of one that carries ✅, and its channel."""
    line = await posts.find_line(ctx.db, event.post_id) if event.emoji == CHECK else None
    if line is None or not line.twin:
        return None
    if line.post_id == event.post_id:
        return line.twin, line.twin_channel
    ticket = await tickets.get(ctx.db, line.ticket)
    if ticket is None:
        return None
    stood = await posts.get_card(ctx.db, ticket)
    origin = ticket.thread_channel if line.side is Side.DIRECT else stood.channel_id if stood else ""
    return (line.post_id, origin) if origin else None


@feature.event(Delivered, name="hotline.card_arrived.Delivered", only=CARD.is_of)
async def on_card_delivered(ctx: Context, event: Delivered) -> Replies:
    """Send under the posted card what its author wrote meanwhile."""
    ticket = await CARD.load(ctx.db, event.topic, tickets.lock)
    found = await posts.get_card(ctx.db, ticket) if ticket else None
    if ticket is None or found is None or found.post_id:
        return None
    found.post_id = event.post_id
    await posts.save_card(ctx.db, found)
    thread = render("hotline/thread", context=relay_plain_text(ticket.context))  # that the ticket was made of
    under = [Say(thread, channel_id=found.channel_id, root_id=found.post_id)] if ticket.context else []
    carried = await carry_if_moved(ctx, ticket)
    return [*under, *carried, *await send_waiting(ctx, ticket, found, Side.DIRECT)]


@feature.event(Delivered, name="hotline.receipt_arrived.Delivered", only=RECEIPT.is_of)
async def on_receipt_delivered(ctx: Context, event: Delivered) -> Replies:
    """Send under the delivered receipt what agents wrote meanwhile."""
    ticket = await RECEIPT.load(ctx.db, event.topic, tickets.lock)
    if ticket is None or ticket.thread_post:
        return None
    await tickets.set_thread(ctx.db, ticket, event.post_id, event.channel_id)
    return await send_waiting(ctx, ticket, None, Side.ROOM)


@feature.event(Delivered, name="hotline.line_arrived.Delivered", only=LINE.is_of)
async def on_line_delivered(ctx: Context, event: Delivered) -> Replies:
    """Record the post of a mirrored copy, and update it if the line was edited while it was on its way."""
    origin = LINE.read_key(event.topic)
    line = await posts.lock_line(ctx.db, origin) if origin else None
    if line is None:
        return None
    if line.is_gone:
        return DeletePost(event.post_id, channel_id=event.channel_id)
    ticket = await tickets.get(ctx.db, line.ticket)
    if line.side is Side.ROOM and ticket and ticket.thread_channel != event.channel_id:
        return None  # it is what the author of a duplicate reads
    later = line.later
    await change(ctx.db, line, twin=event.post_id, twin_channel=event.channel_id, later=None)
    return LINE.rewrite(line, await say_line(ctx, line, later)) if later is not None else None


@feature.event(Undelivered, name="hotline.card_lost.Undelivered", only=CARD.is_of)
async def on_card_refused(ctx: Context, event: Undelivered) -> Replies:
    """Post a card again later if Mattermost refused it."""
    ticket = await CARD.load(ctx.db, event.topic, tickets.lock)
    found = await posts.get_card(ctx.db, ticket) if ticket else None
    if found is not None and not found.post_id:
        await posts.drop_card(ctx.db, found)
    return None
