"""Which messages can be reported, and by whom: what is out of reach is said so, with what to do instead."""

from urllib.parse import urlsplit

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.linked import link_in
from bot.mattermost import ChatChannel, ChatPost
from bot.refusals import Refusal
from bot.texts import render

NO_LINK = (
    "Donnez le lien du message : au survol, « … » puis « Copier le lien » (sur téléphone : un appui long), et tapez "
    "« /signaler » suivi du lien."
)
NOT_FOUND = "Le bot ne trouve pas ce message : il n’existe plus, ou vous n’y avez pas accès."
ELSEWHERE = "Ce lien mène à un autre serveur : ses animateurs à lui peuvent agir, pas ceux d’ici."
OWN = "C’est votre message : vous pouvez le modifier ou le supprimer vous-même."
BOTS = "Ce message est du bot : s’il a un défaut, dites-le avec /hotline."
SYSTEMS = "Ce message vient de Mattermost lui-même : il ne se signale pas."


def post_in(ctx: Context, text: str) -> str:
    """The id of the message that is meant. Raises UserError."""
    post_id = link_in(text)
    if not post_id:
        raise UserError(NO_LINK)
    return post_id


async def reportable(ctx: Context, link: str) -> ChatPost:
    """The message behind a link, if this person may report it; asks Mattermost only. Raises UserError."""
    try:
        post = await ctx.chat.read_post(post_in(ctx, link))
        channel = await ctx.chat.channel(post.channel_id)
    except ChatError as error:
        if error.may_pass or error.status == 401:
            raise
        raise UserError(_unread(ctx, link, error)) from None
    if not await _may_see(ctx, channel):
        raise UserError(NOT_FOUND)
    if fault := fault_of(post, ctx.user.id, (await ctx.chat.me()).id):
        raise UserError(fault)
    return post


def fault_of(post: ChatPost, user_id: str, bot_id: str) -> str:
    """Why this person cannot report that message; "" where they can."""
    if post.user_id == user_id:
        return OWN
    if post.user_id == bot_id:
        return BOTS
    return SYSTEMS if post.type else ""


def _unread(ctx: Context, link: str, error: ChatError) -> str:
    """Why it cannot be read: no server says of another’s message more than that it is not there."""
    host = urlsplit(link.strip().strip("<>")).hostname
    if host and host != urlsplit(ctx.settings.mattermost_url).hostname:
        return ELSEWHERE
    return render("moderation/out_of_reach") if error.refusal is Refusal.FORBIDDEN else NOT_FOUND


async def _may_see(ctx: Context, channel: ChatChannel) -> bool:
    """Whether this person can read it themselves: its members can, and of a public channel all of the team but
    guests."""
    if await ctx.chat.channel_member(channel.id, ctx.user.id) is not None:
        return True
    if channel.is_private or channel.team_id != await ctx.chat.team_id():
        return False
    member = await ctx.chat.team_member(ctx.user.id)
    return member is not None and not member.is_guest
