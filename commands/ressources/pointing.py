"""📚 under a message: whoever puts it there is offered, once, to make a resource of it."""

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.errors import ChatError
from bot.events import Reacted, Watched
from bot.features import Feature
from bot.linked import may_leave
from bot.mattermost import ChatPost
from bot.replies import Button, Direct, Replies, Update
from bot.texts import render
from commands.ressources.buttons import Decline, Deposit, Open
from commands.ressources.feature import feature
from config.settings import Settings
from storage import claims
from storage.canaux import listened_to
from storage.ressources import review

BOOKS = "books"
"""What Mattermost calls 📚."""

livre = Feature("livre")
"""Listens for 📚 wherever the bot is; it hears nothing else there."""


@livre.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """All planned channels."""
    known = await listened_to(db, settings)
    return Watched(known.private, crowded=known.public)


@livre.event(Reacted, name="livre.reacted.Reacted")
async def reacted(ctx: Context, event: Reacted) -> Replies:
    """Who put it is asked, once for each message."""
    if event.emoji != BOOKS:
        return None
    post, may_go = await _look(ctx, event.post_id)
    if post is None or post.type or post.user_id == (await ctx.chat.me()).id:
        return None
    if not may_go:
        return await _not_from_here(ctx, post.channel_id)
    if not await claims.claim(ctx.db, "ressources.livre", f"{post.id}:{event.user_id}", ctx.now):
        return None
    if known := await review.from_post(ctx.db, post.id):
        text = render("ressources/known", resource=known, waits=known.state.value == "proposed")
        return Direct(text, [Button("Ouvrir", Open(resource=known.number))], user_id=event.user_id)
    text = render("ressources/offer", text=post.message[:300])
    buttons = [Button("En faire une fiche", Deposit(post_id=post.id), "primary")]
    return Direct(text, [*buttons, Button("Non merci", Decline(post_id=post.id))], user_id=event.user_id)


async def _look(ctx: Context, post_id: str) -> tuple[ChatPost | None, bool]:
    """The message, if it is there, and whether who put 📚 there may make something of it."""
    try:
        post = await ctx.chat.read_post(post_id)
        return post, await may_leave(ctx, post)
    except ChatError as error:
        if error.may_pass:
            raise
        return None, False


async def _not_from_here(ctx: Context, channel_id: str) -> Replies:
    """Said once to each, of each channel."""
    if not await claims.claim(ctx.db, "ressources.private", f"{channel_id}:{ctx.user.id}", ctx.now):
        return None
    return Direct(render("ressources/private"), user_id=ctx.user.id)


@feature.button(Decline)
async def decline(ctx: Context, click: Decline) -> Replies:
    """It stays a message."""
    return Update(render("ressources/declined"))
