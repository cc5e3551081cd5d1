"""Permalinks: a message that somebody names by its link, read only if they may read it themselves."""

from bot.context import ReadingContext
from bot.errors import ChatError, UserError
from bot.forms import ID
from bot.mattermost import ChatPost
from config.settings import Settings

_NO_MESSAGE = (
    "Le bot ne trouve pas ce message : il n’existe plus, ou il est dans un canal où vous n’êtes pas tous les deux. "
    "Invitez-y le bot, ou écrivez ce qu’il dit."
)


_NOT_PUBLIC = (
    "Ce message est dans un canal privé, et il n’est pas de vous : ce qui s’y dit n’en sort pas. Écrivez plutôt ce que "
    "vous en diriez."
)


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
        raise UserError(_NO_MESSAGE) from None
    if mine is None or post.type:
        raise UserError(_NO_MESSAGE)
    return post


async def may_be_shown(ctx: ReadingContext, post: ChatPost) -> bool:
    """Return whether the person may show a message to others: their own, or one in a public channel."""
    return post.user_id == ctx.user.id or not (await ctx.chat.channel(post.channel_id)).is_private


async def read_publishable_post(ctx: ReadingContext, post_id: str) -> ChatPost:
    """Read a message that may be published: others’ messages in private channels may not. Raises UserError."""
    post = await read_linked_post(ctx, post_id)
    if not await may_be_shown(ctx, post):
        raise UserError(_NOT_PUBLIC)
    return post
