"""Permalinks: a message that somebody names by its link, read only if they may read it themselves."""

from bot.context import ReadingContext
from bot.errors import ChatError, UserError
from bot.forms import ID
from bot.mattermost import ChatPost
from bot.texts import render
from config.settings import Settings


def find_permalink(text: str) -> str:
    """Return the id of the message if a text is nothing but a permalink; else ""."""
    word = text.strip().strip("<>")
    _, pl, ident = word.rpartition("/pl/")
    return ident if pl and ID.fullmatch(ident) and not any(map(str.isspace, word)) else ""


def make_permalink(settings: Settings, post_id: str) -> str:
    """Make the permalink of a message, as « Copy link » does."""
    return f"{settings.mattermost_url}/{settings.team}/pl/{post_id}"


async def read_linked_post(ctx: ReadingContext, post_id: str) -> ChatPost:
    """Read a message that both the bot and the person may read. Raises the same UserError for one that does not
    exist."""
    try:
        post = await ctx.chat.read_post(post_id)
        mine = await ctx.chat.channel_member(post.channel_id, ctx.user.id)
    except ChatError as error:
        if error.is_temporary:
            raise
        raise UserError(render("refus/no_message")) from None
    if mine is None or post.type:
        raise UserError(render("refus/no_message"))
    return post


async def may_be_shown(ctx: ReadingContext, post: ChatPost) -> bool:
    """Return whether the person may show a message to others: their own, or one in a public channel."""
    return post.user_id == ctx.user.id or not (await ctx.chat.channel(post.channel_id)).is_private


async def read_publishable_post(ctx: ReadingContext, post_id: str) -> ChatPost:
    """Read a message that may be published: others’ messages in private channels may not. Raises UserError."""
    post = await read_linked_post(ctx, post_id)
    if not await may_be_shown(ctx, post):
        raise UserError(render("refus/not_public"))
    return post
