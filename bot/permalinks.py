"""A message that somebody gives by its link: read for who may read it themselves."""

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
    """Find the id of the message that a text links to, if it is such a link and nothing else."""
    word = text.strip().strip("<>")
    _, pl, ident = word.rpartition("/pl/")
    return ident if pl and ID.fullmatch(ident) and not any(map(str.isspace, word)) else ""


def make_permalink(settings: Settings, post_id: str) -> str:
    """Make the link to a message, as « Copy link » gives it."""
    return f"{settings.mattermost_url}/{settings.team}/pl/{post_id}"


async def read_linked_post(ctx: ReadingContext, post_id: str) -> ChatPost:
    """Read a message that the bot and the person both may read. Raises UserError, the same for one that there is
    not."""
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
    """Return whether a person may show others a message: it is theirs, or everybody may read it."""
    return post.user_id == ctx.user.id or not (await ctx.chat.channel(post.channel_id)).is_private


async def read_publishable_post(ctx: ReadingContext, post_id: str) -> ChatPost:
    """Read a message whose words and files are to be published: others’ words stay in their private channel. Raises
    UserError."""
    post = await read_linked_post(ctx, post_id)
    if not await may_be_shown(ctx, post):
        raise UserError(_NOT_PUBLIC)
    return post
