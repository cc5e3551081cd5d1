"""The conversation with the bot: whether something was asked there, and files, which always arrive there."""

from bot.context import Context
from bot.replies import Replies, SendFile, Whisper


async def in_direct(ctx: Context) -> bool:
    """Whether this was asked in the conversation with the bot, where answers stay."""
    return bool(ctx.channel_id) and ctx.channel_id == await ctx.chat.direct_channel(ctx.user.id)


async def send_file(ctx: Context, file: SendFile) -> Replies:
    """A file; elsewhere than in the direct channel, say where it arrives."""
    if await in_direct(ctx):
        return file
    return [file, Whisper("Votre fichier arrive dans notre conversation privée.")]
