"""Where answers go: what stays is in the direct channel, where nobody else reads along."""

from collections.abc import Sequence

from bot.context import Context
from bot.direct import in_direct
from bot.replies import Button, Direct, Replies, Reply, SendFile, Whisper
from bot.texts import Markdown


async def say_where_asked(ctx: Context, text: Markdown, buttons: Sequence[Button] = ()) -> Reply:
    """A message that stays in the direct channel, and is whispered anywhere else."""
    return say(ctx, text, buttons, direct=await in_direct(ctx))


def say(ctx: Context, text: Markdown, buttons: Sequence[Button] = (), *, direct: bool) -> Reply:
    """The same, where it is known already whether this is the direct channel."""
    return Direct(text, buttons, user_id=ctx.user.id) if direct else Whisper(text, buttons)


def whisper(text: Markdown, buttons: Sequence[Button], pictures: SendFile) -> Replies:
    """An answer where others read along, its pictures where they do not."""
    note = Markdown(f"{text}\n\nLes graphiques vous attendent dans notre conversation privée.")
    return [Whisper(note, buttons), pictures]
