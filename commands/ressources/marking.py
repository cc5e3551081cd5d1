"""« ⭐ Favori » and « 👍 Utile »: one each, given by a click and taken back by another."""

from bot.context import Context
from bot.replies import Button, Replies, Whisper
from bot.texts import render
from commands.ressources.buttons import Favour, FindUseful
from commands.ressources.feature import feature
from commands.ressources.showing import named, published
from storage.ressources import marks
from storage.ressources.marks import Mark

Click = Favour | FindUseful


@feature.button(Favour)
async def favour(ctx: Context, click: Favour) -> Replies:
    """Keep it at hand, or not any more."""
    return await _mark(ctx, click, Mark.FAVOURITE)


@feature.button(FindUseful)
async def find_useful(ctx: Context, click: FindUseful) -> Replies:
    """It served, or did not."""
    return await _mark(ctx, click, Mark.USEFUL)


async def _mark(ctx: Context, click: Click, mark: Mark) -> Whisper:
    """Given once, however often it is clicked: whoever clicks again is offered to take it back."""
    number = click.resource
    if not click.on:
        # What was withdrawn since can still be let go of.
        await marks.drop(ctx.db, number, ctx.user.id, mark)
        return Whisper(render("ressources/unmarked", number=number, mark=mark.value))
    resource = await published(ctx, number)
    is_new = await marks.put(ctx.db, number, ctx.user.id, mark, ctx.now)
    count = (await marks.counts(ctx.db, [number], mark)).get(number, 0)
    said = {"number": number, "title": named(resource), "mark": mark.value, "is_new": is_new, "count": count}
    back = [] if is_new else [Button("Retirer", click.model_copy(update={"on": False}))]
    return Whisper(render("ressources/marked", **said), back)
