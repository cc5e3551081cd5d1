"""« /mes-donnees »: a copy of all that is held of who asks, in the direct channel."""

from pathlib import Path

from bot.context import Context
from bot.direct import send_file
from bot.errors import UserError
from bot.french.words import plural
from bot.mistyped import refuse_mistyped
from bot.replies import Parcel, Replies, SendFile
from bot.texts import quote, render
from commands.donnees import archive
from commands.donnees.buttons import Copy
from commands.donnees.feature import feature

SHORTEST = 4
"""Letters of a word that may be a subcommand typed wrong."""
USAGE = "`/mes-donnees` en envoie une copie, `/mes-donnees effacer` les fait effacer."


@feature.command("mes-donnees", help="Recevoir tout ce que le bot garde de vous, ou le faire effacer")
async def take(ctx: Context, line: str) -> Replies:
    """It is on its way; other words ask for something else, which is not guessed."""
    if line.strip():
        refuse_mistyped(feature, "mes-donnees", line, shortest=SHORTEST)
        raise UserError(f"Que faut-il faire de vos données ? « {quote(line)} » ne le dit pas : {USAGE}")
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=Copy(), waiting=render("donnees/waiting")))


@feature.file(Copy, name="donnees.Copy")
async def make(ctx: Context, _: Copy, folder: Path) -> Parcel:
    """The ZIP, in a message that says in two sentences what it is."""
    path = folder / f"mes-donnees_{ctx.today:%d-%m-%Y}.zip"
    count = await archive.write(ctx.db, ctx.user, ctx.now, path, ctx.compute)
    text = render("donnees/copy", count=plural(count, "ligne"))
    return Parcel(text, files=[path], done=render("donnees/ready", file=path.name))
