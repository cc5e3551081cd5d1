"""A message becomes a demand for help: by its link, or by 🎫 under it. Its author decides, and is asked once."""

from collections.abc import Sequence

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.events import Reacted, Watched
from bot.features import Feature
from bot.linked import read_linked
from bot.mattermost import ChatPost
from bot.replies import Ask, Button, Direct, Replies, Update, Whisper
from bot.texts import render
from commands.hotline.feature import feature
from commands.hotline.opening import window
from config.settings import Settings
from storage.canaux import listened_to
from storage.hotline import sources, tickets
from storage.hotline.sources import TicketSource

TICKET = frozenset({"ticket", "admission_tickets"})
"""What Mattermost calls 🎫 and 🎟️."""
CONTEXT_MAX = 8000
FILES_MAX = 10
"""Characters of a thread, and files of it, that a ticket takes along."""

billet = Feature("billet")
"""Listens for 🎫 wherever the bot is; it hears nothing else there."""


class OpenFrom(BaseModel):
    """« Ouvrir la demande » of a message."""

    source: str


class Decline(BaseModel):
    """« Non merci »."""

    source: str


@billet.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """All planned channels."""
    found = await listened_to(db, settings)
    return Watched(found.private, crowded=found.public)


async def by_link(ctx: Context, post_id: str) -> Replies:
    """One’s own message opens the window; of another’s, its author is asked."""
    post = await read_linked(ctx, post_id)
    thread = await ctx.chat.thread(post_id)
    channel = await ctx.chat.channel(post.channel_id)
    must_be_new(await tickets.by_source(ctx.db, post.root_id or post.id))
    source = read_source(ctx, post, thread)
    first = await sources.put(ctx.db, source)
    if post.user_id == ctx.user.id:
        return await open_window(ctx, source)
    if not first:
        raise UserError("La personne qui a écrit ce message est déjà invitée à en faire une demande.")
    if channel.type == "D":
        raise UserError("Ce message est dans une conversation privée : seule la personne qui l’a écrit peut l’ouvrir.")
    return [ask_author(ctx, source), Whisper(render("hotline/author_asked"))]


def must_be_new(known: tickets.Ticket | None) -> None:
    """Raises UserError where that message is a ticket already, which is open."""
    if known is not None and known.state.is_open:
        raise UserError(f"Ce message est déjà la demande n° {known.number}.")


@billet.event(Reacted, name="billet.reacted.Reacted")
async def reacted(ctx: Context, event: Reacted) -> Replies:
    """🎫 under a message: its author is asked, whoever put it there."""
    if event.emoji not in TICKET:
        return None
    try:
        thread = await ctx.chat.thread(event.post_id)
    except ChatError as error:
        if error.may_pass:
            raise
        return None
    post = next((each for each in thread if each.id == event.post_id), None)
    if post is None or post.type or post.user_id == (await ctx.chat.me()).id:
        return None
    known = await tickets.by_source(ctx.db, post.root_id or post.id)
    source = read_source(ctx, post, thread)
    if (known and known.state.is_open) or not await sources.put(ctx.db, source):
        return None
    return ask_author(ctx, source)


def read_source(ctx: Context, post: ChatPost, thread: Sequence[ChatPost]) -> TicketSource:
    """The message with its thread, as they are now."""
    others = [each for each in thread if each.id != post.id and not each.type]
    files = [ident for each in (post, *others) for ident in each.file_ids]
    return TicketSource(
        post_id=post.id,
        channel_id=post.channel_id,
        root_id=post.root_id or post.id,
        author_id=post.user_id,
        asked_by=ctx.user.id,
        text=post.message[:CONTEXT_MAX],
        context="\n".join(each.message for each in others)[:CONTEXT_MAX],
        files=list(dict.fromkeys(files))[:FILES_MAX],
        at=ctx.now,
    )


def ask_author(ctx: Context, source: TicketSource) -> Direct:
    """Who wrote it decides."""
    mine = source.author_id == ctx.user.id
    text = render("hotline/propose", mine=mine, by=ctx.user.full_name, text=source.text[:300])
    buttons = [Button("Ouvrir la demande", OpenFrom(source=source.post_id), "primary")]
    return Direct(text, [*buttons, Button("Non merci", Decline(source=source.post_id))], user_id=source.author_id)


async def open_window(ctx: Context, source: TicketSource) -> Ask:
    """The window, filled from a message."""
    first, _, rest = source.text.strip().partition("\n")
    return await window(ctx, first, rest.strip(), source.post_id)


@feature.button(OpenFrom, writes=False)
async def open_from(ctx: Context, click: OpenFrom) -> Replies:
    """The window, filled from that message."""
    source = await sources.get(ctx.db, click.source)
    if source is None or source.author_id != ctx.user.id:
        raise UserError("Ce message n’est plus là : tapez /hotline.")
    must_be_new(await tickets.by_source(ctx.db, source.root_id))
    return await open_window(ctx, source)


@feature.button(Decline)
async def decline(ctx: Context, click: Decline) -> Replies:
    """It stays a message."""
    return Update(render("hotline/declined"))
